# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gate before the simulated hosts, at which requests wait for their turn."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from simulator import Simulator


def test_a_request_is_done_when_the_gate_lets_it_through(client: Any) -> None:
    arrived, opened = threading.Event(), threading.Event()
    seen = []

    def gate(request: Any) -> None:
        seen.append((request.method, request.path))
        arrived.set()
        assert opened.wait(5)

    with Simulator(gate=gate) as sim, ThreadPoolExecutor() as pool:
        mireille = sim.add_account("mireille")
        answer = pool.submit(client(sim.api_url, mireille).create, "web")
        assert arrived.wait(5)
        assert (sim.calls(), [project["name"] for project in sim.projects(mireille)]) == ([], ["default"])
        opened.set()
        assert answer.result().status_code == 201
        assert (sim.calls(), len(sim.projects(mireille))) == (["POST /v1/projects"], 2)
    assert seen == [("POST", "/v1/projects")]


def test_both_hosts_are_behind_the_gate_and_the_control_listener_is_not(client: Any) -> None:
    seen = []
    with Simulator(gate=lambda request: seen.append(request.path)) as sim:
        mireille = sim.add_account("mireille")
        client(sim.api_url, mireille).get("/v1/projects")
        client(sim.auth_url, mireille).get("/v1/users/self")
        client(sim.control_url).get("/clock")
    assert seen == ["/v1/projects", "/v1/users/self"]
