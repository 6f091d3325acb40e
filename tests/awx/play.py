# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the playbook awx with the real modules of awx.awx, and read the variables that it works with."""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_environment import TOOLS, ansible_environment, collections_path

from .controller import TOKEN, Controller

INSTALLED = Path(collections_path().split(os.pathsep)[0]) / "ansible_collections" / "community" / "scalingo"


@dataclass(frozen=True)
class Run:
    """One ansible-playbook that is over."""

    returncode: int
    output: str

    @property
    def changed(self) -> int:
        found = re.search(r"changed=(\d+)", self.output)
        assert found is not None, self.output
        return int(found.group(1))


def play(folder: Path, playbook: str, settings: dict[str, Any], *arguments: str, **environment: str) -> Run:
    """Run a playbook with settings, in an environment in which nothing of the developer's own shows."""
    (folder / "settings.json").write_text(json.dumps(settings), encoding="utf-8")
    done = subprocess.run(
        [str(TOOLS / "ansible-playbook"), playbook, "-e", "@settings.json", *arguments],
        cwd=folder,
        env={
            **ansible_environment(
                folder, ANSIBLE_NOCOLOR="true", ANSIBLE_LOCALHOST_WARNING="false", ANSIBLE_PIPELINING="true"
            ),
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return Run(done.returncode, done.stdout + done.stderr)


def set_up(folder: Path, controller: Controller, *arguments: str, **settings: Any) -> Run:
    """Run the playbook awx against a stand-in."""
    environment = {"CONTROLLER_HOST": controller.url, "CONTROLLER_OAUTH_TOKEN": TOKEN, "no_proxy": "127.0.0.1"}
    return play(folder, "community.scalingo.awx", settings, *arguments, **environment)


def variables(folder: Path, **settings: Any) -> dict[str, Any]:
    """The variables of the playbook awx as Ansible sees them."""
    copy = {"dest": str(folder / "seen.json"), "content": "{{ seen | to_json }}", "mode": "0600"}
    values = {name: "{{ __scalingo_awx_" + name + " }}" for name in SEEN}
    task = {"name": "Write the variables down", "ansible.builtin.copy": copy, "vars": {"seen": values}}
    vars_file = str(INSTALLED / "playbooks" / "vars" / "awx.yml")
    one = {"hosts": "localhost", "gather_facts": False, "vars_files": [vars_file], "tasks": [task]}
    (folder / "see.yml").write_text(json.dumps([one]), encoding="utf-8")
    done = play(folder, "see.yml", settings)
    assert done.returncode == 0, done.output
    seen: dict[str, Any] = json.loads((folder / "seen.json").read_text(encoding="utf-8"))
    return seen


SEEN = ["credential_types", "credentials", "job_templates", "steps", "survey", "workflow"]
