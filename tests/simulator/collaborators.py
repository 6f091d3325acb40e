# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of collaborators on applications and dedicated databases."""

from __future__ import annotations

import re
from typing import Any

from .errors import ApiError, bad_request, invalid, not_found, refusal
from .models import Account, Application, Collaborator, Email
from .state import World
from .views import date_view, invitation_link

INVITED = "invitation to collaborate"
BOOLEAN = "must be true or false"
# One character at least on both sides of one @, and nothing that could end a header.
ADDRESS = re.compile(r"[^@\s\x00-\x20\x7f]+@[^@\s\x00-\x20\x7f]+")


def owned_collaborators(world: World, account: Account, region: str) -> list[tuple[Application, Collaborator]]:
    """List the collaborators of every application that an account owns in a region.

    Whether dedicated databases count as applications here is undocumented (switch collaborators_of_databases).
    """
    return [
        (application, collaborator)
        for application in world.applications.values()
        if world.projects[application.project_id].owner_id == account.id
        and world.projects[application.project_id].region == region
        and (world.switches.collaborators_of_databases or not application.database)
        for collaborator in application.collaborators
    ]


def invite(world: World, account: Account, application: Application, wanted: dict[str, Any]) -> Collaborator:
    """Invite somebody by email, as a limited collaborator unless told otherwise; the platform sends an email."""
    email = _checked_email(wanted.get("email"))
    limited = _checked_limited(world, application, wanted)
    if world.switches.email_case == "lowered":
        email = email.lower()
    owner = world.accounts[world.projects[application.project_id].owner_id]
    if same_email(world, email, owner.email):
        raise invalid(email="is the owner of the application")
    known = find_by_email(world, application, email)
    again = world.switches.invite_again
    if known is not None and again in (409, 422):
        raise refusal(again, "email", "has already been taken", "collaborator")
    if known is not None and again == "resend":
        collaborator = known
    else:
        collaborator = Collaborator(
            id=world.new_id("collaborator"),
            email=email,
            limited=limited,
            token=world.new_link_token(),
            invited_limited=limited,
        )
        application.collaborators.append(collaborator)
    if collaborator.pending:
        _send_email(world, account, application, collaborator)
    return collaborator


def accept(world: World, account: Account, region: str, token: str) -> Application:
    """Accept the invitation that a token stands for, as whoever asks: it is not bound to the email (documented)."""
    application, collaborator = _of_token(world, region, token)
    owner_id = world.projects[application.project_id].owner_id
    if collaborator.account_id == account.id and world.switches.used_link == 400:
        raise _already(collaborator)
    if not collaborator.pending:
        raise not_found("collaborator")
    if account.id == owner_id or application.has_collaborator(account.id):
        raise _already(collaborator)
    join(world, collaborator, account)
    return application


def join(world: World, collaborator: Collaborator, account: Account) -> None:
    """Make an account the user behind a collaborator."""
    collaborator.account_id = account.id
    if world.switches.accepted_email == "account":
        collaborator.email = account.email


def update(world: World, application: Application, collaborator: Collaborator, wanted: dict[str, Any]) -> None:
    """Make a collaborator limited or a full one; nothing else can be changed (documented)."""
    if "is_limited" not in wanted:
        raise bad_request("param is missing or the value is empty: is_limited")
    collaborator.limited = _checked_limited(world, application, wanted)


def remove(application: Application, collaborator: Collaborator) -> None:
    """Remove a collaborator; the link of a pending invitation ends with it."""
    application.collaborators.remove(collaborator)


def find_by_email(world: World, application: Application, email: str) -> Collaborator | None:
    """Find the collaborator of that email, or with that email in the account."""
    for one in application.collaborators:
        account = world.accounts.get(one.account_id or "")
        if same_email(world, email, one.email) or (account is not None and same_email(world, email, account.email)):
            return one
    return None


def find_collaborator(application: Application, collaborator_id: str) -> Collaborator:
    """Find a collaborator of an application by ID."""
    for one in application.collaborators:
        if one.id == collaborator_id:
            return one
    raise not_found("collaborator")


def same_email(world: World, one: str, other: str) -> bool:
    """Tell whether two emails are the same; that case does not matter is undocumented (switch email_case)."""
    if world.switches.email_case == "compared":
        return one == other
    return one.lower() == other.lower()


def _of_token(world: World, region: str, token: str) -> tuple[Application, Collaborator]:
    for application in world.applications.values():
        if world.projects[application.project_id].region != region:
            continue
        for collaborator in application.collaborators:
            if token and collaborator.token == token:
                return application, collaborator
    raise not_found("collaborator")


def _checked_email(email: Any) -> str:
    if email is None or email == "":
        # Both texts are recorded.
        raise ApiError(422, {"errors": {"email": ["can't be blank", "is invalid"]}})
    if not isinstance(email, str) or not ADDRESS.fullmatch(email):
        raise invalid(email="is invalid")
    return email


def _checked_limited(world: World, application: Application, wanted: dict[str, Any]) -> bool:
    """Read the role that was asked for; databases know no limited one (what comes of it: switch database_limited)."""
    limited = wanted.get("is_limited", True)
    if not isinstance(limited, bool):
        raise invalid(is_limited=BOOLEAN)
    if not application.database or not limited:
        return limited
    if world.switches.database_limited == 422 and "is_limited" in wanted:
        raise invalid(is_limited="is not possible for a database")
    return bool(world.switches.database_limited == "kept")


def _already(collaborator: Collaborator) -> ApiError:
    text = f"You're already working on this app, this invitation is for {collaborator.email}"
    return ApiError(400, {"type": "already-collaborator", "error": text})


def _send_email(world: World, account: Account, application: Application, collaborator: Collaborator) -> None:
    link = invitation_link(world, application, collaborator.token)
    time = date_view(world, world.clock.now())
    world.emails.append(Email(collaborator.email, INVITED, application.name, account.username, link, time))
