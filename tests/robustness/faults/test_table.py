# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table: every fault, in every operation, once, twice in a row and for ever.

A passing fault heals by itself: a task that has `max_wait` left sends a request again, or reads back what became of it.
So every cell in which the fault passes must succeed, because it is given the seconds that its faults can cost: the
time-out for each answer that comes too late, the minute of the rate limit for each 429, and ten seconds for all pauses.
"""

from __future__ import annotations

import pytest

from .cells import Cell, table
from .demands import (
    demand_a_fault,
    demand_a_good_end,
    demand_an_end,
    demand_an_error_that_says_so,
    demand_nothing_twice,
    demand_success,
)
from .played import CellRunner

CELLS = list(table())


@pytest.mark.parametrize("cell", CELLS, ids=[cell.name for cell in CELLS])
def test_cell(cell: Cell, played: CellRunner) -> None:
    evidence, undisturbed = played.of(cell), played.undisturbed(cell)
    demand_an_end(cell, evidence, played.slack(cell))
    demand_a_fault(cell, evidence)
    demand_nothing_twice(cell, evidence, undisturbed)
    if cell.often != "for_ever" or not evidence.run.failed:
        demand_success(cell, evidence, undisturbed)
    else:
        demand_an_error_that_says_so(cell, evidence)
    if cell.often == "for_ever":
        demand_a_good_end(cell, evidence, undisturbed)
