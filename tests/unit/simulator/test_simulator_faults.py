# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults over real sockets."""

from __future__ import annotations

import socket
import time
from typing import Any

import pytest
import requests
from scene import Scene

DISCONNECTED = "Remote end closed connection"


@pytest.mark.parametrize(
    ("fault", "content", "content_type"),
    [
        ({"status": 418, "body": "text"}, b"text", "text/plain; charset=utf-8"),
        ({"status": 418, "body": {"a": 1}}, b'{"a": 1}', "application/json; charset=utf-8"),
        ({"status": 418, "body": b"\xff"}, b"\xff", "application/octet-stream"),
        ({}, b'{"error": "Service Unavailable"}', "application/json; charset=utf-8"),
        ({"status": 302, "body": "", "headers": {"Location": "/elsewhere"}}, b"", "text/plain; charset=utf-8"),
    ],
)
def test_status_takes_the_place_of_the_work(scene: Scene, fault: Any, content: bytes, content_type: str) -> None:
    scene.sim.fault("status", **fault)
    response = scene.me.create("site")
    assert (response.status_code, response.content) == (fault.get("status", 503), content)
    assert response.headers["Content-Type"] == content_type
    assert fault.get("headers", {}).items() <= response.headers.items()
    assert scene.me.names() == ["default", "web"]


@pytest.mark.parametrize(
    ("fault", "done", "expected"),  # the last: what a requests error says, or status, body, and a header
    [
        ({"kind": "drop_before"}, False, DISCONNECTED),
        ({"kind": "drop_after"}, True, DISCONNECTED),
        ({"kind": "truncate"}, True, "IncompleteRead"),
        ({"kind": "garbage"}, True, (201, '{"this is": not JSON', None)),
        ({"kind": "garbage", "body": "<html>"}, True, (201, "<html>", None)),
        ({"kind": "replace", "status": 502}, True, (502, '{"error": "Bad Gateway"}', None)),
        ({"kind": "replace", "status": 202, "headers": {"X-Cause": "a"}}, True, (202, "site", "a")),
        ({"kind": "replace", "body": {}, "headers": {"X-Cause": "a"}}, True, (201, "{}", "a")),
        ({"kind": "close"}, True, (201, "site", None)),
    ],
)
def test_fault_spoils_the_response(scene: Scene, fault: dict[str, Any], done: bool, expected: Any) -> None:
    scene.sim.fault(method="POST", path="/v1/projects", **fault)
    if isinstance(expected, str):
        with pytest.raises(requests.exceptions.RequestException, match=expected):
            scene.me.create("site")
    else:
        response = scene.me.create("site")
        assert (response.status_code, response.headers.get("X-Cause")) == (expected[0], expected[2])
        assert expected[1] in response.text
    assert ("site" in [one["name"] for one in scene.sim.projects("mireille")]) is done
    record = scene.sim.requests[-1]
    assert record.fault == fault["kind"]
    assert "drop" not in fault["kind"] or (record.status, record.answer) == (None, None)
    scene.sim.open("osc-fr1")


@pytest.mark.parametrize("work_first", [False, True])
def test_slow_waits_before_or_after_the_work(scene: Scene, work_first: bool) -> None:
    scene.me.names()  # a host is built for its first request
    scene.sim.fault("slow", seconds=2, work_first=work_first)
    started = time.monotonic()
    with pytest.raises(requests.ReadTimeout):
        scene.me("POST", "/v1/projects", json={"project": {"name": "site"}}, timeout=0.1)
    while "site" not in [one["name"] for one in scene.sim.projects("mireille")]:
        time.sleep(0.01)
    assert (time.monotonic() - started < 2) is work_first


def test_fault_ends_after_its_times_or_when_it_is_cleared(scene: Scene) -> None:
    def statuses(number: int) -> list[int]:
        return [scene.me.get("/v1/projects").status_code for _request in range(number)]

    scene.sim.fault("status", times=2)
    assert statuses(3) == [503, 503, 200]
    scene.sim.fault("status", times=None)
    assert statuses(4) == [503] * 4
    scene.sim.clear_faults()
    assert statuses(1) == [200]
    last = scene.sim.fault("status", status=502, skip=1)
    scene.sim.fault("status", status=504)
    scene.sim.fault("status", status=500, after=last)
    assert statuses(4) == [504, 502, 500, 200]


def test_fault_meets_only_the_requests_that_it_describes(scene: Scene) -> None:
    for status, fault in {
        500: {"host": "auth", "path": "*/self"},
        502: {"path": "/v1/projects/*/transfer_invitations"},
        503: {"method": "post", "path": "/v1/projects"},
        504: {"account": scene.tomasz, "path": "/v1/apps"},
        418: {"account": "ines", "path": "/v1/tokens/exchange"},
    }.items():
        scene.sim.fault("status", status=status, times=None, **fault)
    assert [caller.get("/v1/users/self").status_code for caller in (scene.me, scene.auth)] == [200, 500]
    assert [scene.me.invitations(scene.web).status_code, scene.me.show(scene.web).status_code] == [502, 200]
    assert [scene.me.create("site").status_code, scene.me.get("/v1/projects").status_code] == [503, 200]
    assert [caller.get("/v1/apps").status_code for caller in (scene.me, scene.them)] == [200, 504]
    tokens = [account.api_token for account in (scene.mireille, scene.ines)]
    assert [scene.exchange(token).status_code for token in tokens] == [200, 418]


def test_closed_host_refuses_connections_until_it_is_opened(scene: Scene) -> None:
    sim, port = scene.sim, int(scene.sim.api_url.rpartition(":")[2])
    for again in (lambda: sim.open("osc-fr1"), sim.reset):
        sim.fault("close", method="POST")
        assert scene.me.create("site").headers["Connection"] == "close"
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=5)
        with socket.socket() as other, pytest.raises(OSError, match="in use"):  # no other program gets the port
            other.bind(("127.0.0.1", port))
        assert scene.auth.get("/v1/users/self").status_code == 200
        again()
        assert "default" in scene.me.names()
