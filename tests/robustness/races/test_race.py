# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The races are what they say: the same order gives the same run, all orders are tried, and a lie does not pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from . import invariants
from .exploration import Exploration
from .job import Ending, Job, project, projects, transfer
from .race import Arena, Run
from .schedule import Choices, Every, Seed

CREATE = project("mireille", name="web")


def _race(arena: Arena, *jobs: Job, choices: Choices | None = None) -> Run:
    arena.set_up({})
    return arena.race(jobs, choices or Choices())


def test_a_seed_gives_the_same_run_again(quick: Arena) -> None:
    stories = []
    for number in (7, 7, 8):
        for choices in Seed(number).orders():
            run = _race(quick, CREATE, CREATE, CREATE, choices=choices)
            stories.append([(turn.job, turn.method, turn.status) for turn in run.turns])
    assert stories[0] == stories[1] != stories[2]


def test_every_order_is_tried_once(explore: Exploration) -> None:
    orders = []

    def judge(run: Run) -> None:
        orders.append("".join(str(turn.job) for turn in run.turns))

    found = project("mireille", name="default")
    assert explore(lambda _sim: [found, found, found], Every(), judge) == 6
    assert sorted(orders) == ["012", "021", "102", "120", "201", "210"]
    orders.clear()
    # Two requests each; whoever comes second with its write reads once more.
    assert explore(lambda _sim: [CREATE, CREATE], Every(), judge) == len(set(orders)) == len(orders)
    assert {order[:4] for order in orders} == {"001", "0101", "0110", "1001", "1010", "110"}


def test_too_many_orders_are_a_mistake() -> None:
    with pytest.raises(AssertionError, match="use seeds"):
        for choices in Every(most=5).orders():
            for _choice in range(3):
                choices.among(2)


def test_the_jobs_really_meet(quick: Arena) -> None:
    run = _race(quick, CREATE, CREATE, choices=Choices((0, 1, 0, 0)))
    assert [(turn.job, turn.method, turn.status) for turn in run.turns[:4]] == [
        (0, "GET", 200),
        (1, "GET", 200),
        (0, "POST", 201),
        (1, "POST", 422),
    ]
    assert (run.changed, run.failed) == ([0], [])
    invariants.check(run)


def _change(**changes: Any) -> Callable[[Ending], Ending]:
    return lambda ending: replace(ending, result={**ending.result, **changes})


LIES = {
    "changed": _change(changed=False),
    "crash": lambda ending: replace(_change(failed=True)(ending), crash="Traceback"),
    "never there": lambda ending: _change(project={**ending.result["project"], "id": "prj-other"})(ending),
    "not as wanted": lambda ending: _change(project={**ending.result["project"], "name": "shop"})(ending),
    "no difference": _change(diff={"before": {}, "after": {}}),
    "no name": lambda ending: replace(ending, result={"changed": True, "failed": True, "msg": "It failed."}),
    "no sentence": lambda ending: replace(ending, result={"changed": True, "failed": True, "msg": "web\nfailed."}),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_lie_of_a_task_does_not_pass(quick: Arena, lie: Callable[[Ending], Ending]) -> None:
    run = _race(quick, CREATE, CREATE)
    invariants.check(run)
    place = next(place for place, (job, _number, _ending) in enumerate(run.endings) if job == run.changed[0])
    job, number, ending = run.endings[place]
    run.endings[place] = (job, number, lie(ending))
    with pytest.raises(AssertionError):
        invariants.check(run)


def test_a_lie_about_an_item_does_not_pass(quick: Arena) -> None:
    run = _race(quick, projects("mireille", {"name": "web"}, {"name": "shop"}))
    job, number, ending = run.endings[0]
    outcomes = [{**outcome, "action": "update"} for outcome in ending.result["outcomes"]]
    run.endings[0] = (job, number, _change(outcomes=outcomes)(ending))
    with pytest.raises(AssertionError, match=r"says \['update', 'update'\] and did \['create', 'create'\]"):
        invariants.check(run)


def test_a_success_on_a_lost_race_does_not_pass(quick: Arena) -> None:
    """An acceptance that comes after a cancellation, and is called a success nevertheless."""
    quick.set_up({})
    project_id = quick.sim.add_project("mireille", "web")["id"]
    quick.sim.add_application(project_id, "shop", collaborators=["tomasz"])
    quick.sim.add_invitation(project_id, "tomasz", status="canceled")
    run = quick.race([transfer("tomasz", project_id=project_id, state="accepted")], Choices())
    invariants.check(run)
    job, number, ending = run.endings[0]
    assert ending.failed
    success = {"changed": False, "transfer_invitation": None, "project": None, "diff": {"before": {}, "after": {}}}
    run.endings[0] = (job, number, Ending(success))
    with pytest.raises(AssertionError, match="claims what never was so"):
        invariants.check(run)
