# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to community.scalingo: it may change in any release.

"""When to ask again after a 429. It knows no HTTP and has no clock: whoever asks tells the time.

The API allows 60 requests a minute, and does not say how it counts them. So requests go out as fast as they can until
one is refused, and then wait for the moment that Retry-After names, or else for whatever comes first:

- the next full minute by the server's clock, at which a count by the minute starts anew;
- the moment when the oldest of our own requests are a minute old, which is when a sliding count, or a minute that
  began with our first request, has room again;
- a try on the off chance, because the room may be another job's: after 4 seconds, and after twice as long each time
  that a pause earned little, up to half a minute. A try that earned much halves that again.

Little is less than a handful of requests between two refusals. The header and the full minute lose our trust, for this
task, once waiting for them has earned little: from then on Retry-After is only the least to wait, and the full minute
is nothing to wait for.
"""

from __future__ import annotations

import typing as t
from collections import deque

# Seconds over which the API counts requests. How many it lets pass need not be known.
WINDOW = 60.0
# Seconds until the first try on the off chance, and the most between two.
FIRST_TRY = 4.0
LONGEST_TRY = 30.0
# Never ask again sooner, even if the API says so: it may say so for ever.
SOONEST_RETRY = 0.5
# Requests to wait for, and that a try must let pass to be worth a refusal. With one at a time, each would cost one.
HANDFUL = 5
# Seconds for which a handful is worth waiting. A slow API gives places back one by one, as slowly as they were used.
_SLACK = 1.3

# What a pause waits for.
_RETRY_AFTER, _FULL_MINUTE, _OWN, _TRY = range(4)


class Pause(t.NamedTuple):
    """Seconds to wait, and how many of them the API itself asked for, which must not be cut short."""

    seconds: float
    asked: float


class RateLimit:
    """What one task has learned of the limit. All moments are on one clock of the caller's that never jumps."""

    def __init__(self) -> None:
        # When the requests that passed in the last minute were answered, so each was counted before that.
        self._passed: deque[float] = deque()
        # Seconds by which the server's clock is ahead of the caller's.
        self._ahead: float | None = None
        self._trusted = {_RETRY_AFTER, _FULL_MINUTE}
        self._try_after = FIRST_TRY
        # Of the last pause: what it waited for, until when, and how many requests have passed since.
        self._awaited, self._until, self._earned = _OWN, 0.0, HANDFUL

    def answered(self, now: float, server_time: float, refused: bool) -> None:
        """Take note of an answer.

        Args:
            now: When it came.
            server_time: Its own date, as seconds since 1970.
            refused: Because of the limit.
        """
        # A date has whole seconds and is up to one behind, so the most that was seen is the nearest to the truth. It
        # is never too much, so that nobody asks before the minute is full.
        ahead = server_time - now
        self._ahead = ahead if self._ahead is None else max(self._ahead, ahead)
        if not refused:
            self._passed.append(now)
            self._earned += 1
        while self._passed and self._passed[0] <= now - WINDOW:
            self._passed.popleft()

    def pause(self, now: float, asked: float | None, longest: float) -> Pause:
        """Return how long to wait after a refusal.

        Args:
            now: When it came.
            asked: The seconds that the answer asks to wait, if any.
            longest: The most of them that are obeyed.
        """
        self._learn(now)
        moments = [(self._try_after, _TRY)]
        if self._passed:
            handful = self._passed[min(HANDFUL, len(self._passed)) - 1]
            moments.append((min(handful, self._passed[0] + _SLACK) + WINDOW - now, _OWN))
        if _FULL_MINUTE in self._trusted and self._ahead is not None:
            moments.append((WINDOW - (now + self._ahead) % WINDOW, _FULL_MINUTE))
        least = 0.0
        if asked is not None and asked >= SOONEST_RETRY:
            least = min(asked, longest)
            if _RETRY_AFTER in self._trusted:
                moments = [(least, _RETRY_AFTER)]
        seconds, self._awaited = min(moments)
        seconds = max(seconds, least, SOONEST_RETRY)
        self._until, self._earned = now + seconds, 0
        return Pause(seconds, least)

    def _learn(self, now: float) -> None:
        """Judge the last pause by what has passed since. A pause that was cut short proves nothing."""
        if self._earned < HANDFUL:
            self._try_after = min(self._try_after * 2, LONGEST_TRY)
            if now >= self._until:
                self._trusted.discard(self._awaited)
        elif self._awaited == _TRY:
            self._try_after = max(self._try_after / 2, FIRST_TRY)
