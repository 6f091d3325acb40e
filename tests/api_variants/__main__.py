# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the functional tests under every switch of the simulator: `make functional VARIANTS=all`.

- values: each value alone, with test_any_api.py, which runs every operation
- role: seeded combinations that contain every value, with test_any_api_role.py
- suite: one seeded combination, with all functional tests

Each setting gets a line. Failures are listed at the end, with the command that repeats each.
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

from api_variants.settings import ROUND, Setting, combinations, singles, variable

CHECKOUT = Path(__file__).resolve().parents[2]
LOGS = CHECKOUT / "build" / "api_variants"
SUITE = "tests/functional"
MODULES = f"{SUITE}/test_any_api.py"
ROLE = f"{SUITE}/test_any_api_role.py"
PARTS = ("values", "role", "suite")
SECONDS, SUITE_SECONDS = 300, 3600


@dataclass(frozen=True)
class Run:
    """The tests of a file or folder under one setting, and their outcome."""

    name: str
    setting: str
    tests: str
    seconds: float = 0
    summary: str = ""
    failed: bool = False
    failures: tuple[str, ...] = ()

    @property
    def repeat(self) -> str:
        # With `.py`, because `-k test_any_api` also selects test_any_api_role.py.
        chosen = "" if self.tests == SUITE else f' ARGS="-k {Path(self.tests).stem}.py"'
        return f'SIMULATOR_SWITCHES="{self.setting}" make functional{chosen}'


def main(arguments: list[str] | None = None) -> int:
    """Run the parts that were asked for; return 1 if a test failed, or none ran."""
    options = _options(arguments)
    LOGS.mkdir(parents=True, exist_ok=True)
    begun = time.monotonic()
    done = list(_runs(options))
    failed = [run for run in done if run.failed]
    print(f"\n{len(done)} settings, {len(failed)} failed, {time.monotonic() - begun:.0f} s")
    for run in failed:
        print(f"\n{run.name}: {run.summary}\n  {run.repeat}", *run.failures, sep="\n    ")
    return 1 if failed or not done else 0


def _runs(options: argparse.Namespace) -> Iterator[Run]:
    """Run the parts one after the other: several settings at once, or all tests of one setting."""
    if "values" in options.parts:
        alone = [Run(variable(setting), variable(setting), MODULES) for setting in singles()]
        yield from _at_once((run for run in alone if options.only in run.name), options.jobs)
    if "role" in options.parts:
        yield from _at_once(_combined(options.seed, ROUND, ROLE), options.jobs)
    if "suite" in options.parts:
        for run in _combined(options.seed, 1, SUITE):
            yield _run(run, "-n", str(options.jobs), "-m", "not jobs", seconds=SUITE_SECONDS)


def _combined(seed: int, count: int, tests: str) -> list[Run]:
    settings: Iterable[Setting] = itertools.islice(combinations(seed), count)
    return [
        Run(f"{Path(tests).stem}, combination {number} of seed {seed}", variable(setting), tests)
        for number, setting in enumerate(settings, start=1)
    ]


def _at_once(runs: Iterable[Run], jobs: int) -> Iterator[Run]:
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        yield from pool.map(_run, runs)


def _run(run: Run, *arguments: str, seconds: float = SECONDS) -> Run:
    begun = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-q", "--tb=short", "-p", "no:cacheprovider", *arguments, run.tests]
    path = LOGS / (re.sub(r"[^\w=.-]+", "_", run.name) + ".log")
    with path.open("w", encoding="utf-8") as log:
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
    lines = path.read_text(encoding="utf-8").splitlines()
    summary = f"stopped after {seconds:.0f} s" if code is None else lines[-1]
    failures = tuple(line for line in lines if line.startswith(("FAILED ", "ERROR ")))
    done = Run(run.name, run.setting, run.tests, time.monotonic() - begun, summary, code != 0, failures)
    print(f"{'FAILED' if done.failed else 'passed'} {done.seconds:6.1f} s  {done.name}", flush=True)
    return done


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make functional VARIANTS=...", description=__doc__)
    parser.add_argument(
        "parts", type=lambda text: PARTS if text == "all" else text.split(","), help="values,role or all"
    )
    parser.add_argument("--seed", type=int, default=1, help="which combinations (default: 1)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="processes (one per core)")
    parser.add_argument("--only", default="", metavar="TEXT", help="only the values whose setting contains this")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
