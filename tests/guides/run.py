# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a reader has when running something: tools, a home folder, an environment, and nothing of the developer's."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from ansible_environment import TOOLS, ansible_environment, collections_path

from .world import World

COLLECTIONS = collections_path()
SECONDS = 300


def environment(folder: Path) -> dict[str, str]:
    """A small environment with everything that Ansible writes in a folder."""
    return ansible_environment(
        folder,
        home=folder / "home",
        ANSIBLE_NOCOLOR="true",
        ANSIBLE_LOCALHOST_WARNING="false",
        ANSIBLE_INVENTORY_UNPARSED_WARNING="false",
        ANSIBLE_PIPELINING="true",
    )


def connection(world: World) -> dict[str, str]:
    """The environment in which the modules find a simulated account."""
    return {
        "SCALINGO_API_URL": world.sim.api_url,
        "SCALINGO_AUTH_URL": world.sim.auth_url,
        "SCALINGO_API_TOKEN": world.mireille.api_token,
    }


def playbook(
    world: World, plays: list[Any] | str, variables: Any = None, shadow: str | None = None, **others: str
) -> str:
    """Run a playbook, or one of the collection, and return with which message it fails.

    `shadow` is a Python library that it cannot import; `others` are further variables of the environment.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "home").mkdir()
        (folder / "play.yml").write_text(json.dumps(plays), encoding="utf-8")
        if shadow is not None:
            (folder / "shadow").mkdir()
            (folder / "shadow" / f"{shadow}.py").write_text(f"raise ImportError('{shadow}')\n", encoding="utf-8")
            others["PYTHONPATH"] = str(folder / "shadow")
        play = plays if isinstance(plays, str) else "play.yml"
        done = subprocess.run(
            [str(TOOLS / "ansible-playbook"), play, "-e", json.dumps(variables or {})],
            cwd=folder,
            env={**environment(folder), **connection(world), **others},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    output = done.stdout + done.stderr
    assert done.returncode != 0, output
    found = re.findall(r'^fatal: .*?"msg": (".*?[^\\]")', output, re.MULTILINE | re.DOTALL)
    if not found:
        return re.sub(r"^.*?ERROR[!\]]:? ", "", output[output.index("ERROR") - 1 :], flags=re.DOTALL)
    # Ansible's own words before the message of a filter or a lookup.
    return re.sub(r"^.*The (?:filter|lookup) plugin '[\w.]+' failed: ", "", str(json.loads(found[-1])))
