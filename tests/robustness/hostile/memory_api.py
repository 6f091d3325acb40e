# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The API as a few dictionaries, with its rules and without HTTP, so that a plan can be tried thousands of times."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from itertools import count
from typing import Any

from ansible_collections.community.scalingo.plugins.module_utils._errors import (
    ConflictError,
    ForbiddenError,
    NotFoundError,
    RejectedError,
    ValidationError,
)

Object = dict[str, Any]

NOW = datetime(2026, 7, 6, 12, 0, tzinfo=timezone.utc)
LIMIT = 20
USERS = {
    name: {"id": f"us-{name}", "username": name, "email": f"{name}@example.org", "flags": {}}
    for name in ("mireille", "tomasz", "zofia")
}
STATUSES = {403: ForbiddenError, 404: NotFoundError, 409: ConflictError, 422: ValidationError}


def refusal(status: int, words: str) -> RejectedError:
    kind: type[RejectedError] = STATUSES[status]
    body = {"errors": {"name": [words]}} if status == 422 else {"error": words}
    return kind(f"It was answered {status}: {words}.", status=status, method="X", path="/v1/x", body=body)


class World:
    """What the platform knows: projects, applications and invitations of all users."""

    def __init__(self) -> None:
        self.projects: dict[str, Object] = {}
        self.applications: list[Object] = []
        self.invitations: dict[str, Object] = {}
        # Every write that was done, as (verb, ID of what it was done to, what it said).
        self.writes: list[tuple[str, str, Any]] = []
        self.lists_others = True
        self.expired_blocks = False
        self.accept_outcome = "accepted"
        self._numbers = count(1)

    def __repr__(self) -> str:
        """All of it, for whoever has to understand a failing example."""
        return f"<World {self.state}, applications {self.applications}, lists_others {self.lists_others}>"

    def copy(self) -> World:
        numbers, self._numbers = self._numbers, count()
        twin = copy.deepcopy(self)
        # Both go on from the same number, so that what they make can be compared.
        start = next(numbers)
        self._numbers, twin._numbers = count(start), count(start)
        return twin

    def add_project(self, owner: str, name: str, default: bool = False, project_id: str | None = None) -> Object:
        project_id = project_id or f"prj-{next(self._numbers)}"
        self.projects[project_id] = {
            "id": project_id,
            "name": name,
            "default": False,
            "created_at": NOW.isoformat(),
            "updated_at": NOW.isoformat(),
            "owner": dict(USERS[owner]),
            "flags": {},
        }
        if default:
            self.make_default(self.projects[project_id])
        return self.projects[project_id]

    def make_project(self, owner: str, name: str, default: bool) -> Object:
        """A project whose ID nobody could know before."""
        return self.add_project(owner, name, default, f"made-{next(self._numbers)}")

    def make_default(self, project: Object) -> None:
        for other in self.of(project["owner"]["id"]):
            other["default"] = other is project

    def of(self, owner_id: str) -> Iterator[Object]:
        return (project for project in self.projects.values() if project["owner"]["id"] == owner_id)

    def add_application(self, project_id: str, *collaborators: str) -> None:
        self.applications.append(
            {"name": f"app-{next(self._numbers)}", "project_id": project_id, "collaborators": list(collaborators)}
        )

    def add_invitation(self, project_id: str, invited: str, status: str = "pending", expired: bool = False) -> Object:
        invitation_id = f"tin-{next(self._numbers)}"
        made = NOW - timedelta(days=4 if expired else 1) + timedelta(seconds=len(self.invitations))
        self.invitations[invitation_id] = {
            "id": invitation_id,
            "project_id": project_id,
            "invited_user_id": USERS[invited]["id"],
            "invited_user_name": invited,
            "inviter_user_id": self.projects[project_id]["owner"]["id"],
            "status": status,
            "status_reason": "",
            "expires_at": (made + timedelta(days=3)).isoformat(),
            "created_at": made.isoformat(),
            "updated_at": made.isoformat(),
        }
        return self.invitations[invitation_id]

    @property
    def state(self) -> Any:
        """All that matters of it, to be compared."""
        projects = {key: (each["name"], each["default"], each["owner"]["id"]) for key, each in self.projects.items()}
        return projects, {key: each["status"] for key, each in self.invitations.items()}


class MemoryApi:
    """The calls of `Api`, for one user of a world."""

    def __init__(self, world: World, user: str, claim: bool = True) -> None:
        self._world = world
        self.api_url = "https://api.osc-fr1.scalingo.com"
        self._me = USERS[user]
        self._claim = claim

    # What costs nothing

    def caller_claim(self) -> str | None:
        return self._me["id"] if self._claim else None

    def now(self) -> datetime:
        return NOW

    def pause(self, _failures: int, _error: Any) -> bool:
        return False

    def on_wait(self, _sentence: str) -> None:
        """Nobody watches."""

    # Reading

    def get_caller(self) -> Object:
        return dict(self._me)

    def check_token(self) -> None:
        """It is always valid."""

    def list_projects(self) -> list[Object]:
        seen = [each for each in self._world.projects.values() if self._owns(each) or self._collaborates(each["id"])]
        return copy.deepcopy([each for each in seen if self._world.lists_others or self._owns(each)])

    def get_project(self, project_id: str) -> Object:
        return copy.deepcopy(self._visible(project_id))

    def list_collaborators(self) -> list[Object]:
        return []

    def list_collaborators_of(self, _app: str) -> list[Object]:
        return []

    def list_applications(self) -> list[Object]:
        world = self._world
        return [
            {
                "name": each["name"],
                "project": {"id": each["project_id"], "name": world.projects[each["project_id"]]["name"]},
            }
            for each in world.applications
            if self._owns(world.projects[each["project_id"]]) or self._me["username"] in each["collaborators"]
        ]

    def list_databases(self) -> list[Object]:
        return []

    def list_invitations(self, project_id: str) -> list[Object]:
        project = self._visible(project_id)
        found = [each for each in self._world.invitations.values() if each["project_id"] == project_id]
        if not self._owns(project):
            found = [each for each in found if self._takes_part(each)]
        return copy.deepcopy(found)

    def get_invitation(self, project_id: str, invitation_id: str) -> Object:
        return copy.deepcopy(self._invitation(project_id, invitation_id))

    def list_eligible_new_owners(self, project_id: str) -> list[Object]:
        self._own(project_id)
        return [{"user_id": USERS[name]["id"], "user_name": name} for name in self._eligible(project_id)]

    # Writing

    def create_project(self, name: str, default: bool = False) -> Object:
        own = list(self._world.of(self._me["id"]))
        if any(project["name"] == name for project in own):
            raise refusal(422, "has already been taken")
        if len(own) >= LIMIT:
            raise refusal(422, "limit reached")
        project = self._world.make_project(self._me["username"], name, default)
        self._note("create", project["id"], name)
        return copy.deepcopy(project)

    def update_project(self, project_id: str, changes: Object) -> Object:
        project = self._own(project_id)
        name = changes.get("name", project["name"])
        if any(each["name"] == name and each is not project for each in self._world.of(self._me["id"])):
            raise refusal(422, "has already been taken")
        if not changes or changes.get("default") is False:
            raise refusal(422, "cannot be written")
        project["name"] = name
        if changes.get("default"):
            self._world.make_default(project)
        self._note("update", project_id, dict(changes))
        return copy.deepcopy(project)

    def delete_project(self, project_id: str) -> None:
        project = self._own(project_id)
        if project["default"]:
            raise refusal(409, "default project")
        if any(each["project_id"] == project_id for each in self._world.applications):
            raise refusal(409, "contains applications")
        del self._world.projects[project_id]
        self._note("delete", project_id, None)

    def create_invitation(self, project_id: str, user_id: str) -> Object:
        self._own(project_id)
        invited = next((name for name, user in USERS.items() if user["id"] == user_id), None)
        if invited not in self._eligible(project_id) or invited == self._me["username"]:
            raise refusal(422, "is not eligible")
        pending = [each for each in self.list_invitations(project_id) if each["status"] == "pending"]
        if any(self._world.expired_blocks or not is_expired(each) for each in pending):
            raise refusal(409, "is pending")
        invitation = self._world.add_invitation(project_id, invited)
        self._note("invite", invitation["id"], user_id)
        return copy.deepcopy(invitation)

    def close_invitation(self, project_id: str, invitation_id: str, verb: str) -> Object:
        invitation = self._invitation(project_id, invitation_id)
        if verb == "cancel":
            self._own(project_id)
        elif invitation["invited_user_id"] != self._me["id"]:
            raise refusal(403, "not for you")
        if invitation["status"] != "pending" or (verb != "cancel" and is_expired(invitation)):
            raise refusal(422, "was answered")
        invitation["status"] = {"accept": self._world.accept_outcome, "decline": "declined", "cancel": "canceled"}[verb]
        if invitation["status"] == "accepted":
            self._hand_over(invitation)
        self._note(verb, invitation_id, None)
        return copy.deepcopy(invitation)

    def _hand_over(self, invitation: Object) -> None:
        project = self._world.projects[invitation["project_id"]]
        own = list(self._world.of(self._me["id"]))
        if len(own) >= LIMIT or any(each["name"] == project["name"] for each in own):
            invitation["status"], invitation["status_reason"] = "failed", "The name is taken"
            return
        project["owner"], project["default"] = dict(self._me), False

    def _note(self, verb: str, target: str, said: Any) -> None:
        self._world.writes.append((verb, target, said))

    def _owns(self, project: Object) -> bool:
        return bool(project["owner"]["id"] == self._me["id"])

    def _collaborates(self, project_id: str) -> bool:
        return any(
            each["project_id"] == project_id and self._me["username"] in each["collaborators"]
            for each in self._world.applications
        )

    def _takes_part(self, invitation: Object) -> bool:
        return self._me["id"] in (invitation["invited_user_id"], invitation["inviter_user_id"])

    def _visible(self, project_id: str) -> Object:
        project = self._world.projects.get(project_id)
        parts = [each for each in self._world.invitations.values() if each["project_id"] == project_id]
        if project is None or not (
            self._owns(project) or self._collaborates(project_id) or any(self._takes_part(each) for each in parts)
        ):
            raise refusal(404, "not found")
        return project

    def _own(self, project_id: str) -> Object:
        project = self._visible(project_id)
        if not self._owns(project):
            raise refusal(403, "forbidden")
        return project

    def _invitation(self, project_id: str, invitation_id: str) -> Object:
        self._visible(project_id)
        invitation = self._world.invitations.get(invitation_id)
        if (
            invitation is None
            or invitation["project_id"] != project_id
            or not (self._takes_part(invitation) or self._owns(self._world.projects[project_id]))
        ):
            raise refusal(404, "not found")
        return invitation

    def _eligible(self, project_id: str) -> list[str]:
        inside = [each["collaborators"] for each in self._world.applications if each["project_id"] == project_id]
        return [self._me["username"]] + [
            name for name in USERS if name != self._me["username"] and inside and all(name in names for names in inside)
        ]


def is_expired(invitation: Object) -> bool:
    return datetime.fromisoformat(invitation["expires_at"]) <= NOW
