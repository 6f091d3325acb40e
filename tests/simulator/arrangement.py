# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Arranging the simulated platform: what tests and playbooks need to exist before they start."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from .collaborators import find_by_email
from .mistakes import SimulatorError
from .models import (
    COLLABORATOR,
    DELETED,
    LIMITED,
    PENDING_COLLABORATOR,
    PENDING_LIMITED,
    ROLES,
    Account,
    Application,
    Collaborator,
    Invitation,
    Project,
)
from .projects import make_default
from .regions import DEFAULT_REGION, REGION_NAMES
from .state import World
from .transfers import LIFETIME
from .views import application_view, database_view, invitation_view, project_view

# As in the example of the vendor's reference.
TECHNOLOGY = "postgresql"
PLAN = "postgresql-starter-512"
STATUSES = ("pending", "accepted", "declined", "canceled", "failed", "error")


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
        billing: bool = True,
    ) -> Account:
        """Add an account; unless ``default_project`` is None it gets a default project of that name in each region.

        If names are unique in an account (switch unique_per), it gets one in the default region only.
        """
        world = self._world
        _require_text(username=username)
        with world.lock:
            account = Account(
                id=id or world.new_id("account"),
                username=username,
                email=email or f"{username}@example.org",
                api_token=api_token or _api_token(),
                flags=dict(flags or {}),
                default_project=default_project,
                issue_bearer=world.bearers.issue,
                billing=billing,
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
        _require_text(name=name)
        if region not in REGION_NAMES:
            raise SimulatorError(f"unknown region {region!r}; known: {', '.join(REGION_NAMES)}")
        with world.lock:
            now = world.clock.now()
            project = Project(
                id=id or world.new_id("project"),
                name=name,
                region=region,
                owner_id=world.account(owner).id,
                default=False,
                flags=dict(flags or {}),
                created_at=now,
                updated_at=now,
            )
            if project.id in world.projects:
                raise SimulatorError(f"a project with the id {project.id} exists already")
            world.projects[project.id] = project
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
        technology, plan = (TECHNOLOGY, PLAN) if databases else (None, None)
        people = {COLLABORATOR: collaborators, LIMITED: limited, PENDING_COLLABORATOR: pending}
        with self._world.lock:
            application = self._add_resource(id, project_id, name, technology, plan, people)
            return application_view(self._world, application)

    def add_database(
        self,
        project_id: str,
        name: str,
        collaborators: Iterable[Account | str] = (),
        pending: Iterable[Account | str] = (),
        technology: str = TECHNOLOGY,
        plan: str = PLAN,
        id: str | None = None,
    ) -> dict[str, Any]:
        """Add a dedicated database and return it as the API shows it; it has collaborators like an application."""
        _require_text(technology=technology, plan=plan)
        people = {COLLABORATOR: collaborators, PENDING_COLLABORATOR: pending}
        with self._world.lock:
            database = self._add_resource(id, project_id, name, technology, plan, people)
            return database_view(self._world, database)

    def remove_application(self, name: str) -> None:
        """Delete an application or database."""
        with self._world.lock:
            del self._world.applications[self._application(name).id]

    def set_collaborator(
        self,
        application: str,
        who: Account | str,
        role: str | None = COLLABORATOR,
        id: str | None = None,
        token: str | None = None,
    ) -> None:
        """Give somebody a role on an application or database, or with None take it away.

        Roles: collaborator, limited, pending, pending_limited, and deleted for somebody whose account is gone.
        ``who`` is an account or, for pending roles, also the email of somebody without one. Whoever is there keeps
        the id and the token of the link, unless given here.
        """
        if role is not None and role not in ROLES:
            raise SimulatorError(f"unknown role {role!r}; known: {', '.join(ROLES)}")
        world = self._world
        with world.lock:
            found = self._application(application)
            account, email = self._person(who)
            known = next((one for one in found.collaborators if account and one.account_id == account.id), None)
            known = known or find_by_email(world, found, email)
            if role is None:
                if known is not None:
                    found.collaborators.remove(known)
                return
            pending = role in (PENDING_COLLABORATOR, PENDING_LIMITED)
            if account is None and not pending:
                raise SimulatorError(f"{email} has no account, and can only be pending")
            limited = role in (LIMITED, PENDING_LIMITED)
            if known is None:
                known = Collaborator(world.new_id("collaborator"), email, limited, world.new_link_token())
                found.collaborators.append(known)
            if pending:
                known.invited_limited = limited
            known.account_id = account.id if account is not None and not pending else None
            known.limited, known.deleted = limited, role == DELETED
            known.id = id or known.id
            if token is not None:
                known.token = token
                world.link_tokens.add(token)

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
        if status not in STATUSES:
            raise SimulatorError(f"unknown status {status!r}; known: {', '.join(STATUSES)}")
        with world.lock:
            project = self._project(project_id)
            expires_at = world.clock.now() + timedelta(seconds=expires_in)
            created_at = min(expires_at - LIFETIME, world.clock.now())
            invitation = Invitation(
                id=id or world.new_id("invitation"),
                project_id=project.id,
                invited_user_id=world.account(invited).id,
                inviter_user_id=world.account(inviter).id if inviter else project.owner_id,
                status=status,
                status_reason=status_reason,
                expires_at=expires_at,
                created_at=created_at,
                updated_at=created_at,
            )
            if invitation.id in world.invitations:
                raise SimulatorError(f"an invitation with the id {invitation.id} exists already")
            world.invitations[invitation.id] = invitation
            return invitation_view(world, invitation)

    def revoke(self, who: Account | str) -> None:
        """End an account's API token; bearer tokens issued for it live on (no source knows of their revocation)."""
        with self._world.lock:
            self._world.account(who).revoked = True

    def renew(self, who: Account | str) -> str:
        """Give an account another API token, which ends the old one at once (documented)."""
        with self._world.lock:
            account = self._world.account(who)
            self._world.log.retired_tokens.add(account.api_token)
            account.api_token, account.revoked = _api_token(), False
            return account.api_token

    def expire_bearers(self, who: Account | str) -> None:
        """End every bearer token issued to an account so far."""
        with self._world.lock:
            self._world.bearers.end_all(self._world.account(who).id)

    def reset(self, keep_accounts: bool = True) -> None:
        """Start anew: no projects but default ones, no faults, empty log, switches and clock as at the start.

        Accounts stay, with their ids and tokens, unless ``keep_accounts`` is false.
        """
        world = self._world
        with world.lock:
            world.empty()
            world.faults.clear()
            world.log.records.clear()
            world.link_tokens.clear()
            world.limiter.reset()
            world.switches.reset()
            world.clock.reset()
            if not keep_accounts:
                world.accounts.clear()
            for account in world.accounts.values():
                account.revoked = False
                self._add_default_projects(account)

    def _add_default_projects(self, account: Account) -> None:
        if account.default_project is not None:
            per_region = self._world.switches.unique_per == "region"
            for region in REGION_NAMES if per_region else [DEFAULT_REGION]:
                self.add_project(account, account.default_project, default=True, region=region)

    def _add_resource(
        self,
        id: str | None,
        project_id: str,
        name: str,
        technology: str | None,
        plan: str | None,
        people: dict[str, Iterable[Account | str]],
    ) -> Application:
        world = self._world
        _require_text(name=name)
        project = self._project(project_id)
        if any(application.name == name for application in world.applications.values()):
            raise SimulatorError(f"an application named {name} exists already")
        roles = [(role, self._person(who)) for role, whole in people.items() for who in whole]
        id = id or world.new_id("application")
        if id in world.applications:
            raise SimulatorError(f"an application with the id {id} exists already")
        application = Application(id, name, project.id, technology=technology, plan=plan)
        world.applications[application.id] = application
        for role, (account, email) in roles:
            self.set_collaborator(name, account or email, role)
        return application

    def _person(self, who: Account | str) -> tuple[Account | None, str]:
        """Find the account and the email of a person; the email may have no account yet."""
        if isinstance(who, str) and "@" in who:
            found = [one for one in self._world.accounts.values() if one.email.lower() == who.lower()]
            return (found[0] if found else None), who
        account = self._world.account(who)
        return account, account.email

    def _project(self, project_id: str) -> Project:
        if project_id not in self._world.projects:
            raise SimulatorError(f"unknown project {project_id}")
        return self._world.projects[project_id]

    def _application(self, name: str) -> Application:
        for application in self._world.applications.values():
            if application.name == name:
                return application
        raise SimulatorError(f"unknown application {name}")


def _require_text(**values: object) -> None:
    for name, value in values.items():
        if not isinstance(value, str) or not value:
            raise SimulatorError(f"{name} must be text")


def _api_token() -> str:
    """An API token of the documented form."""
    return f"tk-us-{secrets.token_urlsafe(36)}"
