# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of a list means nothing: every order of its items comes to the same projects, with the same writes."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import pytest

from .assumptions import COUNTED
from .expect import LIST, assert_ok, assert_refused, bulk_disagreements, diff_of, told, writes
from .projects_account import Account, Item

# What every order costs is counted, and the same list follows at once.
ASSUMED = COUNTED


@dataclass(frozen=True)
class Orders:
    """A list in all its orders; `existing` and `after` are as an Account has them."""

    existing: str
    items: tuple[Item, ...]
    actions: str
    after: str


def _rename(name: str, new_name: str, **others: Any) -> Item:
    return {"name": name, "new_name": new_name, **others}


def _gone(name: str) -> Item:
    return {"name": name, "state": "absent"}


NEW_DEFAULT = {"name": "main", "default": True}

WORKABLE = {
    "the new default, and the old one goes": Orders(
        "*default web old",
        (NEW_DEFAULT, _gone("default"), _rename("web", "site"), {"name": "api"}),
        "create delete update create",
        "*main= site=web old api=",
    ),
    "an existing project becomes default, and the old one goes": Orders(
        "*default web",
        ({"name": "web", "default": True}, _gone("default"), {"name": "api"}),
        "update delete create",
        "*web api=",
    ),
    "renamed and made default, and the old one goes": Orders(
        "*default web tools",
        (_rename("web", "site", default=True), _gone("default"), _gone("tools")),
        "update delete delete",
        "*site=web",
    ),
}

# One item gives up a name, and another one takes it.
CHAINS: dict[str, tuple[Item, ...]] = {
    "two renames": (_rename("ant", "bee"), _rename("bee", "dog"), {"name": "api"}),
    "two renames by id": ({"project_id": "ant", "name": "bee"}, {"project_id": "bee", "name": "dog"}),
    "a swap": (_rename("ant", "bee"), _rename("bee", "ant"), {"name": "api"}),
    "a circle": (_rename("ant", "bee"), _rename("bee", "cat"), _rename("cat", "ant")),
    "a swap by id and by name": ({"project_id": "ant", "name": "bee"}, _rename("bee", "ant"), _gone("cat")),
    "a deletion and a rename": (_gone("bee"), _rename("ant", "bee"), {"name": "api"}),
    "a deletion by id and a creation": ({"project_id": "bee", "state": "absent"}, {"name": "bee"}),
    "a rename by id and a creation": ({"project_id": "ant", "name": "dog"}, {"name": "ant"}),
    "the old default and the new one": (_rename("ant", "default", default=True), _gone("default")),
}


def _orders(lists: dict[str, tuple[Item, ...]]) -> list[Any]:
    return [
        pytest.param(name, order, id=f"{name}: {' '.join(str(one + 1) for one in order)}")
        for name, items in lists.items()
        for order in itertools.permutations(range(len(items)))
    ]


@pytest.mark.parametrize(("name", "order"), _orders({name: one.items for name, one in WORKABLE.items()}))
def test_every_order_comes_to_the_same(sim: Any, name: str, order: tuple[int, ...]) -> None:
    orders = WORKABLE[name]
    account = Account(sim, orders.existing)
    items = [orders.items[one] for one in order]
    actions = [orders.actions.split()[one] for one in order]
    names = [item.get("new_name") or item.get("name") or item["project_id"] for item in items]

    check = account.run(items, check=True)
    assert account.state == set(orders.existing.split()), "check mode changed something"
    run = account.run(items)

    assert_ok(run, changed=True)
    assert bulk_disagreements(check, run) == []
    assert told(run) == ", ".join(map("{} {}".format, names, actions))
    assert account.state == set(orders.after.split())
    held = {one["name"]: one["id"] for one in account.projects}
    gone = [action == "delete" for action in actions]
    assert [one["project"] and one["project"]["id"] for one in run["outcomes"]] == [
        None if deleted else held[name] for name, deleted in zip(names, gone, strict=True)
    ]
    assert [(one["name"], one["id"]) for one in run["projects"]] == [
        (name, held[name]) for name, deleted in zip(names, gone, strict=True) if not deleted
    ]
    checked, sent = account.calls
    assert checked[0] == sent[0] == LIST
    assert writes(checked) == []
    assert len(writes(sent)) == len(items), "one write for each item is enough"
    before, after = diff_of(run) or (None, None)
    assert before != after


@pytest.mark.parametrize("name", WORKABLE)
def test_a_second_run_writes_nothing(sim: Any, name: str) -> None:
    account = Account(sim, WORKABLE[name].existing)
    items = list(WORKABLE[name].items)
    assert_ok(account.run(items), changed=True)
    done = account.projects
    check, again = account.run(items, check=True), account.run(items)
    assert account.projects == done
    assert bulk_disagreements(check, again) == []
    assert_ok(again)
    assert account.calls[1:] == [[LIST], [LIST]]
    assert {one["action"] for one in again["outcomes"]} == {"none"}


@pytest.mark.parametrize(("name", "order"), _orders(CHAINS))
def test_a_chain_of_names_is_rejected_before_the_first_write(sim: Any, name: str, order: tuple[int, ...]) -> None:
    account = Account(sim, "*default ant bee cat")
    items = [CHAINS[name][one] for one in order]
    check, run = account.run(items, check=True), account.run(items)
    assert_refused(run, "Use two tasks")
    assert check.msg == run.msg
    assert len(run["failed_items"]) == 2
    assert not run.changed and not check.changed
    assert account.calls == [[LIST], [LIST]]
    assert account.state == {"*default", "ant", "bee", "cat"}
