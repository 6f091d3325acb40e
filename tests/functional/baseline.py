# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps of a story that run the role project_baseline, and what each of them reported."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from .playbook import COLLECTION, PlaybookRun, ansible_playbook, show

ROLE = f"{COLLECTION}.project_baseline"
SCHEMA = 2
KEYS = (
    *("schema", "compliant", "drift_count", "unknown_count", "error_count", "checked_at", "check_mode"),
    *("account", "api_url", "collection_version", "items"),
)
ITEM_KEYS = ["id", "control", "project", "expected", "actual", "compliant", "action", "remedy"]


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


def checked(report: dict[str, Any]) -> dict[str, Any]:
    """A report, after a look at its form."""
    items = report["items"]
    assert tuple(report) == KEYS, report
    assert all(list(item) == ITEM_KEYS for item in items), items
    assert report["schema"] == SCHEMA
    assert list(report["account"]) == ["id", "username", "email"]
    errors = [item for item in items if item["action"] == "error"]
    drift = [item for item in items if item["compliant"] is False and item["action"] != "error"]
    unknown = [item for item in items if item["compliant"] is None]
    counts = [report[f"{kind}_count"] for kind in ("error", "drift", "unknown")]
    assert counts == [len(errors), len(drift), len(unknown)], report
    assert report["compliant"] is all(item["compliant"] is True for item in items)
    for item in items:
        assert bool(item["remedy"]) is (item["compliant"] is not True), item
    assert len({item["id"] for item in items}) == len(items), items
    return report


def report(run: PlaybookRun, host: str, step: str) -> dict[str, Any]:
    """The report of a step."""
    return checked(run.of(host, f"report of {step}")["msg"])


def outlined(report: dict[str, Any]) -> list[str]:
    """What became of every item of a report: `project:shop False create`."""
    return [f"{item['id']} {item['compliant']} {item['action']}" for item in report["items"]]


def told(run: PlaybookRun, host: str, step: str) -> list[str]:
    """What became of every item of a step."""
    return outlined(report(run, host, step))


def failure(run: PlaybookRun, host: str, step: str) -> str | None:
    """The message with which a step failed, or nothing."""
    found = [one for one in run.all_of(host) if one.task == f"failure of {step}" and one.status == "ok"]
    return str(found[0]["msg"]) if found else None


def play(
    folder: Path,
    name: str,
    variables: Mapping[str, Any],
    *arguments: str,
    run: Callable[..., subprocess.CompletedProcess[str]] = subprocess.run,
    **environment: str,
) -> subprocess.CompletedProcess[str]:
    """Run a playbook as a user would, with a file of variables: `play(folder, "audit", {...})`.

    Without a path, it is one of the collection.
    """
    folder.mkdir()
    (folder / "home").mkdir()
    (folder / "account.yml").write_text(json.dumps(dict(variables)), encoding="utf-8")
    playbook = name if "/" in name else f"{COLLECTION}.{name}"
    return ansible_playbook(folder, playbook, "-e", "@account.yml", *arguments, run=run, **environment)
