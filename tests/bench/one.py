# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure one account: in each round, all cases take turns, so that a busy machine hits all of them alike."""

from __future__ import annotations

import json
import random
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ansible_environment import TOOLS, ansible_environment, collections_path

from bench import process
from bench.cases import CASES, FIRST
from bench.common import Broken, installed
from bench.report import LATENCIES, Cell, Figures, cells, headlines, page
from bench.servers import public_key, serving

RECAP = re.compile(r"changed=(\d+)\s+unreachable=(\d+)\s+failed=(\d+)")
# A run that starts so many processes is a mean by itself and takes long: only the first round measures it.
LONG = 40
QUICK_SIZE = 3

Playbook = Callable[[str, "dict[str, Any]"], process.Run]


def measure(quick: bool, rounds: int) -> list[Any]:
    """Run everything, and return the figures as JSON."""
    order = list(turns(1 if quick else rounds, quick))
    found: Figures = {}
    with tempfile.TemporaryDirectory() as folder, serving() as (servers, connection):
        run = playbooks(Path(folder))
        # The first run of all creates and reads files that no later run does.
        measure_once(order[0], run, servers, connection)
        for number, cell in enumerate(order, start=1):
            seconds = measure_once(cell, run, servers, connection)
            found.setdefault(cell, []).append(seconds)
            print(
                f"{number:3}/{len(order)}  {cell.case:<11} {cell.size:3}  {cell.moment:<13}  {cell.latency:2} ms"
                f"  {seconds:6.2f} s",
                flush=True,
            )
    return [[*cell, seconds] for cell, seconds in found.items()]


def turns(rounds: int, quick: bool = False) -> Iterator[Cell]:
    """Yield every cell, as often as it is to run."""
    # In a new order each time, which is the same for every benchmark.
    shuffled = random.Random(0)
    for number in range(rounds):
        for latency in LATENCIES[:1] if quick else LATENCIES:
            group = [
                cell
                for cell in cells(quick and QUICK_SIZE, latency)
                if number == 0 or CASES[cell.case].processes(cell.size, _missing(cell)) < LONG
            ]
            shuffled.shuffle(group)
            yield from group


def playbooks(folder: Path) -> Playbook:
    """Return a function that runs a play with variables, and with the settings of a new installation of Ansible."""
    environment = ansible_environment(
        folder,
        ANSIBLE_COLLECTIONS_PATH=collections_path(),
        ANSIBLE_LOCALHOST_WARNING="false",
        ANSIBLE_INVENTORY_UNPARSED_WARNING="false",
    )
    command = [str(TOOLS / "ansible-playbook"), "play.yml", "--extra-vars", "@variables.json"]

    def run(play: str, variables: dict[str, Any]) -> process.Run:
        (folder / "play.yml").write_text(play, encoding="utf-8")
        (folder / "variables.json").write_text(json.dumps(variables), encoding="utf-8")
        return process.run(command, folder, environment)

    return run


def measure_once(cell: Cell, playbook: Playbook, servers: Mapping[str, Any], connection: dict[str, Any]) -> float:
    """Run a cell once, and return how long it took.

    Raises:
        Broken: It did something else than it should.
    """
    case, missing = CASES[cell.case], _missing(cell)
    names = [f"project-{number:03d}" for number in range(1, cell.size + 1)]
    # The other servers are watched as well.
    for name, server in servers.items():
        server.prepare(names[missing:] if name == case.server else [], cell.latency)
    run = playbook(
        case.play(cell.size),
        {
            **connection,
            "scalingo_run_in_worker": case.in_worker,
            "wanted": names,
            "wanted_projects": [{"name": name} for name in names],
            "wanted_keys": [{"name": name, "public_key": public_key(name)} for name in names],
        },
    )
    recap = RECAP.search(run.output)
    facts: dict[str, tuple[Any, Any]] = {
        "exit code": (0, run.returncode),
        "changed tasks": (1 if missing else 0, int(recap[1]) if recap else None),
    }
    for name, server in servers.items():
        mine = name == case.server
        calls = {call: count for call, count in case.calls(cell.size, missing).items() if count}
        facts[f"requests to {name}"] = (calls if mine else {}, server.calls())
        facts[f"objects of {name}"] = (names if mine else [], sorted(server.names()))
    for what, (wanted, found) in facts.items():
        if wanted != found:
            raise Broken(f"{cell}: {what} should be {wanted}, but is {found}.\n\n{run.output[-4000:]}")
    return run.seconds


def _missing(cell: Cell) -> int:
    return cell.size if cell.moment == FIRST else 0


def write(saved: list[Any], conditions: dict[str, str], folder: Path) -> str:
    """Write page and plot."""
    from bench.plot import draw  # here, because matplotlib takes a second

    figures = {Cell(*key): seconds for *key, seconds in saved}
    conditions = {**conditions, **{name: installed(name) for name in ("hetzner.hcloud", "vultr.cloud")}}
    draw(figures, folder / "benchmark.svg")
    (folder / "benchmark.md").write_text(page(figures, conditions), encoding="utf-8")
    return headlines(figures)
