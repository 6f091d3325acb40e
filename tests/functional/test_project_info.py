# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""scalingo_project_info: every filter, alone and together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from simulator import Simulator

from .assumptions import COUNTED
from .expect import EXCHANGE, LIST, assert_ok, assert_refused, per_task
from .playbook import PlaybookRun, Story, connect, project_info

NOWHERE = "prj-00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def sim() -> Iterator[Any]:
    """One list that shows the projects of two people. How often it is asked for is counted.

    Who may read what, and what others are told, is an answer that the filters take as it is.
    """
    who_reads = {"list_collaborations": True, "collaborator_get": 200, "stranger_get": 404}
    with Simulator(**COUNTED, **who_reads) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def people(sim: Any) -> dict[str, Any]:
    """Mireille sees default, web and api of her own, and web of Tomasz, which is his default project."""
    mireille, tomasz, stranger = (sim.add_account(name) for name in ("mireille", "tomasz", "stranger"))
    ids = {name: sim.add_project(mireille, name)["id"] for name in ("web", "api")}
    ids["their web"] = sim.add_project(tomasz, "web", default=True)["id"]
    ids["strange"] = sim.add_project(stranger, "strange")["id"]
    ids["tomasz"] = tomasz.id
    sim.add_application(ids["their web"], "shared-app", collaborators=[mireille])
    return {"mireille": mireille, "tomasz": tomasz, "ids": ids}


# What is asked, with IDs as `$word`, and the projects (owner/name) that must come.
FILTERS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "no filter": ({}, ["mireille/api", "mireille/default", "mireille/web", "tomasz/web"]),
    "a name": ({"name": "api"}, ["mireille/api"]),
    "a name of two people": ({"name": "web"}, ["mireille/web", "tomasz/web"]),
    "a name no api would accept": ({"name": "Not A Name"}, []),
    "an owner by username": ({"owner": "tomasz"}, ["tomasz/web"]),
    "an owner by id": ({"owner": "$tomasz"}, ["tomasz/web"]),
    "a name and an owner": ({"name": "web", "owner": "mireille"}, ["mireille/web"]),
    "the default ones": ({"default": True}, ["mireille/default", "tomasz/web"]),
    "not the default ones": ({"default": False}, ["mireille/api", "mireille/web"]),
    "the default one of an owner": ({"default": True, "owner": "mireille"}, ["mireille/default"]),
    "an id": ({"project_id": "$api"}, ["mireille/api"]),
    "an id of somebody else": ({"project_id": "$their web"}, ["tomasz/web"]),
    "an id that is nowhere": ({"project_id": NOWHERE}, []),
    "an id one may not see": ({"project_id": "$strange"}, []),
    "an id with another name": ({"project_id": "$api", "name": "web"}, []),
    "an id with another owner": ({"project_id": "$api", "owner": "tomasz"}, []),
}


def _asked(people: dict[str, Any], task: str) -> dict[str, Any]:
    ids = {f"${word}": identifier for word, identifier in people["ids"].items()}
    return {option: ids.get(value, value) for option, value in FILTERS[task][0].items()}


@pytest.fixture(scope="module")
def run(sim: Any, people: dict[str, Any], teller: Any) -> PlaybookRun:
    connection = connect(sim, people["mireille"])
    asked = [project_info(task, **_asked(people, task)) for task in FILTERS]
    sim.clear_requests()
    wrong_route = {**connection, "api_url": sim.auth_url, "api_token": sim.add_account("lost").api_token}
    forbidden = sim.add_account("forbidden")
    sim.fault("status", method="GET", path="/v1/projects/*", status=403, times=None, account="forbidden")
    return teller(
        [
            Story("filters", asked, connection),
            Story("check-mode", [project_info(check=True)], connect(sim, sim.add_account("careful"))),
            Story("wrong-route", [project_info(project_id=NOWHERE)], wrong_route),
            Story("forbidden", [project_info(project_id=NOWHERE)], connect(sim, forbidden)),
        ]
    )


@pytest.mark.parametrize("task", FILTERS)
def test_a_filter_gives_these_projects(run: PlaybookRun, task: str) -> None:
    result = run.of("filters", task)
    assert_ok(result)
    found = sorted(f"{one['owner']['username']}/{one['name']}" for one in result["projects"])
    assert found == FILTERS[task][1]


def test_the_projects_are_what_the_api_holds(run: PlaybookRun, sim: Any, people: dict[str, Any]) -> None:
    held = [*sim.projects(people["mireille"]), *sim.projects(people["tomasz"])]
    shown = run.of("filters", "no filter")["projects"]
    assert all(one in held for one in shown)


def test_every_question_costs_one_request_beside_the_exchange(
    run: PlaybookRun,
    sim: Any,
    people: dict[str, Any],
) -> None:
    asked = dict(zip(FILTERS, per_task(sim.calls("mireille"))))
    for task in FILTERS:
        arguments = _asked(people, task)
        wanted = f"{LIST}/{arguments['project_id']}" if "project_id" in arguments else LIST
        assert asked[task] == [wanted], task


def test_check_mode_asks_and_answers_the_same(run: PlaybookRun, sim: Any) -> None:
    result = run.of("check-mode")
    assert_ok(result)
    assert result.check_mode
    assert [one["name"] for one in result["projects"]] == ["default"]
    assert sim.calls("careful") == [EXCHANGE, LIST]


def test_a_wrong_route_is_never_an_empty_list(run: PlaybookRun) -> None:
    assert_refused(run.of("wrong-route"), "api_url")


def test_a_refusal_is_never_an_empty_list(run: PlaybookRun) -> None:
    assert_refused(run.of("forbidden"), "403", NOWHERE)
