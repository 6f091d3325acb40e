# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to community.scalingo: it may change in any release.

"""Ownership transfers: what is wanted against what is. As in `_plan`, nothing here sends a request.

`VERDICTS` is the state machine: six statuses of the API, and expiry, against the three answers that can be wanted. The
fourth wanted state, `pending`, looks at all invitations of a project at once, see `_plan_invitation`.
"""

from __future__ import annotations

import enum
import math
import typing as t
from dataclasses import dataclass

from ._errors import CannotError, InputError, RejectedError
from ._facts import Fact, Facts, required, visible
from ._invitations import (
    ACCEPTED,
    CANCELED,
    DECLINED,
    DEFAULT_WAIT_TIMEOUT,
    ERROR,
    EXPIRED,
    FAILED,
    PENDING,
    could_be_an_id,
    describe_eligible,
    describe_invitation,
    is_for,
    status_of,
    with_status,
)
from ._projects import (
    check_project,
    describe,
    is_email,
    is_user,
)
from ._types import Object, parse_date

NEW_OWNER_NEEDS = (
    "A new owner must be a collaborator, with the invitation accepted, on every application and database of the "
    "project, and needs a billing profile, a valid payment method, and to have left the free trial."
)


@dataclass(frozen=True)
class TransferWanted:
    """One transfer as a task wants it: the options of `scalingo_project_transfer`; None where one was not given."""

    project_id: str | None = None
    project_name: str | None = None
    new_owner: str | None = None
    invitation_id: str | None = None
    state: str = PENDING
    replace: bool = False
    wait: bool = False
    wait_timeout: float = DEFAULT_WAIT_TIMEOUT

    def check(self) -> None:
        """Find what cannot be right, whatever the account looks like.

        Raises:
            InputError: Something cannot.
        """
        check_project(self.project_id, self.project_name)
        if self.new_owner is not None and is_email(self.new_owner):
            raise InputError(
                f"new_owner must be a user name or user ID, and not an email address like {self.new_owner}."
            )
        if self.state == PENDING:
            if self.new_owner is None:
                raise InputError("new_owner is required with state=pending: whom to invite, by user name or user ID.")
            if self.invitation_id is not None:
                raise InputError("invitation_id cannot be used with state=pending, which finds or makes an invitation.")
        elif self.replace or self.wait:
            option = "replace" if self.replace else "wait"
            raise InputError(f"{option} can be used with state=pending only, not with state={self.state}.")
        if not math.isfinite(self.wait_timeout) or self.wait_timeout < 0:
            raise InputError(f"wait_timeout must be a number of seconds, 0 or more, not {self.wait_timeout:g}.")


class NotOwnerError(CannotError):
    """The account does not own the project, as it was read."""


class Verdict(enum.Enum):
    """What an invitation in some status means for a wanted one."""

    DO = "answer it"
    DONE = "it is so already"
    NO = "it cannot be any more"


# Wanted state → status of the invitation → verdict. Nothing is done about a status that is not here: it is new to us.
VERDICTS: dict[str, dict[str, Verdict]] = {
    ACCEPTED: {
        PENDING: Verdict.DO,
        ACCEPTED: Verdict.DONE,
        EXPIRED: Verdict.NO,
        DECLINED: Verdict.NO,
        CANCELED: Verdict.NO,
        FAILED: Verdict.NO,
        ERROR: Verdict.NO,
    },
    DECLINED: {
        PENDING: Verdict.DO,
        DECLINED: Verdict.DONE,
        EXPIRED: Verdict.NO,
        ACCEPTED: Verdict.NO,
        CANCELED: Verdict.NO,
        FAILED: Verdict.NO,
        ERROR: Verdict.NO,
    },
    CANCELED: {
        PENDING: Verdict.DO,
        CANCELED: Verdict.DONE,
        # There is nothing left to be canceled.
        EXPIRED: Verdict.DONE,
        DECLINED: Verdict.DONE,
        FAILED: Verdict.DONE,
        ACCEPTED: Verdict.NO,
        # The ownership has begun to move.
        ERROR: Verdict.NO,
    },
}
VERBS = {ACCEPTED: "accept", DECLINED: "decline", CANCELED: "cancel"}


@dataclass(frozen=True)
class Invite:
    """One step of a plan: invite this user."""

    user_id: str
    user_name: str


@dataclass(frozen=True)
class Respond:
    """One step of a plan: accept, decline or cancel this invitation."""

    verb: str
    invitation: Object


Step = t.Union[Invite, Respond]


@dataclass(frozen=True)
class TransferPlan:
    """What to do about the ownership of one project.

    Attributes:
        project_id: Its ID.
        project: The project as it is, or None if this account has not looked, or may not.
        invitation: The invitation that the task is about, or None if none is needed or there is none yet.
        steps: The writes, in order: none, one, or a cancellation before an invitation.
        expired: An invitation that has expired, and might block a new one (not documented).
        await_owner: An acceptance is to be followed by reading back the new owner, until the transfer is finished.
    """

    project_id: str
    project: Object | None = None
    invitation: Object | None = None
    steps: tuple[Step, ...] = ()
    expired: Object | None = None
    await_owner: bool = False

    @property
    def title(self) -> str:
        """What the first write does, to follow "cannot"."""
        step = self.steps[0]
        about = describe(self.project) if self.project else self.project_id
        if isinstance(step, Invite):
            return f"invite {step.user_name} to own project {about}"
        return f"{step.verb} {describe_invitation(step.invitation)} to own project {about}"


def decide_transfer(wanted: TransferWanted, facts: Facts) -> TransferPlan:
    """Return what has to be done so that the transfer is as it is wanted.

    The facts are those about the wanted project and the wanted invitation.

    Raises:
        CannotError: It cannot be reached.
        RejectedError: The API does not show what the decision needs.
        FactMissing: One more fact is needed.
    """
    if wanted.state == PENDING:
        return _plan_invitation(wanted, facts)
    if wanted.invitation_id is not None:
        return _plan_answer(wanted, facts, _invitation_by_id(wanted, facts))
    if wanted.state == CANCELED:
        return _plan_cancellation(wanted, facts)
    return _plan_answer(wanted, facts, _invitation_to_me(wanted, facts))


def _plan_invitation(wanted: TransferWanted, facts: Facts) -> TransferPlan:
    new_owner = t.cast(str, wanted.new_owner)
    project = facts[Fact.PROJECT]
    if isinstance(project, RejectedError):
        return _plan_unseen(wanted, facts, project)
    if is_user(project["owner"], new_owner):
        _demand_one(new_owner, facts, project)
        return TransferPlan(project["id"], project)
    invitations = _owner_only(facts[Fact.INVITATIONS], project)
    # The clock is that of the API, which is known only once something has been read.
    now = facts[Fact.NOW]
    pending = with_status(invitations, PENDING, now)
    theirs = [invitation for invitation in pending if is_for(invitation, new_owner)]
    if theirs:
        _demand_one(new_owner, facts, project, theirs)
        return TransferPlan(project["id"], project, theirs[-1])
    if pending and not wanted.replace:
        raise CannotError(
            f"Project {describe(project)} is offered to {pending[-1]['invited_user_name']} until "
            f"{pending[-1]['expires_at']} ({pending[-1]['id']}), and only one invitation can be pending: wait for the "
            f"answer, or use replace=true to cancel that invitation first."
        )
    eligible = [
        user for user in _owner_only(facts[Fact.ELIGIBLE], project) if user["user_id"] != project["owner"]["id"]
    ]
    chosen = [user for user in eligible if new_owner in (user["user_id"], user["user_name"])]
    if not chosen:
        raise CannotError(
            f"{new_owner} is not eligible to own project {describe(project)}; {describe_eligible(eligible)}. "
            f"{NEW_OWNER_NEEDS}"
        )
    _demand_one(new_owner, facts, project)
    expired = with_status(invitations, EXPIRED, now)
    cancellations = tuple(Respond("cancel", invitation) for invitation in pending)
    invite = Invite(chosen[0]["user_id"], chosen[0]["user_name"])
    return TransferPlan(
        project["id"],
        project,
        pending[-1] if pending else None,
        (*cancellations, invite),
        expired[-1] if expired else None,
    )


def _plan_unseen(wanted: TransferWanted, facts: Facts, refusal: RejectedError) -> TransferPlan:
    """Plan for a project that cannot be read. Its former owner may still be shown that the transfer is done."""
    invitations = visible(facts[Fact.INVITATIONS])
    if invitations:
        last = invitations[-1]
        if last["status"] == ACCEPTED and is_for(last, t.cast(str, wanted.new_owner)):
            return TransferPlan(t.cast(str, wanted.project_id), None, last)
    refusal.add_context(
        f"Project {wanted.project_id} cannot be read by this account. If it was handed over before, only its new owner "
        f"can tell."
    )
    raise refusal


def _plan_cancellation(wanted: TransferWanted, facts: Facts) -> TransferPlan:
    project = required(facts[Fact.PROJECT], f"Project {wanted.project_id} cannot be read by this account.")
    pending = with_status(_owner_only(facts[Fact.INVITATIONS], project), PENDING, facts[Fact.NOW])
    matching = [each for each in pending if wanted.new_owner is None or is_for(each, wanted.new_owner)]
    if matching and wanted.new_owner is not None:
        _demand_one(wanted.new_owner, facts, project, matching)
    if not matching and project["owner"]["id"] != facts[Fact.CALLER_ID]:
        # The API shows others their own invitations only, if any.
        raise NotOwnerError(
            f"Only the owner of project {describe(project)} may cancel an invitation, and this account may not be "
            f"shown whether one is pending."
        )
    steps = tuple(Respond("cancel", invitation) for invitation in matching)
    return TransferPlan(project["id"], project, matching[-1] if matching else None, steps)


def _demand_one(new_owner: str, facts: Facts, project: Object, invitations: t.Iterable[Object] = ()) -> None:
    """Find out whether the new owner is one user, since the user ID of one may be the user name of another.

    The eligible users are asked for only if they might tell: not for a user name that is too short for an ID.

    Raises:
        CannotError: It could be one or another.
    """
    known = [(project["owner"]["id"], project["owner"]["username"])]
    known += [(each["invited_user_id"], each["invited_user_name"]) for each in invitations]
    by_name = any(new_owner == name != identifier for identifier, name in known)
    eligible = facts[Fact.ELIGIBLE] if by_name and could_be_an_id(new_owner) else facts.get(Fact.ELIGIBLE)
    known += [(each["user_id"], each["user_name"]) for each in visible(eligible) or ()]
    meant = {identifier: name for identifier, name in known if new_owner in (identifier, name)}
    if len(meant) > 1:
        raise CannotError(
            f"new_owner {new_owner} is the user name or user ID of more than one user: "
            + "; ".join(f"{name} ({identifier})" for identifier, name in sorted(meant.items()))
            + ". Give the user name or user ID that only the right one has."
        )


def _plan_answer(wanted: TransferWanted, facts: Facts, invitation: Object | None) -> TransferPlan:
    """Plan for one invitation, or for a project that the caller owns already (no invitation)."""
    # A new owner may not see the project before accepting, and reads it afterwards in any case.
    project = facts.get(Fact.PROJECT) if wanted.state == ACCEPTED else facts[Fact.PROJECT]
    known = visible(project)
    project_id = t.cast(str, wanted.project_id)
    if invitation is None:
        return TransferPlan(project_id, known)
    status = status_of(invitation, facts[Fact.NOW])
    verdict = VERDICTS[wanted.state].get(status, Verdict.NO)
    accepting = wanted.state == ACCEPTED
    if verdict is Verdict.DO:
        steps = (Respond(VERBS[wanted.state], invitation),)
        return TransferPlan(project_id, known, invitation, steps, await_owner=accepting)
    if verdict is Verdict.DONE and not accepting:
        return TransferPlan(project_id, known, invitation)
    if verdict is Verdict.DONE:
        known = visible(facts[Fact.PROJECT])
        return TransferPlan(project_id, known, invitation, await_owner=_is_under_way(invitation, facts))
    if wanted.state == ACCEPTED and _owned_by_caller(facts):
        return TransferPlan(project_id, facts[Fact.PROJECT])
    raise CannotError(f"Cannot {VERBS[wanted.state]} {describe_invitation(invitation)}: {why_not(invitation, status)}")


def _invitation_by_id(wanted: TransferWanted, facts: Facts) -> Object:
    invitation = required(
        facts[Fact.INVITATION],
        f"Invitation {wanted.invitation_id} of project {wanted.project_id} cannot be read by this account: the ID may "
        f"be wrong, and only inviter and invitee may read it.",
    )
    _demand_new_owner(wanted, invitation)
    return invitation


def _demand_new_owner(wanted: TransferWanted, invitation: Object) -> None:
    if wanted.new_owner is not None and not is_for(invitation, wanted.new_owner):
        raise CannotError(
            f"Invitation {invitation['id']} is for {invitation['invited_user_name']}, not for {wanted.new_owner} as "
            f"the option new_owner asks."
        )


def _invitation_to_me(wanted: TransferWanted, facts: Facts) -> Object | None:
    """Return the invitation of a project that its caller can answer, or the last one there was.

    Returns: None if the caller owns the project, which for an acceptance is as good.
    """
    if wanted.state == ACCEPTED and _owned_by_caller(facts):
        if wanted.new_owner is None or is_user(facts[Fact.PROJECT]["owner"], wanted.new_owner):
            return None
        raise CannotError(
            f"Project {describe(facts[Fact.PROJECT])} belongs to this account, and not to {wanted.new_owner}."
        )
    invitations = required(
        facts[Fact.INVITATIONS],
        f"The API does not show the invitations of project {wanted.project_id} to this account: ask the inviter for "
        f"invitation_id, and give it together with project_id.",
    )
    mine = [invitation for invitation in invitations if invitation["invited_user_id"] == facts[Fact.CALLER_ID]]
    pending = with_status(mine, PENDING, facts[Fact.NOW])
    if not mine:
        if _owned_by_caller(facts):
            raise CannotError(
                f"Project {describe(facts[Fact.PROJECT])} belongs to this account, and only an invited user can "
                f"decline. To take an invitation back, use state=canceled."
            )
        project = visible(facts[Fact.PROJECT])
        about = describe(project) if project else wanted.project_name or wanted.project_id
        raise CannotError(f"There is no invitation of this account to own project {about}: ask its owner to invite it.")
    chosen = (pending or mine)[-1]
    _demand_new_owner(wanted, chosen)
    return chosen


def _is_under_way(invitation: Object, facts: Facts) -> bool:
    """Tell whether a project still has to move after an acceptance, rather than having moved, and perhaps on."""
    project = facts[Fact.PROJECT]
    if visible(project) is None or project["owner"]["id"] != invitation["inviter_user_id"]:
        return False
    if _owned_by_caller(facts):
        return False
    others = visible(facts[Fact.INVITATIONS]) or []
    made = parse_date(invitation["created_at"])
    return not any(each["status"] == ACCEPTED and parse_date(each["created_at"]) > made for each in others)


def was_shown_as_own(facts: Facts) -> bool:
    """Tell whether the project was read, and belonged to the caller then."""
    return Fact.PROJECT in facts and _owned_by_caller(facts)


def _owned_by_caller(facts: Facts) -> bool:
    project = visible(facts[Fact.PROJECT])
    return project is not None and project["owner"]["id"] == facts[Fact.CALLER_ID]


def _owner_only(found: t.Any, project: Object) -> t.Any:
    """Return what the API shows to the owner of a project.

    Raises:
        RejectedError: It does not show it to this account.
    """
    return required(
        found,
        f"Only the owner of project {describe(project)} may invite a new owner or cancel an invitation, and the API "
        f"does not let this account look.",
    )


def why_not(invitation: Object, status: str) -> str:
    """Return, as the end of a sentence, why an invitation cannot be answered any more, and what to do."""
    reason = f" ({invitation['status_reason']})" if invitation.get("status_reason") else ""
    return {
        EXPIRED: f"it expired at {invitation['expires_at']}; ask the owner of the project for a new one.",
        ACCEPTED: f"it was accepted by {invitation['invited_user_name']}.",
        DECLINED: f"it was declined by {invitation['invited_user_name']}; only a new invitation can change that.",
        CANCELED: "it was canceled by the owner of the project; only a new invitation can change that.",
        FAILED: f"its acceptance failed{reason}, and nothing was transferred. {NEW_OWNER_NEEDS}",
        ERROR: f"its acceptance went wrong{reason}; only the support of Scalingo can mend that.",
    }.get(status, f"its status is {status}{reason}.")
