# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of projects as tasks of a playbook."""

from __future__ import annotations

from typing import Any

import pytest

from .assumptions import COUNTED
from .expect import assert_ok, assert_refused, bulk_disagreements, diff_of, outline, told, written
from .playbook import PlaybookRun, Story, connect, projects

# Each task looks for what the one before it did.
ASSUMED = COUNTED

WANTED = [
    {"name": "default", "state": "absent"},
    {"name": "web", "new_name": "site"},
    {"name": "main", "default": True},
    {"name": "tool"},
    {"name": "gone", "state": "absent"},
]
RUNGS = ("check", "run", "rerun", "check again")
THREE = [{"name": name} for name in ("api", "shop", "web")]
NAMES = ("life", "broken", "limited", "templates")


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
            Story("broken", [projects("first", projects=THREE), projects("second", projects=THREE)], own["broken"]),
            Story("limited", [projects("first", projects=THREE), projects("second", projects=THREE)], own["limited"]),
            Story("templates", [projects(projects=templated)], own["templates"], {"prefix": "my", "wanted": "yes"}),
        ],
        "-v",
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


def test_items_may_be_templates(run: PlaybookRun, sim: Any) -> None:
    assert_ok(run.of("templates"), changed=True)
    assert outline(sim.projects("templates")) == "api default *main my-web"


def test_the_playbook_is_content(run: PlaybookRun) -> None:
    assert run.returncode == 0, "the play ignores the failures"
    assert "[WARNING]" not in run.output
    assert "Traceback" not in run.output
