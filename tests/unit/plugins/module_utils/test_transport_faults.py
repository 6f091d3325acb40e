# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every fault on the way becomes: the words, whether it may have arrived, and how many tries make sense."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.community.scalingo.plugins.module_utils import _transport
from ansible_collections.community.scalingo.plugins.module_utils._transport import Request, Transport
from wire import BEARER, GET, POST, always, answer, failure, once


def closed_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as held:
        return f"127.0.0.1:{held.getsockname()[1]}"


def test_refused_connection(connect: Any) -> None:
    url = f"http://{closed_port()}"
    error = failure(Transport(connect(api_url=url)), POST)
    assert str(error) == f"POST {url}/v1/projects got no answer: Connection refused."
    assert (error.outcome_unknown, error.max_tries) == (False, 3)


def test_unknown_host(connect: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(*_arguments: Any, **_keywords: Any) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    error = failure(Transport(connect(api_url="https://api.nowhere.example.com")), POST)
    assert str(error).endswith("got no answer: Name or service not known.")
    assert (error.outcome_unknown, error.max_tries) == (False, 3)


def test_refused_connection_of_a_host_that_has_answered_before(serve: Any, transport: Any) -> None:
    server = serve(once(answer(500)))
    made = transport(server)
    made.send(GET, BEARER)
    server.stop()
    error = failure(made, POST)
    assert (error.outcome_unknown, error.max_tries) == (False, None)


def test_no_answer_within_the_time_out(serve: Any, transport: Any) -> None:
    error = failure(transport(serve(once(b"", b"", pause=1)), timeout=0.2), POST)
    assert "got no answer: nothing came within 0.2 s (timeout)." in str(error)
    assert (error.outcome_unknown, error.max_tries, error.cut_short, error.try_seconds) == (True, None, False, 0.2)


def test_no_answer_within_what_is_left_of_the_time_out(serve: Any, transport: Any) -> None:
    error = failure(transport(serve(once(b"", b"", pause=1)), timeout=30), POST, at_most=0.2)
    assert "got no answer: nothing came within 0.2 s (timeout)." in str(error)
    assert (error.outcome_unknown, error.max_tries, error.cut_short) == (True, None, True)


def test_connection_that_breaks_when_little_time_is_left_is_no_time_out(serve: Any, transport: Any) -> None:
    assert not failure(transport(serve(once(b"")), timeout=30), at_most=5).cut_short


def test_no_connection_within_the_time_out(connect: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def create_connection(*_arguments: Any, **_keywords: Any) -> None:
        raise socket.timeout

    monkeypatch.setattr("urllib3.util.connection.create_connection", create_connection)
    error = failure(Transport(connect(timeout=0.2)), POST)
    assert str(error).endswith("got no answer: no connection within 0.2 s (timeout).")
    assert (error.outcome_unknown, error.max_tries) == (False, 3)


def test_the_addresses_of_a_host_share_the_time_out(connect: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    waited = []

    def create_connection(_address: Any, timeout: float, **_keywords: Any) -> None:
        waited.append(timeout)
        raise socket.timeout

    address = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", 443))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_arguments, **_keywords: [address] * 4)
    monkeypatch.setattr("urllib3.util.connection.create_connection", create_connection)
    failure(Transport(connect(timeout=2)), POST)
    assert waited == [0.5]


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
        once(answer(200, b"this is not packed", "Content-Encoding: gzip")),
        once(b"SSH-2.0-OpenSSH_9.6\r\n"),
    ],
    ids=["closed", "reset", "cut status", "cut body", "cut chunk", "odd chunk", "not gzip", "not HTTP"],
)
def test_dropped_connection_or_truncated_answer(serve: Any, transport: Any, talk: Any, request_: Request) -> None:
    server = serve(talk)
    error = failure(transport(server), request_)
    assert str(error) == (
        f"{request_.method} http://{server.host}/v1/projects got no answer: "
        "the connection was closed before the answer was complete."
    )
    assert (error.outcome_unknown, error.max_tries) == (True, None)
    assert len(server.heard) == 1, "the library must not repeat by itself"


@pytest.mark.parametrize("chunked", [False, True])
def test_body_that_is_too_large(serve: Any, transport: Any, monkeypatch: pytest.MonkeyPatch, chunked: bool) -> None:
    monkeypatch.setattr(_transport, "MAX_BODY", 100_000)
    head = b"HTTP/1.1 200 OK\r\n" + (b"Transfer-Encoding: chunked\r\n\r\n" if chunked else b"\r\n")
    piece = b"c350\r\n" + b"x" * 50_000 + b"\r\n" if chunked else b"x" * 50_000
    error = failure(transport(serve(once(head, *[piece] * 50))))
    assert "larger than 100000 bytes" in str(error)
    assert (error.outcome_unknown, error.max_tries) == (True, 1)


def test_body_of_exactly_the_limit(serve: Any, transport: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_transport, "MAX_BODY", 100_000)
    server = serve(always(answer(200, b"x" * 100_000)))
    assert len(transport(server).send(GET, BEARER).text) == 100_000


def test_body_that_stalls(serve: Any, transport: Any) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{"
    error = failure(transport(serve(once(head, pause=1)), timeout=0.2))
    assert "nothing came within 0.2 s" in str(error)
    assert (error.outcome_unknown, error.max_tries) == (True, None)


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b" "),
        (b"HTTP/1.1 200 OK\r\n\r\n", b" "),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    ],
    ids=["of known length", "of unknown length", "in chunks"],
)
def test_body_that_trickles(serve: Any, transport: Any, head: bytes, piece: bytes) -> None:
    made = transport(serve(once(head, *[piece] * 60, pause=0.025)), timeout=0.2)
    begin = time.monotonic()
    error = failure(made)
    assert time.monotonic() - begin < 1, "each byte has bought another time-out"
    assert "within 0.2 s" in str(error)
    assert (error.outcome_unknown, error.max_tries) == (True, None)


def test_body_that_came_at_once_but_is_read_slowly(serve: Any, transport: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """As urllib3 1.26 does, byte by byte."""

    def bytes_one_by_one(response: Any) -> Iterator[bytes]:
        for byte in response.iter_content(1):
            time.sleep(0.025)
            yield byte

    monkeypatch.setattr(_transport, "_chunks", bytes_one_by_one)
    made = transport(serve(once(answer(200, b" " * 200))), timeout=0.2)
    begin = time.monotonic()
    error = failure(made)
    assert time.monotonic() - begin < 1, "what has come already is read to its end"
    assert "nothing came within 0.2 s (timeout)" in str(error)


OK = b"HTTP/1.1 200 OK\r\n"
IN_CHUNKS = OK + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize("request_", [GET, POST], ids=["GET", "POST"])
@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 ", b"O"),
        (OK + b"X: ", b"y"),
        (IN_CHUNKS, b"0"),
        (IN_CHUNKS + b"2\r\n{}\r\n0\r\n", b"T: x\r\n"),
    ],
    ids=["continue", "status line", "header", "chunk size", "trailers"],
)
def test_answer_that_trickles(serve: Any, transport: Any, head: bytes, piece: bytes, request_: Request) -> None:
    made = transport(serve(once(head, *[piece] * 60, pause=0.05)), timeout=0.2)
    begin = time.monotonic()
    error = failure(made, request_)
    assert time.monotonic() - begin < 1, "each byte has bought another time-out"
    assert "nothing came within 0.2 s (timeout)" in str(error)
    assert (error.outcome_unknown, error.max_tries, error.try_seconds) == (True, None, 0.2)


def test_tunnel_that_trickles(serve: Any, connect: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = serve(once(b"HTTP/1.1 200 OK\r\nX: ", *[b"y"] * 60, pause=0.05))
    monkeypatch.setenv("https_proxy", f"http://{proxy.host}")
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv("NO_PROXY", "")
    begin = time.monotonic()
    error = failure(Transport(connect(api_url="https://api.example.com", timeout=0.2)), POST)
    assert time.monotonic() - begin < 1
    assert str(error).endswith("got no answer: no connection within 0.2 s (timeout).")
    assert not error.outcome_unknown


def test_time_out_of_one_request_leaves_the_next_alone(serve: Any, transport: Any) -> None:
    server = serve(always(answer()))
    made = transport(server, timeout=0.3)
    for _request in range(4):
        assert made.send(GET, BEARER).status == 200
        time.sleep(0.15)
    assert server.connections == 1


@pytest.mark.parametrize("host", ["api..example.com", "x" * 64 + ".example.com"])
def test_host_that_cannot_be_a_name(connect: Any, host: str) -> None:
    error = failure(Transport(connect(api_url=f"https://{host}")), POST)
    assert str(error).endswith("got no answer: the URL, or the proxy of the environment, cannot be used.")
    assert (error.outcome_unknown, error.max_tries) == (False, 1)


def test_what_the_transport_says_holds_no_token(serve: Any, transport: Any, connect: Any) -> None:
    for made in (transport(serve(once(b""))), Transport(connect(api_url=f"http://{closed_port()}"))):
        assert "the-bearer" not in str(failure(made))
