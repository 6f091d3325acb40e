# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A write goes wrong, and then nothing answers any more: nobody can know what became of it, and the task says so."""

from __future__ import annotations

import pytest

from .cells import Cell, unsettled
from .demands import demand_a_good_end, demand_a_sentence, demand_an_end, demand_facts, is_uncertain, says_all
from .played import CellRunner

CELLS = list(unsettled())


@pytest.mark.parametrize("cell", CELLS, ids=[cell.name for cell in CELLS])
def test_what_nobody_can_know_is_told_as_such(cell: Cell, played: CellRunner) -> None:
    evidence, undisturbed = played.of(cell), played.undisturbed(cell)
    demand_an_end(cell, evidence, played.slack(cell))
    targets = [evidence.sent[place] for place in evidence.targets(cell)]
    assert len(targets) == 1, "sent again without having looked"
    assert evidence.after == (undisturbed.after if cell.hit.works is not False else evidence.before)
    if says_all(targets[0]):
        assert not evidence.run.failed
        assert evidence.run.changed
    else:
        assert evidence.run.failed
        demand_a_sentence(evidence)
        demand_facts(evidence)
        assert is_uncertain(evidence.run), evidence.run.msg
        assert not evidence.run.changed, "nobody knows"
    demand_a_good_end(cell, evidence, undisturbed)
