# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a response says: which error it stands for, in whose words, and how long to wait."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import responses
from ansible_collections.community.scalingo.plugins.module_utils._errors import (
    ApiError,
    AuthenticationError,
    ConflictError,
    ForbiddenError,
    NotFoundError,
    ProxyAuthenticationError,
    RateLimitError,
    RejectedError,
    RouteNotFoundError,
    ServerError,
    UnexpectedResponseError,
    UnreadableResponseError,
    ValidationError,
)
from ansible_collections.community.scalingo.plugins.module_utils._http import response
from ansible_collections.community.scalingo.plugins.module_utils._http.client import Client
from ansible_collections.community.scalingo.plugins.module_utils._http.response import Request, Response

HTML = "<!DOCTYPE html>\n<html><head><title>Oops</title></head><body>Not here</body></html>"
PATH = "/v1/projects/pr-1"
CHECK = "Check api_url (https://api.osc-fr1.scalingo.com)."

ErrorOf = Callable[..., ApiError]


@pytest.fixture
def error_of(http: responses.RequestsMock, connect: Any, clock: Any) -> ErrorOf:
    """Gives the error that a response to a read becomes: `error_of(status, body, headers)`."""
    client = Client(connect(max_wait=0))

    def ask(status: int, body: Any, headers: dict[str, str] | None = None, method: str = "GET") -> ApiError:
        content = body if isinstance(body, (bytes, str)) else json.dumps(body)
        http.upsert(method, f"https://api.osc-fr1.scalingo.com{PATH}", status=status, body=content, headers=headers)
        with pytest.raises(ApiError) as error:
            client.get(PATH) if method == "GET" else client.write(method, PATH, 200)
        return error.value

    return ask


# The words of each form that the API and what stands before it are known to give, and the error that it stands for.
FORMS: list[tuple[int, Any, type[ApiError], str]] = [
    (400, {"error": "invalid JSON"}, RejectedError, "invalid JSON"),
    (400, {"error": "no parameter", "code": "missing", "type": "app"}, RejectedError, "no parameter"),
    (401, {"error": "Invalid credentials"}, AuthenticationError, "Invalid credentials"),
    (401, "", AuthenticationError, ""),
    (402, {"error": "payment needed", "url": "https://dashboard/billing"}, RejectedError, "payment needed"),
    (402, {"error": "trial over", "url": "https://d", "name": "free-trial-exceeded"}, RejectedError, "trial over"),
    (403, {"error": "region is disabled", "code": "region_disabled"}, ForbiddenError, "region is disabled"),
    (404, {"resource": "project", "error": "not found"}, NotFoundError, "not found"),
    (404, {"error": "Project not found"}, NotFoundError, "Project not found"),
    (404, {"message": "Looking for something here?", "url": "/v1/v1"}, RouteNotFoundError, "Looking for something"),
    (404, HTML, RouteNotFoundError, "an HTML page"),
    (404, "", RouteNotFoundError, ""),
    (404, {}, RouteNotFoundError, ""),
    (404, "null", RouteNotFoundError, ""),
    (404, {"resource": "project"}, RouteNotFoundError, ""),
    (404, {"error": None}, RouteNotFoundError, ""),
    (404, {"error": {"not": "found"}}, RouteNotFoundError, ""),
    (407, "", ProxyAuthenticationError, ""),
    (409, {"error": "Cannot delete project with existing apps"}, ConflictError, "Cannot delete project with existing"),
    (422, {"errors": {"name": ["can't be blank"]}}, ValidationError, "name: can't be blank"),
    (422, {"errors": {"name": ["too short", "taken"]}}, ValidationError, "name: too short; name: taken"),
    (422, {"errors": {"name": ["taken"], "owner": ["odd"]}}, ValidationError, "name: taken; owner: odd"),
    (422, {"errors": {"name": [["has already been taken"]]}}, ValidationError, "name: has already been taken"),
    (422, {"errors": {"name": "taken"}}, ValidationError, "name: taken"),
    (422, {"errors": {"owner": {"name": ["taken"]}}}, ValidationError, "owner.name: taken"),
    (422, {"errors": ["taken", ["odd"]]}, ValidationError, "taken; odd"),
    (422, {"errors": {"name": [None, 7, {}]}}, ValidationError, ""),
    (422, {"error": "name is taken"}, ValidationError, "name is taken"),
    (429, "Retry later\n", RateLimitError, "Retry later"),
    (429, '"Retry later"', RateLimitError, "Retry later"),
    (429, {"error": "too many", "code": "rate_limited"}, RateLimitError, "too many"),
    (418, {"error": "teapot"}, RejectedError, "teapot"),
    (500, {"error": "Internal error occured, we're on it!"}, ServerError, "Internal error occured, we're on it!"),
    (502, "<html><body>Bad Gateway</body></html>", ServerError, "an HTML page"),
    (503, "no healthy upstream", ServerError, "no healthy upstream"),
    (301, HTML, UnexpectedResponseError, ""),
    (304, "", UnexpectedResponseError, ""),
    (200, HTML, UnreadableResponseError, ""),
    (200, "", UnreadableResponseError, ""),
    (200, '{"project": {', UnreadableResponseError, ""),
    (200, [], UnexpectedResponseError, ""),
    (202, {"message": "accepted"}, UnexpectedResponseError, ""),
]


@pytest.mark.parametrize(("status", "body", "kind", "words"), FORMS)
def test_error_every_form_has_its_kind_and_words(
    error_of: ErrorOf, status: int, body: Any, kind: type[ApiError], words: str
) -> None:
    error = error_of(status, body)
    assert error.__class__ is kind
    limited = "Rate limit reached (60 requests per minute): " if status == 429 else ""
    assert str(error).startswith(f"{limited}GET {PATH} returned HTTP {status}")
    if status >= 400:
        assert (f"{status}: {words}" if words else f"{status}.") in str(error)
    assert "\n" not in str(error)
    assert str(error).endswith(".")
    assert (error.status, error.method, error.path, error.request_id) == (status, "GET", PATH, None)


@pytest.mark.parametrize(
    ("status", "body", "advice"),
    [
        (402, {"error": "no"}, "billing profile"),
        (404, HTML, f"No such path exists. {CHECK}"),
        (407, "", "It comes from a proxy: check the username and password"),
        (302, "", f"never followed. {CHECK}"),
        (200, HTML, f"without JSON, which is not the form of the Scalingo API. {CHECK}"),
        (202, {}, f"instead of 200, which is not the form of the Scalingo API. {CHECK}"),
    ],
)
def test_error_advice_follows_the_reason(error_of: ErrorOf, status: int, body: Any, advice: str) -> None:
    assert advice in str(error_of(status, body))


def test_error_404_of_an_object_gives_no_advice_on_urls(error_of: ErrorOf) -> None:
    assert "api_url" not in str(error_of(404, {"error": "not found"}))


@pytest.mark.parametrize(
    ("status", "body", "unknown", "of_object", "max_tries"),
    [
        (400, "", False, True, 1),
        (401, "", False, True, 1),
        (404, {"error": "not found"}, False, True, 1),
        (404, HTML, False, False, 1),
        (407, "", False, False, 1),
        (409, "", False, True, 1),
        (422, "", False, True, 1),
        (429, "", False, False, math.inf),
        (500, "", True, False, math.inf),
        (302, "", True, False, 1),
        (200, HTML, True, False, 3),
        (200, [], True, False, 1),
    ],
)
def test_error_of_a_write_says_what_it_leaves_unknown(
    error_of: ErrorOf, status: int, body: Any, unknown: bool, of_object: bool, max_tries: float
) -> None:
    error = error_of(status, body, method="PATCH")
    assert (error.outcome_unknown, isinstance(error, RejectedError), error.max_tries) == (unknown, of_object, max_tries)
    assert not error_of(status, body).outcome_unknown, "a read does nothing"


# Words


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"error": "one", "message": "two", "errors": {"name": ["three"]}}, "one"),
        ({"message": "two", "errors": {"name": ["three"]}}, "two"),
        ({"error": None, "message": None, "errors": {"name": ["three"]}}, "name: three"),
        ("\n\n  first line  \r\nsecond line", "first line"),
        ("\n< !doctype html>", "an HTML page"),
        ("<?xml version='1.0'?><html>", "an HTML page"),
        ("html is fine", "html is fine"),
        ({"error": "two\nlines\r\n\tand a tab"}, "two lines and a tab"),
        ({"error": "bell\x07 escape\x1b[31m null\x00 delete\x7f."}, "bell escape [31m null delete ."),
        ({"error": "separators\u2028and\u2029next\x85line"}, "separators and next line"),
        (b"\xff\xfe\x00", "\ufffd\ufffd"),
        ({"error": "not now..."}, "not now"),
    ],
)
def test_error_words_are_one_line(error_of: ErrorOf, body: Any, words: str) -> None:
    assert str(error_of(400, body)) == f"GET {PATH} returned HTTP 400: {words.rstrip('.')}."


@pytest.mark.parametrize("form", ["{}", '{{"error": "{}"}}', '{{"errors": {{"name": ["{}"]}}}}'])
def test_error_long_texts_are_cut_between_words(error_of: ErrorOf, form: str) -> None:
    """Half a secret would not be recognized as one, and be shown."""
    text = form.format("word " * 1000)
    error = error_of(400, text)
    assert str(error).count("word") * 5 <= 300 and str(error).count("word") > 50
    assert len(error.body) <= 2003 and error.body.endswith(" ...")
    assert set(error.body.rpartition(form[:6])[2].split()) <= {"word", "..."} or form != "{}"
    assert "secret" not in json.dumps(error_of(400, form.format("secret" * 1000)).as_failure())


@pytest.mark.parametrize("body", [{"error": "no", "more": [1, None, True]}, [1, 2], None, "text", 7])
def test_error_short_json_is_kept_as_such(error_of: ErrorOf, body: Any) -> None:
    assert error_of(500, json.dumps(body)).body == body


@pytest.mark.parametrize("status", [202, 404, 500])
@pytest.mark.parametrize(
    "body",
    [
        "[" * 990 + "]" * 990,
        "[" * 100_000 + "]" * 100_000,
        '{"errors":' + "[" * 450 + '"x"' + "]" * 450 + "}",
        "1" * 5000,
        "NaN",
        '"\\ud800"',
    ],
    ids=["lists", "too many lists", "errors", "long number", "NaN", "half a character"],
)
def test_error_odd_json_is_a_response_like_any_other(error_of: ErrorOf, status: int, body: str) -> None:
    assert error_of(status, body).status == status


# Request ID, and what a failed task shows


@pytest.mark.parametrize("status", [202, 302, 404, 422, 429, 500])
def test_error_has_the_request_id(error_of: ErrorOf, status: int) -> None:
    error = error_of(status, {"error": "no"}, {"X-Request-Id": "5f0e-77"})
    assert error.as_failure()["error"]["request_id"] == "5f0e-77"
    assert "(X-Request-Id: 5f0e-77)" in str(error)


@pytest.mark.parametrize("value", [None, "x" * 101])
def test_error_missing_or_endless_request_id_is_not_mentioned(error_of: ErrorOf, value: str | None) -> None:
    assert "X-Request-Id" not in str(error_of(500, "", {"X-Request-Id": value} if value else {}))


def test_error_context_comes_before_and_consequence_after_the_words(error_of: ErrorOf) -> None:
    body = {"error": "no"}
    error = error_of(409, body)
    error.add_context("The project is full.")
    error.add_context("Cannot delete project 'pr-1'.")
    error.add_consequence("It is still there.")
    start = "Cannot delete project 'pr-1'. The project is full."
    assert error.as_failure() == {
        "msg": f"{start} GET {PATH} returned HTTP 409: no. It is still there.",
        "error": {"status": 409, "method": "GET", "path": PATH, "request_id": None, "body": body},
    }


# Retry-After, and the clock of the server

NOW = 784111777.0  # Sun, 06 Nov 1994 08:49:37 GMT


def made(headers: dict[str, str], status: int = 429) -> Response:
    return Response(Request("GET", "https://api", PATH), status, headers, b"Retry later")


@pytest.mark.parametrize("date", ["Sun, 06 Nov 1994 08:49:37 GMT", None, "yesterday"])
@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        (" 7 ", 7.0),
        ("999999999", 999999999.0),
        ("Sun, 06 Nov 1994 08:49:50 GMT", 13.0),
        ("Sun, 06 Nov 1994 09:49:50 +0100", 13.0),
        ("Sunday, 06-Nov-94 08:49:50 GMT", 13.0),
        ("Sun, 06 Nov 1994 08:49:00 GMT", -37.0),
        ("", None),
        ("-7", None),
        ("1.5", None),
        ("9" * 10, None),
        ("\u00b2", None),
        ("\u0667", None),
        ("soon", None),
        ("Sun, 99 Nov 1994 08:49:37 GMT", None),
    ],
)
def test_retry_after_is_read_in_both_forms(
    monkeypatch: pytest.MonkeyPatch, value: str, seconds: float | None, date: str | None
) -> None:
    # Our clock is an hour ahead where the server tells its own time.
    ours = NOW + 3600 if date and date.startswith("Sun") else NOW
    monkeypatch.setattr(response, "time", SimpleNamespace(time=lambda: ours))
    headers = {"Retry-After": value} | ({"Date": date} if date is not None else {})
    assert made(headers).retry_after == seconds
    assert made(headers).error().retry_after == seconds


def test_retry_after_without_the_header_is_none() -> None:
    assert made({}).retry_after is None


@pytest.fixture
def far_away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """We are in another time zone than HTTP, which is in Greenwich."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "America/New_York")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("far_away")
@pytest.mark.parametrize(
    "value", ["Sun, 06 Nov 1994 08:49:50 GMT", "Sunday, 06-Nov-94 08:49:50 GMT", "Sun Nov  6 08:49:50 1994"]
)
def test_retry_after_date_of_any_form_is_in_greenwich(value: str) -> None:
    assert made({"Retry-After": value, "Date": "Sun, 06 Nov 1994 08:49:37 GMT"}).retry_after == 13.0


@pytest.mark.parametrize(
    ("date", "seconds"),
    [("Sun, 06 Nov 1994 08:49:37 GMT", NOW), ("Sun, 06 Nov 1994 09:49:37 +0100", NOW), ("yesterday", None), ("", None)],
)
def test_date_is_the_time_of_the_server(date: str, seconds: float | None) -> None:
    assert made({"Date": date}, 200).date == seconds
