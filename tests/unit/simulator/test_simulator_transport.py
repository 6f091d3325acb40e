# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server itself: HTTP, pages, common headers, the gate, and the end."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from scene import Client, Scene, outcome
from simulator import Simulator


@pytest.mark.parametrize("page", ["0", "-1", "x", "", "²", "9" * 30])
def test_bad_page_is_rejected(scene: Scene, page: str) -> None:
    scene.sim.set(page_size=2)
    assert outcome(scene.me.get("/v1/projects", page=page)) == (400, {"error": "page must be a positive number"})


def test_every_list_of_the_api_host_comes_in_pages(scene: Scene) -> None:
    scene.sim.set(page_size=1)
    project = f"projects/{scene.web['id']}"
    lists = ["projects", "apps", "databases", "collaborators", "apps/shop/collaborators"]
    lists += [f"{project}/eligible_new_owners", f"{project}/transfer_invitations"]
    found = [scene.me.get(f"/v1/{path}").json()["meta"]["pagination"]["total_count"] for path in lists]
    assert found == [2, 1, 0, 1, 1, 2, 0]


def test_every_response_has_an_id_of_its_own_and_the_date_of_the_clock(scene: Scene) -> None:
    scene.sim.clock.freeze()
    scene.sim.clock.advance(minutes=50)
    responses = [scene.me.get("/v1/apps"), scene.anonymous.get("/v1/apps"), scene.me.get("/none")]
    assert len({uuid.UUID(one.headers["X-Request-Id"]) for one in responses}) == 3
    now = scene.sim.clock.now().replace(microsecond=0)
    assert {parsedate_to_datetime(one.headers["Date"]) for one in responses} == {now}


def test_requests_are_atomic(scene: Scene) -> None:
    with ThreadPoolExecutor(12) as pool:
        callers = [Client(scene.sim.api_url, scene.mireille) for _number in range(12)]
        statuses = [one.status_code for one in pool.map(lambda caller: caller.create("same"), callers)]
    assert sorted(statuses) == [201] + [422] * 11


def test_gate_lets_each_request_to_a_simulated_host_through() -> None:
    arrived, opened, seen = threading.Event(), threading.Event(), []

    def gate(request: Any) -> None:
        seen.append((request.method, request.path))
        arrived.set()
        assert opened.wait(5)

    with Simulator(gate=gate) as sim, ThreadPoolExecutor() as pool:
        scene = Scene(sim)
        response = pool.submit(scene.me.create, "site")
        assert arrived.wait(5)
        assert scene.control.get("/calls").json() == {"calls": []}
        assert len(sim.projects("mireille")) == 2
        opened.set()
        assert response.result().status_code == 201
        scene.auth.get("/v1/users/self")
    assert seen == [("POST", "/v1/projects"), ("GET", "/v1/users/self")]
