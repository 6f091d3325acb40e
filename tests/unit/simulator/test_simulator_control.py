# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control listener, the log, the clock, and starting anew."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests
from scene import INES, Client, Scene
from simulator import Simulator, SimulatorError


def test_index_and_accounts_are_shown_without_tokens(scene: Scene) -> None:
    names = ["mireille", "tomasz", "ines"]
    assert scene.control.get("/").json() == {**scene.sim.ready(), "accounts": names}
    accounts = scene.control.get("/accounts").json()["accounts"]
    assert [one["username"] for one in accounts] == names
    assert set(accounts[0]) == {"id", "username", "email"}


def test_everything_is_arranged_by_requests(sim: Simulator) -> None:
    control = Client(sim.control_url)

    def call(method: str, path: str, body: Any = None, status: int = 200) -> Any:
        response = control(method, path, json=body)
        assert response.status_code == status, (method, path, response.text)
        return response.json() if response.content else None

    accounts = [call("POST", "/accounts", {"username": name}, 201)["account"] for name in ("mireille", "ines")]
    assert set(accounts[1]) == {"id", "username", "email", "api_token"}
    me, her = (Client(sim.api_url, account) for account in sim.accounts)
    project = call("POST", "/projects", {"owner": "mireille", "name": "web", "id": "prj-1"}, 201)["project"]
    assert me.show(project).json() == {"project": project}
    assert call("GET", "/projects?owner=mireille")["projects"][1] == project
    assert [len(call("GET", f"/projects{query}")["projects"]) for query in ("", "?region=osc-secnum-fr1")] == [3, 2]
    app = {"project_id": "prj-1", "name": "shop", "pending": ["ines"]}
    assert call("POST", "/applications", app, 201)["application"]["project"] == {"id": "prj-1", "name": "web"}
    data = {"project_id": "prj-1", "name": "data", "collaborators": ["ines"], "pending": ["new@example.org"]}
    assert call("POST", "/databases", data, 201)["database"] == me.get("/v1/databases").json()["databases"][0]
    shown = call("GET", "/databases/data/collaborators")["collaborators"]
    assert [(one["email"], one["status"]) for one in shown] == [(INES, "accepted"), ("new@example.org", "pending")]
    assert shown[1]["invitation_link"] == "[hidden]"
    for body, names in (({"role": "limited", "id": "c-1", "token": "abc"}, ["shop"]), ({"role": "pending"}, [])):
        call("PUT", "/applications/shop/collaborators/ines", body, 204)
        assert her.names("apps") == names
    assert her.accept_link("?token=abc").status_code == 200
    invited = call("POST", "/invitations", {"project_id": "prj-1", "invited": "ines", "id": "tin-1"}, 201)
    assert invited["invitation"] == me.invitations(project).json()["transfer_invitations"][0]
    her.invitation(invited["invitation"], "accept")
    (invitation,) = call("GET", "/invitations?project_id=prj-1")["invitations"]
    assert (invitation["id"], invitation["status"]) == ("tin-1", "accepted")
    call("DELETE", "/databases/data/collaborators/new@example.org", status=204)
    assert [one["username"] for one in sim.collaborators("data")] == ["mireille"]
    her.add(INES.replace("ines", "new"))
    (email,) = call("GET", "/emails")["emails"]
    assert (email["to"], email["link"]) == ("new@example.org", "[hidden]")
    for path in ("/applications/shop/collaborators/mireille", "/applications/shop", "/databases/data", "/emails"):
        call("DELETE", path, status=204)
    assert (me.names("apps"), me.names("databases"), call("GET", "/emails")) == ([], [], {"emails": []})


def test_tokens_are_expired_revoked_and_renewed(scene: Scene) -> None:
    caller = Client(scene.sim.api_url, bearer=scene.mireille.bearer())
    assert scene.control.post("/accounts/mireille/expire_bearers").status_code == 204
    assert caller.get("/v1/apps").status_code == 401
    old = scene.mireille.api_token
    assert scene.control.post("/accounts/mireille/revoke").status_code == 204
    assert scene.exchange(old).status_code == 401
    new = scene.control.post("/accounts/mireille/renew").json()["api_token"]
    assert [scene.exchange(token).status_code for token in (old, new)] == [401, 200]


def test_switches_faults_and_hosts_are_set_and_shown(scene: Scene) -> None:
    changed = scene.control("PATCH", "/switches", json={"rate_limit": 60, "dates": "offset"}).json()
    assert changed == scene.control.get("/switches").json() == {"switches": scene.sim.switches}
    assert (scene.sim.switches["rate_limit"], scene.sim.switches["dates"]) == (60, "offset")
    fault = {"kind": "status", "status": 502, "path": "/v1/apps", "times": None, "account": "mireille"}
    added = scene.control.post("/faults", fault)
    assert (added.status_code, added.json()["fault"]) == (201, {**fault, "method": "*", "host": "*", "skip": 0})
    assert scene.control.get("/faults").json()["faults"] == [added.json()["fault"]]
    assert scene.me.get("/v1/apps").status_code == 502
    assert scene.control("DELETE", "/faults").status_code == 204
    assert scene.control.post("/hosts/osc-fr1/close").status_code == 204
    with pytest.raises(requests.ConnectionError):
        scene.me.names()
    assert scene.control.post("/hosts/osc-fr1/open").status_code == 204
    assert scene.me.names("apps") == ["shop"]


def test_clock_is_frozen_advanced_and_resumed(scene: Scene) -> None:
    frozen = scene.control.post("/clock/freeze").json()
    assert frozen["frozen"] is True
    assert scene.control.get("/clock").json() == frozen
    moved = scene.control.post("/clock/advance", {"days": 3, "seconds": 1}).json()["now"]
    before, after = (scene.sim.clock.now().fromisoformat(text) for text in (frozen["now"], moved))
    assert (after - before).total_seconds() == 3 * 86400 + 1
    assert scene.control.post("/clock/resume").json()["frozen"] is False
    assert scene.sim.clock.now() >= after


def test_log_hides_credentials(scene: Scene) -> None:
    old, bearer = scene.mireille.api_token, scene.mireille.bearer()
    exchanged = scene.exchange(old).json()["token"]
    new = scene.sim.renew(scene.mireille)
    caller = Client(scene.sim.api_url, bearer=bearer)
    caller.get(f"/v1/projects/{old}", also=new)
    caller.post("/v1/projects", {"project": {"name": bearer, old: [new]}})
    for header in ("secret-without-scheme", "Bearer secret-of-nobody"):
        scene.anonymous("GET", "/v1/apps", headers={"Authorization": header})
    text = scene.control.get("/requests").text
    for secret in (old, new, bearer, exchanged, "secret-", "Onw"):
        assert secret not in text
    records = json.loads(text)["requests"]
    shown = [record["headers"]["Authorization"] for record in records]
    assert shown == ["Basic [hidden]", "Bearer [hidden]", "Bearer [hidden]", "[hidden]", "Bearer [hidden]"]
    assert records[0]["answer"] == {"token": "[hidden]"}
    assert records[2]["body"] == {"project": {"name": "[hidden]", "[hidden]": ["[hidden]"]}}


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
    assert scene.sim.calls() == scene.sim.calls("mireille") == scene.control.get("/calls").json()["calls"] == calls
    assert scene.control.get("/calls", account="tomasz").json() == {"calls": []}
    assert scene.control("DELETE", "/requests").status_code == 204
    assert scene.sim.requests == []


def test_reset_keeps_the_accounts_unless_told_otherwise(scene: Scene) -> None:
    sim, token = scene.sim, scene.mireille.api_token
    scene.me.add()
    sim.set(rate_limit=5)
    sim.fault("status", times=None)
    sim.clock.advance(days=1)
    sim.revoke("mireille")
    assert scene.control.post("/reset").status_code == 204
    assert (sim.switches["rate_limit"], sim.faults, sim.requests, sim.emails) == (None, [], [], [])
    assert (scene.mireille.revoked, scene.mireille.api_token) == (False, token)
    assert (scene.me.names(), scene.me.names("apps")) == (["default"], [])
    assert scene.control.post("/reset", {"keep_accounts": False}).status_code == 204
    assert (sim.accounts, scene.me.get("/v1/projects").status_code) == ([], 401)


@pytest.mark.parametrize(
    ("method", "path", "body", "text"),
    [
        ("POST", "/accounts", {}, "username"),
        ("POST", "/accounts", {"username": 5}, "username must be text"),
        ("POST", "/accounts", {"username": "mireille"}, "exists already"),
        ("POST", "/accounts", {"username": "x", "color": "red"}, "color"),
        ("POST", "/accounts", [], "must be a JSON object"),
        ("POST", "/accounts/nobody/revoke", None, "unknown account nobody"),
        ("POST", "/projects", {"owner": "nobody", "name": "x"}, "unknown account nobody"),
        ("POST", "/projects", {"owner": "mireille", "name": "x", "region": "mars"}, "unknown region 'mars'"),
        ("POST", "/projects", {"owner": "mireille", "name": None}, "name must be text"),
        ("POST", "/applications", {"project_id": "x", "name": "shop"}, "unknown project x"),
        ("DELETE", "/applications/none", None, "unknown application none"),
        ("POST", "/invitations", {"project_id": "x", "invited": "mireille"}, "unknown project x"),
        ("POST", "/invitations", {"project_id": "x", "invited": "mireille", "status": "expired"}, "unknown status"),
        ("PATCH", "/switches", {"no_such": 1}, "unknown switch no_such"),
        ("PATCH", "/switches", {"dates": "wrong"}, "illegal value 'wrong' for switch dates"),
        ("POST", "/faults", {"kind": "unknown"}, "unknown kind of fault 'unknown'"),
        ("POST", "/hosts/control/close", None, "unknown host 'control'"),
        ("POST", "/clock/advance", {"seconds": -1}, "only moves forward"),
        ("POST", "/clock/advance", {"days": 1e9}, ""),
        ("POST", "/clock/advance", {"days": 1e300}, ""),
        ("GET", "/calls?account=nobody", None, "unknown account nobody"),
    ],
)
def test_mistake_is_told(scene: Scene, method: str, path: str, body: Any, text: str) -> None:
    response = scene.control(method, path, json=body)
    assert response.status_code == 422 and text in response.json()["error"]
    assert scene.control.get("/clock").status_code == 200


def test_unknown_call_is_told(scene: Scene) -> None:
    control = scene.control
    assert (control.get("/none").status_code, control("PUT", "/accounts").status_code) == (404, 405)
    assert "error" in control.get("/none").json()
    assert control("POST", "/accounts", data=b"{").status_code == 400


@pytest.mark.parametrize("more", [{"id": "us-1"}, {"api_token": "tk-1"}, {"username": "mireille"}])
def test_accounts_do_not_collide(sim: Simulator, more: dict[str, Any]) -> None:
    account = sim.add_account("mireille", id="us-1", email="m@example.net", api_token="tk-1")
    assert (account.id, account.email, account.api_token) == ("us-1", "m@example.net", "tk-1")
    with pytest.raises(SimulatorError):
        sim.add_account(**{"username": "tomasz", **more})
    assert len(sim.accounts) == 1


def test_invitation_is_arranged_in_any_state(scene: Scene) -> None:
    scene.sim.clock.freeze()
    state = {"status": "failed", "status_reason": "why"}
    invitation = scene.sim.add_invitation(scene.web["id"], "ines", expires_in=60, inviter="tomasz", **state)
    assert invitation == {**invitation, **state, "inviter_user_id": scene.tomasz.id}
    now = scene.sim.clock.now().replace(tzinfo=None)
    created, expires = (now.fromisoformat(invitation[key][:-1]) for key in ("created_at", "expires_at"))
    assert ((expires - created).total_seconds(), (expires - now).total_seconds()) == (3 * 86400, 60)
