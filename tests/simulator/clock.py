# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that depends on time: the clock, the windows of the rate limit, and the life of bearer tokens."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import math
import secrets
import threading
import time
from collections import deque
from datetime import datetime, timedelta, timezone
from typing import Any

from .switches import Switches

BEARER_LIFETIME = 3600


class Clock:
    """Runs with the machine's clock, can be moved forward and can be stopped (then it stands at a whole millisecond).

    Everything that depends on time asks this object: dates in responses, the ``Date`` header, the lifetime of bearer
    tokens, the expiry of invitations, delayed acceptances, and the windows of the rate limit.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """Go back to the machine's time."""
        with self._lock:
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
        with self._lock:
            if self._frozen_at is None:
                self._offset += step
            else:
                self._frozen_at = round(self._frozen_at + step, 3)
        return self.now()

    def freeze(self, at: datetime | None = None) -> None:
        """Stop the clock, now or at another moment; only :meth:`advance` moves it from then on."""
        with self._lock:
            self._frozen_at = round(at.timestamp() if at else self._timestamp(), 3)

    def _timestamp(self) -> float:
        return time.time() + self._offset if self._frozen_at is None else self._frozen_at


class RateLimiter:
    """Counts requests by key, in fixed windows aligned to the clock or in a sliding one.

    Documented are 60 requests a minute, but not how they are counted (switches rate_limit, rate_window, rate_mode).
    """

    def __init__(self, clock: Clock, switches: Switches) -> None:
        self._clock = clock
        self._switches = switches
        self.reset()

    def reset(self) -> None:
        """Forget all requests."""
        self._counts: dict[str, tuple[int, int]] = {}
        self._passed: dict[str, deque[float]] = {}

    def wait(self, key: str) -> float | None:
        """Count one request: None if it may pass, otherwise the seconds until another one may."""
        if self._switches.rate_limit is None:
            return None
        return self._sliding(key) if self._switches.rate_mode == "sliding" else self._fixed(key)

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


class Bearers:
    """Issues JSON Web Tokens signed with HS512, good for one hour (documented), and knows all it has issued.

    Claims as in a recorded token: iss, iat, uuid (the user's ID), rnd, exp = iat + 3600. Whether clients may rely on
    ``uuid`` is undocumented, hence the switch uuid_claim, which can also make the tokens opaque.
    """

    def __init__(self, clock: Clock, switches: Switches) -> None:
        self._clock = clock
        self._switches = switches
        self._key = secrets.token_bytes(64)
        # To whom each token was issued, and until when it is good, in seconds since the epoch.
        self.issued: dict[str, tuple[str, float]] = {}

    def issue(self, account_id: str, expires_in: int = BEARER_LIFETIME) -> str:
        """Make a bearer token for an account."""
        expires_at = int(self._clock.timestamp()) + expires_in
        if self._switches.uuid_claim == "opaque":
            bearer = secrets.token_urlsafe(48)
        else:
            claims: dict[str, Any] = {"iss": "Scalingo", "iat": expires_at - BEARER_LIFETIME}
            if self._switches.uuid_claim:
                claims["uuid"] = account_id
            bearer = self._sign({**claims, "rnd": secrets.token_hex(8), "exp": expires_at})
        self.issued[bearer] = (account_id, expires_at)
        return bearer

    def account_id(self, bearer: str) -> str | None:
        """To whom a token was issued, be it still valid or not; None for an unknown one."""
        return self.issued.get(bearer, (None, 0.0))[0]

    def valid(self, bearer: str) -> bool:
        """Whether it is a known token that has not expired."""
        return self.issued.get(bearer, ("", 0.0))[1] > self._clock.timestamp()

    def _sign(self, claims: dict[str, Any]) -> str:
        signed = b".".join(_encode(json.dumps(part).encode()) for part in ({"typ": "JWT", "alg": "HS512"}, claims))
        signature = hmac.new(self._key, signed, hashlib.sha512).digest()
        return b".".join((signed, _encode(signature))).decode()


def _encode(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
