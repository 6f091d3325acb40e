# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The arena of the races, started once, with a clock that takes no real time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from ansible_collections.community.scalingo.plugins.module_utils import _transfer
from ansible_collections.community.scalingo.plugins.module_utils._http import client, retry
from simulator import Simulator

from .race import Arena, Turns


@pytest.fixture(scope="session")
def started() -> Iterator[Arena]:
    """Where the races take place, with three accounts."""
    turns = Turns()
    with Simulator(gate=turns.gate) as sim:
        for username in ("mireille", "tomasz", "ines"):
            sim.add_account(username)
        yield Arena(sim, turns)


@pytest.fixture
def arena(started: Arena, monkeypatch: pytest.MonkeyPatch) -> Arena:
    """Where the races take place, for jobs that sleep in no time of ours."""
    for module in (client, retry, _transfer):
        monkeypatch.setattr(module, "time", started.clock())
    return started
