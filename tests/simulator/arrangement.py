# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Arranging the simulated platform: what tests and playbooks need before they start."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from .collaborators import find_by_email
from .models import (
    DEFAULT_REGION,
    REGIONS,
    ROLES,
    Account,
    Application,
    Collaborator,
    Invitation,
    Project,
    SimulatorError,
)
from .projects import make_default
from .responses import application_view, database_view, invitation_view, project_view
from .state import World
from .transfers import LIFETIME

# As in the example of the vendor's reference.
TECHNOLOGY = "postgresql"
PLAN = "postgresql-starter-512"


class Arrangement:
    """Direct changes to the state, past the rules of the API. The caller of a method needs no lock."""

    def __init__(self, world: World) -> None:
        self._world = world

    def add_account(
        self,
        username: str,
        id: str | None = None,
        email: str | None = None,
        api_token: str | None = None,
        default_project: str | None = "default",
        flags: dict[str, bool] | None = None,
    ) -> Account:
        """Add an account; unless ``default_project`` is None it gets a default project of that name in each region.

        If names are unique in an account (switch unique_per), it gets one in the default region only.
        """
        world = self._world
        with world.lock:
            account = Account(
                id=id or world.new_id("account"),
                username=username,
                email=email or f"{username}@example.org",
                api_token=api_token or _api_token(),
                flags=dict(flags or {}),
                default_project=default_project,
                issue_bearer=world.bearers.issue,
            )
            for other in world.accounts.values():
                if other.username == username or other.id == account.id or other.api_token == account.api_token:
                    raise SimulatorError(f"an account with the username, id or token of {username} exists already")
            world.accounts[account.id] = account
            self._add_default_projects(account)
            return account

    def add_project(
        self,
        owner: Account | str,
        name: str,
        default: bool = False,
        id: str | None = None,
        region: str = DEFAULT_REGION,
        flags: dict[str, bool] | None = None,
    ) -> dict[str, Any]:
        """Add a project and return it as the API shows it. Neither rules for names nor the limit apply."""
        world = self._world
        with world.lock:
            now, id = world.clock.now(), id or world.new_id("project")
            project = Project(id, name, region, world.account(owner).id, False, dict(flags or {}), now, now)
            world.projects[id] = project
            if default:
                make_default(world, project)
            return project_view(world, project)

    def add_application(
        self,
        project_id: str,
        name: str,
        collaborators: Iterable[Account | str] = (),
        databases: bool = False,
        limited: Iterable[Account | str] = (),
        pending: Iterable[Account | str] = (),
        id: str | None = None,
    ) -> dict[str, Any]:
        """Add an application with its collaborators by role; ``databases`` makes it a dedicated database instead."""
        people = {"collaborator": collaborators, "limited": limited, "pending": pending}
        with self._world.lock:
            return application_view(self._world, self._add_resource(id, project_id, name, people, databases))

    def add_database(
        self,
        project_id: str,
        name: str,
        collaborators: Iterable[Account | str] = (),
        id: str | None = None,
    ) -> dict[str, Any]:
        """Add a dedicated database and return it as the API shows it; it has collaborators like an application."""
        people = {"collaborator": collaborators}
        with self._world.lock:
            return database_view(self._world, self._add_resource(id, project_id, name, people, database=True))

    def remove_application(self, name: str) -> None:
        """Delete an application or database."""
        with self._world.lock:
            del self._world.applications[self._application(name).id]

    def set_collaborator(
        self,
        application: str,
        who: Account | str,
        role: str | None = "collaborator",
        id: str | None = None,
        token: str | None = None,
    ) -> None:
        """Give a person a role on an application or database, or with None take it away.

        Roles: collaborator, limited, pending, and pending_limited. ``who`` is an account or, for pending roles, also
        the email of a person without one. A collaborator keeps the ID and the token of the link, unless given here.
        """
        if role not in (*ROLES, None):
            raise SimulatorError(f"unknown role {role!r}; known: {', '.join(ROLES)}")
        world = self._world
        with world.lock:
            found = self._application(application)
            account, email = self._person(who)
            known = next((one for one in found.collaborators if account and one.account_id == account.id), None)
            known = known or find_by_email(world, found, email)
            if role is None:
                found.collaborators = [one for one in found.collaborators if one is not known]
                return
            pending, limited = role.startswith("pending"), role.endswith("limited")
            if account is None and not pending:
                raise SimulatorError(f"{email} has no account, and can only be pending")
            if known is None:
                known = Collaborator(world.new_id("collaborator"), email, limited, world.new_link_token())
                found.collaborators.append(known)
            if pending:
                known.invited_limited = limited
            known.account_id = account.id if account is not None and not pending else None
            known.limited = limited
            known.id, known.token = id or known.id, token or known.token

    def add_invitation(
        self,
        project_id: str,
        invited: Account | str,
        id: str | None = None,
        status: str = "pending",
        expires_in: float = LIFETIME.total_seconds(),
        status_reason: str = "",
        inviter: Account | str | None = None,
    ) -> dict[str, Any]:
        """Add an invitation that expires in so many seconds, created three days before; neither is checked."""
        world = self._world
        with world.lock:
            now, id = world.clock.now(), id or world.new_id("invitation")
            invited_id = world.account(invited).id
            inviter_id = world.account(inviter).id if inviter else world.projects[project_id].owner_id
            end = now + timedelta(seconds=expires_in)
            start = min(end - LIFETIME, now)
            invitation = Invitation(id, project_id, invited_id, inviter_id, status, status_reason, end, start, start)
            world.invitations[id] = invitation
            return invitation_view(world, invitation)

    def revoke(self, who: Account | str) -> None:
        """End an account's API token; bearer tokens issued for it live on (no source knows of their revocation)."""
        with self._world.lock:
            self._world.account(who).revoked = True

    def reset(self, keep_accounts: bool = True) -> None:
        """Start anew: no projects but default ones, no faults, empty log, switches and clock as at the start.

        Accounts stay, with their IDs and tokens, unless ``keep_accounts`` is false.
        """
        world = self._world
        with world.lock:
            world.empty()
            for everything in (world.limiter, world.switches, world.clock):
                everything.reset()
            if not keep_accounts:
                world.accounts.clear()
            for account in world.accounts.values():
                account.revoked = False
                self._add_default_projects(account)

    def _add_default_projects(self, account: Account) -> None:
        per_region = self._world.switches.unique_per == "region"
        for region in REGIONS if per_region else [DEFAULT_REGION]:
            if account.default_project is not None:
                self.add_project(account, account.default_project, default=True, region=region)

    def _add_resource(
        self,
        id: str | None,
        project_id: str,
        name: str,
        people: dict[str, Iterable[Account | str]],
        database: bool,
    ) -> Application:
        world = self._world
        if project_id not in world.projects:
            raise SimulatorError(f"unknown project {project_id}")
        roles = [(role, self._person(who)) for role, group in people.items() for who in group]
        id = id or world.new_id("application")
        if any(one.name == name for one in world.applications.values()):
            raise SimulatorError(f"application {name} exists already")
        technology, plan = (TECHNOLOGY, PLAN) if database else (None, None)
        world.applications[id] = Application(id, name, project_id, technology=technology, plan=plan)
        for role, (account, email) in roles:
            self.set_collaborator(name, account or email, role)
        return world.applications[id]

    def _person(self, who: Account | str) -> tuple[Account | None, str]:
        """The account and the email of a person; the email may have no account yet."""
        if isinstance(who, str) and "@" in who:
            accounts = self._world.accounts.values()
            return next((one for one in accounts if one.email.lower() == who.lower()), None), who
        account = self._world.account(who)
        return account, account.email

    def _application(self, name: str) -> Application:
        for application in self._world.applications.values():
            if application.name == name:
                return application
        raise SimulatorError(f"unknown application {name}")


def _api_token() -> str:
    """An API token of the documented form."""
    return f"tk-us-{secrets.token_urlsafe(36)}"
