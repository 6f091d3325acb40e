# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls for transfers, and the switches that change them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest

REFUSALS = (400, 403, 404, 409, 422)
NOT_FOUND = {"resource": "transfer_invitation", "error": "not found"}


@pytest.fixture
def invitation(me, web, tomasz):
    """A pending invitation for tomasz."""
    answer = me.invite(web, tomasz)
    assert answer.status_code == 201
    return answer.json()["transfer_invitation"]


def refused(answer, status, field, text, resource="transfer_invitation"):
    """Whether an answer is a refusal in the form that belongs to the status."""
    body = {422: {"errors": {field: [text]}}, 404: {"resource": resource, "error": "not found"}}
    return (answer.status_code, answer.json()) == (status, body.get(status, {"error": text}))


def status(answer):
    assert answer.status_code == 200
    return answer.json()["transfer_invitation"]["status"]


def test_invitation(me, them, web, mireille, tomasz, invitation):
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


def test_invitation_is_hidden_from_others(sim, client, mireille, me, invitation):
    other = client(sim.api_url, sim.add_account("ines"))
    for answer in (other.invitation(invitation), other.invitation(invitation, "accept")):
        assert (answer.status_code, answer.json()) == (404, NOT_FOUND)
    assert other.get(f"/v1/projects/{invitation['project_id']}/transfer_invitations").status_code == 403
    elsewhere = sim.add_project(mireille, "elsewhere")
    assert me.invitation({**invitation, "project_id": elsewhere["id"]}).json() == NOT_FOUND
    assert me.invitation({**invitation, "id": "tin-none"}, "cancel").json() == NOT_FOUND


def test_invitation_elsewhere(sim, client, mireille, invitation):
    other_region = client(sim.region_urls["osc-secnum-fr1"], mireille)
    assert other_region.invitation(invitation).json() == {"resource": "project", "error": "not found"}


@pytest.mark.parametrize("json", [None, {}, {"unknown": 1}])
def test_accept(me, them, web, mireille, tomasz, invitation, json):
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


def test_accept_with_bad_json(sim, them, web, invitation):
    path = f"/v1/projects/{web['id']}/transfer_invitations/{invitation['id']}/accept"
    assert them("POST", path, data=b"{", headers={"Content-Type": "application/json"}).status_code == 400
    assert sim.invitations(web["id"])[0]["status"] == "pending"


def test_decline(me, them, web, invitation):
    assert status(them.invitation(invitation, "decline")) == "declined"
    assert status(me.invitation(invitation)) == "declined"
    assert me.show(web).json() == {"project": web}
    assert me.invitations(web).json() == {"transfer_invitations": []}


def test_cancel(me, them, web, invitation):
    assert status(me.invitation(invitation, "cancel")) == "canceled"
    assert status(them.invitation(invitation)) == "canceled"


def test_only_the_invited_user_answers(sim, me, web, invitation):
    for action in ("accept", "decline"):
        answer = me.invitation(invitation, action)
        assert (answer.status_code, answer.json()) == (403, {"error": "You are not allowed to do this"})
    assert sim.invitations(web["id"])[0]["status"] == "pending"


def test_body_of_an_invitation(me, web):
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
def test_invite_statuses(sim, me, web, mireille, tomasz, invitation, code):
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


def test_default_statuses_of_invite(sim, me, web, mireille, tomasz, invitation):
    others = (tomasz, mireille, "us-none")
    assert [me.invite(web, other).status_code for other in others] == [409, 422, 422]


def test_eligible(sim, me, web, mireille, tomasz):
    def eligible(project=web):
        answer = me.eligible(project).json()["eligible_new_owners"]
        assert all(set(one) == {"user_id", "user_name"} for one in answer)
        return [one["user_name"] for one in answer]

    ines = sim.add_account("ines")
    assert eligible() == ["mireille", "tomasz"]
    assert me.eligible(web).json()["eligible_new_owners"][1] == {"user_name": "tomasz", "user_id": tomasz.id}
    sim.add_application(web["id"], "db", databases=True, collaborators=[ines])
    assert eligible() == ["mireille"]
    sim.set_collaborator("db", tomasz, role="pending")
    assert eligible() == ["mireille"]
    sim.set_collaborator("db", tomasz)
    assert eligible() == ["mireille", "tomasz"]
    assert eligible(sim.add_project(mireille, "empty")) == ["mireille"]
    sim.set(eligible_includes_owner=False)
    assert eligible() == ["tomasz"]


@pytest.mark.parametrize("value", [True, False])
def test_limited_eligible(sim, me, web, tomasz, value):
    sim.set(limited_eligible=value)
    sim.set_collaborator("shop", tomasz, role="limited")
    assert (len(me.eligible(web).json()["eligible_new_owners"]) == 2) is value
    assert me.invite(web, tomasz).status_code == (201 if value else 422)


def test_expiry(sim, me, them, client, web, mireille, tomasz, invitation):
    sim.clock.advance(days=3, seconds=1)
    me, them = client(sim.api_url, mireille), client(sim.api_url, tomasz)
    assert me.invitations(web).json() == {"transfer_invitations": []}
    assert me.invitations(web, status="all").json() == {"transfer_invitations": [invitation]}
    assert me.invitation(invitation).json() == {"transfer_invitation": invitation}
    assert refused(them.invitation(invitation, "decline"), 422, "status", "The invitation is not pending any more")
    assert status(me.invitation(invitation, "cancel")) == "canceled"


def test_invitation_does_not_expire_early(sim, client, web, mireille, invitation):
    sim.clock.advance(days=2, hours=23)
    assert client(sim.api_url, mireille).invitations(web).json() == {"transfer_invitations": [invitation]}


@pytest.mark.parametrize("value, code", [(False, 201), (True, 409)])
def test_expired_blocks(sim, me, web, tomasz, value, code):
    sim.set(expired_blocks=value)
    sim.add_invitation(web["id"], invited=tomasz, expires_in=-1)
    assert me.invite(web, tomasz).status_code == code


def test_expired_accept(sim, them, web, mireille, tomasz):
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
def test_answer_closed_status(sim, me, them, invitation, code):
    sim.set(answer_closed_status=code)
    them.invitation(invitation, "decline")
    for answer in (
        them.invitation(invitation, "accept"),
        them.invitation(invitation, "decline"),
        me.invitation(invitation, "cancel"),
    ):
        assert refused(answer, code, "status", "The invitation is not pending any more")
    assert status(me.invitation(invitation)) == "declined"


def test_accept_delay_in_seconds(sim, me, them, web, tomasz, invitation):
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


def test_accept_delay_in_reads(sim, me, them, web, tomasz, invitation):
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
def test_accept_outcome(sim, them, web, mireille, tomasz, invitation, outcome, reason):
    sim.set(accept_outcome=outcome)
    body = them.invitation(invitation, "accept").json()["transfer_invitation"]
    assert (body["status"], body["status_reason"]) == (outcome, reason)
    owner = tomasz if outcome == "accepted" else mireille
    assert sim.project(web["id"])["owner"]["id"] == owner.id


def test_accept_without_access_to_everything(sim, them, web, mireille, invitation):
    sim.add_application(web["id"], "private")
    body = them.invitation(invitation, "accept").json()["transfer_invitation"]
    assert (body["status"], body["status_reason"]) == ("failed", "You must be collaborator on all resources")
    assert sim.project(web["id"])["owner"]["id"] == mireille.id


@pytest.mark.parametrize("value", [True, False])
def test_invitee_list(sim, me, them, web, tomasz, value):
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
def test_invitee_project(sim, them, mireille, tomasz, value, code):
    sim.set(invitee_project=value)
    project = sim.add_project(mireille, "empty")
    assert them.show(project).status_code == 404
    sim.add_invitation(project["id"], invited=tomasz)
    assert them.show(project).status_code == code


@pytest.mark.parametrize("value, code", [(True, 200), (False, 404)])
def test_old_owner_reads(sim, me, them, web, invitation, value, code):
    sim.set(old_owner_reads=value)
    them.invitation(invitation, "accept")
    assert me.show(web).status_code == me.invitation(invitation).status_code == code
    assert me.invitations(web, status="all").status_code == (200 if value else 403)


@pytest.mark.parametrize("value", ["false", "keep", "refuse"])
def test_transferred_default(sim, me, them, mireille, tomasz, value):
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
def test_clash_outcome(sim, them, web, mireille, tomasz, invitation, outcome, field, text):
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


def test_status_filter(sim, me, web, tomasz):
    def shown(**params):
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


def test_invitation_order(sim, me, web, tomasz):
    def order():
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


def test_project_can_go_back(sim, me, them, web, mireille, tomasz, invitation):
    sim.set(old_owner_reads=False)
    them.invitation(invitation, "accept")
    back = them.invite(web, mireille).json()["transfer_invitation"]
    assert status(me.invitation(back, "accept")) == "accepted"
    assert me.show(web).json()["project"]["owner"]["id"] == mireille.id
    assert them.show(web).status_code == 404
