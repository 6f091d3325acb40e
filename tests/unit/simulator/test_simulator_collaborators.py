# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls for databases and collaborators."""

from __future__ import annotations

from scene import DATA, INES, Scene, outcome

NO_APP = (404, {"resource": "app", "error": "not found"})
NO_COLLABORATOR = (404, {"resource": "collaborator", "error": "not found"})


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
