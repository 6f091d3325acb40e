# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading requests: who asks, and what the body says."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from werkzeug.wrappers import Request

from .errors import ApiError, bad_request, invalid, unauthorized
from .models import Account
from .state import World


def sender(world: World, request: Request) -> tuple[Account | None, str | None]:
    """The account whose credential came with a request, and that credential, be it still valid or not."""
    authorization = request.authorization
    if authorization is None:
        return None, None
    if authorization.type == "bearer" and authorization.token:
        account_id = world.bearers.account_id(authorization.token)
        return world.accounts.get(account_id or ""), authorization.token
    if authorization.type == "basic":
        return world.account_of_token(authorization.password or ""), authorization.password
    return None, None


def caller(world: World, request: Request) -> Account:
    """The account behind the bearer token; an API token sent as bearer does not work (documented)."""
    authorization = request.authorization
    account, bearer = sender(world, request)
    if account is None or authorization is None or authorization.type != "bearer":
        raise unauthorized()
    if bearer is None or not world.bearers.valid(bearer):
        raise unauthorized()
    return account


def root_object(request: Request, root: str) -> dict[str, Any]:
    """The object under the root key of the body; without it the answer is 422 ``missing field`` (documented)."""
    body = json_object(request)
    if root not in body:
        raise invalid(**{root: "missing field"})
    content = body[root]
    if not isinstance(content, dict):
        raise invalid(**{root: "is invalid"})
    return content


def json_object(request: Request) -> dict[str, Any]:
    """The body; without the documented Content-Type nothing is read from it."""
    data = request.get_data()
    if not data or request.mimetype != "application/json":
        return {}
    try:
        # Decoded here, because json.loads() would take UTF-16, too.
        body = json.loads(data.decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise _bad_json(error) from error
    if not isinstance(body, dict):
        raise bad_request("The JSON you submitted must be an object")
    return body


def _no_constant(name: str) -> NoReturn:
    """NaN and Infinity, which Python's parser takes, are no JSON."""
    raise ValueError(f"{name} is no JSON")


def _bad_json(error: Exception) -> ApiError:
    text = str(error) if isinstance(error, json.JSONDecodeError) else "it cannot be read"
    return bad_request(f"There was a problem in the JSON you submitted: {text}")
