# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control listener: arranging the simulator over HTTP with JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Flask, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from .answers import json_response, no_content
from .mistakes import SimulatorError
from .regions import DEFAULT_REGION
from .request_log import hide_secrets

if TYPE_CHECKING:
    from .facade import Simulator


def control_app(simulator: Simulator) -> Flask:
    """The control listener of a simulator; parameters in bodies are those of the methods of the same purpose."""
    app = Flask(__name__, static_folder=None)
    _add_arrangement(app, simulator)
    _add_behaviour(app, simulator)
    _add_log(app, simulator)

    @app.errorhandler(SimulatorError)
    @app.errorhandler(ValueError)
    @app.errorhandler(TypeError)
    @app.errorhandler(OverflowError)
    def mistake(error: Exception) -> Response:
        return json_response(422, {"error": str(error)})

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Response:
        return json_response(error.code or 500, {"error": error.description})

    return app


def _add_arrangement(app: Flask, simulator: Simulator) -> None:
    @app.get("/")
    def show() -> Response:
        urls = {key: value for key, value in simulator.ready().items() if key != "accounts"}
        return json_response(200, {**urls, "accounts": [account.username for account in simulator.accounts]})

    @app.post("/accounts")
    def add_account() -> Response:
        account = simulator.add_account(**_body())
        public = {"id": account.id, "username": account.username, "email": account.email}
        return json_response(201, {"account": {**public, "api_token": account.api_token}})

    @app.get("/accounts")
    def index_accounts() -> Response:
        shown = [{"id": one.id, "username": one.username, "email": one.email} for one in simulator.accounts]
        return json_response(200, {"accounts": shown})

    @app.post("/accounts/<username>/revoke")
    def revoke(username: str) -> Response:
        simulator.revoke(username)
        return no_content()

    @app.post("/accounts/<username>/renew")
    def renew(username: str) -> Response:
        return json_response(200, {"api_token": simulator.renew(username)})

    @app.post("/accounts/<username>/expire_bearers")
    def expire_bearers(username: str) -> Response:
        simulator.expire_bearers(username)
        return no_content()

    @app.post("/projects")
    def add_project() -> Response:
        return json_response(201, {"project": simulator.add_project(**_body())})

    @app.get("/projects")
    def index_projects() -> Response:
        region = request.args.get("region", DEFAULT_REGION)
        owner = request.args.get("owner")
        owners = [owner] if owner else [account.username for account in simulator.accounts]
        shown = [project for one in owners for project in simulator.projects(one, region=region)]
        return json_response(200, {"projects": shown})

    @app.post("/applications")
    def add_application() -> Response:
        return json_response(201, {"application": simulator.add_application(**_body())})

    @app.post("/databases")
    def add_database() -> Response:
        return json_response(201, {"database": simulator.add_database(**_body())})

    @app.delete("/databases/<name>")
    @app.delete("/applications/<name>")
    def remove_application(name: str) -> Response:
        simulator.remove_application(name)
        return no_content()

    @app.get("/databases/<name>/collaborators")
    @app.get("/applications/<name>/collaborators")
    def index_collaborators(name: str) -> Response:
        return json_response(200, hide_secrets({"collaborators": simulator.collaborators(name)}, set()))

    @app.put("/databases/<name>/collaborators/<username>")
    @app.put("/applications/<name>/collaborators/<username>")
    def set_collaborator(name: str, username: str) -> Response:
        simulator.set_collaborator(name, username, **_body())
        return no_content()

    @app.delete("/databases/<name>/collaborators/<username>")
    @app.delete("/applications/<name>/collaborators/<username>")
    def remove_collaborator(name: str, username: str) -> Response:
        simulator.set_collaborator(name, username, role=None)
        return no_content()

    @app.post("/invitations")
    def add_invitation() -> Response:
        return json_response(201, {"invitation": simulator.add_invitation(**_body())})

    @app.get("/invitations")
    def index_invitations() -> Response:
        return json_response(200, {"invitations": simulator.invitations(request.args.get("project_id", ""))})


def _add_behaviour(app: Flask, simulator: Simulator) -> None:
    @app.get("/switches")
    def show_switches() -> Response:
        return json_response(200, {"switches": simulator.switches})

    @app.patch("/switches")
    def set_switches() -> Response:
        simulator.set(**_body())
        return show_switches()

    @app.get("/faults")
    def index_faults() -> Response:
        return json_response(200, {"faults": [fault.as_dict() for fault in simulator.faults]})

    @app.post("/faults")
    def add_fault() -> Response:
        return json_response(201, {"fault": simulator.fault(**_body()).as_dict()})

    @app.delete("/faults")
    def clear_faults() -> Response:
        simulator.clear_faults()
        return no_content()

    @app.post("/hosts/<host>/close")
    def close_host(host: str) -> Response:
        simulator.close(host)
        return no_content()

    @app.post("/hosts/<host>/open")
    def open_host(host: str) -> Response:
        simulator.open(host)
        return no_content()

    @app.get("/clock")
    def show_clock() -> Response:
        clock = simulator.clock
        return json_response(200, {"now": clock.now().isoformat(timespec="milliseconds"), "frozen": clock.frozen})

    @app.post("/clock/advance")
    def advance_clock() -> Response:
        simulator.clock.advance(**_body())
        return show_clock()

    @app.post("/clock/freeze")
    def freeze_clock() -> Response:
        simulator.clock.freeze()
        return show_clock()

    @app.post("/clock/resume")
    def resume_clock() -> Response:
        simulator.clock.resume()
        return show_clock()

    @app.post("/reset")
    def reset() -> Response:
        simulator.reset(**_body())
        return no_content()


def _add_log(app: Flask, simulator: Simulator) -> None:
    @app.get("/requests")
    def index_requests() -> Response:
        return json_response(200, {"requests": simulator.public_requests()})

    @app.delete("/requests")
    def clear_requests() -> Response:
        simulator.clear_requests()
        return no_content()

    @app.get("/emails")
    def index_emails() -> Response:
        return json_response(200, {"emails": simulator.public_emails()})

    @app.delete("/emails")
    def clear_emails() -> Response:
        simulator.clear_emails()
        return no_content()

    @app.get("/calls")
    def index_calls() -> Response:
        return json_response(200, {"calls": simulator.calls(request.args.get("account"))})


def _body() -> dict[str, Any]:
    """The parameters: a JSON object, or nothing."""
    if not request.get_data():
        return {}
    body = request.get_json(force=True)
    if not isinstance(body, dict):
        raise SimulatorError("the body must be a JSON object")
    return body
