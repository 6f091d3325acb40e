# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading projects and invitations: for the info modules, and for the terms of the lookup."""

from __future__ import annotations

import typing as t

from ._account import Account
from ._api import Api, check_id
from ._errors import AuthenticationError, CannotError, ForbiddenError, InputError, NotFoundError, RejectedError
from ._invitations import EXPIRED, PENDING, status_of
from ._match import describe, select, single
from ._types import Object


def read_projects(api: Api, options: Object, _check_mode: bool) -> Object:
    """Return the projects that match every option, or an empty list: the result of the module."""
    filters = dict(options)
    project_id = filters.pop("project_id", None)
    candidates = _with_id(api, project_id) if project_id else api.list_projects()
    return {"changed": False, "projects": select(candidates, **filters)}


def read_invitations(api: Api, options: Object, _check_mode: bool) -> Object:
    """Return the invitations that match the options, and the eligible new owners if asked: the result of the module."""
    invitations, eligible = find_invitations(api, **options)
    result = {"changed": False, "transfer_invitations": invitations}
    return result if eligible is None else {**result, "eligible_new_owners": eligible}


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
        owner: Username, email address, or user ID of the owner.
        default: True for the default project, of the owner or else of the account itself; false for all others.

    Raises:
        CannotError: A term names several projects.
        RequestError: The projects cannot be read.
    """
    account = Account(api)
    listed = account.projects

    def matching(projects: list[Object]) -> list[Object]:
        matches = select(projects, owner=owner, default=default)
        if default and owner is None and matches:
            matches = [project for project in matches if project["owner"]["id"] == account.caller_id]
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
    project_id: str = "",
    project_name: str = "",
    status: str = PENDING,
    invitation_id: str = "",
    eligible_new_owners: bool = False,
) -> tuple[list[Object], list[Object] | None]:
    """Return transfer invitations of a project, each with whether it has expired, and its eligible new owners.

    Args:
        api: Where to read.
        project_id: ID of the project, or its name as project_name.
        status: One of the API's, or "all". `pending` leaves out what has expired, as the API does.
        invitation_id: This invitation only, in any status.
        eligible_new_owners: Whether to ask for the eligible new owners; the owner is never one of them.

    Raises:
        CannotError: There is no project of that name, or more than one.
        RequestError: The invitations cannot be read.
    """
    for identifier in (project_id, invitation_id):
        if identifier:
            check_id(identifier)
    account = Account(api)
    project_id = project_id or account.project_id(project_name)
    about = f"project {(project_name or project_id)!r}"
    sentence = f"Cannot read the transfer invitations of {about}."
    try:
        if not invitation_id:
            invitations = account.invitations(project_id)
        else:
            invitations = [account.invitation(project_id, invitation_id)]
        statuses = [status_of(invitation, account.now) for invitation in invitations]
        listed: list[Object] = [
            {**invitation, "expired": each == EXPIRED}
            for invitation, each in zip(invitations, statuses)
            if invitation_id or status in ("all", each)
        ]
        if not eligible_new_owners:
            return listed, None
        sentence = f"Cannot read who is eligible to own {about}: only its owner can do that."
        # The API lists the current owner too, who alone may ask.
        users = account.eligible_new_owners(project_id)
        return listed, [user for user in users if user["user_id"] != account.caller_id]
    except RejectedError as error:
        error.add_context(sentence)
        raise


def _the_one(term: str, candidates: list[Object]) -> Object | None:
    if len(candidates) > 1 and any(candidate["id"] == term for candidate in candidates):
        # A name may look like an ID, so its shape does not tell which of them is meant.
        raise CannotError(
            f"{term!r} is the ID of one project and the name of another: "
            + "; ".join(describe(candidate) for candidate in candidates)
            + "."
        )
    return single(candidates, term)


def _with_id(api: Api, project_id: str, hidden_is_missing: bool = False) -> list[Object]:
    """Return the project with an ID in a list, or an empty list.

    Args:
        hidden_is_missing: The ID is a guess, so a response that does not tell whether it exists is no error.
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
