# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure, check and report: `make bench`."""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from ansible_environment import collections_path

from bench import machine
from bench.cases import CASES, LATENCIES, SIZES
from bench.command import run
from bench.figures import read, save
from bench.playbook import Playbooks
from bench.plot import draw
from bench.report import headlines, page
from bench.rounds import figures_of, turns
from bench.servers import serving

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parents[1]
BUILD = CHECKOUT / "build" / "bench"
NAME = "benchmark"
QUICK_SIZES, QUICK_LATENCIES = (1, 3), (0,)


def main() -> None:
    """Run the benchmark, and leave the figures in build/bench and the report in docs."""
    options = _options()
    collections = collections_path()
    BUILD.mkdir(parents=True, exist_ok=True)
    # A part is no reason to change what is published.
    partial = options.quick or options.cases
    raw = BUILD / ("partial.json" if partial else "figures.json")
    target = BUILD if partial else CHECKOUT / "docs"
    if not options.report:
        _measure(options, collections, raw)
    figures, conditions = read(raw)
    target.mkdir(exist_ok=True)
    draw(figures, target / f"{NAME}.svg")
    (target / f"{NAME}.md").write_text(page(figures, conditions, f"{NAME}.svg"), encoding="utf-8")
    print(headlines(figures))
    print(f"The report is in {(target / NAME).relative_to(CHECKOUT)}.md, the plot beside it.")


def _measure(options: argparse.Namespace, collections: str, raw: Path) -> None:
    rounds = 1 if options.quick else options.rounds
    sizes, latencies = (QUICK_SIZES, QUICK_LATENCIES) if options.quick else (SIZES, LATENCIES)
    cases = [CASES[name] for name in options.cases or CASES]
    cells = list(turns(cases, sizes, latencies, rounds))
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, serving() as (servers, connection):
        figures = figures_of(cells, Playbooks(Path(folder), collections), servers, connection)
    minutes = f"{(time.monotonic() - start) / 60:.1f} minutes"
    print(f"\n{len(cells)} runs in {minutes}.\n")
    arguments = [*(["--quick"] if options.quick else []), *(["--cases", *options.cases] if options.cases else [])]
    command = f"make bench ROUNDS={rounds}" + (f' ARGS="{" ".join(arguments)}"' if arguments else "")
    conditions = {"command": f"`{command}`, {minutes}", "rounds": str(rounds), **machine.description(collections)}
    save(raw, figures, conditions)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description="Measure what the collection costs.")
    parser.add_argument("--rounds", type=int, default=3, choices=range(1, 100), metavar="N", help="rounds (default: 3)")
    parser.add_argument("--quick", action="store_true", help="one round of the small sizes, in build/bench only")
    parser.add_argument("--cases", nargs="+", choices=CASES, help="only these, in build/bench only")
    parser.add_argument("--report", action="store_true", help="measure nothing: write the report of the last run anew")
    return parser.parse_args()


if __name__ == "__main__":
    run(main, "The benchmark")
