# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of projects that several jobs want at once."""

from __future__ import annotations

from collections import Counter
from typing import Any

from simulator import Simulator

from .exploration import Exploration, anything, crowd, racing
from .job import Job, project, projects
from .race import Run
from .schedule import Every, Seed


@racing({}, {"duplicate_status": 409}, {"list_lag": 1}, every=0)
def test_the_same_list(explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]) -> None:
    """Each creation and each deletion is the work of one job, and nobody fails."""

    def arrange(sim: Simulator) -> list[Job]:
        sim.add_project("mireille", "old")
        items = [
            {"name": "web", "default": True},
            {"name": "shop"},
            {"name": "old", "state": "absent"},
            {"name": "default", "state": "absent"},
        ]
        return [projects("mireille", *items)] * count

    def judge(run: Run) -> None:
        outcomes = [outcome for done in run.done for outcome in done.ending.result["outcomes"]]
        said = Counter((one["name"], one["action"]) for one in outcomes if one["changed"])
        wanted = {("web", "create"), ("shop", "create"), ("old", "delete"), ("default", "delete")}
        assert set(said) == wanted and set(said.values()) == {1}, said

    # Whoever is refused a duplicate looks for it, and finds it unless the list lags behind.
    explore(arrange, schedule, judge, may_fail="list_lag" in switches, switches=switches)


@racing({"two_defaults": 1}, {"two_defaults": 3}, every=0)
def test_the_same_list_while_two_defaults_are_shown(
    explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]
) -> None:
    """Whoever reads at that moment does not delete what is still shown as a default project, and says so."""

    def arrange(_sim: Simulator) -> list[Job]:
        return [projects("mireille", {"name": "web", "default": True}, {"name": "default", "state": "absent"})] * count

    explore(arrange, schedule, anything, may_fail=True, switches=switches)


@racing({}, {"duplicate_status": 409}, every=0)
def test_the_same_list_with_renames(
    explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]
) -> None:
    """Nobody says that all is well who found half of it undone."""

    def arrange(sim: Simulator) -> list[Job]:
        for name in ("web", "shop"):
            sim.add_project("mireille", name)
        items = [{"name": "web", "new_name": "site"}, {"name": "shop", "new_name": "shelf"}, {"name": "new"}]
        return [projects("mireille", *items)] * count

    explore(arrange, schedule, anything, may_fail=True, switches=switches)


@racing({}, {"two_defaults": 1}, {"two_defaults": 3}, {"list_lag": 1}, every=0)
def test_opposite_defaults(explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]) -> None:
    """Each list makes its project the default one at some moment, or says that somebody else was later."""

    def arrange(_sim: Simulator) -> list[Job]:
        one = projects("mireille", {"name": "web", "default": True}, {"name": "shop"})
        other = projects("mireille", {"name": "web"}, {"name": "shop", "default": True})
        return crowd(count, schedule, one, other)

    explore(arrange, schedule, anything, may_fail=True, switches=switches)


@racing({}, {"default_delete_status": 422}, {"list_lag": 1}, every=0)
def test_a_list_that_deletes_what_the_other_keeps(
    explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]
) -> None:
    def arrange(sim: Simulator) -> list[Job]:
        sim.add_project("mireille", "shop")
        one = projects("mireille", {"name": "web", "default": True}, {"name": "shop", "state": "absent"})
        other = projects("mireille", {"name": "shop", "default": True}, {"name": "web", "state": "absent"})
        return crowd(count, schedule, one, other)

    explore(arrange, schedule, anything, may_fail=True, switches=switches)


@racing({}, {"duplicate_status": 409}, every=0)
def test_a_list_and_a_single_project(
    explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]
) -> None:
    """A rename takes a name away that a list is about to create; whichever comes first is found by the other one."""

    def arrange(sim: Simulator) -> list[Job]:
        sim.add_project("mireille", "old")
        several = projects("mireille", {"name": "shop"}, {"name": "web"}, {"name": "old", "state": "absent"})
        rename = project("mireille", name="old", new_name="web")
        return crowd(count, schedule, several, rename)

    explore(arrange, schedule, anything, may_fail=True, switches=switches)
