# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find the Pythons of this machine: whatever is called python3.8 to python3.14 and really starts."""

from __future__ import annotations

import os
import pwd
import re
import subprocess
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from .table import Python, text

# The home folder is the one that the system knows: HOME may be another, for ansible-test to work in.
HOME = pwd.getpwuid(os.getuid()).pw_dir
ELSEWHERE = (f"{HOME}/.pyenv/versions/*/bin", f"{HOME}/.local/bin", "/usr/local/bin", "/usr/bin", "/opt/*/bin")
ASK = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2], sys.executable)"


def find(wanted: Iterable[Python], environment: Mapping[str, str]) -> dict[Python, Path]:
    """The interpreter of each Python that is there.

    MATRIX_PATH comes first, then PATH, then where Pythons usually are. A file of the right name is not enough: the
    stand-ins of pyenv are there for versions that are not selected, too, and end with 127.
    """
    folders = _folders(environment)
    return {version: found for version in wanted if (found := _first(version, folders))}


@cache
def without_stand_ins(path: str) -> tuple[str, ...]:
    """The folders of a PATH without those that hold Pythons which do not start; ansible-test would fall for them."""
    return tuple(folder for folder in path.split(os.pathsep) if folder and not _misleads(Path(folder)))


def _misleads(folder: Path) -> bool:
    # A folder of the system is needed for other things, whatever is wrong in it.
    if not folder.is_dir() or (folder / "sh").exists():
        return False
    named = [path for path in folder.iterdir() if re.fullmatch(r"python\d\.\d+", path.name)]
    return any(_ask(path, "") is None for path in named)


def _folders(environment: Mapping[str, str]) -> list[Path]:
    given = [*environment.get("MATRIX_PATH", "").split(os.pathsep), *environment.get("PATH", "").split(os.pathsep)]
    usual = []
    for pattern in ELSEWHERE:
        # Of two patch releases in one such place, the newer.
        usual += sorted(Path("/").glob(pattern[1:]), key=_numbers, reverse=True)
    return [Path(folder) for folder in given if folder] + usual


def _numbers(path: Path) -> list[int]:
    return [int(part) for part in "".join(c if c.isdigit() else " " for c in str(path)).split()]


def _first(version: Python, folders: Iterable[Path]) -> Path | None:
    for folder in folders:
        candidate = folder / f"python{text(version)}"
        if candidate.exists() and (real := _starts(candidate, version)):
            return real
    return None


def _starts(candidate: Path, version: Python) -> Path | None:
    """The interpreter behind that name, if it starts, is of that version, and can make environments."""
    said, _space, real = (_ask(candidate, ASK) or "").strip().partition(" ")
    return Path(real) if said == text(version) else None


def _ask(candidate: Path, code: str) -> str | None:
    command: list[str | Path] = (
        [candidate, "-I", "-c", code] if "python2" not in candidate.name else [candidate, "-c", code]
    )
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False, cwd="/")
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
