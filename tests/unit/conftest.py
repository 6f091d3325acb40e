# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the unit tests share: a clean environment, a clock that nobody waits for, and servers on this machine."""

from __future__ import annotations

import socket
import socketserver
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import responses
from ansible_environment import client_variables

MODULE_UTILS = "ansible_collections.community.scalingo.plugins.module_utils"

API = "https://api.osc-fr1.scalingo.com"
AUTH = "https://auth.scalingo.com"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No option, proxy or certificate comes from the environment of whoever runs the tests."""
    for name in client_variables():
        monkeypatch.delenv(name)


@pytest.fixture
def connect() -> Callable[..., Any]:
    """Makes a Connection with a bearer token, in which everything can be changed."""
    # Not above: the tests of the simulator do without the collection.
    from ansible_collections.community.scalingo.plugins.module_utils._options import Connection

    def make(sources: dict[str, str] | None = None, **changes: Any) -> Connection:
        options = {"api_url": API, "auth_url": AUTH, "timeout": 30, "max_wait": 300, "verify": True}
        tokens = {} if "api_token" in changes else {"bearer_token": "the-bearer"}
        made = Connection(**{**options, **tokens, **changes})
        return replace(made, sources={**made.sources, **(sources or {})})

    return make


@pytest.fixture
def http() -> Iterator[responses.RequestsMock]:
    """Answers HTTP requests in place of the API. Not every answer that is there must be fetched."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


class Clock:
    """A clock that stands still until somebody sleeps, which takes no time."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.sleeps: list[float] = []

    @property
    def passed(self) -> float:
        return self.now - 1000.0

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return 1_700_000_000.0 + self.passed

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0, "time.sleep would raise"
        self.sleeps.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock by which the client lives, and by which transfers wait."""
    clock = Clock()
    for file in ("_http.client", "_http.retry", "_transfer"):
        monkeypatch.setattr(f"{MODULE_UTILS}.{file}.time", clock)
    return clock


@dataclass(frozen=True)
class Heard:
    """A request as a server received it."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


class Peer:
    """The server's end of one connection."""

    def __init__(self, connection: socket.socket, heard: list[Heard]) -> None:
        self.connection = connection
        self._reader = connection.makefile("rb")
        self._heard = heard
        self._last = False

    def hear(self) -> bool:
        """Receive a request; False if the client has no other one."""
        if self._last:
            return False
        first = self._reader.readline().decode("latin-1").split()
        if not first:
            return False
        lines = iter(lambda: self._reader.readline().decode("latin-1").strip(), "")
        headers = {name.lower(): value.strip() for name, _colon, value in (line.partition(":") for line in lines)}
        body = self._reader.read(int(headers.get("content-length", 0)))
        self._last = headers.get("connection") == "close"
        self._heard.append(Heard(first[0], first[1], headers, body))
        return True

    def say(self, *parts: bytes, pause: float = 0.0) -> None:
        for part in parts:
            self.connection.sendall(part)
            time.sleep(pause)

    def reset(self) -> None:
        """Drop the connection without a good-bye."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@dataclass
class Loopback:
    """A server on this machine."""

    port: int
    stop: Callable[[], None]
    heard: list[Heard] = field(default_factory=list)
    connections: int = 0

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"


Serve = Callable[..., Loopback]


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def handle_error(self, *arguments: Any) -> None:
        """A client that hangs up is what some tests are about."""


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a server that treats every connection alike: `serve(talk)`, or with TLS `serve(talk, context)`."""
    started: list[Loopback] = []

    def start(talk: Callable[[Peer], None], context: ssl.SSLContext | None = None) -> Loopback:
        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                loopback.connections += 1
                plain = self.request
                connection = context.wrap_socket(plain, server_side=True) if context else plain
                connection.settimeout(10)
                talk(Peer(connection, loopback.heard))
                if context:
                    connection.close()

        server = _Server(("127.0.0.1", 0), Handler)

        def stop() -> None:
            server.shutdown()
            server.server_close()

        loopback = Loopback(server.server_address[1], stop)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        started.append(loopback)
        return loopback

    yield start
    for loopback in started:
        loopback.stop()


@pytest.fixture
def transport(connect: Callable[..., Any]) -> Callable[..., Any]:
    """Makes a transport to one server, with a short timeout."""
    from ansible_collections.community.scalingo.plugins.module_utils._http.transport import Transport

    def make(server: Loopback, **changes: Any) -> Transport:
        url = f"http://{server.host}"
        return Transport(connect(**{"api_url": url, "auth_url": url, "timeout": 5, **changes}), "ansible-core 2.19")

    return make
