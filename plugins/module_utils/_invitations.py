# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Transfer invitations: the status they are in, the user they are for, and how messages name them."""

from __future__ import annotations

import typing as t
from datetime import datetime

from ._types import Object, parse_date

PENDING, ACCEPTED, DECLINED, CANCELED = "pending", "accepted", "declined", "canceled"
FAILED, ERROR = "failed", "error"
STATUSES = (PENDING, ACCEPTED, DECLINED, CANCELED, FAILED, ERROR)
# Not a status of the API, for which such an invitation stays pending.
EXPIRED = "expired"
# Statuses that already match each desired state. In any other, the task fails: with error, the transfer may have begun.
MATCHING = {ACCEPTED: {ACCEPTED}, DECLINED: {DECLINED}, CANCELED: {CANCELED, EXPIRED, DECLINED, FAILED}}

# Seconds: the option wait_timeout of the module `scalingo_project_transfer`, whose documentation says it too.
DEFAULT_WAIT_TIMEOUT = 600

NEW_OWNER_NEEDS = (
    "A new owner must be a full collaborator on every application and database of the project, with a billing profile "
    "and a valid payment method. The free trial must be over."
)


def status_of(invitation: Object, now: datetime) -> str:
    """Return the status of an invitation, with `expired` as one of its own: three days without a response."""
    is_expired = invitation["status"] == PENDING and parse_date(invitation["expires_at"]) <= now
    return EXPIRED if is_expired else invitation["status"]


def is_for(invitation: Object, user: str) -> bool:
    """Tell whether a user, given by username or ID, is the invited one."""
    return user in (invitation["invited_user_id"], invitation["invited_user_name"])


def with_status(invitations: t.Iterable[Object], status: str, now: datetime) -> list[Object]:
    """Return the invitations that are in a status, `expired` being one."""
    return [invitation for invitation in invitations if status_of(invitation, now) == status]


def shown(invitations: t.Iterable[Object], status: str, now: datetime) -> list[Object]:
    """Return the invitations of a status, or of "all", each with whether it has expired while it was pending."""
    known = [(invitation, status_of(invitation, now)) for invitation in invitations]
    return [{**invitation, "expired": each == EXPIRED} for invitation, each in known if status in ("all", each)]


def describe_invitation(invitation: Object) -> str:
    """Return how a message names an invitation."""
    return f"invitation to {invitation['invited_user_name']!r}" + (f" ({invitation['id']})" if invitation["id"] else "")


def why_closed(invitation: Object, status: str) -> str:
    """Return, as the end of a sentence, why an invitation cannot be accepted, declined, or canceled, and what to do."""
    reason = f" ({invitation['status_reason']})" if invitation.get("status_reason") else ""
    return {
        EXPIRED: f"it expired at {invitation['expires_at']}. Ask the owner of the project for a new one.",
        ACCEPTED: f"it was accepted by {invitation['invited_user_name']!r}.",
        DECLINED: f"it was declined by {invitation['invited_user_name']!r}. Ask the owner for a new one.",
        CANCELED: "it was canceled by the owner of the project. Ask the owner for a new one.",
        FAILED: f"its acceptance failed{reason}, and nothing was transferred. {NEW_OWNER_NEEDS}",
        ERROR: f"its acceptance ended in an error{reason}. Contact Scalingo support.",
    }.get(status, f"its status is {status}{reason}.")
