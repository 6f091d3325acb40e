# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to community.scalingo: it may change in any release.

"""Many projects at once: which one each item means, and the order in which the writes can be done.

What is to be done about each of them is decided by `decide`, as for a single project. That sees the account as the
steps before will have left it, without the projects that other items mean. So an item finds what it would find if it
were a task and its turn had come; and a list that was carried out before, wholly or in part, is understood when it
comes again: in a chain of renames, the project that has the name `b` now was `a` before, and has not yet to become `c`.
"""

from __future__ import annotations

import heapq
import typing as t
from dataclasses import dataclass, replace

from ansible_collections.community.scalingo.plugins.module_utils._api import Object
from ansible_collections.community.scalingo.plugins.module_utils._errors import (
    ApiRefusal,
    InputError,
    Refusal,
    ScalingoError,
    on_one_line,
)
from ansible_collections.community.scalingo.plugins.module_utils._facts import Fact, FactMissing, Facts
from ansible_collections.community.scalingo.plugins.module_utils._plan import Action, Plan, Wanted, decide, foresee
from ansible_collections.community.scalingo.plugins.module_utils._projects import (
    LONGEST_NAME,
    describe,
    select,
    the_only,
)

Projects = t.List[Object]
# What is known of each project that an item names by its ID: the project, or why it cannot be read.
Found = t.Mapping[str, t.Union[Object, ApiRefusal]]


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


def title(items: t.Sequence[Wanted], index: int) -> str:
    """Return how a message names an item: its place, and by what it knows its project."""
    name = items[index].project_id or items[index].name
    return f"item {index + 1} of projects" + (f" ({on_one_line(name, LONGEST_NAME)})" if name else "")


def blame(error: ScalingoError, *indexes: int) -> None:
    """Note in an error which items it is about, unless that is known already."""
    error.result.setdefault("failed_items", sorted(set(indexes)))


def check_all(items: t.Sequence[Wanted]) -> None:
    """Find what cannot be right, whatever the account looks like.

    Raises:
        InputError: Something cannot.
    """
    for index, item in enumerate(items):
        try:
            item.check()
        except InputError as error:
            error.add_context(f"In {title(items, index)}:")
            blame(error, index)
            raise
    _check_unique(items, "are to be the default project", lambda item: item.default or None)
    _check_unique(items, "mean the same project, {}", lambda item: item.project_id)
    # An item says which project it means by a name that this has now, or is to have in the end. A name can be both, of
    # two projects: one gives it away, and another one gets it.
    _check_unique(items, "mean the same project, {}", lambda item: item.name if _gives_name_away(item) else None)
    _check_unique(items, "want a project to have the same name, {}", _final_name)
    final = {_final_name(item): index for index, item in enumerate(items)}
    for index, item in enumerate(items):
        other = final.get(item.name)
        if item.project_id is None and item.state == "absent" and other is not None and _is_plain(items[other]):
            raise _blamed(
                InputError(
                    f"{_both(items, index, other)} mean the same project, {item.name}: one wants it, and one does not."
                ),
                index,
                other,
            )
    _check_cycle(items)


def _blamed(error: ScalingoError, *indexes: int) -> ScalingoError:
    blame(error, *indexes)
    return error


def _check_unique(items: t.Sequence[Wanted], problem: str, key: t.Callable[[Wanted], t.Any]) -> None:
    seen: dict[t.Any, int] = {}
    for index, item in enumerate(items):
        value = key(item)
        if value is not None and seen.setdefault(value, index) != index:
            what = problem.format(on_one_line(str(value), LONGEST_NAME))
            raise _blamed(InputError(f"{_both(items, seen[value], index)} {what}."), seen[value], index)


def _both(items: t.Sequence[Wanted], one: int, other: int) -> str:
    sentence = f"{title(items, min(one, other))} and {title(items, max(one, other))}"
    return sentence[0].upper() + sentence[1:]


def _is_plain(item: Wanted) -> bool:
    """Tell whether an item wants a project of a name, and knows it by no other means."""
    return item.project_id is None and item.new_name is None and item.state == "present"


def _gives_name_away(item: Wanted) -> bool:
    return item.project_id is None and not _is_plain(item)


def _final_name(item: Wanted) -> str | None:
    return item.target_name if item.state == "present" else None


def _renames(items: t.Sequence[Wanted]) -> dict[str, int]:
    """Return the places of the items with `new_name`, by the name that each gives away."""
    return {t.cast(str, item.name): index for index, item in enumerate(items) if item.new_name is not None}


def _check_cycle(items: t.Sequence[Wanted]) -> None:
    renames = _renames(items)
    passed: set[str] = set()
    for start in renames:
        names = [start]
        while names[-1] in renames and names[-1] not in passed:
            passed.add(names[-1])
            names.append(t.cast(str, items[renames[names[-1]]].new_name))
        if names[-1] in names[:-1] and len(names) > 2:
            circle = names[names.index(names[-1]) :]
            error = InputError(
                f"These renamings go in a circle, so none of them can be the first one: {' to '.join(circle)}. Use a "
                f"name in between, in a task of its own."
            )
            raise _blamed(error, *(renames[name] for name in circle))


def plan_all(items: t.Sequence[Wanted], facts: Facts, found: Found) -> list[Step]:
    """Return what to do, in an order in which it can be done.

    Args:
        items: What is wanted, checked.
        facts: What is known of the account.
        found: What is known of each project that an item names by its ID.

    Raises:
        Refusal: There is no such order, or an item cannot be what is wanted.
        FactMissing: One more fact is needed.
    """
    projects = all_known(facts, found)
    meant = _meant(items, projects, found)
    steps = []
    for index, wanted in _in_order(items, meant):
        try:
            plan = decide(wanted, _as_seen_by(index, wanted, facts, projects, meant, found))
            _check_foreseen(plan, Facts({**facts, Fact.PROJECTS: projects}))
        except ScalingoError as error:
            error.add_context(f"In {title(items, index)}:")
            blame(error, index)
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

    An owner has one default project, so that another one ceases to be it (vendor's reference, inferred from "the new
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


def _meant(items: t.Sequence[Wanted], projects: Projects, found: Found) -> dict[int, Object]:
    """Return which project each item means, where it exists.

    Where one item gives a name away and another one gets it, the name alone does not tell which of the two its project
    is. The item that gets the name says: if the project that it knows by another name is still there, it has not got it
    yet. So that item is asked first.
    """
    meant = {
        index: t.cast(Object, found[item.project_id])
        for index, item in enumerate(items)
        if item.project_id is not None and isinstance(found[item.project_id], dict)
    }
    renames = _renames(items)
    getting = {_final_name(item): index for index, item in enumerate(items) if _final_name(item) is not None}
    asked = {index for index, item in enumerate(items) if item.project_id is not None}

    def free(name: str | None) -> Object | None:
        taken = {project["id"] for project in meant.values()}
        candidates = [each for each in select(projects, name=name, owner=items[0].owner) if each["id"] not in taken]
        return the_only(candidates, name or "")

    def ask(index: int) -> None:
        first = [index]
        while items[first[-1]].name in getting and getting[items[first[-1]].name] not in {*asked, *first}:
            first.append(getting[items[first[-1]].name])
        for each in reversed(first):
            if each not in asked:
                asked.add(each)
                answer(each)

    def answer(index: int) -> None:
        item = items[index]
        try:
            if _is_plain(item) and item.name in renames and not chain_is_done(item.name):
                # The project of that name is the one that gives it away.
                return
            project = free(item.name) or (free(item.new_name) if item.new_name is not None else None)
            _check_not_meant_by_id(items, index, project, meant)
        except Refusal as refusal:
            refusal.add_context(f"In {title(items, index)}:")
            blame(refusal, index)
            raise
        if project is not None:
            meant[index] = project

    def chain_is_done(name: str | None) -> bool:
        while name in renames:
            name = items[renames[name]].new_name
            if free(name) is None:
                return False
        return True

    for index in range(len(items)):
        ask(index)
    return meant


def _check_not_meant_by_id(
    items: t.Sequence[Wanted], index: int, project: Object | None, meant: t.Mapping[int, Object]
) -> None:
    """Refuse an item whose name means the project of an item with an ID, unless that one speaks of a name too.

    Args:
        items: What is wanted.
        index: The place of the item.
        project: What the item was found to mean instead, if anything.
        meant: The projects of the other items.

    Raises:
        Refusal: It does.
    """
    item = items[index]
    names = {item.name, item.new_name} if project is None else {item.name} - {project["name"]}
    for other, theirs in meant.items():
        by_id = items[other]
        if by_id.project_id is None or theirs["name"] not in names or not select([theirs], owner=by_id.owner):
            continue
        if project is not None and project["owner"]["id"] != theirs["owner"]["id"]:
            # Names are unique among the projects of one owner only.
            continue
        keeps_name = by_id.state == "present" and by_id.target_name is None
        if keeps_name or (by_id.state == "absent" and not _is_plain(item)):
            raise _blamed(
                Refusal(f"{_both(items, index, other)} mean the same project, {describe(theirs)}."), index, other
            )


def _in_order(items: t.Sequence[Wanted], meant: t.Mapping[int, Object]) -> list[tuple[int, Wanted]]:
    """Return the items in an order in which each finds what it needs: a free name, another default project."""
    before: dict[int, set[int]] = {index: set() for index in range(len(items))}
    for index, item in enumerate(items):
        needed = _final_name(item)
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
        + (f": {meant[index]['name']} to {_final_name(item)}" if index in meant and _final_name(item) else "")
        for index, item in enumerate(items)
    ]
    if new_default is None or not ceasing:
        return [(index, items[index]) for index in _sorted(items, before, labels)]
    with_default = {index: others | ({new_default} if index in ceasing else set()) for index, others in before.items()}
    try:
        return [(index, items[index]) for index in _sorted(items, with_default, labels)]
    except Refusal:
        if new_default not in meant:
            raise
    # The new default project is to get the name of the old one, which cannot go before there is a new one.
    first = Wanted(project_id=meant[new_default]["id"], default=True, owner=items[new_default].owner)
    return [(new_default, first), *((index, items[index]) for index in _sorted(items, before, labels))]


def _leaves_name(item: Wanted, project: Object) -> bool:
    return item.state == "absent" or item.target_name not in (None, project["name"])


def _sorted(items: t.Sequence[Wanted], before: t.Mapping[int, set[int]], labels: t.Sequence[str]) -> list[int]:
    """Return the places of the items, each after all that come before it; else as listed, and deletions last.

    Raises:
        Refusal: There is no such order.
    """
    waiting = {index: set(others) for index, others in before.items()}
    ready: list[tuple[bool, int]] = []
    order: list[int] = []

    def release(done: int | None) -> None:
        for index, others in list(waiting.items()):
            others.discard(t.cast(int, done))
            if not others:
                del waiting[index]
                heapq.heappush(ready, (items[index].state == "absent", index))

    release(None)
    while ready:
        order.append(heapq.heappop(ready)[1])
        release(order[-1])
    if waiting:
        refusal = Refusal(
            "There is no order in which this can be done, because each of these waits for another one: "
            + "; ".join(labels[index] for index in sorted(waiting))
            + "."
        )
        raise _blamed(refusal, *waiting)
    return order


def _as_seen_by(
    index: int, wanted: Wanted, facts: Facts, projects: Projects, meant: t.Mapping[int, Object], found: Found
) -> Facts:
    """Return the facts from which an item is decided."""
    others = {project["id"] for other, project in meant.items() if other != index}
    seen = Facts({**facts, Fact.PROJECTS: [project for project in projects if project["id"] not in others]})
    if wanted.project_id is not None:
        now = [project for project in projects if project["id"] == wanted.project_id]
        seen[Fact.PROJECT] = now[0] if now else found[wanted.project_id]
    return seen


def _check_foreseen(plan: Plan, facts: Facts) -> None:
    """Refuse now what the API is known to refuse, so that a list does not stop half-way.

    Raises:
        Refusal: The API would refuse the plan.
        FactMissing: One more fact is needed, for a name that is to be written.
    """
    try:
        problem = foresee(plan, facts)
    except FactMissing:
        # Worth no request of its own: whoever owns it, and what is in it, the API knows.
        problem = None
    if problem is None and plan.action is Action.CREATE:
        for other in select(facts[Fact.PROJECTS], name=plan.changes["name"]):
            if other["owner"]["id"] == facts[Fact.CALLER_ID]:
                problem = f"That name is taken by {describe(other)}."
    if problem is not None:
        raise Refusal(f"Cannot {plan.title}. {problem}")


def _fixed(wanted: Wanted, plan: Plan) -> Wanted:
    """Return what is wanted of the project that a plan is about, found by its ID."""
    if plan.project is None:
        return wanted
    return replace(wanted, project_id=plan.project["id"], name=wanted.target_name, new_name=None)
