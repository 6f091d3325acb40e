# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a module in this process: some milliseconds in place of a task's half a second."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any
from unittest.mock import patch

PACKAGE = "ansible_collections.community.scalingo.plugins.modules"


def printed_by(
    module: str, arguments: Mapping[str, Any], check: bool = False, no_log: bool = False
) -> tuple[str, int | None]:
    """What a module prints, and its exit code, None if it ends without one.

    Raises whatever the module does not catch itself.
    """
    internal = {"_ansible_check_mode": check, "_ansible_diff": True, "_ansible_no_log": no_log}
    given = json.dumps({"ANSIBLE_MODULE_ARGS": {**arguments, **internal}}).encode()
    run = import_module(f"{PACKAGE}.{module}").main
    printed, code = io.StringIO(), None
    with _as_on_the_target(given), contextlib.redirect_stdout(printed):
        try:
            run()
        except SystemExit as end:
            code = int(end.code or 0)
    return printed.getvalue(), code


@contextlib.contextmanager
def _as_on_the_target(given: bytes) -> Iterator[None]:
    """As in the process of a module: what it was given has arrived, and nothing of the controller is there."""
    basic = import_module("ansible.module_utils.basic")
    with contextlib.ExitStack() as stack:
        stack.enter_context(patch.object(basic, "_ANSIBLE_ARGS", given))
        # Which ansible-core asks for from 2.19 on.
        stack.enter_context(patch.object(basic, "_ANSIBLE_PROFILE", "legacy", create=True))
        # From 2.19 on, a module that shares its process with a plugin of the controller, which another test may have
        # imported, would show its warnings itself and refuse arguments with half a character.
        with contextlib.suppress(ModuleNotFoundError):
            profiles = import_module("ansible.module_utils._internal._json._profiles")
            stack.enter_context(patch("ansible.module_utils._internal.is_controller", False))
            stack.enter_context(patch.object(profiles, "_string_encoding_check_enabled", return_value=False))
        yield
