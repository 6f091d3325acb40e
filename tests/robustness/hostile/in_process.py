# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module in this process, for many examples, each of which is held against what holds for every result."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from in_process import printed_by

from ..module_process import Returned

# How messages begin that Ansible writes itself about an option of the wrong type. They quote it as it is.
_ANSIBLES_OWN = (
    "argument '",
    "value of ",
    "Unsupported parameters",
    "missing required",
    "Elements value",
    "dictionary ",
)


@dataclass(frozen=True)
class ModuleResult(Returned):
    """What a module printed, and what it returned."""

    result: dict[str, Any]
    printed: str


def play(module: str, arguments: Mapping[str, Any], check: bool = False, no_log: bool = False) -> ModuleResult:
    """Run a module to its end: `play("scalingo_project", {"name": "web", **connection})`.

    Raises whatever the module does not catch itself, and an AssertionError if it ends with anything but one result.
    """
    printed, code = printed_by(module, arguments, check, no_log)
    result = json.loads(printed)
    assert isinstance(result, dict), printed
    assert code in (0, 1) and bool(code) is bool(result.get("failed")), (code, result)
    assert "exception" not in result, result["exception"]
    if result.get("failed") and not result["msg"].startswith(_ANSIBLES_OWN):
        assert_printable_line(result["msg"])
    return ModuleResult(result, printed)


def connect(sim: Any, account: Any, **others: Any) -> dict[str, Any]:
    """The connection options for an account of a simulator, which never wait."""
    return {
        "api_token": account.api_token,
        "api_url": sim.api_url,
        "auth_url": sim.auth_url,
        "max_wait": 0,
        "timeout": 5,
        **others,
    }


def assert_printable_line(text: Any) -> None:
    """A message is for a person: on one line, every character of it to be seen, and no trace of Python.

    Unlike for `functional.expect.assert_one_sentence`, it may be as long as what it quotes.
    """
    assert isinstance(text, str), text
    assert "Traceback" not in text and not re.search(r"\b[A-Z]\w+(Error|Exception)\(", text), text
    assert all(character.isprintable() for character in text), text
    assert len(text) >= 10, text
