# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens, regions and the caller's account over HTTP."""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.wrappers import Response

from .answers import json_response
from .errors import no_such_route, unauthorized
from .incoming import caller, sender
from .regions import REGIONS
from .state import World
from .views import region_view, user_view


def auth_routes(world: World) -> Blueprint:
    """What only the authentication host serves."""
    routes = Blueprint("auth", __name__, url_prefix="/v1")

    @routes.post("/tokens/exchange")
    def exchange_token() -> Response:
        authorization = request.authorization
        account, _credential = sender(world, request)
        # Documented: basic authentication with an empty user name and the API token as password.
        if authorization is None or authorization.type != "basic" or authorization.username:
            raise unauthorized("Invalid credentials")
        if account is None or account.revoked:
            raise unauthorized("Invalid credentials")
        return json_response(200, {"token": account.bearer()})

    @routes.get("/regions")
    def index_regions() -> Response:
        # Restricted regions are left out without authentication (vendor client); with it, all are listed (documented).
        known = "Authorization" in request.headers and caller(world, request) is not None
        shown = [region_view(world, region) for region in REGIONS if known or not region.restricted]
        return json_response(200, {"regions": shown})

    return routes


def user_routes(world: World, host: str) -> Blueprint:
    """The caller's account: the reference has it on the API host, the vendor's clients ask the authentication host."""
    routes = Blueprint("users", __name__, url_prefix="/v1")

    @routes.get("/users/self")
    def show_self() -> Response:
        kind = "auth" if host == "auth" else "api"
        if world.switches.self_hosts not in ("both", kind):
            raise no_such_route()
        return json_response(200, {"user": user_view(world, caller(world, request))})

    return routes
