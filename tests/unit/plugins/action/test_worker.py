# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a task runs, and that a module in the Ansible worker leaves no trace there."""

from __future__ import annotations

import importlib
import json
import logging
import os
import sys
import types
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.module_utils import basic
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.community.scalingo.plugins.plugin_utils import _worker
from ansible_collections.community.scalingo.plugins.plugin_utils._worker import WorkerAction, imported

COLLECTION = "ansible_collections.community.scalingo"
MODULES = sorted(each.stem for each in (Path(__file__).resolve().parents[4] / "plugins" / "modules").glob("*.py"))

try:
    # What a playbook holds is trusted as a template, from ansible-core 2.19 on.
    from ansible.template import trust_as_template
except ImportError:
    trust_as_template = str


def action(variables: dict[str, Any] | None = None, **changes: Any) -> WorkerAction:
    """Return an action on this machine with nothing special, in which everything can be changed."""
    made = WorkerAction.__new__(WorkerAction)
    task = {"async_val": 0, "environment": [], "delegate_to": None, "no_log": False, "args": {}, "action": "x"}
    made._task = SimpleNamespace(**{key: changes.get(key, value) for key, value in task.items()})
    connection = {"transport": "local", "become": None}
    made._connection = SimpleNamespace(**{key: changes.get(key, value) for key, value in connection.items()})
    made._loader = DataLoader()
    made._templar = Templar(made._loader, variables={"ansible_playbook_python": sys.executable, **(variables or {})})
    made.module = changes.get("module", types.ModuleType("x"))
    return made


def why_not(variables: dict[str, Any] | None = None, **changes: Any) -> str:
    return action(variables, **changes)._why_not_here(variables or {}) or ""


HERE, PYTHON = sys.executable, "ansible_python_interpreter"


# Where it runs


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        *(({}, ""), ({"environment": [{}, None]}, ""), ({"module": None}, "imported")),
        *(({"transport": transport}, "local") for transport in ("ssh", "community.docker.docker")),
        *(({"become": "sudo"}, "become"), ({"async_val": 60}, "async")),
        ({"environment": [{}, {"HTTPS_PROXY": "http://proxy"}]}, "environment"),
    ],
    ids=str,
)
def test_task_or_connection_needs_its_own_process(changes: dict[str, Any], reason: str) -> None:
    found = why_not(**changes)
    assert reason in found and bool(found) is bool(reason)


TEMPLATES = [trust_as_template(each) for each in ("{{ 1 == 1 }}", "{{ 1 == 2 }}", "{{ no_such_variable }}")]


@pytest.mark.parametrize(
    ("variable", "value", "reason"),
    [
        *(("scalingo_run_in_worker", value, "") for value in (True, "yes", TEMPLATES[0])),
        *(("scalingo_run_in_worker", value, "scalingo_run_in_worker") for value in (False, "no", TEMPLATES[1])),
        *((PYTHON, value, "") for value in (HERE, "auto", "auto_silent", "")),
        (PYTHON, trust_as_template("{{ ansible_playbook_python }}"), ""),
        *((PYTHON, value, "Python") for value in ("/nowhere/python", "python3", os.path.realpath("/bin/sh"))),
        # The process of the module tells what is wrong with it.
        (PYTHON, TEMPLATES[2], "Python"),
    ],
    ids=str,
)
def test_variable_needs_its_own_process(variable: str, value: Any, reason: str) -> None:
    found = why_not({variable: value})
    assert reason in found and bool(found) is bool(reason)


@pytest.mark.parametrize(
    ("of_the_target", "here"), [({}, True), ({PYTHON: HERE}, True), ({PYTHON: "/nowhere/python"}, False)], ids=str
)
def test_python_of_a_delegated_task_is_that_of_its_target(of_the_target: dict[str, Any], here: bool) -> None:
    variables = {PYTHON: "/another/python", "ansible_delegated_vars": {"target": of_the_target}}
    assert (why_not(variables, delegate_to="target") == "") is here


def test_python_of_another_virtual_environment_is_another(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Virtual environments share the file, and differ by the directory."""
    for directory in ("one", "two"):
        (tmp_path / directory).mkdir()
    (tmp_path / "one" / "python").touch()
    (tmp_path / "one" / "python3").symlink_to("python")
    (tmp_path / "two" / "python").symlink_to(tmp_path / "one" / "python")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "one" / "python"))
    assert not why_not({PYTHON: str(tmp_path / "one" / "python3")})
    assert why_not({PYTHON: str(tmp_path / "two" / "python")})


def test_kept_files_of_modules_need_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_worker.constants, "DEFAULT_KEEP_REMOTE_FILES", True)
    assert why_not()


@pytest.mark.parametrize(
    ("changes", "here"), [({}, True), ({"transport": "ssh"}, False), ({"args": {"a": "\ud800"}}, False)]
)
def test_run_chooses_the_place(monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], here: bool) -> None:
    """Half a character cannot be given to the module in the worker as another process would read it."""
    made = action(**changes)
    monkeypatch.setattr(_worker.ActionBase, "run", lambda self, tmp, task_vars: {})
    made._update_module_args = lambda name, arguments, variables: None
    made._execute_module = lambda task_vars, wrap_async: {"where": "process"}
    made._run_here = lambda arguments, variables: {"where": "worker", **json.loads(arguments)}
    result = made.run(task_vars={})
    assert result == ({"where": "worker", "ANSIBLE_MODULE_ARGS": {}} if here else {"where": "process"})


# What can run there


@pytest.mark.parametrize("module", MODULES)
def test_action_runs_the_module_of_its_name(module: str) -> None:
    plugin = importlib.import_module(f"{COLLECTION}.plugins.action.{module}").ActionModule
    assert issubclass(plugin, WorkerAction)
    assert plugin.module is importlib.import_module(f"{COLLECTION}.plugins.modules.{module}")
    # A job in the background would write the token of the login to a file.
    assert plugin._supports_async is (module != "scalingo_login")


def test_imported_without_what_it_needs_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert imported("scalingo_project") is not None
    assert imported("no_such_module") is None
    with monkeypatch.context() as patch:
        patch.setattr(_worker, "__version__", "2.99.0")
        assert imported("scalingo_project") is None
    transport = importlib.import_module(f"{COLLECTION}.plugins.module_utils._http.transport")
    monkeypatch.setattr(transport, "REQUESTS_IMPORT_ERROR", "no requests")
    assert imported("scalingo_project") is None


# What runs there


def run_here(main: Callable[..., Any], **changes: Any) -> dict[str, Any]:
    """Run what stands for the `main()` of a module, and ends as modules do."""
    made = action(module=SimpleNamespace(main=main), **changes)
    return made._run_here(json.dumps({"ANSIBLE_MODULE_ARGS": {"name": "web"}}).encode(), {"inventory_hostname": "h"})


@pytest.mark.parametrize("end", [SystemExit(1), ValueError("broken")], ids=repr)
def test_module_that_fails_does_not_end_the_worker(end: BaseException) -> None:
    def main(on_wait: Callable[[str], None]) -> None:
        if isinstance(end, SystemExit):
            print(json.dumps({"failed": True, "msg": "broken"}))
        raise end

    result = run_here(main)
    assert result["failed"] is True
    assert "broken" in str(result)


def test_module_finds_what_it_finds_in_its_own_process_and_leaves_no_trace(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen: list[Any] = []

    def main(on_wait: Callable[[str], None]) -> None:
        seen.append((os.getcwd(), logging.root.manager.disable > logging.CRITICAL - 1))
        os.chdir("/")
        print("{}")
        raise SystemExit(0)

    def state() -> Any:
        return basic._ANSIBLE_ARGS, os.getcwd(), logging.root.manager.disable, sys.stdout, sys.stderr

    monkeypatch.setattr(basic, "_ANSIBLE_ARGS", b"before")
    monkeypatch.setattr(DataLoader, "get_basedir", lambda self: str(tmp_path))
    logging.disable(logging.NOTSET)
    before = state()
    run_here(main)
    assert state() == before
    assert seen == [(os.path.realpath(tmp_path), True)]
