# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting: for the answer to an invitation, and for an acceptance that the API finishes later."""

from __future__ import annotations

import time
from typing import Any

import pytest

from .assumptions import ACCEPTED, COUNTED, SHOWN
from .expect import EXCHANGE, assert_ok, assert_refused
from .playbook import TaskResult
from .transfer_process import REASON, Party, party, send
from .transfer_stories import Stories, while_waiting

# Each story says how an acceptance goes that is not the plain one, and who is shown less; some count the requests.
ASSUMED = {**COUNTED, **ACCEPTED, **SHOWN}
stories = Stories(**ASSUMED)
LONG = 30.0  # no story takes so long; where this is the wait_timeout, something else must end the wait


def wait_for(one: Party, timeout: float = LONG, **options: Any) -> TaskResult:
    return one.invite(wait=True, wait_timeout=timeout, **options)


def answer(one: Party, word: str, verb: str) -> None:
    """What somebody does with the last invitation meanwhile."""
    invitation = one.sim.invitations(one.project_id)[-1]["id"]
    send(one.sim, one.actor(word), f"/v1/projects/{one.project_id}/transfer_invitations/{invitation}/{verb}")


def diff_after(result: TaskResult) -> dict[str, Any]:
    """Owner and status after the task; the rest is that of the invitation."""
    after, invitation = dict(result["diff"]["after"]), result["transfer_invitation"]
    assert after.pop("new_owner") == invitation["invited_user_name"]
    assert after.pop("expires_at") == invitation["expires_at"]
    return after


def unchanged_shows_nothing(result: TaskResult) -> None:
    assert result["diff"]["before"] == result["diff"]["after"], "no change, but a diff"


# Waiting for an answer


@stories.story()
def an_invitation_made_and_accepted(sim: Any) -> None:
    one = party(sim)
    while_waiting(one, answer, one, "invitee", "accept")
    result = wait_for(one)
    assert_ok(result, changed=True)
    assert result["transfer_invitation"] == sim.invitations(one.project_id)[0]
    assert result["project"]["owner"]["username"] == one.invitee.username
    assert diff_after(result) == {"owner": one.invitee.username, "status": "accepted"}


@stories.story()
def an_earlier_invitation_accepted(sim: Any) -> None:
    one = party(sim, "pending")
    while_waiting(one, answer, one, "invitee", "accept")
    result = wait_for(one)
    assert_ok(result)
    assert result["transfer_invitation"]["status"] == "accepted"
    assert result["project"] == sim.project(one.project_id)
    unchanged_shows_nothing(result)


@stories.story(accept_delay=2)
def an_acceptance_that_takes_time(sim: Any) -> None:
    one = party(sim, "pending")
    while_waiting(one, answer, one, "invitee", "accept")
    result = wait_for(one)
    assert_ok(result)
    assert result["project"]["owner"]["username"] == one.invitee.username


@stories.story()
def accepted_before_the_wait_began(sim: Any) -> None:
    one = party(sim, "accepted")
    began = time.monotonic()
    assert_ok(wait_for(one))
    assert time.monotonic() - began < 15


@stories.story()
def declined(sim: Any) -> None:
    one = party(sim)
    while_waiting(one, answer, one, "invitee", "decline")
    result = wait_for(one)
    assert_refused(result, one.invitee.username, "declined")
    assert result.changed, "the invitation was made"
    assert result["transfer_invitation"]["status"] == "declined"


@stories.story()
def canceled_by_somebody_meanwhile(sim: Any) -> None:
    one = party(sim, "pending")
    while_waiting(one, answer, one, "owner", "cancel")
    result = wait_for(one)
    assert_refused(result, one.invitee.username, "canceled")
    assert not result.changed


@stories.story(accept_outcome="failed")
def an_acceptance_that_fails(sim: Any) -> None:
    one = party(sim, "pending")
    while_waiting(one, answer, one, "invitee", "accept")
    assert_refused(wait_for(one), one.invitee.username, "failed", REASON, "payment method", "free trial")


@stories.story(accept_outcome="error", accept_delay=1)
def an_acceptance_that_breaks(sim: Any) -> None:
    one = party(sim, "pending")
    while_waiting(one, answer, one, "invitee", "accept")
    assert_refused(wait_for(one), one.invitee.username, "The transfer was interrupted", "support")


@stories.story()
def an_invitation_that_expires(sim: Any) -> None:
    one = party(sim)
    sim.add_invitation(one.project_id, one.invitee, expires_in=1.5)
    began = time.monotonic()
    assert_refused(wait_for(one), one.invitee.username, "expired")
    assert time.monotonic() - began < 15


@stories.story()
def an_invitation_that_nobody_answers(sim: Any) -> None:
    one = party(sim)
    began = time.monotonic()
    result = wait_for(one, 2)
    assert 1.5 < time.monotonic() - began < 15
    invitation = sim.invitations(one.project_id)[0]
    assert_refused(result, one.invitee.username, "wait_timeout", "2 s", invitation["expires_at"])
    assert result.changed, "the invitation was made"
    assert result["transfer_invitation"] == invitation
    assert one.statuses == ["pending"]
    assert len(one.calls("owner")) <= 8, one.calls("owner")


@stories.story()
def no_time_to_wait_at_all(sim: Any) -> None:
    one = party(sim, "pending")
    began = time.monotonic()
    assert_refused(wait_for(one, 0), one.invitee.username, "wait_timeout")
    assert time.monotonic() - began < 15
    assert len(one.calls("owner")) <= 3, one.calls("owner")


@stories.story()
def the_next_run_goes_on_waiting(sim: Any) -> None:
    one = party(sim)
    assert wait_for(one, 0).failed
    while_waiting(one, answer, one, "invitee", "accept")
    assert_ok(wait_for(one))
    assert_ok(wait_for(one))
    assert one.statuses == ["accepted"]


@stories.story()
def check_mode_does_not_wait(sim: Any) -> None:
    for past in ("none", "pending"):
        one = party(sim, past)
        began = time.monotonic()
        assert_ok(wait_for(one, check=True), changed=past == "none")
        assert time.monotonic() - began < 15
        assert one.writes("owner") == []


@stories.story(old_owner_reads=False)
def an_acceptance_that_the_former_owner_is_not_shown(sim: Any) -> None:
    """An invitation that is not shown any more may be of any status."""
    one = party(sim, "pending")
    while_waiting(one, answer, one, "invitee", "accept")
    assert_refused(wait_for(one, 4), one.invitee.username, "wait_timeout")


@stories.story(rate_limit=20, rate_window=60)
def a_wait_leaves_room_for_others(sim: Any) -> None:
    one = party(sim, "pending")
    assert wait_for(one, 3).failed
    assert len(sim.calls(one.owner)) <= 9, sim.calls(one.owner)


@stories.story()
def a_server_that_falters_during_a_wait(sim: Any) -> None:
    one = party(sim, "pending")
    sim.fault("status", method="GET", path="*/transfer_invitations/*", status=503)
    while_waiting(one, answer, one, "invitee", "accept")
    assert_ok(wait_for(one))


# An acceptance that the API finishes later


@stories.story(accept_delay=1.5)
def a_late_acceptance(sim: Any) -> None:
    one = party(sim, "pending")
    result = one.accept(wait_timeout=LONG)
    assert_ok(result, changed=True)
    assert result["transfer_invitation"] == sim.invitations(one.project_id)[0]
    assert result["transfer_invitation"]["status"] == "accepted"
    assert result["project"] == sim.project(one.project_id)
    assert diff_after(result) == {"owner": one.invitee.id, "status": "accepted"}


@stories.story(accept_delay=1.5, invitee_list=False, invitee_project=False)
def a_late_acceptance_by_somebody_who_sees_nothing(sim: Any) -> None:
    one = party(sim, "pending")
    result = one.accept(wait_timeout=LONG)
    assert_ok(result, changed=True)
    assert result["project"]["owner"]["username"] == one.invitee.username
    assert one.writes("invitee") == ["accept"]


@stories.story(accept_delay="2 reads")
def an_acceptance_that_is_finished_after_two_reads(sim: Any) -> None:
    one = party(sim, "pending")
    assert_ok(one.run("invitee", state="accepted", wait_timeout=LONG), changed=True)
    assert (one.statuses, one.owner_now) == (["accepted"], one.invitee.username)


@stories.story(accept_delay=1, accept_outcome="failed")
def a_late_acceptance_that_fails(sim: Any) -> None:
    one = party(sim, "pending")
    result = one.accept(wait_timeout=LONG)
    assert_refused(result, one.invitee.username, "failed", REASON, "payment method", "free trial")
    assert result["transfer_invitation"]["status"] == "failed"
    again = one.accept(wait_timeout=LONG)
    assert_refused(again, "failed", REASON)
    assert one.writes("invitee") == ["accept"]


@stories.story(accept_delay=1, accept_outcome="error")
def a_late_acceptance_that_breaks(sim: Any) -> None:
    one = party(sim, "pending")
    assert_refused(one.accept(wait_timeout=LONG), one.invitee.username, "The transfer was interrupted", "support")
    assert_refused(one.accept(wait_timeout=LONG), "The transfer was interrupted", "support")


@stories.story(accept_delay=3600)
def an_acceptance_that_takes_too_long(sim: Any) -> None:
    one = party(sim, "pending")
    result = one.accept(wait_timeout=1)
    assert_refused(result, one.invitee.username, "wait_timeout", one.owner.username)
    assert "not answered" not in result.msg
    assert result.changed
    assert result["transfer_invitation"]["status"] == "pending"
    sim.clock.advance(hours=2)
    assert_ok(one.accept())
    assert one.writes("invitee") == ["accept"]


@stories.story(accept_delay=3600, invitee_project=False)
def an_acceptance_that_takes_too_long_for_somebody_who_sees_nothing(sim: Any) -> None:
    one = party(sim, "pending")
    result = one.accept(wait_timeout=1)
    assert_refused(result, one.invitee.username, "wait_timeout")
    assert "not answered" not in result.msg, result.msg


def the_task_again_while_the_acceptance_is_under_way(sim: Any) -> None:
    """The API rejects it, which may have any reason: it is told at once, and not after ten minutes."""
    one = party(sim, "pending")
    assert_refused(one.accept(wait_timeout=0), "wait_timeout")
    began = time.monotonic()
    again = one.accept(wait_timeout=LONG)
    assert_refused(again, one.invitee.username)
    assert again["error"]["status"] == sim.switches["answer_closed_status"]
    assert time.monotonic() - began < 15
    sim.clock.advance(hours=2)
    assert_ok(one.accept())
    assert one.writes("invitee") == ["accept"]


for _status in (400, 403, 404, 409, 422):
    stories.add(
        f"the task again while the acceptance is under way, {_status}",
        the_task_again_while_the_acceptance_is_under_way,
        accept_delay=3600,
        answer_closed_status=_status,
    )


@stories.story(accept_delay=3600)
def the_owner_s_task_while_the_acceptance_is_under_way(sim: Any) -> None:
    one = party(sim, "pending")
    answer(one, "invitee", "accept")
    assert_ok(one.invite())
    assert_refused(one.run("owner", state="canceled"), one.invitee.username)
    sim.clock.advance(hours=2)
    assert_ok(one.invite())
    assert_refused(one.run("owner", state="canceled"), "only its owner", one.invitee.username)
    assert one.statuses == ["accepted"]


@pytest.mark.parametrize("name", stories.names)
def test_story(name: str) -> None:
    stories.tell(name)


@pytest.mark.parametrize("outcome", ["failed", "error"])
def test_an_acceptance_that_ends_badly_at_once(sim: Any, outcome: str) -> None:
    sim.reset(keep_accounts=False)
    sim.set(accept_outcome=outcome)
    one = party(sim, "pending")
    reason = REASON if outcome == "failed" else "The transfer was interrupted"
    result = one.accept(wait_timeout=LONG)
    assert_refused(result, one.invitee.username, reason, "support" if outcome == "error" else "payment method")
    assert result["transfer_invitation"] == sim.invitations(one.project_id)[0]
    assert one.owner_now == one.owner.username
    assert_refused(one.accept(), reason)
    assert one.writes("invitee") == ["accept"]


SEES_NOTHING = {"invitee_list": False, "invitee_project": False, "old_owner_reads": False}


@pytest.mark.parametrize("switches", [{}, SEES_NOTHING, {**SEES_NOTHING, "uuid_claim": False}], ids=str)
def test_an_acceptance_takes_three_requests_the_last_of_which_reads_the_owner(
    sim: Any,
    switches: dict[str, Any],
) -> None:
    sim.reset(keep_accounts=False)
    sim.set(**switches)
    one = party(sim, "pending")
    sim.clear_requests()
    assert_ok(one.accept(exchange=True), changed=True)
    assert one.calls("invitee") == [EXCHANGE, "GET invitation", "POST invitation/accept", "GET project"]
    sim.clear_requests()
    assert_ok(one.accept(exchange=True))
    assert len(one.calls("invitee")) <= 4
    assert one.calls("invitee")[-1] == "GET project"


def test_no_step_asks_more_than_it_needs(sim: Any) -> None:
    sim.reset(keep_accounts=False)
    one = party(sim)
    known = ["GET project", "GET invitations"]
    for task, calls in (
        (one.invite, [*known, "GET eligible_new_owners", "POST invitations"]),
        (one.invite, known),
        (lambda: one.run("owner", state="canceled"), [*known, "POST invitation/cancel"]),
        (lambda: one.run("owner", state="canceled"), known),
    ):
        sim.clear_requests()
        assert not task().failed
        assert one.calls("owner") == calls
