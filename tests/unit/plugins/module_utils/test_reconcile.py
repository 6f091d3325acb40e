# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a plan to its result: the prediction, the writes, and the one rule for a write that failed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from ansible_collections.community.scalingo.plugins.module_utils import _errors as errors
from ansible_collections.community.scalingo.plugins.module_utils._api import Api
from ansible_collections.community.scalingo.plugins.module_utils._project import ensure_project
from ansible_collections.community.scalingo.plugins.module_utils._reconcile import Plan, Step, apply
from ansible_collections.community.scalingo.plugins.module_utils._transfer import ensure_transfer
from stand_in import AMINA, TOMASZ, WEB, Fate, Object, StandIn, account, invitation, lost, not_sent, project, response

pytestmark = pytest.mark.usefixtures("clock")


def with_invitations(*invitations: Object, **options: Any) -> StandIn:
    api = account("web", **options)
    api.invitations = list(invitations)
    return api


@dataclass(frozen=True)
class Write:
    """A task that takes one write: the module's work, its options, and the account."""

    ensure: Callable[..., Object]
    options: Object
    make: Callable[[], StandIn] = lambda: account("web")

    def run(self, api: StandIn, check_mode: bool = False) -> Object:
        return self.ensure(api, self.options, check_mode)

    def fail(self, api: StandIn, kind: type[errors.ScalingoError] = errors.RequestError) -> errors.ScalingoError:
        with pytest.raises(kind) as failure:
            self.run(api)
        return failure.value


def of_invitation(state: str, **options: Any) -> Write:
    wanted = {"project_id": WEB["id"], "invitation_id": "tin-1", "state": state}
    return Write(ensure_transfer, wanted, lambda: with_invitations(invitation(), **options))


INVITE = Write(ensure_transfer, {"project_id": WEB["id"], "new_owner": "tomasz", "replace": True}, with_invitations)
DELETE = Write(ensure_project, {"name": "web", "state": "absent"})
WRITES = {
    "create": Write(ensure_project, {"name": "shop", "default": True}),
    "rename": Write(ensure_project, {"name": "web", "new_name": "shop"}),
    "default": Write(ensure_project, {"name": "web", "default": True}),
    "delete": DELETE,
    "invite": INVITE,
    "accept": of_invitation("accepted", caller=TOMASZ),
    "decline": of_invitation("declined", caller=TOMASZ),
    "cancel": of_invitation("canceled"),
}
each_write = pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)


# How a write may fail.
ERRORS: dict[str, Callable[[], errors.RequestError]] = {
    "lost": lost,
    "server": lambda: response(errors.ServerError, 502),
    # It says that something was carried out, and the same write could do it once more.
    "unexpected": lambda: response(errors.UnexpectedResponseError, 202),
    "invalid": lambda: response(errors.ValidationError, 422),
    "forbidden": lambda: response(errors.ForbiddenError, 403),
    "conflict": lambda: response(errors.ConflictError, 409),
    "gone": lambda: response(errors.NotFoundError, 404),
}
# Errors that say that the write was not carried out, and nothing of the object. The client repeats it where that helps.
HARMLESS: dict[str, Callable[[], errors.RequestError]] = {
    "rate-limit": lambda: response(errors.RateLimitError, 429),
    "route": lambda: response(errors.RouteNotFoundError, 404),
    "exchange": lambda: response(errors.ExchangeError, 404),
    "proxy": lambda: response(errors.ProxyAuthenticationError, 407),
    "not-sent": not_sent,
}
ERRORS |= HARMLESS


def fates(words: str, **around: Any) -> list[Fate]:
    """Return what becomes of the first writes: "ok lost!" for one that succeeds, and one that was lost but is done."""
    return [
        Fate() if word == "ok" else Fate(ERRORS[word.rstrip("!")](), word.endswith("!"), **around)
        for word in words.split()
    ]


# What becomes of the first writes; how the task ends: as if nothing had failed, or with what is unknown of the write;
# and how many writes were sent.
DONE, KNOWN, UNKNOWN = None, False, True
CASES: list[tuple[str, bool | None, int]] = [
    *(("lost!", DONE, 1), ("unexpected!", DONE, 1), ("lost server lost!", DONE, 3)),
    *(("lost " * 99, UNKNOWN, 6), ("unexpected", UNKNOWN, 1), ("lost unexpected", UNKNOWN, 2)),
    *((error, KNOWN, 1) for error in ("invalid", "forbidden", *HARMLESS)),
    # What comes later says nothing of the write whose response was lost.
    *((f"lost {error}", UNKNOWN, 2) for error in ("invalid", *HARMLESS)),
    *((f"lost {error}!", DONE, 2) for error in HARMLESS),
]


@each_write
@pytest.mark.parametrize(("words", "unknown", "writes"), CASES)
def test_write_that_fails(write: Write, words: str, unknown: bool | None, writes: int) -> None:
    api = write.make()
    api.patience, api.fates = 99, fates(words)
    if unknown is DONE:
        assert write.run(api) == write.run(write.make())
    else:
        failure = write.fail(api, type(api.fates[writes - 1].error)).as_failure()
        assert (failure.get("outcome_unknown", False), failure["changed"]) == (unknown, False)
        assert failure["msg"].startswith("Cannot ")
        assert ("It may still take effect." in failure["msg"]) is unknown
    assert api.writes == [api.writes[0]] * writes
    # Of what says nothing of the object, nothing is to be learned by reading.
    assert (api.calls[-1] == api.writes[0][0]) is (words in HARMLESS)


@each_write
def test_lost_without_time_left_is_read_once(write: Write) -> None:
    api = write.make()
    api.patience, api.fates = 0, fates("lost!")
    assert write.run(api)["changed"]
    api = write.make()
    api.patience, api.fates = 0, fates("lost")
    assert write.fail(api).outcome_unknown and len(api.writes) == 1


@pytest.mark.parametrize("kind", ["create", "rename", "default", "delete", "invite"])
@pytest.mark.parametrize("word", ["invalid!", "conflict!", "gone!"])
def test_rejected_with_nothing_left_is_ok_and_not_changed(kind: str, word: str) -> None:
    """Another job was faster."""
    api = WRITES[kind].make()
    api.fates = fates(word)
    result = WRITES[kind].run(api)
    assert (result["changed"], len(api.writes)) == (False, 1)
    assert result["diff"]["before"] == result["diff"]["after"]


def test_rejected_says_what_check_mode_says_unless_an_earlier_try_was_lost() -> None:
    """What is in the way may have been made by the first try."""
    api = account("web")
    api.applications = [{"name": "front", "project": WEB}]
    with pytest.raises(errors.CannotError, match="front") as predicted:
        DELETE.run(api, check_mode=True)
    assert str(DELETE.fail(api, errors.ConflictError)).startswith(str(predicted.value))
    api.fates = fates("lost conflict")
    assert "front" not in str(DELETE.fail(api, errors.ConflictError))
    api.fates, api.failing = fates("conflict"), {"list_applications": lost()}
    failure = DELETE.fail(api, errors.ConflictError).as_failure()
    assert (failure["changed"], "outcome_unknown" in failure, failure["error"]["status"]) == (False, False, 409)


@pytest.mark.parametrize("word", ["lost", "conflict"])
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
def test_another_plan_fails_and_sends_nothing(word: str, kind: str, meanwhile: Callable[[StandIn], Any]) -> None:
    api = WRITES[kind].make()
    api.fates = fates(word, before=lambda: meanwhile(api))
    failure = WRITES[kind].fail(api, type(ERRORS[word]()))
    assert (failure.outcome_unknown, failure.result["changed"], len(api.writes)) == (word == "lost", False, 1)
    assert "The account changed during the task." in str(failure) or "The account was read again: " in str(failure)


@each_write
@pytest.mark.parametrize("word", ["lost", "forbidden"])
def test_account_that_cannot_be_read_again_fails_with_both(write: Write, word: str) -> None:
    api, second = write.make(), response(errors.ServerError)
    reads = ("list_projects", "get_project", "list_invitations", "get_invitation")
    api.fates = fates(word, before=lambda: api.failing.update(dict.fromkeys(reads, second)))
    failure = write.fail(api, type(ERRORS[word]()))
    assert failure.outcome_unknown is (word == "lost")
    assert str(second) in str(failure)


# Plans of several steps


def a_step(name: str = "web", method: Any = Api.create_project, title: str = "x", **options: Any) -> Step:
    return Step(title, method, (name, False), title, predict=dict, **options)


def test_step_equality_is_method_and_arguments() -> None:
    assert a_step() == a_step(title="y") == a_step(otherwise=(a_step(),))
    assert a_step() != a_step("shop") and a_step() != a_step(method=Api.delete_project)


def test_second_step_is_that_of_the_first_plan() -> None:
    """The equal step of a later plan may have an alternative again, without end."""
    api, first, second = account(), a_step("a"), a_step("b")
    api.fates = fates("lost!")
    outcome = apply(api, Plan(None, (first, second)), lambda desired, account: Plan(None, (a_step("b"),)), None)
    assert outcome.done[0] is first and outcome.done[1] is second


@pytest.mark.parametrize(
    ("words", "sent", "unknown"),
    [
        # The first step is known to be done, so nothing is unknown of the second.
        ("ok rate-limit", 2, False),
        ("lost! rate-limit", 2, False),
        ("ok lost rate-limit", 3, True),
        # Failures are counted over all steps.
        ("lost lost lost ok" + " lost" * 9, 7, True),
    ],
)
def test_second_step_fails_and_first_is_told(words: str, sent: int, unknown: bool) -> None:
    api = with_invitations(invitation(to=AMINA))
    api.patience, api.fates = 99, fates(words)
    failure = INVITE.fail(api)
    assert (failure.outcome_unknown, failure.result["changed"], len(api.writes)) == (unknown, True, sent)
    assert "Done before: cancel the invitation to 'amina'" in str(failure)


@pytest.mark.parametrize(
    ("words", "sent", "unknown"),
    [
        ("", [TOMASZ["id"], "cancel", TOMASZ["id"]], None),
        # What is rejected once more, or was lost before, so that it may have taken effect, has no alternative.
        ("conflict ok conflict", [TOMASZ["id"], "cancel", TOMASZ["id"]], False),
        ("lost conflict", [TOMASZ["id"]] * 2, True),
    ],
)
def test_rejected_step_is_replaced_by_its_alternative_once(words: str, sent: list[str], unknown: bool | None) -> None:
    """An expired invitation may block a new one: it is canceled."""
    api = with_invitations(invitation(to=AMINA, expired=True))
    api.fates = fates(words)
    if unknown is None:
        assert INVITE.run(api)["changed"]
        assert [each["status"] for each in api.invitations] == ["canceled", "pending"]
    else:
        failure = INVITE.fail(api, errors.ConflictError)
        assert (failure.outcome_unknown, failure.result["changed"]) == (unknown, "cancel" in sent)
    assert [write[-1] for write in api.writes] == sent
