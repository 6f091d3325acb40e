# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to community.scalingo: it may change in any release.

"""Handing a project over: read what is, plan, carry the plan out or foretell it, wait, and tell the truth about it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ._account import Account, account_of_project
from ._api import Api
from ._errors import (
    CannotError,
    ConflictError,
    NotFoundError,
    RejectedError,
    RequestError,
    ScalingoError,
    ValidationError,
)
from ._facts import Fact, visible
from ._invitations import (
    ACCEPTED,
    PENDING,
    describe_invitation,
    is_expired,
)
from ._projects import is_user, owner_of
from ._settle import (
    MAX_WRITES,
    is_final,
    leave_open,
    may_repeat,
    tell_earlier,
    tell_unreadable,
)
from ._transfer_forecast import (
    diff_transfer,
    predict_transfer,
    why_transfer_refused,
)
from ._transfer_plan import (
    NEW_OWNER_NEEDS,
    VERBS,
    Invite,
    NotOwnerError,
    Respond,
    Step,
    TransferPlan,
    TransferWanted,
    decide_transfer,
    was_shown_as_own,
)
from ._transfer_watch import Watch
from ._types import Object

_PART_UNKNOWN = "Whether this task had a part in that is not known."
_PERHAPS = f"This may be the reason: {NEW_OWNER_NEEDS[0].lower()}{NEW_OWNER_NEEDS[1:]}"


@dataclass(frozen=True)
class TransferOutcome:
    """What a task did, or in check mode would do.

    Attributes:
        changed: Whether anything was written.
        invitation: The invitation as it is now, or None if none was needed.
        project: The project as it is now, or None if this account did not read it, or may not.
        diff: Owner and status, before and after.
    """

    changed: bool
    invitation: Object | None
    project: Object | None
    diff: t.Mapping[str, Object]


def ensure_transfer(api: Api, wanted: TransferWanted, check_mode: bool) -> TransferOutcome:
    """Bring the transfer of a project to the wanted state; in check mode, say what that would do.

    Raises:
        InputError: The wish cannot be right; nothing was sent.
        CannotError: It cannot be fulfilled. What was done before that is in its `result`.
        RequestError: A request failed; the message says what is known of its effect.
    """
    wanted.check()
    project_id, account = account_of_project(api, wanted.project_id, wanted.project_name, wanted.invitation_id)
    wanted = replace(wanted, project_id=project_id)
    plan = _decide(wanted, account, doubtful=wanted.project_name is not None)
    if not check_mode:
        return _Transfer(api, wanted, plan).carry_out()
    problem = account.find_out(lambda facts: why_transfer_refused(plan, facts))
    if problem:
        raise CannotError(f"Cannot {plan.title}. {problem}")
    invitation, project = account.find_out(lambda facts: predict_transfer(wanted, plan, facts))
    return TransferOutcome(
        bool(plan.steps), invitation, project, diff_transfer(plan, invitation, project, bool(plan.steps))
    )


def _decide(wanted: TransferWanted, account: Account, doubtful: bool = False) -> TransferPlan:
    """Return what is to be done. The facts are read afresh if they cannot have been true all at once.

    Args:
        wanted: What is wanted.
        account: What is known.
        doubtful: The list, which may lag behind, showed the project as one that this account has.
    """
    try:
        return account.find_out(lambda facts: decide_transfer(wanted, facts))
    except (RejectedError, NotOwnerError):
        # An owner is not refused that: it was handed over before, or just now between two reads.
        if not doubtful and not account.find_out(was_shown_as_own):
            raise
    account.forget()
    return account.find_out(lambda facts: decide_transfer(wanted, facts))


class _Transfer:
    """The carrying out of one plan."""

    def __init__(self, api: Api, wanted: TransferWanted, plan: TransferPlan) -> None:
        self._api = api
        self._wanted = wanted
        self._plan = plan
        self._first_plan = plan
        self._writes = 0
        # Whether something was written, and the signatures of the steps that may have been done, their answer lost.
        self._changed = False
        self._lost: set[tuple[str, str]] = set()
        self._canceled: list[Object] = []
        self._freed = False
        self._watch = Watch(api, plan.project_id, wanted.wait_timeout)

    def carry_out(self) -> TransferOutcome:
        """Write what is planned, wait for what takes its time, and read back what has become of it."""
        try:
            while self._plan.steps:
                self._step(self._plan.steps[0])
            invitation, project = self._plan.invitation, self._plan.project
            if invitation is not None and self._first_plan.await_owner:
                invitation, project = self._watch.until_owned(invitation, fresh=bool(self._first_plan.steps))
            elif invitation is not None and self._wanted.wait:
                invitation, project = self._watch.until_answered(invitation)
        except ScalingoError as error:
            for each in self._canceled:
                error.add_consequence(f"Before that, {describe_invitation(each)} was canceled, and is gone.")
            if self._changed:
                error.result.setdefault("changed", True)
            raise
        diff = diff_transfer(self._first_plan, invitation, project, self._changed)
        return TransferOutcome(self._changed, invitation, project, diff)

    def _step(self, step: Step) -> None:
        """Do the next write, or find out that it is not needed any more."""
        title = self._plan.title
        self._writes += 1
        if self._writes > MAX_WRITES:
            raise CannotError(f"Cannot {title}. After {MAX_WRITES} requests, reading back still shows it undone.")
        try:
            invitation = self._send(step)
        except RequestError as error:
            if error.outcome_unknown:
                self._lost.add(_signature(step))
            try:
                rest = self._after_failure(step, error)
                if _signature(step) not in [_signature(each) for each in rest.steps]:
                    rest = self._attribute_work(step, error, rest)
            except RequestError:
                error.add_context(f"Cannot {title}.")
                raise
            self._plan = rest
            return
        self._note(step)
        self._plan = replace(self._plan, steps=self._plan.steps[1:], invitation=invitation)

    def _attribute_work(self, step: Step, error: RequestError, rest: TransferPlan) -> TransferPlan:
        """Find out whose work it is that a step is not needed any more, and return what is left to do.

        Raises:
            RequestError: The error of the write, since that cannot be read.
        """
        try:
            latest = self._latest(step, rest) if isinstance(step, Respond) else None
        except ScalingoError as second:
            tell_unreadable(error, second, self._may_be_done(step))
            raise error from None
        # Somebody else may have answered it in another way meanwhile.
        if self._may_be_done(step) and (latest is None or VERBS.get(latest["status"]) == _signature(step)[0]):
            self._note(step)
        return rest if rest.steps else replace(rest, invitation=latest or rest.invitation)

    def _latest(self, step: Respond, rest: TransferPlan) -> Object | None:
        """Return an invitation as it is after a write to it failed, which reading back may have shown already."""
        seen = rest.invitation
        if seen is not None and seen["id"] == step.invitation["id"] and seen["status"] != PENDING:
            return seen
        return self._watch.read_again(step.invitation)

    def _may_be_done(self, step: Step) -> bool:
        return _signature(step) in self._lost

    def _note(self, step: Step) -> None:
        """Keep in mind that a write was done."""
        self._changed = True
        if (
            self._wanted.state == PENDING
            and isinstance(step, Respond)
            and not is_expired(step.invitation, self._api.now())
        ):
            self._canceled.append(step.invitation)

    def _send(self, step: Step) -> Object:
        project_id = self._plan.project_id
        if isinstance(step, Invite):
            return self._api.create_invitation(project_id, step.user_id)
        return self._api.close_invitation(project_id, step.invitation["id"], step.verb)

    def _after_failure(self, step: Step, error: RequestError) -> TransferPlan:
        """Return what is left to do after a write failed, by reading back what is.

        Raises:
            RequestError: The same error, with what is known of its reason and its effect.
        """
        maybe = self._may_be_done(step)
        if is_final(error, maybe):
            raise error
        account = Account(self._api, self._wanted.project_id, self._wanted.invitation_id)
        try:
            rest = self._look_again(account, error, maybe)
        finally:
            error.result.update(_last_seen(step, account))
        if not rest.steps or _signature(rest.steps[0]) != _signature(step):
            return rest
        if error.outcome_unknown:
            if may_repeat(self._api, error, self._writes):
                return rest
            raise error
        if isinstance(error, RejectedError):
            try:
                way_out = self._after_refusal(step, error, rest, account)
            except RequestError as second:
                tell_unreadable(error, second, maybe)
                raise error from None
            if way_out is not None:
                return way_out
        tell_earlier(error, maybe)
        raise error

    def _look_again(self, account: Account, error: RequestError, maybe: bool) -> TransferPlan:
        """Read back what is after a write failed, and decide what is left to do.

        Raises:
            RequestError: The error of the write, since that cannot be read, or makes the rest impossible.
        """
        try:
            rest = _decide(self._wanted, account)
            if not self._has_gone_elsewhere(rest.project):
                return rest
            error.add_context(_meanwhile(t.cast(Object, rest.project)))
            if self._lost:
                leave_open(error, _PART_UNKNOWN)
        except CannotError as refusal:
            # It says what has become of the invitation meanwhile.
            project = visible(account.known(Fact.PROJECT))
            moved = isinstance(refusal, NotOwnerError) and self._has_gone_elsewhere(project)
            error.add_context(_meanwhile(project) if moved else str(refusal))
            if maybe:
                leave_open(error, _PART_UNKNOWN)
        except RequestError as second:
            project = visible(account.known(Fact.PROJECT))
            if self._has_gone_elsewhere(project):
                error.add_context(_meanwhile(project))
            elif isinstance(second, RejectedError) and not (error.outcome_unknown or maybe):
                # What it means to be refused that, too; else it is told below, as a whole.
                for sentence in reversed(second.context):
                    error.add_context(sentence)
            tell_unreadable(error, second, maybe)
        raise error

    def _after_refusal(
        self, step: Step, error: RequestError, rest: TransferPlan, account: Account
    ) -> TransferPlan | None:
        """Return what is to be done about a write that the API refused and that is still needed, or None for nothing.

        Then the error has got what is known of its reason.
        """
        blocked = isinstance(error, RejectedError) and error.status in (400, 403, 404, 409, 422)
        if isinstance(step, Invite) and rest.expired and blocked and not self._freed:
            # Whether an invitation that has expired blocks a new one is not documented.
            self._freed = True
            return replace(rest, steps=(Respond("cancel", rest.expired), *rest.steps))
        foreseen = account.find_out(lambda facts: why_transfer_refused(rest, facts))
        if foreseen:
            error.add_context(foreseen)
        elif isinstance(step, Invite):
            _guess_why(error)
        elif step.verb == "accept":
            # Refused, but still pending: most likely the API has not finished an earlier acceptance yet. With which
            # status it says so is not documented; those with another meaning are waited for only after a lost answer.
            busy = isinstance(error, (ConflictError, ValidationError)) or (blocked and self._may_be_done(step))
            closed = self._watch.until_closed(step.invitation) if busy else None
            if closed is not None:
                return replace(rest, steps=(), invitation=closed)
            if blocked:
                error.add_consequence("An earlier acceptance may be under way: run the task again to see.")
            _guess_why(error)
        return None

    def _has_gone_elsewhere(self, project: Object | None) -> bool:
        """Tell whether the project has got another owner while this task was at work, who is not the wanted one."""
        if self._wanted.state == ACCEPTED or project is None or self._plan.project is None:
            return False
        owner = project["owner"]
        if self._wanted.state == PENDING and is_user(owner, self._wanted.new_owner or ""):
            return False
        return bool(owner["id"] != self._plan.project["owner"]["id"])


def _guess_why(error: RequestError) -> None:
    """Say in the error of a refused write what may be the reason, unless the API says it in its own words."""
    # With a 404 they say no more than the status.
    if isinstance(error, NotFoundError) or not (isinstance(error, RejectedError) and _says_why(error.body)):
        error.add_consequence(_PERHAPS)


def _says_why(body: t.Any) -> bool:
    """Tell whether a body holds words of the API."""
    return isinstance(body, dict) and any(map(body.get, ("error", "message", "errors")))


def _meanwhile(project: Object) -> str:
    return f"Meanwhile the project belongs to {owner_of(project)}."


def _last_seen(step: Step, account: Account) -> Object:
    """Return invitation and project as reading back shows them, as far as it went; None for what is not shown."""
    seen: dict[str, t.Any] = {}
    invitation, project = account.known(Fact.INVITATION), account.known(Fact.PROJECT)
    if invitation is None and isinstance(step, Respond):
        all_of_them = visible(account.known(Fact.INVITATIONS)) or ()
        invitation = next((each for each in all_of_them if each["id"] == step.invitation["id"]), None)
    if visible(invitation) is not None:
        seen["transfer_invitation"] = invitation
    if project is not None:
        seen["project"] = visible(project)
    return seen


def _signature(step: Step) -> tuple[str, str]:
    """Return what makes two steps the same: the verb, and of whom or what."""
    return ("invite", step.user_id) if isinstance(step, Invite) else (step.verb, step.invitation["id"])
