# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Applications, dedicated databases and their collaborators over HTTP, on the API host of a region."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from . import collaborators
from .access import (
    application_with_collaborators,
    application_with_rights,
    manageable_collaborator,
    visible_applications,
)
from .answers import json_response, no_content
from .incoming import caller, root_object
from .paging import paged
from .state import World
from .views import application_view, collaborator_view, database_view


def collaborator_routes(world: World, region: str) -> Blueprint:
    """Make the calls for collaborators, and the lists of applications and databases."""
    routes = Blueprint("collaborators", __name__, url_prefix="/v1")

    @routes.get("/apps")
    def index_applications() -> Response:
        shown = [
            application_view(world, application)
            for application in visible_applications(world, caller(world, request), region)
            if world.switches.apps_list_databases or not application.database
        ]
        return _list("apps", shown)

    @routes.get("/databases")
    def index_databases() -> Response:
        shown = [
            database_view(world, application)
            for application in visible_applications(world, caller(world, request), region)
            if application.database
        ]
        return _list("databases", shown)

    @routes.get("/collaborators")
    def index_all_collaborators() -> Response:
        found = collaborators.owned_collaborators(world, caller(world, request), region)
        return _list("collaborators", [collaborator_view(world, application, one) for application, one in found])

    @routes.get("/apps/collaboration")
    def accept_collaboration() -> Response:
        account = caller(world, request)
        application = collaborators.accept(world, account, region, request.args.get("token", ""))
        return json_response(200, {"app": application_view(world, application)})

    @routes.get("/apps/<app>/collaborators")
    def index_collaborators(app: str) -> Response:
        application = application_with_collaborators(world, caller(world, request), region, app)
        shown = [collaborator_view(world, application, one) for one in application.collaborators]
        return _list("collaborators", shown)

    @routes.post("/apps/<app>/collaborators")
    def invite_collaborator(app: str) -> Response:
        account = caller(world, request)
        application = application_with_rights(world, account, region, app, world.switches.collaborator_invites)
        invited = collaborators.invite(world, account, application, root_object(request, "collaborator"))
        view = collaborator_view(world, application, invited)
        # The reference prints a list, recorded answers have an object.
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
        collaborators.remove(application, one)
        return no_content()

    def _list(root: str, shown: list[dict[str, Any]]) -> Response:
        return json_response(200, paged(root, shown, request.args, world.switches))

    return routes
