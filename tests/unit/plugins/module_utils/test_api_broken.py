# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Responses that break the contract: each becomes one sentence, and no accident further on."""

from __future__ import annotations

import base64
import json
from copy import deepcopy
from functools import reduce
from operator import getitem
from typing import Any

import pytest
import responses
from ansible_collections.community.scalingo.plugins.module_utils._api import Api
from ansible_collections.community.scalingo.plugins.module_utils._errors import UnexpectedResponseError
from ansible_collections.community.scalingo.plugins.module_utils._http.client import Client
from calls import API, AUTH, CALLS, INVITATION, Call, each_call


@pytest.fixture
def api(connect: Any, clock: Any) -> Api:
    return Api(Client(connect()))


def broken(http: responses.RequestsMock, api: Api, call: Call, **response: Any) -> UnexpectedResponseError:
    """The error for a response that breaks the contract, which is one sentence or two, and no accident."""
    http.add(call.method, call.url, **{"status": call.status, **response})
    with pytest.raises(UnexpectedResponseError) as error:
        call.make(api)
    message = str(error.value)
    assert f"{call.method} {call.path.partition('?')[0]}" in message
    assert "returned HTTP" in message
    assert message.endswith(f"Check {'auth' if call.host == AUTH else 'api'}_url ({call.host}).")
    assert "\n" not in message
    assert not any(word in message for word in ("Traceback", "NoneType", "Error", "object at 0x", "<class"))
    assert error.value.method == call.method
    assert error.value.outcome_unknown is (call.method != "GET")
    return error.value


@each_call
@pytest.mark.parametrize("body", ["", "<html><body>Hello</body></html>", "OK", '{"project": {', "[]", "null", "7"])
def test_response_that_is_no_object_fails(http: responses.RequestsMock, api: Api, call: Call, body: str) -> None:
    error = broken(http, api, call, body=body)
    assert error.status == call.status


@each_call
@pytest.mark.parametrize("found", [None, "x", 7, True, [], ["x"], [None]], ids=repr)
def test_response_with_a_root_of_the_wrong_type_fails(
    http: responses.RequestsMock, api: Api, call: Call, found: Any
) -> None:
    if call.many:
        broken(http, api, call, json={call.root: found or None})
    broken(http, api, call, json=call.response(found))


@each_call
@pytest.mark.parametrize("body", [{}, {"other": {}}, {"meta": {}}], ids=repr)
def test_response_without_its_root_fails(http: responses.RequestsMock, api: Api, call: Call, body: Any) -> None:
    broken(http, api, call, json=body)


# What decisions are made from, by the root key above it.
_PROJECT = ("id", "name", "default", "owner", "owner.id", "owner.username")
_INVITATION = (
    "id",
    "project_id",
    "invited_user_id",
    "invited_user_name",
    "inviter_user_id",
    "status",
    "created_at",
    "expires_at",
)
REQUIRED = {
    "project": _PROJECT,
    "projects": _PROJECT,
    "apps": ("name", "project", "project.id"),
    "user": ("id", "username"),
    "transfer_invitation": _INVITATION,
    "transfer_invitations": _INVITATION,
    "eligible_new_owners": ("user_id", "user_name"),
}


@pytest.mark.parametrize("wrong", ["missing", None, 7, [], "an object or a text"], ids=repr)
@pytest.mark.parametrize(
    ("name", "field"), [(name, field) for name, call in CALLS.items() for field in REQUIRED[call.root]]
)
def test_response_field_that_is_missing_or_of_the_wrong_type_fails(
    http: responses.RequestsMock, api: Api, name: str, field: str, wrong: Any
) -> None:
    call = CALLS[name]
    found = deepcopy(call.found)
    *above, key = field.split(".")
    inner = reduce(getitem, above, found)
    right = inner.pop(key)
    if wrong == "an object or a text":
        wrong = {} if isinstance(right, str) else "text"
    if wrong != "missing":
        inner[key] = wrong
    error = broken(http, api, call, json=call.response(found))
    assert field in str(error)


@pytest.mark.parametrize(
    ("name", "place"),
    [("get_project", "id"), ("create_project", "id"), ("list_projects", "id"), ("get_caller", "id")],
)
def test_response_with_an_empty_identifier_fails(http: responses.RequestsMock, api: Api, name: str, place: str) -> None:
    """No request can be made with it."""
    call = CALLS[name]
    assert "empty" in str(broken(http, api, call, json=call.response({**call.found, place: ""})))


@pytest.mark.parametrize("field", ["created_at", "expires_at"])
@pytest.mark.parametrize("date", ["", "soon", "2026-09-10", "2026-02-30T10:00:00.000Z", "2026-09-10T10:00:00"])
def test_response_date_that_is_none_fails(http: responses.RequestsMock, api: Api, field: str, date: str) -> None:
    for name in ("get_invitation", "list_invitations", "create_invitation"):
        call = CALLS[name]
        assert field in str(broken(http, api, call, json=call.response({**INVITATION, field: date})))


@each_call
def test_response_that_is_broken_shows_status_and_request_id(
    http: responses.RequestsMock, api: Api, call: Call
) -> None:
    error = broken(http, api, call, json={"other": 1}, headers={"X-Request-Id": "5f-7"})
    assert error.as_failure()["error"]["status"] == call.status
    assert error.as_failure()["error"]["request_id"] == "5f-7"
    assert "5f-7" in str(error)


def test_response_that_is_broken_does_not_flood_the_log(http: responses.RequestsMock, api: Api) -> None:
    error = broken(http, api, CALLS["list_projects"], json={"projects": ["x" * 1000] * 1000})
    assert len(json.dumps(error.as_failure())) < 10_000


@each_call
def test_response_with_another_success_fails(http: responses.RequestsMock, api: Api, call: Call) -> None:
    error = broken(http, api, call, status=202, json=call.response(call.found))
    assert error.status == 202


@each_call
def test_response_without_the_promised_object_fails(http: responses.RequestsMock, api: Api, call: Call) -> None:
    assert broken(http, api, call, status=204).status == 204


# The fields that say whether a response is about what was asked for.
ASKED = [
    ("get_project", "id"),
    ("update_project", "id"),
    ("update_project", "name"),
    ("create_project", "name"),
    ("list_invitations", "project_id"),
    ("get_invitation", "id"),
    ("get_invitation", "project_id"),
    ("create_invitation", "project_id"),
    ("create_invitation", "invited_user_id"),
    ("accept_invitation", "id"),
    ("decline_invitation", "id"),
    ("cancel_invitation", "project_id"),
]


@pytest.mark.parametrize(("name", "field"), ASKED)
def test_response_about_another_object_fails(http: responses.RequestsMock, api: Api, name: str, field: str) -> None:
    call = CALLS[name]
    error = broken(http, api, call, json=call.response({**call.found, field: "another"}))
    assert f"{field}' not the one that was asked for" in str(error)


@pytest.mark.parametrize(
    ("changes", "field"), [({"name": "other"}, "name"), ({"owner": {"id": "us-eve", "username": "eve"}}, "owner.id")]
)
def test_response_about_another_created_project_fails(
    http: responses.RequestsMock, connect: Any, changes: dict[str, Any], field: str
) -> None:
    claims = base64.urlsafe_b64encode(b'{"uuid": "us-me"}').decode().rstrip("=")
    made = Api(Client(connect(bearer_token=f"e30.{claims}.x")))
    project = {"id": "pr-1", "name": "web", "default": False, "owner": {"id": "us-me", "username": "me"}}
    http.add("POST", f"{API}/v1/projects", status=201, json={"project": {**project, **changes}})
    with pytest.raises(UnexpectedResponseError, match=f"'project.{field}' not") as error:
        made.create_project("web")
    assert error.value.outcome_unknown
    http.replace("POST", f"{API}/v1/projects", status=201, json={"project": project})
    assert made.create_project("web") == project
