# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every module runs on the Python that it is told to: the controller's own, or the one that FUNCTIONAL_PYTHON names."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ansible_environment import CHECKOUT

from .assumptions import UP_TO_DATE
from .expect import assert_ok
from .playbook import PlaybookRun, Story, connect, login, task

# A task renames what the task before it made.
ASSUMED = UP_TO_DATE

MODULES = sorted(path.stem for path in (CHECKOUT / "plugins" / "modules").glob("*.py"))
SHOP = {"project_name": "shop"}
OPTIONS: dict[str, dict[str, Any]] = {
    "scalingo_project": {"name": "web", "default": True},
    "scalingo_project_info": {"name": "web"},
    "scalingo_projects": {"projects": [{"name": "web", "new_name": "site"}, {"name": "api"}]},
    "scalingo_project_collaborator": {**SHOP, "email": "ines@example.org"},
    "scalingo_project_transfer": {**SHOP, "new_owner": "tomasz"},
    "scalingo_project_transfer_info": SHOP,
    "scalingo_project_transfers": {"transfers": [{**SHOP, "new_owner": "tomasz"}]},
}
TASKS = [login("scalingo_login"), *(task(module, module, **options) for module, options in OPTIONS.items())]
CHANGING = {"scalingo_project", "scalingo_projects", "scalingo_project_collaborator", "scalingo_project_transfer"}


@pytest.fixture(scope="module")
def bare_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter with nothing but the standard library."""
    folder = tmp_path_factory.mktemp("bare")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    return folder / "bin" / "python"


@pytest.fixture(scope="module")
def run(sim: Any, shop_owner: Any, bare_python: Path, teller: Any) -> PlaybookRun:
    fails = {"status": 503, "times": 2, "headers": {"Retry-After": "1"}}
    for account, details in (("falters", fails), ("breaks", {**fails, "status": 500, "times": None})):
        sim.fault("status", method="GET", path="/v1/projects", account=sim.add_account(account), **details)
    accounts = {one.username: connect(sim, one, max_wait=5) for one in sim.accounts}
    bare = [
        task(module, f"{module}, check {check}", check, name="web")
        for module in ("scalingo_project", "scalingo_project_info")
        for check in (True, False)
    ]
    return teller(
        [
            Story("mireille", TASKS, accounts["mireille"]),
            Story("falters", [task("scalingo_project", name="web")], accounts["falters"]),
            Story("breaks", [task("scalingo_project", name="web")], {**accounts["breaks"], "max_wait": 0}),
            Story("bare", bare, accounts["tomasz"], {"ansible_python_interpreter": str(bare_python)}),
        ]
    )


@pytest.mark.parametrize("module", MODULES)
def test_the_module_does_its_work(run: PlaybookRun, module: str) -> None:
    result = run.of("mireille", module)
    assert result.status == "ok", result.msg
    if module != "scalingo_login":  # nothing of whose result is shown
        assert_ok(result, changed=module in CHANGING)


def test_it_retries_and_fails_there(run: PlaybookRun) -> None:
    assert_ok(run.of("falters"), changed=True)
    assert run.of("breaks").failed and run.of("breaks")["error"]["status"] == 500


def test_every_request_comes_from_that_python(run: PlaybookRun, sim: Any) -> None:
    assert run.returncode == 0, run.output
    interpreter = os.environ.get("FUNCTIONAL_PYTHON", sys.executable)
    told = subprocess.run([interpreter, "-V"], capture_output=True, text=True, check=True).stdout.strip()
    agents = {one.headers["User-Agent"] for one in sim.requests}
    assert len(sim.requests) >= len(TASKS)
    assert [agent for agent in agents if not agent.endswith(f"; {told})")] == []


def test_without_requests_the_library_and_the_interpreter_are_named(
    run: PlaybookRun, sim: Any, bare_python: Path
) -> None:
    assert len(run.all_of("bare")) == 4
    for result in run.all_of("bare"):
        assert result.failed and "Traceback" not in result.msg
        assert "Failed to import the required Python library (requests)" in result.msg
        assert str(bare_python) in result.msg
    assert sim.calls("tomasz") == []
