# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules, lookup, and role under every fault, at the highest verbosity, with everything that Ansible can leave.

One test is one run of ansible-playbook, so that it is made once, however the tests are distributed. What a job of AWX
leaves is in functional/test_runner.py.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from ansible_environment import TOOLS
from functional.baseline import role
from functional.playbook import (
    COLLECTION,
    Story,
    clean_environment,
    connect,
    login,
    project,
    project_info,
    projects,
    show,
    tell,
    write_project,
)
from simulator import Simulator

from ..operations import secrets
from .traces import (
    EXPECTED,
    FAULTS,
    TIMEOUT,
    assert_no_leak,
    assert_nothing_left,
    details,
    leaving_traces,
)

EXCHANGE = {"method": "POST", "path": "/v1/tokens/exchange"}
LIST, CREATE = {"method": "GET", "path": "/v1/projects"}, {"method": "POST", "path": "/v1/projects"}
QUERY = "query('community.scalingo.project_info', {}**scalingo)"
LOOKUP = "lookup('community.scalingo.project_info', 'default', {}, **scalingo).name"
KEEP_A_FACT = {"name": "keep a fact", "ansible.builtin.set_fact": {"kept": "in the cache", "cacheable": True}}


class Cast:
    """The accounts of the stories, and what happens to them."""

    def __init__(self, sim: Any) -> None:
        self.sim = sim
        self.accounts: dict[str, Any] = {}

    def add(self, name: str) -> Any:
        self.accounts[name] = self.sim.add_account(name)
        return self.accounts[name]

    def hit(self, account: Any, fault: str, place: Mapping[str, str]) -> None:
        """Let a fault happen to an account, whose responses repeat its secrets, for ever."""
        bearer = account.bearer()
        told = (account.api_token,) if place is EXCHANGE else (account.api_token, bearer)
        self.sim.fault(account=account, times=None, **place, **details(fault, *told))
        # The bearer token that the responses repeat is the one that the exchange gives, if it can.
        self.sim.fault("replace", account=account, times=None, **EXCHANGE, body={"token": bearer})

    def tokens(self) -> list[str]:
        return [account.api_token for account in self.accounts.values()]


def timeout(fault: str | None) -> float:
    return TIMEOUT if fault == "slow" else 10


def _story(cast: Cast, fault: str) -> Story:
    """Tasks to which a fault happens: while the token is exchanged, while it reads, and while it writes."""
    places = {"exchange": EXCHANGE, "list": LIST, "create": CREATE, "lookup": LIST, "lookup-exchange": EXCHANGE}
    tokens = {}
    for task, place in places.items():
        account = cast.add(f"{fault}-{task}")
        cast.hit(account, fault, place)
        tokens[task] = account.api_token

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
    patience = {"timeout": timeout(fault), "max_wait": 0.3 if fault in ("503_empty", "truncated") else 0}
    urls = {"api_url": cast.sim.api_url, "auth_url": cast.sim.auth_url}
    return Story(fault, tasks, {**urls, **patience}, {"tokens": tokens})


def _ways(cast: Cast) -> Story:
    """The ways in which a token gets to a task."""
    urls = {"api_url": cast.sim.api_url, "auth_url": cast.sim.auth_url, "max_wait": 0}
    me, blocked = cast.add("ways"), cast.add("blocked")
    cast.hit(blocked, "422", EXCHANGE)
    token, by_environment = "{{ token }}", QUERY.format("") + "[0].name"
    signed_in = {**urls, "bearer_token": "{{ signed_in.login.bearer_token }}"}
    variables = {"token": me.api_token, "bearer": me.bearer(), "blocked": blocked.api_token}
    tasks = [
        KEEP_A_FACT,
        project_info("bearer option", bearer_token="{{ bearer }}"),
        project_info("environment"),
        show(by_environment, task="lookup by environment"),
        show(by_environment, task="lookup by variables", vars={"scalingo_api_token": token}),
        show(by_environment, task="lookup by a bearer in a variable", vars={"scalingo_bearer_token": "{{ bearer }}"}),
        login("login", api_token=token),
        {
            "name": "with what the login returned",
            "block": [project_info("after the login"), project("create after the login", name="after-login")],
            "module_defaults": {"group/community.scalingo.all": signed_in},
        },
        login("login without no_log", no_log=False, api_token=token),
        login("login that fails", api_token="{{ blocked }}"),
        project_info("both, in an unknown option", api_token=token, bearer_token="{{ bearer }}", tokn="x"),
        project("a token in place of a name", api_token=token, name=token),
        project("a token in place of a region", api_token=token, api_url="", region=token),
        project("a token in place of a number", api_token=token, name="web", timeout=token),
        project("a token in place of a URL", api_token=token, name="web", api_url="{{ token }}/x"),
        project("a token as an owner", api_token=token, name="web", owner=token),
        project("a list of tokens", api_token=[token], name="web"),
        project_info("in the background", api_token=token) | {"async": 60, "poll": 1},
        show(LOOKUP.format("api_token=token, ownr=token"), task="lookup with an unknown option"),
        show(QUERY.format("token, api_token=token, "), task="lookup of a token in place of a name"),
        show(QUERY.format("api_token=token, owner=token, "), task="lookup with a token as the owner"),
    ]
    for module, options in {
        "scalingo_project_transfer": {"new_owner": token, "new_owner_api_token": token, "state": "accepted"},
        "scalingo_project_collaborator": {"email": token, "collaborator_api_token": token},
    }.items():
        call = {"project_name": "x", "api_token": "{{ blocked }}", **options}
        tasks.append({"name": f"tokens in {module}", f"{COLLECTION}.{module}": call})
    return Story("ways", tasks, urls, variables)


# The work is done without a usable response, which the module finds out.
DONE_NEVERTHELESS = [(fault, "create") for fault in ("dropped_after_the_work", "truncated", "garbage", "slow")]
FINE = (
    *("bearer option", "environment", "lookup by environment", "lookup by variables", "in the background"),
    *("lookup by a bearer in a variable", "login", "after the login", "create after the login"),
)


def test_modules_and_lookup_leave_no_secret(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with Simulator() as sim:
        cast = Cast(sim)
        stories = [*(_story(cast, fault) for fault in FAULTS), _ways(cast)]
        tokens = cast.tokens()
        by_environment = {"SCALINGO_API_TOKEN": cast.add("environment").api_token}
        run = tell(folder, stories, "-vvvv", "--diff", environment={**leaving_traces(folder), **by_environment})
        found = secrets(sim)
    for result in run.results:
        if result.host != "ways" and (result.host, result.task) not in DONE_NEVERTHELESS:
            assert result.failed, (result.host, result.task, result.values)
    for task in FINE:
        assert not run.of("ways", task).failed, run.of("ways", task).values
    given = ["inventory.json", "play.yml", *(f"{story.name}.json" for story in stories)]
    assert_nothing_left(folder, run, given, found, tokens)


# At which request of whom a fault hits; each has its turn.
PLACES: tuple[tuple[str, Mapping[str, str]], ...] = (
    ("new", EXCHANGE),
    ("new", {"method": "POST", "path": "*/accept"}),
    ("old", LIST),
    ("new", {"method": "GET", "path": "/v1/apps/collaboration"}),
    ("old", {"method": "POST", "path": "*/collaborators"}),
    ("old", {"method": "POST", "path": "*/transfer_invitations"}),
    ("old", EXCHANGE),
)
# Of those that look alike to a role, one.
MET = [fault for fault in FAULTS if fault not in ("429", "503_empty", "404", "409")]
# Baselines that are wrong in ways in which a token gets to where it is not expected.
HANDOFF = {"project": "shop", "new_owner": "x", "new_owner_api_token": "{{ theirs }}"}
MISTAKES: dict[str, Any] = {
    "handoffs-are-no-list": HANDOFF,
    "handoffs-are-tokens": ["{{ theirs }}"],
    "an-option-too-many": [{**HANDOFF, "token": "{{ theirs }}"}],
    "a-list-of-tokens": [{**HANDOFF, "new_owner_api_token": ["{{ theirs }}"]}],
    "a-token-in-two-lines": [{**HANDOFF, "new_owner_api_token": "{{ theirs }}\n{{ theirs }}"}],
}


def _handoff(cast: Cast, number: int, fault: str | None) -> Story:
    """A handoff of a project to which this happens, at one of the places; the new owner is made eligible first."""
    name, sim = fault or "fine", cast.sim
    ours, theirs = cast.add(f"{name}-old"), cast.add(f"{name}-new")
    shop = sim.add_project(ours, "shop")
    sim.add_application(shop["id"], f"web-{name}")
    if fault:
        who, place = PLACES[number % len(PLACES)]
        cast.hit(ours if who == "old" else theirs, fault, place)
    connection = {**connect(sim, ours), "max_wait": 0, "timeout": timeout(fault)}
    tasks = role("run", projects=[{"name": "web"}], handoffs="{{ handoffs }}", report_dir="{{ reports }}")
    person = {"new_owner": theirs.username, "new_owner_email": theirs.email, "new_owner_api_token": theirs.api_token}
    handoffs = [{"project": "shop", **person, "make_eligible": True, "remove_former_owner": True}]
    return Story(name, tasks, connection, {"handoffs": handoffs, "reports": f"{{{{ folder }}}}/reports/{name}"})


def test_role_leaves_no_secret(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with Simulator() as sim:
        cast = Cast(sim)
        stories = [_handoff(cast, number, fault) for number, fault in enumerate([*MET, None])]
        ours, theirs = cast.add("mistakes-old"), cast.add("mistakes-new")
        mistakes = (role(step, handoffs=handoffs) for step, handoffs in MISTAKES.items())
        tasks = [KEEP_A_FACT, *(task for mistake in mistakes for task in mistake)]
        stories.append(Story("mistakes", tasks, connect(sim, ours, max_wait=0), {"theirs": theirs.api_token}))
        run = tell(folder, stories, "-vvvv", "--diff", "-e", f"folder={folder}", environment=leaving_traces(folder))
        found = secrets(sim)
        assert sim.emails, "no invitation link that could leak"
    report = run.of("fine", "report of run")["msg"]
    assert report["compliant"] is True, report
    told = [one.values["msg"] for one in run.results if one.task == "report of run" and one.host != "fine"]
    assert len([one for one in told if not one["compliant"]]) > len(MET) / 2
    for step in MISTAKES:
        reported = run.of("mistakes", f"report of {step}")["msg"]
        assert not reported or not reported["compliant"], step
    given = ["inventory.json", "play.yml", *(f"{story.name}.json" for story in stories)]
    reports = [f"reports/{name}/report.{kind}" for name in (*MET, "fine") for kind in ("json", "html", "xml")]
    assert_nothing_left(folder, run, given, found, cast.tokens(), *reports)


# The API lets the run wait for longer than the run is willing to.
SECONDS, STOPPED_TIMEOUT, PATIENCE = 30, 10, 120


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_run_that_is_stopped_prints_no_secret(tmp_path: Path, number: signal.Signals) -> None:
    """Ctrl-C reaches every process of the run, and so does AWX when it cancels a job."""
    with Simulator() as sim:
        cast = Cast(sim)
        impatient = {"timeout": STOPPED_TIMEOUT, "max_wait": 0}
        tasks = {"module": project("run", name="web"), "lookup": show(LOOKUP.format("owner=''"))}
        stories = [Story(name, [task], connect(sim, cast.add(name), **impatient)) for name, task in tasks.items()]
        sim.fault("slow", path="/v1/projects", times=None, seconds=SECONDS)
        write_project(tmp_path, stories)
        (tmp_path / "home").mkdir()
        changed = {"ANSIBLE_PIPELINING": "false", "ANSIBLE_LOG_PATH": str(tmp_path / "log")}
        process = subprocess.Popen(
            [str(TOOLS / "ansible-playbook"), "-i", "inventory.json", "play.yml", "-vvvv"],
            cwd=tmp_path,
            env=clean_environment(tmp_path) | changed,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            deadline = time.monotonic() + PATIENCE
            while not all("GET /v1/projects" in sim.calls(name) for name in tasks):
                assert time.monotonic() < deadline, "no request came"
                time.sleep(0.05)
            os.killpg(process.pid, number)
            stdout, stderr = process.communicate(timeout=PATIENCE)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
        found = secrets(sim)
    assert process.returncode != 0
    outputs = {"stdout": stdout, "stderr": stderr, "log": (tmp_path / "log").read_bytes()}
    assert_no_leak(outputs, found, [EXPECTED[0], "log"])
