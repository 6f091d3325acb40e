# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Certificates and proxies, with servers on this machine."""

from __future__ import annotations

import select
import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trustme
from ansible_collections.community.scalingo.plugins.module_utils._errors import TransportError
from ansible_collections.community.scalingo.plugins.module_utils._transport import BearerAuth, Request, Transport
from wire import once

POST = Request("POST", "/v1/projects", 200, {})
BEARER = BearerAuth("the-bearer")

pytestmark = pytest.mark.filterwarnings("ignore:Unverified HTTPS request")


def answers(peer: Any) -> None:
    while peer.hear():
        peer.say(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")


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
    return Transport(connect(api_url=f"https://{host}", timeout=5, **changes)).send(POST, BEARER).status


def failure(connect: Any, host: str, **changes: Any) -> TransportError:
    with pytest.raises(TransportError) as error:
        send(connect, host, **changes)
    return error.value


# Certificates


def test_certificate_of_an_unknown_authority_is_refused(secure: Any, connect: Any) -> None:
    server = secure()
    error = failure(connect, server.host)
    assert "certificate is not trusted (see ca_path and validate_certs)" in str(error)
    assert (error.outcome_unknown, error.max_tries) == (False, 1)
    assert server.heard == []


def test_certificate_of_another_host_is_refused(secure: Any, connect: Any, ca_path: str) -> None:
    server = secure("other.example.com")
    error = failure(connect, server.host, verify=ca_path)
    assert "certificate is not trusted" in str(error)
    assert (error.outcome_unknown, error.max_tries) == (False, 1)
    assert server.heard == []


def test_certificate_of_the_given_authority_is_accepted(secure: Any, connect: Any, ca_path: str) -> None:
    server = secure()
    assert send(connect, server.host, verify=ca_path) == 200
    assert server.heard[0].headers["authorization"] == "Bearer the-bearer"


def test_any_certificate_is_accepted_without_validation(
    secure: Any, connect: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even where a variable names authorities, which `requests` would prefer to the setting of a session."""
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(other))
    assert send(connect, secure("other.example.com").host, verify=False) == 200


def test_given_authority_wins_over_the_environment(
    secure: Any, connect: Any, ca_path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(other))
    assert send(connect, secure().host, verify=ca_path) == 200


def test_file_that_holds_no_certificate(secure: Any, connect: Any, tmp_path: Path) -> None:
    path = tmp_path / "garbage.pem"
    path.write_text("not a certificate\n")
    server = secure()
    error = failure(connect, server.host, verify=str(path))
    assert "ca_path" in str(error)
    assert (error.outcome_unknown, error.max_tries) == (False, 1)
    assert server.heard == []


def test_tls_to_a_server_that_speaks_none(serve: Any, connect: Any) -> None:
    """It never answered: most likely the URL is wrong."""
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
def test_proxy_of_the_environment_is_used(
    serve: Any, secure: Any, connect: Any, ca_path: str, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    server, proxy = secure(), serve(tunnel)
    monkeypatch.setenv(variable, f"http://{proxy.host}")
    assert send(connect, server.host, verify=ca_path) == 200
    (connected,) = proxy.heard
    assert (connected.method, connected.target) == ("CONNECT", server.host)
    assert "authorization" not in connected.headers, "the proxy must not see the token"
    assert server.heard[0].headers["authorization"] == "Bearer the-bearer"


def test_password_of_the_proxy_is_for_the_proxy_only(
    serve: Any, secure: Any, connect: Any, ca_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, proxy = secure(), serve(tunnel)
    monkeypatch.setenv("https_proxy", f"http://you:hunter7@{proxy.host}")
    assert send(connect, server.host, verify=ca_path) == 200
    assert proxy.heard[0].headers["proxy-authorization"].startswith("Basic ")
    assert "proxy-authorization" not in server.heard[0].headers
    assert server.heard[0].headers["authorization"] == "Bearer the-bearer"


def test_host_that_the_environment_excepts_is_reached_directly(
    serve: Any, secure: Any, connect: Any, ca_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = serve(forbid)
    monkeypatch.setenv("https_proxy", f"http://{proxy.host}")
    monkeypatch.setenv("no_proxy", "localhost,127.0.0.1")
    assert send(connect, secure().host, verify=ca_path) == 200
    assert proxy.heard == []


@pytest.mark.parametrize("location", [b"https://127.0.0.1:9/", b"\xff\xfe", b"http://[", b""])
def test_a_redirect_is_not_even_looked_at(serve: Any, transport: Any, location: bytes) -> None:
    """The library would read its body without our limits, and stumble over what is wrong with its location."""
    server = serve(once(b"HTTP/1.1 303 See Other\r\nContent-Length: 2\r\nLocation: " + location + b"\r\n\r\n{}"))
    assert transport(server).send(POST, BEARER).status == 303


@pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"])
def test_plain_http_on_this_machine_never_goes_through_a_proxy(
    serve: Any, connect: Any, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    server, proxy = serve(answers), serve(answers)
    monkeypatch.setenv(variable, f"http://{proxy.host}")
    assert Transport(connect(api_url=f"http://{server.host}", timeout=5)).send(POST, BEARER).status == 200
    assert len(server.heard) == 1
    assert proxy.heard == []


def test_proxy_that_refuses(serve: Any, connect: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = serve(forbid)
    monkeypatch.setenv("https_proxy", f"http://you:hunter7@{proxy.host}")
    error = failure(connect, "api.example.com")
    assert "the proxy of the environment could not be used" in str(error)
    assert "hunter7" not in str(error)
    assert (error.outcome_unknown, error.max_tries) == (False, 3)


@pytest.mark.parametrize("proxy", ["http://127.0.0.1:1", "socks9://127.0.0.1:1", "http://[broken"])
def test_proxy_that_cannot_be_used(connect: Any, monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("https_proxy", proxy)
    error = failure(connect, "api.example.com")
    assert "proxy" in str(error)
    assert not error.outcome_unknown
    assert error.max_tries is not None


def test_file_of_certificates_from_the_environment_that_is_missing(
    secure: Any, connect: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere.pem")
    server = secure()
    error = failure(connect, server.host)
    assert "REQUESTS_CA_BUNDLE" in str(error)
    assert (error.outcome_unknown, error.max_tries) == (False, 1)
    assert server.heard == []
