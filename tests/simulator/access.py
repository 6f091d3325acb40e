# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who asks, what the body of a request says, and what an account may see and do."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from werkzeug.wrappers import Request

from .models import Account, Application, Collaborator, Invitation, Project
from .responses import ApiError, bad_request, invalid, not_found, rejection, unauthorized
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
    account, credential = sender(world, request)
    if account is None or not world.bearers.valid(credential or ""):
        raise unauthorized()
    return account


def exchanger(world: World, request: Request) -> Account:
    """The account behind an API token: basic authentication with an empty username (documented)."""
    authorization = request.authorization
    account, _credential = sender(world, request)
    basic = authorization is not None and authorization.type == "basic" and not authorization.username
    if not basic or account is None or account.revoked:
        raise unauthorized("Invalid credentials")
    return account


def root_object(request: Request, root: str) -> dict[str, Any]:
    """The object under the root key of the body; without it, 422 ``missing field`` (documented)."""
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
        text = str(error) if isinstance(error, json.JSONDecodeError) else "it cannot be read"
        raise bad_request(f"There was a problem in the JSON you submitted: {text}") from error
    if not isinstance(body, dict):
        raise bad_request("The JSON you submitted must be an object")
    return body


def _no_constant(name: str) -> NoReturn:
    """NaN and Infinity, which Python's parser takes, are no JSON."""
    raise ValueError(f"{name} is no JSON")


# Projects.


def find_project(world: World, region: str, project_id: str) -> Project:
    """A project of the region by ID; a name is not documented to work in its place."""
    project = world.projects.get(project_id)
    if project is None or project.region != region:
        raise not_found("project")
    return project


def readable_project(world: World, account: Account, region: str, project_id: str) -> Project:
    """A project that the account may read. Only the owner's right is documented, the rest hangs on switches."""
    project, switches, now = find_project(world, region, project_id), world.switches, world.clock.now()
    invitations = world.invitations_of(project.id)
    status = str(switches.stranger_get)
    if any(one.open(now) and one.invited_user_id == account.id for one in invitations):
        status = "200" if switches.invitee_project else status
    elif _previous_owner(world, account, project):
        status = "200" if switches.old_owner_reads else status
    elif world.collaborates(account.id, project.id):
        status = switches.collaborator_get
    if project.owner_id != account.id and status != "200":
        raise _denied(int(status))
    return project


def owned_project(world: World, account: Account, region: str, project_id: str) -> Project:
    """A project for what only its owner may do.

    The status for others is undocumented (switch non_owner_status), and strangers, who have nothing to do with the
    project, may get another one than its collaborators (switch stranger_status).
    """
    project = find_project(world, region, project_id)
    if project.owner_id == account.id:
        return project
    parties = [(one.invited_user_id, one.inviter_user_id) for one in world.invitations_of(project.id)]
    stranger = not any(account.id in pair for pair in parties) and not world.collaborates(account.id, project.id)
    if stranger and world.switches.stranger_status != "same":
        raise _denied(world.switches.stranger_status)
    raise _denied(world.switches.non_owner_status)


# Transfer invitations.


def readable_invitations(world: World, account: Account, project: Project) -> list[Invitation]:
    """The invitations of a project that the account may list.

    The owner sees all of them. That the invited user and a previous owner see their own is undocumented (switches
    invitee_list and old_owner_reads).
    """
    invitations = world.invitations_of(project.id)
    if project.owner_id == account.id:
        return invitations
    own = [
        invitation
        for invitation in invitations
        if (world.switches.invitee_list and invitation.invited_user_id == account.id)
        or (world.switches.old_owner_reads and invitation.inviter_user_id == account.id)
    ]
    if not own:
        raise _denied(world.switches.non_owner_status)
    return own


def readable_invitation(world: World, account: Account, region: str, project_id: str, invitation_id: str) -> Invitation:
    """An invitation for its inviter or the invited user (documented); others get what strangers get."""
    project = find_project(world, region, project_id)
    invitation = find_invitation(world, project, invitation_id)
    party = account.id in (invitation.invited_user_id, invitation.inviter_user_id)
    lost = _previous_owner(world, account, project) and not world.switches.old_owner_reads
    if not party or lost:
        raise _denied(int(world.switches.stranger_get), "transfer_invitation")
    return invitation


def received_invitation(world: World, account: Account, region: str, project_id: str, invitation_id: str) -> Invitation:
    """An invitation for the invited user to accept or decline (documented: only that user may)."""
    project = find_project(world, region, project_id)
    invitation = find_invitation(world, project, invitation_id)
    if invitation.invited_user_id == account.id:
        return invitation
    if account.id in (invitation.inviter_user_id, project.owner_id):
        raise _denied(world.switches.non_owner_status, "transfer_invitation")
    raise not_found("transfer_invitation")


def find_invitation(world: World, project: Project, invitation_id: str) -> Invitation:
    """An invitation of the project by ID."""
    invitation = world.invitations.get(invitation_id)
    if invitation is None or invitation.project_id != project.id:
        raise not_found("transfer_invitation")
    return invitation


def _previous_owner(world: World, account: Account, project: Project) -> bool:
    return project.owner_id != account.id and any(
        invitation.status == "accepted" and invitation.inviter_user_id == account.id
        for invitation in world.invitations_of(project.id)
    )


# Applications and collaborators.


def visible_applications(world: World, account: Account, region: str) -> list[Application]:
    """The applications and databases of the region that the account owns or collaborates on (documented)."""
    return [one for one in world.applications_in(region) if _visible(world, account, one)]


def find_application(world: World, account: Account, region: str, key: str) -> Application:
    """An application that the account can see, by ID or name, or a database by name (vendor client)."""
    for application in world.applications_in(region):
        if key == application.name or (key == application.id and not application.database):
            if _visible(world, account, application):
                return application
            raise _denied(world.switches.stranger_app, "app")
    raise not_found("app")


def application_with_collaborators(world: World, account: Account, region: str, key: str) -> Application:
    """An application whose collaborators the account may list (undocumented: switch collaborators_shown_to)."""
    shown_to = world.switches.collaborators_shown_to
    if shown_to == "any":
        return find_application(world, account, region, key)
    return application_with_rights(world, account, region, key, full=shown_to == "full")


def application_with_rights(world: World, account: Account, region: str, key: str, full: bool) -> Application:
    """An application for its owner or, with ``full``, for a full collaborator, but never for a limited one."""
    application = find_application(world, account, region, key)
    collaborator = application.accepted(account.id)
    allowed = full and collaborator is not None and not collaborator.limited
    if not allowed and world.owner_of(application) is not account:
        raise _denied(world.switches.app_denied_status, "app")
    return application


def manageable_collaborator(
    world: World, account: Account, region: str, key: str, collaborator_id: str, leaving: bool
) -> tuple[Application, Collaborator]:
    """A collaborator whom the account may change or remove; with ``leaving`` perhaps itself.

    Documented for the owner (switches collaborator_manages, collaborator_leaves).
    """
    application = find_application(world, account, region, key)
    own = application.accepted(account.id)
    if not (leaving and world.switches.collaborator_leaves and own is not None and own.id == collaborator_id):
        application_with_rights(world, account, region, key, full=world.switches.collaborator_manages)
    for one in application.collaborators:
        if one.id == collaborator_id:
            return application, one
    raise not_found("collaborator")


def _visible(world: World, account: Account, application: Application) -> bool:
    return world.owner_of(application) is account or application.accepted(account.id) is not None


def _denied(status: int, resource: str = "project") -> ApiError:
    text = "unauthorized" if status == 401 else "You are not allowed to do this"
    return rejection(status, resource, text, resource)
