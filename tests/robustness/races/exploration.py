# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a race that is arranged to a verdict: all its orders, what must hold, and what running a job again comes to.

A failure tells the order, each request with its answer, and what each job said. The same test, run again, fails at
the same order: `make robustness ARGS="-k 'test_create and seed7'"`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from simulator import Simulator

from . import invariants
from .job import Job
from .race import Arena, Run
from .schedule import Choices, Every, Seed

# Orders of a test that are chosen by a seed.
SEEDS = 50


def racing(*switches: Mapping[str, Any], every: int = 2) -> pytest.MarkDecorator:
    """Give a test the parameters `count`, `schedule` and `switches`: how many jobs, in which orders, with what API.

    Args:
        switches: Ways in which the API may behave, the most telling first. Without any, it is the usual one.
        every: In how many of these ways two jobs are tried in all the orders that there are. With 0 there are too many
            orders, and seeds choose some for two jobs as they do for three. Seeds take turns among the ways.
    """
    ways = switches or ({},)
    cases = [pytest.param(2, Every(), way, id=f"2-every{_suffix(way)}") for way in ways[:every]]
    for number in range(SEEDS):
        count = 3 if every or number % 2 else 2
        way = ways[(number if every else number // 2) % len(ways)]
        cases.append(pytest.param(count, Seed(number), way, id=f"{count}-seed{number}{_suffix(way)}"))
    return pytest.mark.parametrize("count, schedule, switches", cases)


def _suffix(switches: Mapping[str, Any]) -> str:
    return "".join(f"-{name}={value}" for name, value in switches.items())


def crowd(count: int, schedule: Seed | Every, *jobs: Job) -> list[Job]:
    """Return so many jobs: each of these, and again from the start; every other pair of seeds has them turned round."""
    turned = isinstance(schedule, Seed) and schedule.number % 4 > 1
    ordered = jobs[::-1] if turned else jobs
    return [ordered[place % len(ordered)] for place in range(count)]


class Exploration:
    """Lets jobs race, and judges each run."""

    def __init__(self, arena: Arena) -> None:
        self._arena = arena

    def __call__(
        self,
        arrange: Callable[[Simulator], Sequence[Job]],
        schedule: Seed | Every,
        judge: Callable[[Run], object],
        may_fail: bool = False,
        switches: Mapping[str, Any] | None = None,
    ) -> int:
        """Try a race in each order of a schedule.

        Args:
            arrange: Makes what there is before, and returns the jobs.
            schedule: The orders.
            judge: Fails if a run is not as it should be, beyond what holds for all.
            may_fail: Whether a job that loses may fail.
            switches: How the API behaves.

        Returns: The number of runs.
        """
        count = 0
        for choices in schedule.orders():
            self._arena.set_up(dict(switches or {}))
            jobs = arrange(self._arena.sim)
            run = self._arena.race(jobs, choices)
            place = schedule.number if isinstance(schedule, Seed) else count
            try:
                invariants.check(run)
                assert may_fail or not run.failed, f"failed: {run.failed}"
                judge(run)
                self._again(run, jobs[place % len(jobs)])
            except AssertionError as error:
                raise AssertionError(f"{error}\n{run.story()}") from error
            count += 1
        return count

    def _again(self, run: Run, job: Job) -> None:
        """Run a job alone twice more: it comes to what it wants, or cannot, and then nothing changes any more."""
        self._arena.catch_up()
        story = run.story()
        second = self._arena.race([job], Choices(), (*run.past, *run.history))
        self._arena.catch_up()
        third = self._arena.race([job], Choices(), (*second.past, *second.history))
        for alone in (second, third):
            try:
                invariants.check(alone)
                if not alone.failed:
                    assert invariants.fulfilled(job[-1], alone.end), "succeeded, and it is not so"
            except AssertionError as error:
                raise AssertionError(f"{error}\nalone:\n{alone.story()}\nafter:\n{story}") from error
        assert not third.changed, f"the third time still changed something:\n{third.story()}"
        assert second.failed == third.failed, f"the third time ended otherwise:\n{second.story()}\n{third.story()}"


def one_changed(run: Run) -> None:
    """Among equals, one changes something, and the others find it done."""
    assert len(run.changed) == 1, f"changed: {run.changed}"


def idle_if_so_before(run: Run) -> None:
    """Somebody changes something, and nobody who comes after the first write does."""
    assert run.changed, "nobody changed anything"
    for done in run.done:
        late = invariants.fulfilled(done.task, done.seen[0])
        assert not (late and done.ending.changed), f"job {done.job} changed what was so before"


def anything(_run: Run) -> None:
    """Accept whatever holds for every race."""
