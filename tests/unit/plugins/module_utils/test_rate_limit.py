# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""200 creations against 60 requests a minute, however the API counts them. The hours here are virtual."""

from __future__ import annotations

import heapq
import itertools
import math
import random
import threading
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from ansible_collections.community.scalingo.plugins.module_utils._errors import RateLimitError
from ansible_collections.community.scalingo.plugins.module_utils._http import client as client_file
from ansible_collections.community.scalingo.plugins.module_utils._http import retry
from ansible_collections.community.scalingo.plugins.module_utils._http.client import Client
from ansible_collections.community.scalingo.plugins.module_utils._http.response import Response

CREATIONS = 200
LIMIT, MINUTE = 60, 60.0
BETWEEN_OTHERS = 1.5  # seconds, so another job takes 40 of the 60
LATENCY = 0.1  # seconds from request to response, more or less
STARTS = [0.0, 19.5, 45.5, 59.9]  # seconds after the full minute
# The first job, and how many there are; whether another one takes 40 of the 60.
JOBS = {"alone": (1, False), "beside a steady job": (1, True), "three at once": (3, False)}


class Clock:
    """A clock for several threads, of which one runs at a time: the one that wakes up first."""

    def __init__(self, start: float, sleepers: int) -> None:
        self.now = start
        self._turn = threading.Condition()
        self._asleep: list[tuple[float, int]] = []
        self._awake = sleepers
        self._tickets = itertools.count()
        self._up = -1

    def time(self) -> float:
        return self.now

    monotonic = time

    def sleep(self, seconds: float) -> None:
        with self._turn:
            ticket = next(self._tickets)
            heapq.heappush(self._asleep, (self.now + seconds, ticket))
            self.leave()
            assert self._turn.wait_for(lambda: self._up == ticket, timeout=60)

    def leave(self) -> None:
        """One thread sleeps, or is done."""
        with self._turn:
            self._awake -= 1
            if not self._awake and self._asleep:
                self.now, self._up = heapq.heappop(self._asleep)
                self._awake = 1
                self._turn.notify_all()


class Api:
    """An API that counts requests, in place of a client's transport.

    Args:
        clock: The time.
        mode: "fixed" for minutes of the clock, "sliding" for the last 60 seconds.
        header: Whether a 429 has Retry-After.
        others: Whether another job sends requests at a steady pace. What is rejected of them is not sent again.
        rejected_count: Whether rejected requests count, too.
    """

    def __init__(self, clock: Clock, mode: str, header: bool, others: bool, rejected_count: bool = False) -> None:
        self._clock, self._mode, self._header, self._rejected_count = clock, mode, header, rejected_count
        self._next_other = clock.now - 2 * MINUTE if others else math.inf
        self._counted: deque[float] = deque()
        self._random = random.Random(mode)
        self.created: list[Any] = []
        self.rejected = 0

    def send(self, request: Any, _authorization: str, _at_most: float) -> Response:
        self._clock.sleep(LATENCY * self._random.uniform(0.25, 0.75))
        now = self._clock.now
        while self._next_other <= now:
            self.count(self._next_other)
            self._next_other += BETWEEN_OTHERS
        wait = self.count(now)
        headers = {}
        if wait is None:
            self.created.append(request.body)
        else:
            self.rejected += 1
            if self._header:
                headers["Retry-After"] = str(math.ceil(wait))
        self._clock.sleep(LATENCY * self._random.uniform(0.25, 0.75))
        return Response(request, 201 if wait is None else 429, headers, b"{}")

    def count(self, now: float) -> float | None:
        """Count a request, and return None if it passes, else the seconds until one may."""
        oldest = math.floor(now / MINUTE) * MINUTE if self._mode == "fixed" else math.nextafter(now - MINUTE, now)
        while self._counted and self._counted[0] < oldest:
            self._counted.popleft()
        passes = len(self._counted) < LIMIT
        end = oldest + MINUTE if self._mode == "fixed" or not self._counted else self._counted[0] + MINUTE
        if passes or self._rejected_count:
            self._counted.append(now)
        return None if passes else end - now


def run(
    connect: Any, patch: pytest.MonkeyPatch, jobs: str, start: float, *rules: Any, max_wait: float = 80_000
) -> tuple[float, Api]:
    """Create all the projects, and return the seconds that it took."""
    count, others = JOBS[jobs]
    clock = Clock(6_000_000.0 + start, count)
    mode, header, *rest = rules
    api = Api(clock, mode, header, others, *rest)
    patch.setattr(client_file, "time", clock)
    patch.setattr(retry, "time", clock)

    def create(job: int) -> None:
        try:
            client = Client(connect(max_wait=max_wait))
            client._transport = api  # type: ignore[assignment]
            for number in range(job, CREATIONS, count):
                client.write("POST", "/v1/projects", 201, number)
        finally:
            clock.leave()

    with ThreadPoolExecutor(count) as pool:
        list(pool.map(create, range(count)))
    return clock.now - 6_000_000.0 - start, api


def bound(connect: Any, patch: pytest.MonkeyPatch, jobs: str, mode: str) -> float:
    """Return the seconds that it takes from all starts together if a rejected request is at once sent again."""
    with patch.context() as eager:
        eager.setattr(retry, "delay", lambda _error, _tries: 0.02)
        return sum(run(connect, eager, jobs, start, mode, False)[0] for start in STARTS)


@pytest.fixture(autouse=True)
def seed() -> None:
    random.seed(7)


@pytest.mark.parametrize("jobs", JOBS)
@pytest.mark.parametrize("mode", ["fixed", "sliding"])
def test_creations_take_at_most_ten_percent_longer_than_they_must(
    connect: Any, monkeypatch: pytest.MonkeyPatch, mode: str, jobs: str
) -> None:
    least = bound(connect, monkeypatch, jobs, mode)
    for header in (False, True):
        took = 0.0
        for start in STARTS:
            seconds, api = run(connect, monkeypatch, jobs, start, mode, header)
            took += seconds
            assert sorted(api.created) == list(range(CREATIONS)), "one is missing, or there twice"
            assert api.rejected < 150
        print(f"{mode}, {jobs}, {'with' if header else 'without'} Retry-After: {took / least:.3f}")
        assert took / least <= 1.10


@pytest.mark.parametrize(
    ("jobs", "most"), [("alone", 1.15), ("beside a steady job", 2.5), ("three at once", 1.8)], ids=list(JOBS)
)
@pytest.mark.parametrize("header", [False, True])
def test_creations_end_if_rejected_requests_count_too(
    connect: Any, monkeypatch: pytest.MonkeyPatch, jobs: str, most: float, header: bool
) -> None:
    """Whether they do is not known. Waits that do not grow take 3.4 times as long as they must beside a steady job."""
    least = bound(connect, monkeypatch, jobs, "sliding")
    took = 0.0
    for start in STARTS:
        seconds, api = run(connect, monkeypatch, jobs, start, "sliding", header, True)
        took += seconds
        assert sorted(api.created) == list(range(CREATIONS))
    print(f"rejected count, {jobs}, {'with' if header else 'without'} Retry-After: {took / least:.3f}")
    assert took / least <= most


def test_creations_that_need_more_than_max_wait_fail_with_the_limit_named(
    connect: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(RateLimitError) as error:
        run(connect, monkeypatch, "alone", 0.0, "fixed", False, max_wait=20)
    message = str(error.value)
    assert message.startswith(
        "Rate limit reached (60 requests per minute): POST /v1/projects returned HTTP 429. Tried "
    )
    assert message.endswith("max_wait (20 s) leaves no time for another try. Increase it or rerun later.")
