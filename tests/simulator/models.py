# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the simulator knows about: regions, accounts, projects, applications, collaborators, and invitations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

# Roles that can be arranged; the API knows a status, and whether a collaborator is limited.
ROLES = ("collaborator", "limited", "pending", "pending_limited")


class SimulatorError(ValueError):
    """Something that cannot be arranged: an unknown account, an illegal fault, and the like."""


class SwitchError(SimulatorError):
    """An unknown switch or an illegal value."""


REGIONS = ("osc-fr1", "osc-secnum-fr1")
DEFAULT_REGION = REGIONS[0]


@dataclass(eq=False)
class Account:
    """A user of the platform, with one API token (documented: tokens never expire and carry all rights).

    Without ``billing``, the account may not become the owner of a project (documented; switch new_owner_refused).
    """

    id: str
    username: str
    email: str
    api_token: str = field(repr=False)
    issue_bearer: Callable[..., str] = field(repr=False)
    flags: dict[str, bool] = field(default_factory=dict)
    default_project: str | None = "default"
    revoked: bool = False
    billing: bool = True

    def bearer(self, expires_in: int = 3600) -> str:
        """A fresh bearer token; negative ``expires_in`` makes an expired one."""
        return self.issue_bearer(account_id=self.id, expires_in=expires_in)


@dataclass(eq=False)
class Project:
    """A project of one region.

    ``lingering_reads`` says for how many reads a previous default project still shows as default (switch two_defaults).
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
class Collaborator:
    """A person on an application: invited by email, and an account from the acceptance on.

    ``token`` is what the invitation link ends in. ``invited_limited`` is the role of the invitation, which may decide
    whether the link is shown (switch raised_link).
    """

    id: str
    email: str
    limited: bool
    token: str = field(repr=False)
    account_id: str | None = None
    invited_limited: bool = False

    @property
    def pending(self) -> bool:
        """Whether the invitation is not accepted yet."""
        return self.account_id is None

    @property
    def status(self) -> str:
        """The word of the API."""
        return "pending" if self.pending else "accepted"


@dataclass(eq=False)
class Application:
    """An application, or a dedicated database (an application underneath); its owner is its project's owner."""

    id: str
    name: str
    project_id: str
    collaborators: list[Collaborator] = field(default_factory=list)
    technology: str | None = None
    plan: str | None = None

    @property
    def database(self) -> bool:
        """Whether it is a dedicated database."""
        return self.technology is not None

    def accepted(self, account_id: str) -> Collaborator | None:
        """The account as a collaborator that has accepted; in a full role if it has several."""
        found = [one for one in self.collaborators if one.account_id == account_id]
        return min(found, key=lambda one: one.limited, default=None)


@dataclass(eq=False)
class Invitation:
    """An invitation to own a project. Documented statuses only; an expired one stays ``pending``.

    An acceptance that is not finished yet is due at a time, or after so many reads (switch accept_delay).
    """

    id: str
    project_id: str
    invited_user_id: str
    inviter_user_id: str
    status: str
    status_reason: str
    expires_at: datetime
    created_at: datetime
    updated_at: datetime
    due_at: datetime | None = None
    due_after_reads: int | None = None

    def expired(self, now: datetime) -> bool:
        """Whether the time to accept or decline is over."""
        return self.expires_at <= now

    @property
    def being_accepted(self) -> bool:
        """Whether an acceptance is under way."""
        return self.due_at is not None or self.due_after_reads is not None

    def open(self, now: datetime) -> bool:
        """Whether it is pending and not expired; one whose acceptance is under way counts as open."""
        return self.status == "pending" and (self.being_accepted or not self.expired(now))

    def close(self, now: datetime, status: str, reason: str = "") -> None:
        """Give it its last status."""
        self.status, self.status_reason, self.updated_at = status, reason, now
        self.due_at = self.due_after_reads = None
