# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookup project_info: terms, filters, what is missing, and what looks like a template."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from simulator import Simulator

from .assumptions import COUNTED
from .expect import EXCHANGE, LIST, assert_ok
from .playbook import COLLECTION, PlaybookRun, Story, connect, project_info, show

LOOKUP = "lookup('community.scalingo.project_info'{})"
QUERY = "query('community.scalingo.project_info'{})"


@pytest.fixture(scope="module")
def sim() -> Iterator[Any]:
    """One list that shows the projects of two people. How often it is asked for is counted."""
    with Simulator(**COUNTED, list_collaborations=True) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def people(sim: Any) -> dict[str, Any]:
    """Mireille sees default, web and api of her own, and of Tomasz web and site."""
    mireille, tomasz = sim.add_account("mireille"), sim.add_account("tomasz")
    mine = {name: sim.add_project(mireille, name)["id"] for name in ("web", "api")}
    theirs = {name: sim.add_project(tomasz, name)["id"] for name in ("web", "site")}
    for name, project_id in theirs.items():
        sim.add_application(project_id, f"shared-{name}", collaborators=[mireille])
    return {"mireille": mireille, "tomasz": tomasz, "mine": mine, "theirs": theirs}


def _variables(connection: dict[str, Any]) -> dict[str, Any]:
    return {f"scalingo_{option}": value for option, value in connection.items()}


@pytest.fixture(scope="module")
def marker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that exists only if something was evaluated that must not be."""
    return tmp_path_factory.mktemp("marker") / "evaluated"


@pytest.fixture(scope="module")
def trapped(sim: Any) -> Any:
    return sim.add_account("trapped")


@pytest.fixture(scope="module")
def trap(marker: Path, trapped: Any) -> dict[str, Any]:
    """A project whose name looks like a template."""
    owner = {"id": trapped.id, "username": "{{ 7 * 6 }}", "email": "a@example.org"}
    name = "{{ lookup('ansible.builtin.pipe', 'touch " + str(marker) + "') }}"
    return {
        "id": "prj-1",
        "name": name,
        "default": True,
        "owner": owner,
        "flags": {},
        "created_at": "2026-01-01T00:00:00.000Z",
        "updated_at": "2026-01-01T00:00:00.000Z",
    }


@pytest.fixture(scope="module")
def run(sim: Any, people: dict[str, Any], trapped: Any, trap: dict[str, Any], teller: Any) -> PlaybookRun:
    mine, theirs, tomasz = people["mine"], people["theirs"], people["tomasz"]
    asked = {
        "one name": LOOKUP.format(", 'api'"),
        "one id": LOOKUP.format(f", '{mine['web']}'"),
        "an id of somebody else": LOOKUP.format(f", '{theirs['web']}'"),
        "two terms": LOOKUP.format(f", 'site', '{mine['api']}'"),
        "terms in a list": QUERY.format(", *['api', 'default', 'site']"),
        "one term, a list": QUERY.format(", 'api'"),
        "no term": QUERY.format(""),
        "no term, an owner": QUERY.format(", owner='tomasz'"),
        "no term, an owner's email": QUERY.format(f", owner='{tomasz.email}'"),
        "a name and its owner": LOOKUP.format(", 'web', owner='tomasz'"),
        "a name and its owner's id": LOOKUP.format(f", 'web', owner='{people['mireille'].id}'"),
        "the default one of an owner": LOOKUP.format(", default=true, owner='mireille'"),
        "the default ones": QUERY.format(", default=true"),
        "missing": LOOKUP.format(", 'api', 'nothing'"),
        "missing, error": LOOKUP.format(", 'nothing', on_missing='error'"),
        "missing, skip": QUERY.format(", 'api', 'nothing', 'site', on_missing='skip'"),
        "missing, none": QUERY.format(", 'api', 'nothing', 'site', on_missing='none'"),
        "missing of that owner": LOOKUP.format(", 'api', owner='tomasz'"),
        "all missing, skip": QUERY.format(", 'nothing', on_missing='skip'"),
        "ambiguous": LOOKUP.format(", 'web'"),
        "a field of it": LOOKUP.format(", 'api'") + ".owner.username",
    }
    connection = connect(sim, people["mireille"])
    tasks = [show(expression, task) for task, expression in asked.items()]
    # A loop of the old form calls the lookup in a way of its own.
    tasks.append(show("item.name", "a loop", **{f"with_{COLLECTION}.project_info": ["api", "site"]}))
    sim.fault(
        "replace",
        method="GET",
        path="/v1/projects",
        times=None,
        account="trapped",
        status=200,
        body=json.dumps({"projects": [trap]}),
    )
    one_call = sim.add_account("one-call")
    sim.clear_requests()
    evaluate = [
        show(QUERY.format(""), "as a list"),
        show(LOOKUP.format(", default=true") + ".name", "its name"),
        {"name": "keep", "ansible.builtin.set_fact": {"kept": "{{ " + LOOKUP.format(", 'prj-1'") + " }}"}},
        show("kept.name", "kept"),
        show("kept.owner.username ~ '!'", "kept owner"),
        {**project_info("module"), "register": "answer"},
        show("answer.projects[0].name", "of the module"),
    ]
    return teller(
        [
            Story("mireille", tasks, variables=_variables(connection)),
            Story("trapped", evaluate, connect(sim, trapped), _variables(connect(sim, trapped))),
            Story(
                "one-call", [show(QUERY.format(", 'default', 'default'"))], variables=_variables(connect(sim, one_call))
            ),
        ]
    )


def test_a_loop_gives_one_project_for_each_term(run: PlaybookRun) -> None:
    assert [one["msg"] for one in run.of("mireille", "a loop")["results"]] == ["api", "site"]


def _told(result: Any) -> Any:
    """What the expression gave: owner/name of each project."""

    def brief(one: Any) -> Any:
        return f"{one['owner']['username']}/{one['name']}" if isinstance(one, dict) else one

    value = result["msg"]
    return [brief(one) for one in value] if isinstance(value, list) else brief(value)


EVERYTHING = ["mireille/api", "mireille/default", "mireille/web", "tomasz/site", "tomasz/web"]


@pytest.mark.parametrize(
    ("task", "projects"),
    [
        ("one name", "mireille/api"),
        ("one id", "mireille/web"),
        ("an id of somebody else", "tomasz/web"),
        ("two terms", ["tomasz/site", "mireille/api"]),
        ("terms in a list", ["mireille/api", "mireille/default", "tomasz/site"]),
        ("one term, a list", ["mireille/api"]),
        ("a name and its owner", "tomasz/web"),
        ("a name and its owner's id", "mireille/web"),
        ("the default one of an owner", "mireille/default"),
        ("missing, skip", ["mireille/api", "tomasz/site"]),
        ("missing, none", ["mireille/api", None, "tomasz/site"]),
        ("all missing, skip", []),
        ("a field of it", "mireille"),
    ],
)
def test_these_terms_give_these_projects(run: PlaybookRun, task: str, projects: Any) -> None:
    assert_ok(run.of("mireille", task))
    assert _told(run.of("mireille", task)) == projects


@pytest.mark.parametrize(
    ("task", "projects"),
    [
        ("no term", EVERYTHING),
        ("no term, an owner", ["tomasz/site", "tomasz/web"]),
        ("no term, an owner's email", ["tomasz/site", "tomasz/web"]),
        ("the default ones", ["mireille/default"]),
    ],
)
def test_without_a_term_every_project_comes(run: PlaybookRun, task: str, projects: list[str]) -> None:
    assert_ok(run.of("mireille", task))
    assert sorted(_told(run.of("mireille", task))) == projects


def test_a_project_is_what_the_api_holds(run: PlaybookRun, sim: Any, people: dict[str, Any]) -> None:
    assert run.of("mireille", "one name")["msg"] in sim.projects(people["mireille"])


@pytest.mark.parametrize("task", ["missing", "missing, error", "missing of that owner"])
def test_what_is_missing_is_named(run: PlaybookRun, task: str) -> None:
    result = run.of("mireille", task)
    assert result.failed
    assert ("'api'" if "owner" in task else "nothing").strip("'") in result.msg
    assert "Traceback" not in result.msg


def test_an_ambiguous_name_lists_whose_it_is(run: PlaybookRun, people: dict[str, Any]) -> None:
    result = run.of("mireille", "ambiguous")
    assert result.failed
    for fact in ("web", "mireille", "tomasz", people["mine"]["web"], people["theirs"]["web"], "owner"):
        assert fact in result.msg


def test_one_lookup_exchanges_once_and_lists_once(run: PlaybookRun, sim: Any) -> None:
    assert_ok(run.of("one-call"))
    assert sim.calls("one-call") == [EXCHANGE, LIST]


@pytest.mark.parametrize("task", ["its name", "kept", "of the module"])
def test_a_name_that_looks_like_a_template_comes_back_as_it_is(
    run: PlaybookRun,
    trap: dict[str, Any],
    task: str,
) -> None:
    assert run.of("trapped", task)["msg"] == trap["name"]


def test_a_whole_project_comes_back_as_it_is(run: PlaybookRun, trap: dict[str, Any]) -> None:
    assert run.of("trapped", "as a list")["msg"] == [trap]
    assert run.of("trapped", "module")["projects"] == [trap]
    assert run.of("trapped", "kept owner")["msg"] == "{{ 7 * 6 }}!"


def test_nothing_that_came_from_the_api_was_evaluated(run: PlaybookRun, marker: Path) -> None:
    assert len(run.all_of("trapped")) == 7
    assert not marker.exists()
