# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests demand of a result, in words that read well in a test."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from typing import Any

from .playbook import TaskResult

EXCHANGE = "POST auth /v1/tokens/exchange"
LIST = "GET /v1/projects"
CREATE = "POST /v1/projects"
NOWHERE = "prj-00000000-0000-4000-8000-000000000000"

# What the server alone decides, so that check mode returns null.
MADE_BY_THE_SERVER = ("id", "created_at", "updated_at", "expires_at")
# What may differ between a prediction and a run: the words of the API, and what switches show or hide.
NOT_COMPARED = ("msg", "error", "updated_at", "flags", "simulator_extra")
RESULTS = ("projects", "unlisted", "transfer_invitation", "project")


def assert_refused(result: TaskResult, *facts: str) -> None:
    """The task failed, with one clear sentence that holds these facts."""
    assert result.failed, f"{result.host}: did not fail: {result.values}"
    assert_one_sentence(result.msg)
    missing = [fact for fact in facts if fact.lower() not in result.msg.lower()]
    assert not missing, f"{result.host}: {missing} not in the message: {result.msg}"


def assert_one_sentence(text: str) -> None:
    """A message is for a person: on one line, neither a word nor a page, and no trace of Python."""
    assert "Traceback" not in text and "Error(" not in text, f"not for a person to read: {text}"
    assert "\n" not in text.strip(), f"more than one line: {text}"
    assert 15 <= len(text) <= 700, f"not a clear sentence: {text}"


def assert_ok(result: TaskResult, changed: bool = False) -> None:
    assert not result.failed, f"{result.host}: failed: {result.msg}"
    assert result.changed is changed, f"{result.host}: changed is {result.changed}: {result.values}"


def diff_of(result: TaskResult) -> tuple[Any, Any]:
    """Before and after; the same twice if the task returned no diff."""
    diff = result.get("diff") or {}
    assert isinstance(diff, dict), f"a diff of an unexpected form: {diff}"
    return diff.get("before"), diff.get("after")


def disagreements(predicted: TaskResult, actual: TaskResult) -> list[str]:
    """Where check mode returned something else than the run then did."""
    compared = [
        ("failed", predicted.failed, actual.failed),
        ("changed", predicted.changed, actual.changed),
        ("diff", list(diff_of(predicted)), list(diff_of(actual))),
    ]
    keys = ("outcomes",) if predicted.failed or actual.failed else ("outcomes", *RESULTS)
    compared += [(key, predicted.get(key), actual.get(key)) for key in keys]
    return [f"{key}: check mode {one!r}, run {other!r}" for key, one, other in compared if not _alike(one, other, key)]


def _alike(predicted: Any, actual: Any, key: str = "") -> bool:
    if key in NOT_COMPARED or (key in MADE_BY_THE_SERVER and predicted is None):
        return True
    if isinstance(predicted, dict) and isinstance(actual, dict):
        keys = predicted.keys() | actual.keys()
        if predicted.get("id", "") is None:  # the server decides which fields a new object has
            keys = set(predicted)
        elif predicted.get("name", "") is None:  # a project that is not shown: only its ID and new owner are known
            keys = {each for each, value in predicted.items() if value is not None}
        return all(_alike(predicted.get(each), actual.get(each), each) for each in keys)
    if isinstance(predicted, list) and isinstance(actual, list):
        return len(predicted) == len(actual) and all(map(_alike, predicted, actual))
    # The API may leave out an empty reason.
    return bool(predicted == actual or (key == "status_reason" and not predicted and not actual))


def told(result: TaskResult) -> str:
    """What became of each item, in the list's order: `web create, api none`."""
    for one in result["outcomes"]:
        assert set(one) == {"name", "changed", "action", "project", "failed", "msg", "unknown", "error"}, one
        assert one["changed"] is (one["action"] in ("create", "update", "delete")), one
        assert one["failed"] or not (one["unknown"] or one["error"]), one
    return ", ".join(f"{one['name']} {one['action']}" for one in result["outcomes"])


def written(result: TaskResult) -> list[str]:
    """The names of the items that were written, in the list's order."""
    return [one["name"] for one in result["outcomes"] if one["changed"]]


def outline(projects: Iterable[dict[str, Any]]) -> str:
    """The names of an account's projects; a star marks the default one: `*default web`."""
    by_name = sorted(projects, key=lambda one: str(one["name"]))
    return " ".join(("*" if one["default"] else "") + one["name"] for one in by_name)


def writes(calls: Iterable[str]) -> list[str]:
    """The requests of a list that are meant to change something."""
    return [call for call in calls if call != EXCHANGE and not re.match(r"(GET|HEAD) ", call)]


def per_task(calls: Iterable[str]) -> list[list[str]]:
    """Cut an account's requests into those of each task: every task begins with its token exchange."""
    tasks: list[list[str]] = []
    for call in calls:
        if call == EXCHANGE:
            tasks.append([])
        else:
            assert tasks, f"a request before the first exchange: {call}"
            tasks[-1].append(call)
    return tasks


class Waits:
    """The time of tasks in this process: to wait moves the clock of the simulator, and takes no time itself."""

    def __init__(self, sim: Any) -> None:
        self.sim = sim
        self.seconds = 0.0
        # What others do during the next wait.
        self.meanwhile: Callable[[], Any] | None = None

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        self.sim.clock.advance(seconds=seconds)
        act, self.meanwhile = self.meanwhile, None
        if act:
            act()

    def monotonic(self) -> float:
        return time.monotonic() + self.seconds
