# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is demanded of every cell, whatever the operation and the fault are.

The cells of one test fail together, with a line for each. ROBUSTNESS_CELLS="*-accept_person-*" runs only some.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase

from ansible_collections.community.scalingo.plugins.module_utils._transfer import _LOOKS as LOOKS
from functional.expect import assert_one_sentence

from ..module_process import ModuleRun
from ..operations import State
from .cells import OFTEN, Cell, Evidence, Sent, play_all
from .kinds import TIMEOUT

LEAST_SLACK = 0.5  # seconds
Demand = Callable[[Cell, Evidence, Evidence], object]


def assert_all(cells: Iterable[Cell], *demands: Demand) -> None:
    """Run cells, and let the demands judge each by what it came to, and by what its task comes to without a fault."""
    chosen = [cell for cell in cells if fnmatchcase(cell.name, os.environ.get("ROBUSTNESS_CELLS", "*"))]
    played = play_all(chosen)
    slack = LEAST_SLACK + 3 * max((each.run.seconds for cell, each in played.items() if not cell.fault), default=0)
    wrong = []
    for cell in chosen:
        try:
            demand_an_end(cell, played[cell], slack)
            for demand in demands:
                demand(cell, played[cell], played[cell.undisturbed])
        except AssertionError as error:
            wrong.append(f"{cell.name}: {error}")
    assert not wrong, f"{len(wrong)} of {len(chosen)} cells:\n" + "\n".join(wrong)


def demand_an_end(cell: Cell, evidence: Evidence, slack: float) -> None:
    """It ends in time, not by a crash, and its output holds no secret."""
    run = evidence.run
    assert not run.crashed, f"{run.exitcode}: {run.stdout}{run.stderr}"
    assert "Traceback" not in run.stdout
    assert evidence.leaks == []
    # An acceptance whose response was lost is looked for again, for seconds.
    looks = sum(LOOKS) if cell.operation.startswith("accept") else 0.0
    assert run.seconds <= cell.max_wait + TIMEOUT + looks + slack, (run.seconds, slack, run.msg)


def demand_a_fault(cell: Cell, evidence: Evidence, _undisturbed: Evidence) -> None:
    """The fault has hit the request, as often as it should; a test without it would prove nothing."""
    times = OFTEN[cell.often]
    if cell.hit.kind is None:
        assert evidence.refused == times if times else evidence.refused > 0
        return
    hits = [place for place in evidence.targets(cell) if evidence.sent[place].fault]
    settled = cell.write and cell.hit.works is not False  # by what reading back shows, so it need not be sent again
    assert hits and (not times or settled or len(hits) == times), evidence.sent


def demand_nothing_twice(cell: Cell, evidence: Evidence, undisturbed: Evidence) -> None:
    """The account is as the task leaves it at some moment, and no write whose response was lost is sent blindly."""
    assert evidence.after in undisturbed.stages
    targets = evidence.targets(cell)
    if not cell.write:
        assert len(evidence.writes()) <= len(undisturbed.writes())
        return
    if cell.hit.works:
        assert len(targets) == 1, "sent again although it was done"
    if not cell.hit.harmless:
        for one, other in zip(targets, targets[1:]):
            assert any(not each.write for each in evidence.sent[one + 1 : other]), "sent again without looking"
    last = evidence.sent[targets[-1]] if targets else None
    if last is not None and last.fault and not says_all(last) and not cell.hit.harmless:
        assert any(not each.write for each in evidence.sent[targets[-1] + 1 :]), "ended without looking"


def demand_success(cell: Cell, evidence: Evidence, undisturbed: Evidence) -> None:
    """It is done, and tells what it has done, as if nothing had happened."""
    run = evidence.run
    assert not run.failed, run.msg
    assert evidence.after == undisturbed.after
    # Check mode predicts a change; a normal run tells what the account shows.
    assert run.changed is (cell.act.write if cell.check else evidence.after != evidence.before)
    assert not cell.write or evidence.after != evidence.before, "there must be something to do"
    assert bool(evidence.writes()) is bool(undisturbed.writes())
    assert shape(run.result.get("diff")) == shape(undisturbed.run.result.get("diff"))


def demand_an_error_that_says_so(cell: Cell, evidence: Evidence, undisturbed: Evidence) -> None:
    """It failed, and says why, of what, and what is known of the account."""
    run = evidence.run
    demand_a_sentence(evidence)
    assert cell.hit.is_told(run.result), run.result
    if cell.write:
        demand_facts(cell, evidence)
    start, effect = around(cell, undisturbed)
    if cell.write and not cell.hit.harmless:
        # The server may do the work whenever it likes, so nothing but a doubt is true.
        assert is_uncertain(run) or (run.changed and evidence.after == effect), run.msg
        assert run.changed is (start != evidence.before) or evidence.after == effect, run.msg
    else:
        assert not is_uncertain(run) and evidence.after == start, run.msg
        assert run.changed is (start != evidence.before), run.msg


def around(cell: Cell, undisturbed: Evidence) -> tuple[State, State]:
    """Return what the account is before the request that the fault hits, and what this makes of it."""
    place = undisturbed.targets(cell)[0]
    return undisturbed.stages[place], undisturbed.stages[place + 1]


def is_uncertain(run: ModuleRun) -> bool:
    """Whether a task says that a write of its own may have taken effect."""
    return bool(run.result.get("outcome_unknown", False))


def demand_a_sentence(evidence: Evidence) -> None:
    """The message is for a person to read. What was done before, and in which item of a list, makes it longer."""
    more = r"In item \d+ of \w+ \(.*?\): | (Done before: |Done: |Not attempted: ).*"
    assert_one_sentence(re.sub(more, "", str(shape(evidence.run.msg))))


def demand_facts(cell: Cell, evidence: Evidence) -> None:
    """The message names what should be done to what."""
    msg = evidence.run.msg
    assert not [fact for fact in cell.act.facts if fact.lower() not in msg.lower()], msg


def demand_a_good_end(cell: Cell, evidence: Evidence, undisturbed: Evidence) -> None:
    """When the fault is over, the same task again does what is left to do, and no more."""
    again = evidence.again
    assert again is not None
    assert not again.run.crashed and not again.run.failed, again.run.msg
    assert again.leaks == []
    assert again.after == undisturbed.after
    assert again.run.changed is (undisturbed.run.changed if cell.check else again.after != evidence.after)
    assert len(again.writes()) == undisturbed.writes_from(evidence.after)


def says_all(one: Sent) -> bool:
    """Whether a response came whose body cannot be broken: that of a deletion has none, and its status says all."""
    return one.status == 204 and one.fault != "slow"


def shape(value: object) -> object:
    """Return a result without what differs from account to account: IDs and dates."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items() if not re.search(r"(^|_)(id|at)$", key)}
    if isinstance(value, list):
        return [shape(each) for each in value]
    return re.sub(r"(prj|tin|us)-[0-9a-f-]{36}", r"<\1>", value) if isinstance(value, str) else value
