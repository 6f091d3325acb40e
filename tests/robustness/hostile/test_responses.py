# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Responses of any form to requests of every kind: a result, or one sentence, and the truth about writes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ..operations import (
    AUTH,
    OPERATIONS,
    PERSON,
    PROJECT,
    PROJECTS,
    TRANSFER,
    Operation,
    arrange,
    secrets,
    state,
    task,
)
from .strategies import json_values, mutations
from .support import ModuleResult, examples, play

# What an error shows of a response is bounded, whatever the response is.
LONGEST_MESSAGE = 6000
WEB = {"project_id": "prj-web"}
# A login returns a token, which nothing here can tell from what it must not return.
CASES: Mapping[str, Operation] = {
    **{name: each for name, each in OPERATIONS.items() if name != "login"},
    # The same reads, on the way to a write.
    "list to create": Operation(PROJECT, {"name": "new"}, "GET", "/v1/projects"),
    "list of many": Operation(PROJECTS, {"projects": [{"name": "web"}]}, "GET", "/v1/projects"),
    "create in a list": Operation(PROJECTS, {"projects": [{"name": "new"}]}, "POST", "/v1/projects", write=True),
    "read to rename": Operation(PROJECT, {**WEB, "name": "blog"}, "GET", "/v1/projects/prj-web"),
    "read to delete": Operation(PROJECT, {"project_id": "prj-old", "state": "absent"}, "GET", "/v1/projects/prj-old"),
    "eligible": Operation(TRANSFER, {**WEB, "new_owner": "tomasz"}, "GET", "*/eligible_new_owners"),
    "invitations": Operation(TRANSFER, {**WEB, "new_owner": "tomasz"}, "GET", "*/transfer_invitations", invited=True),
    "invitation to decline": Operation(
        TRANSFER,
        {**WEB, "invitation_id": "tin-1", "state": "declined"},
        "GET",
        "*/transfer_invitations/tin-1",
        actor="tomasz",
        invited=True,
    ),
    "applications to invite": Operation("scalingo_project_collaborator", PERSON, "GET", "/v1/apps", role=None),
    "people to invite": Operation("scalingo_project_collaborator", PERSON, "GET", "/v1/collaborators", role=None),
    "who am I": Operation(
        PROJECT,
        {"name": "new", "owner": "mireille"},
        "GET",
        "/v1/users/self",
        AUTH,
        switches={"uuid_claim": False},
    ),
}
RAW = (
    b"",
    b"null",
    b"{",
    b'{"projects": [',
    b"\xef\xbb\xbf{}",
    "{}".encode("utf-16"),
    b"\xff\xfe\x00",
    b"\x00" * 1000,
    b"[" * 10_000 + b"]" * 10_000,
    b'{"projects":' * 10_000 + b"1" + b"}" * 10_000,
    b'{"project": {"id": "\\ud800", "name": "\\udfff"}}',
    b'{"projects": [], "projects": 5}',
    b'{"projects": [1e999, -Infinity, NaN]}',
    b'{"error": ' + b"9" * 10_000 + b"}",
    b"<!DOCTYPE html><html><body>{{ lookup('pipe', 'id') }}</body></html>",
    b'{"meta": {"pagination": {"next_page": 2}}, "projects": []}',
    b"Retry later\n",
)
TRUE_BODIES: dict[str, Any] = {}


def run(sim: Any, case: Operation) -> ModuleResult:
    return play(case.module, task(sim, case, max_wait=0.2, timeout=5))


def true_body(sim: Any, name: str) -> Any:
    """Return the body of a case where nothing is broken."""
    if name not in TRUE_BODIES:
        case = CASES[name]
        arrange(sim, case)
        played = run(sim, case)
        found = [one for one in sim.requests if one.method == case.method and fnmatchcase(one.path, case.path)]
        assert found, (name, played.msg, sim.calls())
        TRUE_BODIES[name] = found[-1].answer
    return TRUE_BODIES[name]


def assert_truthful(sim: Any, case: Operation, body: bytes, times: int | None, status: int | None = None) -> None:
    arrange(sim, case)
    before = state(sim)
    details = {} if status is None else {"status": status}
    # A 4xx says that nothing was done, and then nothing is.
    kind = "status" if status is not None and 400 <= status < 500 else "replace"
    sim.fault(kind, case.method, case.path, times, case.sender, body=body, **details)
    played = run(sim, case)
    assert len(played.msg) <= LONGEST_MESSAGE
    assert len(played.printed) <= 20 * LONGEST_MESSAGE or not played.failed
    assert [name for name, text in secrets(sim).items() if text in played.printed] == []
    wrote = state(sim) != before
    if not wrote:
        assert not played.changed, played.result
    elif not played.changed:
        # The task could not find out, and says so.
        assert played.failed and times is None, played.result
        assert played.result["outcome_unknown"], played.result
    if played.failed or not case.write:
        return
    assert wrote, played.result
    project, invitation = played.result.get("project"), played.result.get("transfer_invitation")
    # The ID of what was just made is known from this response only.
    if isinstance(project, dict) and case.path != "/v1/projects":
        real = sim.project(project["id"])
        assert real is not None and (real["name"], real["default"]) == (project["name"], project["default"]), project
    if isinstance(invitation, dict) and not case.path.endswith("/transfer_invitations"):
        held = {one["id"]: one["status"] for one in sim.invitations("prj-web")}
        assert held.get(invitation["id"]) == invitation["status"], invitation


@pytest.mark.parametrize("name", CASES)
@examples(16)
@given(data=st.data(), times=st.sampled_from((1, 1, None)))
def test_body_that_is_almost_right(sim: Any, data: Any, name: str, times: int | None) -> None:
    body = data.draw(mutations(true_body(sim, name) or {}))
    assert_truthful(sim, CASES[name], json.dumps(body).encode(), times)


@examples(120)
@given(
    body=st.one_of(json_values.map(lambda value: json.dumps(value).encode()), st.sampled_from(RAW), st.binary()),
    name=st.sampled_from(sorted(CASES)),
    status=st.sampled_from((None, None, 200, 201, 204, 301, 400, 401, 403, 404, 409, 422, 429, 500, 503)),
    times=st.sampled_from((1, None)),
)
def test_body_of_any_form(sim: Any, body: bytes, name: str, status: int | None, times: int | None) -> None:
    assert_truthful(sim, CASES[name], body, times, status)


@pytest.mark.parametrize("body", RAW, ids=[repr(one[:20]) for one in RAW])
def test_bytes_that_are_no_response(sim: Any, body: bytes) -> None:
    for name in ("list", "read", "create", "delete", "accept", "exchange", "add_person", "accept_person"):
        assert_truthful(sim, CASES[name], body, 1)


@pytest.mark.parametrize("times", (1, None))
@pytest.mark.parametrize(
    "name",
    [
        *("read", "read to rename", "read to delete", "rename", "default", "invite", "accept", "decline", "cancel"),
        *("invitation to decline", "invite_with_both", "accept_with_both", "add_person", "raise_person"),
    ],
)
def test_response_about_another_object(sim: Any, name: str, times: int | None) -> None:
    """A cache on the way that confuses responses must not make a task read, write, or delete what it does not name."""
    case = CASES[name]
    body = true_body(sim, name)
    arrange(sim, case)
    other = sim.add_project("mireille", "other", id="prj-other")
    theirs = sim.add_invitation("prj-other", "tomasz", id="tin-other")
    sim.add_application("prj-other", "blog", pending=["tomasz@example.org"])
    invited = sim.collaborators("blog")
    key = next(iter(body))
    wrong = {"project": other, "transfer_invitation": theirs, "collaborator": invited[0]}[key]
    kept = ("name", "default", "status", "is_limited")
    wrong = {**wrong, **{each: body[key][each] for each in kept if each in wrong}}
    before = state(sim)
    sim.fault("replace", case.method, case.path, times, body=json.dumps({key: wrong}).encode())
    played = run(sim, case)
    assert sim.project("prj-other") == other, "another project was changed"
    assert sim.invitations("prj-other") == [theirs], "another invitation was changed"
    assert sim.collaborators("blog") == invited, "another application was changed"
    shown = json.dumps([played.result.get(one) for one in ("project", "projects", "transfer_invitation")])
    assert played.failed or ("prj-other" not in shown and "tin-other" not in shown), played.result
    if state(sim) != before and not played.changed:
        assert played.failed and times is None
