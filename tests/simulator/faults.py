# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults: answers that go wrong on purpose."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from http import HTTPStatus
from typing import Any

from .mistakes import SimulatorError

# Kind of fault -> the details it takes.
KINDS: dict[str, frozenset[str]] = {
    "status": frozenset({"status", "body", "headers"}),
    "drop_before": frozenset(),
    "drop_after": frozenset(),
    "truncate": frozenset(),
    "garbage": frozenset({"body"}),
    "slow": frozenset({"seconds", "work_first"}),
    "replace": frozenset({"status", "body", "headers"}),
    "close": frozenset(),
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
        if self.kind not in KINDS:
            raise SimulatorError(f"unknown kind of fault {self.kind!r}; known: {', '.join(KINDS)}")
        unknown = sorted(set(self.details) - KINDS[self.kind])
        if unknown:
            raise SimulatorError(f"fault {self.kind} does not take {', '.join(unknown)}")
        if self.times is not None and not _count(self.times, 1):
            raise SimulatorError("times must be a positive integer, or nothing for ever")
        if not _count(self.skip, 0):
            raise SimulatorError("skip must be an integer from 0")
        if self.after is not None and not isinstance(self.after, Fault):
            raise SimulatorError("after must be a fault")
        if not all(isinstance(pattern, str) for pattern in (self.method, self.path, self.host)):
            raise SimulatorError("method, path and host must be text")
        self._check_details()

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
        return {
            "kind": self.kind,
            "method": self.method,
            "path": self.path,
            "host": self.host,
            "account": self.account,
            "times": self.times,
            "skip": self.skip,
            **self.details,
        }

    def _check_details(self) -> None:
        status = self.details.get("status", 503)
        if not _count(status, 200) or status not in list(HTTPStatus):
            raise SimulatorError(f"illegal status {status!r}")
        headers = self.details.get("headers", {})
        if not isinstance(headers, dict) or not all(_header_text(text) for pair in headers.items() for text in pair):
            raise SimulatorError("headers must be an object of texts that fit into a header")
        if self.kind == "garbage" and not isinstance(self.details.get("body", ""), (str, bytes)):
            raise SimulatorError("the body of fault garbage must be text")
        seconds = self.details.get("seconds", 0)
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or seconds < 0:
            raise SimulatorError("seconds must be a number from 0")
        if self.kind == "slow" and "seconds" not in self.details:
            raise SimulatorError("fault slow needs seconds")
        if not isinstance(self.details.get("work_first", False), bool):
            raise SimulatorError("work_first must be true or false")
        if self.kind == "replace" and not self.details:
            raise SimulatorError("fault replace needs status, body or headers")


class Faults:
    """The faults that wait for their requests, oldest first."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        """Let a fault wait."""
        self._waiting.append(fault)
        return fault

    def take(self, method: str, path: str, host: str, account: str | None) -> Fault | None:
        """The fault for this request, if there is one; it is used up once its ``times`` are over."""
        for fault in self._waiting:
            if not fault.matches(method, path, host, account):
                continue
            if fault.skip:
                fault.skip -= 1
                continue
            if fault.times is not None:
                fault.times -= 1
                if fault.times == 0:
                    self._waiting.remove(fault)
            fault.hits += 1
            return fault
        return None

    def waiting(self) -> list[Fault]:
        """The faults that are not used up."""
        return list(self._waiting)

    def clear(self) -> None:
        """Forget all faults."""
        self._waiting.clear()


def _header_text(value: Any) -> bool:
    return isinstance(value, str) and all(" " <= character <= "\xff" for character in value)


def _count(value: Any, minimum: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= minimum
