# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the guide says about AWX is so: its settings, its names, its tasks, its image."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from .play import BLOCKS, GUIDE, INSTALLED, SETTINGS_OF_GUIDE, tool


def test_every_setting_exists_and_is_used() -> None:
    lines = (INSTALLED / "playbooks" / "vars" / "awx.yml").read_text(encoding="utf-8").splitlines()
    settings = [line.partition(":")[0] for line in lines if line.startswith("scalingo_awx_")]
    assert SETTINGS_OF_GUIDE and set(SETTINGS_OF_GUIDE) <= set(settings)
    playbooks = INSTALLED / "playbooks"
    text = "".join(path.read_text(encoding="utf-8") for path in [*playbooks.glob("awx.yml"), *playbooks.glob("*/awx*")])
    assert [name for name in settings if text.count(name) < 2] == []


def test_names_are_those_that_the_playbook_gives(seen: dict[str, Any]) -> None:
    assert f"*{seen['workflow']}*" in GUIDE
    assert f"*{seen['credentials'][1]['name']}*" in GUIDE
    plain = [one["name"] for one in seen["job_templates"] if one["name"].count(" ") == 1]
    assert [name for name in plain if f"   * - {name}\n" not in GUIDE] == []
    steps = [one["name"].rpartition(" ")[2] for one in seen["job_templates"] if one["name"].count(" ") == 2]
    assert f"   * - Scalingo handoff {', '.join(steps)}\n" in GUIDE


def test_approval_lasts_as_long_as_it_says(seen: dict[str, Any]) -> None:
    (approval,) = [step["approval"] for step in seen["steps"] if "approval" in step]
    # An invitation expires after three days.
    assert int(approval["timeout"]) == (2 * 24 + 20) * 60 * 60 < 3 * 24 * 60 * 60
    assert "times out after 2 days and 20 hours" in GUIDE


def test_first_audit_is_started_in_the_right_way(seen: dict[str, Any], tmp_path: Path) -> None:
    (play,) = [block[0] for block in BLOCKS if isinstance(block, list) and "tasks" in block[0]]
    (arguments,) = [task["awx.awx.job_launch"] for task in play["tasks"]]
    assert arguments["name"] in [one["name"] for one in seen["job_templates"]]
    done = tool(tmp_path, "ansible-doc", "--type", "module", "--json", "awx.awx.job_launch")
    assert set(arguments) <= set(json.loads(done.stdout)["awx.awx.job_launch"]["doc"]["options"])


def test_playbook_of_the_repository_is_one_that_awx_finds() -> None:
    (plays,) = [block for block in BLOCKS if isinstance(block, list) and "import_playbook" in yaml.safe_dump(block)]
    assert [one for one in plays if "ansible.builtin.import_playbook" not in one] == []


def test_image_needs_requests_and_nothing_else(tmp_path: Path) -> None:
    done = tool(tmp_path, "ansible-builder", "introspect", str(INSTALLED.parents[2]))
    found = {"python": ["requests >=2.25  # from collection community.scalingo"], "system": []}
    assert yaml.safe_load(done.stdout) == found


def test_definition_of_the_image_is_one(tmp_path: Path) -> None:
    (definition,) = [block for block in BLOCKS if isinstance(block, dict) and "images" in block]
    (tmp_path / "execution-environment.yml").write_text(yaml.safe_dump(definition), encoding="utf-8")
    done = tool(tmp_path, "ansible-builder", "create")
    assert done.returncode == 0, done.output
    assert "community.scalingo" in (tmp_path / "context" / "_build" / "requirements.yml").read_text(encoding="utf-8")
