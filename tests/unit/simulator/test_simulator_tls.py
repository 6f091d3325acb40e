# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator behind TLS."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import trustme


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Who signs the certificate of the simulator."""
    return trustme.CA()


@pytest.fixture
def ca_path(authority: trustme.CA, tmp_path: Path) -> str:
    """The file with the certificate of the authority."""
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


@pytest.fixture
def sim(authority: trustme.CA) -> Iterator[Any]:
    """A running simulator that speaks TLS."""
    from simulator import Simulator

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with Simulator(tls=context) as simulator:
        yield simulator


def test_the_hosts_speak_tls(sim: Any, mireille: Any, me: Any, ca_path: str) -> None:
    exchange = f"{sim.auth_url}/v1/tokens/exchange"
    assert requests.post(exchange, auth=("", mireille.api_token), verify=ca_path, timeout=5).status_code == 200
    me.session.verify = ca_path
    assert me.create("web").status_code == 201
    assert me.names() == ["default", "web"]
    assert [urlsplit(url).scheme for url in (sim.api_url, sim.auth_url, sim.control_url)] == ["https", "https", "http"]


def test_the_control_listener_speaks_none(sim: Any, mireille: Any) -> None:
    assert "mireille" in requests.get(sim.control_url, timeout=5).text


def test_who_does_not_trust_the_certificate_sends_nothing(sim: Any, me: Any) -> None:
    with pytest.raises(requests.exceptions.SSLError):
        me.get("/v1/projects")
    assert sim.calls() == []


def test_a_handshake_that_never_comes_stops_nobody_else(sim: Any, me: Any, ca_path: str) -> None:
    me.session.verify = ca_path
    parts = urlsplit(sim.api_url)
    with socket.create_connection((parts.hostname, parts.port)):
        assert me.names() == ["default"]


def test_faults_break_the_connection_behind_tls(sim: Any, me: Any, ca_path: str) -> None:
    me.session.verify = ca_path
    for kind in ("drop_before", "drop_after", "truncate"):
        sim.fault(kind, method="GET")
        with pytest.raises(requests.exceptions.RequestException):
            me.get("/v1/projects")
    assert me.names() == ["default"]
