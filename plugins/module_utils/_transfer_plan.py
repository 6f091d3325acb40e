# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The transfer of one project: what has to be done so that its invitation is as desired. Nothing here writes."""

from __future__ import annotations

import contextlib
import math
from dataclasses import dataclass, field, replace

from ._account import Account
from ._api import Api, check_id
from ._collaborator import blockers
from ._errors import CannotError, InputError, RejectedError, explained
from ._invitations import (
    ACCEPTED,
    CANCELED,
    DECLINED,
    DEFAULT_WAIT_TIMEOUT,
    EXPIRED,
    MATCHING,
    NEW_OWNER_NEEDS,
    PENDING,
    describe_invitation,
    is_for,
    status_of,
    why_closed,
    with_status,
)
from ._match import describe, is_email, is_user, owner_of, why_not_owner
from ._reconcile import Plan, Step
from ._types import Object, parse_date

# Desired state → what closes a pending invitation.
VERBS = {ACCEPTED: "accept", DECLINED: "decline", CANCELED: "cancel"}
# How messages put the reasons of blockers, before the names of the resources.
_BLOCKED = {
    "not_a_collaborator": "Not a collaborator on",
    "invitation_pending": "Has not accepted the invitation to collaborate on",
    "limited": "Only a limited collaborator on",
}


@dataclass(frozen=True)
class DesiredTransfer:
    """The options of `scalingo_project_transfer`. Those that are unset are empty."""

    project_id: str = ""
    project_name: str = ""
    new_owner: str = ""
    new_owner_api_token: str = field(default="", repr=False)
    invitation_id: str = ""
    state: str = PENDING
    reinvite: bool = True
    replace: bool = False
    wait: bool = False
    wait_timeout: float = DEFAULT_WAIT_TIMEOUT

    def check(self) -> None:
        """Check what the argument spec cannot say."""
        for identifier in (self.project_id, self.invitation_id):
            if identifier:
                check_id(identifier)
        if is_email(self.new_owner):
            raise InputError(f"new_owner must be a username or user ID, not an email address like {self.new_owner!r}.")
        if self.state == PENDING and self.invitation_id:
            raise InputError("invitation_id cannot be used with state=pending, which finds or creates an invitation.")
        if self.new_owner_api_token and self.state != ACCEPTED:
            raise InputError(f"new_owner_api_token can be used with state=accepted only, not with state={self.state}.")
        if self.replace and self.state != PENDING and not self.new_owner_api_token:
            raise InputError(f"replace cannot be used with state={self.state}, unless new_owner_api_token is set.")
        if self.wait and self.state != PENDING:
            raise InputError(f"wait can be used with state=pending only, not with state={self.state}.")
        if not math.isfinite(self.wait_timeout) or self.wait_timeout < 0:
            raise InputError(f"wait_timeout must be a number of seconds, 0 or more, not {self.wait_timeout:g}.")


@dataclass(frozen=True)
class TransferPlan(Plan):
    """What has to be done about an invitation, the resource of the plan; None if none is needed.

    Attributes:
        project: The project as it is, or None if it was not needed, or this account cannot access it.
        awaits_owner: The project is to be read until it has its new owner.
        desired: What the plan is for, with the ID of the project.
        new_owner: The account that sends the last step, the acceptance; None if this account sends all.
    """

    project: Object | None = None
    awaits_owner: bool = False
    desired: DesiredTransfer = DesiredTransfer()
    new_owner: Account | None = None


def plan_transfer(desired: DesiredTransfer, account: Account) -> TransferPlan:
    """Return what has to be done so that the transfer of a project, given by ID, is as desired."""
    if desired.state == PENDING:
        return _plan_invitation(desired, account)
    invitation = _find_invitation(desired, account)
    if invitation is None:
        return TransferPlan(None, (), account.project(desired.project_id))
    if desired.new_owner and not is_for(invitation, desired.new_owner):
        raise CannotError(f"The {describe_invitation(invitation)} is not for {desired.new_owner!r} (new_owner).")
    return _plan_close(desired, invitation, account)


def _plan_invitation(desired: DesiredTransfer, account: Account) -> TransferPlan:
    project_id, new_owner = desired.project_id, desired.new_owner
    try:
        project = account.project(project_id)
    except RejectedError as error:
        # The previous owner may still see the invitations of a project that was transferred (not documented).
        last = (account.visible(account.invitations, project_id) or [None])[-1]
        if last and last["status"] == ACCEPTED and is_for(last, new_owner):
            return TransferPlan(last)
        error.add_context(
            f"Cannot read project {project_id!r}. If it was transferred, only its new owner can verify that."
        )
        raise
    if is_user(project["owner"], new_owner):
        return TransferPlan(None, (), project)
    cannot = f"Cannot invite {new_owner!r} to own project {describe(project)}"
    with explained(f"{cannot}: only its owner can do that."):
        invitations = account.invitations(project_id)
        pending = with_status(invitations, PENDING, account.now)
        theirs = [invitation for invitation in pending if is_for(invitation, new_owner)]
        if theirs:
            return TransferPlan(theirs[-1], (), project)
        last = [invitation for invitation in invitations if is_for(invitation, new_owner)][-1:]
        if last and status_of(last[0], account.now) == DECLINED and not desired.reinvite:
            raise CannotError(
                f"{cannot}: the {describe_invitation(last[0])} was declined. Set reinvite=true to invite again."
            )
        if pending and not desired.replace:
            raise CannotError(
                f"{cannot}: the {describe_invitation(pending[-1])} is pending until {pending[-1]['expires_at']}. Wait "
                f"for a response, or set replace=true."
            )
        user = _eligible_user(cannot, new_owner, project, account)
    cancellations = [close_step("cancel", invitation, project, account) for invitation in pending]
    invite = _invite(user, project, account)
    expired = with_status(invitations, EXPIRED, account.now)
    if expired:
        # Whether it blocks a new one is not documented.
        invite = replace(invite, otherwise=(close_step("cancel", expired[-1], project, account), invite))
    return TransferPlan(pending[-1] if pending else None, (*cancellations, invite), project)


def _eligible_user(cannot: str, new_owner: str, project: Object, account: Account) -> Object:
    """Return the user who is to become the owner; if that is not possible, fail with what is missing."""
    users = account.eligible_new_owners(project["id"])
    eligible = [user for user in users if user["user_id"] != project["owner"]["id"]]
    chosen = [user for user in eligible if new_owner in (user["user_id"], user["user_name"])]
    if len(chosen) == 1:
        return chosen[0]
    why = "more than one user has that username or ID" if chosen else "not an eligible new owner"
    listed = ", ".join(f"{user['user_name']!r} ({user['user_id']})" for user in chosen or eligible) or "no user"
    error = CannotError(f"{cannot}: {why}. Eligible: {listed}.")
    missing: list[Object] = []
    with contextlib.suppress(RejectedError):
        missing = [] if chosen else blockers(project["id"], new_owner, account)
    for reason, words in _BLOCKED.items():
        names = ", ".join(repr(each["resource"]) for each in missing if each["reason"] == reason)
        if names:
            error.add_consequence(f"{words} {names}.")
    if missing:
        error.add_consequence("Use community.scalingo.scalingo_project_collaborator to add the user.")
    error.add_consequence(NEW_OWNER_NEEDS)
    error.result["blockers"] = missing
    raise error


def _find_invitation(desired: DesiredTransfer, account: Account) -> Object | None:
    """Return the invitation to respond to, or None if none is needed."""
    project_id = desired.project_id
    if desired.invitation_id:
        with explained(f"Cannot read invitation {desired.invitation_id!r} of project {project_id!r}. Check both IDs."):
            return account.invitation(project_id, desired.invitation_id)
    return (_invitation_to_cancel if desired.state == CANCELED else _invitation_to_caller)(desired, account)


def _invitation_to_cancel(desired: DesiredTransfer, account: Account) -> Object | None:
    sentence = f"Cannot cancel an invitation to own project {desired.project_id!r}: only its owner can do that."
    with explained(sentence):
        project = account.project(desired.project_id)
    sentence += f" It belongs to {owner_of(project)}."
    with explained(sentence):
        pending = with_status(account.invitations(desired.project_id), PENDING, account.now)
    matching = [each for each in pending if not desired.new_owner or is_for(each, desired.new_owner)]
    if not matching and project["owner"]["id"] != account.caller_id:
        # The API shows others their own invitations only, if any.
        raise CannotError(sentence)
    return matching[-1] if matching else None


def _invitation_to_caller(desired: DesiredTransfer, account: Account) -> Object | None:
    """Return the pending invitation to the account itself, else the last one there was; None if it owns the project."""
    project_id, is_owner = desired.project_id, _owned_by_caller(desired.project_id, account)
    if is_owner and desired.state == ACCEPTED:
        project = account.project(project_id)
        if desired.new_owner and not is_user(project["owner"], desired.new_owner):
            raise CannotError(f"Project {describe(project)} belongs to this account, not to {desired.new_owner!r}.")
        others = with_status(account.visible(account.invitations, project_id) or [], PENDING, account.now)
        if others:
            raise CannotError(
                f"Cannot accept the {describe_invitation(others[-1])}: project {describe(project)} still belongs to "
                f"this account. Use the token of the new owner."
            )
        return None
    with explained(
        f"The API does not show the invitations of project {project_id!r} to this account. Ask its owner for the "
        f"invitation_id, and set it together with project_id."
    ):
        invitations = account.invitations(project_id)
    mine = [invitation for invitation in invitations if invitation["invited_user_id"] == account.caller_id]
    if not mine:
        hint = "As its owner, use state=canceled." if is_owner else "Ask its owner for one."
        name = desired.project_name or project_id
        raise CannotError(f"This account has no invitation to own project {name!r}. {hint}")
    return (with_status(mine, PENDING, account.now) or mine)[-1]


def _plan_close(desired: DesiredTransfer, invitation: Object, account: Account) -> TransferPlan:
    accepting, status = desired.state == ACCEPTED, status_of(invitation, account.now)
    # With both IDs, the project is read after the acceptance, and may be hidden before.
    is_needed = not (accepting and status == PENDING and desired.invitation_id)
    project = account.visible(account.project, desired.project_id) if is_needed else None
    if status == PENDING:
        step = close_step(VERBS[desired.state], invitation, project, account)
        return TransferPlan(invitation, (step,), project, accepting)
    if status in MATCHING[desired.state]:
        under_way = accepting and project is not None and _is_under_way(invitation, project, account)
        return TransferPlan(invitation, (), project, under_way)
    if accepting and _owned_by_caller(desired.project_id, account):
        return TransferPlan(None, (), project)
    cannot = f"Cannot {VERBS[desired.state]} the {describe_invitation(invitation)}"
    raise CannotError(f"{cannot}: {why_closed(invitation, status)}")


def _invite(user: Object, project: Object, account: Account) -> Step:
    unknown = dict.fromkeys(("id", "expires_at", "created_at", "updated_at"))
    invitation = {
        **unknown,
        "project_id": project["id"],
        "invited_user_id": user["user_id"],
        "invited_user_name": user["user_name"],
        "inviter_user_id": project["owner"]["id"],
        "status": PENDING,
        "status_reason": "",
    }
    return Step(
        "invite",
        Api.create_invitation,
        (project["id"], user["user_id"]),
        f"invite {user['user_name']!r} to own project {describe(project)}",
        predict=lambda: invitation,
        why_not=lambda: why_not_owner(project, account.caller_id),
    )


def close_step(verb: str, invitation: Object, project: Object | None, account: Account) -> Step:
    """Return the step that accepts, declines, or cancels an invitation."""
    status = next(state for state, each in VERBS.items() if each == verb)

    def why_not() -> str | None:
        if verb != "cancel":
            is_mine, user = invitation["invited_user_id"] == account.caller_id, invitation["invited_user_name"]
            return None if is_mine else f"It is for {user!r}, and only that user can {verb} it."
        if project:
            return why_not_owner(project, account.caller_id)
        is_mine = invitation["inviter_user_id"] == account.caller_id
        return None if is_mine else "Only the owner of the project can do that. Use the owner's token."

    return Step(
        verb,
        Api.close_invitation,
        (invitation["project_id"], invitation["id"], verb),
        f"{verb} the {describe_invitation(invitation)} to own project "
        + (describe(project) if project else repr(invitation["project_id"])),
        predict=lambda: {**invitation, "status": status, "updated_at": None},
        why_not=why_not,
    )


def _owned_by_caller(project_id: str, account: Account) -> bool:
    project = account.visible(account.project, project_id)
    return project is not None and project["owner"]["id"] == account.caller_id


def _is_under_way(invitation: Object, project: Object, account: Account) -> bool:
    """Tell whether a project still has to move after an acceptance, rather than having moved there and back."""
    if project["owner"]["id"] != invitation["inviter_user_id"] or project["owner"]["id"] == account.caller_id:
        return False
    others = account.visible(account.invitations, project["id"]) or []
    made = parse_date(invitation["created_at"])
    return not any(each["status"] == ACCEPTED and parse_date(each["created_at"]) > made for each in others)
