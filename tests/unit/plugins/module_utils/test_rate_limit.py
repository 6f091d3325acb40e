# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""200 creations against 60 requests a minute, however the API counts them. The hours here are virtual."""

from __future__ import annotations

import heapq
import math
import random
from collections import deque
from collections.abc import Callable, Iterator

import pytest
from ansible_collections.community.scalingo.plugins.module_utils._errors import RateLimitError
from ansible_collections.community.scalingo.plugins.module_utils._http.retry import delay

CREATIONS = 200
LIMIT, MINUTE = 60, 60.0
BETWEEN_OTHERS = 1.5  # seconds, so another job takes 40 of the 60
LATENCY = 0.1  # seconds from request to response, more or less
STARTS = [0.0, 19.5, 45.5, 59.9]  # seconds after the full minute
# How many jobs there are, and whether another one takes 40 of the 60.
JOBS = {"alone": (1, False), "beside a steady job": (1, True), "three at once": (3, False)}

Delay = Callable[[RateLimitError, int], float]


class Api:
    """An API that counts requests.

    Args:
        start: The time.
        mode: "fixed" for minutes of the clock, "sliding" for the last 60 seconds.
        others: Whether another job sends requests at a steady pace. What is rejected of them is not sent again.
    """

    def __init__(self, start: float, mode: str, others: bool) -> None:
        self.now, self._mode = start, mode
        self._next_other = start - 2 * MINUTE if others else math.inf
        self._counted: deque[float] = deque()
        self.rejected = 0

    def send(self) -> float | None:
        """Return None if a request of now passes, else the seconds until one may."""
        while self._next_other <= self.now:
            self._count(self._next_other)
            self._next_other += BETWEEN_OTHERS
        wait = self._count(self.now)
        self.rejected += wait is not None
        return wait

    def _count(self, now: float) -> float | None:
        oldest = math.floor(now / MINUTE) * MINUTE if self._mode == "fixed" else math.nextafter(now - MINUTE, now)
        while self._counted and self._counted[0] < oldest:
            self._counted.popleft()
        passes = len(self._counted) < LIMIT
        end = oldest + MINUTE if self._mode == "fixed" or not self._counted else self._counted[0] + MINUTE
        if passes:
            self._counted.append(now)
        return None if passes else end - now


def job(api: Api, creations: int, header: bool, delay: Delay) -> Iterator[float]:
    """Create projects, and give the seconds to sleep before each next thing to do, as the client does."""
    for _creation in range(creations):
        tries = 0
        while True:
            tries += 1
            yield LATENCY * random.uniform(0.25, 0.75)
            wait = api.send()
            yield LATENCY * random.uniform(0.25, 0.75)
            if wait is None:
                break
            after = float(math.ceil(wait)) if header else None
            yield delay(RateLimitError("", 429, "POST", "/v1/projects", retry_after=after), tries)


def seconds(jobs: str, mode: str, header: bool, delay: Delay) -> float:
    """Return the seconds that all creations take, from all starts together."""
    random.seed(7)
    (count, others), total = JOBS[jobs], 0.0
    for start in STARTS:
        api = Api(6_000_000.0 + start, mode, others)
        running = [job(api, len(range(number, CREATIONS, count)), header, delay) for number in range(count)]
        asleep = [(api.now, number) for number in range(count)]
        while asleep:
            api.now, number = heapq.heappop(asleep)
            for pause in running[number]:
                heapq.heappush(asleep, (api.now + pause, number))
                break
        total += api.now - 6_000_000.0 - start
        assert delay is eager or api.rejected < 150
    return total


def eager(_error: RateLimitError, _tries: int) -> float:
    """Send a rejected request again at once: no job can be done earlier."""
    return 0.02


@pytest.mark.parametrize("header", [False, True])
@pytest.mark.parametrize("jobs", JOBS)
@pytest.mark.parametrize("mode", ["fixed", "sliding"])
def test_creations_take_at_most_ten_percent_longer_than_they_must(mode: str, jobs: str, header: bool) -> None:
    assert seconds(jobs, mode, header, delay) <= 1.10 * seconds(jobs, mode, False, eager)
