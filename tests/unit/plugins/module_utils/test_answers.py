# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an HTTP answer says: which error it stands for, in whose words, and how long to wait."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import responses
from ansible_collections.community.scalingo.plugins.module_utils import _answers
from ansible_collections.community.scalingo.plugins.module_utils._answers import EXCERPT, WORDS, Answer
from ansible_collections.community.scalingo.plugins.module_utils._client import Client
from ansible_collections.community.scalingo.plugins.module_utils._errors import (
    ApiError,
    ApiRefusal,
    AuthenticationError,
    ConflictError,
    ForbiddenError,
    NotFoundError,
    RateLimitError,
    RouteNotFoundError,
    ServerError,
    UnexpectedAnswerError,
    UnreadableAnswerError,
    ValidationError,
)

HTML = "<!DOCTYPE html>\n<html><head><title>Oops</title></head><body>Not here</body></html>"
PATH = "/v1/projects/pr-1"
PLACE = "api_url (https://api.osc-fr1.scalingo.com)"


ErrorOf = Callable[..., ApiError]


@pytest.fixture
def error_of(http: responses.RequestsMock, connect: Any, clock: Any) -> ErrorOf:
    """Gives the error that an answer becomes: `error_of(status, body, headers)`."""
    client = Client(connect(max_wait=0))

    def ask(status: int, body: Any, headers: dict[str, str] | None = None) -> ApiError:
        content = body if isinstance(body, (bytes, str)) else json.dumps(body)
        http.upsert("GET", f"https://api.osc-fr1.scalingo.com{PATH}", status=status, body=content, headers=headers)
        with pytest.raises(ApiError) as error:
            client.get(PATH)
        return error.value

    return ask


# The words of each form that the API and what stands before it are known to give, and the error that it stands for.
FORMS: list[tuple[int, Any, type[ApiError], str]] = [
    (400, {"error": "invalid JSON"}, ApiRefusal, "invalid JSON"),
    (400, {"error": "no parameter", "code": "missing", "type": "app"}, ApiRefusal, "no parameter"),
    (401, {"error": "Invalid credentials"}, AuthenticationError, "Invalid credentials"),
    (401, "", AuthenticationError, ""),
    (402, {"error": "payment needed", "url": "https://dashboard/billing"}, ApiRefusal, "payment needed"),
    (402, {"error": "trial over", "url": "https://d", "name": "free-trial-exceeded"}, ApiRefusal, "trial over"),
    (403, {"error": "forbidden"}, ForbiddenError, "forbidden"),
    (403, {"error": "region is disabled", "code": "region_disabled"}, ForbiddenError, "region is disabled"),
    (404, {"resource": "project", "error": "not found"}, NotFoundError, "not found"),
    (404, {"resource": "base", "error": "not found"}, NotFoundError, "not found"),
    (404, {"error": "Project not found"}, NotFoundError, "Project not found"),
    (
        404,
        {"message": "Looking for something here? You must be wrong", "url": "/v1/v1/projects"},
        RouteNotFoundError,
        "Looking for something here? You must be wrong",
    ),
    (404, HTML, RouteNotFoundError, "an HTML page"),
    (404, "", RouteNotFoundError, ""),
    (404, "Not Found", RouteNotFoundError, "Not Found"),
    (404, {}, RouteNotFoundError, ""),
    (404, [], RouteNotFoundError, ""),
    (404, "null", RouteNotFoundError, ""),
    (404, {"resource": "project"}, RouteNotFoundError, ""),
    (404, {"error": None}, RouteNotFoundError, ""),
    (404, {"error": {"not": "found"}}, RouteNotFoundError, ""),
    (409, {"error": "Cannot delete project with existing apps"}, ConflictError, "Cannot delete project with existing"),
    (422, {"errors": {"name": ["can't be blank"]}}, ValidationError, "name: can't be blank"),
    (422, {"errors": {"project": ["missing field"]}}, ValidationError, "project: missing field"),
    (422, {"errors": {"name": ["too short", "taken"]}}, ValidationError, "name: too short; name: taken"),
    (422, {"errors": {"name": ["taken"], "owner": ["odd"]}}, ValidationError, "name: taken; owner: odd"),
    (422, {"errors": {"name": [["has already been taken"]]}}, ValidationError, "name: has already been taken"),
    (422, {"errors": {"name": "taken"}}, ValidationError, "name: taken"),
    (422, {"errors": {"owner": {"name": ["taken"]}}}, ValidationError, "owner.name: taken"),
    (422, {"errors": ["taken", ["odd"]]}, ValidationError, "taken; odd"),
    (422, {"errors": "taken"}, ValidationError, "taken"),
    (422, {"errors": {"name": [None, 7, {}]}}, ValidationError, ""),
    (422, {"error": "name is taken"}, ValidationError, "name is taken"),
    (429, "Retry later\n", RateLimitError, "Retry later"),
    (429, {"error": "too many", "code": "rate_limited"}, RateLimitError, "too many"),
    (418, {"error": "teapot"}, ApiRefusal, "teapot"),
    (500, {"error": "Internal error occured, we're on it!"}, ServerError, "Internal error occured, we're on it!"),
    (500, "", ServerError, ""),
    (502, "<html><body>Bad Gateway</body></html>", ServerError, "an HTML page"),
    (503, "no healthy upstream", ServerError, "no healthy upstream"),
    (504, HTML, ServerError, "an HTML page"),
    (301, HTML, UnexpectedAnswerError, "an HTML page"),
    (302, "", UnexpectedAnswerError, ""),
    (304, "", UnexpectedAnswerError, ""),
    (200, HTML, UnreadableAnswerError, "an HTML page"),
    (200, "", UnreadableAnswerError, ""),
    (200, "OK", UnreadableAnswerError, "OK"),
    (200, '{"project": {', UnreadableAnswerError, '{"project": {'),
    (200, [], UnexpectedAnswerError, ""),
    (202, {"message": "accepted"}, UnexpectedAnswerError, "accepted"),
]


@pytest.mark.parametrize(("status", "body", "kind", "words"), FORMS)
def test_error_of_every_form(error_of: ErrorOf, status: int, body: Any, kind: type[ApiError], words: str) -> None:
    error = error_of(status, body)
    assert error.__class__ is kind
    assert f"GET {PATH} was answered {status}" in str(error)
    if status >= 400:
        assert (f"{status}: {words}" if words else f"{status}.") in str(error)
    assert "\n" not in str(error)
    assert str(error).endswith(".")
    assert (error.status, error.method, error.path, error.request_id) == (status, "GET", PATH, None)


@pytest.mark.parametrize(
    ("status", "body", "advice"),
    [
        (402, {"error": "no"}, "billing profile"),
        (404, HTML, f"check {PLACE}."),
        (302, "", f"never followed: check {PLACE}."),
        (200, HTML, f"not the form of the Scalingo API: check {PLACE}."),
    ],
)
def test_advice(error_of: ErrorOf, status: int, body: Any, advice: str) -> None:
    assert advice in str(error_of(status, body))


def test_404_of_an_object_gives_no_advice_on_urls(error_of: ErrorOf) -> None:
    assert "api_url" not in str(error_of(404, {"error": "not found"}))


@pytest.mark.parametrize(
    ("status", "body", "unknown", "about_object", "max_tries"),
    [
        (400, "", False, True, 1),
        (401, "", False, True, 1),
        (403, "", False, True, 1),
        (404, {"error": "not found"}, False, True, 1),
        (404, HTML, False, False, 1),
        (409, "", False, True, 1),
        (422, "", False, True, 1),
        (429, "", False, False, None),
        (500, "", True, False, None),
        (302, "", True, False, 1),
        (200, HTML, True, False, 3),
        (200, [], True, False, 1),
    ],
)
def test_what_an_error_means_for_the_request(
    error_of: ErrorOf, status: int, body: Any, unknown: bool, about_object: bool, max_tries: int | None
) -> None:
    error = error_of(status, body)
    assert (error.outcome_unknown, error.about_object, error.max_tries) == (unknown, about_object, max_tries)


# Words


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"error": "one", "message": "two", "errors": {"name": ["three"]}}, "one"),
        ({"message": "two", "errors": {"name": ["three"]}}, "two"),
        ({"error": 1, "message": "two"}, "two"),
        ({"error": None, "message": None, "errors": {"name": ["three"]}}, "name: three"),
        ("first line\nsecond line", "first line"),
        ("\n\n  first line  \r\nsecond line", "first line"),
        ("<HTML>", "an HTML page"),
        ("\n< !doctype html>", "an HTML page"),
        ("<?xml version='1.0'?><html>", "an HTML page"),
        ("html is fine", "html is fine"),
        ({"error": "two\nlines\r\n\tand a tab"}, "two lines and a tab"),
        ({"error": "bell\x07 escape\x1b[31m null\x00 delete\x7f."}, "bell escape [31m null delete ."),
        ({"error": "separators\u2028and\u2029next\x85line"}, "separators and next line"),
        ({"error": "  around  "}, "around"),
        (b"caf\xe9", "caf\ufffd"),
        (b"\xff\xfe\x00", "\ufffd\ufffd"),
    ],
)
def test_words(error_of: ErrorOf, body: Any, words: str) -> None:
    assert str(error_of(400, body)) == f"GET {PATH} was answered 400: {words.rstrip('.')}."


def test_words_of_json_that_is_a_text(error_of: ErrorOf) -> None:
    assert "Retry later" in str(error_of(429, '"Retry later"'))


def test_words_are_limited(error_of: ErrorOf) -> None:
    for body in ({"error": "x" * 5000}, "x" * 100_000, {"errors": {"name": ["x" * 5000]}}):
        assert str(error_of(400, body)).count("x") <= WORDS


@pytest.mark.parametrize("end", ["", ".", "..."])
def test_full_stop_is_not_doubled(error_of: ErrorOf, end: str) -> None:
    assert str(error_of(409, {"error": f"not now{end}"})) == f"GET {PATH} was answered 409: not now."


# Request ID


@pytest.mark.parametrize("status", [202, 302, 404, 422, 429, 500])
def test_request_id_is_part_of_every_error(error_of: ErrorOf, status: int) -> None:
    error = error_of(status, {"error": "no"}, {"X-Request-Id": "5f0e-77"})
    assert error.request_id == "5f0e-77"
    assert "X-Request-Id: 5f0e-77" in str(error)
    assert error.as_failure()["error"]["request_id"] == "5f0e-77"


def test_missing_request_id_is_not_mentioned(error_of: ErrorOf) -> None:
    assert "X-Request-Id" not in str(error_of(500, ""))


# What the error keeps


def test_failure(error_of: ErrorOf) -> None:
    body = {"errors": {"name": ["has already been taken"]}}
    error = error_of(422, body)
    assert error.as_failure() == {
        "msg": f"GET {PATH} was answered 422: name: has already been taken.",
        "error": {"status": 422, "method": "GET", "path": PATH, "request_id": None, "body": body},
    }


def test_context_comes_before_the_words_and_the_consequence_after_them(error_of: ErrorOf) -> None:
    error = error_of(409, {"error": "no"})
    error.add_context("The project is full.")
    error.add_context("Cannot delete project pr-1.")
    error.add_consequence("It is still there.")
    start = "Cannot delete project pr-1. The project is full."
    assert error.as_failure()["msg"] == f"{start} GET {PATH} was answered 409: no. It is still there."


@pytest.mark.parametrize("body", ["x" * 100_000, json.dumps({"error": "x" * 100_000}), HTML + " " * 100_000])
def test_long_body_is_cut(error_of: ErrorOf, body: str) -> None:
    assert error_of(500, body).body == body[:EXCERPT]


@pytest.mark.parametrize("body", [{"error": "no", "more": [1, None, True]}, [1, 2], None, "text", 7])
def test_body_that_is_json_is_kept_as_such(error_of: ErrorOf, body: Any) -> None:
    assert error_of(500, json.dumps(body)).body == body


@pytest.mark.parametrize("status", [202, 404, 422, 500])
@pytest.mark.parametrize(
    "body",
    [
        "[" * 450 + "]" * 450,
        "[" * 990 + "]" * 990,
        "[" * 100_000 + "]" * 100_000,
        '{"a":' * 300 + "1" + "}" * 300,
        '{"errors":' + "[" * 450 + '"x"' + "]" * 450 + "}",
        "1" * 5000,
        "NaN",
        '"\\ud800"',
    ],
    ids=["lists", "more lists", "too many lists", "objects", "errors", "long number", "NaN", "half a character"],
)
def test_odd_json_is_an_answer_like_any_other(error_of: ErrorOf, status: int, body: str) -> None:
    assert error_of(status, body).status == status


# Retry-After

NOW = 784111777.0  # Sun, 06 Nov 1994 08:49:37 GMT


@pytest.mark.parametrize("date", ["Sun, 06 Nov 1994 08:49:37 GMT", None, "yesterday", ""])
@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("7", 7.0),
        (" 7 ", 7.0),
        ("120", 120.0),
        ("9" * 400, 999999999.0),
        ("Sun, 06 Nov 1994 08:49:50 GMT", 13.0),
        ("Sun, 06 Nov 1994 09:49:50 +0100", 13.0),
        ("Sunday, 06-Nov-94 08:49:50 GMT", 13.0),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0.0),
        ("Sun, 06 Nov 1994 08:49:00 GMT", 0.0),
        ("", None),
        ("-7", None),
        ("1.5", None),
        ("soon", None),
        ("Sun, 99 Nov 1994 08:49:37 GMT", None),
    ],
)
def test_retry_after(monkeypatch: pytest.MonkeyPatch, value: str, seconds: float | None, date: str | None) -> None:
    # Our clock is an hour ahead where the server tells its own time.
    ours = NOW + 3600 if date and date.startswith("Sun") else NOW
    monkeypatch.setattr(_answers, "time", SimpleNamespace(time=lambda: ours))
    headers = {"Retry-After": value} | ({"Date": date} if date is not None else {})
    assert Answer(429, headers, b"").retry_after == seconds


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
def test_date_of_any_form_is_in_greenwich(value: str) -> None:
    headers = {"Retry-After": value, "Date": "Sun, 06 Nov 1994 08:49:37 GMT"}
    assert Answer(429, headers, b"").retry_after == 13.0


@pytest.mark.parametrize("value", ["\u00b2", "7\u00b2", "\u0667"])
def test_retry_after_in_other_digits_is_ignored(value: str) -> None:
    assert Answer(429, {"Retry-After": value}, b"").retry_after is None


@pytest.mark.parametrize(
    ("date", "seconds"),
    [
        ("Sun, 06 Nov 1994 08:49:37 GMT", NOW),
        ("Sun, 06 Nov 1994 09:49:37 +0100", NOW),
        ("yesterday", 5.0),
        ("", 5.0),
        (None, 5.0),
    ],
)
def test_time_of_the_server(monkeypatch: pytest.MonkeyPatch, date: str | None, seconds: float) -> None:
    monkeypatch.setattr(_answers, "time", SimpleNamespace(time=lambda: 5.0))
    assert Answer(200, {} if date is None else {"Date": date}, b"").server_time == seconds


def test_retry_after_is_part_of_the_error(error_of: ErrorOf) -> None:
    assert error_of(429, "Retry later", {"Retry-After": "7"}).retry_after == 7.0
    assert error_of(503, "", {"Retry-After": "7"}).retry_after == 7.0
    assert error_of(429, "Retry later").retry_after is None


def test_no_retry_after() -> None:
    assert Answer(429, {}, b"Retry later").retry_after is None


def test_half_a_character_is_replaced() -> None:
    """JSON can escape it, and Ansible cannot print it."""
    found = Answer(200, {}, b'{"name": "a\\ud800b", "both": "\\ud83d\\ude00", "list": ["\\udfff"]}').json
    assert found == {"name": "a\ufffdb", "both": "\U0001f600", "list": ["\ufffd"]}
