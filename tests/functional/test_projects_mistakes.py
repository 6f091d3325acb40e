# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists that can only be a mistake: one clear sentence, in check mode too, and not one request."""

from __future__ import annotations

from typing import Any

import pytest

from .assumptions import COUNTED
from .expect import EXCHANGE, LIST, assert_ok, assert_refused, outline, per_task, told, writes
from .playbook import bulk

# What is found out before a request, and what with one, is counted.
ASSUMED = COUNTED

WEB, API = {"name": "web"}, {"name": "api"}
GONE = {"name": "web", "state": "absent"}
RENAME = {"name": "web", "new_name": "site"}
ONE, OTHER = "prj-00000000-0000-4000-8000-000000000001", "prj-00000000-0000-4000-8000-000000000002"

# Lists, and the facts that the sentence must hold.
MISTAKES: dict[str, tuple[list[Any], tuple[str, ...]]] = {
    "name with capitals": ([API, {"name": "Web"}], ("name", "Web")),
    "name with an accent": ([{"name": "café"}, API], ("café",)),
    "name with a line break": ([{"name": "we\nb"}], ("name",)),
    "name with a slash": ([{"name": "../web"}], ("../web",)),
    "name of 65 characters": ([{"name": "a" * 65}], ("64",)),
    "new name with capitals": ([API, {"name": "web", "new_name": "Site"}], ("new_name", "Site")),
    "id with a bad name": ([{"project_id": ONE, "name": "Web"}], ("Web",)),
    "two default projects": (
        [{**WEB, "default": True}, API, {"name": "shop", "default": True}],
        ("default", "web", "shop"),
    ),
    "the same id twice": ([{"project_id": ONE}, API, {"project_id": ONE}], (ONE,)),
    "the same id with two names": ([{"project_id": ONE, "name": "web"}, {"project_id": ONE, "name": "site"}], (ONE,)),
    "the same id, once absent": ([{"project_id": ONE}, {"project_id": ONE, "state": "absent"}], (ONE,)),
    "the same name twice": ([WEB, API, WEB], ("web",)),
    "the same name, once absent": ([WEB, GONE], ("web",)),
    "absent and created again": ([GONE, API, WEB], ("web",)),
    "absent twice": ([GONE, GONE], ("web",)),
    "a rename and a creation": ([RENAME, WEB], ("web",)),
    "renamed twice": ([RENAME, {"name": "web", "new_name": "shop"}], ("web",)),
    "renamed and absent": ([RENAME, GONE], ("web",)),
    "two renames to one name": ([RENAME, {"name": "api", "new_name": "site"}], ("site",)),
    "a rename to a name of the list": ([RENAME, {"name": "site"}], ("site",)),
    "a rename by id to a name of the list": ([{"project_id": ONE, "name": "site"}, {"name": "site"}], ("site",)),
    "two ids, one name": ([{"project_id": ONE, "name": "site"}, {"project_id": OTHER, "name": "site"}], ("site",)),
    "a rename by id and one by name to one name": ([{"project_id": ONE, "name": "site"}, RENAME], ("site",)),
    "neither name nor id": ([API, {"default": True}], ("name", "project_id")),
    "nothing in an item": ([{}], ("name", "project_id")),
    "an empty name": ([API, {"name": ""}], ("name",)),
    "a new name alone": ([{"new_name": "site"}], ("name",)),
    "a new name with an id": ([{"project_id": ONE, "new_name": "site"}], ("new_name", "name")),
    "absent with a new name": ([{**RENAME, "state": "absent"}], ("new_name", "absent")),
    "absent and default": ([{**GONE, "default": True}], ("default", "absent")),
    "an unknown state": ([{"name": "web", "state": "gone"}], ("state", "gone")),
    "an unknown option": ([{"name": "web", "colour": "red"}], ("colour",)),
    "default in words": ([{"name": "web", "default": "perhaps"}], ("default",)),
    "an item that is no object": ([[]], ()),
}

# The same for what can be known only once the projects are known. The account has default, web, site, and shop.
LATER: dict[str, tuple[list[dict[str, Any]], tuple[str, ...]]] = {
    "the same project by name and by id": ([API, {"project_id": "$web"}, WEB], ("web",)),
    "the same project, renamed and by id": (
        [API, {"name": "web", "new_name": "tool"}, {"project_id": "$web"}],
        ("web",),
    ),
    "both names exist": ([API, RENAME], ("web", "site")),
    "both names exist, one by id": ([API, RENAME, {"project_id": "$site"}], ("web", "site")),
    "the name by id is taken": ([API, {"project_id": "$web", "name": "site"}], ("web", "site")),
    "the default project cannot be unset": ([API, {"name": "default", "default": False}], ("default",)),
    "the default project cannot be unset by id": ([API, {"project_id": "$default", "default": False}], ("default",)),
    "the default project cannot be deleted": ([API, {"name": "default", "state": "absent"}], ("default",)),
    "the default project cannot be deleted by id": (
        [API, {"name": "shop", "state": "absent"}, {"project_id": "$default", "state": "absent"}],
        ("default",),
    ),
    "an unknown id": ([API, {"project_id": ONE}], (ONE,)),
    "an unknown id with a name": ([API, {"project_id": ONE, "name": "tool"}], (ONE,)),
}

# Names that are never written are nobody's business.
HARMLESS: dict[str, list[dict[str, Any]]] = {
    "absent with capitals": [{"name": "Web", "state": "absent"}, API],
    "absent as a default project that is none": [{"name": "tool", "state": "absent", "default": False}, API],
}


@pytest.fixture(scope="module")
def me(sim: Any) -> Any:
    return sim.add_account("mireille")


@pytest.mark.parametrize("mistake", MISTAKES)
@pytest.mark.parametrize("check", [False, True], ids=["run", "check mode"])
def test_the_module_says_what_is_wrong(sim: Any, me: Any, mistake: str, check: bool) -> None:
    items, facts = MISTAKES[mistake]
    sim.clear_requests()
    result = bulk(sim, me, items, check)
    assert_refused(result, *facts)
    assert not result.changed
    assert not any(one["changed"] for one in result.get("outcomes") or [])
    assert sim.calls() == [], "not even the token exchange"


@pytest.mark.parametrize("list_", LATER)
def test_the_whole_list_is_looked_at_before_the_first_write(sim: Any, list_: str) -> None:
    items, facts = LATER[list_]
    me = sim.add_account(list_.replace(" ", "-").replace(",", ""))
    ids = {"default": sim.projects(me)[0]["id"], **{n: sim.add_project(me, n)["id"] for n in ("web", "site", "shop")}}
    by_id = [
        {**one, "project_id": ids.get(one["project_id"][1:], ONE)} if "project_id" in one else one for one in items
    ]
    check, run = bulk(sim, me, by_id, check=True), bulk(sim, me, by_id)
    for result in (check, run):
        assert_refused(result, *facts)
        assert not result.changed
        assert not any(one["changed"] for one in result.get("outcomes") or [])
    assert outline(sim.projects(me)) == "*default shop site web"
    for sent in per_task(sim.calls(me)):
        assert sent[0] == LIST
        assert writes(sent) == []


@pytest.mark.parametrize("list_", HARMLESS)
def test_this_is_no_mistake(sim: Any, list_: str) -> None:
    me = sim.add_account(list_.replace(" ", "-"))
    items = HARMLESS[list_]
    run = bulk(sim, me, items)
    assert_ok(run, changed=True)
    assert told(run) == f"{items[0]['name']} none, api create"
    assert outline(sim.projects(me)) == "api *default"


def test_an_empty_list_is_an_audit(sim: Any) -> None:
    me = sim.add_account("audit")
    sim.add_project(me, "web")
    sim.clear_requests()
    for check in (False, True):
        result = bulk(sim, me, [], check)
        assert_ok(result)
        assert (result["outcomes"], result["projects"]) == ([], [])
        assert result["unlisted"] == sim.projects(me)
    assert sim.calls(me) == [EXCHANGE, LIST] * 2


def test_the_old_default_need_not_be_unset(sim: Any) -> None:
    """That the old default project is not to be it any more: the list comes to that, or is refused as a whole."""
    me = sim.add_account("unset-by-another")
    items = [{"name": "default", "default": False}, {"name": "main", "default": True}]
    check, run = bulk(sim, me, items, check=True), bulk(sim, me, items)
    assert (check.failed, check.changed) == (run.failed, run.changed)
    assert run.changed is not run.failed
    assert outline(sim.projects(me)) == ("*default" if run.failed else "default *main")
