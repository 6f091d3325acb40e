# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading projects and invitations: for the info modules, and for the terms of the lookup."""

from __future__ import annotations

import contextlib
import typing as t

from ._account import Account
from ._api import Api, check_id
from ._errors import CannotError, InputError, NotFoundError, explained
from ._invitations import PENDING, shown
from ._match import describe, select, single
from ._types import Object


def read_projects(api: Api, options: Object, _check_mode: bool) -> Object:
    """Return the projects that match every option, or an empty list: the result of the module."""
    filters = dict(options)
    project_id = filters.pop("project_id", None)
    candidates = [] if project_id else api.list_projects()
    if project_id:
        with contextlib.suppress(NotFoundError):
            candidates = [api.get_project(project_id)]
    return {"changed": False, "projects": select(candidates, **filters)}


def read_invitations(api: Api, options: Object, _check_mode: bool) -> Object:
    """Return the invitations that match the options, and the eligible new owners if asked: the result of the module."""
    invitation_id, project_id = options.get("invitation_id", ""), options.get("project_id", "")
    for identifier in (project_id, invitation_id):
        if identifier:
            check_id(identifier)
    account = Account(api)
    name = options.get("project_name", project_id)
    project_id = project_id or account.project_id(name)
    with explained(f"Cannot read the transfer invitations of project {name!r}."):
        found = [account.invitation(project_id, invitation_id)] if invitation_id else account.invitations(project_id)
    status = "all" if invitation_id else options.get("status", PENDING)
    result = {"changed": False, "transfer_invitations": shown(found, status, account.now)}
    if options.get("eligible_new_owners"):
        with explained(f"Cannot read who is eligible to own project {name!r}: only its owner can do that."):
            users = account.eligible_new_owners(project_id)
            # The API lists the current owner too, who alone may ask.
            result["eligible_new_owners"] = [user for user in users if user["user_id"] != account.caller_id]
    return result


def look_up(
    api: Api, terms: t.Sequence[str] | None, owner: str | None = None, default: bool | None = None
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
        candidates = matching(named or _guessed(term, account))
        if len(candidates) > 1 and any(candidate["id"] == term for candidate in candidates):
            # A name may look like an ID, so its shape does not tell which of them is meant.
            projects = "; ".join(describe(candidate) for candidate in candidates)
            raise CannotError(f"{term!r} is the ID of one project and the name of another: {projects}.")
        found.append((term, single(candidates, term)))
    return found


def _guessed(term: str, account: Account) -> list[Object]:
    """Return the project that a term may be the ID of in a list, or an empty list."""
    try:
        project = account.visible(account.project, term)
    except InputError:
        return []
    return [project] if project else []
