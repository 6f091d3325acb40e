# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure, keep the figures in build, and write the pages: into docs, or into build for a smoke test."""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import sys
import time
from importlib.metadata import version
from typing import Any

from ansible_environment import CHECKOUT

from bench import many, one
from bench.common import Broken, installed

OURS = "community.scalingo"
PARTS = {"bench": one, "scale": many}


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description="Measure the cost of the collection.")
    parser.add_argument("--only", choices=list(PARTS), help="one account, or many accounts")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="rounds (default: 3)")
    parser.add_argument("--quick", action="store_true", help="a smoke test, which leaves its pages in build")
    parser.add_argument("--report", action="store_true", help="measure nothing: write the pages of the last run again")
    options = parser.parse_args()
    # End like Ctrl-C does, so that nothing keeps running.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        for name in [options.only] if options.only else PARTS:
            _run(name, options)
    except KeyboardInterrupt:
        sys.exit(130)
    except Broken as error:
        sys.exit(f"The measurement failed. {error}")


def _run(name: str, options: argparse.Namespace) -> None:
    build = CHECKOUT / "build" / name
    build.mkdir(parents=True, exist_ok=True)
    raw = build / ("quick.json" if options.quick else "figures.json")
    if not options.report:
        start, load = time.monotonic(), os.getloadavg()[0]
        figures = PARTS[name].measure(options.quick, options.rounds)
        minutes = f"{(time.monotonic() - start) / 60:.1f} minutes"
        how = "--quick" if options.quick else f"--rounds {options.rounds}"
        conditions = {"command": f'`make bench ARGS="--only {name} {how}"`, {minutes}', **_conditions(load)}
        raw.write_text(json.dumps({"figures": figures, "conditions": conditions}, indent=1) + "\n", encoding="utf-8")
    saved = json.loads(raw.read_text(encoding="utf-8"))
    folder = build if options.quick else CHECKOUT / "docs"
    print(PARTS[name].write(saved["figures"], saved["conditions"], folder))


def _conditions(load: float) -> dict[str, Any]:
    """Return the versions and the machine, without anything that names it or its owner."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "machine": f"{cores} cores, {platform.system()} on {platform.machine()}, load at the start {load:.1f}",
        "Python": platform.python_version(),
        "ansible-core": version("ansible-core"),
        "requests": version("requests"),
        OURS: installed(OURS),
    }


if __name__ == "__main__":
    main()
