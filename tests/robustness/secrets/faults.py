# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that can go wrong between a client and the API; each answer that has a body repeats the secrets."""

from __future__ import annotations

from typing import Any

from .search import echoes
from .talkative import answer

NOBODY = "http://127.0.0.1:9"
SLOW_SECONDS = 4.0
TIMEOUT = 0.7


def _by_name(*secrets: str) -> dict[str, dict[str, Any]]:
    """The details of every fault that the simulator makes, by the name that it has in trust/faults/kinds.py."""
    texts = [text for secret in secrets for text in echoes(secret)]
    return {
        "dropped_before_the_work": {"kind": "drop_before"},
        "dropped_after_the_work": {"kind": "drop_after"},
        "truncated": {"kind": "truncate"},
        "garbage": {"kind": "garbage", "body": '{"token": ' + " ".join(texts)},
        "slow": {"kind": "slow", "seconds": SLOW_SECONDS},
        "429": {"kind": "status", **answer("text", 429, *secrets)},
        "429_with_retry_after": {
            "kind": "status",
            **answer("sentence", 429, *secrets),
            "headers": {"Retry-After": "1", "X-Request-Id": texts[0]},
        },
        "500": {"kind": "status", **answer("sentence", 500, *secrets)},
        "502_html": {"kind": "status", **answer("page", 502, *secrets)},
        "503_empty": {"kind": "status", "status": 503, "body": ""},
        "504_empty": {"kind": "status", "status": 504, "body": ""},
        "401": {"kind": "status", **answer("sentence", 401, *secrets)},
        "403": {"kind": "status", **answer("keys", 403, *secrets)},
        "404": {"kind": "status", **answer("sentence", 404, *secrets)},
        "409": {"kind": "status", **answer("message", 409, *secrets)},
        "422": {"kind": "status", **answer("fields", 422, *secrets)},
        "302": {"kind": "status", **answer("redirect", 302, *secrets)},
    }


def details(name: str, *secrets: str) -> dict[str, Any]:
    """What the simulator is told about a fault, which repeats these secrets where it has a body."""
    return _by_name(*secrets)[name]


REFUSED = "refused"
# All but the first are made by the simulator.
FAULTS = (REFUSED, *_by_name("any"))
