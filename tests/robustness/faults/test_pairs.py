# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two faults, one after the other: the first hits a write, the second whatever the task sends next.

That is the look at what became of the write, or the write again. Both faults pass, so the task must succeed as in the
table; but for a 404, which is no fault to wait for, and after which it may only say what it knows. All writes and all
pairs would be hundreds of cells: each pair is played with a few writes, drawn once and for all.
"""

from __future__ import annotations

import random
from collections.abc import Iterable

import pytest

from .cells import Cell, Evidence, is_write
from .demands import demand_a_good_end, demand_a_sentence, demand_an_end, demand_facts, demand_success, is_uncertain
from .kinds import FAULTS, SEQUELS, Fault
from .operations import OPERATIONS
from .played import CellRunner

FIRST = ("dropped_before_the_work", "dropped_after_the_work", "garbage", "slow", "429_with_retry_after", "503_empty")
NEXT = (*FIRST, "404")
WRITES_OF_A_PAIR = 2


def draw() -> Iterable[Cell]:
    """Each pair with some of the writes."""
    chance = random.Random("two faults")
    writes = [name for name, each in OPERATIONS.items() if each.write]
    for first in FIRST:
        # The status of a deletion says all, so nothing follows it.
        able = [name for name in writes if first != "garbage" or OPERATIONS[name].method != "DELETE"]
        for then in NEXT:
            yield from (Cell(name, first, then=then) for name in sorted(chance.sample(able, WRITES_OF_A_PAIR)))


CELLS = list(draw())


def faults_by_place(cell: Cell, evidence: Evidence) -> dict[int, Fault]:
    """Which fault has hit which of the requests. Both must have, or a test would prove nothing."""
    hit = [place for place, one in enumerate(evidence.sent) if one.fault]
    faults = [cell.hit, SEQUELS[cell.then or ""]]
    assert [evidence.sent[place].fault for place in hit] == [fault.kind for fault in faults], evidence.sent
    return dict(zip(hit, faults))


def demand_done_once(cell: Cell, evidence: Evidence, faults: dict[int, Fault]) -> None:
    """The write was carried out once, or not at all, and was not sent again before a look at what became of it."""
    targets = evidence.targets(cell)
    done = [
        place
        for place in targets
        if (faults[place].works if place in faults else (evidence.sent[place].status or 500) < 300)
    ]
    assert len(done) == (evidence.after != evidence.before), evidence.sent
    for one, other in zip(targets, targets[1:]):
        between = evidence.sent[one + 1 : other]
        looked = any(not is_write(each) and not each.fault for each in between)
        assert looked or faults[one].harmless, "sent again without looking"


def demand_a_true_error(evidence: Evidence, undisturbed: Evidence, faults: dict[int, Fault]) -> None:
    """It claims nothing that it cannot know after a 404: neither that it was done, nor that it was not."""
    run = evidence.run
    demand_a_sentence(evidence)
    demand_facts(evidence)
    assert is_uncertain(run) is not all(fault.harmless for fault in faults.values()), run.msg
    assert not run.changed
    assert evidence.after in (evidence.before, undisturbed.after)


@pytest.mark.parametrize("cell", CELLS, ids=[cell.name for cell in CELLS])
def test_two_faults_in_a_row(cell: Cell, played: CellRunner) -> None:
    evidence, undisturbed = played.of(cell), played.undisturbed(cell)
    demand_an_end(cell, evidence, played.slack(cell))
    faults = faults_by_place(cell, evidence)
    demand_done_once(cell, evidence, faults)
    if cell.then == "404" and evidence.run.failed:
        demand_a_true_error(evidence, undisturbed, faults)
    else:
        demand_success(cell, evidence, undisturbed)
    demand_a_good_end(cell, evidence, undisturbed)


def test_every_write_and_every_fault_has_its_turn() -> None:
    assert {cell.operation for cell in CELLS} == {name for name, each in OPERATIONS.items() if each.write}
    assert {(cell.fault, cell.then) for cell in CELLS} == {(one, other) for one in FIRST for other in NEXT}
    assert all(FAULTS[name].works is not None for name in FIRST), "late work would not be over at the end"
