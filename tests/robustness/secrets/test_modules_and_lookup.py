# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules and lookup under every fault, at the highest verbosity, with everything that Ansible can be told to leave.

One test is one run of ansible-playbook, so that it is made once, however the tests are distributed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from functional.playbook import Story, login, project, project_info, projects, show, tell
from simulator import Simulator

from .faults import FAULTS, NOBODY, REFUSED, TIMEOUT, details
from .traces import EXPECTED, assert_found, assert_no_leak, leaving_traces, left_by, secrets_of

# Where a fault can hit: what it is called, the request, and whether the secret is the token or the bearer.
PLACES = {
    "exchange": {"method": "POST", "path": "/v1/tokens/exchange"},
    "list": {"method": "GET", "path": "/v1/projects"},
    "create": {"method": "POST", "path": "/v1/projects"},
}
LOOKUP = "lookup('community.scalingo.project_info', 'default', {}, **scalingo).name"
KEEP_A_FACT = {"name": "keep a fact", "ansible.builtin.set_fact": {"kept": "in the cache", "cacheable": True}}


class Cast:
    """The accounts of the stories. Each has a bearer beforehand, which is what its exchange answers, if it can."""

    def __init__(self, sim: Any) -> None:
        self.sim = sim
        self.accounts: dict[str, Any] = {}

    def add(self, name: str, fault: str | None, place: str) -> str:
        """Add an account to which this happens, and return its token."""
        self.accounts[name] = account = self.sim.add_account(name)
        bearer = account.bearer()
        if fault not in (None, REFUSED):
            told = (account.api_token,) if place == "exchange" else (account.api_token, bearer)
            self.sim.fault(account=name, times=None, **PLACES[place], **details(fault, *told))
        if place != "exchange":
            self.sim.fault("replace", account=name, times=None, **PLACES["exchange"], body={"token": bearer})
        return account.api_token


def _story(cast: Cast, fault: str) -> Story:
    """Tasks to which a fault happens: while the token is exchanged, while it reads, and while it writes."""
    urls = {"api_url": cast.sim.api_url, "auth_url": cast.sim.auth_url, "timeout": 10}
    urls.update({"timeout": TIMEOUT} if fault == "slow" else {})
    urls.update({"api_url": NOBODY} if fault == REFUSED else {})
    tokens = {
        task: cast.add(f"{fault}-{task}", fault, place)
        for task, place in [
            ("exchange", "exchange"),
            ("list", "list"),
            ("create", "create"),
            ("lookup", "list"),
            ("lookup-exchange", "exchange"),
        ]
    }

    def given(task: str) -> dict[str, str]:
        return {"api_token": "{{ tokens['" + task + "'] }}"}

    tasks = [
        project_info("exchange", **given("exchange")),
        projects("list", check=True, projects=[{"name": "web"}], **given("list")),
        project("create", name="web", **given("create")),
        show(LOOKUP.format("api_token=tokens.lookup"), task="lookup"),
        show(LOOKUP.format("api_token=tokens['lookup-exchange']"), task="lookup-exchange"),
    ]
    # A short time for retries, so that what is said about them is seen, too.
    connection = {**urls, "max_wait": 0.3 if fault in ("503_empty", "truncated") else 0}
    return Story(fault, tasks, connection, {"tokens": tokens})


def _ways(cast: Cast) -> list[Story]:
    """The ways in which a token or a bearer gets to a task."""
    sim = cast.sim
    urls = {"api_url": sim.api_url, "auth_url": sim.auth_url, "max_wait": 0}
    me = sim.add_account("ways")
    cast.accounts["ways"] = me
    signed_in = "{{ signed_in.login.bearer_token }}"
    blocked = cast.add("talkative-login", "422", "exchange")
    variables = {"token": me.api_token, "bearer": me.bearer(), "blocked": blocked}
    tasks = [
        KEEP_A_FACT,
        project_info("bearer option", bearer_token="{{ bearer }}"),
        project_info("environment"),
        show("query('community.scalingo.project_info', **scalingo)[0].name", task="lookup by environment"),
        show(
            "query('community.scalingo.project_info', **scalingo)[0].name",
            task="lookup by variables",
            vars={"scalingo_api_token": "{{ token }}"},
        ),
        show(
            "query('community.scalingo.project_info', **scalingo)[0].name",
            task="lookup by a bearer in a variable",
            vars={"scalingo_bearer_token": "{{ bearer }}"},
        ),
        login("login", api_token="{{ token }}"),
        {
            "name": "as whoever logged in",
            "block": [project_info("after the login"), project("create after the login", name="after-login")],
            "module_defaults": {"group/community.scalingo.all": {**urls, "bearer_token": signed_in}},
        },
        login("login without no_log", no_log=False, api_token="{{ token }}"),
        login("login that is refused", api_token="{{ blocked }}"),
        project_info("both, in an unknown option", api_token="{{ token }}", bearer_token="{{ bearer }}", tokn="x"),
        project("a token in place of a name", api_token="{{ token }}", name="{{ token }}"),
        project("a token in place of a region", api_token="{{ token }}", api_url="", region="{{ token }}"),
        project("a token in place of a number", api_token="{{ token }}", name="web", timeout="{{ token }}"),
        project("a token in place of a URL", api_token="{{ token }}", name="web", api_url="{{ token }}/x"),
        project("a token as an owner", api_token="{{ token }}", name="web", owner="{{ token }}"),
        project("a list of tokens", api_token=["{{ token }}"], name="web"),
        project_info("in the background", api_token="{{ token }}") | {"async": 60, "poll": 1},
        show(LOOKUP.format("api_token=token, ownr=token"), task="lookup with an unknown option"),
        show(
            "query('community.scalingo.project_info', token, api_token=token, **scalingo)",
            task="lookup of a token in place of a name",
        ),
        show(
            "query('community.scalingo.project_info', api_token=token, owner=token, **scalingo)",
            task="lookup with a token as the owner",
        ),
    ]
    return [Story("ways", tasks, urls, variables)]


# The work is done without a usable answer, which the module finds out.
DONE_NEVERTHELESS = [(fault, "create") for fault in ("dropped_after_the_work", "truncated", "garbage", "slow")]
FINE = (
    "bearer option",
    "environment",
    "lookup by environment",
    "lookup by variables",
    "lookup by a bearer in a variable",
    "login",
    "after the login",
    "create after the login",
    "in the background",
)


def test_no_secret_is_in_anything_that_modules_and_lookup_leave(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with Simulator() as sim:
        cast = Cast(sim)
        cast.add("environment", None, "list")
        stories = [_story(cast, fault) for fault in FAULTS] + _ways(cast)
        environment = {
            **leaving_traces(folder),
            "SCALINGO_API_TOKEN": cast.accounts["environment"].api_token,
        }
        run = tell(folder, stories, "-vvvv", "--diff", environment=environment)
        for result in run.results:
            if result.host != "ways" and (result.host, result.task) not in DONE_NEVERTHELESS:
                assert result.failed, (result.host, result.task, result.values)
        for task in FINE:
            assert not run.of("ways", task).failed, run.of("ways", task).values
        secrets = secrets_of(sim, cast.accounts.values())
    given = ["inventory.json", "play.yml", *(f"{story.name}.json" for story in stories)]
    outputs = left_by(folder, run, given)
    assert_no_leak(outputs, secrets, EXPECTED)
    assert_found(
        folder, given, secrets, [one.api_token for one in cast.accounts.values() if one.username != "environment"]
    )
