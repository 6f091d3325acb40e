# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Transfers of projects over HTTP, on the API host of a region."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, request
from werkzeug.wrappers import Response

from . import transfers
from .access import (
    answerable_invitation,
    find_invitation,
    find_project,
    owned_project,
    readable_invitation,
    readable_invitations,
)
from .answers import json_response
from .handover import accept, settle
from .incoming import caller, json_object, root_object
from .models import Invitation
from .paging import paged
from .state import World
from .views import invitation_view


def transfer_routes(world: World, region: str) -> Blueprint:
    """The seven documented calls for transfers."""
    routes = Blueprint("transfers", __name__, url_prefix="/v1/projects/<project_id>")

    @routes.get("/eligible_new_owners")
    def index_eligible(project_id: str) -> Response:
        project = owned_project(world, caller(world, request), region, project_id)
        shown = [
            {"user_name": account.username, "user_id": account.id}
            for account in transfers.eligible_new_owners(world, project)
        ]
        return json_response(200, paged("eligible_new_owners", shown, request.args, world.switches))

    @routes.post("/transfer_invitations")
    def create_invitation(project_id: str) -> Response:
        account = caller(world, request)
        project = owned_project(world, account, region, project_id)
        wanted = root_object(request, "transfer_invitation")
        invitation = transfers.invite(world, account, project, wanted.get("invited_user_id"))
        return _invitation(world, invitation, 201)

    @routes.get("/transfer_invitations")
    def index_invitations(project_id: str) -> Response:
        account = caller(world, request)
        settle(world, project_id=project_id)
        found = readable_invitations(world, account, find_project(world, region, project_id))
        shown = [
            invitation_view(world, invitation)
            for invitation in transfers.filtered(world, found, request.args.get("status"))
        ]
        return json_response(200, paged("transfer_invitations", shown, request.args, world.switches))

    @routes.get("/transfer_invitations/<invitation_id>")
    def show_invitation(project_id: str, invitation_id: str) -> Response:
        account = caller(world, request)
        settle(world, project_id=project_id)
        return _invitation(world, readable_invitation(world, account, region, project_id, invitation_id))

    @routes.post("/transfer_invitations/<invitation_id>/accept")
    def accept_invitation(project_id: str, invitation_id: str) -> Response:
        return answer(project_id, invitation_id, accept)

    @routes.post("/transfer_invitations/<invitation_id>/decline")
    def decline_invitation(project_id: str, invitation_id: str) -> Response:
        return answer(project_id, invitation_id, transfers.decline)

    @routes.post("/transfer_invitations/<invitation_id>/cancel")
    def cancel_invitation(project_id: str, invitation_id: str) -> Response:
        project = owned_project(world, caller(world, request), region, project_id)
        invitation = find_invitation(world, project, invitation_id)
        json_object(request)
        transfers.cancel(world, invitation)
        return _invitation(world, invitation)

    def answer(project_id: str, invitation_id: str, action: Callable[[World, Invitation], None]) -> Response:
        account = caller(world, request)
        invitation = answerable_invitation(world, account, region, project_id, invitation_id)
        json_object(request)
        action(world, invitation)
        return _invitation(world, invitation)

    return routes


def _invitation(world: World, invitation: Invitation, status: int = 200) -> Response:
    return json_response(status, {"transfer_invitation": invitation_view(world, invitation)})
