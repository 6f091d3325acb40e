# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every transfer: the project's past x the desired state x who asks, also against other APIs.

Each in check mode, for real, again, and in check mode again. What the words mean is said in `transfers`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from simulator import Simulator

from .assumptions import ACCEPTED, SHOWN, UP_TO_DATE
from .transfers import PASTS, Cell, Grid, assert_cell, but, grid

# The owner from before; since the acceptance another user may own the project. An owner who wants `accepted` has
# what that wants: the project. Only the invited user may decline.
OWNER = grid(
    "owner",
    """
past                    | pending +id     +replace accepted +id     canceled +id     declined +id     accepted+token
none                    | invite  fails   invite   ok       fails   ok       either  fails    fails  transfer
pending                 | ok      fails   ok       fails    either  cancel   cancel  fails    fails  accept
to colleague            | fails   fails   replace  fails    either  cancel   cancel  fails    fails  fails
expired                 | invite  fails   invite   ok       ok      settled  settled fails    fails  transfer
accepted                | ok      fails   ok       either   ok      fails    fails   fails    fails  ok
declined                | invite  fails   invite   ok       ok      ok       ok      fails    either transfer
canceled                | invite  fails   invite   ok       ok      ok       ok      fails    fails  transfer
failed                  | invite  fails   invite   ok       ok      ok       ok      fails    fails  transfer
error                   | invite  fails   invite   ok       ok      ok       either  fails    fails  transfer
declined, again pending | ok      fails   ok       fails    either  cancel   cancel  .        .      accept
expired, again pending  | ok      fails   ok       fails    either  cancel   cancel  .        .      accept
expired, again accepted | ok      fails   ok       either   fails   fails    settled .        .      ok
to colleague before     | ok      fails   ok       fails    either  cancel   cancel  .        .      accept
given back              | invite  fails   invite   ok       ok      ok       fails   fails    fails  transfer
passed on               | fails   fails   fails    either   ok      fails    fails   fails    fails  fails
offered on              | ok      fails   ok       either   ok      fails    fails   fails    fails  ok
""",
)

# Whether the task of the owner is ok for the invitee, where what it wants is so, is open; it must not write.
INVITEE = grid(
    "invitee",
    """
past                    | pending +id     +replace accepted +id     canceled +id     declined +id
none                    | fails   fails   fails    fails    fails   fails    fails   fails    fails
pending                 | either  fails   either   accept   accept  fails    fails   decline  decline
to colleague            | fails   fails   fails    fails    fails   fails    fails   fails    fails
expired                 | fails   fails   fails    fails    fails   fails    either  fails    fails
accepted                | ok      fails   ok       ok       ok      ok       fails   fails    fails
declined                | fails   fails   fails    fails    fails   fails    either  ok       ok
canceled                | fails   fails   fails    fails    fails   fails    either  fails    fails
failed                  | fails   fails   fails    fails    fails   fails    either  fails    fails
error                   | fails   fails   fails    fails    fails   fails    either  fails    fails
declined, again pending | either  fails   either   accept   accept  fails    fails   decline  decline
expired, again pending  | either  fails   either   accept   accept  fails    fails   decline  decline
expired, again accepted | ok      fails   ok       ok       ok      ok       settled .        .
to colleague before     | either  fails   either   accept   accept  fails    fails   decline  decline
given back              | fails   fails   fails    either   either  fails    fails   fails    fails
passed on               | fails   fails   fails    either   ok      fails    fails   fails    fails
offered on              | ok      fails   ok       fails    ok      cancel   fails   fails    fails
""",
)

# Another user who collaborates on the project, and is invited or not.
COLLEAGUE = grid(
    "colleague",
    """
past         | pending +replace accepted +id   declined +id     canceled +id
none         | fails   fails    fails    fails fails    fails   fails    fails
pending      | fails   fails    fails    fails fails    fails   fails    fails
to colleague | fails   fails    .        .     decline  decline fails    fails
accepted     | ok      ok       fails    fails fails    fails   fails    fails
declined     | fails   fails    fails    fails fails    fails   fails    fails
""",
)

# A user who has nothing to do with the project can do nothing.
EVERY_COLUMN = ("pending", "pending+replace", "accepted", "accepted+id", "declined+id", "canceled", "canceled+id")
STRANGER = {
    cell.name: cell
    for cell in (Cell("stranger", past, column, "fails") for past in list(PASTS)[:9] for column in EVERY_COLUMN)
}

# The previous owner is shown nothing any more.
PREVIOUS_OWNER = but(
    OWNER,
    "owner",
    """
past                    | pending +replace accepted +id   canceled +id
accepted                | fails   fails    fails    fails fails    fails
expired, again accepted | fails   fails    fails    fails fails    fails
passed on               | fails   fails    fails    fails fails    fails
offered on              | fails   fails    fails    fails fails    fails
""",
)

# The invitee is shown the one invitation whose ID is known, and nothing else.
BLIND_INVITEE = but(
    INVITEE,
    "invitee",
    """
past                    | pending +replace accepted +id    declined canceled +id
pending                 | fails   fails    fails    accept fails    fails    fails
declined                | fails   fails    fails    fails  fails    either   either
declined, again pending | fails   fails    fails    accept fails    fails    fails
expired, again pending  | fails   fails    fails    accept fails    fails    fails
to colleague before     | fails   fails    fails    accept fails    fails    fails
given back              | fails   fails    either   either fails    fails    fails
passed on               | fails   fails    either   either fails    fails    fails
""",
)

# An expired invitation is in the way of a new one.
BLOCKED = but(OWNER, "owner", "past | pending +replace\nexpired | reinvite reinvite")


def some(cells: Grid, *pasts: str, without: str = "replace") -> list[Cell]:
    """Those cells of a grid with one of these pasts, or all of them; without the columns that name this."""
    return [cell for cell in cells.values() if (not pasts or cell.past in pasts) and without not in cell.column]


EVERYTHING = [cell for cells in (OWNER, INVITEE, COLLEAGUE, STRANGER) for cell in cells.values()]
BY_NAME = ("none", "pending", "to colleague", "accepted", "declined", "passed on")
AGAIN = ("expired, again pending", "expired, again accepted", "offered on")
REJECTED = [
    *some(BLOCKED, "expired", "accepted", "passed on", without="accepted"),
    *some(INVITEE, "none", "pending", "to colleague", "declined", "accepted"),
    *some(STRANGER, "none", "pending", "accepted"),
]
OTHERWISE: dict[str, tuple[dict[str, Any], list[Cell]]] = {
    "by ID": ({}, EVERYTHING),
    # The list shows the projects of others, too, so that everyone here finds it. It is up to date: from one that is
    # not, a check may learn another owner than the run after it.
    "by name": (
        {**UP_TO_DATE, "list_collaborations": True},
        [cell for cells in (OWNER, INVITEE, STRANGER) for cell in some(cells, *BY_NAME, without="+")],
    ),
    "nothing is shown": (
        {"invitee_list": False, "invitee_project": False, "old_owner_reads": False},
        [*some(PREVIOUS_OWNER), *some(BLIND_INVITEE), *some(STRANGER, "pending", "accepted")],
    ),
    "the invitee sees only the list": (
        {"invitee_project": False},
        some(INVITEE, "pending", "expired, again pending", "accepted", without="canceled"),
    ),
    "expired invitations block": (
        {"expired_blocks": True},
        some(BLOCKED, "expired", "expired, again pending", "to colleague", without="accepted"),
    ),
    "rejected with 401": (
        {
            **{"non_owner_status": 401, "stranger_get": 401, "collaborator_get": 401, "expired_blocks": True},
            **{"answer_closed_status": 400, "invite_pending_status": 400},
        },
        REJECTED,
    ),
    "rejected with 404": (
        {
            **{"non_owner_status": 404, "stranger_get": 403, "collaborator_get": 404, "expired_blocks": True},
            **{"answer_closed_status": 404, "invite_pending_status": 404},
        },
        REJECTED,
    ),
    # Another order, pages, dates with an offset, bearers that name no user, fields that come and go.
    "other forms": (
        {
            **{"invitation_order": "newest_first", "status_filter": "ignored", "page_size": 1, "dates": "offset"},
            **{"uuid_claim": False, "show_flags": False, "extra_fields": True, "eligible_includes_owner": False},
            **{"not_found_style": "text", "validation_style": "nested", "request_ids": False, "id_prefix": "pr"},
        },
        [cell for cells in (OWNER, INVITEE) for cell in some(cells, "none", "pending", "to colleague", *AGAIN)],
    ),
}


@pytest.fixture(scope="module")
def sims() -> Iterator[dict[str, Any]]:
    """A simulator for each API. Unless that says otherwise, a past is what it is called, and everyone is shown it."""
    assumed = {**ACCEPTED, **SHOWN, "expired_blocks": False}
    with ExitStack() as stack:
        yield {
            api: stack.enter_context(Simulator(**{**assumed, **switches}))
            for api, (switches, _cells) in OTHERWISE.items()
        }


@pytest.mark.parametrize(
    ("api", "cell"),
    [
        pytest.param(api, cell, id=f"{api}: {cell.name}")
        for api, (_switches, cells) in OTHERWISE.items()
        for cell in cells
    ],
)
def test_cell(sims: dict[str, Any], api: str, cell: Cell) -> None:
    assert_cell(sims[api], cell, by_name=api == "by name")
