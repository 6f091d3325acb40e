# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks audit, baseline, and handoff, as their headers say they are called; and what a run of them costs."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest
from simulator import Simulator

from .assumptions import ACCEPTED, COUNTED, OWN, SHOWN
from .baseline import checked, outlined, play
from .expect import EXCHANGE, outline, writes

pytestmark = pytest.mark.jobs

ASSUMED = {**COUNTED, **ACCEPTED, **SHOWN, **OWN}
MOST_TASKS = 12


class Account:
    """An account whose shop can be transferred, and its baseline."""

    def __init__(self, sim: Any, name: str) -> None:
        self.sim = sim
        self.me, self.friend = sim.add_account(name), sim.add_account(f"{name}-friend")
        shop = sim.add_project(self.me, "shop")["id"]
        sim.add_application(shop, f"{name}-app", collaborators=[self.friend])
        self.handoff = {
            "project": "shop",
            "new_owner": self.friend.username,
            "new_owner_api_token": self.friend.api_token,
        }
        self.baseline: dict[str, Any] = {
            "project_baseline_projects": [{"name": "web"}],
            "project_baseline_handoffs": [self.handoff],
            "project_baseline_report_dir": "reports",
        }
        self.environment = {
            "SCALINGO_API_TOKEN": self.me.api_token,
            "SCALINGO_API_URL": sim.api_url,
            "SCALINGO_AUTH_URL": sim.auth_url,
        }

    def play(self, folder: Path, name: str, *arguments: str, **baseline: Any) -> subprocess.CompletedProcess[str]:
        return play(folder, name, {**self.baseline, **baseline}, *arguments, **self.environment)

    def calls(self) -> list[str]:
        return [*self.sim.calls(self.me), *self.sim.calls(self.friend)]


def written(folder: Path) -> dict[str, Any]:
    return checked(json.loads((folder / "reports" / "report.json").read_text()))


def tasks(done: subprocess.CompletedProcess[str]) -> int:
    return len(re.findall(r"^TASK \[", done.stdout, re.MULTILINE))


@pytest.mark.parametrize("arguments", [(), ("--check",)], ids=["plain", "check"])
def test_the_audit_writes_its_report_and_nothing_else(sim: Any, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    account = Account(sim, f"audit-{len(sim.accounts)}")
    # A variable takes precedence over the environment.
    variables = {name.lower(): value for name, value in account.environment.items()}
    account.environment["SCALINGO_API_TOKEN"] = "tk-us-another-user"
    done = account.play(tmp_path / "run", "audit", *arguments, "-v", **variables)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [one["action"] for one in written(tmp_path / "run")["items"]] == ["create", "invite and accept"]
    assert not writes(account.calls())
    names = sorted(path.name for path in (tmp_path / "run" / "reports").iterdir())
    assert names == ["report.html", "report.json", "report.xml"]
    assert not [one.api_token for one in (account.me, account.friend) if one.api_token in done.stdout + done.stderr]


def test_the_audit_fails_on_drift_if_it_is_asked_to(sim: Any, tmp_path: Path) -> None:
    account = Account(sim, "strict")
    done = account.play(tmp_path / "run", "audit", project_baseline_fail_on_drift=True)
    assert (done.returncode, written(tmp_path / "run")["drift_count"]) == (2, 2)
    assert "project:web" in done.stdout + done.stderr
    sim.revoke(account.me)
    assert account.play(tmp_path / "revoked", "audit").returncode == 2
    assert written(tmp_path / "revoked")["check_mode"]


def test_the_handoff_does_nothing_but_transfers(sim: Any, tmp_path: Path) -> None:
    account = Account(sim, "handoff")
    for step, action in (("first", "invite and accept"), ("again", "none")):
        done = account.play(tmp_path / step, "handoff", project_baseline_default_project="production")
        assert done.returncode == 0, done.stdout + done.stderr
        assert outlined(written(tmp_path / step)) == [f"handoff:shop True {action}"]
    assert outline(sim.projects(owner="handoff")) == "*default"
    assert outline(sim.projects(owner="handoff-friend")) == "*default shop"


def test_a_handoff_that_cannot_be_verified_fails(sim: Any, tmp_path: Path) -> None:
    account = Account(sim, "misspelled")
    del account.handoff["new_owner_api_token"]
    done = account.play(tmp_path / "run", "handoff", project_baseline_handoffs=[{**account.handoff, "project": "shpo"}])
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Cannot verify all transfers" in " ".join((done.stdout + done.stderr).split())
    assert written(tmp_path / "run")["unknown_count"] == 1
    assert not writes(account.calls())


@pytest.mark.parametrize("name", ["audit", "baseline", "handoff"])
def test_without_a_baseline_nothing_is_called_compliant(tmp_path: Path, name: str) -> None:
    done = play(tmp_path / "run", name, {}, SCALINGO_API_TOKEN="tk-us-x")
    assert done.returncode == 2
    assert "project_baseline_handoffs" in done.stdout + done.stderr


def test_what_20_projects_and_10_transfers_cost(tmp_path: Path) -> None:
    """INTERFACE: an audit takes at most 28 requests, a run 80, an audit afterwards 5, beside exchanges."""
    with Simulator(**ASSUMED) as sim:
        account = Account(sim, "many")
        account.baseline["project_baseline_projects"] = [{"name": f"new-{number}"} for number in range(8)]
        handoffs = [account.handoff]
        for number in range(9):
            project = sim.add_project(account.me, f"given-{number}")["id"]
            sim.add_application(project, f"many-{number}", collaborators=[account.friend])
            # By name, the proof that it came from this account costs a request for each transferred project.
            handoffs.append({**account.handoff, "project": project})
        account.baseline["project_baseline_projects"] += [{"name": "default"}]
        for step, most in (("audit", 28), ("baseline", 80), ("audit-again", 5)):
            sim.clear_requests()
            done = account.play(tmp_path / step, step.partition("-")[0], project_baseline_handoffs=handoffs)
            assert done.returncode == 0, done.stdout + done.stderr
            assert tasks(done) <= MOST_TASKS
            cost = len(account.calls()) if most > 5 else len([one for one in account.calls() if one != EXCHANGE])
            print(step, cost, tasks(done), account.calls() if most <= 5 else "")
            assert cost <= most, account.calls()
        assert written(tmp_path / "audit-again")["compliant"]


def test_a_job_that_is_killed_after_any_write_can_be_run_again(tmp_path: Path) -> None:
    """Each run ends with its first write: there are as many runs as writes, and one more."""
    running: list[subprocess.Popen[bytes]] = []
    seen = {"write": False}

    def gate(request: Any) -> None:
        if seen["write"] and running:
            os.killpg(running.pop().pid, signal.SIGKILL)
            threading.Event().wait(0.1)
        seen["write"] = seen["write"] or (
            request.method in ("POST", "PATCH", "DELETE") and "exchange" not in request.path
        )

    with Simulator(gate=gate, **ASSUMED) as sim:
        account = Account(sim, "killed")
        sim.add_project(account.me, "old")
        sim.add_database(next(one["id"] for one in sim.projects(account.me) if one["name"] == "shop"), "killed-db")
        account.handoff.update(make_eligible=True, new_owner_email=account.friend.email)
        projects = [{"name": "web"}, {"name": "old", "state": "absent"}]
        account.baseline.update(project_baseline_projects=projects, project_baseline_default_project="main")
        runs = 0
        finished = False
        while not finished and runs < 12:
            runs += 1
            seen["write"] = False
            done = _killable(tmp_path / f"run-{runs}", account, running)
            finished = done == 0
        assert finished
        report = written(tmp_path / f"run-{runs}")
        assert report["compliant"], report
        assert outline(sim.projects(owner="killed")) == "default *main web"
        assert "shop" in outline(sim.projects(owner="killed-friend"))
        assert runs > 4


def _killable(folder: Path, account: Account, running: list[subprocess.Popen[bytes]]) -> int:
    def start(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        options = {key: options[key] for key in ("cwd", "env")}
        process = subprocess.Popen(
            command, **options, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        running[:] = [process]
        return subprocess.CompletedProcess(command, process.wait())

    done = play(folder, "baseline", account.baseline, run=start, **account.environment)
    running.clear()
    return done.returncode
