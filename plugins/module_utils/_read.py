# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to community.scalingo: it may change in any release.

"""Reading projects and invitations: for the info modules, and for the terms of the lookup."""

from __future__ import annotations

import typing as t

from ._account import Account, account_of_project
from ._api import Api
from ._errors import (
    AuthenticationError,
    CannotError,
    ForbiddenError,
    InputError,
    NotFoundError,
)
from ._facts import Fact, required
from ._invitations import PENDING, is_expired, with_status
from ._projects import describe, select, the_only
from ._types import Object


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
        CannotError: A term names several projects.
        RequestError: The projects cannot be read.
    """
    account = Account(api)
    listed: list[Object] = account.find_out(lambda facts: facts[Fact.PROJECTS])

    def matching(projects: list[Object]) -> list[Object]:
        matches = select(projects, owner=owner, default=default)
        if default and owner is None and matches:
            caller = account.find_out(lambda facts: facts[Fact.CALLER_ID])
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


def find_invitations(
    api: Api,
    project_id: str | None,
    project_name: str | None,
    status: str = PENDING,
    invitation_id: str | None = None,
    eligible: bool = False,
) -> tuple[list[Object], list[Object] | None]:
    """Return transfer invitations of a project, each with whether it has expired, and its eligible new owners.

    Args:
        api: Where to read.
        project_id: ID of the project, or None.
        project_name: Name of the project, or None.
        status: One of the API's, or "all". `pending` leaves out what has expired, as the API does.
        invitation_id: This invitation only, whatever its status is.
        eligible: Whether to ask for the eligible new owners; the owner is never one of them.

    Raises:
        InputError: Not exactly one of ID and name is given.
        CannotError: There is no project of that name, or more than one.
        RequestError: The invitations cannot be read.
    """
    account = account_of_project(api, project_id, project_name, invitation_id)[1]
    found = account.find_out(lambda facts: facts[Fact.INVITATIONS if invitation_id is None else Fact.INVITATION])
    required(found, f"Cannot read the transfer invitations of project {project_name or project_id}.")
    now = api.now()
    if invitation_id is not None:
        invitations = [found]
    else:
        invitations = found if status == "all" else with_status(found, status, now)
    listed: list[Object] = [{**invitation, "expired": is_expired(invitation, now)} for invitation in invitations]
    if not eligible:
        return listed, None
    users = account.find_out(lambda facts: facts[Fact.ELIGIBLE])
    required(users, f"Cannot read who is eligible to own project {project_name or project_id}: only its owner may ask.")
    # The API lists the present owner too, who alone may ask.
    caller = account.find_out(lambda facts: facts[Fact.CALLER_ID])
    return listed, [user for user in users if user["user_id"] != caller]


def _the_one(term: str, candidates: list[Object]) -> Object | None:
    if len(candidates) > 1 and any(candidate["id"] == term for candidate in candidates):
        # A name may look like an ID, so its shape does not tell which of them is meant.
        raise CannotError(
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
    except (ForbiddenError, InputError):
        if not hidden_is_missing:
            raise
    except AuthenticationError:
        if not hidden_is_missing:
            raise
        api.check_token()
    return []
