# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Users, projects, and invitations for the unit tests, and a stand-in for `Api` that keeps them in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from ansible_collections.community.scalingo.plugins.module_utils._errors import (
    ApiError,
    ConflictError,
    ForbiddenError,
    NotFoundError,
    RequestError,
    TransportError,
    ValidationError,
)

Object = dict[str, Any]

NOW = datetime(2026, 7, 6, 12, 0, tzinfo=timezone.utc)
ME, TOMASZ, AMINA = (
    {"id": f"us-{name}", "username": name, "email": f"{name}@example.org", "flags": {}}
    for name in ("mireille", "tomasz", "amina")
)


def project(name: str, owner: Object = ME, default: bool = False) -> Object:
    """Return a project in the API's form; its ID follows from name and owner."""
    dates = dict.fromkeys(("created_at", "updated_at"), "2026-05-18T16:02:09.480+02:00")
    identifier = f"prj-{owner['username']}-{name}"
    return {"id": identifier, "name": name, "default": default, **dates, "owner": owner, "flags": {}}


WEB = project("web")


def invitation(
    status: str = "pending", to: Object = TOMASZ, number: int = 1, expired: bool = False, reason: str = ""
) -> Object:
    """Return an invitation of ME to own the project web, in the API's form."""
    expires_at = NOW + timedelta(days=-1 if expired else 1, minutes=number)
    made = (expires_at - timedelta(days=3)).isoformat()
    return {
        "id": f"tin-{number}",
        "project_id": WEB["id"],
        "invited_user_id": to["id"],
        "invited_user_name": to["username"],
        "inviter_user_id": ME["id"],
        "status": status,
        "status_reason": reason,
        "expires_at": expires_at.isoformat(),
        "created_at": made,
        "updated_at": made,
    }


def response(kind: type[ApiError], status: int = 0) -> ApiError:
    """Return an error as the client raises it."""
    return kind(f"It returned HTTP {status}.", status, "X", "/v1/projects")


def lost() -> RequestError:
    return TransportError("It received no response.", outcome_unknown=True, max_tries=99)


def not_sent() -> RequestError:
    return TransportError("No connection.", outcome_unknown=False, max_tries=3)


def nothing() -> None:
    """What other jobs mostly do."""


@dataclass(frozen=True)
class Fate:
    """What becomes of a write: its error if it has one, whether it is done, and what other jobs do around it."""

    error: RequestError | None = None
    done: bool = True
    before: Callable[[], Any] = nothing
    after: Callable[[], Any] = nothing


class StandIn:
    """Stands in for `Api`, as one account sees it: it rejects what the real one is documented to reject.

    Attributes:
        calls: Names of the methods that were called, in order; and the writes among them, with their arguments.
        fates: What becomes of the coming writes. Those beyond simply succeed.
        failing: Errors of methods that read, by name.
        unlisted: IDs of projects that the list does not show.
        events: What happens at which second of the clock.
        patience: How many pauses `max_wait` has time for.
    """

    def __init__(self, *projects: Object, caller: Object = ME, claim: bool = True) -> None:
        self.caller, self._claim = caller, claim
        self.projects = [dict(each) for each in projects]
        self.applications: list[Object] = []
        self.api_url = "https://api.osc-fr1.scalingo.com"
        self.databases: list[Object] = []
        self.invitations: list[Object] = []
        self.eligible: list[Object] = [ME, TOMASZ, AMINA]
        self.calls: list[str] = []
        self.writes: list[tuple[Any, ...]] = []
        self.fates: list[Fate] = []
        self.failing: dict[str, Exception] = {}
        self.unlisted: set[str] = set()
        self.events: list[tuple[float, Callable[[], Any]]] = []
        self.passed: Callable[[], float] = lambda: 0.0
        self.patience = 10
        self.said: list[str] = []

    # What costs no request

    def caller_claim(self) -> str | None:
        return self.caller["id"] if self._claim else None

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.passed())

    def pause(self, failures: int, error: RequestError) -> bool:
        return failures <= self.patience

    def on_wait(self, sentence: str) -> None:
        self.said.append(sentence)

    # Reads

    def check_token(self) -> None:
        self.list_projects()

    def get_caller(self) -> Object:
        return self._read("get_caller", {**self.caller, "fullname": "not shown of an owner"})

    def list_projects(self) -> list[Object]:
        return self._read("list_projects", [each for each in self.projects if each["id"] not in self.unlisted])

    def get_project(self, project_id: str) -> Object:
        return self._read("get_project", self.projects, project_id)

    def list_applications(self) -> list[Object]:
        return self._read("list_applications", self.applications)

    def list_databases(self) -> list[Object]:
        return self._read("list_databases", self.databases)

    def list_invitations(self, project_id: str) -> list[Object]:
        return self._read("list_invitations", [each for each in self.invitations if each["project_id"] == project_id])

    def get_invitation(self, project_id: str, invitation_id: str) -> Object:
        return self._read("get_invitation", self.invitations, invitation_id)

    def list_eligible_new_owners(self, project_id: str) -> list[Object]:
        users = [{"user_id": user["id"], "user_name": user["username"]} for user in self.eligible]
        return self._read("list_eligible_new_owners", users)

    # Writes

    def create_project(self, name: str, default: bool = False) -> Object:
        def work() -> Object:
            made = {**project(name, self.caller), "id": f"prj-new-{name}"}
            self._check_name(made)
            self.projects.append(made)
            return self._update(made, {"default": True} if default else {})

        return self._write("create_project", (name, default), work)

    def update_project(self, project_id: str, changes: Object) -> Object:
        return self._write(
            "update_project", (project_id, changes), lambda: self._update(self._own(project_id), changes)
        )

    def delete_project(self, project_id: str) -> None:
        def work() -> None:
            found = self._own(project_id)
            inside = any(each["project"]["id"] == project_id for each in self.applications)
            if found["default"] or inside or any(each["project_id"] == project_id for each in self.databases):
                raise response(ConflictError, 409)
            self.projects.remove(found)

        self._write("delete_project", (project_id,), work)

    def create_invitation(self, project_id: str, user_id: str) -> Object:
        def work() -> Object:
            self._own(project_id)
            if any(each["status"] == "pending" for each in self.invitations):
                raise response(ConflictError, 409)
            (user,) = (user for user in self.eligible if user["id"] == user_id)
            self.invitations.append(invitation(to=user, number=len(self.invitations) + 1))
            return dict(self.invitations[-1])

        return self._write("create_invitation", (project_id, user_id), work)

    def close_invitation(self, project_id: str, invitation_id: str, verb: str) -> Object:
        def work() -> Object:
            found = next(each for each in self.invitations if each["id"] == invitation_id)
            mine = found["inviter_user_id" if verb == "cancel" else "invited_user_id"] == self.caller["id"]
            if not mine or found["status"] != "pending":
                raise response(ForbiddenError, 403)
            found["status"] = {"accept": "accepted", "decline": "declined", "cancel": "canceled"}[verb]
            if verb == "accept":
                self.projects = [
                    {**each, "owner": self.caller} if each["id"] == project_id else each for each in self.projects
                ]
            return dict(found)

        return self._write("close_invitation", (project_id, invitation_id, verb), work)

    # What others do, and what the stand-in is made of

    def change(self, project_id: str, **changes: Any) -> None:
        """Change a project as another job does."""
        self._update(next(each for each in self.projects if each["id"] == project_id), changes)

    def _read(self, call: str, found: Any, identifier: str | None = None) -> Any:
        self.calls.append(call)
        while self.events and self.events[0][0] <= self.passed():
            self.events.pop(0)[1]()
        if call in self.failing:
            raise self.failing[call]
        if identifier is None:
            return [dict(each) for each in found] if isinstance(found, list) else found
        for each in found:
            if each["id"] == identifier:
                return dict(each)
        raise response(NotFoundError, 404)

    def _write(self, call: str, arguments: tuple[Any, ...], work: Callable[[], Any]) -> Any:
        self.calls.append(call)
        self.writes.append((call, *arguments))
        fate = self.fates.pop(0) if self.fates else Fate()
        fate.before()
        try:
            result = work() if fate.done else None
        finally:
            fate.after()
        if fate.error:
            raise fate.error
        return result

    def _own(self, project_id: str) -> Object:
        for each in self.projects:
            if each["id"] == project_id:
                if each["owner"] != self.caller:
                    raise response(ForbiddenError, 403)
                return each
        raise response(NotFoundError, 404)

    def _update(self, changed: Object, changes: Object) -> Object:
        self._check_name({**changed, **changes})
        for each in self.projects:
            if changes.get("default") and each["owner"] == changed["owner"]:
                each["default"] = False
        changed.update(changes)
        return dict(changed)

    def _check_name(self, wanted: Object) -> None:
        for each in self.projects:
            if (each["name"], each["owner"]) == (wanted["name"], wanted["owner"]) and each["id"] != wanted["id"]:
                raise response(ValidationError, 422)


def account(*names: str, **options: Any) -> StandIn:
    """Return the API of an account with these projects, and with home, its default project."""
    return StandIn(project("home", default=True), *map(project, names), **options)
