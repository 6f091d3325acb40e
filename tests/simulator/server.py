# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The listeners: werkzeug's threaded server, with connections that stay open and can be broken on purpose."""

from __future__ import annotations

import contextlib
import io
import socket
import ssl
import threading
from typing import Any

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.test import run_wsgi_app

from .gateway import WIRE_FAULT

ADDRESS = "127.0.0.1"
POLL_SECONDS = 0.02
BACKLOG = 128


class Handler(WSGIRequestHandler):
    """Serves requests over HTTP/1.1 with keep-alive, which werkzeug's own handler does not offer.

    The body of a request is read completely and the response is sent in one piece with its length, so that the next
    request on the connection starts where it should.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def run_wsgi(self) -> None:
        """Handle one request."""
        environ = self.make_environ()
        environ["wsgi.input"] = io.BytesIO(self.rfile.read(int(environ.get("CONTENT_LENGTH") or 0)))
        wire_faults = environ[WIRE_FAULT] = []
        chunks, status, headers = run_wsgi_app(self.server.app, environ, buffered=True)
        content = b"".join(chunks)
        wire_fault = next(iter(wire_faults), None)
        if wire_fault:
            self.close_connection = True
        if wire_fault == "drop":
            return
        if wire_fault == "truncate":
            content = content[: len(content) // 2]
        if wire_fault == "close":
            self.server.close(but=self.connection)
        self._send(status, list(headers), content)

    def _send(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        if self.close_connection:
            headers = [*headers, ("Connection", "close")]
        lines = [f"{self.protocol_version} {status}", *(f"{name}: {value}" for name, value in headers), "", ""]
        self.wfile.write("\r\n".join(lines).encode("latin-1") + body)

    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing; the simulator keeps its own log of requests."""


class Listener(ThreadedWSGIServer):
    """One listening port with its threads; with a context of TLS, it speaks nothing else."""

    daemon_threads = True

    def __init__(self, app: Any, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self._connections: set[socket.socket] = set()
        self._connections_lock = threading.Lock()
        self._door_lock = threading.Lock()
        self._closed = False
        with socket.create_server((ADDRESS, port), backlog=BACKLOG) as listening:
            super().__init__(ADDRESS, port, app, handler=Handler, fd=listening.fileno())
        # werkzeug would do the handshakes in the thread that accepts, where a silent client stops all others.
        self.ssl_context = tls
        self._thread = threading.Thread(target=self.serve_forever, args=(POLL_SECONDS,), daemon=True)

    @property
    def url(self) -> str:
        """The base URL, without a trailing slash."""
        return f"http{'s' if self.ssl_context else ''}://{ADDRESS}:{self.port}"

    def start(self) -> None:
        """Begin to serve."""
        self._thread.start()

    def stop(self) -> None:
        """Stop serving and break the connections that are still open."""
        with self._door_lock:
            self._stop_serving()
            self.socket.close()
            self._break_connections()

    def close(self, but: Any = None) -> None:
        """Listen no more, so that connections are refused, and break all that are open but one.

        The port stays taken, so that no other program gets it: bound, but without a listener.
        """
        with self._door_lock:
            if self._closed:
                return
            self._stop_serving()
            self.socket = socket.socket(self.address_family, self.socket_type)
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self.socket.bind((ADDRESS, self.port))
            self._closed = True
            self._break_connections(but)

    def open(self) -> None:
        """Listen again."""
        with self._door_lock:
            if not self._closed:
                return
            self.socket.listen(BACKLOG)
            self._thread = threading.Thread(target=self.serve_forever, args=(POLL_SECONDS,), daemon=True)
            self._thread.start()
            self._closed = False

    def _stop_serving(self) -> None:
        """End the loop that accepts connections, which closes its socket."""
        if not self._closed:
            self.shutdown()
        self._thread.join()

    def _break_connections(self, but: Any = None) -> None:
        with self._connections_lock:
            for connection in self._connections:
                if connection is not but:
                    with contextlib.suppress(OSError):
                        connection.shutdown(socket.SHUT_RDWR)

    def get_request(self) -> tuple[Any, Any]:
        """Accept a connection. The handshake of TLS is left to its own thread."""
        connection, address = super().get_request()
        if self.ssl_context is not None:
            connection = self.ssl_context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember a new connection and serve it in its own thread."""
        with self._connections_lock:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Close a connection."""
        with self._connections_lock:
            self._connections.discard(request)
        super().shutdown_request(request)
