# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run ansible-playbook as a user would, and read what every task returned.

An ansible-playbook start is dear and a host is cheap. So a test file tells a few stories, each a host with its own
tasks, runs them all in one playbook, side by side, and then looks at what every story returned. The environment
variable FUNCTIONAL_OWN_PROCESS=1 has all modules run in processes of their own, and not in the Ansible worker.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_environment import TOOLS, ansible_environment
from in_process import printed_by

HERE = Path(__file__).resolve().parent
COLLECTION = "community.scalingo"
PLAYBOOK_SECONDS = 300

OPTIONS = (
    "api_token",
    "bearer_token",
    "region",
    "api_url",
    "auth_url",
    "timeout",
    "max_wait",
    "validate_certs",
    "ca_path",
)


# Of a host that is this machine.
LOCALHOST = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}


@dataclass(frozen=True)
class Story:
    """One host of the inventory: what it is called, what it does, and what it connects with."""

    name: str
    tasks: list[dict[str, Any]]
    connection: Mapping[str, Any] = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class TaskResult:
    """What one task on one host came to."""

    host: str
    task: str
    status: str
    check_mode: bool
    values: dict[str, Any]

    def __getitem__(self, key: str) -> Any:
        return self.values[key]

    def get(self, key: str, default: Any = None) -> Any:
        return self.values.get(key, default)

    @property
    def failed(self) -> bool:
        return self.status == "failed"

    @property
    def changed(self) -> bool:
        return bool(self.values.get("changed"))

    @property
    def msg(self) -> str:
        return str(self.values.get("msg", ""))


@dataclass(frozen=True)
class PlaybookRun:
    """One run of ansible-playbook that is over."""

    returncode: int
    stdout: str
    stderr: str
    results: list[TaskResult]

    @property
    def output(self) -> str:
        return self.stdout + self.stderr

    def of(self, host: str, task: str | None = None) -> TaskResult:
        """The one result of that host, or of that task of that host."""
        found = [one for one in self.results if one.host == host and task in (None, one.task)]
        assert len(found) == 1, f"{len(found)} results of {task or 'any task'} on {host}\n{self.output[-4000:]}"
        return found[0]

    def all_of(self, host: str) -> list[TaskResult]:
        return [one for one in self.results if one.host == host]


def task(
    module: str,
    title: str = "run",
    /,
    check: bool = False,
    environment: Mapping[str, str] | None = None,
    no_log: bool = False,
    **arguments: Any,
) -> dict[str, Any]:
    """A task that calls a module: `task("scalingo_project", "create it", name="web")`."""
    call: dict[str, Any] = {"name": title, f"{COLLECTION}.{module}": arguments, "environment": dict(environment or {})}
    return {**call, **({"check_mode": True} if check else {}), **({"no_log": True} if no_log else {})}


project = partial(task, "scalingo_project")
project_info = partial(task, "scalingo_project_info")
projects = partial(task, "scalingo_projects")
collaborator = partial(task, "scalingo_project_collaborator")
transfer = partial(task, "scalingo_project_transfer", wait_timeout=0)
transfers = partial(task, "scalingo_project_transfers")
transfer_info = partial(task, "scalingo_project_transfer_info")


def login(title: str = "run", /, check: bool = False, no_log: bool = True, **arguments: Any) -> dict[str, Any]:
    """A task that calls scalingo_login and registers what it returns as `signed_in`."""
    return {**task("scalingo_login", title, check=check, no_log=no_log, **arguments), "register": "signed_in"}


def show(expression: str, task: str = "run", **keywords: Any) -> dict[str, Any]:
    """A task that evaluates an expression; its value is `msg` of the result."""
    return {"name": task, "ansible.builtin.debug": {"msg": "{{ " + expression + " }}"}, **keywords}


def connect(sim: Any, account: Any, **others: Any) -> dict[str, Any]:
    """The connection options for an account of a simulator."""
    return {"api_token": account.api_token, "api_url": sim.api_url, "auth_url": sim.auth_url, **others}


def here(
    module: str, connection: Mapping[str, Any], check: bool = False, no_log: bool = False, **own: Any
) -> TaskResult:
    """What a module returns that runs in this process."""
    printed, _code = printed_by(module, {**connection, **own}, check, no_log)
    values = json.loads(printed)
    return TaskResult("here", module, "failed" if values.get("failed") else "ok", check, values)


def lookup(*terms: str, variables: Mapping[str, Any] | None = None, **options: Any) -> list[Any]:
    """What the lookup returns that runs in this process, with Ansible variables."""
    module = import_module(f"ansible_collections.{COLLECTION}.plugins.lookup.project_info")
    templar = Templar(DataLoader(), variables=dict(variables or {}))
    found: list[Any] = module.LookupModule(templar=templar).run(list(terms), variables, **options)
    return found


def clean_environment(folder: Path) -> dict[str, str]:
    """A small environment for a playbook in a folder, with which it leaves there what every task returned."""
    return ansible_environment(
        folder,
        home=folder / "home",
        FUNCTIONAL_RESULTS=str(folder / "results.jsonl"),
        ANSIBLE_CALLBACK_PLUGINS=str(HERE / "callback_plugins"),
        ANSIBLE_CALLBACKS_ENABLED="functional_results",
        ANSIBLE_DIFF_ALWAYS="true",
        ANSIBLE_FORKS="8",
        ANSIBLE_NOCOLOR="true",
        ANSIBLE_PIPELINING="true",
        ANSIBLE_RETRY_FILES_ENABLED="false",
    )


def ansible_playbook(
    folder: Path,
    *arguments: str,
    run: Callable[..., subprocess.CompletedProcess[str]] = subprocess.run,
    **environment: str,
) -> subprocess.CompletedProcess[str]:
    """Run ansible-playbook in a folder, with variables added to the clean environment."""
    return run(
        [str(TOOLS / "ansible-playbook"), *arguments],
        cwd=folder,
        env={**clean_environment(folder), **environment},
        capture_output=True,
        text=True,
        timeout=PLAYBOOK_SECONDS,
        check=False,
    )


def custom_stats(stdout: str) -> dict[str, Any]:
    """What a run left behind with set_stats, as AWX makes artifacts of it."""
    _before, found, stats = stdout.partition("\tRUN: ")
    shown: dict[str, Any] = json.JSONDecoder().raw_decode(stats)[0] if found else {}
    return shown


def write_project(folder: Path, stories: Iterable[Story]) -> None:
    """Write the inventory and the play that tell the stories, and the tasks of each."""
    hosts: dict[str, Any] = {}
    for story in stories:
        assert story.name not in hosts, f"two stories are called {story.name}"
        hosts[story.name] = {**story.variables, "scalingo": dict(story.connection)}
        (folder / f"{story.name}.json").write_text(json.dumps(story.tasks, indent=1), encoding="utf-8")
    target = os.environ.get("FUNCTIONAL_PYTHON")
    inventory = {
        "all": {
            "hosts": hosts,
            "vars": {
                **LOCALHOST,
                **({"ansible_python_interpreter": target} if target else {}),
                **({"scalingo_run_in_worker": False} if os.environ.get("FUNCTIONAL_OWN_PROCESS") else {}),
            },
        }
    }
    play = {
        "name": "Tell every story at once",
        "hosts": "all",
        "gather_facts": False,
        "strategy": "free",
        "ignore_errors": True,
        "module_defaults": {
            f"group/{COLLECTION}.all": {option: "{{ scalingo." + option + " | default(omit) }}" for option in OPTIONS}
        },
        "tasks": [{"name": "its tasks", "ansible.builtin.include_tasks": "{{ inventory_hostname }}.json"}],
    }
    (folder / "inventory.json").write_text(json.dumps(inventory, indent=1), encoding="utf-8")
    (folder / "play.yml").write_text(json.dumps([play], indent=1), encoding="utf-8")


def tell(
    folder: Path,
    stories: Iterable[Story],
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    home: Mapping[str, str] | None = None,
) -> PlaybookRun:
    """Run the tasks of all stories in one ansible-playbook and collect what they returned.

    `environment` is added to the clean one, `home` holds files to put into the home folder.
    """
    (folder / "home").mkdir(parents=True)
    for name, text in (home or {}).items():
        path = folder / "home" / name
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
    write_project(folder, stories)
    done = ansible_playbook(folder, "-i", "inventory.json", "play.yml", *arguments, **(environment or {}))
    lines = folder / "results.jsonl"
    assert lines.exists(), f"no task ran at all\n{done.stdout}\n{done.stderr}"
    results = [
        TaskResult(line["host"], line["task"], line["status"], line["check_mode"], line["result"])
        for line in map(json.loads, lines.read_text(encoding="utf-8").splitlines())
        if line["task"] != "its tasks"
    ]
    return PlaybookRun(done.returncode, done.stdout, done.stderr, results)
