# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs that want the same of one project.

One of them creates or deletes it and says `changed`, and the others say that nothing was to be done: the API refuses to
do either twice.

A rename and a new default are another matter. The API answers 200 to an update that changes nothing, and no answer says
whether it did; whoever sends an update that was so by the time it arrived has to say `changed`. What holds: nobody
fails, nobody writes who reads after the first write, and whoever says `changed` had read what was not so yet. Where the
list lags behind writes, nobody can know that either; nor can who is refused a duplicate find it there, and so it fails.
"""

from __future__ import annotations

from typing import Any

from simulator import Simulator

from .exploration import Exploration, anything, idle_if_so_before, one_changed, racing
from .job import Job, project
from .schedule import Every, Seed

CREATIONS = [{"duplicate_status": status, "list_lag": lag} for status in (409, 422) for lag in (0, 1, 4)]


@racing(*CREATIONS)
def test_create(explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]) -> None:
    def arrange(_sim: Simulator) -> list[Job]:
        return [project("mireille", name="web")] * count

    explore(arrange, schedule, one_changed, may_fail=bool(switches["list_lag"]), switches=switches)


@racing(*CREATIONS)
def test_create_as_default(explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]) -> None:
    def arrange(_sim: Simulator) -> list[Job]:
        return [project("mireille", name="web", default=True)] * count

    explore(arrange, schedule, one_changed, may_fail=bool(switches["list_lag"]), switches=switches)


@racing({}, {"touch_unchanged": True})
def test_rename_by_name(explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]) -> None:
    def arrange(sim: Simulator) -> list[Job]:
        sim.add_project("mireille", "web")
        return [project("mireille", name="web", new_name="shop")] * count

    explore(arrange, schedule, idle_if_so_before, switches=switches)


@racing({}, {"touch_unchanged": True}, {"list_lag": 2})
def test_rename_by_id(explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]) -> None:
    def arrange(sim: Simulator) -> list[Job]:
        found = sim.add_project("mireille", "web")
        return [project("mireille", project_id=found["id"], name="shop")] * count

    explore(arrange, schedule, idle_if_so_before, switches=switches)


@racing({"list_lag": 1}, {"list_lag": 2})
def test_rename_by_name_where_the_list_lags(
    explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]
) -> None:
    def arrange(sim: Simulator) -> list[Job]:
        sim.add_project("mireille", "web")
        return [project("mireille", name="web", new_name="shop")] * count

    explore(arrange, schedule, anything, switches=switches)


@racing({}, {"two_defaults": 1}, {"two_defaults": 3}, {"touch_unchanged": True})
def test_make_default(explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]) -> None:
    def arrange(sim: Simulator) -> list[Job]:
        sim.add_project("mireille", "web")
        return [project("mireille", name="web", default=True)] * count

    explore(arrange, schedule, idle_if_so_before, switches=switches)


@racing({"list_lag": 1}, {"list_lag": 2})
def test_make_default_where_the_list_lags(
    explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]
) -> None:
    def arrange(sim: Simulator) -> list[Job]:
        sim.add_project("mireille", "web")
        return [project("mireille", name="web", default=True)] * count

    explore(arrange, schedule, anything, switches=switches)


@racing({}, {"list_lag": 1}, {"list_lag": 2}, {"list_lag": 4})
def test_delete_by_name(explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]) -> None:
    def arrange(sim: Simulator) -> list[Job]:
        sim.add_project("mireille", "web")
        return [project("mireille", name="web", state="absent")] * count

    explore(arrange, schedule, one_changed, may_fail="list_lag" in switches, switches=switches)


@racing({}, {"list_lag": 2})
def test_delete_by_id(explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]) -> None:
    def arrange(sim: Simulator) -> list[Job]:
        found = sim.add_project("mireille", "web")
        return [project("mireille", project_id=found["id"], state="absent")] * count

    explore(arrange, schedule, one_changed, switches=switches)
