# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs that want opposite things of one transfer.

The API lets the first answer to an invitation win. Whoever comes too late fails and says what has become of it, unless
what it wants was so while it ran. A cancellation without `invitation_id` wants that nothing is pending: after an answer
of the invited user that is so, and its task is content.
"""

from __future__ import annotations

from typing import Any

from simulator import Simulator

from .exploration import Exploration, anything, crowd, racing
from .invariants import owner_of
from .job import Job, offered, project, transfer
from .race import Run
from .schedule import Every, Seed

PENDING = [{"invite_pending_status": status} for status in (409, 422, 403)]
CLOSED = [{"answer_closed_status": status} for status in (422, 409, 403, 404)]


@racing({"delete_with_database": 204}, {"delete_with_database": 204, "stranger_get": "403"}, every=0)
def test_delete_and_invite(explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]) -> None:
    """An invitation goes with its project; whoever invites too late says that the project is not there."""

    def arrange(sim: Simulator) -> list[Job]:
        project_id = sim.add_project("mireille", "web")["id"]
        sim.add_application(project_id, "data", collaborators=["tomasz"], databases=True)
        delete = project("mireille", name="web", state="absent")
        invite = transfer("mireille", project_id=project_id, new_owner="tomasz")
        return crowd(count, schedule, delete, invite)

    explore(arrange, schedule, anything, may_fail=True, switches=switches)


@racing(*PENDING, every=0)
def test_invite_one_or_the_other(
    explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]
) -> None:
    def arrange(sim: Simulator) -> list[Job]:
        project_id, _none = offered(sim)
        invite = [transfer("mireille", project_id=project_id, new_owner=user) for user in ("tomasz", "ines")]
        return crowd(count, schedule, *invite)

    def judge(run: Run) -> None:
        assert len(run.changed) == 1 and run.failed

    explore(arrange, schedule, judge, may_fail=True, switches=switches)


@racing(*PENDING, every=0)
def test_invite_one_instead_of_the_other(
    explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]
) -> None:
    """Both cancel what stands in their way, and the last one to invite wins.

    Of three jobs one may be refused because of an invitation that is gone by the next look: it says what was refused.
    """

    def arrange(sim: Simulator) -> list[Job]:
        project_id, _none = offered(sim)
        options = {"project_id": project_id, "replace": True}
        return crowd(count, schedule, *(transfer("mireille", new_owner=user, **options) for user in ("tomasz", "ines")))

    explore(arrange, schedule, anything, may_fail=True, switches=switches)


@racing(*PENDING[:2], every=0)
def test_replace_and_keep(explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]) -> None:
    """One replaces the invitation that the other one is content with."""

    def arrange(sim: Simulator) -> list[Job]:
        project_id, _invitation_id = offered(sim, "tomasz")
        keep = transfer("mireille", project_id=project_id, new_owner="tomasz")
        instead = transfer("mireille", project_id=project_id, new_owner="ines", replace=True)
        return crowd(count, schedule, keep, instead)

    explore(arrange, schedule, anything, may_fail=True, switches=switches)


@racing(*CLOSED, {"accept_delay": "3 reads"}, {"old_owner_reads": False}, every=0)
def test_accept_and_cancel(explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]) -> None:
    def arrange(sim: Simulator) -> list[Job]:
        project_id, _invitation_id = offered(sim, "tomasz")
        accept = transfer("tomasz", project_id=project_id, state="accepted", wait_timeout=60)
        cancel = transfer("mireille", project_id=project_id, state="canceled")
        return crowd(count, schedule, accept, cancel)

    def judge(run: Run) -> None:
        assert len(run.changed) == 1

    explore(arrange, schedule, judge, may_fail=True, switches=switches)


@racing(*CLOSED, every=0)
def test_accept_and_cancel_by_id(
    explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]
) -> None:
    """With `invitation_id` a cancellation is about this invitation, and fails once that was accepted."""

    def arrange(sim: Simulator) -> list[Job]:
        project_id, invitation_id = offered(sim, "tomasz")
        options = {"project_id": project_id, "invitation_id": invitation_id}
        accept = transfer("tomasz", state="accepted", wait_timeout=60, **options)
        cancel = transfer("mireille", state="canceled", **options)
        return crowd(count, schedule, accept, cancel)

    def judge(run: Run) -> None:
        assert len(run.changed) == 1 and run.failed

    explore(arrange, schedule, judge, may_fail=True, switches=switches)


@racing(*CLOSED, every=0)
def test_accept_and_decline(explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]) -> None:
    def arrange(sim: Simulator) -> list[Job]:
        project_id, _invitation_id = offered(sim, "tomasz")
        answers = [transfer("tomasz", project_id=project_id, state=state) for state in ("accepted", "declined")]
        return crowd(count, schedule, *answers)

    def judge(run: Run) -> None:
        assert len(run.changed) == 1 and run.failed

    explore(arrange, schedule, judge, may_fail=True, switches=switches)


@racing(*CLOSED, every=0)
def test_cancel_and_decline(explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]) -> None:
    """Whoever cancels finds nothing pending any more, and whoever declines is told that it was canceled."""

    def arrange(sim: Simulator) -> list[Job]:
        project_id, _invitation_id = offered(sim, "tomasz")
        decline = transfer("tomasz", project_id=project_id, state="declined")
        cancel = transfer("mireille", project_id=project_id, state="canceled")
        return crowd(count, schedule, decline, cancel)

    def judge(run: Run) -> None:
        assert len(run.changed) == 1

    explore(arrange, schedule, judge, may_fail=True, switches=switches)


@racing(*PENDING[:2], {"answer_closed_status": 404}, every=0)
def test_cancel_and_invite_instead(
    explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]
) -> None:
    def arrange(sim: Simulator) -> list[Job]:
        project_id, _invitation_id = offered(sim, "tomasz")
        cancel = transfer("mireille", project_id=project_id, state="canceled")
        instead = transfer("mireille", project_id=project_id, new_owner="ines", replace=True)
        return crowd(count, schedule, cancel, instead)

    explore(arrange, schedule, anything, may_fail=True, switches=switches)


@racing({}, {"non_owner_status": 401}, {"non_owner_status": 404}, {"collaborator_get": "403"}, every=0)
def test_accept_and_rename(explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]) -> None:
    """The owner renames what the new owner accepts: both, or the rename comes too late and says so."""

    def arrange(sim: Simulator) -> list[Job]:
        project_id, _invitation_id = offered(sim, "tomasz")
        accept = transfer("tomasz", project_id=project_id, state="accepted", wait_timeout=60)
        rename = project("mireille", name="web", new_name="site")
        return crowd(count, schedule, accept, rename)

    explore(arrange, schedule, anything, may_fail=True, switches=switches)


@racing({}, {"non_owner_status": 401}, {"non_owner_status": 404}, {"list_collaborations": True}, every=0)
def test_accept_and_make_default(
    explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]
) -> None:
    """Whoever finds its project handed over while it changes it does not create another one instead."""

    def arrange(sim: Simulator) -> list[Job]:
        project_id, _invitation_id = offered(sim, "tomasz")
        accept = transfer("tomasz", project_id=project_id, state="accepted", wait_timeout=60)
        default = project("mireille", name="web", default=True)
        return crowd(count, schedule, accept, default)

    def judge(run: Run) -> None:
        for done in run.done:
            known = [turn for turn in done.turns if turn.method == "PATCH" and turn.status >= 400]
            assert not (known and done.writes), f"job {done.job} was refused to change a project and made another one"

    explore(arrange, schedule, judge, may_fail=True, switches=switches)


@racing({}, {"accept_delay": "3 reads"}, {"invite_not_eligible_status": 403}, every=0)
def test_accept_and_invite_another(
    explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]
) -> None:
    """Whoever would replace an invitation that is accepted meanwhile is told whose the project is."""

    def arrange(sim: Simulator) -> list[Job]:
        project_id, _invitation_id = offered(sim, "tomasz")
        accept = transfer("tomasz", project_id=project_id, state="accepted", wait_timeout=60)
        instead = transfer("mireille", project_id=project_id, new_owner="ines", replace=True)
        return crowd(count, schedule, accept, instead)

    def judge(run: Run) -> None:
        assert len(run.failed) >= 1
        for done in run.done:
            accepted = done.task.options.get("state") == "accepted"
            assert not accepted or done.ending.failed or owner_of(run.end, done.task.options["project_id"]) == "tomasz"

    explore(arrange, schedule, judge, may_fail=True, switches=switches)
