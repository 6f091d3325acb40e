# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run commands so that all of them can be ended at once, with what they started."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TextIO


class Processes:
    """The commands that are running, each in a session of its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[str]] = set()
        self._ended = False

    def run(self, stream: TextIO, command: Sequence[str | Path], folder: Path, variables: Mapping[str, str]) -> None:
        """Run a command to its end, with its output in a log; raise CalledProcessError if it fails."""
        stream.write(f"$ {shlex.join(map(str, command))}\n")
        stream.flush()
        with self._lock:
            if self._ended:
                raise InterruptedError("The run was ended before this.")
            process = subprocess.Popen(
                command,
                cwd=folder,
                env=dict(variables),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
            self._running.add(process)
        code = process.wait()
        with self._lock:
            self._running.discard(process)
        if code:
            raise subprocess.CalledProcessError(code, command)

    def end(self) -> None:
        """End what is running, and start nothing more."""
        with self._lock:
            self._ended = True
            for process in self._running:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGTERM)
