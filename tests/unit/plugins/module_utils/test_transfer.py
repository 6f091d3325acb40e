# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a check foretells of a transfer, and its carrying out: what is sent, told, and done about a lost answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.community.scalingo.plugins.module_utils._errors import (
    ApiError,
    CannotError,
    ConflictError,
    ForbiddenError,
    InputError,
    RateLimitError,
    RejectedError,
    RequestError,
    ScalingoError,
    ServerError,
    TransportError,
    ValidationError,
)
from ansible_collections.community.scalingo.plugins.module_utils._transfer import (
    MAX_WRITES,
    TransferOutcome,
    ensure_transfer,
)
from ansible_collections.community.scalingo.plugins.module_utils._transfer_forecast import (
    diff_transfer,
    predict_transfer,
    why_transfer_refused,
)
from ansible_collections.community.scalingo.plugins.module_utils._transfer_plan import (
    NEW_OWNER_NEEDS,
    Invite,
    Respond,
    TransferPlan,
    TransferWanted,
    decide_transfer,
)
from test_transfer_plan import AMINA, HIS_WEB, WEB, invitation, known, offered, wanted
from world import ME, TOMASZ, FakeApi, api_error, each_harmless, harmless, lost


class TransferApi(FakeApi):
    """The dictionaries of `FakeApi`, with the writes of transfers."""

    def __init__(self, *invitations: dict[str, Any], caller: dict[str, Any] | None = None) -> None:
        self._caller = caller or ME
        super().__init__(dict(WEB), claim=self._caller["id"])
        self.invitations = [dict(each) for each in invitations]
        self.eligible = [ME, TOMASZ, AMINA]

    def get_caller(self) -> dict[str, Any]:
        self.calls.append("get_caller")
        return self._caller

    def create_invitation(self, project_id: str, user_id: str) -> dict[str, Any]:
        return self._write("create_invitation", lambda: self._invite(user_id))

    def close_invitation(self, project_id: str, invitation_id: str, verb: str) -> dict[str, Any]:
        return self._write(verb, lambda: self._answer(invitation_id, verb))

    def _invite(self, user_id: str) -> dict[str, Any]:
        (user,) = [user for user in self.eligible if user["id"] == user_id]
        self.invitations.append(invitation(to=user, number=len(self.invitations) + 1))
        return dict(self.invitations[-1])

    def _answer(self, invitation_id: str, verb: str) -> dict[str, Any]:
        (found,) = [each for each in self.invitations if each["id"] == invitation_id]
        found["status"] = {"accept": "accepted", "decline": "declined", "cancel": "canceled"}[verb]
        if verb == "accept":
            self.projects[0]["owner"] = TOMASZ
        return dict(found)


def run(api: TransferApi, request: TransferWanted, check_mode: bool = False) -> TransferOutcome:
    return ensure_transfer(api, request, check_mode)


BY_ID = {"invitation_id": "tin-1"}

# What is there, what is wanted, and the calls that it takes.
WRITES: dict[str, tuple[Callable[[], TransferApi], TransferWanted, list[str]]] = {
    "invite": (
        TransferApi,
        offered(),
        ["get_project", "list_invitations", "list_eligible_new_owners", "create_invitation"],
    ),
    "accept": (
        lambda: TransferApi(invitation(), caller=TOMASZ),
        wanted(state="accepted", **BY_ID),
        ["get_invitation", "accept", "get_project"],
    ),
    "decline": (
        lambda: TransferApi(invitation(), caller=TOMASZ),
        wanted(state="declined", **BY_ID),
        ["get_invitation", "get_project", "decline"],
    ),
    "cancel": (
        lambda: TransferApi(invitation()),
        wanted(state="canceled", **BY_ID),
        ["get_invitation", "get_project", "cancel"],
    ),
}
each_write = pytest.mark.parametrize(("make", "request_", "calls"), WRITES.values(), ids=WRITES)


@each_write
def test_a_step_costs_these_calls_and_the_next_run_no_write(
    make: Callable[[], TransferApi], request_: TransferWanted, calls: list[str]
) -> None:
    api = make()
    first = run(api, request_)
    assert first.changed and first.diff["before"] != first.diff["after"]
    assert api.calls == calls
    again = run(api, request_)
    assert not again.changed and again.diff["before"] == again.diff["after"]
    assert calls[-1] not in api.calls[len(calls) :] or calls[-1].startswith("get")
    assert (again.invitation, again.project) == (first.invitation, first.project)


@each_write
def test_a_check_foretells_the_run_and_writes_nothing(
    make: Callable[[], TransferApi], request_: TransferWanted, calls: list[str]
) -> None:
    api = make()
    foretold = run(api, request_, check_mode=True)
    assert not {"create_invitation", "accept", "decline", "cancel"} & {*api.calls}
    done = run(api, request_)
    assert foretold.changed and done.changed
    for one, other in ((foretold.invitation, done.invitation), (foretold.project, done.project)):
        assert {key: value for key, value in one.items() if value is not None}.items() <= other.items()
    assert foretold.diff["after"] == done.diff["after"]


@each_write
@pytest.mark.parametrize("done", [True, False], ids=["done", "not-done"])
def test_a_lost_answer_is_settled_by_reading_back(
    make: Callable[[], TransferApi], request_: TransferWanted, calls: list[str], done: bool
) -> None:
    api = make()
    write = next(call for call in calls if not call.startswith(("get", "list")))
    api.mishaps = [lost(done)]
    assert run(api, request_) == run(make(), request_)
    assert api.calls.count(write) == (1 if done else 2)


@each_write
def test_a_lost_request_is_not_sent_again_without_patience(
    make: Callable[[], TransferApi], request_: TransferWanted, calls: list[str]
) -> None:
    api = make()
    api.patience = 0
    api.mishaps = [lost(done=False)]
    with pytest.raises(TransportError, match=r"^Cannot .* look before repeating it\.$") as error:
        run(api, request_)
    assert "changed" not in error.value.result


@each_write
def test_losing_every_request_ends(make: Callable[[], TransferApi], request_: TransferWanted, calls: list[str]) -> None:
    api = make()
    api.mishaps = [lost(done=False)] * 99
    with pytest.raises(ScalingoError, match=r"^Cannot "):
        run(api, request_)
    assert 99 - len(api.mishaps) <= MAX_WRITES


@each_write
@pytest.mark.parametrize(
    "make_error",
    [lambda: api_error(RateLimitError, 429), lambda: TransportError("nobody", outcome_unknown=False, max_tries=3)],
    ids=["rate-limit", "unsent"],
)
def test_a_request_that_did_nothing_is_final(
    make: Callable[[], TransferApi],
    request_: TransferWanted,
    calls: list[str],
    make_error: Callable[[], RequestError],
) -> None:
    api = make()
    api.mishaps = [(make_error(), False)]
    with pytest.raises(RequestError, match=r"^Cannot "):
        run(api, request_)
    assert len(api.calls) == len(calls) - (calls[-1] == "get_project")


def test_an_input_that_cannot_be_right_asks_nothing() -> None:
    api = TransferApi()
    with pytest.raises(InputError):
        run(api, wanted())
    assert api.calls == []


def test_a_name_costs_one_list() -> None:
    api = TransferApi(invitation())
    assert run(api, TransferWanted(project_name="web", state="canceled")).changed
    assert api.calls == ["list_projects", "list_invitations", "cancel"]


def test_a_refused_invitation_says_what_a_new_owner_needs() -> None:
    api = TransferApi()
    api.mishaps = [(api_error(ValidationError, 422, "has no billing profile"), False)]
    with pytest.raises(ValidationError) as refused:
        run(api, offered())
    for words in ("Cannot invite tomasz to own project web", "has no billing profile", NEW_OWNER_NEEDS[1:]):
        assert words in str(refused.value)
    assert "changed" not in refused.value.result


def test_a_refusal_says_what_has_become_of_the_invitation_meanwhile() -> None:
    api = TransferApi(invitation(), caller=TOMASZ)
    api.mishaps = [(api_error(ConflictError, 409, "too late"), False)]
    api.between = lambda: api.invitations[0].update(status="canceled")
    with pytest.raises(ConflictError) as refused:
        run(api, wanted(state="accepted", **BY_ID))
    assert "too late" in str(refused.value) and "canceled by the owner" in str(refused.value)


@pytest.mark.parametrize("status", [400, 403, 404, 409, 422])
def test_a_lost_acceptance_that_takes_time_is_waited_for_however_the_next_one_is_refused(
    status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = TransferApi(invitation(), caller=TOMASZ)
    api.mishaps = [lost(done=False), (api_error(ForbiddenError, status), False)]
    monkeypatch.setattr("time.sleep", lambda _seconds: api._answer("tin-1", "accept"))
    outcome = run(api, wanted(state="accepted", wait_timeout=60, **BY_ID))
    assert outcome.changed
    assert outcome.invitation["status"] == "accepted"
    assert api.calls.count("accept") == 2


@pytest.mark.parametrize("status", [400, 403, 404])
def test_a_refused_acceptance_says_that_an_earlier_one_may_be_under_way(status: int) -> None:
    api = TransferApi(invitation(), caller=TOMASZ)
    api.mishaps = [(api_error(ForbiddenError, status), False)]
    with pytest.raises(ForbiddenError, match="An earlier acceptance may be under way: run the task again to see") as no:
        run(api, wanted(state="accepted", wait_timeout=60, **BY_ID))
    assert NEW_OWNER_NEEDS[1:] in str(no.value)


def test_somebody_else_who_was_faster_is_no_change() -> None:
    api = TransferApi()
    api.mishaps = [(api_error(ConflictError, 409), False)]
    api.between = lambda: api.invitations.append(invitation())
    outcome = run(api, offered())
    assert (outcome.changed, outcome.invitation) == (False, invitation())


def test_an_expired_invitation_is_no_reason_for_a_refusal_to_pay() -> None:
    api = TransferApi(invitation(to=AMINA, expired=True))
    api.mishaps = [(api_error(RejectedError, 402), False)]
    with pytest.raises(RejectedError):
        run(api, offered())
    assert [each["status"] for each in api.invitations] == ["pending"]


@pytest.mark.parametrize("status", [400, 403, 404, 409, 422])
def test_an_expired_invitation_that_blocks_is_canceled_first(status: int) -> None:
    api = TransferApi(invitation(to=AMINA, expired=True))
    api.mishaps = [(api_error(ForbiddenError, status), False)]
    assert run(api, offered()).changed
    assert [each["status"] for each in api.invitations] == ["canceled", "pending"]


def test_an_expired_invitation_is_canceled_once_only() -> None:
    api = TransferApi(invitation(expired=True))
    invite = api._invite
    api.mishaps = [(api_error(ConflictError, 409), False)]

    def refuse(user_id: str) -> dict[str, Any]:
        raise api_error(ConflictError, 409, "still not")

    api._invite = refuse
    with pytest.raises(ConflictError, match="still not") as refused:
        run(api, offered())
    assert refused.value.result["changed"] is True
    assert "is gone" not in str(refused.value), "nobody could accept it any more"
    assert api.calls.count("cancel") == 1
    api._invite = invite
    assert run(api, offered()).changed


@pytest.mark.parametrize("lose", [False, True], ids=["answered", "answer-lost"])
def test_a_replacement_that_fails_says_that_the_earlier_one_is_gone(lose: bool) -> None:
    api = TransferApi(invitation(to=AMINA))
    api.mishaps = [lost(done=True)] if lose else []

    def refuse(user_id: str) -> dict[str, Any]:
        raise api_error(ValidationError, 422, "no billing profile")

    api._invite = refuse
    with pytest.raises(ValidationError, match=r"the invitation to amina .* gone") as refused:
        run(api, offered(replace=True))
    assert refused.value.result["changed"] is True


def test_a_server_error_after_the_write_is_a_change() -> None:
    api = TransferApi(invitation())
    api.mishaps = [(api_error(ServerError, 500), True)]
    outcome = run(api, wanted(state="canceled"))
    assert outcome.changed
    assert outcome.invitation["status"] == "canceled"


def test_what_is_not_known_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    api = TransferApi()
    api.mishaps = [lost(done=True)]

    def unreachable(project_id: str) -> None:
        raise TransportError("GET received no response.", outcome_unknown=False, max_tries=3)

    api.between = lambda: monkeypatch.setattr(api, "get_project", unreachable)
    with pytest.raises(TransportError, match=r"Whether it was done is not known, .* too: GET received no response"):
        run(api, offered())


def test_a_check_of_what_is_for_another_fails_like_the_run() -> None:
    request = wanted(state="accepted", **BY_ID)
    with pytest.raises(CannotError, match="for tomasz, who alone may accept") as foretold:
        run(TransferApi(invitation(), caller=AMINA), request, check_mode=True)
    api = TransferApi(invitation(), caller=AMINA)
    api.mishaps = [(api_error(ForbiddenError, 403), False)]
    with pytest.raises(ApiError) as refused:
        run(api, request)
    assert str(refused.value).startswith(str(foretold.value))


# Foretelling


def test_why_transfer_refused_knows_who_may_do_what() -> None:
    cancel, accept = Respond("cancel", invitation()), Respond("accept", invitation())
    invite = Invite(TOMASZ["id"], "tomasz")
    allowed = [
        (TransferPlan("x", WEB, None, (invite,)), ME),
        (TransferPlan("x", WEB, None, (cancel,)), ME),
        (TransferPlan("x", None, None, (cancel,)), ME),
        (TransferPlan("x", None, None, (accept,)), TOMASZ),
        (TransferPlan("x", HIS_WEB), AMINA),
    ]
    refused = [
        (TransferPlan("x", WEB, None, (invite,)), TOMASZ, "belongs to mireille"),
        (TransferPlan("x", WEB, None, (cancel,)), TOMASZ, "belongs to mireille"),
        (TransferPlan("x", None, None, (cancel,)), TOMASZ, "only the owner"),
        (TransferPlan("x", None, None, (accept,)), ME, "for tomasz, who alone may accept"),
    ]
    for plan, caller in allowed:
        assert why_transfer_refused(plan, known(caller=caller)) is None
    for plan, caller, words in refused:
        assert words.lower() in (why_transfer_refused(plan, known(caller=caller)) or "").lower()


def test_a_predicted_invitation_has_no_id_and_no_dates() -> None:
    plan = decide_transfer(offered(), known())
    predicted, of_project = predict_transfer(offered(), plan, known())
    nothing = dict.fromkeys(("id", "expires_at", "created_at", "updated_at"))
    assert predicted == {**invitation(), **nothing}
    assert of_project == WEB


def test_a_predicted_acceptance_has_the_new_owner() -> None:
    facts = known(invitation(), caller=TOMASZ)
    request = wanted(state="accepted")
    predicted, of_project = predict_transfer(request, decide_transfer(request, facts), facts)
    assert predicted == {**invitation("accepted"), "updated_at": None}
    assert of_project == {**HIS_WEB, "updated_at": None}


def test_the_diff_shows_owner_and_status() -> None:
    plan = TransferPlan("x", WEB, invitation(), (Respond("accept", invitation()),))
    shown = diff_transfer(plan, invitation("accepted"), HIS_WEB, changed=True)
    assert shown["before"] == {"owner": "mireille", "status": "pending"}
    assert shown["after"] == {"owner": "tomasz", "status": "accepted"}


def test_the_diff_of_a_replacement_shows_both_users() -> None:
    old = invitation(to=AMINA)
    plan = TransferPlan("x", WEB, old, (Respond("cancel", old), Invite(TOMASZ["id"], "tomasz")))
    shown = diff_transfer(plan, invitation(number=2), WEB, changed=True)
    assert (shown["before"]["invited_user_name"], shown["after"]["invited_user_name"]) == ("amina", "tomasz")


def test_without_a_change_the_diff_is_empty() -> None:
    """Even if somebody else made one while this task was waiting."""
    shown = diff_transfer(TransferPlan("x", WEB, invitation()), invitation("accepted"), HIS_WEB, changed=False)
    assert shown["before"] == shown["after"] == {"owner": "tomasz", "status": "accepted"}


@pytest.mark.parametrize("request_", [wanted(state="canceled"), offered(replace=True)], ids=["cancel", "replace"])
def test_what_somebody_else_answered_is_not_told_as_canceled(request_: TransferWanted) -> None:
    """The invited user declines while the answer to the cancellation is lost."""
    api = TransferApi(invitation(to=AMINA))
    api.mishaps = [lost(done=False)]
    api.between = lambda: api.invitations[0].update(status="declined")
    if request_.replace:
        api.eligible = [ME, TOMASZ, AMINA]
        api.mishaps.append((api_error(RejectedError, 402), False))
        with pytest.raises(RejectedError) as refused:
            run(api, request_)
        assert "canceled" not in str(refused.value)
        assert "changed" not in refused.value.result
    else:
        outcome = run(api, request_)
        assert (outcome.changed, outcome.diff["before"]) == (False, outcome.diff["after"])


def test_an_invitation_that_was_lost_and_accepted_at_once_is_a_success() -> None:
    api = TransferApi()
    api.mishaps = [lost(done=True)]
    invite = api._invite

    def accepted_at_once(user_id: str) -> dict[str, Any]:
        made = invite(user_id)
        api.projects[0]["owner"] = TOMASZ
        return made

    api._invite = accepted_at_once
    assert run(api, offered()).project["owner"] == TOMASZ


def test_a_project_that_went_to_somebody_else_meanwhile_is_told() -> None:
    api = TransferApi()
    api.mishaps = [(api_error(ForbiddenError, 403), False)]
    api.between = lambda: api.projects[0].update(owner=AMINA)
    with pytest.raises(ForbiddenError, match="Meanwhile the project belongs to amina"):
        run(api, offered())


@pytest.mark.parametrize("lose", [False, True], ids=["refused", "answer-lost"])
def test_a_cancellation_of_what_went_to_somebody_meanwhile_is_told(lose: bool) -> None:
    """The invited user accepts, and then nothing is pending: but what the task wanted to prevent has happened."""
    api = TransferApi(invitation())
    api.mishaps = [lost(done=False) if lose else (api_error(ConflictError, 409), False)]
    api.between = lambda: api._answer("tin-1", "accept")
    with pytest.raises(RequestError, match=r"^Cannot cancel .* Meanwhile the project belongs to tomasz") as failed:
        run(api, wanted(state="canceled"))
    assert ("Whether this task had a part in that is not known." in str(failed.value)) is lose
    assert "changed" not in failed.value.result


def test_a_lost_answer_to_what_somebody_else_ended_is_not_told_as_known() -> None:
    api = TransferApi(invitation(), caller=TOMASZ)
    api.mishaps = [lost(done=False)]
    api.between = lambda: api._answer("tin-1", "cancel")
    with pytest.raises(TransportError, match=r"canceled by the owner.* Whether this task had a part in that is not"):
        run(api, wanted(state="declined", **BY_ID))


@each_write
def test_a_harmless_failure_and_no_way_to_read_back_leave_it_open(
    make: Callable[[], TransferApi],
    request_: TransferWanted,
    calls: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    api = make()
    write = next(call for call in calls if not call.startswith(("get", "list")))
    api.mishaps = [lost(done=False), (api_error(RateLimitError, 429), False)]

    def unreachable(*_arguments: str) -> None:
        raise TransportError("GET received no response.", outcome_unknown=False, max_tries=3)

    def last_look() -> None:
        if api.calls.count(write) == 2:
            for read in ("get_project", "get_invitation", "list_invitations"):
                monkeypatch.setattr(api, read, unreachable)

    api.between = last_look
    with pytest.raises(RateLimitError, match=r"^Cannot .* Whether it was done is not known, .*GET received no"):
        run(api, request_)


@each_write
def test_a_refused_step_was_not_done_even_if_nothing_can_be_read_back(
    make: Callable[[], TransferApi],
    request_: TransferWanted,
    calls: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    api = make()
    api.mishaps = [(api_error(ForbiddenError, 403), False)]

    def unreachable(*_arguments: str) -> None:
        raise TransportError("GET received no response.", outcome_unknown=False, max_tries=3)

    def cut_off() -> None:
        for read in ("get_project", "get_invitation", "list_invitations"):
            monkeypatch.setattr(api, read, unreachable)

    api.between = cut_off
    with pytest.raises(ForbiddenError, match=r"^Cannot .* answered 403") as refused:
        run(api, request_)
    assert "not known" not in str(refused.value)
    assert "outcome_unknown" not in refused.value.as_failure()


@pytest.mark.parametrize("answer_lost", [False, True], ids=["answered", "answer-lost"])
def test_an_acceptance_that_fails_is_not_told_as_a_cancellation(answer_lost: bool) -> None:
    api = TransferApi(invitation(), caller=TOMASZ)
    api.mishaps = [lost(done=True)] if answer_lost else []

    def fail(_invitation_id: str, _verb: str) -> dict[str, Any]:
        api.invitations[0].update(status="failed", status_reason="a name is taken")
        return dict(api.invitations[0])

    api._answer = fail
    with pytest.raises(ScalingoError, match="a name is taken") as failed:
        run(api, wanted(state="accepted", wait_timeout=0, **BY_ID))
    assert "canceled" not in str(failed.value)


def test_a_list_that_lags_behind_does_not_hide_the_new_owner() -> None:
    api = TransferApi(invitation("accepted"))
    api.projects[0]["owner"] = TOMASZ
    api.list_projects = lambda: [dict(WEB)]

    def refuse(project_id: str) -> list[dict[str, Any]]:
        raise api_error(ForbiddenError, 403)

    api.list_eligible_new_owners = refuse
    outcome = run(api, TransferWanted(project_name="web", new_owner="tomasz"))
    assert (outcome.changed, outcome.project["owner"]) == (False, TOMASZ)


@each_write
@each_harmless
def test_a_harmless_failure_does_not_hide_a_lost_write(
    make: Callable[[], TransferApi], request_: TransferWanted, calls: list[str], harm: str
) -> None:
    api = make()
    error = harmless()[harm]
    api.mishaps = [lost(done=False), (error, False)]
    with pytest.raises(type(error), match=r"^Cannot .* whose answer was lost, may have done it\.$") as failed:
        run(api, request_)
    assert NEW_OWNER_NEEDS[1:] not in str(failed.value)


@each_write
@each_harmless
def test_a_lost_write_that_shows_late_is_done_however_its_repetition_fails(
    make: Callable[[], TransferApi], request_: TransferWanted, calls: list[str], harm: str
) -> None:
    api = make()
    api.mishaps = [lost(done=False), (harmless()[harm], True)]
    assert run(api, request_).changed


@each_write
def test_a_refusal_after_a_lost_write_does_not_claim_to_know(
    make: Callable[[], TransferApi], request_: TransferWanted, calls: list[str]
) -> None:
    api = make()
    api.mishaps = [lost(done=False), (api_error(RejectedError, 402), False)]
    with pytest.raises(RejectedError, match=r"whose answer was lost, may have done it\.$"):
        run(api, request_)


def test_a_cancellation_that_was_settled_casts_no_doubt_on_the_invitation() -> None:
    api = TransferApi(invitation(to=AMINA))
    api.mishaps = [lost(done=True), (api_error(RateLimitError, 429), False)]
    with pytest.raises(
        RateLimitError, match=r"^Cannot invite tomasz .* amina .* was canceled, and is gone\.$"
    ) as failed:
        run(api, offered(replace=True))
    assert "may have done it" not in str(failed.value)
    assert failed.value.result["changed"] is True


@pytest.mark.parametrize("request_", [wanted(state="canceled"), offered(replace=True)], ids=["cancel", "replace"])
def test_a_lost_cancellation_that_cannot_be_read_is_told(
    request_: TransferWanted, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = TransferApi(invitation(to=AMINA))
    api.mishaps = [lost(done=True)]

    def fail(_project_id: str, _invitation_id: str) -> None:
        raise api_error(ServerError, 500)

    monkeypatch.setattr(api, "get_invitation", fail)
    with pytest.raises(
        TransportError,
        match=r"^Cannot cancel .* POST received no .*Whether it was done is not known.* answered 500",
    ):
        run(api, request_)


@pytest.mark.parametrize("verb", ["decline", "cancel"])
def test_a_lost_answer_that_was_just_seen_is_not_read_once_more(verb: str) -> None:
    make, request_, _calls = WRITES[verb]
    api = make()
    api.mishaps = [lost(done=True)]
    assert run(api, request_).changed
    assert api.calls.count("get_invitation") == 2
