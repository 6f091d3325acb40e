# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to community.scalingo: it may change in any release.

"""Many projects at once: what to do about each, and the order in which the writes can be done.

What is to be done about each of them is decided by `decide`, as for a single project. That sees the account as the
steps before will have left it, without the projects that other items mean. So an item finds what it would find if it
were a task and its turn had come.
"""

from __future__ import annotations

import heapq
import typing as t
from dataclasses import dataclass, replace

from ._errors import CannotError, ScalingoError
from ._facts import Fact, FactMissing, Facts
from ._items import (
    Items,
    blame,
    final_name,
    name_item,
    title,
)
from ._meaning import Found, Meant, meant_by
from ._plan import (
    Action,
    Plan,
    Wanted,
    decide,
    why_name_is_taken,
    why_refused,
)
from ._types import Object

Projects = t.List[Object]


@dataclass(frozen=True)
class Step:
    """One write, or the finding that an item needs none.

    Attributes:
        index: The place of its item in the list.
        wanted: What is wanted, in a form that means the same project whatever has become of the names by then.
        plan: What to do.
        projects: The projects as they are before, if all steps before were done.
    """

    index: int
    wanted: Wanted
    plan: Plan
    projects: Projects


def plan_all(items: Items, facts: Facts, found: Found) -> list[Step]:
    """Return what to do, in an order in which it can be done.

    Args:
        items: What is wanted, checked.
        facts: What is known of the account.
        found: What is known of each project that an item names by its ID.

    Raises:
        CannotError: There is no such order, or an item cannot be what is wanted.
        FactMissing: One more fact is needed.
    """
    projects = all_known(facts, found)
    meant = meant_by(items, projects, found)
    steps = []
    for index, wanted in _in_order(items, meant):
        try:
            plan = decide(wanted, _as_seen_by(index, wanted, facts, projects, meant, found))
            _check_not_refused(plan, Facts({**facts, Fact.PROJECTS: projects}))
        except ScalingoError as error:
            name_item(error, items, index)
            raise
        steps.append(Step(index, _fixed(wanted, plan), plan, projects))
        projects = _after(plan, projects, facts)
    return steps


def all_known(facts: Facts, found: Found) -> Projects:
    """Return the listed projects, and after them what was read by ID because the list does not show it."""
    listed: Projects = facts[Fact.PROJECTS]
    ids = {project["id"] for project in listed}
    return listed + [one for one in found.values() if isinstance(one, dict) and one["id"] not in ids]


def replaced(projects: Projects, before: Object | None, after: Object | None) -> Projects:
    """Return the projects after one of them has changed, appeared or gone.

    An owner has one default project, so the previous one is no longer it (vendor's reference, inferred from "the new
    default one").
    """
    rest = projects
    if after is not None and after["default"]:
        rest = _without_default(projects, after["owner"]["id"])
    if before is None:
        return rest if after is None else [*rest, after]
    changed = [after if project["id"] == before["id"] else project for project in rest]
    return [project for project in changed if project is not None]


def _without_default(projects: Projects, owner_id: str) -> Projects:
    return [
        {**project, "default": False} if project["default"] and project["owner"]["id"] == owner_id else project
        for project in projects
    ]


def _after(plan: Plan, projects: Projects, facts: Facts) -> Projects:
    if plan.action is Action.DELETE:
        return replaced(projects, plan.project, None)
    if plan.action is Action.UPDATE and plan.project is not None:
        return replaced(projects, plan.project, {**plan.project, **plan.changes})
    # What is created is left out: no other item may mean it.
    return _without_default(projects, facts[Fact.CALLER_ID]) if plan.changes.get("default") else projects


def _in_order(items: Items, meant: Meant) -> list[tuple[int, Wanted]]:
    """Return the items in an order in which each finds what it needs: a free name, another default project."""
    before: dict[int, set[int]] = {index: set() for index in range(len(items))}
    for index, item in enumerate(items):
        needed = final_name(item)
        if needed is None or (index in meant and meant[index]["name"] == needed):
            continue
        for other, project in meant.items():
            if other != index and project["name"] == needed and _leaves_name(items[other], project):
                before[index].add(other)

    new_default = next((index for index, item in enumerate(items) if item.default), None)
    ceasing = {
        index
        for index, item in enumerate(items)
        if index in meant and meant[index]["default"] and (item.state == "absent" or item.default is False)
    }
    labels = [
        title(items, index)
        + (f": {meant[index]['name']} to {final_name(item)}" if index in meant and final_name(item) else "")
        for index, item in enumerate(items)
    ]
    if new_default is None or not ceasing:
        return [(index, items[index]) for index in _sorted(items, before, labels)]
    with_default = {index: others | ({new_default} if index in ceasing else set()) for index, others in before.items()}
    try:
        return [(index, items[index]) for index in _sorted(items, with_default, labels)]
    except CannotError:
        if new_default not in meant:
            raise
    # The new default project is to get the name of the old one, which cannot go before there is a new one.
    first = Wanted(project_id=meant[new_default]["id"], default=True, owner=items[new_default].owner)
    return [(new_default, first), *((index, items[index]) for index in _sorted(items, before, labels))]


def _leaves_name(item: Wanted, project: Object) -> bool:
    return item.state == "absent" or item.target_name not in (None, project["name"])


def _sorted(items: Items, before: t.Mapping[int, set[int]], labels: t.Sequence[str]) -> list[int]:
    """Return the places of the items, each after all that come before it; else as listed, and deletions last.

    Raises:
        CannotError: There is no such order.
    """
    waiting = {index: set(others) for index, others in before.items()}
    ready: list[tuple[bool, int]] = []
    order: list[int] = []

    def release(*done: int) -> None:
        for index, others in list(waiting.items()):
            others.difference_update(done)
            if not others:
                del waiting[index]
                heapq.heappush(ready, (items[index].state == "absent", index))

    release()
    while ready:
        order.append(heapq.heappop(ready)[1])
        release(order[-1])
    if waiting:
        refusal = CannotError(
            "There is no order in which this can be done, because each of these waits for another one: "
            + "; ".join(labels[index] for index in sorted(waiting))
            + "."
        )
        raise blame(refusal, *waiting)
    return order


def _as_seen_by(index: int, wanted: Wanted, facts: Facts, projects: Projects, meant: Meant, found: Found) -> Facts:
    """Return the facts from which an item is decided."""
    others = {project["id"] for other, project in meant.items() if other != index}
    seen = Facts({**facts, Fact.PROJECTS: [project for project in projects if project["id"] not in others]})
    if wanted.project_id is not None:
        now = [project for project in projects if project["id"] == wanted.project_id]
        seen[Fact.PROJECT] = now[0] if now else found[wanted.project_id]
    return seen


def _check_not_refused(plan: Plan, facts: Facts) -> None:
    """Refuse now what the API is known to refuse, so that a list does not stop half-way.

    Raises:
        CannotError: The API would refuse the plan.
        FactMissing: One more fact is needed, for a name that is to be written.
    """
    try:
        problem = why_refused(plan, facts)
    except FactMissing:
        # Who owns the project, and what is in it, is worth no request of its own: the API looks at that itself.
        problem = why_name_is_taken(plan, facts)
    if problem is not None:
        raise CannotError(f"Cannot {plan.title}. {problem}")


def _fixed(wanted: Wanted, plan: Plan) -> Wanted:
    """Return what is wanted of the project that a plan is about, found by its ID."""
    if plan.project is None:
        return wanted
    return replace(wanted, project_id=plan.project["id"], name=wanted.target_name, new_name=None)
