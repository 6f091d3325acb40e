# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of projects: any list, what goes wrong in the middle of one, lost responses, and other APIs."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable
from typing import Any

import pytest
from simulator import Simulator

from .assumptions import COUNTED, TWENTY, UP_TO_DATE
from .expect import CREATE, EXCHANGE, LIST, assert_ok, assert_refused, diff_of, disagreements, outline, told, writes
from .expect import written as written_by
from .playbook import TaskResult
from .table import Account, assert_outcomes

# Writes are counted, and every list is run a second time at once.
ASSUMED = COUNTED

ANIMALS = ("ant", "bee", "cat", "dog", "elk")
LISTS = 40
PATIENCE = 20  # the seconds that a task may wait for an API that limits it, or whose lists lag behind
NEW = "api, shop, web"
# Everything that one list can ask for; the default project goes.
EVERYTHING = "-default, web>site, tools>shop, main default=true, -gone, -old, kept"
FIVE = "*default web tools old kept spare"


def _list(lot: random.Random, existing: list[str]) -> list[str]:
    """A list, seldom one that is a mistake by itself."""
    targets = lot.sample(ANIMALS, len(ANIMALS))  # no name is wanted twice
    items = []
    for name in lot.sample(ANIMALS, lot.randint(1, 4)):
        by_id = name in existing and lot.random() < 0.4
        item, absent = (f"project_id=${name}", f"project_id=${name} state=absent") if by_id else (name, f"-{name}")
        if lot.random() < 0.3:
            item = absent
        elif name in existing and lot.random() < 0.6:
            item += f" name={targets.pop()}" if by_id else f">{targets.pop()}"
        elif not by_id and lot.random() < 0.05:
            item += f">{lot.choice(ANIMALS)}"
        if item != absent and lot.random() < 0.3:
            item += lot.choice([" default=true"] * 9 + [" default=false"])
        items.append(item)
    return items + [lot.choice(ANIMALS)] * (lot.random() < 0.2)


@pytest.mark.parametrize("seed", range(LISTS))
def test_any_list_is_done_whole_or_not_begun_and_its_order_means_nothing(sim: Any, seed: int) -> None:
    lot = random.Random(seed)
    existing = lot.sample(ANIMALS, lot.randint(1, 4))
    items = _list(lot, existing)
    first, other = (Account(sim, f"*{' '.join(existing)}") for _each in range(2))
    climbed = first.climb(f"{', '.join(items)},", max_wait=0)
    if climbed.run.failed:
        assert climbed.sent == [] and not climbed.run.changed
        assert climbed.steps["check"].msg == climbed.run.msg
    else:
        assert_outcomes(first, climbed)
        assert len(climbed.sent) == len(written_by(climbed.run)), "one write for each item"
    reversed_run = other.task(f"{', '.join(items[::-1])},", max_wait=0)
    assert (reversed_run.failed, reversed_run.changed) == (climbed.run.failed, climbed.run.changed), reversed_run.msg
    assert other.state == first.state


@pytest.mark.parametrize("count", [0, 25])
@pytest.mark.parametrize("by", ["api_token", "bearer_token"])
def test_n_projects_cost_n_and_one_requests_and_then_one(sim: Any, count: int, by: str) -> None:
    sim.set(limit_projects=30)
    account = Account(sim, "*default")
    own = {"api_token": "", "bearer_token": account.me.bearer()} if by == "bearer_token" else {}
    exchange = [EXCHANGE] if by == "api_token" else []
    items = [{"name": f"web-{number}"} for number in range(count)]
    for check, requests in ((True, 0), (False, count), (False, 0)):
        sim.clear_requests()
        result = account.projects(items, check, **own)
        assert_ok(result, changed=requests > 0 or (check and count > 0))
        assert account.calls() == [*exchange, LIST, *([CREATE] * requests)]
    assert len(account.held) == count + 1
    assert outline(result["unlisted"]) == "*default"


def test_an_id_that_the_list_does_not_show_is_read_once() -> None:
    for status in (200, 403, 404):
        with Simulator(**COUNTED, list_collaborations=False, collaborator_get=status) as sim:
            account = Account(sim, "*default web friend/shared")
            result = account.task("web, project_id=$friend/shared")
            assert account.calls() == [EXCHANGE, LIST, f"{LIST}/{account.words['$friend/shared']}"]
            if status == 200:
                assert_ok(result)
                assert told(result) == "web none, shared none"
            else:
                assert_refused(result, account.words["$friend/shared"])


def assert_stopped(result: TaskResult, done: Iterable[str]) -> None:
    """It failed after these items were done, and returned them."""
    assert result.failed, result.values
    assert "\n" not in result.msg and "Traceback" not in result.msg
    assert written_by(result) == list(done)
    assert result.changed is bool(list(done))
    assert {"projects", "unlisted", "diff"} <= set(result.values), "not all of what was done is returned"
    before, after = diff_of(result)
    assert (before != after) is result.changed
    assert all(one["project"] for one in result["outcomes"] if one["action"] in ("create", "update"))


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (401, {"error": "no way"}),
        (402, {"error": "no way", "url": "https://dashboard.example.org"}),
        (404, {"resource": "project", "error": "no way"}),
        (409, {"error": "no way"}),
        (422, {"errors": {"default": [["no way"]]}}),
        (500, {"error": "no way"}),
        (503, "no way"),
    ],
    ids=lambda value: str(value) if isinstance(value, int) else "",
)
@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_a_rejected_write_ends_the_list_which_a_second_run_finishes(
    sim: Any, method: str, status: int, body: Any
) -> None:
    account, task = Account(sim, "*default old web tool older"), "api, shop, web>site, tool>tools, -old, -older"
    sim.fault(
        "status", method=method, path="/v1/projects*", times=None, account=account.me, skip=1, status=status, body=body
    )
    result = account.task(task, max_wait=0)
    sim.clear_faults()
    assert (result["error"]["status"], result["error"]["method"]) == (status, method)
    assert "no way" in result.msg
    left = {one["name"] for one in account.held.values()}
    names = ["api", "shop", "site", "tools", "old", "older"]
    done = [name for name in names if (name in left) is (name not in ("old", "older"))]
    assert_stopped(result, done)
    again = account.task(task, max_wait=0)
    assert_ok(again, changed=True)
    assert sorted(done + written_by(again)) == sorted(names)
    assert account.state == {"api=", "*default", "shop=", "site=web", "tools=tool"}


def test_a_list_goes_on_after_a_failure_if_it_is_told_to(sim: Any) -> None:
    account = Account(sim, "*default old")
    sim.fault("status", method="POST", path="/v1/projects", account=account.me, status=422, body={"error": "no"})
    result = account.task("api, web, project_id=prj-0, -old; continue_on_failure=true", max_wait=0)
    assert result.failed and result.changed
    assert [one["failed"] for one in result["outcomes"]] == [True, False, True, False]
    assert [one["unknown"] for one in result["outcomes"]] == [False, False, True, False]
    assert account.state == {"*default", "web="}


@pytest.mark.parametrize(
    ("existing", "task", "after", "done"),
    [
        ("*default web+app old", "-web, api, old>older", "*default web api= older=old", ["api", "older"]),
        ("*default web+db old", "-web, api, old>older", "*default web api= older=old", ["api", "older"]),
        ("*default one two+app", "-one, -two", "*default two", ["one"]),
    ],
)
def test_what_is_inside_a_project_ends_the_list_and_is_predicted(
    sim: Any, existing: str, task: str, after: str, done: list[str]
) -> None:
    sim.set(delete_with_database=409)
    account = Account(sim, existing)
    climbed = account.climb(task, max_wait=0)
    for result in climbed.steps.values():
        assert_stopped(result, done)
    assert account.state == set(after.split())
    assert climbed.run["error"]["status"] == 409


def test_the_old_default_whose_deletion_fails_is_deleted_by_the_next_run(sim: Any) -> None:
    account = Account(sim, "*default")
    sim.fault("status", method="DELETE", path="/v1/projects/*", times=None, account=account.me, status=500)
    assert_stopped(account.task("-default, main default=true", max_wait=0), ["main"])
    sim.clear_faults()
    assert told(account.task("-default, main default=true", max_wait=0)) == "default delete, main none"


@pytest.mark.parametrize("status", [422, 402])
def test_the_limit_of_projects_is_told_in_the_api_s_words(status: int) -> None:
    with Simulator(limit_status=status, **TWENTY) as sim:
        account = Account(sim, "*default")
        result = account.projects([{"name": f"web-{number:02}"} for number in range(21)], max_wait=0)
        made = sorted(one["name"] for one in account.held.values() if not one["default"])
        assert len(made) == 19
        assert_stopped(result, made)
        assert "maximum number of projects" in result.msg
        assert result["error"]["status"] == status


def test_a_rate_limited_list_ends_with_max_wait() -> None:
    with Simulator(rate_limit=4) as sim:
        account = Account(sim, "*default")
        sim.clock.freeze()  # so that the window does not end in the middle
        began = time.monotonic()
        result = account.projects([{"name": f"web-{number}"} for number in range(5)], max_wait=1)
        assert time.monotonic() - began < 15
        assert_stopped(result, ["web-0", "web-1", "web-2"])
        assert result["error"]["status"] == 429


LOST = [(method, kind, skip) for method in ("POST", "PATCH", "DELETE") for kind, skip in (("after", 0), ("before", 1))]


@pytest.mark.parametrize(("method", "kind", "skip"), LOST)
def test_a_lost_response_is_settled_by_reading(sim: Any, method: str, kind: str, skip: int) -> None:
    account = Account(sim, "*default old older tool web")
    sim.fault(f"drop_{kind}", method=method, path="/v1/projects*", account=account.me, skip=skip)
    result = account.task("api, -old, web>site, -older, main default=true, tool>tools", max_wait=30)
    assert_ok(result, changed=True)
    assert told(result) == "api create, old delete, site update, older delete, main create, tools update"
    assert account.state == {"api=", "default", "*main=", "site=web", "tools=tool"}
    held = {one["name"]: one for one in account.held.values()}
    assert result["projects"] == [held[name] for name in ("api", "site", "main", "tools")]
    assert len(writes(account.calls())) <= 7


@pytest.mark.parametrize("kind", ["drop_after", "truncate", "garbage"])
def test_responses_that_are_lost_for_ever_create_nothing_twice(sim: Any, kind: str) -> None:
    account = Account(sim, "*default")
    sim.fault(kind, method="POST", path="/v1/projects", times=None, account=account.me)
    result = account.task(NEW, max_wait=0)
    names = [one["name"] for one in account.held.values()]
    assert len(names) == len(set(names))
    assert set(written_by(result)) <= set(names)
    assert result.failed or written_by(result) == NEW.split(", ")
    sim.clear_faults()
    assert not account.task(NEW, max_wait=0).failed
    assert account.state == {"*default", "api=", "shop=", "web="}


@pytest.mark.parametrize("status", [409, 422])
def test_a_list_that_lags_behind_creates_nothing_twice(status: int) -> None:
    with Simulator(list_lag=2, duplicate_status=status, **{"two_defaults": False}) as sim:
        account = Account(sim, "*default")
        sim.fault("drop_after", method="POST", path="/v1/projects", skip=1)
        first = account.task(NEW, max_wait=PATIENCE)
        second = account.task("api", max_wait=PATIENCE)
        assert len(account.held) == len({one["name"] for one in account.held.values()})
        assert set(written_by(first)) <= {one["name"] for one in account.held.values()}
        assert not second.changed
        assert second.failed or second["project"] in account.held.values()


OTHERWISE: list[dict[str, Any]] = [
    {"list_lag": 3, "duplicate_status": 409},
    {"two_defaults": 3, "list_lag": 1},
    {"page_size": 2, "page_max": 2, "page_style": "last", "page_key": "previous_page"},
    {"uuid_claim": False},
    {"uuid_claim": "opaque", "self_hosts": "api", "default_delete_status": 422, "default_false_status": 200},
    {"show_flags": False, "dates": "offset", "id_prefix": "pr", "request_ids": False, "extra_fields": True},
    {"validation_style": "nested", "error_format": "html", "not_found_style": "text", "touch_unchanged": True},
]


@pytest.mark.parametrize("switches", OTHERWISE, ids=str)
def test_a_list_comes_to_the_same_with_another_api(switches: dict[str, Any]) -> None:
    with Simulator(**switches) as sim:
        account = Account(sim, FIVE)
        check, run = (account.task(EVERYTHING, check, max_wait=PATIENCE) for check in (True, False))
        assert_ok(run, changed=True)
        assert disagreements(check, run) == []
        assert told(run) == "default delete, site update, shop update, main create, gone none, old delete, kept none"
        after = {"kept", "*main=", "shop=tools", "site=web", "spare"}
        assert account.state == after
        assert outline(run["projects"]) == "kept *main shop site"
        assert outline(run["unlisted"]) == outline(check["unlisted"]) == "spare"
        assert len(writes(account.calls())) == 5
        for _read in range(3):  # by now every list is as it should be
            account.task(",")
        assert_ok(account.task(EVERYTHING, max_wait=PATIENCE))
        assert account.state == after


@pytest.mark.parametrize("task", ["default, web default=true", "web default=true, default>site", "main default=true,"])
@pytest.mark.parametrize("switches", [{"two_defaults": 5}, {**UP_TO_DATE, "list_lag": 2}], ids=str)
def test_the_result_knows_one_default_project(switches: dict[str, Any], task: str) -> None:
    with Simulator(**switches) as sim:
        account = Account(sim, FIVE)
        check, run = (account.task(task, check, max_wait=PATIENCE) for check in (True, False))
        assert_ok(run, changed=True)
        assert disagreements(check, run) == []
        assert [one["default"] for one in run["projects"] + run["unlisted"]].count(True) == 1
