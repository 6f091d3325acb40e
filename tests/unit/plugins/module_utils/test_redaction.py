# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What leaves a module or the lookup: without secrets, and without what Ansible cannot print."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
import responses
from ansible.errors import AnsibleError
from ansible_collections.community.scalingo.plugins.lookup.project_info import LookupModule
from ansible_collections.community.scalingo.plugins.module_utils._http.redaction import MASK, Redactor
from in_process import printed_by

# Short, so that it does not look like a token.
SECRET = "tk-us-hunter7-seven_7"
BEARER = "bearer-of.that~hour"


def basic(secret: str) -> str:
    return base64.b64encode(f":{secret}".encode()).decode()


def redactor(*secrets: str | None) -> Redactor:
    made = Redactor()
    for secret in secrets or (SECRET,):
        made.add(secret)
    return made


def test_redactor_masks_each_form_at_any_depth_and_nothing_else() -> None:
    for form, masked in ((SECRET, MASK), (basic(SECRET), f"{MASK}=="), (basic(SECRET).rstrip("="), MASK)):

        def value(text: str) -> Any:
            return {text: [text, {"a": [{"b": f"x{text}y{text}"}]}], "c": [None, True, 7, 1.5, "harmless", [], {}]}

        assert redactor()(value(form)) == value(masked) and form not in repr(redactor())
        assert Redactor()(value(form)) == value(form)
    assert redactor()((SECRET,)) == [MASK]


@pytest.mark.parametrize("secrets", [("hunter", "hunter7"), ("hunter7", "hunter"), ("hunter7", None), ("hunter7", "")])
def test_redactor_secret_that_begins_like_another_leaves_no_rest(secrets: tuple[str, str]) -> None:
    assert redactor(*secrets)("hunter7, other") == f"{MASK}, other"


@pytest.mark.parametrize(
    "token",
    [
        "tk-us-q6nHS_xeoLmswy4bZr3Q1yribqeQa_rPRTUIIJAA1mqXUbDq",
        "eyJhbGciOiJIUzUxMiJ9.eyJ1dWlkIjoidXMtMSJ9.c2lnbmF0dXJl",
        "eyJhbGciOiJub25lIn0.eyJ1dWlkIjoidXMtMSJ9.",
    ],
    ids=["API token", "JWT", "JWT without a signature"],
)
@pytest.mark.parametrize(("before", "after"), [("", ""), ("no ", " is known"), ("token=", "&x=1"), ('{"a": "', '"}')])
def test_redactor_masks_what_looks_like_a_token(token: str, before: str, after: str) -> None:
    assert Redactor()(f"{before}{token}{after}") == f"{before}{MASK}{after}"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("project prj-b7e2915d-40c8-4a36-bd1f-7786e0c95a24 of us-6a1f0d3e is full",) * 2,
        ("no tk-us-storefront-production-eu",) * 2,
        ("keyJ.b.c eyJ.b.c",) * 2,
        ("https://x.example/?a=1&token=5f0e&b=2", f"https://x.example/?a=1&token={MASK}&b=2"),
        ("https://x.example/?token=5f0e, or token=7", f"https://x.example/?token={MASK} or token=7"),
    ],
)
def test_redactor_masks_the_secret_of_a_link_but_no_ordinary_text(text: str, shown: str) -> None:
    assert redactor()(text) == shown


@pytest.mark.parametrize(
    "text",
    ["eyJ" * 300_000, "eyJ" * 10**5 + "." + "eyJ" * 10**5, ".eyJ0123456789" * 50_000, "tk-us-" * 10**5, "." * 10**6],
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
    for level in range(60):
        deep = {"a": deep} if level % 2 else [deep]
    shown = json.dumps(redactor()(deep))
    assert shown.count("[") + shown.count("{") == 50 and '"..."' in shown


# Modules and the lookup

LIST = "https://api.osc-fr1.scalingo.com/v1/projects"
TASKS: dict[str, dict[str, Any]] = {
    "scalingo_project": {"name": "web"},
    "scalingo_projects": {"projects": [{"name": "web"}]},
    "scalingo_project_info": {},
    "scalingo_project_transfer": {"project_name": "web", "new_owner": "tomasz"},
    "scalingo_project_transfer_info": {"project_name": "web"},
    "lookup": {},
}
# Both tokens in both forms.
ECHOES = [form for secret in (SECRET, BEARER) for form in (secret, basic(secret))]
ECHO = " ".join(ECHOES)

End = Callable[..., str]


@pytest.fixture
def end(http: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch) -> End:
    """Gives what a task returns or says, which gets a bearer token for the secret: `end("lookup", "web", api=...)`."""

    def run(task: str, *terms: Any, source: str = "option", **options: Any) -> str:
        http.post("https://auth.scalingo.com/v1/tokens/exchange", json={"token": BEARER})
        given = {"max_wait": 0, **TASKS[task], **options}
        if source == "environment":
            monkeypatch.setenv("SCALINGO_API_TOKEN", SECRET)
        elif source == "option":
            given["api_token"] = SECRET
        if task == "lookup":
            variables = {"scalingo_api_token": SECRET} if source == "variable" else {}
            templar = SimpleNamespace(template=lambda value: value)
            try:
                return json.dumps(LookupModule(templar=templar).run(list(terms), variables, **given))
            except AnsibleError as error:
                return str(error)
        result = json.loads(printed_by(task, given)[0])
        # What it was given is masked by Ansible, in its own way.
        result.pop("invocation", None)
        return json.dumps(result)

    return run


def assert_hidden(shown: str) -> None:
    assert [echo for echo in ECHOES if echo.rstrip("=") in shown] == []
    assert MASK in shown or "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER" in shown


@pytest.mark.parametrize("source", ["option", "environment"])
@pytest.mark.parametrize("task", TASKS)
def test_result_of_a_task_shows_no_token(http: responses.RequestsMock, end: End, task: str, source: str) -> None:
    owner = {"id": "us-1", "username": "mireille", "email": f"{ECHO}@example.org"}
    more = {"flags": {ECHO: True}, "note": f"asked with {ECHO}", "links": [{"self": [f"/v1?token={ECHO}"]}]}
    found = {"id": "prj-1", "name": "web", "default": False, "owner": owner, **more}
    http.get(LIST, json={"projects": [found]})
    error = {"status": 422, "json": {"errors": {ECHO: [ECHO]}}, "headers": {"X-Request-Id": f"id-{SECRET}"}}
    http.get(f"{LIST}/prj-1/transfer_invitations", **error)
    shown = end(task, source=source)
    assert ("422" in shown) is ("transfer" in task)
    assert_hidden(shown)


# A token that got into another option of the lookup by mistake: Ansible masks nothing of a lookup.


@pytest.mark.parametrize("form", [SECRET, basic(SECRET)], ids=["plain", "basic authentication"])
@pytest.mark.parametrize("place", ["term", "list", "dictionary", "owner"])
def test_lookup_term_or_owner_that_is_the_token_is_masked(
    http: responses.RequestsMock, end: End, place: str, form: str
) -> None:
    http.get(LIST, json={"projects": []})
    for identifier in (form, "web"):
        http.get(f"{LIST}/{quote(identifier, safe='')}", status=404, json={"error": "not found"})
    terms = {"term": form, "list": [[form]], "dictionary": {form: 1}, "owner": "web"}
    assert_hidden(end("lookup", terms[place], **({"owner": form} if place == "owner" else {})))


@pytest.mark.parametrize("option", ["default", "on_missing", "timeout", "validate_certs", "region", SECRET])
@pytest.mark.parametrize("source", ["option", "variable", "environment"])
def test_lookup_option_with_the_token_by_mistake_is_masked(end: End, option: str, source: str) -> None:
    shown = end("lookup", "web", source=source, **{option: SECRET})
    assert SECRET not in shown
    # Where Ansible has words of its own for the wrong type, it does not repeat the value.
    assert (MASK in shown or option == "timeout") and (option == SECRET or option in shown)
