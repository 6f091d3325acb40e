# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of projects, and answers that lag behind writes."""

from __future__ import annotations

from typing import Any

from .models import Account, Project
from .state import World
from .views import project_view


def list_projects(world: World, account: Account, region: str) -> list[dict[str, Any]]:
    """What the list shows to an account now: a lagging answer as long as there is one (switch list_lag)."""
    stale = world.stale_lists.pop((account.id, region), None)
    if stale is None:
        return _fresh_list(world, account, region)
    projects, reads = stale
    if reads > 1:
        world.stale_lists[account.id, region] = (projects, reads - 1)
    return projects


def listed_projects(world: World, account: Account, region: str) -> list[Project]:
    """The caller's own projects, oldest first; with others if the switch list_collaborations says so."""
    own = world.owned(account.id, region)
    if not world.switches.list_collaborations:
        return own
    others = [
        project
        for project in world.projects.values()
        if project.region == region and project.owner_id != account.id and world.collaborates(account.id, project.id)
    ]
    return own + others


def before_write(world: World, region: str) -> None:
    """Remember what every account's list shows before a change, for as many reads as the list lags."""
    lag = world.switches.list_lag
    if not lag:
        return
    for account in world.accounts.values():
        key = (account.id, region)
        projects, _reads = world.stale_lists.get(key) or (_fresh_list(world, account, region), 0)
        world.stale_lists[key] = (projects, lag)


def after_read(world: World, owner_ids: set[str], region: str) -> None:
    """Count a read for former default projects of these owners that still show as default (switch two_defaults)."""
    for project in world.projects.values():
        if project.region == region and project.owner_id in owner_ids and project.lingering_reads:
            project.lingering_reads -= 1


def _fresh_list(world: World, account: Account, region: str) -> list[dict[str, Any]]:
    return [project_view(world, project) for project in listed_projects(world, account, region)]
