# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which settings of the switches `make test-switches` tries, and what it says of tests that fail under one."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from simulator import Simulator
from simulator.switch_table import SWITCHES
from switches import run as runner
from switches.settings import QUICK_LIMIT, ROUND, combinations, singles, values, variable

DEFAULTS = {switch.name: switch.default for switch in SWITCHES}
# A test that fails in one world.
FILE = """
from simulator import Simulator


def test_first():
    assert Simulator().switches["page_size"] != 2


def test_second():
    pass
"""


def differing(setting: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in setting.items() if value != DEFAULTS[name]}


def test_every_switch_has_a_value_to_try() -> None:
    assert [switch.name for switch in SWITCHES if not values(switch)] == []


def test_every_value_is_tried_alone() -> None:
    tried = [tuple(each.items())[-1] for each in singles()]
    assert tried == [(switch.name, value) for switch in SWITCHES for value in values(switch)]


def test_a_round_of_combinations_holds_every_value_and_every_default() -> None:
    """But for what takes a number that tests could not wait for, and pages that are shuffled one by one."""
    chosen = list(islice(combinations(7), ROUND))
    for switch in SWITCHES:
        if not switch.name.startswith(("rate_", "retry_", "page_size")):
            wanted = {str(value) for value in (switch.default, *values(switch))}
            assert {str(setting[switch.name]) for setting in chosen} == wanted, switch.name
    assert {setting.get("rate_limit") for setting in chosen} == {None, 200}
    assert {setting["rate_window"] for setting in chosen if "rate_window" in setting} == {QUICK_LIMIT["rate_window"]}


def test_a_seed_says_which_combinations() -> None:
    first, again, other = (list(islice(combinations(seed), 2 * ROUND)) for seed in (1, 1, 2))
    assert first == again != other
    assert len({variable(setting) for setting in first}) == 2 * ROUND


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


def test_a_failure_is_told_with_what_repeats_it(tests: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert runner.main(["--parts", "values", "--only", "page_size", "--jobs", "4"]) == 1
    told = capsys.readouterr().out
    lines = told.splitlines()
    failed = [line for line in lines if line.startswith("FAILED ")]
    assert len(failed) == len([line for line in lines if "make functional" in line]) == 3
    assert all("page_size=2" in line for line in failed)
    assert '  SIMULATOR_SWITCHES="page_size=2" make functional ARGS="-k test_example.py"' in lines
    assert "test_first" in told and "test_second" not in told
    assert "passed" in next(line for line in lines if line.endswith("page_size=1"))


def test_success_is_told_in_one_line_each(tests: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert runner.main(["--parts", "values", "--only", "dates"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines() if line] == ["passed", "1"]


def test_what_runs_no_test_is_no_success(tests: Path) -> None:
    assert runner.main(["--parts", "values", "--only", "no such switch"]) == 1
    tests.write_text("", encoding="utf-8")
    assert runner.main(["--parts", "values", "--only", "dates"]) == 1


def test_a_run_without_an_end_is_stopped(tests: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tests.write_text("import time\n\n\ndef test_first():\n    time.sleep(60)\n", encoding="utf-8")
    done = runner._run(runner.Run("endless", "dates=offset", str(tests)), seconds=2)
    assert done.failed
    assert done.summary == "stopped after 2 s"
