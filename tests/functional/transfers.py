# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Transfers over real HTTP, but without ansible-playbook: a project and everyone around it, in this process.

A transfer takes some milliseconds this way, so every state can be tried. What comes back has the form of a task's
result, so that the same assertions hold for both. A grid is a table of transfers: a line is a past of the project, a
column a desired state, `+id` with the invitation_id of that past, `+token` with the new owner's token. In the cells
stands what is right:

invite, accept, decline, cancel   one write, and it is so
transfer                          the owner invites, and the invitee accepts
replace                           the pending invitation is canceled, then the invitee is invited
reinvite                          the API rejects an invitation because of an expired one; that is canceled first
ok                                nothing to do
fails                             the task fails, and writes nothing
either                            nothing is written; whether that is a failure is open, but check mode knows it
settled                           nothing is written, or the expired invitation is canceled
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import requests
from ansible_collections.community.scalingo.plugins.module_utils._task import run_task
from ansible_collections.community.scalingo.plugins.module_utils._transfer import ensure_transfer

from .playbook import TaskResult
from .table import Climbed, climb

NO_INVITATION = "tin-00000000-0000-4000-8000-000000000000"
REASON = "You must be collaborator on all resources"
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
    """A project with one application, and everyone around it. Invitee and colleague collaborate on the application."""

    sim: Any
    owner: Any
    invitee: Any
    colleague: Any
    stranger: Any
    project_id: str
    project_name: str
    invitation_id: str = NO_INVITATION  # the one that the cells with an invitation_id mean

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

    @property
    def application(self) -> str:
        return self.project_name.replace("web", "app")

    def run(self, word: str, /, **options: Any) -> TaskResult:
        """Let one of them run the module on the project."""
        if "project_name" not in options:
            options.setdefault("project_id", self.project_id)
        return transfer(self.sim, getattr(self, word), **options)

    def invite(self, **options: Any) -> TaskResult:
        """Let the owner invite the invitee."""
        return self.run("owner", new_owner=self.invitee.username, **options)

    def accept(self, **options: Any) -> TaskResult:
        """Let the invitee accept, with project and invitation ID."""
        return self.run("invitee", state="accepted", invitation_id=self.invitation_id, **options)

    def answer(self, word: str, verb: str) -> None:
        """Let one of them do something about the last invitation in the dashboard."""
        invitation = self.sim.invitations(self.project_id)[-1]["id"]
        path = f"/v1/projects/{self.project_id}/transfer_invitations/{invitation}/{verb}"
        headers = {"Authorization": f"Bearer {getattr(self, word).bearer()}"}
        response = requests.post(self.sim.api_url + path, json={}, headers=headers, timeout=10)
        assert response.status_code == 200, response.text

    def calls(self, word: str = "") -> list[str]:
        """The requests of one of them, or of all, in short: `GET project`, `POST invitation/accept`."""
        return [self._short(call) for call in self.sim.calls(getattr(self, word) if word else None)]

    def _short(self, call: str) -> str:
        call = call.replace(f"/v1/projects/{self.project_id}", "project", 1)
        call = call.replace("project/transfer_invitations", "invitations").replace("project/eligible", "eligible")
        for one in self.sim.invitations(self.project_id):
            call = call.replace(f"invitations/{one['id']}", "invitation")
        return call

    def writes(self, word: str = "") -> list[str]:
        """What one of them, or all, really changed: invite, accept, decline, cancel. The API rejected the rest."""
        usernames = [getattr(self, word).username] if word else [account.username for account in self.sim.accounts]
        done = [
            one.path.rsplit("/", 1)[-1]
            for one in self.sim.requests
            if one.account in usernames and one.host != "auth" and one.method != "GET" and (one.status or 0) < 300
        ]
        return ["invite" if verb == "transfer_invitations" else verb for verb in done]


def party(sim: Any, past: str = "none", default: bool = False) -> Party:
    """A new party, whose project has been through this before (one of PASTS)."""
    number = next(_numbers)
    accounts = [sim.add_account(f"{word}-{number}") for word in ("owner", "invitee", "colleague", "stranger")]
    project_id = sim.add_project(accounts[0], f"web-{number}", default=default)["id"]
    sim.add_application(project_id, f"app-{number}", collaborators=accounts[1:3])
    made = Party(sim, *accounts, project_id, f"web-{number}")
    meant = None
    for one in PASTS[past]:
        invitation = sim.add_invitation(
            project_id,
            getattr(made, one.to),
            status="pending" if one.status == "accepted" else one.status,
            status_reason=one.reason,
            inviter=getattr(made, one.by),
            **({"expires_in": LONG_AGO} if one.expired else {}),
        )
        if one.status == "accepted":
            made.answer(one.to, "accept")
        sim.clock.advance(seconds=1)  # so that the order of the invitations is clear
        meant = invitation["id"] if one.meant else meant
    return replace(made, invitation_id=meant or NO_INVITATION)


@dataclass(frozen=True)
class Past:
    """An invitation that there was: from whom, to whom, what became of it. The last `meant` one is `invitation_id`."""

    status: str
    to: str = "invitee"
    by: str = "owner"
    expired: bool = False
    reason: str = ""
    meant: bool = True


PASTS: Mapping[str, Iterable[Past]] = {
    "none": (),
    "pending": (Past("pending"),),
    "expired": (Past("pending", expired=True),),
    "accepted": (Past("accepted"),),
    "declined": (Past("declined"),),
    "canceled": (Past("canceled"),),
    "failed": (Past("failed", reason=REASON),),
    "error": (Past("error", reason="The transfer was interrupted"),),
    "to colleague": (Past("pending", to="colleague"),),
    "declined, again pending": (Past("declined"), Past("pending")),
    "expired, again pending": (Past("pending", expired=True), Past("pending")),
    "expired, again accepted": (Past("pending", expired=True), Past("accepted", meant=False)),
    "to colleague before": (Past("declined", to="colleague"), Past("pending")),
    "given back": (Past("accepted"), Past("accepted", to="owner", by="invitee", meant=False)),
    "passed on": (Past("accepted"), Past("accepted", to="colleague", by="invitee", meant=False)),
    "offered on": (Past("accepted"), Past("pending", to="colleague", by="invitee", meant=False)),
}


# The grid

WRITES: Mapping[str, tuple[list[str], ...]] = {
    "transfer": (["invite", "accept"],),
    "replace": (["cancel", "invite"],),
    "reinvite": (["cancel", "invite"],),
    "settled": ([], ["cancel"]),
    **{verb: ([verb],) for verb in ("invite", "accept", "decline", "cancel")},
}


@dataclass(frozen=True)
class Cell:
    """What an account wants of a project with a past, and what is right then."""

    actor: str
    past: str
    column: str
    right: str

    @property
    def name(self) -> str:
        return f"{self.actor}: {self.past}: {self.column}"

    def options(self, one: Party, by_name: bool) -> dict[str, Any]:
        state, _plus, mark = self.column.partition("+")
        return {
            "state": state,
            **({"project_name": one.project_name} if by_name else {"project_id": one.project_id}),
            **({"new_owner": one.invitee.username} if state == "pending" or mark == "token" else {}),
            **({"new_owner_api_token": one.invitee.api_token} if mark == "token" else {}),
            **({"invitation_id": one.invitation_id} if mark == "id" else {}),
            **({"replace": True} if mark == "replace" else {}),
        }


Grid = Mapping[str, Cell]


def grid(actor: str, text: str) -> Grid:
    """The cells of a grid, by name. In the first line, `+id` goes with the state before it. A `.` leaves a cell out."""
    head, *lines = [line.split("|") for line in text.strip().splitlines()]
    columns: list[str] = []
    for word in head[1].split():
        columns.append(columns[-1].partition("+")[0] + word if word.startswith("+") else word)
    cells = [
        Cell(actor, line[0].strip(), column, right)
        for line in lines
        for column, right in zip(columns, line[1].split(), strict=True)
        if right != "."
    ]
    return {cell.name: cell for cell in cells}


def but(cells: Grid, actor: str, text: str) -> Grid:
    """The cells, some of them with something else in it."""
    other = grid(actor, text)
    assert other.keys() <= cells.keys(), "not in the grid: " + ", ".join(other.keys() - cells.keys())
    return {**cells, **other}


def assert_cell(sim: Any, cell: Cell, by_name: bool = False) -> None:
    """The task does what is right, and returns what there is then."""
    sim.reset(keep_accounts=False)
    one = party(sim, cell.past)
    sim.clear_requests()
    options = cell.options(one, by_name)
    done = climb(lambda check: one.run(cell.actor, check=check, **options), one.calls, lambda: one.state)
    written = one.writes()
    assert written in WRITES.get(cell.right, ([],)), f"{written}: {done.run.msg or done.run.values}"
    if cell.right != "either":
        assert done.run.failed is (cell.right == "fails"), done.run.msg or done.run.values
    assert done.run.changed is bool(written)
    _assert_state(one, cell, done, written)
    if not done.run.failed:
        _assert_result(done, written)


def _assert_state(one: Party, cell: Cell, done: Climbed, written: list[str]) -> None:
    """What the simulator holds is what was there before, and what the writes make of it."""
    before, after = done.states["before"], done.states["run"]
    if not written:
        assert after == before
        return
    owner = one.invitee.id if "accept" in written else before["project"]["owner"]["id"]
    assert (after["project"]["owner"]["id"], after["project"]["name"]) == (owner, before["project"]["name"])
    statuses = {each["id"]: each["status"] for each in before["invitations"]}
    for verb in written:
        pending = [key for key, status in statuses.items() if status == "pending"]
        key = "new" if verb == "invite" else one.invitation_id if cell.column.endswith("+id") else pending[-1]
        statuses[key] = {"invite": "pending", "accept": "accepted", "decline": "declined", "cancel": "canceled"}[verb]
    assert [each["status"] for each in after["invitations"]] == [*statuses.values()]
    assert "invite" not in written or after["invitations"][-1]["invited_user_id"] == one.invitee.id


def _assert_result(done: Climbed, written: list[str]) -> None:
    run, held = done.run, done.states["run"]
    assert run["project"] in (None, held["project"])
    assert run["transfer_invitation"] in (None, *held["invitations"])
    before, after = run["diff"]["before"], run["diff"]["after"]
    assert {"owner", "status"} <= before.keys() & after.keys()
    if written:
        assert after["status"] == run["transfer_invitation"]["status"]
        assert after["owner"] in (held["project"]["owner"]["username"], held["project"]["owner"]["id"])
