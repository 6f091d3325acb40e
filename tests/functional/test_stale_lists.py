# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An API that is slow to show what it did: nothing is created twice, and the last answer counts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from simulator import Simulator

from .assumptions import UP_TO_DATE
from .expect import CREATE, assert_ok, assert_refused, diff_of, outline
from .playbook import PlaybookRun, Story, connect, project

LAGGING: dict[str, dict[str, Any]] = {
    "lags-422": {**UP_TO_DATE, "list_lag": 1, "duplicate_status": 422},
    "lags-409": {**UP_TO_DATE, "list_lag": 1, "duplicate_status": 409},
}
SWITCHES = {**LAGGING, "two-defaults": {**UP_TO_DATE, "two_defaults": True}}


@pytest.fixture(scope="module")
def sims() -> Iterator[dict[str, Any]]:
    """One simulator for every way of being slow, each with an account of the same name."""
    with ExitStack() as stack:
        yield {name: stack.enter_context(Simulator(**switches)) for name, switches in SWITCHES.items()}


@pytest.fixture(scope="module")
def accounts(sims: dict[str, Any]) -> dict[str, Any]:
    return {name: sim.add_account(name) for name, sim in sims.items()}


@pytest.fixture(scope="module")
def run(sims: dict[str, Any], accounts: dict[str, Any], teller: Any) -> PlaybookRun:
    twice = [project("first", name="web"), project("second", name="web")]
    sims["two-defaults"].add_project(accounts["two-defaults"], "web")
    default = [project(rung, check=rung == "check", name="web", default=True) for rung in ("check", "run", "rerun")]
    tasks = {**dict.fromkeys(LAGGING, twice), "two-defaults": default}
    return teller([Story(name, tasks[name], connect(sim, accounts[name])) for name, sim in sims.items()])


@pytest.mark.parametrize("name", LAGGING)
def test_a_list_that_lags_behind_creates_nothing_twice(
    run: PlaybookRun,
    sims: dict[str, Any],
    accounts: dict[str, Any],
    name: str,
) -> None:
    first, second = run.of(name, "first"), run.of(name, "second")
    assert_ok(first, changed=True)
    assert outline(sims[name].projects(accounts[name])) == "*default web"
    assert sims[name].calls(name).count(CREATE) <= 2
    if second.failed:
        assert_refused(second, "web")
    else:
        assert_ok(second)
        assert second["project"] == first["project"]


def test_two_defaults_for_a_moment_end_as_one(
    run: PlaybookRun,
    sims: dict[str, Any],
    accounts: dict[str, Any],
) -> None:
    assert outline(sims["two-defaults"].projects(accounts["two-defaults"])) == "default *web"
    shown = diff_of(run.of("two-defaults", "run"))
    assert shown is not None
    assert (shown[0]["default_project"], shown[1]["default_project"]) == ("default", "web")
    assert diff_of(run.of("two-defaults", "check")) == shown
    assert_ok(run.of("two-defaults", "run"), changed=True)
    assert run.of("two-defaults", "run")["project"]["default"] is True
    assert_ok(run.of("two-defaults", "rerun"))
