# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of projects against every plausible answer of the API."""

from __future__ import annotations

from typing import Any

import pytest
from simulator import Simulator

from .arrangements import EVERYTHING, five
from .expect import LIST, assert_ok, assert_refused, bulk_disagreements, outline, per_task, told, writes, written
from .playbook import bulk, connect, here

SWITCHES: list[dict[str, Any]] = [
    {},
    {"list_lag": 1},
    {"list_lag": 3, "duplicate_status": 409},
    {"two_defaults": True},
    {"two_defaults": 3, "list_lag": 1},
    {"page_size": 2},
    {"page_size": 2, "page_max": 2, "page_style": "last", "page_key": "previous_page"},
    {"uuid_claim": False},
    {"uuid_claim": "opaque", "self_hosts": "auth"},
    {"uuid_claim": "opaque", "self_hosts": "api"},
    {"default_delete_status": 422, "default_false_status": 200},
    {"default_delete_status": 403, "default_false_status": 400},
    {"show_flags": False, "dates": "offset", "id_prefix": "pr", "request_ids": False},
    {"extra_fields": True, "touch_unchanged": True},
    {"validation_style": "nested", "error_format": "html", "not_found_style": "text"},
    {"rate_limit": 60, "rate_auth": True, "rate_scope": "address"},
]
DUPLICATES: list[dict[str, Any]] = [
    {"list_lag": lag, "duplicate_status": status, "validation_style": style}
    for lag in (1, 2)
    for status, style in ((422, "flat"), (422, "nested"), (422, "single"), (409, "flat"))
]
PATIENCE = 20  # the seconds that a task may wait for an API that limits it, or whose lists lag behind
SELF = "/v1/users/self"  # whose default project it is matters


def _account(sim: Any) -> Any:
    me = sim.add_account("mireille")
    five(sim, me)
    return me


@pytest.mark.parametrize("switches", SWITCHES, ids=str)
def test_the_list_comes_to_the_same_and_a_second_run_is_one_look(switches: dict[str, Any]) -> None:
    with Simulator(**switches) as sim:
        me = _account(sim)
        check, run = (
            bulk(sim, me, EVERYTHING, check=True, max_wait=PATIENCE),
            bulk(sim, me, EVERYTHING, max_wait=PATIENCE),
        )
        assert_ok(run, changed=True)
        assert bulk_disagreements(check, run) == []
        assert told(run) == ("default delete, site update, shop update, main create, gone none, old delete, kept none")
        assert outline(sim.projects(me)) == "kept *main shop site spare"
        assert outline(run["projects"]) == "kept *main shop site"
        assert outline(run["unlisted"]) == outline(check["unlisted"]) == "spare"
        checked, sent = per_task(sim.calls(me))
        assert writes(checked) == []
        assert len(writes(sent)) == 5
        pages = 3 if "page_max" in switches else None
        assert not pages or checked.count(LIST) == pages
        for _read in range(3):
            here("scalingo_project_info", connect(sim, me))  # by now every list is as it should be
        held = sim.projects(me)
        sim.clear_requests()
        assert_ok(bulk(sim, me, EVERYTHING, max_wait=PATIENCE))
        assert sim.projects(me) == held
        (again,) = per_task(sim.calls(me))
        assert set(again) == {LIST} or (
            "uuid_claim" in switches and all(call == LIST or SELF in call for call in again)
        )
        assert again.count(LIST) == 1 or "page_size" in switches


@pytest.mark.parametrize("switches", DUPLICATES, ids=str)
def test_a_list_that_lags_behind_creates_nothing_twice(switches: dict[str, Any]) -> None:
    items = [{"name": "api"}, {"name": "shop"}]
    with Simulator(**switches) as sim:
        me = sim.add_account("mireille")
        assert_ok(bulk(sim, me, items, max_wait=PATIENCE), changed=True)
        second = bulk(sim, me, items, max_wait=PATIENCE)
        assert outline(sim.projects(me)) == "api *default shop"
        assert not second.changed
        assert written(second) == []
        if second.failed:
            assert_refused(second, "api")
        else:
            assert_ok(second)
            assert outline(second["projects"]) == "api shop"


@pytest.mark.parametrize("status", [409, 422, 403])
@pytest.mark.parametrize("by", ["name", "project_id"])
def test_the_default_project_is_never_asked_to_be_deleted(status: int, by: str) -> None:
    with Simulator(default_delete_status=status) as sim:
        me = _account(sim)
        default = sim.projects(me)[0]["id"]
        item = {"project_id": default} if by == "project_id" else {"name": "default"}
        items = [{"name": "api"}, {**item, "state": "absent"}]
        for check in (True, False):
            result = bulk(sim, me, items, check, max_wait=PATIENCE)
            assert_refused(result, "default")
            assert not result.changed
        assert writes(sim.calls(me)) == []


# Lists that make another project the default one, and the projects of the list afterwards.
MOVES: dict[str, tuple[list[dict[str, Any]], str]] = {
    "the old one is named": ([{"name": "default"}, {"name": "web", "default": True}], "default *web"),
    "the old one is renamed": (
        [{"name": "default", "new_name": "site"}, {"name": "web", "default": True}],
        "site *web",
    ),
    "to a new one": ([{"name": "default", "new_name": "site"}, {"name": "main", "default": True}], "*main site"),
}


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("switches", [{}, {"two_defaults": True}, {"two_defaults": 5}, {"list_lag": 2}], ids=str)
def test_the_result_knows_one_default_project(switches: dict[str, Any], move: str, backwards: bool) -> None:
    items, after = MOVES[move]
    items = items[::-1] if backwards else items
    with Simulator(**switches) as sim:
        me = _account(sim)
        check, run = bulk(sim, me, items, check=True, max_wait=PATIENCE), bulk(sim, me, items, max_wait=PATIENCE)
        assert_ok(run, changed=True)
        assert bulk_disagreements(check, run) == []
        assert outline(run["projects"]) == outline(check["projects"]) == after
        assert not any(one["default"] for one in run["unlisted"])


@pytest.mark.parametrize("delete_with_database", [409, 422, 403, 204])
def test_a_database_inside(delete_with_database: int) -> None:
    with Simulator(delete_with_database=delete_with_database) as sim:
        me = _account(sim)
        old = next(one["id"] for one in sim.projects(me) if one["name"] == "old")
        sim.add_application(old, "inside-of-old", databases=True)
        result = bulk(sim, me, [{"name": "old", "state": "absent"}, {"name": "api"}], max_wait=PATIENCE)
        if delete_with_database == 204:
            assert_ok(result, changed=True)
            assert told(result) == "old delete, api create"
        else:
            assert_refused(result, "old", "api", str(delete_with_database))
            assert written(result) == ["api"]


@pytest.mark.parametrize("style", ["flat", "nested", "single"])
def test_a_refused_name_is_told_in_the_api_s_words(style: str) -> None:
    """Somebody else takes the name in the meantime: the list lags behind, and shows neither."""
    with Simulator(validation_style=style, list_lag=9, duplicate_status=422) as sim:
        me = _account(sim)
        web = next(one["id"] for one in sim.projects(me) if one["name"] == "web")
        assert_ok(bulk(sim, me, [{"name": "site"}], max_wait=PATIENCE), changed=True)
        result = bulk(sim, me, [{"name": "api"}, {"project_id": web, "name": "site"}], max_wait=PATIENCE)
        assert_refused(result, "site", "taken", "422")
        assert result.changed is ("api" in written(result))
