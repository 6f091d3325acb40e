# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A list of projects: its rules, its order, and what it returns, of success and of failure."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
import responses
from ansible_collections.community.scalingo.plugins.module_utils._api import Api
from ansible_collections.community.scalingo.plugins.module_utils._errors import (
    CannotError,
    ForbiddenError,
    InputError,
    NotFoundError,
    RateLimitError,
    RequestError,
    ScalingoError,
    ServerError,
    UnexpectedResponseError,
    ValidationError,
)
from ansible_collections.community.scalingo.plugins.module_utils._http.client import Client
from ansible_collections.community.scalingo.plugins.module_utils._projects import ensure_projects
from stand_in import ME, TOMASZ, WEB, Fate, Object, StandIn, account, lost, project, response


def run(api: StandIn | Api, *items: Object, check: bool = False, proceed: bool = False, **options: Any) -> Object:
    return ensure_projects(api, {"projects": items, "continue_on_failure": proceed, **options}, check)


def fail(api: StandIn | Api, *items: Object, kind: type[ScalingoError] = ScalingoError, **options: Any) -> Any:
    with pytest.raises(kind) as failure:
        run(api, *items, **options)
    return failure.value


def named(name: str, **more: Any) -> Object:
    return {"name": name, **more}


def rename(name: str, new_name: str, **more: Any) -> Object:
    return {"name": name, "new_name": new_name, **more}


def absent(name: str) -> Object:
    return {"name": name, "state": "absent"}


def by_id(of: str, **more: Any) -> Object:
    return {"project_id": project(of)["id"], **more}


def state(api: StandIn) -> dict[str, bool]:
    return {each["name"]: each["default"] for each in api.projects}


def actions(result: Object) -> list[str]:
    return [outcome["action"] for outcome in result["outcomes"]]


check_and_run = pytest.mark.parametrize("check", [True, False], ids=["check", "run"])


# Each list with the projects beside home, what the account is afterwards, and the writes in their order.
LISTS: dict[str, tuple[list[str], list[Object], dict[str, bool], list[str]]] = {
    "create, rename, and delete": (
        ["a", "c"],
        [absent("c"), named("new"), rename("a", "b")],
        {"home": True, "b": False, "new": False},
        ["create", "update", "delete"],
    ),
    "new default and deletion of the old": (
        ["a"],
        [absent("home"), named("new"), named("a", default=True)],
        {"a": True, "new": False},
        ["update", "create", "delete"],
    ),
    "created default and rename of the old": (
        [],
        [rename("home", "old", default=False), named("new", default=True)],
        {"new": True, "old": False},
        ["create", "update"],
    ),
    "by ID": (
        ["a", "b"],
        [by_id("a", name="c"), by_id("b", name="b"), named("home")],
        {"home": True, "b": False, "c": False},
        ["update"],
    ),
    "nothing to do": (
        ["a", "b"],
        [named("a"), named("b", default=False), absent("c"), rename("x", "home", default=True)],
        {"home": True, "a": False, "b": False},
        [],
    ),
}
CASES = [
    pytest.param(name, order, id=f"{name}-{''.join(map(str, order))}")
    for name, (_projects, items, _end, _writes) in LISTS.items()
    for order in itertools.permutations(range(len(items)))
]


@pytest.mark.parametrize(("name", "order"), CASES)
class TestEveryOrder:
    """The order of a list does not matter."""

    def test_list_reaches_its_end_and_rerun_changes_nothing(self, name: str, order: tuple[int, ...]) -> None:
        names, listed, end, writes = LISTS[name]
        items, api = [listed[index] for index in order], account(*names)
        result = run(api, *items)
        assert state(api) == end
        sent = [write[0].split("_")[0] for write in api.writes]
        assert (sorted(sent), result["changed"]) == (sorted(writes), bool(writes))
        # The default first, deletions last.
        assert all(call == "delete" for call in sent[len(sent) - writes.count("delete") :])
        assert "default" not in name or sent[0] == writes[0]
        api.calls.clear()
        again = run(api, *items)
        assert (again["changed"], api.calls, set(actions(again))) == (False, ["list_projects"], {"none"})
        assert again["diff"]["before"] == again["diff"]["after"]

    def test_check_mode_predicts_it(self, name: str, order: tuple[int, ...]) -> None:
        names, listed, _end, _writes = LISTS[name]
        items, api = [listed[index] for index in order], account(*names)
        predicted = run(api, *items, check=True)
        assert api.writes == []
        result = run(api, *items)
        for key in ("changed", "diff", "unlisted"):
            assert predicted[key] == result[key]
        for before, after in zip(predicted["outcomes"], result["outcomes"]):
            assert {**before, "project": None} == {**after, "project": None}
            assert (before["project"] is None) == (after["project"] is None)
            for key, value in (after["project"] or {}).items():
                assert before["project"][key] in (value, None)

    def test_rerun_after_a_failure_at_any_write_ends_it(self, name: str, order: tuple[int, ...]) -> None:
        names, listed, end, writes = LISTS[name]
        items = [listed[index] for index in order]
        for passed in range(len(writes)):
            api = account(*names)
            api.fates = [Fate()] * passed + [Fate(response(RateLimitError, 429), done=False)]
            failure = fail(api, *items, kind=RateLimitError)
            assert failure.result["changed"] is (passed > 0)
            assert sum(each["changed"] for each in failure.result["outcomes"]) == passed
            run(api, *items)
            assert state(api) == end


# Rules


@pytest.mark.parametrize(
    ("items", "blamed"),
    [
        ([named("a"), named("B")], [1]),
        ([named("a"), {"project_id": ".."}], [1]),
        ([{"project_id": "a/b"}], [0]),
        ([named("c"), {**absent("a"), "default": True}], [1]),
        # The same project, the same name, two default projects.
        ([named("a"), named("c"), named("a")], [0, 2]),
        ([rename("a", "b"), rename("a", "c")], [0, 1]),
        ([rename("a", "b"), absent("a")], [0, 1]),
        ([named("c"), absent("a"), named("a")], [1, 2]),
        ([absent("a"), absent("a")], [0, 1]),
        ([{"project_id": "p"}, {"project_id": "p", "name": "b"}], [0, 1]),
        ([rename("a", "b"), named("b")], [0, 1]),
        ([rename("a", "b"), rename("c", "b")], [0, 1]),
        ([named("b"), {"project_id": "p", "name": "b"}], [0, 1]),
        ([named("a", default=True), named("c"), named("b", default=True)], [0, 2]),
        # A chain that begins with a creation.
        ([rename("a", "c"), named("home"), named("a")], [0, 2]),
    ],
)
def test_contradiction_in_the_options_fails_without_request(items: list[Object], blamed: list[int]) -> None:
    api = account("a", "b")
    failure = fail(api, *items, kind=InputError, proceed=True)
    assert (failure.result["failed_items"], api.calls) == (blamed, [])


@check_and_run
@pytest.mark.parametrize(
    ("items", "blamed", "word"),
    [
        # A chain, a swap, and a circle; of renames, a creation, a deletion, and an ID.
        ([rename("b", "c"), rename("a", "b")], [0, 1], "two tasks"),
        ([rename("a", "b"), rename("b", "a")], [0, 1], "two tasks"),
        ([rename("a", "b"), rename("c", "a"), rename("b", "c")], [0, 2], "two tasks"),
        ([rename("a", "b"), absent("b")], [0, 1], "two tasks"),
        ([by_id("a", name="c"), named("a")], [0, 1], "two tasks"),
        ([by_id("a", name="b"), by_id("b", name="a")], [0, 1], "two tasks"),
        ([by_id("a", state="absent"), rename("b", "a")], [0, 1], "two tasks"),
        # The same project, by its ID and by its name.
        ([by_id("a"), named("a"), named("new")], [1], "means the same project"),
        ([named("new"), by_id("a"), rename("c", "a")], [2], "means the same project"),
        ([by_id("a"), rename("a", "c")], [1], "means the same project"),
        ([by_id("a"), absent("a")], [1], "means the same project"),
        ([by_id("a", state="absent"), absent("a")], [1], "means the same project"),
        # What makes one project fail.
        ([named("new"), absent("home")], [1], "default project"),
        ([named("new"), named("home", default=False)], [1], "default project"),
        ([named("new"), rename("x", "y")], [1], "'x'"),
        ([named("new"), rename("a", "b")], [1], "exist"),
        ([by_id("gone"), named("new")], [0], "does not exist"),
        ([named("new"), by_id("a", name="b")], [1], "taken"),
        ([named("new"), named(WEB["id"])], [1], "project_id"),
    ],
)
def test_impossible_list_fails_before_the_first_write(
    items: list[Object], blamed: list[int], word: str, check: bool
) -> None:
    api = account("a", "b", "web")
    failure = fail(api, *items, check=check)
    assert failure.result["failed_items"] == blamed
    assert word in str(failure) and str(failure).endswith("Nothing was written.")
    assert api.writes == []


@check_and_run
@pytest.mark.parametrize("claim", [True, False])
def test_taken_name_fails_before_the_first_write(check: bool, claim: bool) -> None:
    """A bearer token may not tell whose it is: whose a project is stays open then, but not whether a name is free."""
    api = account("ant", "bee", claim=claim)
    fail(api, named("new"), by_id("bee", name="ant"), kind=CannotError, check=check)
    assert api.calls == ["list_projects"]


@check_and_run
def test_project_of_another_user_fails_before_the_first_write(check: bool) -> None:
    api = StandIn(project("home", default=True), project("shared", TOMASZ))
    failure = fail(api, named("new"), rename("shared", "mine"), kind=CannotError, check=check)
    assert "'tomasz'" in str(failure) and failure.result["failed_items"] == [1]
    assert api.writes == []


def test_project_may_be_given_the_name_that_it_has() -> None:
    assert not run(account("web"), rename("web", "web"))["changed"]


def test_any_number_of_projects_may_be_no_default_project() -> None:
    assert not run(account("a", "b"), named("a", default=False), named("b", default=False))["changed"]


# Requests


@pytest.mark.parametrize(
    ("items", "calls"),
    [
        ([named(name) for name in "abcdefgh"], ["list_projects"]),
        ([named(f"new-{number}") for number in range(50)], ["list_projects", *["create_project"] * 50]),
        ([by_id("a"), {"project_id": "gone", "state": "absent"}, named("b")], ["list_projects", "get_project"]),
        ([rename("a", "z")], ["list_projects", "update_project"]),
        ([named("a", default=True), named("home")], ["list_projects", "update_project"]),
        ([named("new", default=True), named("a")], ["list_projects", "get_caller", "create_project"]),
    ],
    ids=["unchanged", "created", "hidden-id", "renamed", "default", "created-default"],
)
def test_requests_are_one_list_and_the_writes(items: list[Object], calls: list[str]) -> None:
    """Who the caller is, if the bearer token does not tell, is asked once, and only for a new default project."""
    api = account(*"abcdefgh", claim=False)
    run(api, *items)
    assert api.calls == calls


# Owners


@pytest.mark.parametrize("owner", [ME, TOMASZ], ids=["mine", "theirs"])
def test_owner_selects_one_of_two_projects_of_a_name(owner: Object) -> None:
    for items in ([named("web")], [rename("site", "web")]):
        api = account("web")
        api.projects.append(project("web", TOMASZ))
        result = run(api, *items, owner=owner["username"])
        assert ([each["owner"] for each in result["projects"]], api.writes) == ([owner], [])
        assert all(each["owner"] == owner for each in result["unlisted"])


def test_owner_makes_the_name_of_another_user_no_obstacle() -> None:
    api = StandIn(project("home", default=True), project("web", TOMASZ))
    assert actions(run(api, named("web"), owner="mireille")) == ["create"]
    api = StandIn(project("home", default=True), project("web", TOMASZ))
    assert actions(run(api, named("web"))) == ["none"]


def test_ambiguous_name_fails_before_the_first_write() -> None:
    api = StandIn(WEB, project("web", TOMASZ))
    failure = fail(api, named("new"), named("web"), kind=CannotError)
    assert WEB["id"] in str(failure) and api.writes == []


@check_and_run
def test_each_owner_has_a_default_project(check: bool) -> None:
    for items in itertools.permutations([named("theirs"), named("web", default=True), named("home")]):
        api = account("web")
        api.projects.append(project("theirs", TOMASZ, default=True))
        result = run(api, *items, check=check)
        shown = {each["name"]: each["default"] for each in result["projects"]}
        assert shown == {"theirs": True, "web": True, "home": False}


@check_and_run
def test_project_that_only_its_id_shows_is_returned(check: bool) -> None:
    api = account("web")
    hidden = project("theirs", TOMASZ)
    api.projects.append(hidden)
    api.unlisted = {hidden["id"]}
    result = run(api, {"project_id": hidden["id"]}, named("web"), check=check)
    assert [outcome["project"] for outcome in result["outcomes"]] == [hidden, WEB]


# Results


@check_and_run
def test_unlisted_projects_are_those_that_no_item_means(check: bool) -> None:
    result = run(account("a", "b", "c"), absent("a"), rename("b", "d"), named("new"), check=check)
    assert [each["name"] for each in result["unlisted"]] == ["home", "c"]


@pytest.mark.parametrize("item", [named("home", default=False), absent("home"), by_id("home", default=False)])
def test_unlisted_leaves_out_projects_of_failed_items(item: Object) -> None:
    failure = fail(account("a"), item, proceed=True)
    assert [each["name"] for each in failure.result["unlisted"]] == ["a"]


@check_and_run
def test_diff_has_each_item_under_the_name_that_it_is_known_by(check: bool) -> None:
    items = [named("c"), absent("a"), named("b", default=True), by_id("web", name="shop")]
    assert run(account("a", "b", "web"), *items, check=check)["diff"] == {
        "before": {"projects": {"c": None, "a": "a", "b": "b", WEB["id"]: "web"}, "default_project": "home"},
        "after": {"projects": {"c": "c", "a": None, "b": "b", WEB["id"]: "shop"}, "default_project": "b"},
    }


def test_diff_leaves_out_what_another_job_did() -> None:
    api = account("old")
    api.fates = [
        Fate(response(ValidationError), before=lambda: api.change(project("old")["id"], name="web"), done=False)
    ]
    result = run(api, named("web"), named("new"))
    assert result["diff"]["before"]["projects"] == {"web": "web", "new": None}
    assert actions(result) == ["none", "create"]


@check_and_run
def test_outcome_of_an_item_by_id_has_the_name_of_its_project(check: bool) -> None:
    items = [by_id("a", state="absent"), by_id("b"), by_id("web", name="shop"), {"project_id": "x", "state": "absent"}]
    result = run(account("a", "b", "web"), *items, check=check)
    assert [each["name"] for each in result["outcomes"]] == ["a", "b", "shop", ""]


@check_and_run
def test_old_default_project_is_shown_as_it_is_afterwards(check: bool) -> None:
    result = run(account("a"), named("home"), named("a", default=True), check=check)
    assert [each["project"]["default"] for each in result["outcomes"]] == [False, True]
    assert actions(result) == ["none", "update"]


# Failures


def test_failure_returns_what_was_done_and_what_was_not() -> None:
    api = account("sandbox", "blog")
    api.fates = [Fate(), Fate(response(ValidationError, 422), done=False)]
    failure = fail(api, rename("blog", "journal"), named("one"), named("two"), named("home"), absent("sandbox"))
    result = failure.as_failure()
    assert (result["changed"], result["failed_items"], result["error"]["status"]) == (True, [1], 422)
    assert [(each["name"], each["action"], each["changed"], each["failed"]) for each in result["outcomes"]] == [
        ("journal", "update", True, False),
        ("one", "none", False, True),
        ("two", "none", False, False),
        ("home", "none", False, False),
        ("sandbox", "none", False, False),
    ]
    message = result["msg"]
    assert message.startswith(f"In item 2 of projects ('one'): {result['outcomes'][1]['msg']} Done: ")
    assert [each["msg"] for each in result["outcomes"]][2:] == ["Not attempted."] * 3
    assert [each["name"] for each in result["projects"]] == ["journal", "home", "sandbox"]
    assert result["diff"]["after"]["projects"] == {
        "blog": "journal",
        "one": None,
        "two": None,
        "home": "home",
        "sandbox": "sandbox",
    }
    done, _mark, missed = message.partition(" Not attempted: ")
    assert "Done: update project 'blog'" in done
    # What needs no write is not listed.
    assert missed.startswith("create project 'two'; delete project 'sandbox'") and missed.count(";") == 1


@check_and_run
def test_failure_continues_where_told_to(check: bool) -> None:
    api = account("web", "sandbox")
    api.applications = [{"name": "front", "project": project("sandbox")}]
    items = [absent("sandbox"), rename("x", "y"), absent("home"), rename("web", "shop"), named("new")]
    failure = fail(api, *items, proceed=True, check=check)
    result = failure.as_failure()
    assert (result["changed"], result["failed_items"]) == (True, [0, 1, 2])
    assert actions(result) == ["none", "none", "none", "update", "create"]
    assert [each["failed"] for each in result["outcomes"]] == [True, True, True, False, False]
    assert "front" in result["outcomes"][0]["msg"] and result["outcomes"][3]["msg"] == ""
    assert all(each["msg"] in result["msg"] for each in result["outcomes"])
    assert state(api) == {"home": True, "web": False, "sandbox": False} if check else "shop" in state(api)
    assert ("Would be done: " if check else "Done: ") in result["msg"]


@check_and_run
def test_failure_in_check_mode_stops_where_the_run_does(check: bool) -> None:
    api = account("sandbox", "web")
    api.applications = [{"name": "front", "project": project("sandbox")}]
    failure = fail(api, absent("sandbox"), named("new"), absent("web"), check=check)
    assert [each["changed"] for each in failure.result["outcomes"]] == [False, True, False]
    assert (failure.result["failed_items"], failure.result["changed"]) == ([0], True)


@pytest.mark.parametrize("old", [named("home"), named("home", default=False), absent("home")], ids=str)
def test_old_default_project_stays_it_where_the_new_one_fails(old: Object) -> None:
    """The items after it were planned as if it succeeded."""
    api = account("web")
    api.fates = [Fate(response(ValidationError, 422), done=False)]
    failure = fail(api, old, named("web", default=True), named("new"), proceed=True)
    outcomes = failure.result["outcomes"]
    assert (outcomes[0]["project"]["default"], outcomes[0]["failed"]) == (True, old != named("home"))
    assert [each["action"] for each in outcomes] == ["none", "none", "create"]
    assert ("delete_project", project("home")["id"]) not in api.writes


@pytest.mark.parametrize(
    ("error", "unknown", "status"),
    [
        (lambda: response(ValidationError, 422), False, 422),
        (lambda: response(ForbiddenError, 403), False, 403),
        (lambda: response(NotFoundError, 404), False, 404),
        (lambda: response(RateLimitError, 429), True, 429),
        (lambda: response(ServerError, 503), True, 503),
        (lost, True, None),
    ],
)
def test_outcome_of_a_write_is_unknown_without_a_response(error: Any, unknown: bool, status: int | None) -> None:
    api = account()
    api.patience, api.fates = 0, [Fate(error(), done=False)]
    outcome = fail(api, named("new")).result["outcomes"][0]
    assert (outcome["unknown"], (outcome["error"] or {}).get("status")) == (unknown, status)


def test_outcome_of_a_project_that_cannot_be_read_is_unknown() -> None:
    outcome = fail(account(), {"project_id": "prj-hidden"}, proceed=True).result["outcomes"][0]
    assert (outcome["unknown"], outcome["error"]["status"]) == (True, 404)


def test_outcome_of_an_item_that_cannot_succeed_is_not_unknown() -> None:
    outcome = fail(account(), absent("home"), proceed=True).result["outcomes"][0]
    assert (outcome["unknown"], outcome["failed"], outcome["name"]) == (False, True, "home")


def test_lost_write_of_an_item_makes_the_outcome_of_the_task_unknown() -> None:
    api = account("web")
    api.patience, api.fates = 0, [Fate(lost(), done=False)]
    failure = fail(api, rename("web", "shop"), named("other")).as_failure()
    assert (failure["outcome_unknown"], failure["changed"]) == (True, False)
    api.fates = [Fate(lost(), done=False), Fate(response(ValidationError), done=False)]
    failure = fail(api, rename("web", "shop"), named("other"), proceed=True).as_failure()
    assert (failure["outcome_unknown"], failure["failed_items"]) == (True, [0, 1])


def test_lost_response_is_read_back_within_the_list() -> None:
    api = account("c")
    api.fates = [Fate(response(ServerError, 502)), Fate(lost())]
    result = run(api, rename("c", "d"), named("a"))
    assert [each["changed"] for each in result["outcomes"]] == [True, True]
    assert len(api.writes) == 2


@check_and_run
def test_list_that_cannot_be_read_says_that_nothing_was_written(check: bool) -> None:
    api = account()
    api.failing["list_projects"] = response(ServerError, 503)
    assert str(fail(api, named("a"), check=check, kind=RequestError)).endswith("Nothing was written.")


def test_long_list_of_titles_is_cut() -> None:
    api = account()
    api.fates = [Fate(response(ValidationError), done=False)]
    message = str(fail(api, *(named(f"project-{number:03}") for number in range(31))))
    assert message.endswith("create project 'project-020'; and 10 more.") and "Nothing was written." in message


# What the response shows


@pytest.mark.parametrize(
    ("item", "shown", "kind"),
    [
        (named("web", default=True), {}, UnexpectedResponseError),
        (named("web", new_name="shop"), {}, UnexpectedResponseError),
        (named("web", new_name="shop", default=False), {"name": "shop", "default": True}, CannotError),
        (named("new", default=True), {"name": "new"}, CannotError),
        (named("new", default=False), {"name": "new", "default": True}, CannotError),
    ],
    ids=str,
)
def test_item_whose_response_does_not_show_the_change_fails(
    http: responses.RequestsMock, connect: Callable[..., Any], item: Object, shown: Object, kind: type[ScalingoError]
) -> None:
    """Without its change, whether the write was done is not known; without the rest, it was done and is not enough."""
    projects = [project("home", default=True), WEB]
    changed = {**WEB, **shown}
    url = "https://api.osc-fr1.scalingo.com/v1/projects"
    http.get(url, json={"projects": projects})
    http.get("https://auth.scalingo.com/v1/users/self", json={"user": ME})
    http.patch(f"{url}/{WEB['id']}", json={"project": changed})
    http.post(url, json={"project": changed}, status=201)
    api = Api(Client(connect(max_wait=0)))
    failure, unknown = fail(api, item, named("home"), kind=kind), kind is UnexpectedResponseError
    assert failure.result["failed_items"] == [0]
    assert (failure.outcome_unknown, failure.result["changed"]) == (unknown, not unknown)
    assert failure.result["outcomes"][1]["project"]["default"] is True
