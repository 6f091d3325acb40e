# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A list of transfers: one list request, one exchange for each new owner's token, then only what is needed."""

from __future__ import annotations

import typing as t

from ._account import Account
from ._api import Api
from ._errors import InputError
from ._invitations import ACCEPTED, PENDING
from ._list import ItemList
from ._transfer import TransferOutcome, carry_out, plan_either, transfer_diff
from ._transfer_plan import DesiredTransfer, TransferPlan
from ._types import Object

Items = t.Sequence[DesiredTransfer]
Results = ItemList[TransferPlan, TransferOutcome]


def ensure_transfers(api: Api, options: Object, check_mode: bool) -> Object:
    """Carry out the transfers of a list; in check mode, predict them. Return the result of the module."""
    items = [
        DesiredTransfer(**{"state": ACCEPTED if item.get("new_owner_api_token") else PENDING, **item})
        for item in options["transfers"]
    ]
    names = [item.project_id or item.project_name for item in items]
    results = Results("transfers", names, options["continue_on_failure"])
    _check_items(items, results)
    account = Account(api)
    # So that what it shows costs no request per project.
    _listed = account.projects if items else []

    def plan_item(index: int) -> TransferPlan:
        plan = plan_either(items[index], account)
        results.claim(plan.project, index)
        return plan

    results.plan(range(len(items)), plan_item)
    outcomes = {
        index: TransferOutcome(resource=plan.resource, project=plan.project) for index, plan in results.plans.items()
    }
    results.carry_out(lambda plan, index: carry_out(plan, account, check_mode, outcomes[index]))
    diffs = {
        names[index]: transfer_diff(results.plans[index], outcome)
        for index, outcome in outcomes.items()
        if outcome.done or index in results.outcomes
    }
    return results.finish(
        [_outcome(index, item, account, outcomes.get(index), results) for index, item in enumerate(items)],
        account,
        check_mode,
        diff={side: {name: diff[side] for name, diff in diffs.items()} for side in ("before", "after")},
    )


def _check_items(items: Items, results: Results) -> None:
    """Check the options, without a look at the account."""
    for index, item in enumerate(items):
        try:
            item.check()
            other = results.names.index(results.names[index])
            if other != index:
                raise InputError(f"{results.title(other)} is the same project.")
        except InputError as error:
            results.reject(error, index)


def _outcome(
    index: int, item: DesiredTransfer, account: Account, outcome: TransferOutcome | None, results: Results
) -> Object:
    """Return what the module returns of an item, whose outcome is None if it could not be planned."""
    error = results.errors.get(index)
    project = outcome.project if outcome else account.seen(item.project_id, item.project_name)
    actions = {step.action for step in outcome.done} if outcome else set()
    return results.outcome(
        index,
        of_another=project is not None and project["owner"]["id"] != account.api.caller_claim(),
        project_id=project["id"] if project else item.project_id or None,
        project_name=project["name"] if project else item.project_name or None,
        action="_and_".join(name for name in ("invite", "accept") if name in actions) or "none",
        transfer_invitation=outcome.resource if outcome else None,
        project=project,
        blockers=error.result.get("blockers", []) if error else [],
    )
