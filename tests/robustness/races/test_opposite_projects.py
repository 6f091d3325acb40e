# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs that want opposite things of one project.

The order of the writes decides, and nobody who came too late says that all is well, unless what it wants was so at some
moment while it ran. Who may fail, and what it says, stands with each race.
"""

from __future__ import annotations

from typing import Any

from simulator import Simulator

from .exploration import Exploration, anything, crowd, racing
from .job import Job, project
from .race import Run
from .schedule import Every, Seed


def names(run: Run) -> list[str]:
    """The names of mireille's projects, at last."""
    return [each["name"] for each in run.end.projects if each["owner"]["username"] == "mireille"]


@racing({}, {"duplicate_status": 409}, {"list_lag": 1})
def test_create_and_delete(explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]) -> None:
    def arrange(_sim: Simulator) -> list[Job]:
        create = project("mireille", name="web")
        delete = project("mireille", name="web", state="absent")
        return crowd(count, schedule, create, delete)

    # Of three jobs one may be refused because of another one's project, which the third has deleted by the next look.
    explore(arrange, schedule, anything, may_fail=True, switches=switches)


@racing({}, {"duplicate_status": 409}, {"list_lag": 1})
def test_keep_and_delete(explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]) -> None:
    def arrange(sim: Simulator) -> list[Job]:
        sim.add_project("mireille", "web")
        keep = project("mireille", name="web")
        delete = project("mireille", name="web", state="absent")
        return crowd(count, schedule, keep, delete)

    explore(arrange, schedule, anything, may_fail="list_lag" in switches, switches=switches)


@racing({}, {"list_lag": 1})
def test_two_new_names(explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]) -> None:
    """The last update wins, unless whoever comes second finds neither the old name nor its own, and says so."""

    def arrange(sim: Simulator) -> list[Job]:
        sim.add_project("mireille", "web")
        renames = [project("mireille", name="web", new_name=name) for name in ("shop", "site")]
        return crowd(count, schedule, *renames)

    def judge(run: Run) -> None:
        assert len(run.changed) + len(run.failed) >= 2
        assert sorted(names(run)) in (["default", "shop"], ["default", "site"])

    explore(arrange, schedule, judge, may_fail=True, switches=switches)


@racing({}, {"duplicate_status": 409}, {"list_lag": 1}, {"list_lag": 2, "duplicate_status": 409})
def test_rename_and_create_that_name(
    explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]
) -> None:
    """One project of the name comes to be. Whoever would rename another to it then is refused."""

    def arrange(sim: Simulator) -> list[Job]:
        sim.add_project("mireille", "web")
        rename = project("mireille", name="web", new_name="shop")
        create = project("mireille", name="shop")
        return crowd(count, schedule, rename, create)

    def judge(run: Run) -> None:
        assert names(run).count("shop") == 1
        for done in run.done:
            excused = "new_name" in done.task.options or "list_lag" in switches
            assert not done.ending.failed or excused, "the creation failed"

    explore(arrange, schedule, judge, may_fail=True, switches=switches)


@racing({}, {"two_defaults": 1}, {"two_defaults": 2}, {"list_lag": 1})
def test_two_defaults(explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]) -> None:
    """Each gets what it wants, one after the other; one project is the default one at last."""

    def arrange(sim: Simulator) -> list[Job]:
        for name in ("web", "shop"):
            sim.add_project("mireille", name)
        return crowd(count, schedule, *(project("mireille", name=name, default=True) for name in ("web", "shop")))

    def judge(run: Run) -> None:
        if not switches.get("two_defaults"):
            owned = [each for each in run.end.projects if each["owner"]["username"] == "mireille"]
            assert sum(each["default"] for each in owned) == 1

    explore(arrange, schedule, judge, switches=switches)


@racing({}, {"default_delete_status": 422}, {"default_delete_status": 403}, {"list_lag": 1}, {"two_defaults": 2})
def test_make_default_and_delete(
    explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]
) -> None:
    """The default project cannot be deleted, and what is deleted while a task changes it is not created anew."""

    def arrange(sim: Simulator) -> list[Job]:
        sim.add_project("mireille", "web")
        default = project("mireille", name="web", default=True)
        delete = project("mireille", name="web", state="absent")
        return crowd(count, schedule, default, delete)

    explore(arrange, schedule, anything, may_fail=True, switches=switches)


@racing({}, {"stranger_get": "403"}, {"stranger_get": "401"})
def test_make_default_by_id_and_delete(
    explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]
) -> None:
    """A project that is named by its ID cannot be created anew."""

    def arrange(sim: Simulator) -> list[Job]:
        found = sim.add_project("mireille", "web")
        default = project("mireille", project_id=found["id"], default=True)
        delete = project("mireille", project_id=found["id"], state="absent")
        return crowd(count, schedule, default, delete)

    explore(arrange, schedule, anything, may_fail=True, switches=switches)


@racing({}, {"duplicate_status": 409})
def test_a_name_that_goes_round(
    explore: Exploration, count: int, schedule: Seed | Every, switches: dict[str, Any]
) -> None:
    """A rename frees the name that another job gives to another project."""

    def arrange(sim: Simulator) -> list[Job]:
        for name in ("web", "shop"):
            sim.add_project("mireille", name)
        away = project("mireille", name="web", new_name="site")
        into = project("mireille", name="shop", new_name="web")
        return crowd(count, schedule, away, into)

    explore(arrange, schedule, anything, may_fail=True, switches=switches)
