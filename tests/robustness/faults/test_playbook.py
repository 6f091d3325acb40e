# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Samples through ansible-playbook: it agrees with the table, a check writes nothing, and the lookup heals as well."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from functional.expect import assert_one_sentence
from functional.playbook import PlaybookRun, Story, TaskResult, show, tell
from simulator import Simulator

from .account import Scene, scene
from .cells import PAUSES, SHORT_WAIT, Cell
from .demands import shape
from .kinds import FAULTS, TIMEOUT
from .operations import API, OPERATIONS
from .played import CellRunner

# Every operation with another fault than its neighbours, so that all faults have their turn.
PASSING = [name for name, fault in FAULTS.items() if fault.kind is not None and not fault.writes_only]
SAMPLE = tuple(
    [Cell(operation, PASSING[place % len(PASSING)]) for place, operation in enumerate(OPERATIONS)]
    + [Cell(name, "503_empty", "for_ever") for name, each in OPERATIONS.items() if each.write]
    + [Cell(name, "dropped_before_the_work", "for_ever", check=True) for name, each in OPERATIONS.items() if each.write]
)
LOOKUPS = {name: SHORT_WAIT if name == "refused" else FAULTS[name].costs + PAUSES for name in ("refused", *PASSING)}


def play(folder: Path, scenes: dict[str, Scene], tasks: dict[str, dict[str, Any]]) -> PlaybookRun:
    return tell(folder / "playbook", [Story(name, [tasks[name]]) for name in scenes])


def agrees(result: TaskResult, cell: Cell, played: CellRunner) -> bool:
    run = played.of(cell).run
    told = (result.failed, result.changed, shape(result.get("diff") or None))
    return told == (run.failed, run.changed, shape(run.result.get("diff") or None))


@pytest.mark.parametrize("cells", [SAMPLE], ids=["sample"])
def test_ansible_playbook_agrees_with_the_table(cells: tuple[Cell, ...], played: CellRunner, tmp_path: Path) -> None:
    with ExitStack() as stack:
        scenes, tasks = {}, {}
        for cell in cells:
            one = scene(stack.enter_context(Simulator(**cell.act.switches)), cell.act)
            times = None if cell.often == "for_ever" else 1
            assert cell.hit.kind is not None
            one.sim.fault(
                cell.hit.kind, cell.method, one.told(cell.path), times, host=cell.act.host, **cell.hit.details
            )
            call = one.task(cell.act, timeout=TIMEOUT, max_wait=cell.max_wait)
            scenes[cell.name] = one
            tasks[cell.name] = {
                "name": cell.name,
                f"community.scalingo.{cell.act.module}": call,
                "check_mode": cell.check or cell.act.check,
                "no_log": cell.operation == "login",
            }
        run = play(tmp_path, scenes, tasks)
        states = {cell: scenes[cell.name].state() for cell in cells}
        hit = {cell: any(each.fault for each in scenes[cell.name].sim.requests) for cell in cells}
        assert all(hit.values()), hit
    assert "Traceback" not in run.output
    for cell in cells:
        result = run.of(cell.name)
        if cell.operation != "login":  # of which Ansible shows nothing
            assert agrees(result, cell, played), f"{cell.name}: {result.values}"
        assert result.failed is (cell.often == "for_ever")
        assert states[cell] == played.of(cell).after
        if result.failed:
            assert cell.hit.is_told(result.values), result.msg
        if cell.check:
            assert states[cell] == played.undisturbed(cell).before


def test_the_lookup_heals_or_says_why_not(tmp_path: Path) -> None:
    with ExitStack() as stack:
        scenes, tasks = {}, {}
        for name, max_wait in LOOKUPS.items():
            one = scene(stack.enter_context(Simulator()), OPERATIONS["list"])
            kind = FAULTS[name].kind
            if kind is None:
                one.sim.close(API)
            else:
                one.sim.fault(kind, "GET", "/v1/projects", **FAULTS[name].details)
            connection = {
                "api_token": one.accounts["owner"].api_token,
                "api_url": one.sim.api_url,
                "auth_url": one.sim.auth_url,
                "timeout": TIMEOUT,
                "max_wait": max_wait,
            }
            options = ", ".join(f"{key}={value!r}" for key, value in connection.items())
            scenes[name] = one
            tasks[name] = show(f"query('community.scalingo.project_info', 'web', {options}) | map(attribute='id')")
        run = play(tmp_path, scenes, tasks)
        faults = {name: one.sim.faults for name, one in scenes.items()}
    assert "Traceback" not in run.output
    refused = run.of("refused")
    assert refused.failed
    assert_one_sentence(refused.msg)
    for name in PASSING:
        assert faults[name] == [], "the fault did not hit"
        assert not run.of(name).failed, f"{name}: {run.of(name).msg}"
        assert run.of(name)["msg"] == [scenes[name].ids["web"]]
