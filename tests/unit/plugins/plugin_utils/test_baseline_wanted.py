# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the variables of the role project_baseline ask for, and what they may not."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.community.scalingo.plugins.plugin_utils._baseline_wanted import (
    handoffs_to_do,
    is_named_only,
    wanted_projects,
)

SHOP = {"project": "shop", "new_owner": "tomasz"}
BY_ID = {"project": "prj-b7e2915d-40c8-4a36-bd1f-7786e0c95a24", "new_owner": "tomasz"}


def wanted(default: Any = "", projects: Any = (), handoffs: Any = (), preview: Any = None) -> dict[str, Any]:
    return wanted_projects(list(projects), default, list(handoffs), preview)


@pytest.mark.parametrize(
    ("default", "projects", "expected", "index"),
    [
        ("", [], [], None),
        (None, [{"name": "web"}], [{"name": "web"}], None),
        ("web", [], [{"name": "web", "default": True}], 0),
        ("web", [{"name": "web"}], [{"name": "web", "default": True}], 0),
        ("web", [{"name": "api"}, {"name": "web"}], [{"name": "api"}, {"name": "web", "default": True}], 1),
        ("web", [{"name": "www", "new_name": "web"}], [{"name": "www", "new_name": "web", "default": True}], 0),
        (
            "web",
            [{"name": "web", "new_name": "www"}],
            [{"name": "web", "new_name": "www"}, {"name": "web", "default": True}],
            1,
        ),
        ("web", [{"name": "web", "default": "yes"}], [{"name": "web", "default": True}], 0),
        (
            "",
            [{"name": "api"}, {"name": "web", "default": True}],
            [{"name": "api"}, {"name": "web", "default": True}],
            1,
        ),
        (
            "web",
            [{"project_id": "prj-1", "name": "web"}],
            [{"project_id": "prj-1", "name": "web", "default": True}],
            0,
        ),
    ],
)
def test_the_default_project_has_a_place_in_the_list(
    default: Any, projects: Any, expected: Any, index: int | None
) -> None:
    assert wanted(default, projects) == {"problem": None, "projects": expected, "default_index": index}


@pytest.mark.parametrize("item", [{"name": "shop"}, {"name": "shop", "default": False, "state": "present"}])
def test_what_is_handed_over_is_not_in_the_list(item: dict[str, Any]) -> None:
    found = wanted("", [item, {"name": "web"}], [SHOP])
    assert found == {"problem": None, "projects": [{"name": "web"}], "default_index": None}


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"default": "shop", "handoffs": [SHOP]}, ["shop", "default_project", "handoffs"]),
        ({"handoffs": [SHOP, {**SHOP, "new_owner": "amina"}]}, ["shop", "twice"]),
        ({"handoffs": [{"project": "shop", "new_owner": " "}]}, ["shop", "new_owner"]),
        ({"handoffs": [{"project": "", "new_owner": "tomasz"}]}, ["item 1", "project"]),
        ({"handoffs": [{**SHOP, "new_owner": "t@example.org"}]}, ["item 1", "(shop)", "email", "user name or user id"]),
        ({"handoffs": [{**SHOP, "new_owner_api_token": ["secret"]}]}, ["item 1", "new_owner_api_token"]),
        ({"handoffs": [{**SHOP, "new_owner_api_token": {"a": "secret"}}]}, ["item 1", "new_owner_api_token"]),
        ({"projects": [{"name": "web"}, {"name": ""}]}, ["item 2", "name or project_id"]),
        ({"projects": ["web"]}, ["item 1", "dictionary"]),
        ({"projects": [{"name": ["web"]}]}, ["name must be a text in item 1"]),
        ({"projects": [{"name": "web", "new_name": {"a": 1}}]}, ["new_name must be a text in item 1"]),
        ({"handoffs": [{"project": ["shop"], "new_owner": "tomasz"}]}, ["project must be a text in item 1"]),
        ({"default": ["web"]}, ["default_project must be a text"]),
        ({"projects": [{"name": "web"}], "handoffs": [BY_ID]}, ["given by its id", "web by its name"]),
        ({"default": "web", "handoffs": [BY_ID]}, ["given by its id", "web by its name"]),
        ({"projects": [{"name": "shop", "default": True}], "handoffs": [SHOP]}, ["shop", "item 1"]),
        ({"projects": [{"name": "shop", "state": "absent"}], "handoffs": [SHOP]}, ["shop", "item 1"]),
        ({"projects": [{"name": "shop", "new_name": "web"}], "handoffs": [SHOP]}, ["shop", "item 1"]),
        ({"projects": [{"name": "web", "new_name": "shop"}], "handoffs": [SHOP]}, ["shop", "item 1"]),
        ({"projects": [{"name": "shop", "project_id": "prj-1"}], "handoffs": [SHOP]}, ["shop", "item 1"]),
        ({"default": "web", "projects": [{"name": "api", "default": True}]}, ["web", "api"]),
        ({"default": "web", "projects": [{"name": "web", "default": "no"}]}, ["web", "not to be"]),
        ({"default": "web", "projects": [{"name": "web", "state": "absent"}]}, ["web", "absent"]),
    ],
)
def test_what_cannot_be_right_is_refused_in_one_sentence(variables: dict[str, Any], words: list[str]) -> None:
    found = wanted(**variables)
    assert found["projects"] == []
    assert all(word in found["problem"].lower() for word in words), found["problem"]
    assert found["problem"].endswith(".") and "\n" not in found["problem"]
    assert "secret" not in found["problem"]


def test_ids_do_not_mind_other_ids() -> None:
    assert wanted(projects=[{"project_id": "prj-1"}], handoffs=[BY_ID])["problem"] is None
    assert wanted(handoffs=[BY_ID])["problem"] is None


@pytest.mark.parametrize("variable", ["shop", {"name": "shop"}, 7])
def test_a_variable_must_be_a_list(variable: Any) -> None:
    assert "project_baseline_projects must be a list" in wanted_projects(variable, "", [])["problem"]
    assert "project_baseline_handoffs must be a list" in wanted_projects([], "", variable)["problem"]


@pytest.mark.parametrize("nothing", [None, "", [], ()])
def test_nothing_is_a_list_too(nothing: Any) -> None:
    assert wanted_projects(nothing, nothing or "", nothing)["problem"] is None


@pytest.mark.parametrize(
    ("item", "named_only"),
    [
        ({"name": "web"}, True),
        ({"project_id": "prj-1", "name": "", "state": "present", "default": "no"}, True),
        ({"name": "web", "new_name": "www"}, False),
        ({"project_id": "prj-1", "name": "web"}, False),
        ({"name": "web", "default": "yes"}, False),
        ({"name": "web", "state": "absent"}, False),
        ({}, False),
    ],
)
def test_what_is_only_named(item: dict[str, Any], named_only: bool) -> None:
    assert is_named_only(item) is named_only


@pytest.mark.parametrize(("indexes", "renamed"), [([1], True), (["1"], True), ([0], False), ([], False)])
def test_the_default_project_is_renamed_if_a_check_of_some_items_says_so(indexes: Any, renamed: bool) -> None:
    seen = {**preview(), "indexes": indexes}
    found = wanted("web", [{"name": "Bad"}], preview=seen)["projects"]
    assert found[1] == {
        "name": "default" if renamed else "web",
        **({"new_name": "web"} if renamed else {}),
        "default": True,
    }


def preview(action: str = "create", before: Any = "default") -> dict[str, Any]:
    return {"outcomes": [{"action": action}], "diff": {"before": {"projects": {}, "default_project": before}}}


def test_the_present_default_project_is_renamed_if_none_has_the_name() -> None:
    found = wanted("web", preview=preview())
    assert found["projects"] == [{"name": "default", "new_name": "web", "default": True}]


@pytest.mark.parametrize(
    "seen",
    [preview("none"), preview("update"), preview(before=None), {"outcomes": []}, {"skipped": True}, {}, None],
)
def test_else_nothing_is_renamed(seen: Any) -> None:
    assert wanted("web", preview=seen)["projects"] == [{"name": "web", "default": True}]


@pytest.mark.parametrize(
    "named",
    [
        {"projects": [{"name": "default"}]},
        {"projects": [{"name": "default", "state": "absent"}]},
        {"projects": [{"name": "x", "new_name": "default"}]},
        {"handoffs": [{"project": "default", "new_owner": "tomasz"}]},
    ],
)
def test_what_the_description_names_keeps_its_name(named: dict[str, Any]) -> None:
    items = wanted("web", **named)["projects"]
    seen = {"outcomes": [{"action": "none"}] * (len(items) - 1) + [{"action": "create"}], "diff": preview()["diff"]}
    assert wanted("web", preview=seen, **named)["projects"] == items


def project(name: str, owner: str, **more: Any) -> dict[str, Any]:
    user = {"id": f"us-{owner}", "username": owner}
    return {"id": f"prj-{name}-{owner}", "name": name, "default": False, "owner": user, **more}


def test_what_belongs_to_its_new_owner_is_done() -> None:
    visible = [project("shop", "tomasz"), project("web", "mireille")]
    assert handoffs_to_do([SHOP], visible) == []
    assert handoffs_to_do([{**SHOP, "new_owner": "us-tomasz"}], visible) == []
    assert handoffs_to_do([{**SHOP, "project": "prj-shop-tomasz"}], visible) == []


@pytest.mark.parametrize("token", [None, "", "tk-us-secret"])
def test_what_is_left_is_named_without_its_token(token: str | None) -> None:
    todo = handoffs_to_do([{**SHOP, "new_owner_api_token": token}], [project("shop", "mireille")])
    assert todo == [
        {
            "index": 0,
            "project": "shop",
            "new_owner": "tomasz",
            "reinvite": False,
            "has_token": bool(token),
            "visible": True,
            "project_id": "prj-shop-mireille",
        }
    ]


@pytest.mark.parametrize(
    ("name", "key"),
    [("shop", "project_name"), ("prj-b7e2915d-40c8-4a36-bd1f-7786e0c95a24", "project_id"), ("prj-1", "project_name")],
)
def test_what_is_not_seen_is_looked_for_by_name_or_id(name: str, key: str) -> None:
    [todo] = handoffs_to_do([{**SHOP, "project": name}], [project("shop", "mireille", id=None)])
    assert todo[key] == name
    assert not todo["visible"]


def test_without_a_list_nothing_is_looked_at() -> None:
    assert handoffs_to_do([SHOP], None) == []


def test_what_is_not_clear_is_not_looked_at() -> None:
    assert handoffs_to_do([SHOP], [project("shop", "mireille"), project("shop", "amina")]) == []
