# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Transfers that take time: waiting for a response, what other people do meanwhile, and an acceptance that takes long.

Here, the time is the simulator's. What a wait costs, and how each fault is settled, is in unit/ and robustness/.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from .assumptions import ACCEPTED, COUNTED, IDENTIFIED, SHOWN
from .expect import EXCHANGE, Waits, assert_ok, assert_refused, diff_of
from .playbook import TaskResult
from .transfers import Party, party

# Each story says how an acceptance goes that is not the plain one, and who is shown less; some count the requests.
ASSUMED = {**COUNTED, **ACCEPTED, **SHOWN, **IDENTIFIED}
SEES_NOTHING = {"invitee_list": False, "invitee_project": False, "old_owner_reads": False}
LONG = 300.0  # no story takes so long; where this is the wait_timeout, something else must end the wait
BILLING = {"status": 422, "times": None, "body": {"errors": {"invited_user_id": ["has no billing profile"]}}}


@pytest.fixture(autouse=True)
def _anew(sim: Any, waits: Waits) -> None:
    sim.reset(keep_accounts=False)


def wait_for(one: Party, timeout: float = LONG, **options: Any) -> TaskResult:
    return one.invite(wait=True, wait_timeout=timeout, **options)


# What happens to an invitation while the owner waits: its past, who does what, the API, and what the task returns.
WAITS: Mapping[str, tuple[str, str, dict[str, Any], str]] = {
    "invited and accepted": ("none", "invitee accept", {}, "accepted"),
    "invited before and accepted": ("pending", "invitee accept", {}, "accepted"),
    "accepted, but finished later": ("pending", "invitee accept", {"accept_delay": 2}, "accepted"),
    "declined": ("none", "invitee decline", {}, "declined"),
    "canceled by another job": ("pending", "owner cancel", {}, "canceled"),
    "failed": ("pending", "invitee accept", {"accept_outcome": "failed"}, "failed"),
    "broken": ("pending", "invitee accept", {"accept_outcome": "error", "accept_delay": 1}, "error"),
}


@pytest.mark.parametrize("name", WAITS)
def test_wait_ends_with_the_response_to_the_invitation(sim: Any, waits: Waits, name: str) -> None:
    past, meanwhile, switches, status = WAITS[name]
    sim.set(**switches)
    one = party(sim, past)
    sim.fault("status", method="GET", path="*/transfer_invitations/*", status=503)  # which is retried
    waits.meanwhile = lambda: one.answer(*meanwhile.split())
    result = wait_for(one)
    assert sim.faults == [] and 0 < waits.seconds < LONG
    assert result.failed is (status != "accepted"), result.msg
    assert result.changed is (past == "none")
    invitation = result["transfer_invitation"]
    assert (invitation["status"], invitation) == (status, sim.invitations(one.project_id)[0])
    if status == "accepted":
        before, after = diff_of(result)
        assert (before != after) is result.changed
        assert result["project"] == sim.project(one.project_id)
        assert after["owner"] == one.invitee.username
    else:
        assert_refused(result, one.invitee.username, invitation["status_reason"])


def test_invitation_without_a_response_is_returned_and_the_next_run_goes_on_waiting(sim: Any, waits: Waits) -> None:
    one = party(sim)
    result = wait_for(one, 2)
    assert waits.seconds == pytest.approx(2, abs=0.5)
    invitation = sim.invitations(one.project_id)[0]
    assert_refused(result, one.invitee.username, "wait_timeout", invitation["expires_at"])
    assert result.changed and result["transfer_invitation"] == invitation
    assert len(one.calls("owner")) <= 8, one.calls("owner")
    waits.meanwhile = lambda: one.answer("invitee", "accept")
    assert_ok(wait_for(one))
    assert_ok(wait_for(one))
    assert one.statuses == ["accepted"]


def test_nothing_to_wait_for_and_check_mode_take_no_time(sim: Any, waits: Waits) -> None:
    for past in ("none", "pending", "accepted"):
        one = party(sim, past)
        assert_ok(wait_for(one, check=True), changed=past == "none")
        assert one.writes("owner") == []
    assert_ok(wait_for(party(sim, "accepted")))
    assert_refused(wait_for(party(sim, "pending"), 0), "wait_timeout")
    assert waits.seconds == 0


def test_previous_owner_who_is_shown_nothing_waits_in_vain(sim: Any, waits: Waits) -> None:
    """An invitation that is not shown any more may be of any status."""
    sim.set(old_owner_reads=False)
    one = party(sim, "pending")
    waits.meanwhile = lambda: one.answer("invitee", "accept")
    assert_refused(wait_for(one), one.invitee.username, "wait_timeout")
    assert one.statuses == ["accepted"]


def test_acceptance_that_takes_too_long_is_found_done_later(sim: Any, waits: Waits) -> None:
    sim.set(accept_delay=3600, answer_closed_status=409)
    one = party(sim, "pending")
    result = one.accept(wait_timeout=1)
    assert_refused(result, one.invitee.username, "wait_timeout", one.owner.username)
    assert result.changed
    assert result["transfer_invitation"]["status"] == "pending"
    # The API rejects it again, which may have any reason: that is told at once.
    waited = waits.seconds
    assert one.accept(wait_timeout=LONG)["error"]["status"] == 409
    assert waits.seconds == waited
    # The owner has nothing to do, and cannot cancel it.
    assert_ok(one.invite())
    assert_refused(one.run("owner", state="canceled"), one.invitee.username)
    sim.clock.advance(hours=2)
    assert_ok(one.accept())
    assert_ok(one.invite())
    assert one.run("owner", state="canceled").failed
    assert one.writes("invitee") == ["accept"] and one.statuses == ["accepted"]


@pytest.mark.parametrize("lost", [False, True])
def test_replacement_that_fails_has_canceled_the_earlier_invitation(sim: Any, lost: bool) -> None:
    one = party(sim, "to colleague")
    if lost:
        sim.fault("drop_after", method="POST", path="*/cancel")
    sim.fault("status", method="POST", path="*/transfer_invitations", account=one.owner, **BILLING)
    result = one.invite(replace=True)
    assert_refused(result, "Done before: cancel", one.colleague.username, "has no billing profile")
    assert (one.statuses, result.changed) == (["canceled"], True)


def test_expired_invitation_that_was_canceled_for_nothing_is_told(sim: Any) -> None:
    sim.set(expired_blocks=True)
    one = party(sim, "expired")
    sim.fault("status", method="POST", path="*/transfer_invitations", skip=1, **BILLING)
    result = one.invite()
    assert_refused(result, one.invitee.username, "has no billing profile")
    assert (one.statuses, result.changed) == (["canceled"], True)


def test_replacement_whose_cancellation_is_rejected_invites_no_user(sim: Any) -> None:
    one = party(sim, "to colleague")
    sim.fault("status", method="POST", path="*/cancel", times=None, status=409, body={"error": "too late"})
    result = one.invite(replace=True)
    assert_refused(result, one.colleague.username, "too late")
    assert (one.statuses, result.changed, one.writes("owner")) == (["pending"], False, [])


@pytest.mark.parametrize(("word", "fails"), [("invitee", False), ("colleague", True)])
def test_another_job_was_faster(sim: Any, word: str, fails: bool) -> None:
    one = party(sim)
    nothing = {"status": 200, "body": {"transfer_invitations": []}}
    sim.fault("replace", method="GET", path="*/transfer_invitations", account=one.owner, **nothing)
    invitation = sim.add_invitation(one.project_id, getattr(one, word))
    result = one.invite()
    assert result.failed is fails, result.msg
    assert fails or result["transfer_invitation"] == invitation
    assert (one.statuses, result.changed) == (["pending"], False)


@pytest.mark.parametrize("switches", [{}, SEES_NOTHING, {**SEES_NOTHING, "uuid_claim": False}], ids=str)
def test_acceptance_takes_three_requests_the_last_of_which_reads_the_owner(sim: Any, switches: dict[str, Any]) -> None:
    sim.set(**switches)
    one = party(sim, "pending")
    sim.clear_requests()
    assert_ok(one.accept(exchange=True), changed=True)
    assert one.calls("invitee") == [EXCHANGE, "GET invitation", "POST invitation/accept", "GET project"]
    sim.clear_requests()
    assert_ok(one.accept(exchange=True))
    assert len(one.calls("invitee")) <= 4
    assert one.calls("invitee")[-1] == "GET project"
