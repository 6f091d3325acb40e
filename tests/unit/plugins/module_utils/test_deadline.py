# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When the time of a request is over. What that does to a connection is in the tests of the transport."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest
from ansible_collections.community.scalingo.plugins.module_utils._deadline import Deadline

SOON = 0.02


@pytest.fixture
def deadline() -> Iterator[Deadline]:
    made = Deadline()
    yield made
    made.stop()


def wait_for_the_end(deadline: Deadline) -> None:
    end = time.monotonic() + 5
    while not deadline.expired and time.monotonic() < end:
        time.sleep(0.002)
    assert deadline.expired


def test_the_answer_has_its_own_time(deadline: Deadline) -> None:
    deadline.start(60)
    deadline.connect()
    assert deadline.connecting
    deadline.connected()
    assert not deadline.connecting and not deadline.expired


def test_a_connection_that_opens_when_the_time_is_over_was_still_too_late(deadline: Deadline) -> None:
    """Nothing was sent on it. Whoever took it for open would say that the answer was lost, and the outcome unknown."""
    deadline.start(SOON)
    deadline.connect()
    wait_for_the_end(deadline)
    deadline.connected()
    assert deadline.connecting and deadline.expired


def test_a_socket_that_comes_when_the_time_is_over_is_shut_down(deadline: Deadline) -> None:
    deadline.start(SOON)
    wait_for_the_end(deadline)
    near, far = socket.socketpair()
    with near, far:
        far.settimeout(5)
        deadline.add(near)
        assert far.recv(1) == b""


def test_the_next_request_has_its_time_again(deadline: Deadline) -> None:
    deadline.start(SOON)
    deadline.connect()
    wait_for_the_end(deadline)
    deadline.stop()
    deadline.start(60)
    assert not deadline.connecting and not deadline.expired
