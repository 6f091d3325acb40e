# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The faults: what goes wrong, whether the work is done all the same, and what of it an error must name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

TIMEOUT = 5.0  # seconds; far above what a response takes, even on a machine that is busy with other tests
TOO_SLOW = 6.0
WINDOW = 60  # seconds; the API allows so many requests a minute, so a rejection may last as long

PLAIN = {"Content-Type": "text/plain"}
HTML = {"Content-Type": "text/html"}
BAD_GATEWAY = "<html><head><title>502</title></head><body><h1>502 Bad Gateway</h1><hr>nginx</body></html>"


@dataclass(frozen=True)
class Fault:
    """One way to go wrong.

    Attributes:
        kind: The simulator's word for it; none where a connection is refused, because that is no request.
        works: Whether a write that it hits is carried out. None: it is, but after the client has given up.
        harmless: Whether the client can be sure that nothing was done, without reading.
        costs: Seconds that one such fault may keep a client waiting, beside its own pauses.
        writes_only: Whether it differs from another fault only in what it does to a write.
    """

    kind: str | None
    details: Mapping[str, Any] = field(default_factory=dict)
    works: bool | None = False
    harmless: bool = False
    costs: float = 0
    writes_only: bool = False

    def is_told(self, result: Mapping[str, Any]) -> bool:
        """Whether a failed task returns this as its cause: the status of the response, if one came."""
        status = (error_of(result) or {}).get("status")
        if self.kind == "garbage":
            return 200 <= (status or 0) < 300
        return bool(status == self.details.get("status"))


def error_of(result: Mapping[str, Any]) -> Any:
    """Return the response that a failed task shows; a list shows it in the outcome of the item."""
    return result.get("error") or next((each["error"] for each in result.get("outcomes", ()) if each["failed"]), None)


def _status(status: int, body: str = "", headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    return {"status": status, "body": body, "headers": dict(headers or {})}


BUSY = _status(429, "Retry later\n", PLAIN)
BUSY_A_SECOND = _status(429, "Retry later\n", {**PLAIN, "Retry-After": "1"})
BROKEN = {"status": 500}  # with the body that the API is known to send

FAULTS: Mapping[str, Fault] = {
    "refused": Fault(None, harmless=True),
    "dropped_before_the_work": Fault("drop_before"),
    "dropped_after_the_work": Fault("drop_after", works=True),
    "truncated": Fault("truncate", works=True),
    "garbage": Fault("garbage", works=True),
    "slow": Fault("slow", {"seconds": TOO_SLOW, "work_first": True}, works=True, costs=TIMEOUT),
    "429": Fault("status", BUSY, harmless=True, costs=WINDOW),
    "429_with_retry_after": Fault("status", BUSY_A_SECOND, harmless=True, costs=WINDOW),
    "500": Fault("status", BROKEN),
    "502_html": Fault("status", _status(502, BAD_GATEWAY, HTML)),
    "503_empty": Fault("status", _status(503)),
    "504_empty": Fault("status", _status(504)),
    # The same to the client, but not to the account. Reads do not notice the difference.
    "slow_before_the_work": Fault("slow", {"seconds": TOO_SLOW}, works=None, costs=TIMEOUT, writes_only=True),
    "500_after_the_work": Fault("replace", BROKEN, works=True, writes_only=True),
    "504_empty_after_the_work": Fault("replace", _status(504), works=True, writes_only=True),
}

# What may come next, once something has gone wrong: a response, too, that says something else than what is.
SEQUELS: Mapping[str, Fault] = {
    **FAULTS,
    "404": Fault("status", {"status": 404, "body": {"error": "not found"}}, harmless=True),
}
