# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Transfers that take time: waiting, acceptances that the API finishes later, lost responses, and what others do."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from .assumptions import ACCEPTED, COUNTED, IDENTIFIED, SHOWN
from .expect import EXCHANGE, assert_ok, assert_refused, diff_of
from .playbook import TaskResult
from .transfers import Party, Stories, party, while_waiting

# Each story says how an acceptance goes that is not the plain one, and who is shown less; some count the requests.
ASSUMED = {**COUNTED, **ACCEPTED, **SHOWN, **IDENTIFIED}
SEES_NOTHING = {"invitee_list": False, "invitee_project": False, "old_owner_reads": False}
stories = Stories(**ASSUMED)
LONG = 30.0  # no story takes so long; where this is the wait_timeout, something else must end the wait
SOON = 15.0
BILLING = {"status": 422, "times": None, "body": {"errors": {"invited_user_id": ["has no billing profile"]}}}


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


def _wait(past: str, meanwhile: str, status: str) -> Callable[[Any], None]:
    def telling(sim: Any) -> None:
        one = party(sim, past)
        sim.fault("status", method="GET", path="*/transfer_invitations/*", status=503, skip=1)  # which is retried
        while_waiting(one, *meanwhile.split())
        result = wait_for(one)
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

    return telling


for _name, (_past, _meanwhile, _switches, _status) in WAITS.items():
    stories.add(f"wait: {_name}", _wait(_past, _meanwhile, _status), **_switches)


@stories.story(rate_limit=20, rate_window=60)
def an_invitation_without_a_reply_is_returned_and_the_next_run_goes_on_waiting(sim: Any) -> None:
    one = party(sim)
    began = time.monotonic()
    result = wait_for(one, 2)
    assert 1.5 < time.monotonic() - began < SOON
    invitation = sim.invitations(one.project_id)[0]
    assert_refused(result, one.invitee.username, "wait_timeout", invitation["expires_at"])
    assert result.changed and result["transfer_invitation"] == invitation
    assert len(one.calls("owner")) <= 8, one.calls("owner")
    while_waiting(one, "invitee", "accept")
    assert_ok(wait_for(one))
    assert_ok(wait_for(one))
    assert one.statuses == ["accepted"]


@stories.story()
def nothing_to_wait_for_and_check_mode_take_no_time(sim: Any) -> None:
    began = time.monotonic()
    for past in ("none", "pending", "accepted"):
        one = party(sim, past)
        assert_ok(wait_for(one, check=True), changed=past == "none")
        assert one.writes("owner") == []
    assert_ok(wait_for(party(sim, "accepted")))
    assert_refused(wait_for(party(sim, "pending"), 0), "wait_timeout")
    assert time.monotonic() - began < SOON


@stories.story(old_owner_reads=False)
def a_previous_owner_who_is_shown_nothing_waits_in_vain(sim: Any) -> None:
    """An invitation that is not shown any more may be of any status."""
    one = party(sim, "pending")
    while_waiting(one, "invitee", "accept")
    assert_refused(wait_for(one, 4), one.invitee.username, "wait_timeout")


# Acceptances that the API finishes later, by the API: what they come to.
LATE: Mapping[str, tuple[dict[str, Any], str]] = {
    "after a moment": ({"accept_delay": 1.5}, "accepted"),
    "shown nothing": ({"accept_delay": 1.5, "invitee_list": False, "invitee_project": False}, "accepted"),
    "after two reads": ({"accept_delay": "2 reads"}, "accepted"),
    "failed": ({"accept_delay": 1, "accept_outcome": "failed"}, "failed"),
    "broken": ({"accept_delay": 1, "accept_outcome": "error"}, "error"),
    "failed at once": ({"accept_outcome": "failed"}, "failed"),
    "broken at once": ({"accept_outcome": "error"}, "error"),
}


def _late(status: str) -> Callable[[Any], None]:
    def telling(sim: Any) -> None:
        one = party(sim, "pending")
        result = one.accept(wait_timeout=LONG)
        invitation = sim.invitations(one.project_id)[0]
        assert (result["transfer_invitation"], invitation["status"]) == (invitation, status)
        assert result.changed
        if status == "accepted":
            assert_ok(result, changed=True)
            assert result["project"]["owner"]["username"] == one.invitee.username
            assert result["diff"]["after"]["owner"] in (one.invitee.id, one.invitee.username)
        else:
            assert_refused(result, one.invitee.username, invitation["status_reason"])
            assert_refused(one.accept(wait_timeout=LONG), invitation["status_reason"])
            assert one.owner_now == one.owner.username
        assert one.writes("invitee") == ["accept"]

    return telling


for _name, (_switches, _status) in LATE.items():
    stories.add(f"late acceptance: {_name}", _late(_status), **_switches)


@stories.story(accept_delay=3600, answer_closed_status=409)
def an_acceptance_that_takes_too_long_is_found_done_later(sim: Any) -> None:
    one = party(sim, "pending")
    result = one.accept(wait_timeout=1)
    assert_refused(result, one.invitee.username, "wait_timeout", one.owner.username)
    assert result.changed
    assert result["transfer_invitation"]["status"] == "pending"
    # The API rejects it again, which may have any reason: that is told at once.
    began = time.monotonic()
    assert one.accept(wait_timeout=LONG)["error"]["status"] == 409
    assert time.monotonic() - began < SOON
    # The owner has nothing to do, and cannot cancel it.
    assert_ok(one.invite())
    assert_refused(one.run("owner", state="canceled"), one.invitee.username)
    sim.clock.advance(hours=2)
    assert_ok(one.accept())
    assert_ok(one.invite())
    assert one.run("owner", state="canceled").failed
    assert one.writes("invitee") == ["accept"] and one.statuses == ["accepted"]


# Lost responses and servers that falter: settled by reading, and nothing is done twice.

Step = tuple[str, str, str, Callable[[Party], TaskResult]]  # the project's past, who, the write that suffers, the task
STEPS: Mapping[str, Step] = {
    "invite": ("none", "owner", "transfer_invitations", lambda one: one.invite()),
    "replace, canceling": ("to colleague", "owner", "cancel", lambda one: one.invite(replace=True)),
    "replace, inviting": ("to colleague", "owner", "transfer_invitations", lambda one: one.invite(replace=True)),
    "accept": ("pending", "invitee", "accept", lambda one: one.run("invitee", state="accepted")),
    "accept by ID": ("pending", "invitee", "accept", lambda one: one.accept()),
    "decline": ("pending", "invitee", "decline", lambda one: one.run("invitee", state="declined")),
    "cancel": ("pending", "owner", "cancel", lambda one: one.run("owner", state="canceled")),
}
# Kind, details, and how often the write is sent because of it.
FAULTS: Mapping[str, tuple[str, dict[str, Any], int]] = {
    "the request is lost": ("drop_before", {}, 2),
    "the response is lost": ("drop_after", {}, 1),
    "the server stumbles after it was done": ("replace", {"status": 500, "body": {"error": "we're on it!"}}, 1),
    "too many requests": ("status", {"status": 429, "body": "Retry later", "headers": {"Retry-After": "1"}}, 2),
}


def _suffer(step: str, fault: str) -> Callable[[Any], None]:
    past, word, verb, task = STEPS[step]
    kind, details, sent = FAULTS[fault]

    def telling(sim: Any) -> None:
        undisturbed, one = party(sim, past), party(sim, past)
        assert_ok(task(undisturbed), changed=True)
        path = "/v1/projects/*/transfer_invitations" + ("" if verb == "transfer_invitations" else f"/*/{verb}")
        sim.fault(kind, method="POST", path=path, account=getattr(one, word), **details)
        result = task(one)
        assert_ok(result, changed=True)
        assert one.statuses == undisturbed.statuses
        assert result["transfer_invitation"] in sim.invitations(one.project_id)
        assert result["project"] in (None, sim.project(one.project_id))
        before, after = diff_of(result)
        assert before != after and after["status"] == result["transfer_invitation"]["status"]
        writes = [call for call in one.calls(word) if call.startswith("POST ") and "auth" not in call]
        assert len(writes) == sent + (1 if "replace" in step else 0), writes
        assert sim.faults == []

    return telling


for _step in STEPS:
    for _fault in FAULTS:
        stories.add(f"{_step}: {_fault}", _suffer(_step, _fault))


@stories.story()
def a_replacement_that_fails_has_canceled_the_earlier_invitation(sim: Any) -> None:
    for lost in (False, True):
        one = party(sim, "to colleague")
        if lost:
            sim.fault("drop_after", method="POST", path="*/cancel")
        sim.fault("status", method="POST", path="*/transfer_invitations", account=one.owner, **BILLING)
        result = one.invite(replace=True)
        assert_refused(result, "Done before: cancel", one.colleague.username, "has no billing profile")
        assert (one.statuses, result.changed) == (["canceled"], True)


@stories.story(expired_blocks=True)
def an_expired_invitation_that_was_canceled_for_nothing_is_told(sim: Any) -> None:
    one = party(sim, "expired")
    sim.fault("status", method="POST", path="*/transfer_invitations", skip=1, **BILLING)
    result = one.invite()
    assert_refused(result, one.invitee.username, "has no billing profile")
    assert (one.statuses, result.changed) == (["canceled"], True)


@stories.story()
def a_replacement_whose_cancellation_is_rejected_invites_no_user(sim: Any) -> None:
    one = party(sim, "to colleague")
    sim.fault("status", method="POST", path="*/cancel", times=None, status=409, body={"error": "too late"})
    result = one.invite(replace=True)
    assert_refused(result, one.colleague.username, "too late")
    assert (one.statuses, result.changed, one.writes("owner")) == (["pending"], False, [])


# After an acceptance, the project is read. What is read then, and what the message names.
READ_BACK: Mapping[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "cannot be read": ({"status": 500, "body": {"error": "we're on it!"}}, ("500", "we're on it!")),
    "is not shown": ({"status": 403, "body": {"error": "not for you"}}, ("wait_timeout",)),
    "belongs to another user": ({"status": 200}, ("colleague",)),
}


def _read_back(details: dict[str, Any], facts: tuple[str, ...]) -> Callable[[Any], None]:
    def telling(sim: Any) -> None:
        one = party(sim, "pending")
        owner = {"id": one.colleague.id, "username": one.colleague.username}
        body = details.get("body", {"project": {**sim.project(one.project_id), "owner": owner}})
        path = f"/v1/projects/{one.project_id}"
        sim.fault("replace", method="GET", path=path, times=None, status=details["status"], body=body)
        result = one.accept(max_wait=0, wait_timeout=1)
        assert_refused(result, "accepted", *facts)
        assert result.changed
        sim.clear_faults()
        assert_ok(one.accept())

    return telling


for _name, (_details, _facts) in READ_BACK.items():
    stories.add(f"a project that {_name} after the acceptance is no success", _read_back(_details, _facts))


@stories.story()
def a_lost_write_is_unknown_where_nothing_can_be_read_or_sent_again(sim: Any) -> None:
    one, other = party(sim), party(sim, "pending")
    sim.fault("drop_after", method="POST", path="*/transfer_invitations", account=one.owner, times=None)
    sim.fault("drop_before", method="GET", path="*/transfer_invitations", account=one.owner, skip=1, times=None)
    sim.fault("drop_before", method="POST", path="*/accept", times=None)
    for result in (one.invite(max_wait=0), other.accept(max_wait=0)):
        assert_refused(result)
        assert result["outcome_unknown"] is True
    assert not result.changed
    sim.clear_faults()
    assert_ok(one.invite())
    assert (one.statuses, other.statuses) == (["pending"], ["pending"])


@stories.story(accept_delay=2)
def a_lost_response_to_an_acceptance_that_takes_time_is_waited_for(sim: Any) -> None:
    one = party(sim, "pending")
    sim.fault("drop_after", method="POST", path="*/accept")
    assert_ok(one.accept(wait_timeout=6), changed=True)
    assert one.owner_now == one.invitee.username


@stories.story()
def a_bearer_that_ends_on_the_way_is_exchanged_again(sim: Any) -> None:
    one = party(sim, "pending")
    sim.fault("status", method="POST", path="*/accept", status=401, body={"error": "unauthorized"})
    assert_ok(one.accept(exchange=True, max_wait=0), changed=True)
    assert one.statuses == ["accepted"]


# What another job did between the first read and the write.


@stories.story()
def another_job_was_faster(sim: Any) -> None:
    for word, fails in (("invitee", False), ("colleague", True)):
        one = party(sim)
        nothing = {"status": 200, "body": {"transfer_invitations": []}}
        sim.fault("replace", method="GET", path="*/transfer_invitations", account=one.owner, **nothing)
        invitation = sim.add_invitation(one.project_id, getattr(one, word))
        result = one.invite()
        assert result.failed is fails, result.msg
        assert fails or result["transfer_invitation"] == invitation
        assert (one.statuses, result.changed) == (["pending"], False)


@stories.story()
def another_job_transferred_it_meanwhile(sim: Any) -> None:
    one = party(sim)
    eligible = [{"user_id": one.invitee.id, "user_name": one.invitee.username}]
    for path, body in (
        ("/transfer_invitations", {"transfer_invitations": []}),
        ("", {"project": sim.project(one.project_id)}),
        ("/eligible_new_owners", {"eligible_new_owners": eligible}),
    ):
        sim.fault("replace", method="GET", path=f"/v1/projects/{one.project_id}{path}", status=200, body=body)
    sim.add_invitation(one.project_id, one.invitee)
    one.answer("invitee", "accept")
    result = one.invite()
    assert_ok(result)
    assert result["project"]["owner"]["username"] == one.invitee.username


@pytest.mark.parametrize("name", stories.names)
def test_story(name: str) -> None:
    stories.tell(name)


def test_an_invitation_that_expires_ends_the_wait(sim: Any) -> None:
    """Not as one of many stories at once, in which it could be over before the task begins."""
    one = party(sim)
    sim.add_invitation(one.project_id, one.invitee, expires_in=3)
    began = time.monotonic()
    assert_refused(wait_for(one), one.invitee.username, "expired")
    assert time.monotonic() - began < SOON


# What a task costs.


@pytest.mark.parametrize("switches", [{}, SEES_NOTHING, {**SEES_NOTHING, "uuid_claim": False}], ids=str)
def test_an_acceptance_takes_three_requests_the_last_of_which_reads_the_owner(
    sim: Any, switches: dict[str, Any]
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
