# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Certificates and proxies, with servers on this machine."""

from __future__ import annotations

import select
import socket
import ssl
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trustme
from ansible_collections.community.scalingo.plugins.module_utils._errors import TransportError
from ansible_collections.community.scalingo.plugins.module_utils._http.transport import Transport
from wire import POST, always, once, response
from wire import failure as failure_of
from wire import send as send_by

answers = always(response())


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_path(authority: trustme.CA, tmp_path: Path) -> str:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


@pytest.fixture
def secure(serve: Any, authority: trustme.CA) -> Callable[..., Any]:
    """Starts a TLS server, whose certificate is for 127.0.0.1 or another name."""

    def start(name: str = "127.0.0.1") -> Any:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(name).configure_cert(context)
        return serve(answers, context)

    return start


def send(connect: Any, host: str, **changes: Any) -> int:
    return send_by(Transport(connect(api_url=f"https://{host}", timeout=5, **changes)), POST).status


def failure(connect: Any, host: str, **changes: Any) -> TransportError:
    return failure_of(Transport(connect(api_url=f"https://{host}", timeout=5, **changes)), POST)


# Certificates


def test_send_certificate_of_an_unknown_authority_is_rejected(secure: Any, connect: Any) -> None:
    server = secure()
    error = failure(connect, server.host)
    assert "certificate is not trusted (see ca_path and validate_certs)" in str(error)
    assert (error.outcome_unknown, error.max_tries) == (False, 1)
    assert server.heard == []


def test_send_certificate_of_another_host_is_rejected(secure: Any, connect: Any, ca_path: str) -> None:
    server = secure("other.example.com")
    error = failure(connect, server.host, verify=ca_path)
    assert "certificate is not trusted" in str(error)
    assert (error.outcome_unknown, error.max_tries) == (False, 1)
    assert server.heard == []


def test_send_certificate_of_the_given_authority_is_accepted(secure: Any, connect: Any, ca_path: str) -> None:
    server = secure()
    assert send(connect, server.host, verify=ca_path) == 200
    assert server.heard[0].headers["authorization"] == "Bearer the-bearer"


def test_send_without_validation_accepts_any_certificate(
    secure: Any, connect: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even where a variable names authorities, which `requests` would prefer to the setting of a session."""
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(other))
    assert send(connect, secure("other.example.com").host, verify=False) == 200


def test_send_given_authority_takes_precedence_over_the_environment(
    secure: Any, connect: Any, ca_path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(other))
    assert send(connect, secure().host, verify=ca_path) == 200


@pytest.mark.parametrize("source", ["SCALINGO_CA_PATH", "CURL_CA_BUNDLE"])
@pytest.mark.parametrize("content", ["", "not a certificate\n", "-----BEGIN CERTIFICATE-----\nAAAA\n", None])
def test_send_bundle_that_cannot_be_read_names_its_source(
    secure: Any, connect: Any, tmp_path: Path, source: str, content: str | None
) -> None:
    """What the cheap check of the options lets pass, or what changed since."""
    path = tmp_path / "garbage.pem"
    if content is not None:
        path.write_text(content)
    server = secure()
    error = failure(connect, server.host, verify=str(path), sources={"verify": source})
    assert str(error).endswith(f"received no response: {source} ({path}) holds no certificates that can be read.")
    assert (error.outcome_unknown, error.max_tries) == (False, 1)
    assert server.heard == []


def test_send_tls_to_a_server_without_it_fails(serve: Any, connect: Any) -> None:
    """It never responded: most likely the URL is wrong."""
    server = serve(lambda peer: peer.say(b"HTTP/1.1 400 Bad Request\r\n\r\n"))
    error = failure(connect, server.host)
    assert "the TLS connection failed" in str(error)
    assert error.max_tries == 3


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


def forbid(peer: Any) -> None:
    """A proxy that lets nobody through."""
    while peer.hear():
        peer.say(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")


@pytest.mark.parametrize("variable", ["https_proxy", "HTTPS_PROXY", "all_proxy"])
def test_send_uses_the_proxy_of_the_environment(
    serve: Any, secure: Any, connect: Any, ca_path: str, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    server, proxy = secure(), serve(tunnel)
    monkeypatch.setenv(variable, f"http://{proxy.host}")
    assert send(connect, server.host, verify=ca_path) == 200
    (connected,) = proxy.heard
    assert (connected.method, connected.target) == ("CONNECT", server.host)
    assert "authorization" not in connected.headers, "the proxy must not see the token"
    assert server.heard[0].headers["authorization"] == "Bearer the-bearer"


def test_send_shows_the_password_of_the_proxy_to_the_proxy_only(
    serve: Any, secure: Any, connect: Any, ca_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, proxy = secure(), serve(tunnel)
    monkeypatch.setenv("https_proxy", f"http://you:hunter7@{proxy.host}")
    assert send(connect, server.host, verify=ca_path) == 200
    assert proxy.heard[0].headers["proxy-authorization"].startswith("Basic ")
    assert "proxy-authorization" not in server.heard[0].headers
    assert server.heard[0].headers["authorization"] == "Bearer the-bearer"


def test_send_to_a_host_in_no_proxy_is_direct(
    serve: Any, secure: Any, connect: Any, ca_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = serve(forbid)
    monkeypatch.setenv("https_proxy", f"http://{proxy.host}")
    monkeypatch.setenv("no_proxy", "localhost,127.0.0.1")
    assert send(connect, secure().host, verify=ca_path) == 200
    assert proxy.heard == []


@pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"])
def test_send_plain_http_is_never_through_a_proxy(
    serve: Any, connect: Any, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    server, proxy = serve(answers), serve(answers)
    monkeypatch.setenv(variable, f"http://{proxy.host}")
    assert send_by(Transport(connect(api_url=f"http://{server.host}", timeout=5)), POST).status == 200
    assert len(server.heard) == 1
    assert proxy.heard == []


@pytest.mark.parametrize(
    ("status", "words", "max_tries"),
    [
        ("403 Forbidden", "the proxy of the environment could not be used: it returned HTTP 403 Forbidden", 3),
        ("407 Proxy Authentication Required", "the proxy rejected the connection (407). Check its username and", 1),
    ],
)
def test_send_through_a_proxy_that_rejects_says_so(
    serve: Any, connect: Any, monkeypatch: pytest.MonkeyPatch, status: str, words: str, max_tries: int
) -> None:
    proxy = serve(once(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode()))
    monkeypatch.setenv("https_proxy", f"http://you:hunter7@{proxy.host}")
    error = failure(connect, "api.example.com")
    assert f"received no response: {words}" in str(error)
    assert "hunter7" not in str(error) and "you:" not in str(error)
    assert (error.outcome_unknown, error.max_tries) == (False, max_tries)


@pytest.mark.parametrize(
    ("proxy", "words", "max_tries"),
    [
        ("http://127.0.0.1:1", "the proxy of the environment could not be used: Connection refused.", 3),
        ("ftp://127.0.0.1:1", "the URL, or the proxy of the environment, cannot be used.", 1),
        ("http://[broken", "the URL, or the proxy of the environment, cannot be used.", 1),
        (
            "socks5://you:hunter7@127.0.0.1:1",
            "the proxy of the environment could not be used: SOCKS needs the Python library PySocks",
            1,
        ),
    ],
)
def test_send_through_a_proxy_that_cannot_be_used_says_so(
    connect: Any, monkeypatch: pytest.MonkeyPatch, proxy: str, words: str, max_tries: int
) -> None:
    monkeypatch.setitem(sys.modules, "socks", None)
    monkeypatch.setenv("https_proxy", proxy)
    error = failure(connect, "api.example.com")
    assert f"received no response: {words}" in str(error)
    assert "hunter7" not in str(error)
    assert (error.outcome_unknown, error.max_tries) == (False, max_tries)
