# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who the caller is, where the bearer does not tell: asked at the API, and only where the answer depends on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from simulator import Simulator

from .assumptions import COUNTED
from .expect import CREATE, EXCHANGE, LIST, assert_ok, assert_refused, outline, per_task
from .playbook import PlaybookRun, Story, connect, project

SELF = "GET auth /v1/users/self"


@pytest.fixture(scope="module")
def sim() -> Iterator[Any]:
    """Bearers that cannot be read, a list that also shows projects of others, and one host that says who one is.

    That host shows the flags of a user, so a prediction has them, whether or not the owner of a project has.
    """
    switches = {
        **COUNTED,
        "uuid_claim": "opaque",
        "list_collaborations": True,
        "self_hosts": "auth",
        "show_flags": True,
    }
    with Simulator(**switches) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def accounts(sim: Any) -> dict[str, Any]:
    accounts = {name: sim.add_account(name) for name in ("plain", "owner", "guest", "friend")}
    shared = sim.add_project(accounts["friend"], "shared")["id"]
    sim.add_application(shared, "shared-app", collaborators=[accounts["guest"]])
    return accounts


@pytest.fixture(scope="module")
def run(sim: Any, accounts: dict[str, Any], teller: Any) -> PlaybookRun:
    return teller(
        [
            Story(
                "plain",
                [
                    project("exists", name="default"),
                    project("delete", name="web", state="absent"),
                    project("create", name="web"),
                    project("rename", name="web", new_name="site"),
                ],
                connect(sim, accounts["plain"]),
            ),
            Story(
                "owner",
                [project("check", check=True, name="web", owner="owner"), project("create", name="web", owner="owner")],
                connect(sim, accounts["owner"]),
            ),
            Story(
                "guest",
                [
                    project("rename", check=True, name="shared", new_name="mine"),
                    project("create", name="api", owner="friend"),
                ],
                connect(sim, accounts["guest"]),
            ),
        ]
    )


def test_nobody_asks_where_it_does_not_matter(run: PlaybookRun, sim: Any) -> None:
    assert not any(result.failed for result in run.all_of("plain"))
    exists, delete, create, rename = per_task(sim.calls("plain"))
    assert exists == delete == [LIST]
    assert create == [LIST, CREATE]
    assert [call.split()[0] for call in rename] == ["GET", "PATCH"]


def test_an_owner_may_be_oneself(run: PlaybookRun, sim: Any, accounts: dict[str, Any]) -> None:
    check, create = run.of("owner", "check"), run.of("owner", "create")
    assert_ok(check, changed=True)
    assert_ok(create, changed=True)
    assert check["project"]["owner"] == create["project"]["owner"]
    assert outline(sim.projects(accounts["owner"])) == "*default web"
    assert sim.calls("owner").count(EXCHANGE) == 2
    assert all(calls.count(SELF) <= 1 for calls in per_task(sim.calls("owner")))


def test_an_owner_may_not_be_somebody_else(run: PlaybookRun, sim: Any, accounts: dict[str, Any]) -> None:
    assert_refused(run.of("guest", "rename"), "shared", "friend")
    assert_refused(run.of("guest", "create"), "api", "friend")
    assert outline(sim.projects(accounts["friend"])) == "*default shared"
    assert outline(sim.projects(accounts["guest"])) == "*default"
