# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a response says: which error it stands for, in whose words, how long to wait, and its dates."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

import pytest
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
from ansible_collections.community.scalingo.plugins.module_utils._http.response import Request, Response
from ansible_collections.community.scalingo.plugins.module_utils._types import parse_date

HTML = "<!DOCTYPE html>\n<html><head><title>Oops</title></head><body>Not here</body></html>"
PATH = "/v1/projects/pr-1"
CHECK = "Check SCALINGO_API_URL (https://api)."


def made(status: int, body: Any = "", headers: dict[str, str] | None = None, safe: bool = True) -> Response:
    content = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
    request = Request("GET", "https://api", PATH, source="SCALINGO_API_URL", safe=safe)
    return Response(request, status, headers or {}, content)


def error_of(*arguments: Any, **keywords: Any) -> ApiError:
    came = made(*arguments, **keywords)
    assert not came.succeeded
    return came.error()


# The words of each form that the API and what stands before it are known to give, and the error that it stands for.
FORMS: list[tuple[int, Any, type[ApiError], str]] = [
    (400, {"error": "invalid JSON"}, RejectedError, "invalid JSON"),
    (400, {"error": "no parameter", "code": "missing", "type": "app"}, RejectedError, "no parameter"),
    (401, {"error": "Invalid credentials"}, AuthenticationError, "Invalid credentials"),
    (401, "", AuthenticationError, ""),
    (402, {"error": "trial over", "url": "https://d", "name": "free-trial-exceeded"}, RejectedError, "trial over"),
    (403, {"error": "region is disabled", "code": "region_disabled"}, ForbiddenError, "region is disabled"),
    (404, {"resource": "project", "error": "not found"}, NotFoundError, "not found"),
    (404, {"error": "Project not found"}, NotFoundError, "Project not found"),
    (404, {"message": "Looking for something here?", "url": "/v1/v1"}, RouteNotFoundError, "Looking for something"),
    (404, HTML, RouteNotFoundError, "an HTML page"),
    *((404, body, RouteNotFoundError, "") for body in ("", {}, "null", {"resource": "project"}, {"error": None})),
    (404, {"error": {"not": "found"}}, RouteNotFoundError, ""),
    (407, "", ProxyAuthenticationError, ""),
    (409, {"error": "Cannot delete project with existing apps"}, ConflictError, "Cannot delete project with existing"),
    (422, {"errors": {"name": ["can't be blank"]}}, ValidationError, "name: can't be blank"),
    (422, {"errors": {"name": ["too short", "taken"]}}, ValidationError, "name: too short; name: taken"),
    (422, {"errors": {"name": ["taken"], "owner": ["odd"]}}, ValidationError, "name: taken; owner: odd"),
    (422, {"errors": {"name": [["has already been taken"]]}}, ValidationError, "name: has already been taken"),
    (422, {"errors": {"owner": {"name": "taken"}}}, ValidationError, "owner.name: taken"),
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
    *((status, HTML, UnexpectedResponseError, "") for status in (301, 304)),
    *((200, body, UnreadableResponseError, "") for body in (HTML, "", '{"project": {')),
    (200, [], UnexpectedResponseError, ""),
    (202, {"message": "accepted"}, UnexpectedResponseError, ""),
]
MAX_TRIES = {RateLimitError: math.inf, ServerError: math.inf, UnreadableResponseError: 3}
UNKNOWN = (ServerError, UnexpectedResponseError, UnreadableResponseError)


@pytest.mark.parametrize(("status", "body", "kind", "words"), FORMS)
def test_error_every_form_has_its_kind_and_words(status: int, body: Any, kind: type[ApiError], words: str) -> None:
    error = error_of(status, body)
    assert error.__class__ is kind
    limited = "Rate limit reached (60 requests per minute): " if status == 429 else ""
    assert str(error).startswith(f"{limited}GET {PATH} returned HTTP {status}")
    if status >= 400:
        assert (f"{status}: {words}" if words else f"{status}.") in str(error)
    assert str(error).isprintable() and str(error).endswith(".")
    assert (error.status, error.method, error.path, error.request_id) == (status, "GET", PATH, None)
    assert (error.max_tries, error.outcome_unknown) == (MAX_TRIES.get(kind, 1), False)
    assert error_of(status, body, safe=False).outcome_unknown is (kind in UNKNOWN)


@pytest.mark.parametrize(
    ("status", "body", "advice"),
    [
        (402, {"error": "no"}, "billing profile"),
        (404, HTML, f"No such path exists. {CHECK}"),
        (407, "", "It comes from a proxy. Check the username and password"),
        (302, "", f"never followed. {CHECK}"),
        (200, HTML, f"without JSON, which does not match the Scalingo API. {CHECK}"),
        (202, {}, f"instead of 200, which does not match the Scalingo API. {CHECK}"),
    ],
)
def test_error_advice_follows_the_reason(status: int, body: Any, advice: str) -> None:
    assert advice in str(error_of(status, body))
    assert CHECK not in str(error_of(404, {"error": "not found"}))


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
def test_error_words_are_one_line(body: Any, words: str) -> None:
    assert str(error_of(400, body)) == f"GET {PATH} returned HTTP 400: {words.rstrip('.')}."


@pytest.mark.parametrize("form", ["{}", '{{"error": "{}"}}', '{{"errors": {{"name": ["{}"]}}}}'])
def test_error_long_texts_are_cut_between_words(form: str) -> None:
    """Half a secret would not be recognized as one, and be shown."""
    error = error_of(400, form.format("word " * 1000))
    assert 50 < str(error).count("word") <= 60
    assert 1990 < len(error.body) <= 2003 and error.body.endswith("word ...")
    assert "secret" not in json.dumps(error_of(400, form.format("secret" * 1000)).as_failure())


@pytest.mark.parametrize("status", [202, 404, 500])
@pytest.mark.parametrize(
    "body",
    [
        *("[" * depth + "]" * depth for depth in (990, 100_000)),
        '{"errors":' + "[" * 450 + '"x"' + "]" * 450 + "}",
        *("1" * 5000, "NaN", '"\\ud800"'),
    ],
    ids=["lists", "too many lists", "errors", "long number", "NaN", "half a character"],
)
def test_error_odd_json_is_a_response_like_any_other(status: int, body: str) -> None:
    assert error_of(status, body).status == status


# Request ID, and what a failed task shows


@pytest.mark.parametrize("status", [202, 302, 404, 422, 429, 500])
def test_error_has_the_request_id(status: int) -> None:
    error = error_of(status, {"error": "no"}, {"X-Request-Id": "5f0e-77"})
    assert error.as_failure()["error"]["request_id"] == "5f0e-77" and "(X-Request-Id: 5f0e-77)" in str(error)
    assert error_of(status, "", {"X-Request-Id": "x" * 100}).request_id == "x" * 100
    assert "X-Request-Id" not in str(error_of(status, "", {"X-Request-Id": "x" * 101}))


def test_error_context_comes_before_and_consequence_after_the_words() -> None:
    error = error_of(409, body := {"error": "no"})
    error.add_context("The project is full.")
    error.add_context("Cannot delete project 'pr-1'.")
    error.add_consequence("It is still there.")
    start = "Cannot delete project 'pr-1'. The project is full."
    assert error.as_failure() == {
        "msg": f"{start} GET {PATH} returned HTTP 409: no. It is still there.",
        "error": {"status": 409, "method": "GET", "path": PATH, "request_id": None, "body": body},
    }


# Dates: Retry-After, the clock of the server, and those of objects

NOW = 784111777.0
NOW_TEXT = "Sun, 06 Nov 1994 08:49:37 GMT"


@pytest.fixture
def far_away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """We are in another time zone than HTTP, which is in Greenwich."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "America/New_York")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("far_away")
@pytest.mark.parametrize("date", [NOW_TEXT, None, "yesterday"])
@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        *(("0", 0.0), (" 7 ", 7.0), ("999999999", 999999999.0), ("Sun, 06 Nov 1994 08:49:00 GMT", -37.0)),
        *((f"{day} 08:49:50 GMT", 13.0) for day in ("Sun, 06 Nov 1994", "Sunday, 06-Nov-94")),
        *(("Sun, 06 Nov 1994 09:49:50 +0100", 13.0), ("Sun Nov  6 08:49:50 1994", 13.0)),
        *((value, None) for value in ("", "-7", "1.5", "9" * 10, "\u00b2", "\u0667", "soon")),
        ("Sun, 99 Nov 1994 08:49:37 GMT", None),
    ],
)
def test_retry_after_is_read_in_every_form(
    monkeypatch: pytest.MonkeyPatch, value: str, seconds: float | None, date: str | None
) -> None:
    # Our clock is an hour ahead where the server tells its own time.
    ours = NOW + 3600 if date == NOW_TEXT else NOW
    monkeypatch.setattr(response, "time", SimpleNamespace(time=lambda: ours))
    headers = {"Retry-After": value} | ({"Date": date} if date is not None else {})
    assert made(429, "", headers).retry_after == error_of(429, "", headers).retry_after == seconds
    assert made(429).retry_after is None


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        *((f"2026-07-06T23:30:31.{digits}Z", 500) for digits in ("500", "5", "500000", "500000999")),
        *((f"2026-07-07T01:30:31{rest}", 500) for rest in (".500+02:00", ".500+0200")),
        *((f"2026-07-06T{rest}", 0) for rest in ("18:00:31-05:30", "23:30:31Z", "23:30:31+00:00")),
    ],
)
def test_parse_date_every_form_is_the_same_moment(text: str, milliseconds: int) -> None:
    moment = datetime(2026, 7, 6, 23, 30, 31, tzinfo=timezone.utc)
    assert parse_date(text) == moment + timedelta(milliseconds=milliseconds)
