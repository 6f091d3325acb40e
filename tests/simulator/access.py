# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may see and do what."""

from __future__ import annotations

from .errors import ApiError, not_found, refusal
from .models import Account, Invitation, Project
from .state import World


def find_project(world: World, region: str, project_id: str) -> Project:
    """A project of the region by id; a name is not documented to work in its place."""
    project = world.projects.get(project_id)
    if project is None or project.region != region:
        raise not_found("project")
    return project


def readable_project(world: World, account: Account, region: str, project_id: str) -> Project:
    """A project that the account may read. Only the owner's right is documented, the rest hangs on switches."""
    project = find_project(world, region, project_id)
    status = _reading_status(world, account, project)
    if status != 200:
        raise _denied(status)
    return project


def owned_project(world: World, account: Account, region: str, project_id: str) -> Project:
    """A project for what only its owner may do; the status for others is undocumented (switch non_owner_status)."""
    project = find_project(world, region, project_id)
    if project.owner_id != account.id:
        raise _denied(world.switches.non_owner_status)
    return project


def readable_invitations(world: World, account: Account, project: Project) -> list[Invitation]:
    """The invitations of a project that the account may list.

    The owner sees all of them. That the invited user and a former owner see their own is undocumented (switches
    invitee_list and old_owner_reads).
    """
    invitations = world.invitations_of(project.id)
    if project.owner_id == account.id:
        return invitations
    own = [
        invitation
        for invitation in invitations
        if (world.switches.invitee_list and invitation.invited_user_id == account.id)
        or (world.switches.old_owner_reads and invitation.inviter_user_id == account.id)
    ]
    if not own:
        raise _denied(world.switches.non_owner_status)
    return own


def readable_invitation(world: World, account: Account, region: str, project_id: str, invitation_id: str) -> Invitation:
    """An invitation for its inviter or the invited user (documented); others get what strangers get."""
    project = find_project(world, region, project_id)
    invitation = find_invitation(world, project, invitation_id)
    party = account.id in (invitation.invited_user_id, invitation.inviter_user_id)
    lost = _former_owner(world, account, project) and not world.switches.old_owner_reads
    if not party or lost:
        raise _denied(int(world.switches.stranger_get), "transfer_invitation")
    return invitation


def answerable_invitation(
    world: World, account: Account, region: str, project_id: str, invitation_id: str
) -> Invitation:
    """An invitation for the invited user to answer (documented: only that user may)."""
    project = find_project(world, region, project_id)
    invitation = find_invitation(world, project, invitation_id)
    if invitation.invited_user_id == account.id:
        return invitation
    if account.id in (invitation.inviter_user_id, project.owner_id):
        raise _denied(world.switches.non_owner_status, "transfer_invitation")
    raise not_found("transfer_invitation")


def find_invitation(world: World, project: Project, invitation_id: str) -> Invitation:
    """An invitation of the project by id."""
    invitation = world.invitations.get(invitation_id)
    if invitation is None or invitation.project_id != project.id:
        raise not_found("transfer_invitation")
    return invitation


def _reading_status(world: World, account: Account, project: Project) -> int:
    switches = world.switches
    if project.owner_id == account.id:
        return 200
    now = world.clock.now()
    if any(one.open(now) and one.invited_user_id == account.id for one in world.invitations_of(project.id)):
        return 200 if switches.invitee_project else int(switches.stranger_get)
    if _former_owner(world, account, project):
        return 200 if switches.old_owner_reads else int(switches.stranger_get)
    if world.collaborates(account.id, project.id):
        return int(switches.collaborator_get)
    return int(switches.stranger_get)


def _former_owner(world: World, account: Account, project: Project) -> bool:
    return project.owner_id != account.id and any(
        invitation.status == "accepted" and invitation.inviter_user_id == account.id
        for invitation in world.invitations_of(project.id)
    )


def _denied(status: int, resource: str = "project") -> ApiError:
    text = "unauthorized" if status == 401 else "You are not allowed to do this"
    return refusal(status, resource, text, resource)
