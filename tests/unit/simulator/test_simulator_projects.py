# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls for projects."""

from __future__ import annotations

import re

from scene import Client, Scene, outcome
from simulator import Simulator

NOT_FOUND = {"resource": "project", "error": "not found"}


def test_new_account_has_a_default_project_in_each_region_unless_told_otherwise(scene: Scene) -> None:
    for region in scene.sim.region_urls:
        (project,) = (one for one in scene.sim.projects(scene.mireille, region) if one["name"] == "default")
        assert project["default"] is True
    account = scene.sim.add_account("zoe", default_project=None)
    assert Client(scene.sim.api_url, account).get("/v1/projects").json() == {"projects": []}


def test_created_project_is_shown_and_listed(scene: Scene) -> None:
    project = scene.me.create("site").json()["project"]
    assert re.fullmatch("prj-[0-9a-f-]{36}", project["id"])
    assert (project["name"], project["default"], project["owner"]["id"]) == ("site", False, scene.mireille.id)
    assert scene.me.show(project).json() == {"project": project}
    assert scene.me.get("/v1/projects").json()["projects"][2] == project
    assert scene.me.get("/v1/projects/site").json() == NOT_FOUND  # a name is no ID


def test_created_or_updated_project_takes_the_default_from_the_previous_one(scene: Scene) -> None:
    assert scene.me.create("site", default=True).json()["project"]["default"] is True
    assert scene.me.defaults() == ["site"]
    assert scene.me.update(scene.web, default=True).json()["project"]["default"] is True
    assert scene.me.defaults() == ["web"]


def test_projects_are_regional_and_names_unique_per_owner(scene: Scene) -> None:
    assert scene.elsewhere.names() == ["default"]
    assert scene.elsewhere.show(scene.web).json() == NOT_FOUND
    callers = (scene.me, scene.elsewhere, scene.them, scene.them)
    assert [caller.create("web").status_code for caller in callers] == [422, 201, 201, 422]


def test_update_changes_what_it_names_and_the_date(scene: Scene) -> None:
    scene.sim.clock.advance(minutes=1)
    changed = scene.me.update(scene.web, name="site").json()["project"]
    assert changed["created_at"] < changed["updated_at"]
    assert changed == {**scene.web, "name": "site", "updated_at": changed["updated_at"]}
    assert scene.me.show(scene.web).json() == {"project": changed}


def test_deletion_needs_an_empty_project_and_ends_it(scene: Scene) -> None:
    assert outcome(scene.me.delete(scene.web)) == (409, {"error": "Cannot delete project with existing apps"})
    scene.sim.remove_application("shop")
    response = scene.me.delete(scene.web)
    assert (response.status_code, response.content) == (204, b"")
    assert "Content-Type" not in response.headers
    assert scene.me.names() == ["default"]
    for again in (scene.me.delete(scene.web), scene.me.show(scene.web), scene.me.update(scene.web, name="x")):
        assert outcome(again) == (404, NOT_FOUND)


def test_limit_is_twenty_projects(sim: Simulator) -> None:
    caller = Client(sim.api_url, sim.add_account("mireille"))
    assert [caller.create(f"p{number}").status_code for number in range(20)] == [201] * 19 + [422]
