# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A list of projects: one list request, one plan for each item, then only the writes that are needed."""

from __future__ import annotations

import typing as t

from ._account import Account
from ._api import Api
from ._errors import CannotError, InputError, ScalingoError
from ._list import NOTHING_WRITTEN, ItemList
from ._match import select
from ._project import DesiredProject, ProjectPlan, after, apply_project, plan_project, why_not_allowed, why_taken
from ._reconcile import Outcome, predict
from ._types import Object

Items = t.Sequence[DesiredProject]
Results = ItemList[ProjectPlan, Outcome]


def ensure_projects(api: Api, options: Object, check_mode: bool) -> Object:
    """Create, update, and delete the projects of a list, or predict it. Return the result of the module."""
    owner = options.get("owner", "")
    items = [DesiredProject(owner=owner, **item) for item in options["projects"]]
    names = [item.project_id or item.name for item in items]
    results = Results("projects", names, options["continue_on_failure"])
    _check_items(items, results)
    account = Account(api)
    try:
        before = account.projects
        _check_no_chain(items, account, results)
    except ScalingoError as error:
        error.add_consequence(NOTHING_WRITTEN)
        raise
    # The new default project before all, and deletes after all.
    order = sorted(range(len(items)), key=lambda index: (items[index].state == "absent", not items[index].default))
    results.plan(order, lambda index: _plan_item(items, index, account, results))

    def carry_out(plan: ProjectPlan, index: int) -> Outcome:
        try:
            return predict(plan) if check_mode else apply_project(api, plan, items[index])
        except ScalingoError:
            if items[index].default and options["continue_on_failure"]:
                # The others were planned as if it had become the default project.
                others, now = [other for other in order if other != index], Account(api)
                results.plan(others, lambda other: _plan_item(items, other, now, results))
            raise

    results.carry_out(carry_out)
    moved = any(items[index].default and outcome.done for index, outcome in results.outcomes.items())
    if moved:
        # Its plan has made the account forget the default project before it.
        before = account.projects
    projects = [_project(index, before, results, moved and not item.default) for index, item in enumerate(items)]
    return results.finish(
        [_outcome(index, item, project, results) for index, (item, project) in enumerate(zip(items, projects))],
        account,
        check_mode,
        projects=[project for project in projects if project is not None],
        unlisted=_unlisted(items, select(before, owner=owner), results),
        diff=_diff(items, projects, results),
    )


def _check_items(items: Items, results: Results) -> None:
    """Check the options, without a look at the account."""
    unique: list[tuple[str, t.Callable[[DesiredProject], t.Any]]] = [
        ("is also set as the default project", lambda item: item.default or None),
        (
            "is the same project; to rename a project and reuse its name, use two tasks",
            lambda item: item.project_id or item.name,
        ),
        ("also gives a project the name {!r}", lambda item: item.final_name or None),
    ]
    for index, item in enumerate(items):
        try:
            item.check()
        except InputError as error:
            results.reject(error, index)
        for problem, key in unique:
            for other in range(index):
                if key(item) is not None and key(item) == key(items[other]):
                    message = f"{results.title(other)} {problem.format(key(item))}."
                    raise results.blame(InputError(message), index, other)


def _check_no_chain(items: Items, account: Account, results: Results) -> None:
    """Check that no item takes a name that another one gives up."""
    names = {project["id"]: project["name"] for project in account.projects}
    given_up = {}
    for index, item in enumerate(items):
        name = names.get(item.project_id, item.name)
        if item.state == "absent" or item.final_name not in ("", name):
            given_up[name] = index
    for index, item in enumerate(items):
        other = given_up.get(item.final_name, index)
        if item.final_name and other != index:
            message = (
                f"{results.title(other)} gives up the name {item.final_name!r}, which this one takes. Use two tasks."
            )
            raise results.blame(CannotError(message), index, other)


def _plan_item(items: Items, index: int, account: Account, results: Results) -> ProjectPlan:
    """Plan an item, and check that no other one is the same project, and that the API will allow it."""
    item = items[index]
    plan = plan_project(item, account)
    project = plan.resource
    results.claim(project, index)
    if project and plan.steps:
        # Without the claim, it takes a request to know whose project it is.
        why_not = why_not_allowed if account.api.caller_claim() else why_taken
        reason = why_not(project, item.final_name, account)
        if reason:
            raise CannotError(f"Cannot {plan.steps[0].title}. {reason}")
    if item.default and plan.steps:
        account.forget_default(project["owner"]["id"] if project else account.caller_id)
    return plan


def _outcome(index: int, item: DesiredProject, project: Object | None, results: Results) -> Object:
    """Return what the module returns of an item."""
    outcome, plan, error = results.outcomes.get(index), results.plans.get(index), results.errors.get(index)
    known = project or (plan.resource if plan else None)
    done = outcome.done if outcome else plan.steps if plan and error and error.result.get("changed") else ()
    action = done[0].action if done else "none"
    name = item.final_name or (known["name"] if known else item.name)
    return results.outcome(index, name=name, action=action, project=project)


def _unlisted(items: Items, projects: t.Iterable[Object], results: Results) -> list[Object]:
    """Return the projects that no item means. Where no plan was possible, its options alone say which one it means."""
    listed = {plan.resource["id"] for plan in results.plans.values() if plan.resource}
    unplanned = [item for index, item in enumerate(items) if index not in results.plans]
    listed |= {item.project_id for item in unplanned}
    names = {name for item in unplanned if not item.project_id for name in (item.name, item.new_name)}
    return [each for each in projects if each["id"] not in listed and each["name"] not in names]


def _project(index: int, before: t.Sequence[Object], results: Results, not_default: bool) -> Object | None:
    """Return the project of an item as it is now."""
    if index in results.outcomes:
        outcome = results.outcomes[index]
        # Its response may still show a project as the default one that another item has just taken that from.
        stale = not_default and outcome.done and outcome.resource and outcome.resource["default"]
        return {**(outcome.resource or {}), "default": False} if stale else outcome.resource
    if index in results.errors and "project" in results.errors[index].result:
        project: Object | None = results.errors[index].result["project"]
        return project
    planned = results.plans[index].resource if index in results.plans else None
    return next((each for each in before if planned and each["id"] == planned["id"]), planned)


def _diff(items: Items, projects: t.Sequence[Object | None], results: Results) -> Object:
    """Return the name of each item's project before and after, by how the item knows it; null where none exists."""
    before: dict[str, t.Any] = {"projects": {}}
    now: dict[str, t.Any] = {"projects": {}}
    for index, (item, project) in enumerate(zip(items, projects)):
        outcome = results.outcomes.get(index)
        old = new = project
        if outcome and outcome.done:
            old, new = results.plans[index].resource, after(results.plans[index], outcome)
        key = item.project_id or item.name
        before["projects"][key], now["projects"][key] = (each and each["name"] for each in (old, new))
        if item.default and new and new["default"] and not (old and old["default"]):
            before["default_project"], now["default_project"] = results.plans[index].default_project, new["name"]
    return {"before": before, "after": now}
