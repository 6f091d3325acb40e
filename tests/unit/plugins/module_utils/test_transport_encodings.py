# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which Content-Encoding is read: the one that was asked for, once.

Each encoding more multiplies what a body becomes in memory, which urllib3 does not bound before its release 2.6.
"""

from __future__ import annotations

import gzip
import zlib
from typing import Any

import pytest
from wire import BEARER, GET, always, answer

BODY = b'{"projects": []}'
# Without the time, so that the tests have the same names in every process.
PACKED = gzip.compress(BODY, mtime=0)
TWICE = gzip.compress(PACKED, mtime=0)


def test_only_what_is_read_is_asked_for(serve: Any, transport: Any) -> None:
    """Also where the libraries for other encodings are installed, for which requests would ask too."""
    server = serve(always(answer()))
    transport(server).send(GET, BEARER)
    assert server.heard[0].headers["accept-encoding"] == "gzip, deflate"


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("", BODY),
        ("identity", BODY),
        ("gzip", PACKED),
        ("GZip", PACKED),
        ("x-gzip", PACKED),
        ("deflate", zlib.compress(BODY)),
    ],
)
def test_one_encoding_is_read(serve: Any, transport: Any, encoding: str, content: bytes) -> None:
    server = serve(always(answer(200, content, f"Content-Encoding: {encoding}")))
    made = transport(server)
    for _time in range(2):
        assert made.send(GET, BEARER).json == {"projects": []}
    assert server.connections == 1


@pytest.mark.parametrize(
    ("headers", "content"),
    [
        (["Content-Encoding: gzip, gzip"], TWICE),
        (["Content-Encoding: gzip", "Content-Encoding: gzip"], TWICE),
        (["Content-Encoding: GZIP,deflate"], zlib.compress(PACKED)),
        (["Content-Encoding: " + ", ".join(["gzip"] * 200)], BODY),
        (["Content-Encoding: identity, gzip"], PACKED),
        (["Content-Encoding: br"], BODY),
        (["Content-Encoding: zstd"], BODY),
        (["Content-Encoding: x-nothing"], BODY),
    ],
    ids=["twice", "two headers", "two kinds", "very often", "with identity", "br", "zstd", "unknown"],
)
@pytest.mark.parametrize("status", [200, 201, 404, 503])
def test_any_other_one_is_an_answer_that_nobody_can_read(
    serve: Any, transport: Any, headers: list[str], content: bytes, status: int
) -> None:
    """Its status still tells what became of a write."""
    server = serve(always(answer(status, content, "X-Request-Id: the-id", *headers)))
    came = transport(server).send(GET, BEARER)
    assert (came.status, came.is_json, came.text) == (status, False, "")
    assert came.headers["X-Request-Id"] == "the-id"
