# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a plan to its result: the prediction, the writes, and the one rule for a write that failed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.community.scalingo.plugins.module_utils._api import Api
from ansible_collections.community.scalingo.plugins.module_utils._errors import (
    ApiError,
    CannotError,
    ConflictError,
    ExchangeError,
    ForbiddenError,
    NotFoundError,
    ProxyAuthenticationError,
    RateLimitError,
    RejectedError,
    RequestError,
    RouteNotFoundError,
    ScalingoError,
    ServerError,
    UnexpectedResponseError,
    ValidationError,
)
from ansible_collections.community.scalingo.plugins.module_utils._project import ensure_project
from ansible_collections.community.scalingo.plugins.module_utils._reconcile import Plan, Step, apply, predict
from ansible_collections.community.scalingo.plugins.module_utils._transfer import ensure_transfer
from stand_in import AMINA, TOMASZ, WEB, Fate, Object, StandIn, account, invitation, lost, not_sent, project, response

pytestmark = pytest.mark.usefixtures("clock")


def with_invitations(*invitations: Object, caller: Object | None = None) -> StandIn:
    api = account("web", **({"caller": caller} if caller else {}))
    api.invitations = list(invitations)
    return api


class Write:
    """A task that takes one write: the account, the module's work, its options, and the write."""

    def __init__(self, make: Callable[[], StandIn], ensure: Callable[..., Object], options: Object, call: str) -> None:
        self.make, self.call = make, call
        self._ensure, self._options = ensure, options

    def run(self, api: StandIn, check_mode: bool = False) -> Object:
        return self._ensure(api, self._options, check_mode)

    def fail(self, api: StandIn, kind: type[ScalingoError] = RequestError) -> ScalingoError:
        with pytest.raises(kind) as failure:
            self.run(api)
        return failure.value


def of_project(call: str, **options: Any) -> Write:
    return Write(lambda: account("web"), ensure_project, options, call)


def of_transfer(make: Callable[[], StandIn], **options: Any) -> Write:
    call = "create_invitation" if "new_owner" in options else "close_invitation"
    return Write(make, ensure_transfer, {"project_id": WEB["id"], **options}, call)


INVITED = {"invitation_id": "tin-1"}
WRITES = {
    "create": of_project("create_project", name="shop", default=True),
    "rename": of_project("update_project", name="web", new_name="shop"),
    "default": of_project("update_project", name="web", default=True),
    "delete": of_project("delete_project", name="web", state="absent"),
    "invite": of_transfer(with_invitations, new_owner="tomasz"),
    "accept": of_transfer(lambda: with_invitations(invitation(), caller=TOMASZ), state="accepted", **INVITED),
    "decline": of_transfer(lambda: with_invitations(invitation(), caller=TOMASZ), state="declined", **INVITED),
    "cancel": of_transfer(lambda: with_invitations(invitation()), state="canceled", **INVITED),
}
each_write = pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
RENAME = WRITES["rename"]

# Errors that say that the write was not carried out, and nothing of the object.
HARMLESS = {
    "rate-limit": lambda: response(RateLimitError, 429),
    "route": lambda: response(RouteNotFoundError, 404),
    "exchange": lambda: response(ExchangeError, 404),
    "proxy": lambda: response(ProxyAuthenticationError, 407),
    "not-sent": not_sent,
}
each_harmless = pytest.mark.parametrize("make_error", HARMLESS.values(), ids=HARMLESS)


def not_done(*errors: RequestError) -> list[Fate]:
    return [Fate(error, done=False) for error in errors]


# Without a fault


@each_write
def test_write_succeeds_and_rerun_sends_none(write: Write) -> None:
    api = write.make()
    result = write.run(api)
    assert (result["changed"], [sent[0] for sent in api.writes]) == (True, [write.call])
    assert result["diff"]["before"] != result["diff"]["after"]
    again = write.run(api)
    assert (again["changed"], len(api.writes)) == (False, 1)
    assert again["diff"]["before"] == again["diff"]["after"]


@each_write
def test_check_mode_predicts_the_run(write: Write) -> None:
    """IDs and dates that do not exist yet are null."""
    api = write.make()
    predicted = write.run(api, check_mode=True)
    assert api.writes == []
    done = write.run(api)
    assert predicted.keys() == done.keys()
    for key in predicted.keys() - {"diff"}:
        if isinstance(done[key], dict):
            known = {name: value for name, value in predicted[key].items() if value is not None}
            assert known.items() <= done[key].items(), key
        else:
            assert predicted[key] == done[key], key
    for side in ("before", "after"):
        of_run = {**done["diff"][side]}
        if predicted["diff"][side].get("expires_at", "") is None:
            of_run["expires_at"] = None
        assert predicted["diff"][side] == of_run


def test_predict_rejected_step_raises_reason() -> None:
    step = Step("x", Api.delete_project, ("prj-1",), "do x", predict=dict, why_not=lambda: "It is forbidden.")
    with pytest.raises(CannotError, match=r"^Cannot do x\. It is forbidden\.$"):
        predict(Plan(WEB, (step,)))


def test_step_equality_is_method_and_arguments() -> None:
    def step(method: Any = Api.create_project, name: str = "web", title: str = "x", *otherwise: Step) -> Step:
        return Step(title, method, (name,), title, predict=dict, otherwise=otherwise)

    assert step() == step(title="y") == step(Api.create_project, "web", "x", step())
    assert step() != step(name="shop")
    assert step() != step(Api.delete_project)


# The response was lost


@each_write
@pytest.mark.parametrize("max_tries", [99, 1], ids=["lost", "unexpected"])
def test_lost_and_done_is_done_and_changed(write: Write, max_tries: int) -> None:
    api = write.make()
    # Nothing is sent again, so it needs no time.
    api.patience, api.fates = 0, [Fate(lost(max_tries))]
    assert write.run(api) == write.run(write.make())
    assert len(api.writes) == 1


@each_write
def test_lost_and_not_done_is_retried(write: Write) -> None:
    api = write.make()
    api.fates = [Fate(lost(), done=False), Fate(response(ServerError, 502), done=False), Fate(lost())]
    assert write.run(api) == write.run(write.make())
    assert api.writes == [api.writes[0]] * 3


@each_write
def test_lost_without_time_left_fails_as_unknown(write: Write) -> None:
    api = write.make()
    api.patience, api.fates = 0, not_done(lost())
    failure = write.fail(api).as_failure()
    assert (failure["outcome_unknown"], failure["changed"], len(api.writes)) == (True, False, 1)
    assert failure["msg"].startswith("Cannot ") and "It may still take effect." in failure["msg"]


@each_write
def test_lost_every_time_ends(write: Write) -> None:
    api = write.make()
    api.patience, api.fates = 99, not_done(*[lost()] * 99)
    assert write.fail(api).outcome_unknown
    assert len(api.writes) == 6


@each_write
def test_unexpected_response_is_not_sent_again(write: Write) -> None:
    """It says that something was carried out, and the same write could do it once more."""
    api = write.make()
    api.fates = not_done(response(UnexpectedResponseError, 202))
    assert write.fail(api, UnexpectedResponseError).outcome_unknown
    assert len(api.writes) == 1
    assert api.calls[-1] != write.call, "the account was not read again"


# The API rejected it


@each_write
@each_harmless
def test_harmless_failure_is_final(write: Write, make_error: Callable[[], RequestError]) -> None:
    """The client has repeated it before, where that makes sense."""
    api = write.make()
    api.fates = not_done(make_error())
    failure = write.fail(api, type(make_error()))
    assert (failure.outcome_unknown, failure.result["changed"], api.calls[-1]) == (False, False, write.call)


@pytest.mark.parametrize("kind", ["create", "rename", "default", "delete", "invite"])
@pytest.mark.parametrize("error", [ValidationError, ConflictError, NotFoundError])
def test_rejected_with_nothing_left_is_ok_and_not_changed(kind: str, error: type[RejectedError]) -> None:
    """Another job was faster."""
    write = WRITES[kind]
    api = write.make()
    api.fates = [Fate(response(error))]
    result = write.run(api)
    assert (result["changed"], len(api.writes)) == (False, 1)
    assert result["diff"]["before"] == result["diff"]["after"]


@each_write
@pytest.mark.parametrize("error", [ValidationError, ForbiddenError])
def test_rejected_and_still_needed_fails(write: Write, error: type[RejectedError]) -> None:
    api = write.make()
    api.fates = not_done(response(error))
    failure = write.fail(api, error)
    assert (failure.outcome_unknown, failure.result["changed"], len(api.writes)) == (False, False, 1)


def test_rejected_says_what_check_mode_says() -> None:
    write = of_project("delete_project", name="web", state="absent")
    api = account("web")
    api.applications = [{"name": "front", "project": WEB}]
    with pytest.raises(CannotError) as predicted:
        write.run(api, check_mode=True)
    assert str(write.fail(api, ConflictError)).startswith(str(predicted.value))


def test_rejected_with_a_reason_that_cannot_be_read_fails_as_rejected() -> None:
    api = account("web")
    api.fates, api.failing = not_done(response(ConflictError)), {"list_applications": lost()}
    failure = WRITES["delete"].fail(api, ConflictError)
    assert (failure.outcome_unknown, failure.result["changed"]) == (False, False)


@each_write
@pytest.mark.parametrize("make_error", [lambda: response(ValidationError), *HARMLESS.values()])
def test_lost_then_rejected_is_unknown(write: Write, make_error: Callable[[], RequestError]) -> None:
    """What comes later says nothing of the write whose response was lost."""
    api = write.make()
    api.fates = not_done(lost(), make_error())
    failure = write.fail(api, type(make_error()))
    assert (failure.outcome_unknown, len(api.writes)) == (True, 2)


def test_lost_then_rejected_gives_no_reason() -> None:
    """What is taken may have been taken by the first try."""
    api = WRITES["delete"].make()
    api.applications = [{"name": "front", "project": WEB}]
    api.fates = not_done(lost(), response(ConflictError))
    assert "front" not in str(WRITES["delete"].fail(api, ConflictError))


@each_write
@each_harmless
def test_lost_then_done_late_is_done_and_changed(write: Write, make_error: Callable[[], RequestError]) -> None:
    api = write.make()
    api.fates = [Fate(lost(), done=False), Fate(make_error())]
    assert write.run(api) == write.run(write.make())


# Another job interfered


@pytest.mark.parametrize("error", [lost, lambda: response(ConflictError)], ids=["lost", "rejected"])
@pytest.mark.parametrize(
    ("kind", "meanwhile"),
    [
        # It is gone, it has the name but not the default, its new name is taken, and it became the default project.
        ("default", lambda api: api.projects.pop()),
        ("create", lambda api: api.projects.append(project("shop"))),
        ("rename", lambda api: api.projects.append(project("shop"))),
        ("delete", lambda api: api.change(WEB["id"], default=True)),
        # The invited user was faster, or another one is invited.
        ("accept", lambda api: api.invitations[0].update(status="canceled")),
        ("cancel", lambda api: api.invitations[0].update(status="accepted")),
        ("invite", lambda api: api.invitations.append(invitation(to=AMINA))),
    ],
)
def test_another_plan_fails_and_sends_nothing(
    error: Callable[[], RequestError], kind: str, meanwhile: Callable[[StandIn], Any]
) -> None:
    api = WRITES[kind].make()
    api.fates = [Fate(error(), done=False, before=lambda: meanwhile(api))]
    failure = WRITES[kind].fail(api, type(error()))
    assert (failure.outcome_unknown, failure.result["changed"], len(api.writes)) == (error is lost, False, 1)
    assert "The account changed during the task." in str(failure) or "The account was read again: " in str(failure)


@each_write
@pytest.mark.parametrize("make_error", [lost, lambda: response(ForbiddenError)], ids=["lost", "rejected"])
def test_account_that_cannot_be_read_again_fails_with_both(
    write: Write, make_error: Callable[[], RequestError]
) -> None:
    api = write.make()
    reads = ("list_projects", "get_project", "list_invitations", "get_invitation")
    api.fates = [
        Fate(make_error(), done=False, before=lambda: api.failing.update(dict.fromkeys(reads, response(ServerError))))
    ]
    failure = write.fail(api, type(make_error()))
    assert failure.outcome_unknown is (make_error is lost)
    assert str(response(ServerError)) in str(failure)


# Plans of several steps


def replacing() -> tuple[Write, StandIn]:
    return of_transfer(account, new_owner="tomasz", replace=True), with_invitations(invitation(to=AMINA))


@pytest.mark.parametrize("lose", [False, True])
def test_second_step_fails_and_first_is_told(lose: bool) -> None:
    write, api = replacing()
    api.fates = [Fate(lost() if lose else None), Fate(response(RateLimitError, 429), done=False)]
    failure = write.fail(api, RateLimitError)
    # The first step is known to be done, so nothing is unknown of the second.
    assert (failure.outcome_unknown, failure.result["changed"], len(api.writes)) == (False, True, 2)
    assert "Done before: cancel the invitation to 'amina'" in str(failure)


def test_second_step_is_that_of_the_first_plan() -> None:
    """The equal step of a later plan may have an alternative again, without end."""

    def step(name: str) -> Step:
        return Step("create", Api.create_project, (name, False), name, predict=dict)

    api, first, second = account(), step("a"), step("b")
    api.fates = [Fate(lost())]
    outcome = apply(api, Plan(None, (first, second)), lambda desired, account: Plan(None, (step("b"),)), None)
    assert outcome.done[0] is first and outcome.done[1] is second


def test_failures_are_counted_over_all_steps() -> None:
    write, api = replacing()
    api.patience = 99
    api.fates = [*not_done(*[lost()] * 3), Fate(), *not_done(*[lost()] * 99)]
    write.fail(api)
    assert len(api.writes) == 7


def test_rejected_step_with_an_alternative_is_replaced_by_it() -> None:
    """An expired invitation may block a new one: it is canceled, once."""
    write, api = of_transfer(account, new_owner="tomasz"), with_invitations(invitation(to=AMINA, expired=True))
    assert write.run(api)["changed"]
    assert [sent[-1] for sent in api.writes] == [TOMASZ["id"], "cancel", TOMASZ["id"]]
    assert [each["status"] for each in api.invitations] == ["canceled", "pending"]


def test_alternative_that_is_rejected_too_fails() -> None:
    write, api = of_transfer(account, new_owner="tomasz"), with_invitations(invitation(to=AMINA, expired=True))
    api.fates = [Fate(), Fate(), Fate(response(ConflictError), done=False)]
    failure = write.fail(api, ConflictError)
    assert (failure.result["changed"], len(api.writes)) == (True, 3)


def test_lost_step_has_no_alternative() -> None:
    """It may have taken effect, so that what it needs is not changed."""
    write, api = of_transfer(account, new_owner="tomasz"), with_invitations(invitation(to=AMINA, expired=True))
    api.fates = not_done(lost(), response(ConflictError))
    assert write.fail(api, ConflictError).outcome_unknown
    assert "cancel" not in [sent[-1] for sent in api.writes]


def test_apply_without_steps_sends_nothing() -> None:
    outcome = apply(account(), Plan(WEB), lambda desired, account: Plan(None), None)
    assert (outcome.changed, outcome.resource) == (False, WEB)


def test_failed_write_keeps_the_keys_of_the_api() -> None:
    api = RENAME.make()
    api.fates = not_done(response(ForbiddenError, 403))
    failure = RENAME.fail(api, ApiError).as_failure()
    assert failure["error"]["status"] == 403
    assert "outcome_unknown" not in failure
