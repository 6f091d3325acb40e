# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The jobs that the playbook awx sets up, and the workflow of a handoff between two people."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import requests
from simulator import Simulator

from .awx_jobs import Awx, Job, in_the_guide
from .expect import EXCHANGE, writes

pytestmark = pytest.mark.jobs

CANCELED = ["preflight ok", "invite ok", "approval failed", "cancel ok"]
ACCEPTED = ["preflight ok", "invite ok", "approval ok", "accept ok", "verify ok"]


class Handoffs:
    """The owner and the new owner of some projects, and an AWX with the credentials of both, or of the owner only."""

    def __init__(self, sim: Any, make: Callable[[str], Path]) -> None:
        self.sim = sim
        self.mireille, self.tomasz, _amina = (sim.add_account(name) for name in ("mireille", "tomasz", "amina"))
        urls = {"api_url": sim.api_url, "auth_url": sim.auth_url}
        owner = {"Scalingo owner": {"api_token": self.mireille.api_token, **urls}, "Scalingo new owner": urls}
        both = {**owner, "Scalingo new owner": {"api_token": self.tomasz.api_token, **urls}}
        self.awx = Awx(make("both"), in_the_guide("project_baseline_projects"), both)
        self.half = Awx(make("half"), "{}", owner)

    def project(self, name: str, eligible: bool = True) -> str:
        """A project of Mireille's, which Tomasz can take if he is eligible."""
        number: str = self.sim.add_project(self.mireille, name)["id"]
        self.sim.add_application(number, f"{name}-app", collaborators=[self.tomasz] if eligible else [])
        return number

    def state(self, project: str) -> tuple[str, list[str]]:
        """Whose it is, and what became of its invitations."""
        statuses = [one["status"] for one in self.sim.invitations(project)]
        return self.sim.project(project)["owner"]["username"], statuses

    def run(self, name: str, approve: Callable[[], bool], to: str = "tomasz") -> tuple[list[str], dict[str, Job]]:
        told, jobs = self.awx.workflow(survey(name, to), approve)
        for job in jobs.values():
            assert not [one for one in (self.mireille, self.tomasz) if one.api_token in job.output]
        return told, jobs

    def answer(self, project: str, verb: str) -> None:
        """Accept or decline the last invitation in the dashboard, as Tomasz."""
        number = self.sim.invitations(project)[-1]["id"]
        path = f"/v1/projects/{project}/transfer_invitations/{number}/{verb}"
        headers = {"Authorization": f"Bearer {self.tomasz.bearer()}"}
        requests.post(self.sim.api_url + path, headers=headers, timeout=10).raise_for_status()


def survey(project: Any, new_owner: str = "tomasz", **more: str) -> dict[str, Any]:
    return {"scalingo_handoff_project": project, "scalingo_handoff_new_owner": new_owner, **more}


@pytest.fixture(scope="module")
def handoffs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Handoffs]:
    with Simulator() as sim:
        yield Handoffs(sim, tmp_path_factory.mktemp)


@pytest.fixture(autouse=True)
def _anew(handoffs: Handoffs) -> None:
    """No projects but the default ones, and the time of the machine."""
    handoffs.sim.reset()


# Jobs


def test_the_audit_fails_until_the_baseline_was_applied(handoffs: Handoffs) -> None:
    for name, successful, compliant in (("audit", False, False), ("baseline", True, True), ("audit", True, True)):
        job = handoffs.awx.job(f"Scalingo {name}")
        assert job.successful is successful, job.output
        assert job.artifacts["project_baseline_report"]["compliant"] is compliant
        found = {one["name"] for one in handoffs.sim.projects(handoffs.mireille)}
        assert ({"production", "staging"} <= found) is successful


@pytest.mark.parametrize("eligible", [True, False])
def test_with_both_tokens_the_handoff_is_one_job(handoffs: Handoffs, eligible: bool) -> None:
    shop = handoffs.project("shop", eligible)
    email = "" if eligible else handoffs.tomasz.email
    done = handoffs.awx.job("Scalingo handoff", survey(" shop ", scalingo_handoff_new_owner_email=email))
    assert done.successful, done.output
    assert handoffs.state(shop) == ("tomasz", ["accepted"])
    assert not [one for one in (handoffs.mireille, handoffs.tomasz) if one.api_token in done.output]


def test_without_the_token_of_the_new_owner_a_handoff_only_invites(handoffs: Handoffs) -> None:
    shop = handoffs.project("shop")
    done = handoffs.half.job("Scalingo handoff", survey("shop"))
    assert done.successful, done.output
    assert handoffs.state(shop) == ("mireille", ["pending"])
    handoffs.sim.clear_requests()
    for step in ("accept", "verify"):
        failed = handoffs.half.job(f"Scalingo handoff {step}", {}, {"scalingo_handoff_offer": {"project_id": shop}})
        assert not failed.successful
        assert "SCALINGO_NEW_OWNER_API_TOKEN" in failed.output
    assert handoffs.sim.requests == []


@pytest.mark.parametrize("project", [2024, " shop ", ""], ids=["number", "blanks", "empty"])
def test_a_name_may_be_a_number_or_have_blanks(handoffs: Handoffs, project: Any) -> None:
    number = handoffs.project(str(project).strip()) if project else ""
    done = handoffs.awx.job("Scalingo handoff preflight", {}, survey(project))
    assert done.successful is bool(project), done.output
    invited = handoffs.awx.job("Scalingo handoff invite", {}, survey(project))
    assert invited.artifacts.get("scalingo_handoff_offer", {}).get("project_id", "") == number


def test_what_was_typed_into_the_survey_is_never_a_template(handoffs: Handoffs, tmp_path: Path) -> None:
    template = f"{{{{ lookup('pipe', 'touch {tmp_path}/owned') }}}}"
    assert not handoffs.awx.job("Scalingo handoff preflight", survey(template)).successful
    assert list(tmp_path.iterdir()) == []


def test_a_step_without_what_the_steps_before_it_did_fails(handoffs: Handoffs) -> None:
    wiki = handoffs.project("wiki")
    for step in ("accept", "cancel"):
        failed = handoffs.awx.job(f"Scalingo handoff {step}")
        assert not failed.successful and "Run handoff_invite first" in failed.output
    failed = handoffs.awx.job(
        "Scalingo handoff verify", survey("wiki"), {"scalingo_handoff_offer": {"project_id": wiki}}
    )
    assert not failed.successful
    assert f"Project {wiki} does not belong to tomasz. Its owner is mireille." in " ".join(failed.output.split())


# The workflow

# What happens before the approval, whether it is given, and what becomes of the steps, the owner, and the invitation.
# A number is a part of the time that there is for an approval, in seconds from its end.
ENDINGS: Mapping[str, tuple[Any, bool, list[str], str, str]] = {
    "approved": (None, True, ACCEPTED, "tomasz", "accepted"),
    "approved at the last moment": (-1, True, ACCEPTED, "tomasz", "accepted"),
    "not approved": (None, False, CANCELED, "mireille", "canceled"),
    "timed out": (0, False, CANCELED, "mireille", "canceled"),
    "declined in the dashboard": ("decline", False, CANCELED, "mireille", "declined"),
    "accepted in the dashboard": ("accept", False, [*CANCELED[:-1], "cancel failed"], "tomasz", "accepted"),
    "failed": ("failed", True, [*ACCEPTED[:-2], "accept failed"], "mireille", "failed"),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_workflow_ends_like_this(handoffs: Handoffs, ending: str) -> None:
    happens, approved, told, owner, status = ENDINGS[ending]
    shop = handoffs.project("shop")

    def approve() -> bool:
        if isinstance(happens, int):
            handoffs.sim.clock.advance(seconds=int(handoffs.awx.steps["approval"]["approval"]["timeout"]) + happens)
        elif happens == "failed":
            handoffs.sim.set(accept_outcome="failed")
        elif happens:
            handoffs.answer(shop, happens)
        return approved

    steps, jobs = handoffs.run("shop", approve)
    assert steps == told, jobs[[*jobs][-1]].output
    assert handoffs.state(shop) == (owner, [status])


def test_each_side_does_its_own_part_once(handoffs: Handoffs) -> None:
    shop = handoffs.project("shop")
    handoffs.sim.clear_requests()
    for _run in range(2):
        told, jobs = handoffs.run("shop", lambda: True)
        assert told == ACCEPTED, jobs[[*jobs][-1]].output
    (offer,) = jobs["invite"].artifacts.values()
    invitations = f"/v1/projects/{shop}/transfer_invitations"
    assert sorted(offer) == ["expires_at", "invitation_id", "project_id"] and offer["project_id"] == shop
    assert writes(handoffs.sim.calls(handoffs.mireille)) == [f"POST {invitations}"]
    (accept,) = writes(handoffs.sim.calls(handoffs.tomasz))
    assert accept == f"POST {invitations}/{handoffs.sim.invitations(shop)[0]['id']}/accept"
    assert EXCHANGE in handoffs.sim.calls(handoffs.tomasz)


def test_an_invitation_that_was_there_before_is_used(handoffs: Handoffs) -> None:
    shop = handoffs.project("shop")
    handoffs.sim.add_invitation(shop, invited=handoffs.tomasz)
    assert handoffs.run("shop", lambda: False)[0] == CANCELED
    assert handoffs.state(shop) == ("mireille", ["canceled"])


def test_the_preflight_stops_what_cannot_be_done(handoffs: Handoffs) -> None:
    shop = handoffs.project("shop")
    told, jobs = handoffs.run("shop", lambda: True, to="amina")
    assert told == ["preflight failed"]
    assert "amina" in jobs["preflight"].output
    assert handoffs.state(shop) == ("mireille", [])
