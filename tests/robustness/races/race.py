# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Races: jobs in threads, of which one at a time does anything, and what there was after each of their requests.

A job is tasks one after the other, each the work of a module below what Ansible adds, until one fails. It runs until it
sends a request, which waits at the gate of the simulator until it is its turn; the next turn comes when no job is
running. Time is that of the simulator's clock: it passes with each request, and when a job sleeps, which takes no real
time.
"""

from __future__ import annotations

import random
import re
import threading
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import requests
from ansible_collections.community.scalingo.plugins.module_utils._options import CONNECTION_SPEC
from ansible_collections.community.scalingo.plugins.module_utils._task import run_task
from ansible_collections.community.scalingo.plugins.modules import (
    scalingo_project,
    scalingo_project_collaborator,
    scalingo_project_transfer,
    scalingo_project_transfers,
    scalingo_projects,
)
from simulator import Simulator
from simulator.models import SimulatorError

from ..module_process import Returned
from ..operations import filled, is_write

# Real seconds that a job has until its next request. Nothing takes nearly so long.
PATIENCE = 20.0
# Seconds that a request takes by the simulator's clock.
REQUEST_SECONDS = 0.1
# Requests of a race. More would be a loop without end.
MOST_REQUESTS = 400
# An enumeration that comes to more is a mistake: such a race needs seeds.
MOST_ORDERS = 100

Object = dict[str, Any]

# What a module accepts, and what it does.
MODULES: dict[str, Any] = {
    "project": (scalingo_project.ARGUMENT_SPEC, scalingo_project.ensure_project),
    "projects": (scalingo_projects.ARGUMENT_SPEC, scalingo_projects.ensure_projects),
    "transfer": (scalingo_project_transfer.ARGUMENT_SPEC, scalingo_project_transfer.ensure_transfer),
    "transfers": (scalingo_project_transfers.ARGUMENT_SPEC, scalingo_project_transfers.ensure_transfers),
    "collaborator": (scalingo_project_collaborator.ARGUMENT_SPEC, scalingo_project_collaborator.ensure_collaborator),
}


@dataclass(frozen=True)
class Task:
    """One task: who runs it, which module, and the options that are given."""

    who: str
    module: str
    options: Mapping[str, Any]

    def completed(self) -> dict[str, Any]:
        """Return all options, with the defaults that Ansible would fill in."""
        return _completed(MODULES[self.module][0], self.options)

    def __str__(self) -> str:
        return f"{self.who}: {self.module} {dict(self.options)}"


def _completed(spec: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(given) - set(spec)
    assert not unknown, f"no such options: {unknown}"
    options = {name: given.get(name, form.get("default")) for name, form in spec.items()}
    for name, form in spec.items():
        if form.get("elements") == "dict":
            options[name] = [_completed(form["options"], item) for item in options[name]]
    return options


# Tasks one after the other.
Job = tuple[Task, ...]


def job(who: str, module: str, **options: Any) -> Job:
    """Return a job with one task: `job("mireille", "project", name="web")`."""
    return (Task(who, module, options),)


@dataclass(frozen=True)
class Ending(Returned):
    """How a task ended: with a result, with a failure of its own, or with a traceback."""

    result: Mapping[str, Any]
    crash: str = ""

    def __str__(self) -> str:
        if self.crash:
            return f"CRASH {self.crash}"
        return ("FAILED " if self.failed else "ok ") + ("changed " if self.changed else "") + self.msg


def carry_out(task: Task, sim: Simulator, agent: str) -> Ending:
    """Run a task to its end, as the edge to Ansible does."""
    try:
        bearer = next(account for account in sim.accounts if account.username == task.who).bearer()
        connection = {"api_url": sim.api_url, "auth_url": sim.auth_url, "bearer_token": bearer}
        options = {**filled(task.completed(), sim), **_completed(CONNECTION_SPEC, connection)}
        return Ending(run_task(MODULES[task.module][1], options, agent=agent))
    except Exception:
        return Ending({"failed": True}, crash=traceback.format_exc())


class Choices:
    """The choices of one run: those that were told, then free ones, all of them noted."""

    def __init__(self, told: tuple[int, ...] = (), free: random.Random | None = None) -> None:
        self._told = told
        self._free = free
        self.taken: list[tuple[int, int]] = []

    def among(self, count: int) -> int:
        """Return the next choice among so many, and note it with their number."""
        place = len(self.taken)
        free = self._free.randrange(count) if self._free else 0
        self.taken.append((self._told[place] if place < len(self._told) else free, count))
        return self.taken[-1][0]

    def __str__(self) -> str:
        return "".join(str(choice) for choice, _count in self.taken)


def orders(seed: int | None) -> Iterator[Choices]:
    """Give the choices of one run by a seed, or without one, of each run: all orders that there are.

    Each run has to be over before the next one is asked for: its last choice that can be another one becomes that.
    """
    if seed is not None:
        # A generator of its own, so that nothing else that draws from it can change the order.
        yield Choices(free=random.Random(seed))
        return
    told: tuple[int, ...] = ()
    for _run in range(MOST_ORDERS):
        choices = Choices(told)
        yield choices
        taken = choices.taken
        while taken and taken[-1][0] + 1 == taken[-1][1]:
            taken.pop()
        if not taken:
            return
        told = (*(one for one, _count in taken[:-1]), taken[-1][0] + 1)
    raise AssertionError(f"there are more than {MOST_ORDERS} orders: use seeds")


@dataclass(frozen=True)
class Snapshot:
    """What there is at one moment, as the API shows it."""

    projects: tuple[Object, ...]
    invitations: tuple[Object, ...]
    collaborators: tuple[Object, ...] = ()


@dataclass(frozen=True)
class Turn:
    """One request: whose it was, for which of its tasks, and the response."""

    job: int
    task: int
    method: str
    path: str
    status: int
    body: Any

    @property
    def wrote(self) -> bool:
        """Whether it was a write that was done."""
        return is_write(self.method, self.path) and 200 <= self.status < 300


@dataclass(frozen=True)
class Done:
    """A task that has come to its end, with its requests.

    `seen` is what there was before its first request, and after each request of any job until its last one; `before`
    is what there was earlier.
    """

    job: int
    task: Task
    ending: Ending
    turns: tuple[Turn, ...]
    seen: tuple[Snapshot, ...]
    before: tuple[Snapshot, ...]

    @property
    def writes(self) -> list[Turn]:
        """Its writes that were done."""
        return [turn for turn in self.turns if turn.wrote]


@dataclass
class Run:
    """One race that is over."""

    jobs: Sequence[Job]
    choices: Choices
    # Those that are not as usual.
    switches: Object
    history: list[Snapshot]
    past: tuple[Snapshot, ...] = ()
    turns: list[Turn] = field(default_factory=list)
    endings: list[tuple[int, int, Ending]] = field(default_factory=list)

    @property
    def done(self) -> list[Done]:
        """The tasks that were begun, in the order of their ends."""
        return [self._done(*one) for one in self.endings]

    @property
    def changed(self) -> list[int]:
        """The jobs that have changed something."""
        return sorted({job for job, _number, ending in self.endings if ending.changed})

    @property
    def failed(self) -> list[int]:
        """The jobs that have failed."""
        return sorted({job for job, _number, ending in self.endings if ending.failed})

    @property
    def end(self) -> Snapshot:
        """What there is at last."""
        return self.history[-1]

    def story(self) -> str:
        """Tell what happened, to the reader of a failure."""
        lines = [f"order {self.choices}, switches {self.switches}"]
        lines += [f"job {number}: {task}" for number, job in enumerate(self.jobs) for task in job]
        lines += [f"  {turn.job}: {turn.method} {turn.path} {turn.status} {turn.body or ''}" for turn in self.turns]
        lines += [f"job {job}, task {number}: {ending}" for job, number, ending in self.endings]
        return "\n".join(lines)

    def _done(self, job: int, number: int, ending: Ending) -> Done:
        places = [place for place, turn in enumerate(self.turns) if (turn.job, turn.task) == (job, number)]
        first, last = (places[0], places[-1]) if places else (0, -2)
        return Done(
            job,
            self.jobs[job][number],
            ending,
            tuple(self.turns[place] for place in places),
            tuple(self.history[first : last + 2]),
            (*self.past, *self.history[:first]),
        )


class Turns:
    """The gate at which each job's next request waits for its turn."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._running: set[int] = set()
        self._waiting: set[int] = set()
        self._turn: int | None = None
        self._race = 0

    def begin(self) -> None:
        """A race begins. What still waits since one that was broken off is sent away."""
        with self._changed:
            self._race += 1
            self._running.clear()
            self._waiting.clear()
            self._turn = None
            self._changed.notify_all()

    def gate(self, request: Any) -> None:
        """Let a request wait. Those of no job go through."""
        found = re.search(r"\(race job (\d+);", request.headers.get("User-Agent", ""))
        if found is None:
            return
        job = int(found.group(1))
        with self._changed:
            race = self._race
            self._running.discard(job)
            self._waiting.add(job)
            self._changed.notify_all()
            assert self._changed.wait_for(lambda: race != self._race or self._turn == job, PATIENCE), "no turn came"
            assert race == self._race, "its race was broken off"
            self._turn = None
            self._waiting.discard(job)

    def end(self, job: int) -> None:
        """A job has come to its end."""
        with self._changed:
            self._running.discard(job)
            self._changed.notify_all()

    def waiting(self) -> list[int]:
        """Return the jobs whose request waits, as soon as no job is running any more."""
        with self._changed:
            assert self._changed.wait_for(lambda: not self._running, PATIENCE), f"the jobs {self._running} hang"
            return sorted(self._waiting)

    def give(self, job: int, request: bool = True) -> None:
        """From now on a job is running: let its request through, if one waits."""
        with self._changed:
            self._running.add(job)
            self._turn = job if request else self._turn
            self._changed.notify_all()


class Arena:
    """Where races take place: one simulator, started once, and set up anew for each of them."""

    def __init__(self, sim: Simulator, turns: Turns) -> None:
        self.sim = sim
        self._turns = turns
        self._switches: Object = {}
        self._known: set[str] = set()
        # The applications and databases of the race, all in the project web.
        self.resources: list[str] = []
        # By job, which of its tasks it is at.
        self._at: dict[int, int] = {}

    def clock(self) -> SimpleNamespace:
        """Return what takes the place of the module `time` in the code of the jobs: sleeping takes no time of ours."""
        clock = self.sim.clock
        return SimpleNamespace(
            sleep=lambda seconds: clock.advance(seconds=seconds), monotonic=clock.timestamp, time=clock.timestamp
        )

    def set_up(self, switches: Object) -> None:
        """Begin anew, with nothing but the default projects."""
        self.sim.reset()
        self.sim.clock.freeze()
        self.sim.set(**switches)
        self._switches = switches
        self._known.clear()
        self.resources.clear()

    def catch_up(self) -> None:
        """Let so much time pass that no list lags behind any more, and no project is shown as a second default one."""
        for account in self.sim.accounts:
            headers = {"Authorization": f"Bearer {account.bearer()}"}
            for _read in range(self.sim.switches["list_lag"] + int(self.sim.switches["two_defaults"])):
                requests.get(f"{self.sim.api_url}/v1/projects", headers=headers, timeout=PATIENCE).raise_for_status()

    def race(self, jobs: Sequence[Job], choices: Choices, past: Sequence[Snapshot] = ()) -> Run:
        """Let jobs run at once, and return what became of it."""
        run = Run(jobs, choices, self._switches, [self._snapshot()], tuple(past))
        self._at = dict.fromkeys(range(len(jobs)), 0)
        self._turns.begin()
        threads = []
        for number, job in enumerate(jobs):
            self._turns.give(number, request=False)
            threads.append(threading.Thread(target=self._play, args=(run, number, job), daemon=True))
            threads[-1].start()
            self._turns.waiting()
        while waiting := self._turns.waiting():
            assert len(run.turns) < MOST_REQUESTS, f"there is no end to it\n{run.story()}"
            chosen = waiting[choices.among(len(waiting))]
            task = self._at[chosen]
            self.sim.clock.advance(seconds=REQUEST_SECONDS)
            self._turns.give(chosen)
            self._turns.waiting()
            record = self.sim.requests[-1]
            assert record.status is not None
            run.turns.append(Turn(chosen, task, record.method, record.path, record.status, record.body))
            run.history.append(self._snapshot())
        for thread in threads:
            thread.join(PATIENCE)
        return run

    def _play(self, run: Run, number: int, job: Job) -> None:
        try:
            for place, task in enumerate(job):
                self._at[number] = place
                ending = carry_out(task, self.sim, f"race job {number}")
                run.endings.append((number, place, ending))
                if ending.failed:
                    return
        finally:
            self._turns.end(number)

    def _snapshot(self) -> Snapshot:
        projects = tuple(project for account in self.sim.accounts for project in self.sim.projects(account))
        self._known.update(project["id"] for project in projects)
        invitations = tuple(each for known in sorted(self._known) for each in self.sim.invitations(known))
        people: list[Object] = []
        for name in self.resources:
            with suppress(SimulatorError):  # It may be gone, with its project.
                people += self.sim.collaborators(name)
        return Snapshot(projects, invitations, tuple(people))
