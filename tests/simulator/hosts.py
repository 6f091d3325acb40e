# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated hosts as WSGI applications."""

from __future__ import annotations

import logging

from flask import Flask
from werkzeug.wrappers import Response

from .auth_routes import auth_routes, user_routes
from .collaborator_routes import collaborator_routes
from .errors import INTERNAL_ERROR, ApiError, error_response, no_such_route
from .gateway import Gateway
from .project_routes import project_routes
from .state import World
from .transfer_routes import transfer_routes

AUTH = "auth"


def auth_host(world: World) -> Gateway:
    """The authentication host, one for all regions (documented)."""
    app = _flask(world)
    app.register_blueprint(auth_routes(world))
    app.register_blueprint(user_routes(world, AUTH))
    return Gateway(world, AUTH, app)


def api_host(world: World, region: str) -> Gateway:
    """The API host of a region."""
    app = _flask(world)
    app.register_blueprint(project_routes(world, region))
    app.register_blueprint(transfer_routes(world, region))
    app.register_blueprint(collaborator_routes(world, region))
    app.register_blueprint(user_routes(world, region))
    return Gateway(world, region, app)


def _flask(world: World) -> Flask:
    app = Flask(__name__, static_folder=None)
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.url_map.merge_slashes = False

    @app.errorhandler(ApiError)
    def api_error(error: ApiError) -> Response:
        return error_response(error, world.switches)

    @app.errorhandler(404)
    @app.errorhandler(405)
    def wrong_route(_error: Exception) -> Response:
        return error_response(no_such_route(), world.switches)

    @app.errorhandler(Exception)
    def broken(error: Exception) -> Response:
        logging.getLogger("simulator").error("error in the simulator", exc_info=error)
        return error_response(ApiError(500, {"error": INTERNAL_ERROR}), world.switches)

    return app
