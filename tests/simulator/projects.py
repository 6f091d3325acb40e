# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of projects."""

from __future__ import annotations

import re
from typing import Any

from .errors import ApiError, bad_request, invalid, refusal
from .listing import before_write
from .models import Account, Project
from .state import World

NAME_LENGTH = 64


def create(world: World, account: Account, region: str, wanted: dict[str, Any]) -> Project:
    """Create a project; ``default`` true takes that role from the present default project."""
    wanted = _checked(wanted)
    if "name" not in wanted:
        raise invalid(name="can't be blank")
    if limit_reached(world, account.id, region):
        raise refusal(world.switches.limit_status, "base", "You have reached the maximum number of projects")
    if name_taken(world, account.id, region, wanted["name"]):
        raise _duplicate(world)
    before_write(world, region)
    now = world.clock.now()
    project = Project(
        id=world.new_id("project"),
        name=wanted["name"],
        region=region,
        owner_id=account.id,
        default=False,
        flags={},
        created_at=now,
        updated_at=now,
    )
    world.projects[project.id] = project
    if wanted.get("default"):
        make_default(world, project)
    return project


def update(world: World, project: Project, wanted: dict[str, Any]) -> Project:
    """Rename a project or make it the default one; ``default`` cannot go from true to false (documented)."""
    wanted = _checked(wanted)
    if not wanted:
        return _nothing_wanted(world, project)
    if project.default and wanted.get("default") is False:
        status = world.switches.default_false_status
        if status != 200:
            raise refusal(status, "default", "cannot be changed from true to false")
    name = wanted.get("name", project.name)
    if name != project.name and name_taken(world, project.owner_id, project.region, name):
        raise _duplicate(world)
    becomes_default = bool(wanted.get("default")) and not project.default
    if name == project.name and not becomes_default and not world.switches.touch_unchanged:
        return project
    before_write(world, project.region)
    project.name = name
    project.updated_at = world.clock.now()
    if becomes_default:
        make_default(world, project)
    return project


def delete(world: World, project: Project) -> None:
    """Delete a project without applications (documented) that is not the default one (documented for the dashboard).

    Statuses other than the 409 for applications are undocumented, hence the switches. An expired invitation does not
    count as pending.
    """
    switches = world.switches
    if project.default:
        raise refusal(switches.default_delete_status, "default", "Cannot delete the default project")
    resources = world.resources(project.id)
    text = "Cannot delete project with existing apps"
    if any(not resource.database for resource in resources):
        raise refusal(409, "apps", text)
    if resources and switches.delete_with_database != 204:
        raise refusal(switches.delete_with_database, "apps", text)
    now = world.clock.now()
    pending = [invitation for invitation in world.invitations_of(project.id) if invitation.open(now)]
    if pending and switches.delete_with_invitation == 409:
        raise refusal(409, "transfer_invitations", "Cannot delete project with a pending transfer invitation")
    before_write(world, project.region)
    for invitation in pending:
        invitation.status, invitation.acceptance, invitation.updated_at = "canceled", None, now
    for resource in resources:
        del world.applications[resource.id]
    del world.projects[project.id]


def make_default(world: World, project: Project) -> None:
    """Make a project the only default one of its owner in its region, or in all (switch unique_per).

    That the former one ceases to be it is not spelled out by the vendor; it may even show for some more reads
    (switch two_defaults).
    """
    for other in _rivals(world, project.owner_id, project.region):
        if other.default and other is not project:
            other.default = False
            other.updated_at = world.clock.now()
            other.lingering_reads = int(world.switches.two_defaults)
    project.default = True
    project.lingering_reads = 0


def name_taken(world: World, account_id: str, region: str, name: str) -> bool:
    """Whether the account has a project of that name (uniqueness per owner: vendor client; switch unique_per)."""
    return any(project.name == name for project in _rivals(world, account_id, region))


def limit_reached(world: World, account_id: str, region: str) -> bool:
    """Whether the account has as many projects as it may have (documented: 20 an account)."""
    per_region = world.switches.limit_scope == "region"
    owned = [
        project
        for project in world.projects.values()
        if project.owner_id == account_id and (project.region == region or not per_region)
    ]
    return len(owned) >= world.switches.limit_projects


def _rivals(world: World, account_id: str, region: str) -> list[Project]:
    """List the projects of an account among which a name and the default one are unique."""
    per_region = world.switches.unique_per == "region"
    return [
        project
        for project in world.projects.values()
        if project.owner_id == account_id and (project.region == region or not per_region)
    ]


def _checked(wanted: dict[str, Any]) -> dict[str, Any]:
    """The known parameters, or all that is wrong with them (documented: 422 with texts by field)."""
    problems = {}
    if "name" in wanted:
        problem = _name_problem(wanted["name"])
        if problem:
            problems["name"] = problem
    if "default" in wanted and not isinstance(wanted["default"], bool):
        problems["default"] = "must be true or false"
    if problems:
        raise invalid(**problems)
    return {key: wanted[key] for key in ("name", "default") if key in wanted}


def _name_problem(name: Any) -> str | None:
    """What is wrong with a name: 1 to 64 characters of a-z, 0-9, hyphen and underscore (documented)."""
    if name is None or name == "":
        return "can't be blank"
    if not isinstance(name, str):
        return "is invalid"
    if len(name) > NAME_LENGTH:
        return f"is too long (maximum is {NAME_LENGTH} characters)"
    if not re.fullmatch(r"[a-z0-9_-]+", name):
        return "may only contain lower-case letters, digits, hyphens and underscores"
    return None


def _nothing_wanted(world: World, project: Project) -> Project:
    status = world.switches.empty_patch_status
    if status == 200:
        return project
    if status == 422:
        raise invalid(project="missing field")
    raise bad_request("param is missing or the value is empty: project")


def _duplicate(world: World) -> ApiError:
    return refusal(world.switches.duplicate_status, "name", "has already been taken")
