# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compare a response with the printed one, field by field, and say for each difference where it is."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

DATE = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}(?:Z|[+-]\d{2}:\d{2})")
FORMS = {
    "an ID such as {}-<UUID>": re.compile(r"([a-z]+)-[0-9a-z]{8}(?:-[0-9a-z]{4}){3}-[0-9a-z]{12}"),
    "an ID of 24 digits": re.compile(r"()[0-9a-f]{24}"),
    "a link with a token": re.compile(r"()https://\S+\?token=\S+"),
}


def differences(printed: Any, actual: Any, *, free: Collection[str] = (), fixed: Collection[str] = ()) -> list[str]:
    """Say what in `actual` is not as printed: one sentence for each field, beginning with the field's path.

    Types and sets of keys must be the printed ones, and values equal. Exceptions:

    - `flags` may be missing (the page itself leaves it out once), and may hold any keys, with booleans, except at a
      path in `fixed` (`project.flags`), where they are compared like everything else;
    - a printed date stands for any ISO 8601 date with milliseconds and an offset or `Z`, but dates of one object must
      be in the printed order, and an expiry as long after the creation as printed;
    - at a path in `free` (`project.id`) any identifier of the printed form and prefix will do, and for a link any
      other one with a token;
    - the order of lists is not compared. Their entries are paired by ID, and have it in their path:
      `projects[pr-1].name`.
    """
    expected, found = (dict(_fields("", body, free, fixed)) for body in (printed, actual))
    return [
        f"{path or 'the body'}: {expected.get(path, 'nothing')} is printed, got {found.get(path, 'nothing')}"
        for path in dict.fromkeys([*expected, *found])
        if expected.get(path) != found.get(path)
    ]


def _fields(
    path: str, value: Any, free: Collection[str], fixed: Collection[str], created_at: datetime | None = None
) -> Iterator[tuple[str, str]]:
    """Every path with what is there, in words that are the same for everything that may differ."""
    if isinstance(value, dict):
        yield path, "an object"
        for key, item in value.items():
            field = f"{path}.{key}" if path else key
            if key != "flags" or field in fixed:
                yield from _fields(field, item, free, fixed, _date(value.get("created_at")))
            elif not isinstance(item, dict) or not all(isinstance(flag, bool) for flag in item.values()):
                yield field, f"other flags than booleans: {item!r}"
    elif isinstance(value, list):
        ids = [str(one.get("id", one.get("user_id"))) if isinstance(one, dict) else repr(one) for one in value]
        yield path, "a list" if len(set(ids)) == len(ids) else f"a list with the same ID more than once: {ids}"
        for id, item in zip(ids, value):
            yield from _fields(f"{path}[{id}]", item, free, fixed)
    elif date := _date(value):
        yield path, _moment(path, date, created_at or date)
    else:
        forms = [
            form.format(*match.groups()) for form, pattern in FORMS.items() if (match := pattern.fullmatch(str(value)))
        ]
        yield path, forms[0] if path in free and forms else repr(value)


def _date(value: Any) -> datetime | None:
    try:
        # Only newer Pythons read the Z.
        return datetime.fromisoformat(value.replace("Z", "+00:00")) if DATE.fullmatch(value) else None
    except (ValueError, TypeError):
        return None


def _moment(path: str, date: datetime, created_at: datetime) -> str:
    """When it is, seen from the creation. Two dates of one moment may be taken one after the other."""
    seconds = round((date - created_at).total_seconds())
    if path.endswith("expires_at"):
        return f"a date {seconds} seconds after created_at"
    order = "the same as" if abs(seconds) <= 1 else "later than" if seconds > 0 else "earlier than"
    return f"a date, {order} created_at"
