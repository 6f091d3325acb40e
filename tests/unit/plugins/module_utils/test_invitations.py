# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What state an invitation is in, whom it is for, and how a message names it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from ansible_collections.community.scalingo.plugins.module_utils._invitations import (
    ACCEPTED,
    CANCELED,
    DECLINED,
    ERROR,
    EXPIRED,
    FAILED,
    PENDING,
    describe_eligible,
    describe_invitation,
    is_expired,
    is_for,
    status_of,
    with_status,
)
from world import NOW

FINAL = (ACCEPTED, CANCELED, DECLINED, FAILED, ERROR)


def invitation(status: str = PENDING, left: timedelta = timedelta(days=1)) -> dict[str, Any]:
    return {
        "id": f"tin-{status}",
        "invited_user_id": "us-tomasz",
        "invited_user_name": "tomasz",
        "status": status,
        "expires_at": (NOW + left).isoformat(),
    }


@pytest.mark.parametrize(
    ("left", "expired"),
    [
        (timedelta(seconds=1), False),
        (timedelta(0), True),
        (timedelta(seconds=-1), True),
        (timedelta(days=-300), True),
    ],
)
def test_a_pending_one_expires(left: timedelta, expired: bool) -> None:
    assert is_expired(invitation(left=left), NOW) is expired
    assert status_of(invitation(left=left), NOW) == (EXPIRED if expired else PENDING)


@pytest.mark.parametrize("status", [*FINAL, "frozen"])
def test_what_was_answered_does_not_expire(status: str) -> None:
    answered = invitation(status, left=timedelta(days=-1))
    assert not is_expired(answered, NOW)
    assert status_of(answered, NOW) == status


def test_an_expiry_with_an_offset() -> None:
    assert is_expired({**invitation(), "expires_at": "2026-07-06T14:00:00.000+02:00"}, NOW)
    assert not is_expired({**invitation(), "expires_at": "2026-07-06T12:00:00.001Z"}, NOW)


def test_filtering_keeps_the_order_and_knows_what_has_expired() -> None:
    old, new, late = invitation(), invitation(left=timedelta(days=2)), invitation(left=timedelta(days=-1))
    everything = [old, invitation(ACCEPTED), late, new]
    assert with_status(everything, PENDING, NOW) == [old, new]
    assert with_status(everything, EXPIRED, NOW) == [late]
    assert with_status(everything, ACCEPTED, NOW) == [invitation(ACCEPTED)]
    assert with_status(everything, DECLINED, NOW) == []


@pytest.mark.parametrize(("user", "invited"), [("tomasz", True), ("us-tomasz", True), ("tomas", False), ("", False)])
def test_whom_it_is_for(user: str, invited: bool) -> None:
    assert is_for(invitation(), user) is invited


def test_names_in_messages() -> None:
    assert describe_invitation(invitation()) == "the invitation to tomasz (tin-pending)"
    users = [{"user_id": "us-1", "user_name": "amina"}, {"user_id": "us-2", "user_name": "tomasz"}]
    assert describe_eligible(users) == "eligible are amina (us-1), tomasz (us-2)"
    assert "nobody" in describe_eligible([])
