# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Users and projects for the unit tests, and an API that is a few dictionaries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import pytest
from ansible_collections.community.scalingo.plugins.module_utils._errors import (
    NotFoundError,
    RateLimitError,
    RequestError,
    RouteNotFoundError,
    TransportError,
)

NOW = datetime(2026, 7, 6, 12, 0, tzinfo=timezone.utc)
ME = {"id": "us-me", "username": "mireille", "email": "mireille@example.org", "flags": {}}
TOMASZ = {"id": "us-tomasz", "username": "tomasz", "email": "tomasz@example.org", "flags": {}}


def project(
    name: str, owner: dict[str, Any] | None = None, default: bool = False, project_id: str | None = None
) -> dict[str, Any]:
    """Return a project in the API's form, of ME if no owner is given; its ID follows from name and owner."""
    owner = owner or ME
    return {
        "id": project_id or f"prj-{owner['username']}-{name}",
        "name": name,
        "default": default,
        "created_at": "2026-05-18T16:02:09.480+02:00",
        "updated_at": "2026-05-18T16:02:09.480+02:00",
        "owner": owner,
        "flags": {},
    }


def api_error(kind: type[RequestError], status: int, words: str = "no") -> RequestError:
    """Return an error as the client raises it."""
    return kind(f"It was answered {status}: {words}.", status=status, method="X", path="/v1/projects")


def lost(done: bool) -> tuple[Exception, bool]:
    """Return a mishap: no answer came, whether or not the write was done."""
    return TransportError("POST received no response.", outcome_unknown=True, max_tries=float("inf")), done


def harmless() -> dict[str, RequestError]:
    """Return errors that say that a write was not done: none of them says anything of an earlier try."""
    return {
        "rate-limit": api_error(RateLimitError, 429),
        "route": api_error(RouteNotFoundError, 404),
        "unsent": TransportError("nobody there", outcome_unknown=False, max_tries=3),
    }


each_harmless = pytest.mark.parametrize("harm", list(harmless()))


class FakeApi:
    """Stands in for `Api`, with the same methods. Records its calls; the next writes can be made to fail.

    Attributes:
        calls: Names of the methods that were called, in order.
        mishaps: For the coming writes, in order: an error to raise, and whether the write is done nevertheless.
        claim: The user ID that the bearer token tells, or None.
    """

    def __init__(self, *projects: dict[str, Any], claim: str | None = ME["id"]) -> None:
        self.projects = list(projects)
        self.applications: list[dict[str, Any]] = []
        self.invitations: list[dict[str, Any]] = []
        self.eligible: list[dict[str, Any]] = []
        self.calls: list[str] = []
        self.mishaps: list[tuple[Exception, bool]] = []
        self.claim = claim
        self.patience = 10
        self.between: Callable[[], None] = lambda: None

    def caller_claim(self) -> str | None:
        return self.claim

    def pause(self, failures: int, error: RequestError) -> bool:
        assert error.seconds >= 0
        return failures <= self.patience

    def get_caller(self) -> dict[str, Any]:
        self.calls.append("get_caller")
        return TOMASZ if self.claim == TOMASZ["id"] else ME

    def now(self) -> datetime:
        return NOW

    def list_invitations(self, project_id: str) -> list[dict[str, Any]]:
        self.calls.append("list_invitations")
        return [dict(each) for each in self.invitations if each["project_id"] == project_id]

    def get_invitation(self, project_id: str, invitation_id: str) -> dict[str, Any]:
        self.calls.append("get_invitation")
        for each in self.invitations:
            if each["id"] == invitation_id:
                return dict(each)
        raise api_error(NotFoundError, 404, "not found")

    def list_eligible_new_owners(self, project_id: str) -> list[dict[str, Any]]:
        self.calls.append("list_eligible_new_owners")
        return [{"user_id": user["id"], "user_name": user["username"]} for user in self.eligible]

    def list_projects(self) -> list[dict[str, Any]]:
        self.calls.append("list_projects")
        return [dict(item) for item in self.projects]

    def check_token(self) -> None:
        self.list_projects()

    def get_project(self, project_id: str) -> dict[str, Any]:
        self.calls.append("get_project")
        return dict(self._find(project_id))

    def list_applications(self) -> list[dict[str, Any]]:
        self.calls.append("list_applications")
        return self.applications

    def create_project(self, name: str, default: bool = False) -> dict[str, Any]:
        return self._write("create_project", lambda: self._create(name, default))

    def update_project(self, project_id: str, changes: dict[str, Any]) -> dict[str, Any]:
        return self._write("update_project", lambda: self._update(project_id, changes))

    def delete_project(self, project_id: str) -> None:
        self._write("delete_project", lambda: self.projects.remove(self._find(project_id)))

    def _write(self, call: str, work: Callable[[], Any]) -> Any:
        self.calls.append(call)
        self.between()
        if not self.mishaps:
            return work()
        error, done = self.mishaps.pop(0)
        if done:
            work()
        raise error

    def _find(self, project_id: str) -> dict[str, Any]:
        for item in self.projects:
            if item["id"] == project_id:
                return item
        raise api_error(NotFoundError, 404, "not found")

    def _create(self, name: str, default: bool) -> dict[str, Any]:
        created = project(name)
        self.projects.append(created)
        return self._update(created["id"], {"default": True} if default else {})

    def _update(self, project_id: str, changes: dict[str, Any]) -> dict[str, Any]:
        changed = self._find(project_id)
        if changes.get("default"):
            for item in self.projects:
                item["default"] = item["default"] and item["owner"] != changed["owner"]
        changed.update(changes)
        return dict(changed)
