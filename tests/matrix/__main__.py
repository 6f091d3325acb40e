# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the support matrix, or what of it this machine can run: `make matrix`."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import TextIO

from .environments import BUILD, CHECKOUT, Environments, Run, find, link_pythons, variables_for
from .table import CORES, DEVEL, DEVELOPMENT, MODULES, TARGETS, Cell, listing, plan, text

PYTHONS = sorted({*TARGETS, *(one for core in (*CORES, DEVELOPMENT) for one in core.controllers)})
TAIL = 40  # lines that are shown of a step that failed
FUNCTIONAL = "tests/functional"
# What has nothing to do with ansible-core.
NOT_OF_THE_CORE = (
    "tests/unit/simulator",
    "tests/unit/test_api_variants.py",
    "tests/unit/test_bench.py",
    "tests/unit/test_release.py",
    "tests/unit/test_workflow.py",
)
# Every kind of plugin, and every module.
PLUGINS = (
    "test_deprecations.py",
    "test_login.py",
    "test_project_info.py",
    "test_projects_playbook.py",
    "test_python_of_modules.py",
)
# And the role, and how Ansible hands variables over; for a short run.
REPRESENTATIVE = (*PLUGINS, "test_variables.py")
# What the modules do on another Python than the controller's.
ON_TARGET = (
    "test_examples.py",
    "test_login.py",
    "test_project_info.py",
    "test_projects_playbook.py",
    "test_python_of_modules.py",
    "test_transfers.py",
)
SMOKE = ("test_projects_playbook.py", "test_python_of_modules.py")
# Has every module start a process of its own, as on ansible-core releases that the Ansible worker was not tested with.
OWN_PROCESS = {"FUNCTIONAL_OWN_PROCESS": "1"}
# Asks ansible-test itself which Pythons its ansible-core takes.
CONSTANTS = """
import runpy, sys
from pathlib import Path
import ansible_test
own = runpy.run_path(str(Path(ansible_test.__path__[0], "_util/target/common/constants.py")))
controllers, targets = own["CONTROLLER_PYTHON_VERSIONS"], own["REMOTE_ONLY_PYTHON_VERSIONS"]
said = [" ".join(controllers), " ".join(one for one in targets + controllers if int(one.split(".")[1]) >= 8
        and one[0] == "3")]
sys.exit(said != sys.argv[1:] and f"ansible-test says {said}, and tests/matrix/table.py {sys.argv[1:]}")
"""


class Matrix:
    """One run: its cells and options, and the outcome of each step.

    In a quick run, the first and the last ansible-core and Python of the modules run a representative part of the
    tests, and the others a smoke test.
    """

    def __init__(self, cells: Sequence[Cell], environments: Environments, options: argparse.Namespace) -> None:
        self.cells, self.environments, self.options = cells, environments, options
        ends = [[cell for cell in cells if bool(cell.target) is modules] for modules in (False, True)]
        self.full = [cell for kind in ends for cell in (kind[:1] + kind[-1:] if options.quick else kind)]
        self.failures: list[str] = []
        self._running: set[subprocess.Popen[str]] | None = set()
        self._lock = threading.Lock()
        # ansible-test keeps its own environments in one place for all, and does not expect a second one of itself.
        self._one_sanity = threading.Lock()

    def run_cell(self, cell: Cell) -> bool:
        """Run the steps of a cell, and say after each how it went. Only without its environment it goes no further."""
        begun = time.monotonic()
        log = BUILD / "logs" / f"{cell.name.replace('/', '-')}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("w", encoding="utf-8") as stream:
            run = partial(self._command, stream)
            passed = self._step(cell, "environment", partial(self._prepare, cell, run), stream)
            if passed and not self.options.prepare:
                for name, work in self._steps(cell, run):
                    passed &= self._step(cell, name, work, stream)
        return self._tell(cell, str(cell), passed, begun)

    def _step(self, cell: Cell, name: str, work: Callable[[], object], stream: TextIO) -> bool:
        with self._one_sanity if name.startswith("sanity") else nullcontext():
            stream.write(f"\n=== {name}\n")
            stream.flush()
            start, begun, passed = stream.tell(), time.monotonic(), True
            try:
                work()
            except (OSError, subprocess.CalledProcessError) as error:
                passed = False
                stream.write(f"{error}\n")
            stream.flush()
        if not passed:
            said = Path(stream.name).read_bytes()[start:].decode("utf-8", "replace").splitlines()
            self.failures.append("\n".join([f"\n--- The end of {name} of {cell.name}:", *said[-TAIL:]]))
        return self._tell(cell, f"  {name}", passed, begun)

    def _tell(self, cell: Cell, what: str, passed: bool, begun: float) -> bool:
        seconds = time.monotonic() - begun
        print(f"{cell.name:<14} {what:<64} {'passed' if passed else 'FAILED'} {seconds:5.0f} s", flush=True)
        return passed

    def _prepare(self, cell: Cell, run: Run) -> None:
        """Make the environments, and hold the table against what this ansible-core says of itself."""
        environment = self.environments.controller(cell, run)
        if cell.target is not None:
            self.environments.target(cell.target, run)
        if cell.core.name != DEVEL:
            pythons = [" ".join(map(text, versions)) for versions in (cell.core.controllers, cell.core.targets)]
            run([environment / "bin" / "python", "-c", CONSTANTS, *pythons], CHECKOUT, variables_for(environment))

    def _steps(self, cell: Cell, run: Run) -> Iterator[tuple[str, Callable[[], object]]]:
        """The steps after the environment is there, with the name of each."""
        environment = self.environments.controller(cell, run)
        variables = variables_for(environment)
        quick, full = self.options.quick, cell in self.full

        def pytest(files: Sequence[str], *more: str, **others: str) -> Callable[[], object]:
            command = [environment / "bin" / "pytest", "-n", str(self.options.workers), "-m", "not jobs", *more]
            return partial(run, [*command, *files], CHECKOUT, {**variables, **others})

        def functional(files: Sequence[str], **others: str) -> Callable[[], object]:
            return pytest([f"{FUNCTIONAL}/{name}" for name in files], **others)

        if cell.target is not None:
            python = str(self.environments.target(cell.target, run) / "bin" / "python")
            yield "functional", functional(ON_TARGET if full else SMOKE, FUNCTIONAL_PYTHON=python)
            return
        if quick:
            yield "functional", functional(REPRESENTATIVE if full else SMOKE)
        else:
            yield "unit", pytest(["tests/unit"], *(f"--ignore={path}" for path in NOT_OF_THE_CORE))
            yield "functional", pytest([FUNCTIONAL])
        if not full:
            return
        yield "functional, own process", functional(PLUGINS if quick else REPRESENTATIVE, **OWN_PROCESS)
        # It takes the most time. In a short run only the newest ansible-core does it, which is the strictest.
        if quick and cell.core != self.full[-1].core:
            return
        copy = environment / "sanity" / "ansible_collections" / "community" / "scalingo"
        yield "copy for sanity", partial(_copy, copy)
        sanity = [environment / "bin" / "ansible-test", "sanity", "--local"]
        yield "sanity", partial(run, [*sanity, "--python", text(cell.controller)], copy, variables)
        if not quick:
            every = [*sanity, "--test", "import", "--test", "compile"]
            yield "sanity, every Python", partial(run, every, copy, variables)

    # Commands, each in a session of its own, so that all can be ended at once, with what they started

    def _command(
        self, stream: TextIO, command: Sequence[str | Path], folder: Path, variables: Mapping[str, str]
    ) -> None:
        """Run a command to its end, with its output in a log; raise CalledProcessError if it fails."""
        stream.write(f"$ {shlex.join(map(str, command))}\n")
        stream.flush()
        with self._lock:
            if self._running is None:
                raise InterruptedError("The run was ended before this.")
            process = subprocess.Popen(
                command,
                cwd=folder,
                env=dict(variables),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
            self._running.add(process)
        if process.wait():
            raise subprocess.CalledProcessError(process.returncode, command)

    def end(self) -> None:
        """End what is running, and start nothing more."""
        with self._lock:
            running, self._running = self._running or set(), None
        for process in running:
            with suppress(ProcessLookupError):
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGTERM)


def _copy(target: Path) -> None:
    """Copy what git knows or would add to where ansible-test wants it: into a git repository of the right path."""
    shutil.rmtree(target, ignore_errors=True)
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=CHECKOUT, stdout=subprocess.PIPE, check=True, text=True)
    for name in filter(None, listed.stdout.split("\0")):
        # git also lists what it knows and what is deleted.
        if (CHECKOUT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(CHECKOUT / name, target / name)
    subprocess.run(["git", "init", "--quiet"], cwd=target, check=True)


def main() -> int:
    # Ends like Ctrl-C does, so that nothing is left running.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    options = _options()
    if options.list_json:
        print(json.dumps(listing()))
        return 0
    pythons = find(PYTHONS, os.environ)
    cells, left_out = plan(pythons, options.only)
    if not cells:
        print("There is nothing to run here.", *left_out, sep="\n  ", file=sys.stderr)
        return 2
    print("Pythons:", ", ".join(f"{text(version)} is {path}" for version, path in pythons.items()))
    print("Logs are in", (BUILD / "logs").relative_to(CHECKOUT), flush=True)
    link_pythons(pythons)
    matrix = Matrix(cells, Environments(pythons, options.tarball.resolve()), options)
    begun = time.monotonic()
    with ThreadPoolExecutor(options.jobs) as pool:
        try:
            passed = list(pool.map(matrix.run_cell, cells))
        except KeyboardInterrupt:
            matrix.end()
            pool.shutdown(cancel_futures=True)
            print("The run was ended.", file=sys.stderr)
            return 130
    print(*matrix.failures, *(f"left out: {line}" for line in left_out), sep="\n")
    print(f"{sum(passed)} of {len(passed)} cells passed in {time.monotonic() - begun:.0f} s.")
    return 0 if all(passed) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make matrix", description=__doc__)
    parser.add_argument("--tarball", type=Path, help="the collection, as make install leaves it")
    parser.add_argument("--list-json", action="store_true", help="print the whole matrix as JSON, and run nothing")
    cells = f"as in 2.19, 2.19/3.13, {MODULES}, {MODULES}/3.8, {DEVEL}"
    parser.add_argument("--only", action="append", default=[], metavar="CELL", help=cells)
    parser.add_argument("--quick", action="store_true", help="a part of the tests, and of most cells a smoke test")
    parser.add_argument("--prepare", action="store_true", help="make the environments, and run nothing in them")
    parser.add_argument("--jobs", type=int, default=1, help="how many cells are run at a time")
    workers = min(8, os.cpu_count() or 1)
    parser.add_argument("--workers", type=int, default=workers, help="how many processes pytest has in each cell")
    options = parser.parse_args()
    if not options.list_json and (options.tarball is None or not options.tarball.is_file()):
        parser.error("--tarball has to name the built collection; make matrix does")
    return options


if __name__ == "__main__":
    sys.exit(main())
