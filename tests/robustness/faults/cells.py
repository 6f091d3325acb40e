# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cells of the table: one operation that one fault hits so many times, and what came of it.

Cells run side by side, because most of a cell is waiting.
"""

from __future__ import annotations

import errno
import itertools
import os
import queue
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import partial
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any
from urllib.parse import urlsplit

from simulator import Simulator

from ..module_process import ModuleRun, run_module
from ..operations import AUTH, OPERATIONS, Operation, State, arrange, is_write, secrets, state, task
from .kinds import FAULTS, SEQUELS, TIMEOUT, Fault

OFTEN = {"once": 1, "twice": 2, "for_ever": None}
SHORT_WAIT = 3.0  # seconds; how long a task tries whose fault never ends
PAUSES = 10.0  # seconds; all that a client may add by itself to what a fault costs
PATIENCE = 240.0
AT_ONCE = 16


@dataclass(frozen=True)
class Cell:
    """An operation, the fault that hits its request, and how often; without a fault, how it is without one."""

    operation: str
    fault: str | None = None
    often: str = "once"
    # Check mode: the fault hits what the task reads first.
    check: bool = False
    # The fault hits the request once, and from then on no request gets a response, so that nothing can be read back.
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
    def undisturbed(self) -> Cell:
        return Cell(self.operation, check=self.check)

    @property
    def write(self) -> bool:
        """Whether the fault hits a write."""
        return self.act.write and not self.check

    @property
    def act(self) -> Operation:
        return OPERATIONS[self.operation]

    @property
    def hit(self) -> Fault:
        assert self.fault is not None
        return FAULTS[self.fault]

    @property
    def request(self) -> dict[str, Any]:
        """The request that the fault hits, as the simulator's faults take it."""
        method, path = ("GET", "/v1/*") if self.check else (self.act.method, self.act.path)
        return {"method": method, "path": path, "host": self.act.host, "account": self.act.sender}


@dataclass(frozen=True)
class Sent:
    """A request that the simulator received."""

    method: str
    host: str
    path: str
    account: str | None
    fault: str | None
    status: int | None

    @property
    def write(self) -> bool:
        return is_write(self.method, self.path)


@dataclass
class Evidence:
    """What a cell came to; `again` is what the same task came to when the fault was over.

    `stages` is what the account was before each request, and at the end; `leaks` are secrets in the output.
    """

    run: ModuleRun
    stages: list[State]
    sent: list[Sent]
    leaks: list[str]
    refused: int = 0
    again: Evidence | None = None

    @property
    def before(self) -> State:
        return self.stages[0]

    @property
    def after(self) -> State:
        return self.stages[-1]

    def targets(self, cell: Cell) -> list[int]:
        """Return where among the requests those are that the fault was meant for."""
        wanted = cell.request
        return [
            place
            for place, one in enumerate(self.sent)
            if (one.method, one.host) == (wanted["method"], wanted["host"])
            and fnmatchcase(one.path, wanted["path"])
            and wanted["account"] in (None, one.account)
        ]

    def writes(self) -> list[Sent]:
        return [one for one in self.sent if one.write]

    def writes_from(self, stage: State) -> int:
        """Return how many writes were sent from this stage on."""
        return sum(one.write for one in self.sent[self.stages.index(stage) :])


class Stage:
    """A simulator in which one cell after the other takes place. It notes what the account is before each request."""

    def __init__(self) -> None:
        self.sim = Simulator(gate=self._note)
        self._states: list[State] = []
        self._noting = False

    def _note(self, _request: Any) -> None:
        if self._noting:
            self._states.append(state(self.sim))

    def play(self, cell: Cell, before_on_host: int = 0) -> Evidence:
        """Run a cell. `before_on_host` is how many requests the host gets before the one that the fault hits."""
        arrange(self.sim, cell.act)
        max_wait = cell.max_wait if cell.fault else PAUSES
        if cell.fault and cell.hit.kind is None:
            here, there = Pipe()
            with here, there:
                evidence = self._run(cell, max_wait, self._refusing(cell, before_on_host, there))
                while here.poll():
                    here.recv()
                    evidence.refused += 1
        else:
            if cell.fault:
                _let_go_wrong(self.sim, cell)
            evidence = self._run(cell, max_wait)
        if cell.often == "for_ever" or cell.then:
            self.sim.clear_faults()
            self.sim.clear_requests()
            evidence.again = self._run(cell, PAUSES)
        assert not self.sim.complaints, self.sim.complaints
        return evidence

    def _run(self, cell: Cell, max_wait: float, prepare: Callable[[], None] | None = None) -> Evidence:
        sim, before = self.sim, state(self.sim)
        # Without a fault, each request must be sent once only, however busy the machine is.
        options = task(sim, cell.act, timeout=TIMEOUT if cell.fault else PATIENCE, max_wait=max_wait)
        self._states, self._noting = [], cell.fault is None
        run = run_module(cell.act.module, options, check=cell.check, patience=PATIENCE, prepare=prepare)
        self._noting = False
        # Until it has processed even those requests for whose responses no client waits any more.
        while any(record.status is None and record.fault is None for record in sim.requests):
            time.sleep(0.05)
        sent = [Sent(one.method, one.host, one.path, one.account, one.fault, one.status) for one in sim.requests]
        # The result of a login is a bearer token.
        secret = {} if cell.operation == "login" else secrets(sim)
        leaks = [name for name, text in secret.items() if text in run.stdout + run.stderr]
        stages = [*(self._states or [before]), state(sim)]
        return Evidence(run, stages, sent, leaks)

    def _refusing(self, cell: Cell, before_on_host: int, teller: Connection) -> Callable[[], None]:
        """Return what the process of the module has to call first, so that connections for the request are refused."""
        host = cell.act.host
        if before_on_host:
            # The connection of the request before it is not used again.
            self.sim.fault("replace", host=host, skip=before_on_host - 1, headers={"Connection": "close"})
        url = self.sim.auth_url if host == AUTH else self.sim.region_urls[host]
        return partial(refuse, teller, int(urlsplit(url).port or 0), int(before_on_host > 0), OFTEN[cell.often])


def _let_go_wrong(sim: Any, cell: Cell) -> None:
    times, host = OFTEN[cell.often], cell.act.host
    hit = sim.fault(cell.hit.kind, times=1 if cell.silence else times, **cell.request, **cell.hit.details)
    if cell.silence:
        sim.fault("drop_before", host=host, times=None, after=hit)
    if cell.then is not None:
        sim.fault(SEQUELS[cell.then].kind, host=host, after=hit, **SEQUELS[cell.then].details)


def refuse(teller: Connection, port: int, first: int, times: int | None) -> None:
    """In the process of the module: refuse its connections to a port from this one on, so often, and tell of each."""
    numbers = itertools.count()

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "socket.connect" and isinstance(arguments[1], tuple) and arguments[1][1] == port:
            number = next(numbers)
            if number >= first and (times is None or number < first + times):
                teller.send(None)
                raise ConnectionRefusedError(errno.ECONNREFUSED, os.strerror(errno.ECONNREFUSED))

    sys.addaudithook(hook)


def play_all(cells: Sequence[Cell]) -> dict[Cell, Evidence]:
    """Run cells side by side, and between them the same tasks without a fault."""
    still = list(dict.fromkeys(cell.undisturbed for cell in cells))
    stages: queue.SimpleQueue[Stage] = queue.SimpleQueue()

    def play(cell: Cell, before_on_host: int = 0) -> Evidence:
        stage = stages.get()
        try:
            return stage.play(cell, before_on_host)
        finally:
            stages.put(stage)

    with ExitStack() as stack, ThreadPoolExecutor(AT_ONCE) as pool:
        for _number in range(AT_ONCE):
            stage = Stage()
            stack.enter_context(stage.sim)
            stages.put(stage)
        done = dict(zip(still, pool.map(play, still)))
        running: dict[Cell, Future[Evidence]] = {}
        for number, cell in enumerate(sorted(cells, key=lambda cell: -cell.hit.costs * (OFTEN[cell.often] or 0.1))):
            running[cell] = pool.submit(play, cell, _place_on_host(cell, done[cell.undisturbed]))
            if number % 8 == 0:
                again = still[number // 8 % len(still)]
                running[again] = pool.submit(play, again)
        for cell, future in running.items():
            evidence = future.result()
            # Of those without a fault, the slower run counts.
            if cell not in done or evidence.run.seconds > done[cell].run.seconds:
                done[cell] = evidence
    return done


def _place_on_host(cell: Cell, undisturbed: Evidence) -> int:
    """Return how many requests the host gets before the one that the fault hits."""
    first = undisturbed.targets(cell)[0]
    return sum(one.host == cell.act.host for one in undisturbed.sent[:first])
