# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests of the transport send, and what their servers respond."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.community.scalingo.plugins.module_utils._errors import TransportError
from ansible_collections.community.scalingo.plugins.module_utils._http.response import Request, Response
from ansible_collections.community.scalingo.plugins.module_utils._http.transport import Transport

GET = Request("GET", "", "/v1/projects")
POST = Request("POST", "", "/v1/projects", 201, {"project": {"name": "x"}}, safe=False)


def response(status: int = 200, body: bytes = b"{}", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def always(content: bytes, *more: bytes, pause: float = 0.0) -> Callable[[Any], None]:
    """Gives the same response to every request of a connection."""

    def talk(peer: Any) -> None:
        while peer.hear():
            peer.say(content, *more, pause=pause)

    return talk


def once(content: bytes, *more: bytes, pause: float = 0.0) -> Callable[[Any], None]:
    """Responds to one request, and closes the connection."""

    def talk(peer: Any) -> None:
        peer.hear()
        peer.say(content, *more, pause=pause)

    return talk


def send(
    transport: Transport, request: Request = GET, authorization: str = "Bearer the-bearer", at_most: float = 60
) -> Response:
    """Send a request, to the regional host if it names none."""
    return transport.send(
        request if request.base else replace(request, base=transport._connection.api_url), authorization, at_most
    )


def failure(transport: Transport, request: Request = GET, **arguments: Any) -> TransportError:
    with pytest.raises(TransportError) as error:
        send(transport, request, **arguments)
    assert error.value.__suppress_context__, "a traceback would show the library's own errors"
    assert error.value.as_failure()["msg"] == str(error.value)
    assert "the-bearer" not in str(error.value)
    return error.value
