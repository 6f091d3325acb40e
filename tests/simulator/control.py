# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control listener: arranging the simulator over HTTP with JSON, for playbooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Flask, request
from werkzeug.wrappers import Response

from .models import SimulatorError
from .responses import json_response, no_content

if TYPE_CHECKING:
    from .facade import Simulator


def control_app(sim: Simulator) -> Flask:
    """The control listener of a simulator. The parameters in bodies are those of the methods of the same purpose."""
    app = Flask(__name__, static_folder=None)

    @app.post("/projects")
    def add_project() -> Response:
        return json_response(201, {"project": sim.add_project(**_body())})

    @app.post("/applications")
    def add_application() -> Response:
        return json_response(201, {"application": sim.add_application(**_body())})

    @app.post("/clock/advance")
    def advance_clock() -> Response:
        return json_response(200, {"now": sim.clock.advance(**_body()).isoformat(timespec="milliseconds")})

    @app.get("/calls")
    def calls() -> Response:
        return json_response(200, {"calls": sim.calls()})

    @app.delete("/requests")
    def clear_requests() -> Response:
        sim.clear_requests()
        return no_content()

    @app.errorhandler(SimulatorError)
    @app.errorhandler(TypeError)
    def mistake(error: Exception) -> Response:
        return json_response(422, {"error": str(error)})

    return app


def _body() -> dict[str, Any]:
    body = request.get_json(force=True)
    if not isinstance(body, dict):
        raise SimulatorError("the body must be a JSON object")
    return body
