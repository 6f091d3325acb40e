# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the client retries, how often, and how long it waits. These tests take no time: their clock is not real."""

from __future__ import annotations

from collections.abc import Callable
from email.utils import formatdate
from typing import Any

import pytest
import requests
import responses
import urllib3
from ansible_collections.community.scalingo.plugins.module_utils._errors import ApiError, RequestError
from ansible_collections.community.scalingo.plugins.module_utils._http.client import Client

URL = "https://api.osc-fr1.scalingo.com/v1/projects"
# What success looks like. Under a 204 there is nothing.
SUCCESS: dict[str, dict[str, Any]] = {
    "GET": {"status": 200, "json": {"a": 1}},
    "POST": {"status": 201, "json": {"a": 1}},
    "PATCH": {"status": 200, "json": {"a": 1}},
    "DELETE": {"status": 204},
}
each_method = pytest.mark.parametrize("method", SUCCESS)

Make = Callable[..., Client]
Mock = responses.RequestsMock


@pytest.fixture
def told() -> list[str]:
    """What the client says when it waits."""
    return []


@pytest.fixture
def client(connect: Any, clock: Any, told: list[str]) -> Make:
    def make(max_wait: float = 300, **options: Any) -> Client:
        return Client(connect(max_wait=max_wait, **options), on_wait=told.append)

    return make


def call(client: Client, method: str = "GET") -> Any:
    if method == "GET":
        return client.get("/v1/projects").json
    return client.write(method, "/v1/projects", SUCCESS[method]["status"], {}).json


def failure(client: Client, method: str = "GET") -> RequestError:
    with pytest.raises(RequestError) as error:
        call(client, method)
    return error.value


def timeouts(http: Mock) -> list[float]:
    return [each.request.req_kwargs["timeout"] for each in http.calls]


def late(clock: Any) -> Callable[[Any], Any]:
    def wait(request: Any) -> Any:
        clock.now += request.req_kwargs["timeout"]
        raise requests.ReadTimeout

    return wait


REFUSED = requests.ConnectionError(
    urllib3.exceptions.MaxRetryError(None, URL, urllib3.exceptions.NewConnectionError(None, "[Errno 111] refused"))
)
UNTRUSTED = requests.exceptions.SSLError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed")
# A fault; whether reads are retried after it, and whether writes are; and how many tries there are if it lasts.
FAULTS: dict[str, tuple[dict[str, Any], bool, bool, int | None]] = {
    "429": ({"status": 429, "body": "Retry later"}, True, True, None),
    "500": ({"status": 500}, True, False, None),
    "502": ({"status": 502, "body": "<html>"}, True, False, None),
    "no response in time": ({"body": requests.ReadTimeout()}, True, False, None),
    "dropped": ({"body": requests.ConnectionError("Connection aborted.")}, True, False, None),
    "refused": ({"body": REFUSED}, True, True, 3),
    "no connection in time": ({"body": requests.ConnectTimeout()}, True, True, 3),
    # Once the connection is open, what the server does is blamed on the proxy.
    "dropped through a proxy": ({"body": requests.exceptions.ProxyError()}, True, False, None),
    "HTML": ({"status": 200, "body": "<html>"}, True, False, 3),
    "empty": ({"status": 200, "body": ""}, True, False, 3),
    "list": ({"status": 200, "json": []}, False, False, 1),
    "null": ({"status": 200, "body": "null"}, False, False, 1),
    "other success": ({"status": 202, "json": {}}, False, False, 1),
    "redirect": ({"status": 302, "headers": {"Location": URL}}, False, False, 1),
    **{status: ({"status": int(status)}, False, False, 1) for status in ("400", "401", "404", "407", "409", "422")},
    "not found": ({"status": 404, "json": {"error": "not found"}}, False, False, 1),
    "certificate": ({"body": UNTRUSTED}, False, False, 1),
}


@each_method
@pytest.mark.parametrize(("fault", "reads", "writes", "tries"), FAULTS.values(), ids=FAULTS)
def test_retry_depends_on_fault_and_verb(
    http: Mock, client: Make, clock: Any, method: str, fault: Any, reads: bool, writes: bool, tries: int | None
) -> None:
    # What reads as success must have the status that the verb hopes for.
    status = {"status": SUCCESS[method]["status"]} if fault.get("status") == 200 and method != "DELETE" else {}
    fault = {**fault, **status}
    http.add(method, URL, **fault)
    # With max_wait=0, never.
    assert "Tried" not in str(failure(client(max_wait=0), method))
    assert (len(http.calls), clock.sleeps) == (1, [])
    # As long as it lasts.
    error = failure(client(), method)
    sent = len(http.calls) - 1
    if not (reads if method == "GET" else writes):
        assert sent == 1
        return
    assert sent == tries if tries else sent > 15, "it should use the time it has"
    if not tries:
        assert f"Tried {sent} times; max_wait (300 s) leaves no time for another attempt." in str(error)
        assert str(error).endswith("Increase it or rerun later.") is (fault.get("status") == 429)
    # Once.
    http.reset()
    http.add(method, URL, **fault)
    http.add(method, URL, **SUCCESS[method])
    assert call(client(), method) == SUCCESS[method].get("json")
    assert len(http.calls) == 2
    assert http.calls[-1].request.body == http.calls[-2].request.body


def test_retry_reached_host_that_refuses_for_a_while_passes(http: Mock, client: Make) -> None:
    """A restart of the API takes longer than three tries."""
    made = client()
    http.get(URL, json={})
    for _time in range(6):
        http.get(URL, body=REFUSED)
    http.get(URL, json={"a": 1})
    call(made)
    assert call(made) == {"a": 1}
    assert len(http.calls) == 8


# How long the waits are


@pytest.mark.parametrize(
    ("status", "least", "most", "waits"),
    [(503, 0.8, 1, [0.5, 1, 2, 4, 8, 15, 15, 15, 15]), (429, 0.75, 1.25, [4, 4.8, 5.76, 6, 6, 6, 6])],
)
def test_wait_grows_up_to_a_limit_and_varies(
    http: Mock, client: Make, clock: Any, status: int, least: float, most: float, waits: list[float]
) -> None:
    http.get(URL, status=status)
    failure(client(max_wait=600))
    for wait, usual in zip(clock.sleeps, waits):
        assert least * usual <= wait <= most * usual
    assert len({round(wait, 6) for wait in clock.sleeps}) > 20


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7), ("60", 60), ("61", 60), ("999999999", 60), ("in 20 seconds", 20), ("in an hour", 60)],
)
@pytest.mark.parametrize(("method", "status"), [("GET", 429), ("POST", 429), ("GET", 503)])
def test_wait_is_retry_after_up_to_a_minute(
    http: Mock, client: Make, clock: Any, method: str, status: int, value: str, seconds: float
) -> None:
    """Else a proxy that is down for the night would end every task at once, however long it may wait."""
    date = clock.time()
    dates = {"in 20 seconds": formatdate(date + 20, usegmt=True), "in an hour": formatdate(date + 3600, usegmt=True)}
    headers = {"Retry-After": dates.get(value, value), "Date": formatdate(date, usegmt=True)}
    http.add(method, URL, status=status, headers=headers)
    http.add(method, URL, **SUCCESS[method])
    call(client(), method)
    (wait,) = clock.sleeps
    # And a bit, so that not all jobs come at once.
    assert seconds <= wait <= seconds + 0.5


@pytest.mark.parametrize("value", ["1", "0", "Sun, 06 Nov 1994 08:49:37 GMT"])
def test_wait_after_a_retry_after_that_was_wrong_is_the_usual(http: Mock, client: Make, clock: Any, value: str) -> None:
    """It may name a moment that has passed, for ever."""
    http.get(URL, status=429, headers={"Retry-After": value})
    failure(client())
    assert clock.sleeps[0] >= 0.5
    assert all(0.75 * 4 <= wait <= 1.25 * 6 for wait in clock.sleeps[1:])


@pytest.mark.parametrize("max_wait", [1, 60])
def test_wait_longer_than_there_is_time_ends_at_once(
    http: Mock, client: Make, clock: Any, told: list[str], max_wait: float
) -> None:
    http.get(URL, status=429, headers={"Retry-After": "60"})
    error = failure(client(max_wait=max_wait))
    assert (clock.sleeps, told, len(http.calls)) == ([], [], 1)
    assert isinstance(error, ApiError) and error.retry_after == 60


# What max_wait limits


@pytest.mark.parametrize("max_wait", [0.5, 20, 100, 300])
def test_max_wait_counts_slow_requests_once_one_has_failed(
    http: Mock, client: Make, clock: Any, max_wait: float
) -> None:
    """And the last one gets no more time than is left."""
    http.add_callback("GET", URL, late(clock))
    failure(client(max_wait=max_wait, timeout=30))
    assert clock.passed <= 30 + max_wait + 0.1
    assert timeouts(http)[0] == max(timeouts(http)) == 30
    assert min(timeouts(http)) > 0


def test_max_wait_try_with_hardly_any_time_left_does_not_hide_the_fault(http: Mock, client: Make, clock: Any) -> None:
    """The message must say that the API is broken, not that it was slow for a part of a second."""

    def fail_or_be_late(request: Any) -> tuple[int, dict[str, str], str]:
        if request.req_kwargs["timeout"] < 20:
            late(clock)(request)
        clock.now += 0.1
        return 503, {}, ""

    http.add_callback("GET", URL, fail_or_be_late)
    error = failure(client(max_wait=35, timeout=30))
    assert isinstance(error, ApiError) and f"HTTP 503. Tried {len(http.calls)} times; max_wait (35 s)" in str(error)
    assert timeouts(http)[-1] < 20, "no try was cut short"


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_max_wait_leaves_a_write_its_whole_timeout(http: Mock, client: Make, method: str) -> None:
    """With less, it could take effect after the task has given up on it."""
    http.add(method, URL, status=429)
    assert not failure(client(max_wait=15, timeout=30), method).outcome_unknown
    assert len(timeouts(http)) > 1 and set(timeouts(http)) == {30}


def test_max_wait_does_not_count_requests_that_succeed(http: Mock, client: Make, clock: Any) -> None:
    def slow(_request: Any) -> tuple[int, dict[str, str], str]:
        clock.now += 25
        return 200, {}, "{}"

    http.add_callback("GET", URL, slow)
    made = client(max_wait=20)
    for _time in range(3):
        call(made)
    http.replace("GET", URL, status=503)
    failure(made)
    assert sum(clock.sleeps) > 5


def test_max_wait_is_for_all_requests_of_a_task(http: Mock, connect: Any, clock: Any) -> None:
    """The exchange is one of them; and a failure uses up no more than it took."""
    exchange = "https://auth.scalingo.com/v1/tokens/exchange"
    http.post(exchange, status=429, headers={"Retry-After": "8"})
    http.post(exchange, json={"token": "b1"})
    http.get(URL, status=404, json={"error": "not found"})
    for _time in range(2):
        http.get(URL, status=429, headers={"Retry-After": "8"})
        http.get(URL, json={})
    made = Client(connect(api_token="tk-us-x", max_wait=20))
    failure(made)
    clock.now += 1000
    call(made)
    assert [round(wait - 0.25) for wait in clock.sleeps] == [8, 8]
    failure(made)
    assert len(clock.sleeps) == 2


@pytest.mark.parametrize("max_wait", [0, 29, 61, 300])
def test_max_wait_limits_requests_that_each_get_no_response_at_first(
    http: Mock, client: Make, clock: Any, max_wait: float
) -> None:
    """Two timeouts more than max_wait is the most: that of the first one, and that of the one which ends it."""

    def late_at_first(request: Any) -> tuple[int, dict[str, str], str]:
        if len(http.calls) % 2 == 0:
            late(clock)(request)
        return 200, {}, "{}"

    http.add_callback("GET", URL, late_at_first)
    made = client(max_wait=max_wait, timeout=30)
    with pytest.raises(RequestError, match="leaves no time for another attempt"):
        for _request in range(100):
            call(made)
    assert max_wait - 30 <= clock.passed <= max_wait + 60


# Waits before a write is sent again


@pytest.mark.parametrize("max_wait", [0, 10])
def test_pause_stays_within_max_wait(http: Mock, client: Make, clock: Any, max_wait: float) -> None:
    made = client(max_wait=max_wait)
    failures = 1
    while made.retry.pause(failures, RequestError("lost")):
        failures += 1
        clock.now += 100  # what is done in between counts elsewhere
        assert failures < 50
    assert max_wait - 8 <= sum(clock.sleeps) <= max_wait
    http.get(URL, status=503, headers={"Retry-After": "8"})
    failure(made)
    assert clock.sleeps[failures:] == [], "both share it"


@pytest.mark.parametrize(("max_wait", "retries"), [(0, 0), (29, 0), (65, 2), (300, 9)])
def test_pause_counts_the_timeout_that_may_follow(
    http: Mock, client: Make, clock: Any, max_wait: float, retries: int
) -> None:
    """A write whose response was late may be late again, each time for the whole timeout."""
    http.add_callback("POST", URL, late(clock))
    made = client(max_wait=max_wait, timeout=30)
    retried, error = 0, failure(made, "POST")
    assert error.outcome_unknown
    while made.retry.pause(retried + 1, error):
        error = failure(made, "POST")
        retried += 1
    assert clock.passed <= 30 + max_wait
    assert min(retries, 1) <= retried <= retries


# What is told of a wait


@pytest.mark.parametrize(("waits", "sentences"), [((), 0), ((2,), 0), ((4,), 1), ((2, 2), 1), ((4, 9, 50), 1)])
def test_on_wait_has_one_sentence_for_all_waits_of_a_request(
    http: Mock, client: Make, told: list[str], waits: tuple[int, ...], sentences: int
) -> None:
    made = client()
    for requests_ in (1, 2):
        for wait in waits:
            http.get(URL, status=429, headers={"Retry-After": str(wait)})
        http.get(URL, json={})
        call(made)
        assert len(told) == requests_ * sentences
