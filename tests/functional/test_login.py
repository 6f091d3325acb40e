# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One token exchange for a whole play: the bearer is there for the other tasks, and in no output."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
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
REMEDY = ("no_log: true",)
NO_TOKEN = ("api_token", "SCALINGO_API_TOKEN")
NAMES = ("play", "check-mode", "in-the-open", "block", "refused", "lonely-bearer", "again", "background")


@pytest.fixture(scope="module")
def opaque() -> Iterator[Any]:
    """Bearers that cannot be read."""
    with Simulator(**{**ASSUMED, "uuid_claim": "opaque"}) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def accounts(sim: Any) -> dict[str, Any]:
    return {name: sim.add_account(name) for name in NAMES}


def _with_the_bearer(*tasks: dict[str, Any]) -> dict[str, Any]:
    bearer = "{{ signed_in.login.bearer_token }}"
    defaults = {GROUP: {"bearer_token": bearer, **{option: "{{ scalingo." + option + " }}" for option in URLS}}}
    return {"name": "with the bearer", "module_defaults": defaults, "block": list(tasks)}


@pytest.fixture(scope="module")
def run(sim: Any, opaque: Any, accounts: dict[str, Any], teller: Any) -> PlaybookRun:
    own = {name: connect(sim, account, max_wait=0) for name, account in accounts.items()}
    urls = {option: own["lonely-bearer"][option] for option in URLS}
    sim.revoke(accounts["refused"])
    stranger = opaque.add_account("opaque")
    facts = [show("signed_in.login | sort", "keys"), show("signed_in is changed", "changed")]
    expires_at = show("signed_in.login.expires_at", "expires_at")
    once_more = login("once more", api_token="{{ scalingo.api_token }}")
    several = [
        project_info("look"),
        projects("predict", check=True, projects=[{"name": "web"}]),
        projects("create", projects=[{"name": "web"}, {"name": "api"}]),
        project("rename", name="web", new_name="site"),
    ]
    return teller(
        [
            Story("play", [login("log in"), *facts, expires_at, _with_the_bearer(*several)], own["play"]),
            Story(
                "check-mode",
                [login("log in", check=True), *facts, _with_the_bearer(project_info("look"))],
                own["check-mode"],
            ),
            Story(
                "in-the-open",
                [login("run", no_log=False), login("check", check=True, no_log=False)],
                own["in-the-open"],
            ),
            Story(
                "block",
                [
                    {"name": "quietly", "no_log": True, "block": [login("log in", no_log=False)]},
                    _with_the_bearer(project_info("look")),
                ],
                own["block"],
            ),
            Story(
                "opaque",
                [login("log in"), expires_at, _with_the_bearer(project_info("look"))],
                connect(opaque, stranger),
            ),
            Story("refused", [login("log in")], own["refused"]),
            Story("again", [login("log in"), _with_the_bearer(once_more)], own["again"]),
            Story("background", [{**login("log in"), "async": 20, "poll": 0}], own["background"]),
            Story("lonely-bearer", [login("log in")], {**urls, "bearer_token": accounts["lonely-bearer"].bearer()}),
        ],
        "-vvvv",
    )


def test_the_stories_ended_as_meant(run: PlaybookRun) -> None:
    for name in ("play", "check-mode", "block", "opaque", "again"):
        assert [result.msg for result in run.all_of(name) if result.failed] == []
    for name in ("in-the-open", "refused", "lonely-bearer", "background"):
        assert all(result.failed for result in run.all_of(name)), name


def test_one_exchange_is_enough_for_the_play(run: PlaybookRun, sim: Any, opaque: Any) -> None:
    first, *others = sim.calls("play")
    assert first == EXCHANGE
    assert EXCHANGE not in others
    assert others[:5] == [LIST, LIST, LIST, CREATE, CREATE]
    assert [call.split()[0] for call in others[5:]] == ["GET", "PATCH"]
    assert outline(sim.projects("play")) == "api *default site"
    assert sim.calls("check-mode") == sim.calls("block") == opaque.calls("opaque") == [EXCHANGE, LIST]


def test_it_returns_the_bearer_and_its_end_and_changes_nothing(run: PlaybookRun) -> None:
    for name in ("play", "check-mode"):
        assert run.of(name, "keys")["msg"] == ["bearer_token", "expires_at"]
        assert run.of(name, "changed")["msg"] is False


def test_the_end_is_the_token_s_own(run: PlaybookRun, sim: Any) -> None:
    shown = datetime.fromisoformat(run.of("play", "expires_at")["msg"].replace("Z", "+00:00"))
    used = [one.headers["Authorization"] for one in sim.requests if one.account == "play" and one.host != "auth"]
    assert len(set(used)) == 1
    assert shown == _end_of(used[0].removeprefix("Bearer "))


def test_an_opaque_bearer_does_not_tell_its_end(run: PlaybookRun) -> None:
    # What debug makes of null; from ansible-core 2.20 on, nothing at all.
    assert run.of("opaque", "expires_at").get("msg") in (None, "")
    with Simulator(uuid_claim="opaque") as sim:
        result = here("scalingo_login", connect(sim, sim.add_account("mireille")), no_log=True)
    assert_ok(result)
    assert result["login"]["expires_at"] is None


def test_without_no_log_it_asks_for_nothing_and_says_why(run: PlaybookRun, sim: Any) -> None:
    for task in ("run", "check"):
        assert_refused(run.of("in-the-open", task), *REMEDY)
    assert sim.calls("in-the-open") == []


def test_a_bearer_alone_asks_for_nothing(run: PlaybookRun, sim: Any) -> None:
    assert sim.calls("lonely-bearer") == []


def test_a_bearer_of_the_group_does_not_hide_the_api_token(run: PlaybookRun, sim: Any) -> None:
    assert sim.calls("again") == [EXCHANGE, EXCHANGE]


def test_it_leaves_no_result_in_a_file_of_a_job_in_the_background(run: PlaybookRun, sim: Any) -> None:
    assert sim.calls("background") == []


def test_neither_bearer_nor_token_is_in_the_output(
    run: PlaybookRun, sim: Any, opaque: Any, accounts: dict[str, Any]
) -> None:
    printed = run.output + json.dumps([result.values for result in run.results])
    seen = [*sim.requests, *opaque.requests]
    headers = {one.headers["Authorization"].split(" ", 1)[1] for one in seen if "Authorization" in one.headers}
    tokens = {account.api_token for account in accounts.values()}
    tokens |= {base64.b64encode(f":{token}".encode()).decode() for token in tokens}
    assert len(headers) > len(accounts)
    assert [secret for secret in headers | tokens if secret in printed] == []
    assert run.of("play", "log in").get("censored")
    assert "[WARNING]" not in run.output


# In this process: what Ansible censors where it is a task.


def _end_of(bearer: str) -> datetime:
    claims = bearer.split(".")[1]
    exp = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["exp"]
    return datetime.fromtimestamp(exp, tz=timezone.utc)


@pytest.mark.parametrize("check", [False, True], ids=["run", "check mode"])
@pytest.mark.parametrize("uuid_claim", [True, False])
def test_the_bearer_works_and_ends_when_it_says(check: bool, uuid_claim: bool) -> None:
    with Simulator(uuid_claim=uuid_claim) as sim:
        me = sim.add_account("mireille")
        result = here("scalingo_login", connect(sim, me), check=check, no_log=True)
        assert_ok(result)
        assert sim.calls() == [EXCHANGE]
        assert set(result["login"]) == {"bearer_token", "expires_at"}
        expires_at = datetime.fromisoformat(result["login"]["expires_at"].replace("Z", "+00:00"))
        assert expires_at == _end_of(result["login"]["bearer_token"])
        urls = {"api_url": sim.api_url, "auth_url": sim.auth_url}
        assert_ok(here("scalingo_project_info", {**urls, "bearer_token": result["login"]["bearer_token"]}))
        assert sim.calls() == [EXCHANGE, LIST]


def test_the_token_may_come_from_the_environment(sim: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    me = sim.add_account("environment")
    monkeypatch.setenv("SCALINGO_API_TOKEN", me.api_token)
    monkeypatch.setenv("SCALINGO_AUTH_URL", sim.auth_url)
    result = here("scalingo_login", {"api_token": ""}, no_log=True)
    assert_ok(result)
    assert sim.calls(me) == [EXCHANGE]


def test_an_option_wins_over_the_other_token_s_variable(sim: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    me, other = sim.add_account("by-option"), sim.add_account("by-variable")
    monkeypatch.setenv("SCALINGO_BEARER_TOKEN", other.bearer())
    sim.clear_requests()
    result = here("scalingo_login", connect(sim, me), no_log=True)
    assert_ok(result)
    assert sim.calls() == [EXCHANGE]
    used = {"api_url": sim.api_url, "auth_url": sim.auth_url, "bearer_token": result["login"]["bearer_token"]}
    (found,) = here("scalingo_project_info", used)["projects"]
    assert found["owner"]["username"] == "by-option"


@pytest.mark.parametrize("no_log", [False, True])
@pytest.mark.parametrize("by", ["option", "variable", "nothing"])
def test_without_an_api_token_it_says_what_is_missing(
    sim: Any, monkeypatch: pytest.MonkeyPatch, by: str, no_log: bool
) -> None:
    me = sim.add_account(f"no-token-{by}-{no_log}")
    bearer = me.bearer()
    if by == "variable":
        monkeypatch.setenv("SCALINGO_BEARER_TOKEN", bearer)
    own = {"bearer_token": bearer} if by == "option" else {}
    sim.clear_requests()
    result = here("scalingo_login", {"api_url": sim.api_url, "auth_url": sim.auth_url, **own}, no_log=no_log)
    assert_refused(result, *(NO_TOKEN if no_log else ()))
    assert any(fact in result.msg for fact in (*NO_TOKEN, *REMEDY))
    assert bearer not in json.dumps(result.values)
    assert sim.calls() == []


def test_a_refused_token_is_named(sim: Any) -> None:
    me = sim.add_account("revoked")
    sim.revoke(me)
    result = here("scalingo_login", connect(sim, me, max_wait=0), no_log=True)
    assert_refused(result, "api_token", "401")
    assert me.api_token not in json.dumps(result.values)


@pytest.mark.parametrize(("body", "status"), [("<html>", 200), ({"token": ""}, 200), ({"error": "no"}, 503)])
def test_a_broken_exchange_is_one_sentence(sim: Any, body: Any, status: int) -> None:
    me = sim.add_account(f"broken-exchange-{status}-{len(str(body))}")
    sim.fault("status", path="/v1/tokens/exchange", times=None, account=me, status=status, body=body)
    assert_refused(here("scalingo_login", connect(sim, me, max_wait=0), no_log=True), "token")
    sim.clear_faults()
