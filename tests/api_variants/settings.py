# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which settings of the switches are tried: every value alone, and combinations that a seed chooses."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from typing import Any

from simulator.switches import SWITCHES, Switch, spelled

Setting = Mapping[str, Any]

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
    "rate_window": QUICK_LIMIT,
    "rate_mode": QUICK_LIMIT,
    "rate_auth": QUICK_LIMIT,
    "rate_body": QUICK_LIMIT,
    "retry_after": QUICK_LIMIT,
    # What is counted together has to be enough for all.
    "rate_scope": {"rate_limit": 200, "rate_window": 2},
    # An expired invitation is the only one that an invitation of ours can meet.
    "invite_pending_status": {"expired_blocks": True},
    # Nobody asks who he is if the bearer token says so.
    "self_hosts": {"uuid_claim": "opaque"},
    "page_max": {"page_size": 7},
    "page_style": {"page_size": 2},
    "page_key": {"page_size": 2},
}
# Nobody can say which limit is the more likely; this one is large enough for combinations with every other value.
COMBINED_LIMIT = 200


def values(switch: Switch) -> list[Any]:
    """The values to try of a switch that are not the default."""
    tried = [*switch.values, *NUMBERS.get(switch.name, ())]
    return [value for value in tried if not (type(value) is type(switch.default) and value == switch.default)]


def singles() -> Iterator[Setting]:
    """Every value that is not the default, alone."""
    for switch in SWITCHES:
        for value in values(switch):
            yield {**COMPANIONS.get(switch.name, {}), switch.name: value}


def combinations(seed: int) -> Iterator[Setting]:
    """Combinations of all switches without an end. Those of a round hold every value of every switch."""
    chance = random.Random(seed)
    while True:
        columns = {switch.name: _shuffled(chance, [switch.default, *values(switch)]) for switch in SWITCHES}
        for number in range(ROUND):
            yield _sensible({name: column[number % len(column)] for name, column in columns.items()})


# How many combinations it takes until every value was there.
ROUND = max(1 + len(values(switch)) for switch in SWITCHES)


def _shuffled(chance: random.Random, column: list[Any]) -> list[Any]:
    return chance.sample(column, len(column))


def _sensible(setting: dict[str, Any]) -> Setting:
    """The same without what says nothing or contradicts itself, and with a limit that all tests can wait for."""
    if setting["page_size"] is not None and setting["invitation_order"] == "random":
        # Each page would be one of another order, so that no client could know the whole list.
        setting = {**setting, "page_size": None}
    if setting["rate_limit"] is None:
        return {name: value for name, value in setting.items() if not name.startswith(("rate_", "retry_"))}
    return {**setting, "rate_limit": COMBINED_LIMIT, "rate_window": QUICK_LIMIT["rate_window"]}


def variable(setting: Setting) -> str:
    """The setting as SIMULATOR_SWITCHES has it: only what is not the default."""
    defaults = {switch.name: spelled(switch.default) for switch in SWITCHES}
    pairs = {name: spelled(value) for name, value in setting.items()}
    return ",".join(f"{name}={value}" for name, value in pairs.items() if value != defaults[name])
