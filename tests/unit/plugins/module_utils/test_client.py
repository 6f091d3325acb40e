# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""As whom the client speaks: the exchange of the token, its renewal, and what the bearer token tells."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
import requests
import responses
from ansible_collections.community.scalingo.plugins.module_utils._client import Client
from ansible_collections.community.scalingo.plugins.module_utils._errors import (
    AuthenticationError,
    ExchangeError,
    NotFoundError,
    RateLimitError,
    RequestError,
    RouteNotFoundError,
    ServerError,
    UnexpectedAnswerError,
)

EXCHANGE = "https://auth.scalingo.com/v1/tokens/exchange"
PROJECTS = "https://api.osc-fr1.scalingo.com/v1/projects"
API_TOKEN = "tk-us-hunter7"
BASIC = "Basic " + base64.b64encode(f":{API_TOKEN}".encode()).decode()

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def client(connect: Any) -> Callable[..., Client]:
    """Makes a client that must exchange its token, unless it gets another one."""

    def make(on_secret: Callable[[str], Any] = lambda secret: None, **options: Any) -> Client:
        return Client(connect(**(options or {"api_token": API_TOKEN})), on_secret=on_secret)

    return make


def sent(http: responses.RequestsMock) -> list[tuple[str, str]]:
    """The end of the path, and the authorization, of every request."""
    return [(call.request.path_url.rpartition("/")[2], call.request.headers["Authorization"]) for call in http.calls]


def exchanges_to(http: responses.RequestsMock, *bearers: str) -> None:
    for bearer in bearers:
        http.post(EXCHANGE, json={"token": bearer})


# The exchange


def test_making_a_client_sends_nothing(http: responses.RequestsMock, client: Any) -> None:
    client()
    assert len(http.calls) == 0


def test_bearer_token_is_used_without_an_exchange(http: responses.RequestsMock, client: Any) -> None:
    http.get(PROJECTS, json={})
    made = client(bearer_token="given", api_token=API_TOKEN)
    made.get("/v1/projects")
    made.get("/v1/projects")
    assert sent(http) == [("projects", "Bearer given")] * 2


def test_api_token_is_exchanged_once(http: responses.RequestsMock, client: Any) -> None:
    exchanges_to(http, "b1", "b2")
    http.get(PROJECTS, json={})
    http.post(PROJECTS, json={}, status=201)
    secrets: list[str] = []
    made = client(secrets.append)
    made.get("/v1/projects")
    made.write("POST", "/v1/projects", 201, {})
    made.caller_claim()
    assert sent(http) == [("exchange", BASIC), ("projects", "Bearer b1"), ("projects", "Bearer b1")]
    assert http.calls[0].request.method == "POST"
    assert http.calls[0].request.body == b"{}"
    assert secrets == ["b1"], "whoever must mask it has to know"


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"token": None},
        {"token": ""},
        {"token": 7},
        {"token": ["hunter8"]},
        {"token": "hunter8 nine"},
        {"token": "hunter8\r\nX-Evil: yes"},
        {"token": "hunter8\n"},
        {"token": "hunter8é"},
        {"bearer": "hunter8"},
    ],
    ids=repr,
)
def test_exchange_without_a_usable_token(http: responses.RequestsMock, client: Any, answer: Any) -> None:
    http.post(EXCHANGE, json=answer)
    secrets: list[str] = []
    with pytest.raises(UnexpectedAnswerError) as error:
        client(secrets.append).get("/v1/projects")
    assert str(error.value).startswith("POST /v1/tokens/exchange was answered 200 without a usable token")
    assert "hunter" not in json.dumps(error.value.as_failure())
    assert secrets == []
    assert len(http.calls) == 1


@pytest.mark.parametrize(
    ("status", "answer"),
    [(201, {"token": "hunter8"}), (202, {"token": "hunter8"}), (200, [{"token": "hunter8"}])],
)
def test_other_answer_to_the_exchange_may_hold_the_token(
    http: responses.RequestsMock, client: Any, status: int, answer: Any
) -> None:
    http.post(EXCHANGE, json=answer, status=status)
    with pytest.raises(RequestError) as error:
        client().get("/v1/projects")
    assert "hunter" not in json.dumps(error.value.as_failure())


def test_api_token_that_is_refused(http: responses.RequestsMock, client: Any) -> None:
    http.post(EXCHANGE, json={"error": "Invalid credentials"}, status=401)
    with pytest.raises(ExchangeError) as error:
        client().get("/v1/projects")
    assert str(error.value) == (
        "The API token was refused: check api_token (or SCALINGO_API_TOKEN). "
        "POST /v1/tokens/exchange was answered 401: Invalid credentials."
    )
    assert error.value.as_failure()["error"]["path"] == "/v1/tokens/exchange"
    assert len(http.calls) == 1


@pytest.mark.parametrize("body", ['{"error": "not found"}', '{"resource": "x", "error": "not found"}'])
def test_exchange_that_is_not_found_says_nothing_of_an_object(
    http: responses.RequestsMock, client: Any, body: str
) -> None:
    """Whoever asked for an object would take it for absent."""
    http.post(EXCHANGE, body=body, status=404)
    with pytest.raises(RequestError) as error:
        client().get("/v1/projects/pr-1")
    assert not isinstance(error.value, NotFoundError)


def test_exchange_at_a_wrong_url(http: responses.RequestsMock, client: Any) -> None:
    http.post(EXCHANGE, body="<html>", status=404)
    with pytest.raises(RouteNotFoundError, match="auth_url"):
        client().get("/v1/projects")


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 429, "body": "Retry later"},
        {"status": 503},
        {"body": requests.ConnectionError()},
        {"body": requests.ReadTimeout()},
        {"body": "<html>", "status": 200},
    ],
)
def test_exchange_is_repeated_after_a_fault_that_may_pass(
    http: responses.RequestsMock, client: Any, fault: dict[str, Any]
) -> None:
    http.post(EXCHANGE, **fault)
    exchanges_to(http, "b1")
    http.get(PROJECTS, json={"a": 1})
    assert client().get("/v1/projects") == {"a": 1}
    assert sent(http) == [("exchange", BASIC)] * 2 + [("projects", "Bearer b1")]


# A bearer token that expires


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
@pytest.mark.parametrize("max_wait", [0, 300])
def test_expired_bearer_token_is_renewed_once(
    http: responses.RequestsMock, client: Any, method: str, max_wait: float
) -> None:
    """Whatever the verb, for nothing was done; and without a wait, so that it is no matter of max_wait."""
    exchanges_to(http, "b1", "b2")
    http.add(method, PROJECTS, status=401)
    http.add(method, PROJECTS, json={"a": 1}, status=200)
    made = client(api_token=API_TOKEN, max_wait=max_wait)
    answer = made.get("/v1/projects") if method == "GET" else made.write(method, "/v1/projects", 200, {"b": 2})
    assert answer == {"a": 1}
    assert sent(http) == [
        ("exchange", BASIC),
        ("projects", "Bearer b1"),
        ("exchange", BASIC),
        ("projects", "Bearer b2"),
    ]
    assert http.calls[1].request.body == http.calls[3].request.body


@pytest.mark.parametrize("status", [200, 409, 503])
def test_a_failed_renewal_leaves_no_doubt_about_the_write(
    http: responses.RequestsMock, client: Any, status: int
) -> None:
    exchanges_to(http, "b1")
    http.post(EXCHANGE, status=status, json={"error": "no"})
    http.patch(PROJECTS, status=401)
    with pytest.raises(RequestError) as error:
        client(api_token=API_TOKEN, max_wait=0).write("PATCH", "/v1/projects", 200, {})
    assert (error.value.outcome_unknown, error.value.about_object) == (False, False)
    assert error.value.body is None


def test_each_bearer_token_that_was_of_use_is_renewed(http: responses.RequestsMock, client: Any) -> None:
    """Waiting for an answer to an invitation takes longer than a bearer token lasts."""
    exchanges_to(http, "b1", "b2", "b3")
    for status in (200, 401, 200, 401, 200):
        http.get(PROJECTS, status=status, json={})
    made = client(api_token=API_TOKEN)
    for _time in range(3):
        assert made.get("/v1/projects") == {}
    assert [path for path, _authorization in sent(http)].count("exchange") == 3


def test_given_bearer_token_is_renewed_by_the_api_token(http: responses.RequestsMock, client: Any) -> None:
    exchanges_to(http, "b1")
    http.get(PROJECTS, status=401)
    http.get(PROJECTS, json={})
    secrets: list[str] = []
    client(secrets.append, bearer_token="given", api_token=API_TOKEN).get("/v1/projects")
    assert sent(http) == [("projects", "Bearer given"), ("exchange", BASIC), ("projects", "Bearer b1")]
    assert secrets == ["b1"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"bearer_token": "given"}, ["projects"]),
        ({"bearer_token": "given", "api_token": API_TOKEN}, ["projects", "exchange", "projects"]),
        ({"api_token": API_TOKEN}, ["exchange", "projects", "exchange", "projects"]),
    ],
    ids=["bearer", "both", "api"],
)
def test_lasting_401_ends(
    http: responses.RequestsMock, client: Any, options: dict[str, Any], expected: list[str]
) -> None:
    exchanges_to(http, "b1", "b2", "b3", "b4")
    http.get(PROJECTS, json={"error": "no"}, status=401)
    made = client(**options)
    with pytest.raises(AuthenticationError, match=rf"lacks this right: check {list(options)[-1]}\.$"):
        made.get("/v1/projects")
    assert [path for path, _authorization in sent(http)] == expected
    # The exchange is used up: what follows is one request.
    with pytest.raises(AuthenticationError):
        made.get("/v1/projects")
    assert [path for path, _authorization in sent(http)] == [*expected, "projects"]


def test_renewal_that_is_refused(http: responses.RequestsMock, client: Any) -> None:
    exchanges_to(http, "b1")
    http.post(EXCHANGE, json={"error": "Invalid credentials"}, status=401)
    http.get(PROJECTS, status=401)
    with pytest.raises(ExchangeError, match="The API token was refused"):
        client().get("/v1/projects")
    assert [path for path, _authorization in sent(http)] == ["exchange", "projects", "exchange"]


def test_exchanges_end_whatever_failed_before(http: responses.RequestsMock, client: Any) -> None:
    http.post(EXCHANGE, status=401)
    http.post(EXCHANGE, status=401)
    exchanges_to(http, "b1")
    http.get(PROJECTS, status=401)
    made = client()

    def count(answer: requests.Response) -> requests.Response:
        assert len(http.calls) < 20, "it would go on for ever"
        return answer

    http.response_callback = count
    for _time in range(4):
        with pytest.raises((AuthenticationError, ExchangeError)):
            made.get("/v1/projects")


# Secrets


@pytest.mark.parametrize("form", ["{}", "Bearer {}", "https://x?token={}"])
def test_token_in_an_answer_is_masked(http: responses.RequestsMock, client: Any, form: str) -> None:
    exchanges_to(http, "hunter8")
    echo = {"error": [form.format(API_TOKEN), form.format("hunter8"), BASIC]}
    http.get(PROJECTS, json=echo, status=409, headers={"X-Request-Id": "hunter8"})
    with pytest.raises(RequestError) as error:
        client().get("/v1/projects")
    shown = json.dumps(error.value.as_failure())
    assert "hunter" not in shown
    assert BASIC.rstrip("=") not in shown
    assert "********" in shown


def test_token_in_an_answer_that_breaks_the_contract_is_masked(http: responses.RequestsMock, client: Any) -> None:
    http.get(PROJECTS, json={"echo": {"deep": ["hunter8"]}})
    with pytest.raises(UnexpectedAnswerError) as error:
        client(bearer_token="hunter8").get_list("/v1/projects", "projects")
    assert error.value.body == {"echo": {"deep": ["********"]}}


def test_kinds_of_errors_are_told_apart(http: responses.RequestsMock, client: Any) -> None:
    made = client(bearer_token="given", max_wait=0)
    for status, kind in ((500, ServerError), (429, RateLimitError), (404, RouteNotFoundError)):
        http.replace("GET", PROJECTS, status=status) if http.calls else http.get(PROJECTS, status=status)
        with pytest.raises(kind):
            made.get("/v1/projects")
