# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What -v says while a task waits for the rate limit.

What the limit costs is in unit/test_rate_limit.py; test_any_api.py meets it in every operation, however it is counted.
"""

from __future__ import annotations

import subprocess
from typing import Any

import pytest
from ansible_environment import TOOLS
from simulator import Simulator

from .assumptions import COUNTED
from .expect import CREATE, EXCHANGE, LIST
from .playbook import PlaybookRun, Story, clean_environment, connect, project, write_project

WAITS = "returned HTTP 429"


@pytest.fixture(scope="module")
def busy() -> Any:
    """An API that lets one request pass in five seconds."""
    switches = {"rate_limit": 1, "rate_window": 5, "rate_mode": "sliding", "rate_scope": "account", "rate_auth": False}
    with Simulator(**{**COUNTED, **switches, "retry_after": "seconds"}) as simulator:
        yield simulator


def test_a_wait_is_told_while_it_lasts(busy: Any, tmp_path: Any) -> None:
    """In the worker: a module in a process of its own cannot say anything before it ends."""
    me = busy.add_account("watched")
    (tmp_path / "home").mkdir()
    in_worker = {"scalingo_run_in_worker": True}
    write_project(tmp_path, [Story("here", [project("create it", name="web")], connect(busy, me), in_worker)])
    command = [str(TOOLS / "ansible-playbook"), "-i", "inventory.json", "play.yml", "-v"]
    # Into a terminal, Ansible writes each line at once by itself.
    environment = {**clean_environment(tmp_path), "PYTHONUNBUFFERED": "1"}
    lines, then = [], []
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as running:
        assert running.stdout is not None
        for line in running.stdout:
            lines.append(line.rstrip("\n"))
            if WAITS in line:
                then.append([each["name"] for each in busy.projects(me)])
    (told,) = [line for line in lines if WAITS in line]
    assert told.startswith("<here> ")
    assert "max_wait" in told
    assert then == [["default"]], "it was told when it was over"
    assert "web" in [each["name"] for each in busy.projects(me)]
    assert busy.calls(me) == [EXCHANGE, LIST, CREATE, CREATE]


@pytest.fixture(scope="module")
def hidden(busy: Any, teller: Any, tmp_path_factory: pytest.TempPathFactory) -> PlaybookRun:
    secret = {**project("run", name="web"), "no_log": True}
    later = {**project("run", name="web"), "async": 60, "poll": 1}
    stories = [
        Story("secret", [secret], connect(busy, busy.add_account("secret"))),
        Story("later", [later], connect(busy, busy.add_account("later"))),
    ]
    return teller(stories, "-v", environment={"ANSIBLE_ASYNC_DIR": str(tmp_path_factory.mktemp("async"))})


def test_with_no_log_and_with_async_nothing_is_said(busy: Any, hidden: PlaybookRun) -> None:
    for story in ("secret", "later"):
        assert not hidden.of(story).failed
        assert busy.calls(story) == [EXCHANGE, LIST, CREATE, CREATE]
    assert WAITS not in hidden.output
