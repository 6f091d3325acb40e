# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tasks of one handoff: each says whose token it uses, so that a failure is blamed on the right one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

TASKS = Path(__file__).resolve().parents[3] / "roles" / "project_baseline" / "tasks" / "handoff.yml"
MARK = "__project_baseline_as_new_owner"


def calls() -> list[dict[str, Any]]:
    """The tasks that call the API."""
    tasks = yaml.safe_load(TASKS.read_text(encoding="utf-8"))
    (block,) = [task["block"] for task in tasks if "block" in task]
    return [task for task in block if any(key.startswith("community.scalingo.") for key in task)]


def options(task: dict[str, Any]) -> dict[str, Any]:
    (found,) = [value for key, value in task.items() if key.startswith("community.scalingo.")]
    return dict(found)


def test_the_tasks_that_use_the_token_of_the_new_owner_say_so() -> None:
    theirs = [task["name"] for task in calls() if "new_owner_api_token" in options(task).get("api_token", "")]
    assert theirs and theirs == [task["name"] for task in calls() if task.get("vars", {}).get(MARK)]


def test_every_other_task_uses_the_token_of_the_account() -> None:
    ours = [options(task) for task in calls() if MARK not in task.get("vars", {})]
    assert ours and not [given for given in ours if {"api_token", "bearer_token"} & given.keys()]


def test_no_task_is_known_by_its_name() -> None:
    assert "ansible_failed_task.name" not in TASKS.read_text(encoding="utf-8")
