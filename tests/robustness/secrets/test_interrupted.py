# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that is stopped in the middle of a request prints no secret on its way out."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from ansible_environment import TOOLS
from functional.playbook import Story, clean_environment, connect, project, show, write_project
from simulator import Simulator

from .traces import assert_no_leak, secrets_of

LOOKUP = "lookup('community.scalingo.project_info', 'default', **scalingo).name"
# The API lets the run wait for longer than the run is willing to.
SECONDS, TIMEOUT = 30, 10
PATIENCE = 120


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_what_a_stopped_run_prints_holds_no_secret(tmp_path: Path, number: signal.Signals) -> None:
    """Ctrl-C reaches every process of the run, and so does AWX when it cancels a job."""
    with Simulator() as sim:
        accounts = {name: sim.add_account(name) for name in ("module", "lookup")}
        for name in accounts:
            sim.fault("slow", path="/v1/projects", account=name, times=None, seconds=SECONDS)
        impatient = {"timeout": TIMEOUT, "max_wait": 0}
        stories = [
            Story("module", [project("run", name="web")], connect(sim, accounts["module"], **impatient)),
            Story("lookup", [show(LOOKUP)], connect(sim, accounts["lookup"], **impatient)),
        ]
        write_project(tmp_path, stories)
        (tmp_path / "home").mkdir()
        changed = {"ANSIBLE_PIPELINING": "false", "ANSIBLE_LOG_PATH": str(tmp_path / "log")}
        process = subprocess.Popen(
            [str(TOOLS / "ansible-playbook"), "-i", "inventory.json", "play.yml", "-vvvv"],
            cwd=tmp_path,
            env=clean_environment(tmp_path) | changed,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            _wait_for(lambda: all("GET /v1/projects" in sim.calls(name) for name in accounts))
            os.killpg(process.pid, number)
            stdout, stderr = process.communicate(timeout=PATIENCE)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
        secrets = secrets_of(sim, accounts.values())
    assert process.returncode != 0
    outputs = {"stdout": stdout, "stderr": stderr, "log": (tmp_path / "log").read_bytes()}
    assert_no_leak(outputs, secrets, ["stdout", "log"])


def _wait_for(happened: Any) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, "no request came"
        time.sleep(0.05)
