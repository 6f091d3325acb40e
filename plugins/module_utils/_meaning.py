# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to community.scalingo: it may change in any release.

"""Which project each item of a list means, where names are given away and got in the same list.

A list that was carried out before, wholly or in part, is understood when it comes again: in a chain of renames, the
project that has the name `b` now was `a` before, and has not yet to become `c`.
"""

from __future__ import annotations

import typing as t

from ._errors import CannotError, RejectedError
from ._items import (
    Items,
    blame,
    both,
    by_old_name,
    final_name,
    is_plain,
    name_item,
)
from ._projects import describe, select, the_only
from ._types import Object

# What is known of each project that an item names by its ID: the project, or why it cannot be read.
Found = t.Mapping[str, t.Union[Object, RejectedError]]
# Which project each item means, by the place of the item; without the items whose project does not exist.
Meant = t.Dict[int, Object]


def meant_by(items: Items, projects: t.Sequence[Object], found: Found) -> Meant:
    """Return which project each item means, where it exists.

    Args:
        items: What is wanted, checked.
        projects: Every project that can be seen.
        found: What is known of each project that an item names by its ID.

    Raises:
        CannotError: An item means several projects, or two items mean one.
    """
    search = _Search(items, projects, found)
    for index in range(len(items)):
        search.ask(index)
    return search.meant


class _Search:
    """Asks the items, one after the other, which project they mean.

    Where one item gives a name away and another one gets it, the name alone does not tell which of the two its project
    is. The item that gets the name says: if the project that it knows by another name is still there, it has not got it
    yet. So that item is asked first.
    """

    def __init__(self, items: Items, projects: t.Sequence[Object], found: Found) -> None:
        by_id = {index: item.project_id for index, item in enumerate(items) if item.project_id is not None}
        self.meant: Meant = {
            index: t.cast(Object, found[project_id])
            for index, project_id in by_id.items()
            if isinstance(found[project_id], dict)
        }
        self._items = items
        self._projects = projects
        self._asked = set(by_id)
        self._renames = by_old_name(items)
        self._getting = {final_name(item): index for index, item in enumerate(items) if final_name(item) is not None}

    def ask(self, index: int) -> None:
        """Find out what an item means, unless that was found out already, and before it what it depends on."""
        waiting = [index]
        while True:
            before = self._getting.get(self._items[waiting[-1]].name)
            if before is None or before in self._asked or before in waiting:
                break
            waiting.append(before)
        for each in reversed(waiting):
            if each not in self._asked:
                self._asked.add(each)
                self._answer(each)

    def _answer(self, index: int) -> None:
        item = self._items[index]
        try:
            if is_plain(item) and item.name in self._renames and not self._chain_is_done(item.name):
                # The project of that name is the one that gives it away.
                return
            project = self._free(item.name)
            if project is None and item.new_name is not None:
                project = self._free(item.new_name)
            _check_not_meant_by_id(self._items, index, project, self.meant)
        except CannotError as refusal:
            name_item(refusal, self._items, index)
            raise
        if project is not None:
            self.meant[index] = project

    def _free(self, name: str | None) -> Object | None:
        """Return the project of a name that no item is known to mean."""
        taken = {project["id"] for project in self.meant.values()}
        owner = self._items[0].owner
        candidates = [each for each in select(self._projects, name=name, owner=owner) if each["id"] not in taken]
        return the_only(candidates, name or "")

    def _chain_is_done(self, name: str | None) -> bool:
        while name in self._renames:
            name = self._items[self._renames[name]].new_name
            if self._free(name) is None:
                return False
        return True


def _check_not_meant_by_id(items: Items, index: int, project: Object | None, meant: Meant) -> None:
    """Refuse an item whose name means the project of an item with an ID, unless that one speaks of a name too.

    Args:
        items: What is wanted.
        index: The place of the item.
        project: What the item was found to mean instead, if anything.
        meant: The projects of the other items.

    Raises:
        CannotError: It does.
    """
    item = items[index]
    names = {item.name, item.new_name} if project is None else {item.name} - {project["name"]}
    for other, theirs in meant.items():
        by_id = items[other]
        if by_id.project_id is None or theirs["name"] not in names or not select([theirs], owner=by_id.owner):
            continue
        if project is not None and project["owner"]["id"] != theirs["owner"]["id"]:
            # Names are unique among the projects of one owner only.
            continue
        keeps_name = by_id.state == "present" and by_id.target_name is None
        if keeps_name or (by_id.state == "absent" and not is_plain(item)):
            refusal = CannotError(f"{both(items, index, other)} mean the same project, {describe(theirs)}.")
            raise blame(refusal, index, other)
