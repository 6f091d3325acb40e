# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests demand of a result, in words that read well in a test."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from .playbook import TaskResult

EXCHANGE = "POST auth /v1/tokens/exchange"
LIST = "GET /v1/projects"
CREATE = "POST /v1/projects"

# What the server alone decides, so that a prediction cannot know it.
MADE_BY_THE_SERVER = ("id", "created_at", "updated_at", "flags")


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


def diff_of(result: TaskResult) -> tuple[Any, Any] | None:
    """Before and after, or nothing if the task returned no diff."""
    diff = result.get("diff")
    if not diff:
        return None
    assert isinstance(diff, dict), f"a diff of an unexpected form: {diff}"
    return diff.get("before"), diff.get("after")


def disagreements(predicted: TaskResult, actual: TaskResult) -> list[str]:
    """Where check mode said something else than the run then did."""
    found = []
    for what, one, other in (
        ("failed", predicted.failed, actual.failed),
        ("changed", predicted.changed, actual.changed),
        ("diff", diff_of(predicted), diff_of(actual)),
    ):
        if one != other:
            found.append(f"{what}: check mode {one!r}, run {other!r}")
    return found + _other_fields(predicted.get("project"), actual.get("project"))


def _other_fields(predicted: Any, actual: Any) -> list[str]:
    if not (isinstance(predicted, dict) and isinstance(actual, dict)):
        return [] if predicted == actual else [f"project: check mode {predicted!r}, run {actual!r}"]
    # Who knows which fields the server gives to a new one.
    keys = predicted.keys() if predicted.get("id") is None else predicted.keys() | actual.keys()
    return [
        f"project.{key}: check mode {predicted.get(key)!r}, run {actual.get(key)!r}"
        for key in sorted(keys)
        if _plain(predicted.get(key)) != _plain(actual.get(key))
        and not (key in MADE_BY_THE_SERVER and not predicted.get(key))
    ]


def _plain(value: Any) -> Any:
    """An owner without the flags: who the caller is may be told with or without them, whatever projects show."""
    return {key: each for key, each in value.items() if key != "flags"} if isinstance(value, dict) else value


def bulk_disagreements(predicted: TaskResult, actual: TaskResult) -> list[str]:
    """The same for a task about many projects; why an item failed is told in other words by the API."""
    return disagreements(predicted, actual) + [
        f"{key}: check mode {predicted.get(key)!r}, run {actual.get(key)!r}"
        for key in ("outcomes", "projects", "unlisted")
        if not _alike(predicted.get(key), actual.get(key))
    ]


def _alike(predicted: Any, actual: Any, key: str = "") -> bool:
    if key in ("updated_at", "msg", "error") or (key in MADE_BY_THE_SERVER and not predicted):
        return True
    if isinstance(predicted, dict) and isinstance(actual, dict):
        keys = predicted.keys() | actual.keys()
        if "id" in predicted and predicted["id"] is None:
            keys = set(predicted)  # who knows which fields the server gives to a new one
        return all(_alike(predicted.get(one), actual.get(one), one) for one in keys)
    if isinstance(predicted, list) and isinstance(actual, list):
        return len(predicted) == len(actual) and all(map(_alike, predicted, actual))
    return bool(predicted == actual)


def told(result: TaskResult) -> str:
    """What became of every item, in the list's order: `web create, api none`."""
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
