# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""At the highest verbosity, neither token nor bearer is in any output. Every way to leak one is in tests/robustness."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from .expect import assert_one_sentence
from .playbook import PlaybookRun, Story, connect, project, project_info, show

MASK = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
TALKATIVE = {"talkative": "GET /v1/projects", "talkative-exchange": "POST /v1/tokens/exchange"}
FAILING = (*TALKATIVE, "revoked", "bad-name", "half-a-token", "lookup-fails")


@pytest.fixture(scope="module")
def accounts(sim: Any) -> dict[str, Any]:
    return {name: sim.add_account(name) for name in ("fine", "given", "lookup", *FAILING)}


@pytest.fixture(scope="module")
def run(sim: Any, accounts: dict[str, Any], teller: Any) -> PlaybookRun:
    own = {name: connect(sim, account) for name, account in accounts.items()}
    own["given"] = {**own["given"], "api_token": "", "bearer_token": accounts["given"].bearer()}
    own["half-a-token"]["api_token"] = own["half-a-token"]["api_token"].replace("-us-", "-us-\n")
    sim.revoke(accounts["revoked"])
    for name, call in TALKATIVE.items():
        method, path = call.split()
        body = {"error": f"strange: {accounts[name].api_token}"}
        sim.fault("status", method=method, path=path, times=None, account=name, status=400, body=body)
    tasks = {
        "fine": [project("check", check=True, name="web"), project(name="web")],
        "bad-name": [project(name="Web")],
        "lookup": [show("lookup('community.scalingo.project_info', 'default', **scalingo).name")],
        "lookup-fails": [show("lookup('community.scalingo.project_info', 'nothing', **scalingo).name")],
    }
    return teller([Story(name, tasks.get(name, [project_info()]), own[name]) for name in accounts], "-vvvv")


def test_no_token_and_no_bearer_is_in_the_output(run: PlaybookRun, sim: Any, accounts: dict[str, Any]) -> None:
    failed = {result.host for result in run.results if result.failed}
    assert failed == set(FAILING)
    told = run.output + json.dumps([result.values for result in run.results])
    secrets = {one.headers["Authorization"].split(" ", 1)[1] for one in sim.requests if "Authorization" in one.headers}
    assert len(secrets) > len(FAILING)
    for account in accounts.values():
        plain = account.api_token
        secrets |= {plain, plain.removeprefix("tk-us-"), base64.b64encode(f":{plain}".encode()).decode()}
    assert [secret for secret in secrets if secret in told] == []


@pytest.mark.parametrize("name", TALKATIVE)
def test_the_error_of_a_talkative_server_is_returned_without_the_secret(run: PlaybookRun, name: str) -> None:
    assert_one_sentence(run.of(name).msg)
    assert run.of(name)["error"]["status"] == 400


@pytest.mark.parametrize(("story", "option"), [("given", "bearer_token"), ("revoked", "api_token")])
def test_the_options_are_masked_in_the_invocation(run: PlaybookRun, story: str, option: str) -> None:
    """Where there is one: ansible-core 2.21 keeps it to itself."""
    options = run.of(story).get("invocation", {"module_args": {option: MASK}})["module_args"]
    assert options[option] == MASK
