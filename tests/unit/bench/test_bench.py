# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The parts of the benchmark that make numbers and words of what was measured, and those that keep it from lying."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from bench.cases import CASES, CREATE, EXCHANGE, LATENCIES, LIST, SIZES, wanted_names
from bench.figures import AGAIN, FIRST, PING, Cell, Figures, Sample, read, save, spread
from bench.peers import TOKEN, HetznerCloud, KeyServer, Vultr, public_key
from bench.playbook import Run
from bench.report import HEADLINES, cell_of, details, headlines, page, table
from bench.rounds import Broken, measure, turns

BULK, BY_HAND = Cell("bulk", 50, AGAIN, 40), Cell("uri", 50, AGAIN, 40)


@pytest.fixture
def figures() -> Figures:
    made = Figures()
    for second in (1.0, 1.1, 3.0):
        made.add(PING, second, 0)
        made.add(BULK, second + 0.22, 2)
        made.add(BY_HAND, 2 * second, 2)
    return made


def test_the_median_is_what_counts_and_not_the_mean(figures: Figures) -> None:
    assert (figures[PING].median, figures[PING].lowest, figures[PING].highest) == (1.1, 1.0, 3.0)


def test_a_ratio_is_that_of_the_medians(figures: Figures) -> None:
    assert figures.ratio(BULK, PING) == pytest.approx(1.2)
    assert figures.ratio(Cell("bulk", 1, AGAIN, 0), PING) is None


def test_the_spread_is_that_of_the_typical_cell_and_leaves_single_runs_out() -> None:
    assert spread([Sample(0, [9.0])]) == 0
    assert spread([Sample(0, [9.0]), Sample(0, [1.0, 1.1]), Sample(0, [1.0, 2.0]), Sample(0, [1.0, 5.0])]) == (
        pytest.approx(2 / 3)
    )


def test_saved_figures_are_read_as_they_were(figures: Figures, tmp_path: Path) -> None:
    save(tmp_path / "figures.json", figures, {"rounds": "3"})
    assert read(tmp_path / "figures.json") == (figures, {"rounds": "3"})


def test_a_table_is_markdown() -> None:
    assert table(["what", "s"], [["ping", "1.00"]], "lr") == "| what | s |\n| --- | --: |\n| ping | 1.00 |\n"


def test_headlines_compare_what_was_measured_and_only_that(figures: Figures) -> None:
    assert headlines(figures).splitlines()[2:] == [
        "| `scalingo_projects`, 50 unchanged | one `ansible.builtin.ping` | **1.20x** (1.32 / 1.10 s) | 2 / 0 |",
        "| `scalingo_projects`, 50 unchanged | `ansible.builtin.uri`, by hand, 50 unchanged"
        " | **0.60x** (1.32 / 2.20 s) | 2 / 2 |",
    ]


def test_the_details_have_median_range_ratio_requests_and_runs(figures: Figures) -> None:
    assert "| `scalingo_projects` | 50 | 1.32 (1.22-3.22) | 1.20x | 2 | 3 |" in details(figures).splitlines()


def test_the_page_says_what_it_was_measured_with(figures: Figures) -> None:
    text = page(figures, {"command": "`make bench`", "Python": "3.13.1"}, "plot.svg")
    for part in ("| command | `make bench` |", "| Python | 3.13.1 |", "(plot.svg)", headlines(figures)):
        assert part in text


def test_a_single_run_has_no_range(figures: Figures) -> None:
    figures.add(Cell("bulk", 50, FIRST, 40), 22.0, 52)
    assert "| `scalingo_projects` | 50 | 22.0 | 20.0x | 52 | 1 |" in details(figures).splitlines()


def test_every_headline_is_measured_at_every_latency() -> None:
    measured = Counter(turns(list(CASES.values()), SIZES, LATENCIES, 1))
    for sides in HEADLINES:
        assert all(measured[cell_of(side, latency)] for side in sides for latency in LATENCIES)


def test_long_runs_take_part_in_fewer_rounds() -> None:
    runs = Counter(turns(list(CASES.values()), SIZES, LATENCIES, 5))
    assert runs[Cell("bulk", 100, FIRST, 0)] == runs[Cell("uri", 100, AGAIN, 0)] == runs[Cell("loop", 1, FIRST, 0)] == 5
    assert runs[Cell("loop", 10, AGAIN, 0)] == 3
    assert runs[Cell("loop", 50, AGAIN, 0)] == runs[Cell("uri", 100, FIRST, 0)] == 1
    assert runs[PING] == 5 * len(SIZES) * len(LATENCIES)


def test_cases_take_turns_in_another_order_each_round_and_the_same_one_each_time() -> None:
    cases = [CASES["bulk"], CASES["uri"], CASES["lookup"]]
    order = list(turns(cases, (1,), (0,), 4))
    assert order == list(turns(cases, (1,), (0,), 4))
    rounds = [order[at : at + 6] for at in range(0, len(order), 6)]
    assert all(set(one) == set(rounds[0]) for one in rounds)
    assert any(one != rounds[0] for one in rounds)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_every_playbook_is_one_play_with_default_settings(case: Any) -> None:
    (play,) = yaml.safe_load(case.play)
    assert play["gather_facts"] is False
    assert set(play) <= {"name", "hosts", "gather_facts", "module_defaults", "tasks"}


class Scripted:
    """A server and an ansible-playbook of which it is known what they answer."""

    def __init__(self, size: int, changes: dict[str, int], **run: Any) -> None:
        self.seen: dict[str, int] = {EXCHANGE: 1, LIST: 1, **changes}
        self.there = wanted_names(size)
        self.outcome = Run(**{"seconds": 9.0, "returncode": 0, "changed": 0, "output": "", **run})

    def prepare(self, names: list[str], missing: int, latency: int) -> None:
        """Nothing is forgotten."""

    def calls(self) -> dict[str, int]:
        return self.seen

    def names(self) -> list[str]:
        return self.there

    def run(self, play: str, variables: dict[str, Any]) -> Run:
        return self.outcome


def run_scripted(script: Scripted, moment: str = AGAIN, latency: int = 40) -> tuple[float, int]:
    playbooks: Any = script
    return measure(Cell("bulk", 3, moment, latency), playbooks, {"scalingo": script}, {})


def test_a_run_that_did_what_it_should_counts() -> None:
    assert run_scripted(Scripted(3, {})) == (9.0, 2)
    assert run_scripted(Scripted(3, {CREATE: 3}, changed=1), FIRST) == (9.0, 5)


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        (Scripted(3, {CREATE: 1}), "requests to scalingo"),
        (Scripted(3, {LIST: 2}), "requests to scalingo"),
        (Scripted(2, {}), "objects of scalingo"),
        (Scripted(4, {}), "objects of scalingo"),
        (Scripted(3, {}, changed=1), "changed tasks"),
        (Scripted(3, {}, returncode=2), "exit code"),
        (Scripted(3, {}, seconds=0.05), "less than"),
    ],
    ids=["wrote", "asked twice", "one missing", "one too many", "changed", "failed", "too fast"],
)
def test_a_run_that_did_something_else_ends_the_benchmark(script: Scripted, complaint: str) -> None:
    with pytest.raises(Broken, match=complaint):
        run_scripted(script)


@pytest.mark.parametrize("make", [HetznerCloud, Vultr])
def test_the_server_of_a_peer_wants_its_token_and_counts(make: type[KeyServer]) -> None:
    server = make()
    server.prepare(["one", "two"], 0, 0)
    client = server.app.test_client()
    assert client.get(server.path).status_code == 401
    keys = client.get(server.path, headers={"Authorization": f"Bearer {TOKEN}"}).get_json()["ssh_keys"]
    assert [key["name"] for key in keys] == server.names() == ["one", "two"]
    assert server.calls() == {f"GET {server.path}": 2}


def test_a_public_key_belongs_to_its_name() -> None:
    assert public_key("one") == public_key("one") != public_key("two")
