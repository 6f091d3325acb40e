# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state machine against an API that answers otherwise where nothing is documented."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import pytest

from .assumptions import ACCEPTED, SHOWN
from .test_transfer_table import INVITEE, INVITEE_DECLINES, OWNER, OWNER_DECLINES, STRANGER
from .transfer_grid import GridCell, GridTests, but
from .transfer_process import party, transfer

# But for the one answer that is tried, a handover succeeds.
ASSUMED = {**ACCEPTED, **SHOWN}

# The former owner is shown nothing any more.
FORMER_OWNER = but(
    {**OWNER, **OWNER_DECLINES},
    "owner",
    """
past                    | pending | pending+replace | accepted | accepted+id | canceled | canceled+id
accepted                | refused | refused         | refused  | refused     | refused  | refused
expired, again accepted | refused | refused         | refused  | refused     | refused  | refused
handed on               | refused | refused         | refused  | refused     | refused  | refused
offered on              | refused | refused         | refused  | refused     | refused  | refused
""",
)

# The invitee is shown the one invitation whose ID is known, and nothing else.
BLIND_INVITEE = but(
    {**INVITEE, **INVITEE_DECLINES},
    "invitee",
    """
past                    | pending | pending+replace | accepted | declined | canceled
pending                 | refused | refused         | refused  | refused  | refused
declined                | refused | refused         | refused  | refused  | either
declined, again pending | refused | refused         | refused  | refused  | refused
expired, again pending  | refused | refused         | refused  | refused  | refused
to colleague before     | refused | refused         | refused  | refused  | refused
""",
)
# Whoever handed the project on is a former owner, too.
BLIND_INVITEE = but(
    BLIND_INVITEE,
    "invitee",
    """
past        | accepted+id | canceled+id
handed on   | either      | refused
handed back | either      | refused
""",
)


Cells = Mapping[str, GridCell]


def some(cells: Cells, *pasts: str, without: str = "replace") -> tuple[GridCell, ...]:
    """Those cells of a grid with one of these pasts, or all of them; without the columns that name this."""
    return tuple(cell for cell in cells.values() if (not pasts or cell.past in pasts) and without not in cell.column)


class TestNothingIsShown(GridTests):
    switches: ClassVar = {"invitee_list": False, "invitee_project": False, "old_owner_reads": False}
    cells = some(FORMER_OWNER) + some(BLIND_INVITEE) + some(STRANGER)


class TestInviteeSeesOnlyTheList(GridTests):
    switches: ClassVar = {"invitee_project": False}
    cells = some({**INVITEE, **INVITEE_DECLINES}, "pending", "expired, again pending", "accepted", without="canceled")


BLOCKED = but(
    OWNER,
    "owner",
    """
past    | pending  | pending+replace
expired | reinvite | reinvite
""",
)


class TestExpiredInvitationBlocks(GridTests):
    switches: ClassVar = {"expired_blocks": True}
    cells = some(BLOCKED, "expired", "expired, again pending", "to colleague", without="accepted")


REFUSALS = (
    *some(BLOCKED, "expired", "accepted", "handed on", without="accepted"),
    *some(INVITEE, "none", "pending", "to colleague", "declined", "accepted"),
    *some(STRANGER, "none", "pending", "accepted"),
)


class TestRefusalsAre401(GridTests):
    switches: ClassVar = {
        "non_owner_status": 401,
        "stranger_get": 401,
        "answer_closed_status": 400,
        "invite_pending_status": 400,
        "collaborator_get": 401,
        "expired_blocks": True,
    }
    cells = REFUSALS


class TestRefusalsAre404(GridTests):
    switches: ClassVar = {
        "non_owner_status": 404,
        "stranger_get": 403,
        "answer_closed_status": 404,
        "invite_pending_status": 404,
        "collaborator_get": 404,
        "expired_blocks": True,
    }
    cells = REFUSALS


class TestOtherForms(GridTests):
    """Another order, pages, dates with an offset, bearers that name nobody, fields that come and go."""

    switches: ClassVar = {
        "invitation_order": "newest_first",
        "status_filter": "ignored",
        "page_size": 1,
        "dates": "offset",
        "uuid_claim": False,
        "show_flags": False,
        "extra_fields": True,
        "eligible_includes_owner": False,
        "not_found_style": "text",
        "validation_style": "nested",
        "request_ids": False,
        "id_prefix": "pr",
    }
    cells = tuple(
        cell
        for cells in (OWNER, INVITEE, INVITEE_DECLINES)
        for cell in some(
            cells,
            "none",
            "pending",
            "expired",
            "accepted",
            "to colleague",
            "offered on",
            "declined, again pending",
            "expired, again pending",
            "expired, again accepted",
        )
    )


ELIGIBILITY: Mapping[str, tuple[dict[str, Any], str, bool]] = {
    "a collaborator on all": ({}, "collaborator", True),
    "a limited collaborator that counts": ({"limited_eligible": True}, "limited", True),
    "a limited collaborator that does not count": ({"limited_eligible": False}, "limited", False),
    "a collaborator who has not answered": ({}, "pending", False),
    "a collaborator on some": ({}, "", False),
}


@pytest.mark.parametrize("includes_owner", [True, False])
@pytest.mark.parametrize("who", ELIGIBILITY)
def test_who_is_eligible_is_what_the_api_says(sim: Any, who: str, includes_owner: bool) -> None:
    switches, role, eligible = ELIGIBILITY[who]
    sim.reset(keep_accounts=False)
    sim.set(**switches, eligible_includes_owner=includes_owner)
    one = party(sim)
    database = f"database-{one.project_name}"
    sim.add_application(one.project_id, database, databases=True, collaborators=[one.colleague])
    if role:
        sim.set_collaborator(database, one.invitee, role=role)
    for check in (True, False):
        result = one.invite(check=check)
        assert result.failed is not eligible, result.msg or result.values
    assert one.statuses == (["pending"] if eligible else [])


@pytest.mark.parametrize("transferred_default", ["false", "keep", "refuse"])
def test_a_default_project_becomes_what_the_api_says(sim: Any, transferred_default: str) -> None:
    sim.reset(keep_accounts=False)
    sim.set(transferred_default=transferred_default)
    one = party(sim, default=True)
    offer = one.invite()
    if transferred_default == "refuse":
        assert offer.failed
        assert "default" in offer.msg
        assert one.statuses == []
        return
    accepted = transfer(
        sim, one.invitee, project_id=one.project_id, state="accepted", invitation_id=offer["transfer_invitation"]["id"]
    )
    assert not accepted.failed, accepted.msg
    assert accepted["project"] == sim.project(one.project_id)
    assert accepted["project"]["default"] is (transferred_default == "keep")


@pytest.mark.parametrize("clash_outcome", ["failed", "422"])
def test_a_name_that_the_new_owner_has_already_is_told(sim: Any, clash_outcome: str) -> None:
    sim.reset(keep_accounts=False)
    sim.set(clash_outcome=clash_outcome)
    one = party(sim, "pending")
    sim.add_project(one.invitee, one.project_name)
    result = one.accept()
    assert result.failed
    assert "taken" in result.msg
    assert one.owner_now == one.owner.username
