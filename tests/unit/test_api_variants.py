# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which settings of the switches are tried: every value alone, and in a combination."""

from __future__ import annotations

from itertools import islice

import pytest
from api_variants import DEFAULTS, ROUND, combinations, singles, values, variable
from simulator import Simulator
from simulator.switches import SWITCHES


def test_every_value_is_tried_alone() -> None:
    assert [switch.name for switch in SWITCHES if not values(switch)] == []
    tried = [tuple(each.items())[-1] for each in singles()]
    assert tried == [(switch.name, value) for switch in SWITCHES for value in values(switch)]


def test_a_round_of_combinations_holds_every_value_and_every_default() -> None:
    """Except for numbers that tests cannot wait for, and pages in random order."""
    chosen = list(islice(combinations(7), ROUND))
    assert chosen == list(islice(combinations(7), ROUND))
    for switch in SWITCHES:
        if not switch.name.startswith(("rate_", "retry_", "page_size")):
            wanted = {str(value) for value in (switch.default, *values(switch))}
            assert {str(setting[switch.name]) for setting in chosen} == wanted, switch.name


def test_the_simulator_understands_every_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    for setting in (*singles(), *islice(combinations(3), ROUND)):
        monkeypatch.setenv("SIMULATOR_SWITCHES", variable(setting))
        assert Simulator().switches == {**DEFAULTS, **setting}
