# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module in this process, for many examples; where it would connect to; and a server that says any bytes.

Every run draws the same examples, and leaves nothing on the disk.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import urllib3.connection
from hypothesis import HealthCheck, settings
from in_process import printed_by
from urllib3.exceptions import NewConnectionError

from ..machines import Machine, machine, saying
from ..module_process import Returned

# How messages begin that Ansible writes itself about an option of the wrong type. They quote it as it is.
_ANSIBLES_OWN = (
    *("argument '", "value of ", "Unsupported parameters", "missing required", "Elements value", "dictionary "),
)


def examples(number: int) -> settings:
    """Return the settings for so many examples of one test: `@examples(200)`."""
    slow = [HealthCheck.too_slow]
    return settings(max_examples=number, derandomize=True, deadline=None, database=None, suppress_health_check=slow)


@dataclass(frozen=True)
class ModuleResult(Returned):
    """What a module printed, and what it returned."""

    result: dict[str, Any]
    printed: str


def play(module: str, arguments: Mapping[str, Any], check: bool = False) -> ModuleResult:
    """Run a module to its end: `play("scalingo_project", {"name": "web", **connection})`.

    Raises whatever the module does not catch itself, and an AssertionError if it ends with anything but one result.
    """
    printed, code = printed_by(module, arguments, check, module == "scalingo_login")
    result = json.loads(printed)
    assert isinstance(result, dict), printed
    assert code in (0, 1) and bool(code) is bool(result.get("failed")), (code, result)
    assert "exception" not in result, result["exception"]
    if result.get("failed") and not result["msg"].startswith(_ANSIBLES_OWN):
        assert_printable_line(result["msg"])
    return ModuleResult(result, printed)


def assert_printable_line(text: Any) -> None:
    """A message is for a person: on one line, every character of it to be seen, and no trace of Python.

    Unlike for `functional.expect.assert_one_sentence`, it may be as long as what it quotes.
    """
    assert isinstance(text, str), text
    assert "Traceback" not in text and not re.search(r"\b[A-Z]\w+(Error|Exception)\(", text), text
    assert all(character.isprintable() for character in text), text
    assert len(text) >= 10, text


@dataclass(frozen=True)
class Peer:
    """The other end of a connection that was tried."""

    host: str
    port: int
    tls: bool


@contextlib.contextmanager
def no_connections(loopback: bool = False) -> Iterator[list[Peer]]:
    """Refuse every connection and note it; with `loopback`, those to 127.0.0.1 are made nevertheless."""
    tried: list[Peer] = []
    real = urllib3.connection.HTTPConnection._new_conn

    def refuse(connection: Any) -> Any:
        host = connection._dns_host.strip("[]")
        tried.append(Peer(host, connection.port, isinstance(connection, urllib3.connection.HTTPSConnection)))
        if loopback and host == "127.0.0.1":
            return real(connection)
        raise NewConnectionError(connection, "[Errno 111] Connection refused")

    with patch.object(urllib3.connection.HTTPConnection, "_new_conn", refuse):
        yield tried


@contextlib.contextmanager
def raw_server(respond: Callable[[str], Iterable[bytes]]) -> Iterator[tuple[Machine, dict[str, object]]]:
    """A server that says any bytes, and options with which a module talks to it, and never waits."""
    with machine(saying(respond)) as server:
        urls = dict.fromkeys(("api_url", "auth_url"), f"http://{server.host}")
        yield server, {**urls, "bearer_token": "a-bearer-token", "max_wait": 0, "timeout": 5}


def whole(body: bytes, *headers: str, status: str = "200 OK") -> list[bytes]:
    """Return a response in one piece."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return ["\r\n".join([*lines, "", ""]).encode("latin-1"), body]
