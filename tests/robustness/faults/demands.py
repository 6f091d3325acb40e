# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is demanded of every cell, whatever the operation and the fault are."""

from __future__ import annotations

import re

from ansible_collections.community.scalingo.plugins.module_utils._transfer import _LOOKS as LOOKS
from functional.expect import assert_one_sentence

from ..module_process import ModuleRun
from .cells import OFTEN, Cell, Evidence, Sent, is_write
from .kinds import TIMEOUT


def demand_an_end(cell: Cell, evidence: Evidence, slack: float) -> None:
    """It ends in time, and not by a crash."""
    run = evidence.run
    assert not run.crashed, f"{run.exitcode}: {run.stdout}{run.stderr}"
    assert "Traceback" not in run.stdout
    # An acceptance whose response was lost is looked for again, for seconds.
    looks = sum(LOOKS) if cell.operation.startswith("accept") else 0.0
    assert run.seconds <= cell.max_wait + TIMEOUT + looks + slack, (run.seconds, slack, run.msg)


def demand_a_fault(cell: Cell, evidence: Evidence) -> None:
    """The fault has really hit the request, as often as it should; a test without it would prove nothing."""
    times = OFTEN[cell.often]
    if cell.hit.kind is None:
        assert evidence.refused == times if times else evidence.refused > 0
        return
    hits = [place for place in evidence.targets(cell) if evidence.sent[place].fault]
    settled = cell.write and cell.hit.works is not False  # by what reading back shows, so it need not be sent again
    assert hits and (not times or settled or len(hits) == times), evidence.sent


def demand_nothing_twice(cell: Cell, evidence: Evidence, undisturbed: Evidence) -> None:
    """The account is as the task found it or as it would leave it, and no answer that was lost is asked for twice."""
    assert evidence.after in (evidence.before, undisturbed.after)
    targets = evidence.targets(cell)
    if not cell.write:
        assert len(evidence.writes()) <= len(undisturbed.writes())
        return
    if cell.hit.works:
        assert len(targets) == 1, "sent again although it was done"
    if not cell.hit.harmless:
        for one, other in zip(targets, targets[1:]):
            assert any(not is_write(each) for each in evidence.sent[one + 1 : other]), "sent again without looking"
    last = evidence.sent[targets[-1]] if targets else None
    if last is not None and last.fault and not says_all(last) and not cell.hit.harmless:
        assert any(not is_write(each) for each in evidence.sent[targets[-1] + 1 :]), "ended without looking"


def demand_success(cell: Cell, evidence: Evidence, undisturbed: Evidence) -> None:
    """It is done, and tells what it has done, as if nothing had happened."""
    run = evidence.run
    assert not run.failed, run.msg
    assert evidence.after == undisturbed.after
    # A check foretells a change; whatever else runs tells what the account shows.
    assert run.changed is (cell.act.write if cell.check else evidence.after != evidence.before)
    assert not cell.write or evidence.after != evidence.before, "there must be something to do"
    assert bool(evidence.writes()) is bool(undisturbed.writes())
    assert shape(run.result.get("diff")) == shape(undisturbed.run.result.get("diff"))


def demand_an_error_that_says_so(cell: Cell, evidence: Evidence) -> None:
    """It failed, and says why, of what, and what is known of the account."""
    run, act = evidence.run, cell.act
    demand_a_sentence(evidence)
    assert cell.hit.is_told(run.result), run.result
    if cell.write:
        demand_facts(evidence)
    uncertain = is_uncertain(run)
    if act.after_a_write:
        assert run.changed and evidence.after != evidence.before, run.msg
    elif cell.write and not cell.hit.harmless:
        # The server may do the work whenever it likes, so nothing but a doubt is true.
        assert uncertain or (run.changed and evidence.after != evidence.before), run.msg
    else:
        assert not uncertain and not run.changed and evidence.after == evidence.before, run.msg


def is_uncertain(run: ModuleRun) -> bool:
    """Whether a task says that a write of its own may have taken effect."""
    return bool(run.result.get("outcome_unknown", False))


def demand_a_sentence(evidence: Evidence) -> None:
    """The message is for a person to read. That identifiers are long is not its fault."""
    assert_one_sentence(str(shape(evidence.run.msg)))


def demand_facts(evidence: Evidence) -> None:
    """The message names what should be done to what."""
    msg = evidence.run.msg
    assert not [fact for fact in evidence.facts if fact.lower() not in msg.lower()], msg


def demand_a_good_end(cell: Cell, evidence: Evidence, undisturbed: Evidence) -> None:
    """When the fault is over, the same task again does what is left to do, and no more."""
    again = evidence.again
    assert again is not None
    assert not again.crashed and not again.failed, again.msg
    assert evidence.finally_ == undisturbed.after
    done_before = evidence.after == undisturbed.after != evidence.before
    expected = undisturbed.run.changed and not done_before
    assert again.changed is expected
    assert cell.check or again.changed is (evidence.finally_ != evidence.after)
    writes = [one for one in evidence.sent_again if is_write(one)]
    assert len(writes) == (0 if done_before else len(undisturbed.writes()))


def says_all(one: Sent) -> bool:
    """Whether an answer came whose body could not be spoilt: that of a deletion has none, and its status says all."""
    return one.status == 204 and one.fault != "slow"


def shape(value: object) -> object:
    """A result without what differs from account to account: IDs and dates."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items() if not re.search(r"(^|_)(id|at)$", key)}
    if isinstance(value, list):
        return [shape(each) for each in value]
    return re.sub(r"(prj|tin|us)-[0-9a-f-]{36}", r"<\1>", value) if isinstance(value, str) else value
