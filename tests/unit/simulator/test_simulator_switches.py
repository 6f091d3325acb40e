# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Declaring and setting switches, and their table in README.md."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from simulator import Simulator, SwitchError
from simulator.switch_table import SWITCHES
from simulator.switches import spelled

README = Path(__file__).resolve().parents[2] / "simulator" / "README.md"


def test_defaults_are_legal_and_names_unique() -> None:
    assert len({switch.name for switch in SWITCHES}) == len(SWITCHES)
    assert [switch.parse(switch.default) for switch in SWITCHES] == [switch.default for switch in SWITCHES]


def test_every_value_can_be_spelled() -> None:
    for switch in SWITCHES:
        assert [switch.parse(spelled(value)) for value in switch.values] == list(switch.values)


def test_the_readme_has_every_switch() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \| (.+?) \|$", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert rows == [(one.name, one.legal(), spelled(one.default), one.question) for one in SWITCHES]


@pytest.mark.parametrize(
    "name, value, meant",
    [
        ("non_owner_status", "404", 404),
        ("collaborator_get", 404, "404"),
        ("list_collaborations", "TRUE", True),
        ("rate_limit", "60", 60),
        ("rate_limit", "none", None),
        ("latency", "0.5", 0.5),
        ("latency", 1, 1.0),
        ("two_defaults", 3, 3),
        ("accept_delay", "2 reads", "2 reads"),
        ("accept_delay", "1 read", "1 read"),
        ("dates", "z", "Z"),
        ("uuid_claim", "false", False),
        ("retry_after", "seconds", "seconds"),
    ],
)
def test_a_value_is_understood_in_every_spelling(name: str, value: Any, meant: Any) -> None:
    found = Simulator(**{name: value}).switches[name]
    assert (found, type(found)) == (meant, type(meant))


@pytest.mark.parametrize(
    "name, value",
    [
        ("non_owner_status", 500),
        ("non_owner_status", None),
        ("list_collaborations", 1),
        ("list_collaborations", "yes"),
        ("rate_limit", 0),
        ("rate_limit", 1.5),
        ("rate_limit", True),
        ("latency", -1),
        ("latency", "nan"),
        ("accept_delay", "soon"),
        ("error_format", []),
    ],
)
def test_an_illegal_value_is_refused_with_the_legal_ones(name: str, value: Any) -> None:
    with pytest.raises(SwitchError, match=rf"illegal value .* for switch {name}; legal: "):
        Simulator(**{name: value})


def test_an_unknown_switch_is_refused_with_the_known_ones() -> None:
    with pytest.raises(SwitchError, match="unknown switch no_such; known: list_collaborations, "):
        Simulator(no_such=1)


def test_all_switches_are_set_or_none(sim: Any) -> None:
    with pytest.raises(SwitchError):
        sim.set(rate_limit=5, dates="wrong")
    with pytest.raises(SwitchError):
        sim.set(rate_limit=5, wrong=1)
    assert sim.switches["rate_limit"] is None


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Sets what every simulator begins with that is not told otherwise."""
    return lambda text: monkeypatch.setenv("SIMULATOR_SWITCHES", text)


@pytest.mark.parametrize(
    "text, expected",
    [
        ("", {}),
        ("page_size=2", {"page_size": 2}),
        ("page_size=2, accept_delay=2 reads,rate_limit=none,", {"page_size": 2, "accept_delay": "2 reads"}),
    ],
)
def test_the_environment_changes_the_defaults(
    environment: Callable[[str], None], text: str, expected: dict[str, Any]
) -> None:
    plain = Simulator().switches
    environment(text)
    assert Simulator().switches == {**plain, **expected}


def test_what_is_set_wins_over_the_environment(environment: Callable[[str], None]) -> None:
    environment("page_size=2,dates=offset,list_lag=3")
    sim = Simulator(page_size=None)
    sim.set(dates="Z")
    assert [sim.switches[name] for name in ("page_size", "dates", "list_lag")] == [None, "Z", 3]
    sim.reset()
    assert [sim.switches[name] for name in ("page_size", "dates", "list_lag")] == [None, "offset", 3]


@pytest.mark.parametrize(
    "text, words",
    [
        ("page_size", "'page_size' is not NAME=VALUE"),
        ("no_such=1", "unknown switch no_such"),
        ("dates=wrong", "illegal value 'wrong' for switch dates"),
    ],
)
def test_a_mistake_in_the_environment_is_told(environment: Callable[[str], None], text: str, words: str) -> None:
    environment(text)
    with pytest.raises(SwitchError, match=words):
        Simulator()
