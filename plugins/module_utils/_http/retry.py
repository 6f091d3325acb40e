# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When a request is sent again, after which wait, and when a task gives up.

| what happened                        | a read         | a write        | wait                          |
|--------------------------------------|----------------|----------------|-------------------------------|
| no connection                        | again          | again          | 0.5 s, doubling, at most 15 s |
| the same, and none to that host yet  | 3 tries        | 3 tries        | the same                      |
| 429                                  | again          | again          | Retry-After, else 3 to 7.5 s  |
| response lost, broken off, late; 5xx | again          | the caller's   | Retry-After, else as above    |
| success, but no JSON                 | 3 tries        | the caller's   | as above                      |
| 401, and an API token is known       | once (client)  | once (client)  | none                          |
| any other                            | never          | never          |                               |

"Again" is until max_wait is used up. The errors say which row they are of: max_tries, and outcome_unknown, which leaves
a write to the caller. That is `_reconcile.py`, the only other place where a request is repeated: it reads the account
again, and repeats a write whose response was lost only if the account shows that it is still needed.
"""

from __future__ import annotations

import random
import time
import typing as t

from .._errors import ApiError, RateLimitError, RequestError, TransportError

# Seconds between two tries while the rate limit is reached. The API allows 60 requests a minute and does not say how it
# counts, so trying again is how to find out. In case rejected requests count, too, the wait grows while they follow
# each other; with more growth, it would often oversleep the end of a minute (simulated in test_rate_limit.py).
_RATE_LIMIT_WAIT, _RATE_LIMIT_GROWTH, _LONGEST_RATE_LIMIT_WAIT = 4.0, 1.2, 6.0
_LONGEST_RETRY_AFTER = 60.0
_FIRST_BACKOFF, _LONGEST_BACKOFF = 0.5, 15.0
# Waits from this on are told.
_SILENT_WAIT = 3.0


class Retry:
    """What is left of `max_wait`, the seconds that one task may spend on retries and the waits before them."""

    def __init__(self, max_wait: float, on_wait: t.Callable[[str], t.Any]) -> None:
        self._max_wait = self.left = max_wait
        self._on_wait = on_wait
        # Seconds that were waited for the request, or the write, that is being repeated.
        self._waited = 0.0
        self._lost = False

    def wait(self, error: RequestError, tries: int) -> None:
        """Return when a request that failed is to be sent again.

        Args:
            tries: How many times it was sent. The first try is no retry, and costs nothing; but of several requests
                that get no response at first, only the first is free, or they would add up without end.

        Raises:
            RequestError: It must not be sent again, or there is no time left for that.
        """
        lost = isinstance(error, TransportError)
        if tries > 1 or (lost and self._lost):
            self.left -= error.seconds
        self._lost = self._lost or lost
        if error.outcome_unknown or tries >= error.max_tries:
            raise error
        if not self._sleep(delay(error, tries), tries, error):
            tried = f"Tried {tries} times; " if tries > 1 else ""
            error.add_consequence(f"{tried}max_wait ({self._max_wait:g} s) leaves no time for another attempt.")
            if isinstance(error, RateLimitError):
                error.add_consequence("Increase it or rerun later.")
            raise error

    def pause(self, failures: int, error: RequestError) -> bool:
        """Wait before a failed write is sent again. Return whether `max_wait` allows that, and as long a try again."""
        return self._sleep(_backoff(failures), failures, error, error.seconds)

    def _sleep(self, seconds: float, tries: int, error: RequestError, reserve: float = 0.0) -> bool:
        """Sleep, unless too little is left of `max_wait`. Of all waits for one request, the first long one is told."""
        if tries == 1:
            self._waited = 0.0
        if seconds + reserve >= self.left:
            return False
        if self._waited <= _SILENT_WAIT < self._waited + seconds:
            self._on_wait(f"{error.message.rstrip('.')}; retrying for at most {self.left:.0f} s (max_wait).")
        time.sleep(seconds)
        self.left -= seconds
        self._waited += seconds
        return True


def delay(error: RequestError, tries: int) -> float:
    """Return the seconds to wait before a request, which failed so many times, is sent again."""
    usual = _backoff(tries)
    if isinstance(error, RateLimitError):
        grown = _RATE_LIMIT_WAIT * _RATE_LIMIT_GROWTH ** min(tries - 1, 10)
        usual = min(grown, _LONGEST_RATE_LIMIT_WAIT) * random.uniform(0.75, 1.25)
    if not isinstance(error, ApiError) or not error.retry_after:
        return usual
    # A bit later, and not all jobs at once. It may ask for less than nothing, or for hours.
    asked = min(max(error.retry_after, _FIRST_BACKOFF), _LONGEST_RETRY_AFTER) + random.uniform(0.0, 0.5)
    # Once it was wrong, it is only the least to wait.
    return asked if tries == 1 else max(asked, usual)


def _backoff(tries: int) -> float:
    return min(_FIRST_BACKOFF * 2.0 ** min(tries - 1, 10), _LONGEST_BACKOFF) * random.uniform(0.8, 1.0)
