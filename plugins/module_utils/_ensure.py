# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to community.scalingo: it may change in any release.

"""From a wish to its fulfilment: read what is, plan, carry the plan out or foretell it, and tell the truth about it."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ._account import Account, or_refusal
from ._api import Api
from ._errors import (
    ApiError,
    AuthenticationError,
    CannotError,
    ConflictError,
    ForbiddenError,
    NotFoundError,
    RejectedError,
    RequestError,
    ScalingoError,
    ValidationError,
    on_one_line,
)
from ._facts import Fact, Facts, visible
from ._plan import (
    Action,
    Plan,
    Wanted,
    decide,
    diff,
    predict,
    why_refused,
)
from ._projects import LONGEST_NAME, describe, owner_of
from ._settle import (
    LOOKING_AGAIN,
    MAX_WRITES,
    is_final,
    leave_open,
    may_repeat,
    tell_earlier,
    tell_unreadable,
)
from ._types import Object

# Looks at what a write has become, where the API may need a moment to show it.
_MAX_LOOKS = 3

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
        CannotError: It cannot be fulfilled; nothing was written.
        RequestError: A request failed; the message says what is known of its effect.
    """
    wanted.check()

    def look() -> Look:
        account = Account(api, wanted.project_id)
        return account, account.find_out(lambda facts: decide(wanted, facts))

    account, plan = look()
    if check_mode:
        return account.find_out(lambda facts: foretell(plan, facts))
    # What is found by its name was found among all projects, so this costs no request.
    known = account.find_out(lambda facts: facts[Fact.PROJECTS]) if wanted.project_id is None else []
    return carry_out(api, wanted, plan, look, {project["id"] for project in known})


def foretell(plan: Plan, facts: Facts) -> Outcome:
    """Return what carrying out a plan would come to.

    Raises:
        CannotError: The API is known to refuse it.
        FactMissing: One more fact is needed.
    """
    problem = why_refused(plan, facts)
    if problem:
        raise CannotError(f"Cannot {plan.title}. {problem}")
    return _outcome(plan, predict(plan, facts), plan.action is not Action.NONE)


def _outcome(plan: Plan, project: Object | None, changed: bool) -> Outcome:
    if not changed:
        plan = Plan(Action.NONE, project)
    return Outcome(changed, project, diff(plan, project), plan)


def carry_out(
    api: Api, wanted: Wanted, plan: Plan, look: t.Callable[[], Look], known: t.Collection[str] = ()
) -> Outcome:
    """Write until nothing is left to do: one write, if nobody interferes and no answer is lost.

    Args:
        api: Where to write.
        wanted: What the project is to be at the end.
        plan: What to do.
        look: Reads the account again, and decides what is left to do.
        known: The IDs of the projects that there are before, if one may have to be created.

    Raises:
        ScalingoError: It failed; the message says what is known of its effect.
    """
    # The first write that may have been done, since its answer was lost.
    lost: Plan | None = None
    writes = 0
    while plan.action is not Action.NONE:
        writes += 1
        if writes > MAX_WRITES:
            endless = ScalingoError(f"Cannot {plan.title}. Somebody else keeps changing the same projects.")
            tell_earlier(endless, lost is not None)
            raise endless
        try:
            project = _write(api, plan)
        except RequestError as error:
            maybe = lost is not None
            if error.outcome_unknown and (lost is None or plan.action is Action.CREATE):
                # Once a project is to be created anew, it does not matter any more what was done to the old one.
                lost = plan
            by_name = wanted.project_id is None
            plan = _Failure(api, look, plan, error, writes, maybe, lost, known, by_name).what_is_left()
        else:
            # What others have done of the first plan is no work of this task.
            done = plan if lost is None or plan.action is Action.CREATE else lost
            return _outcome(done, _read_back(api, wanted, plan, done, project), True)
    return _outcome(lost or plan, plan.project, lost is not None)


def _read_back(api: Api, wanted: Wanted, plan: Plan, done: Plan, project: Object | None) -> Object | None:
    """Return the project after a write, as its answer shows it, or a moment later if that is not what is wanted.

    Args:
        api: Where to read.
        wanted: What the project is to be.
        plan: What was written.
        done: What the task has done in all, which is more if it lost the answer to an earlier write.
        project: The answer.

    Raises:
        ScalingoError: It is not seen to be as wanted. What was written is not sent again, since the API said that it
            was done, and what somebody else has changed meanwhile is not fought over.
    """
    looks = 0
    # As it was when it showed what was written.
    written: Object | None = None
    while project is not None and wanted.missing(project):
        if all(project[key] == value for key, value in plan.changes.items()):
            written = project
        if looks == _MAX_LOOKS or (looks and not api.pause(looks, LOOKING_AGAIN)):
            raise _not_as_wanted(wanted, plan, done, written, project)
        looks += 1
        try:
            project = api.get_project(project["id"])
        except RequestError as error:
            error.add_context(f"The API accepted the request to {plan.title}, but reading that back failed.")
            error.result.update(changed=True, project=project)
            error.done = done
            raise
    return project


def _not_as_wanted(wanted: Wanted, plan: Plan, done: Plan, written: Object | None, project: Object) -> ScalingoError:
    """Return the error for a write that was accepted, where the project is not as wanted nevertheless.

    Args:
        written: The project as it was when it showed what was written, or None if it never did.
    """
    error: ScalingoError
    if written is None:
        error = ScalingoError(
            f"The API accepted the request to {plan.title}, but shows the project as {describe(project)}, "
            f"default: {str(project['default']).lower()}."
        )
        error.result.update(changed=True, project=project)
    else:
        what = _what_others_did(wanted.missing(project), plan, project)
        error = CannotError(f"The API accepted the request to {plan.title}, but {what}")
        error.result.update(changed=True, project=project, diff=diff(done, written))
    error.done = done
    return error


def _what_others_did(missing: Object, plan: Plan, project: Object) -> str:
    who = "" if plan.action is Action.CREATE else ": somebody else has changed that meanwhile"
    if "name" in missing:
        name = on_one_line(project["name"], LONGEST_NAME)
        return f"its name is {name} now, and not {missing['name']}{who}. Run the task again."
    if missing["default"]:
        return f"it is not the default project any more{who}. Run the task again."
    return f"it is the default project now{who}. The API cannot unset that: make another project the default one."


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
        lost: The first one that may have been done, which can be this one, or None.
        known: The IDs of the projects that there were before, if one may have to be created.
        by_name: Whether the project is found by its name, which may come to be that of another one.
    """

    api: Api
    look: t.Callable[[], Look]
    plan: Plan
    error: RequestError
    writes: int
    maybe: bool
    lost: Plan | None
    known: t.Collection[str]
    by_name: bool

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
                rest = self._of_same_project(rest)
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
            elif isinstance(self.error, RejectedError):
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
        looks = _MAX_LOOKS if (self.maybe or exists) and not self.error.outcome_unknown else 1
        for looked in range(1, looks):
            if not _is_same(rest, self.plan) or not self.api.pause(looked, LOOKING_AGAIN):
                break
            account, rest = self.look()
        return account, rest

    def _add_what_it_says(self, second: ScalingoError) -> None:
        """Tell in the error of the write what is known from another one, with which reading back ended."""
        if isinstance(second, CannotError) and not self.error.outcome_unknown and not self.maybe:
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
        elif visible(found) is not None and found["name"] != project["name"]:
            self.error.add_context(f"Meanwhile its name is {on_one_line(found['name'], LONGEST_NAME)}.")
        else:
            self.error.add_context("It is not listed any more, but it is still there.")
        if self.plan.action is Action.DELETE:
            if self.lost is not None:
                leave_open(self.error, "It may still be done, so look before repeating it.")
        elif self.error.outcome_unknown:
            leave_open(self.error, "Whether it was done before that is not known.")
        else:
            tell_earlier(self.error, self.maybe)
        raise self.error

    def _of_same_project(self, rest: Plan) -> Plan:
        """Return what is left to do, where the name may have come to be that of another project meanwhile, or of none.

        Raises:
            RequestError: The error of the write, since that was about a project which is not what is found now.
        """
        project, found = self.plan.project, rest.project and rest.project["id"]
        if project is not None and project["id"] != found:
            if self.plan.action is Action.DELETE and self.by_name and (found or self.lost is not None):
                self._check_gone(project)
                return Plan(Action.NONE)
            if rest.action is Action.CREATE:
                self._check_gone(project)
        if self.lost is not None and rest.project is not None:
            lost = self.lost.project
            if found in self.known if lost is None else found != lost["id"]:
                self.error.add_context(
                    f"Meanwhile another project has the name that the task means: {describe(rest.project)}."
                )
                leave_open(self.error, "Whether it was done before that is not known.")
                raise self.error
        return rest


def _may_mean_taken(error: RequestError) -> bool:
    """Tell whether a refusal may mean that the name is taken. Either status can; a 422 mostly names the field."""
    fields = error.body.get("errors") if isinstance(error, ApiError) and isinstance(error.body, dict) else None
    if isinstance(error, ValidationError):
        return not isinstance(fields, dict) or "name" in fields
    return isinstance(error, ConflictError)


def _is_same(one: Plan, other: Plan) -> bool:
    ids = [plan.project and plan.project["id"] for plan in (one, other)]
    return (one.action, one.changes) == (other.action, other.changes) and ids[0] == ids[1]


def _reason(account: Account, plan: Plan, error: RequestError) -> str:
    """Return why the API refused a plan, in the words with which a check would have foretold it."""
    try:
        foreseen = account.find_out(lambda facts: why_refused(plan, facts))
    except ScalingoError:
        foreseen = None
    if foreseen is not None:
        return foreseen
    if plan.project and isinstance(error, (AuthenticationError, ForbiddenError, NotFoundError)):
        return f"The API does not allow it, although the project belongs to this account ({owner_of(plan.project)})."
    if plan.action is Action.DELETE and isinstance(error, ConflictError) and _may_be_for_databases(error):
        return "It may still contain databases: those with dedicated resources count as applications."
    return "The API refused."


def _may_be_for_databases(error: ApiError) -> bool:
    """Tell whether a deletion may be refused for what no list shows: if no reason is given, or applications."""
    body = error.body if isinstance(error.body, dict) else {}
    words = [body[key] for key in ("error", "message", "errors") if body.get(key)]
    return not words or re.search(r"\bapp", str(words), re.IGNORECASE) is not None
