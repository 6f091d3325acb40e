# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings under which ansible-playbook leaves as many traces as it can, and the search of all of them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from functional.playbook import PlaybookRun

from .search import Search, files_of

# Ansible looks whether a task in the background has ended every five seconds, and removes its files then.
PATIENCE = 15
# What must have been there, or the search was one of nothing.
EXPECTED = ("stdout", "ansible.log", "results.jsonl", "facts/")


def leaving_traces(folder: Path) -> dict[str, str]:
    """The environment of a run that logs, caches, and keeps its temporary files in a folder of their own."""
    (folder / "tmp").mkdir(parents=True)
    return {
        "TMPDIR": str(folder / "tmp"),
        "ANSIBLE_ASYNC_DIR": str(folder / "async"),
        "ANSIBLE_CACHE_PLUGIN": "jsonfile",
        "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(folder / "facts"),
        "ANSIBLE_KEEP_REMOTE_FILES": "0",
        "ANSIBLE_LOG_PATH": str(folder / "ansible.log"),
        "ANSIBLE_PIPELINING": "false",
        "ANSIBLE_RETRY_FILES_ENABLED": "true",
        "ANSIBLE_RETRY_FILES_SAVE_PATH": str(folder / "retry"),
        "ANSIBLE_SHOW_CUSTOM_STATS": "true",
    }


def left_by(folder: Path, run: PlaybookRun, given: Iterable[str]) -> dict[str, bytes]:
    """What a run printed, and every file that it left."""
    deadline = time.monotonic() + PATIENCE
    while any((folder / "ansible").rglob("AnsiballZ_*")) and time.monotonic() < deadline:
        time.sleep(0.1)
    return {"stdout": run.stdout.encode(), "stderr": run.stderr.encode(), **files_of(folder, given)}


def secrets_of(sim: Any, accounts: Iterable[Any]) -> dict[str, str]:
    """The token of every account, and every bearer that was ever sent or answered, by a name."""
    found = {f"token of {account.username}": account.api_token for account in accounts}
    bearers: dict[str, str] = {}
    for one in sim.requests:
        scheme, _space, credential = one.headers.get("Authorization", "").partition(" ")
        if scheme == "Bearer":
            bearers[credential] = one.account or "somebody"
        if isinstance(one.answer, dict) and isinstance(one.answer.get("token"), str):
            bearers[one.answer["token"]] = one.account or "somebody"
    return {**found, **{f"bearer {number} of {who}": text for number, (text, who) in enumerate(bearers.items())}}


def assert_no_leak(outputs: Mapping[str, bytes], secrets: Mapping[str, str], expected: Iterable[str]) -> None:
    """No secret is in any output, and these outputs were among them."""
    for name in expected:
        assert any(output.startswith(name) and content for output, content in outputs.items()), f"no {name}"
    search = Search(secrets)
    leaks = search.leaks(outputs)
    print(f"{len(secrets)} secrets, {search.texts} outputs, {sum(map(len, outputs.values()))} bytes, {search.compared}")
    assert not leaks, "\n".join(leaks)


def assert_found(folder: Path, given: Iterable[str], secrets: Mapping[str, str], expected: Iterable[str]) -> None:
    """The same search finds these secrets in the files that were given to the run, where they are."""
    names = {secret: name for name, secret in secrets.items()}
    found = "\n".join(Search(secrets).leaks({name: (folder / name).read_bytes() for name in given}))
    assert [names[secret] for secret in expected if f"{names[secret]} as it is in " not in found] == []
