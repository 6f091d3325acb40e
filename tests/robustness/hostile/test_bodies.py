# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bodies of any form, in answers to requests of every kind: a result, or one sentence, and the truth about writes."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .cases import CASES, Case, prepare, run, state
from .profile import examples
from .strategies import json_values, mutations

# What an error shows of an answer is bounded, whatever the answer is.
LONGEST_MESSAGE = 6000
TRUE_BODIES: dict[str, Any] = {}

RAW = (
    b"",
    b"null",
    b"{",
    b'{"projects": [',
    b"\xef\xbb\xbf{}",
    "{}".encode("utf-16"),
    '{"projects": []}'.encode("utf-32"),
    b"\xff\xfe\x00",
    b"\x00" * 1000,
    b"[" * 10_000 + b"]" * 10_000,
    b'{"projects":' * 10_000 + b"1" + b"}" * 10_000,
    b"[" * 100_000,
    b'{"project": {"id": "\\ud800", "name": "\\udfff"}}',
    b'{"projects": [], "projects": 5}',
    b'{"projects": NaN}',
    b'{"projects": [1e999, -Infinity]}',
    b"1" * 5000,
    b'{"error": ' + b"9" * 10_000 + b"}",
    b"<!DOCTYPE html><html><body>{{ lookup('pipe', 'id') }}</body></html>",
    b'{"meta": {"pagination": {"next_page": 2}}, "projects": []}',
    b"Retry later\n",
)


@pytest.fixture(scope="module", autouse=True)
def accounts(sim: Any) -> None:
    for name in ("mireille", "tomasz"):
        sim.add_account(name)


def true_body(sim: Any, name: str) -> Any:
    """The body that a case is answered where nothing is spoilt."""
    if name not in TRUE_BODIES:
        case = CASES[name]
        prepare(sim, case)
        played = run(sim, case)
        found = [
            one
            for one in sim.requests
            if one.method == case.method and fnmatchcase(one.path, case.path) and one.status is not None
        ]
        assert found, (name, played.msg, [one.call for one in sim.requests])
        TRUE_BODIES[name] = found[0].answer
    return TRUE_BODIES[name]


def assert_truthful(sim: Any, case: Case, body: bytes, times: int | None, status: int | None = None) -> None:
    prepare(sim, case)
    before = state(sim)
    details = {} if status is None else {"status": status}
    # A 4xx says that nothing was done, and then nothing is.
    kind = "status" if status is not None and 400 <= status < 500 else "replace"
    sim.fault(kind, method=case.method, path=case.path, times=times, body=body, **details)
    played = run(sim, case)
    sim.clear_faults()
    assert len(played.msg) <= LONGEST_MESSAGE
    assert len(played.printed) <= 20 * LONGEST_MESSAGE or not played.failed
    wrote = state(sim) != before
    if not wrote:
        assert not played.changed, played.result
    elif not played.changed:
        # The task could not find out, and says so.
        assert played.failed and times is None, played.result
        assert played.result["outcome_unknown"], played.result
    if played.failed or not case.writes:
        return
    assert wrote, played.result
    project, invitation = played.result.get("project"), played.result.get("transfer_invitation")
    # The ID of what was just made is known from this answer only.
    if isinstance(project, dict) and case.path != "/v1/projects":
        real = sim.project(project["id"])
        assert real is not None and (real["name"], real["default"]) == (project["name"], project["default"]), project
    if isinstance(invitation, dict) and not case.path.endswith("/transfer_invitations"):
        held = {one["id"]: one["status"] for one in sim.invitations("prj-web")}
        assert held.get(invitation["id"]) == invitation["status"], invitation


@examples(250)
@given(data=st.data(), name=st.sampled_from(sorted(CASES)), times=st.sampled_from((1, 1, None)))
def test_body_that_is_almost_right(sim: Any, data: Any, name: str, times: int | None) -> None:
    body = data.draw(mutations(true_body(sim, name) or {}))
    assert_truthful(sim, CASES[name], json.dumps(body).encode(), times)


@examples(100)
@given(
    body=st.one_of(json_values.map(lambda value: json.dumps(value).encode()), st.sampled_from(RAW), st.binary()),
    name=st.sampled_from(sorted(CASES)),
    status=st.sampled_from((None, None, 200, 201, 204, 301, 400, 401, 403, 404, 409, 422, 429, 500, 503)),
    times=st.sampled_from((1, None)),
)
def test_body_of_any_form(sim: Any, body: bytes, name: str, status: int | None, times: int | None) -> None:
    assert_truthful(sim, CASES[name], body, times, status)


@pytest.mark.parametrize("body", RAW, ids=[repr(one[:20]) for one in RAW])
def test_bytes_that_are_no_answer(sim: Any, body: bytes) -> None:
    for name in ("list", "read", "create", "delete", "accept", "exchange"):
        assert_truthful(sim, CASES[name], body, 1)


@pytest.mark.parametrize("times", (1, None))
@pytest.mark.parametrize(
    "name",
    (
        "read",
        "read to write",
        "read to delete",
        "update",
        "make default",
        "invitation",
        "invite",
        "accept",
        "decline",
        "cancel",
    ),
)
def test_answer_about_another_object(sim: Any, name: str, times: int | None) -> None:
    """A cache on the way that mixes answers up must not make a task read, write or delete what nobody named."""
    case = CASES[name]
    body = true_body(sim, name)
    prepare(sim, case)
    other = sim.add_project("mireille", "other", id="prj-other")
    offered = sim.add_invitation("prj-other", "tomasz", id="tin-other")
    key = next(iter(body))
    wrong = {"project": other, "transfer_invitation": offered}[key]
    wrong = {**wrong, **{field: body[key][field] for field in ("name", "default", "status") if field in wrong}}
    before = state(sim)
    sim.fault("replace", method=case.method, path=case.path, times=times, body=json.dumps({key: wrong}).encode())
    played = run(sim, case)
    sim.clear_faults()
    assert sim.project("prj-other") == other, "another project was changed"
    assert sim.invitations("prj-other") == [offered], "another invitation was changed"
    shown = json.dumps([played.result.get(one) for one in ("project", "projects", "transfer_invitation")])
    assert played.failed or ("prj-other" not in shown and "tin-other" not in shown), played.result
    if state(sim) != before and not played.changed:
        assert played.failed and times is None
