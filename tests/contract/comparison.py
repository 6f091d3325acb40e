# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compare an answer with the printed one, field by field, and say for each difference where it is."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

DATE = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}(?:Z|[+-]\d{2}:\d{2})")
IDENTIFIER = re.compile(r"([a-z]+)-[0-9a-z]{8}(?:-[0-9a-z]{4}){3}-[0-9a-z]{12}")
HEX_IDENTIFIER = re.compile(r"[0-9a-f]{24}")
LINK = re.compile(r"https://\S+\?token=\S+")
IDENTITIES = ("id", "user_id")  # what tells the entries of a list apart
OPTIONAL = "flags"  # the page itself leaves it out once; its keys are free, its values are booleans
TOLERANCE = timedelta(seconds=1)  # two dates of one moment may be taken one after the other


def differences(printed: Any, actual: Any, *, free: Collection[str] = (), fixed: Collection[str] = ()) -> list[str]:
    """Say what in `actual` is not as printed: one sentence for each field, beginning with the field's path.

    Types and sets of keys must be the printed ones, and values equal. Exceptions:

    - `flags` may be missing, and may hold any keys, with booleans, except at a path in `fixed` (`project.flags`),
      where they are compared like everything else;
    - a printed date stands for any ISO 8601 date with milliseconds and an offset or `Z`, but dates of one object must
      be in the printed order, and an expiry as long after the creation as printed;
    - at a path in `free` (`project.id`) any identifier of the printed form and prefix will do, and for a link any
      other one with a token;
    - the order of lists is not compared. Their entries are paired by id, and have it in their path:
      `projects[pr-1].name`.
    """
    return list(_compare("", printed, actual, frozenset(free), frozenset(fixed)))


def is_date(value: Any) -> bool:
    """Whether it is a string with a date in the form of the page."""
    if not isinstance(value, str) or not DATE.fullmatch(value):
        return False
    try:
        _moment(value)
    except (ValueError, OverflowError):
        return False
    return True


def _moment(date: str) -> datetime:
    if date.endswith("Z"):  # only newer Pythons read it
        date = date[:-1] + "+00:00"
    return datetime.fromisoformat(date).astimezone(timezone.utc)


def _kind(value: Any) -> str:
    names = {bool: "a boolean", str: "a string", dict: "an object", list: "a list", type(None): "null"}
    return names.get(type(value), "a number")


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _compare(path: str, printed: Any, actual: Any, free: frozenset[str], fixed: frozenset[str]) -> Iterator[str]:
    here = path or "the body"
    if _kind(printed) != _kind(actual):
        yield f"{here}: {_kind(printed)} is printed, got {_kind(actual)}: {actual!r}"
    elif isinstance(printed, dict):
        yield from _compare_objects(path, printed, actual, free, fixed)
    elif isinstance(printed, list):
        yield from _compare_lists(path, printed, actual, free, fixed)
    elif is_date(printed):
        if not is_date(actual):
            yield f"{here}: an ISO 8601 date with milliseconds is printed, got {actual!r}"
    elif path in free:
        if not _is_alike(printed, actual):
            yield f"{here}: an identifier like {printed!r} is printed, got {actual!r}"
    elif printed != actual:
        yield f"{here}: {printed!r} is printed, got {actual!r}"


def _is_alike(printed: str, actual: str) -> bool:
    for plain in (HEX_IDENTIFIER, LINK):
        if plain.fullmatch(printed):
            return bool(plain.fullmatch(actual))
    form, got = IDENTIFIER.fullmatch(printed), IDENTIFIER.fullmatch(actual)
    return bool(form and got and form.group(1) == got.group(1))


def _compare_objects(
    path: str, printed: dict[str, Any], actual: dict[str, Any], free: frozenset[str], fixed: frozenset[str]
) -> Iterator[str]:
    for key, value in printed.items():
        if _is_lenient(path, key, fixed):
            continue
        if key in actual:
            yield from _compare(_join(path, key), value, actual[key], free, fixed)
        else:
            yield f"{_join(path, key)}: printed, but missing"
    for key, value in actual.items():
        if _is_lenient(path, key, fixed):
            yield from _check_flags(_join(path, key), value)
        elif key not in printed:
            yield f"{_join(path, key)}: not printed, got {value!r}"
    yield from _compare_moments(path, printed, actual)


def _is_lenient(path: str, key: str, fixed: frozenset[str]) -> bool:
    return key == OPTIONAL and _join(path, key) not in fixed


def _check_flags(path: str, flags: Any) -> Iterator[str]:
    if not isinstance(flags, dict):
        yield f"{path}: an object is printed, got {_kind(flags)}: {flags!r}"
        return
    for key, value in flags.items():
        if not isinstance(value, bool):
            yield f"{_join(path, key)}: a boolean is printed, got {_kind(value)}: {value!r}"


def _compare_moments(path: str, printed: dict[str, Any], actual: dict[str, Any]) -> Iterator[str]:
    dates = [key for key in printed if is_date(printed[key]) and is_date(actual.get(key))]
    if "created_at" not in dates:
        return
    for key in dates:
        wanted = _moment(printed[key]) - _moment(printed["created_at"])
        got = _moment(actual[key]) - _moment(actual["created_at"])
        if key == "expires_at":
            good, wish = abs(got - wanted) <= TOLERANCE, f"{wanted} after"
        elif wanted:
            good, wish = got > timedelta(0), "later than"
        else:
            good, wish = abs(got) <= TOLERANCE, "the same as"
        if not good:
            yield f"{_join(path, key)}: printed as {wish} created_at ({actual['created_at']}), got {actual[key]}"


def _compare_lists(
    path: str, printed: list[Any], actual: list[Any], free: frozenset[str], fixed: frozenset[str]
) -> Iterator[str]:
    wanted, got = _by_identity(printed), _by_identity(actual)
    if len(got) != len(actual):
        yield f"{path}: the same id more than once: {[_identity(entry) for entry in actual]}"
    for identity, entry in wanted.items():
        if identity in got:
            yield from _compare(f"{path}[{identity}]", entry, got[identity], free, fixed)
        else:
            yield f"{path}[{identity}]: printed, but missing"
    for identity, entry in got.items():
        if identity not in wanted:
            yield f"{path}[{identity}]: not printed, got {entry!r}"


def _identity(entry: Any) -> str:
    if isinstance(entry, dict):
        for key in IDENTITIES:
            if key in entry:
                return str(entry[key])
    return repr(entry)


def _by_identity(entries: list[Any]) -> dict[str, Any]:
    return {_identity(entry): entry for entry in entries}
