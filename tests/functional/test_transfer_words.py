# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What refusals tell: who is eligible, who is invited and until when, what a new owner needs, what to do next."""

from __future__ import annotations

from typing import Any

import pytest

from .assumptions import ACCEPTED, SHOWN
from .expect import assert_ok, assert_refused
from .transfer_process import NOWHERE, REASON, Party, party, transfer

# Whoever could act is shown why not, an acceptance succeeds, and what has expired is in nobody's way.
ASSUMED = {**ACCEPTED, **SHOWN, "expired_blocks": False}

NEEDS = ("collaborator", "billing profile", "payment method", "free trial")
BOTH = pytest.mark.parametrize("check", [True, False], ids=["check", "run"])


@pytest.fixture(autouse=True)
def _anew(sim: Any) -> None:
    sim.reset(keep_accounts=False)


@BOTH
@pytest.mark.parametrize("includes_owner", [True, False])
def test_somebody_not_eligible(sim: Any, includes_owner: bool, check: bool) -> None:
    sim.set(eligible_includes_owner=includes_owner)
    one = party(sim)
    result = one.run("owner", new_owner=one.stranger.username, check=check)
    assert_refused(result, one.stranger.username, one.invitee.username, one.invitee.id, one.colleague.username, *NEEDS)
    assert one.owner.id not in result.msg.rsplit("Eligible:", maxsplit=1)[-1], "the owner is not eligible"
    assert one.writes("owner") == []


@BOTH
@pytest.mark.parametrize("includes_owner", [True, False])
def test_nobody_eligible(sim: Any, includes_owner: bool, check: bool) -> None:
    sim.set(eligible_includes_owner=includes_owner)
    one = party(sim)
    sim.remove_application(one.project_name.replace("web", "app"))
    assert_refused(one.invite(check=check), one.invitee.username, "Eligible: no user", *NEEDS)


@BOTH
def test_somebody_who_is_no_user(sim: Any, check: bool) -> None:
    one = party(sim)
    assert_refused(one.run("owner", new_owner="nobody-at-all", check=check), "nobody-at-all", one.invitee.username)


@BOTH
def test_somebody_else_is_invited(sim: Any, check: bool) -> None:
    one = party(sim, "to colleague")
    expiry = sim.invitations(one.project_id)[0]["expires_at"]
    assert_refused(one.invite(check=check), one.project_name, one.colleague.username, expiry, "replace")


@BOTH
def test_replacing_by_somebody_not_eligible_cancels_nothing(sim: Any, check: bool) -> None:
    one = party(sim, "pending")
    result = one.run("owner", new_owner=one.stranger.username, replace=True, check=check)
    assert_refused(result, one.stranger.username, one.colleague.username, *NEEDS)
    assert one.statuses == ["pending"]


@BOTH
@pytest.mark.parametrize("with_id", [True, False], ids=["by id", "without id"])
@pytest.mark.parametrize(
    ("past", "facts"),
    [
        ("expired", ("expired", "$expires_at")),
        ("declined", ("declined",)),
        ("canceled", ("canceled",)),
        ("failed", ("failed", REASON, *NEEDS)),
        ("error", ("The transfer was interrupted", "support")),
    ],
)
def test_what_cannot_be_accepted_any_more(
    sim: Any,
    past: str,
    facts: tuple[str, ...],
    with_id: bool,
    check: bool,
) -> None:
    one = party(sim, past)
    expiry = sim.invitations(one.project_id)[0]["expires_at"]
    options = {"invitation_id": one.invitation_id} if with_id else {}
    result = one.run("invitee", state="accepted", check=check, **options)
    assert_refused(result, *(expiry if fact == "$expires_at" else fact for fact in facts))
    assert one.writes("invitee") == []


@BOTH
@pytest.mark.parametrize("state", ["accepted", "declined"])
def test_an_invitee_who_is_shown_no_list_is_asked_for_the_id(sim: Any, state: str, check: bool) -> None:
    sim.set(invitee_list=False, invitee_project=False)
    one = party(sim, "pending")
    assert_refused(one.run("invitee", state=state, check=check), one.project_id, "invitation_id")


@BOTH
@pytest.mark.parametrize("state", ["accepted", "declined"])
def test_an_answer_of_the_wrong_person(sim: Any, state: str, check: bool) -> None:
    one = party(sim, "pending")
    wanted = {"state": state, "invitation_id": one.invitation_id, "check": check}
    owner = one.run("owner", **wanted)
    assert_refused(owner, one.invitee.username)
    assert_refused(one.run("colleague", **wanted), one.invitation_id)
    assert_refused(one.run("stranger", **wanted), one.invitation_id)
    assert one.statuses == ["pending"]


@BOTH
@pytest.mark.parametrize("status", [401, 403, 404])
def test_what_only_the_owner_may_do_names_the_owner(sim: Any, status: int, check: bool) -> None:
    sim.set(non_owner_status=status)
    one = party(sim, "pending")
    result = one.run("colleague", new_owner=one.colleague.username, check=check)
    assert_refused(result, one.project_name, one.owner.username, "owner")
    assert_refused(one.run("invitee", state="canceled", check=check), one.owner.username, "owner")
    assert_refused(one.run("colleague", state="canceled", check=check), one.owner.username, "owner")
    assert one.statuses == ["pending"]


@BOTH
def test_canceling_what_was_accepted(sim: Any, check: bool) -> None:
    one = party(sim, "accepted")
    result = one.run("owner", state="canceled", invitation_id=one.invitation_id, check=check)
    assert_refused(result, "accepted", one.invitee.username)


@pytest.mark.parametrize("word", ["invitee", "owner"])
def test_an_invitation_that_does_not_exist(sim: Any, word: str) -> None:
    one = party(sim, "pending")
    assert_refused(one.run(word, state="declined", invitation_id=NOWHERE), NOWHERE)


def test_a_project_that_does_not_exist(sim: Any) -> None:
    one = party(sim)
    for state in ("accepted", "declined", "canceled"):
        assert_refused(transfer(sim, one.owner, project_id="prj-nowhere", state=state), "prj-nowhere")
        assert_refused(transfer(sim, one.owner, project_name="nowhere", state=state), "nowhere", "project_id")
    assert_refused(transfer(sim, one.owner, project_id="prj-nowhere", new_owner="x"), "prj-nowhere")


def test_a_name_that_several_projects_have(sim: Any) -> None:
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
    wanted = {"project_name": one.project_name, "state": "accepted", "invitation_id": one.invitation_id}
    assert_ok(one.run("invitee", **wanted), changed=True)


def test_by_name_a_stranger_has_to_be_told_the_id(sim: Any) -> None:
    one = party(sim, "pending")
    assert_refused(one.run("stranger", project_name=one.project_name, state="accepted"), one.project_name, "project_id")


@pytest.mark.parametrize("by", ["username", "id"])
def test_the_new_owner_by_name_or_id(sim: Any, by: str) -> None:
    one = party(sim)
    invitee, owner = getattr(one.invitee, by), getattr(one.owner, by)
    assert_ok(one.run("owner", new_owner=invitee), changed=True)
    assert_ok(one.run("owner", new_owner=invitee))
    assert_ok(one.run("owner", new_owner=owner))  # who owns it already
    assert one.statuses == ["pending"]


@pytest.mark.parametrize("status", [400, 403, 404, 409, 422])
def test_a_rejected_invitation_is_told_in_the_api_s_words(sim: Any, status: int) -> None:
    """The last application was taken away between the list of eligible users and the invitation."""
    sim.set(invite_not_eligible_status=status)
    one = party(sim)
    sim.set_collaborator(one.project_name.replace("web", "app"), one.invitee, role=None)
    eligible = [{"user_id": one.invitee.id, "user_name": one.invitee.username}]
    sim.fault(
        "replace",
        method="GET",
        path="*/eligible_new_owners",
        times=None,
        status=200,
        body={"eligible_new_owners": eligible},
    )
    result = one.invite()
    assert_refused(result, one.invitee.username, one.project_name, *(["be collaborator on"] if status != 404 else []))
    assert result["error"]["status"] == status
    assert one.statuses == []


@BOTH
@pytest.mark.parametrize("state", ["accepted", "declined", "canceled"])
@pytest.mark.parametrize("with_id", [True, False], ids=["by id", "without id"])
def test_only_an_invitation_of_new_owner_is_answered_or_canceled(
    sim: Any,
    state: str,
    with_id: bool,
    check: bool,
) -> None:
    """The documentation of new_owner promises that for every state."""
    one = party(sim, "pending")
    options: dict[str, Any] = {"invitation_id": one.invitation_id} if with_id else {}
    word = "owner" if state == "canceled" else "invitee"
    result = one.run(word, state=state, new_owner=one.colleague.username, check=check, **options)
    assert not result.changed
    assert (result.failed, one.statuses) == (with_id or state != "canceled", ["pending"])


def test_a_transfer_after_the_application_was_taken_away(sim: Any) -> None:
    one: Party = party(sim, "pending")
    sim.set_collaborator(one.project_name.replace("web", "app"), one.invitee, role=None)
    result = one.accept()
    assert_refused(result, one.invitee.username, REASON, *NEEDS)
    assert one.owner_now == one.owner.username


def test_both_tasks_after_an_expiry(sim: Any) -> None:
    one = party(sim, "pending")
    sim.clock.advance(days=4)
    assert_refused(one.accept(), "expired")
    assert_refused(one.run("invitee", state="accepted"), "expired")
    assert_refused(one.run("invitee", state="declined"), "expired")
    assert one.writes("invitee") == []
    assert_ok(one.invite(), changed=True)
    assert_ok(one.invite())
    assert_refused(one.accept(), "expired")
    assert_ok(one.run("invitee", state="accepted"), changed=True)
    assert_ok(one.accept())  # the old invitation, but the project is theirs
    assert_ok(one.invite())
    assert one.owner_now == one.invitee.username


@pytest.mark.parametrize("expired_accept", ["failed", 422])
def test_an_invitation_that_expires_while_it_is_accepted(sim: Any, expired_accept: str | int) -> None:
    sim.set(expired_accept=expired_accept)
    one = party(sim)
    invitation = sim.add_invitation(one.project_id, one.invitee, expires_in=0.2)
    sim.fault("slow", method="POST", path="*/accept", seconds=0.5)
    result = one.run("invitee", state="accepted", invitation_id=invitation["id"])
    assert_refused(result, one.invitee.username, "expired")
    assert one.owner_now == one.owner.username


def test_what_needs_no_invitation_returns_none(sim: Any) -> None:
    for past, word, options in (
        ("accepted", "owner", {"new_owner": "$"}),
        ("none", "owner", {"state": "canceled"}),
        ("none", "owner", {"state": "accepted"}),
    ):
        one = party(sim, past)
        options = {key: one.invitee.username if value == "$" else value for key, value in options.items()}
        result = one.run(word, **options)
        assert_ok(result)
        assert result["transfer_invitation"] is None
        assert result["project"] == sim.project(one.project_id)


@BOTH
@pytest.mark.parametrize(("past", "transferred"), [("accepted", True), ("offered on", True), ("none", False)])
def test_a_previous_owner_who_is_shown_the_invitations_only(
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
        assert_refused(result, one.project_id, "only its new owner")
    assert one.writes("owner") == []


@pytest.mark.parametrize("identifier", ["../../users/self", "..", "a/b?c=d#e"])
def test_an_id_is_never_a_path(sim: Any, identifier: str) -> None:
    one = party(sim, "pending")
    assert one.run("invitee", state="declined", invitation_id=identifier).failed
    assert transfer(sim, one.invitee, project_id=identifier, state="accepted", invitation_id="x").failed
    assert not {"GET /v1/users/self", "GET /v1/projects"} & {*sim.calls(one.invitee)}
    assert one.statuses == ["pending"]
