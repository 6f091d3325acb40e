# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Transfers over real HTTP, but without ansible-playbook: in this process, against a simulator.

A transfer takes some milliseconds this way, so every state can be tried. What comes back has the form of a task's
result, so that the same assertions hold for both.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import requests
from ansible_collections.community.scalingo.plugins.module_utils._task import run_task
from ansible_collections.community.scalingo.plugins.module_utils._transfer import ensure_transfer

from .playbook import TaskResult

NOWHERE = "tin-00000000-0000-4000-8000-000000000000"
LONG_AGO = -24 * 3600.0

_numbers = itertools.count(1)


def transfer(
    sim: Any, account: Any, /, check: bool = False, exchange: bool = False, max_wait: float = 5, **options: Any
) -> TaskResult:
    """What the module returns to this account; with `exchange` the API token is exchanged first, as in a task."""
    token = {"api_token": account.api_token} if exchange else {"bearer_token": account.bearer()}
    urls = {"api_url": sim.api_url, "auth_url": sim.auth_url, "region": "osc-fr1"}
    connection = {**urls, **token, "timeout": 10, "max_wait": max_wait, "validate_certs": True}
    values = run_task(ensure_transfer, {"wait_timeout": 0, **connection, **options}, check)
    status = "failed" if values.get("failed") else "ok"
    return TaskResult(account.username, "transfer", status, check, dict(values))


@dataclass(frozen=True)
class Party:
    """A project with one application, and everybody around it. Invitee and colleague collaborate on the application."""

    sim: Any
    owner: Any
    invitee: Any
    colleague: Any
    stranger: Any
    project_id: str
    project_name: str
    invitation_id: str = NOWHERE  # the one that the cells with an invitation_id mean

    @property
    def state(self) -> dict[str, Any]:
        """All that a transfer can change."""
        return {"project": self.sim.project(self.project_id), "invitations": self.sim.invitations(self.project_id)}

    @property
    def owner_now(self) -> str:
        return str(self.sim.project(self.project_id)["owner"]["username"])

    @property
    def statuses(self) -> list[str]:
        return [one["status"] for one in self.sim.invitations(self.project_id)]

    def actor(self, word: str) -> Any:
        return {"owner": self.owner, "invitee": self.invitee, "colleague": self.colleague, "stranger": self.stranger}[
            word
        ]

    def run(self, word: str, /, **options: Any) -> TaskResult:
        """Let one of them run the module on the project."""
        if "project_name" not in options:
            options.setdefault("project_id", self.project_id)
        return transfer(self.sim, self.actor(word), **options)

    def invite(self, **options: Any) -> TaskResult:
        """Let the owner invite the invitee."""
        return self.run("owner", new_owner=self.invitee.username, **options)

    def accept(self, **options: Any) -> TaskResult:
        """Let the invitee accept, with project and invitation ID."""
        return self.run("invitee", state="accepted", invitation_id=self.invitation_id, **options)

    def calls(self, word: str) -> list[str]:
        """The requests of one of them, with words in place of IDs."""
        return [short(call, self) for call in self.sim.calls(self.actor(word))]

    def writes(self, word: str) -> list[str]:
        """What one of them really changed: invite, accept, decline, cancel. What the API refused is not among it."""
        username = self.actor(word).username
        done = [
            one
            for one in self.sim.requests
            if one.account == username and one.host != "auth" and one.method != "GET" and (one.status or 0) < 300
        ]
        verbs = [one.path.rsplit("/", 1)[-1] for one in done]
        return ["invite" if verb == "transfer_invitations" else verb for verb in verbs]


def short(call: str, party: Party) -> str:
    """A request in short: `GET project`, `GET invitations`, `GET invitation`, `POST invitation/accept`."""
    call = call.replace(f"/v1/projects/{party.project_id}", "project", 1)
    call = call.replace("project/transfer_invitations", "invitations").replace("project/eligible", "eligible")
    for one in party.sim.invitations(party.project_id):
        call = call.replace(f"invitations/{one['id']}", "invitation")
    return call


def send(sim: Any, account: Any, path: str) -> dict[str, Any]:
    """A POST with nothing in it, by other means than the collection: what somebody does in the dashboard."""
    answer = requests.post(
        sim.api_url + path, json={}, headers={"Authorization": f"Bearer {account.bearer()}"}, timeout=10
    )
    assert answer.status_code == 200, answer.text
    answered: dict[str, Any] = answer.json()
    return answered


def party(sim: Any, status: str = "none", default: bool = False) -> Party:
    """A new party, whose project has been through this before (one of HISTORIES)."""
    number = next(_numbers)
    names = (f"{word}-{number}" for word in ("owner", "invitee", "colleague", "stranger"))
    owner, invitee, colleague, stranger = (sim.add_account(name) for name in names)
    name = f"web-{number}"
    project_id = sim.add_project(owner, name, default=default)["id"]
    sim.add_application(project_id, f"app-{number}", collaborators=[invitee, colleague])
    made = Party(sim, owner, invitee, colleague, stranger, project_id, name)
    meant = _history(made, HISTORIES[status])
    return Party(**{**vars(made), "invitation_id": meant or NOWHERE})


@dataclass(frozen=True)
class Past:
    """An invitation that there was: from whom, to whom, what became of it. The last `meant` one is `invitation_id`."""

    status: str
    to: str = "invitee"
    by: str = "owner"
    expired: bool = False
    reason: str = ""
    meant: bool = True


REASON = "You must be collaborator on all resources"
TO_INVITEE = {
    "none": (),
    "pending": (Past("pending"),),
    "expired": (Past("pending", expired=True),),
    "accepted": (Past("accepted"),),
    "declined": (Past("declined"),),
    "canceled": (Past("canceled"),),
    "failed": (Past("failed", reason=REASON),),
    "error": (Past("error", reason="The transfer was interrupted"),),
}
HISTORIES: Mapping[str, Iterable[Past]] = {
    **TO_INVITEE,
    "to colleague": (Past("pending", to="colleague"),),
    "declined, again pending": (Past("declined"), Past("pending")),
    "expired, again pending": (Past("pending", expired=True), Past("pending")),
    "expired, again accepted": (Past("pending", expired=True, meant=True), Past("accepted", meant=False)),
    "to colleague before": (Past("declined", to="colleague"), Past("pending")),
    "handed back": (Past("accepted"), Past("accepted", to="owner", by="invitee", meant=False)),
    "handed on": (Past("accepted"), Past("accepted", to="colleague", by="invitee", meant=False)),
    "offered on": (Past("accepted"), Past("pending", to="colleague", by="invitee", meant=False)),
}


def _history(made: Party, past: Iterable[Past]) -> str | None:
    """Let the project have these invitations behind it; an accepted one has moved it."""
    meant = None
    for one in past:
        details = {"expires_in": LONG_AGO} if one.expired else {}
        invited = made.actor(one.to)
        invitation = made.sim.add_invitation(
            made.project_id,
            invited,
            status="pending" if one.status == "accepted" else one.status,
            status_reason=one.reason,
            inviter=made.actor(one.by),
            **details,
        )
        if one.status == "accepted":
            send(made.sim, invited, f"/v1/projects/{made.project_id}/transfer_invitations/{invitation['id']}/accept")
        made.sim.clock.advance(seconds=1)  # so that the order of the invitations is clear
        meant = invitation["id"] if one.meant else meant
    return meant
