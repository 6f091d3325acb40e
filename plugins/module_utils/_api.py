# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calls of the Scalingo API, one method each: paths, wrapping keys, statuses, and the form of what comes back.

The source of each is the vendor's API reference, page Projects, unless it says otherwise. Objects are the API's own,
unchanged: a field that the API adds appears without a release of this collection.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime, timezone
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from ._errors import InputError, RequestError, RouteNotFoundError
from ._http.client import Client, claims_of
from ._types import Application, Collaborator, Database, EligibleNewOwner, Invitation, Object, Project, User, parse_date


@dataclass(frozen=True)
class Api:
    """The API as one account sees it.

    Every method raises `RequestError` if the response is not the promised one.
    """

    _client: Client

    @property
    def api_url(self) -> str:
        """The URL of the regional API."""
        return self._client.api_url

    def now(self) -> datetime:
        """Return the time by the clock of the API, which is the one that its dates are about."""
        return self._client.now()

    def pause(self, failures: int, error: RequestError) -> bool:
        """Wait before a write that failed is sent again. Return whether `max_wait` allows that."""
        return self._client.retry.pause(failures, error)

    def on_wait(self, sentence: str) -> None:
        """Tell the person who watches the task what it waits for."""
        self._client.on_wait(sentence)

    def as_user(self, api_token: str, option: str) -> Api:
        """Return the API as another account sees it, in the same region. Messages name the option of the token."""
        return Api(self._client.as_user(api_token, option))

    def log_in(self) -> Object:
        """Return a bearer token and its end, as the module `scalingo_login` has them."""
        token = self._client.bearer_token()
        return {"bearer_token": token, "expires_at": _time(claims_of(token).get("exp"))}

    def caller_claim(self) -> str | None:
        """Return the user ID that the bearer token itself names, or None (the claim was seen in recorded responses)."""
        uuid = claims_of(self._client.bearer_token()).get("uuid")
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

    def update_project(self, project_id: str, changes: Object) -> Project:
        """Rename a project, or set it as the default project, which the API cannot unset."""
        response = self._client.write("PATCH", _project_path(project_id), 200, {"project": dict(changes)})
        return response.one("project", Project, id=project_id, **changes)

    def delete_project(self, project_id: str) -> None:
        """Delete a project, which must be empty and not the default project."""
        self._client.write("DELETE", _project_path(project_id), 204)

    def check_token(self) -> None:
        """Raise `AuthenticationError` if the token is invalid: a 401 may also mean that a right is missing."""
        self._client.get("/v1/projects")

    def list_applications(self) -> list[Application]:
        """Return all applications that the account can see (page Applications); the API has no filter by project."""
        return self._client.get_list("/v1/apps", "apps", Application)

    def list_databases(self) -> list[Database]:
        """Return all dedicated databases that the account can see (page Databases); likewise."""
        return self._client.get_list("/v1/databases", "databases", Database)

    def list_collaborators(self) -> list[Collaborator]:
        """Return the collaborators of all applications of the account (page Collaborators)."""
        return self._client.get_list("/v1/collaborators", "collaborators", Collaborator)

    def list_collaborators_of(self, app: str) -> list[Collaborator]:
        """Return the collaborators of an application, or of a dedicated database (vendor's clients), by its name."""
        return self._client.get_list(_collaborators_path(app), "collaborators", Collaborator)

    def create_collaborator(self, app: str, email: str, is_limited: bool) -> Collaborator:
        """Invite a person, by email address, to collaborate on an application or a dedicated database."""
        body = {"collaborator": {"email": email, "is_limited": is_limited}}
        response = self._client.write("POST", _collaborators_path(app), 201, body)
        # An object in the vendor's clients and in recorded responses, a list of one in the reference's example.
        if not isinstance(response.json.get("collaborator"), list):
            return response.one("collaborator", Collaborator, app_name=app)
        for collaborator in response.many("collaborator", Collaborator, app_name=app):
            return t.cast(Collaborator, collaborator)
        raise response.unexpected("with an empty 'collaborator'")

    def update_collaborator(self, app: str, collaborator_id: str, is_limited: bool) -> Collaborator:
        """Give or take a collaborator the full rights; no other field can be changed."""
        path = f"{_collaborators_path(app)}/{check_id(collaborator_id)}"
        response = self._client.write("PATCH", path, 200, {"collaborator": {"is_limited": is_limited}})
        return response.one("collaborator", Collaborator, id=collaborator_id, is_limited=is_limited)

    def delete_collaborator(self, app: str, collaborator_id: str) -> None:
        """Remove a collaborator, or cancel an invitation."""
        self._client.write("DELETE", f"{_collaborators_path(app)}/{check_id(collaborator_id)}", 204)

    def invitation_token(self, collaborator: Object) -> str:
        """Return the secret in the link of an invitation to collaborate, or an empty text if it has none."""
        link = collaborator.get("invitation_link")
        values = parse_qs(urlsplit(link).query).get("token") if isinstance(link, str) else None
        return values[0] if values else ""

    def accept_collaboration(self, token: str) -> None:
        """Accept an invitation to collaborate, by the secret in its link: a GET that writes (vendor's clients)."""
        self._client.on_secret(token)
        self._client.write("GET", f"/v1/apps/collaboration?{urlencode({'token': token})}", 200)

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
        """Invite a user to own a project. Only its owner can; a project has at most one pending invitation."""
        body = {"transfer_invitation": {"invited_user_id": user_id}}
        response = self._client.write("POST", f"{_project_path(project_id)}/transfer_invitations", 201, body)
        return response.one("transfer_invitation", Invitation, project_id=project_id, invited_user_id=user_id)

    def close_invitation(self, project_id: str, invitation_id: str, verb: str) -> Invitation:
        """Let the invited user "accept" or "decline", or the owner "cancel" an invitation; return it as it is then."""
        # The reference sends no body; the vendor's JavaScript client changed that to an empty object.
        response = self._client.write("POST", f"{_invitation_path(project_id, invitation_id)}/{verb}", 200, {})
        return response.one("transfer_invitation", Invitation, id=invitation_id, project_id=project_id)

    def list_eligible_new_owners(self, project_id: str) -> list[EligibleNewOwner]:
        """Return the eligible new owners of a project, perhaps with its current owner. Only the owner can."""
        path = f"{_project_path(project_id)}/eligible_new_owners"
        return self._client.get_list(path, "eligible_new_owners", EligibleNewOwner)


def _time(seconds: t.Any) -> str | None:
    """Return the end of a token, by its claim `exp` (seen in recorded responses; an hour is documented)."""
    try:
        return f"{datetime.fromtimestamp(seconds, tz=timezone.utc):%Y-%m-%dT%H:%M:%SZ}"
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def check_id(identifier: str) -> str:
    """Check an ID, and return it as one part of a path. IDs are opaque, so little is checked.

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


def _collaborators_path(app: str) -> str:
    return f"/v1/apps/{check_id(app)}/collaborators"


def _project_path(project_id: str) -> str:
    return f"/v1/projects/{check_id(project_id)}"


def _invitation_path(project_id: str, invitation_id: str) -> str:
    return f"{_project_path(project_id)}/transfer_invitations/{check_id(invitation_id)}"
