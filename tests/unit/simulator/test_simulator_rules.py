# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of projects, transfers, and collaborators, as long as no switch says otherwise."""

from __future__ import annotations

import re

from scene import DATA, INES, Client, Scene, closed, outcome
from simulator import Simulator

NO_PROJECT, NO_INVITATION, NO_APP, NO_COLLABORATOR = (
    (404, {"resource": resource, "error": "not found"})
    for resource in ("project", "transfer_invitation", "app", "collaborator")
)


# Projects.


def test_new_account_has_a_default_project_in_each_region_unless_told_otherwise(scene: Scene) -> None:
    for region in scene.sim.region_urls:
        (project,) = (one for one in scene.sim.projects(scene.mireille, region) if one["name"] == "default")
        assert project["default"] is True
    account = scene.sim.add_account("zoe", default_project=None)
    assert Client(scene.sim.api_url, account).get("/v1/projects").json() == {"projects": []}


def test_created_project_is_shown_and_listed(scene: Scene) -> None:
    project = scene.me.create("site").json()["project"]
    assert re.fullmatch("prj-[0-9a-f-]{36}", project["id"])
    assert (project["name"], project["default"], project["owner"]["id"]) == ("site", False, scene.mireille.id)
    assert scene.me.show(project).json() == {"project": project}
    assert scene.me.get("/v1/projects").json()["projects"][2] == project
    assert scene.me.get("/v1/projects/site").json() == NO_PROJECT[1]  # a name is no ID


def test_created_or_updated_project_takes_the_default_from_the_previous_one(scene: Scene) -> None:
    assert scene.me.create("site", default=True).json()["project"]["default"] is True
    assert scene.me.defaults() == ["site"]
    assert scene.me.update(scene.web, default=True).json()["project"]["default"] is True
    assert scene.me.defaults() == ["web"]


def test_projects_are_regional_and_names_unique_per_owner(scene: Scene) -> None:
    assert scene.elsewhere.names() == ["default"]
    assert scene.elsewhere.show(scene.web).json() == NO_PROJECT[1]
    callers = (scene.me, scene.elsewhere, scene.them, scene.them)
    assert [caller.create("web").status_code for caller in callers] == [422, 201, 201, 422]


def test_update_changes_what_it_names_and_the_date(scene: Scene) -> None:
    scene.sim.clock.advance(minutes=1)
    changed = scene.me.update(scene.web, name="site").json()["project"]
    assert changed["created_at"] < changed["updated_at"]
    assert changed == {**scene.web, "name": "site", "updated_at": changed["updated_at"]}
    assert scene.me.show(scene.web).json() == {"project": changed}


def test_deletion_needs_an_empty_project_and_ends_it(scene: Scene) -> None:
    assert outcome(scene.me.delete(scene.web)) == (409, {"error": "Cannot delete project with existing apps"})
    scene.sim.remove_application("shop")
    response = scene.me.delete(scene.web)
    assert (response.status_code, response.content) == (204, b"")
    assert "Content-Type" not in response.headers
    assert scene.me.names() == ["default"]
    for again in (scene.me.delete(scene.web), scene.me.show(scene.web), scene.me.update(scene.web, name="x")):
        assert outcome(again) == NO_PROJECT


def test_limit_is_twenty_projects(sim: Simulator) -> None:
    caller = Client(sim.api_url, sim.add_account("mireille"))
    assert [caller.create(f"p{number}").status_code for number in range(20)] == [201] * 19 + [422]


# Transfers.


def test_invitation_is_found_under_its_project_and_region_only(scene: Scene) -> None:
    invitation, other = scene.pending(), scene.project("other")
    assert outcome(scene.me.invitation({**invitation, "project_id": other["id"]})) == NO_INVITATION
    assert outcome(scene.me.invitation({**invitation, "id": "tin-none"}, "cancel")) == NO_INVITATION
    assert scene.elsewhere.invitation(invitation).json() == NO_PROJECT[1]


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


# Applications, databases, and the people on them.


def test_database_is_shown_apart_from_applications(scene: Scene) -> None:
    kind = {"technology": "postgresql", "plan": "postgresql-starter-512"}
    shown = scene.sim.add_database(scene.web["id"], "data")
    assert shown == {"id": shown["id"], "name": "data", "project_id": scene.web["id"], **kind}
    assert scene.me.get("/v1/databases").json() == {"databases": [shown]}
    (shop,) = scene.me.get("/v1/apps").json()["apps"]
    assert (
        scene.me.listed(f"/v1/apps/{shop['id']}/collaborators") == scene.me.listed() == scene.sim.collaborators("shop")
    )
    assert scene.me.listed(DATA) == []
    for path in (f"/v1/apps/{shown['id']}/collaborators", "/v1/apps/none/collaborators"):  # by its name only
        assert outcome(scene.me.get(path)) == NO_APP
    assert outcome(scene.elsewhere.get(DATA)) == NO_APP
    assert scene.elsewhere.names("databases") == []
    scene.sim.remove_application("data")
    assert scene.me.names("databases") == []


def test_invitation_is_shown_and_sent_until_it_is_accepted(scene: Scene) -> None:
    pending = scene.me.added(is_limited=False)
    assert (pending["email"], pending["user_id"], pending["username"]) == (INES, None, "n/a")
    assert (pending["status"], pending["is_limited"], pending["app_name"]) == ("pending", False, "shop")
    assert scene.me.listed()[1] == pending
    assert scene.her.names("apps") == []
    accepted = scene.her.accept_link(pending["invitation_link"])
    assert (accepted.status_code, accepted.json()) == (200, {"app": scene.me.get("/v1/apps").json()["apps"][0]})
    changed = {"status": "accepted", "user_id": scene.ines.id, "username": "ines", "invitation_link": ""}
    assert scene.me.listed()[1] == {**pending, **changed}
    (email,) = scene.sim.emails
    assert email == {"to": INES, "application": "shop", "link": pending["invitation_link"]}


def test_role_is_changed_in_place(scene: Scene) -> None:
    (entry,) = scene.me.listed()
    changed = scene.me.change(entry, is_limited=True, email="x@example.org")
    assert (changed.status_code, changed.json()) == (200, {"collaborator": {**entry, "is_limited": True}})
    assert scene.me.change(entry, is_limited=False).json() == {"collaborator": entry}
    assert (scene.me.change(entry, is_limited=1).status_code, scene.me.change(entry).status_code) == (422, 400)
    for response in (scene.me.change({"id": "none"}, is_limited=True), scene.me.remove({"id": "none"})):
        assert outcome(response) == NO_COLLABORATOR


def test_removed_collaborator_is_gone_with_the_link(scene: Scene) -> None:
    pending = scene.me.added(is_limited=False)
    for entry in scene.me.listed():
        response = scene.me.remove(entry)
        assert (response.status_code, response.content) == (204, b"")
    assert (scene.me.listed(), scene.them.names("apps")) == ([], [])
    assert outcome(scene.her.accept_link(pending["invitation_link"])) == NO_COLLABORATOR


def test_link_is_good_for_any_account_but_once(scene: Scene) -> None:
    link = scene.me.added("new@example.org", is_limited=False)["invitation_link"]
    text = "You're already working on this app, this invitation is for new@example.org"
    for caller in (scene.me, scene.them):  # the owner, and a collaborator
        assert outcome(caller.accept_link(link)) == (400, {"type": "already-collaborator", "error": text})
    for bad in ("", "?token=", "?token=none"):
        assert outcome(scene.her.accept_link(bad)) == NO_COLLABORATOR
    assert scene.her.accept_link(link).status_code == 200
    assert outcome(scene.her.accept_link(link)) == NO_COLLABORATOR
    assert scene.me.listed()[1]["user_id"] == scene.ines.id


def test_transfer_strikes_every_entry_of_the_new_owner(scene: Scene) -> None:
    scene.sim.set(invite_again="second")
    scene.me.add(scene.tomasz.email)
    assert [one["status"] for one in scene.me.listed()] == ["accepted", "pending"]
    scene.them.invitation(scene.pending(), "accept")
    assert [one["username"] for one in scene.them.listed()] == ["mireille"]
