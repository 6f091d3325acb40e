# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the connection options come from, which one wins, and what forms they take."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from .assumptions import COUNTED
from .expect import EXCHANGE, LIST, assert_ok, assert_refused
from .other_machine import OtherMachine, other_machine
from .playbook import OPTIONS, PlaybookRun, Story, project, project_info

# Of every story the requests are listed.
ASSUMED = COUNTED

WITH_EXCHANGE = [EXCHANGE, LIST]
WITHOUT_EXCHANGE = [LIST]
USELESS = "not-a-token-that-anybody-issued"
EMPTY = dict.fromkeys(OPTIONS, "")


def _urls(sim: Any, suffix: str = "", host: str = "127.0.0.1") -> dict[str, str]:
    return {name: getattr(sim, name).replace("127.0.0.1", host) + suffix for name in ("api_url", "auth_url")}


def _environment(sim: Any, **others: str) -> dict[str, str]:
    return {"SCALINGO_API_URL": sim.api_url, "SCALINGO_AUTH_URL": sim.auth_url, **others}


# Every story: what is given by option, what by environment variable, and the requests that must follow.
# Each begins with an account of its own.
STORIES: dict[str, tuple[Callable[[Any, Any], dict[str, Any]], Callable[[Any, Any], dict[str, str]], list[str]]] = {
    "options-only": (lambda sim, me: {"api_token": me.api_token, **_urls(sim)}, lambda sim, me: {}, WITH_EXCHANGE),
    "environment-only": (
        lambda sim, me: {},
        lambda sim, me: _environment(sim, SCALINGO_API_TOKEN=me.api_token),
        WITH_EXCHANGE,
    ),
    "bearer-by-option": (
        lambda sim, me: {"bearer_token": me.bearer(), **_urls(sim)},
        lambda sim, me: {},
        WITHOUT_EXCHANGE,
    ),
    "bearer-by-environment": (
        lambda sim, me: {},
        lambda sim, me: _environment(sim, SCALINGO_BEARER_TOKEN=me.bearer()),
        WITHOUT_EXCHANGE,
    ),
    "both-options-the-bearer-wins": (
        lambda sim, me: {"api_token": me.api_token, "bearer_token": me.bearer(), **_urls(sim)},
        lambda sim, me: {},
        WITHOUT_EXCHANGE,
    ),
    "both-variables-the-bearer-wins": (
        lambda sim, me: {},
        lambda sim, me: _environment(sim, SCALINGO_API_TOKEN=USELESS, SCALINGO_BEARER_TOKEN=me.bearer()),
        WITHOUT_EXCHANGE,
    ),
    "option-api-token-beats-variable-bearer": (
        lambda sim, me: {"api_token": me.api_token, **_urls(sim)},
        lambda sim, me: {"SCALINGO_BEARER_TOKEN": USELESS},
        WITH_EXCHANGE,
    ),
    "option-bearer-beats-variable-api-token": (
        lambda sim, me: {"bearer_token": me.bearer(), **_urls(sim)},
        lambda sim, me: {"SCALINGO_API_TOKEN": USELESS},
        WITHOUT_EXCHANGE,
    ),
    "option-beats-its-own-variable": (
        lambda sim, me: {"api_token": me.api_token, "timeout": 5, **_urls(sim)},
        lambda sim, me: {
            "SCALINGO_API_TOKEN": USELESS,
            "SCALINGO_API_URL": "http://127.0.0.1:9",
            "SCALINGO_AUTH_URL": "http://127.0.0.1:9",
            "SCALINGO_TIMEOUT": "-1",
        },
        WITH_EXCHANGE,
    ),
    "empty-options-leave-it-to-the-environment": (
        lambda sim, me: EMPTY,
        lambda sim, me: _environment(sim, SCALINGO_API_TOKEN=me.api_token),
        WITH_EXCHANGE,
    ),
    "empty-variables-leave-it-to-the-options": (
        lambda sim, me: {"api_token": me.api_token, **_urls(sim)},
        lambda sim, me: {f"SCALINGO_{name.upper()}": "" for name in EMPTY},
        WITH_EXCHANGE,
    ),
    "an-empty-bearer-does-not-win": (
        lambda sim, me: {"api_token": me.api_token, "bearer_token": "", **_urls(sim)},
        lambda sim, me: {},
        WITH_EXCHANGE,
    ),
    "an-empty-option-and-a-variable-bearer": (
        lambda sim, me: {"api_token": "", **_urls(sim)},
        lambda sim, me: {"SCALINGO_BEARER_TOKEN": me.bearer()},
        WITHOUT_EXCHANGE,
    ),
    "url-with-a-slash": (
        lambda sim, me: {"api_token": me.api_token, **_urls(sim, "/")},
        lambda sim, me: {},
        WITH_EXCHANGE,
    ),
    "url-with-the-version": (
        lambda sim, me: {"api_token": me.api_token, **_urls(sim, "/v1")},
        lambda sim, me: {},
        WITH_EXCHANGE,
    ),
    "url-with-the-version-and-a-slash": (
        lambda sim, me: {"api_token": me.api_token, **_urls(sim, "/v1/")},
        lambda sim, me: {},
        WITH_EXCHANGE,
    ),
    "url-of-localhost": (
        lambda sim, me: {"api_token": me.api_token, **_urls(sim, host="localhost")},
        lambda sim, me: {},
        WITH_EXCHANGE,
    ),
    "url-beats-region": (
        lambda sim, me: {"api_token": me.api_token, "region": "osc-secnum-fr1", **_urls(sim)},
        lambda sim, me: {},
        WITH_EXCHANGE,
    ),
    "numbers-and-booleans-as-text": (
        lambda sim, me: {
            "api_token": me.api_token,
            "timeout": "5",
            "max_wait": "0",
            "validate_certs": "no",
            **_urls(sim),
        },
        lambda sim, me: {},
        WITH_EXCHANGE,
    ),
    "numbers-and-booleans-by-environment": (
        lambda sim, me: {"api_token": me.api_token, **_urls(sim)},
        lambda sim, me: {"SCALINGO_TIMEOUT": "5", "SCALINGO_MAX_WAIT": "0", "SCALINGO_VALIDATE_CERTS": "no"},
        WITH_EXCHANGE,
    ),
}


@pytest.fixture(scope="module")
def proxy() -> Iterator[OtherMachine]:
    with other_machine() as machine:
        yield machine


@pytest.fixture(scope="module")
def run(sim: Any, proxy: OtherMachine, teller: Any) -> PlaybookRun:
    stories = []
    for name, (options, environment, _calls) in STORIES.items():
        me = sim.add_account(name)
        stories.append(Story(name, [project_info(environment=environment(sim, me), **options(sim, me))]))
    bare = {name: url.removeprefix("http://") for name, url in _urls(sim).items()}
    sparse = sim.add_account("sparse")
    away = {"api_url": "https://api.example.org", "bearer_token": USELESS, "max_wait": 0}
    stories += [
        Story("a-bare-host", [project_info(api_token=sim.add_account("bare").api_token, max_wait=0, **bare)]),
        Story("through-a-proxy", [project_info(environment={"https_proxy": proxy.url}, **away)]),
        Story(
            "a-missing-ca-file",
            [project_info(ca_path="/nowhere/ca.pem", api_url="https://127.0.0.1:9", bearer_token=USELESS, max_wait=0)],
        ),
        Story(
            "empty-options-of-a-project",
            [
                project(
                    name="web",
                    project_id="",
                    new_name="",
                    owner="",
                    default="",
                    state="present",
                    api_token=sparse.api_token,
                    **_urls(sim),
                ),
            ],
        ),
    ]
    # The password of this file must reach nobody: the token would be gone.
    return teller(stories, home={".netrc": "default login somebody password from-netrc\n"})


@pytest.mark.parametrize("story", STORIES)
def test_these_options_lead_to_these_requests(run: PlaybookRun, sim: Any, story: str) -> None:
    result = run.of(story)
    assert_ok(result)
    assert [one["name"] for one in result["projects"]] == ["default"]
    assert result["projects"][0]["owner"]["username"] == story
    assert sim.calls(story) == STORIES[story][2]


def test_netrc_replaces_no_token(run: PlaybookRun, sim: Any) -> None:
    from_netrc = base64.b64encode(b"somebody:from-netrc").decode()
    headers = [one.headers["Authorization"] for one in sim.requests]
    assert headers
    assert not [header for header in headers if from_netrc in header]


def test_a_host_without_a_scheme_means_https(run: PlaybookRun, sim: Any) -> None:
    """The simulator speaks no TLS, so this must fail, and the token must not have gone out in the clear."""
    assert_refused(run.of("a-bare-host"))
    assert sim.calls("bare") == []


def test_a_proxy_from_the_environment_is_used(run: PlaybookRun, proxy: OtherMachine) -> None:
    assert_refused(run.of("through-a-proxy"), "api.example.org")
    assert proxy.seen == ["CONNECT api.example.org:443"]


def test_a_missing_ca_file_is_named(run: PlaybookRun) -> None:
    assert_refused(run.of("a-missing-ca-file"), "/nowhere/ca.pem")


def test_empty_options_of_a_project_count_as_not_given(run: PlaybookRun, sim: Any) -> None:
    result = run.of("empty-options-of-a-project")
    assert_ok(result, changed=True)
    assert result["project"]["name"] == "web"
    assert sim.calls("sparse") == [EXCHANGE, LIST, "POST /v1/projects"]
