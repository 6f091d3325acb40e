# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control listener: arranging the simulator over HTTP with JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flask import Flask, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from .models import DEFAULT_REGION, SimulatorError
from .request_log import hide_secrets
from .responses import json_response, no_content

if TYPE_CHECKING:
    from .facade import Simulator

    Call = Callable[..., Any]

# What each call does with the simulator, the parameters in the body, and those in the path. What it returns is the
# response; nothing is a 204. The parameters in bodies are those of the methods of the same purpose.
CALLS: dict[str, Call] = {
    "GET /": lambda sim, _: {**sim.ready(), "accounts": [account.username for account in sim.accounts]},
    "GET /accounts": lambda sim, _: {"accounts": [_account(one) for one in sim.accounts]},
    "POST /accounts": lambda sim, body: {"account": _account(sim.add_account(**body), "api_token")},
    "POST /accounts/<who>/revoke": lambda sim, _, who: sim.revoke(who),
    "POST /accounts/<who>/renew": lambda sim, _, who: {"api_token": sim.renew(who)},
    "POST /accounts/<who>/expire_bearers": lambda sim, _, who: sim.expire_bearers(who),
    "GET /projects": lambda sim, _: {"projects": _projects(sim)},
    "POST /projects": lambda sim, body: {"project": sim.add_project(**body)},
    "POST /applications": lambda sim, body: {"application": sim.add_application(**body)},
    "POST /databases": lambda sim, body: {"database": sim.add_database(**body)},
    "DELETE /applications/<name>": lambda sim, _, name: sim.remove_application(name),
    "GET /applications/<name>/collaborators": lambda sim, _, name: hide_secrets(
        {"collaborators": sim.collaborators(name)}, set()
    ),
    "PUT /applications/<name>/collaborators/<who>": lambda sim, body, name, who: sim.set_collaborator(
        name, who, **body
    ),
    "DELETE /applications/<name>/collaborators/<who>": lambda sim, _, name, who: sim.set_collaborator(
        name, who, role=None
    ),
    "POST /invitations": lambda sim, body: {"invitation": sim.add_invitation(**body)},
    "GET /invitations": lambda sim, _: {"invitations": sim.invitations(request.args.get("project_id", ""))},
    "GET /emails": lambda sim, _: {"emails": sim.public_emails()},
    "DELETE /emails": lambda sim, _: sim.clear_emails(),
    "GET /switches": lambda sim, _: {"switches": sim.switches},
    "PATCH /switches": lambda sim, body: sim.set(**body) or {"switches": sim.switches},
    "GET /faults": lambda sim, _: {"faults": [fault.as_dict() for fault in sim.faults]},
    "POST /faults": lambda sim, body: {"fault": sim.fault(**body).as_dict()},
    "DELETE /faults": lambda sim, _: sim.clear_faults(),
    "POST /hosts/<host>/close": lambda sim, _, host: sim.close(host),
    "POST /hosts/<host>/open": lambda sim, _, host: sim.open(host),
    "GET /clock": lambda sim, _: _clock(sim),
    "POST /clock/advance": lambda sim, body: sim.clock.advance(**body) and _clock(sim),
    "POST /clock/freeze": lambda sim, _: sim.clock.freeze() or _clock(sim),
    "POST /clock/resume": lambda sim, _: sim.clock.resume() or _clock(sim),
    "POST /reset": lambda sim, body: sim.reset(**body),
    "GET /requests": lambda sim, _: {"requests": sim.public_requests()},
    "DELETE /requests": lambda sim, _: sim.clear_requests(),
    "GET /calls": lambda sim, _: {"calls": sim.calls(request.args.get("account"))},
}
# The responses of calls that add something are a 201.
CREATING = ("accounts", "projects", "applications", "databases", "invitations", "faults")


def control_app(simulator: Simulator) -> Flask:
    """The control listener of a simulator."""
    app = Flask(__name__, static_folder=None)
    for name, call in CALLS.items():
        method, path = name.split()
        for alias in sorted({path, path.replace("/applications/", "/databases/")}):
            _add_call(app, simulator, method, alias, call)

    @app.errorhandler(ValueError)
    @app.errorhandler(TypeError)
    @app.errorhandler(OverflowError)
    def mistake(error: Exception) -> Response:
        return json_response(422, {"error": str(error)})

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Response:
        return json_response(error.code or 500, {"error": error.description})

    return app


def _add_call(app: Flask, simulator: Simulator, method: str, path: str, call: Call) -> None:
    def view(**parameters: str) -> Response:
        result = call(simulator, _body(), **parameters)
        if result is None:
            return no_content()
        return json_response(201 if method == "POST" and path.strip("/") in CREATING else 200, result)

    app.add_url_rule(path, f"{method} {path}", view, methods=[method])


def _body() -> dict[str, Any]:
    """The parameters: a JSON object, or nothing."""
    if not request.get_data():
        return {}
    body = request.get_json(force=True)
    if not isinstance(body, dict):
        raise SimulatorError("the body must be a JSON object")
    return body


def _account(account: Any, *more: str) -> dict[str, str]:
    return {name: getattr(account, name) for name in ("id", "username", "email", *more)}


def _projects(simulator: Simulator) -> list[dict[str, Any]]:
    owner, region = request.args.get("owner"), request.args.get("region", DEFAULT_REGION)
    owners = [owner] if owner else [account.username for account in simulator.accounts]
    return [project for one in owners for project in simulator.projects(one, region=region)]


def _clock(simulator: Simulator) -> dict[str, Any]:
    clock = simulator.clock
    return {"now": clock.now().isoformat(timespec="milliseconds"), "frozen": clock.frozen}
