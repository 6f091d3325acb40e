# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests of every kind, each with a world in which it is made, and the answer that is to be spoilt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .in_process import ModuleResult, connect, play


@dataclass(frozen=True)
class Case:
    """A task, and the one request of it whose answer is spoilt.

    Attributes:
        module: The module.
        options: Its options.
        method, path: The request; the path is a pattern.
        arrange: Puts into the world what it needs beside a project, an application and a collaborator.
        user: Who runs it.
        writes: Whether that request is a write.
    """

    module: str
    options: dict[str, Any]
    method: str
    path: str
    arrange: Callable[[Any], Any] = lambda sim: None
    user: str = "mireille"
    writes: bool = False
    connection: dict[str, Any] = field(default_factory=dict)


def _invite(sim: Any) -> None:
    sim.add_invitation("prj-web", "tomasz", id="tin-1")


def _opaque(sim: Any) -> None:
    sim.set(uuid_claim=False)


WEB = {"project_id": "prj-web"}
ANSWER = {**WEB, "invitation_id": "tin-1"}
TRANSFER = "scalingo_project_transfer"
CASES = {
    "list": Case("scalingo_project_info", {}, "GET", "/v1/projects"),
    "list to write": Case("scalingo_project", {"name": "new"}, "GET", "/v1/projects"),
    "list of many": Case("scalingo_projects", {"projects": [{"name": "web"}]}, "GET", "/v1/projects"),
    "read": Case("scalingo_project_info", WEB, "GET", "/v1/projects/prj-web"),
    "read to write": Case("scalingo_project", {**WEB, "name": "blog"}, "GET", "/v1/projects/prj-web"),
    "read to delete": Case(
        "scalingo_project", {"project_id": "prj-old", "state": "absent"}, "GET", "/v1/projects/prj-old"
    ),
    "create": Case("scalingo_project", {"name": "new"}, "POST", "/v1/projects", writes=True),
    "create in a list": Case("scalingo_projects", {"projects": [{"name": "new"}]}, "POST", "/v1/projects", writes=True),
    "update": Case("scalingo_project", {"name": "web", "new_name": "blog"}, "PATCH", "/v1/projects/*", writes=True),
    "make default": Case("scalingo_project", {"name": "web", "default": True}, "PATCH", "/v1/projects/*", writes=True),
    "delete": Case("scalingo_project", {"name": "old", "state": "absent"}, "DELETE", "/v1/projects/*", writes=True),
    "applications": Case(TRANSFER, {"project_name": "none", "new_owner": "tomasz"}, "GET", "/v1/apps"),
    "eligible": Case(TRANSFER, {**WEB, "new_owner": "tomasz"}, "GET", "*/eligible_new_owners"),
    "invitations": Case(TRANSFER, {**WEB, "new_owner": "tomasz"}, "GET", "*/transfer_invitations", _invite),
    "invite": Case(TRANSFER, {**WEB, "new_owner": "tomasz"}, "POST", "*/transfer_invitations", writes=True),
    "invitation": Case(
        TRANSFER, {**ANSWER, "state": "declined"}, "GET", "*/transfer_invitations/tin-1", _invite, "tomasz"
    ),
    "accept": Case(
        TRANSFER,
        {**ANSWER, "state": "accepted", "wait_timeout": 0},
        "POST",
        "*/accept",
        _invite,
        "tomasz",
        writes=True,
    ),
    "decline": Case(TRANSFER, {**ANSWER, "state": "declined"}, "POST", "*/decline", _invite, "tomasz", writes=True),
    "cancel": Case(TRANSFER, {**WEB, "state": "canceled"}, "POST", "*/cancel", _invite, writes=True),
    "look at invitations": Case(
        "scalingo_project_transfer_info", {**WEB, "status": "all"}, "GET", "*/transfer_invitations", _invite
    ),
    "exchange": Case("scalingo_project_info", {}, "POST", "/v1/tokens/exchange"),
    "who am I": Case("scalingo_project", {"name": "new", "owner": "mireille"}, "GET", "/v1/users/self", _opaque),
}


def prepare(sim: Any, case: Case) -> None:
    """Make the world of a case."""
    sim.reset()
    sim.set(uuid_claim=True)
    sim.add_project("mireille", "web", id="prj-web")
    sim.add_project("mireille", "old", id="prj-old")
    sim.add_application("prj-web", "shop", collaborators=["tomasz"])
    case.arrange(sim)


def state(sim: Any) -> Any:
    """What a write changes."""
    projects = {
        one["id"]: (one["name"], one["default"], one["owner"]["id"])
        for user in ("mireille", "tomasz")
        for one in sim.projects(user)
    }
    return projects, {one["id"]: one["status"] for one in sim.invitations("prj-web")}


def run(sim: Any, case: Case, check: bool = False) -> ModuleResult:
    account = next(one for one in sim.accounts if one.username == case.user)
    return play(case.module, {**connect(sim, account, max_wait=0.2), **case.options}, check=check)
