# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may see and do what."""

from __future__ import annotations

from .collaborators import find_collaborator
from .errors import ApiError, not_found, refusal
from .models import Account, Application, Collaborator, Invitation, Project
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
    """A project for what only its owner may do.

    The status for others is undocumented (switch non_owner_status), and strangers, who have nothing to do with the
    project, may get another one than its collaborators (switch stranger_status).
    """
    project = find_project(world, region, project_id)
    if project.owner_id == account.id:
        return project
    if world.switches.stranger_status != "same" and _stranger(world, account, project):
        raise _denied(world.switches.stranger_status)
    raise _denied(world.switches.non_owner_status)


def visible_applications(world: World, account: Account, region: str) -> list[Application]:
    """List the applications and databases of the region that the account owns or collaborates on (documented)."""
    return [
        application
        for application in world.applications.values()
        if world.projects[application.project_id].region == region
        and (_owns(world, account, application) or application.has_collaborator(account.id))
    ]


def find_application(world: World, account: Account, region: str, key: str) -> Application:
    """Find an application that the account can see, by ID or name, or a database by name (vendor client)."""
    for application in world.applications.values():
        if world.projects[application.project_id].region != region:
            continue
        if key != application.name and (application.database or key != application.id):
            continue
        if _owns(world, account, application) or application.has_collaborator(account.id):
            return application
        raise _denied(world.switches.stranger_app, "app")
    raise not_found("app")


def application_with_collaborators(world: World, account: Account, region: str, key: str) -> Application:
    """Find an application whose collaborators the account may list (undocumented: switch collaborators_shown_to)."""
    application = find_application(world, account, region, key)
    shown_to = world.switches.collaborators_shown_to
    if shown_to == "any":
        return application
    return _with_rights(world, account, application, shown_to == "full")


def application_with_rights(world: World, account: Account, region: str, key: str, full: bool) -> Application:
    """Find an application for its owner or, with ``full``, for a full collaborator, but never for a limited one."""
    return _with_rights(world, account, find_application(world, account, region, key), full)


def manageable_collaborator(
    world: World, account: Account, region: str, key: str, collaborator_id: str, leaving: bool
) -> tuple[Application, Collaborator]:
    """Find a collaborator whom the account may change or remove; with ``leaving`` perhaps itself.

    Documented for the owner (switches collaborator_manages, collaborator_leaves).
    """
    application = find_application(world, account, region, key)
    own = application.accepted(account.id)
    if not (leaving and world.switches.collaborator_leaves and own is not None and own.id == collaborator_id):
        _with_rights(world, account, application, world.switches.collaborator_manages)
    return application, find_collaborator(application, collaborator_id)


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


def _stranger(world: World, account: Account, project: Project) -> bool:
    parts = {one.invited_user_id for one in world.invitations_of(project.id)}
    parts |= {one.inviter_user_id for one in world.invitations_of(project.id)}
    return account.id not in parts and not world.collaborates(account.id, project.id)


def _owns(world: World, account: Account, application: Application) -> bool:
    return world.projects[application.project_id].owner_id == account.id


def _with_rights(world: World, account: Account, application: Application, full: bool) -> Application:
    collaborator = application.accepted(account.id)
    allowed = full and collaborator is not None and not collaborator.limited
    if not allowed and not _owns(world, account, application):
        raise _denied(world.switches.app_denied_status, "app")
    return application


def _former_owner(world: World, account: Account, project: Project) -> bool:
    return project.owner_id != account.id and any(
        invitation.status == "accepted" and invitation.inviter_user_id == account.id
        for invitation in world.invitations_of(project.id)
    )


def _denied(status: int, resource: str = "project") -> ApiError:
    text = "unauthorized" if status == 401 else "You are not allowed to do this"
    return refusal(status, resource, text, resource)
