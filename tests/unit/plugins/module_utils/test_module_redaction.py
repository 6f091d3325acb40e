# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a module never returns or says: its tokens, also where a response repeats them in another form.

Ansible masks a token as it is, and no more. The lookup has tests of its own.
"""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
import responses
from in_process import printed_by

LIST = "https://api.osc-fr1.scalingo.com/v1/projects"
EXCHANGE = "https://auth.scalingo.com/v1/tokens/exchange"
TOKEN = "tk-us-hunter7_seven-7"
BEARER = "bearer-of.that~hour"
MASK = "********"


def forms(secret: str) -> dict[str, str]:
    return {"plain": secret, "basic authentication": base64.b64encode(f":{secret}".encode()).decode()}


ECHOES = {
    f"{name} {form}": text
    for name, secret in (("token", TOKEN), ("bearer", BEARER))
    for form, text in forms(secret).items()
}
each_echo = pytest.mark.parametrize("echo", ECHOES.values(), ids=ECHOES)
MODULES: dict[str, dict[str, Any]] = {
    "scalingo_project": {"name": "web"},
    "scalingo_projects": {"projects": [{"name": "web"}]},
    "scalingo_project_info": {},
    "scalingo_project_transfer": {"project_name": "web", "new_owner": "tomasz"},
    "scalingo_project_transfer_info": {"project_name": "web"},
}
each_module = pytest.mark.parametrize(("module", "arguments"), MODULES.items(), ids=MODULES)


def ends(http: responses.RequestsMock, module: str, arguments: dict[str, Any], source: str, patch: Any) -> Any:
    """The result of a module that has its token as an option or from the environment, and gets the bearer for it."""
    http.post(EXCHANGE, json={"token": BEARER})
    given = {"max_wait": 0, **arguments}
    if source == "option":
        given["api_token"] = TOKEN
    else:
        patch.setenv("SCALINGO_API_TOKEN", TOKEN)
    printed, _code = printed_by(module, given)
    return json.loads(printed)


def assert_hidden(result: Any, echo: str) -> None:
    # What it was given is masked by Ansible, in its own way.
    result.pop("invocation", None)
    shown = " ".join(texts(result))
    assert MASK in shown or "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER" in shown
    assert echo.rstrip("=") not in shown
    assert [form for form, text in ECHOES.items() if text.rstrip("=") in shown] == []


def texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for pair in value.items() for each in pair for text in texts(each)]
    if isinstance(value, list):
        return [text for each in value for text in texts(each)]
    return [str(value)]


@each_echo
@each_module
@pytest.mark.parametrize("source", ["option", "environment"])
def test_module_error_shows_no_token(
    http: responses.RequestsMock,
    monkeypatch: pytest.MonkeyPatch,
    module: str,
    arguments: dict[str, Any],
    echo: str,
    source: str,
) -> None:
    http.get(LIST, status=422, json={"error": f"not with {echo}"})
    result = ends(http, module, arguments, source, monkeypatch)
    assert result["failed"] and "422" in result["msg"]
    assert_hidden(result, echo)


@each_echo
@pytest.mark.parametrize("source", ["option", "environment"])
@pytest.mark.parametrize("module", ["scalingo_project", "scalingo_projects", "scalingo_project_info"])
def test_module_result_shows_no_token(
    http: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch, module: str, echo: str, source: str
) -> None:
    owner = {"id": "us-1", "username": "mireille", "email": f"{echo}@example.org"}
    project = {"id": "prj-1", "name": "web", "default": False, "owner": owner, "flags": {echo: True}, "note": echo}
    http.get(LIST, json={"projects": [project]})
    result = ends(http, module, MODULES[module], source, monkeypatch)
    assert not result.get("failed") and not result["changed"]
    assert_hidden(result, echo)
