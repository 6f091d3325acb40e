# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accepting an invitation: the handover of a project to its new owner."""

from __future__ import annotations

from datetime import timedelta

from .collaborators import same_email
from .errors import invalid, refusal
from .listing import before_write
from .models import Acceptance, Application, Collaborator, Invitation, Project
from .projects import limit_reached, make_default, name_taken
from .state import World
from .transfers import answerable, closed, on_all_resources, refuse_without_billing

# Documented as data of the event "acceptance failed".
NOT_ON_ALL = "You must be collaborator on all resources"
# From a draft of the vendor's documentation.
EXPIRED = "Project transfer invitation already expired."


def accept(world: World, invitation: Invitation) -> None:
    """Accept an invitation, for the invited user.

    Documented: the answer is 200 with the invitation, whose status may become ``failed`` or ``error``. Whether the
    work is done by then is undocumented (switch accept_delay), as is what an expired one gives (expired_accept).
    """
    if not answerable(invitation):
        raise closed(world)
    if invitation.expired(world.clock.now()):
        if world.switches.expired_accept == 422:
            raise refusal(422, "status", "The invitation has expired")
        _finish(world, invitation, "failed", EXPIRED)
        return
    project = world.projects[invitation.project_id]
    refuse_without_billing(world, world.accounts[invitation.invited_user_id], "accept")
    clash = _clash(world, invitation, project)
    if clash and world.switches.clash_outcome == "422":
        raise invalid(**{clash[0]: clash[1]})
    invitation.acceptance = _acceptance(world)
    settle(world)


def settle(world: World, read_by: str | None = None, project_id: str | None = None) -> None:
    """Finish the acceptances whose time has come; counts a read of one project, or of all of a user's, if told so."""
    now = world.clock.now()
    for invitation in list(world.invitations.values()):
        acceptance = invitation.acceptance
        project = world.projects.get(invitation.project_id)
        if acceptance is None or project is None:
            continue
        concerned = read_by in (project.owner_id, invitation.invited_user_id) or project_id == project.id
        if acceptance.due_at is not None and acceptance.due_at <= now:
            _complete(world, invitation, project)
        elif acceptance.reads_left is not None and concerned:
            if acceptance.reads_left == 0:
                _complete(world, invitation, project)
            else:
                acceptance.reads_left -= 1


def _acceptance(world: World) -> Acceptance:
    delay = world.switches.accept_delay
    if isinstance(delay, str):
        return Acceptance(reads_left=int(delay.split(" ")[0]))
    return Acceptance(due_at=world.clock.now() + timedelta(seconds=delay))


def _complete(world: World, invitation: Invitation, project: Project) -> None:
    outcome = world.switches.accept_outcome
    clash = _clash(world, invitation, project)
    if outcome == "error":
        _finish(world, invitation, "error", "The transfer was interrupted")
    elif outcome == "failed" or not on_all_resources(world, invitation.invited_user_id, project):
        _finish(world, invitation, "failed", NOT_ON_ALL)
    elif clash:
        _finish(world, invitation, "failed", f"{clash[0]} {clash[1]}")
    else:
        _finish(world, invitation, "accepted", "")
        _hand_over(world, project, invitation.invited_user_id)


def _clash(world: World, invitation: Invitation, project: Project) -> tuple[str, str] | None:
    """What stands in the way of the new owner: undocumented (switches clash_outcome, transferred_default)."""
    if project.default and world.switches.transferred_default == "refuse":
        return "project", "is the default project and cannot be transferred"
    if name_taken(world, invitation.invited_user_id, project.region, project.name):
        return "name", "has already been taken"
    if limit_reached(world, invitation.invited_user_id, project.region):
        return "base", "You have reached the maximum number of projects"
    return None


def _hand_over(world: World, project: Project, new_owner_id: str) -> None:
    """Make the new owner own project and applications, and the old one a collaborator (documented).

    The old owner is told to keep access; that this is a full role is undocumented (switch old_owner_role).
    """
    before_write(world, project.region)
    old_owner_id, project.owner_id = project.owner_id, new_owner_id
    project.updated_at = world.clock.now()
    project.lingering_reads = 0
    for resource in world.resources(project.id):
        _change_places(world, resource, old_owner_id, new_owner_id)
    if project.default and world.switches.transferred_default == "keep":
        make_default(world, project)
    else:
        project.default = False


def _change_places(world: World, resource: Application, old_owner_id: str, new_owner_id: str) -> None:
    """Strike the new owner off the list of collaborators, which never has the owner, and put the old one on it."""
    new_owner, old_owner = world.accounts[new_owner_id], world.accounts[old_owner_id]
    resource.collaborators = [
        one
        for one in resource.collaborators
        if one.account_id != new_owner_id and not (one.pending and same_email(world, one.email, new_owner.email))
    ]
    role = world.switches.old_owner_role
    if role != "none":
        limited = role == "limited" and not resource.database
        token = world.new_link_token()
        entry = Collaborator(world.new_id("collaborator"), old_owner.email, limited, token, account_id=old_owner_id)
        resource.collaborators.append(entry)


def _finish(world: World, invitation: Invitation, status: str, reason: str) -> None:
    invitation.status = status
    invitation.status_reason = reason
    invitation.acceptance = None
    invitation.updated_at = world.clock.now()
