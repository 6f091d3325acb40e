# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers that are not what the contract says: an error in one sentence, never a traceback, never a guess."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .assumptions import COUNTED
from .expect import CREATE, EXCHANGE, LIST, assert_ok, assert_refused, outline, writes
from .playbook import PlaybookRun, Story, connect, project, project_info

# One broken answer is all that a task gets.
ASSUMED = COUNTED

HTML = "<!DOCTYPE html><html><body><h1>Maintenance</h1></body></html>"
TEMPLATE = "{{ lookup('ansible.builtin.pipe', 'id') }}"
OWNER = {"id": "us-1", "username": "mireille", "email": "mireille@example.org"}
DATES = {"created_at": "2026-01-01T00:00:00.000Z", "updated_at": "2026-01-01T00:00:00.000Z"}
WEB = {"id": "prj-1", "name": "web", "default": False, "owner": OWNER, **DATES}


def _without(key: str) -> dict[str, Any]:
    return {name: value for name, value in WEB.items() if name != key}


def _list(*projects: Any) -> str:
    return json.dumps({"projects": list(projects)})


# What the list request answers with 200.
LISTS: dict[str, str] = {
    "empty": "",
    "html": HTML,
    "a-template": TEMPLATE,
    "a-list": "[]",
    "null": "null",
    "no-key": "{}",
    "key-is-null": json.dumps({"projects": None}),
    "key-is-a-template": json.dumps({"projects": TEMPLATE}),
    "entry-is-null": _list(None),
    "entry-is-empty": _list({}),
    "entry-without-id": _list(_without("id")),
    "entry-without-name": _list(_without("name")),
    "entry-without-default": _list(_without("default")),
    "entry-without-owner": _list(_without("owner")),
    "owner-is-null": _list({**WEB, "owner": None}),
    "owner-is-a-string": _list({**WEB, "owner": "mireille"}),
}

# What the token exchange answers with 200.
EXCHANGES: dict[str, str] = {
    "empty": "",
    "html": HTML,
    "a-list": "[]",
    "token-is-null": json.dumps({"token": None}),
    "token-is-empty": json.dumps({"token": ""}),
    "token-is-a-number": json.dumps({"token": 5}),
    "token-is-an-object": json.dumps({"token": {"value": "x"}}),
    "token-has-a-line-break": json.dumps({"token": "first\r\nX-Evil: second"}),
}

# What a request for one project answers with its right status.
PROJECTS: dict[str, str] = {
    "empty": "",
    "html": HTML,
    "a-list": "[]",
    "no-key": "{}",
    "null": json.dumps({"project": None}),
    "without-id": json.dumps({"project": _without("id")}),
}

CREATED = ("empty", "html", "without-id")  # of these, the ones that a creation is answered with

FIELDS_OF_NO_USE = {
    "meta-is-null": {"projects": [WEB], "meta": None},
    "meta-is-a-list": {"projects": [WEB], "meta": []},
    "pagination-is-null": {"projects": [WEB], "meta": {"pagination": None}},
    "a-new-field": {"projects": [{**WEB, "colour": TEMPLATE}], "links": {}},
}


@pytest.fixture(scope="module")
def accounts() -> dict[str, Any]:
    """The account of every story."""
    return {}


@pytest.fixture(scope="module")
def run(sim: Any, accounts: dict[str, Any], teller: Any) -> PlaybookRun:
    stories: list[Story] = []

    def story(name: str, method: str, path: str, status: int, body: str, task: dict[str, Any]) -> None:
        me = accounts[name] = sim.add_account(name)
        sim.fault("replace", method=method, path=path, times=None, account=name, status=status, body=body)
        stories.append(Story(name, [task], connect(sim, me, max_wait=0)))

    for name, body in LISTS.items():
        story(f"list-{name}", "GET", "/v1/projects", 200, body, project(name="web"))
    for name, body in EXCHANGES.items():
        story(f"exchange-{name}", "POST", "/v1/tokens/exchange", 200, body, project(name="web"))
    for name, body in PROJECTS.items():
        story(f"read-{name}", "GET", "/v1/projects/prj-1", 200, body, project_info(project_id="prj-1"))
    for name in CREATED:
        story(f"created-{name}", "POST", "/v1/projects", 201, PROJECTS[name], project(name="web"))
    for name, content in FIELDS_OF_NO_USE.items():
        story(f"harmless-{name}", "GET", "/v1/projects", 200, json.dumps(content), project_info())

    for name, kind in (("half", "truncate"), ("noise", "garbage")):
        me = sim.add_account(name)
        sim.fault(kind, method="GET", path="/v1/projects", times=None, account=name)
        stories.append(Story(name, [project(name="web")], connect(sim, me, max_wait=0)))
    return teller(stories)


@pytest.mark.parametrize("body", LISTS)
def test_a_broken_list_is_one_sentence_and_creates_nothing(run: PlaybookRun, sim: Any, body: str) -> None:
    assert_refused(run.of(f"list-{body}"), "projects")
    assert writes(sim.calls(f"list-{body}")) == []


@pytest.mark.parametrize("body", EXCHANGES)
def test_a_broken_exchange_is_one_sentence_and_goes_no_further(run: PlaybookRun, sim: Any, body: str) -> None:
    assert_refused(run.of(f"exchange-{body}"), "token")
    assert LIST not in sim.calls(f"exchange-{body}")


@pytest.mark.parametrize("body", CREATED)
def test_a_broken_answer_to_a_creation_is_mended_or_one_sentence(
    run: PlaybookRun,
    sim: Any,
    accounts: dict[str, Any],
    body: str,
) -> None:
    """The project was created all the same: whoever reads it back may say so, but nobody may create it again."""
    result, account = run.of(f"created-{body}"), accounts[f"created-{body}"]
    assert sim.calls(account.username).count(CREATE) == 1
    assert outline(sim.projects(account)) == "*default web"
    if result.failed:
        assert_refused(result, "web")
    else:
        assert_ok(result, changed=True)
        assert result["project"] in sim.projects(account)


@pytest.mark.parametrize("body", PROJECTS)
def test_a_broken_project_is_one_sentence(run: PlaybookRun, body: str) -> None:
    assert_refused(run.of(f"read-{body}"), "prj-1")


@pytest.mark.parametrize("host", ["half", "noise"])
def test_a_body_that_breaks_off_is_one_sentence(run: PlaybookRun, sim: Any, host: str) -> None:
    assert_refused(run.of(host), "projects")
    assert writes(sim.calls(host)) == []


@pytest.mark.parametrize("content", FIELDS_OF_NO_USE)
def test_what_the_contract_leaves_open_does_no_harm(run: PlaybookRun, sim: Any, content: str) -> None:
    result = run.of(f"harmless-{content}")
    assert_ok(result)
    assert result["projects"] == FIELDS_OF_NO_USE[content]["projects"]
    assert sim.calls(f"harmless-{content}") == [EXCHANGE, LIST]


def test_no_body_was_evaluated(run: PlaybookRun) -> None:
    assert "uid=" not in run.output
    assert "Traceback" not in run.output
    assert not any("Traceback" in str(result.values) for result in run.results)
