# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to community.scalingo: it may change in any release.

"""What a task may spend on trouble: the option `max_wait`."""

from __future__ import annotations

import contextlib
import time
import typing as t


class Allowance:
    """The seconds that one task may spend on retries and waits. It counts only while a request is in trouble.

    The first try of a request is no retry, however long it takes. But where one after the other gets no answer, each
    would add its time-out without end, so only the first of a task is free.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._since: float | None = None
        self._was_late = False

    @property
    def counting(self) -> bool:
        return self._since is not None

    @property
    def left(self) -> float:
        return self._seconds - (0.0 if self._since is None else time.monotonic() - self._since)

    def start(self) -> None:
        """A request failed, perhaps not for the first time."""
        if self._since is None:
            self._since = time.monotonic()

    def stop(self) -> None:
        """The request ended, one way or the other."""
        self._seconds, self._since = self.left, None

    def late(self, seconds: float) -> None:
        """The first try of a request got no answer in its time, which is so long."""
        if self._was_late:
            self._seconds -= seconds
        self._was_late = True

    @contextlib.contextmanager
    def setting_aside(self, seconds: float) -> t.Iterator[None]:
        """Keep some of it, meanwhile, for what comes next."""
        self._seconds -= seconds
        yield
        self._seconds += seconds
