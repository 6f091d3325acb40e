# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates, good and bad; proxies that let through or not; and servers that say nothing or the wrong thing."""

from __future__ import annotations

import re
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import trustme

PATIENCE = 10


class Authority:
    """A certificate authority, whose certificate is in a file, and the contexts of servers that it vouches for."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._authority = trustme.CA()
        self.path = str(folder / f"{name}.pem")
        self._authority.cert_pem.write_to_path(self.path)

    def server(self, name: str = "127.0.0.1", **details: Any) -> ssl.SSLContext:
        """Return the context of a server whose certificate is for this name."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert(name, **details).configure_cert(context)
        return context

    def expired(self) -> ssl.SSLContext:
        """Return the context of a server whose certificate expired yesterday."""
        now = datetime.now(timezone.utc)
        return self.server(not_before=now - timedelta(days=9), not_after=now - timedelta(days=1))

    def asking(self) -> ssl.SSLContext:
        """Return the context of a server that wants a certificate from its clients."""
        context = self.server()
        context.verify_mode = ssl.CERT_REQUIRED
        self._authority.configure_trust(context)
        return context

    def self_signed(self) -> ssl.SSLContext:
        path = self._folder / "self-signed.pem"
        path.write_bytes(self._authority.private_key_pem.bytes() + self._authority.cert_pem.bytes())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    def outdated(self) -> ssl.SSLContext:
        """Return the context of a server that speaks no version after TLS 1.1."""
        context = self.server()
        context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
        context.set_ciphers("ALL:@SECLEVEL=0")
        return context


@dataclass
class Machine:
    """One machine, and the head of every request that reached it, as it came."""

    port: int
    heads: list[str] = field(default_factory=list)
    # Bytes that were sent to clients.
    sent: int = 0

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def lines(self) -> list[str]:
        """The first line of each request."""
        return [head.partition("\r\n")[0] for head in self.heads]


Talk = Callable[[Machine, socket.socket], None]


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False


@contextmanager
def machine(talk: Talk) -> Iterator[Machine]:
    """Listen on this machine, and talk with each client that connects."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.settimeout(PATIENCE)
            # The other side may go away at any time.
            with suppress(OSError):
                talk(found, self.request)

    with _Server(("127.0.0.1", 0), Handler) as server:
        found = Machine(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield found
        finally:
            server.shutdown()
            thread.join()


def _head(machine_: Machine, connection: socket.socket) -> str:
    """Read a request, and note its head."""
    head, end = b"", b"\r\n\r\n"
    while end not in head:
        head += _piece(connection)
    head, _end, body = head.partition(end)
    length = re.search(rb"\r\ncontent-length: *(\d+)", head, re.I)
    while length and len(body) < int(length[1]):
        body += _piece(connection)
    machine_.heads.append((head + end).decode("latin-1"))
    return machine_.heads[-1]


def _piece(connection: socket.socket) -> bytes:
    piece = connection.recv(65536)
    if not piece:
        raise ConnectionError("the request broke off")
    return piece


def tunnel(machine_: Machine, connection: socket.socket) -> None:
    """A proxy for CONNECT, which carries what it cannot read."""
    host, _colon, port = _head(machine_, connection).split(" ")[1].rpartition(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as other:
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        back = threading.Thread(target=_carry, args=(other, connection), daemon=True)
        back.start()
        _carry(connection, other)
        back.join()


def _carry(source: socket.socket, target: socket.socket) -> None:
    # Once one side is gone, there is nothing left to carry.
    with suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)


def responding(status: str, *headers: str) -> Talk:
    """A machine that responds to all that comes with this status, and with a page that repeats what was sent."""

    def talk(machine_: Machine, connection: socket.socket) -> None:
        content = _head(machine_, connection).encode()
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(content)}", "Connection: close", *headers]
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + content)

    return talk


def saying(respond: Callable[[str], Iterable[bytes]]) -> Talk:
    """A machine that responds to each request with the pieces that there are for its first line."""

    def talk(machine_: Machine, connection: socket.socket) -> None:
        for piece in respond(_head(machine_, connection).partition("\r\n")[0]):
            connection.sendall(piece)
            machine_.sent += len(piece)

    return talk


def silent(_machine: Machine, connection: socket.socket) -> None:
    """A machine that takes the connection, and never sends anything."""
    while connection.recv(65536):
        pass


def free_port() -> int:
    """Return a port on which no machine listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port
