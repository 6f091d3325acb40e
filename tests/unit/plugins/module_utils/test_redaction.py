# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an error never shows: secrets, in any form in which an answer could echo them."""

from __future__ import annotations

import base64
import html
import json
import re
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
import responses
from ansible_collections.community.scalingo.plugins.module_utils._answers import (
    EXCERPT,
    LONGEST_REQUEST_ID,
    WORDS,
    Answer,
)
from ansible_collections.community.scalingo.plugins.module_utils._client import Client
from ansible_collections.community.scalingo.plugins.module_utils._errors import ApiError
from ansible_collections.community.scalingo.plugins.module_utils._redaction import Redactor

SECRET = "tk-us-hunter/7+seven=="
MASK = "********"

FORMS = {
    "plain": SECRET,
    "in a URL": quote(SECRET, safe=""),
    "base64": base64.b64encode(SECRET.encode()).decode(),
    "base64 without padding": base64.b64encode(SECRET.encode()).decode().rstrip("="),
    "basic authentication": base64.b64encode(f":{SECRET}".encode()).decode(),
}


def redactor(*secrets: str) -> Redactor:
    made = Redactor()
    for secret in secrets or (SECRET,):
        made.add(secret)
    return made


ErrorOf = Callable[..., ApiError]


@pytest.fixture
def error_of(http: responses.RequestsMock, connect: Any) -> ErrorOf:
    """Gives the error that a client with the secret makes of an answer: `error_of(body, headers)`."""
    client = Client(connect(bearer_token=SECRET, max_wait=0))

    def ask(body: str, headers: dict[str, str] | None = None) -> ApiError:
        http.upsert("GET", "https://api.osc-fr1.scalingo.com/v1/projects", status=400, body=body, headers=headers)
        with pytest.raises(ApiError) as error:
            client.get("/v1/projects")
        return error.value

    return ask


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_each_form_is_masked(form: str) -> None:
    assert redactor()(f"got {form}").rstrip("=") == f"got {MASK}"


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize(
    "place",
    [
        lambda text: text,
        lambda text: [text],
        lambda text: {"a": text},
        lambda text: {text: "a"},
        lambda text: {"a": [1, {"b": [[f"x{text}y{text}"]]}], "c": None},
    ],
    ids=["text", "list", "value", "key", "deep"],
)
def test_each_form_is_masked_at_any_depth(form: str, place: Any) -> None:
    shown = json.dumps(redactor()(place(form)))
    assert MASK in shown
    assert form.rstrip("=") not in shown


AWKWARD = "Qm9u+c29p/\\\"'<&>=%41;x"


@pytest.mark.parametrize(
    "escape",
    [
        quote,
        lambda text: quote(text, safe="").lower().replace("qm9u", "Qm9u"),
        lambda text: quote(quote(text, safe=""), safe=""),
        lambda text: json.dumps(text)[1:-1],
        lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
        lambda text: json.dumps(json.dumps(text)[1:-1])[1:-1],
        html.escape,
        lambda text: html.escape(html.escape(text)),
        lambda text: html.escape(json.dumps(text)[1:-1]),
        lambda text: re.sub(r"\W", lambda one: f"&#{ord(one.group())};", text),
        lambda text: re.sub(r"\W", lambda one: f"&#x{ord(one.group()):04X};", text),
        lambda text: re.sub(r"\W", lambda one: f"\\u{ord(one.group()):04x}", text),
        lambda text: re.sub(r"\W", lambda one: f"\\x{ord(one.group()):02x}", text),
    ],
)
def test_an_escaped_secret_is_masked(escape: Callable[[str], str]) -> None:
    assert redactor(AWKWARD)(f"got {escape(AWKWARD)}, and more") == f"got {MASK}, and more"


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
@pytest.mark.parametrize("before", ["", ":", "me:", "them:"])
@pytest.mark.parametrize("after", ["", ",", ", and more"])
def test_secret_within_base64_is_masked(encode: Callable[[bytes], bytes], before: str, after: str) -> None:
    """But for the characters at its ends, which say something of what is around it, too."""
    secret = "Qm9u-c29p~~~???>>>Y2k"
    whole = encode((before + secret + after).encode()).decode()
    masked = redactor(secret)(whole)
    assert MASK in masked
    start = len(before) * 4 // 3
    assert not [piece for piece in (whole[start + 3 : start + 9], whole[start + 15 : start + 21]) if piece in masked]


def test_short_secret_does_not_hide_ordinary_texts() -> None:
    assert redactor("ab")("FiYQ eGFi ab") == f"FiYQ eGFi {MASK}"


def test_what_an_error_shows_of_a_large_answer_takes_no_time() -> None:
    answer = Answer(500, {}, b"x" * 16 * 1024 * 1024)
    begun = time.monotonic()
    answer.error("GET", "/v1/projects", redactor("".join(FORMS.values())))
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("value", [None, True, 7, 1.5, "harmless", [], {}, {"a": ["b", None]}])
def test_everything_else_is_left_alone(value: Any) -> None:
    assert redactor()(value) == value


def test_every_secret_is_masked() -> None:
    assert redactor("first", "second")("first, second, third") == f"{MASK}, {MASK}, third"


@pytest.mark.parametrize("secrets", [("hunter", "hunter7"), ("hunter7", "hunter")])
def test_secret_that_begins_like_another_leaves_no_rest(secrets: tuple[str, str]) -> None:
    assert redactor(*secrets)("hunter7") == MASK


def test_nothing_is_hidden_from_the_start() -> None:
    assert Redactor()("text") == "text"


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("body", ['{{"error": "no {}"}}', '{{"errors": {{"name": ["no {}"]}}}}', "no {}", "<html>{}"])
def test_error_shows_no_secret(error_of: ErrorOf, form: str, body: str) -> None:
    error = error_of(body.format(form), {"X-Request-Id": f"id-{form}"})
    shown = json.dumps(error.as_failure())
    assert MASK in shown
    assert form.rstrip("=") not in shown


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("status", [200, 302, 400, 404, 429, 503])
def test_a_request_id_shows_no_secret(http: responses.RequestsMock, connect: Any, status: int, form: str) -> None:
    client = Client(connect(bearer_token=SECRET, max_wait=0))
    http.get("https://api.osc-fr1.scalingo.com/v1/projects", status=status, headers={"X-Request-Id": f"id-{form}"})
    with pytest.raises(ApiError) as error:
        client.get("/v1/projects")
    assert f"(X-Request-Id: id-{MASK}" in str(error.value)
    assert error.value.request_id.rstrip("=") == f"id-{MASK}"
    assert form.rstrip("=") not in json.dumps(error.value.as_failure())


def test_no_part_of_a_secret_is_left_where_a_request_id_is_cut(error_of: ErrorOf) -> None:
    for form in FORMS.values():
        for before in range(LONGEST_REQUEST_ID - 30, LONGEST_REQUEST_ID):
            error = error_of("", {"X-Request-Id": "x" * before + form})
            assert form[:6] not in json.dumps(error.as_failure())


@pytest.mark.parametrize("limit", [WORDS, EXCERPT])
@pytest.mark.parametrize("template", ["{}", '{{"error": "{}"}}'])
def test_no_part_of_a_secret_is_left_where_a_text_is_cut(error_of: ErrorOf, limit: int, template: str) -> None:
    """What lies across the limit is cut, and its beginning would be shown."""
    for form in FORMS.values():
        for before in range(limit - 30, limit):
            shown = json.dumps(error_of(template.format("x" * before + form)).as_failure())
            assert form[:6] not in shown


@pytest.mark.parametrize(
    "token",
    [
        "tk-us-q6nHS_xeoLmswy4bZr3Q1yribqeQa_rPRTUIIJAA1mqXUbDq",
        "eyJhbGciOiJIUzUxMiJ9.eyJ1dWlkIjoidXMtMSJ9.c2lnbmF0dXJl",
    ],
    ids=["api-token", "bearer-token"],
)
def test_what_looks_like_a_token_is_masked_whosever_it_is(error_of: ErrorOf, token: str) -> None:
    error = error_of('{"error": "no ' + token + '"}')
    assert token not in str(error) + str(error.as_failure())
    assert Redactor.MASK in str(error)


@pytest.mark.parametrize(
    "text",
    [
        "eyJ" * 300_000,
        "eyJ" * 100_000 + "." + "eyJ" * 100_000,
        ".eyJ0123456789" * 50_000,
        "tk-us-" * 100_000,
        "." * 10**6,
    ],
    ids=["one word", "two words", "many words", "prefixes", "dots"],
)
def test_no_text_keeps_the_search_for_tokens_busy(text: str) -> None:
    began = time.process_time()
    redactor()(text)
    assert time.process_time() - began < 2


@pytest.mark.parametrize("length", [40, 1500, 5000])
def test_no_part_of_a_secret_that_is_repeated_is_shown(error_of: ErrorOf, length: int) -> None:
    """Masked, a text is shorter, and what was cut off at the end of it would come to light."""
    secret = ("q6nHS_xeoLmswy4b" * 400)[:length]
    shown = Answer(400, {}, (secret * (2_000_000 // length)).encode()).body(redactor(secret))
    assert secret[:8] not in shown


def test_a_web_token_is_masked_wherever_it_begins() -> None:
    token = "eyJhbGciOiJIUzUx.eyJpc3Mi.c2ln-_"
    for before, after in (("", ""), ("%20", "."), ("a.b.", ".c"), ("x", " ")):
        assert redactor()(f"{before}{token}{after}") == f"{before}{MASK}{after}"


@pytest.mark.parametrize(
    "words",
    ["project prj-b7e2915d-40c8-4a36-bd1f-7786e0c95a24 of us-6a1f0d3e is full", "no tk-us-storefront-production-eu"],
)
def test_an_ordinary_text_is_left_alone(error_of: ErrorOf, words: str) -> None:
    assert words in str(error_of(json.dumps({"error": words})))
