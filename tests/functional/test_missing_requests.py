# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Python without requests where a module runs: Ansible's own sentence, with the interpreter named."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from .playbook import PlaybookRun, Story, connect, project, project_info

ANSIBLE_S_OWN = "Failed to import the required Python library (requests)"


@pytest.fixture(scope="module")
def bare_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter with nothing but the standard library."""
    folder = tmp_path_factory.mktemp("bare")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    return folder / "bin" / "python"


@pytest.fixture(scope="module")
def run(sim: Any, bare_python: Path, teller: Any) -> PlaybookRun:
    there = {"ansible_python_interpreter": str(bare_python)}
    connection = connect(sim, sim.add_account("mireille"))
    return teller(
        [
            Story("project", [project(name="web")], connection, there),
            Story("project-in-check-mode", [project(name="web", check=True)], connection, there),
            Story("project-info", [project_info()], connection, there),
        ]
    )


@pytest.mark.parametrize("story", ["project", "project-in-check-mode", "project-info"])
def test_the_library_and_the_interpreter_are_named(run: PlaybookRun, bare_python: Path, story: str) -> None:
    result = run.of(story)
    assert result.failed
    assert ANSIBLE_S_OWN in result.msg
    assert str(bare_python) in result.msg
    assert "Traceback" not in result.msg


def test_not_one_request_was_sent(run: PlaybookRun, sim: Any) -> None:
    assert run.returncode == 0, "the play ignores the failures"
    assert sim.calls() == []
