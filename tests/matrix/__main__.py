# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the support matrix, or what of it this machine can run: `make matrix`."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .cells import Cell, all_cells, plan
from .environments import BUILD, CHECKOUT, Environments, link_pythons
from .interpreters import find
from .processes import Processes
from .steps import Settings, Step, run_cell
from .table import CORES, DEVELOPMENT, TARGETS, text

PYTHONS = sorted({*TARGETS, *(one for core in (*CORES, DEVELOPMENT) for one in core.controllers)})
TAIL = 40  # lines that are shown of what a step says that failed


class Progress:
    """Prints how each step went, and remembers it for the summary."""

    def __init__(self) -> None:
        self._steps: list[Step] = []
        self._lock = threading.Lock()

    def tell(self, step: Step) -> None:
        with self._lock:
            self._steps.append(step)
            print(_line(step.cell, step.name, step.passed, step.seconds), flush=True)

    def summary(self, cells: Sequence[Cell], passed: Sequence[bool]) -> None:
        for step in self._steps:
            if not step.passed:
                print(f"\n--- The end of {step.name} of {step.cell}:")
                print(*step.output.splitlines()[-TAIL:], sep="\n")
        print("\nSummary")
        for cell, fine in zip(cells, passed):
            seconds = sum(step.seconds for step in self._steps if step.cell == cell.name)
            print(_line(cell.name, _subject(cell), fine, seconds))


def main() -> int:
    # Ends like Ctrl-C does, so that nothing is left running.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    options = _options()
    if options.list_json:
        print(json.dumps(listing()))
        return 0
    pythons = find(PYTHONS, os.environ)
    chosen = plan(pythons, options.only, options.every_python)
    if not chosen.cells:
        print("There is nothing to run here.", *chosen.left_out, sep="\n  ", file=sys.stderr)
        return 2
    print("Pythons:", ", ".join(f"{text(version)} is {path}" for version, path in pythons.items()))
    print("Logs are in", (BUILD / "logs").relative_to(CHECKOUT), flush=True)
    link_pythons(pythons)
    environments, progress = Environments(pythons, options.tarball.resolve()), Progress()
    processes = Processes()
    strictest = next((cell.core for cell in reversed(chosen.cells) if cell.target is None), None)
    settings = Settings(options.quick, options.prepare, options.sanity, options.workers, processes, strictest)
    begun = time.monotonic()
    with ThreadPoolExecutor(options.jobs) as pool:
        try:
            passed = list(pool.map(lambda cell: run_cell(cell, environments, settings, progress.tell), chosen.cells))
        except KeyboardInterrupt:
            processes.end()
            pool.shutdown(cancel_futures=True)
            print("The run was ended.", file=sys.stderr)
            return 130
    progress.summary(chosen.cells, passed)
    print(*(f"left out: {line}" for line in chosen.left_out), sep="\n")
    seconds, spent = time.monotonic() - begun, os.times()
    busy = spent.children_user + spent.children_system
    print(f"{sum(passed)} of {len(passed)} cells passed in {seconds:.0f} s, with {busy:.0f} s of processor time.")
    return 0 if all(passed) else 1


def listing() -> dict[str, list[dict[str, str]]]:
    """The matrix for a forge: what each job installs, and the cell that it runs."""
    cells: dict[str, list[dict[str, str]]] = {"cores": [], "modules": [], "development": []}
    for cell in (*all_cells(), Cell(DEVELOPMENT, DEVELOPMENT.controllers[-1])):
        pythons = [cell.controller] if cell.target is None else [cell.target, cell.controller]
        kind = "modules" if cell.target else "cores" if cell.core in CORES else "development"
        # Each once; setup-python makes the last one the default.
        cells[kind].append({"cell": cell.name, "pythons": "\n".join(dict.fromkeys(map(text, pythons)))})
    return cells


def _subject(cell: Cell) -> str:
    core = f"ansible-core {cell.core.name} on Python {text(cell.controller)}"
    return core if cell.target is None else f"modules on Python {text(cell.target)}, with {core}"


def _line(cell: str, subject: str, passed: bool, seconds: float) -> str:
    return f"{cell:<14} {subject:<64} {'passed' if passed else 'FAILED'} {seconds:5.0f} s"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make matrix", description=__doc__)
    parser.add_argument("--tarball", type=Path, help="the collection, as make install leaves it")
    parser.add_argument("--list-json", action="store_true", help="print the whole matrix as JSON, and run nothing")
    parser.add_argument(
        "--only", action="append", default=[], metavar="CELL", help="as in 2.19, 2.19/3.13, modules, modules/3.8, devel"
    )
    parser.add_argument("--every-python", action="store_true", help="run every Python of a core, not only the newest")
    parser.add_argument("--quick", action="store_true", help="run a representative part of each cell")
    parser.add_argument("--sanity", action="store_true", help="run ansible-test sanity, and no tests")
    parser.add_argument("--prepare", action="store_true", help="make the environments, and run nothing in them")
    parser.add_argument("--jobs", type=int, default=1, help="how many cells are run at a time")
    parser.add_argument(
        "--workers", type=int, default=min(8, os.cpu_count() or 1), help="how many processes pytest has in each cell"
    )
    options = parser.parse_args()
    if not options.list_json and (options.tarball is None or not options.tarball.is_file()):
        parser.error("--tarball has to name the built collection; make matrix does")
    return options


if __name__ == "__main__":
    sys.exit(main())
