# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which project or user is meant, and how messages name it."""

from __future__ import annotations

import typing as t

from ._errors import CannotError, on_one_line
from ._types import Object

# Characters that a message spends on a project: names have 64.
LONGEST_NAME = 400


def is_user(user: Object, wanted: str) -> bool:
    """Tell whether a user is meant by a user ID, a username, or an email address (compared without regard to case)."""
    email = user.get("email")
    return wanted in (user["id"], user["username"]) or (isinstance(email, str) and email.lower() == wanted.lower())


def is_email(user: str) -> bool:
    """Tell whether a user is given by email address: no user ID or username that was seen has its character."""
    return "@" in user


def select(
    projects: t.Iterable[Object], name: str | None = None, owner: str | None = None, default: bool | None = None
) -> list[Object]:
    """Return the projects that match every filter that is set."""
    return [
        project
        for project in projects
        if (not name or project["name"] == name)
        and (not owner or is_user(project["owner"], owner))
        and (default is None or project["default"] is default)
    ]


def find_by_name(projects: t.Sequence[Object], name: str, owner: str = "") -> Object | None:
    """Return the one project of a name, or None."""
    if any(project["id"] == name for project in projects):
        raise CannotError(f"{name!r} is the ID of a project. Use project_id instead of its name.")
    return single(select(projects, name, owner), name)


def single(candidates: t.Sequence[Object], name: str) -> Object | None:
    """Return the one project of a name, or None. Names are unique among the projects of one owner only."""
    if len(candidates) > 1:
        found = "; ".join(describe(candidate) for candidate in candidates)
        raise CannotError(
            f"Found {len(candidates)} projects named {name!r}: {found}. Set project_id, or owner, to select one."
        )
    return candidates[0] if candidates else None


def describe(project: Object) -> str:
    """Return how a message names a project."""
    return on_one_line(f"{project['name']!r} ({project['id']}, owned by {owner_of(project)})", LONGEST_NAME)


def owner_of(project: Object) -> str:
    """Return how a message names the owner of a project."""
    username, email = project["owner"]["username"], project["owner"].get("email")
    return on_one_line(f"{username!r} <{email}>" if email else repr(username), LONGEST_NAME)


def why_not_owner(project: Object, caller_id: str) -> str | None:
    """Return why the API will reject what only the owner of a project can do, or None if the caller owns it."""
    if project["owner"]["id"] == caller_id:
        return None
    return f"It belongs to {owner_of(project)}, and only its owner can do that. Use the owner's token."
