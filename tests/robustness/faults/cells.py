# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cells of the table: one operation that one fault hits so many times, and what came of it.

Cells run side by side, because most of a cell is waiting.
"""

from __future__ import annotations

import queue
import sys
import threading
import time
from collections.abc import Sequence
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
    refused: int
    leaks: list[str]
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
        refusals = _let_go_wrong(self.sim, cell, before_on_host) if cell.fault else None
        evidence = self._run(cell, cell.max_wait if cell.fault else PAUSES, refusals)
        if cell.often == "for_ever" or cell.then:
            self.sim.clear_faults()
            self.sim.clear_requests()
            evidence.again = self._run(cell, PAUSES, None)
        assert not self.sim.complaints, self.sim.complaints
        return evidence

    def _run(self, cell: Cell, max_wait: float, refusals: Refusals | None) -> Evidence:
        sim, before = self.sim, state(self.sim)
        # Without a fault, each request must be sent once only, however busy the machine is.
        options = task(sim, cell.act, timeout=TIMEOUT if cell.fault else PATIENCE, max_wait=max_wait)
        prepare = refusals.prepare if refusals else None
        self._states, self._noting = [], cell.fault is None
        run = run_module(cell.act.module, options, check=cell.check, patience=PATIENCE, prepare=prepare)
        self._noting = False
        if refusals is not None:
            refusals.end()
        # Until it has processed even those requests for whose responses no client waits any more.
        while any(record.status is None and record.fault is None for record in sim.requests):
            time.sleep(0.05)
        sent = [Sent(one.method, one.host, one.path, one.account, one.fault, one.status) for one in sim.requests]
        # The result of a login is a bearer token.
        secret = {} if cell.operation == "login" else secrets(sim)
        leaks = [name for name, text in secret.items() if text in run.stdout + run.stderr]
        stages = [*(self._states or [before]), state(sim)]
        return Evidence(run, stages, sent, refusals.count if refusals else 0, leaks)


def _let_go_wrong(sim: Any, cell: Cell, before_on_host: int) -> Refusals | None:
    times, host = OFTEN[cell.often], cell.act.host
    if cell.hit.kind is None:
        refusals = Refusals(sim, host, times)
        refusals.begin(before_on_host)
        return refusals
    hit = sim.fault(cell.hit.kind, times=1 if cell.silence else times, **cell.request, **cell.hit.details)
    if cell.silence:
        sim.fault("drop_before", host=host, times=None, after=hit)
    if cell.then is not None:
        sim.fault(SEQUELS[cell.then].kind, host=host, after=hit, **SEQUELS[cell.then].details)
    return None


class Refusals:
    """Counts the connections that a module tries to open while a host is closed, and opens that after `times`.

    The system refuses a connection without telling anyone. So the process of the module tells, before each connection
    that it opens, and waits until the host is closed or open as it should be for that one.
    """

    def __init__(self, sim: Any, host: str, times: int | None) -> None:
        self.count = 0
        self._sim, self._host, self._times = sim, host, times
        self._after = 0
        self._here, self._there = Pipe()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def prepare(self) -> Any:
        """What the process of the module has to call first."""
        url = self._sim.auth_url if self._host == AUTH else self._sim.region_urls[self._host]
        return partial(tell_connections, self._there, int(urlsplit(url).port or 0))

    def begin(self, after: int) -> None:
        """Close the host once it has responded to so many requests."""
        if after:
            self._sim.fault("close", host=self._host, skip=after - 1)
        else:
            self._sim.close(self._host)
        self._after = after
        self._thread.start()

    def end(self) -> None:
        """Let the host listen as before."""
        self._there.close()
        self._thread.join()
        self._here.close()
        self._sim.open(self._host)

    def _serve(self) -> None:
        while True:
            try:
                self._here.recv()
                if sum(record.host == self._host for record in self._sim.requests) >= self._after:
                    if self._times is not None and self.count == self._times:
                        self._sim.open(self._host)
                    else:
                        self.count += 1
                self._here.send(None)
            except (EOFError, OSError):
                return


def tell_connections(teller: Connection, port: int) -> None:
    """In the process of the module: before each connection to the port, tell it and wait for leave."""

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "socket.connect" and isinstance(arguments[1], tuple) and arguments[1][1] == port:
            teller.send(None)
            teller.recv()

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
