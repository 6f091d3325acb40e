# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the lookup never returns or reports: its tokens, in any field in which the API repeats them.

Ansible masks what modules return. Of lookups it masks nothing.
"""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote

import pytest
import responses
from ansible.errors import AnsibleError
from ansible_collections.community.scalingo.plugins.lookup.project_info import LookupModule

LIST = "https://api.osc-fr1.scalingo.com/v1/projects"
EXCHANGE = "https://auth.scalingo.com/v1/tokens/exchange"
TOKEN = "tk-us-hunter7_seven"
BEARER = "the.bearer-of~this_hour"
MASK = "********"


def forms(secret: str) -> dict[str, str]:
    """Return the forms in which an API could repeat a token: as it is, and as it is sent for the exchange."""
    return {"plain": secret, "basic authentication": base64.b64encode(f":{secret}".encode()).decode()}


ECHOES = {
    f"{name} {form}": (secret, text)
    for name, secret in (("token", TOKEN), ("bearer", BEARER))
    for form, text in forms(secret).items()
}
each_echo = pytest.mark.parametrize(("secret", "echo"), ECHOES.values(), ids=ECHOES)


def project(**changes: Any) -> dict[str, Any]:
    owner = {"id": "us-1", "username": "mireille", "email": "mireille@example.org"}
    return {"id": "prj-1", "name": "web", "default": True, "owner": owner, "flags": {}, **changes}


def look(http: responses.RequestsMock, *terms: str, **options: Any) -> list[Any]:
    """Run the lookup with the API token, for which it gets the bearer."""
    http.post(EXCHANGE, json={"token": BEARER})
    return LookupModule().run(list(terms), api_token=TOKEN, max_wait=0, **options)


def assert_hidden(shown: str, secret: str) -> None:
    assert MASK in shown
    assert [form for form, text in forms(secret).items() if text in shown] == []


@each_echo
@pytest.mark.parametrize(
    "place",
    [
        lambda echo: {"note": f"asked with {echo}, thanks"},
        lambda echo: {"name": echo},
        lambda echo: {"flags": {echo: True}},
        lambda echo: {"owner": {"id": "us-1", "username": "mireille", "email": echo}},
        lambda echo: {"links": [{"self": [f"/v1/projects?token={echo}"]}]},
    ],
    ids=["text", "name", "key", "owner", "deep"],
)
@pytest.mark.parametrize("terms", [(), ("prj-1",)], ids=["all", "by ID"])
def test_project_with_a_token_in_any_place_is_masked(
    http: responses.RequestsMock, secret: str, echo: str, place: Any, terms: tuple[str, ...]
) -> None:
    http.get(LIST, json={"projects": [project(**place(echo))]})
    found = look(http, *terms)
    assert [each["id"] for each in found] == ["prj-1"]
    assert_hidden(json.dumps(found), secret)


@each_echo
@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, '{{"error": "no {}"}}'),
        (401, '{{"error": "{} has expired"}}'),
        (403, '{{"errors": {{"token": ["{}"]}}}}'),
        (404, '{{"message": "no such path", "url": "/{}"}}'),
        (422, '{{"errors": {{"{}": ["what"]}}}}'),
        (500, "{} went wrong"),
        (502, "{}"),
    ],
    ids=str,
)
def test_error_with_a_token_in_any_place_is_masked(
    http: responses.RequestsMock, secret: str, echo: str, status: int, body: str
) -> None:
    http.get(LIST, status=status, body=body.format(echo), headers={"X-Request-Id": f"id-{echo}"})
    with pytest.raises(AnsibleError) as error:
        look(http)
    assert_hidden(str(error.value), secret)


@each_echo
def test_ambiguous_name_that_is_a_token_is_masked(http: responses.RequestsMock, secret: str, echo: str) -> None:
    """Two projects of one name make the term ambiguous; that message is not the API's."""
    others = project(id="prj-2", name=echo, owner={"id": "us-2", "username": echo, "email": "t@example.org"})
    http.get(LIST, json={"projects": [project(name=echo), others]})
    with pytest.raises(AnsibleError) as error:
        look(http, echo)
    assert_hidden(str(error.value), secret)


@pytest.mark.parametrize("place", ["term", "owner"])
@pytest.mark.parametrize("form", forms(TOKEN).values(), ids=forms(TOKEN))
def test_token_in_another_option_is_masked(http: responses.RequestsMock, place: str, form: str) -> None:
    http.get(LIST, json={"projects": [project()]})
    http.add(responses.Response("GET", f"{LIST}/{quote(form, safe='')}", status=404, json={"error": "not found"}))
    with pytest.raises(AnsibleError) as error:
        look(http, form if place == "term" else "web", **({"owner": form} if place == "owner" else {}))
    assert TOKEN not in str(error.value) and form not in str(error.value)


def test_project_without_a_token_is_returned_unchanged(http: responses.RequestsMock) -> None:
    http.get(LIST, json={"projects": [project()]})
    assert look(http, "web") == [project()]
