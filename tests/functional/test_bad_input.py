# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Input that can only be a mistake: one clear sentence, in check mode too, and not one request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ansible.errors import AnsibleError

from .expect import assert_refused
from .playbook import here, lookup

BROKEN_TOKEN = "tk-us-first-half\nsecond-half"
WEB = {"name": "web"}
NO_TOKEN = ("api_token", "bearer_token", "SCALINGO_API_TOKEN", "SCALINGO_BEARER_TOKEN")
ONE, OTHER = "prj-00000000-0000-4000-8000-000000000001", "prj-00000000-0000-4000-8000-000000000002"

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
LOOKUPS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "lookup-no-token": ({"api_token": ""}, NO_TOKEN),
    "lookup-token": ({"api_token": BROKEN_TOKEN}, ("api_token",)),
    "lookup-api-url": ({"api_url": "http://api.example.org"}, ("api_url", "https")),
    "lookup-region": ({"api_url": "", "region": "OSC_FR1"}, ("region", "OSC_FR1")),
    "lookup-timeout": ({"timeout": -1}, ("timeout", "-1")),
    "lookup-on-missing": ({"on_missing": "ignore"}, ("on_missing", "ignore")),
}

GONE = {"name": "web", "state": "absent"}
RENAME = {"name": "web", "new_name": "site"}
# Lists for scalingo_projects.
LISTS: dict[str, tuple[list[Any], tuple[str, ...]]] = {
    "name-with-capitals": ([WEB, {"name": "Web"}], ("name", "Web")),
    "name-with-a-slash": ([{"name": "../web"}], ("../web",)),
    "name-of-65-characters": ([{"name": "a" * 65}], ("64",)),
    "new-name-with-capitals": ([{"name": "web", "new_name": "Site"}], ("new_name", "Site")),
    "id-with-a-bad-name": ([{"project_id": ONE, "name": "Web"}], ("Web",)),
    "id-that-is-a-path": ([{"project_id": "../users/self", "state": "absent"}], ("../users/self",)),
    "two-default-projects": ([{**WEB, "default": True}, {"name": "shop", "default": True}], ("web", "shop")),
    "id-twice": ([{"project_id": ONE}, WEB, {"project_id": ONE}], (ONE,)),
    "id-with-two-names": ([{"project_id": ONE, "name": "web"}, {"project_id": ONE, "name": "site"}], (ONE,)),
    "id-once-absent": ([{"project_id": ONE}, {"project_id": ONE, "state": "absent"}], (ONE,)),
    "name-twice": ([WEB, {"name": "api"}, WEB], ("web",)),
    "name-once-absent": ([WEB, GONE], ("web",)),
    "absent-twice": ([GONE, GONE], ("web",)),
    "renamed-and-created": ([RENAME, WEB], ("web",)),
    "renamed-twice": ([RENAME, {"name": "web", "new_name": "shop"}], ("web",)),
    "renamed-and-absent": ([RENAME, GONE], ("web",)),
    "two-renames-to-one-name": ([RENAME, {"name": "api", "new_name": "site"}], ("site",)),
    "rename-to-a-listed-name": ([RENAME, {"name": "site"}], ("site",)),
    "rename-by-id-to-a-listed-name": ([{"project_id": ONE, "name": "site"}, {"name": "site"}], ("site",)),
    "two-ids-one-name": ([{"project_id": ONE, "name": "site"}, {"project_id": OTHER, "name": "site"}], ("site",)),
    "renames-by-id-and-name": ([{"project_id": ONE, "name": "site"}, RENAME], ("site",)),
    "neither-name-nor-id": ([WEB, {"default": True}], ("name", "project_id")),
    "empty-name": ([{"name": ""}], ("name",)),
    "new-name-alone": ([{"new_name": "site"}], ("name",)),
    "new-name-with-an-id": ([{"project_id": ONE, "new_name": "site"}], ("new_name", "name")),
    "absent-with-a-new-name": ([{**RENAME, "state": "absent"}], ("new_name", "absent")),
    "absent-and-default": ([{**GONE, "default": True}], ("default", "absent")),
    "unknown-state": ([{"name": "web", "state": "gone"}], ("state", "gone")),
    "unknown-option": ([{"name": "web", "color": "red"}], ("color",)),
    "default-in-words": ([{"name": "web", "default": "perhaps"}], ("default",)),
    "item-that-is-no-object": ([[]], ()),
}

ANY = {"project_id": "prj-1"}
# Options of scalingo_project_transfer, or, if they are a list, items of scalingo_project_transfers.
TO_TOMASZ = {"project_name": "shop", "new_owner": "tomasz"}
TRANSFERS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "no-new-owner": (ANY, ("new_owner",)),
    "no-project": ({"new_owner": "tomasz"}, ("project_id", "project_name")),
    "two-projects": ({**TO_TOMASZ, **ANY}, ("project_id", "project_name")),
    "id-of-a-pending-one": ({**ANY, "new_owner": "tomasz", "invitation_id": "tin-1"}, ("invitation_id",)),
    "another-state": ({**ANY, "state": "cancelled"}, ("state", "canceled")),
    "negative-time": ({**TO_TOMASZ, "wait_timeout": -1}, ("wait_timeout",)),
    "listed-twice": ([TO_TOMASZ, TO_TOMASZ], ("shop",)),
    "listed-without-an-owner": ([{"project_name": "shop"}], ("new_owner",)),
    "listed-without-a-project": ([{"new_owner": "tomasz"}], ("project_id", "project_name")),
    "listed-with-an-email": ([{**TO_TOMASZ, "new_owner": "tomasz@example.org"}], ("new_owner",)),
    "listed-without-a-token": ([{**TO_TOMASZ, "state": "accepted"}], ("new_owner_api_token",)),
    "listed-as-declined": ([{**TO_TOMASZ, "state": "declined"}], ("state", "declined")),
}


@pytest.fixture(scope="module")
def connection(sim: Any) -> dict[str, str]:
    return {"api_token": sim.add_account("mireille").api_token, "api_url": sim.api_url, "auth_url": sim.auth_url}


@pytest.fixture(autouse=True)
def _no_request(sim: Any) -> Iterator[None]:
    yield
    assert sim.calls() == []


BOTH = pytest.mark.parametrize("check", [False, True], ids=["run", "check"])


@BOTH
@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_module_says_what_is_wrong(connection: dict[str, str], mistake: str, check: bool) -> None:
    options, facts = MISTAKES[mistake]
    result = here("scalingo_project", {**connection, **options}, check=check)
    assert_refused(result, *facts)
    assert "error" not in result.values, "the API was never asked"
    assert "second-half" not in result.msg


@pytest.mark.parametrize("mistake", VARIABLES)
def test_the_module_says_what_is_wrong_with_a_variable(
    connection: dict[str, str], monkeypatch: pytest.MonkeyPatch, mistake: str
) -> None:
    variables, facts = VARIABLES[mistake]
    for name, value in {**{f"SCALINGO_{key.upper()}": text for key, text in connection.items()}, **variables}.items():
        monkeypatch.setenv(name, value)
    result = here("scalingo_project_info", {})
    assert_refused(result, *facts)
    assert "second-half" not in result.msg


@pytest.mark.parametrize("mistake", LOOKUPS)
def test_the_lookup_says_what_is_wrong(connection: dict[str, str], mistake: str) -> None:
    options, facts = LOOKUPS[mistake]
    with pytest.raises(AnsibleError) as raised:
        lookup("web", **{**connection, **options})
    assert [fact for fact in facts if fact not in str(raised.value)] == []
    assert "second-half" not in str(raised.value)


@BOTH
@pytest.mark.parametrize("mistake", LISTS)
def test_the_module_for_many_says_what_is_wrong(connection: dict[str, str], mistake: str, check: bool) -> None:
    items, facts = LISTS[mistake]
    result = here("scalingo_projects", {**connection, "projects": items}, check=check)
    assert_refused(result, *facts)
    assert not result.changed and not any(one["changed"] for one in result.get("outcomes") or [])


@pytest.mark.parametrize("mistake", TRANSFERS)
def test_the_transfer_says_what_is_wrong(connection: dict[str, str], mistake: str) -> None:
    given, facts = TRANSFERS[mistake]
    if isinstance(given, list):
        result = here("scalingo_project_transfers", {**connection, "transfers": given})
    else:
        result = here("scalingo_project_transfer", {**connection, **given})
    assert_refused(result, *facts)
