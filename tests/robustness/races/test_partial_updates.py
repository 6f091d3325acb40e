# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wishes for both name and default, of which one half is so already until somebody else undoes it.

The task writes the other half only, so nothing but the answer of that write says what has become of the first one. Who
finds it undone says so, and running the task again comes to what it wants.
"""

from __future__ import annotations

from typing import Any

from simulator import Simulator

from .exploration import Exploration, anything, crowd, racing
from .job import Job, project, projects
from .race import Run
from .schedule import Every, Seed


@racing({}, {"two_defaults": 1}, {"list_lag": 1})
def test_rename_the_default_project_and_make_another_one_it(
    explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]
) -> None:
    def arrange(sim: Simulator) -> list[Job]:
        sim.add_project("mireille", "web")
        rename = project("mireille", name="default", new_name="prod", default=True)
        return crowd(count, schedule, rename, project("mireille", name="web", default=True))

    explore(arrange, schedule, anything, may_fail=True, switches=switches)


@racing({}, {"two_defaults": 1}, {"list_lag": 1})
def test_rename_what_is_to_be_no_default_project_and_make_it_that(
    explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]
) -> None:
    def arrange(sim: Simulator) -> list[Job]:
        found = sim.add_project("mireille", "web")
        rename = project("mireille", name="web", new_name="shop", default=False)
        return crowd(count, schedule, rename, project("mireille", project_id=found["id"], default=True))

    explore(arrange, schedule, anything, may_fail=True, switches=switches)


@racing({}, {"list_lag": 1})
def test_make_default_and_rename_by_id(
    explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]
) -> None:
    def arrange(sim: Simulator) -> list[Job]:
        found = sim.add_project("mireille", "web")["id"]
        default = project("mireille", project_id=found, name="web", default=True)
        return crowd(count, schedule, default, project("mireille", project_id=found, name="shop"))

    def judge(run: Run) -> None:
        for done in run.done:
            assert not done.ending.failed or "default" in done.task.options, "the rename failed"

    explore(arrange, schedule, judge, may_fail=True, switches=switches)


@racing({}, {"list_lag": 1})
def test_make_default_by_name_and_rename(
    explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]
) -> None:
    """Who comes after the rename finds no project of that name, and creates one."""

    def arrange(sim: Simulator) -> list[Job]:
        sim.add_project("mireille", "web")
        default = project("mireille", name="web", default=True)
        return crowd(count, schedule, default, project("mireille", name="web", new_name="shop"))

    explore(arrange, schedule, anything, may_fail=True, switches=switches)


@racing({}, {"two_defaults": 1}, {"list_lag": 1}, every=0)
def test_a_list_that_renames_its_default_project(
    explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]
) -> None:
    def arrange(sim: Simulator) -> list[Job]:
        sim.add_project("mireille", "web")
        several = projects(
            "mireille", {"name": "default", "new_name": "prod", "default": True}, {"name": "web"}, {"name": "new"}
        )
        return crowd(count, schedule, several, project("mireille", name="web", default=True))

    explore(arrange, schedule, anything, may_fail=True, switches=switches)


@racing({}, {"list_lag": 1}, every=0)
def test_a_list_that_makes_default_what_another_one_renames(
    explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]
) -> None:
    def arrange(sim: Simulator) -> list[Job]:
        found = sim.add_project("mireille", "web")["id"]
        several = projects("mireille", {"project_id": found, "name": "web", "default": True}, {"name": "new"})
        return crowd(count, schedule, several, projects("mireille", {"project_id": found, "name": "shop"}))

    explore(arrange, schedule, anything, may_fail=True, switches=switches)
