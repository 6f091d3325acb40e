# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cells of the table: one operation that one fault hits so many times, and what came of it."""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from simulator import Simulator

from ..module_process import ModuleRun, run_module
from .account import Scene, State, scene
from .kinds import FAULTS, SEQUELS, TIMEOUT, Fault
from .operations import OPERATIONS, Operation
from .refusals import Refusals

OFTEN = {"once": 1, "twice": 2, "for_ever": None}
SHORT_WAIT = 3.0  # seconds; how long a task tries whose fault never ends
PAUSES = 10.0  # seconds; all that a client may add by itself to what a fault costs
PATIENCE = 240.0


@dataclass(frozen=True)
class Cell:
    """An operation, the fault that hits its request, and how often; without a fault, how it is without one."""

    operation: str
    fault: str | None = None
    often: str = "once"
    # Check mode: the fault hits what the task reads first.
    check: bool = False
    # The fault hits the request once, and from then on nothing answers, so that nothing can be read back either.
    silence: bool = False
    # Another fault, which hits what the task sends next to the host.
    then: str | None = None

    @property
    def name(self) -> str:
        words = [self.fault or "undisturbed", *([self.then] if self.then else []), self.operation, self.often]
        return "-".join(words + ["check"] * self.check + ["silence"] * self.silence)

    @property
    def max_wait(self) -> float:
        """Enough for every fault of the cell to pass, or little if it never does."""
        times = OFTEN[self.often]
        then = SEQUELS[self.then].costs if self.then else 0
        return SHORT_WAIT if times is None else times * self.hit.costs + then + PAUSES

    @property
    def write(self) -> bool:
        """Whether the fault hits a write."""
        return self.act.write and not self.check

    @property
    def method(self) -> str:
        return "GET" if self.check else self.act.method

    @property
    def path(self) -> str:
        """A template for a pattern."""
        return "/v1/*" if self.check else self.act.path

    @property
    def act(self) -> Operation:
        return OPERATIONS[self.operation]

    @property
    def hit(self) -> Fault:
        assert self.fault is not None
        return FAULTS[self.fault]


@dataclass(frozen=True)
class Sent:
    """A request that the simulator got."""

    method: str
    host: str
    path: str
    fault: str | None
    status: int | None


@dataclass
class Evidence:
    """What a cell came to. The second run is the same task again, when the fault is over."""

    run: ModuleRun
    before: State
    after: State
    sent: list[Sent]
    path: str
    facts: list[str]
    refused: int = 0
    again: ModuleRun | None = None
    finally_: State = ()
    sent_again: list[Sent] = field(default_factory=list)

    def is_target(self, one: Sent, cell: Cell) -> bool:
        return (one.method, one.host) == (cell.method, cell.act.host) and fnmatchcase(one.path, self.path)

    def targets(self, cell: Cell) -> list[int]:
        """Where among the requests those are that the fault was meant for."""
        return [place for place, one in enumerate(self.sent) if self.is_target(one, cell)]

    def writes(self) -> list[Sent]:
        return [one for one in self.sent if is_write(one)]


def is_write(one: Sent) -> bool:
    return one.method != "GET" and not one.path.endswith("/tokens/exchange")


def play(cell: Cell, before_on_host: int = 0) -> Evidence:
    """Run a cell. `before_on_host` is how many requests the host gets before the one that the fault hits."""
    with ExitStack() as stack:
        one = scene(stack.enter_context(Simulator(**cell.act.switches)), cell.act)
        before = one.state()
        refusals = None
        if cell.fault is not None:
            refusals = _let_go_wrong(one, cell, before_on_host)
        max_wait = cell.max_wait if cell.fault else PAUSES
        run = _run(one, cell, max_wait, refusals)
        if refusals is not None:
            refusals.end()
        wait_for_the_server(one.sim)
        evidence = Evidence(
            run,
            before,
            one.state(),
            _sent(one),
            one.told(cell.path),
            [one.told(fact) for fact in cell.act.facts],
            refusals.count if refusals else 0,
        )
        if cell.often == "for_ever" or cell.then:
            one.sim.clear_faults()
            one.sim.clear_requests()
            evidence.again = _run(one, cell, PAUSES, None)
            evidence.finally_ = one.state()
            evidence.sent_again = _sent(one)
        return evidence


def place_on_host(cell: Cell, undisturbed: Evidence) -> int:
    """How many requests the host gets before the one that the fault hits."""
    first = undisturbed.targets(cell)[0]
    return sum(one.host == cell.act.host for one in undisturbed.sent[:first])


def _let_go_wrong(one: Scene, cell: Cell, before_on_host: int) -> Refusals | None:
    times, operation = OFTEN[cell.often], cell.act
    if cell.hit.kind is None:
        refusals = Refusals(one.sim, operation.host, times)
        refusals.begin(before_on_host)
        return refusals
    # In silence, the request itself goes wrong once, and then everything that goes to the host.
    often = 1 if cell.silence else times
    hit = one.sim.fault(cell.hit.kind, cell.method, one.told(cell.path), often, host=operation.host, **cell.hit.details)
    if cell.silence:
        one.sim.fault("drop_before", host=operation.host, times=None, after=hit)
    if cell.then is not None:
        sequel = SEQUELS[cell.then]
        assert sequel.kind is not None
        one.sim.fault(sequel.kind, host=operation.host, after=hit, **sequel.details)
    return None


def _run(one: Scene, cell: Cell, max_wait: float, refusals: Refusals | None) -> ModuleRun:
    # Without a fault, each request must be sent once only, however busy the machine is.
    task = one.task(cell.act, timeout=TIMEOUT if cell.fault else PATIENCE, max_wait=max_wait)
    prepare = refusals.prepare if refusals else None
    return run_module(cell.act.module, task, check=cell.check or cell.act.check, patience=PATIENCE, prepare=prepare)


def wait_for_the_server(sim: Simulator) -> None:
    """Until it has answered even those requests for whose answers nobody waits any more."""
    while any(record.status is None and record.fault is None for record in sim.requests):
        time.sleep(0.05)


def _sent(one: Scene) -> list[Sent]:
    return [Sent(each.method, each.host, each.path, each.fault, each.status) for each in one.sim.requests]


def table() -> Iterable[Cell]:
    """Every cell of the table of faults."""
    for operation, act in OPERATIONS.items():
        for fault, hit in FAULTS.items():
            if act.write or not hit.writes_only:
                yield from (Cell(operation, fault, often) for often in OFTEN)


def unsettled() -> Iterable[Cell]:
    """Writes that go wrong, after which nothing can be read back."""
    for operation, act in OPERATIONS.items():
        if act.write:
            for fault, hit in FAULTS.items():
                if not hit.harmless:
                    yield Cell(operation, fault, "for_ever", silence=True)


def checks() -> Iterable[Cell]:
    """Every task that writes, in check mode, where its first read goes wrong."""
    for operation, act in OPERATIONS.items():
        if act.write:
            for fault, hit in FAULTS.items():
                if not hit.writes_only:
                    yield from (Cell(operation, fault, often, check=True) for often in ("once", "for_ever"))
