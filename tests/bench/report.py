# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page: the measurements of one account, for a reader who was not there."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from itertools import product
from typing import NamedTuple

from bench.cases import AGAIN, CASES, FIRST
from bench.common import LICENSE, measured_with, table, times

LATENCIES = (0, 40)


class Cell(NamedTuple):
    """A case for a number of objects, at a latency in milliseconds."""

    case: str
    size: int
    moment: str
    latency: int


# How long each run of a cell took.
Figures = dict[Cell, "list[float]"]
Side = tuple[str, int, str]

# In place of a size: the cost of one more task.
EACH = 0
PING_PLAYBOOK, PING_TASK = ("ping", 1, AGAIN), ("ping", EACH, AGAIN)
# The comparisons that a reader looks for.
HEADLINES: tuple[tuple[Side, Side], ...] = (
    (("task", EACH, AGAIN), PING_TASK),
    (("task_module", EACH, AGAIN), PING_TASK),
    (("bulk", 50, AGAIN), PING_PLAYBOOK),
    (("bulk_module", 50, AGAIN), PING_PLAYBOOK),
    (("loop", 50, AGAIN), PING_PLAYBOOK),
    (("loop_module", 50, AGAIN), PING_PLAYBOOK),
    (("lookup", 50, AGAIN), PING_PLAYBOOK),
    (("bulk", 50, AGAIN), ("uri", 50, AGAIN)),
    (("uri", 50, FIRST), ("bulk", 50, FIRST)),
    (("loop", 50, FIRST), ("bulk", 50, FIRST)),
    (("loop", 10, AGAIN), ("hcloud", 10, AGAIN)),
    (("loop", 10, AGAIN), ("vultr", 10, AGAIN)),
    (("loop_module", 10, AGAIN), ("hcloud", 10, AGAIN)),
    (("loop_module", 10, AGAIN), ("vultr", 10, AGAIN)),
)

INTRODUCTION = f"""\
{LICENSE.format(name="report")}
# Benchmark

The time on the clock of whole runs of `ansible-playbook` that ensure that projects exist: with one task for all of
them, with a loop, manually with `ansible.builtin.uri`, and, as far as they are comparable, with modules of other
collections. The server is on the same machine, and waits for the given latency before each response.
"""

NOTES = """\
## How to read the figures

- **A playbook with one ping is the unit.** Ansible takes that long to start and to run any module.
- The tasks of this collection run in the Ansible worker. *As a module* means `scalingo_run_in_worker: false`: each
  task, and each item of a loop, starts a Python process.
- *One more task* is the difference between a playbook with 21 such tasks and a playbook with one, divided by 20.
- *First run* creates all projects. *No-change run* finds them as desired. A peer ensures that an SSH key exists: its
  modules manage one at a time.
- In each round, all cases take turns, in a new order. Only the first round has the runs that start 40 or more modules.
- The servers count the requests, including the exchange of the API token. The benchmark fails if a case sends other
  requests, changes an account that already matches, or leaves other projects than desired.
- Over the internet, a new connection takes two or three more round trips for TCP and TLS. Each task makes its own
  connections, and so does each item of a loop.
- The server has no limits. Scalingo allows 60 requests per minute and, unless it grants more, 20 projects.
- Ansible has its default settings, and gathers no facts. Pipelining is off; it makes all modules cheaper.
- The playbooks are in `tests/bench/cases.py`, the APIs of the peers in `tests/bench/servers.py`. The Scalingo API is
  the simulator of the tests.
"""


def cells(size: int | bool, latency: int) -> list[Cell]:
    """Return every cell of a latency, or of it only one per case, for a smoke test with so many objects."""
    found = []
    for name, case in CASES.items():
        sizes = case.sizes if not size else (1, size) if case.repeated else (size,)
        # A ping needs no server, so it has no latency.
        at = 0 if name == "ping" else latency
        found += [Cell(name, each, moment, at) for each in sizes for moment in case.moments]
    return found


def seconds_of(figures: Figures, side: Side, latency: int) -> float | None:
    """Return the median of a cell, or the cost of one more task; None if it was not measured."""
    name, size, moment = side
    at = 0 if name == "ping" else latency
    if size != EACH:
        runs = figures.get(Cell(name, size, moment, at))
        return statistics.median(runs) if runs else None
    sizes = sorted(cell.size for cell in figures if (cell.case, cell.moment, cell.latency) == (name, moment, at))
    if len(sizes) < 2:
        return None
    low, high = (statistics.median(figures[Cell(name, each, moment, at)]) for each in (sizes[0], sizes[-1]))
    return (high - low) / (sizes[-1] - sizes[0])


def headlines(figures: Figures) -> str:
    """Return the comparisons of which both sides were measured."""
    latencies = _latencies(figures)
    rows = []
    for one, other in HEADLINES:
        pairs = [(seconds_of(figures, one, each), seconds_of(figures, other, each)) for each in latencies]
        ratios = [f"**{times(a / b)}** ({_digits(a)} / {_digits(b)} s)" for a, b in pairs if a and b]
        if len(ratios) == len(latencies):
            rows.append([_words(one), _words(other), *ratios])
    header = ["a run with", "compared with", *(f"{latency} ms latency" for latency in latencies)]
    return table(header, rows, "ll" + "r" * len(latencies))


def details(figures: Figures) -> str:
    """Return every cell: a row for each case, moment and size, all latencies beside each other."""
    latencies = _latencies(figures)
    ping = statistics.median(figures[Cell(*PING_PLAYBOOK, 0)])
    parts = []
    for moment in (FIRST, AGAIN):
        rows = []
        for name, case in CASES.items():
            for size in sorted({cell.size for cell in figures if (cell.case, cell.moment) == (name, moment)}):
                runs = [figures.get(Cell(name, size, moment, latency), []) for latency in latencies]
                requests = sum(case.calls(size, size if moment == FIRST else 0).values())
                columns = [text for each in runs for text in _with_range(each, ping)]
                rows.append([case.title, str(size), *columns, str(requests), str(len(runs[0]))])
        header = [f"{latency} ms{what}" for latency, what in product(latencies, (" latency: s", ": to ping"))]
        align = "lr" + "rr" * len(latencies) + "rr"
        parts.append(
            f"### {moment.capitalize()}\n\n" + table(["case", "objects", *header, "requests", "runs"], rows, align)
        )
    return "\n".join(parts)


def page(figures: Figures, conditions: Mapping[str, str]) -> str:
    """Return the whole page."""
    return "\n".join(
        [
            INTRODUCTION,
            headlines(figures),
            "![Seconds of a run by number of projects: the tables below have the same figures](benchmark.svg)\n",
            measured_with(conditions),
            NOTES,
            "## All figures\n\nMedians; in brackets the fastest and the slowest run, if there were several.\n",
            details(figures),
        ]
    )


def _latencies(figures: Figures) -> list[int]:
    return sorted({cell.latency for cell in figures})


def _digits(value: float) -> str:
    """Return seconds to three digits or so: the rest is noise."""
    return f"{value:.3f}" if value < 0.1 else f"{value:.2f}" if value < 10 else f"{value:.1f}"


def _words(side: Side) -> str:
    name, size, moment = side
    if size == EACH:
        return f"one more task {CASES[name].title}" + (", unchanged" if name != "ping" else "")
    if name == "ping":
        return f"one {CASES[name].title}"
    return f"{CASES[name].title}, {size} {'new' if moment == FIRST else 'unchanged'}"


def _with_range(runs: list[float], ping: float) -> tuple[str, str]:
    """Return the median, in brackets the fastest and the slowest run, and the ratio to a ping."""
    if not runs:
        return "", ""
    median = statistics.median(runs)
    spread = f" ({_digits(min(runs))}-{_digits(max(runs))})" if len(runs) > 1 else ""
    return _digits(median) + spread, times(median / ping)
