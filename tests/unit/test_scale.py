# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page about many accounts follows from its figures, and the guide repeats its numbers."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from scale.cases import NAMES, Accounts
from scale.report import ACCOUNTS, FORKS, GROWN, MEMORY_FORKS, MODULE, WORKER, Row, page
from simulator import Simulator

CHECKOUT = Path(__file__).resolve().parents[2]
ROWS = [
    Row("ping", MODULE, ACCOUNTS, FORKS, [10.0], [5.0], [200.0], 0),
    Row("audit", WORKER, ACCOUNTS, FORKS, [14.0, 15.0, 90.0], [8.0], [100.0, 90.0], 3000),
    Row("audit", WORKER, ACCOUNTS, MEMORY_FORKS, [15.0], [8.0], [140.0], 3000),
    Row("audit", WORKER, GROWN, FORKS, [75.0], [44.0], [124.0], 12000),
]


def test_the_page_shows_how_it_came_to_its_numbers() -> None:
    text = page(ROWS, {"command": "`make bench`"})
    assert "| the playbook `audit`, compliant | **1.50x** (15.0 s) | 8.0 s |  |  | 140 MB |  | 3 |" in text
    assert "| processor time | 0.50 s x 10000 | 1.4 hours |" in text
    assert "| minutes on one machine | 0.30 s x 10000 / 60 | 50 |" in text
    assert "| memory of a slice | 92 MB + 200 x 200 kB | 132 MB |" in text
    assert [line for line in text.splitlines() if len(line) > 120 and not line.startswith("|")] == []


@pytest.mark.parametrize("fault", ["", "one project less", "a request too many", "a token"])
def test_a_run_that_did_something_else_on_an_account_is_noticed(fault: str) -> None:
    with Simulator(limit_projects=len(NAMES)) as simulator:
        accounts = Accounts(simulator, 2)
        accounts.prepare(missing=1 if fault == "one project less" else 0)
        calls = Counter({"GET /v1/projects": 1}) if fault == "a request too many" else Counter()
        output = accounts.tokens["account-0002"] if fault == "a token" else ""
        assert bool(accounts.complaints(calls, output)) is bool(fault)
