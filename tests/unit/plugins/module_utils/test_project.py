# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to be done about one project, and what the task returns."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.community.scalingo.plugins.module_utils import _errors as errors
from ansible_collections.community.scalingo.plugins.module_utils._account import Account
from ansible_collections.community.scalingo.plugins.module_utils._api import Api
from ansible_collections.community.scalingo.plugins.module_utils._project import (
    DesiredProject,
    ensure_project,
    plan_project,
)
from ansible_collections.community.scalingo.plugins.module_utils._reconcile import Step
from stand_in import ME, TOMASZ, WEB, Fate, Object, StandIn, account, lost, project, response

HOME = project("home", default=True)
SHOP = project("shop")
HIS_WEB, HIS_SHOP = project("web", TOMASZ), project("shop", TOMASZ)
HIS_HOME, HIS_MAIN = (project(name, TOMASZ, default=True) for name in ("home", "main"))


def run(api: StandIn, check_mode: bool = False, **options: Any) -> Object:
    return ensure_project(api, options, check_mode)


def fail(api: StandIn, **options: Any) -> errors.RequestError:
    with pytest.raises(errors.RequestError) as failure:
        run(api, **options)
    return failure.value


def step(method: Any, *arguments: Any) -> tuple[Step, ...]:
    return (Step("", method, arguments, "", predict=dict),)


def create(name: str, default: bool = False) -> tuple[Step, ...]:
    return step(Api.create_project, name, default)


def update(of: Object, **changes: Any) -> tuple[Step, ...]:
    return step(Api.update_project, of["id"], changes)


def delete(of: Object) -> tuple[Step, ...]:
    return step(Api.delete_project, of["id"])


@pytest.mark.parametrize(
    "options",
    [
        {"project_id": ".."},
        {"project_id": "a/b"},
        {"new_name": "b", "name": "a", "state": "absent"},
        {"name": "a", "default": True, "state": "absent"},
        *({"name": name} for name in ("Upper", "a" * 65, "a b", "a\n", "é")),
        {"name": "a", "new_name": "B"},
        {"project_id": "x", "name": "B"},
    ],
    ids=str,
)
def test_check_impossible_options_fails_without_request(options: Object) -> None:
    api = account()
    with pytest.raises(errors.InputError) as failure:
        run(api, **options)
    message = str(failure.value)
    assert api.calls == []
    assert ("new_name" in message) is ("new_name" in options or options.get("default", False))


# Plans: the options, what the account shows, the project that is found, and the steps.
PLANS: list[tuple[Object, list[Object], Object | None, tuple[Step, ...]]] = [
    ({"name": "web"}, [HOME], None, create("web")),
    ({"name": "web", "default": True}, [HOME], None, create("web", True)),
    ({"name": "web"}, [HIS_WEB], HIS_WEB, ()),
    ({"name": "web", "owner": "Mireille@Example.ORG"}, [HIS_WEB], None, create("web")),
    ({"name": "web", "owner": "tomasz"}, [WEB, HIS_WEB], HIS_WEB, ()),
    ({"name": "web", "default": True}, [WEB], WEB, update(WEB, default=True)),
    ({"name": "home", "default": True, "owner": "tomasz"}, [HIS_HOME], HIS_HOME, ()),
    ({"name": "web", "new_name": "shop"}, [WEB], WEB, update(WEB, name="shop")),
    ({"name": "home", "new_name": "shop", "default": True}, [HOME], HOME, update(HOME, name="shop")),
    ({"name": "web", "new_name": "shop", "default": False}, [WEB], WEB, update(WEB, name="shop")),
    ({"name": "web", "new_name": "shop", "default": True}, [WEB], WEB, update(WEB, name="shop", default=True)),
    ({"name": "web", "new_name": "shop", "default": True}, [SHOP], SHOP, update(SHOP, default=True)),
    ({"name": "web", "new_name": "shop", "owner": "mireille"}, [WEB, HIS_SHOP], WEB, update(WEB, name="shop")),
    ({"project_id": WEB["id"], "name": "shop"}, [WEB], WEB, update(WEB, name="shop")),
    ({"project_id": WEB["id"], "state": "absent"}, [WEB], WEB, delete(WEB)),
    ({"name": "web", "state": "absent"}, [WEB], WEB, delete(WEB)),
]


@pytest.mark.parametrize(("options", "projects", "found", "steps"), PLANS)
def test_plan_steps(options: Object, projects: list[Object], found: Object | None, steps: tuple[Step, ...]) -> None:
    plan = plan_project(DesiredProject(**options), Account(StandIn(*projects)))
    assert (plan.resource, plan.steps) == (found, steps)


def test_plan_of_an_id_that_may_not_be_read_is_not_that_it_is_absent() -> None:
    api = account()
    api.failing["get_project"] = response(errors.ForbiddenError, 403)
    assert "'x' does not exist, or" in str(fail(api, project_id="x", state="absent"))


@pytest.mark.parametrize(
    ("options", "named", "not_named"),
    [
        ({"new_name": "shop", "default": True}, [WEB["id"], "'shop'", "default project"], "delete"),
        ({"default": True}, ["default project"], "rename"),
        ({"new_name": "shop"}, ["'shop'"], "default"),
    ],
)
def test_title_names_the_project_and_what_is_to_be_done(options: Object, named: list[str], not_named: str) -> None:
    (planned,) = plan_project(DesiredProject(name="web", **options), Account(account("web"))).steps
    assert [word for word in named if word not in planned.title] == [] and not_named not in planned.title


# Requests


@pytest.mark.parametrize(
    ("options", "calls"),
    [
        ({"name": "no"}, ["list_projects", "create_project"]),
        ({"name": "web", "new_name": "shop"}, ["list_projects", "update_project"]),
        ({"name": "web", "state": "absent"}, ["list_projects", "delete_project"]),
        ({"project_id": WEB["id"], "name": "shop"}, ["get_project", "update_project"]),
        # Who the caller is matters where the new default project takes that from another one, or for the owner.
        ({"name": "no", "default": True}, ["list_projects", "get_caller", "create_project"]),
        ({"name": "no", "owner": "mireille"}, ["list_projects", "get_caller", "create_project"]),
    ],
)
def test_requests_are_as_few_as_the_options_need(options: Object, calls: list[str]) -> None:
    api = account("web", claim=False)
    run(api, **options)
    assert api.calls == calls


@pytest.mark.parametrize(
    ("projects", "options", "calls"),
    [
        # The list shows the owner of what would be created.
        ([HOME], {"name": "shop"}, ["list_projects"]),
        ([], {"name": "shop"}, ["list_projects", "get_caller"]),
        ([WEB], {"name": "web", "state": "absent"}, ["list_projects", "list_applications", "list_databases"]),
    ],
)
def test_requests_of_check_mode(projects: list[Object], options: Object, calls: list[str]) -> None:
    api = StandIn(*projects)
    result = run(api, check_mode=True, **options)
    assert api.calls == calls
    assert result["project"] is None if "state" in options else result["project"]["owner"] == ME


# A deletion means the project that was found, whatever becomes of its name


@pytest.mark.parametrize("error", [lost, lambda: response(errors.ConflictError)], ids=["lost", "rejected"])
@pytest.mark.parametrize("reuse", [False, True], ids=["name-free", "name-reused"])
def test_delete_not_done_and_renamed_meanwhile_is_not_done(error: Any, reuse: bool) -> None:
    api = account("web")

    def rename() -> None:
        api.change(WEB["id"], name="other")
        api.projects += [{**WEB, "id": "prj-2"}] if reuse else []

    api.patience, api.fates = 0, [Fate(error(), done=False, after=rename)]
    failure = fail(api, name="web", state="absent")
    assert (failure.outcome_unknown, failure.result["changed"]) == (error is lost, False)
    assert api.writes == [("delete_project", WEB["id"])]


def test_delete_lost_is_never_sent_to_another_project_of_the_name() -> None:
    api = account("web")
    api.fates = [Fate(lost(), after=lambda: api.projects.append({**WEB, "id": "prj-2"}))]
    assert run(api, name="web", state="absent")["changed"]
    assert api.writes == [("delete_project", WEB["id"])]


def test_delete_lost_of_what_is_not_listed_any_more_is_not_claimed() -> None:
    """It was transferred, and this account can still access it."""
    api = account("web")

    def transfer() -> None:
        api.change(WEB["id"], owner=TOMASZ)
        api.unlisted.add(WEB["id"])

    api.patience, api.fates = 0, [Fate(lost(), done=False, after=transfer)]
    assert fail(api, name="web", state="absent").outcome_unknown


# Results


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize(
    ("options", "before", "after"),
    [
        ({"name": "web", "state": "absent"}, {"name": "web", "default": False}, {}),
        (
            {"name": "web", "default": True},
            {"name": "web", "default": False, "default_project": "home"},
            {"name": "web", "default": True, "default_project": "web"},
        ),
        (
            {"name": "shop", "default": True},
            {"default_project": "home"},
            {"name": "shop", "default": True, "default_project": "shop"},
        ),
        ({"name": "home", "new_name": "prod"}, {"name": "home", "default": True}, {"name": "prod", "default": True}),
    ],
)
def test_diff_before_and_after(check_mode: bool, options: Object, before: Object, after: Object) -> None:
    api = account("web")
    api.projects.insert(0, HIS_MAIN)
    assert run(api, check_mode, **options)["diff"] == {"before": before, "after": after}


def test_diff_without_a_default_project_before() -> None:
    assert run(StandIn(HIS_MAIN, WEB), name="web", default=True)["diff"]["before"]["default_project"] is None


def test_predicted_project_has_no_id_and_no_dates() -> None:
    predicted = run(account(), check_mode=True, name="web", default=True)["project"]
    nulls = dict.fromkeys(("id", "created_at", "updated_at"))
    assert predicted == {**WEB, **nulls, "default": True}
    renamed = run(account("web"), check_mode=True, name="web", new_name="shop")["project"]
    assert renamed == {**WEB, "name": "shop", "updated_at": None}
