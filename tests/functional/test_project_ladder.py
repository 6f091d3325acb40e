# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The life of one project, each step taken four times: check mode, run, rerun, check mode again."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from typing import Any

import pytest

from .assumptions import COUNTED
from .expect import CREATE, EXCHANGE, LIST, assert_ok, diff_of, outline, per_task
from .playbook import PlaybookRun, Story, connect, project

# What a task costs is counted, and every task looks for what the one before it did.
ASSUMED = COUNTED

LADDER = {
    "create": {"name": "web"},
    "rename": {"name": "web", "new_name": "site"},
    "default": {"name": "site", "default": True},
    "hand back": {"name": "default", "default": True},
    "delete": {"name": "site", "state": "absent"},
}
RUNGS = ("check", "run", "rerun", "check again")
TASKS = [f"{step}: {rung}" for step in LADDER for rung in RUNGS]


@pytest.fixture(scope="module")
def account(sim: Any) -> Any:
    return sim.add_account("mireille")


@pytest.fixture(scope="module")
def by_id(sim: Any) -> dict[str, Any]:
    """A second account, for the same steps taken by ID."""
    account = sim.add_account("tomasz")
    return {"account": account, "project": sim.add_project(account, "web")["id"]}


@pytest.fixture(scope="module")
def run(sim: Any, account: Any, by_id: dict[str, Any], teller: Any) -> Iterator[PlaybookRun]:
    sim.clear_requests()
    climb = [
        project(f"{step}: {rung}", check="check" in rung, **arguments)
        for step, arguments in LADDER.items()
        for rung in RUNGS
    ]
    web = by_id["project"]
    identified = [
        project("nothing to do", project_id=web),
        project("rename", project_id=web, name="site"),
        project("delete", project_id=web, state="absent"),
        project("delete again", project_id=web, state="absent"),
    ]
    yield teller(
        [
            Story("mireille", climb, connect(sim, account)),
            Story("tomasz", identified, connect(sim, by_id["account"])),
        ]
    )


def test_only_the_runs_change_something(run: PlaybookRun) -> None:
    for task in TASKS:
        assert_ok(run.of("mireille", task), changed=task.endswith((": check", ": run")))


def test_check_mode_is_what_ansible_says_it_is(run: PlaybookRun) -> None:
    for task in TASKS:
        assert run.of("mireille", task).check_mode is ("check" in task)


def test_every_task_sends_these_requests_and_no_others(run: PlaybookRun, sim: Any, account: Any) -> None:
    sent = dict(zip(TASKS, per_task(sim.calls("mireille"))))
    one_read = [LIST]
    assert sent["create: check"] == one_read
    assert sent["create: run"] == [LIST, CREATE]
    assert sent["create: rerun"] == sent["create: check again"] == one_read
    site = f"/v1/projects/{run.of('mireille', 'create: run')['project']['id']}"
    assert sent["rename: check"] == one_read
    assert sent["rename: run"] == [LIST, f"PATCH {site}"]
    assert sent["rename: rerun"] == sent["rename: check again"] == one_read
    assert sent["default: check"] == one_read
    assert sent["default: run"][:2] == [LIST, f"PATCH {site}"]
    assert sent["default: rerun"] == sent["default: check again"] == one_read
    assert sent["delete: run"][0] == LIST
    assert sent["delete: run"][-1] == f"DELETE {site}"
    assert sent["delete: rerun"] == sent["delete: check again"] == one_read


def test_by_id_one_read_is_enough(run: PlaybookRun, sim: Any, by_id: dict[str, Any]) -> None:
    path = f"/v1/projects/{by_id['project']}"
    nothing, rename, delete, again = per_task(sim.calls("tomasz"))
    assert nothing == [f"GET {path}"]
    assert rename == [f"GET {path}", f"PATCH {path}"]
    assert (delete[0], delete[-1]) == (f"GET {path}", f"DELETE {path}")
    assert again == [f"GET {path}"]
    assert outline(sim.projects(by_id["account"])) == "*default"


def test_the_writes_say_what_changes_and_nothing_else(run: PlaybookRun, sim: Any) -> None:
    sent = [
        (one.method, one.body)
        for one in sim.requests
        if one.account == "mireille" and one.host != "auth" and one.method != "GET"
    ]
    create, rename, make_default, hand_back, delete = sent
    assert create[0] == "POST"
    assert create[1] in ({"project": {"name": "web"}}, {"project": {"name": "web", "default": False}})
    assert rename == ("PATCH", {"project": {"name": "site"}})
    assert make_default == hand_back == ("PATCH", {"project": {"default": True}})
    assert delete[0] == "DELETE"
    assert not delete[1]


def test_the_exchange_sends_the_token_as_password_and_the_rest_the_bearer(
    run: PlaybookRun,
    sim: Any,
    account: Any,
) -> None:
    seen = [one for one in sim.requests if one.account == "mireille"]
    basic = "Basic " + base64.b64encode(f":{account.api_token}".encode()).decode()
    exchanges = [one for one in seen if one.path == EXCHANGE.split()[-1]]
    assert {one.headers["Authorization"] for one in exchanges} == {basic}
    assert len(exchanges) == len(TASKS)
    others = {one.headers["Authorization"] for one in seen if one not in exchanges}
    assert all(header.startswith("Bearer ") for header in others)
    assert not any(account.api_token in header for header in others)


def test_every_request_says_who_asks_and_what_it_takes(run: PlaybookRun, sim: Any) -> None:
    for one in sim.requests:
        headers = {name.lower(): value for name, value in one.headers.items()}
        assert re.match(r"ansible-community\.scalingo/\d+\.\d+\.\d+", headers["user-agent"])
        assert "application/json" in headers["accept"]
        if one.method in ("POST", "PATCH") and one.host != "auth":
            assert headers["content-type"].startswith("application/json")


@pytest.mark.parametrize(
    ("step", "before", "after"),
    [
        ("create", None, {"name": "web", "default": False}),
        ("rename", {"name": "web"}, {"name": "site"}),
        ("default", {"default": False, "default_project": "default"}, {"default": True, "default_project": "site"}),
        ("hand back", {"default": False, "default_project": "site"}, {"default": True, "default_project": "default"}),
        ("delete", {"name": "site", "default": False}, None),
    ],
)
def test_the_diff_shows_what_changes(
    run: PlaybookRun,
    step: str,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
) -> None:
    for rung in ("check", "run"):
        shown = diff_of(run.of("mireille", f"{step}: {rung}"))
        assert shown is not None, "no diff"
        for wanted, side in zip((before, after), shown):
            if wanted is None:
                assert not side, "a project that is not there has nothing to show"
            else:
                assert wanted.items() <= side.items()


def test_the_diff_is_printed(run: PlaybookRun) -> None:
    assert re.search(r'^\+ .*"name": "web"', run.stdout, re.MULTILINE)
    assert re.search(r'^- .*"default_project": "default"', run.stdout, re.MULTILINE)


def test_without_a_change_the_diff_is_empty(run: PlaybookRun) -> None:
    for task in TASKS:
        if task.endswith("again") or task.endswith("rerun"):
            shown = diff_of(run.of("mireille", task))
            assert shown is None or shown[0] == shown[1], task


def test_a_predicted_project_has_no_id_and_no_dates_yet(run: PlaybookRun) -> None:
    predicted = run.of("mireille", "create: check")["project"]
    made = run.of("mireille", "create: run")["project"]
    assert {key: predicted[key] for key in ("id", "created_at", "updated_at")} == dict.fromkeys(
        ("id", "created_at", "updated_at")
    )
    assert all(made[key] for key in ("id", "created_at", "updated_at"))
    assert predicted["owner"] == made["owner"]


def test_a_rename_keeps_the_id(run: PlaybookRun) -> None:
    made = run.of("mireille", "create: run")["project"]
    for rung in RUNGS:
        renamed = run.of("mireille", f"rename: {rung}")["project"]
        assert (renamed["id"], renamed["name"]) == (made["id"], "site")


def test_after_a_delete_there_is_no_project(run: PlaybookRun, sim: Any, account: Any) -> None:
    for rung in RUNGS:
        assert run.of("mireille", f"delete: {rung}").values.get("project", "missing") is None
    assert outline(sim.projects(account)) == "*default"


def test_the_playbook_is_content(run: PlaybookRun) -> None:
    assert run.returncode == 0
    assert "[WARNING]" not in run.output
