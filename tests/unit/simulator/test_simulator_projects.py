# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls for projects, and the switches that change them."""

from __future__ import annotations

import re
from typing import Any

import pytest

DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def errors(answer: Any) -> Any:
    assert answer.status_code == 422
    return answer.json()["errors"]


def test_new_account_has_a_default_project_in_each_region(sim: Any, client: Any, mireille: Any) -> None:
    for url in sim.region_urls.values():
        (project,) = client(url, mireille).get("/v1/projects").json()["projects"]
        assert (project["name"], project["default"], project["owner"]["id"]) == ("default", True, mireille.id)


def test_an_account_can_be_without_a_default_project(sim: Any, client: Any) -> None:
    account = sim.add_account("ines", default_project=None)
    assert client(sim.api_url, account).get("/v1/projects").json() == {"projects": []}


def test_a_created_project_is_shown_and_listed(me: Any, mireille: Any) -> None:
    answer = me.create("web")
    assert answer.status_code == 201
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    project = answer.json()["project"]
    assert re.fullmatch("prj-[0-9a-f-]{36}", project["id"])
    assert DATE.fullmatch(project["created_at"]) and DATE.fullmatch(project["updated_at"])
    owner = {"id": mireille.id, "username": "mireille", "email": "mireille@example.org", "flags": {}}
    assert {**project, "id": "", "created_at": "", "updated_at": ""} == {
        "id": "",
        "name": "web",
        "default": False,
        "created_at": "",
        "updated_at": "",
        "owner": owner,
        "flags": {},
    }
    assert me.show(project).json() == {"project": project}
    assert me.names() == ["default", "web"]


def test_create_default_moves_the_role(me: Any) -> None:
    project = me.create("web", default=True).json()["project"]
    assert project["default"] is True
    assert [(one["name"], one["default"]) for one in me.get("/v1/projects").json()["projects"]] == [
        ("default", False),
        ("web", True),
    ]


def test_projects_are_regional(sim: Any, client: Any, mireille: Any, me: Any) -> None:
    project = me.create("web").json()["project"]
    other = client(sim.region_urls["osc-secnum-fr1"], mireille)
    assert other.names() == ["default"]
    assert other.show(project).json() == {"resource": "project", "error": "not found"}
    assert other.create("web").status_code == 201


@pytest.mark.parametrize("name", ["a", "a" * 64, "-", "_0-", "prj-0f4c7a52"])
def test_a_good_name_is_taken_as_it_is(me: Any, name: str) -> None:
    assert me.create(name).json()["project"]["name"] == name


@pytest.mark.parametrize(
    "name, text",
    [
        ("", "can't be blank"),
        (None, "can't be blank"),
        ("a" * 65, "is too long (maximum is 64 characters)"),
        ("Web", "may only contain lower-case letters, digits, hyphens and underscores"),
        ("web\n", "may only contain lower-case letters, digits, hyphens and underscores"),
        ("é", "may only contain lower-case letters, digits, hyphens and underscores"),
        (5, "is invalid"),
        (["web"], "is invalid"),
        ({}, "is invalid"),
    ],
)
def test_a_bad_name_is_refused(me: Any, name: Any, text: str) -> None:
    assert errors(me.create(name)) == {"name": [text]}
    assert errors(me.update(me.get("/v1/projects").json()["projects"][0], name=name)) == {"name": [text]}
    assert me.names() == ["default"]


def test_a_name_is_required(me: Any) -> None:
    assert errors(me.post("/v1/projects", {"project": {"default": True}})) == {"name": ["can't be blank"]}


@pytest.mark.parametrize("default", [None, "true", 1, {}])
def test_default_must_be_boolean(me: Any, default: Any) -> None:
    assert errors(me.create("web", default=default)) == {"default": ["must be true or false"]}


def test_all_problems_are_reported(me: Any) -> None:
    assert set(errors(me.create("Web", default=1))) == {"name", "default"}


def test_the_root_key_is_required(me: Any) -> None:
    assert errors(me.post("/v1/projects", {})) == {"project": ["missing field"]}
    assert errors(me.post("/v1/projects", {"name": "web"})) == {"project": ["missing field"]}
    assert errors(me.post("/v1/projects")) == {"project": ["missing field"]}
    assert errors(me.post("/v1/projects", {"project": ["web"]})) == {"project": ["is invalid"]}


@pytest.mark.parametrize(
    "data",
    [
        b"{",
        b"nonsense",
        b"\xff",
        b"[" * 100000,
        b'["project"]',
        b"5",
        b'{"project": {"name": "web", "more": NaN}}',
        b'{"project": {"name": "web", "more": -Infinity}}',
        '{"project": {"name": "web"}}'.encode("utf-16"),
    ],
)
def test_bad_json_is_refused(me: Any, data: bytes) -> None:
    answer = me("POST", "/v1/projects", data=data, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert "JSON you submitted" in answer.json()["error"]


def test_body_without_content_type_is_not_read(me: Any) -> None:
    answer = me("POST", "/v1/projects", data='{"project": {"name": "web"}}')
    assert errors(answer) == {"project": ["missing field"]}


def test_unknown_keys_are_ignored(me: Any) -> None:
    answer = me.post("/v1/projects", {"project": {"name": "web", "color": "red"}, "more": 1})
    assert answer.status_code == 201
    assert "color" not in answer.json()["project"]


def test_an_update_changes_what_it_names_and_the_date(sim: Any, me: Any) -> None:
    project = me.create("web").json()["project"]
    sim.clock.advance(minutes=1)
    changed = me.update(project, name="site", default=True)
    assert changed.status_code == 200
    body = changed.json()["project"]
    assert (body["id"], body["name"], body["default"]) == (project["id"], "site", True)
    assert body["created_at"] == project["created_at"] < body["updated_at"]
    assert [one["default"] for one in me.get("/v1/projects").json()["projects"]] == [False, True]


def test_an_update_to_a_taken_name_is_refused(me: Any) -> None:
    project = me.create("web").json()["project"]
    assert errors(me.update(project, name="default")) == {"name": ["has already been taken"]}
    assert me.names() == ["default", "web"]


@pytest.mark.parametrize("touch", [False, True])
def test_an_update_without_a_change_leaves_the_date_unless_switched(sim: Any, me: Any, touch: bool) -> None:
    sim.set(touch_unchanged=touch)
    project = me.create("web").json()["project"]
    sim.clock.advance(minutes=1)
    body = me.update(project, name="web", default=False).json()["project"]
    assert (body["updated_at"] != project["updated_at"]) is touch


@pytest.mark.parametrize("status", [400, 200, 422])
def test_an_empty_patch_has_the_status_of_the_switch(sim: Any, me: Any, status: int) -> None:
    project = me.create("web").json()["project"]
    sim.set(empty_patch_status=status)
    answer = me.update(project, unknown=1)
    assert answer.status_code == status
    assert (
        answer.json()
        == {
            200: {"project": project},
            400: {"error": "param is missing or the value is empty: project"},
            422: {"errors": {"project": ["missing field"]}},
        }[status]
    )


@pytest.mark.parametrize("status", [422, 400, 200])
def test_the_default_project_cannot_be_told_not_to_be_it(sim: Any, me: Any, status: int) -> None:
    sim.set(default_false_status=status)
    (project,) = me.get("/v1/projects").json()["projects"]
    answer = me.update(project, default=False)
    assert answer.status_code == status
    text = "cannot be changed from true to false"
    assert (
        answer.json()
        == {
            200: {"project": project},
            400: {"error": text},
            422: {"errors": {"default": [text]}},
        }[status]
    )
    assert me.show(project).json()["project"]["default"] is True


def test_a_deleted_project_is_not_found_any_more(me: Any) -> None:
    project = me.create("web").json()["project"]
    answer = me.delete(project)
    assert (answer.status_code, answer.content) == (204, b"")
    assert "Content-Type" not in answer.headers
    assert me.names() == ["default"]
    for again in (me.delete(project), me.show(project), me.update(project, name="x")):
        assert (again.status_code, again.json()) == (404, {"resource": "project", "error": "not found"})


def test_a_name_is_no_id(me: Any) -> None:
    me.create("web")
    assert me.get("/v1/projects/web").json() == {"resource": "project", "error": "not found"}


def test_a_project_with_applications_is_not_deleted(sim: Any, me: Any, web: Any) -> None:
    answer = me.delete(web)
    assert (answer.status_code, answer.json()) == (409, {"error": "Cannot delete project with existing apps"})
    sim.remove_application("shop")
    assert me.delete(web).status_code == 204


@pytest.mark.parametrize("status", [409, 422, 403])
def test_the_default_project_is_not_deleted(sim: Any, me: Any, status: int) -> None:
    sim.set(default_delete_status=status)
    (project,) = me.get("/v1/projects").json()["projects"]
    answer = me.delete(project)
    text = "Cannot delete the default project"
    assert answer.status_code == status
    assert answer.json() == ({"errors": {"default": [text]}} if status == 422 else {"error": text})
    assert me.names() == ["default"]


@pytest.mark.parametrize("status", [409, 422, 403, 204])
def test_a_project_with_a_database_is_deleted_only_if_switched(sim: Any, me: Any, mireille: Any, status: int) -> None:
    sim.set(delete_with_database=status)
    project = sim.add_project(mireille, "data")
    sim.add_application(project["id"], "db", databases=True)
    assert me.delete(project).status_code == status
    assert ("data" in me.names()) is (status != 204)


@pytest.mark.parametrize("value", ["cancel", 409])
def test_a_deletion_cancels_the_invitation_or_is_refused_for_it(
    sim: Any, me: Any, mireille: Any, tomasz: Any, value: Any
) -> None:
    sim.set(delete_with_invitation=value)
    project = sim.add_project(mireille, "web")
    sim.add_invitation(project["id"], invited=tomasz)
    answer = me.delete(project)
    (invitation,) = sim.invitations(project["id"])
    assert (answer.status_code, invitation["status"]) == ((204, "canceled") if value == "cancel" else (409, "pending"))


def test_a_deletion_is_not_refused_for_an_expired_invitation(sim: Any, me: Any, mireille: Any, tomasz: Any) -> None:
    sim.set(delete_with_invitation=409)
    project = sim.add_project(mireille, "web")
    sim.add_invitation(project["id"], invited=tomasz, expires_in=-1)
    assert me.delete(project).status_code == 204


@pytest.mark.parametrize("status", [422, 409])
def test_a_duplicate_has_the_status_of_the_switch(sim: Any, me: Any, status: int) -> None:
    sim.set(duplicate_status=status)
    answer = me.create("default")
    text = "has already been taken"
    assert answer.status_code == status
    assert answer.json() == ({"errors": {"name": [text]}} if status == 422 else {"error": text})


def test_names_are_unique_per_owner(me: Any, them: Any) -> None:
    assert me.create("web").status_code == 201
    assert them.create("web").status_code == 201


@pytest.mark.parametrize("status", [422, 409, 403, 402])
def test_a_project_above_the_limit_has_the_status_of_the_switch(sim: Any, me: Any, status: int) -> None:
    sim.set(limit_projects=2, limit_status=status)
    assert me.create("one").status_code == 201
    answer = me.create("two")
    text = "You have reached the maximum number of projects"
    assert answer.status_code == status
    body = answer.json()
    assert body == {"errors": {"base": [text]}} if status == 422 else body["error"] == text
    assert ("url" in body) is (status == 402)
    assert me.names() == ["default", "one"]


def test_the_limit_is_twenty_projects(me: Any) -> None:
    answers = [me.create(f"p{number}").status_code for number in range(20)]
    assert answers == [201] * 19 + [422]


@pytest.mark.parametrize("scope, status", [("region", 201), ("account", 422)])
def test_the_limit_counts_the_region_or_the_account(sim: Any, me: Any, scope: str, status: int) -> None:
    sim.set(limit_projects=2, limit_scope=scope)
    assert me.create("one").status_code == status


def test_strangers_see_nothing(me: Any, them: Any) -> None:
    project = me.create("web").json()["project"]
    assert them.names() == ["default"]
    assert them.show(project).json() == {"resource": "project", "error": "not found"}


@pytest.mark.parametrize("value", [False, True])
def test_a_collaborator_finds_the_project_in_the_list_only_if_switched(
    sim: Any, them: Any, web: Any, value: bool
) -> None:
    sim.set(list_collaborations=value)
    assert them.names() == (["default", "web"] if value else ["default"])


def test_pending_collaborators_see_nothing(sim: Any, them: Any, mireille: Any, tomasz: Any) -> None:
    sim.set(list_collaborations=True)
    project = sim.add_project(mireille, "web")
    sim.add_application(project["id"], "shop", pending=[tomasz])
    assert them.names() == ["default"]
    assert them.get("/v1/apps").json() == {"apps": []}
    sim.set_collaborator("shop", tomasz)
    assert them.names() == ["default", "web"]
    sim.set_collaborator("shop", tomasz, role=None)
    assert them.names() == ["default"]


@pytest.mark.parametrize("status", ["200", "401", "403", "404"])
def test_a_collaborator_gets_the_status_of_the_switch(sim: Any, them: Any, web: Any, status: str) -> None:
    sim.set(collaborator_get=status)
    answer = them.show(web)
    assert answer.status_code == int(status)
    assert (
        answer.json()
        == {
            "200": {"project": web},
            "401": {"error": "unauthorized"},
            "403": {"error": "You are not allowed to do this"},
            "404": {"resource": "project", "error": "not found"},
        }[status]
    )


@pytest.mark.parametrize("status", ["404", "403", "401"])
def test_a_stranger_gets_the_status_of_the_switch(sim: Any, me: Any, them: Any, status: str) -> None:
    sim.set(stranger_get=status)
    assert them.show(me.create("web").json()["project"]).status_code == int(status)


@pytest.mark.parametrize("status", [403, 401, 404])
def test_only_the_owner_changes_a_project(sim: Any, them: Any, tomasz: Any, web: Any, status: int) -> None:
    sim.set(non_owner_status=status)
    invitation = sim.add_invitation(web["id"], invited=tomasz)
    answers = [
        them.update(web, name="mine"),
        them.delete(web),
        them.eligible(web),
        them.invite(web, tomasz),
        them.invitation(invitation, "cancel"),
    ]
    assert [answer.status_code for answer in answers] == [status] * 5
    assert sim.project(web["id"]) == web
    assert [one["status"] for one in sim.invitations(web["id"])] == ["pending"]


@pytest.mark.parametrize("value, strangers", [("same", 401), (404, 404), (403, 403), (401, 401)])
def test_a_stranger_who_changes_a_project_gets_the_status_of_the_switch(
    sim: Any, client: Any, them: Any, web: Any, value: Any, strangers: int
) -> None:
    sim.set(non_owner_status=401, stranger_status=value)
    ines = sim.add_account("ines")
    stranger = client(sim.api_url, ines)

    def statuses(caller: Any) -> set[int]:
        answers = (caller.update(web, name="x"), caller.delete(web), caller.invite(web, ines), caller.eligible(web))
        return {answer.status_code for answer in answers}

    assert (statuses(them), statuses(stranger)) == ({401}, {strangers})
    sim.add_invitation(web["id"], invited=ines, status="declined")
    assert statuses(stranger) == {401}


@pytest.mark.parametrize("value", ["region", "account"])
def test_names_and_the_default_project_are_unique_per_region_or_account(sim: Any, client: Any, value: str) -> None:
    sim.set(unique_per=value)
    account = sim.add_account("mireille")
    here, there = (client(url, account) for url in sim.region_urls.values())
    alone = value == "region"
    assert (here.names(), there.names()) == (["default"], ["default"] if alone else [])
    assert here.create("web").status_code == 201
    assert there.create("web").status_code == (201 if alone else 422)
    assert there.create("main", default=True).status_code == 201
    assert [one["default"] for one in sim.projects(account) if one["name"] == "default"] == [alone]


def test_two_projects_can_be_the_default_one_for_some_reads(sim: Any, me: Any) -> None:
    def defaults() -> list[str]:
        return [project["name"] for project in me.get("/v1/projects").json()["projects"] if project["default"]]

    me.create("atomic", default=True)
    assert defaults() == ["atomic"]
    sim.set(two_defaults=True)
    me.create("slow", default=True)
    assert [defaults(), defaults()] == [["atomic", "slow"], ["slow"]]
    sim.set(two_defaults=2)
    project = me.create("slower", default=True).json()["project"]
    assert defaults() == ["slow", "slower"]
    assert me.show(project).json()["project"]["default"] is True
    assert defaults() == ["slower"]


def test_the_list_can_lag_behind_for_some_reads(sim: Any, me: Any) -> None:
    sim.set(list_lag=2)
    project = me.create("web").json()["project"]
    assert me.show(project).status_code == 200
    assert [me.names() for _read in range(3)] == [["default"], ["default"], ["default", "web"]]
    me.delete(project)
    assert [me.names() for _read in range(3)] == [["default", "web"], ["default", "web"], ["default"]]
    sim.set(list_lag=0)
    me.create("site")
    assert me.names() == ["default", "site"]


def test_applications_are_listed_for_owner_and_collaborators(
    sim: Any, me: Any, them: Any, mireille: Any, web: Any
) -> None:
    (shop,) = me.get("/v1/apps").json()["apps"]
    assert (shop["name"], shop["region"], shop["owner"]["id"]) == ("shop", "osc-fr1", mireille.id)
    assert shop["project"] == {"id": web["id"], "name": "web"}
    assert them.get("/v1/apps").json() == {"apps": [shop]}
    sim.add_application(web["id"], "private")
    assert [app["name"] for app in me.get("/v1/apps").json()["apps"]] == ["shop", "private"]
    assert them.get("/v1/apps").json() == {"apps": [shop]}


@pytest.mark.parametrize("value", [False, True])
def test_databases_are_among_the_applications_only_if_switched(sim: Any, me: Any, web: Any, value: bool) -> None:
    sim.set(apps_list_databases=value)
    sim.add_database(web["id"], "db")
    assert ("db" in [app["name"] for app in me.get("/v1/apps").json()["apps"]]) is value


def test_head_answers_like_get_without_a_body(me: Any) -> None:
    project = me.create("web").json()["project"]
    paths = ["/v1/projects", f"/v1/projects/{project['id']}", "/v1/users/self"]
    paths += [f"/v1/{list}" for list in ("apps", "databases", "collaborators")]
    paths += [f"/v1/projects/{project['id']}/{list}" for list in ("eligible_new_owners", "transfer_invitations")]
    for path in paths:
        answer, full = me("HEAD", path), me.get(path)
        assert (answer.status_code, answer.content) == (200, b"")
        assert answer.headers["Content-Length"] == full.headers["Content-Length"] == str(len(full.content))
    assert me("HEAD", "/v1/projects/none").status_code == 404
