# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls for transfers, and the switches that change them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

REFUSALS = (400, 403, 404, 409, 422)
NOT_FOUND = {"resource": "transfer_invitation", "error": "not found"}


@pytest.fixture
def invitation(me: Any, web: Any, tomasz: Any) -> Any:
    """A pending invitation for tomasz."""
    answer = me.invite(web, tomasz)
    assert answer.status_code == 201
    return answer.json()["transfer_invitation"]


def refused(answer: Any, status: int, field: str, text: str, resource: str = "transfer_invitation") -> bool:
    """Whether an answer is a refusal in the form that belongs to the status."""
    body = {422: {"errors": {field: [text]}}, 404: {"resource": resource, "error": "not found"}}
    return (answer.status_code, answer.json()) == (status, body.get(status, {"error": text}))


def status(answer: Any) -> Any:
    assert answer.status_code == 200
    return answer.json()["transfer_invitation"]["status"]


def test_both_sides_see_the_invitation(
    me: Any, them: Any, web: Any, mireille: Any, tomasz: Any, invitation: Any
) -> None:
    assert re.fullmatch("tin-[0-9a-f-]{36}", invitation["id"])
    dates = ("id", "expires_at", "created_at", "updated_at")
    assert {key: value for key, value in invitation.items() if key not in dates} == {
        "project_id": web["id"],
        "invited_user_id": tomasz.id,
        "invited_user_name": "tomasz",
        "inviter_user_id": mireille.id,
        "status": "pending",
        "status_reason": "",
    }
    created, expires = (datetime.fromisoformat(invitation[key][:-1]) for key in ("created_at", "expires_at"))
    assert expires - created == timedelta(days=3)
    for party in (me, them):
        assert party.invitation(invitation).json() == {"transfer_invitation": invitation}
        assert party.invitations(web).json() == {"transfer_invitations": [invitation]}


def test_an_invitation_is_hidden_from_others(sim: Any, client: Any, mireille: Any, me: Any, invitation: Any) -> None:
    other = client(sim.api_url, sim.add_account("ines"))
    for answer in (other.invitation(invitation), other.invitation(invitation, "accept")):
        assert (answer.status_code, answer.json()) == (404, NOT_FOUND)
    assert other.get(f"/v1/projects/{invitation['project_id']}/transfer_invitations").status_code == 403
    elsewhere = sim.add_project(mireille, "elsewhere")
    assert me.invitation({**invitation, "project_id": elsewhere["id"]}).json() == NOT_FOUND
    assert me.invitation({**invitation, "id": "tin-none"}, "cancel").json() == NOT_FOUND


def test_an_invitation_is_not_found_in_another_region(sim: Any, client: Any, mireille: Any, invitation: Any) -> None:
    other_region = client(sim.region_urls["osc-secnum-fr1"], mireille)
    assert other_region.invitation(invitation).json() == {"resource": "project", "error": "not found"}


@pytest.mark.parametrize("json", [None, {}, {"unknown": 1}])
def test_an_accepted_project_belongs_to_the_new_owner(
    me: Any, them: Any, web: Any, mireille: Any, tomasz: Any, invitation: Any, json: Any
) -> None:
    answer = them.invitation(invitation, "accept", json)
    body = answer.json()["transfer_invitation"]
    assert (answer.status_code, body["status"], body["status_reason"]) == (200, "accepted", "")
    assert body["updated_at"] >= invitation["updated_at"] and body["created_at"] == invitation["created_at"]
    assert me.show(web).json()["project"]["owner"]["id"] == tomasz.id
    assert them.names() == ["default", "web"] and me.names() == ["default"]
    (shop,) = me.get("/v1/apps").json()["apps"]
    assert shop["owner"]["id"] == tomasz.id
    assert [one["user_name"] for one in them.eligible(web).json()["eligible_new_owners"]] == ["tomasz", "mireille"]
    assert me.update(web, name="mine").status_code == 403


def test_an_acceptance_with_bad_json_is_refused(sim: Any, them: Any, web: Any, invitation: Any) -> None:
    path = f"/v1/projects/{web['id']}/transfer_invitations/{invitation['id']}/accept"
    assert them("POST", path, data=b"{", headers={"Content-Type": "application/json"}).status_code == 400
    assert sim.invitations(web["id"])[0]["status"] == "pending"


def test_a_declined_project_stays_where_it_is(me: Any, them: Any, web: Any, invitation: Any) -> None:
    assert status(them.invitation(invitation, "decline")) == "declined"
    assert status(me.invitation(invitation)) == "declined"
    assert me.show(web).json() == {"project": web}
    assert me.invitations(web).json() == {"transfer_invitations": []}


def test_the_owner_cancels_an_invitation(me: Any, them: Any, web: Any, invitation: Any) -> None:
    assert status(me.invitation(invitation, "cancel")) == "canceled"
    assert status(them.invitation(invitation)) == "canceled"


def test_only_the_invited_user_answers(sim: Any, me: Any, web: Any, invitation: Any) -> None:
    for action in ("accept", "decline"):
        answer = me.invitation(invitation, action)
        assert (answer.status_code, answer.json()) == (403, {"error": "You are not allowed to do this"})
    assert sim.invitations(web["id"])[0]["status"] == "pending"


def test_an_invitation_has_to_say_who_is_invited(me: Any, web: Any) -> None:
    path = f"/v1/projects/{web['id']}/transfer_invitations"
    bodies = [
        {},
        {"transfer_invitation": 1},
        {"transfer_invitation": {}},
        {"transfer_invitation": {"invited_user_id": 1}},
    ]
    assert [(me.post(path, body).status_code, me.post(path, body).json()["errors"]) for body in bodies] == [
        (422, {"transfer_invitation": ["missing field"]}),
        (422, {"transfer_invitation": ["is invalid"]}),
        (422, {"invited_user_id": ["can't be blank"]}),
        (422, {"invited_user_id": ["is invalid"]}),
    ]


@pytest.mark.parametrize("code", REFUSALS)
def test_a_refused_invitation_has_the_status_of_the_switch(
    sim: Any, me: Any, web: Any, mireille: Any, tomasz: Any, invitation: Any, code: int
) -> None:
    names = ("pending", "not_eligible", "self", "unknown")
    sim.set(**{f"invite_{name}_status": code for name in names})
    text = "A pending transfer invitation already exists for this project"
    assert refused(me.invite(web, tomasz), code, "project", text)
    field = "invited_user_id"
    assert refused(me.invite(web, mireille), code, field, "is the owner of the project", "user")
    assert refused(me.invite(web, "us-none"), code, field, "is unknown", "user")
    me.invitation(invitation, "cancel")
    text = "must be collaborator on all resources"
    assert refused(me.invite(web, sim.add_account("ines")), code, field, text, "user")


def test_a_refused_invitation_is_a_conflict_or_invalid_without_switches(
    sim: Any, me: Any, web: Any, mireille: Any, tomasz: Any, invitation: Any
) -> None:
    others = (tomasz, mireille, "us-none")
    assert [me.invite(web, other).status_code for other in others] == [409, 422, 422]


def test_only_collaborators_on_everything_are_eligible(sim: Any, me: Any, web: Any, mireille: Any, tomasz: Any) -> None:
    def eligible(project: Mapping[str, Any] = web) -> list[str]:
        answer = me.eligible(project).json()["eligible_new_owners"]
        assert all(set(one) == {"user_id", "user_name"} for one in answer)
        return [one["user_name"] for one in answer]

    ines = sim.add_account("ines")
    assert eligible() == ["mireille", "tomasz"]
    assert me.eligible(web).json()["eligible_new_owners"][1] == {"user_name": "tomasz", "user_id": tomasz.id}
    sim.add_database(web["id"], "db", collaborators=[ines])
    assert eligible() == ["mireille"]
    sim.set_collaborator("db", tomasz, role="pending")
    assert eligible() == ["mireille"]
    sim.set_collaborator("db", tomasz)
    assert eligible() == ["mireille", "tomasz"]
    assert eligible(sim.add_project(mireille, "empty")) == ["mireille"]
    sim.set(eligible_includes_owner=False)
    assert eligible() == ["tomasz"]


@pytest.mark.parametrize("value", [True, False])
def test_a_limited_collaborator_is_eligible_only_if_switched(
    sim: Any, me: Any, web: Any, tomasz: Any, value: bool
) -> None:
    sim.set(limited_eligible=value)
    sim.set_collaborator("shop", tomasz, role="limited")
    assert (len(me.eligible(web).json()["eligible_new_owners"]) == 2) is value
    assert me.invite(web, tomasz).status_code == (201 if value else 422)


def test_an_expired_invitation_can_only_be_canceled(
    sim: Any, me: Any, them: Any, client: Any, web: Any, mireille: Any, tomasz: Any, invitation: Any
) -> None:
    sim.clock.advance(days=3, seconds=1)
    me, them = client(sim.api_url, mireille), client(sim.api_url, tomasz)
    assert me.invitations(web).json() == {"transfer_invitations": []}
    assert me.invitations(web, status="all").json() == {"transfer_invitations": [invitation]}
    assert me.invitation(invitation).json() == {"transfer_invitation": invitation}
    assert refused(them.invitation(invitation, "decline"), 422, "status", "The invitation is not pending any more")
    assert status(me.invitation(invitation, "cancel")) == "canceled"


def test_an_invitation_does_not_expire_early(sim: Any, client: Any, web: Any, mireille: Any, invitation: Any) -> None:
    sim.clock.advance(days=2, hours=23)
    assert client(sim.api_url, mireille).invitations(web).json() == {"transfer_invitations": [invitation]}


@pytest.mark.parametrize("value, code", [(False, 201), (True, 409)])
def test_an_expired_invitation_blocks_the_next_one_only_if_switched(
    sim: Any, me: Any, web: Any, tomasz: Any, value: bool, code: int
) -> None:
    sim.set(expired_blocks=value)
    sim.add_invitation(web["id"], invited=tomasz, expires_in=-1)
    assert me.invite(web, tomasz).status_code == code


def test_the_acceptance_of_an_expired_invitation_is_refused_or_fails(
    sim: Any, them: Any, web: Any, mireille: Any, tomasz: Any
) -> None:
    invitation = sim.add_invitation(web["id"], invited=tomasz, expires_in=-1)
    sim.set(expired_accept=422)
    answer = them.invitation(invitation, "accept")
    assert (answer.status_code, answer.json()) == (422, {"errors": {"status": ["The invitation has expired"]}})
    assert sim.invitations(web["id"]) == [invitation]
    sim.set(expired_accept="failed")
    body = them.invitation(invitation, "accept").json()["transfer_invitation"]
    assert (body["status"], body["status_reason"]) == ("failed", "Project transfer invitation already expired.")
    assert sim.project(web["id"])["owner"]["id"] == mireille.id


@pytest.mark.parametrize("code", REFUSALS)
def test_a_closed_invitation_is_not_answered_again(sim: Any, me: Any, them: Any, invitation: Any, code: int) -> None:
    sim.set(answer_closed_status=code)
    them.invitation(invitation, "decline")
    for answer in (
        them.invitation(invitation, "accept"),
        them.invitation(invitation, "decline"),
        me.invitation(invitation, "cancel"),
    ):
        assert refused(answer, code, "status", "The invitation is not pending any more")
    assert status(me.invitation(invitation)) == "declined"


def test_an_acceptance_can_take_seconds(sim: Any, me: Any, them: Any, web: Any, tomasz: Any, invitation: Any) -> None:
    sim.clock.freeze()
    sim.set(accept_delay=30)
    assert status(them.invitation(invitation, "accept")) == "pending"
    assert them.invitation(invitation, "accept").status_code == 422
    assert me.invitation(invitation, "cancel").status_code == 422
    sim.clock.advance(seconds=29)
    assert status(them.invitation(invitation)) == "pending"
    assert me.show(web).json() == {"project": web}
    sim.clock.advance(seconds=1)
    assert sim.project(web["id"])["owner"]["id"] == tomasz.id
    assert status(them.invitation(invitation)) == "accepted"


def test_an_acceptance_can_take_reads(sim: Any, me: Any, them: Any, web: Any, tomasz: Any, invitation: Any) -> None:
    sim.set(accept_delay="3 reads")
    assert status(them.invitation(invitation, "accept")) == "pending"
    me.get("/v1/apps")
    assert them.names() == ["default"]
    assert me.invitations(web).json()["transfer_invitations"][0]["status"] == "pending"
    assert them.show(web).json() == {"project": web}
    assert status(them.invitation(invitation)) == "accepted"
    assert them.show(web).json()["project"]["owner"]["id"] == tomasz.id


@pytest.mark.parametrize(
    "outcome, reason",
    [
        ("accepted", ""),
        ("failed", "You must be collaborator on all resources"),
        ("error", "The transfer was interrupted"),
    ],
)
def test_an_acceptance_can_fail_afterwards(
    sim: Any, them: Any, web: Any, mireille: Any, tomasz: Any, invitation: Any, outcome: str, reason: str
) -> None:
    sim.set(accept_outcome=outcome)
    body = them.invitation(invitation, "accept").json()["transfer_invitation"]
    assert (body["status"], body["status_reason"]) == (outcome, reason)
    owner = tomasz if outcome == "accepted" else mireille
    assert sim.project(web["id"])["owner"]["id"] == owner.id


def test_an_acceptance_without_access_to_everything_fails(
    sim: Any, them: Any, web: Any, mireille: Any, invitation: Any
) -> None:
    sim.add_application(web["id"], "private")
    body = them.invitation(invitation, "accept").json()["transfer_invitation"]
    assert (body["status"], body["status_reason"]) == ("failed", "You must be collaborator on all resources")
    assert sim.project(web["id"])["owner"]["id"] == mireille.id


@pytest.mark.parametrize("value", [True, False])
def test_the_invited_user_finds_the_own_invitation_in_the_list_only_if_switched(
    sim: Any, me: Any, them: Any, web: Any, tomasz: Any, value: bool
) -> None:
    sim.set(invitee_list=value)
    ines = sim.add_account("ines")
    sim.add_invitation(web["id"], invited=ines, status="declined")
    mine = sim.add_invitation(web["id"], invited=tomasz)
    answer = them.invitations(web, status="all")
    if value:
        assert answer.json() == {"transfer_invitations": [mine]}
    else:
        assert (answer.status_code, answer.json()) == (403, {"error": "You are not allowed to do this"})
    assert len(me.invitations(web, status="all").json()["transfer_invitations"]) == 2


@pytest.mark.parametrize("value, code", [(True, 200), (False, 404)])
def test_the_invited_user_sees_the_project_only_if_switched(
    sim: Any, them: Any, mireille: Any, tomasz: Any, value: bool, code: int
) -> None:
    sim.set(invitee_project=value)
    project = sim.add_project(mireille, "empty")
    assert them.show(project).status_code == 404
    sim.add_invitation(project["id"], invited=tomasz)
    assert them.show(project).status_code == code


@pytest.mark.parametrize("value, code", [(True, 200), (False, 404)])
def test_the_old_owner_still_reads_only_if_switched(
    sim: Any, me: Any, them: Any, web: Any, invitation: Any, value: bool, code: int
) -> None:
    sim.set(old_owner_reads=value)
    them.invitation(invitation, "accept")
    assert me.show(web).status_code == me.invitation(invitation).status_code == code
    assert me.invitations(web, status="all").status_code == (200 if value else 403)


@pytest.mark.parametrize("value", ["false", "keep", "refuse"])
def test_a_transferred_default_project_is_treated_as_switched(
    sim: Any, me: Any, them: Any, mireille: Any, tomasz: Any, value: str
) -> None:
    sim.set(transferred_default=value)
    project = sim.add_project(mireille, "main", default=True)
    sim.add_application(project["id"], "shop", collaborators=[tomasz])
    answer = me.invite(project, tomasz)
    if value == "refuse":
        text = "is the default project and cannot be transferred"
        assert (answer.status_code, answer.json()) == (422, {"errors": {"project": [text]}})
        arranged = sim.add_invitation(project["id"], invited=tomasz)
        body = them.invitation(arranged, "accept").json()["transfer_invitation"]
        assert (body["status"], body["status_reason"]) == ("failed", f"project {text}")
        return
    assert status(them.invitation(answer.json()["transfer_invitation"], "accept")) == "accepted"
    assert {one["name"]: one["default"] for one in sim.projects(tomasz)} == {
        "main": value == "keep",
        "default": value == "false",
    }
    assert [one["default"] for one in sim.projects(mireille)] == [False]


@pytest.mark.parametrize("outcome", ["failed", "422"])
@pytest.mark.parametrize(
    "field, text",
    [
        ("name", "has already been taken"),
        ("base", "You have reached the maximum number of projects"),
    ],
)
def test_an_acceptance_that_clashes_with_a_name_or_the_limit_fails_or_is_refused(
    sim: Any, them: Any, web: Any, mireille: Any, tomasz: Any, invitation: Any, outcome: str, field: str, text: str
) -> None:
    sim.set(clash_outcome=outcome)
    if field == "name":
        sim.add_project(tomasz, "web")
    else:
        sim.set(limit_projects=1)
    answer = them.invitation(invitation, "accept")
    if outcome == "failed":
        assert answer.json()["transfer_invitation"]["status_reason"] == f"{field} {text}"
    else:
        assert (answer.status_code, answer.json()) == (422, {"errors": {field: [text]}})
    (left,) = sim.invitations(web["id"])
    assert left["status"] == ("failed" if outcome == "failed" else "pending")
    assert sim.project(web["id"])["owner"]["id"] == mireille.id


@pytest.mark.parametrize("code", [402, 409, 422])
@pytest.mark.parametrize("moment", ["invite", "accept"])
def test_a_new_owner_without_billing_is_refused_as_switched(
    sim: Any, me: Any, them: Any, web: Any, mireille: Any, tomasz: Any, moment: str, code: int
) -> None:
    sim.set(new_owner_refused=f"{moment}-{code}")
    ines = sim.add_account("ines", billing=False)
    sim.set_collaborator("shop", ines)
    tomasz.billing, ines.billing = False, True
    answer = me.invite(web, tomasz)
    if moment == "accept":
        assert answer.status_code == 201
        answer = them.invitation(answer.json()["transfer_invitation"], "accept")
    text = "must have an active billing profile"
    if code == 402:
        assert answer.json() == {"error": text, "url": "https://dashboard.scalingo.com/billing"}
    assert answer.status_code == code and text in answer.text
    assert [one["status"] for one in sim.invitations(web["id"])] == (["pending"] if moment == "accept" else [])
    assert sim.project(web["id"])["owner"]["id"] == mireille.id
    tomasz.billing = True
    pending = sim.invitations(web["id"]) or [me.invite(web, tomasz).json()["transfer_invitation"]]
    assert status(them.invitation(pending[0], "accept")) == "accepted"


def test_a_new_owner_without_billing_is_accepted_if_switched(
    sim: Any, them: Any, web: Any, tomasz: Any, invitation: Any
) -> None:
    tomasz.billing = False
    assert them.invitation(invitation, "accept").status_code == 402
    sim.set(new_owner_refused=None)
    assert status(them.invitation(invitation, "accept")) == "accepted"


@pytest.mark.parametrize("value, reason", [("shown", ""), ("absent", None)])
def test_an_empty_reason_is_shown_or_absent(
    sim: Any, them: Any, web: Any, tomasz: Any, invitation: Any, value: str, reason: str | None
) -> None:
    sim.set(empty_reason=value)
    assert them.invitation(invitation).json()["transfer_invitation"].get("status_reason") == reason
    failed = sim.add_invitation(web["id"], invited=tomasz, status="failed", status_reason="why")
    assert failed["status_reason"] == "why"


@pytest.mark.parametrize("value, outcome", [("region", "accepted"), ("account", "failed")])
def test_a_name_in_another_region_is_in_the_way_only_if_switched(
    sim: Any, them: Any, web: Any, tomasz: Any, invitation: Any, value: str, outcome: str
) -> None:
    sim.add_project(tomasz, "web", region="osc-secnum-fr1")
    sim.set(unique_per=value)
    assert status(them.invitation(invitation, "accept")) == outcome


def test_invitations_are_filtered_by_status_only_if_switched(sim: Any, me: Any, web: Any, tomasz: Any) -> None:
    def shown(**params: Any) -> list[str]:
        return [one["status"] for one in me.invitations(web, **params).json()["transfer_invitations"]]

    kinds = ["declined", "failed", "pending", "pending"]
    for days, kind in enumerate(kinds):
        sim.add_invitation(web["id"], invited=tomasz, status=kind, expires_in=(days - 2.5) * 86400)
    for value in ("exact", "ignored"):
        sim.set(status_filter=value)
        assert shown() == ["pending"]
        assert shown(status="all") == kinds
    assert shown(status="declined") == shown(status="anything") == kinds
    sim.set(status_filter="exact")
    assert shown(status="declined") == ["declined"]
    assert shown(status="pending") == ["pending", "pending"]
    assert shown(status="anything") == []


def test_invitations_come_in_the_order_of_the_switch(sim: Any, me: Any, web: Any, tomasz: Any) -> None:
    def order() -> list[str]:
        return [one["id"] for one in me.invitations(web, status="all").json()["transfer_invitations"]]

    ids = [
        sim.add_invitation(web["id"], invited=tomasz, status="declined", expires_in=hours * 3600)["id"]
        for hours in range(12)
    ]
    assert order() == ids
    sim.set(invitation_order="newest_first")
    assert order() == ids[::-1]
    sim.set(invitation_order="random")
    assert sorted(order()) == sorted(ids)
    assert len({tuple(order()) for _read in range(10)}) > 1


def test_a_project_can_go_back(
    sim: Any, me: Any, them: Any, web: Any, mireille: Any, tomasz: Any, invitation: Any
) -> None:
    sim.set(old_owner_reads=False)
    them.invitation(invitation, "accept")
    back = them.invite(web, mireille).json()["transfer_invitation"]
    assert status(me.invitation(back, "accept")) == "accepted"
    assert me.show(web).json()["project"]["owner"]["id"] == mireille.id
    assert them.show(web).status_code == 404
