# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The environments of the cells, each made once and kept in build/matrix."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .cells import Cell
from .interpreters import without_stand_ins
from .table import DEVEL, TARGETS, Python, text

CHECKOUT = Path(__file__).resolve().parents[2]
BUILD = CHECKOUT / "build" / "matrix"
TESTS = CHECKOUT / "tests" / "requirements" / "matrix.txt"
LIBRARIES = CHECKOUT / "meta" / "ee-requirements.txt"
# On the oldest Python, the oldest version of the library that the collection promises to work with.
OLDEST_LIBRARY = "requests ~=2.25.0"

# Runs a command in a folder of the checkout with an environment; raises CalledProcessError if it fails.
Run = Callable[[Sequence[str | Path], Path, Mapping[str, str]], None]


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
                self._install(environment, run)
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
            pip: list[str | Path] = [
                environment / "bin" / "python",
                "-m",
                "pip",
                "--quiet",
                "--disable-pip-version-check",
                "install",
            ]
            for install in installs:
                run([*pip, *install], CHECKOUT, os.environ)
        ready.write_text(mark, encoding="utf-8")

    def _install(self, environment: Path, run: Run) -> None:
        """Install the collection from its tarball, as its users do."""
        command: list[str | Path] = [
            environment / "bin" / "ansible-galaxy",
            "collection",
            "install",
            "--offline",
            "--no-deps",
            "--force",
        ]
        run(
            [*command, "--collections-path", environment / "collections", self.tarball],
            CHECKOUT,
            variables_for(environment),
        )


def variables_for(environment: Path) -> dict[str, str]:
    """The variables for what runs in an environment: its own tools, its own copy of the collection, its own files."""
    folders = [environment / "bin", BUILD / "bin", *without_stand_ins(os.environ.get("PATH", os.defpath))]
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
    """Make a folder in which ansible-test finds every Python under its name."""
    folder = BUILD / "bin"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for version, interpreter in pythons.items():
        (folder / f"python{text(version)}").symlink_to(interpreter)
