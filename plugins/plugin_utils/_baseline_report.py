# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to community.scalingo: it may change in any release.

"""The report of the role `project_baseline`: what every item of the description came to."""

from __future__ import annotations

import typing as t
import unicodedata
from dataclasses import asdict
from datetime import datetime, timezone

from ..module_utils._http.redaction import Redactor
from ..module_utils._items import key_with_place
from ._baseline_findings import (
    NOT_KNOWN,
    Item,
    Result,
    Seen,
    as_error,
    as_unknown,
    is_out_of_reach,
    message_of,
    places_of,
)
from ._baseline_handoffs import handed_over, handoff_item
from ._baseline_wanted import (
    Items,
    is_absent,
    is_named_only,
    is_true,
    target_of,
    text_of,
)

SCHEMA = 1
# Characters of one text in the report.
LONGEST_TEXT = 700

_MENDING = {"create": "creates it", "update": "changes it", "delete": "deletes it"}


def build_report(seen: Seen, handoffs: Items, records: t.Sequence[Result], now: datetime | None = None) -> Result:
    """Return the report.

    Args:
        seen: What was seen of the projects.
        handoffs: The variable `project_baseline_handoffs`.
        records: What was done about those handoffs that were not found to be done already.
        now: When that was.
    """
    redact = Redactor()
    for secret in {text_of(handoff.get("new_owner_api_token")) for handoff in handoffs} - {""}:
        redact.add(secret)
    by_index = {int(record["index"]): record for record in records}
    handed = {text_of(project_id) for record in records for project_id in handed_over(record, seen.visible or ())}
    items = [_project_item(seen, index, handed) for index in range(len(seen.projects))]
    items.sort(key=lambda item: item.control != "default_project")
    items += [handoff_item(seen, handoff, by_index.get(index)) for index, handoff in enumerate(handoffs)]
    used: set[str] = set()
    for item in items:
        for name in ("project", "expected", "actual", "remedy"):
            value = getattr(item, name)
            setattr(item, name, value if value is None else clean(value, redact))
        # A project may have to go, and another one get its name.
        base, number = f"{item.control}:{item.project}", 1
        item.id = base
        while item.id in used:
            number += 1
            item.id = f"{base}#{number}"
        used.add(item.id)
    return {
        "schema": SCHEMA,
        "compliant": all(item.compliant is True for item in items),
        "drift_count": sum(item.compliant is False and item.action != "error" for item in items),
        "unknown_count": sum(item.compliant is None for item in items),
        "checked_at": f"{now or datetime.now(timezone.utc):%Y-%m-%dT%H:%M:%SZ}",
        "items": [asdict(item) for item in items],
    }


def clean(value: t.Any, redact: Redactor | None = None) -> str:
    """Return a text on one line that may stand in JSON, XML and HTML: no token, no control character, not too long.

    Args:
        value: What the text is made from.
        redact: What hides the secrets that are known. What looks like a token is hidden anyway.
    """
    redact = redact or Redactor()
    text: str = redact(str(value))
    # Cc and Cs are not allowed in XML, Cf turns the direction of a text, Cn is assigned to nothing.
    shown = "".join(
        " " if each.isspace() else "" if unicodedata.category(each) in ("Cc", "Cf", "Cn", "Cs") else each
        for each in text
    )
    # Again, because such a character may have been in the middle of a token.
    line: str = redact(" ".join(shown.split()))
    return line if len(line) <= LONGEST_TEXT else f"{line[: LONGEST_TEXT - 1]}…"


def _project_item(seen: Seen, index: int, handed: t.Collection[str]) -> Item:
    """Return what one item of the list came to.

    Args:
        seen: What was seen of the projects.
        index: The place of the item.
        handed: The IDs of the projects that were found to be handed over.
    """
    wanted = seen.projects[index]
    item = Item(
        id="",
        control="default_project" if is_true(wanted.get("default")) else "project",
        project=target_of(wanted),
        expected=_expected(wanted),
        actual=_right(wanted),
        compliant=True,
    )
    outcome, before = _outcome_at(seen.bulk, index, wanted)
    for failure in seen.failures:
        if index in places_of(failure["indexes"]):
            return _as_blamed(item, wanted, failure, outcome, seen, handed)
    # A list that failed returns what it had done, but did not come to the rest. It has no places.
    complete = not seen.failures or seen.bulk.get("indexes") is not None
    if outcome is not None and (complete or outcome["changed"]):
        return _as_outcome(item, wanted, outcome, before, seen.check_mode)
    outcome, before = _outcome_at(seen.others, index, wanted)
    if outcome is None:
        return as_unknown(item, seen.failure or "Nothing was returned about this project.")
    item = _as_outcome(item, wanted, outcome, before, check_mode=True)
    if not item.compliant and not seen.check_mode:
        item.action = "none"
        item.remedy = "It was not reached, because the run stopped at an error. Run it again when that is mended."
    return item


def _outcome_at(result: Result, index: int, wanted: Result) -> tuple[Result | None, Result]:
    """Return what a task says of one item of the list, and what its project was like, or None if it says nothing."""
    outcomes = result.get("outcomes") or []
    places = range(len(outcomes)) if result.get("indexes") is None else places_of(result["indexes"])
    if index not in places:
        return None, {}
    place = places.index(index)
    return (outcomes[place], _before(result, place, wanted)) if place < len(outcomes) else (None, {})


def _as_blamed(
    item: Item, wanted: Result, failure: Result, outcome: Result | None, seen: Seen, handed: t.Collection[str]
) -> Item:
    """Return what is to be said of an item because of which the list failed."""
    message = message_of(failure, seen.projects)
    if is_true(failure.get("outcome_unknown")):
        # Of two writes, the first one may have been done for certain.
        return as_unknown(item, message, NOT_KNOWN, outcome["action"] if outcome is not None else "none")
    if is_true(failure.get("hidden")):
        if text_of(wanted.get("project_id")) in handed and is_named_only(wanted):
            item.actual = "exists, handed over"
            return item
        return as_unknown(item, f"{message} It may have been handed over.", "not visible to this account")
    if seen.check_mode and is_out_of_reach(failure):
        return as_unknown(item, message)
    return as_error(item, "not as expected", message)


def _as_outcome(item: Item, wanted: Result, outcome: Result, before: Result | None, check_mode: bool) -> Item:
    if not outcome["changed"]:
        return item
    item.action = outcome["action"]
    if check_mode:
        item.compliant = False
        item.actual = _wrong(wanted, outcome["action"], before or {})
        item.remedy = f"A run without check mode {_mending(wanted, outcome['action'], before or {})}."
    return item


def _expected(wanted: Result) -> str:
    renamed = f", renamed from {wanted['name']}" if text_of(wanted.get("new_name")) else ""
    return f"{_right(wanted)}{renamed}"


def _right(wanted: Result) -> str:
    """Return what is to be said of a project that is as it is wanted."""
    if is_absent(wanted):
        return "absent"
    if is_true(wanted.get("default")):
        return "is the default project"
    if wanted.get("default") not in (None, ""):
        return "exists, is not the default project"
    return "exists"


def _wrong(wanted: Result, action: str, before: Result) -> str:
    """Return what is to be said of a project that is not as it is wanted."""
    default_project = text_of(before.get("default_project"))
    elsewhere = f", the default project is named {default_project}" if default_project else ""
    if action == "create":
        return f"missing{elsewhere if is_true(wanted.get('default')) else ''}"
    if action == "delete":
        return "exists"
    parts = [f"is named {before['name']}"] if before.get("name") not in (None, target_of(wanted)) else []
    if is_true(wanted.get("default")) and default_project not in ("", before.get("name")):
        parts.append(f"is not the default project{elsewhere}")
    return ", ".join(parts) or "differs"


def _mending(wanted: Result, action: str, before: Result) -> str:
    if action != "update" or not before.get("name"):
        makes_default = action == "create" and is_true(wanted.get("default"))
        return _MENDING.get(action, "changes it") + (" as the default project" if makes_default else "")
    parts = ["renames it"] if before["name"] != target_of(wanted) else []
    if is_true(wanted.get("default")) and before.get("default_project") not in (None, before["name"]):
        parts.append("makes it the default project")
    return " and ".join(parts) or "changes it"


def _before(result: Result, place: int, wanted: Result) -> Result:
    """Return what one project was like: the diff has a name for each, by how the item at that place knows it."""
    before: Result = (result.get("diff") or {}).get("before") or {}
    names = before.get("projects") or {}
    # As the module reads these options, and not `text_of`: a name may have spaces around it.
    options = (wanted.get("project_id"), wanted.get("name"))
    known_by = next((str(value) for value in options if value not in (None, "")), "")
    return {**before, "name": names.get(key_with_place(known_by, place), names.get(known_by))}
