# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks of the transfer modules for a playbook, and cells of the grid as hosts of it."""

from __future__ import annotations

from typing import Any

from .expect import per_task
from .playbook import COLLECTION, PlaybookRun, Story, connect
from .transfer_grid import GridCell, Told
from .transfer_process import Party, party


def _task(module: str, name: str, check: bool, register: str | None, arguments: dict[str, Any]) -> dict[str, Any]:
    task: dict[str, Any] = {"name": name, f"{COLLECTION}.{module}": arguments}
    if check:
        task["check_mode"] = True
    if register:
        task["register"] = register
    return task


def transfer_task(
    name: str = "run", /, check: bool = False, register: str | None = None, **arguments: Any
) -> dict[str, Any]:
    """A task that calls scalingo_project_transfer."""
    return _task("scalingo_project_transfer", name, check, register, {"wait_timeout": 0, **arguments})


def transfers_task(name: str = "run", /, check: bool = False, **arguments: Any) -> dict[str, Any]:
    """A task that calls scalingo_project_transfers."""
    return _task("scalingo_project_transfers", name, check, None, arguments)


def collaborator_task(name: str = "run", /, check: bool = False, **arguments: Any) -> dict[str, Any]:
    """A task that calls scalingo_project_collaborator."""
    return _task("scalingo_project_collaborator", name, check, None, arguments)


def info_task(name: str = "run", /, check: bool = False, **arguments: Any) -> dict[str, Any]:
    """A task that calls scalingo_project_transfer_info."""
    return _task("scalingo_project_transfer_info", name, check, None, arguments)


class Hosts:
    """Cells of the grid, each a host of its own with the account of the actor."""

    def __init__(self, sim: Any, cells: tuple[GridCell, ...]) -> None:
        self._sim = sim
        self._parties = [(cell, party(sim, cell.past)) for cell in cells]
        self._before = {cell.name: one.state for cell, one in self._parties}

    @property
    def stories(self) -> list[Story]:
        return [
            Story(
                _host(one, cell),
                [transfer_task(step, check="check" in step, **cell.options(one, by_name=False)) for step in cell.steps],
                connect(self._sim, one.actor(cell.actor)),
            )
            for cell, one in self._parties
        ]

    def told(self, run: PlaybookRun) -> dict[str, Told]:
        """The cells after the run; what the project was like between their steps is not known."""
        return {cell.name: self._told(cell, one, run) for cell, one in self._parties}

    def _told(self, cell: GridCell, one: Party, run: PlaybookRun) -> Told:
        before, after = self._before[cell.name], one.state
        calls = per_task(one.calls(cell.actor))
        assert len(calls) == len(cell.steps), f"{cell.name}: not one token exchange a task"
        return Told(
            cell,
            one,
            steps={step: run.of(_host(one, cell), step) for step in cell.steps},
            calls=dict(zip(cell.steps, calls, strict=True)),
            states={"before": before, "check": before, "run": after, "rerun": after, "check again": after},
            writes=tuple(one.writes(cell.actor)),
        )


def _host(one: Party, cell: GridCell) -> str:
    return str(one.actor(cell.actor).username)
