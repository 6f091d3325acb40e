# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write every task result as one line of JSON, for a test to read."""

from __future__ import annotations

import json
import os
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = r"""
name: functional_results
type: notification
short_description: Write every task result as one line of JSON
description:
  - Appends to the file that the environment variable E(FUNCTIONAL_RESULTS) names.
requirements:
  - enable it in the configuration
options: {}
author: The community.scalingo authors
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "functional_results"
    CALLBACK_NEEDS_ENABLED = True

    def _write(self, status: str, outcome: Any) -> None:
        task = outcome._task  # the names with an underscore are those that every ansible-core knows
        line = {
            "host": outcome._host.get_name(),
            "task": task.get_name(),
            "status": status,
            "check_mode": bool(task.check_mode),
            "result": outcome._result,
        }
        with open(os.environ["FUNCTIONAL_RESULTS"], "a", encoding="utf-8") as results:
            results.write(json.dumps(line, default=str) + "\n")

    def v2_runner_on_ok(self, result: Any) -> None:
        self._write("ok", result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._write("failed", result)

    def v2_runner_on_skipped(self, result: Any) -> None:
        self._write("skipped", result)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._write("unreachable", result)
