# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""At the highest verbosity, neither token nor bearer is in any output, whatever happens."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from .expect import assert_one_sentence
from .playbook import PlaybookRun, Story, connect, project, project_info, show

MASK = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
FAILING = (
    "revoked",
    "refused",
    "talkative",
    "talkative-exchange",
    "bad-name",
    "broken",
    "half-a-token",
    "lookup-fails",
)


@pytest.fixture(scope="module")
def secrets(sim: Any) -> dict[str, Any]:
    """Every account, and the bearers that were handed out beforehand."""
    names = ("fine", "given", "lookup", "spaced", *FAILING)
    accounts = {name: sim.add_account(name) for name in names}
    return {"accounts": accounts, "bearer": accounts["given"].bearer()}


@pytest.fixture(scope="module")
def run(sim: Any, secrets: dict[str, Any], teller: Any) -> PlaybookRun:
    accounts = secrets["accounts"]

    def fault(name: str, method: str, path: str, body: Any, status: int = 400) -> None:
        sim.fault("status", method=method, path=path, times=None, account=name, status=status, body=body)

    def own(name: str, **options: Any) -> dict[str, Any]:
        return connect(sim, accounts[name], **options)

    sim.revoke(accounts["revoked"])
    fault("refused", "POST", "/v1/projects", {"error": "no"}, status=403)
    fault("talkative", "GET", "/v1/projects", {"error": f"strange: {accounts['talkative'].api_token}"})
    fault(
        "talkative-exchange",
        "POST",
        "/v1/tokens/exchange",
        {"error": f"unknown token {accounts['talkative-exchange'].api_token}"},
    )
    fault("broken", "GET", "/v1/projects", "<html>not json</html>", status=200)
    urls = {"api_url": sim.api_url, "auth_url": sim.auth_url}
    lookup = "lookup('community.scalingo.project_info', {}).name"
    return teller(
        [
            Story("fine", [project("check", check=True, name="web"), project(name="web")], own("fine")),
            Story("given", [project_info()], {**urls, "bearer_token": secrets["bearer"]}),
            Story("spaced", [project_info()], own("spaced", api_token=f"  {accounts['spaced'].api_token}\n")),
            Story("revoked", [project_info()], own("revoked")),
            Story("refused", [project(name="web")], own("refused")),
            Story("talkative", [project_info()], own("talkative")),
            Story("talkative-exchange", [project_info()], own("talkative-exchange")),
            Story("bad-name", [project(name="Web")], own("bad-name")),
            Story("broken", [project_info()], own("broken")),
            Story(
                "half-a-token",
                [project_info()],
                own("half-a-token", api_token=accounts["half-a-token"].api_token.replace("-us-", "-us-\n")),
            ),
            Story("lookup", [show(lookup.format("'default'"))], variables=_variables(own("lookup"))),
            Story("lookup-fails", [show(lookup.format("'nothing'"))], variables=_variables(own("lookup-fails"))),
        ],
        "-vvvv",
    )


def _variables(connection: dict[str, Any]) -> dict[str, Any]:
    return {f"scalingo_{option}": value for option, value in connection.items()}


def test_the_stories_ended_as_meant(run: PlaybookRun) -> None:
    for name in ("fine", "given", "lookup"):
        assert not any(result.failed for result in run.all_of(name)), run.all_of(name)
    for name in FAILING:
        assert run.of(name).failed, name


def test_no_token_and_no_bearer_is_in_the_output(run: PlaybookRun, sim: Any, secrets: dict[str, Any]) -> None:
    told = run.output + json.dumps([result.values for result in run.results])
    bearers = {one.headers["Authorization"].split(" ", 1)[1] for one in sim.requests if "Authorization" in one.headers}
    assert secrets["bearer"] in bearers
    assert len(bearers) > len(FAILING)
    leaked = [secret for secret in bearers if secret in told]
    for name, account in secrets["accounts"].items():
        plain = account.api_token
        basic = base64.b64encode(f":{plain}".encode()).decode()
        leaked += [f"{name}: {form}" for form in (plain, basic, plain.removeprefix("tk-us-")) if form in told]
    assert leaked == []


def test_the_error_of_a_talkative_server_holds_no_secret(run: PlaybookRun, secrets: dict[str, Any]) -> None:
    for name in ("talkative", "talkative-exchange"):
        result = run.of(name)
        assert_one_sentence(result.msg)
        assert result["error"]["status"] == 400
        assert secrets["accounts"][name].api_token not in json.dumps(result.values)


@pytest.mark.parametrize(("story", "option"), [("given", "bearer_token"), ("revoked", "api_token")])
def test_the_options_are_masked_in_the_invocation(run: PlaybookRun, story: str, option: str) -> None:
    """Where there is one: ansible-core 2.21 keeps it to itself."""
    options = run.of(story).get("invocation", {"module_args": {option: MASK}})["module_args"]
    assert options[option] == MASK
