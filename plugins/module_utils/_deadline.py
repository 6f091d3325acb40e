# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to community.scalingo: it may change in any release.

"""The end of a request that takes too long, however slowly bytes go on to come."""

from __future__ import annotations

import contextlib
import socket
import threading
import typing as t
import weakref

# What the connections of urllib3 are, for whoever checks types.
_Connection: t.Any = object
_HTTPAdapter: t.Any = object
try:
    import requests.adapters

    _HTTPAdapter = requests.adapters.HTTPAdapter
except ImportError:
    # `_transport` says that the library is missing.
    pass


class Deadline:
    """Ends a request that takes too long, by shutting its connection down under whatever reads from it.

    The time-out of a socket starts anew with every byte, and so has no end while bytes trickle in. There is one
    time-out for the connection, with the proxy's tunnel and TLS, and one for the whole answer.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # Of all connections of the session: an idle one that is shut down is opened again when it is needed.
        self._sockets: weakref.WeakSet[t.Any] = weakref.WeakSet()
        self._timer: threading.Timer | None = None
        self._timeout, self._round = 0.0, 0
        self.connecting = self.expired = False

    def start(self, timeout: float) -> None:
        """A request begins, perhaps on a connection that is open already."""
        with self._lock:
            self._timeout, self.connecting, self.expired = timeout, False, False
            self._arm()

    def stop(self) -> None:
        """The request ended, one way or the other; from now on, `expired` stays as it is."""
        with self._lock:
            self._disarm()

    def connect(self) -> None:
        """A connection is about to be opened for the request."""
        self.connecting = True

    def add(self, sock: t.Any) -> None:
        """This is the connection's socket from now on. TLS makes another one of that of TCP."""
        with self._lock:
            self._sockets.add(sock)
            if self.expired:
                _shut_down(sock)

    def connected(self) -> None:
        """The connection is open, and the time-out of the answer begins."""
        with self._lock:
            if not self.expired:
                self.connecting = False
                self._arm()

    def _arm(self) -> None:
        self._disarm()
        self._timer = threading.Timer(self._timeout, self._expire, [self._round])
        self._timer.daemon = True
        self._timer.start()

    def _disarm(self) -> None:
        self._round += 1
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _expire(self, armed: int) -> None:
        with self._lock:
            # A timer that was cancelled too late must not hit the next request.
            if armed == self._round:
                self.expired = True
                for sock in list(self._sockets):
                    _shut_down(sock)


def _shut_down(sock: t.Any) -> None:
    """Let whoever waits for this socket see the end of the connection."""
    # An error says that it is closed, or was replaced by that of TLS.
    with contextlib.suppress(OSError, TypeError):
        # TLS inside TLS has no socket, but holds one. The method of TLS sockets would take their keys away first, and
        # what is read meanwhile would not be decrypted.
        socket.socket.shutdown(getattr(sock, "socket", sock), socket.SHUT_RDWR)


def _addresses(host: str, port: int) -> int:
    """Return how many addresses a host has. What is wrong with it, the connection will tell."""
    try:
        return len(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    except (OSError, UnicodeError):
        return 1


class _Supervised(_Connection):
    """What a connection of urllib3 does more, so that its sockets are known."""

    deadline: Deadline
    sock: t.Any
    timeout: t.Any
    port: t.Any
    _dns_host: t.Any

    def _new_conn(self) -> t.Any:
        # Each address of the host gets as much time as the connection has: together they must not get more.
        timeout = self.timeout
        if isinstance(timeout, (int, float)):
            self.timeout = timeout / max(1, _addresses(self._dns_host, self.port))
        try:
            sock = super()._new_conn()
        finally:
            self.timeout = timeout
        if isinstance(timeout, (int, float)):
            sock.settimeout(timeout)
        self.deadline.add(sock)
        return sock

    def connect(self) -> None:
        """Open the connection."""
        self.deadline.connect()
        super().connect()
        self.deadline.add(self.sock)
        self.deadline.connected()


class DeadlineAdapter(_HTTPAdapter):
    """Opens connections whose requests have a deadline, directly or through a proxy."""

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline
        super().__init__()

    def init_poolmanager(self, *arguments: t.Any, **keywords: t.Any) -> None:
        """Make what opens direct connections."""
        super().init_poolmanager(*arguments, **keywords)
        self._supervised(self.poolmanager)

    def proxy_manager_for(self, *arguments: t.Any, **keywords: t.Any) -> t.Any:
        """Return what opens connections through a proxy."""
        return self._supervised(super().proxy_manager_for(*arguments, **keywords))

    def _supervised(self, manager: t.Any) -> t.Any:
        manager.pool_classes_by_scheme = {
            scheme: self._supervised_pool(pool) for scheme, pool in manager.pool_classes_by_scheme.items()
        }
        return manager

    def _supervised_pool(self, pool: t.Any) -> t.Any:
        connection = pool.ConnectionCls
        if issubclass(connection, _Supervised):
            return pool
        supervised = type(connection.__name__, (_Supervised, connection), {"deadline": self._deadline})
        return type(pool.__name__, (pool,), {"ConnectionCls": supervised})
