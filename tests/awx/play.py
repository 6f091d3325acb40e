# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the playbook awx with the real modules of awx.awx, and read the variables that it works with, and the guide."""

from __future__ import annotations

import json
import os
import re
import subprocess
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from ansible_environment import CHECKOUT, TOOLS, ansible_environment, collections_path

from .controller import TOKEN, Controller

INSTALLED = Path(collections_path().split(os.pathsep)[0]) / "ansible_collections" / "community" / "scalingo"
GUIDE = (CHECKOUT / "docs" / "docsite" / "rst" / "guide_awx.rst").read_text(encoding="utf-8")
# Every block of YAML in the guide, in its order.
BLOCKS = [
    yaml.safe_load(textwrap.dedent(block))
    for block in re.findall(r"^\.\. code-block:: yaml(?:\+jinja)?\n((?:\n|    .*\n)+)", GUIDE, re.MULTILINE)
]
SETTINGS_OF_GUIDE = {
    name: value for block in BLOCKS if isinstance(block, dict) for name, value in block.items() if "_awx_" in name
}


@dataclass(frozen=True)
class Run:
    """One ansible-playbook that is over."""

    returncode: int
    stdout: str
    stderr: str

    @property
    def output(self) -> str:
        return self.stdout + self.stderr

    @property
    def changed(self) -> int:
        (found,) = re.findall(r"changed=(\d+)", self.stdout)
        return int(found)


def tool(folder: Path, name: str, *arguments: str, **environment: str) -> Run:
    """Run a tool in a directory, in an environment in which nothing of the developer's own shows."""
    settings = {"ANSIBLE_NOCOLOR": "true", "ANSIBLE_LOCALHOST_WARNING": "false", "ANSIBLE_PIPELINING": "true"}
    done = subprocess.run(
        [str(TOOLS / name), *arguments],
        cwd=folder,
        env={**ansible_environment(folder, **settings), **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return Run(done.returncode, done.stdout, done.stderr)


def set_up(folder: Path, controller: Controller, *arguments: str, **settings: Any) -> Run:
    """Run the playbook awx against a stand-in."""
    environment = {"CONTROLLER_HOST": controller.url, "CONTROLLER_OAUTH_TOKEN": TOKEN, "no_proxy": "127.0.0.1"}
    environment["CONTROLLER_REQUEST_TIMEOUT"] = "60"  # on a busy machine
    given = ("-e", json.dumps(settings))
    return tool(folder, "ansible-playbook", "community.scalingo.awx", *given, *arguments, **environment)


def variables(folder: Path, *names: str) -> dict[str, Any]:
    """Variables of the playbook awx as Ansible sees them if nothing is set."""
    values = {name: "{{ __scalingo_awx_" + name + " }}" for name in names}
    copy = {"dest": str(folder / "seen.json"), "content": "{{ seen | to_json }}", "mode": "0600"}
    task = {"ansible.builtin.copy": copy, "vars": {"seen": values}}
    vars_file = str(INSTALLED / "playbooks" / "vars" / "awx.yml")
    one = {"hosts": "localhost", "gather_facts": False, "vars_files": [vars_file], "tasks": [task]}
    (folder / "see.yml").write_text(json.dumps([one]), encoding="utf-8")
    done = tool(folder, "ansible-playbook", "see.yml")
    assert done.returncode == 0, done.output
    seen: dict[str, Any] = json.loads((folder / "seen.json").read_text(encoding="utf-8"))
    return seen
