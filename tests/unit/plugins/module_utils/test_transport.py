# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTTP as it goes over the wire, to servers on this machine: what is sent, what comes back, and what every fault means.

Each fault has words, and says whether the request may have arrived, and how many tries make sense.
"""

from __future__ import annotations

import gzip
import json
import math
import signal
import socket
import time
from pathlib import Path
from typing import Any

import pytest
import responses
from ansible_collections.community.scalingo.plugins.module_utils._api import check_id
from ansible_collections.community.scalingo.plugins.module_utils._http import transport as transport_file
from ansible_collections.community.scalingo.plugins.module_utils._http.client import Client
from ansible_collections.community.scalingo.plugins.module_utils._http.response import Request
from ansible_collections.community.scalingo.plugins.module_utils._http.transport import Transport
from wire import GET, POST, always, failure, once, response, send

# What is sent


def test_send_request_with_a_body_sends_json(serve: Any, transport: Any) -> None:
    server = serve(always(response(201)))
    assert send(transport(server), POST).status == 201
    (heard,) = server.heard
    assert (heard.method, heard.target) == ("POST", "/v1/projects")
    assert json.loads(heard.body) == {"project": {"name": "x"}}
    agent = heard.headers.pop("user-agent")
    assert agent.startswith(f"ansible-community.scalingo/{transport_file.VERSION} (ansible-core 2.19; Python 3.")
    assert {name: heard.headers[name] for name in ("content-type", "accept", "accept-encoding", "authorization")} == {
        "content-type": "application/json",
        "accept": "application/json",
        "accept-encoding": "identity",
        "authorization": "Bearer the-bearer",
    }


@pytest.mark.parametrize(("body", "sent"), [(None, b""), ({}, b"{}")])
def test_send_empty_object_is_a_body(serve: Any, transport: Any, body: Any, sent: bytes) -> None:
    server = serve(always(response()))
    send(transport(server), Request("POST", "", "/v1/x", body=body))
    assert server.heard[0].body == sent
    assert ("content-type" in server.heard[0].headers) is bool(sent)


@pytest.mark.parametrize(
    ("identifier", "sent"),
    [
        ("pr-82a3cac5-9b25", "pr-82a3cac5-9b25"),
        ("...", "..."),
        ("%2e%2e", "%252e%252e"),
        ("a%2Fb", "a%252Fb"),
        ("a?b=c&d#e;f", "a%3Fb%3Dc%26d%23e%3Bf"),
        ("a b+c", "a%20b%2Bc"),
        ("a\r\nHost: b", "a%0D%0AHost%3A%20b"),
        ("é@:\\", "%C3%A9%40%3A%5C"),
    ],
)
def test_send_identifier_stays_one_part_of_the_path(serve: Any, transport: Any, identifier: str, sent: str) -> None:
    server = serve(always(response()))
    send(transport(server), Request("GET", "", f"/v1/projects/{check_id(identifier)}/x"))
    assert server.heard[0].target == f"/v1/projects/{sent}/x"


def test_send_netrc_never_replaces_the_token(
    serve: Any, transport: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login you password hunter7\ndefault login you password hunter7\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(netrc))
    server = serve(always(response()))
    send(transport(server), authorization="Basic OnRrLXVzLXg=")
    assert server.heard[0].headers["authorization"] == "Basic OnRrLXVzLXg="


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_send_redirect_is_a_response(serve: Any, transport: Any, status: int) -> None:
    elsewhere = serve(always(response()))
    server = serve(always(response(status, b"", f"Location: http://{elsewhere.host}/v1/projects")))
    assert send(transport(server)).status == status
    assert (len(server.heard), elsewhere.heard) == (1, [])


@pytest.mark.parametrize("location", [b"https://127.0.0.1:9/", b"\xff\xfe", b"http://[", b""])
def test_send_redirect_is_not_even_looked_at(serve: Any, transport: Any, location: bytes) -> None:
    server = serve(once(b"HTTP/1.1 303 See Other\r\nContent-Length: 2\r\nLocation: " + location + b"\r\n\r\n{}"))
    assert send(transport(server), POST).status == 303


def test_send_again_uses_the_open_connection(serve: Any, transport: Any) -> None:
    server = serve(always(response(200, b'{"a": 1}')))
    made = transport(server)
    for request in (GET, GET, POST):
        send(made, request)
    assert (len(server.heard), server.connections) == (3, 1)
    made.close()
    send(made)
    assert server.connections == 2


def test_send_connection_closed_by_the_server_is_opened_again(serve: Any, transport: Any) -> None:
    server = serve(once(response()))
    made = transport(server)
    send(made)
    time.sleep(0.05)
    assert send(made, POST).status == 200
    assert server.connections == 2


def test_send_timeout_is_the_smaller_of_the_two(http: responses.RequestsMock, connect: Any) -> None:
    http.get(f"{connect().api_url}/v1/projects", json={})
    for at_most in (60, 7):
        send(Transport(connect(timeout=30)), at_most=at_most)
    assert [call.request.req_kwargs["timeout"] for call in http.calls] == [30, 7]


# What comes back


@pytest.mark.parametrize(
    ("status", "content", "headers", "found"),
    [
        (200, b'{"a": "\xc3\xa9"}', ["Content-Type: application/json"], {"a": "é"}),
        (404, b"<html>", [], None),
        (204, b"", [], None),
        (500, b"\xff\x00", [], None),
        (200, gzip.compress(b"{}", mtime=0), ["Content-Encoding: gzip"], None),
    ],
    ids=["JSON", "HTML", "nothing", "binary", "packed, which was not asked for"],
)
def test_send_any_response_is_returned(
    serve: Any, transport: Any, status: int, content: bytes, headers: list[str], found: Any
) -> None:
    came = send(transport(serve(always(response(status, content, *headers)))))
    assert (came.status, came.json) == (status, found)


def test_send_body_under_a_204_is_no_part_of_what_follows(serve: Any, transport: Any, connect: Any) -> None:
    """The reference prints one, though HTTP knows none."""
    server = serve(always(response(204, b"{}")))
    client = Client(connect(api_url=f"http://{server.host}"))
    assert [client.write("DELETE", "/v1/x", 204).status for _time in range(3)] == [204] * 3


def test_send_body_in_chunks_is_joined(serve: Any, transport: Any) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    came = send(transport(serve(always(head, b'4\r\n{"a"\r\n', b"4\r\n: 1}\r\n", b"0\r\n\r\n"))))
    assert came.json == {"a": 1}


@pytest.mark.parametrize(
    ("size", "head"),
    [
        (100_000, b"Content-Length: 100000"),
        (100_001, b"Content-Length: 100001"),
        (100_001, b"Connection: close"),
    ],
)
def test_send_body_of_more_than_the_limit_fails(
    serve: Any, transport: Any, monkeypatch: pytest.MonkeyPatch, size: int, head: bytes
) -> None:
    monkeypatch.setattr(transport_file, "MAX_BODY", 100_000)
    made = transport(serve(once(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n" + f'"{"7" * (size - 2)}"'.encode())))
    if size == 100_000:
        assert len(send(made).json) == size - 2
        return
    error = failure(made, POST)
    assert "received no response: it would be larger than 100000 bytes" in str(error)
    assert (error.outcome_unknown, error.max_tries) == (True, 1)


# Faults


def closed_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as held:
        return f"127.0.0.1:{held.getsockname()[1]}"


def test_send_refused_connection_was_not_sent(connect: Any) -> None:
    url = f"http://{closed_port()}"
    error = failure(Transport(connect(api_url=url)), POST)
    assert str(error) == (
        f"POST {url}/v1/projects received no response: Connection refused. "
        f"Check api_url ({url}), and whether this machine may connect to it."
    )
    assert (error.outcome_unknown, error.max_tries) == (False, 3)


def test_send_unknown_host_was_not_sent(connect: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(*_arguments: Any, **_keywords: Any) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    error = failure(Transport(connect(api_url="https://api.nowhere.example.com")), POST)
    assert "received no response: Name or service not known. Check api_url" in str(error)
    assert (error.outcome_unknown, error.max_tries) == (False, 3)


def test_send_refused_connection_of_a_reached_host_may_pass(serve: Any, transport: Any) -> None:
    server = serve(once(response(500)))
    made = transport(server)
    send(made)
    server.stop()
    error = failure(made, POST)
    assert (error.outcome_unknown, error.max_tries) == (False, math.inf)
    assert "Check api_url" not in str(error)


def test_send_connect_timeout_was_not_sent(connect: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def create_connection(*_arguments: Any, **_keywords: Any) -> None:
        raise socket.timeout

    monkeypatch.setattr("urllib3.util.connection.create_connection", create_connection)
    error = failure(Transport(connect(timeout=0.2)), POST)
    assert "received no response: no connection within 0.2 s (timeout)." in str(error)
    assert (error.outcome_unknown, error.max_tries) == (False, 3)


def test_send_connect_timeout_that_comes_late_ends_in_twice_the_timeout(
    connect: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each address of a host gets the whole timeout. What became of the request is not known then."""

    def create_connection(*_arguments: Any, timeout: float, **_keywords: Any) -> None:
        time.sleep(timeout * 8)
        raise socket.timeout

    monkeypatch.setattr("urllib3.util.connection.create_connection", lambda *a, **k: create_connection(timeout=0.2))
    begin = time.monotonic()
    error = failure(Transport(connect(timeout=0.2)), POST)
    assert 0.3 < time.monotonic() - begin < 1.2
    assert (error.outcome_unknown, error.max_tries) == (True, math.inf)


def reset(peer: Any) -> None:
    peer.hear()
    peer.reset()


@pytest.mark.parametrize("request_", [GET, POST], ids=["GET", "POST"])
@pytest.mark.parametrize(
    "talk",
    [
        once(b""),
        reset,
        once(b"HTTP/1."),
        once(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"),
        once(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"),
        once(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n{"),
        once(b"SSH-2.0-OpenSSH_9.6\r\n"),
    ],
    ids=["closed", "reset", "cut status", "cut body", "cut chunk", "odd chunk", "not HTTP"],
)
def test_send_dropped_connection_may_have_arrived(serve: Any, transport: Any, talk: Any, request_: Request) -> None:
    server = serve(talk)
    error = failure(transport(server), request_)
    assert str(error) == (
        f"{request_.method} http://{server.host}/v1/projects received no response: "
        f"the connection was closed before the response was complete."
    )
    assert (error.outcome_unknown, error.max_tries) == (request_ is POST, math.inf)


OK = b"HTTP/1.1 200 OK\r\n"
IN_CHUNKS = OK + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize("request_", [GET, POST], ids=["GET", "POST"])
@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (b"", b""),
        (OK + b"Content-Length: 10\r\n\r\n{", b""),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 ", b"O"),
        (OK + b"X: ", b"y"),
        (OK + b"Content-Length: 1000\r\n\r\n", b" "),
        (OK + b"\r\n", b" "),
        (IN_CHUNKS, b"0"),
        (IN_CHUNKS, b"1\r\n \r\n"),
        (IN_CHUNKS + b"2\r\n{}\r\n0\r\n", b"T: x\r\n"),
    ],
    ids=[
        *("nothing", "stalled body", "continue", "status line", "header", "body", "endless body"),
        *("chunk size", "chunks", "trailers"),
    ],
)
def test_send_response_that_trickles_ends_in_twice_the_timeout(
    serve: Any, transport: Any, head: bytes, piece: bytes, request_: Request
) -> None:
    made = transport(serve(once(head, *[piece] * 40, pause=0.05)), timeout=0.2)
    begin = time.monotonic()
    error = failure(made, request_)
    assert time.monotonic() - begin < 1.2, "each byte has bought another timeout"
    assert "received no response: timed out after 0.2 s (timeout)." in str(error)
    assert (error.outcome_unknown, error.max_tries) == (request_ is POST, math.inf)


def test_send_tunnel_that_trickles_ends_in_twice_the_timeout(
    serve: Any, connect: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = serve(once(b"HTTP/1.1 200 OK\r\nX: ", *[b"y"] * 40, pause=0.05))
    monkeypatch.setenv("https_proxy", f"http://{proxy.host}")
    begin = time.monotonic()
    error = failure(Transport(connect(api_url="https://api.example.com", timeout=0.2)), POST)
    assert time.monotonic() - begin < 1.2
    assert "timed out after 0.2 s (timeout)" in str(error)
    assert error.outcome_unknown, "nothing shows that it was not sent"


def test_send_after_a_try_was_left_behind_uses_nothing_of_it(serve: Any, transport: Any) -> None:
    """Its connection may still bring the response to the old request."""
    turns = iter([True])

    def talk(peer: Any) -> None:
        while peer.hear():
            if next(turns, False):
                late = b'HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{"late": true}'
                peer.say(*(bytes([byte]) for byte in late[:12]), late[12:], pause=0.05)
            else:
                peer.say(response(200, b'{"new": true}'))

    server = serve(talk)
    made = transport(server, timeout=0.2)
    before = made._adapter
    failure(made)
    assert made._adapter is not before, "the thread that was left behind still has it"
    for _time in range(3):
        assert send(made).json == {"new": True}
        time.sleep(0.15)
    assert server.connections == 2


def test_send_timeout_leaves_the_next_request_alone(serve: Any, transport: Any) -> None:
    server = serve(always(response()))
    made = transport(server, timeout=0.3)
    for _request in range(4):
        assert send(made).status == 200
        time.sleep(0.2)
    assert server.connections == 1


class _TaskTimeout(BaseException):
    """What Ansible raises when the keyword `timeout` of a task is over."""


def test_send_signal_ends_the_wait_at_once(serve: Any, transport: Any) -> None:
    def ring(*_arguments: Any) -> None:
        raise _TaskTimeout

    made = transport(serve(once(b"", b"", pause=2)), timeout=5)
    before = signal.signal(signal.SIGALRM, ring)
    begin = time.monotonic()
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        with pytest.raises(_TaskTimeout):
            send(made)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert time.monotonic() - begin < 1


@pytest.mark.parametrize("host", ["api..example.com", "x" * 64 + ".example.com"])
def test_send_host_that_cannot_be_a_name_fails_at_once(connect: Any, host: str) -> None:
    error = failure(Transport(connect(api_url=f"https://{host}")), POST)
    assert str(error).endswith("received no response: the URL, or the proxy of the environment, cannot be used.")
    assert (error.outcome_unknown, error.max_tries) == (False, 1)
