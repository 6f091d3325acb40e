# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Making answers."""

from __future__ import annotations

import json
from typing import Any

from werkzeug.wrappers import Response

JSON_TYPE = "application/json; charset=utf-8"


def json_response(status: int, body: Any) -> Response:
    """A JSON answer with the content type seen in recorded answers."""
    return Response(json.dumps(body, ensure_ascii=False), status=status, content_type=JSON_TYPE)


def no_content() -> Response:
    """204: no body, as in every recorded one (the reference prints ``{}`` under it)."""
    return Response(status=204)


def free_response(status: int, body: Any) -> Response:
    """An answer with a body chosen by whoever injects a fault: text, bytes, or anything that JSON can hold."""
    if isinstance(body, bytes):
        return Response(body, status=status, content_type="application/octet-stream")
    if isinstance(body, str):
        return Response(body, status=status, content_type="text/plain; charset=utf-8")
    return json_response(status, body)
