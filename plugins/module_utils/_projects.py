# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to community.scalingo: it may change in any release.

"""Projects as they were read: which ones are meant, whose they are, and how a message names them."""

from __future__ import annotations

import typing as t

from ._errors import CannotError, InputError, on_one_line
from ._facts import Fact, Facts
from ._types import Object

# Characters that a message spends on a project: names have 64, and nobody knows what else may come.
LONGEST_NAME = 400


def is_user(user: Object, wanted: str) -> bool:
    """Tell whether a user is meant by a user ID, a user name or an email address.

    The case of an address does not matter to its owner; IDs and user names are taken exactly, for lack of a rule.
    """
    email = user.get("email")
    return wanted in (user["id"], user["username"]) or (isinstance(email, str) and email.lower() == wanted.lower())


def is_email(user: str) -> bool:
    """Tell whether a user is given by an email address: no user ID or user name that was seen has its character."""
    return "@" in user


def select(
    projects: t.Iterable[Object],
    name: str | None = None,
    owner: str | None = None,
    default: bool | None = None,
) -> list[Object]:
    """Return the projects that match every filter that is given."""
    return [
        project
        for project in projects
        if (name is None or project["name"] == name)
        and (owner is None or is_user(project["owner"], owner))
        and (default is None or project["default"] is default)
    ]


def the_only(candidates: t.Sequence[Object], name: str, hint: str = "with project_id or owner") -> Object | None:
    """Return the one candidate, or None if there is none.

    Args:
        candidates: Projects of one name.
        name: The name.
        hint: How the user can say which one is meant.

    Raises:
        CannotError: There are several. Names are unique among the projects of one owner only.
    """
    if len(candidates) > 1:
        raise CannotError(
            f"More than one project that can be seen is named {name}: "
            + "; ".join(describe(candidate) for candidate in candidates)
            + f". Say which one {hint}."
        )
    return candidates[0] if candidates else None


def check_project(project_id: str | None, project_name: str | None) -> None:
    """Find out whether it is clear which project is meant.

    Raises:
        InputError: It is not.
    """
    if project_id is None and project_name is None:
        raise InputError("Either project_id or project_name is required, to say which project is meant.")
    if project_id is not None and project_name is not None:
        raise InputError("Only one of project_id and project_name can be given, since they could mean two projects.")


def find_project(project_name: str, facts: Facts) -> tuple[str, Object | None]:
    """Return the ID of the one project of a name, and the project if the list shows it.

    The list may leave out what belongs to others (not documented), such as a project that was handed over, or one that
    is offered. Whoever collaborates on its applications sees its ID there.

    Raises:
        CannotError: There is none, or more than one, that can be seen.
    """
    project = the_only(select(facts[Fact.PROJECTS], name=project_name), project_name, hint="with project_id")
    if project is not None:
        return project["id"], project
    ids = {each["project"]["id"] for each in facts[Fact.APPLICATIONS] if each["project"]["name"] == project_name}
    if not ids:
        raise CannotError(
            f"No project named {project_name} can be seen by this account: check its spelling, the account and the "
            f"region. A project that belongs to somebody else has to be given by its ID, which its owner can tell."
        )
    if len(ids) > 1:
        raise CannotError(
            f"There are applications in more than one project named {project_name}: say which one with project_id, "
            f"which is one of {', '.join(sorted(ids))}."
        )
    return ids.pop(), None


def describe(project: Object) -> str:
    """Return how a message names a project."""
    return on_one_line(f"{project['name']} ({project['id']}, owned by {owner_of(project)})", LONGEST_NAME)


def owner_of(project: Object) -> str:
    """Return how a message names the owner of a project."""
    username, email = project["owner"]["username"], project["owner"].get("email")
    return on_one_line(f"{username} <{email}>" if email else username, LONGEST_NAME)
