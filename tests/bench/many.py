# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many accounts, each a host of the inventory: the cases, their measurement, and the page."""

from __future__ import annotations

import json
import re
import statistics
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from ansible_environment import TOOLS, ansible_environment, collections_path
from simulator import Simulator

from bench import process
from bench.cases import CREATE, DEFAULTS, EXCHANGE, LIST
from bench.common import LICENSE, Broken, measured_with, table, times

PROJECTS = 20
DEFAULT = "production"
NAMES = [DEFAULT, *(f"project-{number:02d}" for number in range(1, PROJECTS))]
PING = "ping"
ACCOUNTS = 40
FORKS, MEMORY_FORKS = 10, 20
WORKER, MODULE = "in worker", "as modules"
QUICK_ACCOUNTS, QUICK_CASES = 4, (PING, "list", "audit", "baseline")


@dataclass(frozen=True)
class Case:
    """A playbook, and what it does on each account.

    Attributes:
        play: The tasks of a play, or the name of a playbook of the collection.
        missing: How many of the projects are missing at first.
        long: Whether it takes minutes as modules, so that one round is enough.
    """

    title: str
    play: dict[str, Any] | str
    calls: Counter[str]
    missing: int = 0
    long: bool = False

    def playbook(self) -> list[dict[str, Any]]:
        if isinstance(self.play, str):
            return [{"ansible.builtin.import_playbook": f"community.scalingo.{self.play}"}]
        return [{"hosts": "all", "gather_facts": False, "module_defaults": DEFAULTS, "tasks": [self.play]}]


ONCE = Counter({EXCHANGE: 1, LIST: 1})
CASES = {
    PING: Case("a ping", {"ansible.builtin.ping": {}}, Counter()),
    "list": Case(
        f"a list of {PROJECTS}, unchanged",
        {"community.scalingo.scalingo_projects": {"projects": [{"name": name} for name in NAMES]}},
        ONCE,
    ),
    "loop": Case(
        f"a loop of {PROJECTS}, unchanged",
        {"community.scalingo.scalingo_project": {"name": "{{ item }}"}, "loop": NAMES},
        Counter({EXCHANGE: PROJECTS, LIST: PROJECTS}),
        long=True,
    ),
    "audit": Case("the playbook `audit`, compliant", "audit", ONCE),
    "baseline": Case("the playbook `baseline`, one project missing", "baseline", ONCE + Counter({CREATE: 1}), 1),
}


class Accounts:
    """The accounts of a simulator, each a host of the inventory by the same name."""

    def __init__(self, simulator: Any, size: int) -> None:
        self.simulator = simulator
        names = [f"account-{number:04d}" for number in range(1, size + 1)]
        self.tokens = {name: simulator.add_account(name, default_project=DEFAULT).api_token for name in names}

    def inventory(self) -> dict[str, Any]:
        """Return the inventory, with the token and the baseline of each account."""
        common = {
            "ansible_connection": "local",
            "ansible_python_interpreter": "{{ ansible_playbook_python }}",
            "scalingo_api_url": self.simulator.api_url,
            "scalingo_auth_url": self.simulator.auth_url,
            "project_baseline_default_project": DEFAULT,
            "project_baseline_projects": [{"name": name} for name in NAMES[1:]],
        }
        hosts = {name: {"scalingo_api_token": token} for name, token in self.tokens.items()}
        return {"all": {"hosts": hosts, "vars": common}}

    def prepare(self, missing: int) -> None:
        """Give each account its projects except for some, and forget all requests."""
        self.simulator.reset()
        for name in self.tokens:
            for project in NAMES[1 : PROJECTS - missing]:
                self.simulator.add_project(name, project)

    def complaints(self, calls: Counter[str], output: str) -> list[str]:
        """Return what is not as it should be after a run."""
        found: dict[str, Counter[str]] = {name: Counter() for name in self.tokens}
        for record in self.simulator.requests:
            found[record.account][record.call] += 1
        wrong = [f"{name} sent {dict(sent)}" for name, sent in found.items() if sent != calls]
        wrong += [f"{name} is not compliant" for name in self.tokens if self._projects(name) != sorted(NAMES)]
        return wrong + [f"the token of {name} was printed" for name, token in self.tokens.items() if token in output]

    def _projects(self, name: str) -> list[str]:
        return sorted(one["name"] for one in self.simulator.projects(owner=name))


class Row(NamedTuple):
    """A case on so many accounts: a value for each run."""

    case: str
    way: str
    accounts: int
    forks: int
    cpu: list[float]
    seconds: list[float]
    megabytes: list[float]


INTRODUCTION = f"""\
{LICENSE.format(name="many")}
# Many accounts

Playbooks with a host for each account, each of which has {PROJECTS} projects, against a simulator on the same machine
without a rate limit. Processor time is that of all processes of a run, in units of a playbook that pings the same
hosts. Memory is the peak of all processes of a run, with shared pages counted once.

The tasks of this collection run in the Ansible worker. *As modules* means `scalingo_run_in_worker: false`: each task,
and each item of a loop, starts a Python process.
"""


def summary(rows: list[Row]) -> str:
    """Return the processor time with few forks, and the memory with many, of each case."""
    accounts = rows[0].accounts
    found = {(row.case, row.way, row.forks): row for row in rows}
    ping = statistics.median(found[PING, MODULE, FORKS].cpu)
    memory = max(forks for _case, _way, forks in found)
    lines = []
    for name, case in CASES.items():
        line = [case.title]
        for way in (WORKER, MODULE):
            row = found.get((name, way, FORKS))
            cpu = row and statistics.median(row.cpu)
            line += [f"**{times(cpu / ping)}** ({cpu:.1f} s)" if cpu else "", _seconds(row)]
        for way in (WORKER, MODULE):
            watched = found.get((name, way, memory))
            line.append(f"{statistics.median(watched.megabytes):.0f} MB" if watched else "")
        if any(line[1:]):
            lines.append([*line, str(case.calls.total())])
    header = [
        f"{accounts} accounts",
        *(column for way in (WORKER, MODULE) for column in (f"{way}: processor time", "time")),
        *(f"{way}: memory, {memory} forks" for way in (WORKER, MODULE)),
        "requests per account",
    ]
    return table(header, lines, "l" + "r" * 7)


def page(rows: list[Row], conditions: Mapping[str, str]) -> str:
    """Return the whole page."""
    return "\n".join(
        [
            INTRODUCTION,
            summary(rows),
            f"All are medians, those of time with {FORKS} forks. The measurement fails if an account sends other "
            "requests than\nthese, does not end up compliant, or if a token is printed.\n",
            measured_with(conditions),
        ]
    )


def _seconds(row: Row | None) -> str:
    return f"{statistics.median(row.seconds):.1f} s" if row else ""


def measure(quick: bool, rounds: int) -> list[Row]:
    """Run everything, and return a row for each case."""
    found: dict[tuple[str, str, int, int], Row] = {}
    short = [name for name in CASES if not CASES[name].long]
    if quick:
        _run_all(found, QUICK_ACCOUNTS, FORKS, [both(QUICK_CASES)])
    else:
        first = both(CASES)
        _run_all(found, ACCOUNTS, FORKS, [first, *([*both(short), ("loop", WORKER)] for _round in range(1, rounds))])
        _run_all(found, ACCOUNTS, MEMORY_FORKS, [[*both(short), ("loop", WORKER)]] * rounds)
    return list(found.values())


def both(names: Iterable[str]) -> list[tuple[str, str]]:
    """Return each case in the worker and as a module; a ping is always a module."""
    return [(name, way) for name in names for way in (WORKER, MODULE) if (name, way) != (PING, WORKER)]


def _run_all(
    found: dict[tuple[str, str, int, int], Row], size: int, forks: int, rounds: Iterable[list[tuple[str, str]]]
) -> None:
    with tempfile.TemporaryDirectory() as folder, Simulator(limit_projects=PROJECTS, rate_limit=None) as simulator:
        accounts = Accounts(simulator, size)
        for cases in rounds:
            for name, way in cases:
                run = measure_once(Path(folder), accounts, name, way, forks)
                row = found.setdefault((name, way, size, forks), Row(name, way, size, forks, [], [], []))
                row.cpu.append(run.cpu_seconds)
                row.seconds.append(run.seconds)
                row.megabytes.append(run.megabytes)
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
    run = process.run(
        [
            *(str(TOOLS / "ansible-playbook"), "play.json", "-i", "hosts.json", "--forks", str(forks)),
            *("-e", json.dumps({"project_baseline_hosts": "all", "scalingo_run_in_worker": way == WORKER})),
        ],
        folder,
        ansible_environment(folder, ANSIBLE_COLLECTIONS_PATH=collections_path(), ANSIBLE_NOCOLOR="true"),
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
