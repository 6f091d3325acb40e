# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the client tells without a question to the API: whose bearer token it has, and what the time is there."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timezone
from typing import Any

import pytest
import responses
from ansible_collections.community.scalingo.plugins.module_utils._client import Client

EXCHANGE = "https://auth.scalingo.com/v1/tokens/exchange"
PROJECTS = "https://api.osc-fr1.scalingo.com/v1/projects"


def jwt(claims: Any) -> str:
    def part(value: Any) -> str:
        content = value if isinstance(value, bytes) else json.dumps(value).encode()
        return base64.urlsafe_b64encode(content).decode().rstrip("=")

    return f"{part({'typ': 'JWT', 'alg': 'HS512'})}.{part(claims)}.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("bearer", "expected"),
    [
        (jwt({"iss": "Scalingo", "uuid": "us-1", "exp": 0}), "us-1"),
        (jwt({"uuid": "us-12"}), "us-12"),
        (jwt({"uuid": "us-123"}), "us-123"),
        (jwt({"uuid": "us-é~\u00ff\u00fe?>"}), "us-é~\u00ff\u00fe?>"),
        (jwt({"iss": "Scalingo"}), None),
        (jwt({"uuid": None}), None),
        (jwt({"uuid": ""}), None),
        (jwt({"uuid": 7}), None),
        (jwt({"uuid": {"id": "us-1"}}), None),
        (jwt(["uuid"]), None),
        (jwt("uuid"), None),
        (jwt(None), None),
        (jwt(b"not JSON"), None),
        (jwt(b"\xff\xfe"), None),
        (jwt(b"[" * 100_000), None),
        ("opaque", None),
        ("tk-us-opaque", None),
        ("..", None),
        ("a.b", None),
        ("a.{}.c", None),
        ("!.!.!", None),
    ],
)
def test_caller_claim(http: responses.RequestsMock, connect: Any, bearer: str, expected: str | None) -> None:
    assert Client(connect(bearer_token=bearer)).caller_claim() == expected
    assert len(http.calls) == 0


def test_caller_claim_of_an_exchanged_token(http: responses.RequestsMock, connect: Any) -> None:
    for identifier in ("us-1", "us-2"):
        http.post(EXCHANGE, json={"token": jwt({"uuid": identifier})})
    http.get(PROJECTS, status=401)
    http.get(PROJECTS, json={})
    made = Client(connect(api_token="tk-us-x"))
    assert made.caller_claim() == "us-1"
    made.get("/v1/projects")
    assert made.caller_claim() == "us-2"


def test_now_is_the_time_of_the_api(http: responses.RequestsMock, connect: Any, clock: Any) -> None:
    made = Client(connect())
    assert made.now().timestamp() == clock.time()
    http.get(PROJECTS, json={}, headers={"Date": "Sun, 06 Nov 1994 08:49:37 GMT"})
    made.get("/v1/projects")
    clock.sleep(60)
    assert made.now() == datetime(1994, 11, 6, 8, 50, 37, tzinfo=timezone.utc)


def test_now_by_a_clock_beyond_all_years(http: responses.RequestsMock, connect: Any, clock: Any) -> None:
    made = Client(connect())
    http.get(PROJECTS, json={}, headers={"Date": "Fri, 31 Dec 9999 23:59:59 -2359"})
    made.get("/v1/projects")
    assert made.now().year < 9999


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"exp": 784111777}, datetime(1994, 11, 6, 8, 49, 37, tzinfo=timezone.utc)),
        ({"exp": 784111777.9}, datetime(1994, 11, 6, 8, 49, 37, 900000, tzinfo=timezone.utc)),
        ({"exp": 10**400}, None),
        ({"exp": 1e300}, None),
        ({"exp": float("nan")}, None),
        ({"exp": "tomorrow"}, None),
        ({"exp": None}, None),
        ({}, None),
        (b"no JSON", None),
    ],
)
def test_log_in_tells_until_when_the_token_is_valid(
    http: responses.RequestsMock, connect: Any, claims: Any, expected: datetime | None
) -> None:
    http.post(EXCHANGE, json={"token": jwt(claims)})
    made = Client(connect(api_token="tk-us-x"))
    assert made.log_in() == (jwt(claims), expected)
    assert len(http.calls) == 1
