# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the simulator knows about: accounts, projects, applications and invitations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

COLLABORATOR = "collaborator"
LIMITED = "limited"
PENDING_COLLABORATOR = "pending"


@dataclass(eq=False)
class Account:
    """A user of the platform, with one API token (documented: tokens never expire and carry all rights)."""

    id: str
    username: str
    email: str
    api_token: str = field(repr=False)
    issue_bearer: Callable[..., str] = field(repr=False)
    flags: dict[str, bool] = field(default_factory=dict)
    default_project: str | None = "default"
    revoked: bool = False

    def bearer(self, expires_in: int = 3600, opaque: bool = False) -> str:
        """A fresh bearer token; negative ``expires_in`` makes an expired one, ``opaque`` one that is no JWT."""
        return self.issue_bearer(account_id=self.id, expires_in=expires_in, opaque=opaque)


@dataclass(eq=False)
class Project:
    """A project of one region.

    ``lingering_reads`` says for how many reads a former default project still shows as default (switch two_defaults).
    """

    id: str
    name: str
    region: str
    owner_id: str
    default: bool
    flags: dict[str, bool]
    created_at: datetime
    updated_at: datetime
    lingering_reads: int = 0


@dataclass(eq=False)
class Application:
    """An application, or a dedicated database (an application underneath); its owner is its project's owner.

    ``collaborators`` maps account ids to a role: ``collaborator``, ``limited``, or ``pending`` while unanswered.
    """

    id: str
    name: str
    project_id: str
    database: bool
    collaborators: dict[str, str] = field(default_factory=dict)

    def has_collaborator(self, account_id: str) -> bool:
        """Whether the account has accepted to collaborate, in whatever role."""
        return self.collaborators.get(account_id, PENDING_COLLABORATOR) != PENDING_COLLABORATOR


@dataclass(eq=False)
class Acceptance:
    """An acceptance that is not finished yet: due at a time, or after so many reads (switch accept_delay)."""

    due_at: datetime | None = None
    reads_left: int | None = None


@dataclass(eq=False)
class Invitation:
    """An invitation to take over a project. Documented statuses only; an expired one stays ``pending``."""

    id: str
    project_id: str
    invited_user_id: str
    inviter_user_id: str
    status: str
    status_reason: str
    expires_at: datetime
    created_at: datetime
    updated_at: datetime
    acceptance: Acceptance | None = None

    def expired(self, now: datetime) -> bool:
        """Whether the time to answer is over."""
        return self.expires_at <= now

    def open(self, now: datetime) -> bool:
        """Whether it is pending and not expired; one whose acceptance is under way counts as open."""
        return self.status == "pending" and (self.acceptance is not None or not self.expired(now))
