# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to community.scalingo: it may change in any release.

"""What the role `project_baseline` found: of the account, in a task that failed, and as one item of the report."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ..module_utils._errors import NO_RESPONSE
from ..module_utils._items import NOTHING_WRITTEN, title
from ..module_utils._plan import Wanted
from ._baseline_wanted import Items, text_of

Result = t.Mapping[str, t.Any]

# What is said of something that a lost answer leaves open.
NOT_KNOWN = "not known"
# How the transport says that no answer came: nothing else in the result of a task does.
_NO_ANSWER = re.compile(rf"\b(?:GET|POST|PATCH|DELETE) \S+ {NO_RESPONSE}: ")


@dataclass
class Item:
    """One line of the report."""

    id: str
    control: str
    project: str
    expected: str
    actual: str
    compliant: bool | None
    action: str = "none"
    remedy: str | None = None


@dataclass(frozen=True)
class Seen:
    """What the role saw of the projects.

    Attributes:
        projects: The list that was wanted.
        bulk: What the task for the list returned, and the places of the items that it was about; of a failed one only
            what it had done, and no places.
        failures: Why the list could not be carried out, each with the places of the items that are to blame, and of
            those that the task was about; and whether they may be hidden from this account by a handoff.
        others: What a check said about the other items, and their places.
        visible: The projects that the account sees, or None if they could not be read.
        check_mode: Whether nothing was to be written.
    """

    projects: Items
    bulk: Result
    failures: t.Sequence[Result]
    others: Result
    visible: Items | None
    check_mode: bool

    @property
    def failure(self) -> str:
        """Why the list as a whole could not be carried out, or read; "" if it was."""
        return message_of(self.failures[-1], self.projects) if self.failures else ""


def message_of(failure: Result, projects: Items) -> str:
    """Return the message of a failed task, without what only the module has seen.

    That is the place in a list which the role made, and that this list wrote nothing: another one may have.

    Args:
        failure: What became of the task.
        projects: The list that was wanted, from which the task got the items at the places `listed`.
    """
    text = text_of(failure.get("msg"))
    listed = [projects[index] for index in places_of(failure.get("listed"))]
    items = [Wanted(name=text_of(each.get("name")), project_id=text_of(each.get("project_id"))) for each in listed]
    for place, item in enumerate(items):
        named = title(items, place)
        text = text.replace(f"In {named}: ", "")
        for form in (named, named[0].upper() + named[1:]):
            text = text.replace(form, item.project_id or item.name or "")
    if failure.get("as_new_owner"):
        text = re.sub(r"(?<!\w)api_token\b", "new_owner_api_token", text)
    return text.replace(NOTHING_WRITTEN, "").strip()


def places_of(value: t.Any) -> list[int]:
    """Return places in the list, which may have become texts on their way."""
    return [int(place) for place in value or []]


def is_out_of_reach(result: Result) -> bool:
    """Tell whether a task failed because the API was not able to answer, which says nothing about a project."""
    status = (result.get("error") or {}).get("status") or 0
    return bool(status == 429 or status >= 500 or _NO_ANSWER.search(text_of(result.get("msg"))))


def as_unknown(item: Item, message: str, actual: str = "could not be checked", action: str = "none") -> Item:
    """Say of an item that nobody knows whether it is as described, and why."""
    item.compliant, item.action, item.actual = None, action, actual
    item.remedy = message
    return item


def as_error(item: Item, actual: str, message: str) -> Item:
    """Say of an item that it failed, and why."""
    item.compliant, item.action, item.actual, item.remedy = False, "error", actual, message
    return item
