# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The forms in which the API reports errors."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from werkzeug.wrappers import Response

from .answers import json_response
from .switches import Switches

# Statuses whose body is undocumented, because something in front of the API may answer (switch error_format).
FRONTED_STATUSES = frozenset({401, 403, 502, 503, 504})
# The vendor's spelling (documented).
INTERNAL_ERROR = "Internal error occured, we're on it!"


class ApiError(Exception):
    """An error answer of the API."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(status, body)
        self.status = status
        self.body = body


def bad_request(text: str) -> ApiError:
    """400: not JSON, or an impossible parameter (documented)."""
    return ApiError(400, {"error": text})


def unauthorized(text: str = "unauthorized") -> ApiError:
    """401: no, expired or bad credentials; the text for a bad bearer token is undocumented."""
    return ApiError(401, {"error": text})


def not_found(resource: str) -> ApiError:
    """404: no such object (documented form; the names of the resources are undocumented)."""
    return ApiError(404, {"resource": resource, "error": "not found"})


def no_such_route() -> ApiError:
    """404: no such path on this host (form seen in a real answer)."""
    return ApiError(
        404, {"message": "Looking for something here? You must be wrong", "url": "https://developers.scalingo.com"}
    )


def invalid(**fields: str) -> ApiError:
    """422: texts by field (documented)."""
    return ApiError(422, {"errors": {field: [text] for field, text in fields.items()}})


def refusal(status: int, field: str, text: str, resource: str = "project") -> ApiError:
    """A refusal whose status is undocumented, in the form that belongs to the status."""
    if status == 422:
        return invalid(**{field: text})
    if status == 404:
        return not_found(resource)
    if status == 402:
        return ApiError(402, {"error": text, "url": "https://dashboard.scalingo.com/billing"})
    return ApiError(status, {"error": text})


def error_response(error: ApiError, switches: Switches) -> Response:
    """Render an error; the switches error_format, validation_style and not_found_style choose among forms."""
    if error.status in FRONTED_STATUSES and switches.error_format != "json":
        return _fronted_response(error.status, switches.error_format)
    body = error.body
    if "errors" in body and switches.validation_style == "nested":
        body = {"errors": {field: [texts] for field, texts in body["errors"].items()}}
    elif "errors" in body and switches.validation_style == "single":
        body = {"error": ", ".join(f"{field} {text}" for field, texts in body["errors"].items() for text in texts)}
    elif "resource" in body and switches.not_found_style == "text":
        body = {"error": f"{body['resource']} not found"}
    return json_response(error.status, body)


def default_error_response(status: int, switches: Switches) -> Response:
    """The answer for a status for which nobody gave a body (fault injection)."""
    if status == 429:
        return too_many_requests(switches)
    text = INTERNAL_ERROR if status == 500 else HTTPStatus(status).phrase
    return error_response(ApiError(status, {"error": text}), switches)


def too_many_requests(switches: Switches) -> Response:
    """429: the plain text ``Retry later`` (documented) or JSON, as the vendor's Go client expects it."""
    if switches.rate_body == "json":
        return json_response(429, {"error": "Retry later", "code": "too_many_requests"})
    return Response("Retry later\n", status=429, content_type="text/plain")


def _fronted_response(status: int, form: str) -> Response:
    if form == "empty":
        return Response(b"", status=status, content_type="text/plain")
    title = f"{status} {HTTPStatus(status).phrase}"
    page = f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\n"
    return Response(page, status=status, content_type="text/html")
