# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The transfer of one project, from the options to the result; and the waiting for what takes its time."""

from __future__ import annotations

import contextlib
import time
import typing as t
from dataclasses import dataclass, replace
from datetime import timedelta

from ._account import Account
from ._api import Api
from ._errors import CannotError, InaccessibleError, RejectedError, RequestError, ScalingoError
from ._invitations import (
    ACCEPTED,
    CANCELED,
    DECLINED,
    ERROR,
    EXPIRED,
    FAILED,
    PENDING,
    describe_invitation,
    status_of,
    why_closed,
)
from ._match import describe, is_user, owner_of, select
from ._reconcile import Outcome, apply, predict
from ._transfer_plan import DesiredTransfer, TransferPlan, close_step, plan_transfer
from ._types import Object

# Seconds between two looks. All requests of an account share 60 a minute.
_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 15.0
# Seconds before each look for an acceptance whose response was lost.
_LOOKS = (1.0, 2.0, 4.0)
# A year: later dates may not exist.
_LONGEST_TOLD = 365 * 86400.0


@dataclass
class TransferOutcome(Outcome):
    """What a task did about a transfer: the resource is the invitation; and the project as it is now."""

    project: Object | None = None


def ensure_transfer(api: Api, options: Object, check_mode: bool) -> Object:
    """Invite, accept, decline, or cancel; in check mode, predict it. Return the result of the module."""
    desired = DesiredTransfer(**options)
    desired.check()
    account = Account(api)
    plan = plan_either(desired, account)
    outcome = carry_out(plan, account, check_mode, TransferOutcome(resource=plan.resource, project=plan.project))
    return {
        "changed": bool(outcome.done),
        "transfer_invitation": outcome.resource,
        "project": outcome.project,
        "diff": transfer_diff(plan, outcome),
    }


def plan_either(desired: DesiredTransfer, account: Account) -> TransferPlan:
    """Plan a transfer, with the token of the account itself, or also with that of the new owner."""
    if not desired.new_owner_api_token:
        desired = _with_id(desired, account)
        return replace(plan_transfer(desired, account), desired=desired)
    new_owner = account.of_user(desired.new_owner_api_token, "new_owner_api_token")
    if desired.new_owner:
        return _plan_with_both(desired, account, new_owner)
    if new_owner.caller_id == account.caller_id:
        raise _wrong_token(new_owner, "to whom api_token belongs, too")
    try:
        return _plan_with_both(replace(desired, new_owner=new_owner.caller_id), account, new_owner)
    except CannotError as error:
        with contextlib.suppress(ScalingoError):
            error.add_consequence(f"The new_owner_api_token belongs to user {new_owner.caller['username']!r}.")
        raise


def _plan_with_both(desired: DesiredTransfer, account: Account, new_owner: Account) -> TransferPlan:
    """Plan a transfer that the new owner accepts in the same task, after a look at whose token it is."""
    plan = None
    try:
        desired = _with_id(desired, account)
        if account.is_hidden(desired.project_id):
            plan = _find_transferred(desired, account, new_owner)
        desired = replace(desired, state=PENDING)
        plan = plan or plan_transfer(desired, account)
    except (InaccessibleError, RejectedError):
        plan = _find_transferred(desired, account, new_owner)
        if plan is None:
            raise
    except CannotError as error:
        if "blockers" in error.result:
            # Who is not even the new owner must not be made eligible.
            _check_token(new_owner, desired.new_owner)
        raise
    invitation = plan.steps[-1].predict() if plan.steps else plan.resource
    if not invitation or invitation["status"] == ACCEPTED:
        if plan.project and plan.project["owner"]["id"] == account.api.caller_claim():
            # Else a wrong pair of tokens would pass for a transfer that is done.
            raise CannotError(
                f"Cannot transfer project {describe(plan.project)}: it belongs to the new owner already, and so does "
                f"api_token. Check new_owner and both tokens."
            )
        return replace(plan, desired=desired)
    if new_owner.caller_id != invitation["invited_user_id"]:
        raise _wrong_token(new_owner, f"not to {desired.new_owner!r}")
    accept = close_step("accept", invitation, plan.project, new_owner)
    return replace(plan, steps=(*plan.steps, accept), desired=desired, new_owner=new_owner)


def carry_out(plan: TransferPlan, account: Account, check_mode: bool, outcome: TransferOutcome) -> TransferOutcome:
    """Do what a transfer needs; in check mode, predict it. The outcome has what is done even if the rest fails."""
    api, desired, new_owner = account.api, plan.desired, plan.new_owner
    if check_mode:
        predicted = predict(plan)
        outcome.resource, outcome.done = predicted.resource, predicted.done
        if outcome.done and (desired.state == ACCEPTED or new_owner):
            outcome.project = _predict_project(desired.project_id, account, new_owner or account)
        return outcome
    try:
        if new_owner:
            _apply_and_wait(api, desired, replace(plan, steps=plan.steps[:-1]), outcome)
            if not outcome.resource:
                # Another job has transferred the project since.
                return outcome
            accept = close_step("accept", outcome.resource, plan.project, new_owner)
            desired = replace(desired, new_owner="", state=ACCEPTED)
            api, plan = new_owner.api, TransferPlan(outcome.resource, (accept,), plan.project, True)
        _apply_and_wait(api, desired, plan, outcome)
    except ScalingoError as error:
        outcome.project = outcome.project or plan.project
        error.result["changed"] = bool(outcome.done)
        if outcome.resource:
            error.result["transfer_invitation"] = outcome.resource
        raise
    return outcome


def _with_id(desired: DesiredTransfer, account: Account) -> DesiredTransfer:
    """Return what is desired, with the ID of the project."""
    return replace(desired, project_id=desired.project_id or account.project_id(desired.project_name))


def _find_transferred(desired: DesiredTransfer, account: Account, new_owner: Account) -> TransferPlan | None:
    """Return the plan for a project that the new owner has already, or None if the new owner's account shows none.

    A name is not enough, since the new owner may have had a project of that name before: an accepted invitation has to
    show that it came from this account.
    """
    mine = select(new_owner.projects, owner=new_owner.caller_id)
    if desired.project_id:
        # The list may lag behind the transfer (not documented).
        listed = next((project for project in mine if project["id"] == desired.project_id), None)
        project = listed or new_owner.visible(new_owner.api.get_project, desired.project_id)
        if project and project["owner"]["id"] == new_owner.caller_id:
            _check_token(new_owner, desired.new_owner)
            return TransferPlan(None, (), project)
        return None
    for project in select(mine, desired.project_name):
        for invitation in new_owner.visible(new_owner.invitations, project["id"]) or ():
            if invitation["status"] == ACCEPTED and invitation["inviter_user_id"] == account.caller_id:
                _check_token(new_owner, desired.new_owner)
                return TransferPlan(invitation, (), project)
    return None


def _check_token(owner: Account, new_owner: str) -> None:
    """Check that a token is that of the new owner, whom a project shows by ID, username, or email address."""
    if new_owner != owner.caller_id and not is_user(owner.caller, new_owner):
        raise _wrong_token(owner, f"not to {new_owner!r}")


def _wrong_token(owner: Account, why: str) -> CannotError:
    return CannotError(f"The new_owner_api_token belongs to user {owner.caller['username']!r}, {why}.")


def _apply_and_wait(api: Api, desired: DesiredTransfer, plan: TransferPlan, outcome: TransferOutcome) -> None:
    """Send the steps of a plan, after those that were done before, and wait for the project to have its new owner."""
    if plan.resource and desired.state != PENDING:
        # From now on this invitation is meant, and no other one.
        desired = replace(desired, invitation_id=plan.resource["id"])
    before, outcome.project = len(outcome.done), plan.project

    def plan_again(desired: DesiredTransfer, account: Account) -> TransferPlan:
        again = plan_transfer(desired, account)
        # Another job may have moved it.
        outcome.project = again.project
        return again

    try:
        apply(api, plan, plan_again, desired, outcome)
    except RequestError as error:
        found = _find_acceptance(api, plan, desired) if error.outcome_unknown else None
        if found is None:
            raise
        outcome.resource = found
        outcome.done += plan.steps
    if outcome.resource and (plan.awaits_owner or desired.wait):
        _wait(api, outcome, outcome.resource, desired.wait_timeout, plan.awaits_owner, len(outcome.done) > before)


def _find_acceptance(api: Api, plan: TransferPlan, desired: DesiredTransfer) -> Object | None:
    """Look for an acceptance whose response was lost: it may take a while. Return the invitation, if it shows one."""
    for pause in _LOOKS if plan.awaits_owner else ():
        if pause > desired.wait_timeout:
            break
        time.sleep(pause)
        with contextlib.suppress(ScalingoError):
            found = api.get_invitation(desired.project_id, desired.invitation_id)
            if found["status"] in (ACCEPTED, FAILED, ERROR):
                return found
    return None


def _wait(
    api: Api, outcome: TransferOutcome, invitation: Object, timeout: float, is_accepted: bool, by_this_task: bool
) -> None:
    """Wait until a project has its new owner, as far as this account can see. The outcome has what was read last.

    If it is accepted, the API may complete that later; else the invited user has to respond first. After an acceptance
    by this task, the new owner is the invited user, and not one after that.
    """
    project, deadline, pause = None, time.monotonic() + timeout, _FIRST_PAUSE
    name, ids = f"The {describe_invitation(invitation)}", (invitation["project_id"], invitation["id"])
    until = f"{api.now() + timedelta(seconds=min(timeout, _LONGEST_TOLD)):%Y-%m-%d %H:%M:%S} UTC (wait_timeout)"
    try:
        while True:
            status = status_of(invitation, api.now())
            if status in (DECLINED, CANCELED, FAILED, ERROR) or (status == EXPIRED and not is_accepted):
                raise CannotError(f"{name} did not lead to a transfer: {why_closed(invitation, status)}")
            if is_accepted or status == ACCEPTED:
                project = outcome.project = Account(api).visible(api.get_project, ids[0])
                if _has_moved(project, invitation, is_accepted, by_this_task):
                    if status != ACCEPTED:
                        outcome.resource = Account(api).visible(api.get_invitation, *ids) or invitation
                    return
            left = deadline - time.monotonic()
            if left <= 0:
                where = f" The project belongs to {owner_of(project)}." if project else ""
                hint = "Rerun the task to continue to wait."
                if is_accepted or status == ACCEPTED:
                    hint = "The API has not completed the transfer. Check the owner before you rerun the task."
                raise CannotError(
                    f"{name}, which expires at {invitation['expires_at']}, is still {status} after {timeout:g} s "
                    f"(wait_timeout).{where} {hint}"
                )
            if pause == _FIRST_PAUSE:
                api.on_wait(f"{name} is {status}; waiting until {until}.")
            time.sleep(min(pause, left))
            pause = min(pause * 1.5, _LONGEST_PAUSE)
            invitation = outcome.resource = Account(api).visible(api.get_invitation, *ids) or invitation
    except RequestError as error:
        error.add_context(f"{name} was {invitation['status']}. Cannot verify the transfer.")
        raise


def _has_moved(project: Object | None, invitation: Object, is_accepted: bool, by_this_task: bool) -> bool:
    """Tell whether a project has its new owner. The previous owner may not be able to access it any more."""
    if project is None:
        return not is_accepted
    owner = project["owner"]["id"]
    if is_accepted and by_this_task:
        return bool(owner == invitation["invited_user_id"])
    return bool(owner != invitation["inviter_user_id"])


def _predict_project(project_id: str, account: Account, new_owner: Account) -> Object:
    """Return the project as it will be after an acceptance."""
    project: Object | None = account.visible(account.project, project_id)
    before = project or {"id": project_id, "name": None, "default": None, "created_at": None}
    # What becomes of the default project when it is transferred is not documented.
    default = None if before["default"] else before["default"]
    return {**before, "default": default, "updated_at": None, "owner": new_owner.caller}


def transfer_diff(plan: TransferPlan, outcome: TransferOutcome) -> Object:
    """Return owner, invited user, status, and expiry before and after."""
    project = outcome.project

    def state(invitation: Object | None, owner: t.Any) -> Object:
        keys = {"new_owner": "invited_user_name", "status": "status", "expires_at": "expires_at"}
        return {"owner": owner, **{key: invitation and invitation[name] for key, name in keys.items()}}

    if not outcome.done:
        same = state(outcome.resource, project and project["owner"]["username"])
        return {"before": same, "after": same}
    # If the project was not read before, both owners are shown by ID: the inviter was the owner, and still is if the
    # project was not read afterwards either.
    key = "username" if plan.project else "id"
    owner = plan.project["owner"][key] if plan.project else plan.resource and plan.resource["inviter_user_id"]
    return {
        "before": state(plan.resource, owner),
        "after": state(outcome.resource, project["owner"][key] if project else owner),
    }
