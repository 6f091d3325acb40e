# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A list of projects: its rules, its order, and what it returns, of success and of failure."""

from __future__ import annotations

from typing import Any

import pytest
import responses
from ansible_collections.community.scalingo.plugins.module_utils import _errors as errors
from ansible_collections.community.scalingo.plugins.module_utils._api import Api
from ansible_collections.community.scalingo.plugins.module_utils._http.client import Client
from ansible_collections.community.scalingo.plugins.module_utils._projects import ensure_projects
from stand_in import ME, TOMASZ, WEB, Fate, Object, StandIn, account, lost, project, response


def run(api: StandIn | Api, *items: Object, check: bool = False, proceed: bool = False, **options: Any) -> Object:
    return ensure_projects(api, {"projects": items, "continue_on_failure": proceed, **options}, check)


def fail(
    api: StandIn | Api, *items: Object, kind: type[errors.ScalingoError] = errors.ScalingoError, **options: Any
) -> Any:
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


def each_of(result: Object, *keys: str) -> list[Any]:
    """Return some keys of every outcome."""
    found = [tuple(outcome[key] for key in keys) for outcome in result["outcomes"]]
    return [values[0] for values in found] if len(keys) == 1 else found


check_and_run = pytest.mark.parametrize("check", [True, False], ids=["check", "run"])


# Rules


@check_and_run
@pytest.mark.parametrize("invalid", [named("B"), {"project_id": ".."}, {**absent("a"), "default": True}], ids=str)
def test_item_whose_options_cannot_be_right_fails(invalid: Object, check: bool) -> None:
    api = account("a")
    assert fail(api, named("c"), invalid, kind=errors.InputError, check=check).result["failed_items"] == [1]
    assert api.calls == []
    failure = fail(api, invalid, named("c"), proceed=True, check=check)
    assert (failure.result["failed_items"], each_of(failure.result, "changed")) == ([0], [False, True])
    assert [each[0] for each in api.writes] == ([] if check else ["create_project"])


@pytest.mark.parametrize(
    ("items", "blamed"),
    [
        # The same project, the same name, two default projects.
        ([named("a"), named("c"), named("a")], [0, 2]),
        ([rename("a", "b"), rename("a", "c")], [0, 1]),
        ([rename("a", "b"), absent("a")], [0, 1]),
        ([{"project_id": "p"}, {"project_id": "p", "name": "b"}], [0, 1]),
        ([rename("a", "b"), named("b")], [0, 1]),
        ([rename("a", "b"), rename("c", "b")], [0, 1]),
        ([named("b"), {"project_id": "p", "name": "b"}], [0, 1]),
        ([named("a", default=True), named("c"), named("b", default=True)], [0, 2]),
    ],
)
def test_contradiction_in_the_options_fails_without_request(items: list[Object], blamed: list[int]) -> None:
    api = account("a", "b")
    failure = fail(api, *items, kind=errors.InputError, proceed=True)
    assert (failure.result["failed_items"], api.calls) == (blamed, [])


@check_and_run
@pytest.mark.parametrize(
    ("items", "blamed", "word"),
    [
        # A chain, of renames, a creation, and an ID.
        ([rename("b", "c"), rename("a", "b")], [0, 1], "two tasks"),
        ([by_id("a", name="c"), named("a")], [0, 1], "two tasks"),
        # The same project, by its ID and by its name.
        ([by_id("a"), named("a"), named("new")], [1], "is the same project"),
        ([named("new"), by_id("a"), rename("c", "a")], [2], "is the same project"),
        # What makes one project fail, and whose it is.
        ([named("new"), rename("x", "y")], [1], "'x'"),
        ([named("new"), by_id("a", name="b")], [1], "taken"),
        ([named("new"), rename("shared", "mine")], [1], "'tomasz'"),
    ],
)
def test_impossible_list_fails_before_the_first_write(
    items: list[Object], blamed: list[int], word: str, check: bool
) -> None:
    api = account("a", "b", claim=word != "taken")
    api.projects.append(project("shared", TOMASZ))
    failure = fail(api, *items, check=check)
    assert failure.result["failed_items"] == blamed
    assert word in str(failure) and str(failure).endswith("Nothing was written.")
    assert api.writes == []


# Requests


@pytest.mark.parametrize(
    ("items", "calls"),
    [
        ([*map(named, "abcdef"), rename("g", "g"), named("h", default=False)], ["list_projects"]),
        ([by_id("a"), {"project_id": "gone", "state": "absent"}, named("b")], ["list_projects", "get_project"]),
        ([named("a", default=True), named("home")], ["list_projects", "update_project"]),
        ([named("new", default=True), named("a")], ["list_projects", "get_caller", "create_project"]),
    ],
)
def test_requests_are_one_list_and_the_writes(items: list[Object], calls: list[str]) -> None:
    """Who the caller is, if the bearer token does not tell, is asked once, and only for a new default project."""
    api = account(*"abcdefgh", claim=False)
    run(api, *items)
    assert api.calls == calls


# Results


@check_and_run
def test_project_that_only_its_id_shows_is_returned(check: bool) -> None:
    api, hidden = account("web"), project("theirs", TOMASZ)
    api.projects.append(hidden)
    api.unlisted = {hidden["id"]}
    assert each_of(run(api, {"project_id": hidden["id"]}, named("web"), check=check), "project") == [hidden, WEB]


@check_and_run
def test_unlisted_projects_are_those_that_no_item_means(check: bool) -> None:
    result = run(account("a", "b", "c"), absent("a"), rename("b", "d"), named("new"), check=check)
    assert [each["name"] for each in result["unlisted"]] == ["home", "c"]
    for item in (named("home", default=False), absent("home"), by_id("home", default=False)):
        failure = fail(account("a"), item, proceed=True, check=check)
        assert [each["name"] for each in failure.result["unlisted"]] == ["a"]


@check_and_run
def test_diff_and_outcomes_have_each_item_under_the_name_that_it_is_known_by(check: bool) -> None:
    items = [named("c"), absent("a"), named("b", default=True), by_id("web", name="shop")]
    result = run(account("a", "b", "web"), *items, {"project_id": "x", "state": "absent"}, check=check)
    before, after = result["diff"]["before"], result["diff"]["after"]
    assert before == {
        "projects": {"c": None, "a": "a", "b": "b", WEB["id"]: "web", "x": None},
        "default_project": "home",
    }
    assert after == {"projects": {"c": "c", "a": None, "b": "b", WEB["id"]: "shop", "x": None}, "default_project": "b"}
    assert each_of(result, "name") == ["c", "a", "b", "shop", ""]
    assert each_of(run(account("a"), by_id("a", state="absent"), check=check), "name") == ["a"]


def test_diff_leaves_out_what_another_job_did() -> None:
    api = account("old")
    renamed = Fate(
        response(errors.ValidationError), before=lambda: api.change(project("old")["id"], name="web"), done=False
    )
    api.fates = [renamed]
    result = run(api, named("web"), named("new"))
    assert result["diff"]["before"]["projects"] == {"web": "web", "new": None}
    assert each_of(result, "action") == ["none", "create"]


# Failures


def test_failure_returns_what_was_done_and_what_was_not() -> None:
    api = account("sandbox", "blog")
    api.fates = [Fate(), Fate(response(errors.ValidationError, 422), done=False)]
    failure = fail(api, rename("blog", "journal"), named("one"), named("two"), named("home"), absent("sandbox"))
    result = failure.as_failure()
    assert (result["changed"], result["failed_items"], result["error"]["status"]) == (True, [1], 422)
    assert each_of(result, "name", "action", "changed", "failed") == [
        ("journal", "update", True, False),
        ("one", "none", False, True),
        *((name, "none", False, False) for name in ("two", "home", "sandbox")),
    ]
    assert [each["name"] for each in result["projects"]] == ["journal", "home", "sandbox"]
    after = result["diff"]["after"]["projects"]
    assert after == {"blog": "journal", "one": None, "two": None, "home": "home", "sandbox": "sandbox"}
    message, told = result["msg"], each_of(result, "msg")
    assert message.startswith(f"In item 2 of projects ('one'): {told[1]} Done: ")
    assert told[2:] == ["Not attempted."] * 3
    done, _mark, missed = message.partition(" Not attempted: ")
    assert "Done: update project 'blog'" in done
    # What needs no write is not listed.
    assert missed.startswith("create project 'two'; delete project 'sandbox'") and missed.count(";") == 1


@check_and_run
def test_failure_continues_where_told_to(check: bool) -> None:
    api = account("web", "sandbox")
    api.applications = [{"name": "front", "project": project("sandbox")}]
    items = [absent("sandbox"), rename("x", "y"), absent("home"), rename("web", "shop"), named("new")]
    result = fail(api, *items, proceed=True, check=check).as_failure()
    assert (result["changed"], result["failed_items"]) == (True, [0, 1, 2])
    assert each_of(result, "action") == ["none", "none", "none", "update", "create"]
    assert each_of(result, "failed") == [True, True, True, False, False]
    told = each_of(result, "msg")
    assert "front" in told[0] and told[3] == "" and all(each in result["msg"] for each in told)
    assert state(api) == {"home": True, "web": False, "sandbox": False} if check else "shop" in state(api)
    assert ("Would be done: " if check else "Done: ") in result["msg"]


@check_and_run
def test_failure_in_check_mode_stops_where_the_run_does(check: bool) -> None:
    api = account("sandbox", "web")
    api.applications = [{"name": "front", "project": project("sandbox")}]
    failure = fail(api, absent("sandbox"), named("new"), absent("web"), check=check)
    assert each_of(failure.result, "changed") == [False, True, False]
    assert (failure.result["failed_items"], failure.result["changed"]) == ([0], True)


@pytest.mark.parametrize("old", [named("home"), named("home", default=False), absent("home")], ids=str)
def test_old_default_project_stays_it_where_the_new_one_fails(old: Object) -> None:
    """The items after it were planned as if it succeeded."""
    api = account("web")
    api.fates = [Fate(response(errors.ValidationError, 422), done=False)]
    result = fail(api, old, named("web", default=True), named("new"), proceed=True).result
    assert result["outcomes"][0]["project"]["default"] is True
    assert each_of(result, "action", "failed") == [("none", old != named("home")), ("none", True), ("create", False)]
    assert ("delete_project", project("home")["id"]) not in api.writes


@pytest.mark.parametrize(
    ("item", "error", "unknown"),
    [
        (named("new"), response(errors.ValidationError, 422), False),
        (named("new"), response(errors.ForbiddenError, 403), False),
        (named("new"), response(errors.NotFoundError, 404), False),
        (named("new"), response(errors.RateLimitError, 429), True),
        (named("new"), response(errors.ServerError, 503), True),
        (named("new"), lost(), True),
        # It cannot be read; and it cannot succeed.
        ({"project_id": "prj-hidden"}, response(errors.NotFoundError, 404), True),
        (absent("home"), errors.CannotError(""), False),
    ],
)
def test_outcome_is_unknown_without_a_response_about_the_item(
    item: Object, error: errors.ScalingoError, unknown: bool
) -> None:
    api = account()
    api.patience, api.fates = 0, [Fate(error, done=False)]  # type: ignore[arg-type]
    (outcome,) = fail(api, item, proceed=True).result["outcomes"]
    assert (outcome["unknown"], outcome["failed"]) == (unknown, True)
    assert (outcome["error"] or {}).get("status") == getattr(error, "status", None)


def test_lost_write_of_an_item_makes_the_outcome_of_the_task_unknown() -> None:
    api = account("web")
    api.patience, api.fates = 0, [Fate(lost(), done=False)]
    failure = fail(api, rename("web", "shop"), named("other")).as_failure()
    assert (failure["outcome_unknown"], failure["changed"]) == (True, False)
    api.fates = [Fate(lost(), done=False), Fate(response(errors.ValidationError), done=False)]
    failure = fail(api, rename("web", "shop"), named("other"), proceed=True).as_failure()
    assert (failure["outcome_unknown"], failure["failed_items"]) == (True, [0, 1])


def test_long_list_of_titles_is_cut() -> None:
    api = account()
    api.fates = [Fate(response(errors.ValidationError), done=False)]
    message = str(fail(api, *(named(f"project-{number:03}") for number in range(31))))
    assert message.endswith("create project 'project-020'; and 10 more.") and "Nothing was written." in message


@pytest.mark.parametrize(
    ("item", "shown", "kind"),
    [
        (named("web", default=True), {}, errors.UnexpectedResponseError),
        (named("web", new_name="shop"), {}, errors.UnexpectedResponseError),
        (named("web", new_name="shop", default=False), {"name": "shop", "default": True}, errors.CannotError),
        (named("new", default=True), {"name": "new"}, errors.CannotError),
        (named("new", default=False), {"name": "new", "default": True}, errors.CannotError),
    ],
    ids=str,
)
def test_item_whose_response_does_not_show_the_change_fails(
    http: responses.RequestsMock, connect: Any, item: Object, shown: Object, kind: type[errors.ScalingoError]
) -> None:
    """Without its change, whether the write was done is not known; without the rest, it was done and is not enough."""
    changed = {**WEB, **shown}
    url = "https://api.osc-fr1.scalingo.com/v1/projects"
    http.get(url, json={"projects": [project("home", default=True), WEB]})
    http.get("https://auth.scalingo.com/v1/users/self", json={"user": ME})
    http.patch(f"{url}/{WEB['id']}", json={"project": changed})
    http.post(url, json={"project": changed}, status=201)
    failure = fail(Api(Client(connect(max_wait=0))), item, named("home"), kind=kind)
    unknown = kind is errors.UnexpectedResponseError
    assert failure.result["failed_items"] == [0]
    assert (failure.outcome_unknown, failure.result["changed"]) == (unknown, not unknown)
    assert failure.result["outcomes"][1]["project"]["default"] is True
