# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a module as Ansible does on its target, in its own process, without the start of ansible-playbook.

The process is forked from a server that has imported everything, so a run costs some hundredths of a second, and a
table of hundreds of runs is affordable. What a run does not show is what ansible-playbook makes of its result.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from multiprocessing.connection import wait
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

from in_process import PACKAGE

# The least options of each module, beside those of the connection.
LEAST_OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "scalingo_login": {},
    "scalingo_project": {"name": "web"},
    "scalingo_projects": {"projects": [{"name": "web"}]},
    "scalingo_project_info": {},
    "scalingo_project_transfer": {"project_name": "web", "new_owner": "tomasz"},
    "scalingo_project_transfers": {"transfers": [{"project_name": "web", "new_owner": "tomasz"}]},
    "scalingo_project_transfer_info": {"project_name": "web"},
    "scalingo_project_collaborator": {"project_name": "web", "email": "tomasz@example.org"},
}
MODULE_NAMES = tuple(LEAST_OPTIONS)
# Each start of multiprocessing reads the exit codes of the other threads' processes, from descriptors that those
# threads may be reading from or closing: a code would be lost, or eight bytes of a file that has the number by then.
_FORKING = threading.Lock()


class Returned:
    """What ansible-playbook reads first in the result of a module, for every class that has one."""

    result: Mapping[str, Any]

    @property
    def failed(self) -> bool:
        return bool(self.result.get("failed"))

    @property
    def changed(self) -> bool:
        return bool(self.result.get("changed"))

    @property
    def msg(self) -> str:
        return str(self.result.get("msg", ""))


@dataclass(frozen=True)
class ModuleRun(Returned):
    """A module that has ended: its result is what it printed, or empty if that was no JSON.

    The exit code is 0 for success, 1 for a failed task, negative for a signal.
    """

    exitcode: int | None
    result: dict[str, Any]
    stdout: str
    stderr: str
    seconds: float

    @property
    def crashed(self) -> bool:
        """Whether it ended in any way but a result of its own."""
        return self.exitcode not in (0, 1) or not self.result or "Traceback" in self.stderr


def run_module(
    name: str,
    arguments: Mapping[str, Any],
    check: bool = False,
    environment: Mapping[str, str] | None = None,
    patience: float = 60,
    prepare: Callable[[], None] | None = None,
    doomed: Callable[[], bool] | None = None,
) -> ModuleRun:
    """Run a module to its end: `run_module("scalingo_project", {"name": "web", **connection})`.

    The environment of this process does not reach it; `environment` is all it gets beside PATH. After `patience`
    seconds, or once `doomed` says so, it is killed, and the exit code is negative. `prepare` is called in the process,
    before the module.
    """
    given = {
        **arguments,
        "_ansible_check_mode": check,
        "_ansible_diff": True,
        "_ansible_no_log": name == "scalingo_login",
    }
    with tempfile.TemporaryDirectory() as folder:
        process = _context().Process(target=_play, args=(name, given, dict(environment or {}), folder, prepare))
        with _FORKING:
            process.start()
        deadline = time.monotonic() + patience
        while not wait([process.sentinel], 0.05 if doomed else patience):
            if time.monotonic() >= deadline or (doomed and doomed()):
                break
        with _FORKING:
            if process.exitcode is None:
                process.kill()
                process.join()
            exitcode = process.exitcode
            process.close()
        texts = {one: _text(Path(folder, one)) for one in ("stdout", "stderr", "seconds")}
    try:
        result = json.loads(texts["stdout"])
    except ValueError:
        result = {}
    return ModuleRun(exitcode, result, texts["stdout"], texts["stderr"], float(texts["seconds"] or patience))


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


@cache
def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, *(f"{PACKAGE}.{name}" for name in MODULE_NAMES)])
    return context


def _play(
    name: str,
    arguments: dict[str, Any],
    environment: dict[str, str],
    folder: str,
    prepare: Callable[[], None] | None,
) -> None:
    """In the process of the module: give it the options, run it, and end as it ends."""
    from ansible.module_utils import basic

    os.environ.clear()
    os.environ.update({"PATH": os.defpath, "HOME": folder, **environment})
    basic._ANSIBLE_ARGS = json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode()
    basic._ANSIBLE_PROFILE = "legacy"  # which ansible-core asks for from 2.19 on
    for stream, file in ((1, "stdout"), (2, "stderr")):
        target = os.open(Path(folder, file), os.O_WRONLY | os.O_CREAT, 0o600)
        os.dup2(target, stream)
        os.close(target)
    if prepare is not None:
        prepare()
    begun = time.monotonic()
    code = 0
    try:
        import_module(f"{PACKAGE}.{name}").main()
    except SystemExit as end:
        code = int(end.code or 0)
    except BaseException:
        traceback.print_exc()
        code = 3
    finally:
        Path(folder, "seconds").write_text(str(time.monotonic() - begun), encoding="utf-8")
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)
