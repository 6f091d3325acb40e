# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls of every simulated host over HTTP."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Flask, request
from werkzeug.wrappers import Response

from . import collaborators, projects, transfers
from .access import (
    application_with_collaborators,
    application_with_rights,
    caller,
    exchanger,
    find_invitation,
    find_project,
    json_object,
    manageable_collaborator,
    owned_project,
    readable_invitation,
    readable_invitations,
    readable_project,
    received_invitation,
    root_object,
    visible_applications,
)
from .models import Account, Invitation
from .responses import (
    INTERNAL_ERROR,
    ApiError,
    application_view,
    collaborator_view,
    database_view,
    error_response,
    invitation_view,
    json_response,
    list_response,
    no_content,
    no_such_route,
    project_view,
    user_view,
)
from .state import World

AUTH = "auth"


def auth_host(world: World) -> Flask:
    """The authentication host, one for all regions (documented)."""
    return _host(world, [auth_routes(world), user_routes(world, AUTH)])


def api_host(world: World, region: str) -> Flask:
    """The API host of a region."""
    routes = [project_routes, transfer_routes, collaborator_routes, user_routes]
    return _host(world, [make(world, region) for make in routes])


def _host(world: World, blueprints: list[Blueprint]) -> Flask:
    app = Flask(__name__, static_folder=None)
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.url_map.merge_slashes = False
    for blueprint in blueprints:
        app.register_blueprint(blueprint, url_prefix="/v1")

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


def _list(world: World, root: str, shown: list[Any]) -> Response:
    return list_response(root, shown, request.args, world.switches)


def auth_routes(world: World) -> Blueprint:
    """What only the authentication host serves."""
    routes = Blueprint("auth", __name__)

    @routes.post("/tokens/exchange")
    def exchange_token() -> Response:
        return json_response(200, {"token": exchanger(world, request).bearer()})

    return routes


def user_routes(world: World, host: str) -> Blueprint:
    """The caller's account: the reference has it on the API host, the vendor's clients ask the authentication host."""
    routes = Blueprint("users", __name__)

    @routes.get("/users/self")
    def get_self() -> Response:
        if world.switches.self_hosts not in ("both", AUTH if host == AUTH else "api"):
            raise no_such_route()
        return json_response(200, {"user": user_view(world, caller(world, request))})

    return routes


def project_routes(world: World, region: str) -> Blueprint:
    """The five documented calls for projects."""
    routes = Blueprint("projects", __name__)

    @routes.post("/projects")
    def create_project() -> Response:
        account = caller(world, request)
        project = projects.create(world, account, region, root_object(request, "project"))
        return json_response(201, {"project": project_view(world, project)})

    @routes.get("/projects")
    def list_projects() -> Response:
        account = caller(world, request)
        transfers.settle(world, read_by=account.id)
        shown = projects.list_projects(world, account, region)
        projects.after_read(world, {account.id} | {view["owner"]["id"] for view in shown}, region)
        return _list(world, "projects", shown)

    @routes.get("/projects/<project_id>")
    def get_project(project_id: str) -> Response:
        account = caller(world, request)
        transfers.settle(world, project_id=project_id)
        project = readable_project(world, account, region, project_id)
        response = json_response(200, {"project": project_view(world, project)})
        projects.after_read(world, {project.owner_id}, region)
        return response

    @routes.patch("/projects/<project_id>")
    def update_project(project_id: str) -> Response:
        project = owned_project(world, caller(world, request), region, project_id)
        projects.update(world, project, root_object(request, "project"))
        return json_response(200, {"project": project_view(world, project)})

    @routes.delete("/projects/<project_id>")
    def delete_project(project_id: str) -> Response:
        projects.delete(world, owned_project(world, caller(world, request), region, project_id))
        return no_content()

    return routes


def transfer_routes(world: World, region: str) -> Blueprint:
    """The seven documented calls for transfers."""
    routes = Blueprint("transfers", __name__)
    invitations = "/projects/<project_id>/transfer_invitations"

    def shown(invitation: Invitation, status: int = 200) -> Response:
        return json_response(status, {"transfer_invitation": invitation_view(world, invitation)})

    @routes.get("/projects/<project_id>/eligible_new_owners")
    def list_eligible_new_owners(project_id: str) -> Response:
        project = owned_project(world, caller(world, request), region, project_id)
        eligible = transfers.eligible_new_owners(world, project)
        return _list(world, "eligible_new_owners", [{"user_name": one.username, "user_id": one.id} for one in eligible])

    @routes.post(invitations)
    def create_invitation(project_id: str) -> Response:
        account = caller(world, request)
        project = owned_project(world, account, region, project_id)
        desired = root_object(request, "transfer_invitation")
        return shown(transfers.invite(world, account, project, desired.get("invited_user_id")), 201)

    @routes.get(invitations)
    def list_invitations(project_id: str) -> Response:
        account = caller(world, request)
        transfers.settle(world, project_id=project_id)
        found = readable_invitations(world, account, find_project(world, region, project_id))
        found = transfers.filtered(world, found, request.args.get("status"))
        return _list(world, "transfer_invitations", [invitation_view(world, invitation) for invitation in found])

    @routes.get(f"{invitations}/<invitation_id>")
    def get_invitation(project_id: str, invitation_id: str) -> Response:
        account = caller(world, request)
        transfers.settle(world, project_id=project_id)
        return shown(readable_invitation(world, account, region, project_id, invitation_id))

    def owned_invitation(account: Account, project_id: str, invitation_id: str) -> Invitation:
        return find_invitation(world, owned_project(world, account, region, project_id), invitation_id)

    def received(account: Account, project_id: str, invitation_id: str) -> Invitation:
        return received_invitation(world, account, region, project_id, invitation_id)

    def close(verb: str, find: Callable[..., Invitation], action: Callable[..., None]) -> None:
        @routes.post(f"{invitations}/<invitation_id>/{verb}", endpoint=verb)
        def close_invitation(project_id: str, invitation_id: str) -> Response:
            invitation = find(caller(world, request), project_id, invitation_id)
            json_object(request)
            action(world, invitation)
            return shown(invitation)

    close("accept", received, transfers.accept)
    close("decline", received, transfers.decline)
    close("cancel", owned_invitation, transfers.cancel)
    return routes


def collaborator_routes(world: World, region: str) -> Blueprint:
    """The calls for collaborators, and the lists of applications and databases."""
    routes = Blueprint("collaborators", __name__)

    @routes.get("/apps")
    def list_apps() -> Response:
        found = visible_applications(world, caller(world, request), region)
        shown = [one for one in found if world.switches.apps_list_databases or not one.database]
        return _list(world, "apps", [application_view(world, one) for one in shown])

    @routes.get("/databases")
    def list_databases() -> Response:
        found = visible_applications(world, caller(world, request), region)
        return _list(world, "databases", [database_view(world, one) for one in found if one.database])

    @routes.get("/collaborators")
    def list_all_collaborators() -> Response:
        found = collaborators.owned_collaborators(world, caller(world, request), region)
        return _list(world, "collaborators", [collaborator_view(world, application, one) for application, one in found])

    @routes.get("/apps/collaboration")
    def accept_collaboration() -> Response:
        account = caller(world, request)
        application = collaborators.accept(world, account, region, request.args.get("token", ""))
        return json_response(200, {"app": application_view(world, application)})

    @routes.get("/apps/<app>/collaborators")
    def list_collaborators(app: str) -> Response:
        application = application_with_collaborators(world, caller(world, request), region, app)
        shown = [collaborator_view(world, application, one) for one in application.collaborators]
        return _list(world, "collaborators", shown)

    @routes.post("/apps/<app>/collaborators")
    def invite_collaborator(app: str) -> Response:
        account = caller(world, request)
        application = application_with_rights(world, account, region, app, world.switches.collaborator_invites)
        invited = collaborators.invite(world, application, root_object(request, "collaborator"))
        view = collaborator_view(world, application, invited)
        # The reference prints a list, recorded responses have an object.
        return json_response(201, {"collaborator": [view] if world.switches.collaborator_form == "list" else view})

    @routes.patch("/apps/<app>/collaborators/<collaborator_id>")
    def update_collaborator(app: str, collaborator_id: str) -> Response:
        account = caller(world, request)
        application, one = manageable_collaborator(world, account, region, app, collaborator_id, leaving=False)
        collaborators.update(world, application, one, root_object(request, "collaborator"))
        return json_response(200, {"collaborator": collaborator_view(world, application, one)})

    @routes.delete("/apps/<app>/collaborators/<collaborator_id>")
    def remove_collaborator(app: str, collaborator_id: str) -> Response:
        account = caller(world, request)
        application, one = manageable_collaborator(world, account, region, app, collaborator_id, leaving=True)
        application.collaborators.remove(one)
        return no_content()

    return routes
