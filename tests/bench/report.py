# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table: what was measured, as a page for a reader who was not there."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

from bench.cases import CASES
from bench.figures import AGAIN, FIRST, PING, Cell, Figures, Sample, spread

# What the reader came for: two cells, each but for the latency, since it is compared at each that was measured.
Side = tuple[str, int, str]
BASE: Side = (PING.case, PING.size, PING.moment)
HEADLINES: tuple[tuple[Side, Side], ...] = (
    (("bulk", 50, AGAIN), BASE),
    (("bulk", 50, AGAIN), ("uri", 50, AGAIN)),
    (("loop", 50, AGAIN), ("bulk", 50, AGAIN)),
    (("uri", 50, FIRST), ("bulk", 50, FIRST)),
    (("loop", 50, FIRST), ("bulk", 50, FIRST)),
    (("lookup", 50, AGAIN), BASE),
    (("loop", 1, AGAIN), BASE),
    (("hcloud", 1, AGAIN), BASE),
    (("vultr", 1, AGAIN), BASE),
    (("loop", 10, AGAIN), ("hcloud", 10, AGAIN)),
    (("loop", 10, AGAIN), ("vultr", 10, AGAIN)),
)

INTRODUCTION = """\
<!--
Copyright: (c) 2026, the community.scalingo authors
GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
SPDX-License-Identifier: GPL-3.0-or-later

Written by "make bench": change tests/bench/report.py instead.
-->

# What it costs

How long a playbook takes that ensures that projects exist: with one task of this collection for all of them, with a
loop, by hand with `ansible.builtin.uri`, and, as far as they compare, with modules of other collections. Each figure is
the time on the clock of a whole run of `ansible-playbook`, from the start of the process to its end, against a server
on the same machine that waits for the given latency before every answer.
"""

NOTES = """\
## How to read it

- **A playbook with one ping is the yardstick.** It is what Ansible takes to start and to run any module at all. What is
  above it, a case costs by itself.
- The table at the top has the ratio of two medians, in brackets the medians themselves, and the requests of either run.
- *First run* creates all projects, *no-change run* finds them as they should be. For a peer that is an SSH key which
  exists already, in a loop like that over `scalingo_project`: their modules do one at a time.
- In each round all cases take turns, and in each in another order, so that whatever else the machine does hits all of
  them alike. Runs of many modules take part in every second round only, or from 40 modules on in every fifth: the
  column *runs* has what came of it. Such a run is by itself a mean of as many modules.
- The lookup runs in Ansible itself. No module is started for it, which is why it takes less than a ping.
- The requests are counted by the server, and those for the exchange of the API token are among them: one for each task
  of this collection. The benchmark fails if a case sends others than it should, so if anything is written to an account
  that is as it should be, or if there are other projects afterwards than those that were wanted.
- The latency is that of an answer. Over the internet a new connection takes two or three round trips more, for TCP and
  TLS, and each module has to make its own: `uri` and every loop pay that for each of theirs, one task for all of them
  pays once for each of the two hosts.
- Scalingo allows 60 requests a minute and, unless it grants more, 20 projects. The server here has neither limit:
  whoever sends more requests would mostly wait.
- Ansible has its default settings, and does not gather facts. In particular pipelining is off; it makes every module
  cheaper, for all cases alike.
- The servers do without Nagle's algorithm, as servers on the internet do. With it, each request on a kept connection
  would take some 40 ms more. That is checked before the first run.
- The playbooks are in `tests/bench/cases.py`, the servers of the peers in `tests/bench/peers.py`; the Scalingo API is
  the simulator that the tests have too.
"""


def seconds(value: float) -> str:
    """Seconds to three digits or so: what is beyond them is noise."""
    return f"{value:.2f}" if value < 10 else f"{value:.1f}"


def times(ratio: float | None) -> str:
    """How many times as long; nothing if that is not known."""
    if ratio is None:
        return ""
    return f"{ratio:.2f}x" if ratio < 10 else f"{ratio:.1f}x"


def with_range(sample: Sample) -> str:
    """The median, and in brackets the fastest and the slowest run."""
    if len(sample.seconds) == 1:
        return seconds(sample.median)
    return f"{seconds(sample.median)} ({seconds(sample.lowest)}-{seconds(sample.highest)})"


def table(header: list[str], rows: list[list[str]], align: str) -> str:
    """A table in Markdown; `align` has an l or an r for each column."""
    marks = {"l": "---", "r": "--:"}
    lines = [header, [marks[one] for one in align], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def of_latency(latency: int) -> str:
    return f"{latency} ms latency"


def cell_of(side: Side, latency: int) -> Cell:
    """The cell of a side of a comparison at a latency; for a ping there is one for all."""
    return PING if side == BASE else Cell(*side, latency)


def words(side: Side) -> str:
    """A side of a comparison in a few words."""
    case, size, moment = side
    what = {FIRST: "new", AGAIN: "unchanged"}[moment]
    return CASES[case].title if side == BASE else f"{CASES[case].title}, {size} {what}"


def compared(figures: Figures, cell: Cell, base: Cell) -> str:
    """The ratio of two cells, and what it is made of."""
    one, other = (seconds(figures[each].median) for each in (cell, base))
    return f"**{times(figures.ratio(cell, base))}** ({one} / {other} s)"


def headlines(figures: Figures) -> str:
    """The comparisons of which both sides were measured."""
    rows = []
    for one, other in HEADLINES:
        pairs = [(cell_of(one, latency), cell_of(other, latency)) for latency in figures.latencies()]
        if not all(cell in figures for pair in pairs for cell in pair):
            continue
        ratios = [compared(figures, cell, base) for cell, base in pairs]
        requests = " / ".join(str(figures[cell].requests) for cell in pairs[0])
        rows.append([words(one), words(other), *ratios, requests])
    header = ["a run with", "compared with", *map(of_latency, figures.latencies()), "requests"]
    return table(header, rows, "ll" + "r" * len(figures.latencies()) + "r")


def details(figures: Figures) -> str:
    """Every cell: a row for each case, moment and size, with all latencies beside each other."""
    latencies = figures.latencies()
    header = ["case", "objects"]
    for latency in latencies:
        header += [f"{of_latency(latency)}: s", "to ping"]
    parts = []
    for moment in (FIRST, AGAIN):
        rows = []
        for case, size in product(CASES.values(), figures.sizes()):
            cells = [Cell(case.name, size, moment, latency) for latency in latencies]
            if not all(cell in figures for cell in cells):
                continue
            row = [case.title, str(size)]
            for cell in cells:
                row += [with_range(figures[cell]), times(figures.ratio(cell, PING))]
            sample = figures[cells[0]]
            rows.append([*row, str(sample.requests), str(len(sample.seconds))])
        align = "lr" + "rr" * len(latencies) + "rr"
        parts.append(f"### {moment.capitalize()}\n\n" + table([*header, "requests", "runs"], rows, align))
    return "\n".join(parts)


def measured_with(figures: Figures, conditions: Mapping[str, str]) -> str:
    """With what it was measured, and how steady that was."""
    rows = [
        *([name, value] for name, value in conditions.items()),
        ["a playbook with one ping", f"{with_range(figures[PING])} s, {len(figures[PING].seconds)} runs"],
        [
            "typical spread",
            f"{spread(figures.values()):.0%} of the median, from the fastest to the slowest run of a case",
        ],
    ]
    return table(["measured with", ""], rows, "ll")


def page(figures: Figures, conditions: Mapping[str, str], plot: str) -> str:
    """The whole page; `plot` is the file that it shows."""
    return "\n".join(
        [
            INTRODUCTION,
            headlines(figures),
            f"![Seconds a run takes, by number of projects: the tables below have the same figures]({plot})\n",
            measured_with(figures, conditions),
            NOTES,
            "## All figures\n\nMedians; in brackets the fastest and the slowest run, if there were several.\n",
            details(figures),
        ]
    )
