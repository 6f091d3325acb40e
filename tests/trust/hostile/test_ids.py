# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IDs are opaque: whatever they hold, a request stays at the path of one project, or is not sent."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .drawn import texts
from .in_process import Played, play
from .profile import examples

# A segment that is no dots, and that nothing on the way would read as more than one.
_SEGMENT = r"(?!\.\.?(?:/|\?|$))(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%(?!2[eEfF])[0-9A-Fa-f]{2})+"
_PROJECT = rf"/v1/projects/{_SEGMENT}"
_LISTS = r"/v1/(?:projects|apps|users/self)"
_INVITATION = rf"{_PROJECT}/transfer_invitations(?:/{_SEGMENT}(?:/(?:accept|decline|cancel))?)?"
_ALLOWED = re.compile(rf"(?:{_LISTS}|{_PROJECT}|{_PROJECT}/eligible_new_owners|{_INVITATION}(?:\?status=all)?)")

ids = texts.filter(lambda text: text != "")
NOT_FOUND = b'{"resource": "project", "error": "not found"}'


class Ear:
    """A server that notes the request lines as they come over the wire, and knows nothing and nobody."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _address = self._socket.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                self._hear(connection.makefile("rb"), connection.sendall)

    def _hear(self, incoming: Any, say: Callable[[bytes], None]) -> None:
        self.lines.append(incoming.readline().decode("latin-1").rstrip("\r\n"))
        length = 0
        for line in iter(incoming.readline, b""):
            if line == b"\r\n":
                break
            name, _colon, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        incoming.read(length)
        head = f"HTTP/1.1 404 Not Found\r\nContent-Length: {len(NOT_FOUND)}\r\nConnection: close\r\n\r\n"
        say(head.encode() + NOT_FOUND)

    def close(self) -> None:
        self._socket.close()


@pytest.fixture(scope="module")
def ear() -> Iterator[Ear]:
    ear = Ear()
    yield ear
    ear.close()


def told(ear: Ear, module: str, **options: Any) -> tuple[Played, list[str]]:
    """Run a module, and return what it came to and the targets that it asked for."""
    ear.lines.clear()
    connection = {"api_url": ear.url, "auth_url": ear.url, "bearer_token": "a-bearer-token", "max_wait": 0}
    played = play(module, {**connection, **options})
    targets = []
    for line in ear.lines:
        method, target, version = line.split(" ")
        assert method in ("GET", "POST", "PATCH", "DELETE") and version == "HTTP/1.1", line
        assert _ALLOWED.fullmatch(target), line
        targets.append(target)
    return played, targets


@examples(300)
@given(identifier=ids, state=st.sampled_from(("present", "absent")))
def test_id_of_a_project(ear: Ear, identifier: str, state: str) -> None:
    played, targets = told(ear, "scalingo_project", project_id=identifier, state=state)
    assert len(targets) <= 1
    if not targets:
        assert played.failed
    elif state == "absent":
        assert not played.failed and not played.changed


@examples(150)
@given(identifier=ids)
def test_id_is_sent_so_that_it_can_be_read_back(ear: Ear, identifier: str) -> None:
    _played, targets = told(ear, "scalingo_project_info", project_id=identifier)
    for target in targets:
        assert unquote(target.removeprefix("/v1/projects/")) == identifier


@examples(200)
@given(project_id=ids, invitation_id=ids, state=st.sampled_from(("accepted", "declined", "canceled")))
def test_id_of_an_invitation(ear: Ear, project_id: str, invitation_id: str, state: str) -> None:
    options = {"project_id": project_id, "invitation_id": invitation_id}
    played, _targets = told(ear, "scalingo_project_transfer", state=state, **options)
    assert played.failed
    played, _targets = told(ear, "scalingo_project_transfer_info", **options)
    assert played.failed


@examples(100)
@given(invitation_id=ids, state=st.sampled_from(("accepted", "declined", "canceled")))
def test_impossible_id_of_an_invitation_is_refused_unsent(ear: Ear, invitation_id: str, state: str) -> None:
    _played, possible = told(ear, "scalingo_project", project_id=invitation_id)
    for module, options in (("scalingo_project_transfer", {"state": state}), ("scalingo_project_transfer_info", {})):
        played, targets = told(ear, module, project_name="web", invitation_id=invitation_id, **options)
        assert played.failed
        assert bool(targets) is bool(possible), (module, targets)


@examples(150)
@given(project_id=ids, user=texts)
def test_users(ear: Ear, project_id: str, user: str) -> None:
    told(ear, "scalingo_project_transfer", project_id=project_id, new_owner=user)
    told(ear, "scalingo_project", project_id=project_id, owner=user)
    told(ear, "scalingo_project", name="web", owner=user)
    told(ear, "scalingo_project_info", owner=user)


@examples(150)
@given(wanted=st.lists(ids, min_size=1, max_size=3))
def test_ids_in_a_list(ear: Ear, wanted: list[str]) -> None:
    items = [{"project_id": identifier, "state": "absent"} for identifier in wanted]
    told(ear, "scalingo_projects", projects=items)
