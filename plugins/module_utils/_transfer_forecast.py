# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to community.scalingo: it may change in any release.

"""What a transfer will come to, and what it was: the forecast of a check, and the diff of a check and of a real run."""

from __future__ import annotations

import typing as t

from ._facts import Fact, Facts, visible
from ._invitations import ACCEPTED, PENDING
from ._projects import owner_of
from ._transfer_plan import (
    VERBS,
    Respond,
    TransferPlan,
    TransferWanted,
)
from ._types import Object


def why_transfer_refused(plan: TransferPlan, facts: Facts) -> str | None:
    """Return why the API will not carry out a plan, as far as that can be known, or None.

    Raises:
        FactMissing: One more fact is needed.
    """
    for step in plan.steps:
        caller = facts[Fact.CALLER_ID]
        if isinstance(step, Respond) and step.verb != "cancel":
            if step.invitation["invited_user_id"] != caller:
                return f"It is for {step.invitation['invited_user_name']}, who alone may {step.verb} it."
        elif plan.project is not None:
            if plan.project["owner"]["id"] != caller:
                return f"The project belongs to {owner_of(plan.project)}, and only its owner may do that."
        elif isinstance(step, Respond) and step.invitation["inviter_user_id"] != caller:
            return "Only the owner of the project may do that."
    return None


def predict_transfer(wanted: TransferWanted, plan: TransferPlan, facts: Facts) -> tuple[Object | None, Object | None]:
    """Return invitation and project as they will be, with None for what is not known before.

    Raises:
        FactMissing: One more fact is needed.
    """
    invitation, project = plan.invitation, plan.project
    for step in plan.steps:
        if isinstance(step, Respond):
            status = next(state for state, verb in VERBS.items() if verb == step.verb)
            invitation = {**step.invitation, "status": status, "updated_at": None}
        else:
            invitation = {
                "id": None,
                "project_id": plan.project_id,
                "invited_user_id": step.user_id,
                "invited_user_name": step.user_name,
                "inviter_user_id": t.cast(Object, project)["owner"]["id"],
                "status": PENDING,
                "status_reason": "",
                "expires_at": None,
                "created_at": None,
                "updated_at": None,
            }
    if wanted.state == ACCEPTED:
        project = visible(facts[Fact.PROJECT])
        if plan.steps:
            before = project or {"id": plan.project_id, "name": None, "default": None, "created_at": None}
            # What becomes of the flag when a default project is handed over is not documented.
            default = None if before["default"] else before["default"]
            project = {**before, "default": default, "updated_at": None, "owner": facts[Fact.CALLER]}
    return invitation, project


def diff_transfer(
    plan: TransferPlan, invitation: Object | None, project: Object | None, changed: bool
) -> dict[str, Object]:
    """Return `before` and `after` of owner and status; and of the invited user, where another one is invited instead.

    Args:
        plan: What was to be done.
        invitation: The invitation as it is then, predicted or real.
        project: The project as it is then, predicted or real, or None if it was not read.
        changed: Whether this task makes the difference; what others did meanwhile is none.
    """
    old = plan.invitation if changed else invitation
    # Before a transfer the inviter is the owner. If the project was not read then, both owners are shown by their IDs.
    inviter = old["inviter_user_id"] if old else None
    before_owner = plan.project["owner"]["username"] if plan.project else inviter
    form = "id" if changed and plan.project is None else "username"
    after_owner = project["owner"][form] if project else before_owner
    if project is None and invitation is not None and invitation["status"] == ACCEPTED:
        # The new owner was not read back, and the old one it is not.
        after_owner = None
    if not changed:
        before_owner = after_owner
    before: dict[str, t.Any] = {"owner": before_owner, "status": old["status"] if old else None}
    after: dict[str, t.Any] = {"owner": after_owner, "status": invitation["status"] if invitation else None}
    if old and invitation and old["id"] != invitation["id"]:
        before["invited_user_name"], after["invited_user_name"] = (
            old["invited_user_name"],
            invitation["invited_user_name"],
        )
    return {"before": before, "after": after}
