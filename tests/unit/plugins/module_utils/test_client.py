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
import responses
from ansible_collections.community.scalingo.plugins.module_utils import _errors as errors
from ansible_collections.community.scalingo.plugins.module_utils._api import Api
from ansible_collections.community.scalingo.plugins.module_utils._http.client import Client, claims_of

EXCHANGE = "https://auth.scalingo.com/v1/tokens/exchange"
PROJECTS = "https://api.osc-fr1.scalingo.com/v1/projects"
API_TOKEN = "tk-us-hunter7"
BASIC = "Basic " + base64.b64encode(f":{API_TOKEN}".encode()).decode()

pytestmark = pytest.mark.usefixtures("clock")

Make = Callable[..., Client]
Mock = responses.RequestsMock


@pytest.fixture
def client(connect: Any) -> Make:
    """Makes a client that must exchange its token, unless it gets another one."""

    def make(on_secret: Callable[[str], Any] = lambda secret: None, **options: Any) -> Client:
        return Client(connect(**({"api_token": API_TOKEN} | options)), on_secret=on_secret)

    return make


def sent(http: Mock) -> list[str]:
    """The end of the path of every request, and as whom it was sent."""
    return [
        f"{call.request.path_url.rpartition('/')[2]} {call.request.headers['Authorization']}" for call in http.calls
    ]


def exchanges_to(http: Mock, *bearers: str) -> None:
    for bearer in bearers:
        http.post(EXCHANGE, json={"token": bearer})


# The exchange


def test_client_exchanges_the_api_token_once_and_only_without_a_bearer_token(http: Mock, client: Make) -> None:
    exchanges_to(http, "b1", "b2")
    http.get(PROJECTS, json={})
    http.post(PROJECTS, json={}, status=201)
    secrets: list[str] = []
    for options in ({}, {"bearer_token": "given"}):
        made = client(secrets.append, **options)
        made.get("/v1/projects")
        made.write("POST", "/v1/projects", 201, {})
        assert claims_of(made.bearer_token()) == {}
    assert sent(http) == [f"exchange {BASIC}", *["projects Bearer b1"] * 2, *["projects Bearer given"] * 2]
    assert (http.calls[0].request.method, http.calls[0].request.body) == ("POST", b"{}")
    assert secrets == ["b1"], "the task has to mask it"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        *((200, {"token": token}) for token in (None, "", 7, ["hunter8"], "hunter8 nine", "hunter8\n", "hunter8é")),
        *((200, {"bearer": "hunter8"}), (200, [{"token": "hunter8"}]), (201, {"token": "hunter8"})),
    ],
    ids=repr,
)
def test_exchange_without_a_usable_token_shows_nothing_of_it(http: Mock, client: Make, status: int, body: Any) -> None:
    http.post(EXCHANGE, json=body, status=status)
    secrets: list[str] = []
    with pytest.raises(errors.ExchangeError) as error:
        client(secrets.append).get("/v1/projects")
    assert str(error.value).startswith(f"POST /v1/tokens/exchange returned HTTP {status} ")
    assert "hunter" not in json.dumps(error.value.as_failure())
    assert (secrets, len(http.calls)) == ([], 1)


@pytest.mark.parametrize("sources", [{}, {"api_token": "SCALINGO_API_TOKEN"}])
def test_exchange_rejected_token_is_named_by_its_source(http: Mock, client: Make, sources: dict[str, str]) -> None:
    http.post(EXCHANGE, json={"error": "Invalid credentials"}, status=401)
    with pytest.raises(errors.ExchangeError, match="Invalid credentials") as error:
        client(sources=sources).get("/v1/projects")
    assert f"Check {sources.get('api_token', 'api_token')}," in str(error.value)
    assert error.value.as_failure()["error"]["path"] == "/v1/tokens/exchange"
    assert len(http.calls) == 1 and "(Python " in http.calls[0].request.headers["User-Agent"]


# A bearer token that expires


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
@pytest.mark.parametrize("options", [{}, {"bearer_token": "b1"}], ids=["exchanged", "given"])
def test_renewal_of_an_expired_token_is_for_every_verb(
    http: Mock, client: Make, method: str, options: dict[str, str]
) -> None:
    """Since nothing was done; and without a wait, so that max_wait does not matter."""
    exchanges_to(http, *["b1"] * (not options), "b2")
    http.add(method, PROJECTS, status=401)
    http.add(method, PROJECTS, json={"a": 1}, status=200)
    made = client(**options, max_wait=0)
    came = made.get("/v1/projects") if method == "GET" else made.write(method, "/v1/projects", 200, {"b": 2})
    assert came.json == {"a": 1}
    exchange = f"exchange {BASIC}"
    assert sent(http) == [*[exchange] * (not options), "projects Bearer b1", exchange, "projects Bearer b2"]
    assert http.calls[-1].request.body == http.calls[-3].request.body


@pytest.mark.parametrize("status", [200, 409, 503])
def test_renewal_that_fails_leaves_no_doubt_about_the_write(http: Mock, client: Make, status: int) -> None:
    exchanges_to(http, "b1")
    http.post(EXCHANGE, status=status, json={"error": "no"})
    http.patch(PROJECTS, status=401)
    with pytest.raises(errors.ExchangeError) as error:
        client(max_wait=0).write("PATCH", "/v1/projects", 200, {})
    assert (error.value.outcome_unknown, error.value.body) == (False, None)


def test_renewal_is_for_each_token_that_was_of_use(http: Mock, client: Make) -> None:
    """Waiting for the acceptance of an invitation takes longer than a bearer token lasts."""
    exchanges_to(http, *(jwt({"uuid": f"us-{number}"}) for number in (1, 2, 3)))
    for status in (200, 401, 200, 401, 200):
        http.get(PROJECTS, status=status, json={})
    made = client()
    for number in (1, 2, 3):
        assert made.get("/v1/projects").json == {}
        assert claims_of(made.bearer_token()) == {"uuid": f"us-{number}"}
    assert len(http.calls) == 3 + 5


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        ({"bearer_token": "given", "api_token": None}, ["projects"]),
        ({"bearer_token": "given", "api_token": API_TOKEN}, ["projects", "exchange", "projects"]),
        ({"api_token": API_TOKEN}, ["exchange", "projects", "exchange", "projects"]),
    ],
    ids=["bearer", "both", "api"],
)
def test_renewal_after_lasting_401_ends(http: Mock, client: Make, tokens: dict[str, Any], expected: list[str]) -> None:
    exchanges_to(http, "b1", "b2", "b3", "b4")
    http.get(PROJECTS, json={"error": "no"}, status=401)
    made = client(**tokens, sources={"api_token" if tokens["api_token"] else "bearer_token": "its source"})
    # The exchange is used up then: what follows is one request.
    for paths in (expected, [*expected, "projects"]):
        with pytest.raises(errors.AuthenticationError, match=r"lacks this right: check its source\.$"):
            made.get("/v1/projects")
        assert [each.split()[0] for each in sent(http)] == paths


# Another account


def test_other_account_has_its_own_tokens_and_shares_the_rest(http: Mock, client: Make, clock: Any) -> None:
    secrets: list[str] = []
    made = client(secrets.append, max_wait=20, sources={"api_token": "mine"})
    exchanges_to(http, "b1", "b2")
    for _time in range(2):
        http.get(PROJECTS, json={})
    http.get(PROJECTS, status=401)
    http.post(EXCHANGE, status=429, headers={"Retry-After": "15"})
    http.post(EXCHANGE, status=401)
    other = made.as_user("tk-us-theirs", "new_owner_api_token")
    assert made.as_user("tk-us-theirs", "new_owner_api_token") is other
    for each in (made, other):
        each.get("/v1/projects")
    assert sent(http)[3] == "projects Bearer b2" and secrets == ["tk-us-theirs", "b1", "b2"]
    with pytest.raises(errors.ExchangeError, match="Check new_owner_api_token"):
        other.get("/v1/projects")
    assert not made.retry.pause(6, errors.RequestError("lost")), "both share max_wait"


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
def test_caller_claim_is_read_where_there_is_one(http: Mock, connect: Any, bearer: str, expected: str | None) -> None:
    assert Api(Client(connect(bearer_token=bearer))).caller_claim() == expected
    assert len(http.calls) == 0


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        *(({"exp": exp}, "1994-11-06T08:49:37Z") for exp in (784111777, 784111777.9)),
        *(({"exp": exp}, None) for exp in (10**400, 1e300, float("nan"), "tomorrow", None)),
        *(({}, None), (b"no JSON", None)),
    ],
)
def test_log_in_says_until_when_the_token_is_valid(http: Mock, client: Make, claims: Any, expected: str | None) -> None:
    exchanges_to(http, jwt(claims))
    assert Api(client()).log_in() == {"bearer_token": jwt(claims), "expires_at": expected}
    assert len(http.calls) == 1


@pytest.mark.parametrize(
    ("date", "ahead"),
    [
        ("Wed, 15 Nov 2023 08:49:37 GMT", True),
        *(("Fri, 31 Dec 9999 23:59:59 -2359", False), ("Sun, 06 Nov 1994 08:49:37 GMT", False)),
    ],
)
def test_now_is_the_time_of_the_api_unless_it_is_years_off(
    http: Mock, connect: Any, clock: Any, date: str, ahead: bool
) -> None:
    made = Api(Client(connect()))
    assert made.now().timestamp() == clock.time()
    http.get(PROJECTS, json={"projects": []}, headers={"Date": date})
    made.list_projects()
    clock.sleep(60)
    theirs = datetime(2023, 11, 15, 8, 50, 37, tzinfo=timezone.utc)
    assert made.now() == (theirs if ahead else datetime.fromtimestamp(clock.time(), tz=timezone.utc))
