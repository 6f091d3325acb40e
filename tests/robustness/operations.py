# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every request of the API, with a task that sends it, and the account in which it does.

mireille owns the projects web and old. web has the application shop, on which tomasz collaborates, who may have an
invitation to own web.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from simulator.models import SimulatorError

AUTH, API = "auth", "osc-fr1"
PROJECT, PROJECTS, INFO = "scalingo_project", "scalingo_projects", "scalingo_project_info"
TRANSFER, TRANSFERS = "scalingo_project_transfer", "scalingo_project_transfers"
TRANSFER_INFO, COLLABORATOR = "scalingo_project_transfer_info", "scalingo_project_collaborator"


def token_of(username: str) -> str:
    """Return what stands in options for the API token of a user."""
    return f"{{token of {username}}}"


TOKEN = token_of("tomasz")
EMAIL = "tomasz@example.org"


@dataclass(frozen=True)
class Operation:
    """One request, and a task that sends it.

    Attributes:
        module, options: What the task calls, and what it gives to it.
        method, path, host: The request; the path is a pattern.
        write: Whether the request is meant to change the account.
        facts: What an error about a failed write must name.
        actor: Whose task it is.
        sender: Whose request it is, if not the actor's.
        invited: Whether tomasz has an invitation to own web.
        role: What tomasz is on the application shop, if anything.
        switches: How the simulator behaves.
    """

    module: str
    options: Mapping[str, Any]
    method: str
    path: str
    host: str = API
    write: bool = False
    facts: tuple[str, ...] = ()
    actor: str = "mireille"
    sender: str | None = None
    invited: bool = False
    role: str | None = "collaborator"
    switches: Mapping[str, Any] = field(default_factory=dict)


def is_write(method: str, path: str) -> bool:
    """Whether a request is a write: the GET that accepts an invitation to collaborate is one, too."""
    return path == "/v1/apps/collaboration" if method == "GET" else not path.endswith("/tokens/exchange")


def _operation(module: str, request: str, *facts: str, **more: Any) -> Operation:
    own = {key: more.pop(key) for key in list(more) if key not in Operation.__dataclass_fields__}
    method, path = request.split(" ")
    return Operation(module, own, method, path, write=is_write(method, path), facts=facts, **more)


WEB = "/v1/projects/prj-web"
INVITATIONS = f"{WEB}/transfer_invitations"
EXCHANGE = "POST /v1/tokens/exchange"
BY_ID: dict[str, Any] = {"project_id": "prj-web"}
INVITED: dict[str, Any] = {**BY_ID, "invited": True}
MINE: dict[str, Any] = {**INVITED, "actor": "tomasz"}
RESPOND: dict[str, Any] = {**MINE, "invitation_id": "tin-1"}
BOTH: dict[str, Any] = {**BY_ID, "state": "accepted", "new_owner_api_token": TOKEN}
LIST_OF_BOTH = [{"project_name": "web", "new_owner": "tomasz", "new_owner_api_token": TOKEN}]
# The one in the middle is the one that a fault hits.
ITEMS = [{"name": "api"}, {"name": "web", "new_name": "site"}, {"name": "old", "state": "absent"}]
PERSON: dict[str, Any] = {**BY_ID, "email": EMAIL}

OPERATIONS: Mapping[str, Operation] = {
    "exchange": _operation(INFO, EXCHANGE, host=AUTH),
    "login": _operation("scalingo_login", EXCHANGE, host=AUTH),
    "list": _operation(INFO, "GET /v1/projects", name="web"),
    "read": _operation(INFO, f"GET {WEB}", **BY_ID),
    "create": _operation(PROJECT, "POST /v1/projects", "create", "site", name="site"),
    "rename": _operation(PROJECT, f"PATCH {WEB}", "web", "site", name="site", **BY_ID),
    "default": _operation(PROJECT, f"PATCH {WEB}", "web", "default", name="web", default=True),
    "delete": _operation(PROJECT, "DELETE /v1/projects/prj-old", "delete", "old", name="old", state="absent"),
    "update_in_list": _operation(PROJECTS, f"PATCH {WEB}", "web", "site", projects=ITEMS, role=None),
    "eligible_owners": _operation(TRANSFER_INFO, f"GET {WEB}/eligible_new_owners", **BY_ID, eligible_new_owners=True),
    "list_invitations": _operation(TRANSFER_INFO, f"GET {INVITATIONS}", **INVITED),
    "read_invitation": _operation(TRANSFER_INFO, f"GET {INVITATIONS}/tin-1", **INVITED, invitation_id="tin-1"),
    "invite": _operation(TRANSFER, f"POST {INVITATIONS}", "web", "tomasz", **BY_ID, new_owner="tomasz"),
    "accept": _operation(TRANSFER, f"POST {INVITATIONS}/tin-1/accept", "accept", "web", state="accepted", **RESPOND),
    "decline": _operation(TRANSFER, f"POST {INVITATIONS}/tin-1/decline", "decline", "web", state="declined", **RESPOND),
    "cancel": _operation(TRANSFER, f"POST {INVITATIONS}/tin-1/cancel", "cancel", "web", state="canceled", **INVITED),
    # With the tokens of both, in one task.
    "exchange_other": _operation(TRANSFER, EXCHANGE, **BOTH, host=AUTH, sender="tomasz"),
    "invite_with_both": _operation(TRANSFER, f"POST {INVITATIONS}", "web", "tomasz", **BOTH),
    "accept_with_both": _operation(TRANSFER, f"POST {INVITATIONS}/*/accept", "accept", "web", **BOTH),
    "invite_in_list": _operation(TRANSFERS, f"POST {INVITATIONS}", "web", "tomasz", transfers=LIST_OF_BOTH),
    "accept_in_list": _operation(TRANSFERS, f"POST {INVITATIONS}/*/accept", "accept", "web", transfers=LIST_OF_BOTH),
    # Collaborators.
    "databases": _operation(COLLABORATOR, "GET /v1/databases", **PERSON),
    "collaborators": _operation(COLLABORATOR, "GET /v1/collaborators", **PERSON),
    "add_person": _operation(
        COLLABORATOR, "POST /v1/apps/shop/collaborators", "invite", EMAIL, "shop", **PERSON, role=None
    ),
    "raise_person": _operation(
        COLLABORATOR, "PATCH /v1/apps/shop/collaborators/*", EMAIL, "shop", **PERSON, role="limited"
    ),
    "remove_person": _operation(
        COLLABORATOR, "DELETE /v1/apps/shop/collaborators/*", "remove", EMAIL, "shop", **PERSON, state="absent"
    ),
    "accept_person": _operation(
        COLLABORATOR,
        "GET /v1/apps/collaboration",
        "accept",
        "shop",
        **PERSON,
        collaborator_api_token=TOKEN,
        role=None,
    ),
    # Reads on the way to a write, and after it.
    "who_am_i": _operation(
        TRANSFER, "GET /v1/users/self", **MINE, host=AUTH, state="accepted", switches={"uuid_claim": "opaque"}
    ),
    "applications": _operation(
        TRANSFER, "GET /v1/apps", project_name="web", state="accepted", actor="tomasz", invited=True
    ),
    "read_after_accept": _operation(TRANSFER, f"GET {WEB}", state="accepted", **RESPOND),
}
WRITES = tuple(name for name, each in OPERATIONS.items() if each.write)
State = tuple[tuple[str, ...], ...]


def arrange(sim: Any, operation: Operation) -> None:
    """Make the account in which an operation takes place, and nothing else."""
    sim.reset(keep_accounts=False)
    sim.set(**operation.switches)
    for name in ("mireille", "tomasz"):
        sim.add_account(name, id=f"us-{name}")
    for name in ("web", "old"):
        sim.add_project("mireille", name, id=f"prj-{name}")
    sim.add_application("prj-web", "shop")
    if operation.role:
        sim.set_collaborator("shop", "tomasz", operation.role)
    if operation.invited:
        sim.add_invitation("prj-web", "tomasz", id="tin-1")


def account(sim: Any, name: str) -> Any:
    """Return the account of a user."""
    return next(each for each in sim.accounts if each.username == name)


def task(sim: Any, operation: Operation, **connection: Any) -> dict[str, Any]:
    """Return all options of an operation's module."""
    urls = {"api_url": sim.api_url, "auth_url": sim.auth_url}
    own = filled(dict(operation.options), sim)
    return {**own, **urls, "api_token": account(sim, operation.actor).api_token, **connection}


def filled(value: Any, sim: Any) -> Any:
    """Return options with the tokens that `token_of` stands for."""
    if isinstance(value, (list, tuple)):
        return [filled(each, sim) for each in value]
    if isinstance(value, dict):
        return {key: filled(each, sim) for key, each in value.items()}
    return next((each.api_token for each in sim.accounts if value == token_of(each.username)), value)


def state(sim: Any) -> State:
    """Return everything that a write can change."""
    projects = [
        (each.username, "owns", project["name"], "by default" if project["default"] else "")
        for each in sim.accounts
        for project in sim.projects(each)
    ]
    invitations = [
        (project_id, "is for", one["invited_user_name"], one["status"])
        for project_id in ("prj-web", "prj-old")
        for one in sim.invitations(project_id)
    ]
    people = [("on shop", one["email"], one["status"], str(one["is_limited"])) for one in sim.collaborators("shop")]
    return tuple(sorted(projects + invitations + people))


def secrets(sim: Any) -> dict[str, str]:
    """Return everything that no output may hold, by a name: tokens of both kinds, and secrets of invitation links."""
    found = {f"token of {each.username}": each.api_token for each in sim.accounts}
    links = [email["link"] for email in sim.emails]
    with suppress(SimulatorError):
        links += [one["invitation_link"] for one in sim.collaborators("shop")]
    texts = [link.rpartition("=")[2] for link in links]
    for one in sim.requests:
        scheme, _space, credential = one.headers.get("Authorization", "").partition(" ")
        texts += [credential] if scheme == "Bearer" else []
        texts += [one.answer["token"]] if isinstance(one.answer, dict) and "token" in one.answer else []
    known = dict.fromkeys(text for text in texts if isinstance(text, str) and text not in ("", *found.values()))
    return {**found, **{f"link or bearer token {number}": text for number, text in enumerate(known)}}
