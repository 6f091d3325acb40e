# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults: responses that go wrong on purpose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from http import HTTPStatus
from typing import Any

from .models import SimulatorError

# Kind of fault -> the details it takes.
KINDS: dict[str, set[str]] = {
    "status": {"status", "body", "headers"},
    "garbage": {"body"},
    "slow": {"seconds", "work_first"},
    "replace": {"status", "body", "headers"},
    **{kind: set() for kind in ("drop_before", "drop_after", "truncate", "close")},
}


@dataclass
class Fault:
    """One fault: what happens, to which requests, and how often (``times`` None: for ever; the first ``skip`` pass).

    With ``after`` it waits until that other fault has hit a request.
    """

    kind: str
    method: str = "*"
    path: str = "*"
    host: str = "*"
    account: str | None = None
    times: int | None = 1
    skip: int = 0
    details: dict[str, Any] = field(default_factory=dict)
    after: Fault | None = None
    hits: int = 0

    def __post_init__(self) -> None:
        mistake = next(self._mistakes(), None)
        if mistake:
            raise SimulatorError(mistake)

    def matches(self, method: str, path: str, host: str, account: str | None) -> bool:
        """Whether the fault is meant for such a request."""
        return (
            fnmatchcase(method.upper(), self.method.upper())
            and fnmatchcase(path, self.path)
            and fnmatchcase(host, self.host)
            and self.account in (None, account)
            and (self.after is None or self.after.hits > 0)
        )

    def as_dict(self) -> dict[str, Any]:
        """The fault as the control listener shows it."""
        shown = ("kind", "method", "path", "host", "account", "times", "skip")
        return {**{name: getattr(self, name) for name in shown}, **self.details}

    def _mistakes(self) -> Iterator[str]:
        details = self.details
        if self.kind not in KINDS:
            yield f"unknown kind of fault {self.kind!r}; known: {', '.join(KINDS)}"
        unknown = sorted(set(details) - KINDS[self.kind])
        status, headers, seconds = details.get("status", 503), details.get("headers", {}), details.get("seconds", 0)
        if unknown:
            yield f"fault {self.kind} does not take {', '.join(unknown)}"
        if self.times is not None and not _count(self.times, 1):
            yield "times must be a positive integer, or nothing for ever"
        if not _count(self.skip, 0):
            yield "skip must be an integer from 0"
        if self.after is not None and not isinstance(self.after, Fault):
            yield "after must be a fault"
        if not all(isinstance(pattern, str) for pattern in (self.method, self.path, self.host)):
            yield "method, path and host must be text"
        if not _count(status, 200) or status not in list(HTTPStatus):
            yield f"illegal status {status!r}"
        if not isinstance(headers, dict) or not all(_header_text(text) for pair in headers.items() for text in pair):
            yield "headers must be an object of texts that fit into a header"
        if self.kind == "garbage" and not isinstance(details.get("body", ""), (str, bytes)):
            yield "the body of fault garbage must be text"
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or seconds < 0:
            yield "seconds must be a number from 0"
        if self.kind == "slow" and "seconds" not in details:
            yield "fault slow needs seconds"
        if not isinstance(details.get("work_first", False), bool):
            yield "work_first must be true or false"
        if self.kind == "replace" and not details:
            yield "fault replace needs status, body or headers"


class Faults:
    """The faults that wait for their requests, oldest first."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []

    def take(self, method: str, path: str, host: str, account: str | None) -> Fault | None:
        """The fault for this request, if there is one; it is used up once its ``times`` are over."""
        for fault in self.waiting:
            if not fault.matches(method, path, host, account):
                continue
            if fault.skip:
                fault.skip -= 1
                continue
            if fault.times is not None:
                fault.times -= 1
                if fault.times == 0:
                    self.waiting.remove(fault)
            fault.hits += 1
            return fault
        return None


def _header_text(value: Any) -> bool:
    return isinstance(value, str) and all(" " <= character <= "\xff" for character in value)


def _count(value: Any, minimum: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= minimum
