# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of projects: any list, what it costs, and lists of the API that lag behind.

Every situation is in test_projects_table.py, every value of a switch in test_any_api.py, and every fault in
robustness/.
"""

from __future__ import annotations

import random
from typing import Any

import pytest
from simulator import Simulator

from .assumptions import COUNTED, UP_TO_DATE
from .expect import CREATE, EXCHANGE, LIST, assert_ok, disagreements, outline, written
from .table import Account, assert_outcomes

# Writes are counted, and every list is run a second time at once.
ASSUMED = COUNTED

ANIMALS = ("ant", "bee", "cat", "dog", "elk")
LISTS = 40
PATIENCE = 20  # the seconds that a task may wait for an API that limits it, or whose lists lag behind
NEW = "api, shop, web"
FIVE = "*default web tools old kept spare"


def _list(lot: random.Random, existing: list[str]) -> list[str]:
    """A list, seldom one that is a mistake by itself."""
    targets = lot.sample(ANIMALS, len(ANIMALS))  # no name is wanted twice
    items = []
    for name in lot.sample(ANIMALS, lot.randint(1, 4)):
        by_id = name in existing and lot.random() < 0.4
        item, absent = (f"project_id=${name}", f"project_id=${name} state=absent") if by_id else (name, f"-{name}")
        if lot.random() < 0.3:
            item = absent
        elif name in existing and lot.random() < 0.6:
            item += f" name={targets.pop()}" if by_id else f">{targets.pop()}"
        elif not by_id and lot.random() < 0.05:
            item += f">{lot.choice(ANIMALS)}"
        if item != absent and lot.random() < 0.3:
            item += lot.choice([" default=true"] * 9 + [" default=false"])
        items.append(item)
    return items + [lot.choice(ANIMALS)] * (lot.random() < 0.2)


@pytest.mark.parametrize("seed", range(LISTS))
def test_any_list_is_done_whole_or_not_begun_and_its_order_means_nothing(sim: Any, seed: int) -> None:
    lot = random.Random(seed)
    existing = lot.sample(ANIMALS, lot.randint(1, 4))
    items = _list(lot, existing)
    first, other = (Account(sim, f"*{' '.join(existing)}") for _each in range(2))
    climbed = first.climb(f"{', '.join(items)},", max_wait=0)
    if climbed.run.failed:
        assert climbed.sent == [] and not climbed.run.changed
        assert climbed.steps["check"].msg == climbed.run.msg
    else:
        assert_outcomes(first, climbed)
        assert len(climbed.sent) == len(written(climbed.run)), "one write for each item"
    reversed_run = other.task(f"{', '.join(items[::-1])},", max_wait=0)
    assert (reversed_run.failed, reversed_run.changed) == (climbed.run.failed, climbed.run.changed), reversed_run.msg
    assert other.state == first.state


@pytest.mark.parametrize("count", [0, 25])
@pytest.mark.parametrize("by", ["api_token", "bearer_token"])
def test_n_projects_cost_n_and_one_requests_and_then_one(sim: Any, count: int, by: str) -> None:
    sim.set(limit_projects=30)
    account = Account(sim, "*default")
    own = {"api_token": "", "bearer_token": account.me.bearer()} if by == "bearer_token" else {}
    exchange = [EXCHANGE] if by == "api_token" else []
    items = [{"name": f"web-{number}"} for number in range(count)]
    for check, requests in ((True, 0), (False, count), (False, 0)):
        sim.clear_requests()
        result = account.projects(items, check, **own)
        assert_ok(result, changed=requests > 0 or (check and count > 0))
        assert account.calls() == [*exchange, LIST, *([CREATE] * requests)]
    assert len(account.held) == count + 1
    assert outline(result["unlisted"]) == "*default"


@pytest.mark.parametrize("status", [409, 422])
def test_a_list_that_lags_behind_creates_nothing_twice(status: int) -> None:
    with Simulator(list_lag=2, duplicate_status=status, two_defaults=False) as sim:
        account = Account(sim, "*default")
        sim.fault("drop_after", method="POST", path="/v1/projects", skip=1)
        first = account.task(NEW, max_wait=PATIENCE)
        second = account.task("api", max_wait=PATIENCE)
        assert len(account.held) == len({one["name"] for one in account.held.values()})
        assert set(written(first)) <= {one["name"] for one in account.held.values()}
        assert not second.changed
        assert second.failed or second["project"] in account.held.values()


@pytest.mark.parametrize("task", ["default, web default=true", "web default=true, default>site", "main default=true,"])
@pytest.mark.parametrize("switches", [{"two_defaults": 5}, {**UP_TO_DATE, "list_lag": 2}], ids=str)
def test_the_result_knows_one_default_project(switches: dict[str, Any], task: str) -> None:
    with Simulator(**switches) as sim:
        account = Account(sim, FIVE)
        check, run = (account.task(task, check, max_wait=PATIENCE) for check in (True, False))
        assert_ok(run, changed=True)
        assert disagreements(check, run) == []
        assert [one["default"] for one in run["projects"] + run["unlisted"]].count(True) == 1
