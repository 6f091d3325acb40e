# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests of the transport send, and what their servers say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.community.scalingo.plugins.module_utils._errors import TransportError
from ansible_collections.community.scalingo.plugins.module_utils._transport import BearerAuth, Request, Transport

GET = Request("GET", "/v1/projects", 200)
POST = Request("POST", "/v1/projects", 201, {"project": {"name": "x"}})
BEARER = BearerAuth("the-bearer")


def answer(status: int = 200, body: bytes = b"{}", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def always(content: bytes, *more: bytes, pause: float = 0.0) -> Callable[[Any], None]:
    """Gives the same answer to every request of a connection."""

    def talk(peer: Any) -> None:
        while peer.hear():
            peer.say(content, *more, pause=pause)

    return talk


def once(content: bytes, *more: bytes, pause: float = 0.0) -> Callable[[Any], None]:
    """Answers one request, and closes the connection."""

    def talk(peer: Any) -> None:
        peer.hear()
        peer.say(content, *more, pause=pause)

    return talk


def failure(transport: Transport, request: Request = GET, **arguments: Any) -> TransportError:
    with pytest.raises(TransportError) as error:
        transport.send(request, BEARER, **arguments)
    assert error.value.__suppress_context__, "a traceback would show the library's own errors"
    assert error.value.as_failure() == {"msg": str(error.value)}
    return error.value
