# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IDs are opaque: whatever they hold, a request stays at the path of one project, or is not sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .in_process import ModuleResult, play
from .profile import examples
from .raw_server import RawServer, raw_server, whole
from .strategies import texts

# A segment that is no dots, and that nothing on the way would read as more than one.
_SEGMENT = r"(?!\.\.?(?:/|\?|$))(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%(?!2[eEfF])[0-9A-Fa-f]{2})+"
_PROJECT = rf"/v1/projects/{_SEGMENT}"
_LISTS = r"/v1/(?:projects|apps|users/self)"
_INVITATION = rf"{_PROJECT}/transfer_invitations(?:/{_SEGMENT}(?:/(?:accept|decline|cancel))?)?"
_ALLOWED = re.compile(rf"(?:{_LISTS}|{_PROJECT}|{_PROJECT}/eligible_new_owners|{_INVITATION}(?:\?status=all)?)")

# What is left of a text without white space around it, and without halves of characters.
ids = texts.map(lambda text: re.sub("[\ud800-\udfff]", "", text).strip()).filter(bool)
NOT_FOUND = b'{"resource": "project", "error": "not found"}'


@pytest.fixture(scope="module")
def ear() -> Iterator[RawServer]:
    """A server that hears the request lines as they come over the wire, and knows nothing and nobody."""
    with raw_server(lambda _line: whole(NOT_FOUND, status="404 Not Found")) as server:
        yield server


def run(ear: RawServer, module: str, **options: Any) -> tuple[ModuleResult, list[str]]:
    """Run a module, and return what it came to and the targets that it asked for."""
    ear.heard.clear()
    played = play(module, {**ear.connection, **options})
    targets = []
    for line in ear.heard:
        method, target, version = line.split(" ")
        assert method in ("GET", "POST", "PATCH", "DELETE") and version == "HTTP/1.1", line
        assert _ALLOWED.fullmatch(target), line
        targets.append(target)
    return played, targets


@examples(300)
@given(identifier=ids, state=st.sampled_from(("present", "absent")))
def test_id_of_a_project(ear: RawServer, identifier: str, state: str) -> None:
    played, targets = run(ear, "scalingo_project", project_id=identifier, state=state)
    assert len(targets) <= 1
    if not targets:
        assert played.failed
    elif state == "absent":
        assert not played.failed and not played.changed


@examples(150)
@given(identifier=ids)
def test_id_is_sent_so_that_it_can_be_read_back(ear: RawServer, identifier: str) -> None:
    _played, targets = run(ear, "scalingo_project_info", project_id=identifier)
    for target in targets:
        assert unquote(target.removeprefix("/v1/projects/")) == identifier


@examples(200)
@given(project_id=ids, invitation_id=ids, state=st.sampled_from(("accepted", "declined", "canceled")))
def test_id_of_an_invitation(ear: RawServer, project_id: str, invitation_id: str, state: str) -> None:
    options = {"project_id": project_id, "invitation_id": invitation_id}
    played, _targets = run(ear, "scalingo_project_transfer", state=state, **options)
    assert played.failed
    played, _targets = run(ear, "scalingo_project_transfer_info", **options)
    assert played.failed


@examples(100)
@given(invitation_id=ids, state=st.sampled_from(("accepted", "declined", "canceled")))
def test_impossible_id_of_an_invitation_is_refused_unsent(ear: RawServer, invitation_id: str, state: str) -> None:
    _played, possible = run(ear, "scalingo_project", project_id=invitation_id)
    for module, options in (("scalingo_project_transfer", {"state": state}), ("scalingo_project_transfer_info", {})):
        played, targets = run(ear, module, project_name="web", invitation_id=invitation_id, **options)
        assert played.failed
        assert bool(targets) is bool(possible), (module, targets)


@examples(150)
@given(project_id=ids, user=texts)
def test_users(ear: RawServer, project_id: str, user: str) -> None:
    run(ear, "scalingo_project_transfer", project_id=project_id, new_owner=user)
    run(ear, "scalingo_project", project_id=project_id, owner=user)
    run(ear, "scalingo_project", name="web", owner=user)
    run(ear, "scalingo_project_info", owner=user)


@examples(150)
@given(wanted=st.lists(ids, min_size=1, max_size=3))
def test_ids_in_a_list(ear: RawServer, wanted: list[str]) -> None:
    items = [{"project_id": identifier, "state": "absent"} for identifier in wanted]
    run(ear, "scalingo_projects", projects=items)
