# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens: whatever text one is, it is refused if no header can carry it, and no output ever shows it."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ..module_process import LEAST_OPTIONS, MODULE_NAMES
from .connections import no_connections
from .in_process import ModuleResult, connect, play
from .profile import examples
from .strategies import texts

# Shorter ones are a part of many a word.
SHORTEST = 8
graphic = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=SHORTEST, max_size=80).map(
    lambda text: f"{text}$4"
)
tokens = st.one_of(texts, graphic, graphic.map(lambda text: f" {text}\n"), graphic.map(lambda text: f"tk-us-{text}"))


def can_be_sent(token: str) -> bool:
    stripped = token.strip()
    return stripped != "" and all("!" <= character <= "~" for character in stripped)


def strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for pair in value.items() for each in pair for text in strings(each)]
    if isinstance(value, list):
        return [text for each in value for text in strings(each)]
    return [value] if isinstance(value, str) else []


def assert_hidden(played: ModuleResult, token: str) -> None:
    secret = token.strip()
    # What looks like a word may be one of the collection's own.
    if len(secret) >= SHORTEST and can_be_sent(token) and not re.fullmatch(r"[\w.,:/-]+", secret):
        shown = [text for text in strings(played.result) if secret in text]
        assert shown == [], shown


@examples(200)
@given(module=st.sampled_from(MODULE_NAMES), option=st.sampled_from(("api_token", "bearer_token")), token=tokens)
@example(module="scalingo_project_info", option="bearer_token", token="abc\r\nX-Evil: 1")
@example(module="scalingo_project", option="api_token", token="s3cr\u0435t-token")
def test_token_of_any_text(sim: Any, module: str, option: str, token: str) -> None:
    sim.clear_requests()
    connection = {"api_url": sim.api_url, "auth_url": sim.auth_url, "max_wait": 0, option: token}
    played = play(module, {**connection, **LEAST_OPTIONS[module]}, no_log=module == "scalingo_login")
    assert played.failed
    assert_hidden(played, token)
    sendable = can_be_sent(token) and not (module == "scalingo_login" and option == "bearer_token")
    assert bool(sim.requests) is sendable, played.msg
    for request in sim.requests:
        # Nothing of it has become another header.
        assert "X-Evil" not in request.headers


@examples(60)
@given(token=graphic, status=st.sampled_from((200, 400, 401, 403, 404, 422, 500, 503)), words=texts)
def test_token_that_the_api_echoes(sim: Any, token: str, status: int, words: str) -> None:
    sim.clear_faults()
    half = words.encode(errors="replace").decode()
    for body in (
        {"error": f"{half}{token}"},
        {"errors": {token: [token]}},
        f"<p>{token}{half}",
        [token],
        {token: token},
    ):
        sim.fault("status", path="/v1/projects", status=status, body=body)
        connection = {"api_url": sim.api_url, "auth_url": sim.auth_url, "max_wait": 0, "bearer_token": token}
        played = play("scalingo_project_info", connection)
        assert played.failed
        assert_hidden(played, token)


ENCODINGS = {
    "basic authentication": lambda token: base64.b64encode(f":{token}".encode()).decode(),
    "as it is": lambda token: token,
}


@pytest.mark.parametrize("encode", ENCODINGS.values(), ids=ENCODINGS)
@examples(30)
@given(token=graphic, status=st.sampled_from((200, 302, 400, 403, 404, 422, 429, 503)), before=st.integers(0, 12))
def test_token_that_comes_back_in_a_request_id(sim: Any, encode: Any, token: str, status: int, before: int) -> None:
    """And in a text, with whatever around it."""
    sim.clear_faults()
    echo = encode(token)
    text = f"{'x' * before}-{echo} and more"
    sim.fault("status", path="/v1/projects", status=status, body={"error": text}, headers={"X-Request-Id": text})
    connection = {"api_url": sim.api_url, "auth_url": sim.auth_url, "max_wait": 0, "bearer_token": token}
    played = play("scalingo_project_info", connection)
    assert played.failed and played.result["error"]["request_id"]
    assert [shown for shown in strings(played.result) if echo.rstrip("=") in shown] == []


@examples(100)
@given(
    bearer=st.one_of(graphic, texts, st.none(), st.integers(), st.booleans(), st.lists(graphic, max_size=2)),
    more=st.dictionaries(st.sampled_from(("token", "error", "user")), texts, max_size=2),
)
def test_bearer_token_of_any_form(sim: Any, me: Any, bearer: Any, more: dict[str, str]) -> None:
    """What the exchange returns is used if it is a token, and refused without being shown if it is none."""
    sim.clear_faults()
    sim.clear_requests()
    body = json.dumps({**more, "token": bearer}).encode()
    sim.fault("replace", path="/v1/tokens/exchange", body=body, times=None)
    played = play("scalingo_project_info", connect(sim, me))
    assert played.failed
    sim.clear_faults()
    usable = isinstance(bearer, str) and bearer != "" and all("!" <= each <= "~" for each in bearer)
    assert any(request.host != "auth" for request in sim.requests) is usable
    if isinstance(bearer, str):
        assert_hidden(played, bearer)


@pytest.fixture(scope="module")
def me(sim: Any) -> Any:
    return sim.add_account("mireille")


@examples(60)
@given(token=texts)
def test_token_goes_to_no_other_host(token: str) -> None:
    with no_connections() as tried:
        played = play("scalingo_project_info", {"api_token": token, "max_wait": 0})
    assert played.failed
    assert {peer.host for peer in tried} <= {"auth.scalingo.com"}
    assert all(peer.tls for peer in tried)
