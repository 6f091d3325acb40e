# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing of the collection uses what Ansible or Python says is going away."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ansible_environment import collections_path

from .baseline import play, role
from .playbook import (
    COLLECTION,
    PlaybookRun,
    Story,
    connect,
    login,
    project,
    projects,
    show,
    transfer,
    transfer_info,
)

SIGN = "[DEPRECATION WARNING]"
SHOWN = {"ANSIBLE_DEPRECATION_WARNINGS": "true"}
# A module that is out of date, to see that such a thing is noticed.
OUTDATED = """#!/usr/bin/python
from ansible.module_utils.basic import AnsibleModule
module = AnsibleModule(argument_spec={})
module.deprecate("This way of life is going away.", version="99.0.0", collection_name="community.scalingo")
module.exit_json(changed=False)
"""
# Imports every plugin after all that is not ours, which may use what it likes.
IMPORTS = """
import importlib, pathlib, sys, warnings
import ansible.errors, ansible.module_utils.basic, ansible.module_utils.common.arg_spec, ansible.plugins.action.normal
import ansible.plugins.filter.core, ansible.plugins.lookup, ansible.utils.display, ansible.plugins.loader
import requests, requests.adapters, urllib3.util.retry
warnings.simplefilter("error")
root = pathlib.Path(sys.argv[1], "ansible_collections/community/scalingo/plugins")
for path in sorted(root.rglob("*.py")):
    compile(path.read_bytes(), str(path), "exec")
    importlib.import_module(".".join(path.with_suffix("").relative_to(sys.argv[1]).parts))
    print(path.relative_to(root))
"""


@pytest.fixture(scope="module")
def run(sim: Any, shop_owner: Any, teller: Any) -> PlaybookRun:
    """Modules with their action plugins, the lookup, and the role with its filters, in check mode and without."""
    tasks = [
        login(),
        project(name="web"),
        project("fails", name="Not a name"),
        projects(projects=[{"name": "api"}]),
        transfer(project_name="shop", new_owner="tomasz"),
        transfer_info(project_name="shop"),
        show(f"query('{COLLECTION}.project_info', 'web', **scalingo) | length", task="lookup"),
        *role("audit", check=True, default_project="web"),
        *role("apply", default_project="web", projects=[{"name": "site"}]),
    ]
    return teller([Story("mireille", tasks, connect(sim, shop_owner))], "-v", environment=SHOWN)


def test_no_task_is_out_of_date(run: PlaybookRun) -> None:
    assert [result.task for result in run.results if result.failed] == ["fails"], run.output
    assert run.of("mireille", "lookup")["msg"] in (1, "1")
    assert SIGN not in run.output
    assert [result.task for result in run.results if result.get("deprecations")] == []


@pytest.mark.parametrize("name", ["audit", "baseline", "handoff"])
def test_no_playbook_is_out_of_date(sim: Any, tmp_path: Path, name: str) -> None:
    me, friend = sim.add_account(name), sim.add_account(f"{name}-friend")
    sim.add_application(sim.add_project(me, "shop")["id"], f"{name}-app", collaborators=[friend])
    description = {
        "project_baseline_handoffs": [{"project": "shop", "new_owner": f"{name}-friend"}],
        "project_baseline_report_dir": "reports",
        **({} if name == "handoff" else {"project_baseline_projects": [{"name": "web"}]}),
    }
    variables = {
        "SCALINGO_API_TOKEN": me.api_token,
        "SCALINGO_API_URL": sim.api_url,
        "SCALINGO_AUTH_URL": sim.auth_url,
    }
    done = play(tmp_path / "run", name, description, "-v", **variables, **SHOWN)
    assert done.returncode == 0, done.stdout + done.stderr
    assert SIGN not in done.stdout + done.stderr


def test_what_is_out_of_date_would_be_noticed(sim: Any, shop_owner: Any, teller: Any, tmp_path: Path) -> None:
    (tmp_path / "outdated.py").write_text(OUTDATED, encoding="utf-8")
    stories = [Story("mireille", [{"name": "run", "outdated": {}}], connect(sim, shop_owner))]
    run = teller(stories, environment={**SHOWN, "ANSIBLE_LIBRARY": str(tmp_path)})
    assert SIGN in run.output
    assert "going away" in json.dumps(run.of("mireille")["deprecations"])


def test_no_plugin_uses_what_python_says_is_going_away() -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORTS, collections_path()],
        env={**os.environ, "PYTHONPATH": collections_path()},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "modules/scalingo_project.py" in done.stdout.split()
