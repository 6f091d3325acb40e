# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Projects over HTTP, on the API host of a region."""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.wrappers import Response

from . import projects
from .access import owned_project, readable_project
from .answers import json_response, no_content
from .handover import settle
from .incoming import caller, root_object
from .listing import after_read, list_projects
from .paging import paged
from .state import World
from .views import project_view


def project_routes(world: World, region: str) -> Blueprint:
    """The five documented calls for projects."""
    routes = Blueprint("projects", __name__, url_prefix="/v1")

    @routes.post("/projects")
    def create_project() -> Response:
        account = caller(world, request)
        project = projects.create(world, account, region, root_object(request, "project"))
        return json_response(201, {"project": project_view(world, project)})

    @routes.get("/projects")
    def index_projects() -> Response:
        account = caller(world, request)
        settle(world, read_by=account.id)
        shown = list_projects(world, account, region)
        after_read(world, {account.id} | {view["owner"]["id"] for view in shown}, region)
        return json_response(200, paged("projects", shown, request.args, world.switches))

    @routes.get("/projects/<project_id>")
    def show_project(project_id: str) -> Response:
        account = caller(world, request)
        settle(world, project_id=project_id)
        project = readable_project(world, account, region, project_id)
        answer = json_response(200, {"project": project_view(world, project)})
        after_read(world, {project.owner_id}, region)
        return answer

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
