# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The support matrix as data: every ansible-core, and the Pythons that it takes; and the choice of its cells.

The forge workflows and the README are held to this table by tests/unit/test_workflow.py, and the table to what
ansible-test of each ansible-core says by the first step of every cell.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

Python = tuple[int, int]

DEVEL = "devel"
DEVEL_ARCHIVE = "https://github.com/ansible/ansible/archive/devel.tar.gz"
MODULES = "modules"


def _pythons(first: int, last: int) -> tuple[Python, ...]:
    return tuple((3, minor) for minor in range(first, last + 1))


def text(version: Python) -> str:
    return f"{version[0]}.{version[1]}"


# What modules run on, as the README promises: Python 3.8 to 3.14.
TARGETS = _pythons(8, 14)


@dataclass(frozen=True)
class Core:
    """A release of ansible-core.

    Attributes:
        name: As in "2.19".
        controllers: The Pythons that it runs on itself.
        targets: The Pythons that its modules run on, as far as this collection serves them.
    """

    name: str
    controllers: tuple[Python, ...]
    targets: tuple[Python, ...]

    @property
    def requirement(self) -> str:
        """What pip has to be asked for."""
        return f"ansible-core @ {DEVEL_ARCHIVE}" if self.name == DEVEL else f"ansible-core ~={self.name}.0"


CORES = (
    Core("2.16", _pythons(10, 12), _pythons(8, 12)),
    Core("2.17", _pythons(10, 12), _pythons(8, 12)),
    Core("2.18", _pythons(11, 13), _pythons(8, 13)),
    Core("2.19", _pythons(11, 13), _pythons(8, 13)),
    Core("2.20", _pythons(12, 14), _pythons(9, 14)),
    Core("2.21", _pythons(12, 14), _pythons(9, 14)),
)
# The development branch: tried every night, but not promised. Its Pythons change without notice, so the newest is
# taken, and nothing is held against this line.
DEVELOPMENT = Core(DEVEL, _pythons(13, 14), _pythons(9, 14))


@dataclass(frozen=True)
class Cell:
    """One thing to try: an ansible-core on a Python, or the modules on another one.

    Attributes:
        core: The ansible-core.
        controller: The Python that it runs on.
        target: What the modules run on, where that is another Python.
    """

    core: Core
    controller: Python
    target: Python | None = None

    @property
    def name(self) -> str:
        """As one gives it to --only: "2.19/3.13", or "modules/3.8"."""
        return f"{MODULES}/{text(self.target)}" if self.target else f"{self.core.name}/{text(self.controller)}"

    def __str__(self) -> str:
        core = f"ansible-core {self.core.name} on Python {text(self.controller)}"
        return f"modules on Python {text(self.target)}, with {core}" if self.target else core


def all_cells() -> list[Cell]:
    """The whole matrix, as the forge runs it."""
    cores = [Cell(core, controller) for core in CORES for controller in core.controllers]
    newest = [[core for core in CORES if target in core.targets][-1] for target in TARGETS]
    return [*cores, *(Cell(core, core.controllers[-1], target) for core, target in zip(newest, TARGETS))]


def plan(present: Collection[Python], only: Collection[str] = ()) -> tuple[list[Cell], list[str]]:
    """Choose the cells for a machine with these Pythons, and say of each other one why it is left out.

    Of the Pythons that an ansible-core takes the newest is enough, unless the exact name of a cell asks for more.
    """
    cells: list[Cell] = []
    left_out: list[str] = []
    # The development branch is not promised, so it has to be asked for.
    for core in (*CORES, *([DEVELOPMENT] if any(name.startswith(DEVEL) for name in only) else [])):
        asked = [one for one in core.controllers if not only or {core.name, Cell(core, one).name} & set(only)]
        there = [one for one in asked if one in present]
        chosen = [one for one in there if Cell(core, one).name in only] or there[-1:]
        cells += [Cell(core, one) for one in chosen]
        for one in asked:
            if one not in chosen:
                why = f"{core.name}/{text(chosen[-1])} stands for it" if one in there else _lacks(one)
                left_out.append(f"{core.name}/{text(one)}: {why}")
    for target in TARGETS:
        name = f"{MODULES}/{text(target)}"
        if only and not {MODULES, name} & set(only):
            continue
        # With the newest ansible-core that both sides can run.
        pairs = [(core, one) for core in CORES if target in core.targets for one in core.controllers if one in present]
        if target in present and pairs:
            cells.append(Cell(*pairs[-1], target))
        else:
            why = "no Python here for an ansible-core that takes it" if target in present else _lacks(target)
            left_out.append(f"{name}: {why}")
    return cells, left_out


def _lacks(version: Python) -> str:
    return f"no Python {text(version)} here that starts; MATRIX_PATH can name a directory that has one"


def listing() -> dict[str, list[dict[str, str]]]:
    """The matrix for a forge: what each job installs, and the cell that it runs."""
    cells: dict[str, list[dict[str, str]]] = {"cores": [], "modules": [], "development": []}
    for cell in (*all_cells(), Cell(DEVELOPMENT, DEVELOPMENT.controllers[-1])):
        kind = "modules" if cell.target else "cores" if cell.core in CORES else "development"
        # Each once; setup-python makes the last one the default.
        pythons = dict.fromkeys([text(cell.target or cell.controller), text(cell.controller)])
        cells[kind].append({"cell": cell.name, "pythons": "\n".join(pythons)})
    return cells
