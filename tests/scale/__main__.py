# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure many accounts."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ansible_environment import TOOLS, ansible_environment, collections_path
from bench import common, process
from bench.common import Broken
from simulator import Simulator

from scale.cases import CASES, PING, PROJECTS, Accounts
from scale.report import ACCOUNTS, FORKS, GROWN, MEMORY_FORKS, MODULE, WORKER, Row, page, summary

QUICK_ACCOUNTS, QUICK_CASES = 4, (PING, "list", "audit", "baseline")
ARTIFACT = re.compile(r"^\tRUN: (\{.*\})$", re.MULTILINE)

Runs = "dict[tuple[str, str, int, int], Row]"


def measure(quick: bool, rounds: int) -> list[Row]:
    """Run everything, and return a row for each case."""
    found: Runs = {}
    short = [name for name in CASES if not CASES[name].long]
    if quick:
        _run_all(found, QUICK_ACCOUNTS, FORKS, [both(QUICK_CASES)])
    else:
        first = both(CASES)
        _run_all(found, ACCOUNTS, FORKS, [first, *([*both(short), ("loop", WORKER)] for _round in range(1, rounds))])
        _run_all(found, ACCOUNTS, MEMORY_FORKS, [[*both(short), ("loop", WORKER)]])
        _run_all(found, GROWN, FORKS, [[("audit", WORKER)]])
    return list(found.values())


def both(names: Iterable[str]) -> list[tuple[str, str]]:
    """Return each case in the worker and as a module; a ping is always a module."""
    return [(name, way) for name in names for way in (WORKER, MODULE) if (name, way) != (PING, WORKER)]


def _run_all(found: Runs, size: int, forks: int, rounds: Iterable[list[tuple[str, str]]]) -> None:
    with tempfile.TemporaryDirectory() as folder, Simulator(limit_projects=PROJECTS, rate_limit=None) as simulator:
        accounts = Accounts(simulator, size)
        for cases in rounds:
            for name, way in cases:
                run = measure_once(Path(folder), accounts, name, way, forks)
                row = found.setdefault((name, way, size, forks), Row(name, way, size, forks, [], [], [], 0))
                row.cpu.append(run.cpu_seconds)
                row.seconds.append(run.seconds)
                row.megabytes.append(run.megabytes)
                artifact = ARTIFACT.search(run.output)
                found[name, way, size, forks] = row._replace(artifact=len(artifact[1]) if artifact else 0)
                print(
                    f"{size:4} accounts, {forks:2} forks: {name:<8} {way:<11} {run.seconds:6.1f} s, "
                    f"{run.cpu_seconds:6.1f} s of processor time, {run.megabytes:4.0f} MB",
                    flush=True,
                )


def measure_once(folder: Path, accounts: Accounts, name: str, way: str, forks: int) -> process.Run:
    """Run a case once on all accounts.

    Raises:
        Broken: It did something else than it should, on any of them.
    """
    case = CASES[name]
    (folder / "hosts.json").write_text(json.dumps(accounts.inventory()), encoding="utf-8")
    (folder / "play.json").write_text(json.dumps(case.playbook()), encoding="utf-8")
    accounts.prepare(case.missing)
    settings = {"ANSIBLE_NOCOLOR": "true", "ANSIBLE_SHOW_CUSTOM_STATS": "true"}
    run = process.run(
        [
            *(str(TOOLS / "ansible-playbook"), "play.json", "-i", "hosts.json", "--forks", str(forks)),
            *("-e", json.dumps({"project_baseline_hosts": "all", "scalingo_run_in_worker": way == WORKER})),
        ],
        folder,
        ansible_environment(folder, ANSIBLE_COLLECTIONS_PATH=collections_path(), **settings),
        watch_memory=True,
    )
    wrong = [*([f"exit code {run.returncode}"] if run.returncode else []), *accounts.complaints(case.calls, run.output)]
    if case.missing == 0 and re.search(r"changed=[1-9]", run.output):
        wrong.append("a task changed an account that matched")
    if wrong:
        raise Broken(f"{name}, {way}: {'; '.join(wrong[:5])}.\n\n{run.output[-4000:]}")
    return run


def write(saved: list[list[Any]], conditions: dict[str, str], folder: Path) -> str:
    """Write the page."""
    rows = [Row(*row) for row in saved]
    (folder / "many_accounts.md").write_text(page(rows, conditions), encoding="utf-8")
    return summary(rows)


if __name__ == "__main__":
    common.main("scale", measure, write)
