# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The decision about a transfer: what is wanted against what is, without any request."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

import pytest
from ansible_collections.community.scalingo.plugins.module_utils._errors import (
    CannotError,
    ForbiddenError,
    InputError,
    NotFoundError,
    RejectedError,
)
from ansible_collections.community.scalingo.plugins.module_utils._facts import Fact, FactMissing, Facts
from ansible_collections.community.scalingo.plugins.module_utils._projects import find_project
from ansible_collections.community.scalingo.plugins.module_utils._transfer_plan import (
    NEW_OWNER_NEEDS,
    VERBS,
    VERDICTS,
    Invite,
    Respond,
    TransferPlan,
    TransferWanted,
    Verdict,
    decide_transfer,
    why_not,
)
from world import ME, NOW, TOMASZ, api_error, project

AMINA = {"id": "us-amina", "username": "amina", "email": "amina@example.org", "flags": {}}
WEB = project("web")
HIS_WEB = {**WEB, "owner": TOMASZ}
STATUSES = ("pending", "accepted", "declined", "canceled", "failed", "error")
HIDDEN = api_error(ForbiddenError, 403, "not for you")


def invitation(
    status: str = "pending",
    to: dict[str, Any] | None = None,
    number: int = 1,
    expired: bool = False,
    by: dict[str, Any] | None = None,
    reason: str = "",
) -> dict[str, Any]:
    """Return an invitation in the API's form: of TOMASZ by ME, if nobody else is given."""
    to, by = to or TOMASZ, by or ME
    expires_at = NOW + timedelta(days=-1 if expired else 1)
    return {
        "id": f"tin-{number}",
        "project_id": WEB["id"],
        "invited_user_id": to["id"],
        "invited_user_name": to["username"],
        "inviter_user_id": by["id"],
        "status": status,
        "status_reason": reason,
        "expires_at": expires_at.isoformat(),
        "created_at": (expires_at - timedelta(days=3)).isoformat(),
        "updated_at": (expires_at - timedelta(days=3)).isoformat(),
    }


def eligible(*users: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"user_id": user["id"], "user_name": user["username"]} for user in users]


def known(*invitations: dict[str, Any], caller: dict[str, Any] | None = None, **facts: Any) -> Facts:
    """Return all that ME, or another caller, can know of the project web; one invitation is the last one."""
    caller = caller or ME
    all_facts = Facts(
        {
            Fact.PROJECTS: [WEB],
            Fact.PROJECT: WEB,
            Fact.INVITATIONS: list(invitations),
            Fact.INVITATION: invitations[-1] if invitations else api_error(NotFoundError, 404, "not found"),
            Fact.ELIGIBLE: eligible(ME, TOMASZ, AMINA),
            Fact.CALLER_ID: caller["id"],
            Fact.CALLER: caller,
            Fact.NOW: NOW,
        }
    )
    all_facts.update({Fact[name.upper()]: value for name, value in facts.items()})
    return all_facts


def wanted(**options: Any) -> TransferWanted:
    return TransferWanted(**{"project_id": WEB["id"], **options})


def offered(**options: Any) -> TransferWanted:
    return wanted(new_owner="tomasz", **options)


class TestWanted:
    @pytest.mark.parametrize(
        ("options", "words"),
        [
            ({}, ["project_id", "project_name"]),
            ({"project_id": "x", "project_name": "web", "new_owner": "a"}, ["project_id", "project_name"]),
            ({"project_id": "x"}, ["new_owner", "state=pending"]),
            ({"project_id": "x", "new_owner": "a", "invitation_id": "t"}, ["invitation_id", "state=pending"]),
            ({"project_id": "x", "state": "accepted", "replace": True}, ["replace", "state=accepted"]),
            ({"project_id": "x", "state": "canceled", "wait": True}, ["wait", "state=canceled"]),
            ({"project_id": "x", "new_owner": "a", "wait_timeout": -1}, ["wait_timeout", "-1"]),
            ({"project_id": "x", "new_owner": "a", "wait_timeout": math.inf}, ["wait_timeout", "inf"]),
            ({"project_id": "x", "new_owner": "a", "wait_timeout": math.nan}, ["wait_timeout", "nan"]),
        ],
    )
    def test_check_refuses_what_cannot_be_right(self, options: dict[str, Any], words: list[str]) -> None:
        with pytest.raises(InputError) as refused:
            TransferWanted(**options).check()
        assert all(word in str(refused.value) for word in words)

    @pytest.mark.parametrize(
        "options",
        [
            {"project_id": "x", "new_owner": "a", "wait": True, "replace": True, "wait_timeout": 0},
            {"project_name": "web", "state": "accepted"},
            {"project_id": "x", "state": "declined", "invitation_id": "t"},
            {"project_name": "web", "state": "canceled", "invitation_id": "t", "new_owner": "a"},
        ],
    )
    def test_check_lets_pass_what_could_be_right(self, options: dict[str, Any]) -> None:
        TransferWanted(**options).check()


def test_the_state_machine_knows_every_status() -> None:
    assert VERDICTS.keys() == VERBS.keys() == {"accepted", "declined", "canceled"}
    for state, verdicts in VERDICTS.items():
        assert verdicts.keys() == {*STATUSES, "expired"}
        assert [status for status, verdict in verdicts.items() if verdict is Verdict.DO] == ["pending"]
        assert verdicts[state] is Verdict.DONE


@pytest.mark.parametrize("state", VERBS)
def test_a_status_that_is_new_is_not_touched(state: str) -> None:
    with pytest.raises(CannotError, match="its status is frozen"):
        decide_transfer(wanted(state=state, invitation_id="tin-1"), known(invitation("frozen"), caller=TOMASZ))


# Inviting


@pytest.mark.parametrize(
    ("invitations", "options", "steps"),
    [
        pytest.param([], {}, ["invite"], id="none"),
        pytest.param([invitation()], {}, [], id="pending"),
        pytest.param([invitation()], {"replace": True}, [], id="pending-nothing-to-replace"),
        pytest.param([invitation("declined")], {}, ["invite"], id="declined"),
        pytest.param([invitation("canceled")], {}, ["invite"], id="canceled"),
        pytest.param([invitation("failed")], {}, ["invite"], id="failed"),
        pytest.param([invitation("accepted")], {}, ["invite"], id="accepted-but-handed-back"),
        pytest.param([invitation(expired=True)], {}, ["invite"], id="expired"),
        pytest.param([invitation(to=AMINA, expired=True)], {}, ["invite"], id="expired-of-another"),
        pytest.param([invitation(to=AMINA)], {"replace": True}, ["cancel", "invite"], id="replace"),
    ],
)
def test_inviting(invitations: list[dict[str, Any]], options: dict[str, Any], steps: list[str]) -> None:
    plan = decide_transfer(offered(**options), known(*invitations))
    assert ["invite" if isinstance(step, Invite) else step.verb for step in plan.steps] == steps
    assert plan.project == WEB
    if steps:
        assert plan.steps[-1] == Invite(TOMASZ["id"], "tomasz")


def test_an_expired_invitation_is_remembered_in_case_it_blocks() -> None:
    old = invitation(number=1, expired=True)
    assert decide_transfer(offered(), known(old, invitation("declined", number=2))).expired == old
    assert decide_transfer(offered(), known(invitation("declined"))).expired is None


@pytest.mark.parametrize("new_owner", ["tomasz", "us-tomasz"])
def test_the_new_owner_by_name_or_id(new_owner: str) -> None:
    assert decide_transfer(wanted(new_owner=new_owner), known()).steps == (Invite("us-tomasz", "tomasz"),)
    assert decide_transfer(wanted(new_owner=new_owner), known(invitation())).steps == ()
    assert decide_transfer(wanted(new_owner=new_owner), known(project=HIS_WEB)) == TransferPlan(WEB["id"], HIS_WEB)


def test_who_owns_it_already_needs_no_list() -> None:
    facts = Facts({Fact.PROJECT: HIS_WEB, Fact.NOW: NOW})
    assert decide_transfer(offered(), facts).steps == ()


def test_an_invitation_that_is_pending_needs_no_eligible_users() -> None:
    facts = Facts({Fact.PROJECT: WEB, Fact.NOW: NOW, Fact.INVITATIONS: [invitation()]})
    assert decide_transfer(offered(), facts).steps == ()


def test_another_pending_invitation_is_named_with_its_expiry() -> None:
    other = invitation(to=AMINA)
    with pytest.raises(CannotError) as refused:
        decide_transfer(offered(), known(other))
    for word in ("amina", other["id"], other["expires_at"], "replace=true"):
        assert word in str(refused.value)


@pytest.mark.parametrize("users", [(), (ME,), (ME, AMINA)], ids=["empty", "owner-only", "others"])
def test_who_is_not_eligible_is_told_who_is(users: tuple[dict[str, Any], ...]) -> None:
    with pytest.raises(CannotError) as refused:
        decide_transfer(offered(replace=True), known(invitation(to=AMINA), eligible=eligible(*users)))
    message = str(refused.value)
    assert NEW_OWNER_NEEDS in message and "tomasz is not eligible" in message
    assert ("amina (us-amina)" if AMINA in users else "nobody is eligible") in message
    assert "us-me" not in message


def test_oneself_is_the_owner_already() -> None:
    assert decide_transfer(wanted(new_owner="mireille"), known()).steps == ()


@pytest.mark.parametrize("hidden", ["invitations", "eligible"])
def test_what_only_the_owner_is_shown_names_the_owner(hidden: str) -> None:
    refusal = api_error(ForbiddenError, 403)
    with pytest.raises(ForbiddenError) as refused:
        decide_transfer(offered(), known(project={**WEB, "owner": AMINA}, **{hidden: refusal}))
    assert "Only the owner of project web (prj-mireille-web, owned by amina <amina@example.org>) may" in str(
        refused.value
    )


def test_a_former_owner_may_know_it_from_the_invitation() -> None:
    accepted = invitation("accepted")
    plan = decide_transfer(offered(), known(accepted, project=api_error(NotFoundError, 404)))
    assert (plan.steps, plan.invitation, plan.project) == ((), accepted, None)


@pytest.mark.parametrize(
    "found", [[], [invitation("declined")], [invitation("accepted", to=AMINA)], api_error(ForbiddenError, 403)], ids=str
)
def test_nothing_is_made_up_of_a_project_that_is_not_shown(found: Any) -> None:
    with pytest.raises(RejectedError, match=f"{WEB['id']} cannot be read by this account"):
        decide_transfer(offered(), known(project=api_error(NotFoundError, 404), invitations=found))


# Answering and canceling


@pytest.mark.parametrize("by_id", [True, False], ids=["by-id", "without-id"])
@pytest.mark.parametrize("expired", [False, True], ids=["in-time", "expired"])
@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("state", ["accepted", "declined"])
def test_answering(state: str, status: str, expired: bool, by_id: bool) -> None:
    found = invitation(status, expired=expired, reason="because")
    request = wanted(state=state, invitation_id=found["id"] if by_id else None)
    facts = known(found, caller=TOMASZ)
    if status == state:
        # The project has not moved yet, so an acceptance is not at its end.
        assert decide_transfer(request, facts) == TransferPlan(WEB["id"], WEB, found, await_owner=state == "accepted")
    elif status == "pending" and not expired:
        assert decide_transfer(request, facts).steps == (Respond(VERBS[state], found),)
    else:
        with pytest.raises(CannotError) as refused:
            decide_transfer(request, facts)
        assert why_not(found, "expired" if status == "pending" else status) in str(refused.value)


@pytest.mark.parametrize(
    ("project", "caller", "later"),
    [
        pytest.param(HIS_WEB, TOMASZ, [], id="moved"),
        pytest.param({**WEB, "owner": AMINA}, TOMASZ, [], id="handed-on"),
        pytest.param(WEB, TOMASZ, ["accepted"], id="handed-back"),
        pytest.param(WEB, ME, [], id="handed-back-to-the-caller"),
        pytest.param(HIDDEN, TOMASZ, [], id="not-shown"),
    ],
)
def test_an_acceptance_at_its_end_needs_no_waiting(
    project: dict[str, Any], caller: dict[str, Any], later: list[str]
) -> None:
    found = invitation("accepted", number=1)
    others = [invitation(status, number=2) for status in later]
    for each in others:
        each["created_at"] = NOW.isoformat()
    facts = known(found, *others, caller=caller, project=project)
    facts[Fact.INVITATION] = found
    plan = decide_transfer(wanted(state="accepted", invitation_id="tin-1"), facts)
    assert (plan.steps, plan.await_owner) == ((), False)


@pytest.mark.parametrize("status", ["declined", "canceled", "failed", "error"])
def test_whoever_owns_it_needs_no_invitation(status: str) -> None:
    facts = known(invitation(status), caller=TOMASZ, project=HIS_WEB)
    assert decide_transfer(wanted(state="accepted"), facts) == TransferPlan(WEB["id"], HIS_WEB)
    assert decide_transfer(wanted(state="accepted", invitation_id="tin-1"), facts) == TransferPlan(WEB["id"], HIS_WEB)


def test_an_acceptance_by_id_asks_for_nothing_but_the_invitation() -> None:
    facts = Facts({Fact.INVITATION: invitation(), Fact.NOW: NOW})
    assert decide_transfer(wanted(state="accepted", invitation_id="tin-1"), facts).steps


def test_the_newest_pending_one_of_mine_is_answered() -> None:
    facts = known(
        invitation(number=1, expired=True),
        invitation(number=2),
        invitation("declined", number=3),
        invitation(to=AMINA, number=4),
        caller=TOMASZ,
        project=HIDDEN,
    )
    (step,) = decide_transfer(wanted(state="declined"), facts).steps
    assert (step.verb, step.invitation["id"]) == ("decline", "tin-2")


@pytest.mark.parametrize("state", ["accepted", "declined"])
def test_without_a_list_the_id_is_asked_for(state: str) -> None:
    facts = known(caller=TOMASZ, invitations=api_error(ForbiddenError, 403), project=api_error(NotFoundError, 404))
    with pytest.raises(ForbiddenError, match="ask the inviter for invitation_id, and give it together with project_id"):
        decide_transfer(wanted(state=state), facts)


@pytest.mark.parametrize("state", ["accepted", "declined"])
def test_who_is_not_invited_is_told_to_ask(state: str) -> None:
    with pytest.raises(CannotError, match="ask its owner to invite it"):
        decide_transfer(wanted(state=state), known(invitation(to=AMINA), caller=TOMASZ))


def test_canceling_without_id_cancels_what_is_pending() -> None:
    assert decide_transfer(wanted(state="canceled"), known(invitation())).steps == (Respond("cancel", invitation()),)
    assert decide_transfer(wanted(state="canceled", new_owner="amina"), known(invitation())).steps == ()
    for status in STATUSES[1:]:
        assert decide_transfer(wanted(state="canceled"), known(invitation(status))).steps == ()


@pytest.mark.parametrize("status", [*STATUSES, "expired"])
def test_canceling_by_id(status: str) -> None:
    found = invitation("pending", expired=True) if status == "expired" else invitation(status)
    request = wanted(state="canceled", invitation_id="tin-1")
    if status == "pending":
        assert decide_transfer(request, known(found)).steps == (Respond("cancel", found),)
    elif status in ("accepted", "error"):
        with pytest.raises(CannotError, match="accepted by tomasz" if status == "accepted" else "support"):
            decide_transfer(request, known(found))
    else:
        assert decide_transfer(request, known(found)).steps == ()


def test_an_invitation_by_id_has_to_be_for_new_owner() -> None:
    with pytest.raises(CannotError, match="tin-1 is for tomasz, not for amina"):
        decide_transfer(wanted(state="canceled", invitation_id="tin-1", new_owner="amina"), known(invitation()))


def test_an_invitation_that_is_not_shown() -> None:
    with pytest.raises(NotFoundError, match="only inviter and invitee may"):
        decide_transfer(wanted(state="accepted", invitation_id="tin-9"), known())


def test_a_decision_asks_for_what_it_needs() -> None:
    with pytest.raises(FactMissing):
        decide_transfer(offered(), Facts())


@pytest.mark.parametrize("projects", [[], [WEB, {**WEB, "id": "prj-2", "owner": TOMASZ}]], ids=["none", "two"])
def test_a_name_has_to_be_that_of_one_project(projects: list[dict[str, Any]]) -> None:
    assert find_project("web", Facts({Fact.PROJECTS: [WEB]})) == (WEB["id"], WEB)
    with pytest.raises(CannotError, match="project_id" if projects else "check its spelling, .* by its ID"):
        find_project("web", Facts({Fact.PROJECTS: projects, Fact.APPLICATIONS: []}))


def test_a_project_that_is_not_listed_is_found_by_its_applications() -> None:
    front, back = ({"name": name, "project": {"id": "prj-1", "name": "web"}} for name in ("front", "back"))
    other = {"name": "other", "project": {"id": "prj-2", "name": "shop"}}
    assert find_project("web", Facts({Fact.PROJECTS: [], Fact.APPLICATIONS: [front, other, back]})) == ("prj-1", None)
    twin = {"name": "twin", "project": {"id": "prj-3", "name": "web"}}
    with pytest.raises(CannotError, match=r"project_id, which is one of prj-1, prj-3\.$"):
        find_project("web", Facts({Fact.PROJECTS: [], Fact.APPLICATIONS: [front, twin]}))


def test_who_accepts_for_another_is_told_whose_it_is() -> None:
    """The option new_owner says who is meant to own it, so a token of somebody else is a mistake."""
    with pytest.raises(CannotError, match="belongs to this account, and not to amina"):
        decide_transfer(wanted(state="accepted", new_owner="amina"), known(project=HIS_WEB, caller=TOMASZ))
    with pytest.raises(CannotError, match="is for tomasz, not for amina"):
        decide_transfer(wanted(state="accepted", new_owner="amina"), known(invitation(), caller=TOMASZ))
    owned = decide_transfer(wanted(state="accepted", new_owner="tomasz"), known(project=HIS_WEB, caller=TOMASZ))
    assert (owned.steps, owned.project) == ((), HIS_WEB)
