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
from ._match import describe, select
from ._project import DesiredProject, ProjectPlan, after, apply_project, plan_project, why_not_allowed, why_taken
from ._reconcile import predict
from ._types import Object

Items = t.Sequence[DesiredProject]


def ensure_projects(api: Api, options: Object, check_mode: bool) -> Object:
    """Make the projects of a list what the options say; in check mode, predict it. Return the result of the module."""
    owner = options.get("owner", "")
    items = [DesiredProject(owner=owner, **item) for item in options["projects"]]
    names = [item.project_id or item.name for item in items]
    results = ItemList[ProjectPlan]("projects", names, options["continue_on_failure"])
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

    def plan_again(failed: int) -> None:
        if items[failed].default:
            # The others were planned as if it had become the default project.
            now = Account(api)
            results.plan(order, lambda index: _plan_item(items, index, now, results))

    if check_mode:
        results.carry_out(lambda plan, _index: predict(plan), plan_again)
    else:
        results.carry_out(lambda plan, index: apply_project(api, plan, items[index]), plan_again)
    returned = _returned(items, owner, before, results)
    return results.finish({**returned, **account.about, "check_mode": check_mode}, check_mode)


def _check_items(items: Items, results: ItemList[t.Any]) -> None:
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
            raise results.blame(error, index) from None
        for problem, key in unique:
            for other in range(index):
                if key(item) is not None and key(item) == key(items[other]):
                    message = f"{results.title(other)} {problem.format(key(item))}."
                    raise results.blame(InputError(message), index, other)


def _check_no_chain(items: Items, account: Account, results: ItemList[t.Any]) -> None:
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


def _plan_item(items: Items, index: int, account: Account, results: ItemList[ProjectPlan]) -> ProjectPlan:
    """Plan an item, and check that no other one is the same project, and that the API will allow it."""
    item = items[index]
    plan = plan_project(item, account)
    project = plan.resource
    if project:
        for other, theirs in results.plans.items():
            if other != index and theirs.resource and theirs.resource["id"] == project["id"]:
                raise CannotError(f"{results.title(other)} is the same project, {describe(project)}.")
        # Without the claim, it takes a request to know whose project it is.
        why_not = why_not_allowed if account.api.caller_claim() else why_taken
        reason = why_not(project, item.final_name, account) if plan.steps else None
        if reason:
            raise CannotError(f"Cannot {plan.steps[0].title}. {reason}")
    if item.default and plan.steps:
        account.forget_default(project["owner"]["id"] if project else account.caller_id)
    return plan


def _returned(items: Items, owner: str, before: t.Sequence[Object], results: ItemList[ProjectPlan]) -> Object:
    """Return what the module returns."""
    new_default = _new_default(items, results)
    before = [_beside(new_default, project) for project in before]
    projects = [_project(index, before, results) for index in range(len(items))]
    projects = [project and _beside(new_default, project) for project in projects]
    listed = {plan.resource["id"] for plan in results.plans.values() if plan.resource}
    # Where no plan was possible, the options alone say which projects are meant.
    unplanned = [item for index, item in enumerate(items) if index not in results.plans]
    listed |= {item.project_id for item in unplanned}
    names = {name for item in unplanned if not item.project_id for name in (item.name, item.new_name)}
    listed |= {each["id"] for each in before if each["name"] in names}
    outcomes = []
    for index, (item, project) in enumerate(zip(items, projects)):
        outcome, plan = results.outcomes.get(index), results.plans.get(index)
        known = project or (plan.resource if plan else None)
        error = results.errors.get(index)
        done = outcome.done if outcome else plan.steps if plan and error and error.result.get("changed") else ()
        action = done[0].action if done else "none"
        name = item.final_name or (known["name"] if known else item.name)
        outcomes.append(results.outcome(index, name=name, action=action, project=project))
    return {
        "changed": any(outcome["changed"] for outcome in outcomes),
        "outcomes": outcomes,
        "projects": [project for project in projects if project is not None],
        "unlisted": [each for each in select(before, owner=owner) if each["id"] not in listed],
        "diff": _diff(items, projects, results),
    }


def _new_default(items: Items, results: ItemList[ProjectPlan]) -> Object | None:
    """Return the project that became the default project, or None."""
    outcomes = [
        results.outcomes[index] for index, item in enumerate(items) if item.default and index in results.outcomes
    ]
    return next((outcome.resource for outcome in outcomes if outcome.done), None)


def _beside(new_default: Object | None, project: Object) -> Object:
    """Return a project as it is once its owner has a new default project, which the API may show late."""
    if new_default and new_default["id"] != project["id"] and new_default["owner"]["id"] == project["owner"]["id"]:
        return {**project, "default": False}
    return project


def _project(index: int, before: t.Sequence[Object], results: ItemList[ProjectPlan]) -> Object | None:
    """Return the project of an item as it is now."""
    if index in results.outcomes:
        return results.outcomes[index].resource
    if index in results.errors and "project" in results.errors[index].result:
        project: Object | None = results.errors[index].result["project"]
        return project
    planned = results.plans[index].resource if index in results.plans else None
    return next((each for each in before if planned and each["id"] == planned["id"]), planned)


def _diff(items: Items, projects: t.Sequence[Object | None], results: ItemList[ProjectPlan]) -> Object:
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
