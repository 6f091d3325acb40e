# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cells that have been run: all at once, because most of a cell is waiting, and shared by all workers of a session."""

from __future__ import annotations

import fcntl
import os
import pickle
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from .cells import OFTEN, Cell, Evidence, place_on_host, play

AT_ONCE = 16
LEAST_SLACK = 0.5  # seconds


class CellRunner:
    """Runs each cell once, whoever asks for it: every worker its share first, and then what nobody else has begun."""

    def __init__(self, cells: Sequence[Cell], folder: Path) -> None:
        self._cells = list(dict.fromkeys(cells))
        self._folder = folder
        self._workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
        self._mine = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
        self._shares: dict[int, dict[Cell, Evidence]] = {}

    def of(self, cell: Cell) -> Evidence:
        """What a cell came to."""
        return self._share_of(cell)[cell]

    def undisturbed(self, cell: Cell) -> Evidence:
        """What the same task comes to without a fault."""
        return self._share_of(cell)[_undisturbed(cell)]

    def slack(self, cell: Cell) -> float:
        """Seconds that a run may take beside its waits: the slowest run without a fault, among all others, thrice."""
        slowest = max(each.run.seconds for one, each in self._share_of(cell).items() if one.fault is None)
        return LEAST_SLACK + 3 * slowest

    def _share_of(self, cell: Cell) -> dict[Cell, Evidence]:
        number = self._cells.index(cell) % self._workers
        self._need(self._mine)
        return self._need(number)

    def _need(self, number: int) -> dict[Cell, Evidence]:
        if number not in self._shares:
            self._folder.mkdir(exist_ok=True)
            file = self._folder / str(number)
            with _locked(self._folder / f"{number}.lock"):
                if not file.exists():
                    file.write_bytes(pickle.dumps(play_all(self._cells[number :: self._workers])))
                self._shares[number] = pickle.loads(file.read_bytes())
        return self._shares[number]


def play_all(cells: Sequence[Cell]) -> dict[Cell, Evidence]:
    """Run cells side by side, and between them the same tasks without a fault."""
    still = list(dict.fromkeys(map(_undisturbed, cells)))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        begun = dict(zip(still, pool.map(play, still)))
        places = {cell: place_on_host(cell, begun[_undisturbed(cell)]) for cell in cells}
        queue = sorted(cells, key=_longest_first)
        running, between = {}, {}
        for number, cell in enumerate(queue):
            running[cell] = pool.submit(play, cell, places[cell])
            if number % 8 == 0:
                between[still[number // 8 % len(still)]] = pool.submit(play, still[number // 8 % len(still)])
        done = {cell: future.result() for cell, future in running.items()}
        for cell, future in between.items():
            begun[cell] = max(begun[cell], future.result(), key=_seconds)
    return {**done, **begun}


def _seconds(evidence: Evidence) -> float:
    return evidence.run.seconds


def _undisturbed(cell: Cell) -> Cell:
    return Cell(cell.operation, check=cell.check)


def _longest_first(cell: Cell) -> float:
    return -cell.hit.costs * (OFTEN[cell.often] or 0.1)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
