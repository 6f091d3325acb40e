# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role with a host for each account: whose artifact, whose directory, whose token."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from .baseline import ROLE, play
from .playbook import custom_stats

pytestmark = pytest.mark.jobs

NAMES = ("acme", "globex", "initech")
RIGHT = {"compliant": True, "drift_count": 0, "unknown_count": 0, "error_count": 0}
MISSING = {**RIGHT, "compliant": False, "drift_count": 1}
NO_REPORT: dict[str, Any] = {}


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


def reports(folder: Path) -> dict[str, Any]:
    """The reports that were written, by the folder that they are in."""
    return {path.parent.name: json.loads(path.read_text()) for path in folder.rglob("report.json")}


def test_the_summary_has_every_host_and_only_one_host_leaves_its_report(accounts: Accounts, tmp_path: Path) -> None:
    accounts.sim.add_project(accounts.accounts["globex"], "globex-web")
    accounts.variables["initech"]["project_baseline_report_dir"] = "reports"
    done = accounts.play(tmp_path / "run", "audit")
    assert done.returncode == 0, done.stdout + done.stderr
    assert custom_stats(done.stdout) == {
        "project_baseline_summary": {"acme": MISSING, "globex": RIGHT, "initech": MISSING}
    }
    assert reports(tmp_path / "run")["reports"]["items"][0]["project"] == "initech-web"

    done = accounts.play(tmp_path / "one", "audit", "--limit", "acme")
    assert done.returncode == 0, done.stdout + done.stderr
    found = custom_stats(done.stdout)
    assert found["project_baseline_summary"] == {"acme": MISSING}
    assert [item["id"] for item in found["project_baseline_report"]["items"]] == ["project:acme-web"]


STOPPING: dict[str, dict[str, Any]] = {
    "linear": {},
    "free": {"strategy": "free"},
    "any_errors_fatal": {"any_errors_fatal": True},
    "serial": {"serial": 1},
}


@pytest.mark.parametrize("keywords", STOPPING.values(), ids=STOPPING)
def test_a_host_without_a_report_is_in_the_summary(
    accounts: Accounts, tmp_path: Path, keywords: dict[str, Any]
) -> None:
    """The first host has a baseline that is not allowed, and with serial it ends the play for the others."""
    accounts.variables["acme"]["project_baseline_projects"] = "not a list"
    accounts.sim.revoke(accounts.accounts["globex"])
    given = {"project_baseline_report_dir": "reports/{{ inventory_hostname }}"}
    done = accounts.play(tmp_path / "run", _playbook(tmp_path, **keywords), given=given)
    assert done.returncode == 2
    others = {"globex": {**RIGHT, "compliant": False, "unknown_count": 1}, "initech": RIGHT}
    stopped = {"serial"} & keywords.keys()
    expected = {"acme": NO_REPORT, **(dict.fromkeys(others, NO_REPORT) if stopped else others)}
    assert custom_stats(done.stdout)["project_baseline_summary"] == expected
    assert sorted(reports(tmp_path / "run")) == sorted(name for name, entry in expected.items() if entry)


def _playbook(folder: Path, **keywords: Any) -> str:
    """A play with the role, and these keywords."""
    options = {option: "{{ scalingo_" + option + " }}" for option in ("api_token", "api_url", "auth_url")}
    play = {
        "name": "Apply the baselines",
        "hosts": "accounts",
        "gather_facts": False,
        "module_defaults": {"group/community.scalingo.all": options},
        "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
        "roles": [ROLE],
        **keywords,
    }
    path = folder / "play.yml"
    path.write_text(json.dumps([play]), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("keywords", [{}, {"strategy": "free"}, {"serial": 1}], ids=["linear", "free", "serial"])
def test_hosts_do_not_overwrite_the_reports_of_each_other(
    accounts: Accounts, tmp_path: Path, keywords: dict[str, Any]
) -> None:
    directories = {"acme": "reports/one", "globex": "reports/../reports/one", "initech": "reports/two"}
    for name, directory in directories.items():
        accounts.variables[name]["project_baseline_report_dir"] = directory
    done = accounts.play(tmp_path / "run", _playbook(tmp_path, **keywords), ANSIBLE_FORKS="1")
    assert done.returncode == 2
    assert "project_baseline_report_dir is the same for" in re.sub(r"\s+", " ", done.stdout + done.stderr)
    # Both know of each other, or the second one of the first. With serial, its failure ends the play.
    found = {
        name: report["account"]["username"].partition("-")[0] for name, report in reports(tmp_path / "run").items()
    }
    ended = "serial" in keywords
    assert found == {**({"one": "acme"} if keywords else {}), **({} if ended else {"two": "initech"})}
    expected = {**dict.fromkeys(NAMES, RIGHT), **({"initech": NO_REPORT} if ended else {})}
    assert custom_stats(done.stdout)["project_baseline_summary"] == expected


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("audit", ()),
        ("baseline", ("--limit", "globex")),
        ("handoff", ("-e", "project_baseline_hosts=globex")),
        ("audit", ("-e", "project_baseline_hosts=glob*")),
    ],
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
