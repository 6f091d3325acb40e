# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of the simulated platform."""

from __future__ import annotations

import secrets
import threading
import uuid
from collections.abc import Callable
from typing import Any

from werkzeug.wrappers import Request

from .clock import Bearers, Clock, RateLimiter
from .conformance import Description
from .faults import Faults
from .models import Account, Application, Invitation, Project, SimulatorError
from .request_log import RequestLog
from .switches import Switches


class World:
    """Everything that requests read and change.

    Hold ``lock`` to touch it, so that each request is atomic. ``stopping`` ends artificial waits early.
    """

    def __init__(self, **switches: Any) -> None:
        self.lock = threading.RLock()
        self.stopping = threading.Event()
        self.clock = Clock()
        self.switches = Switches(**switches)
        self.bearers = Bearers(self.clock, self.switches)
        self.limiter = RateLimiter(self.clock, self.switches)
        self.faults = Faults()
        self.log = RequestLog()
        # What responses are checked against, if they are, and what was found. Starting anew forgets neither.
        self.description: Description | None = None
        self.complaints: list[str] = []
        # Called with each request before anything is done about it; it goes on when that returns.
        self.gate: Callable[[Request], object] | None = None
        self.accounts: dict[str, Account] = {}
        self.projects: dict[str, Project] = {}
        self.applications: dict[str, Application] = {}
        self.invitations: dict[str, Invitation] = {}
        # The emails that the platform sent.
        self.emails: list[dict[str, str]] = []
        # What a lagging list still shows, by account and region: the projects and for how many reads.
        self.stale_lists: dict[tuple[str, str], tuple[list[dict[str, Any]], int]] = {}

    def account(self, who: Account | str) -> Account:
        """An account by object, username, or ID."""
        for account in self.accounts.values():
            if account is who or who in (account.username, account.id):
                return account
        raise SimulatorError(f"unknown account {who if isinstance(who, str) else who.username}")

    def account_of_token(self, api_token: str) -> Account | None:
        """The account that has this API token, be it revoked or not."""
        return next((one for one in self.accounts.values() if one.api_token == api_token), None)

    def owned(self, account_id: str, region: str | None) -> list[Project]:
        """The projects of an account in a region, or in all of them, oldest first."""
        return [one for one in self.projects.values() if one.owner_id == account_id and region in (None, one.region)]

    def resources(self, project_id: str) -> list[Application]:
        """Applications and dedicated databases of a project."""
        return [application for application in self.applications.values() if application.project_id == project_id]

    def applications_in(self, region: str) -> list[Application]:
        """Applications and dedicated databases of a region."""
        return [one for one in self.applications.values() if self.projects[one.project_id].region == region]

    def owner_of(self, application: Application) -> Account:
        """The owner of an application's project."""
        return self.accounts[self.projects[application.project_id].owner_id]

    def collaborates(self, account_id: str, project_id: str) -> bool:
        """Whether the account collaborates on something in the project."""
        return any(application.accepted(account_id) for application in self.resources(project_id))

    def invitations_of(self, project_id: str) -> list[Invitation]:
        """The invitations of a project, oldest first."""
        found = [invitation for invitation in self.invitations.values() if invitation.project_id == project_id]
        return sorted(found, key=lambda invitation: invitation.created_at)

    def same_email(self, one: str, other: str) -> bool:
        """Whether two emails are the same; that case does not matter is undocumented (switch email_case)."""
        return one == other or (self.switches.email_case != "compared" and one.lower() == other.lower())

    def new_id(self, kind: str) -> str:
        """A fresh identifier; the prefix of projects differs between documents (switch id_prefix)."""
        if kind in ("application", "collaborator"):
            return secrets.token_hex(12)
        prefix = {"project": self.switches.id_prefix, "account": "us", "invitation": "tin"}[kind]
        return f"{prefix}-{uuid.uuid4()}"

    def new_link_token(self) -> str:
        """Make a token for a link to collaborate, in the form of recorded ones."""
        return secrets.token_hex(20)

    def empty(self) -> None:
        """Forget projects, applications, invitations, emails, faults, and the log."""
        for things in (self.projects, self.applications, self.invitations, self.emails, self.stale_lists):
            things.clear()
        for things in (self.faults.waiting, self.log.records):
            things.clear()
