# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to community.scalingo: it may change in any release.

"""Transfer invitations as they were read: what state they are in, whom they are for, and how a message names them."""

from __future__ import annotations

import typing as t
from datetime import datetime

from ._types import parse_date

if t.TYPE_CHECKING:
    # Not at run time: an action plugin imports this file, and needs no HTTP library.
    from ._types import Object

PENDING, ACCEPTED, DECLINED, CANCELED = "pending", "accepted", "declined", "canceled"
FAILED, ERROR = "failed", "error"
# Not a status of the API, for which such an invitation stays pending.
EXPIRED = "expired"

# Seconds: the option wait_timeout of the module `scalingo_project_transfer`, whose documentation says it too.
DEFAULT_WAIT_TIMEOUT = 600
# Characters: all IDs of users that were seen have more.
_SHORTEST_ID = 20


def is_expired(invitation: Object, now: datetime) -> bool:
    """Tell whether an invitation can no longer be answered, because it was not in time (three days)."""
    return invitation["status"] == PENDING and parse_date(invitation["expires_at"]) <= now


def status_of(invitation: Object, now: datetime) -> str:
    """Return the status of an invitation, with `expired` as one of its own."""
    return EXPIRED if is_expired(invitation, now) else invitation["status"]


def is_for(invitation: Object, user: str) -> bool:
    """Tell whether a user, given by name or ID, is the invited one."""
    return user in (invitation["invited_user_id"], invitation["invited_user_name"])


def could_be_an_id(user: str) -> bool:
    """Tell whether a user name is as long as an ID, and might be that of somebody else. Few user names are."""
    return len(user) >= _SHORTEST_ID


def with_status(invitations: t.Iterable[Object], status: str, now: datetime) -> list[Object]:
    """Return the invitations that are in a status, `expired` being one."""
    return [invitation for invitation in invitations if status_of(invitation, now) == status]


def describe_invitation(invitation: Object) -> str:
    """Return how a message names an invitation."""
    return f"the invitation to {invitation['invited_user_name']} ({invitation['id']})"


def describe_eligible(users: t.Sequence[Object]) -> str:
    """Return how a message lists the users that could be invited."""
    if not users:
        return "nobody is eligible at the moment"
    return "eligible are " + ", ".join(f"{user['user_name']} ({user['user_id']})" for user in users)
