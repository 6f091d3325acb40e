# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures for the tests of the simulator."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from scene import Scene
from simulator import Simulator


@pytest.fixture(autouse=True)
def checked_responses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every simulator has its responses checked against openapi.yaml."""
    monkeypatch.setenv("SIMULATOR_VALIDATE", "1")


@pytest.fixture(scope="module")
def running() -> Iterator[Simulator]:
    """A simulator that runs for a whole module, and checks its responses."""
    with Simulator(validate=True) as simulator:
        yield simulator


@pytest.fixture
def sim(running: Simulator) -> Iterator[Simulator]:
    """A simulator as if just started."""
    running.reset(keep_accounts=False)
    yield running
    assert running.complaints == []


@pytest.fixture
def scene(sim: Simulator) -> Scene:
    """A simulator as if just started, with accounts and a project."""
    return Scene(sim)
