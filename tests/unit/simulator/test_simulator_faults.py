# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults over real sockets."""

from __future__ import annotations

import http.client
import socket
import time
from typing import Any

import pytest
import requests


def raw(
    sim: Any, account: Any, method: str = "GET", path: str = "/v1/projects", body: bytes | None = None
) -> http.client.HTTPResponse:
    """A request with nothing between the test and the socket."""
    connection = http.client.HTTPConnection(sim.api_url.removeprefix("http://"), timeout=5)
    headers = {"Authorization": f"Bearer {account.bearer()}", "Content-Type": "application/json"}
    connection.request(method, path, body=body, headers=headers)
    return connection.getresponse()


def test_the_fault_status_answers_in_place_of_the_work(sim: Any, me: Any) -> None:
    sim.fault("status", status=502, body={"error": "bad gateway"}, headers={"X-Cause": "test"})
    answer = me.create("web")
    assert (answer.status_code, answer.json(), answer.headers["X-Cause"]) == (502, {"error": "bad gateway"}, "test")
    assert me.names() == ["default"]


@pytest.mark.parametrize(
    "body, content_type",
    [
        ("some text", "text/plain; charset=utf-8"),
        ({"a": 1}, "application/json; charset=utf-8"),
        (b"\xff", "application/octet-stream"),
    ],
)
def test_a_body_has_the_content_type_of_its_kind(sim: Any, me: Any, body: Any, content_type: str) -> None:
    sim.fault("status", status=418, body=body)
    answer = me.get("/v1/projects")
    assert (answer.status_code, answer.headers["Content-Type"]) == (418, content_type)
    assert answer.content == {str: b"some text", dict: b'{"a": 1}', bytes: b"\xff"}[type(body)]


def test_a_status_without_a_body_has_that_of_the_api(sim: Any, me: Any) -> None:
    sim.fault("status")
    answer = me.get("/v1/projects")
    assert (answer.status_code, answer.json()) == (503, {"error": "Service Unavailable"})
    sim.fault("status", status=429)
    assert me.get("/v1/projects").text == "Retry later\n"
    sim.fault("status", status=500)
    assert me.get("/v1/projects").json() == {"error": "Internal error occured, we're on it!"}
    sim.set(error_format="html")
    sim.fault("status", status=504)
    assert "<h1>504 Gateway Timeout</h1>" in me.get("/v1/projects").text


def test_the_fault_status_can_redirect(sim: Any, me: Any) -> None:
    sim.fault("status", status=302, body="", headers={"Location": "/elsewhere"})
    answer = me.get("/v1/projects")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/elsewhere")


def test_the_fault_drop_before_does_not_do_the_work(sim: Any, mireille: Any) -> None:
    sim.fault("drop_before", method="POST")
    with pytest.raises(http.client.RemoteDisconnected):
        raw(sim, mireille, "POST", body=b'{"project": {"name": "web"}}')
    assert [project["name"] for project in sim.projects(mireille)] == ["default"]


def test_the_fault_drop_after_does_the_work(sim: Any, mireille: Any) -> None:
    sim.fault("drop_after", method="POST")
    with pytest.raises(http.client.RemoteDisconnected):
        raw(sim, mireille, "POST", body=b'{"project": {"name": "web"}}')
    assert [project["name"] for project in sim.projects(mireille)] == ["default", "web"]
    assert (sim.requests[-1].status, sim.requests[-1].answer, sim.requests[-1].fault) == (None, None, "drop_after")


def test_the_fault_truncate_does_the_work_and_sends_half_of_the_answer(sim: Any, mireille: Any) -> None:
    sim.fault("truncate", method="POST")
    answer = raw(sim, mireille, "POST", body=b'{"project": {"name": "web"}}')
    with pytest.raises(http.client.IncompleteRead) as caught:
        answer.read()
    announced = int(answer.headers["Content-Length"])
    assert answer.status == 201
    assert 0 < len(caught.value.partial) == announced // 2
    assert [project["name"] for project in sim.projects(mireille)] == ["default", "web"]


def test_the_fault_garbage_does_the_work_and_spoils_the_body(sim: Any, me: Any) -> None:
    sim.fault("garbage", times=2)
    answer = me.create("web")
    assert answer.status_code == 201
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    with pytest.raises(ValueError):
        answer.json()
    assert me.get("/v1/projects").headers["Content-Length"] == str(len(answer.content))
    assert me.names() == ["default", "web"]
    sim.fault("garbage", body="<html>")
    assert me.get("/v1/projects").text == "<html>"


def test_the_fault_slow_delays_the_answer(sim: Any, me: Any) -> None:
    me.get("/v1/projects")
    sim.fault("slow", seconds=0.3)
    started = time.monotonic()
    assert me.names() == ["default"]
    assert time.monotonic() - started >= 0.3
    sim.fault("slow", seconds=1)
    with pytest.raises(requests.ReadTimeout):
        me.session.get(f"{sim.api_url}/v1/projects", timeout=0.1)


def test_the_fault_replace_does_the_work_and_answers_something_else(sim: Any, me: Any) -> None:
    sim.fault("replace", method="POST", status=502)
    answer = me.create("web")
    assert (answer.status_code, answer.json()) == (502, {"error": "Bad Gateway"})
    assert me.names() == ["default", "web"]
    sim.fault("replace", status=200, body={"projects": []}, headers={"X-Cause": "test"})
    answer = me.get("/v1/projects")
    assert (answer.status_code, answer.json(), answer.headers["X-Cause"]) == (200, {"projects": []}, "test")
    sim.fault("replace", status=202)
    answer = me.create("site")
    assert (answer.status_code, answer.json()["project"]["name"]) == (202, "site")


def test_a_fault_ends_after_its_times_or_when_it_is_cleared(sim: Any, me: Any) -> None:
    sim.fault("status", times=2)
    assert [me.get("/v1/projects").status_code for _request in range(3)] == [503, 503, 200]
    sim.fault("status", times=None)
    assert [me.get("/v1/projects").status_code for _request in range(4)] == [503] * 4
    sim.clear_faults()
    assert me.get("/v1/projects").status_code == 200


def test_a_request_that_one_fault_skips_meets_the_next_fault(sim: Any, me: Any) -> None:
    sim.fault("status", status=502, skip=1)
    sim.fault("status", status=504)
    assert [me.get("/v1/projects").status_code for _request in range(3)] == [504, 502, 200]


def test_a_fault_meets_only_the_requests_that_it_describes(
    sim: Any, client: Any, me: Any, them: Any, mireille: Any, tomasz: Any
) -> None:
    sim.fault("status", times=None, method="post", path="/v1/projects")
    sim.fault("status", times=None, path="/v1/projects/*/transfer_invitations", status=502)
    sim.fault("status", times=None, account=tomasz, path="/v1/apps", status=504)
    sim.fault("status", times=None, host="auth", path="*/self", status=500)
    assert me.create("web").status_code == 503
    assert me.get("/v1/projects").status_code == 200
    assert me.get("/v1/projects/x/transfer_invitations").status_code == 502
    assert me.get("/v1/projects/x").status_code == 404
    assert [caller.get("/v1/apps").status_code for caller in (me, them)] == [200, 504]
    assert me.get("/v1/users/self").status_code == 200
    assert client(sim.auth_url, mireille).get("/v1/users/self").status_code == 500


def test_a_fault_can_meet_the_exchange_of_an_account(sim: Any, mireille: Any) -> None:
    sim.fault("status", path="/v1/tokens/exchange", account="mireille")
    url = f"{sim.auth_url}/v1/tokens/exchange"
    answers = [requests.post(url, auth=("", mireille.api_token), timeout=5).status_code for _request in range(2)]
    assert answers == [503, 200]


@pytest.mark.parametrize(
    "arguments",
    [
        {"kind": "unknown"},
        {"kind": "status", "status": 99},
        {"kind": "status", "status": 299},
        {"kind": "status", "status": "503"},
        {"kind": "status", "headers": {"A": 1}},
        {"kind": "status", "headers": {"A": "line\r\nbreak"}},
        {"kind": "status", "seconds": 1},
        {"kind": "drop_before", "status": 503},
        {"kind": "slow"},
        {"kind": "slow", "seconds": -1},
        {"kind": "slow", "seconds": 1, "work_first": 1},
        {"kind": "close", "seconds": 1},
        {"kind": "garbage", "body": {}},
        {"kind": "replace"},
        {"kind": "status", "times": 0},
        {"kind": "status", "times": True},
        {"kind": "status", "skip": -1},
        {"kind": "status", "path": 5},
        {"kind": "status", "account": "nobody"},
    ],
)
def test_a_fault_with_a_mistake_is_refused(sim: Any, arguments: dict[str, Any]) -> None:
    from simulator import SimulatorError

    with pytest.raises(SimulatorError):
        sim.fault(**arguments)
    assert sim.faults == []


def test_the_fault_slow_can_do_the_work_first(sim: Any, me: Any, mireille: Any) -> None:
    me.get("/v1/projects")
    sim.fault("slow", method="POST", seconds=1, work_first=True)
    with pytest.raises(requests.ReadTimeout):
        me.session.post(f"{sim.api_url}/v1/projects", json={"project": {"name": "web"}}, timeout=0.3)
    assert [project["name"] for project in sim.projects(mireille)] == ["default", "web"]


def refused(sim: Any, host: str) -> bool:
    """Whether the system refuses a connection to a host, and nobody else has taken its port meanwhile."""
    url = sim.auth_url if host == "auth" else sim.region_urls[host]
    port = int(url.rpartition(":")[2])
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except ConnectionRefusedError:
        with socket.socket() as other, pytest.raises(OSError, match="in use"):
            other.bind(("127.0.0.1", port))
        return True
    return False


def test_a_closed_host_refuses_until_it_is_opened(sim: Any, me: Any) -> None:
    assert me.names() == ["default"]
    for _twice in range(2):
        sim.close("osc-fr1")
        sim.close("osc-fr1")
        assert [refused(sim, host) for host in ("osc-fr1", "auth", "osc-secnum-fr1")] == [True, False, False]
        with pytest.raises(requests.ConnectionError):
            me.get("/v1/projects")
        sim.open("osc-fr1")
        sim.open("osc-fr1")
        assert me.names() == ["default"]
    assert sim.calls() == ["GET /v1/projects"] * 3


def test_the_fault_close_lets_the_last_answer_through(sim: Any, me: Any, mireille: Any) -> None:
    sim.fault("close", method="POST", path="/v1/projects")
    answer = me.create("web")
    assert (answer.status_code, answer.headers["Connection"]) == (201, "close")
    assert refused(sim, "osc-fr1")
    sim.open("osc-fr1")
    assert me.names() == ["default", "web"]


def test_a_simulator_stops_with_a_closed_host_and_starts_anew(sim: Any) -> None:
    sim.close("auth")
    sim.reset()
    assert not refused(sim, "auth")
    sim.close("auth")
    sim.stop()
    sim.start()
    assert not refused(sim, "auth")


def test_only_a_host_can_be_closed(sim: Any) -> None:
    from simulator import Simulator, SimulatorError

    for host in ("control", "mars"):
        with pytest.raises(SimulatorError, match="unknown host"):
            sim.close(host)
    with pytest.raises(SimulatorError, match="does not run"):
        Simulator().close("auth")
