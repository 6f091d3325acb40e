# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a message names as the source of a URL: what the user has set, and not an option that he never saw."""

from __future__ import annotations

from typing import Any

import pytest
import requests
import responses
import urllib3
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.community.scalingo.plugins.module_utils._client import Client
from ansible_collections.community.scalingo.plugins.module_utils._errors import InputError, RequestError
from ansible_collections.community.scalingo.plugins.module_utils._options import (
    Connection,
    connection_argument_spec,
    connection_from,
)

TOKENS = {"bearer_token": "the-bearer"}
MINE = "https://mine.example.com"
FR7 = "https://api.osc-fr7.scalingo.com"
VARIABLES = {"region": "scalingo_region", "api_url": "scalingo_api_url", "auth_url": "scalingo_auth_url"}

# Options, variables of Ansible, the environment; and what the URL of the API is taken from.
SOURCES: dict[str, tuple[dict[str, str], dict[str, str], dict[str, str], str]] = {
    "nothing": ({}, {}, {}, "region=osc-fr1 (https://api.osc-fr1.scalingo.com)"),
    "region": ({"region": "osc-fr7"}, {}, {}, f"region=osc-fr7 ({FR7})"),
    "SCALINGO_REGION": ({}, {}, {"region": "osc-fr7"}, f"SCALINGO_REGION=osc-fr7 ({FR7})"),
    "scalingo_region": ({}, {"region": "osc-fr7"}, {}, f"scalingo_region=osc-fr7 ({FR7})"),
    "region before its variable": ({"region": "osc-fr7"}, {}, {"region": "osc-fr1"}, f"region=osc-fr7 ({FR7})"),
    "api_url": ({"api_url": MINE}, {}, {}, f"api_url ({MINE})"),
    "SCALINGO_API_URL": ({}, {}, {"api_url": MINE}, f"SCALINGO_API_URL ({MINE})"),
    "scalingo_api_url": ({}, {"api_url": MINE}, {"api_url": FR7}, f"scalingo_api_url ({MINE})"),
    "api_url before its variables": ({"api_url": MINE}, {"api_url": FR7}, {"api_url": FR7}, f"api_url ({MINE})"),
    "api_url before a region": ({"region": "osc-fr7"}, {}, {"api_url": MINE}, f"SCALINGO_API_URL ({MINE})"),
}
each_source = pytest.mark.parametrize(("given", "inherited", "environment", "named"), SOURCES.values(), ids=SOURCES)

ANSWERS: dict[str, dict[str, Any]] = {
    "refused": {
        "body": requests.ConnectionError(
            urllib3.exceptions.MaxRetryError(None, "", urllib3.exceptions.NewConnectionError(None, "refused"))
        )
    },
    "no TLS": {"body": requests.exceptions.SSLError("[SSL: WRONG_VERSION_NUMBER]")},
    "no such path": {"status": 404, "body": "<html>"},
    "a portal": {"status": 200, "body": "<html>"},
    "redirect": {"status": 302, "headers": {"Location": "https://example.com"}},
    "no projects": {"status": 200, "json": {}},
}


@pytest.fixture
def resolve(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes a connection in the way of the lookup, which has all three sources."""

    def make(given: dict[str, str], inherited: dict[str, str], environment: dict[str, str]) -> Connection:
        for option, value in environment.items():
            monkeypatch.setenv(f"SCALINGO_{option.upper()}", value)
        options = {"max_wait": 0, **inherited, **given}
        validated = ArgumentSpecValidator(connection_argument_spec()).validate(options).validated_parameters
        return connection_from(validated, TOKENS, given, {option: VARIABLES[option] for option in inherited})

    return make


@each_source
@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_an_error_names_what_the_url_was_taken_from(
    http: responses.RequestsMock,
    resolve: Any,
    given: dict[str, str],
    inherited: dict[str, str],
    environment: dict[str, str],
    named: str,
    answer: dict[str, Any],
) -> None:
    connection = resolve(given, inherited, environment)
    http.get(f"{connection.api_url}/v1/projects", **answer)
    with pytest.raises(RequestError) as error:
        Client(connection).get_list("/v1/projects", "projects")
    message = str(error.value)
    assert f"Check {named}, and whether" in message or f"check {named}." in message
    assert message.count(" (https://") == 1, "it names one source"


@pytest.mark.parametrize(
    ("given", "inherited", "environment", "named"),
    [
        ({}, {}, {}, "auth_url (https://auth.scalingo.com)"),
        ({"auth_url": MINE}, {}, {"auth_url": FR7}, f"auth_url ({MINE})"),
        ({}, {"auth_url": MINE}, {}, f"scalingo_auth_url ({MINE})"),
        ({"region": "osc-fr7"}, {}, {"auth_url": MINE}, f"SCALINGO_AUTH_URL ({MINE})"),
    ],
)
def test_an_error_of_the_authentication_host_names_its_own(
    http: responses.RequestsMock, resolve: Any, given: Any, inherited: Any, environment: Any, named: str
) -> None:
    connection = resolve(given, inherited, environment)
    http.get(f"{connection.auth_url}/v1/users/self", status=404, body="<html>")
    with pytest.raises(RequestError) as error:
        Client(connection).get("/v1/users/self", auth_host=True)
    assert str(error.value).endswith(f"check {named}.")


@pytest.mark.parametrize("option", ["api_url", "auth_url"])
@pytest.mark.parametrize("url", ["https://example.com/v2", "http://example.com", "https://you:hunter7@example.com"])
def test_a_url_that_cannot_be_right_is_named_by_its_source(resolve: Any, option: str, url: str) -> None:
    environment = {"api_url": MINE, "auth_url": MINE, option: url}
    with pytest.raises(InputError, match=rf"SCALINGO_{option.upper()} (must be a host|is plain http://)"):
        resolve({}, {}, environment)
    with pytest.raises(InputError, match=rf"scalingo_{option} (must be a host|is plain http://)"):
        resolve({}, {option: url}, {})
    with pytest.raises(InputError, match=rf"{option} (must be a host|is plain http://)"):
        resolve({option: url}, {}, environment)


def test_a_region_that_cannot_be_right_is_named_by_its_source(resolve: Any) -> None:
    with pytest.raises(InputError, match=r"^SCALINGO_REGION is not the name of a region: 'Paris'"):
        resolve({}, {}, {"region": "Paris"})
