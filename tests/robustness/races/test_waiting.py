# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An owner who waits for an answer, and what others do meanwhile.

Time passes with each request and each pause, so the answer comes in time in some orders, and too late in others.
"""

from __future__ import annotations

from typing import Any

from simulator import Simulator

from .exploration import Exploration, racing
from .job import Job, offered, transfer
from .race import Run
from .schedule import Every, Seed


def _wait(project_id: str) -> Job:
    return transfer("mireille", project_id=project_id, new_owner="tomasz", wait=True, wait_timeout=20)


def _judge(run: Run) -> None:
    """Whoever waits ends well only with an acceptance, and shows an invitation as it was."""
    waits = [done for done in run.done if done.task.options.get("wait")]
    assert waits
    for done in waits:
        invitation = done.ending.result.get("transfer_invitation")
        if not done.ending.failed:
            assert invitation is None or invitation["status"] == "accepted"
        elif invitation:
            seen = {
                each["status"] for moment in done.seen for each in moment.invitations if each["id"] == invitation["id"]
            }
            assert invitation["status"] in seen, f"job {done.job} shows {invitation['status']}, and it was {seen}"


@racing({}, {"accept_delay": "3 reads"}, {"old_owner_reads": False}, {"accept_outcome": "failed"}, every=0)
def test_wait_and_accept(explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]) -> None:
    def arrange(sim: Simulator) -> list[Job]:
        project_id, _invitation_id = offered(sim, "tomasz")
        accept = transfer("tomasz", project_id=project_id, state="accepted", wait_timeout=60)
        return [_wait(project_id), accept, _wait(project_id)][:count]

    explore(arrange, schedule, _judge, may_fail=True, switches=switches)


@racing({}, {"answer_closed_status": 409}, every=0)
def test_wait_and_decline(explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]) -> None:
    def arrange(sim: Simulator) -> list[Job]:
        project_id, _invitation_id = offered(sim, "tomasz")
        decline = transfer("tomasz", project_id=project_id, state="declined")
        return [_wait(project_id), decline, _wait(project_id)][:count]

    explore(arrange, schedule, _judge, may_fail=True, switches=switches)


@racing({}, {"answer_closed_status": 409}, every=0)
def test_wait_and_cancel(explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]) -> None:
    def arrange(sim: Simulator) -> list[Job]:
        project_id, _invitation_id = offered(sim, "tomasz")
        cancel = transfer("mireille", project_id=project_id, state="canceled")
        return [_wait(project_id), cancel, _wait(project_id)][:count]

    explore(arrange, schedule, _judge, may_fail=True, switches=switches)


@racing({}, {"accept_delay": "2 reads"}, every=0)
def test_wait_accept_and_cancel(
    explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]
) -> None:
    """Nobody has invited yet, so whoever accepts may come too early."""

    def arrange(sim: Simulator) -> list[Job]:
        project_id, _none = offered(sim)
        accept = transfer("tomasz", project_id=project_id, state="accepted", wait_timeout=60)
        cancel = transfer("mireille", project_id=project_id, state="canceled")
        return [_wait(project_id), accept, cancel][:count]

    explore(arrange, schedule, _judge, may_fail=True, switches=switches)
