# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How objects look in answers (attributes as documented)."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from .models import Account, Application, Collaborator, Invitation, Project
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
    """A transfer invitation; the vendor's client reckons without status_reason (switch empty_reason)."""
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
    if not invitation.status_reason and world.switches.empty_reason == "absent":
        del view["status_reason"]
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


def database_view(world: World, database: Application) -> dict[str, Any]:
    """Show a dedicated database, with the five attributes that the reference documents."""
    view = {
        "id": database.id,
        "name": database.name,
        "project_id": database.project_id,
        "technology": database.technology,
        "plan": database.plan,
    }
    return _extended(world, view)


def collaborator_view(world: World, application: Application, collaborator: Collaborator) -> dict[str, Any]:
    """Show a collaborator, with no user before the acceptance (documented; switch pending_user_id)."""
    account = world.accounts.get(collaborator.account_id or "")
    view: dict[str, Any] = {
        "id": collaborator.id,
        "email": collaborator.email,
        "user_id": collaborator.account_id,
        "username": account.username if account else "n/a",
        "tfa_status": False,
        "status": collaborator.status,
        "is_limited": collaborator.limited,
        "invitation_link": _shown_link(world, application, collaborator),
        "app_id": application.id,
        "app_name": application.name,
    }
    if collaborator.pending and world.switches.pending_user_id == "absent":
        del view["user_id"]
    return _extended(world, view)


def invitation_link(world: World, application: Application, token: str) -> str:
    """Build the address that ends in a token to accept an invitation to collaborate."""
    region = world.projects[application.project_id].region
    return f"https://dashboard.{region}.invalid/apps/collaboration?token={token}"


def _shown_link(world: World, application: Application, collaborator: Collaborator) -> str:
    """Choose the link that the API shows: none once it is accepted, or for a limited collaborator (documented).

    A recorded answer has the link without its token there (switch closed_link). Whether a limited invitation has a
    link after all, or gets one when the role is raised, is undocumented (switches limited_link, raised_link).
    """
    switches = world.switches
    open_to_limited = switches.limited_link or not collaborator.limited
    raised = collaborator.invited_limited and not collaborator.limited
    if collaborator.pending and open_to_limited and (not raised or switches.raised_link):
        return invitation_link(world, application, collaborator.token)
    return invitation_link(world, application, "") if switches.closed_link == "without_token" else ""


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
