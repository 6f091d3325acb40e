# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control listener, the log, the clock, and starting anew."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests


@pytest.fixture
def control(sim: Any, client: Any) -> Any:
    """Calls the control listener."""
    return client(sim.control_url)


def test_the_index_has_the_urls_and_the_accounts(sim: Any, control: Any, mireille: Any) -> None:
    assert control.get("/").json() == {
        "api_url": sim.api_url,
        "auth_url": sim.auth_url,
        "control_url": sim.control_url,
        "region_urls": sim.region_urls,
        "accounts": ["mireille"],
    }


def test_everything_can_be_arranged_by_requests(sim: Any, control: Any, client: Any) -> None:
    for name in ("mireille", "tomasz"):
        answer = control.post("/accounts", {"username": name})
        assert answer.status_code == 201
        account = answer.json()["account"]
        assert set(account) == {"id", "username", "email", "api_token"}
    assert account["api_token"].startswith("tk-us-")
    tomasz = client(sim.api_url, next(one for one in sim.accounts if one.username == "tomasz"))
    mireille = client(sim.api_url, next(one for one in sim.accounts if one.username == "mireille"))
    project = control.post("/projects", {"owner": "mireille", "name": "web", "id": "prj-1"}).json()["project"]
    assert mireille.show(project).json() == {"project": project}
    assert control.get("/projects", owner="mireille").json()["projects"][1] == project
    assert len(control.get("/projects").json()["projects"]) == 3
    assert len(control.get("/projects", region="osc-secnum-fr1").json()["projects"]) == 2
    body = {"project_id": "prj-1", "name": "shop", "pending": ["tomasz"]}
    assert control.post("/applications", body).json()["application"]["project"] == {"id": "prj-1", "name": "web"}
    path = "/applications/shop/collaborators/tomasz"
    assert tomasz.get("/v1/apps").json()["apps"] == []
    assert control("PUT", path, json={"role": "limited"}).status_code == 204
    assert len(tomasz.get("/v1/apps").json()["apps"]) == 1
    assert control("DELETE", path).status_code == 204
    assert tomasz.get("/v1/apps").json()["apps"] == []
    assert control("PUT", path).status_code == 204
    answer = control.post("/invitations", {"project_id": "prj-1", "invited": "tomasz", "id": "tin-1"})
    assert answer.status_code == 201
    assert tomasz.invitation(answer.json()["invitation"], "accept").status_code == 200
    (invitation,) = control.get("/invitations", project_id="prj-1").json()["invitations"]
    assert (invitation["id"], invitation["status"]) == ("tin-1", "accepted")
    assert control("DELETE", "/applications/shop").status_code == 204
    assert tomasz.get("/v1/apps").json()["apps"] == []


def test_accounts_are_listed_without_tokens(sim: Any, control: Any, mireille: Any) -> None:
    shown = [{"id": mireille.id, "username": "mireille", "email": "mireille@example.org"}]
    assert control.get("/accounts").json() == {"accounts": shown}


def test_tokens_can_be_expired_revoked_and_renewed(sim: Any, control: Any, me: Any, mireille: Any) -> None:
    def exchange(token: str) -> int:
        return requests.post(f"{sim.auth_url}/v1/tokens/exchange", auth=("", token), timeout=5).status_code

    assert control.post("/accounts/mireille/expire_bearers").status_code == 204
    assert me.get("/v1/apps").status_code == 401
    old = mireille.api_token
    assert control.post("/accounts/mireille/revoke").status_code == 204
    assert exchange(old) == 401
    new = control.post("/accounts/mireille/renew").json()["api_token"]
    assert [exchange(token) for token in (old, new)] == [401, 200]


def test_switches_can_be_set_and_read(sim: Any, control: Any) -> None:
    answer = control("PATCH", "/switches", json={"rate_limit": 60, "dates": "offset"})
    assert answer.status_code == 200
    assert answer.json()["switches"] == sim.switches == control.get("/switches").json()["switches"]
    assert (sim.switches["rate_limit"], sim.switches["dates"]) == (60, "offset")


def test_faults_can_be_set_listed_and_cleared(sim: Any, control: Any, me: Any) -> None:
    fault = {"kind": "status", "status": 502, "path": "/v1/apps", "times": None, "account": "mireille"}
    answer = control.post("/faults", fault)
    assert answer.status_code == 201
    assert answer.json()["fault"] == {**fault, "method": "*", "host": "*", "skip": 0}
    assert control.get("/faults").json()["faults"] == [answer.json()["fault"]]
    assert me.get("/v1/apps").status_code == 502
    assert control("DELETE", "/faults").status_code == 204
    assert me.get("/v1/apps").status_code == 200


def test_the_clock_can_be_frozen_advanced_and_resumed(sim: Any, control: Any) -> None:
    frozen = control.post("/clock/freeze").json()
    assert frozen["frozen"] is True
    assert control.get("/clock").json() == frozen
    moved = control.post("/clock/advance", {"days": 3, "seconds": 1}).json()["now"]
    before, after = (sim.clock.now().fromisoformat(text) for text in (frozen["now"], moved))
    assert (after - before).total_seconds() == 3 * 86400 + 1
    assert control.post("/clock/resume").json()["frozen"] is False
    assert sim.clock.now() >= after


def test_the_log_hides_credentials(sim: Any, control: Any, me: Any, mireille: Any, anybody: Any) -> None:
    old = mireille.api_token
    exchanged = requests.post(f"{sim.auth_url}/v1/tokens/exchange", auth=("", old), timeout=5)
    bearer = me.session.headers["Authorization"].split(" ")[1]
    new = sim.renew(mireille)
    me.get(f"/v1/projects/{old}", also=new)
    me.post("/v1/projects", {"project": {"name": bearer, old: [new]}})
    anybody("GET", "/v1/apps", headers={"Authorization": "secret-without-scheme"})
    anybody("GET", "/v1/apps", headers={"Authorization": "Bearer secret-of-nobody"})
    text = control.get("/requests").text
    for secret in (old, new, bearer, exchanged.json()["token"], "secret-", "Onw"):
        assert secret not in text
    records = json.loads(text)["requests"]
    assert [record["headers"].get("Authorization") for record in records] == [
        "Basic [hidden]",
        "Bearer [hidden]",
        "Bearer [hidden]",
        "[hidden]",
        "Bearer [hidden]",
    ]
    assert records[0]["answer"] == {"token": "[hidden]"}
    assert records[2]["body"] == {"project": {"name": "[hidden]", "[hidden]": ["[hidden]"]}}


def test_the_log_has_every_request_with_its_answer(sim: Any, control: Any, me: Any, mireille: Any) -> None:
    requests.post(f"{sim.auth_url}/v1/tokens/exchange", auth=("", mireille.api_token), timeout=5)
    me.create("web")
    me.invitations({"id": "x"}, status="all")
    sim.expire_bearers(mireille)
    me.get("/v1/projects")
    exchange, create, listing, refused = sim.requests
    assert (exchange.host, exchange.account, exchange.status) == ("auth", "mireille", 200)
    assert (create.method, create.path, create.host, create.status) == ("POST", "/v1/projects", "osc-fr1", 201)
    assert create.body == {"project": {"name": "web"}}
    assert create.answer["project"]["name"] == "web"
    assert create.headers["Authorization"] == me.session.headers["Authorization"]
    assert (listing.query, listing.body, listing.status, listing.fault) == ({"status": "all"}, None, 404, None)
    assert (refused.status, refused.account) == (401, "mireille")
    calls = [
        "POST auth /v1/tokens/exchange",
        "POST /v1/projects",
        "GET /v1/projects/x/transfer_invitations",
        "GET /v1/projects",
    ]
    assert sim.calls() == sim.calls(mireille) == control.get("/calls").json()["calls"] == calls
    sim.add_account("tomasz")
    assert control.get("/calls", account="tomasz").json() == {"calls": []}
    assert control("DELETE", "/requests").status_code == 204
    assert sim.requests == []


def test_a_host_can_be_closed_and_opened(sim: Any, control: Any, me: Any) -> None:
    assert control.post("/hosts/osc-fr1/close").status_code == 204
    with pytest.raises(requests.ConnectionError):
        me.names()
    assert control.post("/hosts/osc-fr1/open").status_code == 204
    assert me.names() == ["default"]


def test_a_reset_keeps_the_accounts_unless_told_otherwise(
    sim: Any, control: Any, me: Any, mireille: Any, web: Any
) -> None:
    sim.set(rate_limit=5)
    sim.fault("status", times=None)
    sim.clock.advance(days=1)
    sim.revoke(mireille)
    token = mireille.api_token
    assert control.post("/reset").status_code == 204
    assert (sim.switches["rate_limit"], sim.faults, sim.requests, mireille.revoked) == (None, [], [], False)
    assert me.names() == ["default"]
    assert mireille.api_token == token
    assert me.get("/v1/apps").json() == {"apps": []}
    assert control.post("/reset", {"keep_accounts": False}).status_code == 204
    assert sim.accounts == []
    assert me.get("/v1/projects").status_code == 401


@pytest.mark.parametrize(
    "method, path, body, text",
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
def test_a_mistake_is_refused_with_a_reason(
    sim: Any, control: Any, mireille: Any, method: str, path: str, body: Any, text: str
) -> None:
    answer = control(method, path, json=body)
    assert answer.status_code == 422
    assert text in answer.json()["error"]
    assert control.get("/clock").status_code == 200


def test_an_unknown_call_is_refused(control: Any) -> None:
    assert (control.get("/none").status_code, control("PUT", "/accounts").status_code) == (404, 405)
    assert "error" in control.get("/none").json()
    assert control("POST", "/accounts", data=b"{").status_code == 400


@pytest.mark.parametrize(
    "arguments",
    [
        {"username": "tomasz", "id": "us-1"},
        {"username": "tomasz", "api_token": "tk-1"},
        {"username": "mireille"},
    ],
)
def test_accounts_do_not_collide(sim: Any, arguments: dict[str, Any]) -> None:
    from simulator import SimulatorError

    account = sim.add_account("mireille", id="us-1", email="m@example.net", api_token="tk-1")
    assert (account.id, account.email, account.api_token) == ("us-1", "m@example.net", "tk-1")
    with pytest.raises(SimulatorError):
        sim.add_account(**arguments)
    assert len(sim.accounts) == 1


def test_what_is_there_cannot_be_arranged_again(sim: Any, mireille: Any, tomasz: Any, web: Any) -> None:
    from simulator import SimulatorError

    sim.add_invitation(web["id"], invited=tomasz, id="tin-1")
    for arrange in (
        lambda: sim.add_project(mireille, "web", id=web["id"]),
        lambda: sim.add_application(web["id"], "shop"),
        lambda: sim.add_invitation(web["id"], invited=tomasz, id="tin-1"),
        lambda: sim.set_collaborator("shop", tomasz, role="owner"),
    ):
        with pytest.raises(SimulatorError):
            arrange()


def test_an_invitation_can_be_arranged_in_any_state(sim: Any, web: Any, mireille: Any, tomasz: Any) -> None:
    sim.clock.freeze()
    invitation = sim.add_invitation(
        web["id"], invited=tomasz, status="failed", expires_in=60, status_reason="why", inviter=tomasz
    )
    assert (invitation["status"], invitation["status_reason"]) == ("failed", "why")
    assert invitation["inviter_user_id"] == tomasz.id
    created, expires = (sim.clock.now().fromisoformat(invitation[key][:-1]) for key in ("created_at", "expires_at"))
    assert (expires - created).total_seconds() == 3 * 86400
    assert (expires - sim.clock.now().replace(tzinfo=None)).total_seconds() == 60
