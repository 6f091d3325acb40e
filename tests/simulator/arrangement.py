# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Arranging the simulated platform: what tests and playbooks need to exist before they start."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from .mistakes import SimulatorError
from .models import COLLABORATOR, LIMITED, PENDING_COLLABORATOR, Account, Application, Invitation, Project
from .projects import make_default
from .regions import DEFAULT_REGION, REGION_NAMES
from .state import World
from .transfers import LIFETIME
from .views import application_view, invitation_view, project_view

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
    ) -> Account:
        """Add an account; unless ``default_project`` is None it gets a default project of that name in each region."""
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
    ) -> dict[str, Any]:
        """Add an application, or with ``databases`` a dedicated database, with its collaborators by role."""
        world = self._world
        _require_text(name=name)
        with world.lock:
            project = self._project(project_id)
            if any(application.name == name for application in world.applications.values()):
                raise SimulatorError(f"an application named {name} exists already")
            roles = ((COLLABORATOR, collaborators), (LIMITED, limited), (PENDING_COLLABORATOR, pending))
            application = Application(
                id=world.new_id("application"),
                name=name,
                project_id=project.id,
                database=databases,
                collaborators={world.account(who).id: role for role, accounts in roles for who in accounts},
            )
            world.applications[application.id] = application
            return application_view(world, application)

    def remove_application(self, name: str) -> None:
        """Delete an application or database."""
        with self._world.lock:
            del self._world.applications[self._application(name).id]

    def set_collaborator(self, application: str, who: Account | str, role: str | None = COLLABORATOR) -> None:
        """Give somebody a role on an application (collaborator, limited, pending), or with None take it away."""
        if role not in (COLLABORATOR, LIMITED, PENDING_COLLABORATOR, None):
            raise SimulatorError(f"unknown role {role!r}")
        with self._world.lock:
            collaborators = self._application(application).collaborators
            account_id = self._world.account(who).id
            collaborators.pop(account_id, None)
            if role is not None:
                collaborators[account_id] = role

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
            for region in REGION_NAMES:
                self.add_project(account, account.default_project, default=True, region=region)

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
