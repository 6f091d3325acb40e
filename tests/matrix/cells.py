# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which cells there are, and which of them a machine runs."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from .table import CORES, DEVEL, DEVELOPMENT, TARGETS, Core, Python, text

MODULES = "modules"


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
        if self.target is None:
            return f"{self.core.name}/{text(self.controller)}"
        return f"{MODULES}/{text(self.target)}"

    def is_one_of(self, wanted: Collection[str]) -> bool:
        return any(wish in (self.name, self.name.partition("/")[0]) for wish in wanted)


@dataclass(frozen=True)
class Plan:
    """What is run, and what is not, with the reason."""

    cells: tuple[Cell, ...]
    left_out: tuple[str, ...]


def all_cells() -> tuple[Cell, ...]:
    """The whole matrix, as the forge runs it."""
    cores = tuple(Cell(core, controller) for core in CORES for controller in core.controllers)
    newest = [[core for core in CORES if target in core.targets][-1] for target in TARGETS]
    return (*cores, *(Cell(core, core.controllers[-1], target) for core, target in zip(newest, TARGETS)))


def plan(present: Collection[Python], only: Collection[str] = (), every_python: bool = False) -> Plan:
    """Choose the cells for a machine with these Pythons.

    Of the Pythons that an ansible-core takes the newest is enough, unless `every_python` or the exact name of a cell
    asks for more.
    """
    cells: list[Cell] = []
    left_out: list[str] = []
    # The development branch is no part of what is promised, so it has to be asked for.
    for core in (*CORES, *([DEVELOPMENT] if DEVEL in {wish.partition("/")[0] for wish in only} else [])):
        candidates = [Cell(core, controller) for controller in core.controllers]
        candidates = [cell for cell in candidates if not only or cell.is_one_of(only)]
        there = [cell for cell in candidates if cell.controller in present]
        chosen = [cell for cell in there if every_python or cell.name in only] or there[-1:]
        cells += chosen
        for cell in candidates:
            if cell not in there:
                left_out.append(f"{cell.name}: {_lacks(cell.controller)}")
            elif cell not in chosen:
                left_out.append(f"{cell.name}: {chosen[-1].name} stands for it; --every-python runs both")
    for target in TARGETS:
        found = _modules(target, present)
        if isinstance(found, Cell):
            cells += [found] if not only or found.is_one_of(only) else []
        elif not only or {MODULES, f"{MODULES}/{text(target)}"} & set(only):
            left_out.append(f"{MODULES}/{text(target)}: {found}")
    return Plan(tuple(cells), tuple(left_out))


def _modules(target: Python, present: Collection[Python]) -> Cell | str:
    """The cell for the modules on a Python, or why there is none: the newest ansible-core that both sides can run."""
    if target not in present:
        return _lacks(target)
    taking = [core for core in CORES if target in core.targets]
    for core in reversed(taking):
        controllers = [one for one in core.controllers if one in present]
        if controllers:
            return Cell(core, controllers[-1], target)
    names = ", ".join(core.name for core in taking)
    return f"this machine has no Python to run an ansible-core on that takes it ({names})"


def _lacks(version: Python) -> str:
    return f"no Python {text(version)} here that starts; MATRIX_PATH can name a folder that has one"
