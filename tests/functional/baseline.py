# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps of a story that run the role project_baseline, and what each of them reported."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .playbook import COLLECTION, PLAYBOOK_SECONDS, PlaybookRun, clean_environment, show

ROLE = f"{COLLECTION}.project_baseline"
KEYS = ["id", "control", "project", "expected", "actual", "compliant", "action", "remedy"]


def role(step: str, check: bool = False, **variables: Any) -> list[dict[str, Any]]:
    """Tasks that run the role and show its report: `role("audit", check=True, default_project="production")`.

    The play of a story ignores errors, which would keep the role from seeing its own.
    """
    keywords = {"ignore_errors": False, "vars": {"step": step}}
    apply = {**keywords, "check_mode": True} if check else keywords
    named = {f"project_baseline_{name}": value for name, value in variables.items()}
    return [
        {"name": f"forget before {step}", "ansible.builtin.set_fact": {"project_baseline_report": None}},
        {
            "name": step,
            "block": [
                {"name": step, "ansible.builtin.include_role": {"name": ROLE, "apply": apply}, "vars": named},
            ],
            "rescue": [show("ansible_failed_result.msg", task=f"failure of {step}")],
            "ignore_errors": False,
        },
        show("project_baseline_report", task=f"report of {step}"),
    ]


def report(run: PlaybookRun, host: str, step: str) -> dict[str, Any]:
    """The report of a step, after a look at its form."""
    found: dict[str, Any] = run.of(host, f"report of {step}")["msg"]
    assert list(found) == ["schema", "compliant", "drift_count", "unknown_count", "checked_at", "items"], found
    items = found["items"]
    assert all(list(item) == KEYS for item in items), items
    assert found["schema"] == 1
    assert found["compliant"] is all(item["compliant"] is True for item in items)
    drift = [item for item in items if item["compliant"] is False and item["action"] != "error"]
    assert found["drift_count"] == len(drift), items
    assert found["unknown_count"] == len([item for item in items if item["compliant"] is None]), items
    for item in items:
        assert (item["remedy"] is None) is (item["compliant"] is True), item
    assert len({item["id"] for item in items}) == len(items), items
    return found


def told(run: PlaybookRun, host: str, step: str) -> list[str]:
    """What became of every item: `project:shop False create`."""
    return [f"{item['id']} {item['compliant']} {item['action']}" for item in report(run, host, step)["items"]]


def failure(run: PlaybookRun, host: str, step: str) -> str | None:
    """The message with which a step failed, or nothing."""
    found = [one for one in run.all_of(host) if one.task == f"failure of {step}" and one.status == "ok"]
    return str(found[0]["msg"]) if found else None


def play(
    folder: Path, name: str, variables: Mapping[str, Any], *arguments: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a playbook as a user would, with a file of variables: `play(folder, "audit", {...})`.

    Without a path, it is one of the collection.
    """
    folder.mkdir()
    (folder / "home").mkdir()
    (folder / "account.yml").write_text(json.dumps(dict(variables)), encoding="utf-8")
    playbook = name if "/" in name else f"{COLLECTION}.{name}"
    command = ["ansible-playbook", playbook, "-e", "@account.yml", *arguments]
    return subprocess.run(
        [str(Path(sys.executable).parent / command[0]), *command[1:]],
        cwd=folder,
        env={**clean_environment(folder), **environment},
        capture_output=True,
        text=True,
        timeout=PLAYBOOK_SECONDS,
        check=False,
    )
