# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page: the measurements of many accounts, and what follows from them for ten thousand."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from typing import NamedTuple

from bench.common import LICENSE, table, times

from scale.cases import CASES, PING, PROJECTS

ACCOUNTS, GROWN, MANY = 40, 160, 10_000
FORKS, MEMORY_FORKS = 10, 20
# As many hosts as a slice of AWX may well have.
SLICE_HOSTS = 200
WORKER, MODULE = "in worker", "as modules"


class Row(NamedTuple):
    """A case on so many accounts: a value for each run, and the bytes of its artifact."""

    case: str
    way: str
    accounts: int
    forks: int
    cpu: list[float]
    seconds: list[float]
    megabytes: list[float]
    artifact: int


INTRODUCTION = f"""\
{LICENSE.format(name="scale")}
# Many accounts

Playbooks with a host for each account, each of which has {PROJECTS} projects, against a simulator on the same machine
without a rate limit. Processor time is that of all processes of a run, in units of a playbook that pings the same
hosts. Memory is the peak of all processes of a run, with shared pages counted once.

The tasks of this collection run in the Ansible worker. *As modules* means `scalingo_run_in_worker: false`: each task,
and each item of a loop, starts a Python process.
"""

EXTRAPOLATION = """\
These figures for {many} accounts are extrapolated. They assume that a slice has at most as many hosts as were measured,
that a machine has as many cores as this one and runs one slice at a time, and that the API responds at once. A request
to an API that takes 0.1 s adds 0.1 s to its host, which forks hide, and no processor time.
"""


def summary(rows: list[Row]) -> str:
    """Return the processor time with few forks, and the memory with many, of each case."""
    accounts = rows[0].accounts
    found = {(row.case, row.way, row.forks): row for row in rows if row.accounts == accounts}
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
            line.append(f"{max(watched.megabytes):.0f} MB" if watched else "")
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
    small, large = (
        next((row for row in rows if (row.case, row.accounts, row.forks) == ("audit", accounts, FORKS)), None)
        for accounts in (ACCOUNTS, GROWN)
    )
    return "\n".join(
        [
            INTRODUCTION,
            summary(rows),
            f"Processor time and time are medians with {FORKS} forks. The measurement fails if an account sends other "
            "requests\nthan these, does not end up compliant, or if a token is printed.\n",
            *(_extrapolated(small, large) if small and large else ()),
            table(["measured with", ""], list(map(list, conditions.items())), "ll"),
        ]
    )


def _extrapolated(small: Row, large: Row) -> list[str]:
    more = large.accounts - small.accounts
    cpu = (statistics.median(large.cpu) - statistics.median(small.cpu)) / more
    seconds = (statistics.median(large.seconds) - statistics.median(small.seconds)) / more
    memory = max(0.0, (max(large.megabytes) - max(small.megabytes)) / more)
    alone = max(small.megabytes) - memory * small.accounts
    artifact = (large.artifact - small.artifact) / more
    requests = CASES["audit"].calls.total()
    one = [
        ["requests", str(requests)],
        ["processor time", f"{cpu:.2f} s"],
        ["time on the clock", f"{seconds:.2f} s"],
        ["memory", f"{memory * 1000:.0f} kB"],
        ["artifact", f"{artifact:.0f} bytes"],
    ]
    many = [
        ["requests", f"{requests} x {MANY}", str(requests * MANY)],
        ["processor time", f"{cpu:.2f} s x {MANY}", f"{cpu * MANY / 3600:.1f} hours"],
        ["minutes on one machine", f"{seconds:.2f} s x {MANY} / 60", f"{seconds * MANY / 60:.0f}"],
        ["minutes on 10 machines", f"{seconds * MANY / 60:.0f} / 10", f"{seconds * MANY / 600:.0f}"],
        [f"slices of {SLICE_HOSTS} hosts", f"{MANY} / {SLICE_HOSTS}", str(-(-MANY // SLICE_HOSTS))],
        [
            "memory of a slice",
            f"{alone:.0f} MB + {SLICE_HOSTS} x {memory * 1000:.0f} kB",
            f"{alone + memory * SLICE_HOSTS:.0f} MB",
        ],
        ["artifact of a slice", f"{artifact:.0f} bytes x {SLICE_HOSTS}", f"{artifact * SLICE_HOSTS / 1000:.0f} kB"],
    ]
    return [
        f"## One more account, and {MANY}\n",
        f"The playbook `audit` ran with {FORKS} forks on {small.accounts} and on {large.accounts} accounts, all "
        f"compliant. The difference, divided by\n{more}, is the cost of one more account:\n",
        table(["one more account", "measured"], one, "lr"),
        EXTRAPOLATION.format(many=MANY),
        table([f"{MANY} accounts", "formula", "extrapolated"], many, "llr"),
    ]


def _seconds(row: Row | None) -> str:
    return f"{statistics.median(row.seconds):.1f} s" if row else ""
