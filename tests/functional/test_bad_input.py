# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Input that can only be a mistake: one clear sentence, and not one request."""

from __future__ import annotations

from typing import Any

import pytest

from .expect import assert_refused
from .playbook import PlaybookRun, Story, project, project_info, show

BROKEN_TOKEN = "tk-us-first-half\nsecond-half"
WEB = {"name": "web"}
NO_TOKEN = ("api_token", "bearer_token", "SCALINGO_API_TOKEN", "SCALINGO_BEARER_TOKEN")
LOOKUP = "lookup('community.scalingo.project_info', 'web', {})"

# Arguments of scalingo_project, and the facts that the sentence must hold.
MISTAKES: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "no-token": ({**WEB, "api_token": ""}, NO_TOKEN),
    "token-with-a-line-break": ({**WEB, "api_token": BROKEN_TOKEN}, ("api_token",)),
    "token-with-another-header": ({**WEB, "api_token": "tk-us-x\r\nX-Evil: 1"}, ("api_token",)),
    "token-of-spaces": ({**WEB, "api_token": "  "}, NO_TOKEN),
    "bearer-with-a-line-break": ({**WEB, "bearer_token": "first\nsecond"}, ("bearer_token",)),
    "name-with-capitals": ({"name": "Web"}, ("name", "Web")),
    "name-with-an-accent": ({"name": "café"}, ("café",)),
    "name-with-a-line-break": ({"name": "we\nb"}, ("name",)),
    "name-of-65-characters": ({"name": "a" * 65}, ("64",)),
    "new-name-with-capitals": ({**WEB, "new_name": "Site"}, ("new_name", "Site")),
    "id-with-a-bad-name": ({"project_id": "prj-1", "name": "Web"}, ("Web",)),
    "new-name-alone": ({"new_name": "site"}, ("name",)),
    "new-name-with-an-id": ({"project_id": "prj-1", "new_name": "site"}, ("new_name", "name")),
    "neither-name-nor-id": ({}, ("name", "project_id")),
    "api-url-in-the-clear": ({**WEB, "api_url": "http://api.example.org"}, ("api_url", "https")),
    "auth-url-in-the-clear": ({**WEB, "auth_url": "http://auth.example.org"}, ("auth_url", "https")),
    "api-url-almost-loopback": ({**WEB, "api_url": "http://127.0.0.1.example.org"}, ("api_url", "https")),
    "api-url-of-another-kind": ({**WEB, "api_url": "ftp://api.example.org"}, ("api_url",)),
    "region-with-underscores": ({**WEB, "api_url": "", "region": "OSC_FR1"}, ("region", "OSC_FR1")),
    "region-with-a-space": ({**WEB, "api_url": "", "region": "osc fr1"}, ("region", "osc fr1")),
    "region-with-a-path": ({**WEB, "api_url": "", "region": "example.org/osc-fr1"}, ("region",)),
    "region-that-is-a-url": ({**WEB, "api_url": "", "region": "https://api.osc-fr1.scalingo.com"}, ("region",)),
    "negative-timeout": ({**WEB, "timeout": -1}, ("timeout", "-1")),
    "negative-max-wait": ({**WEB, "max_wait": -5}, ("max_wait", "-5")),
    "timeout-in-words": ({**WEB, "timeout": "soon"}, ("timeout",)),
}

# The same by environment variable, for scalingo_project_info.
VARIABLES: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "variable-timeout": ({"SCALINGO_TIMEOUT": "-1"}, ("timeout", "-1")),
    "variable-max-wait": ({"SCALINGO_MAX_WAIT": "-1"}, ("max_wait", "-1")),
    "variable-region": ({"SCALINGO_REGION": "OSC_FR1", "SCALINGO_API_URL": ""}, ("region", "OSC_FR1")),
    "variable-token": ({"SCALINGO_API_TOKEN": BROKEN_TOKEN}, ("api_token",)),
    "variable-no-token": ({"SCALINGO_API_TOKEN": ""}, NO_TOKEN),
}

# The same for the lookup, by its own options.
LOOKUPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "lookup-no-token": ("api_token=''", NO_TOKEN),
    "lookup-token": ("api_token=broken", ("api_token",)),
    "lookup-api-url": ("api_url='http://api.example.org'", ("api_url", "https")),
    "lookup-region": ("api_url='', region='OSC_FR1'", ("region", "OSC_FR1")),
    "lookup-timeout": ("timeout=-1", ("timeout", "-1")),
    "lookup-on-missing": ("on_missing='ignore'", ("on_missing", "ignore")),
}


@pytest.fixture(scope="module")
def run(sim: Any, teller: Any) -> PlaybookRun:
    me = sim.add_account("mireille")
    connection = {"api_token": me.api_token, "api_url": sim.api_url, "auth_url": sim.auth_url}
    stories = [Story(name, [project(**{**connection, **arguments})]) for name, (arguments, _facts) in MISTAKES.items()]
    by_variable = {f"SCALINGO_{option.upper()}": value for option, value in connection.items()}
    stories += [
        Story(name, [project_info(environment={**by_variable, **variables})])
        for name, (variables, _facts) in VARIABLES.items()
    ]
    urls = {"scalingo_api_url": sim.api_url, "scalingo_auth_url": sim.auth_url}
    stories += [
        Story(
            name,
            [show(LOOKUP.format("api_token=token, " * ("api_token" not in options) + options))],
            variables={**urls, "token": me.api_token, "broken": BROKEN_TOKEN},
        )
        for name, (options, _facts) in LOOKUPS.items()
    ]
    return teller(stories)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_module_says_what_is_wrong(run: PlaybookRun, mistake: str) -> None:
    assert_refused(run.of(mistake), *MISTAKES[mistake][1])
    assert "error" not in run.of(mistake).values, "the API was never asked"


@pytest.mark.parametrize("mistake", VARIABLES)
def test_the_module_says_what_is_wrong_with_a_variable(run: PlaybookRun, mistake: str) -> None:
    assert_refused(run.of(mistake), *VARIABLES[mistake][1])


@pytest.mark.parametrize("mistake", LOOKUPS)
def test_the_lookup_says_what_is_wrong(run: PlaybookRun, mistake: str) -> None:
    result = run.of(mistake)
    assert result.failed
    assert "Traceback" not in result.msg
    missing = [fact for fact in LOOKUPS[mistake][1] if fact not in result.msg]
    assert not missing, result.msg


@pytest.mark.parametrize("mistake", ["token-with-a-line-break", "variable-token", "lookup-token"])
def test_a_broken_token_is_not_repeated(run: PlaybookRun, mistake: str) -> None:
    assert "first-half" not in run.of(mistake).msg
    assert "second-half" not in run.of(mistake).msg


def test_not_one_request_was_sent(run: PlaybookRun, sim: Any) -> None:
    assert len(run.results) == len(MISTAKES) + len(VARIABLES) + len(LOOKUPS)
    assert sim.calls() == []
