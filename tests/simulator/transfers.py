# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of transfer invitations."""

from __future__ import annotations

import random
from datetime import timedelta

from .errors import ApiError, invalid, refusal
from .models import Account, Application, Invitation, Project
from .state import World

LIFETIME = timedelta(days=3)


def eligible_new_owners(world: World, project: Project) -> list[Account]:
    """Who could take the project over: collaborators on all its resources (documented).

    The reference's example contains the present owner (switch eligible_includes_owner). Who is eligible for an empty
    project is undocumented: here nobody but the owner.
    """
    owner = [world.accounts[project.owner_id]] if world.switches.eligible_includes_owner else []
    resources = world.resources(project.id)
    return owner + [
        account
        for account in world.accounts.values()
        if account.id != project.owner_id and resources and on_all_resources(world, account.id, project)
    ]


def on_all_resources(world: World, account_id: str, project: Project) -> bool:
    """Whether the account collaborates on every application and dedicated database (the stricter of two texts)."""
    return all(_counts(world, account_id, resource) for resource in world.resources(project.id))


def invite(world: World, account: Account, project: Project, invited_user_id: object) -> Invitation:
    """Invite a collaborator to take the project over; expires after three days (documented)."""
    switches = world.switches
    field = "invited_user_id"
    if invited_user_id is None or invited_user_id == "":
        raise invalid(invited_user_id="can't be blank")
    if not isinstance(invited_user_id, str):
        raise invalid(invited_user_id="is invalid")
    invited = world.accounts.get(invited_user_id)
    if invited is None:
        raise refusal(switches.invite_unknown_status, field, "is unknown", "user")
    if invited is account:
        raise refusal(switches.invite_self_status, field, "is the owner of the project", "user")
    if project.default and switches.transferred_default == "refuse":
        raise invalid(project="is the default project and cannot be transferred")
    if blocked(world, project):
        text = "A pending transfer invitation already exists for this project"
        raise refusal(switches.invite_pending_status, "project", text, "transfer_invitation")
    if invited not in eligible_new_owners(world, project):
        text = "must be collaborator on all resources"
        raise refusal(switches.invite_not_eligible_status, field, text, "user")
    refuse_without_billing(world, invited, "invite")
    now = world.clock.now()
    invitation = Invitation(
        id=world.new_id("invitation"),
        project_id=project.id,
        invited_user_id=invited.id,
        inviter_user_id=account.id,
        status="pending",
        status_reason="",
        expires_at=now + LIFETIME,
        created_at=now,
        updated_at=now,
    )
    world.invitations[invitation.id] = invitation
    return invitation


def refuse_without_billing(world: World, new_owner: Account, moment: str) -> None:
    """Refuse a new owner without billing at that moment, ``invite`` or ``accept``.

    That billing is needed is documented, when and how this is checked is not (switch new_owner_refused).
    """
    when, _dash, status = (world.switches.new_owner_refused or "").partition("-")
    if when == moment and not new_owner.billing:
        raise refusal(int(status), "invited_user_id", "must have an active billing profile", "user")


def blocked(world: World, project: Project) -> bool:
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
    now = world.clock.now()
    if status is None:
        shown = [invitation for invitation in invitations if invitation.open(now)]
    elif status == "all" or world.switches.status_filter == "ignored":
        shown = list(invitations)
    else:
        shown = [invitation for invitation in invitations if invitation.status == status]
    if world.switches.invitation_order == "newest_first":
        shown.reverse()
    elif world.switches.invitation_order == "random":
        random.shuffle(shown)
    return shown


def decline(world: World, invitation: Invitation) -> None:
    """Refuse an invitation, for the invited user."""
    if not answerable(invitation) or invitation.expired(world.clock.now()):
        raise closed(world)
    _close(world, invitation, "declined")


def cancel(world: World, invitation: Invitation) -> None:
    """Withdraw an invitation, for the owner; an expired one can be withdrawn as well."""
    if not answerable(invitation):
        raise closed(world)
    _close(world, invitation, "canceled")


def answerable(invitation: Invitation) -> bool:
    """Whether nobody has answered or withdrawn it yet."""
    return invitation.status == "pending" and invitation.acceptance is None


def closed(world: World) -> ApiError:
    """The refusal to answer an answered or expired invitation; its status is undocumented."""
    status = world.switches.answer_closed_status
    return refusal(status, "status", "The invitation is not pending any more", "transfer_invitation")


def _close(world: World, invitation: Invitation, status: str) -> None:
    invitation.status = status
    invitation.updated_at = world.clock.now()


def _counts(world: World, account_id: str, resource: Application) -> bool:
    collaborator = resource.accepted(account_id)
    return collaborator is not None and (world.switches.limited_eligible or not collaborator.limited)
