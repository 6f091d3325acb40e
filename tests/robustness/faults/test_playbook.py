# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Samples of the table through ansible-playbook, with the lookup, which heals as well."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from functional.playbook import Story, connect, show, tell
from simulator import Simulator

from ..operations import OPERATIONS, WRITES, account, arrange, secrets, state, task
from .cells import PAUSES, Cell
from .kinds import FAULTS, TIMEOUT

# Every other operation, so that each module is among them, with another fault than its neighbors.
PASSING = [name for name, fault in FAULTS.items() if fault.kind is not None and not fault.writes_only]
SAMPLE = tuple(
    [Cell(operation, PASSING[place % len(PASSING)]) for place, operation in enumerate([*OPERATIONS][1::2])]
    + [Cell(name, "503_empty", "for_ever") for name in WRITES[::2]]
    + [Cell(name, "dropped_before_the_work", "for_ever", check=True) for name in WRITES[::4]]
)
LOOKUPS = ("dropped_before_the_work", "503_empty", "429_with_retry_after")
LOOKUP = "query('community.scalingo.project_info', 'web', **scalingo)[0].id"


def test_ansible_playbook_heals_and_tells_like_the_table(tmp_path: Path) -> None:
    with ExitStack() as stack:
        sims = {cell: stack.enter_context(Simulator()) for cell in SAMPLE}
        stories, before = [], {}
        for cell, sim in sims.items():
            arrange(sim, cell.act)
            before[cell] = state(sim)
            assert cell.hit.kind is not None
            times = None if cell.often == "for_ever" else 1
            sim.fault(cell.hit.kind, times=times, **cell.request, **cell.hit.details)
            options = task(sim, cell.act, timeout=TIMEOUT, max_wait=cell.max_wait)
            call = {f"community.scalingo.{cell.act.module}": options, "check_mode": cell.check}
            stories.append(Story(cell.name, [{"name": cell.name, **call, "no_log": cell.operation == "login"}]))
        for fault in LOOKUPS:
            sim = stack.enter_context(Simulator())
            arrange(sim, OPERATIONS["list"])
            sim.fault(str(FAULTS[fault].kind), "GET", "/v1/projects", **FAULTS[fault].details)
            options = {**connect(sim, account(sim, "mireille")), "timeout": TIMEOUT, "max_wait": PAUSES}
            stories.append(Story(f"lookup-{fault}", [show(LOOKUP)], options))
        run = tell(tmp_path / "playbook", stories)
        states = {cell: state(sim) for cell, sim in sims.items()}
        assert all(any(each.fault for each in sim.requests) for sim in sims.values())
        found = [name for sim in sims.values() for name, text in secrets(sim).items() if text in run.output]
    assert found == [] and "Traceback" not in run.output
    assert [run.of(f"lookup-{fault}").get("msg") for fault in LOOKUPS] == ["prj-web"] * len(LOOKUPS)
    for cell in SAMPLE:
        result, wrote = run.of(cell.name), states[cell] != before[cell]
        assert result.failed is (cell.often == "for_ever"), (cell, result.msg)
        assert result.changed is wrote, cell
        assert wrote or result.failed or not cell.write, cell
        if result.failed:
            assert cell.hit.is_told(result.values), result.msg
