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
from datetime import datetime, timezone
from urllib.parse import quote

from ._errors import InputError, RequestError, RouteNotFoundError
from ._http.client import Client
from ._types import Application, EligibleNewOwner, Invitation, Object, Project, User, parse_date


class Api:
    """The API as one account sees it.

    Every method raises `RequestError` if the response is not the promised one.
    """

    def __init__(self, client: Client) -> None:
        self._client = client

    def pause(self, failures: int, error: RequestError) -> bool:
        """Wait before a failed write is sent again, as `Retry.pause` says. Return whether `max_wait` allows that."""
        return self._client.pause(failures, error)

    def now(self) -> datetime:
        """Return the time by the clock of the API."""
        return self._client.now()

    def on_wait(self, sentence: str) -> None:
        """Tell the user that the task waits, and for what."""
        self._client.on_wait(sentence)

    def log_in(self) -> Object:
        """Return a bearer token and its end, as the module `scalingo_login` has them."""
        # An hour is documented; the token itself says it in the claim `exp` (seen in recorded responses).
        bearer_token, expires_at = self._client.bearer_token(), self._client.claims().get("exp")
        try:
            end = f"{datetime.fromtimestamp(t.cast(float, expires_at), tz=timezone.utc):%Y-%m-%dT%H:%M:%SZ}"
        except (TypeError, ValueError, OverflowError, OSError):
            end = None
        return {"bearer_token": bearer_token, "expires_at": end}

    def caller_claim(self) -> str | None:
        """Return the user ID that the bearer token itself names, or None (the claim was seen in recorded responses)."""
        uuid = self._client.claims().get("uuid")
        return uuid if isinstance(uuid, str) and uuid else None

    def list_projects(self) -> list[Project]:
        """Return the projects that the account can see: its own, and perhaps those of others (not documented)."""
        return self._client.get_list("/v1/projects", "projects", Project)

    def get_project(self, project_id: str) -> Project:
        """Return one project, by ID: a name is not documented to do."""
        return self._client.get(_project_path(project_id)).one("project", Project, id=project_id)

    def create_project(self, name: str, default: bool = False) -> Project:
        """Create a project of the account."""
        body = {"project": {"name": name, "default": True} if default else {"name": name}}
        response = self._client.write("POST", "/v1/projects", 201, body)
        project: Project = response.one("project", Project, name=name)
        if project["owner"]["id"] != (self.caller_claim() or project["owner"]["id"]):
            raise response.unexpected("with 'project.owner.id' not that of the account")
        return project

    def update_project(self, project_id: str, changes: t.Mapping[str, t.Any]) -> Project:
        """Change a project.

        Args:
            project_id: Opaque ID.
            changes: A new `name`, and `default` if it is to become true; the API knows no way back to false.
        """
        body = {"project": dict(changes)}
        response = self._client.write("PATCH", _project_path(project_id), 200, body)
        return response.one("project", Project, id=project_id, **changes)

    def delete_project(self, project_id: str) -> None:
        """Delete a project, which must be empty and not the default project."""
        self._client.write("DELETE", _project_path(project_id), 204)

    def check_token(self) -> None:
        """Check whether the token is valid, after a 401: the API is known to return that for a missing right, too.

        Raises:
            AuthenticationError: It is not.
        """
        self._client.get("/v1/projects")

    def list_applications(self) -> list[Application]:
        """Return all applications that the account can see (page Applications); the API has no filter by project."""
        return self._client.get_list("/v1/apps", "apps", Application)

    def get_caller(self) -> User:
        """Return the account itself: `id`, `username`, `email` and `flags` can be relied on.

        The vendor's clients all ask the authentication host. The reference, page User Account, has it on the regional
        one, which is asked if the authentication host does not know the path.
        """
        try:
            response = self._client.get("/v1/users/self", auth_host=True)
        except RouteNotFoundError:
            response = self._client.get("/v1/users/self")
        return response.one("user", User)

    def list_invitations(self, project_id: str) -> list[Invitation]:
        """Return all transfer invitations of a project, in any status; the oldest first.

        Only `all` is documented as a value of `status`, and no order is.
        """
        path = f"{_project_path(project_id)}/transfer_invitations"
        found = self._client.get_list(
            path, "transfer_invitations", Invitation, {"status": "all"}, project_id=project_id
        )
        return sorted(found, key=lambda invitation: parse_date(invitation["created_at"]))

    def get_invitation(self, project_id: str, invitation_id: str) -> Invitation:
        """Return one invitation. Its inviter and its invitee may read it."""
        response = self._client.get(_invitation_path(project_id, invitation_id))
        return response.one("transfer_invitation", Invitation, id=invitation_id, project_id=project_id)

    def create_invitation(self, project_id: str, user_id: str) -> Invitation:
        """Invite a user to take a project over. For its owner; one pending invitation a project."""
        body = {"transfer_invitation": {"invited_user_id": user_id}}
        response = self._client.write("POST", f"{_project_path(project_id)}/transfer_invitations", 201, body)
        return response.one("transfer_invitation", Invitation, project_id=project_id, invited_user_id=user_id)

    def close_invitation(self, project_id: str, invitation_id: str, verb: str) -> Invitation:
        """Accept, decline or cancel an invitation: the first two are for the invitee, the last is for the owner.

        Args:
            project_id: Opaque ID.
            invitation_id: Opaque ID.
            verb: "accept", "decline" or "cancel".

        Returns: The invitation as it is then. An acceptance that cannot be carried out ends in `failed` or `error`.
        """
        # The reference sends no body; the vendor's JavaScript client changed that to an empty object.
        response = self._client.write("POST", f"{_invitation_path(project_id, invitation_id)}/{verb}", 200, {})
        return response.one("transfer_invitation", Invitation, id=invitation_id, project_id=project_id)

    def list_eligible_new_owners(self, project_id: str) -> list[EligibleNewOwner]:
        """Return the users that could take a project over, perhaps with its owner. For the owner."""
        path = f"{_project_path(project_id)}/eligible_new_owners"
        return self._client.get_list(path, "eligible_new_owners", EligibleNewOwner)


def check_id(identifier: str) -> None:
    """Check that an identifier can be the ID of anything.

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
