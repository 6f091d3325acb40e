# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The client's half of the contract: it sends every request as the vendor prints it, and understands the response."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import responses
from ansible_collections.community.scalingo.plugins.module_utils._api import Api
from ansible_collections.community.scalingo.plugins.module_utils._http.client import Client
from contract import Exchange, attributes, exchange, exchanges, objects

HOST = "https://api.osc-fr1.scalingo.com"
PROJECT_ID = "pr-82a3cac5-9b25-473e-b33d-6272b87e636f"
INVITATION_ID = "tin-01234567-89ab-cdef-0123-456789abcdef"

# How each printed request is made.
CALLS: dict[str, Callable[[Api, Any], Any]] = {
    "create_project": lambda api, body: api.create_project(**body["project"]),
    "list_projects": lambda api, _body: api.list_projects(),
    "get_project": lambda api, _body: api.get_project(PROJECT_ID),
    "update_project": lambda api, body: api.update_project(PROJECT_ID, body["project"]),
    "delete_project": lambda api, _body: api.delete_project(PROJECT_ID),
    "list_invitations": lambda api, _body: api.list_invitations(PROJECT_ID),
    "get_invitation": lambda api, _body: api.get_invitation(PROJECT_ID, INVITATION_ID),
    "list_eligible_new_owners": lambda api, _body: api.list_eligible_new_owners(PROJECT_ID),
    "create_invitation": lambda api, body: api.create_invitation(
        PROJECT_ID, body["transfer_invitation"]["invited_user_id"]
    ),
    "accept_invitation": lambda api, _body: api.close_invitation(PROJECT_ID, INVITATION_ID, "accept"),
    "decline_invitation": lambda api, _body: api.close_invitation(PROJECT_ID, INVITATION_ID, "decline"),
    "cancel_invitation": lambda api, _body: api.close_invitation(PROJECT_ID, INVITATION_ID, "cancel"),
}
# The vendor's JavaScript client sends an empty object where the page prints no body.
EMPTY_OBJECT = {"accept_invitation", "decline_invitation", "cancel_invitation"}
# The page documents that without this parameter the list leaves out most invitations.
QUERIES = {"list_invitations": {"status": "all"}}


@pytest.fixture
def api(connect: Any) -> Api:
    return Api(Client(connect(bearer_token="the-bearer", max_wait=0)))


def test_every_printed_exchange_is_covered() -> None:
    assert [entry.id for entry in exchanges() if entry.id not in CALLS] == []


@pytest.mark.parametrize("entry", exchanges(), ids=str)
def test_exchange(http: responses.RequestsMock, api: Api, entry: Exchange) -> None:
    http.add(entry.request.method, HOST + entry.request.path, body=entry.response.text, status=entry.response.status)

    result = CALLS[entry.id](api, entry.request.body)

    assert result == entry.response.resource
    (sent,) = [call.request for call in http.calls]
    assert sent.method == entry.request.method
    assert sent.path_url.partition("?")[0] == entry.request.path
    assert sent.params == QUERIES.get(entry.id, entry.request.query)
    body = None if sent.body is None else json.loads(sent.body)
    assert body == ({} if entry.id in EMPTY_OBJECT else entry.request.body)
    printed = entry.request.headers_with("the-bearer")
    if body is None:
        del printed["Content-Type"]  # printed above requests without any content too
    assert {name: sent.headers.get(name) for name in printed} == printed
    assert "Content-Type" in printed or "Content-Type" not in sent.headers


@pytest.mark.parametrize("entry_id", QUERIES)
def test_parameter_that_is_sent_is_documented(entry_id: str) -> None:
    documented = {each.name: each.example for each in exchange(entry_id).parameters if each.location == "query"}
    assert QUERIES[entry_id] == documented


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("project", lambda api: api.get_project(PROJECT_ID)),
        ("transfer_invitation", lambda api: api.get_invitation(PROJECT_ID, INVITATION_ID)),
    ],
)
def test_example_object_is_returned_unchanged(http: responses.RequestsMock, api: Api, name: str, make: Any) -> None:
    path = f"{HOST}/v1/projects/{PROJECT_ID}" + ("" if name == "project" else f"/transfer_invitations/{INVITATION_ID}")
    http.get(path, json={name: objects()[name]})
    assert make(api) == objects()[name]


@pytest.mark.parametrize(
    ("printed", "make", "path"),
    [
        ("status", lambda api: api.get_invitation(PROJECT_ID, INVITATION_ID), f"/transfer_invitations/{INVITATION_ID}"),
    ],
)
def test_every_printed_status_is_understood(
    http: responses.RequestsMock, api: Api, printed: str, make: Any, path: str
) -> None:
    values = {row.field: row.values for row in attributes()["transfer_invitation"]}[printed]
    assert values
    for value in (*values, "a_word_of_tomorrow"):
        http.upsert(
            "GET",
            f"{HOST}/v1/projects/{PROJECT_ID}{path}",
            json={"transfer_invitation": {**objects()["transfer_invitation"], printed: value}},
        )
        assert make(api)[printed] == value
