# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is run in a cell, step by step."""

from __future__ import annotations

import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TextIO

from .cells import Cell
from .environments import BUILD, CHECKOUT, Environments, Run, variables_for
from .processes import Processes
from .table import DEVEL, Core, text

FUNCTIONAL = "tests/functional"
# What has nothing to do with ansible-core.
NOT_OF_THE_CORE = (
    "tests/unit/simulator",
    "tests/unit/simulator_contract",
    "tests/unit/test_api_variants.py",
    "tests/unit/test_bench.py",
    "tests/unit/test_release.py",
    "tests/unit/test_scale.py",
    "tests/unit/test_workflow.py",
)
# Every kind of plugin, every module, the role and a playbook; for a short run.
REPRESENTATIVE = (
    "test_deprecations.py",
    "test_login.py",
    "test_project_info.py",
    "test_projects_playbook.py",
    "test_python_of_modules.py",
)
# Has every module start a process of its own, as on ansible-core releases that the Ansible worker was not tested with.
OWN_PROCESS = {"FUNCTIONAL_OWN_PROCESS": "1"}
# What the modules do on another Python than the controller's.
ON_TARGET = (
    "test_login.py",
    "test_project_info.py",
    "test_projects_playbook.py",
    "test_python_of_modules.py",
    "test_secrets.py",
    "test_transfers.py",
)
ON_TARGET_SHORT = ("test_projects_playbook.py", "test_python_of_modules.py")
# What takes the most time. In a short run only the newest ansible-core of the run does it, which is the strictest.
SLOW_SANITY = "pylint"
# Asks ansible-test itself which Pythons its ansible-core takes.
CONSTANTS = """
import runpy, sys
from pathlib import Path
import ansible_test
own = runpy.run_path(str(Path(ansible_test.__path__[0], "_util/target/common/constants.py")))
controllers, targets = own["CONTROLLER_PYTHON_VERSIONS"], own["REMOTE_ONLY_PYTHON_VERSIONS"]
said = [" ".join(controllers), " ".join(one for one in targets + controllers if int(one.split(".")[1]) >= 8
        and one[0] == "3")]
sys.exit(said != sys.argv[1:] and f"ansible-test says {said}, and tests/matrix/table.py {sys.argv[1:]}")
"""

# ansible-test keeps its own environments in one place for all, and does not expect a second one of itself.
_one_sanity = threading.Lock()


@dataclass(frozen=True)
class Settings:
    """How much is run, on how many processes of pytest, and what runs it.

    Attributes:
        strictest: The newest ansible-core of the run.
    """

    quick: bool
    prepare: bool
    sanity: bool
    workers: int
    processes: Processes
    strictest: Core | None = None


@dataclass(frozen=True)
class Step:
    """A part of a cell that is over."""

    cell: str
    name: str
    passed: bool
    seconds: float
    output: str


def run_cell(cell: Cell, environments: Environments, settings: Settings, tell: Callable[[Step], None]) -> bool:
    """Run the steps of a cell, and say after each how it went. Only without its environment it goes no further."""
    log = log_of(cell)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w", encoding="utf-8") as stream:
        run: Run = partial(settings.processes.run, stream)
        passed = _step(cell, "environment", partial(_prepare, cell, environments, run), stream, tell)
        if passed and not settings.prepare:
            for name, work in _steps(cell, environments, settings, run):
                passed &= _step(cell, name, work, stream, tell)
    return passed


def log_of(cell: Cell) -> Path:
    return BUILD / "logs" / f"{cell.name.replace('/', '-')}.log"


def _step(cell: Cell, name: str, work: Callable[[], object], stream: TextIO, tell: Callable[[Step], None]) -> bool:
    with _one_sanity if name.startswith("sanity") else nullcontext():
        stream.write(f"\n=== {name}\n")
        stream.flush()
        start, begun, passed = stream.tell(), time.monotonic(), True
        try:
            work()
        except (OSError, subprocess.CalledProcessError) as error:
            passed = False
            stream.write(f"{error}\n")
        stream.flush()
    output = log_of(cell).read_bytes()[start:].decode("utf-8", "replace")
    tell(Step(cell.name, name, passed, time.monotonic() - begun, output))
    return passed


def _prepare(cell: Cell, environments: Environments, run: Run) -> None:
    """Make the environments, and hold the table against what this ansible-core says of itself."""
    environment = environments.controller(cell, run)
    if cell.target is not None:
        environments.target(cell.target, run)
    if cell.core.name != DEVEL:
        pythons = [" ".join(map(text, versions)) for versions in (cell.core.controllers, cell.core.targets)]
        run([environment / "bin" / "python", "-c", CONSTANTS, *pythons], CHECKOUT, variables_for(environment))


def _steps(
    cell: Cell, environments: Environments, settings: Settings, run: Run
) -> Iterator[tuple[str, Callable[[], object]]]:
    """The steps after the environment is there, with the name of each."""
    environment = environments.controller(cell, run)
    variables = variables_for(environment)
    pytest: list[str | Path] = [environment / "bin" / "pytest", "-n", str(settings.workers), "-m", "not jobs"]
    pytest += ["-p", "no:cacheprovider"]
    if cell.target is not None:
        if settings.sanity:
            return
        files = _files(ON_TARGET_SHORT if settings.quick else ON_TARGET)
        python = str(environments.target(cell.target, run) / "bin" / "python")
        yield "functional", partial(run, [*pytest, *files], CHECKOUT, {**variables, "FUNCTIONAL_PYTHON": python})
        return
    if not settings.quick and not settings.sanity:
        ignored = [f"--ignore={path}" for path in NOT_OF_THE_CORE]
        yield "unit", partial(run, [*pytest, "tests/unit", *ignored], CHECKOUT, variables)
    if not settings.sanity:
        files = _files(REPRESENTATIVE) if settings.quick else [FUNCTIONAL]
        yield "functional", partial(run, [*pytest, *files], CHECKOUT, variables)
        own = [*pytest, *_files(REPRESENTATIVE)]
        yield "functional, own process", partial(run, own, CHECKOUT, {**variables, **OWN_PROCESS})
    copy = environment / "sanity" / "ansible_collections" / "community" / "scalingo"
    yield "copy for sanity", partial(_copy, copy)
    sanity: list[str | Path] = [environment / "bin" / "ansible-test", "sanity", "--local"]
    slow = ["--skip-test", SLOW_SANITY] if settings.quick and cell.core != settings.strictest else []
    yield "sanity", partial(run, [*sanity, "--python", text(cell.controller), *slow], copy, variables)
    if not settings.quick:
        every = [*sanity, "--test", "import", "--test", "compile"]
        yield "sanity, every Python", partial(run, every, copy, variables)


def _files(names: Sequence[str]) -> list[str]:
    return [f"{FUNCTIONAL}/{name}" for name in names]


def _copy(target: Path) -> None:
    """Copy what git knows or would add to where ansible-test wants it: into a git repository of the right path."""
    shutil.rmtree(target, ignore_errors=True)
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        # git also lists what it knows and what is deleted.
        if (CHECKOUT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(CHECKOUT / name, target / name)
    subprocess.run(["git", "init", "--quiet"], cwd=target, check=True)
