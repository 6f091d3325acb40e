# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The transfer of a project as a task returns it, and the waiting, by a clock that does not need time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from ansible_collections.community.scalingo.plugins.module_utils import _errors as errors
from ansible_collections.community.scalingo.plugins.module_utils._transfer import ensure_transfer
from ansible_collections.community.scalingo.plugins.module_utils._transfers import ensure_transfers
from stand_in import AMINA, ME, NOW, TOMASZ, WEB, Fate, Object, StandIn, invitation, lost, response

Clock = Any  # the one of the fixture `clock`

HIS_WEB, HER_WEB = ({**WEB, "owner": owner} for owner in (TOMASZ, AMINA))
INVITE = {"new_owner": "tomasz"}
WAIT = {**INVITE, "wait": True}
ACCEPT = {"state": "accepted", "invitation_id": "tin-1"}


pytestmark = pytest.mark.usefixtures("clock")


def shown(*invitations: Object, caller: Object = ME, of: Object = WEB) -> StandIn:
    api = StandIn(of, caller=caller)
    api.invitations = [dict(each) for each in invitations]
    return api


def invited(**options: Any) -> StandIn:
    return shown(invitation(), caller=TOMASZ, **options)


def accepted(of: Object = HIS_WEB) -> StandIn:
    return shown(invitation("accepted"), caller=TOMASZ, of=of)


def run(api: StandIn, check_mode: bool = False, **options: Any) -> Object:
    return ensure_transfer(api, {"project_id": WEB["id"], **options}, check_mode)


def fail(api: StandIn, kind: type[errors.ScalingoError] = errors.CannotError, **options: Any) -> errors.ScalingoError:
    with pytest.raises(kind) as failure:
        run(api, **options)
    return failure.value


def soon(clock: Clock, api: StandIn, events: dict[int, Any] | None = None) -> StandIn:
    """Let things happen at some seconds: `{20: {"status": "accepted", "owner": TOMASZ}}`, or errors of reads."""
    api.passed = lambda: clock.passed

    def event(status: str = "", owner: Object | None = None, reason: str = "", **failing: Any) -> None:
        if status:
            api.invitations[-1].update(status=status, status_reason=reason)
        if owner:
            api.change(WEB["id"], owner=owner)
        for call, error in failing.items():
            api.failing.pop(call, None) if error is None else api.failing.update({call: error})

    api.events = [(second, lambda changes=changes: event(**changes)) for second, changes in (events or {}).items()]
    return api


MOVED = {"status": "accepted", "owner": TOMASZ}
HIDDEN = {"get_project": response(errors.NotFoundError, 404)}
GONE = {"get_invitation": response(errors.NotFoundError, 404)}


# Results


PENDING = ("mireille", "tomasz", "pending", 1)
TO_AMINA = invitation(to=AMINA)


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize(
    ("api", "options", "before", "after"),
    [
        (shown, INVITE, ("mireille", None, None, None), PENDING),
        (lambda: shown(TO_AMINA), {**INVITE, "replace": True}, ("mireille", "amina", *PENDING[2:]), (*PENDING[:3], 2)),
        (lambda: shown(invitation()), INVITE, None, PENDING),
        (lambda: shown(of=HIS_WEB), INVITE, None, ("tomasz", None, None, None)),
        (lambda: shown(invitation()), {"state": "canceled"}, PENDING, ("mireille", "tomasz", "canceled", 1)),
        (invited, {"state": "accepted"}, PENDING, ("tomasz", "tomasz", "accepted", 1)),
        # Both IDs are enough, so that the project is not read before: both owners are shown by ID.
        (invited, ACCEPT, ("us-mireille", *PENDING[1:]), ("us-tomasz", "tomasz", "accepted", 1)),
        (accepted, ACCEPT, None, ("tomasz", "tomasz", "accepted", 1)),
    ],
)
def test_diff_shows_owner_new_owner_status_and_end(
    check_mode: bool, api: Callable[[], StandIn], options: Object, before: Any, after: Any
) -> None:
    def side(owner: str, new_owner: str | None, status: str | None, number: int | None) -> Object:
        ends = invitation(number=number)["expires_at"] if number else None
        return {"owner": owner, "new_owner": new_owner, "status": status, "expires_at": ends}

    result = run(api(), check_mode, **options)
    expected = side(*after)
    if check_mode and result["changed"] and "new_owner" in options:
        expected["expires_at"] = None
    assert result["diff"] == {"before": side(*before) if before else expected, "after": expected}
    assert result["changed"] is (before is not None)


@pytest.mark.parametrize("default", [True, False])
def test_predicted_acceptance_has_the_new_owner(default: bool) -> None:
    """What becomes of a default project is not documented."""
    api = invited(of={**WEB, "default": default})
    result = run(api, check_mode=True, state="accepted")
    assert result["transfer_invitation"] == {**invitation("accepted"), "updated_at": None}
    assert result["project"] == {**HIS_WEB, "default": None if default else False, "updated_at": None}
    assert (result["changed"], api.writes) == (True, [])
    api.failing = dict(HIDDEN)
    found = run(api, check_mode=True, **ACCEPT)["project"]
    assert (found["id"], found["name"], found["owner"]) == (WEB["id"], None, TOMASZ)


# After a failed write, the same invitation is meant


@pytest.mark.parametrize(
    ("state", "other"), [("canceled", "accepted"), ("declined", "canceled"), ("accepted", "canceled")]
)
def test_invitation_is_pinned_before_the_first_write(state: str, other: str) -> None:
    """Another plan would find nothing pending, or another invitation, and call it done."""
    api = shown(invitation(), caller=ME if state == "canceled" else TOMASZ)

    def meanwhile() -> None:
        api.invitations[0]["status"] = other
        api.invitations.append(invitation(number=2))

    api.patience, api.fates = 0, [Fate(lost(), done=False, after=meanwhile)]
    assert fail(api, errors.RequestError, state=state).outcome_unknown and len(api.writes) == 1


def rejected(clock: Clock, *before: errors.RequestError, events: dict[int, Any] | None = None) -> StandIn:
    """An acceptance under way is rejected when it is sent again."""
    api = soon(clock, invited(), events)
    api.fates = [Fate(error, done=False) for error in (*before, response(errors.ConflictError, 409))]
    return api


def test_lost_invitation_to_a_project_that_was_transferred_since_is_not_accepted() -> None:
    api, theirs = shown(), shown(caller=TOMASZ, of=HIS_WEB)
    api.as_user = lambda token, option: theirs
    api.fates = [Fate(lost(), done=False, after=lambda: api.change(WEB["id"], owner=TOMASZ))]
    result = run(api, **INVITE, state="accepted", new_owner_api_token="tk-us-tomasz")
    assert (result["project"], result["transfer_invitation"], theirs.writes) == (HIS_WEB, None, [])


@pytest.mark.parametrize("status", ["accepted", "failed", "error"])
def test_lost_acceptance_that_takes_seconds_is_found(clock: Clock, status: str) -> None:
    api = rejected(clock, lost(), events={3: {**MOVED, "status": status}})
    if status == "accepted":
        result = run(api, **ACCEPT)
        assert (result["changed"], result["project"]["owner"]) == (True, TOMASZ)
    else:
        assert fail(api, **ACCEPT).result["changed"] is True
    assert clock.passed <= 10


def test_lost_acceptance_that_does_not_show_is_unknown(clock: Clock) -> None:
    assert fail(rejected(clock, lost()), errors.ConflictError, **ACCEPT, wait_timeout=0).outcome_unknown
    assert clock.passed == 0
    assert fail(rejected(clock, lost()), errors.ConflictError, **ACCEPT).outcome_unknown
    assert clock.passed <= 10


def test_rejected_acceptance_fails_at_once(clock: Clock) -> None:
    assert not fail(rejected(clock, events={3: MOVED}), errors.ConflictError, **ACCEPT).outcome_unknown
    assert clock.passed == 0


# Waiting until the invited user responds


@pytest.mark.parametrize("invitations", [[], [invitation()]], ids=["invites", "invited-before"])
@pytest.mark.parametrize(
    ("events", "seconds", "project"),
    [
        ({20: MOVED}, 20, HIS_WEB),
        ({5: {"status": "processing"}, 20: MOVED}, 20, HIS_WEB),
        ({10: {"status": "accepted"}, 50: {"owner": TOMASZ}}, 50, HIS_WEB),
        # The previous owner no longer sees the project.
        ({20: {**MOVED, **HIDDEN}}, 20, None),
    ],
)
def test_wait_ends_with_the_new_owner(
    clock: Clock, invitations: list[Object], events: dict[int, Any], seconds: float, project: Object | None
) -> None:
    api = soon(clock, shown(*invitations), events)
    result = run(api, **WAIT)
    assert seconds <= clock.passed <= seconds + 20
    assert (result["project"], result["transfer_invitation"]["status"]) == (project, "accepted")
    # What others do is no change of this task, and the diff shows only its own.
    assert result["changed"] is (not invitations)
    assert (result["diff"]["before"] == result["diff"]["after"]) is bool(invitations)
    (sentence,) = api.said
    assert "'tomasz'" in sentence and "2026-07-06 12:10:00 UTC" in sentence


@pytest.mark.parametrize("status", ["declined", "canceled", "failed", "error"])
def test_wait_does_not_go_on_after_any_other_end(clock: Clock, status: str) -> None:
    failure = fail(soon(clock, shown(), {5: {"status": status}}), **WAIT)
    assert failure.result["transfer_invitation"]["status"] == status
    assert clock.passed < 30


def test_wait_fails_when_the_invitation_expires(clock: Clock) -> None:
    short = {**invitation(), "expires_at": (NOW + timedelta(seconds=100)).isoformat()}
    failure = fail(soon(clock, shown(short)), **WAIT, wait_timeout=10**6)
    assert short["expires_at"] in str(failure) and 100 <= clock.passed <= 120


@pytest.mark.parametrize(("moved_at", "timeout"), [(39, 40), (20, 1e12)], ids=["at-the-end", "beyond-the-calendar"])
def test_wait_looks_once_more_at_its_timeout_which_may_be_any(clock: Clock, moved_at: int, timeout: float) -> None:
    assert run(soon(clock, shown(), {moved_at: MOVED}), **WAIT, wait_timeout=timeout)["project"] == HIS_WEB


@pytest.mark.parametrize("timeout", [0, 0.5, 60, 600, 86000])
def test_wait_leaves_most_of_the_rate_limit_to_others(clock: Clock, timeout: float) -> None:
    """All requests of an account share 60 a minute."""
    asked: list[float] = []
    api = soon(clock, shown(invitation()))
    read = api.get_invitation
    api.get_invitation = lambda *ids: asked.append(clock.passed) or read(*ids)
    fail(api, **WAIT, wait_timeout=timeout)
    assert clock.passed == pytest.approx(timeout)
    assert all(sum(begin <= moment < begin + 60 for moment in asked) <= 10 for begin in range(0, int(timeout) + 1, 60))
    assert max([later - earlier for earlier, later in zip([0.0, *asked], asked)], default=0) <= 60


@pytest.mark.parametrize("read", ["get_project", "get_invitation"])
@pytest.mark.parametrize("problem", [response(errors.RouteNotFoundError, 404), lost()], ids=repr)
def test_wait_fails_where_the_transfer_cannot_be_read(clock: Clock, read: str, problem: errors.RequestError) -> None:
    status = {"status": "accepted"} if read == "get_project" else {}
    failure = fail(soon(clock, shown(), {5: {**status, read: problem}}), type(problem), **WAIT)
    assert failure.result["changed"] is True and failure.result["transfer_invitation"]
    assert clock.passed < 30


# Waiting until an acceptance is complete


def under_way(clock: Clock, events: dict[int, Any] | None = None) -> StandIn:
    """An acceptance that the API completes later."""
    api = soon(clock, invited(), events)
    api.close_invitation = lambda project_id, number, verb: api._write(
        "close_invitation", (project_id, number, verb), lambda: dict(api.invitations[0])
    )
    return api


@pytest.mark.parametrize(
    "events",
    [
        {30: MOVED},
        {10: {"status": "accepted"}, 30: {"owner": TOMASZ}},
        {10: {"owner": TOMASZ, **HIDDEN}, 20: {"status": "accepted"}, 30: {"get_project": None}},
        {0: {"get_project": response(errors.ForbiddenError, 403)}, 30: {**MOVED, "get_project": None}},
    ],
    ids=["together", "owner-later", "hidden-later", "hidden-before"],
)
def test_acceptance_completed_later_is_waited_for(clock: Clock, events: Any) -> None:
    api = under_way(clock, events)
    # It may have expired meanwhile.
    api.invitations[0]["expires_at"] = (NOW + timedelta(seconds=5)).isoformat()
    result = run(api, **ACCEPT)
    assert (result["changed"], result["project"]) == (True, HIS_WEB)
    assert result["transfer_invitation"]["status"] == "accepted"
    assert 30 <= clock.passed <= 60


def test_acceptance_is_not_shown_as_pending_once_the_owner_changed(clock: Clock) -> None:
    """The response to the acceptance may have come before it was complete."""
    api = under_way(clock)
    api.fates = [
        Fate(after=lambda: (api.invitations[0].update(status="accepted"), api.change(WEB["id"], owner=TOMASZ)))
    ]
    assert run(api, **ACCEPT, wait_timeout=0)["transfer_invitation"]["status"] == "accepted"
    # Unless the invitation is no longer shown.
    api = under_way(clock, {10: {"owner": TOMASZ, **GONE}})
    assert run(api, **ACCEPT)["transfer_invitation"] == invitation()


@pytest.mark.parametrize("status", ["failed", "error"])
@pytest.mark.parametrize("second", [1, 30])
def test_acceptance_that_ends_badly_fails_with_the_reason(clock: Clock, status: str, second: int) -> None:
    failure = fail(under_way(clock, {second: {"status": status, "reason": "because"}}), **ACCEPT)
    assert "because" in str(failure) and ("Scalingo support" in str(failure)) is (status == "error")
    assert (failure.result["transfer_invitation"]["status"], failure.result["changed"]) == (status, True)


@pytest.mark.parametrize("events", [{}, {5: {"status": "accepted"}}, {5: HIDDEN}], ids=str)
def test_acceptance_that_is_not_complete_in_time_fails(clock: Clock, events: Any) -> None:
    failure = fail(under_way(clock, events), **ACCEPT)
    assert "600 s (wait_timeout)" in str(failure) and "rerun" in str(failure)
    assert ("belongs to 'mireille'" in str(failure)) is (events != {5: HIDDEN})
    assert clock.passed == pytest.approx(600)


def test_acceptance_of_this_task_makes_no_one_else_the_owner(clock: Clock) -> None:
    """Right after an acceptance it can belong to no other user; long after it, to any but the inviter."""
    failure = fail(under_way(clock, {1: {"status": "accepted", "owner": AMINA}}), **ACCEPT)
    assert "belongs to 'amina'" in str(failure)
    clock.now = 1000.0
    assert run(accepted(HER_WEB), **ACCEPT)["project"] == HER_WEB
    assert clock.passed == 0


def test_acceptance_before_this_task_is_waited_for_too(clock: Clock) -> None:
    result = run(soon(clock, accepted(WEB), {30: {"owner": TOMASZ}}), **ACCEPT)
    assert (result["changed"], result["project"]) == (False, HIS_WEB)
    assert result["diff"]["before"] == result["diff"]["after"]
    assert 30 <= clock.passed <= 50


# A list of transfers

BOTH_TOKENS = {**INVITE, "new_owner_api_token": "tk-us-tomasz"}
STOPS = Fate(response(errors.ValidationError, 422), done=False)


def fail_in_list(api: StandIn, theirs: StandIn | None = None, **item: Any) -> tuple[Object, Object]:
    """Return the outcome of the one item of a list, and the result of the task."""
    api.as_user = lambda token, option: theirs
    item = {"project_id": WEB["id"], **INVITE, **item}
    with pytest.raises(errors.ScalingoError) as failure:
        ensure_transfers(api, {"transfers": [item], "continue_on_failure": True}, False)
    result = failure.value.as_failure()
    (outcome,) = result["outcomes"]
    assert outcome["failed"] and result["failed_items"] == [0]
    return outcome, result


NOTHING, TO_HER, TO_HIM = (
    ("mireille", *state) for state in ((None, None), ("amina", "pending"), ("tomasz", "pending"))
)


@pytest.mark.parametrize(
    ("invitations", "fates", "options", "action", "last", "sides"),
    [
        # Only what changed something before it failed is in the diff.
        ([TO_AMINA], [STOPS], {"replace": True}, "none", TO_AMINA, None),
        (
            [TO_AMINA],
            [Fate(), STOPS],
            {"replace": True},
            "none",
            invitation("canceled", to=AMINA),
            (TO_HER, ("mireille", "amina", "canceled")),
        ),
        # A lost response: the account shows only that none is pending any more.
        ([TO_AMINA], [Fate(lost()), STOPS], {"replace": True}, "none", None, (TO_HER, NOTHING)),
        ([], [], BOTH_TOKENS, "invite", invitation(), (NOTHING, TO_HIM)),
        ([TO_AMINA], [], {**BOTH_TOKENS, "replace": True}, "invite", invitation(number=2), (TO_HER, TO_HIM)),
        ([invitation()], [], BOTH_TOKENS, "none", invitation(), None),
    ],
)
def test_list_shows_what_was_done_before_an_item_failed(
    invitations: list[Object], fates: list[Fate], options: Object, action: str, last: Object | None, sides: Any
) -> None:
    api, theirs = shown(*invitations), shown(caller=TOMASZ)
    api.fates, theirs.fates, theirs.invitations = list(fates), [STOPS], api.invitations
    outcome, result = fail_in_list(api, theirs, **options)
    assert [outcome[key] for key in ("action", "changed", "unknown")] == [action, sides is not None, False]
    assert (outcome["transfer_invitation"], outcome["project"]) == (last, WEB)
    diff = [
        {key: tuple(each.values())[:3] for key, each in result["diff"][side].items()} for side in ("before", "after")
    ]
    assert diff == [{WEB["id"]: side} if side else {} for side in sides or (None, None)]


def test_list_shows_an_acceptance_that_is_not_complete_in_time(clock: Clock) -> None:
    api, theirs = shown(), under_way(clock, {5: {"status": "accepted", "owner": AMINA}})
    theirs.invitations = api.invitations
    outcome, result = fail_in_list(api, theirs, **BOTH_TOKENS)
    assert (outcome["action"], outcome["project"]) == ("invite_and_accept", HER_WEB)
    assert outcome["transfer_invitation"] == invitation("accepted")
    after = {"owner": "amina", "new_owner": "tomasz", "status": "accepted", "expires_at": invitation()["expires_at"]}
    assert result["diff"]["after"] == {WEB["id"]: after}


@pytest.mark.parametrize("options", [{}, BOTH_TOKENS], ids=["one-token", "both-tokens"])
@pytest.mark.parametrize("listed", [True, False], ids=["listed", "unlisted"])
@pytest.mark.parametrize(
    ("of", "kind", "status", "unknown"),
    [
        (HER_WEB, errors.AuthenticationError, 401, False),
        (HER_WEB, errors.ForbiddenError, 403, False),
        (HER_WEB, errors.NotFoundError, 404, False),
        (HER_WEB, errors.ServerError, 503, True),
        # Its owner, who may not read the invitations; and one that the account cannot access.
        (WEB, errors.ForbiddenError, 403, True),
        (None, None, 404, True),
    ],
)
def test_list_knows_a_project_of_another_user(
    of: Object | None, kind: Any, status: int, unknown: bool, listed: bool, options: Object
) -> None:
    """Its owner was read, so that it is known why the API rejects the rest."""
    api = StandIn(*[of] if of else [])
    api.unlisted = set() if listed else {WEB["id"]}
    api.failing = {"list_invitations": response(kind, status)} if kind else {}
    outcome, _result = fail_in_list(api, StandIn(caller=TOMASZ), **options)
    assert (outcome["unknown"], outcome["project"], outcome["action"]) == (unknown, of, "none")
    assert outcome["error"]["status"] == status


def test_list_shows_in_the_diff_what_needed_no_write() -> None:
    result = ensure_transfers(
        shown(invitation()), {"transfers": [{"project_id": WEB["id"], **INVITE}], "continue_on_failure": False}, False
    )
    assert result["diff"]["before"] == result["diff"]["after"] and WEB["id"] in result["diff"]["after"]
