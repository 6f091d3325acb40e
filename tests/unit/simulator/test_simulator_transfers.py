# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls for transfers."""

from __future__ import annotations

from scene import Scene, closed, outcome

NOT_FOUND = (404, {"resource": "transfer_invitation", "error": "not found"})


def test_invitation_is_found_under_its_project_and_region_only(scene: Scene) -> None:
    invitation, other = scene.pending(), scene.project("other")
    assert outcome(scene.me.invitation({**invitation, "project_id": other["id"]})) == NOT_FOUND
    assert outcome(scene.me.invitation({**invitation, "id": "tin-none"}, "cancel")) == NOT_FOUND
    assert scene.elsewhere.invitation(invitation).json() == {"resource": "project", "error": "not found"}


def test_accepted_project_belongs_to_the_new_owner_and_can_go_back(scene: Scene) -> None:
    invitation = scene.pending()
    accepted = scene.them.invitation(invitation, "accept", {"unknown": 1})
    assert closed(accepted) == ("accepted", "")
    assert accepted.json()["transfer_invitation"]["created_at"] == invitation["created_at"]
    assert scene.me.show(scene.web).json()["project"]["owner"]["id"] == scene.tomasz.id
    assert (scene.them.names(), scene.me.names()) == (["default", "web"], ["default"])
    assert scene.me.get("/v1/apps").json()["apps"][0]["owner"]["id"] == scene.tomasz.id
    assert scene.them.eligible(scene.web) == ["tomasz", "mireille"]
    assert scene.me.update(scene.web, name="mine").status_code == 403
    scene.sim.set(old_owner_reads=False)
    back = scene.them.invite(scene.web, scene.mireille).json()["transfer_invitation"]
    assert closed(scene.me.invitation(back, "accept")) == ("accepted", "")
    assert (scene.me.show(scene.web).status_code, scene.them.show(scene.web).status_code) == (200, 404)


def test_declined_or_canceled_invitation_changes_nothing_else(scene: Scene) -> None:
    for caller, verb, status in ((scene.them, "decline", "declined"), (scene.me, "cancel", "canceled")):
        invitation = scene.pending()
        assert closed(caller.invitation(invitation, verb)) == (status, "")
        assert closed(scene.me.invitation(invitation)) == closed(scene.them.invitation(invitation)) == (status, "")
        assert scene.me.show(scene.web).json() == {"project": scene.web}
        assert scene.me.invitations(scene.web).json() == {"transfer_invitations": []}


def test_collaborators_on_every_resource_are_eligible(scene: Scene) -> None:
    assert scene.me.eligible(scene.web) == ["mireille", "tomasz"]
    scene.sim.add_database(scene.web["id"], "data", collaborators=[scene.ines])
    for role, names in ((None, []), ("pending", []), ("collaborator", ["tomasz"])):
        scene.sim.set_collaborator("data", scene.tomasz, role=role)
        assert scene.me.eligible(scene.web) == ["mireille", *names]
    assert scene.me.eligible(scene.project("empty")) == ["mireille"]
    invitation = scene.pending()
    scene.sim.add_application(scene.web["id"], "private")
    reason = "You must be collaborator on all resources"
    assert closed(scene.them.invitation(invitation, "accept")) == ("failed", reason)
    assert scene.sim.project(scene.web["id"])["owner"]["id"] == scene.mireille.id


def test_invitation_expires_after_three_days_and_can_only_be_canceled(scene: Scene) -> None:
    invitation = scene.pending()
    scene.sim.clock.advance(days=2, hours=23)
    assert scene.me.invitations(scene.web).json() == {"transfer_invitations": [invitation]}
    scene.sim.clock.advance(hours=1, seconds=1)
    assert scene.me.invitations(scene.web).json() == {"transfer_invitations": []}
    assert scene.me.invitations(scene.web, status="all").json() == {"transfer_invitations": [invitation]}
    assert scene.me.invitation(invitation).json() == {"transfer_invitation": invitation}
    assert scene.them.invitation(invitation, "decline").status_code == 422
    assert closed(scene.me.invitation(invitation, "cancel")) == ("canceled", "")


def test_acceptance_under_way_cannot_be_repeated_or_canceled(scene: Scene) -> None:
    scene.sim.clock.freeze()
    scene.sim.set(accept_delay=30)
    invitation = scene.pending()
    scene.them.invitation(invitation, "accept")
    scene.sim.clock.advance(seconds=29)
    attempts = [scene.them.invitation(invitation, "accept"), scene.me.invitation(invitation, "cancel")]
    assert [one.status_code for one in attempts] == [422, 422]
    assert scene.me.show(scene.web).json() == {"project": scene.web}
    scene.sim.clock.advance(seconds=1)
    assert scene.sim.project(scene.web["id"])["owner"]["id"] == scene.tomasz.id


def test_acceptance_that_takes_reads_counts_those_of_the_project_its_invitations_and_lists(scene: Scene) -> None:
    scene.sim.set(accept_delay="3 reads")
    invitation = scene.pending()
    scene.them.invitation(invitation, "accept")
    reads = [scene.them.get("/v1/apps"), scene.them.get("/v1/projects"), scene.me.invitations(scene.web)]
    reads += [scene.her.get("/v1/projects"), scene.them.show(scene.web)]
    assert reads[-1].json() == {"project": scene.web}
    assert closed(scene.them.invitation(invitation)) == ("accepted", "")
