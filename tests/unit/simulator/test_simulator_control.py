# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Arranging from Python and through the control listener, the log, and starting anew."""

from __future__ import annotations

from typing import Any

import pytest
from scene import INES, Client, Scene
from simulator import Simulator, SimulatorError


def test_playbook_arranges_by_requests_and_reads_the_log(scene: Scene) -> None:
    added = scene.control.post("/projects", {"owner": "mireille", "name": "site", "id": "prj-1"})
    assert (added.status_code, added.json()) == (201, scene.me.show({"id": "prj-1"}).json())
    blog = {"project_id": "prj-1", "name": "blog", "collaborators": ["tomasz"]}
    added = scene.control.post("/applications", blog)
    assert (added.status_code, added.json()["application"]["project"]["name"]) == (201, "site")
    assert scene.them.names("apps") == ["shop", "blog"]
    before = scene.sim.clock.now()
    assert scene.control.post("/clock/advance", {"days": 3, "seconds": 1}).status_code == 200
    assert 259201 <= (scene.sim.clock.now() - before).total_seconds() < 259260
    assert scene.control.get("/calls").json() == {"calls": ["GET /v1/projects/prj-1", "GET /v1/apps"]}
    assert scene.control("DELETE", "/requests").status_code == 204
    assert scene.control.get("/calls").json() == {"calls": []}


@pytest.mark.parametrize(
    ("path", "body", "text"),
    [
        ("/projects", {"owner": "no-such-user", "name": "x"}, "unknown account no-such-user"),
        ("/projects", {"owner": "mireille", "name": "x", "color": "red"}, "color"),
        ("/projects", [], "must be a JSON object"),
        ("/applications", {"project_id": "x", "name": "shop"}, "unknown project x"),
    ],
)
def test_mistake_of_a_playbook_is_told(scene: Scene, path: str, body: Any, text: str) -> None:
    response = scene.control.post(path, body)
    assert response.status_code == 422 and text in response.json()["error"]


def test_log_has_every_request_with_its_response(scene: Scene) -> None:
    bearer = scene.mireille.bearer(expires_in=-1)
    scene.exchange(scene.mireille.api_token)
    scene.me.create("site")
    scene.me.invitations({"id": "x"}, status="all")
    Client(scene.sim.api_url, bearer=bearer).get("/v1/projects")
    exchange, create, listing, expired = scene.sim.requests
    assert (exchange.host, exchange.account, exchange.status) == ("auth", "mireille", 200)
    assert (create.method, create.path, create.host, create.status) == ("POST", "/v1/projects", "osc-fr1", 201)
    assert (create.body, create.answer["project"]["name"]) == ({"project": {"name": "site"}}, "site")
    assert (listing.query, listing.body, listing.status, listing.fault) == ({"status": "all"}, None, 404, None)
    assert (expired.status, expired.account, expired.headers["Authorization"]) == (401, "mireille", f"Bearer {bearer}")
    calls = ["POST auth /v1/tokens/exchange", "POST /v1/projects"]
    calls += ["GET /v1/projects/x/transfer_invitations", "GET /v1/projects"]
    assert scene.sim.calls() == scene.sim.calls("mireille") == calls
    assert scene.sim.calls("tomasz") == []


def test_reset_keeps_the_accounts_unless_told_otherwise(scene: Scene) -> None:
    sim, token = scene.sim, scene.mireille.api_token
    scene.me.add()
    sim.set(rate_limit=5)
    sim.fault("status", times=None)
    sim.clock.advance(days=1)
    sim.revoke("mireille")
    sim.reset()
    assert (sim.switches["rate_limit"], sim.faults, sim.requests, sim.emails) == (None, [], [], [])
    assert (scene.mireille.revoked, scene.mireille.api_token) == (False, token)
    assert (scene.me.names(), scene.me.names("apps")) == (["default"], [])
    sim.reset(keep_accounts=False)
    assert (sim.accounts, scene.me.get("/v1/projects").status_code) == ([], 401)


def test_invitation_is_arranged_in_any_state(scene: Scene) -> None:
    scene.sim.clock.freeze()
    state = {"status": "failed", "status_reason": "why"}
    invitation = scene.sim.add_invitation(scene.web["id"], "ines", expires_in=60, inviter="tomasz", **state)
    assert invitation == {**invitation, **state, "inviter_user_id": scene.tomasz.id}
    now = scene.sim.clock.now().replace(tzinfo=None)
    created, expires = (now.fromisoformat(invitation[key][:-1]) for key in ("created_at", "expires_at"))
    assert ((expires - created).total_seconds(), (expires - now).total_seconds()) == (3 * 86400, 60)


def test_collaborators_are_arranged_by_role(scene: Scene) -> None:
    statuses = []
    for role in ("pending_limited", "pending", "limited", "collaborator"):
        scene.sim.set_collaborator("shop", "ines", role, id="c-1", token="abc")
        (entry,) = (one for one in scene.sim.collaborators("shop") if one["id"] == "c-1")
        statuses.append((entry["status"], entry["is_limited"]))
    assert statuses == [("pending", True), ("pending", False), ("accepted", True), ("accepted", False)]
    scene.sim.set_collaborator("shop", "ines", "pending")
    assert scene.her.accept_link("?token=abc").status_code == 200
    scene.sim.set_collaborator("shop", INES, None)
    assert [one["username"] for one in scene.sim.collaborators("shop")] == ["tomasz"]


def test_mistake_arranges_nothing(sim: Simulator) -> None:
    web = Scene(sim).web["id"]
    for arrange in (
        lambda: sim.add_account("mireille"),
        lambda: sim.add_application(web, "shop"),
        lambda: sim.add_database(web, "data", collaborators=["no-such-user"]),
        lambda: sim.set_collaborator("shop", "new@example.org"),
        lambda: sim.set_collaborator("shop", "mireille", "owner"),
        lambda: sim.collaborators("none"),
        lambda: sim.fault("unknown"),
        lambda: sim.fault("drop_before", status=503),
        lambda: sim.fault("status", account="no-such-user"),
    ):
        with pytest.raises(SimulatorError):
            arrange()
    assert (len(sim.accounts), sim.faults) == (3, [])
    assert [one["username"] for one in sim.collaborators("shop")] == ["tomasz"]
