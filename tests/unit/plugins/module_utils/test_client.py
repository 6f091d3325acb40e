# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""As whom the client speaks: the exchange of the token, its renewal, and what the bearer token and the API tell."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import pytest
import requests
import responses
from ansible_collections.community.scalingo.plugins.module_utils._api import Api
from ansible_collections.community.scalingo.plugins.module_utils._errors import (
    AuthenticationError,
    ExchangeError,
    NotFoundError,
    RequestError,
    RouteNotFoundError,
)
from ansible_collections.community.scalingo.plugins.module_utils._http.client import Client

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


def test_client_bearer_token_is_used_without_an_exchange(http: responses.RequestsMock, client: Any) -> None:
    http.get(PROJECTS, json={})
    made = client(bearer_token="given", api_token=API_TOKEN)
    assert len(http.calls) == 0, "making a client sends nothing"
    made.get("/v1/projects")
    made.get("/v1/projects")
    assert sent(http) == [("projects", "Bearer given")] * 2


def test_client_api_token_is_exchanged_once(http: responses.RequestsMock, client: Any) -> None:
    exchanges_to(http, "b1", "b2")
    http.get(PROJECTS, json={})
    http.post(PROJECTS, json={}, status=201)
    secrets: list[str] = []
    made = client(secrets.append)
    made.get("/v1/projects")
    made.write("POST", "/v1/projects", 201, {})
    assert made.claims() == {}
    assert sent(http) == [("exchange", BASIC), ("projects", "Bearer b1"), ("projects", "Bearer b1")]
    assert (http.calls[0].request.method, http.calls[0].request.body) == ("POST", b"{}")
    assert secrets == ["b1"], "the task has to mask it"


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        *((200, {"token": token}) for token in (None, "", 7, ["hunter8"], "hunter8 nine", "hunter8\n", "hunter8é")),
        (200, {"bearer": "hunter8"}),
        (200, [{"token": "hunter8"}]),
        (201, {"token": "hunter8"}),
    ],
    ids=repr,
)
def test_exchange_without_a_usable_token_shows_nothing_of_it(
    http: responses.RequestsMock, client: Any, status: int, answer: Any
) -> None:
    http.post(EXCHANGE, json=answer, status=status)
    secrets: list[str] = []
    with pytest.raises(ExchangeError) as error:
        client(secrets.append).get("/v1/projects")
    assert str(error.value).startswith(f"POST /v1/tokens/exchange returned HTTP {status} ")
    assert "hunter" not in json.dumps(error.value.as_failure())
    assert (secrets, len(http.calls)) == ([], 1)


@pytest.mark.parametrize("source", [None, "SCALINGO_API_TOKEN", "scalingo_api_token"])
def test_exchange_rejected_token_is_named_by_its_source(
    http: responses.RequestsMock, client: Any, source: str | None
) -> None:
    http.post(EXCHANGE, json={"error": "Invalid credentials"}, status=401)
    with pytest.raises(ExchangeError) as error:
        client(api_token=API_TOKEN, sources={"api_token": source} if source else {}).get("/v1/projects")
    assert str(error.value) == (
        f"Scalingo rejected the API token (HTTP 401). Check {source or 'api_token'}, or create a token in the "
        "dashboard. POST /v1/tokens/exchange returned HTTP 401: Invalid credentials."
    )
    assert error.value.as_failure()["error"]["path"] == "/v1/tokens/exchange"
    assert len(http.calls) == 1


@pytest.mark.parametrize("body", ['{"error": "not found"}', '{"resource": "x", "error": "not found"}', "<html>"])
def test_exchange_404_says_nothing_of_an_object(http: responses.RequestsMock, client: Any, body: str) -> None:
    """Else a project would be taken for absent, or another path be tried."""
    http.post(EXCHANGE, body=body, status=404)
    with pytest.raises(RequestError) as error:
        client().get("/v1/projects/pr-1")
    assert not isinstance(error.value, (NotFoundError, RouteNotFoundError))
    assert ("Check auth_url (https://auth.scalingo.com)" in str(error.value)) is (body == "<html>")


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
def test_exchange_is_retried_after_a_fault_that_may_pass(
    http: responses.RequestsMock, client: Any, fault: dict[str, Any]
) -> None:
    http.post(EXCHANGE, **fault)
    exchanges_to(http, "b1")
    http.get(PROJECTS, json={"a": 1})
    assert client().get("/v1/projects").json == {"a": 1}
    assert sent(http) == [("exchange", BASIC)] * 2 + [("projects", "Bearer b1")]


# A bearer token that expires


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
@pytest.mark.parametrize("max_wait", [0, 300])
def test_renewal_of_an_expired_token_is_for_every_verb(
    http: responses.RequestsMock, client: Any, method: str, max_wait: float
) -> None:
    """Since nothing was done; and without a wait, so that max_wait does not matter."""
    exchanges_to(http, "b1", "b2")
    http.add(method, PROJECTS, status=401)
    http.add(method, PROJECTS, json={"a": 1}, status=200)
    made = client(api_token=API_TOKEN, max_wait=max_wait)
    came = made.get("/v1/projects") if method == "GET" else made.write(method, "/v1/projects", 200, {"b": 2})
    assert came.json == {"a": 1}
    again = [("exchange", BASIC), ("projects", "Bearer b2")]
    assert sent(http) == [("exchange", BASIC), ("projects", "Bearer b1"), *again]
    assert http.calls[1].request.body == http.calls[3].request.body


@pytest.mark.parametrize("status", [200, 409, 503])
def test_renewal_that_fails_leaves_no_doubt_about_the_write(
    http: responses.RequestsMock, client: Any, status: int
) -> None:
    exchanges_to(http, "b1")
    http.post(EXCHANGE, status=status, json={"error": "no"})
    http.patch(PROJECTS, status=401)
    with pytest.raises(ExchangeError) as error:
        client(api_token=API_TOKEN, max_wait=0).write("PATCH", "/v1/projects", 200, {})
    assert (error.value.outcome_unknown, error.value.body) == (False, None)


def test_renewal_is_for_each_token_that_was_of_use(http: responses.RequestsMock, client: Any) -> None:
    """Waiting for the acceptance of an invitation takes longer than a bearer token lasts."""
    exchanges_to(http, "b1", "b2", "b3")
    for status in (200, 401, 200, 401, 200):
        http.get(PROJECTS, status=status, json={})
    made = client(api_token=API_TOKEN)
    for _time in range(3):
        assert made.get("/v1/projects").json == {}
    assert [path for path, _authorization in sent(http)].count("exchange") == 3


def test_renewal_of_a_given_bearer_token_takes_the_api_token(http: responses.RequestsMock, client: Any) -> None:
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
def test_renewal_after_lasting_401_ends(
    http: responses.RequestsMock, client: Any, options: dict[str, Any], expected: list[str]
) -> None:
    exchanges_to(http, "b1", "b2", "b3", "b4")
    http.get(PROJECTS, json={"error": "no"}, status=401)
    token = list(options)[-1]
    made = client(**options, sources={token: "its source"})
    with pytest.raises(AuthenticationError, match=r"lacks this right: check its source\.$"):
        made.get("/v1/projects")
    assert [path for path, _authorization in sent(http)] == expected
    # The exchange is used up: what follows is one request.
    with pytest.raises(AuthenticationError):
        made.get("/v1/projects")
    assert [path for path, _authorization in sent(http)] == [*expected, "projects"]


def test_renewal_ends_whatever_failed_before(http: responses.RequestsMock, client: Any) -> None:
    http.post(EXCHANGE, status=401)
    http.post(EXCHANGE, status=401)
    exchanges_to(http, "b1")
    http.get(PROJECTS, status=401)
    made = client()
    for _time in range(4):
        with pytest.raises((AuthenticationError, ExchangeError)):
            made.get("/v1/projects")
    assert len(http.calls) < 12


# What the bearer token tells, and what the time is


def jwt(claims: Any, signature: str = "c2lnbmF0dXJl") -> str:
    def part(value: Any) -> str:
        content = value if isinstance(value, bytes) else json.dumps(value).encode()
        return base64.urlsafe_b64encode(content).decode().rstrip("=")

    return f"{part({'typ': 'JWT', 'alg': 'HS512'})}.{part(claims)}.{signature}"


@pytest.mark.parametrize(
    ("bearer", "expected"),
    [
        *((jwt({"iss": "Scalingo", "uuid": f"us-{end}", "exp": 0}), f"us-{end}") for end in ("1", "12", "123")),
        (jwt({"uuid": "us-1"}, signature=""), "us-1"),
        (jwt({"uuid": "us-é~\u00ff\u00fe?>"}), "us-é~\u00ff\u00fe?>"),
        *((jwt({"uuid": uuid}), None) for uuid in (None, "", 7, {"id": "us-1"})),
        *((jwt(claims), None) for claims in ({}, ["uuid"], "uuid", None, b"not JSON", b"\xff\xfe", b"[" * 100_000)),
        *((opaque, None) for opaque in ("opaque", "tk-us-opaque", "..", "a.b", "a.{}.c", "!.!.!")),
    ],
)
def test_caller_claim_is_read_where_there_is_one(
    http: responses.RequestsMock, connect: Any, bearer: str, expected: str | None
) -> None:
    assert Api(Client(connect(bearer_token=bearer))).caller_claim() == expected
    assert len(http.calls) == 0


def test_caller_claim_is_that_of_the_renewed_token(http: responses.RequestsMock, connect: Any) -> None:
    exchanges_to(http, jwt({"uuid": "us-1"}), jwt({"uuid": "us-2"}))
    http.get(PROJECTS, status=401)
    http.get(PROJECTS, json={})
    made = Client(connect(api_token="tk-us-x"))
    assert made.claims() == {"uuid": "us-1"}
    made.get("/v1/projects")
    assert made.claims() == {"uuid": "us-2"}


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"exp": 784111777}, "1994-11-06T08:49:37Z"),
        ({"exp": 784111777.9}, "1994-11-06T08:49:37Z"),
        *(({"exp": exp}, None) for exp in (10**400, 1e300, float("nan"), "tomorrow", None)),
        ({}, None),
        (b"no JSON", None),
    ],
)
def test_log_in_says_until_when_the_token_is_valid(
    http: responses.RequestsMock, connect: Any, claims: Any, expected: str | None
) -> None:
    exchanges_to(http, jwt(claims))
    assert Api(Client(connect(api_token="tk-us-x"))).log_in() == {"bearer_token": jwt(claims), "expires_at": expected}
    assert len(http.calls) == 1


def test_now_is_the_time_of_the_api(http: responses.RequestsMock, connect: Any, clock: Any) -> None:
    made = Api(Client(connect()))
    assert made.now().timestamp() == clock.time()
    http.get(PROJECTS, json={"projects": []}, headers={"Date": "Wed, 15 Nov 2023 08:49:37 GMT"})
    made.list_projects()
    clock.sleep(60)
    assert made.now() == datetime(2023, 11, 15, 8, 50, 37, tzinfo=timezone.utc)


@pytest.mark.parametrize("date", ["Fri, 31 Dec 9999 23:59:59 -2359", "Sun, 06 Nov 1994 08:49:37 GMT"])
def test_now_by_a_clock_that_is_years_off_is_ours(
    http: responses.RequestsMock, connect: Any, clock: Any, date: str
) -> None:
    made = Client(connect())
    http.get(PROJECTS, json={}, headers={"Date": date})
    made.get("/v1/projects")
    assert made.now().timestamp() == clock.time()
