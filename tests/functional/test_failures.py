# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task says when the API says no: who owns it, what was asked, and what came back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from simulator import Simulator

from .assumptions import IDENTIFIED
from .expect import EXCHANGE, assert_refused, writes
from .other_machine import OtherMachine, other_machine
from .playbook import PlaybookRun, Story, TaskResult, connect, project, project_info

NOT_ALLOWED = (401, 403, 404)
NOT_FOUND = {404: {"resource": "project", "error": "not found"}}
HTML = "<!DOCTYPE html><html><head><title>Forbidden</title></head><body><h1>Forbidden</h1></body></html>"

# Status and body of an answer, and words of it that a person must see.
FORMS: dict[str, tuple[int, Any, tuple[str, ...]]] = {
    "with-a-code": (
        403,
        {"error": "this region is closed", "code": "region_disabled"},
        ("403", "this region is closed"),
    ),
    "no-money": (
        402,
        {
            "name": "account-free-trial-exceeded",
            "error": "a billing profile is needed",
            "url": "https://dashboard.example.org",
        },
        ("402", "a billing profile is needed"),
    ),
    "fields": (422, {"errors": {"name": ["is odd", "is ugly"]}}, ("name", "is odd", "is ugly")),
    "nested-fields": (422, {"errors": {"name": [["is odd"]]}}, ("name", "is odd")),
    "plain-words": (403, "you shall not pass", ("403", "you shall not pass")),
    "html-page": (403, HTML, ("403",)),
    "nothing": (502, "", ("502",)),
}
NOWHERE = "prj-00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def sim() -> Iterator[Any]:
    """An API that refuses whatever can be refused, in words that are expected in the messages."""
    limit = {"limit_projects": 2, "limit_scope": "region", "limit_status": 422}
    with Simulator(**IDENTIFIED, **limit, list_collaborations=True, delete_with_database=409) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[OtherMachine]:
    with other_machine() as machine:
        yield machine


def _mine_refused(sim: Any, status: int) -> Story:
    """My own project, listed, and yet every change of it is refused."""
    me = sim.add_account(f"mine-{status}")
    web = sim.add_project(me, "web")["id"]
    body = NOT_FOUND.get(status, {"error": "this is not for you"})
    for method in ("PATCH", "DELETE"):
        sim.fault(
            "status",
            method=method,
            path=f"/v1/projects/{web}",
            times=None,
            account=me.username,
            status=status,
            body=body,
        )
    return Story(
        me.username,
        [
            project("rename", name="web", new_name="site"),
            project("delete", name="web", state="absent"),
        ],
        connect(sim, me),
    )


def _theirs_refused(sim: Any, status: int) -> Story:
    """A project of somebody else, listed, and no change of it is allowed."""
    me, friend = sim.add_account(f"theirs-{status}"), sim.add_account(f"friend-{status}")
    web = sim.add_project(friend, "web")["id"]
    sim.add_application(web, f"app-{status}", collaborators=[me])
    sim.fault(
        "status",
        method="PATCH",
        path=f"/v1/projects/{web}",
        times=None,
        account=me.username,
        status=status,
        body=NOT_FOUND.get(status, {"error": "this is not for you"}),
    )
    return Story(me.username, [project("rename", name="web", new_name="site")], connect(sim, me))


def _wrong_routes(sim: Any) -> list[Story]:
    """Base URLs that lead to the wrong host."""
    names = ("lost-by-name", "lost-by-id", "lost-deletion", "lost-deletion-by-id", "lost-exchange")
    accounts = {name: sim.add_account(name) for name in names}
    wrong = {name: connect(sim, me, api_url=sim.auth_url) for name, me in accounts.items()}
    return [
        Story("lost-by-name", [project(name="web")], wrong["lost-by-name"]),
        Story("lost-by-id", [project(project_id=NOWHERE)], wrong["lost-by-id"]),
        Story("lost-deletion", [project(name="web", state="absent")], wrong["lost-deletion"]),
        Story("lost-deletion-by-id", [project(project_id=NOWHERE, state="absent")], wrong["lost-deletion-by-id"]),
        Story("lost-exchange", [project(name="web")], connect(sim, accounts["lost-exchange"], auth_url=sim.api_url)),
    ]


def _redirects(sim: Any, elsewhere: OtherMachine) -> list[Story]:
    stories = []
    for name, method, path in (
        ("redirected-read", "GET", "/v1/projects"),
        ("redirected-exchange", "POST", "/v1/tokens/exchange"),
        ("redirected-creation", "POST", "/v1/projects"),
    ):
        me = sim.add_account(name)
        sim.fault(
            "status",
            method=method,
            path=path,
            times=None,
            account=name,
            status=307,
            body="",
            headers={"Location": elsewhere.url + path},
        )
        stories.append(Story(name, [project(name="web")], connect(sim, me)))
    return stories


def _answers(sim: Any) -> list[Story]:
    """Refusals of a creation in every form that an error takes."""
    stories = []
    for name, (status, body, _words) in FORMS.items():
        me = sim.add_account(name)
        sim.fault("status", method="POST", path="/v1/projects", times=None, account=name, status=status, body=body)
        stories.append(Story(name, [project(name="web")], connect(sim, me, max_wait=0)))
    return stories


@pytest.fixture(scope="module")
def run(sim: Any, elsewhere: OtherMachine, teller: Any) -> PlaybookRun:
    full, revoked, stranger = (sim.add_account(name) for name in ("full", "revoked", "stranger"))
    sim.add_project(full, "second")
    sim.revoke(revoked)
    with_database, inside = sim.add_account("with-database"), {}
    inside["id"] = sim.add_project(with_database, "web")["id"]
    sim.add_application(inside["id"], "web-database", databases=True)
    secret = sim.add_project(sim.add_account("hermit"), "secret")["id"]
    sim.fault(
        "status",
        method="GET",
        path=f"/v1/projects/{secret}",
        times=None,
        account="stranger",
        status=403,
        body={"error": "this is not for you"},
    )
    return teller(
        [
            *(_mine_refused(sim, status) for status in NOT_ALLOWED),
            *(_theirs_refused(sim, status) for status in NOT_ALLOWED),
            *_wrong_routes(sim),
            *_redirects(sim, elsewhere),
            *_answers(sim),
            Story(
                "climber",
                [project(project_id="../users/self", state="absent")],
                connect(sim, sim.add_account("climber")),
            ),
            Story("full", [project(name="third")], connect(sim, full)),
            Story("revoked", [project_info()], connect(sim, revoked)),
            Story("stranger", [project(project_id=secret, state="absent")], connect(sim, stranger)),
            Story(
                "with-database",
                [project(task, check=task == "check", name="web", state="absent") for task in ("check", "run")],
                connect(sim, with_database),
            ),
        ]
    )


@pytest.mark.parametrize("status", NOT_ALLOWED)
@pytest.mark.parametrize("task", ["rename", "delete"])
def test_a_refused_change_names_the_owner(run: PlaybookRun, status: int, task: str) -> None:
    result = run.of(f"mine-{status}", task)
    assert_refused(result, "web", f"mine-{status}")
    assert not result.changed
    assert result["error"]["status"] == status


@pytest.mark.parametrize("status", NOT_ALLOWED)
def test_a_refused_change_of_theirs_names_them(run: PlaybookRun, status: int) -> None:
    assert_refused(run.of(f"theirs-{status}", "rename"), "web", f"friend-{status}")


@pytest.mark.parametrize("story", ["lost-by-name", "lost-by-id", "lost-deletion", "lost-deletion-by-id"])
def test_no_such_route_is_a_wrong_api_url(run: PlaybookRun, sim: Any, story: str) -> None:
    assert_refused(run.of(story), "api_url")
    assert writes(sim.calls(story)) == []


def test_no_such_route_for_the_exchange_is_a_wrong_auth_url(run: PlaybookRun) -> None:
    assert_refused(run.of("lost-exchange"), "auth_url")


def test_a_project_that_one_may_not_read_is_not_absent(run: PlaybookRun) -> None:
    assert_refused(run.of("stranger"), "403")


@pytest.mark.parametrize("story", ["redirected-read", "redirected-exchange", "redirected-creation"])
def test_a_redirect_is_not_followed(run: PlaybookRun, elsewhere: OtherMachine, story: str) -> None:
    assert_refused(run.of(story), "redirect")
    assert elsewhere.seen == []


def test_a_revoked_token_names_the_option_to_look_at(run: PlaybookRun, sim: Any) -> None:
    assert_refused(run.of("revoked"), "api_token")
    assert set(sim.calls("revoked")) <= {EXCHANGE}


@pytest.mark.parametrize("form", FORMS)
def test_an_error_of_this_form_can_be_read(run: PlaybookRun, form: str) -> None:
    result = run.of(form)
    assert_refused(result, "web", *FORMS[form][2])
    assert "<html" not in result.msg
    assert "[[" not in result.msg
    assert result["error"]["status"] == FORMS[form][0]


def test_an_id_is_never_a_path(run: PlaybookRun, sim: Any) -> None:
    assert run.of("climber").changed is False
    assert "GET /v1/users/self" not in sim.calls("climber")
    assert writes(sim.calls("climber")) == []


@pytest.mark.parametrize("task", ["check", "run"])
def test_a_database_inside_keeps_the_project_and_is_named(run: PlaybookRun, sim: Any, task: str) -> None:
    assert_refused(run.of("with-database", task), "'web'", "database 'web-database'")
    assert [call.split()[0] for call in writes(sim.calls("with-database"))] == ["DELETE"]


def test_the_api_s_own_words_come_through(run: PlaybookRun) -> None:
    result = run.of("full")
    assert_refused(result, "third")
    assert_error(result, 422, "POST", "/projects")


def assert_error(result: TaskResult, status: int, method: str, path: str) -> None:
    """The failed task says what was asked and what came back."""
    error = result["error"]
    assert (error["status"], error["method"]) == (status, method)
    assert error["path"].endswith(path)
    assert error["request_id"]
    assert error["request_id"] in result.msg
    assert error["body"]
    assert set(error) == {"status", "method", "path", "request_id", "body"}


def test_an_error_of_the_api_is_returned_whole(run: PlaybookRun, sim: Any) -> None:
    result = run.of("mine-403", "rename")
    assert_error(result, 403, "PATCH", result["error"]["path"])
    assert "this is not for you" in str(result["error"]["body"])
    assert "this is not for you" in result.msg
