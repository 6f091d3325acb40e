# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The benchmark computes what its page says, measures what its page needs, and fails if a case does something else."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from bench.__main__ import LONG, measure_once, turns
from bench.cases import AGAIN, CASES, CREATE, EXCHANGE, FIRST, LIST
from bench.common import Broken
from bench.process import Run
from bench.report import EACH, HEADLINES, LATENCIES, Cell, Figures, details, headlines, page, seconds_of

FIGURES: Figures = {
    Cell("ping", 1, AGAIN, 0): [1.0, 1.1, 3.0],
    Cell("ping", 21, AGAIN, 0): [5.1],
    Cell("task", 1, AGAIN, 40): [0.5],
    Cell("task", 21, AGAIN, 40): [0.9],
    Cell("bulk", 50, AGAIN, 40): [1.32, 1.22, 3.22],
    Cell("uri", 50, AGAIN, 40): [2.2],
    Cell("bulk", 50, FIRST, 40): [22.0],
}


def at_40(text: str) -> list[str]:
    """The rows of a table for the only latency that all of its cases have."""
    return text.splitlines()[2:]


def test_headlines_are_ratios_of_medians_and_of_what_one_more_task_costs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.report._latencies", lambda figures: [40])
    assert at_40(headlines(FIGURES)) == [
        "| one more task `scalingo_project`, unchanged | one more task `ansible.builtin.ping`"
        " | **0.10x** (0.020 / 0.20 s) |",
        "| `scalingo_projects`, 50 unchanged | one `ansible.builtin.ping` | **1.20x** (1.32 / 1.10 s) |",
        "| `scalingo_projects`, 50 unchanged | `ansible.builtin.uri`, by hand, 50 unchanged"
        " | **0.60x** (1.32 / 2.20 s) |",
    ]
    rows = details(FIGURES).splitlines()
    assert "| `scalingo_projects` | 50 | 1.32 (1.22-3.22) | 1.20x | 2 | 3 |" in rows
    assert "| `scalingo_projects` | 50 | 22.0 | 20.0x | 52 | 1 |" in rows


def test_the_page_names_the_version_of_the_collection_as_a_release_checks_it() -> None:
    assert "| community.scalingo | 1.0.0 |" in page(FIGURES, {"community.scalingo": "1.0.0"})


def test_every_headline_is_measured_and_long_runs_once() -> None:
    runs = Counter(turns(3))
    figures: Figures = {cell: [float(cell.size)] for cell in runs}
    for side in (side for sides in HEADLINES for side in sides):
        assert all(seconds_of(figures, side, latency) for latency in LATENCIES), side
    assert runs[Cell("loop", 50, FIRST, 0)] == runs[Cell("task_module", 21, AGAIN, 40)] == 3
    assert runs[Cell("loop_module", 50, AGAIN, 0)] == runs[Cell("uri", 50, FIRST, 0)] == 1
    assert LONG > 21 and seconds_of({}, ("task", EACH, AGAIN), 0) is None
    assert {cell.case for cell in turns(1, quick=True)} == set(CASES)


class Scripted:
    """A server and an ansible-playbook with given responses."""

    def __init__(self, size: int, changes: dict[str, int], changed: int = 0, returncode: int = 0) -> None:
        self.seen = {EXCHANGE: 1, LIST: 1, **changes}
        self.there = [f"project-{number:03d}" for number in range(1, size + 1)]
        self.outcome = Run(returncode, f"changed={changed} unreachable=0 failed=0", 9.0)

    def prepare(self, names: list[str], latency: int) -> None:
        """Forget nothing."""

    def calls(self) -> dict[str, int]:
        return self.seen

    def names(self) -> list[str]:
        return self.there

    def measure(self, moment: str = AGAIN) -> float:
        def playbook(play: str, variables: dict[str, Any]) -> Run:
            assert variables["scalingo_run_in_worker"] is True
            return self.outcome

        return measure_once(Cell("bulk", 3, moment, 40), playbook, {"scalingo": self}, {})


def test_a_run_that_did_what_it_should_counts() -> None:
    assert Scripted(3, {}).measure() == 9.0
    assert Scripted(3, {CREATE: 3}, changed=1).measure(FIRST) == 9.0


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        (Scripted(3, {CREATE: 1}), "requests to scalingo"),
        (Scripted(3, {LIST: 2}), "requests to scalingo"),
        (Scripted(2, {}), "objects of scalingo"),
        (Scripted(4, {}), "objects of scalingo"),
        (Scripted(3, {}, changed=1), "changed tasks"),
        (Scripted(3, {}, returncode=2), "exit code"),
    ],
    ids=["wrote", "asked twice", "one missing", "one too many", "changed", "failed"],
)
def test_a_run_that_did_something_else_ends_the_benchmark(script: Scripted, complaint: str) -> None:
    with pytest.raises(Broken, match=complaint):
        script.measure()
