# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to community.scalingo: it may change in any release.

"""From a wish to its fulfilment: read what is, plan, carry the plan out or foretell it, and tell the truth about it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.community.scalingo.plugins.module_utils._account import Account, or_refusal
from ansible_collections.community.scalingo.plugins.module_utils._api import Api, Object
from ansible_collections.community.scalingo.plugins.module_utils._errors import (
    ApiError,
    AuthenticationError,
    ConflictError,
    ForbiddenError,
    NotFoundError,
    Refusal,
    RequestError,
    ScalingoError,
    ValidationError,
)
from ansible_collections.community.scalingo.plugins.module_utils._facts import Fact, Facts, visible
from ansible_collections.community.scalingo.plugins.module_utils._plan import (
    Action,
    Plan,
    Wanted,
    decide,
    diff,
    foresee,
    predict,
)
from ansible_collections.community.scalingo.plugins.module_utils._projects import describe, owner_of
from ansible_collections.community.scalingo.plugins.module_utils._settle import (
    MAX_WRITES,
    is_final,
    may_repeat,
    tell_earlier,
    tell_unreadable,
)

# Looks at what a write has become, where the API may need a moment to show it.
MAX_LOOKS = 3

# What an account was found to be, and what is left to do there.
Look = t.Tuple[Account, Plan]


@dataclass(frozen=True)
class Outcome:
    """What a task did, or in check mode would do.

    Attributes:
        changed: Whether anything was written.
        project: The project as it is now, or None if there is none.
        diff: What is managed of it, before and after.
        plan: What was written. It is another plan than the first one if somebody else was faster with part of that.
    """

    changed: bool
    project: Object | None
    diff: t.Mapping[str, Object]
    plan: Plan


def ensure_project(api: Api, wanted: Wanted, check_mode: bool) -> Outcome:
    """Make a project what it is wanted to be; in check mode, say what that would do.

    Raises:
        InputError: The wish cannot be right; nothing was sent.
        Refusal: It cannot be fulfilled; nothing was written.
        RequestError: A request failed; the message says what is known of its effect.
    """
    wanted.check()

    def look() -> Look:
        account = Account(api, wanted.project_id)
        return account, account.find_out(lambda facts: decide(wanted, facts))

    account, plan = look()
    return account.find_out(lambda facts: foretell(plan, facts)) if check_mode else carry_out(api, plan, look)


def foretell(plan: Plan, facts: Facts) -> Outcome:
    """Return what carrying out a plan would come to.

    Raises:
        Refusal: The API is known to refuse it.
        FactMissing: One more fact is needed.
    """
    problem = foresee(plan, facts)
    if problem:
        raise Refusal(f"Cannot {plan.title}. {problem}")
    return _outcome(plan, predict(plan, facts), plan.action is not Action.NONE)


def _outcome(plan: Plan, project: Object | None, changed: bool) -> Outcome:
    if not changed:
        plan = Plan(Action.NONE, project)
    return Outcome(changed, project, diff(plan, project), plan)


def carry_out(api: Api, first_plan: Plan, look: t.Callable[[], Look]) -> Outcome:
    """Write until nothing is left to do: one write, if nobody interferes and no answer is lost.

    Args:
        api: Where to write.
        first_plan: What to do.
        look: Reads the account again, and decides what is left to do.

    Raises:
        ScalingoError: It failed; the message says what is known of its effect.
    """
    plan = first_plan
    # Whether a write may have been done whose answer was lost.
    maybe = False
    writes = 0
    while plan.action is not Action.NONE:
        writes += 1
        if writes > MAX_WRITES:
            endless = ScalingoError(f"Cannot {plan.title}. Somebody else keeps changing the same projects.")
            tell_earlier(endless, maybe)
            raise endless
        try:
            project = _write(api, plan)
        except RequestError as error:
            plan = _Failure(api, look, plan, error, writes, maybe).what_is_left()
            maybe = maybe or error.outcome_unknown
        else:
            # What others have done of the first plan is no work of this task.
            return _outcome(first_plan if maybe else plan, _read_back(api, plan, project), True)
    return _outcome(first_plan, plan.project, maybe)


def _read_back(api: Api, plan: Plan, project: Object | None) -> Object | None:
    """Return the project after a write, as its answer shows it, or a moment later if that does not show the change.

    Raises:
        ScalingoError: The change cannot be seen. It is not sent again, since the API said that it was done.
    """
    for look in range(1, MAX_LOOKS + 1):
        if project is None or all(project[key] == value for key, value in plan.changes.items()):
            return project
        if look > 1 and not api.pause(look):
            break
        try:
            project = api.get_project(project["id"])
        except RequestError as error:
            error.add_context(f"The API accepted to {plan.title}, but reading that back failed.")
            error.result.update(changed=True, project=project)
            raise
    unseen = ScalingoError(
        f"Cannot {plan.title}. The API accepted that, but shows the project as {describe(t.cast(Object, project))}, "
        f"default: {str(t.cast(Object, project)['default']).lower()}."
    )
    unseen.result.update(changed=True, project=project)
    raise unseen


def _write(api: Api, plan: Plan) -> Object | None:
    if plan.action is Action.CREATE:
        return api.create_project(**plan.changes)
    project_id = t.cast(Object, plan.project)["id"]
    if plan.action is Action.UPDATE:
        return api.update_project(project_id, plan.changes)
    api.delete_project(project_id)
    return None


@dataclass(frozen=True)
class _Failure:
    """A write that failed, and what is to be made of it.

    Attributes:
        api: Where to read.
        look: Reads back and decides what is left to do.
        plan: What was tried.
        error: How it failed.
        writes: How many writes were tried.
        maybe: Whether one before this one may have been done.
    """

    api: Api
    look: t.Callable[[], Look]
    plan: Plan
    error: RequestError
    writes: int
    maybe: bool

    def what_is_left(self) -> Plan:
        """Return what is left to do, by reading back what is.

        Raises:
            RequestError: The error of the write, with what is known of its reason and its effect.
        """
        try:
            if is_final(self.error, self.maybe):
                raise self.error
            try:
                account, rest = self._look_again()
                if rest.action is Action.CREATE and self.plan.project is not None:
                    self._check_gone(self.plan.project)
                gone = _is_same(rest, self.plan) and self._is_gone(account)
            except ScalingoError as second:
                if second is not self.error:
                    self._add_what_it_says(second)
                raise self.error from None
            if not _is_same(rest, self.plan):
                return rest
            if gone and self.plan.action is Action.DELETE:
                return Plan(Action.NONE)
            if gone:
                self.error.add_context("It is not there any more, although the list still shows it.")
            elif self.error.outcome_unknown:
                if may_repeat(self.api, self.error, self.writes):
                    return rest
                raise self.error
            elif self.error.about_object:
                self.error.add_context(_reason(account, rest, self.error))
            tell_earlier(self.error, self.maybe)
            raise self.error
        except RequestError:
            self.error.add_context(f"Cannot {self.plan.title}.")
            raise

    def _look_again(self) -> Look:
        """Read back what is, and decide what is left to do.

        Refused because it was done after all, by an earlier try or by others: the list may show that late.
        """
        account, rest = self.look()
        exists = self.plan.action is Action.CREATE and _may_mean_taken(self.error)
        looks = MAX_LOOKS if (self.maybe or exists) and not self.error.outcome_unknown else 1
        for looked in range(1, looks):
            if not _is_same(rest, self.plan) or not self.api.pause(looked):
                break
            account, rest = self.look()
        return account, rest

    def _add_what_it_says(self, second: ScalingoError) -> None:
        """Tell in the error of the write what is known from another one, with which reading back ended."""
        if isinstance(second, Refusal) and not self.error.outcome_unknown and not self.maybe:
            # It says what has become of the project meanwhile.
            self.error.add_context(str(second))
        elif isinstance(second, NotFoundError) and isinstance(self.error, NotFoundError):
            self.error.add_context("It is not there any more, or this account may not see it any more.")
        tell_unreadable(self.error, second, self.maybe)

    def _is_gone(self, account: Account) -> bool:
        """Tell whether the project is gone that a 404 is about, although the list may lag behind and still show it.

        For a project of somebody else, a 404 can also mean that this account may not see it.
        """
        project = self.plan.project
        if project is None or not isinstance(self.error, NotFoundError):
            return False
        if project["owner"]["id"] != account.find_out(lambda facts: facts[Fact.CALLER_ID]):
            return False
        return isinstance(or_refusal(self.api.get_project, project["id"]), NotFoundError)

    def _check_gone(self, project: Object) -> None:
        """Refuse to create a project anew that is not listed any more, unless it is really gone.

        Raises:
            RequestError: The error of the write, since the project was handed over meanwhile; or one of reading it.
        """
        found = or_refusal(self.api.get_project, project["id"])
        if isinstance(found, NotFoundError):
            return
        if visible(found) is not None and found["owner"]["id"] != project["owner"]["id"]:
            self.error.add_context(f"Meanwhile the project belongs to {owner_of(found)}.")
        else:
            self.error.add_context("It is not listed any more, but it is still there.")
        if self.error.outcome_unknown:
            self.error.leave_open("Whether it was done before that is not known.")
        else:
            tell_earlier(self.error, self.maybe)
        raise self.error


def _may_mean_taken(error: RequestError) -> bool:
    """Tell whether a refusal may mean that the name is taken. Either status can; a 422 mostly names the field."""
    fields = error.body.get("errors") if isinstance(error, ApiError) and isinstance(error.body, dict) else None
    if isinstance(error, ValidationError):
        return not isinstance(fields, dict) or "name" in fields
    return isinstance(error, ConflictError)


def _is_same(one: Plan, other: Plan) -> bool:
    return (one.action, one.changes) == (other.action, other.changes)


def _reason(account: Account, plan: Plan, error: RequestError) -> str:
    """Return why the API refused a plan, in the words with which a check would have foretold it."""
    try:
        foreseen = account.find_out(lambda facts: foresee(plan, facts))
    except ScalingoError:
        foreseen = None
    if foreseen is not None:
        return foreseen
    if plan.project and isinstance(error, (AuthenticationError, ForbiddenError, NotFoundError)):
        return f"The API does not allow it, although the project belongs to this account ({owner_of(plan.project)})."
    if plan.action is Action.DELETE and isinstance(error, ConflictError):
        return "It may still contain databases: those with dedicated resources count as applications."
    return "The API refused."
