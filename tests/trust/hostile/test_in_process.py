# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module in this process returns what it returns on a target, even where plugins of the controller are loaded."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

# What another test of the same process may have imported before.
BEFORE = ("", "import ansible.plugins.action")
REFUSAL = """
import in_process
print(in_process.printed_by("scalingo_project", {"api_token": "tk-us-1", "name": "\\ud800"})[0])
"""
WARNING = """
import in_process
from ansible.module_utils.basic import AnsibleModule
from ansible_collections.community.scalingo.plugins.modules import scalingo_project

def main():
    module = AnsibleModule({"name": {}})
    module.warn("Look out.")
    module.exit_json(msg="It is done.")

scalingo_project.main = main
print(in_process.printed_by("scalingo_project", {"name": "web"})[0])
"""


def printed(script: str) -> dict[str, object]:
    """What a script prints in a process of its own, into which nothing was imported yet."""
    variables = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run([sys.executable, "-c", script], env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("before", BEFORE)
def test_half_of_a_character_reaches_the_module(before: str) -> None:
    assert "holds half of a character" in str(printed(before + REFUSAL)["msg"])


@pytest.mark.parametrize("before", BEFORE)
def test_a_warning_is_in_the_result(before: str) -> None:
    found = printed(before + WARNING)
    assert found["msg"] == "It is done." and "Look out." in str(found["warnings"])
