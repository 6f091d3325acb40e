# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values that got into an option by mistake: what YAML read as something else than a text, and tokens."""

from __future__ import annotations

import typing as t

from ._errors import InputError
from ._http.redaction import looks_like_token

Spec = t.Mapping[str, t.Mapping[str, t.Any]]


def check_values(options: t.Mapping[str, t.Any], spec: Spec, place: str = "") -> list[str]:
    """Check the texts among the options of a task, as they came. Return warnings.

    Args:
        options: The options.
        spec: Their argument spec.
        place: What messages put before the name of an option, such as "item 1 of projects: ".

    Raises:
        InputError: One cannot be meant; the message repeats no token.
    """
    warnings: list[str] = []
    for name, value in options.items():
        rule = spec.get(name, {"type": "raw"})
        if rule.get("no_log") or name.startswith("_ansible_"):
            continue
        if rule.get("elements") == "dict" and isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, dict):
                    warnings += check_values(item, rule["options"], f"item {index + 1} of {name}: ")
                else:
                    _check_no_token(item, f"item {index + 1} of {name}")
            continue
        _check_no_token(value, f"{place}{name}")
        if rule.get("type", "str") in ("str", "path"):
            warnings += check_text(value, f"{place}{name}")
    return warnings


def check_text(value: t.Any, name: str) -> list[str]:
    """Check one text in the same way."""
    _check_no_token(value, name)
    if isinstance(value, bool):
        raise InputError(f"{name} is not a string: YAML read it as {str(value).lower()}. Quote it.")
    if isinstance(value, (int, float)):
        return [f"{name} was read as the number {value}, and {str(value)!r} is used. Quote it to use it as written."]
    return []


def _check_no_token(value: t.Any, name: str) -> None:
    """Check a value of any type, which Ansible's own messages would repeat."""
    if looks_like_token(str(value)):
        raise InputError(f"{name} contains a token. Nothing was sent. Set tokens only in the options for tokens.")
