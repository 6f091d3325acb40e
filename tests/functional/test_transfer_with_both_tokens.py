# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One task transfers a project, and one task transfers many, with the tokens of both users. See also the grid."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from .assumptions import ACCEPTED, COUNTED, SHOWN
from .expect import EXCHANGE, LIST, assert_refused
from .playbook import TaskResult, connect, here
from .transfers import Party, party

ASSUMED = {**COUNTED, **ACCEPTED, **SHOWN}
BOTH = pytest.mark.parametrize("check", [True, False], ids=["check", "run"])
NAMED = pytest.mark.parametrize("named", ["project_id", "project_name"])


@pytest.fixture
def one(sim: Any) -> Iterator[Party]:
    """A project of the owner's, which the invitee and the colleague can take."""
    sim.reset(keep_accounts=False)
    made = party(sim)
    sim.clear_requests()
    return made


def transfer(one: Party, token: str = "invitee", check: bool = False, **options: Any) -> TaskResult:
    """Transfer as the owner, with the token of one of them."""
    named = {} if "project_name" in options else {"project_id": one.project_id}
    given = {"state": "accepted", "new_owner_api_token": getattr(one, token).api_token, **named, **options}
    return here("scalingo_project_transfer", connect(one.sim, one.owner), check=check, **given)


def many(one: Party, *items: dict[str, Any], check: bool = False, **options: Any) -> TaskResult:
    return here(
        "scalingo_project_transfers", {**connect(one.sim, one.owner), **options}, check=check, transfers=[*items]
    )


def mine(one: Party, name: str, *collaborators: Any) -> str:
    """Add a project of the owner's with an application, and return its ID."""
    project_id: str = one.sim.add_project(one.owner, name)["id"]
    one.sim.add_application(project_id, f"{name}-web", collaborators=[*collaborators])
    return project_id


def owner_of(one: Party, project_id: str) -> str:
    owner: str = one.sim.project(project_id)["owner"]["username"]
    return owner


@NAMED
@pytest.mark.parametrize(
    "switches", [{}, {"old_owner_reads": False}, {"list_collaborations": True}, {"old_owner_role": "none"}], ids=str
)
def test_transfer_without_new_owner_is_done_once(one: Party, switches: dict[str, Any], named: str) -> None:
    """The new owner is the user of the token."""
    one.sim.set(**switches)
    options = {named: getattr(one, named)}
    predicted = transfer(one, check=True, **options)
    assert one.writes() == []
    done = transfer(one, **options)
    assert (one.writes("owner"), one.writes("invitee")) == (["invite"], ["accept"])
    for result in (predicted, done):
        before, after = (result["diff"][side]["owner"] for side in ("before", "after"))
        assert result.changed and (before, after) == (one.owner.username, one.invitee.username)
        assert result["project"]["owner"]["username"] == one.invitee.username
    again = transfer(one, new_owner=one.invitee.username, **options)
    assert not again.failed and not again.changed, again.msg
    assert again["project"]["owner"]["username"] == one.invitee.username
    assert len(one.writes()) == 2


@NAMED
@pytest.mark.parametrize("old_owner_reads", [True, False])
def test_transfer_is_known_to_be_done_before_any_list_shows_it(one: Party, old_owner_reads: bool, named: str) -> None:
    one.sim.set(list_lag=9, old_owner_reads=old_owner_reads)
    for changed in (True, False):
        result = transfer(one, new_owner=one.invitee.username, **{named: getattr(one, named)})
        assert (result.failed, result.changed) == (False, changed), result.msg
    assert len(one.writes()) == 2


@BOTH
@pytest.mark.parametrize(
    ("token", "new_owner"), [("owner", ""), ("owner", "invitee"), ("stranger", "invitee"), ("stranger", "")]
)
def test_token_of_another_user_fails_before_a_write(one: Party, token: str, new_owner: str, check: bool) -> None:
    result = transfer(one, token, check, new_owner=getattr(one, new_owner).username if new_owner else "")
    assert_refused(result, f"'{getattr(one, token).username}'")
    assert getattr(one, token).api_token not in str(result.values)
    # Else the role would make that user eligible.
    assert "blockers" not in result.values or not new_owner
    assert one.writes() == []


@BOTH
@pytest.mark.parametrize("token", ["invitee", "owner"])
def test_transfer_to_the_user_of_api_token_is_not_taken_for_done(one: Party, token: str, check: bool) -> None:
    """The wrong pair of tokens."""
    assert transfer(one, token, check, new_owner=one.owner.username).failed
    assert one.writes() == []


def test_token_of_another_user_who_owns_the_project_is_not_taken_for_a_transfer(one: Party) -> None:
    assert transfer(one, "colleague", new_owner=one.colleague.username).changed
    for named in ({}, {"project_name": one.project_name}):
        result = transfer(one, "colleague", new_owner=one.invitee.username, **named)
        assert_refused(result, f"'{one.colleague.username}'")


def test_declined_invitation_is_repeated_only_with_reinvite_and_another_one_only_with_replace(one: Party) -> None:
    one.sim.add_invitation(one.project_id, one.invitee, status="declined")
    assert transfer(one, reinvite=False).failed
    one.sim.add_invitation(one.project_id, one.colleague)
    assert transfer(one).failed
    assert one.writes() == []
    assert transfer(one, replace=True).changed
    assert one.writes() == ["cancel", "invite", "accept"]


def test_ineligible_user_is_told_the_blockers(one: Party) -> None:
    sim, name = one.sim, one.project_name
    sim.add_application(one.project_id, f"{name}-worker", limited=[one.invitee])
    sim.add_application(one.project_id, f"{name}-cron", pending=[one.invitee])
    sim.add_database(one.project_id, f"{name}-db")
    result = transfer(one, new_owner=one.invitee.username)
    assert result.failed and one.writes() == []
    assert result["blockers"] == [
        {"resource": f"{name}-cron", "type": "app", "reason": "invitation_pending"},
        {"resource": f"{name}-db", "type": "database", "reason": "not_a_collaborator"},
        {"resource": f"{name}-worker", "type": "app", "reason": "limited"},
    ]


def test_project_of_that_name_that_the_new_owner_always_had_is_not_taken_for_it(one: Party) -> None:
    one.sim.add_project(one.invitee, "shop")
    assert transfer(one, project_name="shop", new_owner=one.invitee.username).failed
    assert one.writes() == []


# Many


def test_list_costs_one_list_and_one_exchange_per_token(one: Party) -> None:
    projects = {name: mine(one, name, one.invitee) for name in ("api", "blog", "shop")}
    token = {"new_owner": one.invitee.username, "new_owner_api_token": one.invitee.api_token}
    items = [{"project_name": name, **token} for name in projects]
    for check in (True, False):
        one.sim.clear_requests()
        result = many(one, *items, check=check)
        assert result.changed, result.msg
        assert [each["action"] for each in result["outcomes"]] == ["invite_and_accept"] * 3
        assert {each["project"]["owner"]["username"] for each in result["outcomes"]} == {one.invitee.username}
        calls = one.sim.calls()
        assert (calls.count(EXCHANGE), calls.count(LIST)) == (2, 1)
        assert len(one.writes()) == (0 if check else 6)
    one.sim.clear_requests()
    again = many(one, *items)
    assert not again.changed and [each["action"] for each in again["outcomes"]] == ["none"] * 3
    # The list, the applications that show the IDs, and one list as the new owner.
    assert [call for call in one.sim.calls() if call != EXCHANGE] == [LIST, "GET /v1/apps", LIST]


@pytest.mark.parametrize("continue_on_failure", [True, False])
def test_list_with_a_failing_item(one: Party, continue_on_failure: bool) -> None:
    shop, blog = mine(one, "shop", one.colleague), mine(one, "blog", one.invitee)
    token = {"new_owner": one.invitee.username, "new_owner_api_token": one.invitee.api_token}
    result = many(
        one,
        *({"project_name": name, **token} for name in ("shop", "missing", "blog")),
        continue_on_failure=continue_on_failure,
    )
    assert result.failed and result.changed is continue_on_failure
    first, second, third = result["outcomes"]
    assert [each["failed"] for each in (first, second, third)] == [True, continue_on_failure, False]
    assert first["blockers"] == [{"resource": "shop-web", "type": "app", "reason": "not_a_collaborator"}]
    assert first["project_id"] == shop and not first["unknown"] and second["unknown"] is continue_on_failure
    assert owner_of(one, blog) == (one.invitee if continue_on_failure else one.owner).username
    assert one.invitee.api_token not in str(result.values)


def test_list_without_a_token_invites_and_continues_after_an_item_that_cannot_be_right(one: Party) -> None:
    wrong = {"project_name": "blog", "new_owner": "a@example.org"}
    right = {"project_id": one.project_id, "new_owner": one.invitee.username}
    assert many(one, wrong, right).failed and one.writes() == []
    result = many(one, wrong, right, continue_on_failure=True)
    assert [each["failed"] for each in result["outcomes"]] == [True, False]
    assert result["outcomes"][1]["action"] == "invite"
    assert result["outcomes"][1]["transfer_invitation"]["status"] == "pending"
