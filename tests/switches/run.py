# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the functional tests under every switch of the simulator: each value alone, and seeded combinations.

1. Each value alone: test_any_api.py, which does every operation.
2. Combinations that hold every value: test_any_api_role.py.
3. Combinations: all functional tests.

One line says what came of a setting. In the end stands how to repeat those that failed; the exit code is 1 then.
"""

from __future__ import annotations

import argparse
import itertools
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from switches.settings import ROUND, Setting, combinations, singles, variable

CHECKOUT = Path(__file__).resolve().parents[2]
LOGS = CHECKOUT / "build" / "switches"
EVERYTHING = "tests/functional"
MODULES = f"{EVERYTHING}/test_any_api.py"
ROLE = f"{EVERYTHING}/test_any_api_role.py"
QUICK_SECONDS = 300
WHOLE_SECONDS = 3600
SHOWN_TESTS = 20


@dataclass(frozen=True)
class Run:
    """The tests of a file or folder under one setting, and what came of them."""

    name: str
    setting: str
    tests: str
    seconds: float = 0
    summary: str = ""
    failed: bool = False
    failures: tuple[str, ...] = ()

    @property
    def repeat(self) -> str:
        # With `.py`, because `-k test_any_api` would choose test_any_api_role.py, too.
        chosen = "" if self.tests == EVERYTHING else f' ARGS="-k {Path(self.tests).stem}.py"'
        return f'SIMULATOR_SWITCHES="{self.setting}" make functional{chosen}'


def main(arguments: list[str] | None = None) -> int:
    """Run what was asked for; 1 if anything failed."""
    options = _parser().parse_args(arguments)
    LOGS.mkdir(parents=True, exist_ok=True)
    begun = time.monotonic()
    done = list(_runs(options))
    failed = [run for run in done if run.failed]
    print(f"\n{len(done)} settings, {len(failed)} failed, {time.monotonic() - begun:.0f} s")
    for run in failed:
        print(f"\n{run.name}: {run.summary}\n  {run.repeat}")
        for test in run.failures[:SHOWN_TESTS]:
            print(f"    {test}")
        if len(run.failures) > SHOWN_TESTS:
            print(f"    and {len(run.failures) - SHOWN_TESTS} more: {_log(run)}")
    return 1 if failed or not done else 0


def _runs(options: argparse.Namespace) -> Iterator[Run]:
    """Run one part after the other; several settings side by side, or all tests of one."""
    if "values" in options.parts:
        alone = [Run(variable(setting), variable(setting), MODULES) for setting in singles()]
        yield from _side_by_side((run for run in alone if options.only in run.name), options.jobs)
    if "role" in options.parts:
        yield from _side_by_side(_combined(options.seed, ROUND, ROLE), options.jobs)
    if "all" in options.parts:
        for run in _combined(options.seed, options.combinations, EVERYTHING):
            yield _told(_run(run, "-n", str(options.jobs), "-m", "not jobs", seconds=WHOLE_SECONDS))


def _combined(seed: int, count: int, tests: str) -> list[Run]:
    settings: Iterable[Setting] = itertools.islice(combinations(seed), count)
    return [
        Run(f"{Path(tests).stem}, combination {number} of seed {seed}", variable(setting), tests)
        for number, setting in enumerate(settings, start=1)
    ]


def _side_by_side(runs: Iterable[Run], jobs: int) -> Iterator[Run]:
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        yield from map(_told, pool.map(_run, runs))


def _run(run: Run, *arguments: str, seconds: float = QUICK_SECONDS) -> Run:
    begun = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-q", "--tb=short", "-p", "no:cacheprovider", *arguments, run.tests]
    with _log(run).open("w", encoding="utf-8") as log:
        log.write(f"{run.repeat}\n\n")
        log.flush()
        try:
            code = subprocess.run(
                command,
                cwd=CHECKOUT,
                env={**os.environ, "SIMULATOR_SWITCHES": run.setting},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                timeout=seconds,
                check=False,
            ).returncode
        except subprocess.TimeoutExpired:
            code = None
    lines = _log(run).read_text(encoding="utf-8").splitlines()
    summary = f"stopped after {seconds:.0f} s" if code is None else lines[-1]
    failures = tuple(line for line in lines if line.startswith(("FAILED ", "ERROR ")))
    return Run(run.name, run.setting, run.tests, time.monotonic() - begun, summary, code != 0, failures)


def _told(run: Run) -> Run:
    print(f"{'FAILED' if run.failed else 'passed'} {run.seconds:6.1f} s  {run.name}", flush=True)
    return run


def _log(run: Run) -> Path:
    return LOGS / (re.sub(r"[^\w=.-]+", "_", run.name) + ".log")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make test-switches", description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1, help="which combinations (default: 1)")
    parser.add_argument(
        "--combinations", type=int, default=1, metavar="N", help="how many of them for all functional tests"
    )
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="processes (default: one a core)"
    )
    parser.add_argument(
        "--parts",
        type=lambda text: text.split(","),
        default=["values", "role", "all"],
        help="some of values,role,all (default: these)",
    )
    parser.add_argument("--only", default="", metavar="TEXT", help="of the values alone, those that contain this")
    return parser


if __name__ == "__main__":
    sys.exit(main())
