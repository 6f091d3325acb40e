# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The races are what they say: all orders are tried, and a lie does not pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from . import invariants
from .exploration import Race, arrange, explore
from .race import Arena, Choices, Ending, Every, Run, job

CREATE = job("mireille", "project", name="web")
PERSON = job("mireille", "collaborator", project_id="prj-web", email="tomasz@example.org")
LIST = job("mireille", "projects", projects=[{"name": "web"}, {"name": "shop"}])
ACCEPT = job("tomasz", "transfer", project_id="prj-web", state="accepted")


def test_every_order_is_tried_once(arena: Arena) -> None:
    orders: list[str] = []
    race = Race("", (CREATE,), judge=lambda run: orders.append("".join(str(turn.job) for turn in run.turns)))
    # Two requests each; the job that comes second with its write reads once more.
    assert explore(arena, race, 2, Every()) == len(set(orders)) == len(orders)
    assert {order[:4] for order in orders} == {"001", "0101", "0110", "1001", "1010", "110"}
    with pytest.raises(AssertionError, match="use seeds"):
        for choices in Every(most=5).orders():
            for _choice in range(3):
                choices.among(2)


def told(**changes: Any) -> Callable[[Ending], Ending]:
    return lambda ending: replace(ending, result={**ending.result, **changes})


def said(msg: str) -> Callable[[Ending], Ending]:
    return lambda ending: replace(ending, result={"changed": True, "failed": True, "msg": msg})


def another(**changes: Any) -> Callable[[Ending], Ending]:
    return lambda ending: told(project={**ending.result["project"], **changes})(ending)


UNCHANGED = {"before": {}, "after": {}}
ACCEPTED = {"changed": False, "transfer_invitation": None, "project": None, "diff": UNCHANGED}
LIES: dict[str, tuple[Any, str, Callable[[Ending], Ending]]] = {
    "changed": (CREATE, "", told(changed=False)),
    "crash": (CREATE, "", lambda ending: replace(told(failed=True)(ending), crash="Traceback")),
    "never there": (CREATE, "", another(id="prj-other")),
    "not as wanted": (CREATE, "", another(name="shop")),
    "no difference": (CREATE, "", told(diff=UNCHANGED)),
    "no name": (CREATE, "", said("It failed.")),
    "no sentence": (CREATE, "", said("web\nfailed.")),
    "of an item": (LIST, "", lambda ending: told(outcomes=_updated(ending.result["outcomes"]))(ending)),
    "of a lost race": (ACCEPT, "web app", lambda _ending: Ending(ACCEPTED)),
    "of a person": (
        PERSON,
        "web lonely",
        lambda ending: told(collaborations=[{**ending.result["collaborations"][0], "status": "accepted"}])(ending),
    ),
}


def _updated(outcomes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**outcome, "action": "update"} for outcome in outcomes]


@pytest.mark.parametrize("one, before, lie", LIES.values(), ids=LIES)
def test_a_lie_does_not_pass(arena: Arena, one: Any, before: str, lie: Callable[[Ending], Ending]) -> None:
    arena.set_up({})
    arena.resources += arrange(arena.sim, before)
    run: Run = arena.race([one], Choices())
    invariants.check(run)
    number, place, ending = run.endings[0]
    run.endings[0] = (number, place, lie(ending))
    with pytest.raises(AssertionError):
        invariants.check(run)
