# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to community.scalingo: it may change in any release.

"""From a wish to its fulfilment: read what is, plan, carry the plan out or foretell it, and tell the truth about it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.community.scalingo.plugins.module_utils._account import Account
from ansible_collections.community.scalingo.plugins.module_utils._api import Api, Object
from ansible_collections.community.scalingo.plugins.module_utils._errors import (
    AuthenticationError,
    ForbiddenError,
    NotFoundError,
    Refusal,
    RequestError,
    ScalingoError,
)
from ansible_collections.community.scalingo.plugins.module_utils._plan import (
    Action,
    Plan,
    Wanted,
    decide,
    diff,
    foresee,
    predict,
)
from ansible_collections.community.scalingo.plugins.module_utils._projects import owner_of

# A write is followed by another one only if somebody else interferes or an answer was lost; not for ever.
MAX_WRITES = 5


@dataclass(frozen=True)
class Outcome:
    """What a task did, or in check mode would do.

    Attributes:
        changed: Whether anything was written.
        project: The project as it is now, or None if there is none.
        diff: What is managed of it, before and after.
    """

    changed: bool
    project: Object | None
    diff: t.Mapping[str, Object]


def ensure_project(api: Api, wanted: Wanted, check_mode: bool) -> Outcome:
    """Make a project what it is wanted to be; in check mode, say what that would do.

    Raises:
        InputError: The wish cannot be right; nothing was sent.
        Refusal: It cannot be fulfilled; nothing was written.
        RequestError: A request failed; the message says what is known of its effect.
    """
    wanted.check()
    account, plan = _look(api, wanted)
    if not check_mode:
        return _carry_out(api, wanted, plan)
    problem = account.answer(lambda facts: foresee(plan, facts))
    if problem:
        raise Refusal(f"Cannot {plan.title}. {problem}")
    return _outcome(plan, account.answer(lambda facts: predict(plan, facts)), plan.action is not Action.NONE)


def _outcome(first_plan: Plan, project: Object | None, changed: bool) -> Outcome:
    plan = first_plan if changed else Plan(Action.NONE, project)
    return Outcome(changed, project, diff(plan, project))


def _carry_out(api: Api, wanted: Wanted, first_plan: Plan) -> Outcome:
    """Write until nothing is left to do: one write, if nobody interferes and no answer is lost."""
    plan = first_plan
    # Whether something was written, and whether something may have been.
    changed = maybe = False
    for writes in range(1, MAX_WRITES + 1):
        if plan.action is Action.NONE:
            return _outcome(first_plan, plan.project, changed)
        try:
            project = _write(api, plan)
        except RequestError as error:
            plan = _after_failure(api, wanted, plan, error, writes)
            maybe = maybe or error.outcome_unknown
            changed = changed or (maybe and plan.action is Action.NONE)
            continue
        changed = True
        if _as_planned(plan, project):
            return _outcome(first_plan, project, changed)
        plan = _look(api, wanted)[1]
    raise ScalingoError(
        f"Cannot {plan.title}. The API accepted that, but reading back still shows the project as it was."
    )


def _look(api: Api, wanted: Wanted) -> tuple[Account, Plan]:
    account = Account(api, wanted.project_id)
    return account, account.answer(lambda facts: decide(wanted, facts))


def _write(api: Api, plan: Plan) -> Object | None:
    if plan.action is Action.CREATE:
        return api.create_project(**plan.changes)
    project_id = t.cast(Object, plan.project)["id"]
    if plan.action is Action.UPDATE:
        return api.update_project(project_id, plan.changes)
    api.delete_project(project_id)
    return None


def _as_planned(plan: Plan, project: Object | None) -> bool:
    """Tell whether the answer to a write shows what was written. The API may need a moment to move the default."""
    return project is None or all(project[key] == value for key, value in plan.changes.items())


def _after_failure(api: Api, wanted: Wanted, plan: Plan, error: RequestError, writes: int) -> Plan:
    """Return what is left to do after a write failed, by reading back what is.

    Raises:
        RequestError: The same error, with what is known of its reason and its effect.
    """
    try:
        if not error.about_object and not error.outcome_unknown:
            raise error
        try:
            account, rest = _look(api, wanted)
        except ScalingoError as second:
            if error.outcome_unknown:
                error.add_consequence(f"Whether it was done is not known, since reading it back failed too: {second}")
            raise error from None
        if (rest.action, rest.changes) != (plan.action, plan.changes):
            return rest
        if error.outcome_unknown:
            # A redirect or a strange form will come again: a repetition helps only against what may pass.
            if error.max_tries != 1 and writes < MAX_WRITES and api.wait_to_repeat(writes):
                return rest
            error.add_consequence("Reading back shows that it was not done.")
        else:
            error.add_context(_reason(account, rest, error))
        raise error
    except RequestError:
        error.add_context(f"Cannot {plan.title}.")
        raise


def _reason(account: Account, plan: Plan, error: RequestError) -> str:
    """Return why the API refused a plan, in the words with which a check would have foretold it."""
    try:
        foreseen = account.answer(lambda facts: foresee(plan, facts))
    except ScalingoError:
        foreseen = None
    if foreseen is None and isinstance(error, (AuthenticationError, ForbiddenError, NotFoundError)) and plan.project:
        return f"This account is not allowed to do that; the project belongs to {owner_of(plan.project)}."
    return foreseen or "The API refused."
