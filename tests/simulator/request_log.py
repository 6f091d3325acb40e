# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The log of requests."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from werkzeug.wrappers import Request, Response


@dataclass
class Record:
    """One request and the response; ``host`` is ``auth`` or the name of a region.

    ``status`` and ``answer`` are None when the connection was dropped; ``fault`` is the kind of fault that hit it.
    """

    method: str
    host: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any
    account: str | None
    status: int | None = None
    answer: Any = None
    fault: str | None = None

    @property
    def call(self) -> str:
        """Method and path, with ``auth`` between them for the authentication host."""
        host = "auth " if self.host == "auth" else ""
        return f"{self.method} {host}{self.path}"


@dataclass
class RequestLog:
    """All requests to the simulated hosts, oldest first. A request is entered before its response exists."""

    records: list[Record] = field(default_factory=list)

    def enter(self, request: Request, host: str, account: str | None) -> Record:
        """Note a request that has just come in."""
        query, body = request.args.to_dict(), _parsed(request.get_data())
        record = Record(request.method, host, request.path, query, dict(request.headers), body, account)
        self.records.append(record)
        return record

    def complete(self, record: Record, response: Response | None, fault: str | None) -> None:
        """Note the response; None stands for a dropped connection."""
        record.fault = fault
        if response is not None:
            record.status = response.status_code
            data = response.get_data()
            parsed = _parsed(data)
            record.answer = (data.decode(errors="replace") or None) if parsed is None else parsed


def _parsed(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None
