# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of projects, and their list, which may lag behind writes."""

from __future__ import annotations

import re
from typing import Any

from .models import Account, Project
from .responses import ApiError, bad_request, invalid, project_view, rejection
from .state import World

NAME_LENGTH = 64


def create(world: World, account: Account, region: str, desired: dict[str, Any]) -> Project:
    """Create a project; ``default`` true takes that role from the current default project."""
    desired = _checked(desired)
    if "name" not in desired:
        raise invalid(name="can't be blank")
    if limit_reached(world, account.id, region):
        raise rejection(world.switches.limit_status, "base", "You have reached the maximum number of projects")
    if name_taken(world, account.id, region, desired["name"]):
        raise _duplicate(world)
    before_write(world, region)
    now = world.clock.now()
    project = Project(world.new_id("project"), desired["name"], region, account.id, False, {}, now, now)
    world.projects[project.id] = project
    if desired.get("default"):
        make_default(world, project)
    return project


def update(world: World, project: Project, desired: dict[str, Any]) -> Project:
    """Rename a project or make it the default one; ``default`` cannot go from true to false (documented)."""
    desired = _checked(desired)
    if not desired:
        raise bad_request("param is missing or the value is empty: project")
    status = world.switches.default_false_status
    if project.default and desired.get("default") is False and status != 200:
        raise rejection(status, "default", "cannot be changed from true to false")
    name = desired.get("name", project.name)
    if name != project.name and name_taken(world, project.owner_id, project.region, name):
        raise _duplicate(world)
    becomes_default = bool(desired.get("default")) and not project.default
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
        raise rejection(switches.default_delete_status, "default", "Cannot delete the default project")
    resources = world.resources(project.id)
    status = 409 if any(not resource.database for resource in resources) else switches.delete_with_database
    if resources and status != 204:
        raise rejection(status, "apps", "Cannot delete project with existing apps")
    now = world.clock.now()
    pending = [invitation for invitation in world.invitations_of(project.id) if invitation.open(now)]
    if pending and switches.delete_with_invitation == 409:
        raise rejection(409, "transfer_invitations", "Cannot delete project with a pending transfer invitation")
    before_write(world, project.region)
    for invitation in pending:
        invitation.close(now, "canceled")
    for resource in resources:
        del world.applications[resource.id]
    del world.projects[project.id]


def make_default(world: World, project: Project) -> None:
    """Make a project the only default one of its owner in its region, or in all (switch unique_per).

    That the previous one ceases to be it is not spelled out by the vendor; it may even show for some more reads
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
    counted = world.owned(account_id, region if world.switches.limit_scope == "region" else None)
    return len(counted) >= world.switches.limit_projects


def _rivals(world: World, account_id: str, region: str) -> list[Project]:
    """The projects of an account among which a name and the default one are unique."""
    return world.owned(account_id, region if world.switches.unique_per == "region" else None)


def _checked(desired: dict[str, Any]) -> dict[str, Any]:
    """The known parameters, or all that is wrong with them (documented: 422 with texts by field)."""
    problems = {}
    if "name" in desired and (problem := _name_problem(desired["name"])):
        problems["name"] = problem
    if "default" in desired and not isinstance(desired["default"], bool):
        problems["default"] = "must be true or false"
    if problems:
        raise invalid(**problems)
    return {key: desired[key] for key in ("name", "default") if key in desired}


def _name_problem(name: Any) -> str | None:
    """What is wrong with a name: 1 to 64 characters of a-z, 0-9, hyphen, and underscore (documented)."""
    if name is None or name == "":
        return "can't be blank"
    if not isinstance(name, str):
        return "is invalid"
    if len(name) > NAME_LENGTH:
        return f"is too long (maximum is {NAME_LENGTH} characters)"
    if not re.fullmatch(r"[a-z0-9_-]+", name):
        return "may only contain lower-case letters, digits, hyphens and underscores"
    return None


def _duplicate(world: World) -> ApiError:
    return rejection(world.switches.duplicate_status, "name", "has already been taken")


# The list.


def list_projects(world: World, account: Account, region: str) -> list[dict[str, Any]]:
    """What the list shows to an account now: what a lagging one shows, as long as it lags (switch list_lag)."""
    projects, reads = world.stale_lists.pop((account.id, region), None) or (_fresh_list(world, account, region), 0)
    if reads > 1:
        world.stale_lists[account.id, region] = (projects, reads - 1)
    return projects


def before_write(world: World, region: str) -> None:
    """Keep what every account's list shows before a change, for as many reads as the list lags."""
    lag = world.switches.list_lag
    for account in world.accounts.values() if lag else ():
        key = (account.id, region)
        projects, _reads = world.stale_lists.get(key) or (_fresh_list(world, account, region), 0)
        world.stale_lists[key] = (projects, lag)


def after_read(world: World, owner_ids: set[str], region: str) -> None:
    """Count a read for previous default projects of these owners that still show as default (switch two_defaults)."""
    for project in world.projects.values():
        if project.region == region and project.owner_id in owner_ids and project.lingering_reads:
            project.lingering_reads -= 1


def _fresh_list(world: World, account: Account, region: str) -> list[dict[str, Any]]:
    """The caller's own projects, oldest first; with others if the switch list_collaborations says so."""
    shown = world.owned(account.id, region)
    if world.switches.list_collaborations:
        others = [one for one in world.projects.values() if one.region == region and one.owner_id != account.id]
        shown += [one for one in others if world.collaborates(account.id, one.id)]
    return [project_view(world, project) for project in shown]
