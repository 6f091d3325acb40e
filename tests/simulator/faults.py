# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults: responses that go wrong on purpose."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
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
        if self.kind not in KINDS:
            raise SimulatorError(f"unknown kind of fault {self.kind!r}; known: {', '.join(KINDS)}")
        unknown = sorted(set(self.details) - KINDS[self.kind])
        if unknown:
            raise SimulatorError(f"fault {self.kind} does not take {', '.join(unknown)}")

    def matches(self, method: str, path: str, host: str, account: str | None) -> bool:
        """Whether the fault is meant for such a request."""
        return (
            fnmatchcase(method.upper(), self.method.upper())
            and fnmatchcase(path, self.path)
            and fnmatchcase(host, self.host)
            and self.account in (None, account)
            and (self.after is None or self.after.hits > 0)
        )


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
