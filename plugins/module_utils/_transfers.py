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
from ._reconcile import Step
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
    before = account.projects if items else []

    def plan_item(index: int) -> TransferPlan:
        plan = plan_either(items[index], account)
        results.claim(plan.project, index)
        return plan

    results.plan(range(len(items)), plan_item)
    done: list[list[Step]] = [[] for _item in items]
    results.carry_out(lambda plan, index: carry_out(plan, account, check_mode, done[index]))
    diffs = {names[index]: transfer_diff(results.plans[index], outcome) for index, outcome in results.outcomes.items()}
    return results.finish(
        [_outcome(index, item, before, done[index], results) for index, item in enumerate(items)],
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
    index: int, item: DesiredTransfer, listed: t.Sequence[Object], done: t.Sequence[Step], results: Results
) -> Object:
    """Return what the module returns of an item."""
    plan, outcome, error = results.plans.get(index), results.outcomes.get(index), results.errors.get(index)
    failure = error.result if error else {}
    if outcome:
        project, invitation = outcome.project, outcome.resource
    else:
        project = plan.project if plan else _listed(item, listed)
        invitation = failure.get("transfer_invitation") or (plan.resource if plan else None)
    actions = {step.action for step in done}
    return results.outcome(
        index,
        project_id=project["id"] if project else item.project_id or None,
        project_name=project["name"] if project else item.project_name or None,
        action="_and_".join(name for name in ("invite", "accept") if name in actions) or "none",
        transfer_invitation=invitation,
        project=project,
        blockers=failure.get("blockers", []),
    )


def _listed(item: DesiredTransfer, listed: t.Sequence[Object]) -> Object | None:
    """Return the project of an item as the list shows it, or None."""
    found = [each for each in listed if item.project_id == each["id"] or item.project_name == each["name"]]
    return found[0] if len(found) == 1 else None
