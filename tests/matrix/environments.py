# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Pythons of this machine, and the environments of the cells, each made once and kept in build/matrix."""

from __future__ import annotations

import hashlib
import os
import pwd
import re
import shutil
import subprocess
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .table import DEVEL, TARGETS, Cell, Python, text

CHECKOUT = Path(__file__).resolve().parents[2]
BUILD = CHECKOUT / "build" / "matrix"
TESTS = CHECKOUT / "tests" / "requirements" / "matrix.txt"
LIBRARIES = CHECKOUT / "meta" / "ee-requirements.txt"
# On the oldest Python, the oldest version of the library that the collection promises to work with.
OLDEST_LIBRARY = "requests ~=2.25.0"
# The home directory is the one that the system knows: HOME may be another, for ansible-test to work in.
HOME = pwd.getpwuid(os.getuid()).pw_dir
ELSEWHERE = (f"{HOME}/.pyenv/versions/*/bin", f"{HOME}/.local/bin", "/usr/local/bin", "/usr/bin", "/opt/*/bin")
ASK = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2], sys.executable)"

# Runs a command in a directory with an environment; raises CalledProcessError if it fails.
Run = Callable[[Sequence["str | Path"], Path, Mapping[str, str]], None]


def find(wanted: Iterable[Python], environment: Mapping[str, str]) -> dict[Python, Path]:
    """The interpreter of each Python that is there: on MATRIX_PATH, on PATH, or where Pythons usually are.

    A file of the right name is not enough: the stand-ins of pyenv are there for versions that are not selected, too,
    and end with 127.
    """
    folders = [one for name in ("MATRIX_PATH", "PATH") for one in environment.get(name, "").split(os.pathsep) if one]
    for pattern in ELSEWHERE:
        # Of two patch releases in one such place, the newer.
        numbered = sorted(Path("/").glob(pattern[1:]), key=lambda path: list(map(int, re.findall(r"\d+", str(path)))))
        folders += map(str, reversed(numbered))
    found: dict[Python, Path] = {}
    for version in wanted:
        candidates = (_starts(Path(folder, f"python{text(version)}"), version) for folder in folders)
        real = next(filter(None, candidates), None)
        if real:
            found[version] = real
    return found


def _starts(candidate: Path, version: Python) -> Path | None:
    """The interpreter behind that name, if it starts, is of that version, and can make environments."""
    if not candidate.exists():
        return None
    try:
        command = [candidate, "-I", "-c", ASK]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True, cwd="/")
    except (OSError, subprocess.SubprocessError):
        return None
    said, _space, real = done.stdout.strip().partition(" ")
    return Path(real) if said == text(version) else None


@dataclass
class Environments:
    """What is made at most once in a run, whichever cell needs it first.

    Attributes:
        pythons: The interpreters of this machine.
        tarball: The collection as it is published.
    """

    pythons: Mapping[Python, Path]
    tarball: Path
    _locks: defaultdict[Path, threading.Lock] = field(default_factory=lambda: defaultdict(threading.Lock))
    _ready: set[Path] = field(default_factory=set)

    def controller(self, cell: Cell, run: Run) -> Path:
        """The environment with the ansible-core of a cell, the tools of the tests, and the collection."""
        environment = BUILD / f"{cell.core.name}-{text(cell.controller)}"
        wanted = ["--requirement", str(TESTS)]
        # The development branch is newer than the newest that the tests ask for, so it replaces that.
        installs = [wanted, ["--upgrade", cell.core.requirement]]
        if cell.core.name != DEVEL:
            installs = [[*wanted, cell.core.requirement]]
        with self._locks[environment]:
            if environment not in self._ready:
                self._make(environment, cell.controller, installs, run)
                # From its tarball, as its users do.
                install = ["ansible-galaxy", "collection", "install", "--offline", "--no-deps", "--force", "-p"]
                command = [*install, environment / "collections", self.tarball]
                run(command, CHECKOUT, variables_for(environment))
                self._ready.add(environment)
        return environment

    def target(self, version: Python, run: Run) -> Path:
        """The environment in which the modules find the library that they need."""
        environment = BUILD / f"modules-{text(version)}"
        constraint = [OLDEST_LIBRARY] if version == TARGETS[0] else []
        with self._locks[environment]:
            self._make(environment, version, [["--requirement", str(LIBRARIES), *constraint]], run)
        return environment

    def _make(self, environment: Path, version: Python, installs: Sequence[Sequence[str]], run: Run) -> None:
        """Make an environment, unless it is there with the same interpreter and the same requirements."""
        interpreter = self.pythons[version]
        texts = [path.read_text(encoding="utf-8") for path in (LIBRARIES, *sorted(TESTS.parent.glob("*.txt")))]
        mark = hashlib.sha256(repr((str(interpreter), installs, texts)).encode()).hexdigest()
        ready = environment / ".ready"
        if ready.exists() and ready.read_text(encoding="utf-8") == mark:
            return
        shutil.rmtree(environment, ignore_errors=True)
        try:
            # uv does not read pip's settings (a mirror, say), so pip has its turn where uv is missing or fails.
            run(["uv", "venv", "--quiet", "--python", interpreter, environment], CHECKOUT, os.environ)
            for install in installs:
                run(["uv", "pip", "install", "--quiet", "--python", environment, *install], CHECKOUT, os.environ)
        except (OSError, subprocess.CalledProcessError):
            run([interpreter, "-m", "venv", "--clear", environment], CHECKOUT, os.environ)
            pip = [environment / "bin" / "python", "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
            for install in installs:
                run([*pip, *install], CHECKOUT, os.environ)
        ready.write_text(mark, encoding="utf-8")


def variables_for(environment: Path) -> dict[str, str]:
    """The variables for what runs in an environment: its own tools, its own copy of the collection, its own files.

    Of the PATH only what holds git is left, because ansible-test takes stand-ins for Pythons that are there.
    """
    git = Path(shutil.which("git") or "/usr/bin/git").parent
    folders = [environment / "bin", BUILD / "bin", git, "/usr/local/bin", "/usr/bin", "/bin"]
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("SCALINGO_", "ANSIBLE_"))},
        "PATH": os.pathsep.join(map(str, folders)),
        "LC_ALL": "C.UTF-8",
        "ANSIBLE_COLLECTIONS_PATH": str(environment / "collections"),
        "ANSIBLE_HOME": str(environment / "ansible"),
        "ANSIBLE_REMOTE_TMP": str(environment / "ansible" / "tmp"),
        "PYTHONPATH": str(environment / "collections"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def link_pythons(pythons: Mapping[Python, Path]) -> None:
    """Make a directory in which ansible-test finds every Python under its name."""
    folder = BUILD / "bin"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for version, interpreter in pythons.items():
        (folder / f"python{text(version)}").symlink_to(interpreter)
