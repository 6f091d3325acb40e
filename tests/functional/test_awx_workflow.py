# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The workflow of a handoff between two people: accepted, declined, timed out, and what goes wrong between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from simulator import Simulator

from .awx_jobs import Awx, Job

pytestmark = pytest.mark.jobs

CANCELED = ["preflight ok", "invite ok", "approval failed", "cancel ok"]
ACCEPTED = ["preflight ok", "invite ok", "approval ok", "accept ok", "verify ok"]


class Handoffs:
    """The owner and the new owner of some projects, and an AWX with the credentials of both."""

    def __init__(self, sim: Any, folder: Path) -> None:
        self.sim = sim
        self.mireille, self.tomasz = sim.add_account("mireille"), sim.add_account("tomasz")
        sim.add_account("amina")
        urls = {"api_url": sim.api_url, "auth_url": sim.auth_url}
        self.awx = Awx(
            folder,
            "{}",
            {
                "Scalingo owner": {"api_token": self.mireille.api_token, **urls},
                "Scalingo new owner": {"api_token": self.tomasz.api_token, **urls},
            },
        )

    def project(self, name: str) -> str:
        """A project of Mireille's that Tomasz can take."""
        number: str = self.sim.add_project(self.mireille, name)["id"]
        self.sim.add_application(number, f"{name}-app", collaborators=[self.tomasz])
        return number

    def owner(self, project: str) -> str:
        username: str = self.sim.project(project)["owner"]["username"]
        return username

    def statuses(self, project: str) -> list[str]:
        return [one["status"] for one in self.sim.invitations(project)]

    def hand_over(self, name: str, approve: Callable[[], bool], to: str = "tomasz") -> tuple[list[str], dict[str, Job]]:
        told, jobs = self.awx.workflow({"scalingo_handoff_project": name, "scalingo_handoff_new_owner": to}, approve)
        for job in jobs.values():
            for token in (self.mireille.api_token, self.tomasz.api_token):
                assert token not in job.output
        return told, jobs


@pytest.fixture(scope="module")
def handoffs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Handoffs]:
    with Simulator() as sim:
        yield Handoffs(sim, tmp_path_factory.mktemp("repository"))


@pytest.fixture(autouse=True)
def _anew(handoffs: Handoffs) -> None:
    """No projects, and the time of the machine."""
    handoffs.sim.reset()


def test_an_approved_handoff_makes_the_new_owner_the_owner_and_can_be_run_again(handoffs: Handoffs) -> None:
    shop = handoffs.project("shop")
    told, jobs = handoffs.hand_over("shop", lambda: True)
    assert told == ACCEPTED, jobs[told[-1].split()[0]].output
    assert (handoffs.owner(shop), handoffs.statuses(shop)) == ("tomasz", ["accepted"])
    (offer,) = jobs["invite"].artifacts.values()
    assert offer["project_id"] == shop
    assert sorted(offer) == ["expires_at", "invitation_id", "project_id"]
    # Each side did its own part, and the preflight no more than look.
    writes = {"POST", "PATCH", "DELETE"}
    assert [
        call for call in handoffs.sim.calls(handoffs.mireille) if call.split()[0] in writes and "auth" not in call
    ] == [f"POST /v1/projects/{shop}/transfer_invitations"]
    assert [
        call for call in handoffs.sim.calls(handoffs.tomasz) if call.split()[0] in writes and "auth" not in call
    ] == [f"POST /v1/projects/{shop}/transfer_invitations/{offer['invitation_id']}/accept"]

    told, jobs = handoffs.hand_over("shop", lambda: True)
    assert told == ACCEPTED, jobs[told[-1].split()[0]].output
    assert handoffs.statuses(shop) == ["accepted"]


def test_a_declined_handoff_is_canceled(handoffs: Handoffs) -> None:
    shop = handoffs.project("shop")
    told, jobs = handoffs.hand_over("shop", lambda: False)
    assert told == CANCELED, jobs[told[-1].split()[0]].output
    assert (handoffs.owner(shop), handoffs.statuses(shop)) == ("mireille", ["canceled"])


def test_a_handoff_that_timed_out_is_canceled_before_the_invitation_ends(handoffs: Handoffs) -> None:
    shop = handoffs.project("shop")
    seconds = handoffs.awx.steps["approval"]["approval"]["timeout"]

    def time_out() -> bool:
        handoffs.sim.clock.advance(seconds=int(seconds))
        return False

    told, jobs = handoffs.hand_over("shop", time_out)
    assert told == CANCELED, jobs[told[-1].split()[0]].output
    assert handoffs.statuses(shop) == ["canceled"]
    assert "changed=1" in jobs["cancel"].output


def test_an_approval_at_the_last_moment_is_not_too_late(handoffs: Handoffs) -> None:
    shop = handoffs.project("shop")
    seconds = handoffs.awx.steps["approval"]["approval"]["timeout"]

    def hesitate() -> bool:
        handoffs.sim.clock.advance(seconds=int(seconds) - 1)
        return True

    told, jobs = handoffs.hand_over("shop", hesitate)
    assert told == ACCEPTED, jobs[told[-1].split()[0]].output
    assert handoffs.owner(shop) == "tomasz"


def test_an_invitation_that_lasts_is_kept(handoffs: Handoffs) -> None:
    shop = handoffs.project("shop")
    handoffs.sim.add_invitation(shop, invited=handoffs.tomasz)
    told, _jobs = handoffs.hand_over("shop", lambda: False)
    assert told == CANCELED
    assert handoffs.statuses(shop) == ["canceled"]


def test_the_preflight_stops_what_cannot_be_done(handoffs: Handoffs) -> None:
    shop = handoffs.project("shop")
    told, jobs = handoffs.hand_over("shop", lambda: True, to="amina")
    assert told == ["preflight failed"]
    assert "amina" in jobs["preflight"].output
    assert handoffs.statuses(shop) == []


def test_a_failed_acceptance_is_red_and_stays_for_somebody_to_look_at(handoffs: Handoffs) -> None:
    shop = handoffs.project("shop")
    handoffs.sim.set(accept_outcome="failed")
    told, _jobs = handoffs.hand_over("shop", lambda: True)
    assert told == [*ACCEPTED[:-2], "accept failed"]
    assert (handoffs.owner(shop), handoffs.statuses(shop)) == ("mireille", ["failed"])


def test_what_was_declined_at_scalingo_needs_no_canceling(handoffs: Handoffs) -> None:
    shop = handoffs.project("shop")

    def decline_there() -> bool:
        _answer(handoffs, shop, "decline")
        return False

    told, jobs = handoffs.hand_over("shop", decline_there)
    assert told == CANCELED, jobs[told[-1].split()[0]].output
    assert handoffs.statuses(shop) == ["declined"]


def test_what_was_accepted_at_scalingo_is_not_called_canceled(handoffs: Handoffs) -> None:
    shop = handoffs.project("shop")

    def accept_there() -> bool:
        _answer(handoffs, shop, "accept")
        return False

    told, jobs = handoffs.hand_over("shop", accept_there)
    assert told == [*CANCELED[:-1], "cancel failed"]
    assert "accepted" in jobs["cancel"].output
    assert handoffs.owner(shop) == "tomasz"


def _answer(handoffs: Handoffs, project: str, word: str) -> None:
    """Answer the last invitation in the dashboard of Scalingo, so to speak."""
    number = handoffs.sim.invitations(project)[-1]["id"]
    requests.post(
        f"{handoffs.sim.api_url}/v1/projects/{project}/transfer_invitations/{number}/{word}",
        headers={"Authorization": f"Bearer {handoffs.tomasz.bearer()}"},
        timeout=10,
    ).raise_for_status()
