# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of transfer invitations, and the change of owner after an acceptance."""

from __future__ import annotations

import random
from datetime import timedelta

from .models import Account, Application, Collaborator, Invitation, Project
from .projects import before_write, limit_reached, make_default, name_taken
from .responses import ApiError, invalid, rejection
from .state import World

LIFETIME = timedelta(days=3)
# Documented as data of the event "acceptance failed".
NOT_ON_ALL = "You must be collaborator on all resources"
# From a draft of the vendor's documentation.
EXPIRED = "Project transfer invitation already expired."


def eligible_new_owners(world: World, project: Project) -> list[Account]:
    """Who may become the new owner: collaborators on all resources (documented).

    The reference's example contains the current owner (switch eligible_includes_owner). Who is eligible for an empty
    project is undocumented: here only the owner.
    """
    owner = [world.accounts[project.owner_id]] if world.switches.eligible_includes_owner else []
    others = [one for one in world.accounts.values() if one.id != project.owner_id and world.resources(project.id)]
    return owner + [account for account in others if _on_all_resources(world, account.id, project)]


def _on_all_resources(world: World, account_id: str, project: Project) -> bool:
    """Whether the account collaborates on every application and dedicated database (the stricter of two texts)."""
    roles = [resource.accepted(account_id) for resource in world.resources(project.id)]
    return all(role is not None and (world.switches.limited_eligible or not role.limited) for role in roles)


def invite(world: World, account: Account, project: Project, invited_user_id: object) -> Invitation:
    """Invite a collaborator to own the project; expires after three days (documented)."""
    switches = world.switches
    field = "invited_user_id"
    if invited_user_id is None or invited_user_id == "":
        raise invalid(invited_user_id="can't be blank")
    if not isinstance(invited_user_id, str):
        raise invalid(invited_user_id="is invalid")
    invited = world.accounts.get(invited_user_id)
    if invited is None:
        raise rejection(switches.invite_unknown_status, field, "is unknown", "user")
    if invited is account:
        raise rejection(switches.invite_self_status, field, "is the owner of the project", "user")
    if project.default and switches.transferred_default == "refuse":
        raise invalid(project="is the default project and cannot be transferred")
    if _blocked(world, project):
        text = "A pending transfer invitation already exists for this project"
        raise rejection(switches.invite_pending_status, "project", text, "transfer_invitation")
    if invited not in eligible_new_owners(world, project):
        text = "must be collaborator on all resources"
        raise rejection(switches.invite_not_eligible_status, field, text, "user")
    _require_billing(world, invited, "invite")
    now, id = world.clock.now(), world.new_id("invitation")
    invitation = Invitation(id, project.id, invited.id, account.id, "pending", "", now + LIFETIME, now, now)
    world.invitations[id] = invitation
    return invitation


def _require_billing(world: World, new_owner: Account, moment: str) -> None:
    """Reject a new owner without billing at that moment, ``invite`` or ``accept``.

    That billing is needed is documented, when and how this is checked is not (switch new_owner_refused).
    """
    when, _dash, status = (world.switches.new_owner_refused or "").partition("-")
    if when == moment and not new_owner.billing:
        raise rejection(int(status), "invited_user_id", "must have an active billing profile", "user")


def _blocked(world: World, project: Project) -> bool:
    """Whether a pending invitation keeps the project from having another one; an expired one: undocumented."""
    now = world.clock.now()
    return any(
        invitation.open(now) or (invitation.status == "pending" and world.switches.expired_blocks)
        for invitation in world.invitations_of(project.id)
    )


def filtered(world: World, invitations: list[Invitation], status: str | None) -> list[Invitation]:
    """The invitations that a list shows.

    Documented: without ``status`` only pending ones that have not expired; ``status`` lifts that filter, for example
    with ``all``. Whether another value filters by itself is undocumented (switch status_filter), as is the order.
    """
    now, order = world.clock.now(), world.switches.invitation_order
    if status is None:
        shown = [invitation for invitation in invitations if invitation.open(now)]
    elif status == "all" or world.switches.status_filter == "ignored":
        shown = list(invitations)
    else:
        shown = [invitation for invitation in invitations if invitation.status == status]
    if order == "newest_first":
        shown.reverse()
    elif order == "random":
        random.shuffle(shown)
    return shown


def decline(world: World, invitation: Invitation) -> None:
    """Decline an invitation, for the invited user."""
    if invitation.expired(world.clock.now()):
        raise _closed(world)
    cancel(world, invitation, "declined")


def cancel(world: World, invitation: Invitation, status: str = "canceled") -> None:
    """Cancel an invitation, for the owner; an expired one can be canceled as well."""
    _require_pending(world, invitation)
    invitation.close(world.clock.now(), status)


def _require_pending(world: World, invitation: Invitation) -> None:
    if invitation.status != "pending" or invitation.being_accepted:
        raise _closed(world)


def _closed(world: World) -> ApiError:
    """The error for closing a closed or expired invitation; its status is undocumented."""
    status = world.switches.answer_closed_status
    return rejection(status, "status", "The invitation is not pending any more", "transfer_invitation")


# Acceptance and the change of owner.


def accept(world: World, invitation: Invitation) -> None:
    """Accept an invitation, for the invited user.

    Documented: the response is 200 with the invitation, whose status may become ``failed`` or ``error``. Whether the
    work is done by then is undocumented (switch accept_delay), as is what an expired one gives (expired_accept).
    """
    _require_pending(world, invitation)
    now, delay = world.clock.now(), world.switches.accept_delay
    if invitation.expired(now):
        if world.switches.expired_accept == 422:
            raise invalid(status="The invitation has expired")
        invitation.close(now, "failed", EXPIRED)
        return
    _require_billing(world, world.accounts[invitation.invited_user_id], "accept")
    clash = _clash(world, invitation, world.projects[invitation.project_id])
    if clash and world.switches.clash_outcome == "422":
        raise invalid(**{clash[0]: clash[1]})
    if isinstance(delay, str):
        invitation.due_after_reads = int(delay.split(" ")[0])
    else:
        invitation.due_at = now + timedelta(seconds=delay)
    settle(world)


def settle(world: World, read_by: str | None = None, project_id: str | None = None) -> None:
    """Finish the acceptances whose time has come; counts a read of one project, or of all of a user's, if told so."""
    now = world.clock.now()
    for invitation in list(world.invitations.values()):
        project = world.projects.get(invitation.project_id)
        if project is None:
            continue
        reads = invitation.due_after_reads
        concerned = read_by in (project.owner_id, invitation.invited_user_id) or project_id == project.id
        if (invitation.due_at is not None and invitation.due_at <= now) or (reads == 0 and concerned):
            _complete(world, invitation, project)
        elif reads is not None and concerned:
            invitation.due_after_reads = reads - 1


def _complete(world: World, invitation: Invitation, project: Project) -> None:
    now, outcome = world.clock.now(), world.switches.accept_outcome
    clash = _clash(world, invitation, project)
    if outcome == "error":
        invitation.close(now, "error", "The transfer was interrupted")
    elif outcome == "failed" or not _on_all_resources(world, invitation.invited_user_id, project):
        invitation.close(now, "failed", NOT_ON_ALL)
    elif clash:
        invitation.close(now, "failed", f"{clash[0]} {clash[1]}")
    else:
        invitation.close(now, "accepted")
        _change_owner(world, project, invitation.invited_user_id)


def _clash(world: World, invitation: Invitation, project: Project) -> tuple[str, str] | None:
    """What prevents the transfer: undocumented (switches clash_outcome, transferred_default)."""
    if project.default and world.switches.transferred_default == "refuse":
        return "project", "is the default project and cannot be transferred"
    if name_taken(world, invitation.invited_user_id, project.region, project.name):
        return "name", "has already been taken"
    if limit_reached(world, invitation.invited_user_id, project.region):
        return "base", "You have reached the maximum number of projects"
    return None


def _change_owner(world: World, project: Project, new_owner_id: str) -> None:
    """Make the new owner own project and applications, and the previous one a collaborator (documented).

    The previous owner is told to keep access; that this is a full role is undocumented (switch old_owner_role).
    """
    before_write(world, project.region)
    old_owner, project.owner_id = world.accounts[project.owner_id], new_owner_id
    project.updated_at = world.clock.now()
    project.lingering_reads = 0
    for resource in world.resources(project.id):
        _change_places(world, resource, old_owner, world.accounts[new_owner_id])
    if project.default and world.switches.transferred_default == "keep":
        make_default(world, project)
    else:
        project.default = False


def _change_places(world: World, resource: Application, old_owner: Account, new_owner: Account) -> None:
    """Strike the new owner off the list of collaborators, which never has the owner, and put the old one on it."""
    resource.collaborators = [
        one
        for one in resource.collaborators
        if one.account_id != new_owner.id and not (one.pending and world.same_email(one.email, new_owner.email))
    ]
    role = world.switches.old_owner_role
    if role != "none":
        limited = role == "limited" and not resource.database
        id, token = world.new_id("collaborator"), world.new_link_token()
        resource.collaborators.append(Collaborator(id, old_owner.email, limited, token, old_owner.id))
