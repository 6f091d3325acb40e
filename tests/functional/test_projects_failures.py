# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong in the middle of a list: what was done is told, what was not is told, and nothing is done twice."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

import pytest
from simulator import Simulator

from .assumptions import COUNTED, TWENTY
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
from .playbook import TaskResult, bulk

# After a failure the list is run again at once, writes are counted, and max_wait leaves no time for a limit.
ASSUMED = COUNTED
BROKEN = {"status": 500, "body": {"error": "we're on it!"}}
SECONDS = 15  # far above what max_wait allows, far below the window of the rate limit
NEW = [{"name": name} for name in ("api", "shop", "web")]


def _account(sim: Any, name: str, *projects: str) -> tuple[Any, dict[str, str]]:
    me = sim.add_account(name)
    return me, {one: sim.add_project(me, one)["id"] for one in projects}


def assert_stopped(result: TaskResult, done: Iterable[str], names: Iterable[str]) -> None:
    """It failed after these items were done, and one line, however long, has all these names."""
    assert result.failed, result.values
    assert "\n" not in result.msg and "Traceback" not in result.msg
    assert [name for name in names if name.lower() not in result.msg.lower()] == [], result.msg
    assert written(result) == list(done)
    assert result.changed is bool(list(done))
    assert {"projects", "unlisted", "diff"} <= set(result.values), "not all of what was done is returned"
    before, after = diff_of(result) or (None, None)
    assert (before != after) is result.changed
    assert all(one["project"] for one in result["outcomes"] if one["action"] in ("create", "update"))


def test_the_second_creation_fails(sim: Any) -> None:
    me, _ids = _account(sim, "second-creation")
    sim.fault("status", method="POST", path="/v1/projects", times=None, account=me, skip=1, **BROKEN)
    result = bulk(sim, me, [{"name": "default"}, *NEW], max_wait=0)
    made = [one["name"] for one in sim.projects(me) if not one["default"]]
    assert len(made) == 1
    assert_stopped(result, made, ("api", "shop", "web", "500", "we're on it!"))
    assert (result["error"]["status"], result["error"]["method"]) == (500, "POST")
    assert sim.calls(me).count(CREATE) == 2, "it stops at the first failure"
    assert [one["name"] for one in result["projects"] if one["id"]][:2] == ["default", made[0]]
    sim.clear_faults()
    again = bulk(sim, me, [{"name": "default"}, *NEW], max_wait=0)
    assert_ok(again, changed=True)
    assert written(again) == [one["name"] for one in NEW if one["name"] not in made]
    assert outline(sim.projects(me)) == "api *default shop web"


REFUSALS: dict[str, tuple[int, Any]] = {
    "bad request": (400, {"error": "no way"}),
    "not allowed": (401, {"error": "no way"}),
    "no money": (402, {"error": "no way", "url": "https://dashboard.example.org"}),
    "forbidden": (403, {"error": "no way"}),
    "not found": (404, {"resource": "project", "error": "no way"}),
    "not found, in other words": (404, {"error": "no way"}),
    "conflict": (409, {"error": "no way"}),
    "fields": (422, {"errors": {"default": [["no way"]]}}),
    "maintenance": (503, "no way"),
}


@pytest.mark.parametrize("refusal", REFUSALS)
@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_a_refused_write_ends_the_list(sim: Any, method: str, refusal: str) -> None:
    status, body = REFUSALS[refusal]
    me, _ids = _account(sim, f"{method}-{refusal}".replace(" ", "-").replace(",", ""), "old", "web", "tool", "older")
    items: list[dict[str, Any]] = [
        {"name": "api"},
        {"name": "shop"},
        {"name": "web", "new_name": "site"},
        {"name": "tool", "new_name": "tools"},
        {"name": "old", "state": "absent"},
        {"name": "older", "state": "absent"},
    ]
    path = "/v1/projects*"
    sim.fault("status", method=method, path=path, times=None, account=me, skip=1, status=status, body=body)
    result = bulk(sim, me, items, max_wait=0)
    sim.clear_faults()
    assert result["error"]["status"] == status
    assert result["error"]["method"] == method
    gone, new = {"web": "site", "tool": "tools"}, {one["name"] for one in sim.projects(me)}
    done = [one["name"] for one in items[:2] if one["name"] in new]
    done += [name for name in gone.values() if name in new] + [name for name in ("old", "older") if name not in new]
    words = ("api", "shop", "web", "tool", "old", "older", "no way", str(status))
    assert_stopped(result, done, words)
    again = bulk(sim, me, items, max_wait=0)
    assert_ok(again, changed=True)
    assert sorted(done + written(again)) == ["api", "old", "older", "shop", "site", "tools"]
    assert outline(sim.projects(me)) == "api *default shop site tools"


def test_the_first_write_fails(sim: Any) -> None:
    me, _ids = _account(sim, "first-write")
    sim.fault("status", method="POST", path="/v1/projects", times=None, account=me, **BROKEN)
    result = bulk(sim, me, NEW, max_wait=0)
    assert_refused(result, *(one["name"] for one in NEW))
    assert not result.changed
    assert written(result) == []
    assert sim.calls(me).count(CREATE) == 1


def test_the_deletion_of_the_old_default_fails(sim: Any) -> None:
    me, _ids = _account(sim, "old-default")
    sim.fault("status", method="DELETE", path="/v1/projects/*", times=None, account=me, **BROKEN)
    items: list[dict[str, Any]] = [{"name": "default", "state": "absent"}, {"name": "main", "default": True}]
    result = bulk(sim, me, items, max_wait=0)
    assert_stopped(result, ["main"], ("main", "default", "500"))
    assert outline(sim.projects(me)) == "default *main"
    sim.clear_faults()
    assert told(bulk(sim, me, items, max_wait=0)) == "default delete, main none"


def test_an_application_inside_keeps_the_project_and_ends_the_list(sim: Any) -> None:
    """Check mode knows of the application, too."""
    me, ids = _account(sim, "application-inside", "old", "web")
    sim.add_application(ids["web"], "inside-of-web")
    items = [{"name": "web", "state": "absent"}, {"name": "api"}, {"name": "old", "new_name": "older"}]
    check, run = bulk(sim, me, items, check=True, max_wait=0), bulk(sim, me, items, max_wait=0)
    for result in (check, run):
        assert_stopped(result, ["api", "older"], ("web", "application", "api", "older"))
    assert (check.changed, diff_of(check)) == (run.changed, diff_of(run))
    assert bulk_disagreements(check, run) == []
    assert run["error"]["status"] == 409
    assert outline(sim.projects(me)) == "api *default older web"
    checked, sent = per_task(sim.calls(me))
    assert writes(checked) == []
    assert sent[0] == LIST and len(writes(sent)) == 3


def test_one_deletion_of_several_fails(sim: Any) -> None:
    me, ids = _account(sim, "several-deletions", "one", "two", "three")
    sim.add_application(ids["two"], "inside-of-two")
    items = [{"name": name, "state": "absent"} for name in ids]
    check, run = bulk(sim, me, items, check=True, max_wait=0), bulk(sim, me, items, max_wait=0)
    left = {one["name"] for one in sim.projects(me)}
    assert "two" in left
    for result in (check, run):
        assert_stopped(result, [name for name in ids if name not in left], ("one", "two", "three", "application"))


@pytest.mark.parametrize("status", [422, 402])
def test_the_limit_of_projects_is_told_in_the_api_s_words(status: int) -> None:
    with Simulator(limit_status=status, **TWENTY) as sim:
        me = sim.add_account("mireille")
        names = [f"web-{number:02}" for number in range(21)]
        result = bulk(sim, me, [{"name": name} for name in names], max_wait=0)
        made = sorted(one["name"] for one in sim.projects(me) if not one["default"])
        assert len(made) == 19
        missing = [name for name in names if name not in made]
        assert_stopped(result, made, (*missing, "maximum number of projects", str(status)))
        assert result["error"]["status"] == status


@pytest.mark.parametrize(
    ("max_wait", "retry_after", "rate_body"), [(0, False, "text"), (1, False, "json"), (2, "seconds", "text")]
)
def test_a_rate_limited_list_ends_with_max_wait(max_wait: int, retry_after: Any, rate_body: str) -> None:
    with Simulator(rate_limit=4, retry_after=retry_after, rate_body=rate_body) as sim:
        me = sim.add_account("mireille")
        sim.clock.freeze()  # so that the window does not end in the middle
        names = [f"web-{number}" for number in range(5)]
        began = time.monotonic()
        result = bulk(sim, me, [{"name": name} for name in names], max_wait=max_wait)
        assert time.monotonic() - began < SECONDS
        made = sorted(one["name"] for one in sim.projects(me) if not one["default"])
        assert len(made) == 3
        assert_stopped(result, made, (*names, "429", "max_wait"))


def test_a_rate_limited_list_goes_on_where_max_wait_allows() -> None:
    with Simulator(rate_limit=4, rate_window=1, retry_after="seconds") as sim:
        me = sim.add_account("mireille")
        items = [{"name": f"web-{number}"} for number in range(5)]
        result = bulk(sim, me, items, max_wait=60)
        assert_ok(result, changed=True)
        assert len(sim.projects(me)) == 6
