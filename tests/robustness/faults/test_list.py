# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A list of projects in whose middle something goes wrong: each item tells what was done, and the rest is done later.

The answers that get lost at other places of a list are in tests/functional/test_projects.py.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from functional.expect import assert_one_sentence, outline
from simulator import Simulator

from ..module_process import ModuleRun, run_module
from .cells import PAUSES, SHORT_WAIT, wait_for_the_server
from .demands import is_uncertain
from .kinds import FAULTS, TIMEOUT

ITEMS = [{"name": "api"}, {"name": "web", "new_name": "site"}, {"name": "old", "state": "absent"}]
DONE = ["create", "update", "delete"]
LASTING = [name for name, fault in FAULTS.items() if fault.kind is not None]


def arrange(sim: Any) -> Any:
    me = sim.add_account("mireille")
    for name in ("web", "old"):
        sim.add_project(me, name)
    return me


def run(sim: Any, me: Any, max_wait: float) -> ModuleRun:
    connection = {"api_url": sim.api_url, "auth_url": sim.auth_url, "api_token": me.api_token}
    return run_module("scalingo_projects", {"projects": ITEMS, "timeout": TIMEOUT, "max_wait": max_wait, **connection})


def play(fault: str) -> tuple[ModuleRun, str, list[str], ModuleRun, str]:
    """The run that the fault never leaves, what the account is then, what was sent; and the same when it is over."""
    with Simulator() as sim:
        me = arrange(sim)
        sim.fault(FAULTS[fault].kind, "PATCH", "/v1/projects/*", None, **FAULTS[fault].details)
        first = run(sim, me, SHORT_WAIT)
        wait_for_the_server(sim)
        account, calls = outline(sim.projects(me)), sim.calls()
        sim.clear_faults()
        return first, account, calls, run(sim, me, PAUSES), outline(sim.projects(me))


@pytest.fixture(scope="module")
def played() -> dict[str, Any]:
    with ThreadPoolExecutor(len(LASTING)) as pool:
        return dict(zip(LASTING, pool.map(play, LASTING)))


@pytest.mark.parametrize("fault", LASTING)
def test_a_fault_in_the_middle_of_a_list(played: dict[str, Any], fault: str) -> None:
    first, account, calls, second, finally_ = played[fault]
    late = FAULTS[fault].works is None
    assert not first.crashed and not second.crashed
    actions = [one["action"] for one in first.result["outcomes"]]
    assert [one["changed"] for one in first.result["outcomes"]] == [action != "none" for action in actions]
    assert first.changed, "the first item was done"
    assert calls.count("POST /v1/projects") == 1
    if first.failed:
        assert_one_sentence(first.msg)
        assert all(word in first.msg for word in ("web", "site"))
        assert FAULTS[fault].is_told(first.result["outcomes"][1]), first.result
        assert is_uncertain(first) is not FAULTS[fault].harmless, first.msg
        assert actions == ["create", "none", "none"]
        # What was late is done when nobody waits for it any more.
        assert account == f"api *default old {'site' if late else 'web'}"
    else:
        assert FAULTS[fault].works is not False
        assert actions == DONE
        assert account == "api *default site"
    assert not second.failed
    assert second.changed is first.failed
    left = ["none", "none" if late else "update", "delete"] if first.failed else ["none"] * 3
    assert [one["action"] for one in second.result["outcomes"]] == left
    assert finally_ == "api *default site"
