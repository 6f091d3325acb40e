# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to community.scalingo: it may change in any release.

"""A list of wanted projects: how texts name its items, and what is wrong with it whatever the account looks like."""

from __future__ import annotations

import typing as t
from collections import Counter

from ._errors import InputError, ScalingoError, on_one_line
from ._plan import Wanted
from ._projects import LONGEST_NAME

Items = t.Sequence[Wanted]
Error = t.TypeVar("Error", bound=ScalingoError)

# How the message of a list ends that failed before its first write.
NOTHING_WRITTEN = "Nothing was written."


def title(items: Items, index: int) -> str:
    """Return how a message names an item: its place, and by what it knows its project."""
    name = items[index].project_id or items[index].name
    return f"item {index + 1} of projects" + (f" ({on_one_line(name, LONGEST_NAME)})" if name else "")


def keys(items: Items) -> list[str]:
    """Return how a diff names each item: by what it knows its project, and also by its place where that is not enough.

    One item may give away the name that another one gets, and any text may be an ID. What ends like a place gets one
    of its own, so that no two items can have the same key.
    """
    names = [item.project_id or item.name or "" for item in items]
    count = Counter(names)
    return [
        key_with_place(name, index) if count[name] > 1 or name.endswith(")") else name
        for index, name in enumerate(names)
    ]


def key_with_place(name: str, index: int) -> str:
    """Return how a diff names an item if that by which it knows its project is not enough."""
    return f"{name} (item {index + 1})"


def both(items: Items, one: int, other: int) -> str:
    """Return how a sentence begins that is about two items."""
    sentence = f"{title(items, min(one, other))} and {title(items, max(one, other))}"
    return sentence[0].upper() + sentence[1:]


def blame(error: Error, *indexes: int) -> Error:
    """Note in an error which items it is about, unless that is known already, and return it."""
    error.result.setdefault("failed_items", sorted(set(indexes)))
    return error


def name_item(error: ScalingoError, items: Items, index: int) -> None:
    """Say in an error, and note in it, which item it is about."""
    error.add_context(f"In {title(items, index)}:")
    blame(error, index)


def is_plain(item: Wanted) -> bool:
    """Tell whether an item wants a project of a name, and knows it by no other means."""
    return item.project_id is None and item.new_name is None and item.state == "present"


def final_name(item: Wanted) -> str | None:
    """Return the name that an item's project is to have in the end, if the item says."""
    return item.target_name if item.state == "present" else None


def by_old_name(items: Items) -> dict[str, int]:
    """Return the places of the items with `new_name`, by the name that each gives away."""
    return {t.cast(str, item.name): index for index, item in enumerate(items) if item.new_name is not None}


def check_all(items: Items) -> None:
    """Find what cannot be right, whatever the account looks like.

    Raises:
        InputError: Something cannot.
    """
    for index, item in enumerate(items):
        try:
            item.check()
        except InputError as error:
            name_item(error, items, index)
            raise
    _check_unique(items, "are both to be the default project, and only one can be", lambda item: item.default or None)
    _check_unique(items, "mean the same project, {}", lambda item: item.project_id)
    # An item says which project it means by a name that this has now, or is to have in the end. A name can be both, of
    # two projects: one gives it away, and another one gets it.
    _check_unique(items, "mean the same project, {}", lambda item: item.name if _gives_name_away(item) else None)
    _check_unique(items, "want a project to have the same name, {}", final_name)
    _check_no_contradiction(items)
    _check_cycle(items)


def _check_unique(items: Items, problem: str, key: t.Callable[[Wanted], t.Any]) -> None:
    seen: dict[t.Any, int] = {}
    for index, item in enumerate(items):
        value = key(item)
        if value is not None and seen.setdefault(value, index) != index:
            what = problem.format(on_one_line(str(value), LONGEST_NAME))
            raise blame(InputError(f"{both(items, seen[value], index)} {what}."), seen[value], index)


def _gives_name_away(item: Wanted) -> bool:
    return item.project_id is None and not is_plain(item)


def _check_no_contradiction(items: Items) -> None:
    final = {final_name(item): index for index, item in enumerate(items)}
    for index, item in enumerate(items):
        other = final.get(item.name)
        if item.project_id is None and item.state == "absent" and other is not None and is_plain(items[other]):
            error = InputError(
                f"{both(items, index, other)} mean the same project, {item.name}: one wants it, and one does not."
            )
            raise blame(error, index, other)


def _check_cycle(items: Items) -> None:
    renames = by_old_name(items)
    passed: set[str] = set()
    for start in renames:
        names = [start]
        while names[-1] in renames and names[-1] not in passed:
            passed.add(names[-1])
            names.append(t.cast(str, items[renames[names[-1]]].new_name))
        if names[-1] in names[:-1] and len(names) > 2:
            circle = names[names.index(names[-1]) :]
            error = InputError(
                f"These renames go in a circle, so none of them can be the first one: {' to '.join(circle)}. Use a "
                f"name in between, in a task of its own."
            )
            raise blame(error, *(renames[name] for name in circle))
