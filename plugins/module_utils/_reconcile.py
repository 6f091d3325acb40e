# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a plan to its result: the one place that sends writes, and the one rule for a write that failed.

A plan is a list of steps, made by a function of the account. Check mode predicts what the steps give; a normal run
sends them. After a failed write the account is read and planned again, and the new plan says what became of the write:

- Without it, or without anything: the write is done, by this task if its response was lost, else by another job.
- The same: it is still needed. It is retried if its response was lost, and if that is safe; else the task fails.
- Anything else: the account changed during the task, which fails.

What the API certainly did not carry out, such as a request beyond the rate limit, never gets here: the client has
repeated it before (`_http/retry.py`).
"""

from __future__ import annotations

import contextlib
import typing as t
from dataclasses import dataclass, field

from ._account import Account
from ._api import Api
from ._errors import CannotError, RejectedError, RequestError, ScalingoError
from ._types import Object

# Failed writes of one task, after which it ends.
_MAX_FAILURES = 6
_CHANGED = "The account changed during the task. Rerun it."


@dataclass(frozen=True)
class Step:
    """One write. Two steps are equal if they would send the same.

    Attributes:
        action: What outcomes call it.
        method: The method of `Api` that sends it, such as `Api.create_project`.
        arguments: Its arguments.
        title: What messages call it, to follow "Cannot".
        predict: Returns the resource as it will be, with None for IDs and dates that do not exist yet.
        why_not: Returns why the API will reject it, as far as that can be known, or None.
        otherwise: What to send instead if the API rejects it.
        expected: What the response must show besides what the write changes: the rest of the desired state.
    """

    action: str = field(compare=False)
    method: t.Callable[..., t.Any]
    arguments: tuple[t.Any, ...]
    title: str = field(compare=False)
    predict: t.Callable[[], Object | None] = field(compare=False)
    why_not: t.Callable[[], str | None] = field(default=lambda: None, compare=False)
    otherwise: tuple[Step, ...] = field(default=(), compare=False)
    expected: Object = field(default_factory=dict, compare=False)


Steps = t.Tuple[Step, ...]


@dataclass(frozen=True)
class Plan:
    """What has to be done about one resource.

    Attributes:
        resource: The project or the invitation as it is, or None if there is none.
        steps: The writes that make it what is desired, in order.
    """

    resource: Object | None
    steps: Steps = ()


# Such as `plan_project` and `plan_transfer`: they read what they need, and write nothing.
MakePlan = t.Callable[[t.Any, Account], Plan]


@dataclass
class Outcome:
    """What a task did, or in check mode would do: the resource as it is now, and the steps that are done."""

    resource: Object | None
    done: list[Step] = field(default_factory=list)


def predict(plan: Plan) -> Outcome:
    """Return what the steps of a plan would give."""
    outcome = Outcome(plan.resource)
    for step in plan.steps:
        reason = step.why_not()
        if reason:
            raise CannotError(f"Cannot {step.title}. {reason}")
        outcome.resource = step.predict()
        outcome.done.append(step)
    return outcome


def apply(api: Api, plan: Plan, make_plan: MakePlan, desired: t.Any, outcome: Outcome | None = None) -> Outcome:
    """Send the steps of a plan, which `make_plan` made. An outcome that is given has what is done even on failure.

    Raises:
        RequestError: A write failed. The message says what was done before; `outcome_unknown` of the result says
            whether the write itself may have taken effect.
        CannotError: A write succeeded, and its response shows that the rest is not as desired any more.
    """
    outcome = outcome or Outcome(None)
    outcome.resource, steps, failures, lost = plan.resource, plan.steps, 0, False
    while steps:
        step = steps[0]
        try:
            # By its name, so that a stand-in for the API is asked, too.
            outcome.resource = getattr(api, step.method.__name__)(*step.arguments)
        except RequestError as error:
            # Whether the response to this write was lost, now or at an earlier try, so that it may have taken effect.
            failures, lost = failures + 1, lost or error.outcome_unknown
            try:
                left, resource = _after_failure(steps, error, lost, lambda: make_plan(desired, Account(api)))
                if left == steps and not (failures < _MAX_FAILURES and api.pause(failures, error)):
                    raise error
            except RequestError:
                _explain(error, step, outcome, lost)
                raise
            if step not in left:
                outcome.resource = resource
                outcome.done += [step] if lost and _is_effect(step, resource) else []
                lost = False
            steps = left
        else:
            outcome.done.append(step)
            steps, lost = steps[1:], False
            _check_rest(step, outcome)
    return outcome


def _check_rest(step: Step, outcome: Outcome) -> None:
    """Check that what already was as desired, so that no write was needed, is so still."""
    found = outcome.resource or {}
    undone = [f"{key}={found.get(key)!r}" for key, value in step.expected.items() if found.get(key) != value]
    if undone:
        error = CannotError(f"{_CHANGED} After this task's write ({step.title}), it has {', '.join(undone)}.")
        error.result.update(changed=True, project=outcome.resource)
        raise error


def _is_effect(step: Step, resource: Object | None) -> bool:
    """Tell whether a step may have left a resource as it is: another job may have closed the invitation otherwise."""
    return not resource or "status" not in resource or resource["status"] == (step.predict() or {}).get("status")


def _after_failure(
    steps: Steps, error: RequestError, lost: bool, plan_again: t.Callable[[], Plan]
) -> tuple[Steps, Object | None]:
    """Return the steps that are left after the first of these failed, and the resource as it is now."""
    if not (lost or isinstance(error, RejectedError)):
        raise error
    try:
        now = plan_again()
    except ScalingoError as second:
        error.add_consequence(f"The account was read again: {second}")
        raise error from None
    if now.steps in ((), steps[1:]):
        return steps[1:] if now.steps else (), now.resource
    if now.steps != steps:
        error.add_consequence(_CHANGED)
        raise error
    if error.outcome_unknown and error.max_tries != 1:
        return steps, now.resource
    if steps[0].otherwise and not lost:
        return steps[0].otherwise, now.resource
    with contextlib.suppress(ScalingoError):
        reason = None if lost else now.steps[0].why_not()
        if reason:
            error.add_context(reason)
    raise error


def _explain(error: RequestError, step: Step, outcome: Outcome, lost: bool) -> None:
    """Say in the error of a write what was to be done, what may be done, and what was done before."""
    error.add_context(f"Cannot {step.title}.")
    if lost:
        error.add_consequence("It may still take effect. Check the account before you rerun the task.")
        error.outcome_unknown = True
    for done in outcome.done:
        error.add_consequence(f"Done before: {done.title}.")
    error.result["changed"] = bool(outcome.done)
