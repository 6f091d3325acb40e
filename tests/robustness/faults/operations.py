# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations: which module sends which request, for whom, and what an error about it must name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

AUTH = "auth"
API = "osc-fr1"
PROJECT = "scalingo_project"
INFO = "scalingo_project_info"
TRANSFER = "scalingo_project_transfer"
TRANSFER_INFO = "scalingo_project_transfer_info"


@dataclass(frozen=True)
class Operation:
    """One request of the API, and a task that sends it.

    Arguments, path and facts are templates: `{web}` is the ID of a project, `{invitation}` that of its invitation.

    Attributes:
        module: The module that the task calls.
        arguments: What the task gives to it.
        method: Of the request.
        path: Of the request.
        host: That the request goes to.
        write: Whether the request is meant to change the account.
        facts: What an error about a failed write must name.
        actor: Whose task it is: of the owner, or of the invited user.
        invited: Whether the invitation is there at the beginning.
        check: Whether the task runs in check mode.
        after_a_write: Whether the task has written when it comes to the request.
        switches: How the simulator behaves.
    """

    module: str
    arguments: Mapping[str, Any]
    method: str
    path: str
    host: str = API
    write: bool = False
    facts: tuple[str, ...] = ()
    actor: str = "owner"
    invited: bool = False
    check: bool = False
    after_a_write: bool = False
    switches: Mapping[str, Any] = field(default_factory=dict)


def _read(module: str, path: str, host: str = API, **more: Any) -> Operation:
    own = {key: more.pop(key) for key in list(more) if key not in Operation.__dataclass_fields__}
    return Operation(module, own, "GET", path, host, **more)


def _write(module: str, method: str, path: str, *facts: str, **more: Any) -> Operation:
    own = {key: more.pop(key) for key in list(more) if key not in Operation.__dataclass_fields__}
    return Operation(module, own, method, path, write=True, facts=facts, **more)


INVITATIONS = "/v1/projects/{web}/transfer_invitations"
INVITATION = INVITATIONS + "/{invitation}"
ANSWER = {"project_id": "{web}", "invitation_id": "{invitation}", "actor": "invitee", "invited": True}

OPERATIONS: Mapping[str, Operation] = {
    "exchange": Operation(INFO, {}, "POST", "/v1/tokens/exchange", AUTH),
    "login": Operation("scalingo_login", {}, "POST", "/v1/tokens/exchange", AUTH),
    "list": _read(INFO, "/v1/projects", name="web"),
    "read": _read(INFO, "/v1/projects/{web}", project_id="{web}"),
    "create": _write(PROJECT, "POST", "/v1/projects", "create", "site", name="site"),
    "rename": _write(PROJECT, "PATCH", "/v1/projects/{web}", "web", "site", project_id="{web}", name="site"),
    "default": _write(PROJECT, "PATCH", "/v1/projects/{web}", "web", "default", name="web", default=True),
    "delete": _write(PROJECT, "DELETE", "/v1/projects/{old}", "delete", "old", name="old", state="absent"),
    "eligible_owners": _read(
        TRANSFER_INFO, "/v1/projects/{web}/eligible_new_owners", project_id="{web}", eligible_new_owners=True
    ),
    "invite": _write(TRANSFER, "POST", INVITATIONS, "web", "tomasz", project_id="{web}", new_owner="tomasz"),
    "accept": _write(TRANSFER, "POST", INVITATION + "/accept", "accept", "{web}", state="accepted", **ANSWER),
    "decline": _write(TRANSFER, "POST", INVITATION + "/decline", "decline", "{web}", state="declined", **ANSWER),
    "cancel": _write(
        TRANSFER, "POST", INVITATION + "/cancel", "cancel", "web", project_id="{web}", state="canceled", invited=True
    ),
    "list_invitations": _read(TRANSFER_INFO, INVITATIONS, project_id="{web}", invited=True),
    "read_invitation": _read(TRANSFER_INFO, INVITATION, project_id="{web}", invitation_id="{invitation}", invited=True),
    # Reads on the way to a write, and after it.
    "who_am_i": _read(
        TRANSFER,
        "/v1/users/self",
        AUTH,
        project_id="{web}",
        state="accepted",
        actor="invitee",
        invited=True,
        switches={"uuid_claim": "opaque"},
    ),
    "applications": _read(TRANSFER, "/v1/apps", project_name="web", state="accepted", actor="invitee", invited=True),
    "read_after_accept": _read(TRANSFER, "/v1/projects/{web}", state="accepted", after_a_write=True, **ANSWER),
}
