# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers without end or measure: refused in one sentence, quickly, and in little memory."""

from __future__ import annotations

import gzip
import itertools
import json
import resource
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from ..module_process import ModuleRun, run_module
from .in_process import assert_printable_line
from .raw_server import raw_server, whole

MEGABYTE = 1024 * 1024
# Bytes of data that the process of a module may hold.
LIMIT = 512 * MEGABYTE
# Seconds: the time-out of the module is 5, and a busy machine is slow.
PATIENCE = 120.0

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
MORE = b" " * 65536


def little_memory() -> None:
    """In the process of a module: what needs more memory than that breaks."""
    resource.setrlimit(resource.RLIMIT_DATA, (LIMIT, LIMIT))


def run_limited(module: str, options: dict[str, Any]) -> ModuleRun:
    """Run a module in little memory."""
    ended = run_module(module, options, patience=PATIENCE, prepare=little_memory)
    assert not ended.crashed, (ended.exitcode, ended.stdout[:2000], ended.stderr[-4000:])
    return ended


def endless() -> Iterator[bytes]:
    yield HEAD + b"\r\n"
    yield b'{"projects": ['
    yield from itertools.repeat(MORE)


def announced() -> Iterator[bytes]:
    yield HEAD + b"Content-Length: %d\r\n\r\n" % (100 * MEGABYTE)
    yield from itertools.repeat(MORE, 1600)


def chunked() -> Iterator[bytes]:
    yield CHUNKED
    yield from itertools.repeat(b"10000\r\n" + MORE + b"\r\n", 1600)


def tiny_chunks() -> Iterator[bytes]:
    yield CHUNKED
    yield from itertools.repeat(b"1\r\n \r\n" * 10_000)


def long_chunk_line() -> Iterator[bytes]:
    yield CHUNKED
    yield from itertools.repeat(b"0" * 65536)


def endless_headers() -> Iterator[bytes]:
    yield HEAD
    yield from (b"X-%d: y\r\n" % number for number in itertools.count())


def one_long_header() -> Iterator[bytes]:
    yield HEAD + b"X: "
    yield from itertools.repeat(b"y" * 65536)


def endless_status_line() -> Iterator[bytes]:
    yield from itertools.repeat(b"H" * 65536)


def _bomb(megabytes: int) -> bytes:
    return gzip.compress(b'{"projects": [' + b" " * (megabytes * MEGABYTE), 9)


def gzip_bomb() -> Iterable[bytes]:
    return whole(_bomb(1024), "Content-Encoding: gzip")


def bomb_in_a_bomb() -> Iterable[bytes]:
    return whole(gzip.compress(_bomb(1024), 9), "Content-Encoding: gzip, gzip")


def many_encodings() -> Iterable[bytes]:
    return whole(_bomb(1), "Content-Encoding: " + ", ".join(["gzip"] * 200))


def deflate_bomb() -> Iterable[bytes]:
    return whole(zlib.compress(b" " * (512 * MEGABYTE), 9), "Content-Encoding: deflate")


def unknown_encoding() -> Iterable[bytes]:
    return whole(b"\x00\x01\x02", "Content-Encoding: br, zstd, x-nothing")


def wrong_length() -> Iterable[bytes]:
    return [HEAD + b"Content-Length: 5\r\n\r\n", b'{"projects": []}']


def impossible_length() -> Iterable[bytes]:
    return [HEAD + b"Content-Length: -5\r\n\r\n", b"x"]


def huge_length() -> Iterable[bytes]:
    return [HEAD + b"Content-Length: 99999999999999999999999\r\n\r\n", b"{}"]


def two_lengths() -> Iterable[bytes]:
    return [HEAD + b"Content-Length: 16\r\nContent-Length: 2\r\n\r\n", b'{"projects": 12}']


def deep() -> Iterable[bytes]:
    return whole(b'{"projects": ' + b"[" * 5_000_000)


def many_objects() -> Iterable[bytes]:
    return whole(b'{"projects": [' + b"{}," * 1_000_000 + b"{}]}")


def many_lists() -> Iterable[bytes]:
    return whole(b'{"projects": [' + b"[]," * 2_700_000 + b"[]]}")


def wide_text() -> Iterable[bytes]:
    return whole(('{"projects": "' + "\U0001f600" * 3_000_000 + '"}').encode())


def long_number() -> Iterable[bytes]:
    return whole(b'{"projects": ' + b"9" * 10_000_000 + b"}")


def long_error() -> Iterable[bytes]:
    return whole(b'{"error": "' + b"sorry " * 1_000_000 + b'"}', status="422 Unprocessable Entity")


def long_errors() -> Iterable[bytes]:
    body = json.dumps({"errors": {f"field-{number}": ["bad"] for number in range(200_000)}}).encode()
    return whole(body, status="422 Unprocessable Entity")


REDIRECT = b"HTTP/1.1 302 Found\r\nLocation: https://127.0.0.1/\r\n"


def redirect_with_an_endless_body() -> Iterator[bytes]:
    yield REDIRECT + b"\r\n"
    yield from itertools.repeat(MORE)


def redirect_with_a_bomb() -> Iterator[bytes]:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    yield REDIRECT + b"Content-Encoding: gzip\r\n\r\n"
    yield from (packer.compress(MORE) for _part in range(16 * 1024))


def redirect_with_a_broken_body() -> Iterator[bytes]:
    yield REDIRECT + b"Content-Encoding: gzip\r\nContent-Length: 1000\r\n\r\n" + gzip.compress(b"x" * 4000)[:12]


ANSWERS: list[Callable[[], Iterable[bytes]]] = [
    endless,
    announced,
    chunked,
    tiny_chunks,
    long_chunk_line,
    endless_headers,
    one_long_header,
    endless_status_line,
    gzip_bomb,
    bomb_in_a_bomb,
    many_encodings,
    deflate_bomb,
    unknown_encoding,
    wrong_length,
    impossible_length,
    huge_length,
    two_lengths,
    deep,
    many_objects,
    many_lists,
    wide_text,
    long_number,
    long_error,
    long_errors,
    redirect_with_an_endless_body,
    redirect_with_a_bomb,
    redirect_with_a_broken_body,
]


@pytest.mark.parametrize("answer", ANSWERS, ids=[one.__name__ for one in ANSWERS])
def test_answer_without_measure(answer: Callable[[], Iterable[bytes]]) -> None:
    with raw_server(lambda _line: answer()) as server:
        ended = run_limited("scalingo_project_info", server.connection)
        sent = server.sent
    assert ended.failed, ended.stdout[:2000]
    assert_printable_line(ended.msg)
    assert len(ended.msg) < 2000
    assert len(ended.stdout) < 50_000
    assert ended.seconds < PATIENCE / 2
    # It was not read to its end, and what was on the way is a few buffers.
    assert sent < 40 * MEGABYTE


@pytest.mark.parametrize("method", ("POST", "DELETE"))
def test_write_that_is_answered_without_end(method: str) -> None:
    """It may have been done: the task looks, and says what it knows."""
    project = {"id": "prj-1", "name": "web", "default": False, "owner": {"id": "us-1", "username": "me"}}
    projects = [project] if method == "DELETE" else []

    def answer(line: str) -> Iterable[bytes]:
        if line.startswith(method):
            yield HEAD + b"\r\n"
            yield from itertools.repeat(MORE)
        else:
            yield from whole(json.dumps({"projects": projects}).encode())

    state = "absent" if method == "DELETE" else "present"
    with raw_server(answer) as server:
        ended = run_limited("scalingo_project", {**server.connection, "name": "web", "state": state})
        writes = [line for line in server.heard if line.startswith(method)]
    assert ended.failed and ended.result["outcome_unknown"], ended.msg
    assert len(writes) == 1, "it was sent again, although it may have been done"


def waste() -> None:
    little_memory()
    bytearray(LIMIT)


def test_memory_is_limited() -> None:
    """What needs more memory than that ends in no result."""
    assert run_module("scalingo_project_info", {}, prepare=waste).crashed
