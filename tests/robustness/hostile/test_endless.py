# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Responses without end or measure: one sentence, in time, and in little memory."""

from __future__ import annotations

import gzip
import itertools
import json
import resource
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import pytest

from ..module_process import ModuleRun, run_module
from .support import assert_printable_line, raw_server, whole

MEGABYTE = 1024 * 1024
# Bytes of data that the process of a module may hold.
LIMIT = 512 * MEGABYTE
# Seconds: the timeout of the module is 5, and a busy machine is slow.
PATIENCE = 120.0

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
REDIRECT = b"HTTP/1.1 302 Found\r\nLocation: https://127.0.0.1/\r\n"
MORE = b" " * 65536


def little_memory() -> None:
    """In the process of a module: what needs more memory than that breaks."""
    resource.setrlimit(resource.RLIMIT_DATA, (LIMIT, LIMIT))


def run_limited(module: str, options: Mapping[str, Any]) -> ModuleRun:
    """Run a module in little memory."""
    ended = run_module(module, options, patience=PATIENCE, prepare=little_memory)
    assert not ended.crashed, (ended.exitcode, ended.stdout[:2000], ended.stderr[-4000:])
    return ended


def then(first: bytes, again: bytes, times: int | None = None) -> Callable[[], Iterator[bytes]]:
    """A response that begins, and goes on so often, or for ever."""
    repeated = itertools.repeat(again) if times is None else itertools.repeat(again, times)
    return lambda: itertools.chain([first], repeated)


GZIP, DEFLATE = 31, 15  # as zlib has them


@cache
def bomb(form: int) -> bytes:
    """Return a gigabyte, of which only the first megabyte had to be packed."""
    packer = zlib.compressobj(9, zlib.DEFLATED, form)
    head = packer.compress(b'{"projects": [') + packer.flush(zlib.Z_FULL_FLUSH)
    megabyte = packer.compress(b" " * MEGABYTE) + packer.flush(zlib.Z_FULL_FLUSH)
    return head + megabyte * 1024


def many_fields() -> bytes:
    return json.dumps({"errors": {f"field-{number}": ["bad"] for number in range(200_000)}}).encode()


INVALID = "422 Unprocessable Entity"
# What a server sends, piece by piece.
RESPONSES: dict[str, Callable[[], Iterable[bytes]]] = {
    "endless": then(HEAD + b'\r\n{"projects": [', MORE),
    "announced": then(HEAD + b"Content-Length: %d\r\n\r\n" % (100 * MEGABYTE), MORE, 1600),
    "chunked": then(CHUNKED, b"10000\r\n" + MORE + b"\r\n", 1600),
    "tiny chunks": then(CHUNKED, b"1\r\n \r\n" * 10_000),
    "long chunk line": then(CHUNKED, b"0" * 65536),
    "endless headers": lambda: itertools.chain([HEAD], (b"X-%d: y\r\n" % number for number in itertools.count())),
    "one long header": then(HEAD + b"X: ", b"y" * 65536),
    "endless status line": then(b"", b"H" * 65536),
    "gzip bomb": lambda: whole(bomb(GZIP), "Content-Encoding: gzip"),
    "bomb in a bomb": lambda: whole(gzip.compress(bomb(GZIP)), "Content-Encoding: gzip, gzip"),
    "many encodings": lambda: whole(gzip.compress(b"{}"), "Content-Encoding: " + ", ".join(["gzip"] * 200)),
    "deflate bomb": lambda: whole(bomb(DEFLATE), "Content-Encoding: deflate"),
    "unknown encoding": lambda: whole(b"\x00\x01\x02", "Content-Encoding: br, zstd, x-nothing"),
    "wrong length": lambda: [HEAD + b"Content-Length: 5\r\n\r\n", b'{"projects": []}'],
    "impossible length": lambda: [HEAD + b"Content-Length: -5\r\n\r\n", b"x"],
    "huge length": lambda: [HEAD + b"Content-Length: 99999999999999999999999\r\n\r\n", b"{}"],
    "two lengths": lambda: [HEAD + b"Content-Length: 16\r\nContent-Length: 2\r\n\r\n", b'{"projects": 12}'],
    "deep": lambda: whole(b'{"projects": ' + b"[" * 5_000_000),
    "many objects": lambda: whole(b'{"projects": [' + b"{}," * 1_000_000 + b"{}]}"),
    "many lists": lambda: whole(b'{"projects": [' + b"[]," * 2_700_000 + b"[]]}"),
    "wide text": lambda: whole(('{"projects": "' + "\U0001f600" * 3_000_000 + '"}').encode()),
    "long number": lambda: whole(b'{"projects": ' + b"9" * 10_000_000 + b"}"),
    "long error": lambda: whole(b'{"error": "' + b"sorry " * 1_000_000 + b'"}', status=INVALID),
    "long errors": lambda: whole(many_fields(), status=INVALID),
    "redirect, endless": then(REDIRECT + b"\r\n", MORE),
    "redirect, bomb": lambda: [REDIRECT + b"Content-Encoding: gzip\r\n\r\n", bomb(GZIP)],
    "redirect, broken": lambda: [
        REDIRECT + b"Content-Encoding: gzip\r\nContent-Length: 1000\r\n\r\n" + gzip.compress(b"x" * 4000)[:12]
    ],
}


@pytest.mark.parametrize("respond", RESPONSES.values(), ids=RESPONSES)
def test_response_without_measure(respond: Callable[[], Iterable[bytes]]) -> None:
    with raw_server(lambda _line: respond()) as (server, connection):
        ended = run_limited("scalingo_project_info", connection)
        sent = server.sent
    assert ended.failed, ended.stdout[:2000]
    assert_printable_line(ended.msg)
    assert len(ended.msg) < 2000
    assert len(ended.stdout) < 50_000
    assert ended.seconds < PATIENCE / 2
    # It was not read to its end, and what was on the way is a few buffers.
    assert sent < 40 * MEGABYTE


@pytest.mark.parametrize("method", ("POST", "DELETE"))
def test_write_whose_response_has_no_end(method: str) -> None:
    """It may have been done: the task looks, and says what it knows."""
    project = {"id": "prj-1", "name": "web", "default": False, "owner": {"id": "us-1", "username": "me"}}
    body = json.dumps({"projects": [project] if method == "DELETE" else []}).encode()

    def respond(line: str) -> Iterable[bytes]:
        return then(HEAD + b"\r\n", MORE)() if line.startswith(method) else whole(body)

    state = "absent" if method == "DELETE" else "present"
    with raw_server(respond) as (server, connection):
        ended = run_limited("scalingo_project", {**connection, "name": "web", "state": state})
        writes = [line for line in server.lines if line.startswith(method)]
    assert ended.failed and ended.result["outcome_unknown"], ended.msg
    assert len(writes) == 1, "it was sent again, although it may have been done"


def waste() -> None:
    little_memory()
    bytearray(LIMIT)


def test_memory_is_limited() -> None:
    """What needs more memory than that ends in no result."""
    assert run_module("scalingo_project_info", {}, prepare=waste).crashed
