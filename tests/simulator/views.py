# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How objects look in answers (attributes as documented)."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from .models import Account, Application, Invitation, Project
from .regions import Region
from .state import World

SUMMER = timezone(timedelta(hours=2))


def date_view(world: World, moment: datetime) -> str:
    """ISO 8601 with milliseconds; the documentation shows ``+02:00``, recorded answers show ``Z`` (switch dates)."""
    if world.switches.dates == "offset":
        return moment.astimezone(SUMMER).isoformat(timespec="milliseconds")
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def project_view(world: World, project: Project) -> dict[str, Any]:
    """A project; flags are missing from one of the vendor's examples (switch show_flags)."""
    view: dict[str, Any] = {
        "id": project.id,
        "name": project.name,
        "default": project.default or project.lingering_reads > 0,
        "created_at": date_view(world, project.created_at),
        "updated_at": date_view(world, project.updated_at),
        "owner": owner_view(world, world.accounts[project.owner_id]),
    }
    if world.switches.show_flags:
        view["flags"] = dict(project.flags)
    return _extended(world, view)


def owner_view(world: World, account: Account) -> dict[str, Any]:
    """The owner inside a project or an application."""
    view: dict[str, Any] = {"id": account.id, "username": account.username, "email": account.email}
    if world.switches.show_flags:
        view["flags"] = dict(account.flags)
    return view


def invitation_view(world: World, invitation: Invitation) -> dict[str, Any]:
    """A transfer invitation."""
    view = {
        "id": invitation.id,
        "project_id": invitation.project_id,
        "invited_user_id": invitation.invited_user_id,
        "invited_user_name": world.accounts[invitation.invited_user_id].username,
        "inviter_user_id": invitation.inviter_user_id,
        "status": invitation.status,
        "status_reason": invitation.status_reason,
        "expires_at": date_view(world, invitation.expires_at),
        "created_at": date_view(world, invitation.created_at),
        "updated_at": date_view(world, invitation.updated_at),
    }
    return _extended(world, view)


def application_view(world: World, application: Application) -> dict[str, Any]:
    """An application, with the two attributes of its project that the reference documents."""
    project = world.projects[application.project_id]
    view = {
        "id": application.id,
        "name": application.name,
        "status": "running",
        "region": project.region,
        "owner": owner_view(world, world.accounts[project.owner_id]),
        "project": {"id": project.id, "name": project.name},
    }
    return _extended(world, view)


def user_view(world: World, account: Account) -> dict[str, Any]:
    """The caller's own account; ``uuid`` equals ``id`` (recorded)."""
    view = {
        "id": account.id,
        "uuid": account.id,
        "username": account.username,
        "email": account.email,
        "fullname": account.username.title(),
        "flags": dict(account.flags),
    }
    return _extended(world, view)


def region_view(world: World, region: Region) -> dict[str, Any]:
    """A region; ``default`` is read by the vendor's clients only. Hosts that are not simulated cannot be resolved."""
    return {
        "name": region.name,
        "display_name": region.display_name,
        "api": world.region_urls.get(region.name, ""),
        "database_api": f"https://db-api.{region.name}.invalid",
        "dashboard": f"https://dashboard.{region.name}.invalid",
        "ssh": f"ssh.{region.name}.invalid:22",
        "default": region.default,
    }


def _extended(world: World, view: dict[str, Any]) -> dict[str, Any]:
    """Unknown attributes may be added at any time (documented; switch extra_fields)."""
    if world.switches.extra_fields:
        view["simulator_extra"] = {"nested": [1, None, "text"]}
    return view
