# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Says what the module of the same name is going to wait for, which a module cannot say before it ends."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, timezone

from ansible.module_utils.parsing.convert_bool import boolean
from ansible.utils.display import Display

from ..module_utils._http.redaction import Redactor
from ..module_utils._invitations import DEFAULT_WAIT_TIMEOUT
from ..plugin_utils._progress import ProgressAction

display = Display()


class ActionModule(ProgressAction):
    """Runs the module, which does all the work."""

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Announce a wait, and run the module."""
        hidden = self._task.check_mode or self._task.no_log
        announcement = None if hidden else _announcement(self._task.args)
        if announcement:
            display.v(announcement)
        return super().run(tmp, task_vars)


def _announcement(options: dict[str, t.Any]) -> str | None:
    """Return for whom and until when a task waits, or None if it does not, or is about to be refused."""
    waits = boolean(options.get("wait") or False, strict=False) and options.get("state") in (None, "", "pending")
    if not waits or not options.get("new_owner"):
        return None
    timeout = options.get("wait_timeout")
    try:
        seconds = DEFAULT_WAIT_TIMEOUT if timeout in (None, "") else float(timeout)
        if seconds < 0:
            return None
        deadline = datetime.now(timezone.utc) + timedelta(seconds=seconds)
    except (TypeError, ValueError, OverflowError):
        return None
    project = options.get("project_name") or options.get("project_id")
    # A token may have got into another option by mistake.
    redact = Redactor()
    for option in ("api_token", "bearer_token"):
        if options.get(option):
            redact.add(str(options[option]))
    return redact(
        f"Waiting, if need be, for {options['new_owner']} to answer the invitation to own project {project}, until "
        f"{deadline:%Y-%m-%d %H:%M:%S} UTC (wait_timeout) or until it expires."
    )
