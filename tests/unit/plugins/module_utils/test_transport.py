# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTTP as it goes over the wire, to servers on this machine: what is sent, and what comes back."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
import responses
from ansible_collections.community.scalingo.plugins.module_utils import _transport
from ansible_collections.community.scalingo.plugins.module_utils._answers import Answer
from ansible_collections.community.scalingo.plugins.module_utils._api import path_part
from ansible_collections.community.scalingo.plugins.module_utils._client import Client
from ansible_collections.community.scalingo.plugins.module_utils._transport import ApiTokenAuth, Request, Transport
from wire import BEARER, GET, POST, always, answer, once

# What is sent


def test_request_with_a_body(serve: Any, transport: Any) -> None:
    server = serve(always(answer(201)))
    assert transport(server).send(POST, BEARER).status == 201
    (heard,) = server.heard
    assert (heard.method, heard.target) == ("POST", "/v1/projects")
    assert json.loads(heard.body) == {"project": {"name": "x"}}
    assert heard.headers["content-type"] == "application/json"
    assert heard.headers["accept"] == "application/json"
    assert heard.headers["authorization"] == "Bearer the-bearer"


def test_request_without_a_body(serve: Any, transport: Any) -> None:
    server = serve(always(answer()))
    transport(server).send(GET, BEARER)
    (heard,) = server.heard
    assert heard.body == b""
    assert "content-type" not in heard.headers


def test_empty_object_is_a_body(serve: Any, transport: Any) -> None:
    server = serve(always(answer()))
    transport(server).send(Request("POST", "/v1/tokens/exchange", 200, {}, auth_host=True), ApiTokenAuth("tk-us-x"))
    (heard,) = server.heard
    assert heard.body == b"{}"
    assert heard.headers["authorization"] == "Basic OnRrLXVzLXg="  # :tk-us-x


def test_user_agent(serve: Any, transport: Any) -> None:
    server = serve(always(answer()))
    transport(server).send(GET, BEARER)
    agent = server.heard[0].headers["user-agent"]
    assert agent.startswith(f"ansible-community.scalingo/{_transport.VERSION} (ansible-core 2.19; Python 3.")


def test_query(serve: Any, transport: Any) -> None:
    server = serve(always(answer()))
    transport(server).send(Request("GET", "/v1/x", 200, query={"status": "all", "q": "a b&c/é"}), BEARER)
    assert server.heard[0].target == "/v1/x?status=all&q=a+b%26c%2F%C3%A9"


@pytest.mark.parametrize(
    ("identifier", "sent"),
    [
        ("pr-82a3cac5-9b25", "pr-82a3cac5-9b25"),
        ("54100930736f7563d5030000", "54100930736f7563d5030000"),
        ("...", "..."),
        ("%2e%2e", "%252e%252e"),
        ("a%2Fb", "a%252Fb"),
        ("a?b=c&d#e;f", "a%3Fb%3Dc%26d%23e%3Bf"),
        ("a b+c", "a%20b%2Bc"),
        ("a\r\nHost: b", "a%0D%0AHost%3A%20b"),
        ("é@:\\", "%C3%A9%40%3A%5C"),
    ],
)
def test_identifier_stays_one_part_of_the_path(serve: Any, transport: Any, identifier: str, sent: str) -> None:
    server = serve(always(answer()))
    transport(server).send(Request("GET", f"/v1/projects/{path_part(identifier)}/x", 200), BEARER)
    assert server.heard[0].target == f"/v1/projects/{sent}/x"


def test_each_request_goes_to_its_host(serve: Any, transport: Any) -> None:
    regional, central = serve(always(answer())), serve(always(answer()))
    made = transport(regional, auth_url=f"http://{central.host}")
    made.send(GET, BEARER)
    made.send(Request("GET", "/v1/users/self", 200, auth_host=True), BEARER)
    assert [heard.target for heard in regional.heard] == ["/v1/projects"]
    assert [heard.target for heard in central.heard] == ["/v1/users/self"]


def test_netrc_never_replaces_the_token(
    serve: Any, transport: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login you password hunter7\ndefault login you password hunter7\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(netrc))
    server = serve(always(answer()))
    made = transport(server)
    made.send(GET, BEARER)
    made.send(GET, ApiTokenAuth("tk-us-x"))
    assert [heard.headers["authorization"] for heard in server.heard] == ["Bearer the-bearer", "Basic OnRrLXVzLXg="]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_an_answer_and_not_followed(serve: Any, transport: Any, status: int) -> None:
    elsewhere = serve(always(answer()))
    server = serve(always(answer(status, b"", f"Location: http://{elsewhere.host}/v1/projects")))
    assert transport(server).send(GET, BEARER).status == status
    assert len(server.heard) == 1
    assert elsewhere.heard == []


def test_connection_is_used_again(serve: Any, transport: Any) -> None:
    server = serve(always(answer(200, b'{"a": 1}')))
    made = transport(server)
    for _time in range(3):
        made.send(GET, BEARER)
    made.send(POST, BEARER)
    assert len(server.heard) == 4
    assert server.connections == 1


def test_connection_that_the_server_closed_is_opened_again(serve: Any, transport: Any) -> None:
    server = serve(once(answer()))
    made = transport(server)
    made.send(GET, BEARER)
    time.sleep(0.05)
    assert made.send(POST, BEARER).status == 200
    assert server.connections == 2


def test_time_out_is_the_smaller_of_the_two(http: responses.RequestsMock, connect: Any) -> None:
    http.get(f"{connect().api_url}/v1/projects", json={})
    for at_most in (None, 60, 7):
        Transport(connect(timeout=30)).send(GET, BEARER, at_most)
    assert [call.request.req_kwargs["timeout"] for call in http.calls] == [30, 30, 7]


# What comes back


@pytest.mark.parametrize(
    ("status", "content", "headers"),
    [
        (200, b'{"a": "\xc3\xa9"}', ["Content-Type: application/json", "X-Request-Id: 5f-7"]),
        (404, b"<html>", []),
        (204, b"", []),
        (500, b"\xff\x00", []),
    ],
)
def test_any_answer_is_returned(serve: Any, transport: Any, status: int, content: bytes, headers: list[str]) -> None:
    found = transport(serve(always(answer(status, content, *headers)))).send(GET, BEARER)
    assert isinstance(found, Answer)
    assert found.status == status
    assert found.text == content.decode("utf-8", errors="replace")
    assert found.headers.get("x-request-id") == ("5f-7" if headers else None)


def test_body_under_a_204_is_no_part_of_what_follows(serve: Any, transport: Any, connect: Any) -> None:
    """The reference prints one, though HTTP knows none."""
    server = serve(always(answer(204, b"{}")))
    made = transport(server)
    assert [made.send(Request("DELETE", "/v1/x", 204), BEARER).status for _time in range(3)] == [204] * 3
    client = Client(connect(api_url=f"http://{server.host}"))
    assert client.write("DELETE", "/v1/x", 204) == {}


def test_body_in_chunks(serve: Any, transport: Any) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert transport(serve(always(head, b'4\r\n{"a"\r\n', b"4\r\n: 1}\r\n", b"0\r\n\r\n"))).send(GET, BEARER).json == {
        "a": 1
    }
