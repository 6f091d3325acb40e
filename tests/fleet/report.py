# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page: what was measured, and what follows from it for ten thousand accounts."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass

from bench.report import table

from fleet.accounts import DRIFTS, PROJECTS
from fleet.rounds import Figures

MANY = 10_000
# Slices of a size that was measured, on machines with as many cores as the one here.
SLICE_HOSTS = 200
# AWX leaves the result of a task out of its events beyond this; not the artifacts, of which it is the yardstick here.
MOST_BYTES = 700_000
WIDTH = 120
NOT_MEASURED = "not measured"

INTRODUCTION = """\
<!--
Copyright: (c) 2026, the community.scalingo authors
GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
SPDX-License-Identifier: GPL-3.0-or-later

Written by "make fleet": change tests/fleet/report.py instead.
-->

# What many accounts take

The playbooks `audit` and `baseline` with a host for each account, against a simulator on the same machine that allows
each account 60 requests a minute and 20 projects. Two processes of `ansible-playbook` run side by side, each with every
second host, as AWX cuts an inventory in slices.
"""


@dataclass(frozen=True)
class Costs:
    """What one more account takes, from a slice that grew; and what the slice takes without any.

    Attributes:
        requests: Of an audit that finds nothing.
        cpu_seconds: Of all cores together.
        seconds: On the clock.
        artifact_bytes: In the artifact.
    """

    requests: float
    cpu_seconds: float
    seconds: float
    megabytes: float | None
    megabytes_alone: float | None
    artifact_bytes: float


def growth(figures: list[Figures]) -> tuple[Figures, Figures] | None:
    """The smallest and the largest slice of those that run alone."""
    alone = sorted((one for one in figures if one.slices == 1), key=lambda one: one.accounts)
    return (alone[0], alone[-1]) if len(alone) > 1 else None


def costs(small: Figures, large: Figures) -> Costs:
    more = large.accounts - small.accounts
    megabytes = alone = None
    if small.megabytes is not None and large.megabytes is not None:
        megabytes = (large.megabytes - small.megabytes) / more
        alone = small.megabytes - megabytes * small.accounts
    return Costs(
        (large.requests - small.requests) / more,
        (large.cpu_seconds - small.cpu_seconds) / more,
        (large.seconds - small.seconds) / more,
        megabytes,
        alone,
        (large.artifact_bytes - small.artifact_bytes) / more,
    )


def summary(figures: list[Figures]) -> str:
    """Every run in slices: a row for each number of forks, the runs beside each other."""
    header = ["forks", "audit, all differ", "baseline, all differ", "audit, none differs", "baseline, none differs"]
    rows = []
    for forks in sorted({one.forks for one in figures if one.slices > 1}):
        found = {
            (one.playbook, one.differing): one
            for one in figures
            if one.forks == forks and one.slices > 1 and not one.reports
        }
        order = [(name, differing) for differing in (True, False) for name in ("audit", "baseline")]
        memory = [one.megabytes for one in found.values() if one.megabytes is not None]
        cells = [f"{found[key].seconds:.1f} s" for key in order if key in found]
        cpu = found["audit", False].cpu_seconds / found["audit", False].accounts
        rows.append([str(forks), *cells, f"{cpu:.2f} s", f"{max(memory):.0f} MB" if memory else NOT_MEASURED])
    return table([*header, "CPU an account, audit", "memory of a slice"], rows, "rrrrrrr")


def page(figures: list[Figures], proved: Mapping[str, int], conditions: Mapping[str, str]) -> str:
    """The whole page."""
    sliced = [one for one in figures if one.slices > 1]
    accounts = sliced[0].accounts
    parts = [
        INTRODUCTION,
        "## Time against forks\n",
        f"{accounts} accounts with {PROJECTS} projects each, in {sliced[0].slices} slices. Time is that of the slower "
        "slice, from the start of its process to its end; CPU is that of all processes of both slices; memory is the "
        "most that all processes of a slice held together, pages that they share counted once.\n",
        summary(figures),
        _with_reports(sliced),
        "## Requests\n",
        _requests(sliced),
        "The program fails if any account sends another request than these, so none was refused for the limit. "
        f"At first the accounts differ in {len(DRIFTS)} ways by turns: {', '.join(DRIFTS)}.\n",
        "## What else was seen\n",
        _proved(proved, accounts),
        "## One more account, and ten thousand\n",
        _extrapolated(figures, int(conditions["cores"])),
        table(["measured with", ""], [[name, value] for name, value in conditions.items()], "ll"),
    ]
    return "\n".join(_wrapped(part) for part in parts if part)


def _wrapped(part: str) -> str:
    """Prose in lines of the usual length; everything else as it is."""
    prose = len(part) > WIDTH and not part.startswith(("<!--", "|"))
    return "\n\n".join(_paragraph(each) for each in part.split("\n\n")) if prose else part


def _paragraph(text: str) -> str:
    if text.startswith("|") or not text.strip():
        return text
    lines = [textwrap.fill(line, WIDTH, subsequent_indent="  " * line.startswith("- ")) for line in text.splitlines()]
    return "\n".join(lines) + "\n" * text.endswith("\n")


def _with_reports(figures: list[Figures]) -> str:
    for one in figures:
        if one.reports:
            plain = next(each for each in figures if not each.reports and _same(each, one) and each.forks == one.forks)
            return (
                f"With `project_baseline_report_dir`, so that each host writes three files, the audit that finds "
                f"nothing took {one.seconds:.1f} s in place of {plain.seconds:.1f} s with {one.forks} forks, and "
                f"{one.cpu_seconds / one.accounts:.2f} s of CPU an account in place of "
                f"{plain.cpu_seconds / plain.accounts:.2f} s.\n"
            )
    return ""


def _same(one: Figures, other: Figures) -> bool:
    return (one.playbook, one.differing) == (other.playbook, other.differing)


def _requests(figures: list[Figures]) -> str:
    rows = []
    seen = set()
    for one in figures:
        key = (one.playbook, one.differing)
        if key not in seen and not one.reports:
            seen.add(key)
            what = f"{one.playbook}, {'all differ' if one.differing else 'none differs'}"
            rows.append([what, str(one.requests), f"{one.requests / one.accounts:.2f}", str(one.most_requests)])
    return table(["run", "requests", "an account, mean", "an account, at most"], rows, "lrrr")


def _proved(proved: Mapping[str, int], accounts: int) -> str:
    return (
        f"- {proved['waited']} accounts were told by the API to wait. Those of a slice waited at the same time, and "
        "the others were not held against the limit at all.\n"
        f"- The token of one account was revoked. Its slice ended red, the other one green, and {proved['reported']} "
        f"of {accounts} accounts were reported as they should be, in the artifact and in a folder each.\n"
        "- No token was in any output.\n"
    )


def _extrapolated(figures: list[Figures], cores: int) -> str:
    ends = growth(figures)
    if ends is None:
        return ""
    small, large = ends
    one = costs(small, large)
    slices = -(-MANY // SLICE_HOSTS)
    least = one.cpu_seconds * MANY / cores / 60
    minutes = one.seconds * MANY / 60
    measured = [
        ["requests", f"{one.requests:.0f}", "measured"],
        ["CPU", f"{one.cpu_seconds:.2f} s", "measured"],
        ["time on the clock", f"{one.seconds:.2f} s", "measured"],
        ["memory", NOT_MEASURED if one.megabytes is None else f"{one.megabytes * 1000:.0f} kB", "measured"],
        ["artifact", f"{one.artifact_bytes:.0f} bytes", "measured"],
    ]
    worked_out = [
        ["requests", f"{one.requests:.0f} x {MANY}", f"{one.requests * MANY:.0f}"],
        ["CPU", f"{one.cpu_seconds:.2f} s x {MANY}", f"{one.cpu_seconds * MANY / 3600:.1f} hours"],
        [
            f"minutes on a machine with {cores} cores, at best",
            f"{one.cpu_seconds:.2f} s x {MANY} / {cores} / 60",
            f"{least:.0f}",
        ],
        ["minutes on one machine, at the pace measured", f"{one.seconds:.2f} s x {MANY} / 60", f"{minutes:.0f}"],
        ["minutes on 10 machines, at that pace", f"{minutes:.0f} / 10", f"{minutes / 10:.0f}"],
        [f"slices of {SLICE_HOSTS} hosts", f"{MANY} / {SLICE_HOSTS}", str(slices)],
        [
            "memory of a slice",
            "what a slice takes + hosts x memory",
            NOT_MEASURED
            if one.megabytes is None or one.megabytes_alone is None
            else f"{one.megabytes_alone:.0f} MB + {SLICE_HOSTS} x {one.megabytes * 1000:.0f} kB = "
            f"{one.megabytes_alone + SLICE_HOSTS * one.megabytes:.0f} MB",
        ],
        [
            "artifact of a slice",
            f"{one.artifact_bytes:.0f} bytes x {SLICE_HOSTS}",
            f"{one.artifact_bytes * SLICE_HOSTS / 1000:.0f} kB",
        ],
        [
            "hosts in an artifact of 700 kB",
            f"{MOST_BYTES} / {one.artifact_bytes:.0f} bytes",
            f"{MOST_BYTES / one.artifact_bytes:.0f}",
        ],
    ]
    return "\n".join(
        [
            f"One slice with {small.forks} forks, audited when nothing differs, was measured with {small.accounts} and "
            f"with {large.accounts} accounts: {small.seconds:.1f} and {large.seconds:.1f} s, {small.cpu_seconds:.1f} "
            f"and {large.cpu_seconds:.1f} s of CPU, {_memory(small)} and {_memory(large)}. The difference, divided by "
            f"{large.accounts - small.accounts}, is what one more account takes:\n",
            table(["one more account", "", ""], measured, "lrl"),
            f"For {MANY} accounts this is extrapolated: nobody ran them. It takes for granted that a slice is not "
            "larger than those that were measured, that a machine has as many cores as this one and runs one slice at "
            "a time, and that the API answers at once. Each request to an API that takes 0.1 s adds 0.1 s to its host, "
            "which forks hide, and no CPU. CPU is the steadier measure: time on the clock depends on what else the "
            "machine does, see the load below. Memory is the least steady one, since it is only looked at now and "
            "then.\n",
            table([f"{MANY} accounts", "formula", ""], worked_out, "llr"),
        ]
    )


def _memory(one: Figures) -> str:
    return NOT_MEASURED if one.megabytes is None else f"{one.megabytes:.0f} MB"
