# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The log of requests."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from werkzeug.wrappers import Request, Response

HIDDEN = "[hidden]"
# Keys whose values are secrets, be they known ones or not.
SECRET_KEYS = ("token", "invitation_link", "link")


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
    time: str
    status: int | None = None
    answer: Any = None
    fault: str | None = None

    @property
    def call(self) -> str:
        """Method and path, with ``auth`` between them for the authentication host."""
        host = "auth " if self.host == "auth" else ""
        return f"{self.method} {host}{self.path}"

    def as_dict(self) -> dict[str, Any]:
        """The record as an object for JSON."""
        return {**vars(self), "call": self.call}


@dataclass
class RequestLog:
    """All requests to the simulated hosts, oldest first. A request is entered before its response exists."""

    records: list[Record] = field(default_factory=list)
    retired_tokens: set[str] = field(default_factory=set)

    def enter(self, request: Request, host: str, account: str | None, time: str) -> Record:
        """Note a request that has just come in."""
        query, body = request.args.to_dict(), _parsed(request.get_data())
        record = Record(request.method, host, request.path, query, dict(request.headers), body, account, time)
        self.records.append(record)
        return record

    def complete(self, record: Record, response: Response | None, fault: str | None) -> None:
        """Note the response; None stands for a dropped connection."""
        record.fault = fault
        if response is not None:
            record.status = response.status_code
            data = response.get_data() if record.method != "HEAD" else b""
            parsed = _parsed(data)
            record.answer = (data.decode(errors="replace") or None) if parsed is None else parsed


def hide_secrets(value: Any, secrets: set[str]) -> Any:
    """A copy without credentials: the Authorization header, links, and every occurrence of a secret are replaced."""
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, HIDDEN)
        return value
    if isinstance(value, list):
        return [hide_secrets(item, secrets) for item in value]
    if isinstance(value, dict):
        return {hide_secrets(key, secrets): _hidden_item(key, item, secrets) for key, item in value.items()}
    return value


def _hidden_item(key: str, item: Any, secrets: set[str]) -> Any:
    if key == "Authorization":
        return _scheme(item)
    if key in SECRET_KEYS and isinstance(item, str):
        return HIDDEN if item else item
    return hide_secrets(item, secrets)


def _scheme(authorization: Any) -> str:
    scheme = str(authorization).split(" ", 1)[0].title()
    return f"{scheme} {HIDDEN}" if scheme in ("Basic", "Bearer") else HIDDEN


def _parsed(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None
