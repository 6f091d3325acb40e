# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Declaring and setting switches, their table in README.md, and what each of their values does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from scene import Scene
from simulator import Simulator, SwitchError
from simulator.switches import SWITCHES, spelled
from switch_cases import CASES, Case

README = Path(__file__).resolve().parents[2] / "simulator" / "README.md"


@pytest.mark.parametrize(
    ("case", "value"),
    [pytest.param(case, value, id=f"{case.switch}-{value}") for case in CASES for value in case.expected],
)
def test_switch_value_has_its_outcome(sim: Simulator, case: Case, value: Any) -> None:
    sim.set(**case.also, **{case.switch: value})
    assert case.do(Scene(sim)) == case.expected[value]


def test_switch_cases_cover_every_value() -> None:
    covered = {(case.switch, spelled(value)) for case in CASES for value in case.expected}
    assert {(one.name, spelled(value)) for one in SWITCHES for value in (*one.values, one.default)} <= covered


def test_switch_defaults_are_legal_and_names_unique() -> None:
    assert len({switch.name for switch in SWITCHES}) == len(SWITCHES)
    for switch in SWITCHES:
        assert switch.parse(switch.default) == switch.default
        assert [switch.parse(spelled(value)) for value in switch.values] == list(switch.values)


def test_readme_has_every_switch() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \| (.+?) \|$", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert rows == [(one.name, one.legal(), spelled(one.default), one.question) for one in SWITCHES]


@pytest.mark.parametrize(
    ("name", "value", "meant"),
    [
        ("non_owner_status", "404", 404),
        ("collaborator_get", 404, "404"),
        ("list_collaborations", "TRUE", True),
        ("rate_limit", "60", 60),
        ("rate_limit", "none", None),
        ("latency", 1, 1.0),
        ("accept_delay", "2 reads", "2 reads"),
    ],
)
def test_switch_value_is_understood_in_every_spelling(name: str, value: Any, meant: Any) -> None:
    found = Simulator(**{name: value}).switches[name]
    assert (found, type(found)) == (meant, type(meant))


@pytest.mark.parametrize(
    ("switches", "text"),
    [
        ({"no_such": 1}, "unknown switch no_such; known: list_collaborations, "),
        ({"non_owner_status": 500}, "illegal value 500 for switch non_owner_status; legal: 403, 401, 404"),
        ({"list_collaborations": 1}, "illegal value 1 for switch list_collaborations; legal: false, true"),
        ({"rate_limit": 0}, "illegal value 0 for switch rate_limit; legal: none, any integer from 1"),
        ({"latency": "nan"}, "illegal value 'nan' for switch latency; legal: any number from 0"),
        ({"accept_delay": "soon"}, "illegal value 'soon' for switch accept_delay; legal: any number from 0, 'N reads'"),
    ],
)
def test_switch_mistake_is_told_and_nothing_is_set(sim: Simulator, switches: dict[str, Any], text: str) -> None:
    with pytest.raises(SwitchError, match=text):
        Simulator(**switches)
    with pytest.raises(SwitchError, match=text):
        sim.set(page_size=5, **switches)
    assert sim.switches["page_size"] is None


def test_environment_changes_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = Simulator().switches
    monkeypatch.setenv("SIMULATOR_SWITCHES", "page_size=2, accept_delay=2 reads,rate_limit=none,")
    assert Simulator().switches == {**plain, "page_size": 2, "accept_delay": "2 reads"}
    monkeypatch.setenv("SIMULATOR_SWITCHES", "page_size")
    with pytest.raises(SwitchError, match="'page_size' is not NAME=VALUE"):
        Simulator()


def test_explicit_switches_take_precedence_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIMULATOR_SWITCHES", "page_size=2,dates=offset,list_lag=3")
    sim = Simulator(page_size=None)
    sim.set(dates="Z")
    assert [sim.switches[name] for name in ("page_size", "dates", "list_lag")] == [None, "Z", 3]
    sim.reset()
    assert [sim.switches[name] for name in ("page_size", "dates", "list_lag")] == [None, "offset", 3]
