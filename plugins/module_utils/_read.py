# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to community.scalingo: it may change in any release.

"""Reading projects: for the info module, and for the terms of the lookup."""

from __future__ import annotations

import typing as t

from ansible_collections.community.scalingo.plugins.module_utils._account import Account
from ansible_collections.community.scalingo.plugins.module_utils._api import Api, Object
from ansible_collections.community.scalingo.plugins.module_utils._errors import (
    AuthenticationError,
    ForbiddenError,
    NotFoundError,
    Refusal,
)
from ansible_collections.community.scalingo.plugins.module_utils._plan import Fact
from ansible_collections.community.scalingo.plugins.module_utils._projects import describe, select, the_only


def find_projects(
    api: Api,
    name: str | None = None,
    project_id: str | None = None,
    owner: str | None = None,
    default: bool | None = None,
) -> list[Object]:
    """Return the projects that match every filter; an empty list is a good answer.

    Raises:
        RequestError: The projects cannot be read.
    """
    candidates = api.list_projects() if project_id is None else _with_id(api, project_id)
    return select(candidates, name=name, owner=owner, default=default)


def look_up(
    api: Api,
    terms: t.Sequence[str] | None,
    owner: str | None = None,
    default: bool | None = None,
) -> list[tuple[str, Object | None]]:
    """Return each term with the project that it names, or with None; without terms, every project with its ID.

    Args:
        api: Where to read.
        terms: Names or IDs, or None.
        owner: User name, email address or user ID of the owner.
        default: True for the default project, of the owner or else of the account itself; false for all others.

    Raises:
        Refusal: A term names several projects.
        RequestError: The projects cannot be read.
    """
    account = Account(api)
    listed: list[Object] = account.answer(lambda found: found[Fact.PROJECTS])

    def matching(projects: list[Object]) -> list[Object]:
        matches = select(projects, owner=owner, default=default)
        if default and owner is None and matches:
            caller = account.answer(lambda found: found[Fact.CALLER_ID])
            matches = [project for project in matches if project["owner"]["id"] == caller]
        return matches

    if terms is None:
        return [(project["id"], project) for project in matching(listed)]
    found = []
    for term in terms:
        named = [project for project in listed if term in (project["id"], project["name"])]
        # The list may leave out what belongs to others, although it can be read by ID (not documented).
        project = _the_one(term, matching(named if named else _with_id(api, term, hidden_is_missing=True)))
        found.append((term, project))
    return found


def _the_one(term: str, candidates: list[Object]) -> Object | None:
    if len(candidates) > 1 and any(candidate["id"] == term for candidate in candidates):
        # A name may look like an ID, so its shape does not tell which of them is meant.
        raise Refusal(
            f"{term} is the ID of one project and the name of another: "
            + "; ".join(describe(candidate) for candidate in candidates)
            + "."
        )
    return the_only(candidates, term)


def _with_id(api: Api, project_id: str, hidden_is_missing: bool = False) -> list[Object]:
    """Return the project with an ID in a list, or an empty list.

    Args:
        hidden_is_missing: The ID is a guess, so an answer that does not even say whether it exists is no error.
    """
    try:
        return [api.get_project(project_id)]
    except NotFoundError:
        return []
    except (AuthenticationError, ForbiddenError):
        if hidden_is_missing:
            return []
        raise
