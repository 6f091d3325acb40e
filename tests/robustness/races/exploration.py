# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a race to a verdict: its orders, what must hold, and what running a job again comes to.

A failure tells the order, each request with its response, and what each job said. The same test, run again, fails at
the same order: `make robustness ARGS="-k 'create and seed7'"`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from simulator import Simulator

from . import invariants
from .race import Arena, Choices, Job, Run, orders

# Orders of a race that are chosen by a seed.
SEEDS = 16
Ways = tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Race:
    """Jobs that race, and what has to come of it beyond what holds for all races.

    Attributes:
        before: What exists: projects by name, `app` or `data` in the project web, an invitation by the invited user.
        jobs: Each of these runs; and again from the start, if there are to be more jobs.
        ways: Ways in which the API may behave, the most telling first.
        judge: Fails if a run is not as it should be.
        may_fail: Whether a job that loses may fail, or with which switch it may.
        every: In how many of the ways two jobs are tried in all the orders that there are. With 0 there are too many
            orders, and seeds choose some for two jobs as they do for three. Seeds take turns among the ways.
    """

    before: str
    jobs: tuple[Job, ...]
    ways: Ways = ({},)
    judge: Callable[[Run], object] = lambda run: None
    may_fail: bool | str = True
    every: int = 0

    def cases(self, name: str) -> Iterator[Any]:
        """Give the parameters of a test: how many jobs, in which orders, with what API."""
        for way in self.ways[: self.every]:
            yield pytest.param(self, 2, None, way, id=f"{name}-2-every{_suffix(way)}")
        for number in range(SEEDS):
            count = 3 if self.every or number % 2 else 2
            way = self.ways[(number if self.every else number // 2) % len(self.ways)]
            yield pytest.param(self, count, number, way, id=f"{name}-{count}-seed{number}{_suffix(way)}")

    def crowd(self, count: int, seed: int | None) -> list[Job]:
        """Return so many jobs; every other pair of seeds has them in reverse order."""
        jobs = self.jobs[::-1] if seed is not None and seed % 4 > 1 else self.jobs
        return [jobs[place % len(jobs)] for place in range(count)]


def _suffix(switches: Mapping[str, Any]) -> str:
    return "".join(f"-{name}={value}" for name, value in switches.items())


def arrange(sim: Simulator, words: str) -> list[str]:
    """Make what exists before a race, and return the names of the applications and databases."""
    resources = []
    for word in words.split():
        if word in ("app", "lonely", "data"):
            resources.append("data" if word == "data" else "shop")
            sim.add_application("prj-web", resources[-1], databases=word == "data")
            for username in ("tomasz", "ines") if word != "lonely" else ():
                sim.set_collaborator(resources[-1], username)
        elif word in ("tomasz", "ines"):
            sim.add_invitation("prj-web", word, id="tin-1")
        else:
            sim.add_project("mireille", word.lstrip("*"), default=word.startswith("*"), id=f"prj-{word.lstrip('*')}")
    return resources


def explore(arena: Arena, race: Race, count: int, seed: int | None, switches: Mapping[str, Any]) -> None:
    """Try a race in the order of a seed, or without one, in each order that there is."""
    may_fail = bool(switches.get(race.may_fail)) if isinstance(race.may_fail, str) else race.may_fail
    for place, choices in enumerate(orders(seed), seed or 0):
        arena.set_up(switches)
        arena.resources += arrange(arena.sim, race.before)
        jobs = race.crowd(count, seed)
        run = arena.race(jobs, choices)
        try:
            invariants.check(run)
            assert may_fail or not run.failed, f"failed: {run.failed}"
            race.judge(run)
            _again(arena, run, jobs[place % len(jobs)])
        except AssertionError as error:
            raise AssertionError(f"{error}\n{run.story()}") from error


def _again(arena: Arena, run: Run, job: Job) -> None:
    """Run a job alone twice more: it comes to what it wants, or cannot, and then nothing changes any more."""
    arena.catch_up()
    second = arena.race([job], Choices(), (*run.past, *run.history))
    arena.catch_up()
    third = arena.race([job], Choices(), (*second.past, *second.history))
    for alone in (second, third):
        try:
            invariants.check(alone)
            if not alone.failed:
                assert invariants.fulfilled(job[-1], alone.end), "succeeded, and it is not so"
        except AssertionError as error:
            raise AssertionError(f"{error}\nalone:\n{alone.story()}\nafter:\n{run.story()}") from error
    assert not third.changed, f"the third time still changed something:\n{third.story()}"
    assert second.failed == third.failed, f"the third time ended otherwise:\n{second.story()}\n{third.story()}"
