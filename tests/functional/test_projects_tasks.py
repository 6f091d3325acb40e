# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of projects as tasks of a playbook, at the highest verbosity."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from simulator import Simulator

from .assumptions import COUNTED
from .expect import (
    CREATE,
    LIST,
    assert_ok,
    assert_refused,
    bulk_disagreements,
    diff_of,
    outline,
    per_task,
    told,
    writes,
    written,
)
from .playbook import PlaybookRun, Story, connect, projects

WANTED = [
    {"name": "default", "state": "absent"},
    {"name": "web", "new_name": "site"},
    {"name": "main", "default": True},
    {"name": "tool"},
    {"name": "gone", "state": "absent"},
]
RUNGS = ("check", "run", "rerun", "check again")
MANY = [{"name": f"web-{number}"} for number in range(25)]
THREE = [{"name": name} for name in ("api", "shop", "web")]
NAMES = ("life", "many", "broken", "mistake", "limited", "templates")


@pytest.fixture(scope="module")
def sim() -> Iterator[Any]:
    """Room for many projects. What tasks cost is counted, and each looks for what the one before it did."""
    with Simulator(**COUNTED, limit_projects=30, limit_scope="region") as simulator:
        yield simulator


@pytest.fixture(scope="module")
def accounts(sim: Any) -> dict[str, Any]:
    accounts = {name: sim.add_account(name) for name in NAMES}
    for name in ("web", "tool", "spare"):
        sim.add_project(accounts["life"], name)
    return accounts


@pytest.fixture(scope="module")
def run(sim: Any, accounts: dict[str, Any], teller: Any) -> PlaybookRun:
    sim.clear_requests()
    own = {name: connect(sim, account, max_wait=0) for name, account in accounts.items()}
    for name, details in (("broken", {"status": 500}), ("limited", {"status": 429, "body": "Retry later"})):
        sim.fault("status", method="POST", path="/v1/projects", account=name, skip=2, **details)
    templated = [
        {"name": "{{ prefix }}-web", "state": "{{ 'present' if wanted else 'absent' }}"},
        {"name": "main", "default": "{{ wanted }}", "state": "present"},
        {"name": "api", "new_name": "{{ omit }}", "project_id": "{{ omit }}"},
    ]
    return teller(
        [
            Story("life", [projects(rung, check="check" in rung, projects=WANTED) for rung in RUNGS], own["life"]),
            Story("many", [projects("make", projects=MANY), projects("look", projects=MANY)], own["many"]),
            Story("broken", [projects("first", projects=THREE), projects("second", projects=THREE)], own["broken"]),
            Story("limited", [projects("first", projects=THREE), projects("second", projects=THREE)], own["limited"]),
            Story("mistake", [projects(projects=[*THREE, {"name": "web", "state": "absent"}])], own["mistake"]),
            Story("templates", [projects(projects=templated)], own["templates"], {"prefix": "my", "wanted": "yes"}),
        ],
        "-vvvv",
    )


def test_only_the_run_changes_something(run: PlaybookRun, sim: Any, accounts: dict[str, Any]) -> None:
    for rung in RUNGS:
        result = run.of("life", rung)
        assert_ok(result, changed=rung in ("check", "run"))
        assert result.check_mode is ("check" in rung)
        assert outline(result["unlisted"]) == "spare"
    assert told(run.of("life", "run")) == "default delete, site update, main create, tool none, gone none"
    assert told(run.of("life", "rerun")) == "default none, site none, main none, tool none, gone none"
    assert outline(sim.projects(accounts["life"])) == "*main site spare tool"
    assert outline(run.of("life", "rerun")["projects"]) == "*main site tool"


def test_check_mode_says_what_the_run_then_does(run: PlaybookRun) -> None:
    assert bulk_disagreements(run.of("life", "check"), run.of("life", "run")) == []
    assert bulk_disagreements(run.of("life", "check again"), run.of("life", "rerun")) == []


def test_one_list_request_and_one_for_each_write(run: PlaybookRun, sim: Any) -> None:
    check, sent, rerun, check_again = per_task(sim.calls("life"))
    assert check[0] == LIST and writes(check) == []  # it may look for applications in what is to be deleted
    assert rerun == check_again == [LIST]
    assert sent[0] == LIST
    assert [call.split()[0] for call in writes(sent)][-1] == "DELETE"
    assert len(writes(sent)) == 3
    make, look = per_task(sim.calls("many"))
    assert make == [LIST, *([CREATE] * len(MANY))]
    assert look == [LIST]
    assert_ok(run.of("many", "make"), changed=True)
    assert_ok(run.of("many", "look"))


def test_the_diff_shows_every_change(run: PlaybookRun) -> None:
    was = {"default": "default", "web": "web", "main": None, "tool": "tool", "gone": None}
    becomes = {**was, "default": None, "web": "site", "main": "main"}
    assert diff_of(run.of("life", "run")) == (
        {"default_project": "default", "projects": was},
        {"default_project": "main", "projects": becomes},
    )
    for line in (
        '-        "default": "default",',
        '+        "default": null,',
        '         "gone": null,',
        '-        "main": null,',
        '+        "main": "main",',
        '         "tool": "tool",',
        '-        "web": "web"',
        '+        "web": "site"',
    ):
        assert line in run.stdout.splitlines(), f"this is not in the printed diff: {line}"


@pytest.mark.parametrize("name", ["broken", "limited"])
def test_a_list_that_stops_in_the_middle_is_finished_by_the_next_run(run: PlaybookRun, sim: Any, name: str) -> None:
    first, second = run.of(name, "first"), run.of(name, "second")
    assert_refused(first, "api", "shop", "web", "500" if name == "broken" else "429")
    assert first.changed, "two were created"
    assert len(written(first)) == 2
    assert_ok(second, changed=True)
    assert sorted(written(first) + written(second)) == ["api", "shop", "web"]
    assert outline(sim.projects(name)) == "api *default shop web"


def test_a_mistake_costs_no_request(run: PlaybookRun, sim: Any) -> None:
    assert_refused(run.of("mistake"), "web")
    assert sim.calls("mistake") == []


def test_items_may_be_templates(run: PlaybookRun, sim: Any) -> None:
    assert_ok(run.of("templates"), changed=True)
    assert outline(sim.projects("templates")) == "api default *main my-web"


def test_no_token_and_no_bearer_is_in_the_output(run: PlaybookRun, sim: Any, accounts: dict[str, Any]) -> None:
    printed = run.output + json.dumps([result.values for result in run.results])
    headers = {one.headers["Authorization"].split(" ", 1)[1] for one in sim.requests if "Authorization" in one.headers}
    tokens = {account.api_token for account in accounts.values()}
    tokens |= {base64.b64encode(f":{token}".encode()).decode() for token in tokens}
    assert headers
    assert [secret for secret in headers | tokens if secret in printed] == []


def test_the_playbook_is_content(run: PlaybookRun) -> None:
    assert run.returncode == 0, "the play ignores the failures"
    assert "[WARNING]" not in run.output
    assert "Traceback" not in run.output
