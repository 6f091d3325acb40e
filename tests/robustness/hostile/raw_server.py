# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server that says whatever bytes it is told to, however many and however slowly."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field


@dataclass
class RawServer:
    """A listener on loopback: each request is answered with the pieces that `answer` gives for it."""

    answer: Callable[[str], Iterable[bytes]]
    sent: int = 0
    heard: list[str] = field(default_factory=list)
    _socket: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    _ended: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    @property
    def connection(self) -> dict[str, object]:
        """Options with which a module talks to this server, and never waits."""
        return {
            "api_url": self.url,
            "auth_url": self.url,
            "bearer_token": "a-bearer-token",
            "max_wait": 0,
            "timeout": 5,
        }

    def serve(self) -> None:
        while True:
            try:
                connection, _address = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def stop(self) -> None:
        self._ended.set()
        self._socket.close()

    def _talk(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            connection.settimeout(30)
            incoming = connection.makefile("rb")
            line, length = incoming.readline().decode("latin-1").rstrip("\r\n"), 0
            for header in iter(incoming.readline, b""):
                if header == b"\r\n":
                    break
                if header.lower().startswith(b"content-length:"):
                    length = int(header.partition(b":")[2])
            incoming.read(length)
            self.heard.append(line)
            for piece in self.answer(line):
                connection.sendall(piece)
                self.sent += len(piece)
                if self._ended.is_set():
                    return


@contextlib.contextmanager
def raw_server(answer: Callable[[str], Iterable[bytes]]) -> Iterator[RawServer]:
    """Run one while the block lasts."""
    server = RawServer(answer)
    threading.Thread(target=server.serve, daemon=True).start()
    try:
        yield server
    finally:
        server.stop()


def whole(body: bytes, *headers: str, status: str = "200 OK") -> list[bytes]:
    """An answer in one piece."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return ["\r\n".join([*lines, "", ""]).encode("latin-1"), body]
