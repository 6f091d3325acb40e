# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pages of the benchmark follow from their figures, and a run that does something else than its case ends it."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest
from bench.cases import AGAIN, CASES, CREATE, EXCHANGE, FIRST, LIST
from bench.common import Broken
from bench.many import ACCOUNTS, FORKS, MEMORY_FORKS, MODULE, NAMES, WORKER, Accounts, Row
from bench.many import page as page_of_many
from bench.one import measure_once, turns
from bench.process import Run
from bench.report import HEADLINES, LATENCIES, Cell, page, seconds_of
from simulator import Simulator

CELLS = {
    Cell("ping", 1, AGAIN, 0): [1.0, 1.1, 3.0],
    Cell("ping", 21, AGAIN, 0): [5.1],
    **{
        Cell(case, size, moment, latency): seconds
        for latency in LATENCIES
        for (case, size, moment), seconds in {
            ("task", 1, AGAIN): [0.5],
            ("task", 21, AGAIN): [0.9],
            ("bulk", 50, AGAIN): [1.32, 1.22, 3.22],
            ("uri", 50, AGAIN): [2.2],
            ("bulk", 50, FIRST): [22.0],
        }.items()
    },
}
ROWS = [
    Row("ping", MODULE, ACCOUNTS, FORKS, [10.0], [5.0], [200.0]),
    Row("audit", WORKER, ACCOUNTS, FORKS, [14.0, 15.0, 90.0], [8.0], [100.0, 90.0]),
    Row("audit", WORKER, ACCOUNTS, MEMORY_FORKS, [15.0], [8.0], [140.0]),
]
TASK, ONE_PING = "one more task `scalingo_project`, unchanged", "one more task `ansible.builtin.ping`"
BULK, MANUAL = "`scalingo_projects`, 50 unchanged", "`ansible.builtin.uri`, manually, 50 unchanged"


@pytest.mark.parametrize(
    "row",
    [
        f"| {TASK} | {ONE_PING} | **0.10x** (0.020 / 0.20 s) | **0.10x** (0.020 / 0.20 s) |",
        f"| {BULK} | one `ansible.builtin.ping` | **1.20x** (1.32 / 1.10 s) | **1.20x** (1.32 / 1.10 s) |",
        f"| {BULK} | {MANUAL} | **0.60x** (1.32 / 2.20 s) | **0.60x** (1.32 / 2.20 s) |",
        "| community.scalingo | 1.0.0 |",  # as a release looks for it
    ],
)
def test_page_of_one_account_has_ratios_of_medians_and_the_cost_of_one_more_task(row: str) -> None:
    assert row in page(CELLS, {"community.scalingo": "1.0.0"}).splitlines()


def test_page_of_many_accounts_has_processor_time_in_pings_and_the_peak_of_memory() -> None:
    row = "| the playbook `audit`, compliant | **1.50x** (15.0 s) | 8.0 s |  |  | 140 MB |  | 2 |"
    assert row in page_of_many(ROWS, {}).splitlines()


def test_every_headline_is_measured() -> None:
    figures = {cell: [float(cell.size)] for cell in turns(1)}
    assert [side for pair in HEADLINES for side in pair for at in LATENCIES if not seconds_of(figures, side, at)] == []
    assert {cell.case for cell in turns(1, quick=True)} == set(CASES)


# How many objects there are, which further requests were sent, how many tasks changed something, the exit code.
@pytest.mark.parametrize(
    ("outcome", "complaint"),
    [
        ((3, {}, 0, 0), None),
        ((3, {CREATE: 1}, 0, 0), "requests to scalingo"),
        ((3, {LIST: 2}, 0, 0), "requests to scalingo"),
        ((2, {}, 0, 0), "objects of scalingo"),
        ((4, {}, 0, 0), "objects of scalingo"),
        ((3, {}, 1, 0), "changed tasks"),
        ((3, {}, 0, 2), "exit code"),
    ],
    ids=str,
)
def test_run_that_does_something_else_ends_the_benchmark(outcome: Any, complaint: str | None) -> None:
    objects, changes, changed, code = outcome
    run = Run(code, f"changed={changed} unreachable=0 failed=0", 9.0)
    seen, there = {EXCHANGE: 1, LIST: 1, **changes}, [f"project-{number:03d}" for number in range(1, objects + 1)]
    server = SimpleNamespace(prepare=lambda *_arguments: None, calls=lambda: seen, names=lambda: there)
    servers, cell = {"scalingo": server}, Cell("bulk", 3, AGAIN, 40)
    if complaint is None:
        assert measure_once(cell, lambda play, variables: run, servers, {}) == 9.0
    else:
        with pytest.raises(Broken, match=complaint):
            measure_once(cell, lambda play, variables: run, servers, {})


@pytest.mark.parametrize("fault", ["", "one project less", "a request too many", "a token"])
def test_account_on_which_something_else_happened_is_found(fault: str) -> None:
    with Simulator(limit_projects=len(NAMES)) as simulator:
        accounts = Accounts(simulator, 2)
        accounts.prepare(missing=1 if fault == "one project less" else 0)
        calls = Counter({"GET /v1/projects": 1}) if fault == "a request too many" else Counter()
        output = accounts.tokens["account-0002"] if fault == "a token" else ""
        assert bool(accounts.complaints(calls, output)) is bool(fault)
