# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""In check mode reads heal like everywhere, and whatever goes wrong, nothing is written."""

from __future__ import annotations

import pytest

from .cells import Cell, checks
from .demands import demand_a_fault, demand_a_good_end, demand_an_end, demand_an_error_that_says_so, demand_success
from .played import CellRunner

CELLS = list(checks())


@pytest.mark.parametrize("cell", CELLS, ids=[cell.name for cell in CELLS])
def test_a_check_writes_nothing(cell: Cell, played: CellRunner) -> None:
    evidence, undisturbed = played.of(cell), played.undisturbed(cell)
    demand_an_end(cell, evidence, played.slack(cell))
    demand_a_fault(cell, evidence)
    assert undisturbed.run.changed, "there must be something to foretell"
    assert evidence.writes() == []
    assert evidence.after == evidence.before
    if cell.often == "once":
        demand_success(cell, evidence, undisturbed)
    else:
        demand_an_error_that_says_so(cell, evidence)
        demand_a_good_end(cell, evidence, undisturbed)
