# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What `make fleet` works out of its figures, what it expects of an account, and what the guide repeats of its page."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from fleet.accounts import DRIFTS, EXCHANGE, LIST, PROJECTS, Account
from fleet.report import costs, growth, page, summary
from fleet.rounds import STEPS, Figures
from fleet.slices import hosts_of

CHECKOUT = Path(__file__).resolve().parents[3]
SMALL = Figures("audit", False, 50, 1, 10, False, 100, 2, 30.0, 60.0, 410.0, 4000)
LARGE = Figures("audit", False, 200, 1, 10, False, 400, 2, 120.0, 225.0, 440.0, 15250)
PROVED = {"waited": 4, "reported": 39}


def _figures() -> list[Figures]:
    cells = [Figures(name, differing, 40, 2, 5, False, 80, 2, 20.0, 40.0, 250.0, 1500) for name, differing in STEPS]
    return [*cells, replace(cells[2], reports=True, seconds=50.0), LARGE, SMALL]


def test_one_more_account_costs_what_a_larger_slice_takes_more() -> None:
    one = costs(*(growth(_figures()) or (LARGE, SMALL)))
    assert (one.requests, one.cpu_seconds, one.seconds, one.artifact_bytes) == (2, 1.1, 0.6, 75)
    assert one.megabytes == pytest.approx(0.2)
    assert one.megabytes_alone == pytest.approx(400)


def test_where_memory_cannot_be_seen_the_page_says_so() -> None:
    blind = [replace(one, megabytes=None) for one in _figures()]
    assert "not measured" in summary(blind)
    assert page(blind, PROVED, {"cores": "4"}).count("not measured") > 1


def test_the_page_shows_how_it_came_to_its_numbers() -> None:
    text = page(_figures(), PROVED, {"command": "`make fleet`", "cores": "4"})
    assert "| minutes on a machine with 4 cores, at best | 1.10 s x 10000 / 4 / 60 | 46 |" in text
    assert "| minutes on one machine, at the pace measured | 0.60 s x 10000 / 60 | 100 |" in text
    assert "| memory of a slice | what a slice takes + hosts x memory | 400 MB + 200 x 200 kB = 440 MB |" in text
    assert "took 50.0 s in place of 20.0 s with 5 forks" in " ".join(text.split())
    assert [line for line in text.splitlines() if len(line) > 120 and not line.startswith("|")] == []


def test_slices_have_every_host_once_in_turn() -> None:
    accounts = [Account(name, "", "") for name in "abcde"]
    assert ["".join(one.name for one in hosts_of(accounts, number, 2)) for number in range(2)] == ["ace", "bd"]


@pytest.mark.parametrize("kind", DRIFTS)
def test_an_account_differs_and_fits_its_limit(kind: str) -> None:
    drift = DRIFTS[kind]
    assert max(len(drift.there), len(drift.after)) <= PROJECTS
    assert drift.there != drift.after
    assert drift.writes
    # An account that is as described is listed once, whatever is run.
    assert drift.calls(False, True) == drift.calls(False, False) == Counter({EXCHANGE: 1, LIST: 1})
    assert sum(drift.calls(True, False).values()) < 60


def test_the_guide_has_the_numbers_of_the_page() -> None:
    measured = (CHECKOUT / "docs" / "many_accounts.md").read_text(encoding="utf-8")
    guide = (CHECKOUT / "docs" / "docsite" / "rst" / "guide_many_accounts.rst").read_text(encoding="utf-8")
    extrapolated = measured[measured.index("| 10000 accounts |") :].partition("\n\n")[0].splitlines()[2:]
    rows = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in extrapolated]
    shown = re.findall(r"^   \* - (.*)\n     - (.*)\n     - (.*)\n", guide, re.MULTILINE)
    assert rows
    assert [row for row in rows if row not in shown] == []
