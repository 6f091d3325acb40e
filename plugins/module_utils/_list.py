# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A list of items in one task: all are planned before the first write, and each has an outcome in any case."""

from __future__ import annotations

import typing as t

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
from ._match import LONGEST_NAME
from ._reconcile import Outcome, Step
from ._types import Object

# How the message of a list ends that failed before its first write.
NOTHING_WRITTEN = "Nothing was written."
# Writes that a message names, of those that were done and of those that were not.
_MOST_TITLES = 20


class Planned(t.Protocol):
    """A plan of one item."""

    @property
    def steps(self) -> t.Sequence[Step]:
        """What has to be done."""


P = t.TypeVar("P", bound=Planned)


class ItemList(t.Generic[P]):
    """What was planned and done so far, by the place of the item.

    Args:
        option: The option that has the list.
        names: By what each item knows its project.
        continue_on_failure: Whether the other items are carried out after one failed.
    """

    def __init__(self, option: str, names: t.Sequence[str], continue_on_failure: bool) -> None:
        self.plans: dict[int, P] = {}
        self.outcomes: dict[int, Outcome] = {}
        self.errors: dict[int, ScalingoError] = {}
        self._option = option
        self._names = names
        self._continue = continue_on_failure
        self._is_planned = False

    def title(self, index: int) -> str:
        """Return what messages call an item: its place, and by what it knows its project."""
        name = on_one_line(self._names[index], LONGEST_NAME)
        return f"item {index + 1} of {self._option}" + (f" ({name!r})" if name else "")

    def blame(self, error: ScalingoError, index: int, *others: int) -> ScalingoError:
        """Say in an error, and note in it, which item failed, and because of which others."""
        error.add_context(f"In {self.title(index)}:")
        error.result["failed_items"] = sorted({index, *others})
        return error

    def reject(self, error: InputError, index: int) -> None:
        """Note that the options of an item cannot be right: the end of the task, unless it continues on failure."""
        if not self._continue:
            raise self.blame(error, index) from None
        self.errors[index] = error

    def plan(self, order: t.Iterable[int], make: t.Callable[[int], P]) -> None:
        """Plan each item that is neither done nor failed, in this order."""
        self._each(order, make, self.plans)

    def carry_out(
        self, do: t.Callable[[P, int], Outcome], on_failure: t.Callable[[int], None] = lambda index: None
    ) -> None:
        """Carry out each plan, or predict it, in the order in which they were made."""
        self._is_planned = self._continue or not self.errors
        self._each(list(self.plans), lambda index: do(self.plans[index], index), self.outcomes, on_failure)

    def _each(
        self,
        order: t.Iterable[int],
        work: t.Callable[[int], t.Any],
        results: dict[int, t.Any],
        on_failure: t.Callable[[int], None] = lambda index: None,
    ) -> None:
        for index in order:
            if self.errors and not self._continue:
                return
            if index in self.errors or index in self.outcomes:
                continue
            try:
                results[index] = work(index)
            except ScalingoError as error:
                self.errors[index] = error
                on_failure(index)

    def outcome(self, index: int, **keys: t.Any) -> Object:
        """Return what the module returns of an item: these keys, and those that all lists have."""
        outcome, error = self.outcomes.get(index), self.errors.get(index)
        # These say that something is wrong with the item, all others that it could not be looked at.
        known = isinstance(error, (ConflictError, ValidationError)) or not isinstance(
            error, (RequestError, InaccessibleError)
        )
        # After the plan, a rejection is that of a write: what it was about is known.
        known = known or (index in self.plans and isinstance(error, RejectedError))
        return {
            **keys,
            "changed": bool(outcome.changed if outcome else error and error.result.get("changed")),
            "failed": error is not None,
            "msg": str(error) if error else "" if outcome else "Not attempted.",
            "unknown": bool(error and (error.outcome_unknown or not known)),
            "error": error.as_failure().get("error") if error else None,
        }

    def finish(self, returned: Object, check_mode: bool) -> Object:
        """Return what the module returns.

        Raises:
            ScalingoError: Items failed; it holds what the module returns.
        """
        if not self.errors:
            return returned
        errors = [self.blame(self.errors[index], index) for index in sorted(self.errors)]
        error = errors[0] if len(errors) == 1 else CannotError(" ".join(str(each) for each in errors))
        error.outcome_unknown = any(each.outcome_unknown for each in errors)
        done = [step.title for outcome in self.outcomes.values() for step in outcome.done]
        left = [index for index in self.plans if index not in self.outcomes and index not in self.errors]
        missed = [step.title for index in left for step in self.plans[index].steps]
        some = error.outcome_unknown or any(each["changed"] for each in returned["outcomes"])
        none = "" if some else NOTHING_WRITTEN
        error.add_consequence(_listed("Would be done" if check_mode else "Done", done) or none)
        if self._is_planned:
            error.add_consequence(_listed("Not attempted", missed))
        error.result = {**returned, "failed_items": sorted(self.errors)}
        raise error


def _listed(what: str, titles: t.Sequence[str]) -> str:
    """Return titles of steps as a message lists them: not all, where there are many."""
    more = f"; and {len(titles) - _MOST_TITLES} more" if len(titles) > _MOST_TITLES else ""
    return f"{what}: {'; '.join(titles[:_MOST_TITLES])}{more}." if titles else ""
