# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks that write several times and are killed at any of their writes: run again, they do the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from ..module_process import ModuleRun, run_module
from ..operations import (
    BOTH,
    COLLABORATOR,
    EMAIL,
    LIST_OF_BOTH,
    OPERATIONS,
    PERSON,
    PROJECTS,
    TOKEN,
    TRANSFER,
    TRANSFERS,
    Operation,
    arrange,
    is_write,
    state,
    task,
)


def run(sim: Any, operation: Operation, **how: Any) -> ModuleRun:
    return run_module(operation.module, task(sim, operation, timeout=60), **how)


# Each writes several times, and what it wants can be reached from the middle.
LONG_TASKS: Mapping[str, Operation] = {
    "projects": OPERATIONS["update_in_list"],
    "transfer by ID": Operation(TRANSFER, BOTH, "*", "*"),
    "transfer by name": Operation(
        TRANSFER, {"project_name": "web", "state": "accepted", "new_owner_api_token": TOKEN}, "*", "*"
    ),
    "transfers": Operation(
        TRANSFERS, {"transfers": [*LIST_OF_BOTH, {**LIST_OF_BOTH[0], "project_name": "old"}]}, "*", "*"
    ),
    "add a person": Operation(COLLABORATOR, {**PERSON, "collaborator_api_token": TOKEN}, "*", "*", role=None),
    "raise and add a person": Operation(
        COLLABORATOR, {**PERSON, "collaborator_api_token": TOKEN}, "*", "*", role="pending_limited"
    ),
    "remove a person": Operation(
        COLLABORATOR, {"project_name": "web", "email": EMAIL, "state": "absent"}, "*", "*", role="pending"
    ),
}


@pytest.mark.parametrize("operation", LONG_TASKS.values(), ids=LONG_TASKS)
def test_a_task_that_is_killed_at_a_write_goes_on_when_run_again(sim: Any, operation: Operation) -> None:
    prepare(sim, operation)
    assert not run(sim, operation).failed
    places = [place for place, one in enumerate(sim.requests) if is_write(one.method, one.path)]
    whole, wanted = state(sim), writes(sim.requests)
    assert len(places) >= 2
    for place in places:
        for done in (False, True):
            prepare(sim, operation)
            let_it_hang(sim, place, done)
            killed = run(sim, operation, doomed=lambda: any(one.fault for one in sim.requests))
            assert (killed.exitcode or 0) < 0, "it ended before it was killed"
            sim.clear_faults()
            again = run(sim, operation)
            assert not again.crashed and not again.failed, again.msg
            assert state(sim) == whole
            assert writes(sim.requests) == wanted, "not each once"


def prepare(sim: Any, operation: Operation) -> None:
    arrange(sim, operation)
    for name in ("old-web", "web-data") if operation.module != PROJECTS else ():
        sim.add_application(f"prj-{name.split('-', maxsplit=1)[0]}", name, databases=name == "web-data")
        if operation.role in ("pending", "collaborator"):
            sim.set_collaborator(name, "tomasz")


def let_it_hang(sim: Any, place: int, done: bool) -> None:
    """Let no response come to a request that is carried out; or lose it, and let no response come to the next."""
    if done:
        sim.fault("slow", skip=place, seconds=60, work_first=True)
    else:
        sim.fault("drop_before", skip=place)
        sim.fault("slow", skip=place, times=None, seconds=60)


def writes(requests: Iterable[Any]) -> list[str]:
    """Return the writes that were carried out, without the IDs that differ from run to run."""
    calls = [one.call for one in requests if is_write(one.method, one.path) and one.status is not None]
    return sorted("/".join("ID" if len(part) > 20 else part for part in call.split("/")) for call in calls)
