# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rate limit (documented: 60 requests a minute; how they are counted is undocumented)."""

from __future__ import annotations

import math
from collections import deque

from .clock import Clock
from .switches import Switches


class RateLimiter:
    """Counts requests by key, in fixed windows aligned to the clock or in a sliding one."""

    def __init__(self, clock: Clock, switches: Switches) -> None:
        self._clock = clock
        self._switches = switches
        self._counts: dict[str, tuple[int, int]] = {}
        self._passed: dict[str, deque[float]] = {}

    def wait(self, key: str) -> float | None:
        """Count one request: None if it may pass, otherwise the seconds until another one may."""
        if self._switches.rate_limit is None:
            return None
        if self._switches.rate_mode == "sliding":
            return self._sliding(key)
        return self._fixed(key)

    def reset(self) -> None:
        """Forget all requests."""
        self._counts.clear()
        self._passed.clear()

    def _fixed(self, key: str) -> float | None:
        now = self._clock.timestamp()
        window = math.floor(now / self._switches.rate_window)
        counted_window, count = self._counts.get(key, (window, 0))
        count = count + 1 if counted_window == window else 1
        self._counts[key] = (window, count)
        if count <= self._switches.rate_limit:
            return None
        return (window + 1) * self._switches.rate_window - now

    def _sliding(self, key: str) -> float | None:
        """Only requests that passed count, otherwise a caller that keeps asking would never get through."""
        now = self._clock.timestamp()
        passed = self._passed.setdefault(key, deque())
        while passed and passed[0] <= now - self._switches.rate_window:
            passed.popleft()
        if len(passed) < self._switches.rate_limit:
            passed.append(now)
            return None
        return passed[0] + self._switches.rate_window - now
