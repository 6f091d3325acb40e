# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role project_baseline while somebody else acts between two of its requests: the report says what is."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from simulator import Simulator

from .assumptions import ACCEPTED, COUNTED, OWN, SHOWN
from .baseline import report, role
from .playbook import PlaybookRun, Story, connect

ASSUMED = {**COUNTED, **ACCEPTED, **OWN, **SHOWN}
HIDING = {**ASSUMED, "old_owner_reads": False, "collaborator_get": "404"}
OTHERS = "X-Somebody-Else"


class Race:
    """The handoff of a shop to tomasz, and what somebody else does just before the first POST to some path."""

    def __init__(self, name: str, ending: str, act: Callable[[Race], None], switches: dict[str, Any]) -> None:
        self.name, self._ending, self._act, self._acted = name, ending, act, False
        self.sim = Simulator(gate=self._gate, **switches)

    def story(self) -> Story:
        mireille, self.tomasz, self.ines = (self.sim.add_account(name) for name in ("mireille", "tomasz", "ines"))
        self.mireille = mireille
        self.shop = self.sim.add_project(mireille, "shop")["id"]
        self.sim.add_application(self.shop, "front", collaborators=[self.tomasz, self.ines])
        handoff = {"project": "shop", "new_owner": "tomasz", "new_owner_api_token": self.tomasz.api_token}
        return Story(self.name, role("run", handoffs=[handoff]), connect(self.sim, mireille, max_wait=0))

    def post(self, account: Any, path: str, body: dict[str, Any] | None = None) -> None:
        url = f"{self.sim.api_url}/v1/projects/{self.shop}/transfer_invitations{path}"
        headers = {"Authorization": f"Bearer {account.bearer()}", OTHERS: "1"}
        requests.post(url, json=body or {}, headers=headers, timeout=10).raise_for_status()

    def hand_over(self, account: Any) -> None:
        self.post(self.mireille, "", {"transfer_invitation": {"invited_user_id": account.id}})
        self.answer(account, "accept")

    def answer(self, account: Any, verb: str) -> None:
        (invitation,) = self.sim.invitations(self.shop)
        self.post(account, f"/{invitation['id']}/{verb}")

    def _gate(self, request: Any) -> None:
        mine = request.method == "POST" and request.path.endswith(self._ending) and not request.headers.get(OTHERS)
        if mine and not self._acted:
            self._acted = True
            self._act(self)


RACES = (
    Race("canceled", "/accept", lambda race: race.answer(race.mireille, "cancel"), ASSUMED),
    Race("declined", "/accept", lambda race: race.answer(race.tomasz, "decline"), ASSUMED),
    Race("to-ines", "/transfer_invitations", lambda race: race.hand_over(race.ines), ASSUMED),
    Race("to-ines-hidden", "/transfer_invitations", lambda race: race.hand_over(race.ines), HIDING),
    Race("to-tomasz", "/transfer_invitations", lambda race: race.hand_over(race.tomasz), ASSUMED),
    Race("to-tomasz-hidden", "/transfer_invitations", lambda race: race.hand_over(race.tomasz), HIDING),
)


@pytest.fixture(scope="module")
def run(teller: Any) -> Iterator[PlaybookRun]:
    with contextlib.ExitStack() as simulators:
        for race in RACES:
            simulators.enter_context(race.sim)
        yield teller([race.story() for race in RACES])


@pytest.mark.parametrize(
    ("name", "compliant", "action", "actual", "remedy"),
    [
        ("canceled", False, "error", "not handed over, the invitation is canceled", "canceled by the owner"),
        ("declined", False, "error", "not handed over, the invitation is declined", "declined by tomasz"),
        ("to-ines", False, "error", "owned by ines", "Meanwhile the project belongs to ines"),
        ("to-ines-hidden", None, "none", "not visible to this account", "only its new owner can tell"),
        ("to-tomasz", True, "none", "owned by tomasz", None),
        ("to-tomasz-hidden", True, "none", "owned by tomasz", None),
    ],
)
def test_the_report_says_what_somebody_else_made_of_it(
    run: PlaybookRun, name: str, compliant: Any, action: str, actual: str, remedy: str | None
) -> None:
    (item,) = report(run, name, "run")["items"]
    assert (item["compliant"], item["action"], item["actual"]) == (compliant, action, actual), item
    assert (remedy or "") in (item["remedy"] or "")
