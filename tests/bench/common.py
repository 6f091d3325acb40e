# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `make bench` and `make bench ARGS="--only scale"` share: options, conditions, and tables in Markdown."""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import sys
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ansible_environment import collections_path

CHECKOUT = Path(__file__).resolve().parents[2]
OURS = "community.scalingo"
LICENSE = """\
<!--
Copyright: (c) 2026, the community.scalingo authors
GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
SPDX-License-Identifier: GPL-3.0-or-later

Written by "make bench": change tests/{name}/report.py instead.
-->
"""


class Broken(Exception):
    """A case did something else than it should, so its figures mean nothing."""


def main(name: str, measure: Callable[[bool, int], Any], write: Callable[[Any, dict[str, str], Path], str]) -> None:
    """Measure, keep the figures in build/NAME, and write the page: into docs, or into build for a smoke test.

    `measure` gets whether to be quick, and the number of rounds; `write` gets the figures, what they were measured
    with, and the folder for the page, and returns a summary.
    """
    parser = argparse.ArgumentParser(prog="make bench", description="Measure the cost of the collection.")
    parser.add_argument("--only", choices=("bench", "scale"), help="one account, or many accounts")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="rounds (default: 3)")
    parser.add_argument("--quick", action="store_true", help="a smoke test, which leaves its page in build")
    parser.add_argument("--report", action="store_true", help="measure nothing: write the page of the last run again")
    options = parser.parse_args()
    if options.only not in (None, name):
        return
    # End like Ctrl-C does, so that nothing keeps running.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    build = CHECKOUT / "build" / name
    build.mkdir(parents=True, exist_ok=True)
    raw = build / ("quick.json" if options.quick else "figures.json")
    try:
        if not options.report:
            start, load = time.monotonic(), os.getloadavg()[0]
            figures = measure(options.quick, options.rounds)
            minutes = f"{(time.monotonic() - start) / 60:.1f} minutes"
            command = (
                f'`make bench ARGS="--only {name} {"--quick" if options.quick else f"--rounds {options.rounds}"}"`'
            )
            conditions = {"command": f"{command}, {minutes}", **_conditions(load)}
            raw.write_text(
                json.dumps({"figures": figures, "conditions": conditions}, indent=1) + "\n", encoding="utf-8"
            )
        saved = json.loads(raw.read_text(encoding="utf-8"))
        print(write(saved["figures"], saved["conditions"], build if options.quick else CHECKOUT / "docs"))
    except KeyboardInterrupt:
        sys.exit(130)
    except Broken as error:
        sys.exit(f"The measurement failed. {error}")


def installed(name: str) -> str:
    """Return the version of a collection."""
    for folder in [*collections_path().split(os.pathsep), *sys.path]:
        manifest = Path(folder, "ansible_collections", *name.split("."), "MANIFEST.json")
        if manifest.is_file():
            return str(json.loads(manifest.read_text(encoding="utf-8"))["collection_info"]["version"])
    raise Broken(f"The collection {name} is not installed.")


def table(header: Sequence[str], rows: Sequence[Sequence[str]], align: str) -> str:
    """Return a table in Markdown; `align` has an l or an r for each column."""
    marks = {"l": "---", "r": "--:"}
    return "".join(f"| {' | '.join(line)} |\n" for line in (header, [marks[one] for one in align], *rows))


def times(ratio: float) -> str:
    """Return a ratio to two or three digits."""
    return f"{ratio:.2f}x" if ratio < 10 else f"{ratio:.1f}x"


def _conditions(load: float) -> dict[str, str]:
    """Return the versions and the machine, without anything that names it or its owner."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "machine": f"{cores} cores, {platform.system()} on {platform.machine()}, load at the start {load:.1f}",
        "Python": platform.python_version(),
        "ansible-core": version("ansible-core"),
        "requests": version("requests"),
        OURS: installed(OURS),
    }
