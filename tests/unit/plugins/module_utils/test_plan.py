# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The decision of what to change, with plain values on both sides."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.community.scalingo.plugins.module_utils._errors import (
    CannotError,
    InputError,
    NotFoundError,
)
from ansible_collections.community.scalingo.plugins.module_utils._facts import Fact, FactMissing, Facts
from ansible_collections.community.scalingo.plugins.module_utils._plan import (
    Action,
    Plan,
    Wanted,
    decide,
    diff,
    predict,
    why_refused,
)
from world import ME, TOMASZ, api_error, project

DEFAULT = project("default", default=True)
WEB = project("web")
SHOP = project("shop")
HIS_WEB = project("web", owner=TOMASZ)
HIS_DEFAULT = project("home", owner=TOMASZ, default=True)


def found(*projects: dict[str, Any], by_id: dict[str, Any] | None = None, **facts: Any) -> Facts:
    """Return everything that can be known: the caller is ME, and there are no applications, unless said otherwise."""
    known = Facts(
        {
            Fact.PROJECTS: list(projects),
            Fact.PROJECT: by_id or api_error(NotFoundError, 404, "not found"),
            Fact.CALLER_ID: ME["id"],
            Fact.CALLER: ME,
            Fact.APPLICATIONS: [],
        }
    )
    known.update({Fact[name.upper()]: value for name, value in facts.items()})
    return known


class TestWanted:
    @pytest.mark.parametrize(
        ("options", "words"),
        [
            ({}, ["name", "project_id"]),
            ({"default": True}, ["name", "project_id"]),
            ({"new_name": "b"}, ["new_name needs name"]),
            ({"new_name": "b", "name": "a", "project_id": "x"}, ["new_name", "project_id"]),
            ({"new_name": "b", "name": "a", "state": "absent"}, ["new_name", "absent"]),
            ({"name": "a", "default": True, "state": "absent"}, ["default", "absent"]),
            ({"name": "Upper"}, ["name", "'Upper'", "64"]),
            ({"name": "a" * 65}, ["name", "64"]),
            ({"name": "a b"}, ["'a b'"]),
            ({"name": "a\n"}, ["'a\\n'"]),
            ({"name": "é"}, ["'é'"]),
            ({"name": "a", "new_name": "B"}, ["new_name", "'B'"]),
            ({"project_id": "x", "name": "B"}, ["name", "'B'"]),
        ],
    )
    def test_check_refuses_what_cannot_be_right(self, options: dict[str, Any], words: list[str]) -> None:
        with pytest.raises(InputError) as refused:
            Wanted(**options).check()
        assert all(word in str(refused.value) for word in words)

    @pytest.mark.parametrize(
        "options",
        [
            {"name": "a"},
            {"name": "a" * 64},
            {"name": "-_0"},
            {"project_id": "x"},
            {"project_id": "x", "name": "b"},
            {"name": "a", "new_name": "b"},
            # The old name is not written, so an old rule may have allowed it.
            {"name": "Old Name", "new_name": "b"},
            {"name": "Old Name", "state": "absent"},
            {"name": "a", "default": False, "state": "absent"},
        ],
    )
    def test_check_lets_pass_what_could_be_right(self, options: dict[str, Any]) -> None:
        Wanted(**options).check()


def decided(wanted: dict[str, Any], what_is: Facts) -> tuple[str, str | None, dict[str, Any]]:
    plan = decide(Wanted(**wanted), what_is)
    return plan.action.value, plan.project and plan.project["id"], dict(plan.changes)


@pytest.mark.parametrize(
    ("wanted", "what_is", "expected"),
    [
        pytest.param({"name": "web"}, found(DEFAULT), ("create", None, {"name": "web"}), id="create"),
        pytest.param({"name": "web"}, found(DEFAULT, WEB), ("none", WEB["id"], {}), id="exists"),
        pytest.param(
            {"name": "web", "default": False}, found(), ("create", None, {"name": "web"}), id="create-not-default"
        ),
        pytest.param(
            {"name": "web", "default": True},
            found(DEFAULT),
            ("create", None, {"name": "web", "default": True}),
            id="create-default",
        ),
        pytest.param({"name": "web"}, found(HIS_WEB), ("none", HIS_WEB["id"], {}), id="exists-elsewhere"),
        pytest.param(
            {"name": "web", "owner": "us-me"}, found(HIS_WEB), ("create", None, {"name": "web"}), id="own-by-id"
        ),
        pytest.param(
            {"name": "web", "owner": "Mireille@Example.ORG"},
            found(HIS_WEB),
            ("create", None, {"name": "web"}),
            id="own-by-email",
        ),
        pytest.param(
            {"name": "web", "owner": "tomasz"}, found(WEB, HIS_WEB), ("none", HIS_WEB["id"], {}), id="of-owner"
        ),
        pytest.param(
            {"name": "web", "default": True}, found(WEB), ("update", WEB["id"], {"default": True}), id="default"
        ),
        pytest.param(
            {"name": "default", "default": True}, found(DEFAULT), ("none", DEFAULT["id"], {}), id="is-default"
        ),
        pytest.param({"name": "web", "default": False}, found(WEB), ("none", WEB["id"], {}), id="is-not-default"),
        pytest.param(
            {"name": "web", "new_name": "shop"}, found(WEB), ("update", WEB["id"], {"name": "shop"}), id="rename"
        ),
        pytest.param({"name": "web", "new_name": "shop"}, found(SHOP), ("none", SHOP["id"], {}), id="renamed-before"),
        pytest.param({"name": "web", "new_name": "web"}, found(WEB), ("none", WEB["id"], {}), id="rename-to-itself"),
        pytest.param(
            {"name": "web", "new_name": "shop", "default": True},
            found(SHOP),
            ("update", SHOP["id"], {"default": True}),
            id="renamed-before-not-default",
        ),
        pytest.param(
            {"name": "web", "new_name": "shop", "owner": "mireille"},
            found(WEB, project("shop", TOMASZ)),
            ("update", WEB["id"], {"name": "shop"}),
            id="rename-of-owner",
        ),
        pytest.param({"project_id": "x"}, found(by_id=WEB), ("none", WEB["id"], {}), id="id"),
        pytest.param(
            {"project_id": "x", "name": "shop"},
            found(by_id=WEB),
            ("update", WEB["id"], {"name": "shop"}),
            id="id-rename",
        ),
        pytest.param({"project_id": "x", "name": "web"}, found(by_id=WEB), ("none", WEB["id"], {}), id="id-same-name"),
        pytest.param({"project_id": "x", "state": "absent"}, found(), ("none", None, {}), id="id-absent"),
        pytest.param(
            {"project_id": "x", "state": "absent"}, found(by_id=WEB), ("delete", WEB["id"], {}), id="id-delete"
        ),
        pytest.param({"name": "web", "state": "absent"}, found(DEFAULT), ("none", None, {}), id="absent"),
        pytest.param({"name": "web", "state": "absent"}, found(WEB), ("delete", WEB["id"], {}), id="delete"),
        pytest.param(
            {"name": "web", "state": "absent", "owner": "mireille"},
            found(HIS_WEB),
            ("none", None, {}),
            id="absent-of-owner",
        ),
    ],
)
def test_decide(wanted: dict[str, Any], what_is: Facts, expected: tuple[str, str | None, dict[str, Any]]) -> None:
    assert decided(wanted, what_is) == expected


@pytest.mark.parametrize(
    ("wanted", "what_is", "words"),
    [
        pytest.param(
            {"name": "web"}, found(WEB, HIS_WEB), [WEB["id"], HIS_WEB["id"], "tomasz", "owner"], id="ambiguous"
        ),
        pytest.param({"name": "web", "state": "absent"}, found(WEB, HIS_WEB), [HIS_WEB["id"]], id="ambiguous-absent"),
        pytest.param({"name": "x", "new_name": "web"}, found(WEB, HIS_WEB), [HIS_WEB["id"]], id="ambiguous-renamed"),
        pytest.param(
            {"name": "web", "owner": "tomasz"}, found(WEB), ["tomasz", "somebody else"], id="create-for-other"
        ),
        pytest.param({"name": "web", "new_name": "shop"}, found(), ["web", "shop"], id="nothing-to-rename"),
        pytest.param({"name": "web", "new_name": "shop"}, found(WEB, SHOP), ["both exist"], id="both-names"),
        pytest.param(
            {"name": "web", "new_name": "shop"},
            found(WEB, project("shop", TOMASZ)),
            ["both exist", "set owner"],
            id="both-names-two-owners",
        ),
        pytest.param({"name": "default", "default": False}, found(DEFAULT), ["cannot unset"], id="unset-default"),
        pytest.param({"name": "default", "state": "absent"}, found(DEFAULT), ["default project"], id="delete-default"),
        pytest.param({"name": "home", "default": True}, found(HIS_DEFAULT), ["of its owner"], id="default-of-other"),
        pytest.param({"project_id": "x"}, found(), ["x", "no project with the ID"], id="id-unknown"),
        pytest.param(
            {"project_id": "x", "owner": "tomasz"}, found(by_id=WEB), ["tomasz", "mireille"], id="id-of-other"
        ),
        pytest.param(
            {"project_id": "x", "owner": "tomasz", "state": "absent"},
            found(by_id=WEB),
            ["tomasz", "mireille"],
            id="id-of-other-absent",
        ),
    ],
)
def test_decide_refuses(wanted: dict[str, Any], what_is: Facts, words: list[str]) -> None:
    with pytest.raises((CannotError, NotFoundError)) as refused:
        decide(Wanted(**wanted), what_is)
    assert all(word in str(refused.value) for word in words)


@pytest.mark.parametrize(
    ("wanted", "known", "missing"),
    [
        pytest.param({"name": "web"}, {}, Fact.PROJECTS, id="list-by-name"),
        pytest.param({"project_id": "x", "default": True}, {}, Fact.PROJECTS, id="list-to-see-who-is-default"),
        pytest.param(
            {"name": "no", "default": True}, {Fact.PROJECTS: []}, Fact.CALLER_ID, id="caller-to-see-who-is-default"
        ),
        pytest.param({"name": "no", "owner": "x"}, {Fact.PROJECTS: []}, Fact.CALLER_ID, id="caller-to-create-for"),
        pytest.param(
            {"name": "no", "owner": "x"}, {Fact.PROJECTS: [], Fact.CALLER_ID: "us-me"}, Fact.CALLER, id="caller-by-name"
        ),
    ],
)
def test_decide_asks_for_a_fact(wanted: dict[str, Any], known: dict[Fact, Any], missing: Fact) -> None:
    with pytest.raises(FactMissing) as asked:
        decide(Wanted(**wanted), Facts({Fact.PROJECT: WEB, **known}))
    assert asked.value.fact is missing


@pytest.mark.parametrize(
    "wanted",
    [
        {"project_id": "x"},
        {"project_id": "x", "name": "shop"},
        {"project_id": "x", "default": False},
        {"project_id": "x", "state": "absent"},
    ],
)
def test_decide_by_id_needs_no_list(wanted: dict[str, Any]) -> None:
    decide(Wanted(**wanted), Facts({Fact.PROJECT: WEB}))


@pytest.mark.parametrize(
    "wanted", [{"name": "web"}, {"name": "web", "new_name": "shop"}, {"name": "no"}, {"name": "web", "state": "absent"}]
)
def test_decide_by_name_needs_no_caller(wanted: dict[str, Any]) -> None:
    decide(Wanted(**wanted), Facts({Fact.PROJECTS: [WEB]}))


@pytest.mark.parametrize(
    ("plan", "what_is", "words"),
    [
        pytest.param(Plan(Action.DELETE, HIS_WEB), found(), ["tomasz", "only its owner"], id="delete-of-other"),
        pytest.param(Plan(Action.UPDATE, HIS_WEB, {"default": True}), found(), ["tomasz"], id="change-of-other"),
        pytest.param(
            Plan(Action.DELETE, WEB),
            found(
                applications=[
                    {"name": "back", "project": {"id": WEB["id"]}},
                    {"name": "front", "project": {"id": WEB["id"]}},
                    {"name": "elsewhere", "project": {"id": SHOP["id"]}},
                ]
            ),
            ["back, front."],
            id="delete-with-applications",
        ),
        pytest.param(
            Plan(Action.UPDATE, WEB, {"name": "shop"}), found(WEB, SHOP), [SHOP["id"], "taken"], id="name-taken"
        ),
    ],
)
def test_why_refused_knows_what_the_api_refuses(plan: Plan, what_is: Facts, words: list[str]) -> None:
    sentence = why_refused(plan, what_is)
    assert sentence is not None
    assert all(word in sentence for word in words)


@pytest.mark.parametrize(
    ("plan", "what_is"),
    [
        pytest.param(Plan(Action.NONE, HIS_WEB), Facts(), id="nothing-to-do"),
        pytest.param(Plan(Action.CREATE, None, {"name": "web"}), Facts(), id="create"),
        pytest.param(Plan(Action.DELETE, WEB), found(), id="delete"),
        pytest.param(Plan(Action.UPDATE, WEB, {"default": True}), found(), id="default"),
        pytest.param(
            Plan(Action.UPDATE, WEB, {"name": "shop"}), found(WEB, project("shop", TOMASZ)), id="name-of-other"
        ),
    ],
)
def test_why_refused_lets_pass_what_the_api_allows(plan: Plan, what_is: Facts) -> None:
    assert why_refused(plan, what_is) is None


def test_predicted_creation_has_an_owner_but_no_id_or_date() -> None:
    predicted = predict(Plan(Action.CREATE, None, {"name": "web", "default": True}), found())
    assert predicted == {
        "id": None,
        "name": "web",
        "default": True,
        "created_at": None,
        "updated_at": None,
        "owner": ME,
        "flags": {},
    }


def test_predicted_change_keeps_everything_else() -> None:
    assert predict(Plan(Action.UPDATE, WEB, {"name": "shop"}), Facts()) == {**WEB, "name": "shop", "updated_at": None}


def test_predicted_deletion_is_nothing() -> None:
    assert predict(Plan(Action.DELETE, WEB), Facts()) is None


def test_diff_of_a_creation_starts_from_nothing() -> None:
    plan = Plan(Action.CREATE, None, {"name": "web"})
    assert diff(plan, WEB) == {"before": {}, "after": {"name": "web", "default": False}}


def test_diff_of_a_deletion_ends_with_nothing() -> None:
    assert diff(Plan(Action.DELETE, WEB), None) == {"before": {"name": "web", "default": False}, "after": {}}


def test_diff_shows_who_was_the_default_project() -> None:
    plan = decide(Wanted(name="web", default=True), found(HIS_DEFAULT, DEFAULT, WEB))
    assert diff(plan, {**WEB, "default": True}) == {
        "before": {"name": "web", "default": False, "default_project": "default"},
        "after": {"name": "web", "default": True, "default_project": "web"},
    }


def test_diff_without_a_default_project_before() -> None:
    plan = decide(Wanted(name="web", default=True), found(HIS_DEFAULT, WEB))
    assert diff(plan, {**WEB, "default": True})["before"]["default_project"] is None
