# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state machine of transfers as a grid that can be read, and the tests of each of its cells.

A line of a grid is a past of the project, a column a wanted state, `+id` with the invitation_id of that past. In the
cells stands what is right:

invite, accept, decline, cancel   one write, and it is so
replace                           the pending invitation is canceled, then the invitee is invited
reinvite                          the API refuses an invitation because of an expired one; that is canceled first
ok                                nothing to do
refused                           the task fails
either                            nothing is written; whether that is a failure is open, but check mode knows it
settled                           nothing is written, or the expired invitation is canceled
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from simulator import Simulator

from .assumptions import ACCEPTED, SHOWN
from .expect import assert_one_sentence, diff_of
from .expect import writes as writes_of
from .playbook import TaskResult
from .transfer_process import Party, party

WRITES: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "invite": (("invite",),),
    "replace": (("cancel", "invite"),),
    "reinvite": (("cancel", "invite"),),
    "accept": (("accept",),),
    "decline": (("decline",),),
    "cancel": (("cancel",),),
    "settled": ((), ("cancel",)),
}
CHANGING = ("invite", "replace", "reinvite", "accept", "decline", "cancel")
NOT_YET_KNOWN = ("id", "created_at", "updated_at", "expires_at")
OPTIONAL = {"flags", "simulator_extra"}  # what comes and goes with the switches show_flags and extra_fields


@dataclass(frozen=True)
class GridCell:
    """What an account wants of a project with a past, and what is right then."""

    actor: str
    past: str
    column: str
    right: str

    @property
    def name(self) -> str:
        return f"{self.actor}: {self.past}: {self.column}"

    @property
    def steps(self) -> tuple[str, ...]:
        """Where the run changes nothing, which is tested, the same again would only find the same again."""
        return ("check", "run", "rerun", "check again") if self.right in (*CHANGING, "settled") else ("check", "run")

    def options(self, who: Party, by_name: bool) -> dict[str, Any]:
        state, *marks = self.column.split("+")
        options: dict[str, Any] = {"state": state}
        options["project_name" if by_name else "project_id"] = who.project_name if by_name else who.project_id
        if state == "pending":
            options["new_owner"] = who.invitee.username
        if "id" in marks:
            options["invitation_id"] = who.invitation_id
        if "replace" in marks:
            options["replace"] = True
        return options


def grid(actor: str, text: str) -> dict[str, GridCell]:
    """The cells of a grid, by name. The first line names the columns, a `.` leaves a cell out."""
    head, *lines = [line.split("|") for line in text.strip().splitlines()]
    columns = [column.strip() for column in head[1:]]
    cells = [
        GridCell(actor, line[0].strip(), column, right.strip())
        for line in lines
        for column, right in zip(columns, line[1:], strict=True)
        if right.strip() != "."
    ]
    return {cell.name: cell for cell in cells}


def but(cells: Mapping[str, GridCell], actor: str, text: str) -> dict[str, GridCell]:
    """The cells, some of them with something else in it."""
    other = grid(actor, text)
    assert other.keys() <= cells.keys(), "not in the grid: " + ", ".join(other.keys() - cells.keys())
    return {name: replace(cell, right=other[name].right) if name in other else cell for name, cell in cells.items()}


@dataclass(frozen=True)
class Told:
    """A cell after its steps."""

    cell: GridCell
    who: Party
    steps: Mapping[str, TaskResult]
    calls: Mapping[str, list[str]]
    states: Mapping[str, dict[str, Any]]  # before the check, and after each step
    writes: tuple[str, ...]  # of the run

    @property
    def changes(self) -> bool:
        return self.cell.right in CHANGING or bool(self.writes)


def tell(sim: Any, cell: GridCell, by_name: bool = False) -> Told:
    """Check, run, and if that may have changed something, run and check again."""
    sim.reset(keep_accounts=False)
    who = party(sim, cell.past)
    steps, calls, writes = {}, {}, ()
    states = {"before": who.state}
    for step in cell.steps:
        sim.clear_requests()
        steps[step] = who.run(cell.actor, check="check" in step, **cell.options(who, by_name))
        calls[step] = who.calls(cell.actor)
        states[step] = who.state
        if step == "run":
            writes = tuple(who.writes(cell.actor))
    return Told(cell, who, steps, calls, states, writes)


class GridTests:
    """Subclass it with `cells` and, for another behaviour of the API, `switches`."""

    cells: tuple[GridCell, ...] = ()
    switches: Mapping[str, Any] = {}
    # What the cells say without further ado: a past is what it is called, and everybody is shown it.
    assumed: ClassVar[Mapping[str, Any]] = {**ACCEPTED, **SHOWN, "expired_blocks": False}
    by_name = False
    simulator: Any
    stories: dict[str, Told]

    @classmethod
    def setup_class(cls) -> None:
        cls.simulator = Simulator(**{**cls.assumed, **cls.switches})
        cls.simulator.start()
        cls.stories = {}

    @classmethod
    def teardown_class(cls) -> None:
        cls.simulator.stop()

    def told(self, cell: GridCell) -> Told:
        """The cell after its steps, which are taken once."""
        if cell.name not in self.stories:
            self.stories[cell.name] = tell(self.simulator, cell, self.by_name)
        return self.stories[cell.name]

    def test_the_run_does_what_the_grid_says(self, cell: GridCell) -> None:
        told = self.told(cell)
        run = told.steps["run"]
        assert told.writes in WRITES.get(cell.right, ((),)), f"{told.writes}: {run.msg or run.values}"
        assert_state(told)
        if cell.right != "either":
            assert run.failed is (cell.right == "refused"), run.msg or run.values
        if run.failed:
            assert_one_sentence(run.msg)
            assert not run.changed, "a refusal is no change"
        else:
            assert run.changed is told.changes, run.values
            assert_result(told)

    def test_check_mode_foretells_it_and_a_rerun_changes_nothing(self, cell: GridCell) -> None:
        told = self.told(cell)
        for check, run in (("check", "run"), ("check again", "rerun")):
            if run in told.steps:
                assert writes_of(told.calls[check]) == [], told.calls[check]
                different = disagreements(told.steps[check], told.steps[run])
                assert not different, "\n".join([*different, told.steps[check].msg, told.steps[run].msg])
        assert told.states["check"] == told.states["before"]
        if "rerun" in told.steps:
            rerun = told.steps["rerun"]
            assert not rerun.failed, rerun.msg
            assert not rerun.changed, rerun.values
            assert writes_of(told.calls["rerun"]) == []
            assert told.states["check again"] == told.states["rerun"] == told.states["run"]


def assert_state(told: Told) -> None:
    """What the simulator holds after the run is what was there before, and what the writes make of it."""
    before, after = told.states["before"], told.states["run"]
    if not told.changes:
        assert after == before
        return
    owner_id = told.who.invitee.id if told.cell.right == "accept" else before["project"]["owner"]["id"]
    assert after["project"]["owner"]["id"] == owner_id
    assert after["project"]["name"] == before["project"]["name"]
    assert [one["status"] for one in after["invitations"]] == _statuses_after(told)
    if "invite" in told.writes:
        assert after["invitations"][-1]["invited_user_id"] == told.who.invitee.id


def assert_result(told: Told) -> None:
    """What a successful run returned is what the API holds now, and its diff shows what was changed."""
    run, held = told.steps["run"], told.states["run"]
    assert run["project"] in (None, held["project"])
    assert run["transfer_invitation"] in (None, *held["invitations"])
    before, after = run["diff"]["before"], run["diff"]["after"]
    assert {"owner", "status"} <= before.keys() & after.keys()
    assert (before != after) is run.changed, run["diff"]
    if told.writes:
        assert run["transfer_invitation"] is not None
        assert after["status"] == run["transfer_invitation"]["status"]
        assert after["owner"] in (held["project"]["owner"]["username"], held["project"]["owner"]["id"])


def _statuses_after(told: Told) -> list[str]:
    """The statuses of the invitations of the past, and what the writes make of them."""
    before = [(one["id"], one["status"]) for one in told.states["before"]["invitations"]]
    pending = [identifier for identifier, status in before if status == "pending"]
    column = told.cell.column
    answered = told.who.invitation_id if column.endswith("+id") else pending[-1] if pending else None
    verb = next((verb for verb in told.writes if verb != "invite"), None)
    new = {"accept": "accepted", "decline": "declined", "cancel": "canceled", None: None}[verb]
    after = [new if new and identifier == answered else status for identifier, status in before]
    return after + (["pending"] if "invite" in told.writes else [])


def disagreements(predicted: TaskResult, actual: TaskResult) -> list[str]:
    """Where check mode said something else than the run then did; ids and dates may be unknown before."""
    found = [
        f"{what}: check mode {one!r}, run {other!r}"
        for what, one, other in (
            ("failed", predicted.failed, actual.failed),
            ("changed", predicted.changed, actual.changed),
            ("diff", _without_new_dates(predicted, actual), diff_of(actual)),
        )
        if one != other
    ]
    for key in ("transfer_invitation", "project"):
        if not (predicted.failed or actual.failed):
            found += _other_fields(key, predicted[key], actual[key])
    return found


def _without_new_dates(predicted: TaskResult, actual: TaskResult) -> Any:
    """The diff of check mode, in which the expiry of a new invitation is null, with that of the run."""
    one, other = diff_of(predicted), diff_of(actual)
    if not one or not other or one[1].get("expires_at") is not None:
        return one
    return one[0], {**one[1], "expires_at": other[1]["expires_at"]}


def _other_fields(key: str, predicted: Any, actual: Any) -> list[str]:
    if predicted is None or actual is None:
        return [] if predicted == actual else [f"{key}: check mode {predicted!r}, run {actual!r}"]
    # Of a project that is not shown before, nothing but ID and new owner can be foretold.
    unseen = key == "project" and predicted["name"] is None
    found = []
    for field in sorted((predicted.keys() | actual.keys()) - OPTIONAL):
        # The API may leave out an empty reason.
        absent = "" if field == "status_reason" else None
        one, other = (_without_optional(side.get(field, absent)) for side in (predicted, actual))
        if one != other and not (one is None and (unseen or field in NOT_YET_KNOWN)):
            found.append(f"{key}.{field}: check mode {one!r}, run {other!r}")
    return found


def _without_optional(value: Any) -> Any:
    return {name: each for name, each in value.items() if name not in OPTIONAL} if isinstance(value, dict) else value
