# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run of ansible-playbook by the clock on the wall."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_environment import TOOLS, ansible_environment

MOST_SECONDS = 300
RECAP = re.compile(r"changed=(\d+)\s+unreachable=(\d+)\s+failed=(\d+)")


@dataclass(frozen=True)
class Run:
    """What a run came to. `changed` counts tasks, and is None if Ansible did not come to its recap."""

    seconds: float
    returncode: int
    changed: int | None
    output: str


class Playbooks:
    """Runs plays in a folder of their own, with the settings of a new installation of Ansible.

    So nothing of the developer's own shows: no configuration, no pipelining, no proxy, no token.
    """

    def __init__(self, folder: Path, collections: str) -> None:
        self.folder = folder
        self.command = str(TOOLS / "ansible-playbook")
        self.environment = ansible_environment(
            folder,
            ANSIBLE_COLLECTIONS_PATH=collections,
            ANSIBLE_LOCALHOST_WARNING="false",
            ANSIBLE_INVENTORY_UNPARSED_WARNING="false",
        )

    def run(self, play: str, variables: dict[str, Any]) -> Run:
        """Run a play; from the start of the process to its end is what counts."""
        (self.folder / "play.yml").write_text(f"---{play}", encoding="utf-8")
        (self.folder / "variables.json").write_text(json.dumps(variables), encoding="utf-8")
        output = self.folder / "output.txt"
        with output.open("w", encoding="utf-8") as sink:
            start = time.perf_counter()
            # A session of its own: if the benchmark is ended, so is all that Ansible started.
            process = subprocess.Popen(
                [self.command, "play.yml", "--extra-vars", "@variables.json"],
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            # Not wait(timeout), which looks only every 50 ms whether the process has ended.
            watchdog = threading.Timer(MOST_SECONDS, os.killpg, (process.pid, signal.SIGKILL))
            watchdog.start()
            try:
                returncode = process.wait()
            finally:
                watchdog.cancel()
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGTERM)
                    process.wait()
            seconds = time.perf_counter() - start
        text = output.read_text(encoding="utf-8", errors="replace")
        recap = RECAP.search(text)
        return Run(seconds, returncode, int(recap[1]) if recap else None, text)
