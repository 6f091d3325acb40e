# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers that get lost and servers that falter: settled by reading back, nothing is done twice, nothing is made up."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from .assumptions import ACCEPTED, COUNTED, IDENTIFIED, SHOWN
from .expect import assert_ok, assert_one_sentence, assert_refused
from .playbook import TaskResult
from .transfer_process import Party, party, send, transfer
from .transfer_stories import Stories

# Every story is about one fault, where nothing else stands in the way, and counts its writes.
ASSUMED = {**COUNTED, **ACCEPTED, **SHOWN, **IDENTIFIED}
stories = Stories(**ASSUMED)

Step = tuple[str, str, str, Callable[[Party], TaskResult]]  # the project's past, who, the write that suffers, the task

STEPS: Mapping[str, Step] = {
    "invite": ("none", "owner", "transfer_invitations", lambda one: one.invite()),
    "replace, canceling": ("to colleague", "owner", "*/cancel", lambda one: one.invite(replace=True)),
    "replace, inviting": ("to colleague", "owner", "transfer_invitations", lambda one: one.invite(replace=True)),
    "accept": ("pending", "invitee", "*/accept", lambda one: one.run("invitee", state="accepted")),
    "accept by id": ("pending", "invitee", "*/accept", lambda one: one.accept()),
    "decline": ("pending", "invitee", "*/decline", lambda one: one.run("invitee", state="declined")),
    "decline by id": (
        "pending",
        "invitee",
        "*/decline",
        lambda one: one.run("invitee", state="declined", invitation_id=one.invitation_id),
    ),
    "cancel": ("pending", "owner", "*/cancel", lambda one: one.run("owner", state="canceled")),
    "cancel by id": (
        "pending",
        "owner",
        "*/cancel",
        lambda one: one.run("owner", state="canceled", invitation_id=one.invitation_id),
    ),
}

# Kind, details, and how often the write is sent because of it.
FAULTS: Mapping[str, tuple[str, dict[str, Any], int]] = {
    "the request is lost": ("drop_before", {}, 2),
    "the answer is lost": ("drop_after", {}, 1),
    "the answer is cut off": ("truncate", {}, 1),
    "the server is away": ("status", {"status": 503}, 2),
    "the server stumbles after it was done": ("replace", {"status": 500, "body": {"error": "we're on it!"}}, 1),
    "too many requests": ("status", {"status": 429, "body": "Retry later", "headers": {"Retry-After": "1"}}, 2),
}


def essence(one: Party, result: TaskResult) -> dict[str, Any]:
    """What a task came to, in words that are the same for every party."""

    def plain(value: Any) -> str:
        text = str(value).replace(one.owner.id, "owner").replace(one.invitee.id, "invitee")
        text = re.sub(r"\d{4}-\d\d-\d\dT[0-9:.]+Z", "DATE", text)
        return text.replace(one.project_name.removeprefix("web"), "")

    invitation, project = result.get("transfer_invitation"), result.get("project")
    return {
        "failed": result.failed and result.msg,
        "changed": result.changed,
        "diff": plain(result.get("diff")),
        "invitation": invitation and plain([invitation["invited_user_name"], invitation["status"]]),
        "owner": project and plain(project["owner"]["username"]),
        "statuses": one.statuses,
        "owner now": plain(one.owner_now),
    }


def _add(step: str, fault: str) -> None:
    past, word, path, task = STEPS[step]
    kind, details, sent = FAULTS[fault]

    def telling(sim: Any) -> None:
        undisturbed, one = party(sim, past), party(sim, past)
        expected = essence(undisturbed, task(undisturbed))
        sim.fault(
            kind, method="POST", path=f"/v1/projects/*/{path.removeprefix('*/')}", account=one.actor(word), **details
        )
        result = task(one)
        writes = [call for call in sim.calls(one.actor(word)) if call.startswith("POST /v1")]
        assert essence(one, result) == expected
        assert len(writes) == sent + (1 if "replace" in step else 0), writes
        assert sim.faults == []

    stories.add(f"{step}: {fault}", telling)


for _step in STEPS:
    for _fault in FAULTS:
        _add(_step, _fault)


@stories.story()
def a_replacement_that_fails_says_that_the_earlier_one_is_gone(sim: Any) -> None:
    one = party(sim, "to colleague")
    sim.fault(
        "status",
        method="POST",
        path="*/transfer_invitations",
        times=None,
        status=422,
        body={"errors": {"invited_user_id": ["has no billing profile"]}},
    )
    result = one.invite(replace=True)
    assert_refused(result, "Done before: cancel", one.colleague.username, "has no billing profile")
    assert one.statuses == ["canceled"]
    assert result.changed


@stories.story()
def a_replacement_that_fails_after_a_lost_cancellation_says_it_too(sim: Any) -> None:
    one = party(sim, "to colleague")
    sim.fault("drop_after", method="POST", path="*/cancel")
    sim.fault(
        "status",
        method="POST",
        path="*/transfer_invitations",
        times=None,
        status=422,
        body={"errors": {"invited_user_id": ["has no billing profile"]}},
    )
    result = one.invite(replace=True)
    assert_refused(result, "Done before: cancel", one.colleague.username)
    assert one.statuses == ["canceled"]
    assert result.changed


@stories.story()
def a_replacement_whose_cancellation_is_refused_invites_nobody(sim: Any) -> None:
    one = party(sim, "to colleague")
    sim.fault("status", method="POST", path="*/cancel", times=None, status=409, body={"error": "too late"})
    result = one.invite(replace=True)
    assert_refused(result, one.colleague.username, "too late")
    assert "Done before" not in result.msg
    assert (one.statuses, result.changed) == (["pending"], False)
    assert one.writes("owner") == []


@stories.story()
def an_acceptance_that_cannot_be_read_back_is_no_success(sim: Any) -> None:
    """Whoever reads the message must learn that the acceptance itself was sent."""
    one = party(sim, "pending")
    sim.fault(
        "status",
        method="GET",
        path=f"/v1/projects/{one.project_id}",
        times=None,
        status=500,
        body={"error": "we're on it!"},
    )
    result = one.accept(max_wait=0)
    assert_refused(result, "500", "we're on it!", "accepted")
    assert result.changed
    again = one.accept(max_wait=0)
    assert again.failed
    sim.clear_faults()
    assert_ok(one.accept())


@stories.story()
def an_acceptance_after_which_nothing_is_shown_is_no_success(sim: Any) -> None:
    one = party(sim, "pending")
    sim.fault(
        "status",
        method="GET",
        path=f"/v1/projects/{one.project_id}",
        times=None,
        status=403,
        body={"error": "not for you"},
    )
    result = one.accept(wait_timeout=1)
    assert_refused(result, one.invitee.username, "accepted", "wait_timeout")
    assert result.changed


@stories.story()
def an_acceptance_that_gives_the_project_to_somebody_else_is_no_success(sim: Any) -> None:
    one = party(sim, "pending")
    theirs = {**sim.project(one.project_id), "owner": {"id": one.colleague.id, "username": one.colleague.username}}
    sim.fault(
        "replace", method="GET", path=f"/v1/projects/{one.project_id}", times=None, status=200, body={"project": theirs}
    )
    assert_refused(one.accept(), one.invitee.username, one.colleague.username)


@stories.story(expired_blocks=True)
def an_expired_invitation_that_was_canceled_for_nothing_is_told(sim: Any) -> None:
    one = party(sim, "expired")
    sim.fault(
        "status",
        method="POST",
        path="*/transfer_invitations",
        skip=1,
        times=None,
        status=422,
        body={"errors": {"invited_user_id": ["has no billing profile"]}},
    )
    result = one.invite()
    assert_refused(result, one.invitee.username, "has no billing profile")
    assert one.statuses == ["canceled"]
    assert result.changed


@stories.story()
def an_invitation_of_which_nothing_can_be_read_is_told_as_uncertain(sim: Any) -> None:
    one = party(sim)
    sim.fault("drop_after", method="POST", path="*/transfer_invitations", times=None)
    sim.fault("drop_before", method="GET", path="*/transfer_invitations", skip=1, times=None)
    result = one.invite(max_wait=0)
    assert_refused(result, one.invitee.username)
    assert result["outcome_unknown"] is True
    sim.clear_faults()
    assert_ok(one.invite())
    assert one.statuses == ["pending"]


@stories.story()
def a_lost_request_is_told_as_undone_where_there_is_no_time_for_another(sim: Any) -> None:
    one = party(sim, "pending")
    sim.fault("drop_before", method="POST", path="*/accept", times=None)
    result = one.accept(max_wait=0)
    assert_refused(result, one.invitee.username)
    assert result["outcome_unknown"] is True
    assert not result.changed
    assert one.statuses == ["pending"]


@stories.story(accept_delay=2)
def a_lost_answer_to_an_acceptance_that_takes_time_is_waited_for(sim: Any) -> None:
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


@stories.story()
def somebody_else_was_faster(sim: Any) -> None:
    """Two runs of the owner's task at once: the later one finds what the first one did."""
    one = party(sim)
    sim.fault("replace", method="GET", path="*/transfer_invitations", status=200, body={"transfer_invitations": []})
    sim.add_invitation(one.project_id, one.invitee)
    result = one.invite()
    assert_ok(result)
    assert result["transfer_invitation"] == sim.invitations(one.project_id)[0]
    assert one.statuses == ["pending"]


@stories.story()
def somebody_else_transferred_it_meanwhile(sim: Any) -> None:
    one = party(sim)
    sim.fault("replace", method="GET", path="*/transfer_invitations", status=200, body={"transfer_invitations": []})
    project = sim.project(one.project_id)
    sim.fault("replace", method="GET", path=f"/v1/projects/{one.project_id}", status=200, body={"project": project})
    eligible = [{"user_id": one.invitee.id, "user_name": one.invitee.username}]
    body = {"eligible_new_owners": eligible}
    sim.fault("replace", method="GET", path="*/eligible_new_owners", status=200, body=body)
    invitation = sim.add_invitation(one.project_id, one.invitee)
    send(sim, one.invitee, f"/v1/projects/{one.project_id}/transfer_invitations/{invitation['id']}/accept")
    result = one.invite()
    assert_ok(result)
    assert result["project"]["owner"]["username"] == one.invitee.username


@stories.story()
def somebody_else_was_invited_meanwhile(sim: Any) -> None:
    one = party(sim)
    sim.fault("replace", method="GET", path="*/transfer_invitations", status=200, body={"transfer_invitations": []})
    sim.add_invitation(one.project_id, one.colleague)
    result = one.invite()
    assert_refused(result, one.colleague.username)
    assert one.statuses == ["pending"]


@stories.story()
def a_wrong_url_is_never_an_absent_invitation(sim: Any) -> None:
    one = party(sim, "pending")
    sim.fault(
        "status",
        method="GET",
        path="*/transfer_invitations*",
        times=None,
        status=404,
        body={"message": "Looking for something here? You must be wrong", "url": "x"},
    )
    for state, word in (("canceled", "owner"), ("declined", "invitee"), ("accepted", "invitee")):
        assert_refused(one.run(word, state=state), "api_url")
    assert_refused(one.invite(), "api_url")
    assert transfer(sim, one.owner, project_id=one.project_id, state="canceled").failed
    assert one.statuses == ["pending"]


@pytest.mark.parametrize("name", stories.names)
def test_story(name: str) -> None:
    stories.tell(name)


def test_refusals_of_the_api_come_with_its_answer(sim: Any) -> None:
    one = party(sim, "pending")
    sim.fault(
        "status",
        method="POST",
        path="*/accept",
        account=one.invitee,
        status=402,
        times=None,
        body={"error": "billing profile needed", "url": "https://dashboard.example.org"},
    )
    result = one.accept()
    assert_refused(result, one.invitee.username, "billing profile needed")
    assert_one_sentence(result.msg)
    error = result["error"]
    assert (error["status"], error["method"]) == (402, "POST")
    assert error["path"].endswith("/accept")
    assert error["request_id"]
