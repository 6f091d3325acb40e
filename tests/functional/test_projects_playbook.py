# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Projects as tasks of a playbook: check mode, run, rerun, and check again; what is sent, and what is printed."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest

from .assumptions import COUNTED
from .expect import CREATE, EXCHANGE, LIST, assert_ok, diff_of, disagreements, outline, told
from .playbook import PlaybookRun, Story, connect, project, projects
from .table import RUNGS

# What a task costs is counted, and every task looks for what the one before it did.
ASSUMED = COUNTED

# What a task asks for, and the diff that shows it.
LADDER: dict[str, tuple[dict[str, Any], dict[str, Any] | None, dict[str, Any] | None]] = {
    "create": ({"name": "web"}, None, {"name": "web", "default": False}),
    "rename": ({"name": "web", "new_name": "site"}, {"name": "web"}, {"name": "site"}),
    "default": (
        {"name": "site", "default": True},
        {"default": False, "default_project": "default"},
        {"default": True, "default_project": "site"},
    ),
    "give back": (
        {"name": "default", "default": True},
        {"default": False, "default_project": "site"},
        {"default": True, "default_project": "default"},
    ),
    "delete": ({"name": "site", "state": "absent"}, {"name": "site", "default": False}, None),
}
WANTED = [
    {"name": "default", "state": "absent"},
    {"name": "web", "new_name": "site"},
    {"name": "main", "default": True},
    {"name": "tool"},
    {"name": "gone", "state": "absent"},
]
TEMPLATES = [
    {"name": "{{ prefix }}-web", "state": "{{ 'present' if wanted else 'absent' }}"},
    {"name": "main", "default": "{{ wanted }}", "state": "present"},
    {"name": "api", "new_name": "{{ omit }}", "project_id": "{{ omit }}"},
]


@pytest.fixture(scope="module")
def accounts(sim: Any) -> dict[str, Any]:
    accounts = {name: sim.add_account(name) for name in ("ladder", "list", "templates")}
    for name in ("web", "tool", "spare"):
        sim.add_project(accounts["list"], name)
    return accounts


@pytest.fixture(scope="module")
def run(sim: Any, accounts: dict[str, Any], teller: Any) -> PlaybookRun:
    sim.clear_requests()
    own = {name: connect(sim, account, max_wait=0) for name, account in accounts.items()}
    ladder = [
        project(f"{step}: {rung}", check="check" in rung, **options)
        for step, (options, *_diff) in LADDER.items()
        for rung in RUNGS
    ]
    return teller(
        [
            Story("ladder", ladder, own["ladder"]),
            Story("list", [projects(rung, check="check" in rung, projects=WANTED) for rung in RUNGS], own["list"]),
            Story("templates", [projects(projects=TEMPLATES)], own["templates"], {"prefix": "my", "wanted": "yes"}),
        ],
        "-v",
    )


@pytest.mark.parametrize("step", LADDER)
def test_only_the_run_changes_something_and_check_mode_predicts_it(run: PlaybookRun, step: str) -> None:
    rungs = [run.of("ladder", f"{step}: {rung}") for rung in RUNGS]
    assert [one.check_mode for one in rungs] == [True, False, False, True]
    for one, changed in zip(rungs, (True, True, False, False)):
        assert_ok(one, changed)
        shown = diff_of(one)
        assert (shown[0] != shown[1]) is changed
        if changed:
            for wanted, side in zip(LADDER[step][1:], shown):
                assert wanted.items() <= side.items() if wanted else not side
        assert (one.values.get("project", "missing") is None) is (step == "delete")
    assert disagreements(rungs[0], rungs[1]) == disagreements(rungs[3], rungs[2]) == []


def test_the_ladder_sends_these_requests_and_no_others(run: PlaybookRun, sim: Any, accounts: dict[str, Any]) -> None:
    created, made = (run.of("ladder", f"create: {rung}")["project"] for rung in ("check", "run"))
    assert [created[key] for key in ("id", "created_at", "updated_at")] == [None] * 3
    assert created["owner"] == made["owner"]
    site, default = (f"{LIST[4:]}/{key}" for key in (made["id"], sim.projects("ladder")[0]["id"]))
    expected: list[str] = []
    for write in (CREATE, f"PATCH {site}", f"PATCH {site}", f"PATCH {default}", f"DELETE {site}"):
        inside = ["GET /v1/apps", "GET /v1/databases"] if "DELETE" in write else []  # whether it can be deleted
        expected += [EXCHANGE, LIST, *inside, EXCHANGE, LIST, write, EXCHANGE, LIST, EXCHANGE, LIST]
    assert sim.calls("ladder") == expected
    seen = [one for one in sim.requests if one.account == "ladder"]
    bodies = [one.body for one in seen if one.host != "auth" and one.method != "GET"]
    set_default = {"project": {"default": True}}
    assert bodies[1:4] == [{"project": {"name": "site"}}, set_default, set_default] and not bodies[4]
    assert bodies[0] in ({"project": {"name": "web"}}, {"project": {"name": "web", "default": False}})
    basic = "Basic " + base64.b64encode(f":{accounts['ladder'].api_token}".encode()).decode()
    for one in seen:
        headers = {name.lower(): value for name, value in one.headers.items()}
        assert headers["authorization"].startswith("Bearer ") or (one.host, headers["authorization"]) == ("auth", basic)
        assert re.match(r"ansible-community\.scalingo/\d+\.\d+\.\d+", headers["user-agent"])
        assert "application/json" in headers["accept"]
        if one.method in ("POST", "PATCH") and one.host != "auth":
            assert headers["content-type"].startswith("application/json")
    assert outline(sim.projects("ladder")) == "*default"


def test_a_list_is_predicted_done_and_then_unchanged(run: PlaybookRun, sim: Any) -> None:
    rungs = [run.of("list", rung) for rung in RUNGS]
    for one, changed in zip(rungs, (True, True, False, False)):
        assert_ok(one, changed)
        assert outline(one["unlisted"]) == "spare"
    assert disagreements(rungs[0], rungs[1]) == disagreements(rungs[3], rungs[2]) == []
    assert told(rungs[1]) == "default delete, site update, main create, tool none, gone none"
    assert outline(sim.projects("list")) == "*main site spare tool"
    was = {"default": "default", "web": "web", "main": None, "tool": "tool", "gone": None}
    becomes = {**was, "default": None, "web": "site", "main": "main"}
    assert diff_of(rungs[1]) == (
        {"default_project": "default", "projects": was},
        {"default_project": "main", "projects": becomes},
    )


@pytest.mark.parametrize(
    "line",
    [
        '-        "web": "web"',
        '+        "web": "site"',
        '         "gone": null,',
        '+        "main": "main",',
        '-    "default_project": "default",',
    ],
)
def test_the_diff_is_printed(run: PlaybookRun, line: str) -> None:
    assert line in run.stdout.splitlines()


def test_items_may_be_templates_and_the_playbook_is_content(run: PlaybookRun, sim: Any) -> None:
    assert_ok(run.of("templates"), changed=True)
    assert outline(sim.projects("templates")) == "api default *main my-web"
    assert run.returncode == 0
    assert "[WARNING]" not in run.output and "Traceback" not in run.output
