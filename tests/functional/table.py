# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table test: state of an account x request, and what must come of it.

Every cell is a host with an account of its own, and up to four tasks: check mode, run, rerun, check mode again. As
every task exchanges its token exactly once, the exchanges cut the account's requests into those of each task.

A cell that changes nothing ends after the run: a test makes sure that the account is as it was, so the same request
would only find the same account again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from .assumptions import UP_TO_DATE
from .expect import assert_one_sentence, disagreements, outline, per_task, writes
from .playbook import PlaybookRun, Story, TaskResult, connect, project

OK = "ok"  # nothing to do
CHANGED = "changed"
REFUSED = "refused"
CONSISTENT = "consistent"  # more than one reading is sensible; check mode and run must agree on one

# Arranges the state of an account, and returns what a cell may call `$word`.
Arrange = Callable[[Any, Any], Mapping[str, Any]]


@dataclass(frozen=True)
class Cell:
    """One cell of the table. `$word` in an argument is replaced by what the account's state calls so."""

    name: str
    account: Arrange
    request: Mapping[str, Any]
    outcome: str
    says: tuple[str, ...] = ()  # facts that a refusal must hold
    writes: tuple[str, ...] | None = ()  # the methods of the requests that change something; None: either way
    after: str | None = None  # the account's projects in the end, the default one with a star
    region: str = "osc-fr1"
    default_project: str | None = "default"

    @property
    def steps(self) -> tuple[str, ...]:
        repeated = self.outcome in (CHANGED, CONSISTENT)
        return ("check", "run", "rerun", "check again") if repeated else ("check", "run")


@dataclass(frozen=True)
class Told:
    """A cell after its four tasks."""

    cell: Cell
    names: Mapping[str, str]
    steps: Mapping[str, TaskResult]
    calls: Mapping[str, list[str]]
    before: Any
    after: Any
    others_before: Any
    others_after: Any


@dataclass
class _Prepared:
    cell: Cell
    me: Any
    names: dict[str, str]
    others: list[Any] = field(default_factory=list)
    before: Any = None
    others_before: Any = None

    def say(self, text: Any) -> Any:
        return self.names[text[1:]] if isinstance(text, str) and text.startswith("$") else text


def _names_of(word: str, account: Any) -> dict[str, str]:
    return {word: account.username, f"{word}_email": account.email, f"{word}_id": account.id}


def _prepare(sim: Any, cell: Cell) -> _Prepared:
    username = cell.name.replace(" ", "-").replace(",", "")
    me = sim.add_account(username, default_project=cell.default_project)
    prepared = _Prepared(cell, me, _names_of("me", me))
    for word, thing in cell.account(sim, me).items():
        if hasattr(thing, "api_token"):
            prepared.others.append(thing)
            prepared.names.update(_names_of(word, thing))
        else:
            prepared.names[word] = thing
    prepared.before = sim.projects(me, region=cell.region)
    prepared.others_before = [sim.projects(one) for one in prepared.others]
    return prepared


def _story(sim: Any, prepared: _Prepared) -> Story:
    request = {key: prepared.say(value) for key, value in prepared.cell.request.items()}
    tasks = [project(step, check="check" in step, **request) for step in prepared.cell.steps]
    url = sim.region_urls[prepared.cell.region]
    return Story(prepared.me.username, tasks, connect(sim, prepared.me, api_url=url))


def _told(sim: Any, prepared: _Prepared, run: PlaybookRun) -> Told:
    username = prepared.me.username
    requests = per_task(sim.calls(username))
    steps = prepared.cell.steps
    assert len(requests) == len(steps), f"{username}: not one token exchange a task: {sim.calls(username)}"
    return Told(
        prepared.cell,
        prepared.names,
        {step: run.of(username, step) for step in steps},
        dict(zip(steps, requests)),
        prepared.before,
        sim.projects(prepared.me, region=prepared.cell.region),
        prepared.others_before,
        [sim.projects(one) for one in prepared.others],
    )


class Table:
    """The cells of a class, told in one run of ansible-playbook; `table(cell)` is what came of a cell."""

    def __init__(self, sim: Any, cells: Iterable[Cell], teller: Callable[..., PlaybookRun]) -> None:
        self._sim = sim
        self._prepared = {cell.name: _prepare(sim, cell) for cell in cells}
        sim.clear_requests()
        self._run = teller([_story(sim, one) for one in self._prepared.values()])

    def __call__(self, cell: Cell) -> Told:
        return _told(self._sim, self._prepared[cell.name], self._run)


class TableTests:
    """Subclass it with `cells` and, for another behaviour of the API, `switches`."""

    cells: tuple[Cell, ...] = ()
    switches: Mapping[str, Any] = {}
    # The tasks of a cell follow each other at once.
    assumed: ClassVar[Mapping[str, Any]] = UP_TO_DATE

    def test_check_mode_writes_nothing(self, table: Table, cell: Cell) -> None:
        told = table(cell)
        for step in cell.steps:
            assert "check" not in step or writes(told.calls[step]) == [], told.calls

    def test_check_mode_and_run_agree(self, table: Table, cell: Cell) -> None:
        told = table(cell)
        assert disagreements(told.steps["check"], told.steps["run"]) == []
        if "rerun" in told.steps:
            assert disagreements(told.steps["check again"], told.steps["rerun"]) == []

    def test_the_run_does_what_the_table_says(self, table: Table, cell: Cell) -> None:
        told = table(cell)
        run = told.steps["run"]
        outcome = REFUSED if run.failed else CHANGED if run.changed else OK
        assert cell.outcome in (outcome, CONSISTENT), f"{outcome}: {run.msg or run.values}"
        if cell.writes is not None:
            assert [call.split()[0] for call in writes(told.calls["run"])] == list(cell.writes)
        if outcome == REFUSED:
            for step in cell.steps:
                assert_one_sentence(told.steps[step].msg)
                for fact in cell.says:
                    fact = str(told.names[fact[1:]]) if fact.startswith("$") else fact
                    assert fact.lower() in told.steps[step].msg.lower(), f"{step}: {fact} is not in the message"

    def test_the_account_is_as_the_table_says(self, table: Table, cell: Cell) -> None:
        told = table(cell)
        if cell.outcome in (OK, REFUSED):
            assert told.after == told.before
        if cell.after is not None:
            assert outline(told.after) == cell.after
        assert told.others_after == told.others_before, "something of somebody else was changed"

    def test_the_result_is_what_the_api_holds(self, table: Table, cell: Cell) -> None:
        told = table(cell)
        run = told.steps["run"]
        diff = run.get("diff") or {}
        if run.failed:
            assert not run.changed, "a refusal is no change"
        elif cell.request.get("state") == "absent":
            assert run.get("project", "missing") is None
        else:
            held = {one["id"]: one for projects in (told.after, *told.others_after) for one in projects}
            assert run["project"] == held.get(run["project"]["id"])
        if not run.failed:
            assert (diff.get("before") != diff.get("after")) is run.changed, diff

    def test_the_rerun_changes_nothing(self, table: Table, cell: Cell) -> None:
        told = table(cell)
        rerun = told.steps.get("rerun", told.steps["run"])
        assert rerun.failed is told.steps["run"].failed, rerun.msg
        assert not rerun.changed, rerun.values
        assert rerun.get("project") == told.steps["run"].get("project")
        assert rerun.failed or writes(told.calls.get("rerun", [])) == []
