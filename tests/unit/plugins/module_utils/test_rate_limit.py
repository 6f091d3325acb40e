# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""200 creations against 60 requests a minute, however the API counts them. Nobody waits: the hours here are virtual."""

from __future__ import annotations

import heapq
import itertools
import math
import random
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate
from typing import Any

import pytest
from ansible_collections.community.scalingo.plugins.module_utils._answers import Answer
from ansible_collections.community.scalingo.plugins.module_utils._client import LONGEST_RETRY_AFTER, Client
from ansible_collections.community.scalingo.plugins.module_utils._errors import RateLimitError
from ansible_collections.community.scalingo.plugins.module_utils._rate_limit import (
    FIRST_TRY,
    LONGEST_TRY,
    SOONEST_RETRY,
    RateLimit,
)

MODULE_UTILS = "ansible_collections.community.scalingo.plugins.module_utils"

CREATIONS = 200
LIMIT, MINUTE = 60, 60.0
OTHERS = 40  # of the 60
LATENCY = 0.1  # seconds from request to answer, more or less
MIDNIGHT = 1_700_006_400.0  # a full minute, whatever the day

# Seconds after the full minute at which the task starts, and by which its own clock is wrong.
STARTS = [(0.0, 0.0), (0.4, -0.7), (7.0, 3600.3), (31.0, -40.0), (45.5, 12.6), (59.0, -86400.0), (59.9, 0.2)]


class Clock:
    """The true time, and a task's own idea of it. It stands still until somebody sleeps."""

    def __init__(self, start: float, skew: float = 0.0) -> None:
        self.now = start
        self._skew = skew
        self._boot = start - 1234.5

    def time(self) -> float:
        return self.now + self._skew

    def monotonic(self) -> float:
        return self.now - self._boot

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds


class SharedClock(Clock):
    """A clock for several threads, of which one runs at a time: the one that wakes up first."""

    def __init__(self, start: float, sleepers: int) -> None:
        super().__init__(start)
        self._turn = threading.Condition()
        self._asleep: list[tuple[float, int]] = []
        self._awake = sleepers
        self._tickets = itertools.count()
        self._up = -1

    def sleep(self, seconds: float) -> None:
        with self._turn:
            ticket = next(self._tickets)
            heapq.heappush(self._asleep, (self.now + seconds, ticket))
            self._yield()
            self._turn.wait_for(lambda: self._up == ticket, timeout=30)

    def leave(self) -> None:
        """One thread is done."""
        with self._turn:
            self._yield()

    def _yield(self) -> None:
        self._awake -= 1
        if not self._awake and self._asleep:
            self.now, self._up = heapq.heappop(self._asleep)
            self._awake = 1
            self._turn.notify_all()


class Api:
    """An API that counts requests, in place of a client's transport.

    Args:
        clock: The true time.
        mode: "fixed" for minutes of the clock; "sliding" for the last 60 seconds; "strict" if refused ones count, too.
        header: What a 429 names: None, "seconds", "date", or "soon", which is always one second.
        others: When another job sends its requests, for ever. It has no patience: what is refused is not sent again.
        dated: Whether answers have a date.
        limit: Requests a minute.
        latency: Seconds that an answer takes, more or less.
    """

    def __init__(
        self,
        clock: Clock,
        mode: str,
        header: str | None = None,
        others: Iterator[float] | None = None,
        dated: bool = True,
        limit: int = LIMIT,
        latency: float = LATENCY,
    ) -> None:
        self._latency = latency
        self._clock, self._mode, self._header, self._dated, self._limit = clock, mode, header, dated, limit
        self._others = others or iter(())
        self._next_other = next(self._others, math.inf)
        self._counted: deque[float] = deque()
        self._random = random.Random(mode)
        self.created: list[str] = []
        self.refused: list[float] = []

    def send(self, request: Any, _auth: Any, _at_most: float | None = None) -> Answer:
        latency = self._latency * self._random.uniform(0.5, 1.5)
        self._clock.sleep(latency / 2)
        now = self._clock.now
        while self._next_other <= now:
            self._count(self._next_other)
            self._next_other = next(self._others)
        wait = self._count(now)
        headers = {"Date": formatdate(math.floor(now), usegmt=True)} if self._dated else {}
        if wait is None:
            if request.method == "POST":
                self.created.append(request.body)
            answer = Answer(request.expect, headers, b"{}")
        else:
            self.refused.append(now)
            if self._header == "seconds":
                headers["Retry-After"] = str(math.ceil(wait))
            elif self._header == "soon":
                headers["Retry-After"] = "1"
            elif self._header == "date":
                headers["Retry-After"] = formatdate(math.ceil(now + wait), usegmt=True)
            answer = Answer(429, headers, b"Retry later\n")
        self._clock.sleep(latency / 2)
        return answer

    def _count(self, now: float) -> float | None:
        """Return None if a request passes, otherwise the seconds until one would."""
        end_of = _end_of_minute if self._mode == "fixed" else _a_minute_after
        while self._counted and end_of(self._counted[0]) <= now:
            self._counted.popleft()
        passes = len(self._counted) < self._limit
        if passes or self._mode == "strict":
            self._counted.append(now)
        return None if passes else end_of(self._counted[-self._limit]) - now


def _end_of_minute(moment: float) -> float:
    return math.floor(moment / MINUTE) * MINUTE + MINUTE


def _a_minute_after(moment: float) -> float:
    return moment + MINUTE


def steady(start: float) -> Iterator[float]:
    """The other job asks every 1.5 seconds. It has been at it for some minutes."""
    first = math.floor(start / MINUTE) * MINUTE - 3 * MINUTE + 0.7
    return (first + number * MINUTE / OTHERS for number in itertools.count())


def bursting(start: float) -> Iterator[float]:
    """The other job asks as soon as a minute of the clock begins, faster than anyone else."""
    first = math.floor(start / MINUTE) * MINUTE - 3 * MINUTE
    return (first + MINUTE * (number // OTHERS) + 0.001 * (number % OTHERS) for number in itertools.count())


JOBS: dict[str, Callable[[float], Iterator[float]]] = {
    "alone": lambda start: iter(()),
    "beside a steady job": steady,
    "beside a bursting job": bursting,
}


def best_time(start: float, mode: str, budget: int, latency: float = LATENCY) -> float:
    """Seconds for all requests if each goes out at the first moment at which the budget has room for it."""
    moments: list[float] = []
    now = start
    for _request in range(CREATIONS + 1):
        if len(moments) >= budget:
            oldest = moments[-budget]
            now = max(now, _end_of_minute(oldest) if mode == "fixed" else _a_minute_after(oldest))
        moments.append(now)
        now += latency
    return now - start


def create_all(client: Client, name: str = "project") -> None:
    client.get("/v1/projects")
    for number in range(CREATIONS):
        client.write("POST", "/v1/projects", 201, f"{name}-{number}")


@pytest.fixture
def tell(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """Makes the client and the answers live by a clock."""

    def use(clock: Any) -> None:
        for name in ("_allowance", "_client", "_answers"):
            monkeypatch.setattr(f"{MODULE_UTILS}.{name}.time", clock)

    return use


@pytest.fixture
def client(connect: Any) -> Callable[..., Client]:
    def make(api: Api, max_wait: float = 3600, **keywords: Any) -> Client:
        made = Client(connect(max_wait=max_wait), **keywords)
        made._transport = api
        return made

    return make


def measure(
    tell: Any, client: Any, mode: str, job: str, start: float, skew: float = 0.0, **api: Any
) -> tuple[float, int]:
    """Create all, each once, and return the ratio to the best possible time, and the number of refused requests."""
    clock = Clock(MIDNIGHT + start, skew)
    tell(clock)
    server = Api(clock, mode, others=JOBS[job](clock.now), **api)
    create_all(client(server))
    assert server.created == [f"project-{number}" for number in range(CREATIONS)]
    budget = LIMIT if job == "alone" else LIMIT - OTHERS
    latency = api.get("latency", LATENCY)
    best = best_time(MIDNIGHT + start, "fixed" if mode == "fixed" else "sliding", budget, latency)
    return (clock.now - MIDNIGHT - start) / best, len(server.refused)


# What the limit costs


@pytest.mark.parametrize("job", JOBS)
@pytest.mark.parametrize("header", [None, "seconds", "date"], ids=str)
@pytest.mark.parametrize("mode", ["fixed", "sliding"])
def test_the_budget_is_used_up_and_little_is_refused(tell: Any, client: Any, mode: str, header: Any, job: str) -> None:
    for start, skew in STARTS:
        ratio, refused = measure(tell, client, mode, job, start, skew, header=header)
        assert ratio <= 1.05, (start, skew)
        assert refused <= 40, (start, skew)


@pytest.mark.parametrize("job", ["alone", "beside a bursting job"])
@pytest.mark.parametrize("header", [None, "seconds"], ids=str)
@pytest.mark.parametrize("latency", [0.5, 0.9, 1.5])
def test_a_slow_api_with_a_sliding_count(tell: Any, client: Any, latency: float, header: Any, job: str) -> None:
    """Places come back one by one then, and waiting for more than one of them would be time lost."""
    for start, skew in STARTS:
        ratio, refused = measure(tell, client, "sliding", job, start, skew, header=header, latency=latency)
        assert ratio <= 1.05, (start, skew)
        assert refused <= 40, (start, skew)


@pytest.mark.parametrize("job", JOBS)
@pytest.mark.parametrize("header", [None, "seconds", "date"], ids=str)
def test_an_api_that_counts_refused_requests_too(tell: Any, client: Any, header: Any, job: str) -> None:
    """Every refusal costs a place then, which asking every few seconds would never get back."""
    for start, skew in STARTS:
        ratio, refused = measure(tell, client, "strict", job, start, skew, header=header)
        assert ratio <= 1.05, (start, skew)
        assert refused <= 40, (start, skew)


@pytest.mark.parametrize("job", JOBS)
@pytest.mark.parametrize("mode", ["fixed", "sliding"])
def test_without_a_date_and_with_a_wrong_clock(tell: Any, client: Any, mode: str, job: str) -> None:
    """The full minute is where our own clock has it, which is wrong, and has to be unlearned."""
    for start, skew in STARTS:
        ratio, refused = measure(tell, client, mode, job, start, skew, dated=False)
        assert ratio <= 1.06, (start, skew)
        assert refused <= 40, (start, skew)


@pytest.mark.parametrize("mode", ["fixed", "sliding"])
def test_a_retry_after_that_comes_too_soon_is_not_believed_for_ever(tell: Any, client: Any, mode: str) -> None:
    for start, skew in STARTS:
        clock = Clock(MIDNIGHT + start, skew)
        tell(clock)
        server = Api(clock, mode, header="soon")
        create_all(client(server))
        assert clock.now - MIDNIGHT - start <= 1.05 * best_time(MIDNIGHT + start, mode, LIMIT)
        assert len(server.refused) <= 40


@pytest.mark.parametrize("mode", ["fixed", "sliding", "strict"])
@pytest.mark.parametrize("limit", [3, 7, 600])
def test_another_limit_than_the_documented_one_is_survived(tell: Any, client: Any, mode: str, limit: int) -> None:
    clock = Clock(MIDNIGHT + 7)
    tell(clock)
    server = Api(clock, mode, limit=limit)
    create_all(client(server, max_wait=10**6))
    assert len(server.created) == CREATIONS
    assert len(server.refused) <= 4 * math.ceil(CREATIONS / limit) + 40


@pytest.mark.parametrize("mode", ["fixed", "sliding"])
def test_three_tasks_at_once_come_through(tell: Any, client: Any, mode: str) -> None:
    start = MIDNIGHT + 17
    clock = SharedClock(start, 3)
    tell(clock)
    server = Api(clock, mode)

    def task(name: str) -> None:
        try:
            create_all(client(server), name)
        finally:
            clock.leave()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(task, "abc"))
    assert sorted(server.created) == sorted(f"{name}-{number}" for name in "abc" for number in range(CREATIONS))
    # 603 requests at 60 a minute.
    assert clock.now - start <= 1.05 * (10 * MINUTE + 2)
    assert len(server.refused) <= 3 * 40


# What it may cost


def test_the_default_of_max_wait_is_enough(tell: Any, client: Any) -> None:
    for mode, (start, skew) in itertools.product(["fixed", "sliding"], STARTS):
        clock = Clock(MIDNIGHT + start, skew)
        tell(clock)
        server = Api(clock, mode)
        create_all(client(server, max_wait=300))
        assert len(server.created) == CREATIONS


@pytest.mark.parametrize("max_wait", [0, 1, 20, 70])
@pytest.mark.parametrize("header", [None, "seconds"], ids=str)
@pytest.mark.parametrize("mode", ["fixed", "sliding"])
def test_max_wait_ends_it(tell: Any, client: Any, mode: str, header: Any, max_wait: float) -> None:
    clock = Clock(MIDNIGHT)
    tell(clock)
    server = Api(clock, mode, header)
    with pytest.raises(RateLimitError) as error:
        create_all(client(server, max_wait=max_wait))
    assert not error.value.outcome_unknown
    assert str(error.value).startswith("POST /v1/projects was answered 429: Retry later.")
    assert f"max_wait ({max_wait} s) leaves no time to repeat that." in str(error.value)
    created = len(server.created)
    assert server.created == [f"project-{number}" for number in range(created)]
    assert created == (119 if max_wait == 70 else 59)
    # What was waited, and the requests: most of max_wait was used, unless the API says that it would be in vain.
    spent = clock.now - MIDNIGHT - (created + 1) * LATENCY
    assert spent <= max_wait + 5
    if header is None:
        assert spent >= 0.9 * max_wait - 5


# The rule, one refusal at a time


def pauses(limit: RateLimit, count: int, asked: float | None = None, now: float = 100.0) -> list[float]:
    """The pauses that follow upon each other if nothing ever passes. At 150, a minute of the clock is full."""
    found = []
    for _time in range(count):
        limit.answered(now, MIDNIGHT + now - 150.0, refused=True)
        found.append(limit.pause(now, asked, LONGEST_RETRY_AFTER).seconds)
        now += found[-1]
    return found


def test_tries_on_the_off_chance_become_rare() -> None:
    assert pauses(RateLimit(), 6) == [FIRST_TRY, 8.0, 16.0, 22.0, LONGEST_TRY, LONGEST_TRY]


def test_a_try_that_earned_much_makes_the_next_ones_sooner() -> None:
    limit = RateLimit()
    pauses(limit, 6)
    for _request in range(5):
        limit.answered(300.0, MIDNIGHT + 150.0, refused=False)
    assert pauses(limit, 1, now=301.0) == [LONGEST_TRY / 2]


def test_the_end_of_a_minute_is_not_waited_for_without_a_breath() -> None:
    limit = RateLimit()
    limit.answered(100.0, MIDNIGHT + 59.99, refused=True)
    assert limit.pause(100.0, None, LONGEST_RETRY_AFTER).seconds == SOONEST_RETRY


def test_a_full_minute_is_waited_for_until_it_was_in_vain() -> None:
    limit = RateLimit()
    assert sum(pauses(limit, 4)) == 50.0
    assert pauses(limit, 1, now=205.0) == [LONGEST_TRY]


def test_own_requests_are_waited_for() -> None:
    limit = RateLimit()
    for number in range(60):
        limit.answered(100.0 + 0.1 * number, MIDNIGHT - 50.0, refused=False)
    # The fifth is a minute old at 160.4.
    assert list(itertools.accumulate(pauses(limit, 5, now=106.0), initial=106.0))[1:] == pytest.approx(
        [110.0, 118.0, 134.0, 150.0, 160.4]
    )


@pytest.mark.parametrize("asked", [0.0, 0.4, SOONEST_RETRY, 1.0, 59.0, 61.0, 1e9])
def test_no_header_makes_it_busy_or_sleep_too_long(asked: float) -> None:
    for pause in pauses(RateLimit(), 20, asked):
        assert SOONEST_RETRY <= pause <= LONGEST_RETRY_AFTER
        assert pause >= min(asked, LONGEST_RETRY_AFTER)


@pytest.mark.parametrize("asked", [0.0, 0.4])
def test_a_header_that_asks_for_nothing_says_nothing(asked: float) -> None:
    assert pauses(RateLimit(), 6, asked) == pauses(RateLimit(), 6)


def test_a_header_that_was_wrong_is_the_least_to_wait() -> None:
    assert pauses(RateLimit(), 4, asked=1.0) == [1.0, 8.0, 16.0, 25.0]
    assert pauses(RateLimit(), 3, asked=45.0) == [45.0, 45.0, 45.0]


def test_a_pause_cut_short_proves_nothing() -> None:
    limit = RateLimit()
    limit.answered(100.0, MIDNIGHT + 57.0, refused=True)
    assert limit.pause(100.0, None, LONGEST_RETRY_AFTER).seconds == 3.0
    assert limit.pause(101.0, None, LONGEST_RETRY_AFTER).seconds == 2.0


def test_the_clock_is_known_to_less_than_a_second() -> None:
    """Of the dates of several answers, which have whole seconds, the latest is nearest to the truth."""
    limit = RateLimit()
    for tenth in range(10):
        now = 100.0 + tenth / 10
        limit.answered(now, math.floor(MIDNIGHT + 57.75 + tenth / 10), refused=False)
    assert limit.pause(101.0, None, LONGEST_RETRY_AFTER).seconds == pytest.approx(60 - 58.75, abs=0.1)
