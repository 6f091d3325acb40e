# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers that come in small pieces for ever: one request ends within its time-out, whatever trickles in."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator

import pytest

from ..module_process import run_module
from .in_process import assert_printable_line
from .raw_server import raw_server

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
# What comes first, and what comes again and again.
ANSWERS = {
    "continue": (b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "status line": (b"HTTP/1.1 200 ", b"y"),
    "header": (b"HTTP/1.1 200 OK\r\nX: ", b"y"),
    "chunk size": (CHUNKED, b"0"),
    "trailers": (CHUNKED + b"0\r\n", b"T: x\r\n"),
}
# Seconds: time-out 1 for the connection and 1 for the answer, and the start of a process on a busy machine.
ENOUGH = 10.0


@pytest.mark.parametrize(("first", "again"), ANSWERS.values(), ids=list(ANSWERS))
def test_answer_that_trickles(first: bytes, again: bytes) -> None:
    def answer(_line: str) -> Iterator[bytes]:
        yield first
        for piece in itertools.repeat(again):
            time.sleep(0.2)
            yield piece

    with raw_server(answer) as server:
        ended = run_module("scalingo_project_info", {**server.connection, "timeout": 1}, patience=3 * ENOUGH)
    assert ended.failed, ended.stdout[:2000]
    assert_printable_line(ended.msg)
    assert ended.seconds < ENOUGH
