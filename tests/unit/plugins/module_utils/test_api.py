# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calls of the API: what each sends, and what it returns."""

from __future__ import annotations

import json
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
from calls import API, AUTH, INVITATION, INVITATIONS_PATH, PROJECT, PROJECT_PATH, USER, Call, each_call


@pytest.fixture
def api(connect: Any, clock: Any) -> Api:
    return Api(Client(connect()))


@each_call
def test_api_call_sends_and_returns(http: responses.RequestsMock, api: Api, call: Call) -> None:
    http.add(call.method, call.url, json=call.response(call.found), status=call.status, match_querystring=None)
    assert call.make(api) == ([call.found] if call.many else call.found)
    (sent,) = [each.request for each in http.calls]
    assert (sent.method, sent.url) == (call.method, call.url)
    assert (None if sent.body is None else json.loads(sent.body)) == call.body


def test_delete_project_sends_no_body(http: responses.RequestsMock, api: Api) -> None:
    http.delete(API + PROJECT_PATH, status=204)
    api.delete_project("pr-1")
    assert [(each.request.method, each.request.body) for each in http.calls] == [("DELETE", None)]


@pytest.mark.parametrize("status", [200, 202])
def test_delete_project_with_another_success_fails(http: responses.RequestsMock, api: Api, status: int) -> None:
    http.delete(API + PROJECT_PATH, status=status, json={})
    with pytest.raises(UnexpectedResponseError, match=f"returned HTTP {status}"):
        api.delete_project("pr-1")


def test_create_project_as_default_sends_it(http: responses.RequestsMock, api: Api) -> None:
    http.post(f"{API}/v1/projects", json={"project": PROJECT}, status=201)
    api.create_project("x", default=True)
    assert json.loads(http.calls[0].request.body) == {"project": {"name": "x", "default": True}}


def test_update_project_sends_the_changes_only(http: responses.RequestsMock, api: Api) -> None:
    http.patch(API + PROJECT_PATH, json={"project": {**PROJECT, "default": True}})
    changes = {"default": True}
    api.update_project("pr-1", changes)
    assert json.loads(http.calls[0].request.body) == {"project": changes}


def test_list_invitations_are_sorted_by_age(http: responses.RequestsMock, api: Api) -> None:
    dates = ["2026-09-10T10:30:00.000+02:00", "2026-09-10T09:00:00.000Z", "2026-09-10T08:00:00.000Z"]
    invitations = [{**INVITATION, "id": f"tin-{number}", "created_at": date} for number, date in enumerate(dates)]
    http.get(f"{API}{INVITATIONS_PATH}", json={"transfer_invitations": invitations})
    assert [each["id"] for each in api.list_invitations("pr-1")] == ["tin-2", "tin-0", "tin-1"]


# Identifiers are opaque


@pytest.mark.parametrize(
    ("identifier", "quoted"),
    [("prj-1", "prj-1"), ("5410093f", "5410093f"), ("a b", "a%20b"), ("..x?y#z", "..x%3Fy%23z"), ("é", "%C3%A9")],
)
@pytest.mark.parametrize(
    ("make", "method", "path"),
    [
        (lambda api, each: api.get_project(each), "GET", "/v1/projects/{}"),
        (lambda api, each: api.update_project(each, {}), "PATCH", "/v1/projects/{}"),
        (lambda api, each: api.delete_project(each), "DELETE", "/v1/projects/{}"),
        (lambda api, each: api.list_invitations(each), "GET", "/v1/projects/{}/transfer_invitations?status=all"),
        (lambda api, each: api.list_eligible_new_owners(each), "GET", "/v1/projects/{}/eligible_new_owners"),
        (lambda api, each: api.create_invitation(each, each), "POST", "/v1/projects/{}/transfer_invitations"),
        (lambda api, each: api.get_invitation(each, each), "GET", "/v1/projects/{0}/transfer_invitations/{0}"),
        (
            lambda api, each: api.close_invitation(each, each, "cancel"),
            "POST",
            "/v1/projects/{0}/transfer_invitations/{0}/cancel",
        ),
    ],
)
def test_identifiers_are_quoted(
    http: responses.RequestsMock, api: Api, identifier: str, quoted: str, make: Any, method: str, path: str
) -> None:
    http.add(method, API + path.format(quoted), status=404, json={"error": "not found"})
    with pytest.raises(NotFoundError) as error:
        make(api, identifier)
    assert error.value.path == path.format(quoted)
    assert http.calls[0].request.path_url == path.format(quoted)


@pytest.mark.parametrize("identifier", ["", ".", "..", "a/b", "../apps"])
def test_api_identifier_of_another_path_is_not_sent(http: responses.RequestsMock, api: Api, identifier: str) -> None:
    for make in (api.get_project, api.delete_project, lambda each: api.get_invitation("pr-1", each)):
        with pytest.raises(InputError):
            make(identifier)
    assert len(http.calls) == 0


# Who am I


def respond(http: responses.RequestsMock, host: str, **answer: Any) -> None:
    http.get(f"{host}/v1/users/self", **answer)


def test_get_caller_asks_the_regional_host_where_the_other_has_no_such_path(
    http: responses.RequestsMock, api: Api
) -> None:
    respond(http, AUTH, status=404, body="<html>")
    respond(http, API, json={"user": USER})
    assert api.get_caller() == USER


@pytest.mark.parametrize("status", [401, 403, 422])
def test_get_caller_that_is_rejected_is_not_repeated(http: responses.RequestsMock, api: Api, status: int) -> None:
    respond(http, AUTH, status=status)
    respond(http, API, json={"user": USER})
    with pytest.raises(RequestError):
        api.get_caller()
    assert len(http.calls) == 1


def test_get_caller_that_no_host_knows_fails(http: responses.RequestsMock, api: Api) -> None:
    respond(http, AUTH, status=404)
    respond(http, API, status=404, json={"message": "Looking for something here?", "url": "/"})
    with pytest.raises(RouteNotFoundError):
        api.get_caller()
    assert len(http.calls) == 2


@pytest.mark.parametrize("identifier", ["", ".", "..", "a/b", "/", "../apps", "\udcff"])
def test_check_id_that_can_be_no_part_of_a_path_fails(identifier: str) -> None:
    with pytest.raises(InputError) as error:
        check_id(identifier)
    assert str(error.value) == f"{identifier!r} cannot be the ID of a project or an invitation."


@pytest.mark.parametrize("identifier", ["prj-1", "5410093f", "...", "a.b", "a b", "é", "%2e%2e", "a%2fb", "a?b#c"])
def test_check_id_anything_else_can_be_one(identifier: str) -> None:
    check_id(identifier)


# The token


@pytest.mark.parametrize(("status", "valid"), [(200, True), (401, False)])
def test_check_token_reads_the_list_that_every_account_may_read(
    http: responses.RequestsMock, api: Api, status: int, valid: bool
) -> None:
    http.get(f"{API}/v1/projects", status=status, json={})
    if valid:
        api.check_token()
    else:
        with pytest.raises(AuthenticationError):
            api.check_token()
    assert [call.request.url for call in http.calls] == [f"{API}/v1/projects"]
