# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every module runs on the Python that it is told to: the controller's own, or the one that FUNCTIONAL_PYTHON names."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest
from ansible_environment import CHECKOUT

from .assumptions import UP_TO_DATE
from .expect import assert_ok
from .playbook import COLLECTION, PlaybookRun, Story, connect, login, project, project_info, projects
from .transfer_tasks import collaborator_task, info_task, transfer_task, transfers_task

# A task renames what the task before it made.
ASSUMED = UP_TO_DATE

MODULES = sorted(path.stem for path in (CHECKOUT / "plugins" / "modules").glob("*.py"))
TASKS = {
    "scalingo_login": login("scalingo_login"),
    "scalingo_project": project("scalingo_project", name="web", default=True),
    "scalingo_project_info": project_info("scalingo_project_info", name="web"),
    "scalingo_projects": projects("scalingo_projects", projects=[{"name": "web", "new_name": "site"}, {"name": "api"}]),
    "scalingo_project_collaborator": collaborator_task(
        "scalingo_project_collaborator", project_name="shop", email="ines@example.org"
    ),
    "scalingo_project_transfer": transfer_task("scalingo_project_transfer", project_name="shop", new_owner="tomasz"),
    "scalingo_project_transfer_info": info_task("scalingo_project_transfer_info", project_name="shop"),
    "scalingo_project_transfers": transfers_task(
        "scalingo_project_transfers", transfers=[{"project_name": "shop", "new_owner": "tomasz"}]
    ),
}
CHANGING = {"scalingo_project", "scalingo_projects", "scalingo_project_collaborator", "scalingo_project_transfer"}


@pytest.fixture(scope="module")
def run(sim: Any, shop_owner: Any, teller: Any) -> PlaybookRun:
    return teller([Story("mireille", list(TASKS.values()), connect(sim, shop_owner))])


def test_there_is_a_task_for_every_module() -> None:
    assert sorted(TASKS) == MODULES
    assert all(f"{COLLECTION}.{name}" in task for name, task in TASKS.items())


@pytest.mark.parametrize("module", MODULES)
def test_the_module_does_its_work(run: PlaybookRun, module: str) -> None:
    result = run.of("mireille", module)
    assert result.status == "ok", result.msg
    if module != "scalingo_login":  # nothing of whose result is shown
        assert_ok(result, changed=module in CHANGING)


def test_every_request_comes_from_that_python(run: PlaybookRun, sim: Any) -> None:
    assert run.returncode == 0, run.output
    interpreter = os.environ.get("FUNCTIONAL_PYTHON", sys.executable)
    told = subprocess.run([interpreter, "-V"], capture_output=True, text=True, check=True).stdout.strip()
    agents = {one.headers["User-Agent"] for one in sim.requests}
    assert len(sim.requests) >= len(TASKS)
    assert [agent for agent in agents if not agent.endswith(f"; {told})")] == []
