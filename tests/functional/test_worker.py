# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task comes to the same in the Ansible worker and in a process of its own, key by key and request by request.

Each row of the table is told twice, by two hosts with an account each. The hosts are called as the row and the place.
"""

from __future__ import annotations

import base64
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ansible_environment import CHECKOUT, TOOLS

from .assumptions import COUNTED
from .expect import assert_ok
from .playbook import (
    COLLECTION,
    PlaybookRun,
    Story,
    clean_environment,
    collaborator,
    connect,
    login,
    project,
    project_info,
    projects,
    show,
    transfer,
    transfer_info,
    transfers,
)

# The requests of both places are compared.
ASSUMED = COUNTED

MODULES = sorted(path.stem for path in (CHECKOUT / "plugins" / "modules").glob("*.py"))
PLACES = {"worker": True, "process": False}
TEMPLATE = "{{ 7*7 }}"
PASSWORD = "of the vault"
SECONDS = 2  # of the keyword timeout
LOGGED_NOWHERE = {"no_log": True}

# Every account has default, web, and shop, which holds an application that a friend collaborates on.
TABLE: dict[str, dict[str, Any]] = {
    "project-created": project(name="api", default=True),
    "project-created-check": project(name="api", default=True, check=True),
    "project-deleted": project(name="web", state="absent"),
    "project-rejected": project(name="shop", state="absent"),
    "project-rejected-check": project(name="shop", state="absent", check=True),
    "project-invalid-name": project(name="Not a name"),
    "project-unknown-option": project(name="web", colour="red"),
    "project-missing-option": project(),
    "project-wrong-choice": project(name="web", state="gone"),
    "project-wrong-type": project(name="web", timeout="soon"),
    "project-two-rules": project(project_id="prj-1", new_name="site"),
    "project-null": project(name="web", owner=None, new_name="{{ omit }}", project_id=""),
    "project-number": project(name=2024),
    "project-of-the-vault": project(name="{{ vaulted }}"),
    "project-unsafe-invalid": project(name="{{ unsafe }}"),
    "project-quiet": {**project(name="api"), **LOGGED_NOWHERE},
    "project-quiet-failure": {**project(name="Not a name"), **LOGGED_NOWHERE},
    "project-expected": {**project(name="shop", state="absent"), "failed_when": False, "changed_when": True},
    "project-defaults": {**project(), "module_defaults": {f"{COLLECTION}.scalingo_project": {"name": "api"}}},
    "projects": projects(projects=[{"name": "web", "new_name": "site"}, {"name": "api"}]),
    "projects-rejected": projects(projects=[{"name": "shop", "state": "absent"}, {"name": "api"}]),
    "projects-invalid": projects(projects=[{"name": "web", "state": "gone"}]),
    "project-info": project_info(),
    "project-info-failed": project_info(project_id="../users/self"),
    "transfer": transfer(project_name="shop", new_owner="{{ friend }}"),
    "transfer-not-eligible": transfer(project_name="shop", new_owner="nobody"),
    "transfer-missing-option": transfer(project_name="shop"),
    "transfer-info": transfer_info(project_name="shop", eligible_new_owners=True),
    "transfer-info-failed": transfer_info(project_name="nowhere"),
    "transfers": transfers(transfers=[{"project_name": "shop", "new_owner": "{{ friend }}"}]),
    "collaborator": collaborator(project_name="shop", email="a@example.org"),
    "collaborator-missing": collaborator(project_name="nowhere", email="a@example.org"),
    "login": login(),
    "login-in-the-open": login(no_log=False),
}
FAILING = ("rejected", "invalid", "unknown", "missing", "wrong", "two-rules", "failed", "failure", "eligible", "open")


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Variables that YAML alone can say, and the password for them."""
    folder = tmp_path_factory.mktemp("secrets")
    (folder / "password").write_text(PASSWORD, encoding="utf-8")
    command = [str(TOOLS / "ansible-vault"), "encrypt_string", "--vault-password-file", "password", "api"]
    environment = clean_environment(folder)
    vaulted = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True).stdout
    (folder / "vars.yml").write_text(f"vaulted: {vaulted}\nunsafe: !unsafe '{TEMPLATE}'\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def accounts(sim: Any) -> dict[str, Any]:
    made = {}
    for host in (f"{row}-{place}" for row in TABLE for place in PLACES):
        me, friend = made[host], _friend = sim.add_account(host), sim.add_account(f"friend-of-{host}")
        sim.add_project(me, "web")
        sim.add_application(sim.add_project(me, "shop")["id"], f"app-of-{host}", collaborators=[friend])
    names = ("looped", "slow", "strange", "refused", "variables")
    return {**made, **{f"{name}-{place}": sim.add_account(f"{name}-{place}") for name in names for place in PLACES}}


def _others(sim: Any, accounts: dict[str, Any], place: str) -> list[Story]:
    """What takes more than one task, or a fault: a loop, a timeout, texts that look like templates."""
    looped, slow, strange, refused = (accounts[f"{name}-{place}"] for name in ("looped", "slow", "strange", "refused"))
    sim.fault("slow", method="GET", path="/v1/projects", account=slow, times=None, seconds=30)
    body = {"projects": [{**sim.projects(strange)[0], "name": TEMPLATE}]}
    sim.fault("replace", method="GET", path="/v1/projects", account=strange, times=None, status=200, body=body)
    sim.fault("status", method="POST", path="/v1/projects", account=refused, times=None, status=402, body=TEMPLATE)
    loop = {**project("loop", name="api", api_token="{{ tokens[item] }}"), "loop": ["first", "second"]}
    tokens = {"first": looped.api_token, "second": strange.api_token}
    urls = {key: value for key, value in connect(sim, looped).items() if key != "api_token"}
    runs = {"scalingo_run_in_worker": PLACES[place]}
    return [
        Story(f"looped-{place}", [loop], urls, {**runs, "tokens": tokens}),
        Story(f"slow-{place}", [{**project_info(), "timeout": SECONDS}], connect(sim, slow), runs),
        Story(
            f"strange-{place}",
            [{**project_info("read"), "register": "answer"}, show("answer.projects[0].name", "shown")],
            connect(sim, strange),
            runs,
        ),
        Story(
            f"refused-{place}",
            [{**project("create", name="web"), "register": "answer"}, show("answer.msg", "shown")],
            connect(sim, refused),
            runs,
        ),
        Story(f"variables-{place}", [project_info()], variables=runs),
    ]


@pytest.fixture(scope="module")
def run(sim: Any, accounts: dict[str, Any], secrets: Path, teller: Any) -> PlaybookRun:
    stories = []
    read = {"name": "secrets", "ansible.builtin.include_vars": str(secrets / "vars.yml")}
    for row, task in TABLE.items():
        for place, in_worker in PLACES.items():
            host = f"{row}-{place}"
            variables = {"scalingo_run_in_worker": in_worker, "friend": f"friend-of-{host}"}
            tasks = [read, task] if "of-the-vault" in row or "unsafe" in row else [task]
            stories.append(Story(host, tasks, connect(sim, accounts[host], max_wait=0), variables))
    for place in PLACES:
        stories += _others(sim, accounts, place)
    sim.clear_requests()
    environment = {
        f"SCALINGO_{key.upper()}": value for key, value in connect(sim, accounts["variables-worker"]).items()
    }
    arguments = ("-vvvv", "--diff", "--vault-password-file", str(secrets / "password"))
    return teller(stories, *arguments, environment={**environment, "SCALINGO_TIMEOUT": "20"})


def plain(value: Any) -> Any:
    """A result without what differs between two accounts: who and where they are, IDs, and dates."""
    text = json.dumps(value)
    for pattern, word in (
        (r"-(worker|process)\b", ""),
        (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID"),
        (r"\d{4}-\d\d-\d\dT[0-9:.]+Z", "DATE"),
    ):
        text = re.sub(pattern, word, text)
    return json.loads(text)


def both(run: PlaybookRun, name: str, task: str = "run") -> list[dict[str, Any]]:
    return [
        plain({"status": one.status, **one.values}) for one in (run.of(f"{name}-{place}", task) for place in PLACES)
    ]


def test_there_is_a_row_for_every_module() -> None:
    assert {next(key for key in task if key.startswith(COLLECTION)) for task in TABLE.values()} == {
        f"{COLLECTION}.{module}" for module in MODULES
    }


@pytest.mark.parametrize("row", TABLE)
def test_the_result_is_the_same(run: PlaybookRun, sim: Any, row: str) -> None:
    here, there = both(run, row)
    assert here == there
    assert (here["status"] == "failed") is any(word in row for word in FAILING), here.get("msg")
    assert plain(sim.calls(f"{row}-worker")) == plain(sim.calls(f"{row}-process"))


def test_each_ran_where_it_was_told_to(run: PlaybookRun) -> None:
    hosts = len(TABLE) + 5
    assert run.output.count("Running the module in the Ansible worker.") == hosts + 1  # a loop
    why = "scalingo_run_in_worker is false"
    assert run.output.count(f"Running the module in its own process: {why}.") == hosts + 1


def test_values_from_the_vault_and_unsafe_ones_arrive_as_they_are(run: PlaybookRun) -> None:
    assert_ok(run.of("project-of-the-vault-worker", "run"), changed=True)
    assert run.of("project-of-the-vault-worker", "run")["project"]["name"] == "api"
    assert TEMPLATE in run.of("project-unsafe-invalid-worker", "run").msg


def test_what_is_not_to_be_logged_is_not(run: PlaybookRun) -> None:
    for row in ("project-quiet", "project-quiet-failure", "login"):
        for result in both(run, row):
            assert set(result) <= {"status", "_ansible_no_log", "censored", "changed", "failed", "exception"}, result


def test_variables_of_the_environment_reach_both(run: PlaybookRun, accounts: dict[str, Any]) -> None:
    here, there = both(run, "variables")
    assert here == there
    assert run.of("variables-process")["projects"][0]["owner"]["username"] == "variables-worker"


def test_a_loop_over_two_accounts_keeps_them_apart(run: PlaybookRun) -> None:
    here, there = both(run, "looped", "loop")
    assert here == there
    owners = [one["project"]["owner"]["username"] for one in here["results"]]
    assert owners == ["looped", "strange"]


def test_the_timeout_of_a_task_interrupts_it(run: PlaybookRun) -> None:
    here, there = both(run, "slow")
    assert here == there
    assert here["timedout"]["period"] == SECONDS


@pytest.mark.parametrize("name", ["strange", "refused"])
def test_what_the_api_says_is_never_a_template(run: PlaybookRun, name: str) -> None:
    here, there = both(run, name, "shown")
    assert here == there
    assert TEMPLATE in here["msg"]
    assert "49" not in here["msg"]


def test_no_token_is_in_the_output(run: PlaybookRun, sim: Any, accounts: dict[str, Any]) -> None:
    printed = run.output + json.dumps([result.values for result in run.results])
    bearers = {one.headers["Authorization"].split(" ", 1)[1] for one in sim.requests if "Authorization" in one.headers}
    assert len(bearers) > len(TABLE)
    tokens = {one.api_token for one in accounts.values()}
    tokens |= {base64.b64encode(f":{token}".encode()).decode() for token in tokens}
    assert [secret for secret in bearers | tokens if secret in printed] == []
