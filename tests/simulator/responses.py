# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The forms of responses: objects with the documented attributes, lists and their pages, and errors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from http import HTTPStatus
from typing import Any

from werkzeug.wrappers import Response

from .models import Account, Application, Collaborator, Invitation, Project
from .state import World
from .switches import Switches

SUMMER = timezone(timedelta(hours=2))
# Statuses whose body is undocumented, because something in front of the API may respond (switch error_format).
FRONTED_STATUSES = frozenset({401, 403, 502, 503, 504})
# The vendor's spelling (documented).
INTERNAL_ERROR = "Internal error occured, we're on it!"


def json_response(status: int, body: Any) -> Response:
    """A JSON response with the content type seen in recorded ones."""
    text = json.dumps(body, ensure_ascii=False)
    return Response(text, status=status, content_type="application/json; charset=utf-8")


def no_content() -> Response:
    """204: no body, as in every recorded one (the reference prints ``{}`` under it)."""
    return Response(status=204)


def free_response(status: int, body: Any) -> Response:
    """A response with the body that a fault asks for: text, bytes, or anything that JSON can hold."""
    if isinstance(body, bytes):
        return Response(body, status=status, content_type="application/octet-stream")
    if isinstance(body, str):
        return Response(body, status=status, content_type="text/plain; charset=utf-8")
    return json_response(status, body)


def list_response(root: str, items: list[Any], query: Mapping[str, str], switches: Switches) -> Response:
    """A list.

    That the lists come in pages is undocumented; by default they do not (switch page_size). The parameters and
    ``meta.pagination`` are documented for other lists. A page beyond the end is like any other (recorded).
    """
    if switches.page_size is None:
        return json_response(200, {root: items})
    page = _positive(query, "page", 1)
    per_page = min(_positive(query, "per_page", switches.page_size), switches.page_max)
    total_pages = max(1, -(-len(items) // per_page))
    meta: dict[str, Any] = {
        "current_page": page,
        switches.page_key: page - 1 if page > 1 else None,
        "next_page": page + 1 if page < total_pages else None,
        "total_pages": total_pages,
        "total_count": len(items),
    }
    if switches.page_style == "last":
        # The vendor's newer helper sends no null and adds per_page (vendor client).
        next_page = min(page + 1, total_pages)
        meta |= {switches.page_key: max(1, page - 1), "next_page": next_page, "per_page": per_page}
    start = (page - 1) * per_page
    return json_response(200, {root: items[start : start + per_page], "meta": {"pagination": meta}})


def _positive(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) > 0):
        raise bad_request(f"{name} must be a positive number")
    return int(text)


# Errors.


class ApiError(Exception):
    """An error response of the API."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(status, body)
        self.status = status
        self.body = body


def bad_request(text: str) -> ApiError:
    """400: not JSON, or an impossible parameter (documented)."""
    return ApiError(400, {"error": text})


def unauthorized(text: str = "unauthorized") -> ApiError:
    """401: no, expired, or bad credentials; the text for a bad bearer token is undocumented."""
    return ApiError(401, {"error": text})


def not_found(resource: str) -> ApiError:
    """404: no such object (documented form; the names of the resources are undocumented)."""
    return ApiError(404, {"resource": resource, "error": "not found"})


def no_such_route() -> ApiError:
    """404: no such path on this host (form seen in a recorded response)."""
    text = "Looking for something here? You must be wrong"
    return ApiError(404, {"message": text, "url": "https://developers.scalingo.com"})


def invalid(**fields: str) -> ApiError:
    """422: texts by field (documented)."""
    return ApiError(422, {"errors": {field: [text] for field, text in fields.items()}})


def rejection(status: int, field: str, text: str, resource: str = "project") -> ApiError:
    """An error whose status is undocumented, in the form that belongs to the status."""
    if status == 422:
        return invalid(**{field: text})
    if status == 404:
        return not_found(resource)
    if status == 402:
        return ApiError(402, {"error": text, "url": "https://dashboard.scalingo.com/billing"})
    return ApiError(status, {"error": text})


def error_response(error: ApiError, switches: Switches) -> Response:
    """Render an error; the switches error_format, validation_style, and not_found_style choose among forms."""
    body = error.body
    if error.status in FRONTED_STATUSES and switches.error_format != "json":
        return _fronted_response(error.status, switches.error_format)
    if "errors" in body and switches.validation_style == "nested":
        body = {"errors": {field: [texts] for field, texts in body["errors"].items()}}
    elif "errors" in body and switches.validation_style == "single":
        body = {"error": ", ".join(f"{field} {text}" for field, texts in body["errors"].items() for text in texts)}
    elif "resource" in body and switches.not_found_style == "text":
        body = {"error": f"{body['resource']} not found"}
    return json_response(error.status, body)


def default_error_response(status: int, switches: Switches) -> Response:
    """The response for a status without a body of its own (faults)."""
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


# Objects.


def date_view(world: World, moment: datetime) -> str:
    """ISO 8601 with milliseconds; the documentation shows ``+02:00``, recorded responses show ``Z`` (switch dates)."""
    zone = SUMMER if world.switches.dates == "offset" else timezone.utc
    return moment.astimezone(zone).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def project_view(world: World, project: Project) -> dict[str, Any]:
    """A project; flags are missing from one of the vendor's examples (switch show_flags)."""
    view: dict[str, Any] = {
        "id": project.id,
        "name": project.name,
        "default": project.default or project.lingering_reads > 0,
        "created_at": date_view(world, project.created_at),
        "updated_at": date_view(world, project.updated_at),
        "owner": owner_view(world, world.accounts[project.owner_id]),
    }
    if world.switches.show_flags:
        view["flags"] = dict(project.flags)
    return _extended(world, view)


def owner_view(world: World, account: Account) -> dict[str, Any]:
    """The owner inside a project or an application."""
    view: dict[str, Any] = {"id": account.id, "username": account.username, "email": account.email}
    if world.switches.show_flags:
        view["flags"] = dict(account.flags)
    return view


def invitation_view(world: World, invitation: Invitation) -> dict[str, Any]:
    """A transfer invitation; the vendor's client reckons without status_reason (switch empty_reason)."""
    view = {
        "id": invitation.id,
        "project_id": invitation.project_id,
        "invited_user_id": invitation.invited_user_id,
        "invited_user_name": world.accounts[invitation.invited_user_id].username,
        "inviter_user_id": invitation.inviter_user_id,
        "status": invitation.status,
        "status_reason": invitation.status_reason,
        "expires_at": date_view(world, invitation.expires_at),
        "created_at": date_view(world, invitation.created_at),
        "updated_at": date_view(world, invitation.updated_at),
    }
    if not invitation.status_reason and world.switches.empty_reason == "absent":
        del view["status_reason"]
    return _extended(world, view)


def application_view(world: World, application: Application) -> dict[str, Any]:
    """An application, with the two attributes of its project that the reference documents."""
    project = world.projects[application.project_id]
    view = {
        "id": application.id,
        "name": application.name,
        "status": "running",
        "region": project.region,
        "owner": owner_view(world, world.owner_of(application)),
        "project": {"id": project.id, "name": project.name},
    }
    return _extended(world, view)


def database_view(world: World, database: Application) -> dict[str, Any]:
    """A dedicated database, with the five attributes that the reference documents."""
    return _extended(world, {key: getattr(database, key) for key in ("id", "name", "project_id", "technology", "plan")})


def collaborator_view(world: World, application: Application, collaborator: Collaborator) -> dict[str, Any]:
    """A collaborator, with no user before the acceptance (documented; switch pending_user_id)."""
    account = world.accounts.get(collaborator.account_id or "")
    view: dict[str, Any] = {
        "id": collaborator.id,
        "email": collaborator.email,
        "user_id": collaborator.account_id,
        "username": account.username if account else "n/a",
        "tfa_status": False,
        "status": collaborator.status,
        "is_limited": collaborator.limited,
        "invitation_link": _shown_link(world, application, collaborator),
        "app_id": application.id,
        "app_name": application.name,
    }
    if collaborator.pending and world.switches.pending_user_id == "absent":
        del view["user_id"]
    return _extended(world, view)


def invitation_link(world: World, application: Application, token: str) -> str:
    """The address that ends in a token to accept an invitation to collaborate."""
    region = world.projects[application.project_id].region
    return f"https://dashboard.{region}.invalid/apps/collaboration?token={token}"


def _shown_link(world: World, application: Application, collaborator: Collaborator) -> str:
    """The link that the API shows: none once it is accepted, or for a limited collaborator (documented).

    A recorded response has the link without its token there (switch closed_link). Whether a limited invitation has a
    link after all, or gets one when the role is raised, is undocumented (switches limited_link, raised_link).
    """
    switches = world.switches
    open_to_limited = switches.limited_link or not collaborator.limited
    raised = collaborator.invited_limited and not collaborator.limited
    if collaborator.pending and open_to_limited and (not raised or switches.raised_link):
        return invitation_link(world, application, collaborator.token)
    return invitation_link(world, application, "") if switches.closed_link == "without_token" else ""


def user_view(world: World, account: Account) -> dict[str, Any]:
    """The caller's own account, with the four attributes that both hosts have."""
    view = {"id": account.id, "username": account.username, "email": account.email, "flags": dict(account.flags)}
    return _extended(world, view)


def _extended(world: World, view: dict[str, Any]) -> dict[str, Any]:
    """Unknown attributes may be added at any time (documented; switch extra_fields)."""
    if world.switches.extra_fields:
        view["simulator_extra"] = {"nested": [1, None, "text"]}
    return view
