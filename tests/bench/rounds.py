# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How it is measured: round after round, in each of which the cases take turns.

Whatever else the machine does, and however it drifts, hits all of them alike.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from bench.cases import CASES, Case, wanted_names
from bench.command import Broken
from bench.figures import FIRST, PING, Cell, Figures
from bench.playbook import Playbooks, Run
from bench.servers import Server, wanted_variables

# A run in which a module runs that often is itself a mean of so many, and takes long: it is left out of some rounds.
# From how many modules on, and which rounds it is part of: every fifth, every second.
LONG_RUNS = ((40, 5), (8, 2))


def missing_of(cell: Cell) -> int:
    """How many objects are to be created."""
    return cell.size if cell.moment == FIRST else 0


def every(cell: Cell) -> int:
    """How many rounds there are for each in which a cell is measured."""
    modules = CASES[cell.case].modules(cell.size, missing_of(cell))
    return next((every for least, every in LONG_RUNS if modules >= least), 1)


def turns(cases: list[Case], sizes: tuple[int, ...], latencies: tuple[int, ...], rounds: int) -> Iterator[Cell]:
    """Every cell that is to be run, as often as it is to be."""
    # Each time in another order, so that nobody is always the first; but the same ones for every benchmark.
    shuffled = random.Random(0)
    for number in range(rounds):
        for latency, size in product(latencies, sizes):
            group = [
                Cell(case.name, size, moment, latency)
                for case in cases
                if size <= case.largest
                for moment in case.moments
            ]
            # The yardstick is laid on in every group.
            group = [PING, *(cell for cell in group if number % every(cell) == 0)]
            shuffled.shuffle(group)
            yield from group


def measure(
    cell: Cell, playbooks: Playbooks, servers: Mapping[str, Server], connection: dict[str, Any]
) -> tuple[float, int]:
    """Run a cell once, and return how long it took and how many requests it sent.

    Raises:
        Broken: It did something else than it should.
    """
    case = CASES[cell.case]
    names = wanted_names(cell.size)
    # Those that the case is not about are watched as well.
    for name, server in servers.items():
        server.prepare(names if name == case.server else [], missing_of(cell), cell.latency)
    run = playbooks.run(case.play, {**connection, **wanted_variables(names)})
    _check(cell, run, servers)
    return run.seconds, sum(sum(server.calls().values()) for server in servers.values())


def _check(cell: Cell, run: Run, servers: Mapping[str, Server]) -> None:
    case = CASES[cell.case]
    missing = missing_of(cell)
    expected = {call: times for call, times in case.calls(cell.size, missing).items() if times}
    facts: dict[str, tuple[Any, Any]] = {
        "exit code": (0, run.returncode),
        "changed tasks": (1 if missing else 0, run.changed),
    }
    for name, server in servers.items():
        mine = name == case.server
        facts[f"requests to {name}"] = (expected if mine else {}, server.calls())
        facts[f"objects of {name}"] = (wanted_names(cell.size) if mine else [], sorted(server.names()))
    for what, (wanted, found) in facts.items():
        if wanted != found:
            raise Broken(f"{cell}: {what} should be {wanted}, and is {found}.\n\n{run.output[-4000:]}")
    least = sum(expected.values()) * cell.latency / 1000
    if run.seconds < least:
        raise Broken(f"{cell}: it took {run.seconds:.2f} s, less than the {least:.2f} s that its answers take alone.")


def figures_of(
    cells: list[Cell], playbooks: Playbooks, servers: Mapping[str, Server], connection: dict[str, Any]
) -> Figures:
    """Run all cells in their order and tell of each."""
    # What the very first run of all has to create and to read from the disk counts for nobody.
    measure(PING, playbooks, servers, connection)
    figures = Figures()
    for number, cell in enumerate(cells, start=1):
        seconds, requests = measure(cell, playbooks, servers, connection)
        figures.add(cell, seconds, requests)
        print(
            f"{number:3}/{len(cells)}  {cell.case:<7} {cell.size:3}  {cell.moment:<13}  {cell.latency:2} ms"
            f"  {seconds:6.2f} s  {requests:3} requests",
            flush=True,
        )
    return figures
