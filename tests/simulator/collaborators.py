# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of collaborators on applications and dedicated databases."""

from __future__ import annotations

import re
from typing import Any

from .models import Account, Application, Collaborator
from .responses import ApiError, bad_request, invalid, invitation_link, not_found, rejection
from .state import World

# One character at least on both sides of one @, and nothing that could end a header.
ADDRESS = re.compile(r"[^@\s\x00-\x20\x7f]+@[^@\s\x00-\x20\x7f]+")


def owned_collaborators(world: World, account: Account, region: str) -> list[tuple[Application, Collaborator]]:
    """The collaborators of every application that an account owns in a region.

    Whether dedicated databases count as applications here is undocumented (switch collaborators_of_databases).
    """
    return [
        (application, collaborator)
        for application in world.applications_in(region)
        if world.owner_of(application) is account
        and (world.switches.collaborators_of_databases or not application.database)
        for collaborator in application.collaborators
    ]


def invite(world: World, application: Application, desired: dict[str, Any]) -> Collaborator:
    """Invite a person by email, as a limited collaborator unless told otherwise; the platform sends an email."""
    email = _checked_email(desired.get("email"))
    limited = _checked_limited(world, application, desired)
    if world.switches.email_case == "lowered":
        email = email.lower()
    if world.same_email(email, world.owner_of(application).email):
        raise invalid(email="is the owner of the application")
    collaborator = find_by_email(world, application, email)
    again = world.switches.invite_again
    if collaborator is not None and again in (409, 422):
        raise rejection(again, "email", "has already been taken", "collaborator")
    if collaborator is None or again == "second":
        collaborator = Collaborator(
            world.new_id("collaborator"), email, limited, world.new_link_token(), invited_limited=limited
        )
        application.collaborators.append(collaborator)
    if collaborator.pending:
        link = invitation_link(world, application, collaborator.token)
        world.emails.append({"to": collaborator.email, "application": application.name, "link": link})
    return collaborator


def accept(world: World, account: Account, region: str, token: str) -> Application:
    """Accept the invitation of a token as the account that asks: it is not bound to the email (documented)."""
    application, collaborator = _of_token(world, region, token)
    if collaborator.account_id == account.id and world.switches.used_link == 400:
        raise _already(collaborator)
    if not collaborator.pending:
        raise not_found("collaborator")
    if world.owner_of(application) is account or application.accepted(account.id):
        raise _already(collaborator)
    collaborator.account_id = account.id
    if world.switches.accepted_email == "account":
        collaborator.email = account.email
    return application


def update(world: World, application: Application, collaborator: Collaborator, desired: dict[str, Any]) -> None:
    """Make a collaborator limited or a full one; nothing else can be changed (documented)."""
    if "is_limited" not in desired:
        raise bad_request("param is missing or the value is empty: is_limited")
    collaborator.limited = _checked_limited(world, application, desired)


def find_by_email(world: World, application: Application, email: str) -> Collaborator | None:
    """The collaborator of that email, or with that email in the account."""
    for one in application.collaborators:
        account = world.accounts.get(one.account_id or "")
        if any(world.same_email(email, other) for other in (one.email, account.email if account else one.email)):
            return one
    return None


def _of_token(world: World, region: str, token: str) -> tuple[Application, Collaborator]:
    for application in world.applications_in(region):
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


def _checked_limited(world: World, application: Application, desired: dict[str, Any]) -> bool:
    """The role that was asked for; databases know no limited one (what comes of it: switch database_limited)."""
    limited = desired.get("is_limited", True)
    if not isinstance(limited, bool):
        raise invalid(is_limited="must be true or false")
    if not application.database or not limited:
        return limited
    if world.switches.database_limited == 422 and "is_limited" in desired:
        raise invalid(is_limited="is not possible for a database")
    return bool(world.switches.database_limited == "kept")


def _already(collaborator: Collaborator) -> ApiError:
    text = f"You're already working on this app, this invitation is for {collaborator.email}"
    return ApiError(400, {"type": "already-collaborator", "error": text})
