# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One project: what has to be done so that it is as desired."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ._account import APP, DATABASE, Account
from ._api import Api, check_id
from ._errors import CannotError, InputError, NotFoundError, RejectedError
from ._match import describe, find_by_name, is_user, select, why_not_owner
from ._reconcile import Outcome, Plan, Step, apply, predict
from ._types import Object

# Scalingo's documentation, page Manage Projects.
_NAME = re.compile(r"[a-z0-9_-]{1,64}")


@dataclass(frozen=True)
class DesiredProject:
    """The options of `scalingo_project`, or of one item of `scalingo_projects`. Those that are unset are empty."""

    name: str = ""
    project_id: str = ""
    new_name: str = ""
    default: bool | None = None
    owner: str = ""
    state: str = "present"

    @property
    def final_name(self) -> str:
        """The name that the project has in the end; empty if any will do, or if it does not exist then."""
        return (self.new_name or self.name) if self.state == "present" else ""

    def check(self) -> None:
        """Check what the argument spec cannot say."""
        if self.project_id:
            check_id(self.project_id)
        if self.state == "absent" and (self.new_name or self.default):
            raise InputError("new_name and default=true cannot be used with state=absent.")
        if self.final_name and not _NAME.fullmatch(self.final_name):
            option = "new_name" if self.new_name else "name"
            raise InputError(
                f"Invalid value for {option}: {self.final_name!r}. Use 1 to 64 lowercase letters, digits, hyphens, or "
                f"underscores."
            )


@dataclass(frozen=True)
class ProjectPlan(Plan):
    """What has to be done about one project; and the name of the default project, where that becomes another one."""

    default_project: str | None = None


def ensure_project(api: Api, options: Object, check_mode: bool) -> Object:
    """Make a project what the options say; in check mode, predict it. Return the result of the module."""
    desired = DesiredProject(**options)
    desired.check()
    plan = plan_project(desired, Account(api))
    outcome = predict(plan) if check_mode else apply_project(api, plan, desired)
    return {"changed": bool(outcome.done), "project": outcome.resource, "diff": _diff(plan, outcome)}


def apply_project(api: Api, plan: ProjectPlan, desired: DesiredProject) -> Outcome:
    """Send the steps of a plan for one project."""
    project = plan.resource

    def plan_again(desired: DesiredProject, account: Account) -> ProjectPlan:
        if desired.state == "present" or desired.project_id or project is None:
            return plan_project(desired, account)
        # This project is meant, and none that got its name since. It is gone only if the list does not show it, either.
        list(account.projects)
        return plan_project(replace(desired, project_id=project["id"]), account)

    return apply(api, plan, plan_again, desired)


def plan_project(desired: DesiredProject, account: Account) -> ProjectPlan:
    """Return what has to be done so that a project is as desired."""
    project = _find(desired, account)
    if desired.state == "absent":
        return _plan_delete(project, account) if project else ProjectPlan(None)
    return _plan_update(desired, project, account) if project else _plan_create(desired, account)


def _find(desired: DesiredProject, account: Account) -> Object | None:
    """Return the project that is meant, or None if it does not exist."""
    if desired.project_id:
        return _find_by_id(desired, account)
    old = find_by_name(account.projects, desired.name, desired.owner)
    if not desired.new_name:
        return old
    new = find_by_name(account.projects, desired.new_name, desired.owner)
    if old and new and old is not new:
        raise CannotError(f"Cannot rename {desired.name!r}: both {describe(old)} and {describe(new)} exist.")
    if not old and not new:
        raise CannotError(f"Cannot rename {desired.name!r}: neither that nor {desired.new_name!r} exists.")
    return old or new


def _find_by_id(desired: DesiredProject, account: Account) -> Object | None:
    try:
        project = account.project(desired.project_id)
    except RejectedError as error:
        if isinstance(error, NotFoundError) and desired.state == "absent":
            return None
        error.add_context(
            f"Project {desired.project_id!r} does not exist, or this account cannot access it. Check the ID and "
            f"region. To create a project, omit project_id."
        )
        raise
    if desired.owner and not is_user(project["owner"], desired.owner):
        raise CannotError(f"Project {describe(project)} does not belong to {desired.owner!r} (option owner).")
    return project


def _plan_create(desired: DesiredProject, account: Account) -> ProjectPlan:
    if desired.owner and desired.owner != account.caller_id and not is_user(account.caller, desired.owner):
        raise CannotError(
            f"User {desired.owner!r} owns no project named {desired.name!r} that this account can access, and a "
            f"project cannot be created for another user."
        )
    name, default = desired.name, bool(desired.default)

    def created() -> Object:
        unknown = {"id": None, "created_at": None, "updated_at": None}
        return {**unknown, "name": name, "default": default, "owner": account.caller, "flags": {}}

    expected = {} if desired.default is None else {"default": default}
    step = Step("create", Api.create_project, (name, default), f"create project {name!r}", created, expected=expected)
    return ProjectPlan(None, (step,), default_project_of(account.caller_id, account) if default else None)


def _plan_update(desired: DesiredProject, project: Object, account: Account) -> ProjectPlan:
    if desired.default is False and project["default"]:
        raise CannotError(
            f"Cannot unset the default project {describe(project)}: the API does not support that. Set another project "
            f"as the default instead."
        )
    if desired.default and project["default"] and not desired.owner and project["owner"]["id"] != account.caller_id:
        raise CannotError(
            f"Cannot set project {describe(project)} as the default project: another user owns it. To use a project of "
            f"this account, set owner."
        )
    options = {"name": desired.final_name, "default": desired.default}
    expected: Object = {key: value for key, value in options.items() if value not in ("", None)}
    changes: Object = {key: value for key, value in expected.items() if project[key] != value}
    if not changes:
        return ProjectPlan(project)
    what = [f"rename it to {changes['name']!r}"] if "name" in changes else []
    what += ["set it as the default project"] if "default" in changes else []
    step = Step(
        "update",
        Api.update_project,
        (project["id"], changes),
        f"update project {describe(project)}: {' and '.join(what)}",
        predict=lambda: {**project, **changes, "updated_at": None},
        why_not=lambda: why_not_allowed(project, changes.get("name", ""), account),
        expected=expected,
    )
    default = default_project_of(project["owner"]["id"], account) if "default" in changes else None
    return ProjectPlan(project, (step,), default)


def _plan_delete(project: Object, account: Account) -> ProjectPlan:
    if project["default"]:
        raise CannotError(
            f"Cannot delete project {describe(project)}: it is the default project. Set another project as the default "
            f"first."
        )
    step = Step(
        "delete",
        Api.delete_project,
        (project["id"],),
        f"delete project {describe(project)}",
        predict=lambda: None,
        why_not=lambda: why_not_allowed(project, "", account) or _why_not_empty(project, account),
    )
    return ProjectPlan(project, (step,))


def _why_not_empty(project: Object, account: Account) -> str | None:
    """Return what is inside a project, which keeps the API from deleting it, or None."""
    words = {APP: "application", DATABASE: "database"}
    names = ", ".join(f"{words[each.kind]} {each.name!r}" for each in account.resources(project["id"]))
    return f"It still contains {names}. Delete what is inside first." if names else None


def why_not_allowed(project: Object, new_name: str, account: Account) -> str | None:
    """Return why the API will reject a change of a project, from its owner and the names of the others, or None."""
    return why_not_owner(project, account.caller_id) or why_taken(project, new_name, account)


def why_taken(project: Object, new_name: str, account: Account) -> str | None:
    """Return which other project of its owner has the new name of a project, or None."""
    for other in select(account.projects, name=new_name) if new_name else ():
        if other["owner"]["id"] == project["owner"]["id"] and other["id"] != project["id"]:
            return f"That name is taken by {describe(other)}."
    return None


def default_project_of(owner_id: str, account: Account) -> str | None:
    """Return the name of the default project of a user, or None: whether there always is one is not documented."""
    return next((project["name"] for project in select(account.projects, owner=owner_id, default=True)), None)


def after(plan: ProjectPlan, outcome: Outcome) -> Object | None:
    """Return the project as the task left it. A response also shows what another job changed; a diff must not."""
    return outcome.done[-1].predict() if plan.resource and outcome.done else outcome.resource


def _diff(plan: ProjectPlan, outcome: Outcome) -> Object:
    """Return name and default before and after, and which project was the default one, where that changed."""
    before, now = (
        {"name": project["name"], "default": project["default"]} if project else {}
        for project in (plan.resource if outcome.done else outcome.resource, after(plan, outcome))
    )
    if outcome.done and now.get("default") and not before.get("default"):
        before["default_project"], now["default_project"] = plan.default_project, now["name"]
    return {"before": before, "after": now}
