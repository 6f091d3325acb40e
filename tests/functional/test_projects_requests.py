# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a list of projects costs: one list request, and one more for each project to write."""

from __future__ import annotations

from typing import Any

import pytest

from .assumptions import COUNTED
from .expect import (
    CREATE,
    EXCHANGE,
    LIST,
    assert_ok,
    bulk_disagreements,
    diff_of,
    outline,
    per_task,
    told,
    writes,
    written,
)
from .playbook import bulk

# What a list costs is counted.
ASSUMED = COUNTED

SIZES = (0, 1, 5, 25)

# Lists for an account with the projects default (its default one), web, old and spare, and what becomes of them.
LISTS: dict[str, tuple[list[dict[str, Any]], str, str, str]] = {
    "nothing to do": (
        [{"name": "web"}, {"name": "default", "default": True}, {"name": "gone", "state": "absent"}, {"name": "old"}],
        "web none, default none, gone none, old none",
        "*default old spare web",
        "spare",
    ),
    "not the default one already": (
        [{"name": "web", "default": False}],
        "web none",
        "*default old spare web",
        "default old spare",
    ),
    "renamed already": (
        [{"name": "shop", "new_name": "web"}],
        "web none",
        "*default old spare web",
        "default old spare",
    ),
    "a creation": ([{"name": "api"}], "api create", "api *default old spare web", "default old spare web"),
    "a name that looks like an id": (
        [{"name": "prj-0f4c7a52"}],
        "prj-0f4c7a52 create",
        "*default old prj-0f4c7a52 spare web",
        "default old spare web",
    ),
    "creations that are not to be the default one": (
        [{"name": "api", "default": False}, {"name": "shop", "default": False}],
        "api create, shop create",
        "api *default old shop spare web",
        "default old spare web",
    ),
    "a rename": ([{"name": "web", "new_name": "site"}], "site update", "*default old site spare", "default old spare"),
    "a deletion": ([{"name": "old", "state": "absent"}], "old delete", "*default spare web", "default spare web"),
    "some of everything": (
        [
            {"name": "old", "state": "absent"},
            {"name": "default"},
            {"name": "web", "new_name": "site"},
            {"name": "api"},
            {"name": "gone", "state": "absent"},
        ],
        "old delete, default none, site update, api create, gone none",
        "api *default site spare",
        "spare",
    ),
    "nothing at all": ([], "", "*default old spare web", "default old spare web"),
}

# The same account, and lists that move the default: the API may be asked once more who has it now.
DEFAULTS: dict[str, tuple[list[dict[str, Any]], str, str]] = {
    "a new default one": ([{"name": "main", "default": True}], "main create", "default *main old spare web"),
    "a new default one, the old one named, too": (
        [{"name": "default"}, {"name": "main", "default": True}],
        "default none, main create",
        "default *main old spare web",
    ),
    "another default one": ([{"name": "web", "default": True}], "web update", "default old spare *web"),
    "the default one renamed": ([{"name": "default", "new_name": "main"}], "main update", "*main old spare web"),
}


def _account(sim: Any, name: str) -> Any:
    me = sim.add_account(name.replace(" ", "-").replace(",", ""))
    for one in ("web", "old", "spare"):
        sim.add_project(me, one)
    return me


def _held(projects: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without the date that the server gives to a project that ceases to be the default one."""
    return [{key: value for key, value in one.items() if key != "updated_at"} for one in projects]


@pytest.mark.parametrize("name", LISTS)
def test_one_list_request_and_one_for_each_write(sim: Any, name: str) -> None:
    items, outcomes, after, unlisted = LISTS[name]
    me = _account(sim, name)
    runs = [bulk(sim, me, items, check=True), bulk(sim, me, items)]
    check, run = runs
    assert bulk_disagreements(check, run) == []
    assert_ok(run, changed=bool(written(run)))
    assert told(run) == outcomes
    assert outline(sim.projects(me)) == after
    checked, sent = per_task(sim.calls(me))
    assert checked[0] == sent[0] == LIST
    assert len(sent) == 1 + len(written(run)) == 1 + len(writes(sent))
    assert writes(checked) == []
    for result in runs:
        assert " ".join(sorted(one["name"] for one in result["unlisted"])) == unlisted
    shown = diff_of(run) or (None, None)
    assert (shown[0] != shown[1]) is run.changed


@pytest.mark.parametrize("name", LISTS)
def test_projects_are_what_the_account_holds_in_the_list_s_order(sim: Any, name: str) -> None:
    items = LISTS[name][0]
    me = _account(sim, f"{name} held")
    run = bulk(sim, me, items)
    held = {one["name"]: one for one in sim.projects(me)}
    names = [one.get("new_name", one["name"]) for one in items]
    assert run["projects"] == [held[name] for name in names if name in held]
    assert [one["project"] for one in run["outcomes"]] == [held.get(name) for name in names]
    assert [held[one["name"]] for one in run["unlisted"]] == run["unlisted"]


@pytest.mark.parametrize("name", DEFAULTS)
def test_the_default_moves_with_one_write(sim: Any, name: str) -> None:
    items, outcomes, after = DEFAULTS[name]
    me = _account(sim, f"{name} moves")
    check, run, again = bulk(sim, me, items, check=True), bulk(sim, me, items), bulk(sim, me, items)
    assert bulk_disagreements(check, run) == []
    assert_ok(run, changed=True)
    assert told(run) == outcomes
    assert outline(sim.projects(me)) == after
    held = {one["name"]: one for one in sim.projects(me)}
    assert _held(run["projects"]) == _held([held[one["name"]] for one in run["projects"]])
    assert [one["name"] for one in run["projects"] + run["unlisted"] if one["default"]] == [
        one["name"] for one in held.values() if one["default"]
    ], "more than one is shown as the default one, or the wrong one"
    checked, sent, rest = per_task(sim.calls(me))
    assert checked == [LIST]
    assert sent[0] == LIST and len(writes(sent)) == 1
    if "renamed" in name:
        assert again.failed or not again.changed
    else:
        assert_ok(again)
    assert rest == [LIST]


@pytest.mark.parametrize("count", SIZES)
@pytest.mark.parametrize("by", ["api_token", "bearer_token"])
def test_n_projects_are_created_with_n_and_one_requests_and_found_with_one(sim: Any, count: int, by: str) -> None:
    sim.set(limit_projects=30)
    me = sim.add_account(f"creates-{count}-{by}")
    own = {"api_token": "", "bearer_token": me.bearer()} if by == "bearer_token" else {}
    exchange = [EXCHANGE] if by == "api_token" else []
    items = [{"name": f"web-{number}"} for number in range(count)]
    for check, created, requests in ((True, count, 0), (False, count, count), (False, 0, 0), (True, 0, 0)):
        sim.clear_requests()
        result = bulk(sim, me, items, check, **own)
        assert_ok(result, changed=created > 0)
        assert len(written(result)) == created
        assert sim.calls(me) == [*exchange, LIST, *([CREATE] * requests)]
    assert len(sim.projects(me)) == count + 1
    assert [one["name"] for one in result["unlisted"]] == ["default"]


def test_a_bearer_that_ends_in_the_middle_is_exchanged_once(sim: Any) -> None:
    me = sim.add_account("ends-in-the-middle")
    for skip in (1, 3):
        sim.fault("status", method="POST", path="/v1/projects", account=me, status=401, skip=skip, body={"error": "no"})
    result = bulk(sim, me, [{"name": name} for name in ("api", "web")], max_wait=0)
    assert_ok(result, changed=True)
    assert outline(sim.projects(me)) == "api *default web"
    assert sim.calls(me) == [EXCHANGE, LIST, CREATE, CREATE, EXCHANGE, CREATE]
    sim.clear_faults()


def test_a_predicted_project_has_no_id_and_no_dates_yet(sim: Any) -> None:
    me = sim.add_account("predicted")
    items = [{"name": "web"}, {"name": "default"}]
    check, run = bulk(sim, me, items, check=True), bulk(sim, me, items)
    predicted, made = check["outcomes"][0]["project"], run["outcomes"][0]["project"]
    keys = ("id", "created_at", "updated_at")
    assert {key: predicted[key] for key in keys} == dict.fromkeys(keys)
    assert all(made[key] for key in keys)
    assert predicted["owner"] == made["owner"]
    assert check["projects"][1] == run["projects"][1] == check["outcomes"][1]["project"]
