# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A list of items in one task: all are planned before the first write, and each has an outcome in any case."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ._account import Account
from ._errors import (
    CannotError,
    ConflictError,
    InaccessibleError,
    InputError,
    RejectedError,
    RequestError,
    ScalingoError,
    ValidationError,
    on_one_line,
)
from ._match import LONGEST_NAME, describe
from ._reconcile import Outcome, Plan, Step
from ._types import Object

# How the message of a list ends that failed before its first write.
NOTHING_WRITTEN = "Nothing was written."
# Writes that a message names, of those that were done and of those that were not.
_MOST_TITLES = 20

P = t.TypeVar("P", bound=Plan)
R = t.TypeVar("R", bound=Outcome)


@dataclass(eq=False)
class ItemList(t.Generic[P, R]):
    """What was planned and done so far, by the position of the item.

    Attributes:
        option: The option that has the list.
        names: By what each item knows its project.
        continue_on_failure: Whether the other items are carried out after one failed.
    """

    option: str
    names: t.Sequence[str]
    continue_on_failure: bool
    plans: dict[int, P] = field(default_factory=dict)
    outcomes: dict[int, R] = field(default_factory=dict)
    errors: dict[int, ScalingoError] = field(default_factory=dict)
    _claimed: dict[str, int] = field(default_factory=dict)
    _is_planned: bool = False

    def title(self, index: int) -> str:
        """Return what messages call an item: its position, and by what it knows its project."""
        name = on_one_line(self.names[index], LONGEST_NAME)
        return f"item {index + 1} of {self.option}" + (f" ({name!r})" if name else "")

    def blame(self, error: ScalingoError, index: int, *others: int) -> ScalingoError:
        """Say in an error, and note in it, which item failed, and because of which others."""
        error.add_context(f"In {self.title(index)}:")
        error.result["failed_items"] = sorted({index, *others})
        return error

    def reject(self, error: InputError, index: int) -> None:
        """Note that the options of an item cannot be right: the end of the task, unless it continues on failure."""
        if not self.continue_on_failure:
            raise self.blame(error, index) from None
        self.errors[index] = error

    def claim(self, project: Object | None, index: int) -> None:
        """Check that no other item is about the same project."""
        other = self._claimed.setdefault(project["id"], index) if project else index
        if project and other != index:
            raise CannotError(f"{self.title(other)} is the same project, {describe(project)}.")

    def plan(self, order: t.Iterable[int], make: t.Callable[[int], P]) -> None:
        """Plan each item that is neither done nor failed, in this order."""
        self._each(order, make, self.plans)

    def carry_out(self, do: t.Callable[[P, int], R]) -> None:
        """Carry out each plan, or predict it, in the order in which they were made."""
        self._is_planned = self.continue_on_failure or not self.errors
        self._each(list(self.plans), lambda index: do(self.plans[index], index), self.outcomes)

    def _each(self, order: t.Iterable[int], work: t.Callable[[int], t.Any], results: dict[int, t.Any]) -> None:
        for index in order:
            if self.errors and not self.continue_on_failure:
                return
            if index in self.errors or index in self.outcomes:
                continue
            try:
                results[index] = work(index)
            except ScalingoError as error:
                self.errors[index] = error

    def outcome(self, index: int, of_another: bool = False, **keys: t.Any) -> Object:
        """Return what the module returns of an item: these keys, and those that all lists have."""
        outcome, error = self.outcomes.get(index), self.errors.get(index)
        is_unread = isinstance(error, (RequestError, InaccessibleError))
        # These say what is wrong with the item, and so does any rejection of a write, or about another user's project.
        any_rejection = of_another or index in self.plans
        is_wrong = isinstance(error, RejectedError if any_rejection else (ConflictError, ValidationError))
        return {
            **keys,
            "changed": bool(outcome.done if outcome else error and error.result.get("changed")),
            "failed": error is not None,
            "msg": str(error) if error else "" if outcome else "Not attempted.",
            "unknown": bool(error and error.outcome_unknown) or (is_unread and not is_wrong),
            "error": error.as_failure().get("error") if error else None,
        }

    def finish(self, outcomes: list[Object], account: Account, check_mode: bool, **keys: t.Any) -> Object:
        """Return what the module returns: these keys, and those that all lists have.

        Raises:
            ScalingoError: Items failed; it holds what the module returns.
        """
        changed = any(outcome["changed"] for outcome in outcomes)
        returned = {"changed": changed, "outcomes": outcomes, **keys, **account.about, "check_mode": check_mode}
        if not self.errors:
            return returned
        errors = [self.blame(self.errors[index], index) for index in sorted(self.errors)]
        error = errors[0] if len(errors) == 1 else CannotError(" ".join(str(each) for each in errors))
        error.outcome_unknown = any(each.outcome_unknown for each in errors)
        done = [step for outcome in self.outcomes.values() for step in outcome.done]
        left = [index for index in self.plans if index not in self.outcomes and index not in self.errors]
        missed = [step for index in left for step in self.plans[index].steps] if self._is_planned else []
        error.result = {**returned, "failed_items": sorted(self.errors)}
        add_summary(error, done, missed, "Would be done" if check_mode else "Done")
        raise error


def add_summary(error: ScalingoError, done: t.Sequence[Step], missed: t.Sequence[Step], what: str = "Done") -> None:
    """Say in an error, which has its result, what was done, and what was not attempted."""
    none = "" if error.outcome_unknown or error.result["changed"] else NOTHING_WRITTEN
    error.add_consequence(_listed(what, done) or none)
    error.add_consequence(_listed("Not attempted", missed))


def _listed(what: str, steps: t.Sequence[Step]) -> str:
    """Return steps as a message lists them: not all, where there are many."""
    titles = "; ".join(step.title for step in steps[:_MOST_TITLES])
    more = f"; and {len(steps) - _MOST_TITLES} more" if len(steps) > _MOST_TITLES else ""
    return f"{what}: {titles}{more}." if steps else ""
