# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a module would connect to, seen at the last moment: instead of the connection, nobody answers."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import urllib3.connection
from urllib3.exceptions import NewConnectionError


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
