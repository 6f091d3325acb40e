# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting for an answer and for a new owner, by a clock that nobody waits for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from ansible_collections.community.scalingo.plugins.module_utils._errors import (
    AuthenticationError,
    CannotError,
    ForbiddenError,
    NotFoundError,
    RouteNotFoundError,
)
from ansible_collections.community.scalingo.plugins.module_utils._transfer_watch import Watch
from test_transfer_plan import AMINA, HIS_WEB, WEB, invitation
from world import NOW, api_error

WATCH = "ansible_collections.community.scalingo.plugins.module_utils._transfer_watch"
Clock = Any  # the one of the fixture `clock`
PENDING, ACCEPTED = invitation(), invitation("accepted")
FOREVER = 10**6


class TimedApi:
    """What the API shows at which second; the last entry that has begun counts, an exception is raised."""

    def __init__(self, clock: Clock, invitations: dict[float, Any], projects: dict[float, Any]) -> None:
        self._clock = clock
        self._invitations = invitations
        self._projects = projects
        self.asked: list[tuple[float, str]] = []

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self._clock.passed)

    def get_project(self, project_id: str) -> dict[str, Any]:
        return self._show("project", self._projects)

    def get_invitation(self, project_id: str, invitation_id: str) -> dict[str, Any]:
        return self._show("invitation", self._invitations)

    def _show(self, what: str, shown: dict[float, Any]) -> dict[str, Any]:
        self.asked.append((self._clock.passed, what))
        current = shown[max(begin for begin in shown if begin <= self._clock.passed)]
        if isinstance(current, Exception):
            raise current
        return dict(current)


@pytest.fixture(autouse=True)
def ticking(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Clock:
    monkeypatch.setattr(f"{WATCH}.time", clock)
    return clock


def hidden() -> Exception:
    return api_error(NotFoundError, 404, "not found")


# Until somebody answers


def test_an_answer_ends_the_wait(clock: Clock) -> None:
    api = TimedApi(clock, {0: PENDING, 20: ACCEPTED}, {0: HIS_WEB})
    assert Watch(api, WEB["id"], 600).until_answered(PENDING) == (ACCEPTED, HIS_WEB)
    assert 20 <= clock.passed <= 40


def test_the_new_owner_may_come_later(clock: Clock) -> None:
    api = TimedApi(clock, {0: PENDING, 10: ACCEPTED}, {0: WEB, 50: HIS_WEB})
    assert Watch(api, WEB["id"], 600).until_answered(PENDING) == (ACCEPTED, HIS_WEB)
    assert clock.passed >= 50


@pytest.mark.parametrize("accepted_at", [0, 5, 120])
def test_what_is_accepted_already_takes_no_time(clock: Clock, accepted_at: int) -> None:
    api = TimedApi(clock, {0: ACCEPTED}, {0: HIS_WEB})
    Watch(api, WEB["id"], accepted_at).until_answered(ACCEPTED)
    assert (clock.passed, len(api.asked)) == (0, 1)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("declined", "declined by tomasz"),
        ("canceled", "canceled"),
        ("failed", "failed (because), and nothing was transferred"),
        ("error", "went wrong (because); only the support"),
    ],
)
def test_any_other_end_is_a_failure(clock: Clock, status: str, words: str) -> None:
    ended = invitation(status, reason="because" if status not in ("declined", "canceled") else "")
    api = TimedApi(clock, {0: PENDING, 5: ended}, {0: WEB})
    with pytest.raises(CannotError) as failed:
        Watch(api, WEB["id"], 600).until_answered(PENDING)
    assert words in str(failed.value)
    assert failed.value.result == {"transfer_invitation": ended}
    assert clock.passed < 30


def test_an_expiry_ends_the_wait(clock: Clock) -> None:
    short = {**PENDING, "expires_at": (NOW + timedelta(seconds=100)).isoformat()}
    api = TimedApi(clock, {0: short}, {0: WEB})
    with pytest.raises(CannotError, match="expired at"):
        Watch(api, WEB["id"], FOREVER).until_answered(short)
    assert 100 <= clock.passed <= 120


def test_the_time_out_ends_the_wait(clock: Clock) -> None:
    api = TimedApi(clock, {0: PENDING}, {0: WEB})
    with pytest.raises(CannotError) as late:
        Watch(api, WEB["id"], 600).until_answered(PENDING)
    for words in ("tomasz", "not answered within 600 seconds (wait_timeout)", PENDING["expires_at"]):
        assert words in str(late.value)
    assert late.value.result == {"transfer_invitation": PENDING}
    assert clock.passed == pytest.approx(600)


@pytest.mark.parametrize("timeout", [0, 0.5, 60, 600, 86400])
def test_a_wait_is_gentle(clock: Clock, timeout: float) -> None:
    """All requests of an account share 60 a minute; one wait takes a tenth of that, after a quick beginning."""
    api = TimedApi(clock, {0: PENDING}, {0: WEB})
    with pytest.raises(CannotError):
        Watch(api, WEB["id"], timeout).until_answered(PENDING)
    assert len(api.asked) <= 6 + timeout / 10
    for begin in range(0, int(timeout), 60):
        assert sum(begin <= moment < begin + 60 for moment, _what in api.asked) <= 12


def test_an_answer_is_noticed_soon_enough(clock: Clock) -> None:
    api = TimedApi(clock, {0: PENDING, 5000: ACCEPTED}, {0: HIS_WEB})
    Watch(api, WEB["id"], 86400).until_answered(PENDING)
    assert clock.passed <= 5000 + 60


def test_an_invitation_that_vanishes_with_the_project_moved_is_accepted(clock: Clock) -> None:
    api = TimedApi(clock, {0: PENDING, 5: hidden()}, {0: HIS_WEB})
    found, project = Watch(api, WEB["id"], 600).until_answered(PENDING)
    assert (found["status"], project) == ("accepted", HIS_WEB)


def test_an_invitation_that_vanishes_without_a_trace_says_whom_to_ask(clock: Clock) -> None:
    api = TimedApi(clock, {0: PENDING, 5: hidden()}, {0: hidden()})
    with pytest.raises(CannotError, match=r"can no longer be read by this account.* ask tomasz"):
        Watch(api, WEB["id"], FOREVER).until_answered(PENDING)
    assert clock.passed < 30


# Until an acceptance is finished


def test_an_acceptance_that_is_done_takes_one_request(clock: Clock) -> None:
    api = TimedApi(clock, {0: ACCEPTED}, {0: HIS_WEB})
    assert Watch(api, WEB["id"], 600).until_owned(ACCEPTED) == (ACCEPTED, HIS_WEB)
    assert api.asked == [(0, "project")]


@pytest.mark.parametrize("before", [WEB, None], ids=["shown", "hidden"])
def test_an_acceptance_is_finished_later(clock: Clock, before: dict[str, Any] | None) -> None:
    api = TimedApi(clock, {0: PENDING, 30: ACCEPTED}, {0: before or hidden(), 30: HIS_WEB})
    assert Watch(api, WEB["id"], 600).until_owned(PENDING) == (ACCEPTED, HIS_WEB)
    assert 30 <= clock.passed <= 60


def test_the_project_may_follow_the_invitation(clock: Clock) -> None:
    api = TimedApi(clock, {0: ACCEPTED}, {0: WEB, 30: HIS_WEB})
    assert Watch(api, WEB["id"], 600).until_owned(ACCEPTED) == (ACCEPTED, HIS_WEB)


@pytest.mark.parametrize(("status", "words"), [("failed", "nothing was transferred"), ("error", "support")])
@pytest.mark.parametrize("at", [0, 30], ids=["at-once", "later"])
def test_an_acceptance_that_ends_badly(clock: Clock, status: str, words: str, at: int) -> None:
    ended = invitation(status, reason="because")
    api = TimedApi(clock, {0: PENDING, at: ended}, {0: WEB})
    with pytest.raises(CannotError) as failed:
        Watch(api, WEB["id"], 600).until_owned(PENDING if at else ended)
    assert words in str(failed.value) and "because" in str(failed.value)
    assert failed.value.result == {"transfer_invitation": ended}


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (PENDING, "is pending, but the project still belonged to mireille"),
        (ACCEPTED, "is accepted, but the project still"),
    ],
    ids=["pending", "accepted"],
)
def test_an_acceptance_that_is_not_finished_in_time(clock: Clock, found: dict[str, Any], words: str) -> None:
    api = TimedApi(clock, {0: found}, {0: WEB})
    with pytest.raises(CannotError, match=rf"{words} .*within 600 seconds \(wait_timeout\)"):
        Watch(api, WEB["id"], 600).until_owned(found)
    assert clock.passed == pytest.approx(600)
    assert len(api.asked) <= 120


@pytest.mark.parametrize("found", [PENDING, ACCEPTED], ids=["pending", "accepted"])
def test_an_acceptance_after_which_nothing_is_shown(clock: Clock, found: dict[str, Any]) -> None:
    api = TimedApi(clock, {0: found}, {0: hidden()})
    with pytest.raises(CannotError, match="wait_timeout") as late:
        Watch(api, WEB["id"], 0).until_owned(found)
    assert "not answered" not in str(late.value)


def test_a_project_that_was_handed_on_is_not_taken_for_handed_over(clock: Clock) -> None:
    """Right after an acceptance it can belong to nobody else; long after it, to anybody but the inviter."""
    handed_on = {**WEB, "owner": AMINA}
    api = TimedApi(clock, {0: ACCEPTED}, {0: handed_on})
    assert Watch(api, WEB["id"], 60).until_owned(ACCEPTED, fresh=False) == (ACCEPTED, handed_on)
    assert clock.passed == 0
    with pytest.raises(CannotError, match="the project still belonged to amina"):
        Watch(api, WEB["id"], 60).until_owned(ACCEPTED, fresh=True)


def test_an_acceptance_that_is_done_is_not_shown_as_pending(clock: Clock) -> None:
    """The answer to the acceptance may have come before it was done."""
    api = TimedApi(clock, {0: ACCEPTED}, {0: HIS_WEB})
    assert Watch(api, WEB["id"], 0).until_owned(PENDING) == (ACCEPTED, HIS_WEB)


def test_the_inviter_need_not_see_the_project_any_more(clock: Clock) -> None:
    api = TimedApi(clock, {0: PENDING, 20: ACCEPTED}, {0: hidden()})
    assert Watch(api, WEB["id"], 600).until_answered(PENDING) == (ACCEPTED, None)
    assert clock.passed <= 40


def test_a_token_that_has_expired_is_not_taken_for_a_project_out_of_sight(clock: Clock) -> None:
    expired = api_error(AuthenticationError, 401)
    api = TimedApi(clock, {0: PENDING}, {0: expired})

    def check_token() -> None:
        raise expired

    api.check_token = check_token
    with pytest.raises(AuthenticationError, match="cannot be read back"):
        Watch(api, WEB["id"], FOREVER).until_owned(PENDING)
    assert clock.passed == 0


@pytest.mark.parametrize("what", ["project", "invitation"])
def test_a_wrong_url_is_not_waited_for(clock: Clock, what: str) -> None:
    wrong = api_error(RouteNotFoundError, 404)
    api = TimedApi(clock, {0: wrong if what == "invitation" else PENDING}, {0: wrong if what == "project" else WEB})
    with pytest.raises(RouteNotFoundError):
        Watch(api, WEB["id"], FOREVER).until_owned(PENDING)
    assert clock.passed <= 1


def test_a_status_that_is_new_to_us_is_not_the_end(clock: Clock) -> None:
    api = TimedApi(clock, {0: PENDING, 5: invitation("processing"), 20: ACCEPTED}, {0: WEB, 20: HIS_WEB})
    assert Watch(api, WEB["id"], 600).until_answered(PENDING) == (ACCEPTED, HIS_WEB)


def test_what_comes_with_the_end_of_the_time_is_seen(clock: Clock) -> None:
    api = TimedApi(clock, {0: PENDING, 39: ACCEPTED}, {0: WEB, 39: HIS_WEB})
    assert Watch(api, WEB["id"], 40).until_answered(PENDING) == (ACCEPTED, HIS_WEB)


def test_a_refusal_on_the_way_is_waited_out(clock: Clock) -> None:
    api = TimedApi(clock, {0: PENDING, 10: ACCEPTED}, {0: api_error(ForbiddenError, 403), 20: HIS_WEB})
    assert Watch(api, WEB["id"], 600).until_owned(PENDING) == (ACCEPTED, HIS_WEB)


def test_an_acceptance_in_time_may_be_finished_after_the_expiry(clock: Clock) -> None:
    short = {**PENDING, "expires_at": (NOW + timedelta(seconds=5)).isoformat()}
    api = TimedApi(clock, {0: short, 30: ACCEPTED}, {0: WEB, 30: HIS_WEB})
    assert Watch(api, WEB["id"], 600).until_owned(short) == (ACCEPTED, HIS_WEB)


def test_whoever_waited_in_vain_is_told_to_invite_anew(clock: Clock) -> None:
    short = {**PENDING, "expires_at": (NOW + timedelta(seconds=5)).isoformat()}
    api = TimedApi(clock, {0: short}, {0: WEB})
    with pytest.raises(
        CannotError, match=r"not answered before it expired at .*\. Run the task again to invite anew\.$"
    ):
        Watch(api, WEB["id"], 600).until_answered(short)


def test_an_earlier_acceptance_is_waited_for_as_long_as_allowed(clock: Clock) -> None:
    api = TimedApi(clock, {0: PENDING, 400: ACCEPTED}, {0: WEB})
    assert Watch(api, WEB["id"], 600).until_closed(PENDING) == ACCEPTED
    assert Watch(TimedApi(clock, {0: PENDING}, {0: WEB}), WEB["id"], 50).until_closed(PENDING) is None
