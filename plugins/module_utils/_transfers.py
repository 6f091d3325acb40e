# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A list of transfers: one list request, one exchange for each new owner's token, then only what is needed."""

from __future__ import annotations

import typing as t

from ._account import Account
from ._api import Api
from ._errors import InputError, ScalingoError
from ._invitations import ACCEPTED, PENDING
from ._list import ItemList
from ._reconcile import Step
from ._transfer import Transfer, TransferOutcome, carry_out, plan_both, transfer_diff
from ._transfer_plan import DesiredTransfer
from ._types import Object

Items = t.Sequence[DesiredTransfer]


def ensure_transfers(api: Api, options: Object, check_mode: bool) -> Object:
    """Make the transfers of a list what the options say; in check mode, predict it. Return the result of the module."""
    items = [
        DesiredTransfer(**{"state": ACCEPTED if item.get("new_owner_api_token") else PENDING, **item})
        for item in options["transfers"]
    ]
    names = [item.project_id or item.project_name for item in items]
    results = ItemList[Transfer]("transfers", names, options["continue_on_failure"])
    _check_items(items, results)
    account = Account(api)
    # So that what it shows costs no request per project.
    before = account.projects if items else []
    results.plan(range(len(items)), lambda index: _plan_item(items[index], account, results))
    results.carry_out(lambda transfer, _index: carry_out(transfer, check_mode))
    returned = _returned(items, before, results)
    return results.finish({**returned, **account.about, "check_mode": check_mode}, check_mode)


def _check_items(items: Items, results: ItemList[t.Any]) -> None:
    """Check the options, without a look at the account."""
    projects: dict[str, int] = {}
    for index, item in enumerate(items):
        try:
            item.check()
            other = projects.setdefault(item.project_id or item.project_name, index)
            if other != index:
                raise InputError(f"{results.title(other)} is the same project.")
        except InputError as error:
            results.reject(error, index)


def _plan_item(item: DesiredTransfer, account: Account, results: ItemList[Transfer]) -> Transfer:
    transfer = plan_both(item, account)
    project = transfer.plan.project
    for other, theirs in results.plans.items():
        if project and theirs.plan.project and theirs.plan.project["id"] == project["id"]:
            raise InputError(f"{results.title(other)} is the same project.")
    return transfer


def _returned(items: Items, listed: t.Sequence[Object], results: ItemList[Transfer]) -> Object:
    """Return what the module returns."""
    outcomes = []
    before, after = {}, {}
    for index, item in enumerate(items):
        transfer = results.plans.get(index)
        outcome = t.cast("TransferOutcome | None", results.outcomes.get(index))
        known = transfer.plan if transfer else None
        project = outcome.project if outcome else known.project if known else _listed(item, listed)
        error = results.errors.get(index)
        outcomes.append(
            results.outcome(
                index,
                project_id=project["id"] if project else item.project_id or None,
                project_name=project["name"] if project else item.project_name or None,
                action=_action(outcome.done)
                if outcome
                else "invite"
                if error and error.result.get("changed")
                else "none",
                transfer_invitation=_invitation(outcome, error) or (known.resource if known and not outcome else None),
                project=project,
                blockers=error.result.get("blockers", []) if error else [],
            )
        )
        if outcome and known:
            diff = transfer_diff(known, outcome)
            key = item.project_id or item.project_name
            before[key], after[key] = diff["before"], diff["after"]
    return {
        "changed": any(outcome["changed"] for outcome in outcomes),
        "outcomes": outcomes,
        "diff": {"before": before, "after": after},
    }


def _invitation(outcome: TransferOutcome | None, error: ScalingoError | None) -> Object | None:
    """Return the invitation of an item as it is now."""
    return outcome.resource if outcome else error.result.get("transfer_invitation") if error else None


def _listed(item: DesiredTransfer, listed: t.Sequence[Object]) -> Object | None:
    """Return the project of an item as the list shows it, or None."""
    found = [each for each in listed if item.project_id == each["id"] or item.project_name == each["name"]]
    return found[0] if len(found) == 1 else None


def _action(done: t.Sequence[Step]) -> str:
    """Return what outcomes call the steps that were done."""
    actions = {step.action for step in done}
    return "_and_".join(name for name in ("invite", "accept") if name in actions) or "none"
