# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people and job runners put into variables: omitted, null, vaulted, blank, a number, a token in the wrong place.

First values of modules and the lookup, then those of the role, then those of playbooks; at last the documentation of
what only Ansible can change.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from ansible.parsing.vault import VaultLib, VaultSecret
from ansible_environment import CHECKOUT
from simulator import Simulator

from .assumptions import ACCEPTED, COUNTED, OWN, SHOWN
from .baseline import ROLE, failure, play, report, role, told
from .expect import EXCHANGE, assert_ok, outline, writes
from .playbook import (
    PlaybookRun,
    Story,
    connect,
    custom_stats,
    project,
    project_info,
    projects,
    show,
    tell,
    transfer,
    transfers,
)

ASSUMED = {**COUNTED, **ACCEPTED, **SHOWN, **OWN}
HIDDEN = {**ASSUMED, "old_owner_reads": False}
OMITTED = "{{ not_defined_anywhere | default(omit) }}"
TOKEN = "tk-us-" + "Wrong0Place" * 4 + "ABCD"
JWT = "eyJhbGciOiJIUzUxMiJ9.eyJ1dWlkIjoidXMtMSJ9.c2lnbmF0dXJl"
PASSWORD = "of the vault"
LOOKUP = "lookup('community.scalingo.project_info', {})"
QUERY = "query('community.scalingo.project_info', {})"
PROXY_PASSWORD = "of-the-proxy"
AWAY = {"api_url": "https://api.example.org", "bearer_token": "useless", "max_wait": 0}


class Parties:
    """Accounts, each with a shop that holds an application, and a friend who can own it."""

    def __init__(self, sim: Any) -> None:
        self.sim = sim
        self.stories: list[Story] = []
        self.ids: dict[str, str] = {}

    def party(self, name: str) -> tuple[Any, Any]:
        me, friend = self.sim.add_account(name), self.sim.add_account(f"{name}-friend")
        self.ids[name] = self.sim.add_project(me, "shop")["id"]
        self.sim.add_application(self.ids[name], f"{name}-app", collaborators=[friend])
        return me, friend

    def tell(self, me: Any, *tasks: dict[str, Any], **variables: Any) -> None:
        self.stories.append(Story(me.username, list(tasks), connect(self.sim, me, max_wait=0), variables))

    def owner(self, name: str) -> str:
        return str(self.sim.project(self.ids[name])["owner"]["username"])

    def status(self, name: str) -> list[str]:
        return [each["status"] for each in self.sim.invitations(self.ids[name])]


def handoff(friend: Any, **more: Any) -> dict[str, Any]:
    return {"project": "shop", "new_owner": friend.username, "new_owner_api_token": friend.api_token, **more}


def vaulted(folder: Path, **values: str) -> tuple[dict[str, Any], str]:
    """A task that reads inline `!vault` values, and the file with the password for them."""
    (folder / "password").write_text(PASSWORD)
    vault = VaultLib([("default", VaultSecret(PASSWORD.encode()))])
    lines = []
    for name, value in values.items():
        lines += [f"{name}: !vault |", *(f"  {line}" for line in vault.encrypt(value).decode().splitlines())]
    (folder / "secrets.yml").write_text("\n".join(lines) + "\n")
    return {"name": "read", "ansible.builtin.include_vars": str(folder / "secrets.yml")}, str(folder / "password")


# Values of modules and the lookup

# Of an account with a shop: the task, whether it fails, and what its message or its warnings hold.
VALUES: dict[str, tuple[dict[str, Any], bool, tuple[str, ...]]] = {
    "number": (project(name=202401), False, ("202401", "Quote")),
    "number-absent": (project(name=8, state="absent"), False, ("8", "Quote")),
    "number-in-a-list": (projects(projects=[{"name": 31}]), False, ("item 1", "31", "Quote")),
    "number-as-a-term": (show(QUERY.format("2024, on_missing='skip'")), False, ()),
    "boolean": (project(name=True), True, ("name", "true", "Quote")),
    "boolean-in-a-list": (projects(projects=[{"name": False}]), True, ("item 1", "name", "false", "Quote")),
    "id-as-a-name": (project(name="{{ shop_id }}"), True, ("project_id",)),
    "id-as-a-name-absent": (project(name="{{ shop_id }}", state="absent"), True, ("project_id",)),
    "empty-filter": (project_info(name=""), True, ("name", "empty")),
    "plain-names": (projects(projects=["staging", "shop"]), True, ("item 1 of projects", "name", "new_name")),
    "plain-text": (projects(projects="staging"), True, ("projects", "new_name")),
    "plain-transfers": (transfers(transfers=["shop"]), True, ("item 1 of transfers", "new_owner")),
    "blank-as-a-term": (show(LOOKUP.format("' shop '") + ".name"), False, ("shop",)),
    "vaulted-variable": (show(LOOKUP.format("'shop'") + ".name"), False, ("shop",)),
    "vaulted-option": (show(LOOKUP.format("'shop', api_token=secret") + ".name"), False, ("shop",)),
    "vaulted-in-a-module": (project(name="shop", api_token="{{ secret }}"), False, ()),
    "vaulted-in-a-list": (
        transfers(
            check=True,
            transfers=[{"project_name": "shop", "new_owner": "{{ friend }}", "new_owner_api_token": "{{ theirs }}"}],
        ),
        False,
        (),
    ),
    "missing-is-none": (
        show("'some' if found else 'none'", vars={"found": "{{ " + LOOKUP.format("'x', on_missing='none'") + " }}"}),
        False,
        ("none",),
    ),
    "owners-token-by-name": (
        transfer(project_name="shop", state="accepted"),
        True,
        ("token", "new owner"),
    ),
    "owners-token-by-id": (
        transfer(project_id="{{ shop_id }}", state="accepted"),
        True,
        ("token", "new owner"),
    ),
    "socks": (project_info(environment={"https_proxy": "socks5://127.0.0.1:9"}, **AWAY), True, ("PySocks",)),
    "proxy-407": (
        project_info(environment={"https_proxy": "{{ proxy }}"}, **AWAY),
        True,
        ("407", "proxy", "password"),
    ),
}
# A token where no token belongs: nothing is sent, and nothing of it repeated.
MISPLACED: dict[str, tuple[dict[str, Any], str]] = {
    "name": (project(name=TOKEN), "name"),
    "new-name": (project(name="shop", new_name=JWT), "new_name"),
    "project-id": (project(project_id=TOKEN, state="absent"), "project_id"),
    "owner": (project(name="web", owner=JWT), "owner"),
    "item": (projects(projects=[{"name": "web"}, {"name": TOKEN}]), "item 2 of projects: name"),
    "item-text": (projects(projects=[TOKEN]), "item 1 of projects"),
    "list": (projects(projects=TOKEN), "projects"),
    "new-owner": (transfer(project_name="shop", new_owner=JWT), "new_owner"),
    "project-name": (
        transfers(transfers=[{"project_name": TOKEN, "new_owner": "tomasz"}]),
        "project_name",
    ),
    "timeout": (project_info(timeout=TOKEN), "timeout"),
    "region-variable": (
        project_info(environment={"SCALINGO_REGION": TOKEN}, api_url="", region=""),
        "SCALINGO_REGION",
    ),
    "timeout-variable": (project_info(environment={"SCALINGO_TIMEOUT": TOKEN}), "SCALINGO_TIMEOUT"),
    "term": (show(LOOKUP.format(f"'{TOKEN}'")), "term"),
    "lookup-owner": (show(LOOKUP.format(f"'shop', owner='{JWT}'")), "owner"),
    "lookup-variable": (show(LOOKUP.format("'shop', api_url=''"), vars={"scalingo_region": TOKEN}), "scalingo_region"),
}
REJECTED = {409: "a billing profile is needed", 422: "a billing profile is needed"}


@pytest.fixture(scope="module")
def parties() -> Iterator[Parties]:
    with Simulator(**ASSUMED) as sim:
        yield Parties(sim)


@pytest.fixture(scope="module")
def proxy() -> Iterator[str]:
    """The address of a proxy that wants another password."""

    class Handler(BaseHTTPRequestHandler):
        def do_CONNECT(self) -> None:
            self.send_error(407)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://someone:{PROXY_PASSWORD}@127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def values(parties: Parties, proxy: str, tmp_path_factory: pytest.TempPathFactory) -> PlaybookRun:
    folder, sim = tmp_path_factory.mktemp("values"), parties.sim
    for name, (task, _fails, _words) in VALUES.items():
        me, friend = parties.party(name)
        read, password = vaulted(folder, secret=me.api_token, scalingo_api_token=me.api_token, theirs=friend.api_token)
        if "owners-token" in name:
            sim.add_invitation(parties.ids[name], invited=friend)
        more = {"shop_id": parties.ids[name], "friend": friend.username, "scalingo_auth_url": sim.auth_url}
        more["proxy"] = proxy
        tasks = [read, task] if "project_info'" in str(task) or "vaulted" in name else [task]
        # Each host reads a file of its own.
        secrets = folder / f"{name}.yml"
        (folder / "secrets.yml").rename(secrets)
        read["ansible.builtin.include_vars"] = str(secrets)
        parties.tell(me, *tasks, scalingo_api_url=sim.api_url, **more)
    for name, (task, _option) in MISPLACED.items():
        me = sim.add_account(f"misplaced-{name}")
        urls = {"scalingo_api_url": sim.api_url, "scalingo_auth_url": sim.auth_url}
        parties.tell(me, task, scalingo_api_token=me.api_token, **urls)
    for status, words in REJECTED.items():
        me, friend = parties.party(f"rejected-{status}")
        rejection = {"status": status, "body": {"error": words}, "times": None}
        sim.fault("status", method="POST", path="*/accept", account=friend.username, **rejection)
        options = {"project_name": "shop", "state": "accepted", "new_owner_api_token": friend.api_token}
        accept = transfer(wait_timeout=600, **options)
        parties.tell(me, accept, *role("role", handoffs=[handoff(friend)]))
    me, _friend = parties.party("predicted")
    created = {**project("create", check=True, name="web"), "register": "created"}
    rename = project("rename", check=True, project_id="{{ created.project.id }}", name="site")
    parties.tell(me, created, rename)
    stories, parties.stories = parties.stories, []
    return tell(folder / "run", stories, "-vvv", "--vault-password-file", password)


@pytest.mark.parametrize("name", VALUES)
def test_a_value(values: PlaybookRun, parties: Parties, name: str) -> None:
    _task, fails, words = VALUES[name]
    result = values.of(name, "run")
    assert result.failed is fails, result.values
    said = result.msg + " ".join(map(str, result.get("warnings", [])))
    assert [word for word in words if word not in said] == [], said
    assert PROXY_PASSWORD not in str(result.values)
    if "owners-token" in name:
        assert (parties.status(name), parties.owner(name)) == (["pending"], name)
    if fails:
        assert not writes(parties.sim.calls(name))


def test_a_number_is_the_name_that_the_warning_says(values: PlaybookRun, parties: Parties) -> None:
    assert outline(parties.sim.projects("number")) == "202401 *default shop"
    assert outline(parties.sim.projects("number-in-a-list")) == "31 *default shop"


@pytest.mark.parametrize("name", MISPLACED)
def test_a_token_in_another_option_is_not_repeated(values: PlaybookRun, parties: Parties, name: str) -> None:
    result = values.of(f"misplaced-{name}", "run")
    assert result.failed
    assert MISPLACED[name][1] in result.msg
    assert "token" in result.msg
    assert not {TOKEN, JWT} & set(re.findall(r"[\w.-]+", json.dumps(result.values)))
    assert parties.sim.calls(f"misplaced-{name}") == []


@pytest.mark.parametrize("status", REJECTED)
def test_a_rejected_acceptance_fails_at_once(values: PlaybookRun, parties: Parties, status: int) -> None:
    """The whole run would take twenty minutes for each otherwise."""
    host = f"rejected-{status}"
    assert REJECTED[status] in values.of(host, "run").msg
    assert told(values, host, "role") == ["handoff:shop False error"]
    assert REJECTED[status] in (failure(values, host, "role") or "")
    accepts = [call for call in parties.sim.calls(f"{host}-friend") if call.endswith("/accept")]
    assert len(accepts) == 2
    assert (parties.status(host), parties.owner(host)) == (["pending"], host)


def test_an_id_does_not_exist_yet_in_check_mode(values: PlaybookRun) -> None:
    """It is null, which is unset: a task that needs it predicts that it creates a project."""
    assert values.of("predicted", "create")["project"]["id"] is None
    assert values.of("predicted", "rename")["diff"]["before"] == {}


# Variables of the role

UNSET = {"omitted": OMITTED, "null": None, "blank": " "}
VARIABLES = ("default_project", "rename_default", "report_dir", "fail_on_drift", "handoffs")
OPTIONAL_KEYS = ("new_owner_api_token", "reinvite", "new_owner_email", "make_eligible", "remove_former_owner")
MODES = (0o700, 0o2770, 0o1777, 0o555)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("role")


@pytest.fixture(scope="module")
def roles(parties: Parties, folder: Path) -> PlaybookRun:
    for kind, value in UNSET.items():
        me, friend = parties.party(kind)
        parties.sim.add_project(me, "staging")
        keys = dict.fromkeys(("new_name", "project_id", "default", "state"), value)
        optional = dict.fromkeys(OPTIONAL_KEYS, value)
        variables = {**dict.fromkeys(VARIABLES, value), "projects": [{"name": "staging", **keys}]}
        unset = role("variables", check=True, **dict.fromkeys((*VARIABLES, "projects"), value))
        variables["handoffs"] = [handoff(friend, **optional)]
        parties.tell(me, *unset, *role("keys", **variables))

    me, friend = parties.party("vaulted-handoff")
    read, password = vaulted(folder, theirs=friend.api_token)
    parties.tell(me, read, *role("run", handoffs=[handoff(friend, new_owner_api_token="{{ theirs }}")]))

    me = parties.sim.add_account("numbers")
    parties.tell(me, *role("run", default_project=2024, projects=[{"name": 8, "state": "absent"}, {"name": 31}]))

    me = parties.sim.add_account("mistaken")
    mistakes = {
        "plain names": {"projects": ["staging", "shop"]},
        "boolean": {"fail_on_drift": "ture"},
        "token as project": {"default_project": TOKEN},
        "token as directory": {"report_dir": f"reports/{TOKEN}"},
        "token in a handoff": {"handoffs": [{"project": "shop", "new_owner": JWT}]},
    }
    steps = [task for step, variables in mistakes.items() for task in role(step, **variables)]
    parties.tell(me, *steps)

    me = parties.sim.add_account("modes")
    steps = []
    for mode in MODES:
        directory = folder / f"{mode:o}"
        directory.mkdir()
        directory.chmod(mode)
        steps += role(f"{mode:o}", check=mode != MODES[0], report_dir=str(directory))
    parties.tell(me, *steps)

    (folder / "file").write_text("")
    (folder / "late" / "report.xml" / "report.xml").mkdir(parents=True)
    for name, directory in (("early", folder / "file" / "below"), ("late", folder / "late")):
        me = parties.sim.add_account(name)
        web = {"projects": [{"name": "web"}], "report_dir": str(directory)}
        parties.tell(me, *role("audit", check=True, **web), *role("run", **web))

    stories, parties.stories = parties.stories, []
    return tell(folder / "run", stories, "-v", "--vault-password-file", password)


@pytest.mark.parametrize("kind", UNSET)
def test_omitted_variables_and_keys_are_unset(roles: PlaybookRun, parties: Parties, folder: Path, kind: str) -> None:
    """The default project stays as it is, and nothing is accepted with the token of the owner."""
    assert told(roles, kind, "variables") == []
    assert told(roles, kind, "keys") == ["project:staging True none", "handoff:shop False invite"]
    assert [failure(roles, kind, step) for step in ("variables", "keys")] == [None, None]
    assert outline(parties.sim.projects(kind)) == "*default shop staging"
    assert (parties.status(kind), parties.owner(kind)) == (["pending"], kind)
    assert [path.name for path in folder.rglob("*omit*")] == ["omitted.json"]


def test_the_token_of_a_handoff_may_be_vaulted(roles: PlaybookRun, parties: Parties) -> None:
    assert told(roles, "vaulted-handoff", "run") == ["handoff:shop True invite and accept"]
    assert parties.owner("vaulted-handoff") == "vaulted-handoff-friend"


def test_numbers_are_names_of_projects(roles: PlaybookRun, parties: Parties) -> None:
    assert outline(parties.sim.projects("numbers")) == "*2024 31 default"
    assert failure(roles, "numbers", "run") is None


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ("plain names", "project_baseline_projects"),
        ("boolean", "project_baseline_fail_on_drift"),
        ("token as project", "project_baseline_default_project"),
        ("token as directory", "project_baseline_report_dir"),
        ("token in a handoff", "new_owner in item 1 of project_baseline_handoffs"),
    ],
)
def test_a_wrong_variable_of_the_role_has_a_short_message(
    roles: PlaybookRun, parties: Parties, step: str, words: str
) -> None:
    message = failure(roles, "mistaken", step) or ""
    assert words in message
    assert len(message) < 400
    assert not {TOKEN, JWT} & set(re.findall(r"[\w.-]+", json.dumps([one.values for one in roles.all_of("mistaken")])))
    assert parties.sim.calls("mistaken") == []


@pytest.mark.parametrize("mode", MODES, ids=oct)
def test_the_mode_of_a_directory_is_left_alone(roles: PlaybookRun, folder: Path, mode: int) -> None:
    directory = folder / f"{mode:o}"
    assert oct(directory.stat().st_mode & 0o7777) == oct(mode)
    assert json.loads((directory / "report.json").read_text())["check_mode"] is (mode != MODES[0])


@pytest.mark.parametrize("name", ["early", "late"])
def test_reports_that_cannot_be_written_hide_nothing(
    roles: PlaybookRun, parties: Parties, folder: Path, name: str
) -> None:
    """What shows before the first write keeps the role from any write, and it reports that nothing was attempted."""
    assert told(roles, name, "audit") == ["project:web False create"]
    assert told(roles, name, "run") == ["project:web True create" if name == "late" else "project:web None none"]
    for step in ("audit", "run"):
        assert report(roles, name, step)["check_mode"] is (step == "audit")
        message = failure(roles, name, step) or ""
        assert str(folder / ("late" if name == "late" else "file/below")) in message
        assert message.startswith("Compliant:")
        assert ("nothing was written" in message) is ((name, step) == ("early", "run"))
    summaries = [
        one["ansible_stats"]["data"]["project_baseline_summary"][name]
        for one in roles.all_of(name)
        if "artifact" in one.task
    ]
    assert [one["error_count"] for one in summaries] == [0, 0]
    assert outline(parties.sim.projects(name)) == ("*default web" if name == "late" else "*default")


# Projects that were transferred before, and who owned them


@pytest.fixture(scope="module", params=[True, "opaque"], ids=["claim", "opaque"])
def transferred(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The account no longer sees what it transferred; what `other` owns was never its own."""
    with Simulator(**{**HIDDEN, "uuid_claim": request.param}) as sim:
        parties = Parties(sim)
        for name, by_id in (("by-id", True), ("by-name", False)):
            me, friend = parties.party(name)
            number = parties.ids[name]
            item, key = ({"name": "shop"}, number) if by_id else ({"project_id": number, "default": False}, "shop")
            whole = handoff(friend, project=key, remove_former_owner=True)
            unknown = {"project": key, "new_owner": friend.username}
            steps = {
                "transfer": {"handoffs": [{**whole, "remove_former_owner": False}]},
                "again": {"projects": [item], "handoffs": [whole]},
                "new": {"projects": [item, {"name": "web"}], "handoffs": [whole]},
                "unknown": {"projects": [item, {"name": "blog"}], "handoffs": [unknown]},
            }
            parties.tell(me, *(task for step, given in steps.items() for task in role(step, **given)))
        me, _friend = parties.party("guest")
        other = sim.add_account("other")
        theirs = sim.add_project(other, "theirs")["id"]
        sim.add_application(theirs, "theirs-app", collaborators=[me])
        given = handoff(other, project=theirs, remove_former_owner=True)
        parties.tell(me, *role("run", handoffs=[given]))
        yield parties, tell(tmp_path_factory.mktemp("transferred") / "run", parties.stories)


@pytest.mark.parametrize("name", ["by-id", "by-name"])
def test_a_transferred_project_is_known_by_name_and_by_id(transferred: Any, name: str) -> None:
    parties, run = transferred
    key = parties.ids[name] if name == "by-id" else "shop"
    assert told(run, name, "transfer") == [f"handoff:{key} True invite and accept"]
    assert told(run, name, "again") == [f"handoff:{key} True remove former owner"]
    assert told(run, name, "new") == ["project:web True create", f"handoff:{key} True none"]
    # Without the token, it is not known whether an item by name is the project by ID.
    unknown = ["project:shop None none", "project:blog None none"] if name == "by-id" else []
    assert told(run, name, "unknown")[: len(unknown)] == unknown
    assert outline(parties.sim.projects(name)) == ("*default web" if name == "by-id" else "blog *default web")
    assert parties.sim.collaborators(f"{name}-app") == []
    assert [failure(run, name, step) for step in ("transfer", "again", "new", "unknown")] == [None] * 4


def test_only_a_previous_owner_is_removed(transferred: Any) -> None:
    parties, run = transferred
    assert [item["action"] for item in report(run, "guest", "run")["items"]] == ["none"]
    assert [one["username"] for one in parties.sim.collaborators("theirs-app")] == ["guest"]


# Variables of playbooks


@pytest.fixture
def party(sim: Any, request: pytest.FixtureRequest) -> Any:
    """An account with a shop, a friend, and the environment of a job."""
    name = re.sub(r"\W+", "-", request.node.name).strip("-").lower()[-30:]
    parties = Parties(sim)
    me, friend = parties.party(name)
    urls = {"SCALINGO_API_URL": sim.api_url, "SCALINGO_AUTH_URL": sim.auth_url}
    return parties, name, friend, {**urls, "SCALINGO_API_TOKEN": me.api_token}


@pytest.mark.parametrize(
    ("playbook", "variables", "created"),
    [
        (
            "baseline",
            {"project_baseline_default_project": 2024, "project_baseline_projects": None},
            "*2024 default shop",
        ),
        ("audit", {"project_baseline_default_project": 2024, "project_baseline_handoffs": None}, "*default shop"),
    ],
)
def test_playbooks_take_numbers_and_nulls(
    party: Any, tmp_path: Path, playbook: str, variables: dict[str, Any], created: str
) -> None:
    parties, name, _friend, environment = party
    done = play(tmp_path / "run", playbook, variables, **environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert outline(parties.sim.projects(name)) == created


@pytest.mark.parametrize(("playbook", "name"), [("handoff_invite", "shop "), ("awx_handoff", 2024)])
def test_survey_answers_may_be_blank_or_numbers(party: Any, tmp_path: Path, playbook: str, name: Any) -> None:
    parties, me, friend, environment = party
    if name == 2024:
        given = parties.sim.add_project(me, "2024")["id"]
        parties.sim.add_application(given, f"{me}-2024", collaborators=[friend])
        parties.ids[me] = given
    variables = {
        "scalingo_handoff_project": name,
        "scalingo_handoff_new_owner": f" {friend.username} ",
        "scalingo_handoff_new_owner_email": None,
    }
    done = play(tmp_path / "run", playbook, variables, **environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert parties.status(me) == ["pending"]


@pytest.mark.parametrize(
    ("playbook", "variables", "words"),
    [
        ("handoff_accept", {"scalingo_new_owner_api_token": OMITTED}, "No token of the new owner"),
        ("handoff_verify", {"scalingo_new_owner_api_token": OMITTED}, "No token of the new owner"),
        ("handoff_invite", {"scalingo_handoff_project": OMITTED}, "Set scalingo_handoff_project"),
        ("handoff_verify", {"scalingo_handoff_new_owner": TOKEN}, "scalingo_handoff_new_owner"),
        ("handoff_invite", {"scalingo_handoff_new_owner": TOKEN}, "new_owner"),
        ("handoff_cancel", {"scalingo_handoff_offer": {"project_id": TOKEN, "invitation_id": "tin-1"}}, "project_id"),
    ],
)
def test_a_step_of_a_handoff_sends_nothing_with_an_omitted_or_misplaced_value(
    party: Any, tmp_path: Path, playbook: str, variables: dict[str, Any], words: str
) -> None:
    parties, me, friend, environment = party
    parties.sim.add_invitation(parties.ids[me], invited=friend)
    parties.sim.clear_requests()
    given = {
        "scalingo_handoff_project": "shop",
        "scalingo_handoff_new_owner": friend.username,
        "scalingo_handoff_offer": {"project_id": parties.ids[me], "invitation_id": ""},
        "scalingo_new_owner_api_token": friend.api_token,
    }
    done = play(tmp_path / "run", playbook, {**given, **variables}, **environment)
    assert done.returncode == 2
    output = " ".join((done.stdout + done.stderr).split())
    assert words in output
    assert TOKEN not in output
    assert parties.sim.calls() == []


def test_a_host_with_an_unset_token_does_not_get_that_of_the_environment(party: Any, tmp_path: Path) -> None:
    parties, _name, _friend, environment = party
    parties.sim.clear_requests()
    hosts = {name: {"scalingo_api_token": value} for name, value in UNSET.items()}
    inventory = tmp_path / "inventory.json"
    inventory.write_text(json.dumps({"accounts": {"hosts": hosts, "vars": {"ansible_connection": "local"}}}))
    variables = {"project_baseline_hosts": "accounts", "project_baseline_projects": [{"name": "shop"}]}
    done = play(tmp_path / "run", "audit", variables, "-i", str(inventory), **environment)
    assert done.returncode == 2
    assert [name for name in hosts if f"{name} has no scalingo_api_token" not in done.stdout + done.stderr] == []
    assert parties.sim.calls() == []


def test_an_invitation_is_kept_by_the_clock_of_the_api(tmp_path: Path) -> None:
    """Days behind the controller's or ahead of it, until it expires."""
    with Simulator(**ASSUMED) as sim:
        parties = Parties(sim)
        me, friend = parties.party("me")
        environment = {f"SCALINGO_{key.upper()}": value for key, value in connect(sim, me).items()}
        variables = {"scalingo_handoff_project": "shop", "scalingo_handoff_new_owner": friend.username}
        # Days that pass before each run, and the invitations that there are after it.
        for days, invitations in ((9, 1), (2, 1), (2, 2)):
            sim.clock.advance(days=days)
            done = play(tmp_path / f"{days}-{invitations}", "handoff_invite", variables, **environment)
            assert done.returncode == 0, done.stdout + done.stderr
            assert len(parties.status("me")) == invitations


def test_new_directories_follow_the_umask(party: Any, tmp_path: Path) -> None:
    _parties, _name, _friend, environment = party
    variables = {"project_baseline_projects": [{"name": "shop"}], "project_baseline_report_dir": "new/reports"}

    def private(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        before = os.umask(0o077)
        try:
            return subprocess.run(command, check=options.pop("check", False), **options)
        finally:
            os.umask(before)

    done = play(tmp_path / "run", "audit", variables, run=private, **environment)
    assert done.returncode == 0, done.stdout + done.stderr
    reports = tmp_path / "run" / "new" / "reports"
    modes = {path.name: oct(path.stat().st_mode)[-3:] for path in (reports.parent, reports, *reports.iterdir())}
    files = dict.fromkeys(("report.json", "report.xml", "report.html"), "600")
    assert modes == {"new": "700", "reports": "700", **files}


def test_a_failure_of_one_account_stops_no_other_before_its_report(sim: Any, tmp_path: Path) -> None:
    """With any_errors_fatal, and where the failure is rescued."""
    hosts = {}
    for name, items in (("good", [{"name": "web"}]), ("bad", "no list"), ("undefined", [{"name": "web"}])):
        me = sim.add_account(f"fatal-{name}")
        hosts[name] = {"scalingo_api_token": me.api_token, "project_baseline_projects": items}
    hosts["undefined"]["scalingo_api_token"] = "{{ nowhere }}"
    group = {"hosts": hosts, "vars": {"ansible_connection": "local"}}
    inventory = tmp_path / "inventory.json"
    inventory.write_text(json.dumps({"accounts": group}))
    options = {"api_token": "{{ scalingo_api_token }}", "api_url": sim.api_url, "auth_url": sim.auth_url}
    block = {
        "block": [{"name": "role", "ansible.builtin.include_role": {"name": ROLE}}],
        "rescue": [{"name": "rescue", "ansible.builtin.debug": {"msg": "rescued"}}],
    }
    tasks = {"hosts": "accounts", "gather_facts": False, "any_errors_fatal": True, "tasks": [block]}
    defaults = {"module_defaults": {"group/community.scalingo.all": options}}
    python = {"vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}}
    playbook = tmp_path / "play.yml"
    playbook.write_text(json.dumps([{"name": "all", **tasks, **defaults, **python}]))
    shown = {"ANSIBLE_SHOW_CUSTOM_STATS": "true"}
    done = play(tmp_path / "run", str(playbook), {}, "-i", str(inventory), **shown)
    summary = custom_stats(done.stdout)["project_baseline_summary"]
    assert {name: bool(entry) for name, entry in summary.items()} == {"good": True, "bad": False, "undefined": False}
    assert outline(sim.projects("fatal-good")) == "*default web"
    assert sim.calls("fatal-bad") == []
    assert EXCHANGE in sim.calls("fatal-good")


def test_a_lookup_says_that_it_waits(sim: Any, tmp_path: Path) -> None:
    me = sim.add_account("waiting")
    sim.fault("status", method="GET", path="/v1/projects", account=me, status=429, headers={"Retry-After": "4"})
    variables = {f"scalingo_{name}": value for name, value in connect(sim, me).items()}
    story = Story("waiting", [show(QUERY.format("default=true"))], variables=variables)
    run = tell(tmp_path / "run", [story], "-v")
    assert_ok(run.of("waiting"))
    assert "returned HTTP 429" in run.output


# What only Ansible, or its user, can change is documented

DOCUMENTED = {
    "README.md": ("creates a new, empty project", "project_baseline_handoffs", "project_id"),
    "plugins/modules/scalingo_project.py": ("project_baseline_handoffs", "does not exist yet", "transferred"),
    "plugins/lookup/project_info.py": ("runs again each time", "-v", "empty string"),
    "plugins/doc_fragments/_connection.py": ("Does not limit name resolution",),
    "docs/docsite/rst/guide_authentication.rst": ("``Origin``", "``label``", "artifact ``command``", "``ps``"),
    "docs/docsite/rst/guide_projects.rst": (
        "creates a new, empty project",
        "check mode",
        "sends its requests each time",
    ),
    "docs/docsite/rst/guide_transfers.rst": ("creates a new, empty ``shop``",),
    "docs/docsite/rst/guide_audit.rst": ("any_errors_fatal", "serial", "strategy: free"),
    "docs/docsite/rst/guide_speed.rst": ("name resolution",),
}


@pytest.mark.parametrize("page", DOCUMENTED)
def test_the_documentation_says_it(page: str) -> None:
    text = " ".join((CHECKOUT / page).read_text(encoding="utf-8").split())
    assert [words for words in DOCUMENTED[page] if words not in text] == []
