# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Forms of answers, pages, the rate limit, and the server itself."""

from __future__ import annotations

import http.client
import re
import socket
import threading
import time
import uuid
from email.utils import parsedate_to_datetime

import pytest


def pagination(answer):
    assert answer.status_code == 200
    return answer.json()["meta"]["pagination"]


@pytest.fixture
def five(sim, mireille):
    """Four projects beside the default one."""
    for name in "abcd":
        sim.add_project(mireille, name)


def test_no_pages_by_default(me, five):
    answer = me.get("/v1/projects", page=2, per_page=1).json()
    assert list(answer) == ["projects"]
    assert len(answer["projects"]) == 5


def test_pages(sim, me, five):
    sim.set(page_size=2)
    names, page = [], 1
    while page:
        answer = me.get("/v1/projects", page=page)
        names += [project["name"] for project in answer.json()["projects"]]
        page = pagination(answer)["next_page"]
    assert names == ["default", "a", "b", "c", "d"]
    assert pagination(me.get("/v1/projects", page=2)) == {
        "current_page": 2,
        "prev_page": 1,
        "next_page": 3,
        "total_pages": 3,
        "total_count": 5,
    }
    assert pagination(me.get("/v1/projects"))["prev_page"] is None
    assert pagination(me.get("/v1/projects", page=3))["next_page"] is None


def test_page_beyond_the_end(sim, me, five):
    sim.set(page_size=2)
    answer = me.get("/v1/projects", page=9)
    assert answer.json()["projects"] == []
    assert pagination(answer) == {
        "current_page": 9,
        "prev_page": 8,
        "next_page": None,
        "total_pages": 3,
        "total_count": 5,
    }


def test_page_style_last(sim, me, five):
    sim.set(page_size=2, page_style="last")
    first, last = (pagination(me.get("/v1/projects", page=page)) for page in (1, 3))
    assert first == {
        "current_page": 1,
        "prev_page": 1,
        "next_page": 2,
        "per_page": 2,
        "total_pages": 3,
        "total_count": 5,
    }
    assert (last["prev_page"], last["next_page"]) == (2, 3)


def test_page_key(sim, me, five):
    sim.set(page_size=2, page_key="previous_page")
    found = pagination(me.get("/v1/projects", page=2))
    assert found["previous_page"] == 1 and "prev_page" not in found


def test_per_page_and_page_max(sim, me, five):
    sim.set(page_size=2)
    assert len(me.get("/v1/projects", per_page=4).json()["projects"]) == 4
    sim.set(page_max=3)
    assert len(me.get("/v1/projects", per_page=4).json()["projects"]) == 3


@pytest.mark.parametrize("page", ["0", "-1", "x", "1.5", "", "²", "9" * 30])
def test_bad_page(sim, me, page):
    sim.set(page_size=2)
    answer = me.get("/v1/projects", page=page)
    assert (answer.status_code, answer.json()) == (400, {"error": "page must be a positive number"})


def test_every_list_of_the_api_host_comes_in_pages(sim, me, web):
    sim.set(page_size=1)
    paths = ["apps", f"projects/{web['id']}/eligible_new_owners", f"projects/{web['id']}/transfer_invitations"]
    assert [pagination(me.get(f"/v1/{path}"))["total_count"] for path in paths] == [1, 2, 0]


def test_no_rate_limit_by_default(me):
    assert {me.get("/v1/apps").status_code for _request in range(70)} == {200}


def test_rate_limit(sim, me, them):
    sim.set(rate_limit=60)
    sim.clock.freeze()
    sim.clock.advance(seconds=60 - sim.clock.timestamp() % 60)
    assert [me.get("/v1/apps").status_code for _request in range(61)] == [200] * 60 + [429]
    refused = me.create("web")
    assert (refused.status_code, refused.text) == (429, "Retry later\n")
    assert refused.headers["Content-Type"].startswith("text/plain")
    assert "Retry-After" not in refused.headers
    assert them.get("/v1/apps").status_code == 200
    sim.clock.advance(seconds=59.9)
    assert me.get("/v1/apps").status_code == 429
    sim.clock.advance(seconds=0.2)
    assert me.names() == ["default"]


def test_sliding_window(sim, me):
    sim.set(rate_limit=2, rate_mode="sliding", retry_after="seconds")
    sim.clock.freeze()
    sim.clock.advance(seconds=90 - sim.clock.timestamp() % 60)
    assert me.get("/v1/apps").status_code == 200
    sim.clock.advance(seconds=40)
    assert me.get("/v1/apps").status_code == 200
    refused = me.get("/v1/apps")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "20")
    sim.clock.advance(seconds=20)
    assert [me.get("/v1/apps").status_code for _request in range(2)] == [200, 429]


def test_retry_after(sim, me):
    sim.set(rate_limit=1, retry_after="seconds", rate_body="json")
    sim.clock.freeze()
    sim.clock.advance(seconds=100 - sim.clock.timestamp() % 60)
    me.get("/v1/apps")
    refused = me.get("/v1/apps")
    assert refused.headers["Retry-After"] == "20"
    assert refused.json() == {"error": "Retry later", "code": "too_many_requests"}
    sim.set(retry_after="date")
    headers = me.get("/v1/apps").headers
    assert (parsedate_to_datetime(headers["Retry-After"]) - parsedate_to_datetime(headers["Date"])).seconds == 20
    sim.clock.advance(seconds=20)
    assert me.get("/v1/apps").status_code == 200


def test_rate_window(sim, me):
    sim.set(rate_limit=1, rate_window=10)
    sim.clock.freeze()
    assert [me.get("/v1/apps").status_code for _request in range(2)] == [200, 429]
    sim.clock.advance(seconds=10)
    assert me.get("/v1/apps").status_code == 200


@pytest.mark.parametrize(
    "scope, same_account, other_account",
    [
        ("account", 429, 200),
        ("token", 200, 200),
        ("address", 429, 429),
    ],
)
def test_rate_scope(sim, client, mireille, me, them, scope, same_account, other_account):
    sim.set(rate_limit=1, rate_scope=scope)
    sim.clock.freeze()
    assert me.get("/v1/apps").status_code == 200
    assert me.get("/v1/apps").status_code == 429
    assert client(sim.api_url, mireille).get("/v1/apps").status_code == same_account
    assert them.get("/v1/apps").status_code == other_account


@pytest.mark.parametrize("value, status", [(False, 200), (True, 429)])
def test_rate_auth(sim, client, mireille, me, value, status):
    sim.set(rate_limit=1, rate_auth=value)
    sim.clock.freeze()
    me.get("/v1/apps")
    assert client(sim.auth_url, mireille).get("/v1/users/self").status_code == status
    assert me.get("/v1/apps").status_code == 429


@pytest.mark.parametrize(
    "form, content_type, body",
    [
        ("json", "application/json; charset=utf-8", '{"error": "unauthorized"}'),
        ("html", "text/html", "<h1>401 Unauthorized</h1>"),
        ("empty", "text/plain", ""),
    ],
)
def test_error_format(sim, me, anybody, form, content_type, body):
    sim.set(error_format=form)
    answer = anybody.get("/v1/projects")
    assert (answer.status_code, answer.headers["Content-Type"]) == (401, content_type)
    assert body in answer.text and bool(answer.text) is bool(body)
    assert me.get("/v1/projects/none").json() == {"resource": "project", "error": "not found"}


@pytest.mark.parametrize(
    "style, body",
    [
        ("flat", {"errors": {"name": ["can't be blank"]}}),
        ("nested", {"errors": {"name": [["can't be blank"]]}}),
        ("single", {"error": "name can't be blank"}),
    ],
)
def test_validation_style(sim, me, style, body):
    sim.set(validation_style=style)
    answer = me.create("")
    assert (answer.status_code, answer.json()) == (422, body)


@pytest.mark.parametrize(
    "style, body",
    [
        ("resource", {"resource": "project", "error": "not found"}),
        ("text", {"error": "project not found"}),
    ],
)
def test_not_found_style(sim, me, style, body):
    sim.set(not_found_style=style)
    assert me.get("/v1/projects/none").json() == body
    assert "message" in me.get("/v1/none").json()


@pytest.mark.parametrize("prefix", ["prj", "pr"])
def test_id_prefix(sim, me, prefix):
    sim.set(id_prefix=prefix)
    assert me.create("web").json()["project"]["id"].startswith(f"{prefix}-")


@pytest.mark.parametrize("style, pattern", [("Z", r".*\.\d{3}Z"), ("offset", r".*\.\d{3}\+02:00")])
def test_dates(sim, me, style, pattern):
    sim.set(dates=style)
    created_at = me.create("web").json()["project"]["created_at"]
    assert re.fullmatch(pattern, created_at)
    moment = parsedate_to_datetime(me.get("/v1/apps").headers["Date"])
    shown = created_at.replace("Z", "+00:00")
    assert abs((moment - moment.fromisoformat(shown)).total_seconds()) < 5


@pytest.mark.parametrize("value", [True, False])
def test_show_flags(sim, me, mireille, value):
    sim.set(show_flags=value)
    project = sim.add_project(mireille, "web", flags={"private-network": True})
    assert me.show(project).json()["project"].get("flags") == ({"private-network": True} if value else None)
    assert ("flags" in project["owner"]) is value


@pytest.mark.parametrize("value", [True, False])
def test_extra_fields(sim, me, value):
    sim.set(extra_fields=value)
    assert ("simulator_extra" in me.create("web").json()["project"]) is value


def test_request_ids(sim, me, anybody):
    answers = [me.get("/v1/apps"), anybody.get("/v1/apps"), me.get("/none")]
    assert len({uuid.UUID(answer.headers["X-Request-Id"]) for answer in answers}) == 3
    sim.set(request_ids=False)
    assert "X-Request-Id" not in me.get("/v1/apps").headers


def test_latency(sim, me):
    me.get("/v1/apps")
    sim.set(latency=0.3)
    started = time.monotonic()
    me.get("/v1/apps")
    assert time.monotonic() - started >= 0.3


def test_date_header_follows_the_clock(sim, me):
    sim.clock.freeze()
    sim.clock.advance(minutes=50)
    date = parsedate_to_datetime(me.get("/v1/apps").headers["Date"])
    assert date == sim.clock.now().replace(microsecond=0)


def test_connection_stays_open(sim, mireille):
    connection = http.client.HTTPConnection(sim.api_url.removeprefix("http://"), timeout=5)
    headers = {"Authorization": f"Bearer {mireille.bearer()}", "Content-Type": "application/json"}
    connection.request("GET", "/v1/projects", headers=headers)
    assert connection.getresponse().read()
    used = connection.sock
    assert used is not None
    for method, path in (
        ("HEAD", "/v1/projects"),
        ("POST", "/v1/projects"),
        ("GET", "/none"),
        ("DELETE", "/v1/projects"),
    ):
        connection.request(method, path, body=b"{" if method == "POST" else None, headers=headers)
        answer = connection.getresponse()
        assert answer.version == 11
        answer.read()
        assert connection.sock is used
    connection.close()


def test_raw_protocol(sim, mireille):
    head = f"Host: simulator\r\nAuthorization: Bearer {mireille.bearer()}\r\nContent-Type: application/json\r\n"
    body = b'{"project": {"name": "web"}}'

    def talk(data):
        with socket.create_connection(sim.api_url.removeprefix("http://").split(":"), timeout=5) as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65536), b""))

    chunked = f"POST /v1/projects HTTP/1.1\r\n{head}Transfer-Encoding: chunked\r\n\r\n{len(body):x}\r\n".encode()
    assert b" 201 " in talk(chunked + body + b"\r\n0\r\n\r\n").splitlines()[0]
    expecting = f"POST /v1/projects HTTP/1.1\r\n{head}Expect: 100-continue\r\nContent-Length: {len(body)}\r\n\r\n"
    answer = talk(expecting.encode() + body)
    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 422 ")
    for length in ("x", "-5"):
        assert talk(f"POST /v1/projects HTTP/1.1\r\n{head}Content-Length: {length}\r\n\r\n".encode()).startswith(
            b"HTTP/1.1 400 "
        )
    assert b"Connection: close" in talk(f"GET /v1/projects HTTP/1.0\r\n{head}\r\n".encode())


def test_requests_are_atomic(sim, mireille, client):
    answers = []

    def create():
        answers.append(client(sim.api_url, mireille).create("same").status_code)

    threads = [threading.Thread(target=create) for _number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [201] + [422] * 11


def test_waiting_requests_do_not_delay_others(sim, me, them):
    sim.fault("slow", account="mireille", seconds=1.5)
    slow = threading.Thread(target=me.get, args=("/v1/apps",))
    slow.start()
    started = time.monotonic()
    while not sim.calls("mireille") and time.monotonic() - started < 5:
        time.sleep(0.01)
    assert them.get("/v1/apps").status_code == 200
    assert slow.is_alive()
    slow.join()


def test_stop_is_quick_and_final():
    from simulator import Simulator

    sim = Simulator(latency=30)
    sim.start()
    host, port = sim.api_url.removeprefix("http://").split(":")
    connection = socket.create_connection((host, int(port)), timeout=5)
    connection.sendall(b"GET /v1/projects HTTP/1.1\r\nHost: simulator\r\n\r\n")
    while not sim.calls():
        time.sleep(0.01)
    started = time.monotonic()
    sim.stop()
    assert time.monotonic() - started < 3
    connection.close()
    with pytest.raises(OSError):
        socket.create_connection((host, int(port)), timeout=5)


def test_taken_port(sim):
    from simulator import Simulator

    with pytest.raises(OSError):
        Simulator(port=int(sim.api_url.rsplit(":", 1)[1])).start()


def test_error_in_the_simulator_is_a_500(client, monkeypatch):
    from simulator import Simulator

    monkeypatch.setattr("simulator.projects.create", lambda *_arguments: 1 / 0)
    with Simulator(validate=False) as sim:
        answer = client(sim.api_url, sim.add_account("mireille")).create("web")
    assert (answer.status_code, answer.json()) == (500, {"error": "Internal error occured, we're on it!"})
