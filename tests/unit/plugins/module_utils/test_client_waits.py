# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the client says when it waits: one sentence for a long wait, and none for a short one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests
import responses
from ansible_collections.community.scalingo.plugins.module_utils._client import Client
from ansible_collections.community.scalingo.plugins.module_utils._errors import RequestError

API = "https://api.osc-fr1.scalingo.com"
URL = f"{API}/v1/projects"
REFUSED = "The API refuses more requests for now (429); waiting up to a minute, {} s of max_wait are left."


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def client(connect: Any, clock: Any, said: list[str]) -> Callable[..., Client]:
    def make(max_wait: float = 300, **options: Any) -> Client:
        return Client(connect(max_wait=max_wait, **options), on_wait=said.append)

    return make


def read(client: Client) -> None:
    try:
        client.get("/v1/projects")
    except RequestError:
        return


def busy(http: responses.RequestsMock, *pauses: int) -> None:
    for pause in pauses:
        http.get(URL, status=429, headers={"Retry-After": str(pause)})
    http.get(URL, json={})


@pytest.mark.parametrize(("pauses", "sentences"), [((), 0), ((3,), 0), ((4,), 1), ((2, 2), 1), ((4, 9, 50), 1)])
def test_one_sentence_for_all_waits_of_a_request(
    http: responses.RequestsMock, client: Any, said: list[str], pauses: tuple[int, ...], sentences: int
) -> None:
    busy(http, *pauses)
    read(client())
    assert len(said) == sentences


def test_it_is_said_before_the_wait(http: responses.RequestsMock, connect: Any, clock: Any) -> None:
    said = []
    busy(http, 20)
    Client(connect(), on_wait=lambda sentence: said.append((sentence, clock.passed))).get("/v1/projects")
    assert said == [(REFUSED.format(300), 0.0)]


def test_each_request_has_its_own_sentence(http: responses.RequestsMock, client: Any, said: list[str]) -> None:
    for pause in (2, 20, 20):
        busy(http, pause)
    made = client()
    for _time in range(3):
        read(made)
    assert said == [REFUSED.format(298), REFUSED.format(278)]


def test_waits_that_max_wait_forbids_are_not_announced(
    http: responses.RequestsMock, client: Any, said: list[str]
) -> None:
    busy(http, 20)
    read(client(max_wait=10))
    assert said == []


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"status": 503, "body": "secret words"}, "GET /v1/projects was answered 503; trying again, "),
        (
            {"body": requests.ReadTimeout()},
            f"GET {URL} got no answer: nothing came within 30 s (timeout); trying again, ",
        ),
    ],
    ids=["503", "no answer"],
)
def test_other_waits_are_told_too(
    http: responses.RequestsMock, client: Any, said: list[str], fault: dict[str, Any], words: str
) -> None:
    http.get(URL, **fault)
    read(client())
    assert len(said) == 1
    assert said[0].startswith(words)
    assert said[0].endswith(" s of max_wait are left.")


def test_a_token_that_got_into_an_option_is_not_said(
    http: responses.RequestsMock, client: Any, said: list[str]
) -> None:
    token = "tk-us-" + "q6nH" * 12
    path = f"/v1/projects/{token}"
    http.get(f"{API}{path}", status=503)
    made = client(bearer_token=token)
    with pytest.raises(RequestError):
        made.get(path)
    assert said and token not in said[0]


def test_waits_for_what_became_of_a_write_add_up(http: responses.RequestsMock, client: Any, said: list[str]) -> None:
    http.get(URL, json={})
    made = client()
    for _write in range(2):
        for attempt in range(1, 8):
            made.pause(attempt)
            read(made)
    assert len(said) == 2
    assert said[0].startswith("It is not known yet what became of a write; looking again, 29")
