# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rate limit over real HTTP, with short minutes, and what -v says while a task waits for it.

What the limit costs at full scale is in the unit tests, whose minutes take no time.
"""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from ansible_environment import TOOLS
from simulator import Simulator

from .assumptions import COUNTED
from .expect import CREATE, EXCHANGE, LIST, assert_ok
from .playbook import PlaybookRun, Story, clean_environment, connect, project, show, write_project

MODULE_UTILS = "ansible_collections.community.scalingo.plugins.module_utils"

# A thirtieth of the real ones.
LIMIT, WINDOW = 12, 2
CREATIONS = 37
SCALED = {"_RATE_LIMIT_WAIT": 0.13, "_LONGEST_RATE_LIMIT_WAIT": 0.2, "_FIRST_BACKOFF": 0.05}

WAITS = "Rate limit reached (60 requests per minute): POST /v1/projects returned HTTP 429: Retry later"


@pytest.fixture
def short_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SCALED.items():
        monkeypatch.setattr(f"{MODULE_UTILS}._http.retry.{name}", value)


def make_api(sim: Simulator, account: Any) -> Any:
    # Not above: these need the collection, and requests.
    from ansible_collections.community.scalingo.plugins.module_utils._api import Api
    from ansible_collections.community.scalingo.plugins.module_utils._http.client import Client
    from ansible_collections.community.scalingo.plugins.module_utils._options import Connection

    urls = {"api_url": sim.api_url, "auth_url": sim.auth_url}
    return Api(Client(Connection(**urls, api_token=account.api_token, timeout=10, max_wait=60, verify=True)))


def create_all(api: Any, prefix: str, count: int) -> None:
    api.list_projects()
    for number in range(count):
        api.create_project(f"{prefix}-{number}")


@pytest.mark.parametrize("tasks", [1, 3])
def test_every_project_is_created_once(short_minutes: None, tasks: int) -> None:
    """By one task, and by three at once, however the API counts, and whatever it says when it refuses."""

    def tell(cell: tuple[str, Any]) -> None:
        mode, header = cell
        switches = {"rate_limit": LIMIT, "rate_window": WINDOW, "rate_mode": mode, "retry_after": header}
        with Simulator(limit_projects=100, **switches) as sim, ThreadPoolExecutor(tasks) as pool:
            me = sim.add_account("me")
            each = CREATIONS // tasks
            work = [pool.submit(create_all, make_api(sim, me), f"task{number}", each) for number in range(tasks)]
            for one in work:
                one.result()
            names = [each["name"] for each in sim.projects(me) if not each["default"]]
            assert sorted(names) == sorted(f"task{task}-{number}" for task in range(tasks) for number in range(each))
            statuses = Counter(each.status for each in sim.requests if each.call == CREATE)
            assert statuses[201] == each * tasks
            assert statuses[429] <= 40 * tasks, cell
            assert sum(statuses.values()) == statuses[201] + statuses[429]

    cells = [(mode, header) for mode in ("fixed", "sliding") for header in (False, "seconds")]
    with ThreadPoolExecutor(len(cells)) as pool:
        list(pool.map(tell, cells))


# What is said meanwhile


@pytest.fixture(scope="module")
def busy() -> Any:
    """An API that lets one request pass in five seconds."""
    switches = {"rate_limit": 1, "rate_window": 5, "rate_mode": "sliding", "rate_scope": "account", "rate_auth": False}
    with Simulator(**{**COUNTED, **switches, "retry_after": "seconds"}) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def watched(busy: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, list[str], dict[str, Any]]:
    """A playbook with -vvv, and how things stood when it said that it waits."""
    folder = tmp_path_factory.mktemp("watched")
    me = busy.add_account("watched")
    left_over = f"query('ansible.builtin.pipe', 'find {folder} -name \"scalingo-progress-*\"')"
    tasks = [project("create it", name="web"), show(left_over, "look")]
    (folder / "home").mkdir()
    write_project(folder, [Story("here", tasks, connect(busy, me))])
    command = [str(TOOLS / "ansible-playbook"), "-i", "inventory.json", "play.yml", "-vvv"]
    # Into a terminal, Ansible writes each line at once by itself.
    environment = {**clean_environment(folder), "PYTHONUNBUFFERED": "1"}
    lines, then = [], {}
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as running:
        assert running.stdout is not None
        for line in running.stdout:
            lines.append(line.rstrip("\n"))
            if WAITS in line and not then:
                names = [each["name"] for each in busy.projects(me)]
                then = {"names": names, "files": len(list(folder.rglob("scalingo-progress-*")))}
    return me, lines, then


def test_a_wait_is_told_while_it_lasts(busy: Any, watched: Any) -> None:
    me, lines, then = watched
    (line,) = [line for line in lines if WAITS in line]
    assert re.fullmatch(rf"<here> {re.escape(WAITS)}.*; trying again for at most 300 s \(max_wait\)\.", line)
    assert "web" not in then["names"], "it was told when it was over"
    assert "web" in [each["name"] for each in busy.projects(me)]
    assert busy.calls(me) == [EXCHANGE, LIST, CREATE, CREATE]
    told = lines.index(line)
    assert next(number for number, line in enumerate(lines) if line.startswith("changed: [here]")) > told


def test_the_file_is_gone_and_nobody_sees_its_name(watched: Any) -> None:
    _me, lines, then = watched
    assert then["files"] == 1
    start = next(number for number, line in enumerate(lines) if line.startswith("ok: [here]"))
    # What the command found: nothing.
    assert lines[start + 1 : start + 4] == ['    "msg": [', '        ""', "    ]"]
    assert not any("_scalingo_progress" in line for line in lines)


@pytest.fixture(scope="module")
def unwatched(busy: Any, teller: Any) -> PlaybookRun:
    stories = [Story("quiet", [project(name="web")], connect(busy, busy.add_account("quiet")))]
    return teller(stories)


def test_without_v_nothing_is_said(unwatched: PlaybookRun) -> None:
    assert_ok(unwatched.of("quiet"), changed=True)
    assert "Rate limit reached" not in unwatched.output


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
    assert "Rate limit reached" not in hidden.output
