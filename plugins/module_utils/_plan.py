# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to community.scalingo: it may change in any release.

"""What is wanted against what is: the decision of what to change, apart from changing it.

Nothing here sends a request or knows of check mode. `decide` gives the same plan to a check and to a real run, which
is why they cannot differ; `why_refused` says which plans the API is known to refuse, and why. A decision that needs one
more fact than it was given raises `FactMissing`.
"""

from __future__ import annotations

import enum
import re
import typing as t
from dataclasses import dataclass, field

from ._api import check_id
from ._errors import (
    CannotError,
    InputError,
    NotFoundError,
    RejectedError,
)
from ._facts import Fact, Facts
from ._projects import (
    describe,
    is_user,
    owner_of,
    select,
    the_only,
)
from ._types import Object

# Vendor's user documentation, page Manage Projects.
_NAME = re.compile(r"[a-z0-9_-]{1,64}")


@dataclass(frozen=True)
class Wanted:
    """One project as a task wants it: the options of the module `scalingo_project`; None where one was not given."""

    name: str | None = None
    project_id: str | None = None
    new_name: str | None = None
    default: bool | None = None
    owner: str | None = None
    state: str = "present"

    def check(self) -> None:
        """Find what cannot be right, whatever the account looks like.

        Raises:
            InputError: Something cannot.
        """
        if self.new_name is not None and self.project_id is not None:
            raise InputError(
                "new_name cannot be used with project_id, which finds the project whatever its name is: put the new "
                "name into name."
            )
        if self.new_name is not None and self.name is None:
            raise InputError("new_name needs name, the present name of the project that is to be renamed.")
        if self.name is None and self.project_id is None:
            raise InputError("One of name and project_id is required, to say which project is meant.")
        if self.project_id is not None:
            check_id(self.project_id)
        if self.state == "absent" and self.new_name is not None:
            raise InputError("new_name cannot be used with state=absent.")
        if self.state == "absent" and self.default:
            raise InputError("default=true cannot be used with state=absent: the default project cannot be deleted.")
        if self.state == "present":
            check_name("name" if self.new_name is None else "new_name", t.cast(str, self.target_name))

    @property
    def target_name(self) -> str | None:
        """The name that the project is to have, or None if any will do."""
        return self.name if self.new_name is None else self.new_name

    def missing(self, project: Object) -> dict[str, t.Any]:
        """Return what a project that is to be present would have to be, and is not: `name`, `default`."""
        wish = {"name": self.target_name, "default": self.default}
        return {key: value for key, value in wish.items() if value is not None and project[key] != value}


def check_name(option: str, name: str | None) -> None:
    """Refuse a name that the API would refuse, if it has to be written.

    Raises:
        InputError: It breaks the documented rule.
    """
    if name is not None and not _NAME.fullmatch(name):
        raise InputError(
            f"{option} is not a valid project name: {name!r}; names have 1 to 64 characters, of lower-case "
            f"letters, digits, hyphen and underscore."
        )


class Action(enum.Enum):
    """What a plan does to its project."""

    NONE = "none"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True)
class Plan:
    """What to do about one project.

    Attributes:
        action: The one write, if any.
        project: The project as it is, or None if there is none.
        changes: What the write sends: `name`, `default`.
        default_project: The name of the project that is the default one of the same account, where that changes.
    """

    action: Action
    project: Object | None = None
    changes: t.Mapping[str, t.Any] = field(default_factory=dict)
    default_project: str | None = None

    @property
    def title(self) -> str:
        """What the write does, to follow "cannot"."""
        if self.action is Action.CREATE:
            return f"create project {self.changes['name']}"
        if self.action is Action.DELETE:
            return f"delete project {describe(t.cast(Object, self.project))}"
        parts = []
        if "name" in self.changes:
            parts.append(f"rename it to {self.changes['name']}")
        if "default" in self.changes:
            parts.append("make it the default project")
        return f"change project {describe(t.cast(Object, self.project))}: {' and '.join(parts)}"


def decide(wanted: Wanted, facts: Facts) -> Plan:
    """Return what has to be done so that a project is as it is wanted.

    Raises:
        CannotError: It cannot be reached, or it is not clear which project is meant.
        FactMissing: One more fact is needed.
    """
    if wanted.project_id is not None:
        project = _by_id(wanted, facts)
    elif wanted.new_name is None:
        project = _by_name(wanted, facts, wanted.name)
    else:
        project = _by_either_name(wanted, facts)

    if wanted.state == "absent":
        return _plan_absent(project)
    if project is None:
        return _plan_create(wanted, facts)
    return _plan_update(wanted, facts, project)


def _by_id(wanted: Wanted, facts: Facts) -> Object | None:
    project = facts[Fact.PROJECT]
    if isinstance(project, NotFoundError):
        if wanted.state == "absent":
            return None
        project.add_context(
            f"There is no project with the ID {wanted.project_id}, or this account may not see it. A project gets its "
            f"ID when it is created: to create one, leave project_id out."
        )
    elif isinstance(project, RejectedError):
        project.add_context(f"This account may not read project {wanted.project_id}.")
    if isinstance(project, RejectedError):
        raise project
    if wanted.owner is not None and not is_user(project["owner"], wanted.owner):
        raise CannotError(f"Project {describe(project)} does not belong to {wanted.owner}, as the option owner asks.")
    return project


def _by_name(wanted: Wanted, facts: Facts, name: str | None) -> Object | None:
    return the_only(select(facts[Fact.PROJECTS], name=name, owner=wanted.owner), name or "")


def _by_either_name(wanted: Wanted, facts: Facts) -> Object | None:
    """Find what has to be renamed, or what has been renamed already."""
    old, new = _by_name(wanted, facts, wanted.name), _by_name(wanted, facts, wanted.new_name)
    if old and new and old["id"] != new["id"]:
        hint = "" if old["owner"]["id"] == new["owner"]["id"] else " If only one owner's projects are meant, set owner."
        raise CannotError(
            f"Cannot rename {wanted.name} to {wanted.new_name}, since both exist: {describe(old)} and {describe(new)}."
            + hint
        )
    if not old and not new:
        raise CannotError(
            f"There is no project named {wanted.name} to be renamed, and none named {wanted.new_name} either."
        )
    return old or new


def _plan_absent(project: Object | None) -> Plan:
    if project is None:
        return Plan(Action.NONE)
    if project["default"]:
        raise CannotError(
            f"Project {describe(project)} is the default project, which the API does not delete: make another project "
            f"the default one first."
        )
    return Plan(Action.DELETE, project)


def _plan_create(wanted: Wanted, facts: Facts) -> Plan:
    if wanted.owner is not None and not _is_caller(wanted.owner, facts):
        raise CannotError(
            f"User {wanted.owner} (if there is such a user) owns no project named {wanted.name} that this account can "
            f"see, and a project cannot be created for somebody else."
        )
    changes: dict[str, t.Any] = {"name": wanted.name}
    if wanted.default:
        changes["default"] = True
        return Plan(Action.CREATE, None, changes, default_project_of(facts[Fact.CALLER_ID], facts[Fact.PROJECTS]))
    # `default: false` is what a new project gets anyway, so it is not sent.
    return Plan(Action.CREATE, None, changes)


def _plan_update(wanted: Wanted, facts: Facts, project: Object) -> Plan:
    changes: dict[str, t.Any] = {}
    if wanted.target_name is not None and project["name"] != wanted.target_name:
        changes["name"] = wanted.target_name
    if wanted.default is False and project["default"]:
        raise CannotError(
            f"Project {describe(project)} is the default project, and the API cannot unset that: make another project "
            f"the default one instead."
        )
    default_project = None
    if wanted.default and not project["default"]:
        changes["default"] = True
        default_project = default_project_of(project["owner"]["id"], facts[Fact.PROJECTS])
    elif wanted.default and wanted.owner is None and project["owner"]["id"] != facts[Fact.CALLER_ID]:
        # Each owner has a default project.
        raise CannotError(
            f"Project {describe(project)} is already the default project of its owner; for this account, only a "
            f"project of its own can be the default one."
        )
    return Plan(Action.UPDATE if changes else Action.NONE, project, changes, default_project)


def _is_caller(wanted: str, facts: Facts) -> bool:
    return wanted == facts[Fact.CALLER_ID] or is_user(facts[Fact.CALLER], wanted)


def default_project_of(owner_id: str, projects: t.Iterable[Object]) -> str | None:
    """Return the name of the owner's default project, or None: whether there always is one is not documented."""
    names = [project["name"] for project in select(projects, default=True) if project["owner"]["id"] == owner_id]
    return names[0] if names else None


def why_refused(plan: Plan, facts: Facts) -> str | None:
    """Return why the API will not carry out a plan, as far as that can be known, or None.

    A check fails with this sentence; a real run lets the API decide, and explains its refusal with it.

    Raises:
        FactMissing: One more fact is needed.
    """
    project = plan.project
    if project is not None and plan.action is not Action.NONE and project["owner"]["id"] != facts[Fact.CALLER_ID]:
        return f"It belongs to {owner_of(project)}, and only its owner may do that."
    if plan.action is Action.DELETE and project is not None:
        inside = sorted(
            application["name"]
            for application in facts[Fact.APPLICATIONS]
            if application["project"]["id"] == project["id"]
        )
        if inside:
            return f"It still contains applications, which have to be deleted first: {', '.join(inside)}."
    return why_name_is_taken(plan, facts)


def why_name_is_taken(plan: Plan, facts: Facts) -> str | None:
    """Return that the new name of a project is another one's, of the same owner, or None.

    Nothing is created under a name that is taken: whatever has it would be the project that is meant.

    Raises:
        FactMissing: The projects are needed.
    """
    project = plan.project
    if project is not None and "name" in plan.changes:
        for other in select(facts[Fact.PROJECTS], name=plan.changes["name"]):
            if other["owner"]["id"] == project["owner"]["id"] and other["id"] != project["id"]:
                return f"That name is taken by {describe(other)}."
    return None


def predict(plan: Plan, facts: Facts) -> Object | None:
    """Return the project as it will be, with None for the IDs and dates that are not known before.

    Raises:
        FactMissing: One more fact is needed.
    """
    if plan.action is Action.NONE:
        return plan.project
    if plan.action is Action.DELETE:
        return None
    if plan.project is not None:
        return {**plan.project, **plan.changes, "updated_at": None}
    return {
        "id": None,
        "name": plan.changes["name"],
        "default": plan.changes.get("default", False),
        "created_at": None,
        "updated_at": None,
        "owner": facts[Fact.CALLER],
        "flags": {},
    }


def diff(plan: Plan, project: Object | None) -> dict[str, Object]:
    """Return `before` and `after` of what is managed: name and default, and whose place as default one it takes.

    What others have changed meanwhile is in both as it is now, since it is no work of the plan.

    Args:
        project: The project as it is after the plan, predicted or real.
    """
    before, after = _managed(plan.project), _managed(project)
    if plan.action is Action.UPDATE:
        before.update({key: value for key, value in after.items() if key not in plan.changes})
    if plan.changes.get("default"):
        before["default_project"] = plan.default_project
        after["default_project"] = after["name"]
    return {"before": before, "after": after}


def _managed(project: Object | None) -> dict[str, t.Any]:
    return {} if project is None else {"name": project["name"], "default": project["default"]}
