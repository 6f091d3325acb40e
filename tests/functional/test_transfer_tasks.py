# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Transfers as users make them, with ansible-playbook: the handover with two tokens, and cells of the grid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
from simulator import Simulator

from .assumptions import ACCEPTED, COUNTED, SHOWN
from .expect import assert_ok, assert_refused, diff_of
from .playbook import PlaybookRun, Story, TaskResult, connect
from .test_transfer_table import INVITEE, INVITEE_DECLINES, OWNER, STRANGER
from .transfer_grid import GridCell, GridTests, Told, disagreements
from .transfer_process import REASON, Party, party
from .transfer_tasks import Hosts, info_task, transfer_task

# Cells of the grid follow each other at once, and so do the steps of a handover that succeeds. The grid says what an
# expired invitation does; and after a 401, the token would be exchanged again.
ASSUMED = {**COUNTED, **ACCEPTED, **SHOWN, "expired_blocks": False, "non_owner_status": 403, "stranger_get": "404"}

GRID = {**OWNER, **INVITEE, **INVITEE_DECLINES, **STRANGER}
SHOWN = tuple(
    GRID[name]
    for name in (
        "owner: to colleague: pending",
        "owner: to colleague: pending+replace",
        "owner: expired: pending",
        "owner: accepted: pending",
        "owner: accepted: canceled+id",
        "owner: pending: canceled",
        "invitee: pending: accepted",
        "invitee: pending: declined",
        "invitee: expired: accepted+id",
        "invitee: canceled: accepted",
        "invitee: failed: accepted+id",
        "invitee: error: accepted+id",
        "invitee: pending: canceled",
        "stranger: pending: accepted+id",
        "stranger: accepted: canceled",
    )
)
# The same, but right is that without an invitation_id nothing can be done.
HIDDEN = (
    GRID["invitee: pending: accepted+id"],
    GRID["invitee: pending: declined+id"],
    GridCell("invitee", "pending", "accepted", "refused"),
    GridCell("owner", "accepted", "pending", "refused"),
)
SEES_NOTHING = {"invitee_list": False, "invitee_project": False, "old_owner_reads": False}
INFO_PAST = "declined, again pending"

RUNGS = ("check", "run", "rerun", "check again")

BAD_INPUT: Mapping[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "no-new-owner": ({"project_id": "prj-1"}, ("new_owner",)),
    "no-project": ({"new_owner": "tomasz"}, ("project_id", "project_name")),
    "two-projects": (
        {"new_owner": "tomasz", "project_id": "prj-1", "project_name": "web"},
        ("project_id", "project_name"),
    ),
    "id-of-a-pending-one": (
        {"new_owner": "tomasz", "project_id": "prj-1", "invitation_id": "tin-1"},
        ("invitation_id",),
    ),
    "another-state": ({"project_id": "prj-1", "state": "cancelled"}, ("state", "canceled")),
    "negative-time": ({"new_owner": "tomasz", "project_id": "prj-1", "wait_timeout": -1}, ("wait_timeout",)),
}


@dataclass(frozen=True)
class Everything:
    sim: Any
    run: PlaybookRun
    parties: Mapping[str, Party]
    shown: Mapping[str, Told]
    hidden: Mapping[str, Told]


def _handover(one: Party) -> list[dict[str, Any]]:
    """One playbook, two tokens; the invitee is told the IDs by the owner's task."""
    invite = {"project_name": one.project_name, "new_owner": one.invitee.username, "register": "offer"}
    accept = {
        "state": "accepted",
        "api_token": one.invitee.api_token,
        "project_id": "{{ offer.project.id }}",
        "invitation_id": "{{ offer.transfer_invitation.id }}",
    }
    by_id = {"project_id": one.project_id, "new_owner": one.invitee.username}
    return [
        *(transfer_task(f"invite: {rung}", check="check" in rung, **invite) for rung in RUNGS),
        *(transfer_task(f"accept: {rung}", check="check" in rung, **accept) for rung in RUNGS),
        transfer_task("invite after the acceptance", **by_id),
        transfer_task(
            "invite after the acceptance, by name", project_name=one.project_name, new_owner=one.invitee.username
        ),
        transfer_task("wait after the acceptance", **by_id, wait=True),
    ]


def _info_tasks(one: Party) -> list[dict[str, Any]]:
    me = {"project_id": one.project_id}
    return [
        info_task("pending", **me),
        info_task(
            "all in check mode", check=True, project_name=one.project_name, status="all", eligible_new_owners=True
        ),
        info_task("one", **me, invitation_id=one.invitation_id),
        info_task("declined", **me, status="declined"),
        info_task("empty strings", project_id=one.project_id, project_name="", invitation_id="", status="pending"),
        info_task("neither"),
        info_task("as the invitee", **me, api_token=one.invitee.api_token),
        info_task("eligible as the invitee", **me, api_token=one.invitee.api_token, eligible_new_owners=True),
        info_task("as a stranger", **me, api_token=one.stranger.api_token),
    ]


@pytest.fixture(scope="module")
def everything(sim: Any, teller: Any) -> Iterator[Everything]:
    with Simulator(**{**ASSUMED, **SEES_NOTHING}) as closed:
        shown, hidden = Hosts(sim, SHOWN), Hosts(closed, HIDDEN)
        parties = {
            "handover": party(sim),
            "info": party(sim, INFO_PAST),
            "expired": party(sim, "expired"),
            "hidden info": party(closed, "pending"),
        }
        for host in BAD_INPUT:
            sim.add_account(host)
        sim.clear_requests()
        closed.clear_requests()
        blind = parties["hidden info"]
        run = teller(
            [
                *shown.stories,
                *hidden.stories,
                Story("handover", _handover(parties["handover"]), connect(sim, parties["handover"].owner)),
                Story("info", _info_tasks(parties["info"]), connect(sim, parties["info"].owner)),
                Story(
                    "expired",
                    [
                        info_task("pending", project_id=parties["expired"].project_id),
                        info_task("all", project_id=parties["expired"].project_id, status="all"),
                    ],
                    connect(sim, parties["expired"].owner),
                ),
                Story(
                    "hidden-info",
                    [
                        info_task("list", project_id=blind.project_id),
                        info_task("one", project_id=blind.project_id, invitation_id=blind.invitation_id),
                    ],
                    connect(closed, blind.invitee),
                ),
                *(
                    Story(host, [transfer_task(**options)], connect(sim, host_account(sim, host)))
                    for host, (options, _facts) in BAD_INPUT.items()
                ),
            ],
        )
        yield Everything(sim, run, parties, shown.told(run), hidden.told(run))


def host_account(sim: Any, username: str) -> Any:
    return next(account for account in sim.accounts if account.username == username)


class _Ran(GridTests):
    """Cells that were told by the playbook."""

    @classmethod
    def setup_class(cls) -> None:
        """There is a simulator for all."""

    @classmethod
    def teardown_class(cls) -> None:
        """It is stopped by whoever started it."""


class TestShown(_Ran):
    cells = SHOWN

    @pytest.fixture(autouse=True)
    def _stories(self, everything: Everything) -> None:
        type(self).stories = dict(everything.shown)


class TestHidden(_Ran):
    cells = HIDDEN

    @pytest.fixture(autouse=True)
    def _stories(self, everything: Everything) -> None:
        type(self).stories = dict(everything.hidden)


class TestHandover:
    steps: ClassVar = [f"{step}: {rung}" for step in ("invite", "accept") for rung in RUNGS]

    @pytest.fixture
    def one(self, everything: Everything) -> Party:
        return everything.parties["handover"]

    @pytest.mark.parametrize("step", steps)
    def test_only_the_runs_change_something(self, everything: Everything, step: str) -> None:
        assert_ok(everything.run.of("handover", step), changed=step.endswith((": check", ": run")))

    def test_check_mode_and_run_agree(self, everything: Everything) -> None:
        steps = {step: everything.run.of("handover", step) for step in self.steps}
        assert disagreements(steps["invite: check"], steps["invite: run"]) == []
        assert disagreements(steps["accept: check again"], steps["accept: rerun"]) == []

    def test_the_diff_shows_owner_and_status(self, everything: Everything, one: Party) -> None:
        owner = one.owner.username
        before, after = diff_of(everything.run.of("handover", "invite: run")) or ({}, {})
        assert (before["owner"], before["status"]) == (owner, None)
        assert (after["owner"], after["status"]) == (owner, "pending")
        before, after = diff_of(everything.run.of("handover", "accept: run")) or ({}, {})
        # The accepting task did not read the project before, so it knows the former owner by the ID only.
        assert (before["owner"], before["status"]) == (one.owner.id, "pending")
        assert (after["owner"], after["status"]) == (one.invitee.id, "accepted")

    def test_a_predicted_invitation_has_no_id_and_no_dates_yet(self, everything: Everything, one: Party) -> None:
        predicted = everything.run.of("handover", "invite: check")["transfer_invitation"]
        assert {predicted[key] for key in ("id", "created_at", "updated_at", "expires_at")} == {None}
        assert (predicted["status"], predicted["invited_user_id"]) == ("pending", one.invitee.id)

    def test_the_project_has_a_new_owner_once(self, everything: Everything, one: Party) -> None:
        assert (one.owner_now, one.statuses) == (one.invitee.username, ["accepted"])
        assert everything.run.of("handover", "accept: run")["project"] == everything.sim.project(one.project_id)
        assert (one.writes("owner"), one.writes("invitee")) == (["invite"], ["accept"])

    def test_the_owner_s_task_after_the_acceptance(self, everything: Everything) -> None:
        assert_ok(everything.run.of("handover", "invite after the acceptance"))
        assert_ok(everything.run.of("handover", "wait after the acceptance"))
        # The list does not show the project any more, but its applications do, as whose collaborator its owner stays.
        assert_ok(everything.run.of("handover", "invite after the acceptance, by name"))


class TestInfo:
    @pytest.fixture
    def one(self, everything: Everything) -> Party:
        return everything.parties["info"]

    def of(self, everything: Everything, task: str, host: str = "info") -> TaskResult:
        result = everything.run.of(host, task)
        assert_ok(result)
        return result

    def test_pending_is_the_default(self, everything: Everything, one: Party) -> None:
        pending = [{**everything.sim.invitations(one.project_id)[1], "expired": False}]
        for task in ("pending", "one", "empty strings", "as the invitee"):
            result = self.of(everything, task)
            assert result["transfer_invitations"] == pending
            assert "eligible_new_owners" not in result.values

    def test_every_invitation_and_who_is_eligible_are_told_in_check_mode_too(
        self, everything: Everything, one: Party
    ) -> None:
        result = self.of(everything, "all in check mode")
        held = everything.sim.invitations(one.project_id)
        assert result["transfer_invitations"] == [{**each, "expired": False} for each in held]
        eligible = {each["user_name"]: each["user_id"] for each in result["eligible_new_owners"]}
        assert eligible == {each.username: each.id for each in (one.invitee, one.colleague)}

    def test_the_invitations_of_one_status_are_listed_alone(self, everything: Everything) -> None:
        result = self.of(everything, "declined")
        assert [each["status"] for each in result["transfer_invitations"]] == ["declined"]

    def test_what_has_expired_is_not_pending_but_listed_and_marked(self, everything: Everything) -> None:
        assert self.of(everything, "pending", "expired")["transfer_invitations"] == []
        (invitation,) = self.of(everything, "all", "expired")["transfer_invitations"]
        assert (invitation["status"], invitation["expired"]) == ("pending", True)

    def test_nobody_looks_without_a_project_or_without_the_right(self, everything: Everything, one: Party) -> None:
        assert_refused(everything.run.of("info", "neither"), "project_id", "project_name")
        assert_refused(everything.run.of("info", "eligible as the invitee"), one.project_id, "owner")
        assert_refused(everything.run.of("info", "as a stranger"), one.project_id)

    def test_an_invitee_who_sees_no_list_sees_the_one(self, everything: Everything) -> None:
        assert_refused(everything.run.of("hidden-info", "list"), everything.parties["hidden info"].project_id)
        assert len(self.of(everything, "one", "hidden-info")["transfer_invitations"]) == 1


@pytest.mark.parametrize("host", BAD_INPUT)
def test_what_cannot_be_right_is_refused_before_any_request(everything: Everything, host: str) -> None:
    assert_refused(everything.run.of(host), *BAD_INPUT[host][1])
    assert everything.sim.calls(host) == []


def test_failures_tell_the_reason(everything: Everything) -> None:
    failed = everything.shown["invitee: failed: accepted+id"].steps["run"]
    assert_refused(failed, REASON)
    assert_refused(everything.shown["invitee: error: accepted+id"].steps["run"], "support")
    assert_refused(everything.hidden["invitee: pending: accepted"].steps["run"], "invitation_id")
