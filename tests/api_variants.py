# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plugin for pytest: run tests under other settings of the simulator's switches, for `make functional VARIANTS=all`.

- values: test_any_api.py, which runs every operation, under each value alone
- role: test_any_api_role.py under seeded combinations that contain every value
- suite: all functional tests under one seeded combination
"""

from __future__ import annotations

import itertools
import os
import random
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from simulator.switches import SWITCHES, Switch, spelled

Setting = Mapping[str, Any]
PARTS = {"values": ("values",), "role": ("role",), "suite": ("suite",), "all": ("values", "role")}
DEFAULTS = {switch.name: switch.default for switch in SWITCHES}

# Of what takes any number, the ones that make a difference.
NUMBERS: Mapping[str, tuple[Any, ...]] = {
    # Fewer than documented, and as many as the tests need that are not about the limit.
    "limit_projects": (12,),
    "two_defaults": (3,),
    # One is what a replica makes of it; three is longer than a task looks again.
    "list_lag": (1, 3),
    # An acceptance that is finished before a task looks again, and one that lasts some looks.
    "accept_delay": (0.2, "2 reads"),
    # Often reached, and over at once: see QUICK_LIMIT.
    "rate_limit": (40,),
    "rate_window": (3,),
    # A page an entry, pages that end within a list, and one that most lists fit on.
    "page_size": (1, 2, 7),
    "page_max": (1,),
    "latency": (0.02,),
}
# A limit that tests can wait for. With the documented minute they would do little else.
QUICK_LIMIT: Setting = {"rate_limit": 40, "rate_window": 2}
# What a switch says nothing without.
COMPANIONS: Mapping[str, Setting] = {
    "rate_limit": {"rate_window": 2},
    **dict.fromkeys(("rate_window", "rate_mode", "rate_auth", "rate_body", "retry_after"), QUICK_LIMIT),
    # What is counted together has to be enough for all.
    "rate_scope": {"rate_limit": 200, "rate_window": 2},
    # An expired invitation is the only one that an invitation of this collection can meet.
    "invite_pending_status": {"expired_blocks": True},
    # Tasks do not ask who the caller is if the bearer token says so.
    "self_hosts": {"uuid_claim": "opaque"},
    "page_max": {"page_size": 7},
    "page_style": {"page_size": 2},
    "page_key": {"page_size": 2},
}
# Large enough for combinations with every other value.
COMBINED_LIMIT = {"rate_limit": 200, "rate_window": 2}


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("variants")
    group.addoption("--variants", choices=PARTS, default="all", help="values, role, suite; all: values and role")
    group.addoption("--variants-seed", type=int, default=1, help="which combinations (default: 1)")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("variants") == "suite":
        os.environ["SIMULATOR_SWITCHES"] = variable(next(combinations(config.getoption("variants_seed"))))


def pytest_report_header(config: pytest.Config) -> str:
    return f"switches: {os.environ.get('SIMULATOR_SWITCHES', 'each value, or a combination')}"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test of the two files under all of its settings, those of a setting on one worker."""
    parts = PARTS[metafunc.config.getoption("variants")]
    file = metafunc.module.__name__.rpartition(".")[2]
    settings: list[Setting] = []
    if file == "test_any_api" and "values" in parts:
        settings = list(singles())
    elif file == "test_any_api_role" and "role" in parts:
        settings = list(itertools.islice(combinations(metafunc.config.getoption("variants_seed")), ROUND))
    if settings or "suite" not in parts:
        groups = [(one, variable(one)) for one in settings]
        parameters = [pytest.param(one, id=text, marks=pytest.mark.xdist_group(text)) for one, text in groups]
        metafunc.parametrize("sim", parameters, indirect=True, scope="module")


def values(switch: Switch) -> list[Any]:
    """The values to try of a switch that are not the default."""
    tried = [*switch.values, *NUMBERS.get(switch.name, ())]
    return [value for value in tried if not (type(value) is type(switch.default) and value == switch.default)]


# How many combinations it takes until every value was there.
ROUND = max(1 + len(values(switch)) for switch in SWITCHES)


def singles() -> Iterator[Setting]:
    """Every value that is not the default, alone."""
    for switch in SWITCHES:
        for value in values(switch):
            yield {**COMPANIONS.get(switch.name, {}), switch.name: value}


def combinations(seed: int) -> Iterator[Setting]:
    """Combinations of all switches without an end. Those of a round hold every value of every switch."""
    chance = random.Random(seed)
    while True:
        tried = {switch.name: [switch.default, *values(switch)] for switch in SWITCHES}
        columns = {name: chance.sample(column, len(column)) for name, column in tried.items()}
        for number in range(ROUND):
            yield _sensible({name: column[number % len(column)] for name, column in columns.items()})


def _sensible(setting: dict[str, Any]) -> Setting:
    """The same without what says nothing or contradicts itself, and with a limit that all tests can wait for."""
    if setting["page_size"] is not None and setting["invitation_order"] == "random":
        # Each page would be one of another order, so that no client could know the whole list.
        setting = {**setting, "page_size": None}
    if setting["rate_limit"] is None:
        return {name: value for name, value in setting.items() if not name.startswith(("rate_", "retry_"))}
    return {**setting, **COMBINED_LIMIT}


def variable(setting: Setting) -> str:
    """The setting as SIMULATOR_SWITCHES has it: only what is not the default."""
    return ",".join(f"{name}={spelled(value)}" for name, value in setting.items() if value != DEFAULTS[name])
