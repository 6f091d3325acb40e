# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks community.scalingo.audit and community.scalingo.handoff, as their headers say they are called."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from .assumptions import ACCEPTED, UP_TO_DATE
from .baseline import ROLE, play
from .expect import outline, writes

pytestmark = pytest.mark.jobs

# A handoff succeeds, and the next run looks for it at once.
ASSUMED = {**UP_TO_DATE, **ACCEPTED}


class Account:
    """An account whose shop can be handed over, and the description of what it is to be."""

    def __init__(self, sim: Any, name: str) -> None:
        self.me, self.friend = sim.add_account(name), sim.add_account(f"{name}-friend")
        shop = sim.add_project(self.me, "shop")["id"]
        sim.add_application(shop, f"{name}-app", collaborators=[self.friend])
        self.description = {
            "project_baseline_projects": [{"name": "web"}],
            "project_baseline_handoffs": [
                {"project": "shop", "new_owner": self.friend.username, "new_owner_api_token": self.friend.api_token}
            ],
            "project_baseline_report_dir": "reports",
        }
        self.environment = {
            "SCALINGO_API_TOKEN": self.me.api_token,
            "SCALINGO_API_URL": sim.api_url,
            "SCALINGO_AUTH_URL": sim.auth_url,
        }
        self.variables = {name.lower(): value for name, value in self.environment.items()}


def written(folder: Path) -> Any:
    return json.loads((folder / "reports" / "report.json").read_text())


@pytest.mark.parametrize("token", ["in the environment", "as a variable"])
@pytest.mark.parametrize("arguments", [(), ("--check",)], ids=["plain", "check"])
def test_the_audit_writes_its_report_and_nothing_else(
    sim: Any, tmp_path: Path, token: str, arguments: tuple[str, ...]
) -> None:
    account = Account(sim, f"audit-{len(sim.accounts)}")
    variables, environment = account.description, account.environment
    if token == "as a variable":
        variables, environment = {**variables, **account.variables}, {"SCALINGO_API_TOKEN": "tk-us-somebody-else"}
    done = play(tmp_path / "run", "audit", variables, *arguments, "-v", **environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [one["action"] for one in written(tmp_path / "run")["items"]] == ["create", "invite and accept"]
    assert not writes(sim.calls(account.me) + sim.calls(account.friend))
    assert sorted(path.name for path in (tmp_path / "run" / "reports").iterdir()) == [
        "report.html",
        "report.json",
        "report.xml",
    ]
    assert account.me.api_token not in done.stdout + done.stderr
    assert account.friend.api_token not in done.stdout + done.stderr


def test_the_audit_fails_on_drift_if_it_is_asked_to(sim: Any, tmp_path: Path) -> None:
    account = Account(sim, "strict")
    done = play(
        tmp_path / "run",
        "audit",
        {**account.description, "project_baseline_fail_on_drift": True},
        **account.environment,
    )
    assert done.returncode == 2
    assert "project:web" in done.stdout + done.stderr
    assert written(tmp_path / "run")["drift_count"] == 2


def test_the_handoff_does_nothing_but_handoffs(sim: Any, tmp_path: Path) -> None:
    account = Account(sim, "handoff")
    description = {**account.description, "project_baseline_default_project": "production"}
    done = play(tmp_path / "first", "handoff", description, **account.environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [one["id"] for one in written(tmp_path / "first")["items"]] == ["handoff:shop"]
    assert outline(sim.projects(owner="handoff")) == "*default"
    assert outline(sim.projects(owner="handoff-friend")) == "*default shop"
    again = play(tmp_path / "again", "handoff", description, **account.environment)
    assert again.returncode == 0
    assert "changed=0" in again.stdout
    assert written(tmp_path / "again")["compliant"] is True


@pytest.mark.parametrize("arguments", [(), ("--check",)], ids=["run", "check"])
@pytest.mark.parametrize("token", [False, True])
def test_a_handoff_of_what_nobody_sees_is_no_success(
    sim: Any, tmp_path: Path, token: bool, arguments: tuple[str, ...]
) -> None:
    account = Account(sim, f"misspelt-{len(sim.accounts)}")
    (handoff,) = account.description["project_baseline_handoffs"]
    misspelt = {**handoff, "project": "shpo"} if token else {"project": "shpo", "new_owner": handoff["new_owner"]}
    description = {**account.description, "project_baseline_handoffs": [misspelt]}
    done = play(tmp_path / "run", "handoff", description, *arguments, **account.environment)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Nobody can tell whether this was handed over: shpo." in " ".join((done.stdout + done.stderr).split())
    assert written(tmp_path / "run")["unknown_count"] == 1
    assert not writes(sim.calls(account.me) + sim.calls(account.friend))


@pytest.mark.parametrize("name", ["audit", "handoff"])
def test_without_a_description_nothing_is_called_compliant(tmp_path: Path, name: str) -> None:
    done = play(tmp_path / "run", name, {}, SCALINGO_API_TOKEN="tk-us-x")
    assert done.returncode == 2
    assert "project_baseline_handoffs" in done.stdout + done.stderr


def _ignoring(folder: Path) -> str:
    """A play that ignores all errors."""
    play = {
        "name": "Ignore all errors",
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "ignore_errors": True,
        "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
        "roles": [ROLE],
    }
    path = folder / "ignoring.yml"
    path.write_text(json.dumps([play]), encoding="utf-8")
    return str(path)


def test_a_description_that_is_refused_stops_even_a_play_that_ignores_errors(sim: Any, tmp_path: Path) -> None:
    account = Account(sim, "refused")
    description = {**account.description, "project_baseline_default_project": "shop"}
    done = play(tmp_path / "run", _ignoring(tmp_path), description, **account.environment)
    assert done.returncode == 2, done.stdout + done.stderr
    assert sim.calls(account.me) == sim.calls(account.friend) == []


def test_errors_that_a_play_ignores_are_in_the_report(sim: Any, tmp_path: Path) -> None:
    account = Account(sim, "ignoring")
    sim.fault("status", method="POST", path="/v1/projects", account="ignoring", status=422, times=None)
    sim.fault("status", method="POST", path="/v1/projects/*/transfer_invitations", account="ignoring", status=422)
    done = play(tmp_path / "run", _ignoring(tmp_path), account.description, **account.environment)
    assert done.returncode == 0, done.stdout + done.stderr
    found = written(tmp_path / "run")
    assert [one["action"] for one in found["items"]] == ["error", "error"]
    assert found["compliant"] is False
