# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the guide says about AWX is so: its settings, its names, its tasks."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import yaml
from ansible_environment import TOOLS

from .guide import TEXT, blocks
from .play import INSTALLED


def _settings() -> list[str]:
    lines = (INSTALLED / "playbooks" / "vars" / "awx.yml").read_text(encoding="utf-8").splitlines()
    return [line.partition(":")[0] for line in lines if line.startswith("scalingo_awx_")]


def test_every_setting_is_one() -> None:
    used = {name for block in blocks() if isinstance(block, dict) for name in block if name.startswith("scalingo_awx_")}
    assert used
    assert used <= set(_settings())


def test_every_setting_is_used_by_the_playbook() -> None:
    files = [*(INSTALLED / "playbooks").glob("awx.yml"), *(INSTALLED / "playbooks").glob("*/awx*.yml")]
    text = "".join(path.read_text(encoding="utf-8") for path in files)
    assert [name for name in _settings() if text.count(name) < 2] == []


def test_the_names_are_those_that_the_playbook_gives(seen: dict[str, Any]) -> None:
    assert f"*{seen['workflow']}*" in TEXT
    assert f"*{seen['credentials'][1]['name']}*" in TEXT
    plain = [one["name"] for one in seen["job_templates"] if one["name"].count(" ") == 1]
    assert [name for name in plain if f"   * - {name}\n" not in TEXT] == []
    steps = [one["name"].rpartition(" ")[2] for one in seen["job_templates"] if one["name"].count(" ") == 2]
    assert f"   * - Scalingo handoff {', '.join(steps)}\n" in TEXT


def test_the_approval_lasts_as_long_as_it_says(seen: dict[str, Any]) -> None:
    (approval,) = [step["approval"] for step in seen["steps"] if "approval" in step]
    assert int(approval["timeout"]) == (2 * 24 + 20) * 60 * 60
    assert "times out after 2 days and 20 hours" in TEXT


def test_the_first_audit_is_started_in_the_right_way(seen: dict[str, Any]) -> None:
    (play,) = [block[0] for block in blocks() if isinstance(block, list) and "tasks" in block[0]]
    (arguments,) = [task["awx.awx.job_launch"] for task in play["tasks"]]
    assert arguments["name"] in [one["name"] for one in seen["job_templates"]]
    command = [str(TOOLS / "ansible-doc"), "--type", "module", "--json", "awx.awx.job_launch"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    options = json.loads(done.stdout)["awx.awx.job_launch"]["doc"]["options"]
    assert set(arguments) <= set(options)


def test_the_playbook_of_the_repository_is_one_that_awx_finds() -> None:
    (text,) = [block for block in blocks() if isinstance(block, list) and "import_playbook" in yaml.safe_dump(block)]
    (keys,) = [set(play) for play in text]
    assert "ansible.builtin.import_playbook" in keys
