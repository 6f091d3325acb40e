# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which settings of the switches are tried, and what is said of tests that fail under one."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest
from api_variants import __main__ as runner
from api_variants.settings import ROUND, combinations, singles, values, variable
from simulator import Simulator
from simulator.switches import SWITCHES

DEFAULTS = {switch.name: switch.default for switch in SWITCHES}
# A test that fails under one setting.
FILE = """
from simulator import Simulator


def test_first():
    assert Simulator().switches["page_size"] != 2


def test_second():
    pass
"""


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


@pytest.fixture
def tests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of tests in place of the real ones."""
    monkeypatch.setattr(runner, "LOGS", tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(runner.CHECKOUT / "tests"))
    path = tmp_path / "test_example.py"
    path.write_text(FILE, encoding="utf-8")
    monkeypatch.setattr(runner, "MODULES", str(path))
    return path


def test_a_failure_is_reported_with_the_command_that_repeats_it(
    tests: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert runner.main(["values", "--only", "page_size=2"]) == 1
    told = capsys.readouterr().out
    assert '  SIMULATOR_SWITCHES="page_size=2" make functional ARGS="-k test_example.py"' in told.splitlines()
    assert "test_first" in told and "test_second" not in told


def test_only_tests_that_ran_and_ended_are_a_success(tests: Path) -> None:
    assert runner.main(["values", "--only", "dates"]) == 0
    assert runner.main(["values", "--only", "no such switch"]) == 1
    tests.write_text("import time\n\n\ndef test_first():\n    time.sleep(60)\n", encoding="utf-8")
    assert runner._run(runner.Run("endless", "dates=offset", str(tests)), seconds=2).failed
    tests.write_text("", encoding="utf-8")
    assert runner.main(["values", "--only", "dates"]) == 1
