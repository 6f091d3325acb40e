# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Machines on the way to the API: proxies that let through or not, and servers that say nothing or the wrong thing."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

PATIENCE = 10


@dataclass
class Machine:
    """One machine, and the head of every request that reached it, as it came."""

    port: int
    heads: list[str] = field(default_factory=list)
    connections: int = 0

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def first_lines(self) -> list[str]:
        return [head.split("\r\n")[0] for head in self.heads]


Talk = Callable[[Machine, socket.socket], None]


@contextmanager
def machine(talk: Talk) -> Iterator[Machine]:
    """Listen on this machine, and talk with whoever connects."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.settimeout(PATIENCE)
            found.connections += 1
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


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False


def _head(machine_: Machine, connection: socket.socket) -> str:
    """Read the head of a request, and note it."""
    head = b""
    while b"\r\n\r\n" not in head:
        piece = connection.recv(4096)
        if not piece:
            raise ConnectionError("the request broke off")
        head += piece
    machine_.heads.append(head.decode("latin-1"))
    return machine_.heads[-1]


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


def answering(status: str, body: str = "", **headers: str) -> Talk:
    """A machine that answers whatever comes with this status, and with a page that repeats what was sent."""

    def talk(machine_: Machine, connection: socket.socket) -> None:
        content = f"{body}{_head(machine_, connection)}".encode()
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(content)}", "Connection: close"]
        lines += [f"{name.replace('_', '-')}: {text}" for name, text in headers.items()]
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + content)

    return talk


def silent(_machine: Machine, connection: socket.socket) -> None:
    """A machine that takes the connection, and never says a word."""
    while connection.recv(65536):
        pass


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port
