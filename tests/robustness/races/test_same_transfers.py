# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs that want the same of one transfer: one says `changed`, and the others that nothing was to be done.

The API refuses to invite, to accept, to decline and to cancel twice, so there is nothing weaker to be said, but for an
acceptance that does not lead to a transfer: there everybody fails and says why.
"""

from __future__ import annotations

from typing import Any

from simulator import Simulator

from .exploration import Exploration, one_changed, racing
from .job import Job, offered, transfer
from .race import Run
from .schedule import Every, Seed

INVITATIONS = [{"invite_pending_status": status} for status in (409, 422, 400, 403, 404)]
ANSWERS = [{"answer_closed_status": status} for status in (422, 409, 400, 403, 404)]


@racing(*INVITATIONS, every=0)
def test_invite(explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]) -> None:
    def arrange(sim: Simulator) -> list[Job]:
        project_id, _none = offered(sim)
        return [transfer("mireille", project_id=project_id, new_owner="tomasz")] * count

    explore(arrange, schedule, one_changed, switches=switches)


@racing(*INVITATIONS[:2], every=0)
def test_invite_instead_of_another(
    explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]
) -> None:
    """One cancels and one invites, be it the same job or not; nobody else says `changed`."""

    def arrange(sim: Simulator) -> list[Job]:
        project_id, _invitation_id = offered(sim, "ines")
        return [transfer("mireille", project_id=project_id, new_owner="tomasz", replace=True)] * count

    def judge(run: Run) -> None:
        assert sum(len(done.writes) for done in run.done) == 2, "one cancellation and one invitation are needed"

    explore(arrange, schedule, judge, may_fail=True, switches=switches)


@racing(*ANSWERS, {"accept_delay": "2 reads"}, {"accept_delay": "5 reads"}, {"invitee_project": False}, every=0)
def test_accept(explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]) -> None:
    def arrange(sim: Simulator) -> list[Job]:
        project_id, _invitation_id = offered(sim, "tomasz")
        return [transfer("tomasz", project_id=project_id, state="accepted", wait_timeout=60)] * count

    explore(arrange, schedule, one_changed, may_fail="accept_delay" in switches, switches=switches)


@racing(*ANSWERS, {"invitee_list": False}, {"accept_delay": "3 reads"}, every=0)
def test_accept_by_id(explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]) -> None:
    def arrange(sim: Simulator) -> list[Job]:
        project_id, invitation_id = offered(sim, "tomasz")
        options = {"project_id": project_id, "invitation_id": invitation_id, "wait_timeout": 60}
        return [transfer("tomasz", state="accepted", **options)] * count

    explore(arrange, schedule, one_changed, may_fail="accept_delay" in switches, switches=switches)


@racing({"transferred_default": "false"}, {"transferred_default": "keep"}, every=0)
def test_accept_a_default_project(
    explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]
) -> None:
    def arrange(sim: Simulator) -> list[Job]:
        project_id = sim.add_project("mireille", "web", default=True)["id"]
        sim.add_application(project_id, "shop", collaborators=["tomasz"])
        sim.add_invitation(project_id, "tomasz")
        return [transfer("tomasz", project_id=project_id, state="accepted", wait_timeout=60)] * count

    explore(arrange, schedule, one_changed, may_fail="accept_delay" in switches, switches=switches)


@racing(
    {"accept_outcome": "failed"}, {"accept_outcome": "error"}, {"accept_outcome": "failed", "accept_delay": "3 reads"}
)
def test_accept_in_vain(explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]) -> None:
    """Everybody fails, and says what became of the acceptance."""

    def arrange(sim: Simulator) -> list[Job]:
        project_id, _invitation_id = offered(sim, "tomasz")
        return [transfer("tomasz", project_id=project_id, state="accepted", wait_timeout=60)] * count

    def judge(run: Run) -> None:
        assert len(run.failed) == count and len(run.changed) == 1

    explore(arrange, schedule, judge, may_fail=True, switches=switches)


@racing(*ANSWERS, every=1)
def test_decline(explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]) -> None:
    def arrange(sim: Simulator) -> list[Job]:
        project_id, _invitation_id = offered(sim, "tomasz")
        return [transfer("tomasz", project_id=project_id, state="declined")] * count

    explore(arrange, schedule, one_changed, switches=switches)


@racing(*ANSWERS, every=1)
def test_cancel(explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]) -> None:
    def arrange(sim: Simulator) -> list[Job]:
        project_id, _invitation_id = offered(sim, "tomasz")
        return [transfer("mireille", project_id=project_id, state="canceled")] * count

    explore(arrange, schedule, one_changed, switches=switches)


@racing(
    {},
    {"accept_delay": "3 reads"},
    {"non_owner_status": 404},
    {"invitee_list": True, "status_filter": "ignored"},
    every=0,
)
def test_hand_over(explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]) -> None:
    """A job invites and, as the new owner, accepts: one invitation and one acceptance are made, by whomever."""

    def arrange(sim: Simulator) -> list[Job]:
        project_id, _none = offered(sim)
        invite = transfer("mireille", project_id=project_id, new_owner="tomasz")
        accept = transfer("tomasz", project_id=project_id, state="accepted", wait_timeout=60)
        return [invite + accept] * count

    def judge(run: Run) -> None:
        assert sum(len(done.writes) for done in run.done) == 2, "one invitation and one acceptance are needed"

    explore(arrange, schedule, judge, may_fail=True, switches=switches)
