# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one source of time of the simulator."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta, timezone


class Clock:
    """Runs with the machine's clock, can be moved forward and can be stopped (then it stands at a whole millisecond).

    Everything that depends on time asks this object: dates in answers, the ``Date`` header, the lifetime of bearer
    tokens, the expiry of invitations, delayed acceptances and the windows of the rate limit.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._offset = 0.0
        self._frozen_at: float | None = None

    def timestamp(self) -> float:
        """Seconds since the epoch."""
        with self._lock:
            return self._timestamp()

    def now(self) -> datetime:
        """The present moment in UTC, rounded to the milliseconds that the API shows."""
        return datetime.fromtimestamp(round(self.timestamp(), 3), tz=timezone.utc)

    def advance(self, seconds: float = 0, minutes: float = 0, hours: float = 0, days: float = 0) -> datetime:
        """Move the clock forward and return the new time."""
        step = timedelta(seconds=seconds, minutes=minutes, hours=hours, days=days).total_seconds()
        if step < 0:
            raise ValueError("the clock only moves forward")
        with self._lock:
            # Fails, before anything is changed, where no date can follow.
            datetime.fromtimestamp(self._timestamp() + step, tz=timezone.utc)
            if self._frozen_at is None:
                self._offset += step
            else:
                self._frozen_at = round(self._frozen_at + step, 3)
        return self.now()

    def freeze(self) -> None:
        """Stop the clock; only :meth:`advance` moves it from now on."""
        with self._lock:
            if self._frozen_at is None:
                self._frozen_at = round(self._timestamp(), 3)

    def resume(self) -> None:
        """Let a stopped clock run on from where it stands."""
        with self._lock:
            if self._frozen_at is not None:
                self._offset = self._frozen_at - time.time()
                self._frozen_at = None

    def reset(self) -> None:
        """Go back to the machine's time."""
        with self._lock:
            self._offset = 0.0
            self._frozen_at = None

    @property
    def frozen(self) -> bool:
        """Whether the clock is stopped."""
        return self._frozen_at is not None

    def _timestamp(self) -> float:
        if self._frozen_at is not None:
            return self._frozen_at
        return time.time() + self._offset
