# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Transfers beside the grid: who is meant, who is eligible, what the API rejects, and what is there to read."""

from __future__ import annotations

from typing import Any

import pytest
from simulator import Simulator

from .assumptions import ACCEPTED, COUNTED, SHOWN
from .expect import assert_ok, assert_refused, diff_of
from .playbook import PlaybookRun, Story, TaskResult, connect, here
from .playbook import transfer as transfer_task
from .table import RUNGS
from .transfers import NO_INVITATION, REASON, Party, party, transfer

# Whoever could act is shown why not, an acceptance succeeds, and what has expired is in no one's way.
ASSUMED = {**COUNTED, **ACCEPTED, **SHOWN, "expired_blocks": False}

BOTH = pytest.mark.parametrize("check", [True, False], ids=["check", "run"])


@pytest.fixture(autouse=True)
def _anew(sim: Any) -> None:
    sim.reset(keep_accounts=False)


# Who is meant


@BOTH
@pytest.mark.parametrize("includes_owner", [True, False])
def test_user_who_is_not_eligible_is_not_invited(sim: Any, includes_owner: bool, check: bool) -> None:
    sim.set(eligible_includes_owner=includes_owner)
    for past, options in (("none", {}), ("pending", {"replace": True})):
        one = party(sim, past)
        for word in (one.stranger.username, "no-such-user"):
            result = one.run("owner", new_owner=word, check=check, **options)
            assert_refused(result, word, one.invitee.username, one.colleague.username)
            assert one.owner.id not in result.msg.rsplit("Eligible:", maxsplit=1)[-1], "the owner is not eligible"
        assert one.writes("owner") == []


ELIGIBILITY: dict[str, tuple[dict[str, Any], str, bool]] = {
    "a collaborator on all": ({}, "collaborator", True),
    "a limited collaborator that counts": ({"limited_eligible": True}, "limited", True),
    "a limited collaborator that does not count": ({"limited_eligible": False}, "limited", False),
    "a collaborator who has not accepted": ({}, "pending", False),
    "a collaborator on some": ({}, "", False),
}


@pytest.mark.parametrize("who", ELIGIBILITY)
def test_who_is_eligible_is_what_the_api_says(sim: Any, who: str) -> None:
    switches, role, eligible = ELIGIBILITY[who]
    sim.set(**switches)
    one = party(sim)
    database = f"database-{one.project_name}"
    sim.add_application(one.project_id, database, databases=True, collaborators=[one.colleague])
    if role:
        sim.set_collaborator(database, one.invitee, role=role)
    for check in (True, False):
        assert one.invite(check=check).failed is not eligible
    assert one.statuses == (["pending"] if eligible else [])


@pytest.mark.parametrize("by", ["username", "id"])
def test_new_owner_is_a_username_or_an_id(sim: Any, by: str) -> None:
    one = party(sim)
    assert_ok(one.run("owner", new_owner=getattr(one.invitee, by)), changed=True)
    assert_ok(one.run("owner", new_owner=getattr(one.invitee, by)))
    assert_ok(one.run("owner", new_owner=getattr(one.owner, by)))  # who owns it already
    assert one.statuses == ["pending"]


@BOTH
@pytest.mark.parametrize("state", ["accepted", "declined", "canceled"])
@pytest.mark.parametrize("with_id", [True, False], ids=["by id", "without id"])
def test_only_an_invitation_of_new_owner_is_meant(sim: Any, state: str, with_id: bool, check: bool) -> None:
    one = party(sim, "pending")
    options: dict[str, Any] = {"invitation_id": one.invitation_id} if with_id else {}
    word = "owner" if state == "canceled" else "invitee"
    result = one.run(word, state=state, new_owner=one.colleague.username, check=check, **options)
    assert not result.changed
    assert (result.failed, one.statuses) == (with_id or state != "canceled", ["pending"])


def test_a_project_or_invitation_that_does_not_exist_is_named(sim: Any) -> None:
    one = party(sim, "pending")
    for state in ("accepted", "declined", "canceled", "pending"):
        new_owner = {"new_owner": "tomasz"} if state == "pending" else {}
        for key in ("project_id", "project_name"):
            assert_refused(transfer(sim, one.owner, **{key: "prj-nowhere"}, state=state, **new_owner), "prj-nowhere")
    for word in ("invitee", "owner"):
        assert_refused(one.run(word, state="declined", invitation_id=NO_INVITATION), NO_INVITATION)


def test_a_name_that_several_projects_have_is_ambiguous(sim: Any) -> None:
    sim.set(list_collaborations=True)
    one = party(sim)
    other = sim.add_project(one.invitee, one.project_name)
    sim.add_application(other["id"], "other-application", collaborators=[one.owner])
    result = one.invite(project_name=one.project_name)
    assert_refused(result, one.project_id, other["id"], one.invitee.username, "project_id")


@pytest.mark.parametrize("listed", [True, False], ids=["listed", "not-listed"])
def test_by_name_the_invitee_finds_the_project_by_its_applications(sim: Any, listed: bool) -> None:
    sim.set(list_collaborations=listed)
    one = party(sim, "pending")
    options = {"project_name": one.project_name, "state": "accepted", "invitation_id": one.invitation_id}
    assert_refused(one.run("stranger", **options), one.project_name)
    assert_ok(one.run("invitee", **options), changed=True)


# What the API says


@BOTH
@pytest.mark.parametrize("status", [401, 403, 404])
def test_what_only_the_owner_may_do_names_the_owner(sim: Any, status: int, check: bool) -> None:
    sim.set(non_owner_status=status)
    one = party(sim, "pending")
    for word, options in (
        ("colleague", {"new_owner": one.colleague.username}),
        ("invitee", {"state": "canceled"}),
        ("colleague", {"state": "canceled"}),
    ):
        assert_refused(one.run(word, check=check, **options), one.owner.username)
    assert one.statuses == ["pending"]


@pytest.mark.parametrize("transferred_default", ["false", "keep", "refuse"])
def test_a_default_project_becomes_what_the_api_says(sim: Any, transferred_default: str) -> None:
    sim.set(transferred_default=transferred_default)
    one = party(sim, default=True)
    offer = one.invite()
    if transferred_default == "refuse":
        assert_refused(offer, "default")
        assert one.statuses == []
        return
    accepted = one.run("invitee", state="accepted", invitation_id=offer["transfer_invitation"]["id"])
    assert_ok(accepted, changed=True)
    assert accepted["project"] == sim.project(one.project_id)
    assert accepted["project"]["default"] is (transferred_default == "keep")


@pytest.mark.parametrize("clash_outcome", ["failed", "422"])
def test_an_acceptance_that_cannot_succeed_leaves_the_project(sim: Any, clash_outcome: str) -> None:
    sim.set(clash_outcome=clash_outcome)
    taken, ineligible = party(sim, "pending"), party(sim, "pending")
    sim.add_project(taken.invitee, taken.project_name)
    sim.set_collaborator(ineligible.application, ineligible.invitee, role=None)
    for one, fact in ((taken, "taken"), (ineligible, REASON)):
        assert_refused(one.accept(), fact)
        assert one.owner_now == one.owner.username


def test_an_invitation_expires_and_is_repeated(sim: Any) -> None:
    one = party(sim, "pending")
    sim.clock.advance(days=4)
    for state in ("accepted", "declined"):
        assert_refused(one.run("invitee", state=state), "expired")
    assert one.writes("invitee") == []
    assert_ok(one.invite(), changed=True)
    assert_ok(one.invite())
    assert_refused(one.accept(), "expired")
    assert_ok(one.run("invitee", state="accepted"), changed=True)
    assert_ok(one.accept())  # the old invitation, but the project is theirs
    assert_ok(one.invite())
    assert one.owner_now == one.invitee.username


@pytest.mark.parametrize("expired_accept", ["failed", 422])
def test_an_invitation_may_expire_while_it_is_accepted(expired_accept: str | int) -> None:
    def gate(request: Any) -> None:
        if request.path.endswith("/accept"):
            sim.clock.advance(minutes=2)

    with Simulator(gate=gate, **{**ASSUMED, "expired_accept": expired_accept}) as sim:
        one = party(sim)
        invitation = sim.add_invitation(one.project_id, one.invitee, expires_in=60)
        result = one.run("invitee", state="accepted", invitation_id=invitation["id"])
        assert_refused(result, one.invitee.username, "expired")
        assert (one.owner_now, "POST invitation/accept" in one.calls("invitee")) == (one.owner.username, True)


@BOTH
@pytest.mark.parametrize(("past", "transferred"), [("accepted", True), ("offered on", True), ("none", False)])
def test_a_previous_owner_may_be_shown_the_invitations_only(
    sim: Any, past: str, transferred: bool, check: bool
) -> None:
    one = party(sim, past)
    path, body = f"/v1/projects/{one.project_id}", {"resource": "project", "error": "not found"}
    sim.fault("status", method="GET", path=path, account=one.owner, times=None, status=404, body=body)
    result = one.invite(check=check)
    if transferred:
        assert_ok(result)
        assert result["transfer_invitation"]["status"] == "accepted"
        assert result["project"] is None
    else:
        assert_refused(result, one.project_id)
    assert one.writes("owner") == []


# What there is to read


def info(one: Party, word: str = "owner", check: bool = False, **options: Any) -> TaskResult:
    named = {} if "project_name" in options else {"project_id": one.project_id}
    account = connect(one.sim, getattr(one, word))
    return here("scalingo_project_transfer_info", {**account, **named, **options}, check=check)


def test_info_lists_the_invitations_of_a_status(sim: Any) -> None:
    one = party(sim, "declined, again pending")
    declined, pending = ({**each, "expired": False} for each in sim.invitations(one.project_id))
    for listed, word, options in (
        ([pending], "owner", {}),
        ([pending], "invitee", {}),
        ([pending], "owner", {"invitation_id": one.invitation_id}),
        ([pending], "owner", {"project_name": "", "project_id": one.project_id, "invitation_id": ""}),
        ([declined], "owner", {"status": "declined"}),
        ([declined, pending], "owner", {"status": "all", "project_name": one.project_name}),
    ):
        result = info(one, word, **options)
        assert_ok(result)
        assert (result["transfer_invitations"], result.values["changed"]) == (listed, False)
        assert "eligible_new_owners" not in result.values
    expired = party(sim, "expired")
    assert info(expired)["transfer_invitations"] == []
    assert [each["expired"] for each in info(expired, status="all")["transfer_invitations"]] == [True]


@BOTH
def test_info_lists_who_is_eligible(sim: Any, check: bool) -> None:
    one = party(sim, "pending")
    found = info(one, check=check, eligible_new_owners=True)["eligible_new_owners"]
    assert {each["user_name"]: each["user_id"] for each in found} == {
        each.username: each.id for each in (one.invitee, one.colleague)
    }
    assert_refused(info(one, "invitee", eligible_new_owners=True), one.project_id, "owner")


def test_info_is_for_those_who_may_read(sim: Any) -> None:
    sim.set(invitee_list=False, invitee_project=False)
    one = party(sim, "pending")
    assert_refused(info(one, "stranger"), one.project_id)
    assert_refused(info(one, "invitee"), one.project_id)
    assert len(info(one, "invitee", invitation_id=one.invitation_id)["transfer_invitations"]) == 1


# As tasks of a playbook


def test_one_playbook_with_two_tokens_transfers_a_project(sim: Any, teller: Any) -> None:
    """The invitee is told the IDs by the owner's task."""
    one = party(sim)
    sim.clear_requests()
    invite = {"project_name": one.project_name, "new_owner": one.invitee.username}
    accept = {
        "state": "accepted",
        "api_token": one.invitee.api_token,
        "project_id": "{{ offer.project.id }}",
        "invitation_id": "{{ offer.transfer_invitation.id }}",
    }
    steps = [
        {**transfer_task(f"{step}: {rung}", check="check" in rung, **options), **register}
        for step, options, register in (("invite", invite, {"register": "offer"}), ("accept", accept, {}))
        for rung in RUNGS
    ]
    run: PlaybookRun = teller([Story("transfer", [*steps, transfer_task("after", **invite)], connect(sim, one.owner))])
    for step in ("invite", "accept"):
        for rung in RUNGS:
            assert_ok(run.of("transfer", f"{step}: {rung}"), changed=rung in ("check", "run"))
    before, after = diff_of(run.of("transfer", "invite: run"))
    assert (before["status"], after["status"], after["owner"]) == (None, "pending", one.owner.username)
    before, after = diff_of(run.of("transfer", "accept: run"))
    assert (before["status"], after["status"], after["owner"]) == ("pending", "accepted", one.invitee.id)
    assert run.of("transfer", "accept: run")["project"] == sim.project(one.project_id)
    # The list does not show the project any more, but its applications do, as whose collaborator its owner stays.
    assert_ok(run.of("transfer", "after"))
    assert (one.writes("owner"), one.writes("invitee")) == (["invite"], ["accept"])
