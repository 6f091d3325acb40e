# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks with a host for each account: whose artifact, whose folder, whose token."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from .baseline import ROLE, play

pytestmark = pytest.mark.jobs

NAMES = ("acme", "globex", "initech")
RIGHT = {"compliant": True, "drift_count": 0, "unknown_count": 0}
SHARED = "several hosts"


class Accounts:
    """Three accounts, each a host of the same name, and each without the project that is described."""

    def __init__(self, sim: Any, test: str) -> None:
        self.sim = sim
        self.accounts = {name: sim.add_account(f"{name}-{test}") for name in NAMES}
        self.variables: dict[str, dict[str, Any]] = {
            name: {"scalingo_api_token": account.api_token, "project_baseline_projects": [{"name": f"{name}-web"}]}
            for name, account in self.accounts.items()
        }
        self.common: dict[str, Any] = {
            "ansible_connection": "local",
            "scalingo_api_url": sim.api_url,
            "scalingo_auth_url": sim.auth_url,
        }

    def play(
        self, folder: Path, name: str, *arguments: str, given: Mapping[str, Any] | None = None, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a playbook on all of them, with an inventory that has each in the group accounts."""
        inventory = folder.with_suffix(".json")
        group = {"hosts": self.variables, "vars": self.common}
        inventory.write_text(json.dumps({"accounts": group}), encoding="utf-8")
        variables = {"project_baseline_hosts": "accounts", **(given or {})}
        shown = {"ANSIBLE_SHOW_CUSTOM_STATS": "true", **environment}
        return play(folder, name, variables, "-i", str(inventory), *arguments, **shown)

    def calls(self, name: str) -> list[str]:
        calls: list[str] = self.sim.calls(self.accounts[name])
        return calls


@pytest.fixture
def accounts(sim: Any, request: pytest.FixtureRequest) -> Accounts:
    return Accounts(sim, re.sub(r"\W+", "-", request.node.name).lower())


def artifacts(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """What the run left behind, as AWX shows it."""
    (line,) = re.findall(r"^\tRUN: (.*)$", done.stdout, re.MULTILINE) or ["{}"]
    found: dict[str, Any] = json.loads(line)
    return found


def reports(folder: Path) -> dict[str, Any]:
    """The reports that were written, by the folder that they are in."""
    return {path.parent.name: json.loads(path.read_text()) for path in folder.rglob("report.json")}


def test_the_artifact_has_every_host_and_no_report_that_could_be_anybodys(accounts: Accounts, tmp_path: Path) -> None:
    accounts.sim.add_project(accounts.accounts["globex"], "globex-web")
    done = accounts.play(tmp_path / "run", "audit")
    assert done.returncode == 0, done.stdout + done.stderr
    missing = {"compliant": False, "drift_count": 1, "unknown_count": 0}
    assert artifacts(done) == {
        "project_baseline_summary": {"acme": missing, "globex": RIGHT, "initech": missing},
    }


def test_one_host_leaves_its_report_too(accounts: Accounts, tmp_path: Path) -> None:
    done = accounts.play(tmp_path / "run", "audit", "--limit", "acme")
    assert done.returncode == 0, done.stdout + done.stderr
    found = artifacts(done)
    assert found["project_baseline_summary"] == {"acme": {"compliant": False, "drift_count": 1, "unknown_count": 0}}
    assert [item["id"] for item in found["project_baseline_report"]["items"]] == ["project:acme-web"]


def test_batches_add_up_to_one_artifact(accounts: Accounts, tmp_path: Path) -> None:
    batches = {
        "name": "One after the other",
        "hosts": "accounts",
        "serial": 1,
        "gather_facts": False,
        "module_defaults": {
            "group/community.scalingo.all": {
                option: "{{ scalingo_" + option + " }}" for option in ("api_token", "api_url", "auth_url")
            }
        },
        "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
        "roles": [ROLE],
    }
    (tmp_path / "batches.yml").write_text(json.dumps([batches]), encoding="utf-8")
    done = accounts.play(tmp_path / "run", str(tmp_path / "batches.yml"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert artifacts(done) == {"project_baseline_summary": dict.fromkeys(NAMES, RIGHT)}


def test_an_account_that_fails_stops_no_other_and_the_run_is_red(accounts: Accounts, tmp_path: Path) -> None:
    accounts.sim.revoke(accounts.accounts["acme"])
    accounts.variables["globex"]["project_baseline_projects"] = "not a list"
    given = {"project_baseline_report_dir": "reports/{{ inventory_hostname }}"}
    done = accounts.play(tmp_path / "run", "baseline", given=given)
    assert done.returncode == 2
    # The token of the first one was refused; the description of the second one was, so nothing was looked at.
    assert artifacts(done)["project_baseline_summary"] == {
        "acme": {"compliant": False, "drift_count": 0, "unknown_count": 1},
        "initech": RIGHT,
    }
    assert sorted(reports(tmp_path / "run")) == ["acme", "initech"]
    assert "POST /v1/projects" in accounts.calls("initech")


@pytest.mark.parametrize("strategy", ["linear", "free"])
def test_a_folder_for_several_hosts_is_refused_before_anything_is_done(
    accounts: Accounts, tmp_path: Path, strategy: str
) -> None:
    given = {"project_baseline_report_dir": "reports"}
    done = accounts.play(tmp_path / "run", "baseline", given=given, ANSIBLE_STRATEGY=strategy, ANSIBLE_FORKS="1")
    assert done.returncode == 2
    assert f"for {SHARED}" in done.stdout + done.stderr
    # Without lockstep, the first one may be through before the next one says which folder it wants.
    written = [name for name in NAMES if "POST /v1/projects" in accounts.calls(name)]
    assert len(written) == len(reports(tmp_path / "run")) == len(artifacts(done))
    assert len(written) <= (1 if strategy == "free" else 0)


def test_only_those_that_share_a_folder_are_refused(accounts: Accounts, tmp_path: Path) -> None:
    folders = {"acme": "reports/one", "globex": "reports/../reports/one", "initech": "reports/two"}
    for name, folder in folders.items():
        accounts.variables[name]["project_baseline_report_dir"] = folder
    done = accounts.play(tmp_path / "run", "audit")
    assert done.returncode == 2
    assert artifacts(done)["project_baseline_summary"].keys() == {"initech"}
    assert list(reports(tmp_path / "run")) == ["two"]
    assert accounts.calls("acme") == accounts.calls("globex") == []


def test_some_hosts_may_have_no_folder_at_all(accounts: Accounts, tmp_path: Path) -> None:
    accounts.variables["initech"]["project_baseline_report_dir"] = "reports"
    done = accounts.play(tmp_path / "run", "audit")
    assert done.returncode == 0, done.stdout + done.stderr
    assert reports(tmp_path / "run")["reports"]["items"][0]["project"] == "initech-web"


@pytest.mark.parametrize("name", ["audit", "baseline", "handoff"])
@pytest.mark.parametrize(
    "limit",
    [(), ("--limit", "globex"), ("-e", "project_baseline_hosts=globex"), ("-e", "project_baseline_hosts=glob*")],
    ids=["all", "limited", "named", "pattern"],
)
def test_no_host_gets_the_account_of_the_token_in_the_environment(
    accounts: Accounts, tmp_path: Path, name: str, limit: tuple[str, ...]
) -> None:
    del accounts.variables["globex"]["scalingo_api_token"]
    accounts.common["project_baseline_handoffs"] = [{"project": "shop", "new_owner": "nobody"}]
    stranger = accounts.sim.add_account(f"stranger-{tmp_path.name}")
    done = accounts.play(tmp_path / "run", name, *limit, SCALINGO_API_TOKEN=stranger.api_token)
    assert done.returncode == 2
    assert "globex has no scalingo_api_token" in done.stdout + done.stderr
    assert accounts.sim.calls(stranger) == []
    assert bool(accounts.calls("acme")) is not bool(limit)


def test_a_handoff_between_two_people_is_about_one_host(accounts: Accounts, tmp_path: Path) -> None:
    given = {"scalingo_handoff_project": "shop", "scalingo_handoff_new_owner": "nobody"}
    done = accounts.play(tmp_path / "run", "handoff_invite", given=given)
    assert done.returncode == 2
    assert "matches several hosts" in re.sub(r"\s+", " ", done.stdout + done.stderr)
    assert [accounts.calls(name) for name in NAMES] == [[], [], []]
