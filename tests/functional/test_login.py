# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One token exchange for a whole play: the bearer is there for the other tasks, and in no output."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timezone
from typing import Any

import pytest
from simulator import Simulator

from .assumptions import COUNTED
from .expect import CREATE, EXCHANGE, LIST, assert_ok, assert_refused, outline
from .playbook import COLLECTION, PlaybookRun, Story, connect, here, login, project, project_info, projects, show

# What is saved is counted.
ASSUMED = COUNTED

GROUP = f"group/{COLLECTION}.all"
URLS = ("api_url", "auth_url")
FINE = ("play", "check", "block", "again")
FAILING = ("in-the-open", "background", "refused", "lonely-bearer")


def _with_the_bearer(*tasks: dict[str, Any]) -> dict[str, Any]:
    bearer = "{{ signed_in.login.bearer_token }}"
    defaults = {GROUP: {"bearer_token": bearer, **{option: "{{ scalingo." + option + " }}" for option in URLS}}}
    return {"name": "with the bearer", "module_defaults": defaults, "block": list(tasks)}


@pytest.fixture(scope="module")
def accounts(sim: Any) -> dict[str, Any]:
    return {name: sim.add_account(name) for name in (*FINE, *FAILING)}


@pytest.fixture(scope="module")
def run(sim: Any, accounts: dict[str, Any], teller: Any) -> PlaybookRun:
    own = {name: connect(sim, account, max_wait=0) for name, account in accounts.items()}
    own["lonely-bearer"] = {**own["lonely-bearer"], "bearer_token": accounts["lonely-bearer"].bearer(), "api_token": ""}
    sim.revoke(accounts["refused"])
    sim.clear_requests()
    look = _with_the_bearer(project_info("look"))
    several = [
        project_info("look"),
        projects("predict", check=True, projects=[{"name": "web"}]),
        projects("create", projects=[{"name": "web"}, {"name": "api"}]),
        project("rename", name="web", new_name="site"),
    ]
    tasks = {
        "play": [
            login("log in"),
            show("signed_in.login | sort", "keys"),
            show("signed_in is changed", "changed"),
            _with_the_bearer(*several),
        ],
        "check": [login("log in", check=True), look],
        "block": [{"name": "quietly", "no_log": True, "block": [login("log in", no_log=False)]}, look],
        # A bearer of the group does not hide the API token.
        "again": [login("log in"), _with_the_bearer(login("once more", api_token="{{ scalingo.api_token }}"))],
        "in-the-open": [login("run", no_log=False), login("check", check=True, no_log=False)],
        "background": [{**login("log in"), "async": 20, "poll": 0}],
        "refused": [login("log in")],
        "lonely-bearer": [login("log in")],
    }
    return teller([Story(name, tasks[name], own[name]) for name in tasks], "-vvvv")


def test_one_exchange_is_enough_for_the_play(run: PlaybookRun, sim: Any) -> None:
    assert [result.msg for name in FINE for result in run.all_of(name) if result.failed] == []
    site = next(one["id"] for one in sim.projects("play") if one["name"] == "site")
    assert sim.calls("play") == [EXCHANGE, LIST, LIST, LIST, CREATE, CREATE, LIST, f"PATCH /v1/projects/{site}"]
    assert outline(sim.projects("play")) == "api *default site"
    assert sim.calls("check") == sim.calls("block") == [EXCHANGE, LIST]
    assert sim.calls("again") == [EXCHANGE, EXCHANGE]
    assert run.of("play", "keys")["msg"] == ["bearer_token", "expires_at"]
    assert run.of("play", "changed")["msg"] is False


@pytest.mark.parametrize("name", ["in-the-open", "background", "lonely-bearer"])
def test_what_cannot_work_asks_for_nothing(run: PlaybookRun, sim: Any, name: str) -> None:
    """Among it: a result that would be shown, or kept in a file of a job in the background."""
    assert all(result.failed for result in run.all_of(name))
    assert sim.calls(name) == []


def test_neither_bearer_nor_token_is_in_the_output(run: PlaybookRun, sim: Any, accounts: dict[str, Any]) -> None:
    printed = run.output + json.dumps([result.values for result in run.results])
    headers = {one.headers["Authorization"].split(" ", 1)[1] for one in sim.requests if "Authorization" in one.headers}
    tokens = {account.api_token for account in accounts.values()}
    assert len(headers) > len(FINE)
    assert [secret for secret in headers | tokens if secret in printed] == []
    assert run.of("play", "log in").get("censored")
    assert run.of("refused", "log in").failed
    assert "[WARNING]" not in run.output


# In this process: what Ansible censors where it is a task.


def _end_of(bearer: str) -> datetime:
    claims = bearer.split(".")[1]
    exp = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["exp"]
    return datetime.fromtimestamp(exp, tz=timezone.utc)


@pytest.mark.parametrize("check", [False, True], ids=["run", "check mode"])
@pytest.mark.parametrize("uuid_claim", [True, False, "opaque"])
def test_the_bearer_works_and_ends_when_it_says(check: bool, uuid_claim: bool | str) -> None:
    with Simulator(uuid_claim=uuid_claim) as sim:
        me = sim.add_account("mireille")
        result = here("scalingo_login", connect(sim, me), check=check, no_log=True)
        assert_ok(result)
        assert set(result["login"]) == {"bearer_token", "expires_at"}
        bearer, expires_at = result["login"]["bearer_token"], result["login"]["expires_at"]
        if uuid_claim == "opaque":
            assert expires_at is None
        else:
            assert datetime.fromisoformat(expires_at.replace("Z", "+00:00")) == _end_of(bearer)
        urls = {"api_url": sim.api_url, "auth_url": sim.auth_url}
        assert_ok(here("scalingo_project_info", {**urls, "bearer_token": bearer}))
        assert sim.calls() == [EXCHANGE, LIST]


@pytest.mark.parametrize("by", ["option", "variable"])
def test_the_token_of_a_login_may_be_a_variable_and_beats_a_bearer(
    sim: Any, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    me, other = sim.add_account(f"by-{by}"), sim.add_account(f"other-than-{by}")
    options = connect(sim, me)
    if by == "variable":
        monkeypatch.setenv("SCALINGO_API_TOKEN", options.pop("api_token"))
    else:
        monkeypatch.setenv("SCALINGO_BEARER_TOKEN", other.bearer())
    sim.clear_requests()
    result = here("scalingo_login", options, no_log=True)
    assert_ok(result)
    assert sim.calls() == [EXCHANGE]
    bearer = {"bearer_token": result["login"]["bearer_token"], "api_url": sim.api_url}
    (found,) = here("scalingo_project_info", bearer)["projects"]
    assert found["owner"]["username"] == f"by-{by}"


@pytest.mark.parametrize("no_log", [False, True])
@pytest.mark.parametrize("by", ["option", "variable", "nothing"])
def test_without_an_api_token_it_fails_before_a_request(
    sim: Any, monkeypatch: pytest.MonkeyPatch, by: str, no_log: bool
) -> None:
    me = sim.add_account(f"no-token-{by}-{no_log}")
    bearer = me.bearer()
    if by == "variable":
        monkeypatch.setenv("SCALINGO_BEARER_TOKEN", bearer)
    own = {"bearer_token": bearer} if by == "option" else {}
    sim.clear_requests()
    result = here("scalingo_login", {"api_url": sim.api_url, "auth_url": sim.auth_url, **own}, no_log=no_log)
    assert_refused(result, *(("api_token", "SCALINGO_API_TOKEN") if no_log else ("no_log: true",)))
    assert bearer not in json.dumps(result.values)
    assert sim.calls() == []
