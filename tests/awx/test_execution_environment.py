# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ansible-builder reads of the installed collection, and that it takes the definition in the guide."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import yaml
from ansible_environment import TOOLS

from .guide import blocks
from .play import INSTALLED


def _introspect(folder: Path) -> Any:
    command = [str(TOOLS / "ansible-builder"), "introspect", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return yaml.safe_load(done.stdout)


def test_introspection_finds_requests_and_nothing_else() -> None:
    found = _introspect(INSTALLED.parents[2])
    assert found == {"python": ["requests >=2.25  # from collection community.scalingo"], "system": []}


def test_the_definition_in_the_guide_is_one(tmp_path: Path) -> None:
    (definition,) = [block for block in blocks() if isinstance(block, dict) and "images" in block]
    (tmp_path / "execution-environment.yml").write_text(yaml.safe_dump(definition), encoding="utf-8")
    done = subprocess.run(
        [str(TOOLS / "ansible-builder"), "create"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "community.scalingo" in (tmp_path / "context" / "_build" / "requirements.yml").read_text(encoding="utf-8")
