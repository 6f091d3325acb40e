# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to community.scalingo: it may change in any release.

"""Shows with -v what a module says while it runs, which a module by itself can only say when it ends.

The module appends lines to a file, and a thread here shows them as they come. The file is on this machine, so a module
on another one stays silent, and so does one with another user's rights that cannot open it.
"""

from __future__ import annotations

import os
import tempfile
import threading
import typing as t
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from ansible import constants
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ..module_utils._progress import PROGRESS

display = Display()

# Seconds between two looks at the file.
INTERVAL = 0.3


class ProgressAction(ActionBase):
    """Runs the module of the same name, which does all the work."""

    _supports_async = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Run the module, and show what it says meanwhile."""
        super().run(tmp, task_vars)
        if not self._is_watched():
            return self._run_module(self._task.args, task_vars)
        with _shown(str((task_vars or {}).get("inventory_hostname", ""))) as path:
            return self._run_module({**self._task.args, PROGRESS: path}, task_vars)

    def _is_watched(self) -> bool:
        """Tell whether anybody would see it, and the module runs on this machine and is waited for."""
        silent = display.verbosity < 1 or self._task.no_log or self._task.async_val
        return not silent and self._connection.transport == "local"

    def _run_module(self, options: dict[str, t.Any], task_vars: dict[str, t.Any] | None) -> dict[str, t.Any]:
        return self._execute_module(module_args=options, task_vars=task_vars, wrap_async=self._task.async_val)


@contextmanager
def _shown(host: str) -> Iterator[str | None]:
    """Make a file, whose lines are shown as long as the context lasts. Without room for it, nothing is shown."""
    try:
        file, path = tempfile.mkstemp(prefix="scalingo-progress-", dir=constants.DEFAULT_LOCAL_TMP)
    except OSError:
        yield None
        return
    done = threading.Event()
    with os.fdopen(file, encoding="utf-8", errors="replace") as lines:

        def watch() -> None:
            last = False
            while not last:
                # What was written just before the end is shown, too.
                last = done.wait(INTERVAL)
                for line in lines:
                    display.v(line.rstrip("\n"), host=host)

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            yield path
        finally:
            done.set()
            watcher.join()
            with suppress(OSError):
                os.unlink(path)
