# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the client repeats, how often, and how long it waits. Nobody waits for these tests: their clock is not real."""

from __future__ import annotations

from collections.abc import Callable
from email.utils import formatdate
from typing import Any

import pytest
import requests
import responses
import urllib3
from ansible_collections.community.scalingo.plugins.module_utils._client import Client
from ansible_collections.community.scalingo.plugins.module_utils._errors import ApiError, RequestError

URL = "https://api.osc-fr1.scalingo.com/v1/projects"
SUCCESS = {"GET": 200, "POST": 201, "PATCH": 200, "DELETE": 204}
METHODS = list(SUCCESS)
# What success looks like. Under a 204 there is nothing.
ANSWERS: dict[str, dict[str, Any]] = {
    method: {"status": status} if status == 204 else {"status": status, "json": {"a": 1}}
    for method, status in SUCCESS.items()
}


@pytest.fixture
def client(connect: Any, clock: Any) -> Callable[..., Client]:
    def make(max_wait: float = 300, **options: Any) -> Client:
        return Client(connect(max_wait=max_wait, **options))

    return make


def call(client: Client, method: str = "GET") -> Any:
    if method == "GET":
        return client.get("/v1/projects")
    return client.write(method, "/v1/projects", SUCCESS[method], {})


def failure(client: Client, method: str = "GET") -> RequestError:
    with pytest.raises(RequestError) as error:
        call(client, method)
    return error.value


def refused() -> requests.ConnectionError:
    """A refused connection, as `requests` reports it."""
    reason = urllib3.exceptions.NewConnectionError(None, "[Errno 111] Connection refused")
    return requests.ConnectionError(urllib3.exceptions.MaxRetryError(None, URL, reason))


def untrusted() -> requests.exceptions.SSLError:
    return requests.exceptions.SSLError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed")


# A fault; whether reads are repeated after it, and whether writes are; and how many tries there are if it lasts.
FAULTS: dict[str, tuple[dict[str, Any], bool, bool, int | None]] = {
    "429": ({"status": 429, "body": "Retry later"}, True, True, None),
    "429 in JSON": ({"status": 429, "json": {"error": "no"}}, True, True, None),
    "500": ({"status": 500}, True, False, None),
    "502": ({"status": 502, "body": "<html>"}, True, False, None),
    "503": ({"status": 503}, True, False, None),
    "504": ({"status": 504}, True, False, None),
    "no answer in time": ({"body": requests.ReadTimeout()}, True, False, None),
    "dropped": ({"body": requests.ConnectionError("Connection aborted.")}, True, False, None),
    "refused": ({"body": refused()}, True, True, 3),
    "no connection in time": ({"body": requests.ConnectTimeout()}, True, True, 3),
    # Once the connection is open, what the server does is blamed on the proxy.
    "dropped through a proxy": ({"body": requests.exceptions.ProxyError()}, True, False, None),
    "HTML": ({"status": 200, "body": "<html>"}, True, False, 3),
    "empty": ({"status": 200, "body": ""}, True, False, 3),
    "list": ({"status": 200, "json": []}, False, False, 1),
    "null": ({"status": 200, "body": "null"}, False, False, 1),
    "other success": ({"status": 202, "json": {}}, False, False, 1),
    "redirect": ({"status": 302, "headers": {"Location": URL}}, False, False, 1),
    "not modified": ({"status": 304}, False, False, 1),
    "400": ({"status": 400}, False, False, 1),
    "401": ({"status": 401}, False, False, 1),
    "402": ({"status": 402}, False, False, 1),
    "403": ({"status": 403}, False, False, 1),
    "404": ({"status": 404, "json": {"error": "not found"}}, False, False, 1),
    "no such route": ({"status": 404, "body": "<html>"}, False, False, 1),
    "409": ({"status": 409}, False, False, 1),
    "422": ({"status": 422}, False, False, 1),
    "certificate": ({"body": untrusted()}, False, False, 1),
}


def add_fault(http: responses.RequestsMock, method: str, fault: dict[str, Any]) -> None:
    # What reads as success must have the status that the verb hopes for.
    status = {"status": SUCCESS[method]} if fault.get("status") == 200 and method != "DELETE" else {}
    http.add(method, URL, **{**fault, **status})


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("fault", "reads", "writes", "_tries"), FAULTS.values(), ids=FAULTS)
def test_what_is_repeated_after_one_fault(
    http: responses.RequestsMock, client: Any, method: str, fault: Any, reads: bool, writes: bool, _tries: Any
) -> None:
    add_fault(http, method, fault)
    http.add(method, URL, **ANSWERS[method])
    if reads if method == "GET" else writes:
        assert call(client(), method) == ({} if method == "DELETE" else {"a": 1})
        assert len(http.calls) == 2
        assert http.calls[0].request.body == http.calls[1].request.body
    else:
        failure(client(), method)
        assert len(http.calls) == 1


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("fault", "reads", "writes", "tries"), FAULTS.values(), ids=FAULTS)
def test_how_often_a_lasting_fault_is_tried(
    http: responses.RequestsMock, client: Any, method: str, fault: Any, reads: bool, writes: bool, tries: int | None
) -> None:
    add_fault(http, method, fault)
    error = failure(client(), method)
    if not (reads if method == "GET" else writes):
        assert len(http.calls) == 1
    elif tries is not None:
        assert len(http.calls) == tries
    else:
        assert len(http.calls) > 15, "it should use the time it has"
        assert f"Tried {len(http.calls)} times" in str(error)
        assert "max_wait (300 s)" in str(error)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("fault", [fault for fault, *_rest in FAULTS.values()], ids=FAULTS)
def test_max_wait_zero_never_repeats(
    http: responses.RequestsMock, client: Any, clock: Any, method: str, fault: dict[str, Any]
) -> None:
    add_fault(http, method, fault)
    error = failure(client(max_wait=0), method)
    assert len(http.calls) == 1
    assert clock.sleeps == []
    assert "Tried" not in str(error)


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH"])
def test_nothing_is_no_success_where_something_is_promised(
    http: responses.RequestsMock, client: Any, method: str
) -> None:
    http.add(method, URL, status=204)
    assert "was answered 204" in str(failure(client(), method))


def test_reached_host_that_refuses_for_a_while(http: responses.RequestsMock, client: Any) -> None:
    """A restart of the API takes longer than three tries."""
    made = client()
    http.get(URL, json={})
    for _time in range(6):
        http.get(URL, body=refused())
    http.get(URL, json={"a": 1})
    call(made)
    assert call(made) == {"a": 1}
    assert len(http.calls) == 8


# How long the waits are


def test_waits_double_up_to_a_limit_and_vary(http: responses.RequestsMock, client: Any, clock: Any) -> None:
    http.get(URL, status=503)
    failure(client(max_wait=600))
    for wait, longest in zip(clock.sleeps, [0.5, 1, 2, 4, 8, 15, 15, 15, 15]):
        assert 0.8 * longest <= wait <= longest
    assert len({round(wait, 6) for wait in clock.sleeps[5:12]}) > 1


def test_wait_after_429_without_retry_after(http: responses.RequestsMock, client: Any, clock: Any) -> None:
    """Soon at first, then seldom, and at a full minute, which is 40 seconds after the first one."""

    def refuse(_request: Any) -> tuple[int, dict[str, str], str]:
        return 429, {"Date": formatdate(clock.time(), usegmt=True)}, "Retry later"

    http.add_callback("GET", URL, refuse)
    failure(client())
    assert clock.sleeps[:5] == [4.0, 8.0, 16.0, 12.0, 30.0]
    assert clock.passed <= 300


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7), ("59", 59), ("60", 60), ("61", 60), ("3600", 60), ("in 20 seconds", 20), ("in an hour", 60)],
)
def test_retry_after_is_obeyed_up_to_a_minute(
    http: responses.RequestsMock, client: Any, clock: Any, method: str, value: str, seconds: float
) -> None:
    date = clock.time()
    value = {
        "in 20 seconds": formatdate(date + 20, usegmt=True),
        "in an hour": formatdate(date + 3600, usegmt=True),
    }.get(value, value)
    headers = {"Retry-After": value, "Date": formatdate(date, usegmt=True)}
    http.add(method, URL, status=429, headers=headers)
    http.add(method, URL, **ANSWERS[method])
    call(client(), method)
    assert clock.sleeps == [seconds]


def test_retry_after_is_obeyed_on_503(http: responses.RequestsMock, client: Any, clock: Any) -> None:
    http.get(URL, status=503, headers={"Retry-After": "7"})
    http.get(URL, json={})
    call(client())
    assert clock.sleeps == [7]


@pytest.mark.parametrize("status", [500, 502, 503, 504])
@pytest.mark.parametrize("value", ["61", "3600", "86400", "999999999"])
def test_retry_after_of_hours_is_a_minute_whatever_the_status(
    http: responses.RequestsMock, client: Any, clock: Any, status: int, value: str
) -> None:
    """Else a proxy that is down for the night would end every task at once, however long it may wait."""
    http.get(URL, status=status, headers={"Retry-After": value})
    http.get(URL, json={})
    call(client())
    assert clock.sleeps == [60]


def test_retry_after_of_nothing_is_still_a_wait(http: responses.RequestsMock, client: Any, clock: Any) -> None:
    http.get(URL, status=429, headers={"Retry-After": "0"})
    http.get(URL, json={})
    call(client())
    assert clock.passed > 0


@pytest.mark.parametrize("max_wait", [1, 59, 60])
def test_longer_retry_after_than_there_is_time_ends_at_once(
    http: responses.RequestsMock, client: Any, clock: Any, max_wait: float
) -> None:
    http.get(URL, status=429, headers={"Retry-After": "60"})
    error = failure(client(max_wait=max_wait))
    assert clock.sleeps == []
    assert len(http.calls) == 1
    assert isinstance(error, ApiError)
    assert error.retry_after == 60


# What max_wait bounds


@pytest.mark.parametrize("final", ["404", "401", "422", "redirect", "no such route"])
@pytest.mark.parametrize("passing", ["429", "503", "dropped", "refused"])
def test_a_refusal_after_a_fault_that_passed_ends_at_once(
    http: responses.RequestsMock, client: Any, clock: Any, passing: str, final: str
) -> None:
    http.get(URL, **FAULTS[passing][0])
    http.get(URL, **FAULTS[final][0])
    failure(client())
    assert len(http.calls) == 2
    assert clock.passed <= 60


@pytest.mark.parametrize("max_wait", [0, 300])
def test_a_host_that_was_never_reached_is_named_with_its_option(
    http: responses.RequestsMock, client: Any, max_wait: float
) -> None:
    http.get(URL, body=refused())
    message = str(failure(client(max_wait=max_wait)))
    assert message.endswith(
        " Check api_url (https://api.osc-fr1.scalingo.com), and whether this machine may connect to it."
    )


def test_a_host_that_was_reached_before_is_not(http: responses.RequestsMock, client: Any) -> None:
    http.get(URL, json={})
    http.get(URL, body=refused())
    made = client()
    call(made)
    assert "Check api_url" not in str(failure(made))


@pytest.mark.parametrize("max_wait", [0.5, 3, 40])
@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("retry_after", [None, "1", "7"])
def test_waits_together_stay_within_max_wait(
    http: responses.RequestsMock, client: Any, clock: Any, max_wait: float, status: int, retry_after: str | None
) -> None:
    http.get(URL, status=status, headers={"Retry-After": retry_after} if retry_after else {})
    failure(client(max_wait=max_wait))
    assert sum(clock.sleeps) <= max_wait
    assert sum(clock.sleeps) >= max_wait - float(retry_after or 0.5), "time is left for another try"


@pytest.mark.parametrize("max_wait", [0.5, 20, 100, 300])
def test_slow_requests_count_once_one_has_failed(
    http: responses.RequestsMock, client: Any, clock: Any, max_wait: float
) -> None:
    """And the last one gets no more time than is left."""

    def time_out(request: Any) -> Any:
        assert request.req_kwargs["timeout"] > 0
        clock.now += request.req_kwargs["timeout"]
        raise requests.ReadTimeout

    http.add_callback("GET", URL, time_out)
    failure(client(max_wait=max_wait, timeout=30))
    assert clock.passed <= 30 + max_wait + 0.1
    time_outs = [each.request.req_kwargs["timeout"] for each in http.calls]
    assert time_outs[0] == 30
    assert max(time_outs) == 30


def test_try_for_which_hardly_any_time_was_left_does_not_hide_the_fault(
    http: responses.RequestsMock, client: Any, clock: Any
) -> None:
    """Whoever reads the message must learn that the API is broken, not that it was slow for a part of a second."""

    def fail_or_be_late(request: Any) -> tuple[int, dict[str, str], str]:
        if request.req_kwargs["timeout"] < 1:
            clock.now += request.req_kwargs["timeout"]
            raise requests.ReadTimeout
        clock.now += 0.1
        return 503, {}, ""

    http.add_callback("GET", URL, fail_or_be_late)
    error = failure(client(max_wait=5, timeout=30))
    assert isinstance(error, ApiError)
    assert str(error).startswith(f"GET /v1/projects was answered 503. Tried {len(http.calls)} times; max_wait (5 s) ")
    assert http.calls[-1].request.req_kwargs["timeout"] < 1, "no try was cut short"


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_write_always_has_its_whole_time_out(
    http: responses.RequestsMock, client: Any, clock: Any, method: str
) -> None:
    """With less, it could be done while nobody waits for the answer any more, and then nobody knew."""

    def refuse(request: Any) -> tuple[int, dict[str, str], str]:
        assert request.req_kwargs["timeout"] == 30
        clock.now += 0.1
        return 429, {}, ""

    http.add_callback(method, URL, refuse)
    error = failure(client(max_wait=5, timeout=30), method)
    assert len(http.calls) > 1
    assert not error.outcome_unknown


def test_write_that_is_late_at_last_ends_one_time_out_after_max_wait(
    http: responses.RequestsMock, client: Any, clock: Any
) -> None:
    def refuse_or_be_late(request: Any) -> tuple[int, dict[str, str], str]:
        if clock.passed < 4:
            return 429, {}, ""
        clock.now += request.req_kwargs["timeout"]
        raise requests.ReadTimeout

    http.add_callback("POST", URL, refuse_or_be_late)
    error = failure(client(max_wait=5, timeout=30), "POST")
    assert error.outcome_unknown
    assert clock.passed <= 5 + 30


def test_time_of_requests_that_succeed_is_not_counted(http: responses.RequestsMock, client: Any, clock: Any) -> None:
    def slow(_request: Any) -> tuple[int, dict[str, str], str]:
        clock.now += 25
        return 200, {}, "{}"

    http.add_callback("GET", URL, slow)
    made = client(max_wait=10)
    for _time in range(3):
        call(made)
    http.replace("GET", URL, status=503)
    failure(made)
    assert sum(clock.sleeps) > 9


def test_requests_share_max_wait(http: responses.RequestsMock, client: Any, clock: Any) -> None:
    made = client(max_wait=20)
    for _time in range(2):
        http.get(URL, status=429, headers={"Retry-After": "8"})
        http.get(URL, json={})
    call(made)
    call(made)
    assert clock.sleeps == [8, 8]
    http.replace("GET", URL, status=429, headers={"Retry-After": "8"})
    failure(made)
    assert clock.sleeps == [8, 8]


def test_failure_uses_up_no_more_than_it_took(http: responses.RequestsMock, client: Any, clock: Any) -> None:
    made = client(max_wait=20)
    http.get(URL, status=404, json={"error": "not found"})
    failure(made)
    clock.now += 1000
    http.replace("GET", URL, status=429, headers={"Retry-After": "15"})
    failure(made)
    assert clock.sleeps == [15]


def test_exchange_shares_max_wait(http: responses.RequestsMock, connect: Any, clock: Any) -> None:
    http.post("https://auth.scalingo.com/v1/tokens/exchange", status=429, headers={"Retry-After": "8"})
    http.post("https://auth.scalingo.com/v1/tokens/exchange", json={"token": "b1"})
    http.get(URL, status=429, headers={"Retry-After": "8"})
    made = Client(connect(api_token="tk-us-x", max_wait=15))
    failure(made)
    assert clock.sleeps == [8]


# Waits before a write is sent again


def test_wait_to_repeat(client: Any, clock: Any) -> None:
    made = client()
    for attempt, longest in enumerate([0.5, 1, 2, 4, 8, 15, 15], 1):
        assert made.pause(attempt) is True
        assert 0.8 * longest <= clock.sleeps[-1] <= longest


def test_wait_stays_the_longest_however_often_it_is_repeated(client: Any, clock: Any) -> None:
    """As it is after some hours, which max_wait may allow."""
    assert client().pause(5000) is True
    assert clock.passed <= 15


def test_wait_to_repeat_without_time(client: Any, clock: Any) -> None:
    assert client(max_wait=0).pause(1) is False
    assert clock.sleeps == []


def test_wait_to_repeat_stays_within_max_wait(client: Any, clock: Any) -> None:
    made = client(max_wait=10)
    attempts = 1
    while made.pause(attempts):
        attempts += 1
        clock.now += 100  # what is done in between counts elsewhere
        assert attempts < 50
    assert 9 < sum(clock.sleeps) <= 10


def test_wait_to_repeat_shares_max_wait_with_requests(http: responses.RequestsMock, client: Any, clock: Any) -> None:
    made = client(max_wait=10)
    http.get(URL, status=503)
    failure(made)
    used = len(clock.sleeps)
    assert made.pause(1) is False
    assert len(clock.sleeps) == used


def late(clock: Any) -> Callable[[Any], Any]:
    def wait(request: Any) -> Any:
        clock.now += request.req_kwargs["timeout"]
        raise requests.ReadTimeout

    return wait


@pytest.mark.parametrize(("max_wait", "repetitions"), [(0, 0), (29, 0), (65, 2), (300, 9)])
def test_wait_to_repeat_counts_the_time_out_that_may_follow(
    http: responses.RequestsMock, client: Any, clock: Any, max_wait: float, repetitions: int
) -> None:
    """A write whose answer was late may be late again, each time for the whole time-out."""
    http.add_callback("POST", URL, late(clock))
    made = client(max_wait=max_wait, timeout=30)
    failure(made, "POST")
    repeated = 0
    while made.pause(repeated + 1, 30):
        failure(made, "POST")
        repeated += 1
    assert clock.passed <= 30 + max_wait
    assert repeated <= repetitions
    assert (repeated > 0) is (repetitions > 0)


def test_what_was_set_aside_for_a_repetition_is_there_again_after_it(
    http: responses.RequestsMock, client: Any, clock: Any
) -> None:
    http.post(URL, **ANSWERS["POST"])
    made = client(max_wait=35, timeout=30)
    for _repetition in range(5):
        assert made.pause(1, 30)
        call(made, "POST")
    assert clock.passed < 5


@pytest.mark.parametrize("method", METHODS)
def test_the_first_request_without_an_answer_costs_nothing_of_max_wait(
    http: responses.RequestsMock, client: Any, clock: Any, method: str
) -> None:
    made = client(max_wait=10, timeout=30)
    http.get(URL, status=503)
    http.get(URL, json={})
    call(made)
    http.reset()
    http.add_callback(method, URL, late(clock))
    error = failure(made, method)
    assert len(http.calls) > 1 if method == "GET" else made.pause(1), error


@pytest.mark.parametrize("max_wait", [0, 5, 29, 61, 300])
def test_requests_that_each_get_no_answer_at_first_do_not_add_up_without_end(
    http: responses.RequestsMock, client: Any, clock: Any, max_wait: float
) -> None:
    """Two time-outs more than `max_wait` is the most: that of the first one, and that of the one which ends it."""

    def late_at_first(request: Any) -> tuple[int, dict[str, str], str]:
        if len(http.calls) % 2 == 0:
            late(clock)(request)
        return 200, {}, "{}"

    http.add_callback("GET", URL, late_at_first)
    made = client(max_wait=max_wait, timeout=30)
    with pytest.raises(RequestError, match="leaves no time to repeat that"):
        for _request in range(100):
            call(made)
    assert max_wait - 30 <= clock.passed <= max_wait + 60
