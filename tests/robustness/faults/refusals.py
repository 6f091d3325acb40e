# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refuse the next connections to a host of the simulator, so many and no more.

The system refuses a connection without telling anybody. So the process of the module tells, before each connection that
it opens, and waits until the host is closed or open as it should be for that one.
"""

from __future__ import annotations

import sys
import threading
from functools import partial
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any
from urllib.parse import urlsplit


class Refusals:
    """Counts the connections that a module tries to open while a host is closed, and opens that after `times`."""

    def __init__(self, sim: Any, host: str, times: int | None) -> None:
        self.count = 0
        self._sim = sim
        self._host = host
        self._times = times
        self._after = 0
        self._here, self._there = Pipe()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def prepare(self) -> Any:
        """What the process of the module has to call first."""
        return partial(tell_connections, self._there, self._port())

    def begin(self, after: int) -> None:
        """Close the host once it has answered so many requests."""
        if after:
            self._sim.fault("close", host=self._host, skip=after - 1)
        else:
            self._sim.close(self._host)
        self._after = after
        self._thread.start()

    def end(self) -> None:
        """Let the host listen as before."""
        self._there.close()
        self._thread.join()
        self._here.close()
        self._sim.open(self._host)

    def _port(self) -> int:
        url = self._sim.auth_url if self._host == "auth" else self._sim.region_urls[self._host]
        return int(urlsplit(url).port or 0)

    def _serve(self) -> None:
        while True:
            try:
                self._here.recv()
                if self._answered() >= self._after:
                    self._connecting()
                self._here.send(None)
            except (EOFError, OSError):
                return

    def _answered(self) -> int:
        return sum(record.host == self._host for record in self._sim.requests)

    def _connecting(self) -> None:
        if self._times is not None and self.count == self._times:
            self._sim.open(self._host)
        else:
            self.count += 1


def tell_connections(teller: Connection, port: int) -> None:
    """In the process of the module: before each connection to the port, tell it and wait for leave."""

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "socket.connect" and isinstance(arguments[1], tuple) and arguments[1][1] == port:
            teller.send(None)
            teller.recv()

    sys.addaudithook(hook)
