# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prove and measure what many accounts take: `make fleet`."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from ansible_environment import collections_path
from bench.command import run
from bench.machine import OURS, collection_version, cores
from simulator import Simulator

from fleet import rounds
from fleet.accounts import PROJECTS, Fleet
from fleet.report import page, summary
from fleet.rounds import STEPS, Figures, measure
from fleet.slices import Project

CHECKOUT = Path(__file__).resolve().parents[2]
BUILD = CHECKOUT / "build" / "fleet"
ACCOUNTS, SLICES, FORKS = 40, 2, (1, 5, 10, 20)
# One slice that grows, from which the cost of one more account is taken.
GROWTH, GROWTH_FORKS = (50, 200), 10
QUICK_ACCOUNTS, QUICK_FORKS = 12, 10
# Every account has its own; the exchange of the token counts too, which is the strictest reading.
LIMITS = {"limit_projects": PROJECTS, "rate_limit": 60, "rate_auth": True}


def main() -> None:
    """Run everything, and leave the figures in build/fleet and the page in docs."""
    options = _options()
    raw = BUILD / "figures.json"
    if not options.report:
        collections = collections_path()
        if options.quick:
            _quick(collections)
            return
        BUILD.mkdir(parents=True, exist_ok=True)
        raw.write_text(json.dumps(_full(collections), indent=1), encoding="utf-8")
    saved = json.loads(raw.read_text(encoding="utf-8"))
    figures = [Figures(**one) for one in saved["figures"]]
    target = CHECKOUT / "docs" / "many_accounts.md"
    target.write_text(page(figures, saved["proved"], saved["conditions"]), encoding="utf-8")
    print(summary(figures))
    print(f"The page is {target.relative_to(CHECKOUT)}.")


def _quick(collections: str) -> None:
    """Prove everything once with fewer accounts."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        figures, proved = _cell(Path(folder), collections, QUICK_ACCOUNTS, SLICES, QUICK_FORKS, proofs=True)
    print(summary(figures))
    print(f"{QUICK_ACCOUNTS} accounts in {SLICES} slices, all as they should be. {_words(proved)}")
    print(f"{time.monotonic() - start:.0f} s.")


def _full(collections: str) -> dict[str, object]:
    start = time.monotonic()
    load = os.getloadavg()[0]
    figures: list[Figures] = []
    proved: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as folder:
        for forks in FORKS:
            place = Path(folder) / f"forks-{forks}"
            found, shown = _cell(place, collections, ACCOUNTS, SLICES, forks, proofs=forks == GROWTH_FORKS)
            figures += found
            proved.update(shown)
        for size in GROWTH:
            place = Path(folder) / f"accounts-{size}"
            figures += _cell(place, collections, size, 1, GROWTH_FORKS, steps=(("audit", False),))[0]
    conditions = {
        "command": f"`make fleet`, {(time.monotonic() - start) / 60:.1f} minutes",
        "cores": str(cores()),
        "load when it began": f"{load:.1f} processes that wanted a core",
        "Python": sys.version.split()[0],
        "ansible-core": version("ansible-core"),
        OURS: collection_version(OURS, collections.split(os.pathsep)),
    }
    return {"figures": [asdict(one) for one in figures], "proved": proved, "conditions": conditions}


def _cell(
    folder: Path,
    collections: str,
    size: int,
    slices: int,
    forks: int,
    proofs: bool = False,
    steps: tuple[tuple[str, bool], ...] = STEPS,
) -> tuple[list[Figures], dict[str, int]]:
    """Run all steps with so many accounts, slices and forks."""
    folder.mkdir(exist_ok=True)
    proved: dict[str, int] = {}
    with Simulator(**LIMITS) as simulator:
        fleet = Fleet(simulator, size)
        connection = {"scalingo_api_url": simulator.api_url, "scalingo_auth_url": simulator.auth_url}
        project = Project(folder, collections, fleet.accounts, connection)
        if steps[0][1]:
            fleet.let_drift()
        else:
            fleet.mend()
        figures = []
        for playbook, differing in steps:
            one = measure(fleet, project, playbook, differing, slices, forks)
            print(
                f"{size:4} accounts, {slices} slices, {forks:2} forks: {playbook:<8} "
                f"{'all differ' if differing else 'none differs':<12}  {one.seconds:6.1f} s  "
                f"{one.requests:5} requests, {one.most_requests} of one account at most",
                flush=True,
            )
            figures.append(one)
        if proofs:
            if size == ACCOUNTS:
                figures.append(measure(fleet, project, "audit", False, slices, forks, reports=True))
            proved["waited"] = rounds.prove_that_accounts_wait_side_by_side(fleet, project, slices, forks)
            proved["reported"] = rounds.prove_that_one_failure_stops_nobody(fleet, project, slices, forks)
    return figures, proved


def _words(proved: dict[str, int]) -> str:
    return (
        f"{proved['waited']} of them found their limit used up, and those of a slice waited side by side. "
        f"With one token revoked, {proved['reported']} were reported all the same."
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make fleet", description="Prove and measure what many accounts take.")
    parser.add_argument("--quick", action="store_true", help="prove everything once with few accounts; write nothing")
    parser.add_argument("--report", action="store_true", help="measure nothing: write the page of the last run anew")
    return parser.parse_args()


if __name__ == "__main__":
    run(main, "The measurement")
