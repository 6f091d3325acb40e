# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists that nobody thought of: drawn by lot, and told by what holds for every list."""

from __future__ import annotations

import random
from typing import Any

import pytest

from .assumptions import COUNTED
from .expect import bulk_disagreements, diff_of, writes
from .playbook import TaskResult
from .projects_account import Account, Item

# Writes are counted, and every list is run a second time at once.
ASSUMED = COUNTED

NAMES = ("ant", "bee", "cat", "dog", "elk")
LISTS = 60


def _list(lot: random.Random, existing: list[str]) -> list[Item]:
    """A list, seldom one that is a mistake by itself. `project_id` holds a name, whose ID is put there later."""
    targets = lot.sample(NAMES, len(NAMES))  # no name is wanted twice
    items: list[Item] = []
    for name in lot.sample(NAMES, lot.randint(1, 4)):
        by_id = name in existing and lot.random() < 0.4
        item: Item = {"project_id" if by_id else "name": name}
        if lot.random() < 0.3:
            item["state"] = "absent"
        elif name in existing and lot.random() < 0.6:
            item["name" if by_id else "new_name"] = targets.pop()
        elif lot.random() < 0.05:
            item["new_name"] = lot.choice(NAMES)
        items.append(item)
    wanted = [item for item in items if "state" not in item]
    if wanted and lot.random() < 0.5:
        lot.choice(wanted)["default"] = lot.random() < 0.9
    if lot.random() < 0.2:
        items.append({"name": lot.choice(NAMES)})
    return items


def assert_true(account: Account, result: TaskResult, items: list[Item]) -> None:
    """What the result says of every item is what the account holds."""
    held = {one["id"]: one for one in account.projects}
    assert len(result["outcomes"]) == len(items)
    for item, outcome in zip(items, result["outcomes"], strict=True):
        assert outcome["changed"] is (outcome["action"] != "none")
        if item.get("state") == "absent":
            assert outcome["project"] is None
            assert outcome["action"] in ("none", "delete")
            continue
        project = held[outcome["project"]["id"]]
        wanted = item.get("new_name") or item.get("name") or outcome["name"]
        assert project["name"] == outcome["project"]["name"] == outcome["name"] == wanted
        assert project["default"] == outcome["project"]["default"]
        assert project["default"] or not item.get("default")
    ids = [one["project"]["id"] for one in result["outcomes"] if one["project"]]
    assert [one["id"] for one in result["projects"]] == ids
    assert len(set(ids)) == len(ids), "two items mean one project"
    assert {one["id"] for one in result["unlisted"]} == set(held) - set(ids)


@pytest.mark.parametrize("seed", range(LISTS))
def test_what_holds_for_every_list(sim: Any, seed: int) -> None:
    lot = random.Random(seed)
    existing = lot.sample(NAMES, lot.randint(1, 4))
    items = _list(lot, existing)
    first, other = (Account(sim, f"*{' '.join(existing)}", max_wait=0) for _each in range(2))
    check, run = first.run(items, check=True), first.run(items)

    assert (check.failed, check.changed) == (run.failed, run.changed), (check.msg, run.msg)
    assert "Traceback" not in run.msg
    if run.failed:
        assert not run.changed
        assert [writes(calls) for calls in first.calls] in ([], [[]], [[], []]), "refused after the first write"
        assert check.msg == run.msg
    else:
        assert bulk_disagreements(check, run) == []
        assert_true(first, run, items)
        before, after = diff_of(run) or (None, None)
        assert (before != after) is run.changed
        checked, sent = first.calls
        assert writes(checked) == []
        assert len(writes(sent)) == sum(one["changed"] for one in run["outcomes"]), "one write for each item"
        done = first.projects
        assert not first.run(items).changed
        assert first.projects == done, "the second run wrote something"

    reversed_run = other.run(items[::-1])
    assert (reversed_run.failed, reversed_run.changed) == (run.failed, run.changed), reversed_run.msg
    assert other.state == first.state, "the order of the list matters"
