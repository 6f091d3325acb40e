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
    again: tuple[str, ...] | None = ("GET",)  # requests of the second run; None: the list describes a step, not a state


def _rename(name: str, new_name: str, **others: Any) -> Item:
    return {"name": name, "new_name": new_name, **others}


def _gone(name: str) -> Item:
    return {"name": name, "state": "absent"}


NEW_DEFAULT = {"name": "main", "default": True}
CHAIN = (_rename("c", "d"), _rename("b", "c"), _rename("a", "b"))
CHAIN_BY_ID = tuple({"project_id": one["name"], "name": one["new_name"]} for one in CHAIN)

WORKABLE = {
    "chain of renames": Orders("*default a b c", CHAIN, "update update update", "*default d=c c=b b=a", again=None),
    "chain by id, and a creation behind it": Orders(
        "*default a b c", (*CHAIN_BY_ID, {"name": "a"}), "update update update create", "*default d=c c=b b=a a="
    ),
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
    "the deleted default frees the name at the end of a chain": Orders(
        "*default web tools",
        (NEW_DEFAULT, _gone("default"), _rename("web", "default"), _rename("tools", "web")),
        "create delete update update",
        "*main= default=web web=tools",
        again=None,
    ),
    "a deletion frees a name for a rename": Orders(
        "*default a b",
        (_gone("b"), _rename("a", "b"), {"name": "c"}),
        "delete update create",
        "*default b=a c=",
        again=None,
    ),
    "a deletion by id frees a name for a rename by id, that one for a creation": Orders(
        "*default a b",
        ({"project_id": "b", "state": "absent"}, {"project_id": "a", "name": "b"}, {"name": "a"}),
        "delete update create",
        "*default b=a a=",
        again=("GET", "GET"),
    ),
    "a rename frees a name for a creation": Orders(
        "*default a",
        (_rename("a", "b"), {"name": "a"}, {"name": "c"}),
        "update create create",
        "*default b=a a= c=",
        again=None,
    ),
    "a deletion by id, a chain by id and a creation": Orders(
        "*default a b c",
        (
            {"project_id": "c", "state": "absent"},
            {"project_id": "b", "name": "c"},
            {"project_id": "a", "name": "b"},
            {"name": "a"},
        ),
        "delete update update create",
        "*default c=b b=a a=",
        again=("GET", "GET"),
    ),
}

CYCLES: dict[str, tuple[Item, ...]] = {
    "two names": (_rename("ant", "bee"), _rename("bee", "ant"), {"name": "api"}),
    "three names": (_rename("ant", "bee"), _rename("bee", "cat"), _rename("cat", "ant"), {"name": "api"}),
    "two names by id": ({"project_id": "ant", "name": "bee"}, {"project_id": "bee", "name": "ant"}, {"name": "api"}),
    "by id and by name": ({"project_id": "ant", "name": "bee"}, _rename("bee", "ant"), _gone("cat")),
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
    """Where the list describes a step and not a state, a second run may refuse it, but it undoes nothing."""
    orders = WORKABLE[name]
    account = Account(sim, orders.existing)
    items = list(orders.items)
    assert_ok(account.run(items), changed=True)
    done = account.projects
    check, again = account.run(items, check=True), account.run(items)
    assert account.projects == done
    assert bulk_disagreements(check, again) == []
    assert not again.changed
    _first, checked, sent = account.calls
    if orders.again:
        assert_ok(again)
        assert [call.split()[0] for call in sent] == list(orders.again)
        assert checked == sent
        assert {one["action"] for one in again["outcomes"]} == {"none"}
    else:
        assert writes(checked) == writes(sent) == []


@pytest.mark.parametrize(("name", "order"), _orders(CYCLES))
def test_a_cycle_is_refused_before_the_first_write(sim: Any, name: str, order: tuple[int, ...]) -> None:
    account = Account(sim, "*default ant bee cat")
    items = [CYCLES[name][one] for one in order]
    check, run = account.run(items, check=True), account.run(items)
    assert_refused(run, "ant", "bee")
    assert check.msg == run.msg
    assert not run.changed and not check.changed
    assert writes([call for calls in account.calls for call in calls]) == []
    assert account.state == {"*default", "ant", "bee", "cat"}


# Lists that can be read in more than one way: before and after have the same names, or one project needs two writes
# with a deletion between them. Whatever the reading is, all of it is done, or nothing.
ONE_WAY_OR_ANOTHER: dict[str, tuple[str, tuple[Item, ...], set[str]]] = {
    "the name of the old default for the new one": (
        "*default web",
        (_rename("web", "default", default=True), _gone("default")),
        {"*default=web"},
    ),
    "the same names before and after": (
        "*default a b c",
        (_gone("c"), _rename("b", "c"), _rename("a", "b"), {"name": "a"}),
        {"*default", "c=b", "b=a", "a="},
    ),
    "deleted by id and created by name": (
        "*default web",
        ({"project_id": "web", "state": "absent"}, {"name": "web"}),
        {"*default", "web="},
    ),
}


@pytest.mark.parametrize(("name", "order"), _orders({name: one[1] for name, one in ONE_WAY_OR_ANOTHER.items()}))
def test_it_is_done_or_left_as_a_whole(sim: Any, name: str, order: tuple[int, ...]) -> None:
    existing, listed, after = ONE_WAY_OR_ANOTHER[name]
    account = Account(sim, existing)
    items = [listed[one] for one in order]
    check, run = account.run(items, check=True), account.run(items)
    assert (check.failed, check.changed) == (run.failed, run.changed)
    assert run.failed or bulk_disagreements(check, run) == []
    assert account.state == (after if run.changed else set(existing.split()))
    assert not (run.failed and run.changed)
