# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What leaves a task: without secrets, and without what Ansible cannot print."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import pytest
from ansible_collections.community.scalingo.plugins.module_utils._http.redaction import MASK, Redactor

SECRET = "tk-us-hunter7-seven_7"
FORMS = {
    "plain": SECRET,
    "basic authentication": base64.b64encode(f":{SECRET}".encode()).decode(),
    "basic authentication without padding": base64.b64encode(f":{SECRET}".encode()).decode().rstrip("="),
}
API_TOKEN = "tk-us-q6nHS_xeoLmswy4bZr3Q1yribqeQa_rPRTUIIJAA1mqXUbDq"
JWT = "eyJhbGciOiJIUzUxMiJ9.eyJ1dWlkIjoidXMtMSJ9.c2lnbmF0dXJl"
UNSIGNED = "eyJhbGciOiJub25lIn0.eyJ1dWlkIjoidXMtMSJ9."


def redactor(*secrets: str | None) -> Redactor:
    made = Redactor()
    for secret in secrets or (SECRET,):
        made.add(secret)
    return made


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize(
    "place",
    [
        lambda text: text,
        lambda text: [text],
        lambda text: (text,),
        lambda text: {"a": text},
        lambda text: {text: "a"},
        lambda text: {"a": [1, {"b": [[f"x{text}y{text}"]]}], "c": None},
    ],
    ids=["text", "list", "tuple", "value", "key", "deep"],
)
def test_redactor_masks_each_form_at_any_depth(form: str, place: Any) -> None:
    shown = json.dumps(redactor()(place(form)))
    assert MASK in shown
    assert form.rstrip("=") not in shown


@pytest.mark.parametrize("value", [None, True, 7, 1.5, "harmless", [], {}, {"a": ["b", None]}])
def test_redactor_leaves_everything_else_alone(value: Any) -> None:
    assert redactor()(value) == value
    assert Redactor()(value) == value


@pytest.mark.parametrize("secrets", [("hunter", "hunter7"), ("hunter7", "hunter"), ("hunter7", None), ("hunter7", "")])
def test_redactor_secret_that_begins_like_another_leaves_no_rest(secrets: tuple[str, str]) -> None:
    assert redactor(*secrets)("hunter7, other") == f"{MASK}, other"


@pytest.mark.parametrize("token", [API_TOKEN, JWT, UNSIGNED], ids=["API token", "JWT", "JWT without a signature"])
@pytest.mark.parametrize(("before", "after"), [("", ""), ("no ", " is known"), ("token=", "&x=1"), ('{"a": "', '"}')])
def test_redactor_masks_what_looks_like_a_token(token: str, before: str, after: str) -> None:
    assert Redactor()(f"{before}{token}{after}") == f"{before}{MASK}{after}"


@pytest.mark.parametrize(
    "text",
    [
        "project prj-b7e2915d-40c8-4a36-bd1f-7786e0c95a24 of us-6a1f0d3e is full",
        "no tk-us-storefront-production-eu",
        "keyJ.b.c eyJ.b.c",
    ],
)
def test_redactor_leaves_an_ordinary_text_alone(text: str) -> None:
    assert redactor()(text) == text


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
def test_redactor_text_made_for_it_does_not_keep_it_busy(text: str) -> None:
    began = time.process_time()
    redactor()(text)
    assert time.process_time() - began < 2


def test_redactor_half_characters_and_depths_can_be_printed() -> None:
    """Ansible breaks at both. A question mark would pass for a character of a token."""
    assert redactor()(["a\ud800b", "\U0001f600"]) == ["a\ufffdb", "\U0001f600"]
    deep: Any = "end"
    for _level in range(60):
        deep = [deep]
    shown = redactor()(deep)
    assert json.dumps(shown) == "[" * 50 + '"..."' + "]" * 50
