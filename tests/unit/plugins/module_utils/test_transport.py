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
import select
import socket
import ssl
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trustme
from ansible_collections.community.scalingo.plugins.module_utils._errors import TransportError
from ansible_collections.community.scalingo.plugins.module_utils._http import transport as transport_file
from ansible_collections.community.scalingo.plugins.module_utils._http.client import Client
from ansible_collections.community.scalingo.plugins.module_utils._http.response import Request, Response
from ansible_collections.community.scalingo.plugins.module_utils._http.transport import Transport

GET = Request("GET", "", "/v1/projects")
POST = Request("POST", "", "/v1/projects", 201, {"project": {"name": "x"}}, safe=False)
get_and_post = pytest.mark.parametrize("request_", [GET, POST], ids=["GET", "POST"])
MAY_PASS, UP_TO_3, FINAL = math.inf, 3, 1


def response(status: int = 200, body: bytes = b"{}", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def once(content: bytes, *more: bytes, pause: float = 0.0) -> Callable[[Any], None]:
    """Responds to one request, and closes the connection."""

    def talk(peer: Any) -> None:
        peer.hear()
        peer.say(content, *more, pause=pause)

    return talk


def always(content: bytes, *more: bytes) -> Callable[[Any], None]:
    """Gives the same response to every request of a connection."""

    def talk(peer: Any) -> None:
        while peer.hear():
            peer.say(content, *more)

    return talk


def send(
    transport: Transport, request: Request = GET, authorization: str = "Bearer the-bearer", at_most: float = 60
) -> Response:
    """Send a request to the regional host."""
    return transport.send(replace(request, base=transport._connection.api_url), authorization, at_most)


def fail(transport: Transport, *faults: Any, request: Request = POST) -> str:
    """Return the words of a failure, which must leave this unknown of a write, and make sense for so many tries."""
    with pytest.raises(TransportError) as error:
        send(transport, request)
    assert error.value.__suppress_context__, "a traceback would show the library's own errors"
    assert (error.value.outcome_unknown, error.value.max_tries) == faults
    message = error.value.as_failure()["msg"]
    assert "the-bearer" not in message and "hunter" not in message and "you:" not in message
    start = f"{request.method} {transport._connection.api_url}/v1/projects received no response: "
    assert message.startswith(start)
    return str(message.removeprefix(start))


# What is sent


def test_send_request_says_who_sends_it_and_wants_nothing_packed(serve: Any, transport: Any) -> None:
    server = serve(always(response(201)))
    assert send(transport(server), POST).status == 201
    (heard,) = server.heard
    assert (heard.method, heard.target, json.loads(heard.body)) == ("POST", "/v1/projects", POST.body)
    agent = f"ansible-community.scalingo/{transport_file.VERSION} (ansible-core 2.19; Python 3."
    assert heard.headers["user-agent"].startswith(agent)
    assert heard.headers["accept-encoding"] == "identity"


def test_send_again_uses_the_open_connection(serve: Any, transport: Any) -> None:
    server = serve(always(response(200, b'{"a": 1}')))
    made = transport(server, timeout=0.3)
    for request in (GET, GET, POST):
        send(made, request)
        time.sleep(0.2)  # longer than the timeout together
    assert (len(server.heard), server.connections) == (3, 1)
    made.close()
    send(made)
    assert server.connections == 2


# What comes back


def test_send_body_under_a_204_is_no_part_of_what_follows(serve: Any, connect: Any) -> None:
    """The reference prints one, though HTTP knows none."""
    server = serve(always(response(204, b"{}")))
    client = Client(connect(api_url=f"http://{server.host}"))
    assert [client.write("DELETE", "/v1/x", 204).status for _time in range(3)] == [204] * 3


OK = b"HTTP/1.1 200 OK\r\n"
IN_CHUNKS = OK + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ([response(404, b'{"a": "\xc3\xa9"}')], {"a": "é"}),
        ([IN_CHUNKS, b'4\r\n{"a"\r\n', b"4\r\n: 1}\r\n", b"0\r\n\r\n"], {"a": 1}),
        # Packed, which was not asked for.
        ([response(200, gzip.compress(b"{}", mtime=0), "Content-Encoding: gzip")], None),
    ],
    ids=["whole", "in chunks", "packed"],
)
def test_send_any_response_is_returned(serve: Any, transport: Any, content: list[bytes], found: Any) -> None:
    came = send(transport(serve(always(*content))))
    assert (came.status, came.json) == (404 if found == {"a": "é"} else 200, found)


@pytest.mark.parametrize("head", [b"Content-Length: %d", b"Connection: close"])
def test_send_body_of_more_than_the_limit_fails(
    serve: Any, transport: Any, monkeypatch: pytest.MonkeyPatch, head: bytes
) -> None:
    monkeypatch.setattr(transport_file, "MAX_BODY", 100_000)

    def of_size(size: int) -> Transport:
        header = head % size if b"%" in head else head
        return transport(serve(once(OK + header + b"\r\n\r\n" + f'"{"7" * (size - 2)}"'.encode())))

    assert len(send(of_size(100_000)).json) == 99_998
    assert fail(of_size(100_001), True, FINAL).startswith("it would be larger than 100000 bytes")


# Faults


def refuse(_patch: Any) -> str:
    with socket.create_server(("127.0.0.1", 0)) as held:
        return f"http://127.0.0.1:{held.getsockname()[1]}"


def not_resolve(patch: pytest.MonkeyPatch) -> str:
    def resolve(*_arguments: Any, **_keywords: Any) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    patch.setattr(socket, "getaddrinfo", resolve)
    return "https://api.nowhere.example.com"


def not_connect(patch: pytest.MonkeyPatch, seconds: float = 0) -> str:
    def create_connection(*_arguments: Any, **_keywords: Any) -> None:
        time.sleep(seconds)
        raise socket.timeout

    patch.setattr("urllib3.util.connection.create_connection", create_connection)
    return "https://api.example.com"


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (refuse, "Connection refused."),
        (not_resolve, "Name or service not known."),
        (not_connect, "no connection within 0.2 s (timeout)."),
    ],
)
def test_send_without_a_connection_was_not_sent(
    connect: Any, monkeypatch: pytest.MonkeyPatch, fault: Any, words: str
) -> None:
    url = fault(monkeypatch)
    message = fail(Transport(connect(api_url=url, timeout=0.2)), False, UP_TO_3)
    assert message == f"{words} Check api_url ({url}), and whether this machine may connect to it."


@pytest.mark.parametrize("host", ["api..example.com", "x" * 64 + ".example.com"])
def test_send_host_that_cannot_be_a_name_fails_at_once(connect: Any, host: str) -> None:
    message = fail(Transport(connect(api_url=f"https://{host}")), False, FINAL)
    assert message == "the URL or the proxy from the environment cannot be used."


def reset(peer: Any) -> None:
    peer.hear()
    peer.reset()


@get_and_post
@pytest.mark.parametrize(
    "talk",
    [
        *(once(b""), reset, once(b"HTTP/1."), once(b"SSH-2.0-OpenSSH_9.6\r\n")),
        once(OK + b"Content-Length: 100\r\n\r\n{"),
        *(once(IN_CHUNKS + b"5\r\n{"), once(IN_CHUNKS + b"nonsense\r\n{")),
    ],
    ids=["closed", "reset", "cut status", "not HTTP", "cut body", "cut chunk", "odd chunk"],
)
def test_send_dropped_connection_may_have_arrived(serve: Any, transport: Any, talk: Any, request_: Request) -> None:
    message = fail(transport(serve(talk)), request_ is POST, MAY_PASS, request=request_)
    assert message == "the connection was closed before the response was complete."


@get_and_post
@pytest.mark.parametrize(
    ("head", "piece"),
    [
        *((b"", b""), (OK + b"Content-Length: 10\r\n\r\n{", b""), (b"", b"HTTP/1.1 100 Continue\r\n\r\n")),
        *((b"HTTP/1.1 200 ", b"O"), (OK + b"X: ", b"y"), (OK + b"Content-Length: 1000\r\n\r\n", b" ")),
        *((OK + b"\r\n", b" "), (IN_CHUNKS, b"0"), (IN_CHUNKS, b"1\r\n \r\n")),
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
    made = transport(serve(once(head, *[piece] * 80, pause=0.05)), timeout=0.2)
    begin = time.monotonic()
    assert fail(made, request_ is POST, MAY_PASS, request=request_) == "timed out after 0.2 s (timeout)."
    assert time.monotonic() - begin < 2.5, "each byte has bought another timeout"


@pytest.mark.parametrize("late", ["connection", "tunnel"])
def test_send_connection_that_comes_late_ends_in_twice_the_timeout(
    serve: Any, connect: Any, monkeypatch: pytest.MonkeyPatch, late: str
) -> None:
    """Each address of a host gets the whole timeout. Nothing shows that the request was not sent then."""
    if late == "connection":
        not_connect(monkeypatch, seconds=4)
    else:
        proxy = serve(once(b"HTTP/1.1 200 OK\r\nX: ", *[b"y"] * 80, pause=0.05))
        monkeypatch.setenv("https_proxy", f"http://{proxy.host}")
    begin = time.monotonic()
    made = Transport(connect(api_url="https://api.example.com", timeout=0.2))
    assert fail(made, True, MAY_PASS) == "timed out after 0.2 s (timeout)."
    assert 0.3 < time.monotonic() - begin < 2.5


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
    fail(made, False, MAY_PASS, request=GET)
    assert made._adapter is not before, "the thread that was left behind still has it"
    for _time in range(3):
        assert send(made).json == {"new": True}
        time.sleep(0.15)
    assert server.connections == 2


# Certificates


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def bundles(authority: trustme.CA, tmp_path: Path) -> dict[str, str]:
    """The paths of the authority of the servers, of another one, and of what is none."""
    for name, made in (("right", authority), ("other", trustme.CA())):
        made.cert_pem.write_to_path(str(tmp_path / name))
    for name, content in (("empty", ""), ("text", "not a certificate\n"), ("cut", "-----BEGIN CERTIFICATE-----\nAA\n")):
        (tmp_path / name).write_text(content)
    return {name: str(tmp_path / name) for name in ("right", "other", "empty", "text", "cut", "missing")}


@pytest.fixture
def secure(serve: Any, authority: trustme.CA) -> Callable[..., Any]:
    """Starts a TLS server, whose certificate is for 127.0.0.1 or another name."""

    def start(name: str = "127.0.0.1") -> Any:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(name).configure_cert(context)
        return serve(always(response()), context)

    return start


@pytest.fixture
def over_tls(connect: Any) -> Callable[..., Transport]:
    return lambda host, **changes: Transport(connect(api_url=f"https://{host}", timeout=5, **changes))


@pytest.mark.parametrize(
    ("name", "verify", "variable", "trusted"),
    [
        ("127.0.0.1", "right", None, True),
        ("127.0.0.1", True, None, False),
        ("127.0.0.1", "other", None, False),
        ("other.example.com", "right", None, False),
        # A session of `requests` would prefer the variable.
        ("127.0.0.1", "right", "other", True),
        ("other.example.com", False, "other", True),
    ],
)
def test_send_checks_the_certificate_by_the_option_alone(
    secure: Any, over_tls: Any, bundles: Any, monkeypatch: Any, name: str, verify: Any, variable: Any, trusted: bool
) -> None:
    if variable:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", bundles[variable])
    server = secure(name)
    made = over_tls(server.host, verify=bundles.get(verify, verify))
    if trusted:
        assert send(made, POST).status == 200
        assert server.heard[0].headers["authorization"] == "Bearer the-bearer"
    else:
        assert "certificate is not trusted (see ca_path and validate_certs)" in fail(made, False, FINAL)
        assert server.heard == []


@pytest.mark.parametrize("bundle", ["empty", "text", "cut", "missing"])
def test_send_bundle_that_cannot_be_read_names_its_source(
    secure: Any, over_tls: Any, bundles: Any, bundle: str
) -> None:
    """What the cheap check of the options lets pass, or what changed since."""
    server, path = secure(), bundles[bundle]
    message = fail(over_tls(server.host, verify=path, sources={"verify": "its source"}), False, FINAL)
    assert message == f"its source ({path}) contains no readable certificates."
    assert server.heard == []


def test_send_tls_to_a_server_without_it_fails(serve: Any, over_tls: Any) -> None:
    """It never responded: most likely the URL is wrong."""
    server = serve(lambda peer: peer.say(b"HTTP/1.1 400 Bad Request\r\n\r\n"))
    assert fail(over_tls(server.host), False, UP_TO_3).startswith("the TLS connection failed")


# Proxies


def tunnel(peer: Any) -> None:
    """A proxy for CONNECT."""
    if not peer.hear():
        return
    host, _colon, port = peer._heard[-1].target.rpartition(":")
    with socket.create_connection((host, int(port))) as other:
        peer.say(b"HTTP/1.1 200 Connection established\r\n\r\n")
        ends = {peer.connection: other, other: peer.connection}
        while True:
            for readable in select.select(list(ends), [], [], 5)[0]:
                content = readable.recv(65536)
                if not content:
                    return
                ends[readable].sendall(content)


@pytest.mark.parametrize(
    ("variable", "login"), [("https_proxy", ""), ("HTTPS_PROXY", "you:hunter7@"), ("all_proxy", "")]
)
def test_send_uses_the_proxy_of_the_environment(
    serve: Any, secure: Any, over_tls: Any, bundles: Any, monkeypatch: Any, variable: str, login: str
) -> None:
    server, proxy = secure(), serve(tunnel)
    monkeypatch.setenv(variable, f"http://{login}{proxy.host}")
    assert send(over_tls(server.host, verify=bundles["right"]), POST).status == 200
    (connected,) = proxy.heard
    assert (connected.method, connected.target) == ("CONNECT", server.host)
    assert "authorization" not in connected.headers, "the proxy must not see the token"
    assert connected.headers.get("proxy-authorization", "").startswith("Basic ") is bool(login)
    assert "proxy-authorization" not in server.heard[0].headers
    assert server.heard[0].headers["authorization"] == "Bearer the-bearer"


def test_send_to_a_host_in_no_proxy_is_direct(
    serve: Any, secure: Any, over_tls: Any, bundles: Any, monkeypatch: Any
) -> None:
    proxy = serve(tunnel)
    monkeypatch.setenv("https_proxy", f"http://{proxy.host}")
    monkeypatch.setenv("no_proxy", "localhost,127.0.0.1")
    assert send(over_tls(secure().host, verify=bundles["right"]), POST).status == 200
    assert proxy.heard == []


@pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"])
def test_send_plain_http_is_never_through_a_proxy(serve: Any, transport: Any, monkeypatch: Any, variable: str) -> None:
    server, proxy = serve(always(response())), serve(always(response()))
    monkeypatch.setenv(variable, f"http://{proxy.host}")
    assert send(transport(server), POST).status == 200
    assert (len(server.heard), proxy.heard) == (1, [])


@pytest.mark.parametrize(
    ("proxy", "words", "max_tries"),
    [
        ("403 Forbidden", "the proxy from the environment could not be used: it returned HTTP 403 Forbidden.", UP_TO_3),
        ("407 Proxy Authentication Required", "the proxy rejected the connection (407). Check its username", FINAL),
        ("http://127.0.0.1:1", "the proxy from the environment could not be used: Connection refused.", UP_TO_3),
        ("ftp://127.0.0.1:1", "the URL or the proxy from the environment cannot be used.", FINAL),
        ("http://[broken", "the URL or the proxy from the environment cannot be used.", FINAL),
        ("socks5://you:hunter7@127.0.0.1:1", "the proxy from the environment could not be used: SOCKS needs", FINAL),
    ],
)
def test_send_through_a_proxy_that_cannot_be_used_says_so(
    serve: Any, over_tls: Any, monkeypatch: Any, proxy: str, words: str, max_tries: float
) -> None:
    if "://" not in proxy:
        server = serve(once(f"HTTP/1.1 {proxy}\r\nContent-Length: 0\r\n\r\n".encode()))
        proxy = f"http://you:hunter7@{server.host}"
    monkeypatch.setitem(sys.modules, "socks", None)
    monkeypatch.setenv("https_proxy", proxy)
    assert fail(over_tls("api.example.com"), False, max_tries).startswith(words)
