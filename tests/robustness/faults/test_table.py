# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table: every fault, in every operation, once; in every write also for ever; in check mode; and two at once.

A passing fault heals by itself: a task that has `max_wait` left sends a request again, or reads back what became of it.
So every cell in which the fault passes must succeed, because it is given the seconds that its faults can cost: the
timeout for each response that comes too late, the minute of the rate limit for each 429, and ten seconds for all
pauses.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from ..operations import OPERATIONS, WRITES
from .cells import Cell, Evidence
from .demands import (
    around,
    assert_all,
    demand_a_fault,
    demand_a_good_end,
    demand_a_sentence,
    demand_an_error_that_says_so,
    demand_facts,
    demand_nothing_twice,
    demand_success,
    is_uncertain,
    says_all,
)
from .kinds import FAULTS, SEQUELS, Fault

FOR_READS = [name for name, fault in FAULTS.items() if not fault.writes_only]
# The second fault hits the look at what became of the write, or the write again.
FIRST = ("dropped_before_the_work", "dropped_after_the_work", "garbage", "slow", "429_with_retry_after", "503_empty")
NEXT = (*FIRST, "404")
WRITES_OF_A_PAIR = 2
# Tests that share the table.
PARTS = 4


def table() -> Iterator[Cell]:
    """Give each operation with each fault once, and each write with each for ever.

    What a task does when a fault lasts or comes twice is the same for all reads, and the same for all writes that it
    may repeat. So each fault comes twice, or for ever to a read, in some operations only, but all take their turn.
    """
    for place, (operation, act) in enumerate(OPERATIONS.items()):
        faults = list(FAULTS) if act.write else FOR_READS
        some = faults[place % 4 :: 4]
        yield from (Cell(operation, fault) for fault in faults)
        yield from (Cell(operation, fault, "for_ever") for fault in (faults if act.write else some))
        if act.write or operation == "list":
            yield from (Cell(operation, fault, "twice") for fault in (some if act.write else faults))


def pairs() -> Iterator[Cell]:
    """Give each pair of faults with some of the writes, drawn once and for all: all would be hundreds of cells."""
    chance = random.Random("two faults")
    for first in FIRST:
        # The status of a deletion says all, so nothing follows it.
        able = [name for name in WRITES if first != "garbage" or OPERATIONS[name].method != "DELETE"]
        for then in NEXT:
            yield from (Cell(name, first, then=then) for name in sorted(chance.sample(able, WRITES_OF_A_PAIR)))


def checks() -> Iterator[Cell]:
    """Give each task that writes, in check mode, with some of the faults, all of which have their turn."""
    for place, operation in enumerate(WRITES):
        for fault in (FOR_READS * 2)[place % 4 * 3 :][:3]:
            yield from (Cell(operation, fault, often, check=True) for often in ("once", "for_ever"))


def unsettled() -> Iterator[Cell]:
    """Give each write with every third of the faults, of all kinds, after which nothing can be read back."""
    doubtful = [fault for fault, hit in FAULTS.items() if not hit.harmless]
    for place, operation in enumerate(WRITES):
        yield from (Cell(operation, fault, "for_ever", silence=True) for fault in doubtful[place % 3 :: 3])


@pytest.mark.parametrize("part", range(PARTS))
def test_table(part: int) -> None:
    def demand(cell: Cell, evidence: Evidence, undisturbed: Evidence) -> None:
        if cell.often != "for_ever" or not evidence.run.failed:
            demand_success(cell, evidence, undisturbed)
        else:
            demand_an_error_that_says_so(cell, evidence, undisturbed)
        if cell.often == "for_ever":
            demand_a_good_end(cell, evidence, undisturbed)

    assert_all(list(table())[part::PARTS], demand_a_fault, demand_nothing_twice, demand)


def test_check_mode_writes_nothing() -> None:
    def demand(cell: Cell, evidence: Evidence, undisturbed: Evidence) -> None:
        assert undisturbed.run.changed, "there must be something to predict"
        assert evidence.writes() == []
        assert evidence.after == evidence.before
        if cell.often == "once":
            demand_success(cell, evidence, undisturbed)
        else:
            demand_an_error_that_says_so(cell, evidence, undisturbed)
            demand_a_good_end(cell, evidence, undisturbed)

    assert_all(checks(), demand_a_fault, demand)


def test_what_cannot_be_read_back_is_told_as_unknown() -> None:
    def demand(cell: Cell, evidence: Evidence, undisturbed: Evidence) -> None:
        targets = [evidence.sent[place] for place in evidence.targets(cell)]
        assert len(targets) == 1, "sent again without having looked"
        start, effect = around(cell, undisturbed)
        assert evidence.after == (effect if cell.hit.works is not False else start)
        if says_all(targets[0]):
            assert not evidence.run.failed
            assert evidence.run.changed
        else:
            assert evidence.run.failed
            demand_a_sentence(evidence)
            demand_facts(cell, evidence)
            assert is_uncertain(evidence.run), evidence.run.msg
            assert evidence.run.changed is (start != evidence.before), "only what was done before is known"

    assert_all(unsettled(), demand, demand_a_good_end)


def test_two_faults_in_a_row() -> None:
    """Both faults pass, so the task succeeds; but a 404 is no fault to wait for, so then it says what it knows."""

    def demand(cell: Cell, evidence: Evidence, undisturbed: Evidence) -> None:
        hit = [place for place, one in enumerate(evidence.sent) if one.fault]
        faults = dict(zip(hit, [cell.hit, SEQUELS[cell.then or ""]]))
        assert [evidence.sent[place].fault for place in hit] == [fault.kind for fault in faults.values()]
        demand_done_once(cell, evidence, undisturbed, faults)
        start, _effect = around(cell, undisturbed)
        if cell.then == "404" and evidence.run.failed:
            demand_a_sentence(evidence)
            demand_facts(cell, evidence)
            assert is_uncertain(evidence.run) is not all(fault.harmless for fault in faults.values()), evidence.run.msg
            assert evidence.run.changed is (start != evidence.before)
            assert evidence.after in undisturbed.stages
        else:
            demand_success(cell, evidence, undisturbed)

    assert_all(pairs(), demand, demand_a_good_end)


def demand_done_once(cell: Cell, evidence: Evidence, undisturbed: Evidence, faults: dict[int, Fault]) -> None:
    """The write was carried out once, or not at all, and was not sent again before a look at what became of it."""
    targets = evidence.targets(cell)
    done = [
        place
        for place in targets
        if (faults[place].works if place in faults else (evidence.sent[place].status or 500) < 300)
    ]
    assert len(done) == (undisturbed.stages.index(evidence.after) > undisturbed.targets(cell)[0]), evidence.sent
    for one, other in zip(targets, targets[1:]):
        between = evidence.sent[one + 1 : other]
        looked = any(not each.write and not each.fault for each in between)
        assert looked or faults[one].harmless, "sent again without looking"
