# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calls of the API, held to the contract: what each sends, what it returns, and which responses break it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from functools import reduce
from operator import getitem
from types import SimpleNamespace
from typing import Any

import pytest
import responses
from ansible_collections.community.scalingo.plugins.module_utils._api import Api, check_id
from ansible_collections.community.scalingo.plugins.module_utils._errors import (
    AuthenticationError,
    InputError,
    NotFoundError,
    RequestError,
    RouteNotFoundError,
    UnexpectedResponseError,
)
from ansible_collections.community.scalingo.plugins.module_utils._http.client import Client
from contract import exchange, exchanges, objects

API, AUTH = "https://api.osc-fr1.scalingo.com", "https://auth.scalingo.com"
PROJECT, INVITATION = (objects()[name]["id"] for name in ("project", "transfer_invitation"))
ALICE, APP, PERSON = "us-f456a6c1-54d8-4a32-9d61-5f3c8e9d016a", "example-app", "6a1b0c2d3e4f5a6b7c8d9e11"
USER = {"id": "us-1", "username": "john", "email": "john@example.com"}
APPLICATION = {"id": "ap-1", "name": "web", "project": {"id": PROJECT, "name": "x"}}
SECRET = "0123456789abcdef0123456789abcdef01234567"

Mock = responses.RequestsMock


@dataclass(frozen=True)
class Call:
    """A call: a method, the IDs in its path, its other arguments, and what it sends and receives.

    Attributes:
        query: What is sent beyond the printed request: a list of invitations leaves out most without it.
        body: What is sent; the vendor's JavaScript client sends an empty object where the page prints none.
        root: The key under which the response has what is found: an object, or a list of objects.
    """

    make: Callable[..., Any]
    ids: tuple[str, ...]
    arguments: tuple[Any, ...]
    method: str
    path: str
    query: dict[str, str]
    body: Any
    status: int
    root: str = ""
    found: Any = None
    host: str = API

    def __call__(self, api: Api) -> Any:
        return self.make(api, *self.ids, *self.arguments)

    def reply(self, http: Mock, found: Any = None, **changes: Any) -> None:
        """Respond as the contract says, but for what is found, or other changes."""
        body = "" if self.status == 204 else json.dumps({self.root: self.found if found is None else found})
        content = {} if "json" in changes else {"body": body}
        http.add(self.method, self.host + self.path, **{"status": self.status, **content, **changes})


def printed(name: str, make: Callable[..., Any], ids: tuple[str, ...] = (), *arguments: Any, **changes: Any) -> Call:
    entry = exchange(name)
    sent, came = entry.request, entry.response
    root = next(iter(came.body)) if came.body else ""
    known = {"query": sent.query, "body": sent.body, "found": came.resource}
    return Call(make, ids, arguments, sent.method, sent.path, status=came.status, root=root, **{**known, **changes})


BOTH = (PROJECT, INVITATION)
CHANGES = {"name": "updated-project-name", "default": True}
CALLS = {
    "list_projects": printed("list_projects", Api.list_projects),
    "get_project": printed("get_project", Api.get_project, (PROJECT,)),
    "create_project": printed("create_project", Api.create_project, (), "example-project", True),
    "update_project": printed("update_project", Api.update_project, (PROJECT,), CHANGES),
    "delete_project": printed("delete_project", Api.delete_project, (PROJECT,)),
    "list_invitations": printed("list_invitations", Api.list_invitations, (PROJECT,), query={"status": "all"}),
    "get_invitation": printed("get_invitation", Api.get_invitation, BOTH),
    "create_invitation": printed("create_invitation", Api.create_invitation, (PROJECT,), ALICE),
    **{
        f"{verb}_invitation": printed(f"{verb}_invitation", Api.close_invitation, BOTH, verb, body={})
        for verb in ("accept", "decline", "cancel")
    },
    "list_eligible_new_owners": printed("list_eligible_new_owners", Api.list_eligible_new_owners, (PROJECT,)),
    "list_databases": printed("list_databases", Api.list_databases),
    "list_all_collaborators": printed("list_all_collaborators", Api.list_collaborators),
    "list_collaborators": printed("list_collaborators", Api.list_collaborators_of, (APP,)),
    "invite_collaborator": printed("invite_collaborator", Api.create_collaborator, (APP,), "bob@example.org", False),
    "update_collaborator": printed("update_collaborator", Api.update_collaborator, (APP, PERSON), False),
    "remove_collaborator": printed("remove_collaborator", Api.delete_collaborator, (APP, PERSON)),
    "accept_collaboration": printed("accept_collaboration", Api.accept_collaboration, (), SECRET, found=None),
    # On other pages of the reference.
    "list_apps": Call(Api.list_applications, (), (), "GET", "/v1/apps", {}, None, 200, "apps", [APPLICATION]),
    "get_caller": Call(Api.get_caller, (), (), "GET", "/v1/users/self", {}, None, 200, "user", USER, AUTH),
}
each_call = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
RETURNING = {name: call for name, call in CALLS.items() if call.found is not None}
each_returning = pytest.mark.parametrize("call", RETURNING.values(), ids=RETURNING)
WITH_IDS = {name: call for name, call in CALLS.items() if call.ids}


@pytest.fixture
def api(connect: Any, clock: Any) -> Api:
    return Api(Client(connect()))


# What is sent and returned


def test_every_printed_exchange_has_a_call() -> None:
    assert {entry.id for entry in exchanges()} <= CALLS.keys()


@each_call
def test_call_sends_and_returns_what_the_contract_says(http: Mock, api: Api, call: Call) -> None:
    call.reply(http)
    assert call(api) == call.found
    (sent,) = [each.request for each in http.calls]
    assert (sent.method, sent.url.partition("?")[0]) == (call.method, call.host + call.path)
    assert (sent.params, sent.body and json.loads(sent.body)) == (call.query, call.body)
    headers = {"Accept": "application/json", "Authorization": "Bearer the-bearer"}
    content = {"Content-Type": "application/json"} if call.body is not None else {}
    assert {**sent.headers, **headers, **content} == sent.headers
    assert ("Content-Type" in sent.headers) is bool(content)


def test_call_sends_only_what_is_asked_for(http: Mock, api: Api) -> None:
    project = {**objects()["project"], "name": "x"}
    http.post(f"{API}/v1/projects", json={"project": project}, status=201)
    http.patch(f"{API}/v1/projects/{PROJECT}", json={"project": project})
    api.create_project("x")
    api.update_project(PROJECT, {"name": "x"})
    assert [json.loads(each.request.body) for each in http.calls] == [{"project": {"name": "x"}}] * 2


@pytest.mark.parametrize("status", ["pending", "accepted", "declined", "canceled", "failed", "error", "of_tomorrow"])
def test_call_passes_every_status_on(http: Mock, api: Api, status: str) -> None:
    CALLS["get_invitation"].reply(http, {**CALLS["get_invitation"].found, "status": status, "new": [1]})
    found = api.get_invitation(*BOTH)
    assert (found["status"], found["new"]) == (status, [1])


def test_list_of_invitations_is_sorted_by_age(http: Mock, api: Api) -> None:
    dates = ["2026-09-10T10:30:00.000+02:00", "2026-09-10T09:00:00.000Z", "2026-09-10T08:00:00.000Z"]
    call = CALLS["list_invitations"]
    call.reply(http, [{**call.found[0], "id": f"tin-{place}", "created_at": date} for place, date in enumerate(dates)])
    assert [each["id"] for each in call(api)] == ["tin-2", "tin-0", "tin-1"]


# IDs are opaque


@pytest.mark.parametrize("call", WITH_IDS.values(), ids=WITH_IDS)
@pytest.mark.parametrize(
    ("identifier", "quoted"),
    [("5410093f", "5410093f"), ("...", "..."), ("..x?y#z", "..x%3Fy%23z"), ("a b", "a%20b"), ("é%2f", "%C3%A9%252f")],
)
def test_id_is_quoted(http: Mock, api: Api, call: Call, identifier: str, quoted: str) -> None:
    path = reduce(lambda path, each: path.replace(each, quoted), call.ids, call.path)
    http.add(call.method, API + path, status=404, json={"error": "not found"})
    with pytest.raises(NotFoundError):
        call.make(api, *[identifier] * len(call.ids), *call.arguments)
    assert http.calls[0].request.path_url.partition("?")[0] == path


@pytest.mark.parametrize("identifier", ["", ".", "..", "a/b", "/", "../apps", "\udcff"])
def test_id_that_can_be_no_part_of_a_path_is_not_sent(http: Mock, api: Api, identifier: str) -> None:
    for call in WITH_IDS.values():
        for place in range(len(call.ids)):
            ids = [identifier if place == each else "x" for each in range(len(call.ids))]
            with pytest.raises(InputError, match="cannot be the ID of a project or an invitation"):
                call.make(api, *ids, *call.arguments)
    with pytest.raises(InputError):
        check_id(identifier)
    assert len(http.calls) == 0


# Responses that break the contract


def broken(http: Mock, api: Api, call: Call, found: Any = None, **changes: Any) -> UnexpectedResponseError:
    """The error for a response that breaks the contract, which is one sentence or two, and no accident."""
    call.reply(http, found, **changes)
    with pytest.raises(UnexpectedResponseError) as error:
        call(api)
    message = str(error.value)
    assert f"{call.method} {call.path}" in message and "returned HTTP" in message
    assert message.endswith(f"Check {'auth' if call.host == AUTH else 'api'}_url ({call.host}).")
    assert message.isprintable()
    assert not any(word in message for word in ("Traceback", "NoneType", "Error", "object at 0x", "<class"))
    assert (error.value.method, error.value.status) == (call.method, changes.get("status", call.status))
    assert error.value.outcome_unknown is (call.method != "GET")
    assert len(json.dumps(error.value.as_failure())) < 10_000
    return error.value


@each_returning
@pytest.mark.parametrize(
    "changes",
    [
        *({"body": body} for body in ("", "<html><body>Hello</body></html>", "OK", '{"project": {', "[]", "null", "7")),
        *({"json": body} for body in ({}, {"other": {}}, {"meta": {}})),
        *({"status": 202}, {"status": 204, "body": ""}),
    ],
    ids=repr,
)
def test_response_of_another_form_fails(http: Mock, api: Api, call: Call, changes: dict[str, Any]) -> None:
    error = broken(http, api, call, **changes, headers={"X-Request-Id": "5f-7"})
    assert error.as_failure()["error"]["request_id"] == "5f-7" and "5f-7" in str(error)


@pytest.mark.parametrize("status", [200, 202])
@pytest.mark.parametrize("name", ["delete_project", "remove_collaborator"])
def test_response_to_a_deletion_with_another_success_fails(http: Mock, api: Api, name: str, status: int) -> None:
    broken(http, api, CALLS[name], status=status, json={})


@each_returning
def test_response_with_something_else_under_its_root_fails(http: Mock, api: Api, call: Call) -> None:
    for wrong in (None, "x" * 5000, 7, {"x": 1}, [["x"]], [None]):
        http.reset()
        broken(http, api, call, json={call.root: wrong})


# What decisions are made from, by the root key above it.
_PROJECT = ("id", "name", "default", "owner", "owner.id", "owner.username")
_COLLABORATOR = ("id", "email", "status", "app_name")
_INVITATION = (
    *("id", "project_id", "invited_user_id", "invited_user_name", "inviter_user_id", "status"),
    *("created_at", "expires_at"),
)
REQUIRED = {
    "project": _PROJECT,
    "projects": _PROJECT,
    "apps": ("name", "project", "project.id", "project.name"),
    "databases": ("name", "project_id"),
    "collaborator": _COLLABORATOR,
    "collaborators": _COLLABORATOR,
    "user": ("id", "username"),
    "transfer_invitation": _INVITATION,
    "transfer_invitations": _INVITATION,
    "eligible_new_owners": ("user_id", "user_name"),
}
MISSING = object()
NO_DATES = ("", "soon", "2026-09-10", "2026-02-30T10:00:00.000Z", "2026-09-10T10:00:00")


@pytest.mark.parametrize(
    ("name", "field"), [(name, field) for name, call in RETURNING.items() for field in REQUIRED[call.root]]
)
def test_response_field_that_is_missing_or_of_the_wrong_type_fails(http: Mock, api: Api, name: str, field: str) -> None:
    call = CALLS[name]
    *above, key = field.split(".")
    wrong: list[Any] = [MISSING, None, 7, []]
    wrong += [""] if key.endswith("id") else NO_DATES if key.endswith("_at") else []
    for value in wrong:
        http.reset()
        found = deepcopy(call.found)
        inner = reduce(getitem, above, found[0] if isinstance(found, list) else found)
        del inner[key]
        if value is not MISSING:
            inner[key] = value
        error = broken(http, api, call, found)
        assert field in str(error) and ("empty" in str(error)) is (value == "" and key.endswith("id"))


# The fields that say whether a response is about what was asked for.
@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("get_project", "id"),
        *(("update_project", field) for field in ("id", "name")),
        ("create_project", "name"),
        ("list_invitations", "project_id"),
        *(("get_invitation", field) for field in ("id", "project_id")),
        *(("create_invitation", field) for field in ("project_id", "invited_user_id")),
        *(("accept_invitation", field) for field in ("id", "project_id")),
        ("invite_collaborator", "app_name"),
        *(("update_collaborator", field) for field in ("id", "is_limited")),
    ],
)
def test_response_about_another_object_fails(http: Mock, api: Api, name: str, field: str) -> None:
    found = deepcopy(CALLS[name].found)
    (found[0] if isinstance(found, list) else found)[field] = "another"
    assert f"{field}' not the one that was asked for" in str(broken(http, api, CALLS[name], found))


def test_response_about_a_created_project_of_another_user_fails(http: Mock, connect: Any) -> None:
    call = CALLS["create_project"]
    for user, fails in ((call.found["owner"]["id"], False), ("us-me", True)):
        http.reset()
        claims = base64.urlsafe_b64encode(json.dumps({"uuid": user}).encode()).decode().rstrip("=")
        made = Api(Client(connect(bearer_token=f"e30.{claims}.x")))
        if fails:
            assert "owner.id" in str(broken(http, made, call))
        else:
            call.reply(http)
            assert call(made) == call.found


# Who the account is, and its token


@pytest.mark.parametrize("status", [401, 403, 422])
def test_get_caller_that_is_rejected_is_not_repeated(http: Mock, api: Api, status: int) -> None:
    http.get(f"{AUTH}/v1/users/self", status=status)
    with pytest.raises(RequestError):
        api.get_caller()
    assert len(http.calls) == 1


def test_get_caller_asks_the_regional_host_where_the_other_has_no_such_path(http: Mock, api: Api) -> None:
    http.get(f"{AUTH}/v1/users/self", status=404, body="<html>")
    http.get(f"{API}/v1/users/self", json={"user": USER})
    assert api.get_caller() == USER
    http.replace("GET", f"{API}/v1/users/self", status=404, json={"message": "Looking for something here?"})
    with pytest.raises(RouteNotFoundError):
        api.get_caller()


def test_check_token_fails_with_one_that_has_expired(http: Mock, api: Api) -> None:
    http.get(f"{API}/v1/projects", status=401)
    with pytest.raises(AuthenticationError):
        api.check_token()


# Invitations to collaborate


def test_whether_to_wait_is_decided_where_time_is_counted() -> None:
    retry = SimpleNamespace(pause=lambda failures, error: (failures, error))
    assert Api(SimpleNamespace(retry=retry)).pause(2, "error") == (2, "error")


def test_invited_collaborator_may_come_as_a_list_of_one(http: Mock, api: Api) -> None:
    """As in the example of the reference; the vendor's clients get an object."""
    call = CALLS["invite_collaborator"]
    call.reply(http, [call.found])
    assert call(api) == call.found
    for wrong in ([], [{**call.found, "app_name": "another"}]):
        http.reset()
        broken(http, api, call, json={"collaborator": wrong})


@pytest.mark.parametrize(
    ("link", "secret"),
    [
        (CALLS["invite_collaborator"].found["invitation_link"], SECRET),
        *((link, "") for link in (None, "", 7, "https://x.example/?a=1", "https://x.example/?token=")),
    ],
)
def test_secret_of_an_invitation_is_in_its_link(api: Api, link: Any, secret: str) -> None:
    assert api.invitation_token({"invitation_link": link}) == secret
    assert api.invitation_token({}) == ""


def test_secret_of_an_invitation_is_masked_when_it_is_sent(http: Mock, connect: Any) -> None:
    secrets: list[str] = []
    CALLS["accept_collaboration"].reply(http, {})
    Api(Client(connect(), on_secret=secrets.append)).accept_collaboration(SECRET)
    assert secrets == [SECRET]
