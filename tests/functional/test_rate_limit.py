# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rate limit over real HTTP, with short minutes, and what -v says while a task waits for it.

What the limit costs at full scale is in the unit tests, whose minutes take no time.
"""

from __future__ import annotations

import subprocess
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from ansible_collections.community.scalingo.plugins.module_utils._projects import ensure_projects
from ansible_collections.community.scalingo.plugins.module_utils._task import run_task
from ansible_environment import TOOLS
from simulator import Simulator

from .assumptions import COUNTED
from .expect import CREATE, EXCHANGE, LIST
from .playbook import PlaybookRun, Story, clean_environment, connect, project, write_project

# A thirtieth of the real ones.
LIMIT, WINDOW = 12, 2
TASKS, EACH = 3, 10

WAITS = "returned HTTP 429"


def create_all(sim: Simulator, account: Any, prefix: str, count: int) -> Any:
    connection = connect(sim, account, region="osc-fr1", timeout=10, max_wait=60, validate_certs=True)
    items = [{"name": f"{prefix}-{number}"} for number in range(count)]
    return run_task(ensure_projects, {**connection, "projects": items, "continue_on_failure": False})


@pytest.mark.parametrize("mode", ["fixed", "sliding"])
def test_three_tasks_at_once_create_every_project_once(mode: str) -> None:
    switches = {"rate_limit": LIMIT, "rate_window": WINDOW, "rate_mode": mode, "retry_after": "seconds"}
    with Simulator(limit_projects=100, **switches) as sim, ThreadPoolExecutor(TASKS) as pool:
        me = sim.add_account("me")
        work = [pool.submit(create_all, sim, me, f"task{number}", EACH) for number in range(TASKS)]
        assert [one.result().get("msg") for one in work] == [None] * TASKS
        names = [each["name"] for each in sim.projects(me) if not each["default"]]
        assert sorted(names) == sorted(f"task{task}-{number}" for task in range(TASKS) for number in range(EACH))
        statuses = Counter(each.status for each in sim.requests if each.call == CREATE)
        assert statuses[201] == EACH * TASKS
        assert statuses[429] <= 40 * TASKS, mode
        assert sum(statuses.values()) == statuses[201] + statuses[429]


# What is said meanwhile


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
