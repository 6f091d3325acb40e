# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bearers that run out and servers that falter: what heals, what does not, and that nothing is done twice."""

from __future__ import annotations

import time
from typing import Any

import pytest

from .assumptions import COUNTED
from .expect import CREATE, EXCHANGE, LIST, assert_ok, assert_refused, outline
from .playbook import PlaybookRun, Story, connect, project, project_info

# Of every story the requests are listed.
ASSUMED = COUNTED

BUSY = {"status": 429, "body": "Retry later", "headers": {"Content-Type": "text/plain"}}
SECONDS = 60  # far above what the stories need, far below the hour that a server asks one of them to wait

# Every story: the faults (kind, method, path, times, details), the connection, the task, and its requests.
Fault = tuple[str, str, str, "int | None", dict[str, Any]]
WEB = project(name="web")

HEALED: dict[str, tuple[list[Fault], dict[str, Any], dict[str, Any], list[str]]] = {
    "busy-once": ([("status", "GET", "/v1/projects", 1, BUSY)], {}, project_info(), [EXCHANGE, LIST, LIST]),
    "busy-once-with-retry-after": (
        [("status", "GET", "/v1/projects", 1, {**BUSY, "headers": {"Retry-After": "1"}})],
        {},
        project_info(),
        [EXCHANGE, LIST, LIST],
    ),
    "busy-creation": (
        [("status", "POST", "/v1/projects", 1, {**BUSY, "headers": {"Retry-After": "1"}})],
        {},
        WEB,
        [EXCHANGE, LIST, CREATE, CREATE],
    ),
    "unavailable-once": (
        [("status", "GET", "/v1/projects", 1, {"status": 503, "body": ""})],
        {},
        project_info(),
        [EXCHANGE, LIST, LIST],
    ),
    "dropped-once": ([("drop_before", "GET", "/v1/projects", 1, {})], {}, project_info(), [EXCHANGE, LIST, LIST]),
    "bearer-ends-before-the-creation": (
        [("status", "POST", "/v1/projects", 1, {"status": 401, "body": {"error": "unauthorized"}})],
        {"max_wait": 0},
        WEB,
        [EXCHANGE, LIST, CREATE, EXCHANGE, CREATE],
    ),
    "bearer-ends-before-the-list": (
        [("status", "GET", "/v1/projects", 1, {"status": 401, "body": {"error": "unauthorized"}})],
        {"max_wait": 0},
        WEB,
        [EXCHANGE, LIST, EXCHANGE, LIST, CREATE],
    ),
}

FAILED: dict[str, tuple[list[Fault], dict[str, Any], dict[str, Any], list[str], tuple[str, ...]]] = {
    "busy-for-ever-no-wait": (
        [("status", "GET", "/v1/projects", None, BUSY)],
        {"max_wait": 0},
        project_info(),
        [EXCHANGE, LIST],
        ("429", "max_wait"),
    ),
    "unavailable-no-wait": (
        [("status", "GET", "/v1/projects", None, {"status": 503, "body": ""})],
        {"max_wait": 0},
        project_info(),
        [EXCHANGE, LIST],
        ("503",),
    ),
    "dropped-no-wait": (
        [("drop_before", "GET", "/v1/projects", None, {})],
        {"max_wait": 0},
        project_info(),
        [EXCHANGE, LIST],
        ("projects",),
    ),
    "busy-for-an-hour": (
        [("status", "GET", "/v1/projects", None, {**BUSY, "headers": {"Retry-After": "3600"}})],
        {"max_wait": 2},
        project_info(),
        [EXCHANGE, LIST],
        ("429", "max_wait"),
    ),
    "slow": (
        [("slow", "GET", "/v1/projects", None, {"seconds": 3})],
        {"max_wait": 0, "timeout": 1},
        project_info(),
        [EXCHANGE, LIST],
        ("1 s", "timeout", "max_wait"),
    ),
    "bearer-never-good": (
        [("status", "GET", "/v1/projects", None, {"status": 401, "body": {"error": "unauthorized"}})],
        {},
        project_info(),
        [EXCHANGE, LIST, EXCHANGE, LIST],
        ("401",),
    ),
    "broken-server": (
        [("status", "GET", "/v1/projects", None, {"status": 500, "body": {"error": "we're on it!"}})],
        {"max_wait": 0},
        project_info(),
        [EXCHANGE, LIST],
        ("500", "we're on it!"),
    ),
}


@pytest.fixture(scope="module")
def uncertain(sim: Any) -> Any:
    """An account whose first creation is carried out but never answered."""
    account = sim.add_account("uncertain-creation")
    sim.fault("drop_after", method="POST", path="/v1/projects", times=1, account=account.username)
    return account


@pytest.fixture(scope="module")
def run(sim: Any, uncertain: Any, teller: Any) -> PlaybookRun:
    stories = []
    for name, (faults, options, task, *_expected) in {**HEALED, **FAILED}.items():
        me = sim.add_account(name)
        for kind, method, path, times, details in faults:
            sim.fault(kind, method=method, path=path, times=times, account=name, **details)
        stories.append(Story(name, [task], connect(sim, me, **options)))

    urls = {"api_url": sim.api_url, "auth_url": sim.auth_url, "max_wait": 0}
    both, lonely = sim.add_account("expired-bearer"), sim.add_account("expired-bearer-alone")
    closed = sim.add_account("closed-door")
    stories += [
        Story(
            "expired-bearer",
            [project_info()],
            {**urls, "api_token": both.api_token, "bearer_token": both.bearer(expires_in=-1)},
        ),
        Story("expired-bearer-alone", [project_info()], {**urls, "bearer_token": lonely.bearer(expires_in=-1)}),
        Story(
            "uncertain-creation", [project("first", name="web"), project("second", name="web")], connect(sim, uncertain)
        ),
        Story(
            "closed-door",
            [project_info()],
            {"api_url": "http://127.0.0.1:9", "auth_url": sim.auth_url, "api_token": closed.api_token, "max_wait": 0},
        ),
    ]
    sim.clear_requests()
    began = time.monotonic()
    done = teller(stories)
    assert time.monotonic() - began < SECONDS
    return done


@pytest.mark.parametrize("story", HEALED)
def test_this_heals(run: PlaybookRun, sim: Any, story: str) -> None:
    _faults, _options, task, calls = HEALED[story]
    assert_ok(run.of(story), changed=task is WEB or "creation" in story)
    assert sim.calls(story) == calls


@pytest.mark.parametrize("story", FAILED)
def test_this_does_not_heal(run: PlaybookRun, sim: Any, story: str) -> None:
    *_story, calls, facts = FAILED[story]
    assert_refused(run.of(story), *facts)
    assert sim.calls(story) == calls


def test_an_expired_bearer_is_exchanged_where_a_token_is_known(run: PlaybookRun, sim: Any) -> None:
    assert_ok(run.of("expired-bearer"))
    calls = sim.calls("expired-bearer")
    assert calls.count(EXCHANGE) == 1
    assert calls[-1] == LIST


def test_an_expired_bearer_alone_is_named(run: PlaybookRun, sim: Any) -> None:
    assert_refused(run.of("expired-bearer-alone"), "bearer_token")
    assert EXCHANGE not in sim.calls("expired-bearer-alone")


def test_a_creation_without_an_answer_is_not_done_twice(run: PlaybookRun, sim: Any, uncertain: Any) -> None:
    assert outline(sim.projects(uncertain)) == "*default web"
    first, second = (run.of("uncertain-creation", task) for task in ("first", "second"))
    if first.failed:
        assert_refused(first, "web")
    else:
        assert_ok(first, changed=True)
    assert_ok(second)


def test_a_closed_door_is_one_sentence(run: PlaybookRun) -> None:
    assert_refused(run.of("closed-door"), "127.0.0.1:9")
