# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes whose answers are lost: settled by reading back, and nothing is done twice."""

from __future__ import annotations

from typing import Any

import pytest
from simulator import Simulator

from .assumptions import UP_TO_DATE
from .expect import assert_ok, assert_refused, outline, told, writes, written
from .playbook import bulk

# A list that failed is run again at once.
ASSUMED = UP_TO_DATE

NEW = [{"name": name} for name in ("api", "shop", "web")]


def _account(sim: Any, name: str, *projects: str) -> Any:
    me = sim.add_account(name)
    for one in projects:
        sim.add_project(me, one)
    return me


# The requests whose answers are lost, and how: method, kind of fault, how many pass before.
LOST = [
    (m, kind, skip) for m in ("POST", "PATCH", "DELETE") for kind in ("drop_after", "drop_before") for skip in (0, 1)
]


@pytest.mark.parametrize(("method", "kind", "skip"), LOST)
def test_a_lost_answer_is_settled_by_reading_back(sim: Any, method: str, kind: str, skip: int) -> None:
    me = _account(sim, f"lost-{method}-{kind}-{skip}", "old", "older", "tool", "web")
    sim.fault(kind, method=method, path="/v1/projects*", account=me, skip=skip)
    items = [
        {"name": "api"},
        {"name": "old", "state": "absent"},
        {"name": "web", "new_name": "site"},
        {"name": "older", "state": "absent"},
        {"name": "main"},
        {"name": "tool", "new_name": "tools"},
    ]
    result = bulk(sim, me, items, max_wait=30)
    assert_ok(result, changed=True)
    assert told(result) == "api create, old delete, site update, older delete, main create, tools update"
    assert outline(sim.projects(me)) == "api *default main site tools"
    held = {one["name"]: one for one in sim.projects(me)}
    assert result["projects"] == [held[name] for name in ("api", "site", "main", "tools")]
    assert len(writes(sim.calls(me))) <= len(items) + 1


def test_a_default_whose_answer_is_lost_is_settled(sim: Any) -> None:
    me = _account(sim, "lost-default", "web")
    sim.fault("drop_after", method="PATCH", path="/v1/projects/*", account=me)
    result = bulk(sim, me, [{"name": "default", "state": "absent"}, {"name": "web", "default": True}], max_wait=30)
    assert_ok(result, changed=True)
    assert outline(sim.projects(me)) == "*web"


@pytest.mark.parametrize("duplicate_status", [409, 422])
@pytest.mark.parametrize("lag", [1, 2])
def test_a_lost_answer_and_a_list_that_lags_behind_create_nothing_twice(lag: int, duplicate_status: int) -> None:
    with Simulator(list_lag=lag, duplicate_status=duplicate_status) as sim:
        me = sim.add_account("mireille")
        sim.fault("drop_after", method="POST", path="/v1/projects", skip=1)
        result = bulk(sim, me, NEW, max_wait=20)
        held = {one["name"]: one["id"] for one in sim.projects(me)}
        assert len(held) == len(sim.projects(me))
        if result.failed:
            assert_refused(result, "api", "shop", "web")
            assert set(written(result)) <= set(held)
        else:
            assert_ok(result, changed=True)
            assert [one["project"]["id"] for one in result["outcomes"]] == [held[one["name"]] for one in NEW]


@pytest.mark.parametrize("kind", ["drop_after", "truncate", "garbage"])
def test_answers_that_are_lost_for_ever_create_nothing_twice(sim: Any, kind: str) -> None:
    me = _account(sim, f"for-ever-{kind}")
    sim.fault(kind, method="POST", path="/v1/projects", times=None, account=me)
    result = bulk(sim, me, NEW, max_wait=0)
    held = [one["name"] for one in sim.projects(me)]
    assert len(held) == len(set(held))
    if result.failed:
        assert_refused(result, "api", "shop", "web")
        assert set(written(result)) <= set(held)
    else:
        assert written(result) == [one["name"] for one in NEW]
    sim.clear_faults()
    again = bulk(sim, me, NEW, max_wait=0)
    assert not again.failed
    assert outline(sim.projects(me)) == "api *default shop web"
