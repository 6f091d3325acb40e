# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to community.scalingo: it may change in any release.

"""The calls of the Scalingo API, one method each: paths, wrapping keys, statuses, and the form of what comes back.

The source of each is the vendor's API reference, page Projects, unless it says otherwise. Objects are the API's own,
unchanged: a field that the API adds appears without a release of this collection.
"""

from __future__ import annotations

import typing as t
from urllib.parse import quote

from ansible_collections.community.scalingo.plugins.module_utils._client import Client
from ansible_collections.community.scalingo.plugins.module_utils._dates import parse_date
from ansible_collections.community.scalingo.plugins.module_utils._errors import InputError, RouteNotFoundError

Object = t.Dict[str, t.Any]


class _Date:
    """Marks a text that is a date, in a form."""


# What decisions are made from, and so must be there and of the right type. Everything else may come or go.
_USER = {"id": str, "username": str}
_PROJECT = {"id": str, "name": str, "default": bool, "owner": _USER}
_APPLICATION = {"name": str, "project": {"id": str, "name": str}}
_INVITATION = {
    "id": str,
    "project_id": str,
    "invited_user_id": str,
    "invited_user_name": str,
    "inviter_user_id": str,
    "status": str,
    "expires_at": _Date,
    "created_at": _Date,
}
_ELIGIBLE = {"user_id": str, "user_name": str}


class Api:
    """The API as one account sees it.

    Every method raises `RequestError` if the answer is not the promised one.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self.pause = client.pause
        self.caller_claim = client.caller_claim
        self.now = client.now

    def log_in(self) -> Object:
        """Return a bearer token and its end, as the module `scalingo_login` has them."""
        bearer_token, expires_at = self._client.log_in()
        return {
            "bearer_token": bearer_token,
            "expires_at": None if expires_at is None else f"{expires_at:%Y-%m-%dT%H:%M:%SZ}",
        }

    def list_projects(self) -> list[Object]:
        """Return the projects that the account can see: its own, and perhaps those of others (not documented)."""
        projects = self._client.get_list("/v1/projects", "projects")
        return [self._checked("GET", "/v1/projects", "project", project, _PROJECT) for project in projects]

    def get_project(self, project_id: str) -> Object:
        """Return one project, by ID: a name is not documented to do."""
        path = _project_path(project_id)
        return self._unwrapped("GET", path, "project", self._client.get(path), _PROJECT, id=project_id)

    def create_project(self, name: str, default: bool = False) -> Object:
        """Create a project of the account."""
        wanted: Object = {"name": name}
        if default:
            wanted["default"] = True
        answer = self._client.write("POST", "/v1/projects", 201, {"project": wanted})
        project = self._unwrapped("POST", "/v1/projects", "project", answer, _PROJECT, name=name)
        caller = self.caller_claim()
        if caller is not None and project["owner"]["id"] != caller:
            raise self._client.unexpected("POST", "/v1/projects", "with 'project.owner.id' not that of the account")
        return project

    def update_project(self, project_id: str, changes: t.Mapping[str, t.Any]) -> Object:
        """Change a project.

        Args:
            project_id: Opaque ID.
            changes: A new `name`, and `default` if it is to become true; the API knows no way back to false.
        """
        path = _project_path(project_id)
        answer = self._client.write("PATCH", path, 200, {"project": dict(changes)})
        return self._unwrapped("PATCH", path, "project", answer, _PROJECT, id=project_id)

    def delete_project(self, project_id: str) -> None:
        """Delete a project, which must be empty and not the default one."""
        self._client.write("DELETE", _project_path(project_id), 204)

    def check_token(self) -> None:
        """Find out what a 401 meant. The API is known to answer it for a lacking right, too, and then this succeeds.

        Raises:
            AuthenticationError: The token is not valid any more.
        """
        self._client.get("/v1/projects")

    def list_applications(self) -> list[Object]:
        """Return all applications that the account can see (page Applications); the API has no filter by project."""
        applications = self._client.get_list("/v1/apps", "apps")
        return [self._checked("GET", "/v1/apps", "app", application, _APPLICATION) for application in applications]

    def get_caller(self) -> Object:
        """Return the account itself: `id`, `username`, `email` and `flags` can be relied on.

        The vendor's clients all ask the authentication host; the reference, page User Account, has it on the regional
        one, which is asked if the former does not know the path.
        """
        path = "/v1/users/self"
        try:
            answer = self._client.get(path, auth_host=True)
        except RouteNotFoundError:
            answer = self._client.get(path)
        return self._unwrapped("GET", path, "user", answer, _USER)

    def list_invitations(self, project_id: str) -> list[Object]:
        """Return all transfer invitations of a project, whatever became of them; the oldest first.

        Only `all` is documented as a value of `status`, and no order is.
        """
        path = f"{_project_path(project_id)}/transfer_invitations"
        invitations = self._client.get_list(path, "transfer_invitations", {"status": "all"})
        checked = [
            self._checked("GET", path, "transfer_invitation", each, _INVITATION, project_id=project_id)
            for each in invitations
        ]
        return sorted(checked, key=lambda invitation: parse_date(invitation["created_at"]))

    def get_invitation(self, project_id: str, invitation_id: str) -> Object:
        """Return one invitation. Its inviter and its invitee may read it."""
        path = _invitation_path(project_id, invitation_id)
        asked = {"id": invitation_id, "project_id": project_id}
        return self._unwrapped("GET", path, "transfer_invitation", self._client.get(path), _INVITATION, **asked)

    def create_invitation(self, project_id: str, user_id: str) -> Object:
        """Invite a user to take a project over. For its owner; one pending invitation a project."""
        path = f"{_project_path(project_id)}/transfer_invitations"
        body = {"transfer_invitation": {"invited_user_id": user_id}}
        answer = self._client.write("POST", path, 201, body)
        asked = {"project_id": project_id, "invited_user_id": user_id}
        return self._unwrapped("POST", path, "transfer_invitation", answer, _INVITATION, **asked)

    def answer_invitation(self, project_id: str, invitation_id: str, verb: str) -> Object:
        """Accept, decline or cancel an invitation: the first two are for the invitee, the last is for the owner.

        Args:
            project_id: Opaque ID.
            invitation_id: Opaque ID.
            verb: "accept", "decline" or "cancel".

        Returns: The invitation as it is then. An acceptance that cannot be carried out ends in `failed` or `error`.
        """
        path = f"{_invitation_path(project_id, invitation_id)}/{verb}"
        # The reference sends no body; the vendor's JavaScript client changed that to an empty object.
        answer = self._client.write("POST", path, 200, {})
        asked = {"id": invitation_id, "project_id": project_id}
        return self._unwrapped("POST", path, "transfer_invitation", answer, _INVITATION, **asked)

    def list_eligible_new_owners(self, project_id: str) -> list[Object]:
        """Return the users that could take a project over, perhaps with its owner. For the owner."""
        path = f"{_project_path(project_id)}/eligible_new_owners"
        users = self._client.get_list(path, "eligible_new_owners")
        return [self._checked("GET", path, "eligible_new_owner", user, _ELIGIBLE) for user in users]

    def _unwrapped(self, method: str, path: str, key: str, answer: Object, form: Object, **asked: str) -> Object:
        return self._checked(method, path, key, answer.get(key), form, **asked)

    def _checked(self, method: str, path: str, key: str, found: t.Any, form: Object, **asked: str) -> Object:
        """Return an object that has a form and is about what was asked: its next write could hit another one."""
        problem = _mismatch(key, found, form)
        for field, value in asked.items():
            if problem is None and found[field] != value:
                problem = f"'{key}.{field}' not the one that was asked for"
        if problem:
            raise self._client.unexpected(method, path, f"with {problem}")
        return found


def check_id(identifier: str) -> None:
    """Refuse what cannot be the ID of anything.

    Raises:
        InputError: It cannot.
    """
    path_part(identifier)


def path_part(identifier: str) -> str:
    """Return an identifier as one part of a path. Identifiers are opaque, so little is checked.

    Raises:
        InputError: It can be no part of a path: dots alone lead elsewhere, and so may a slash, however it is quoted.
    """
    try:
        quoted = quote(identifier, safe="")
    except UnicodeError:
        quoted = ""
    if quoted in ("", ".", "..") or "/" in identifier:
        raise InputError(f"{identifier!r} cannot be the ID of a project or an invitation.")
    return quoted


def _project_path(project_id: str) -> str:
    return f"/v1/projects/{path_part(project_id)}"


def _invitation_path(project_id: str, invitation_id: str) -> str:
    return f"{_project_path(project_id)}/transfer_invitations/{path_part(invitation_id)}"


def _mismatch(field: str, value: t.Any, form: t.Any) -> str | None:
    """Return what keeps a value from having a form, or None if it has it."""
    kind = dict if isinstance(form, dict) else form
    if value is None:
        return f"{field!r} missing"
    if not (_is_date(value) if kind is _Date else isinstance(value, kind)):
        expected = {dict: "an object", str: "a text", bool: "true or false", _Date: "a date"}[kind]
        return f"{field!r} not {expected}"
    if isinstance(form, dict):
        for key, inner in form.items():
            problem = _mismatch(f"{field}.{key}", value.get(key), inner)
            if problem:
                return problem
    elif value == "" and field.endswith("id"):
        return f"{field!r} empty"
    return None


def _is_date(value: t.Any) -> bool:
    try:
        parse_date(value)
    except (TypeError, ValueError):
        return False
    return True
