# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a playbook in slices side by side, as AWX does, and measure what each slice takes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_environment import TOOLS, ansible_environment

from fleet.accounts import Account

GROUP = "scalingo_accounts"
MOST_SECONDS = 900
SAMPLE_SECONDS = 0.25
# As the guide has them: one vault for all tokens, a description of its own for each account.
PLAYBOOK = [
    {
        "name": "Run a playbook of the collection community.scalingo",
        "ansible.builtin.import_playbook": "community.scalingo.{{ scalingo_playbook }}",
    }
]
RECAP = re.compile(r"^(\S+)\s+: ok=\d+\s+changed=(\d+)\s+unreachable=(\d+)\s+failed=(\d+)", re.MULTILINE)
ARTIFACTS = re.compile(r"^\tRUN: (\{.*\})$", re.MULTILINE)


@dataclass(frozen=True)
class Slice:
    """A slice that is over.

    Attributes:
        changed: The tasks that changed something, by host.
        failed: The hosts that failed.
        summary: The artifact project_baseline_summary.
        cpu_seconds: What the processes of the slice took of all cores.
        megabytes: What they held at most, all together; None where that cannot be seen.
    """

    returncode: int
    output: str
    seconds: float
    cpu_seconds: float
    megabytes: float | None
    changed: dict[str, int] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    artifacts: dict[str, Any] = field(default_factory=dict)


def hosts_of(accounts: Sequence[Account], number: int, slices: int) -> list[Account]:
    """The hosts that AWX gives to a slice, counted from 0."""
    return list(accounts[number::slices])


class Project:
    """A folder laid out like the repository of the guide, in which playbooks run."""

    def __init__(self, folder: Path, collections: str, accounts: Sequence[Account], connection: dict[str, str]) -> None:
        self.folder = folder
        self.accounts = accounts
        self.environment = ansible_environment(
            folder,
            ANSIBLE_COLLECTIONS_PATH=collections,
            ANSIBLE_NOCOLOR="true",
            ANSIBLE_SHOW_CUSTOM_STATS="true",
            ANSIBLE_VAULT_PASSWORD_FILE=str(folder / "vault-password"),
        )
        self._lay_out(connection)

    def _lay_out(self, connection: dict[str, str]) -> None:
        group = self.folder / "group_vars" / GROUP
        group.mkdir(parents=True)
        (self.folder / "host_vars").mkdir()
        self._write("scalingo.yml", PLAYBOOK)
        (self.folder / "vault-password").write_text("fleet", encoding="utf-8")
        tokens = {account.name: account.api_token for account in self.accounts}
        self._write(f"group_vars/{GROUP}/vault.yml", {"vault_scalingo_tokens": tokens})
        encrypt = [str(TOOLS / "ansible-vault"), "encrypt", str(group / "vault.yml")]
        subprocess.run(encrypt, env=self.environment, capture_output=True, check=True)
        common = {
            "ansible_connection": "local",
            "scalingo_api_token": "{{ vault_scalingo_tokens[inventory_hostname] }}",
        }
        self._write(f"group_vars/{GROUP}/main.yml", {**common, **connection})
        for account in self.accounts:
            self._write(f"host_vars/{account.name}.yml", account.drift.description)

    def _write(self, name: str, value: Any) -> None:
        (self.folder / name).write_text(json.dumps(value, indent=1), encoding="utf-8")

    def parts(self, slices: int) -> list[list[Account]]:
        """The accounts of each slice."""
        return [hosts_of(self.accounts, number, slices) for number in range(slices)]

    def run(self, playbook: str, slices: int, forks: int, **variables: Any) -> list[Slice]:
        """Run a playbook of the collection on all accounts, in slices side by side."""
        settings = {"scalingo_playbook": playbook, "project_baseline_hosts": GROUP, **variables}
        self._write("settings.json", settings)
        with ThreadPoolExecutor(slices) as pool:
            return list(pool.map(lambda numbered: self._run(*numbered, forks), enumerate(self.parts(slices))))

    def _run(self, number: int, accounts: Sequence[Account], forks: int) -> Slice:
        inventory = f"slice-{number}.json"
        self._write(inventory, {GROUP: {"hosts": {account.name: {} for account in accounts}}})
        command = [str(TOOLS / "ansible-playbook"), "-i", inventory, "--forks", str(forks)]
        output = self.folder / f"output-{number}.txt"
        with output.open("w", encoding="utf-8") as sink:
            start = time.perf_counter()
            process = subprocess.Popen(
                [*command, "-e", "@settings.json", "scalingo.yml"],
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
            )
            watchdog = threading.Timer(MOST_SECONDS, process.kill)
            watchdog.start()
            memory = _Memory(process.pid)
            memory.start()
            try:
                # Not wait(), which does not say what the process and its children took.
                _pid, status, usage = os.wait4(process.pid, 0)
                process.returncode = os.waitstatus_to_exitcode(status)
            finally:
                watchdog.cancel()
                memory.stop()
                if process.returncode is None:
                    process.terminate()
            seconds = time.perf_counter() - start
        text = output.read_text(encoding="utf-8", errors="replace")
        recap = RECAP.findall(text)
        artifacts = ARTIFACTS.search(text)
        return Slice(
            process.returncode,
            text,
            seconds,
            usage.ru_utime + usage.ru_stime,
            memory.megabytes,
            {host: int(changed) for host, changed, _unreachable, _failed in recap},
            [host for host, _changed, unreachable, failed in recap if unreachable != "0" or failed != "0"],
            json.loads(artifacts[1]) if artifacts else {},
        )


class _Memory(threading.Thread):
    """Watches what a process and all that it started hold, each page that they share counted once."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid = pid
        self.megabytes: float | None = None
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.wait(SAMPLE_SECONDS):
            held = sum(_kilobytes(pid) for pid in _family(self.pid)) / 1024
            if held:
                self.megabytes = max(self.megabytes or 0, held)

    def stop(self) -> None:
        self._over.set()
        self.join()


def _family(pid: int) -> Iterator[int]:
    """A process and its descendants, as far as the system shows them."""
    yield pid
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text(encoding="ascii").split():
                yield from _family(int(child))


def _kilobytes(pid: int) -> int:
    with suppress(OSError):
        found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii"), re.MULTILINE)
        return int(found[1]) if found else 0
    return 0
