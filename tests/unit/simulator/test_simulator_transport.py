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
from typing import Any

import pytest


def pagination(answer: Any) -> Any:
    assert answer.status_code == 200
    return answer.json()["meta"]["pagination"]


@pytest.fixture
def five(sim: Any, mireille: Any) -> None:
    """Four projects beside the default one."""
    for name in "abcd":
        sim.add_project(mireille, name)


def test_there_are_no_pages_without_switches(me: Any, five: None) -> None:
    answer = me.get("/v1/projects", page=2, per_page=1).json()
    assert list(answer) == ["projects"]
    assert len(answer["projects"]) == 5


def test_the_pages_lead_through_the_whole_list(sim: Any, me: Any, five: None) -> None:
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


def test_a_page_beyond_the_end_is_empty(sim: Any, me: Any, five: None) -> None:
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


def test_the_first_and_the_last_page_can_lead_to_themselves(sim: Any, me: Any, five: None) -> None:
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


def test_the_page_before_can_have_another_key(sim: Any, me: Any, five: None) -> None:
    sim.set(page_size=2, page_key="previous_page")
    found = pagination(me.get("/v1/projects", page=2))
    assert found["previous_page"] == 1 and "prev_page" not in found


def test_per_page_counts_up_to_page_max(sim: Any, me: Any, five: None) -> None:
    sim.set(page_size=2)
    assert len(me.get("/v1/projects", per_page=4).json()["projects"]) == 4
    sim.set(page_max=3)
    assert len(me.get("/v1/projects", per_page=4).json()["projects"]) == 3


@pytest.mark.parametrize("page", ["0", "-1", "x", "1.5", "", "²", "9" * 30])
def test_a_bad_page_is_refused(sim: Any, me: Any, page: str) -> None:
    sim.set(page_size=2)
    answer = me.get("/v1/projects", page=page)
    assert (answer.status_code, answer.json()) == (400, {"error": "page must be a positive number"})


def test_every_list_of_the_api_host_comes_in_pages(sim: Any, me: Any, web: Any) -> None:
    sim.set(page_size=1)
    paths = ["apps", f"projects/{web['id']}/eligible_new_owners", f"projects/{web['id']}/transfer_invitations"]
    assert [pagination(me.get(f"/v1/{path}"))["total_count"] for path in paths] == [1, 2, 0]


def test_there_is_no_rate_limit_without_switches(me: Any) -> None:
    assert {me.get("/v1/apps").status_code for _request in range(70)} == {200}


def test_the_rate_limit_refuses_one_account_until_the_minute_is_over(sim: Any, me: Any, them: Any) -> None:
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


def test_a_sliding_window_forgets_each_request_after_a_minute(sim: Any, me: Any) -> None:
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


def test_a_refusal_can_say_when_to_retry(sim: Any, me: Any) -> None:
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


def test_the_window_can_be_another_than_a_minute(sim: Any, me: Any) -> None:
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
def test_the_rate_limit_is_for_an_account_a_token_or_an_address(
    sim: Any, client: Any, mireille: Any, me: Any, them: Any, scope: str, same_account: int, other_account: int
) -> None:
    sim.set(rate_limit=1, rate_scope=scope)
    sim.clock.freeze()
    assert me.get("/v1/apps").status_code == 200
    assert me.get("/v1/apps").status_code == 429
    assert client(sim.api_url, mireille).get("/v1/apps").status_code == same_account
    assert them.get("/v1/apps").status_code == other_account


@pytest.mark.parametrize("value, status", [(False, 200), (True, 429)])
def test_the_auth_host_has_a_rate_limit_only_if_switched(
    sim: Any, client: Any, mireille: Any, me: Any, value: bool, status: int
) -> None:
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
def test_an_error_has_the_format_of_the_switch(
    sim: Any, me: Any, anybody: Any, form: str, content_type: str, body: Any
) -> None:
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
def test_an_invalid_field_is_told_in_the_style_of_the_switch(sim: Any, me: Any, style: str, body: Any) -> None:
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
def test_what_is_not_found_is_told_in_the_style_of_the_switch(sim: Any, me: Any, style: str, body: Any) -> None:
    sim.set(not_found_style=style)
    assert me.get("/v1/projects/none").json() == body
    assert "message" in me.get("/v1/none").json()


@pytest.mark.parametrize("prefix", ["prj", "pr"])
def test_ids_have_the_prefix_of_the_switch(sim: Any, me: Any, prefix: str) -> None:
    sim.set(id_prefix=prefix)
    assert me.create("web").json()["project"]["id"].startswith(f"{prefix}-")


@pytest.mark.parametrize("style, pattern", [("Z", r".*\.\d{3}Z"), ("offset", r".*\.\d{3}\+02:00")])
def test_dates_in_every_style_are_the_same_moment(sim: Any, me: Any, style: str, pattern: str) -> None:
    sim.set(dates=style)
    created_at = me.create("web").json()["project"]["created_at"]
    assert re.fullmatch(pattern, created_at)
    moment = parsedate_to_datetime(me.get("/v1/apps").headers["Date"])
    shown = created_at.replace("Z", "+00:00")
    assert abs((moment - moment.fromisoformat(shown)).total_seconds()) < 5


@pytest.mark.parametrize("value", [True, False])
def test_flags_are_shown_only_if_switched(sim: Any, me: Any, mireille: Any, value: bool) -> None:
    sim.set(show_flags=value)
    project = sim.add_project(mireille, "web", flags={"private-network": True})
    assert me.show(project).json()["project"].get("flags") == ({"private-network": True} if value else None)
    assert ("flags" in project["owner"]) is value


@pytest.mark.parametrize("value", [True, False])
def test_more_fields_are_shown_only_if_switched(sim: Any, me: Any, value: bool) -> None:
    sim.set(extra_fields=value)
    assert ("simulator_extra" in me.create("web").json()["project"]) is value


def test_every_answer_has_an_id_of_its_own_unless_switched_off(sim: Any, me: Any, anybody: Any) -> None:
    answers = [me.get("/v1/apps"), anybody.get("/v1/apps"), me.get("/none")]
    assert len({uuid.UUID(answer.headers["X-Request-Id"]) for answer in answers}) == 3
    sim.set(request_ids=False)
    assert "X-Request-Id" not in me.get("/v1/apps").headers


def test_latency_delays_every_answer(sim: Any, me: Any) -> None:
    me.get("/v1/apps")
    sim.set(latency=0.3)
    started = time.monotonic()
    me.get("/v1/apps")
    assert time.monotonic() - started >= 0.3


def test_the_date_header_follows_the_clock(sim: Any, me: Any) -> None:
    sim.clock.freeze()
    sim.clock.advance(minutes=50)
    date = parsedate_to_datetime(me.get("/v1/apps").headers["Date"])
    assert date == sim.clock.now().replace(microsecond=0)


def test_a_connection_stays_open(sim: Any, mireille: Any) -> None:
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


def test_the_less_usual_parts_of_http_are_understood(sim: Any, mireille: Any) -> None:
    head = f"Host: simulator\r\nAuthorization: Bearer {mireille.bearer()}\r\nContent-Type: application/json\r\n"
    body = b'{"project": {"name": "web"}}'

    def talk(data: bytes) -> bytes:
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


def test_requests_are_atomic(sim: Any, mireille: Any, client: Any) -> None:
    answers = []

    def create() -> None:
        answers.append(client(sim.api_url, mireille).create("same").status_code)

    threads = [threading.Thread(target=create) for _number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [201] + [422] * 11


def test_waiting_requests_do_not_delay_others(sim: Any, me: Any, them: Any) -> None:
    sim.fault("slow", account="mireille", seconds=1.5)
    slow = threading.Thread(target=me.get, args=("/v1/apps",))
    slow.start()
    started = time.monotonic()
    while not sim.calls("mireille") and time.monotonic() - started < 5:
        time.sleep(0.01)
    assert them.get("/v1/apps").status_code == 200
    assert slow.is_alive()
    slow.join()


def test_stop_is_quick_and_final() -> None:
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


def test_a_port_that_is_taken_is_an_error(sim: Any) -> None:
    from simulator import Simulator

    with pytest.raises(OSError):
        Simulator(port=int(sim.api_url.rsplit(":", 1)[1])).start()


def test_an_error_in_the_simulator_is_a_500(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from simulator import Simulator

    monkeypatch.setattr("simulator.projects.create", lambda *_arguments: 1 / 0)
    with Simulator(validate=False) as sim:
        answer = client(sim.api_url, sim.add_account("mireille")).create("web")
    assert (answer.status_code, answer.json()) == (500, {"error": "Internal error occured, we're on it!"})
