# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens, bearers, regions and the caller's account."""

from __future__ import annotations

import base64
import json
from typing import Any

import jwt
import pytest
import requests

ROUTE_404 = {"message": "Looking for something here? You must be wrong", "url": "https://developers.scalingo.com"}


def exchange(sim: Any, token: str, user: str = "") -> requests.Response:
    return requests.post(f"{sim.auth_url}/v1/tokens/exchange", auth=(user, token), timeout=5)


def parts(bearer: str) -> tuple[dict[str, Any], dict[str, Any], bytes]:
    header, claims, signature = (base64.urlsafe_b64decode(part + "==") for part in bearer.split("."))
    return json.loads(header), json.loads(claims), signature


def test_exchange_gives_a_signed_token_for_an_hour(sim: Any, mireille: Any) -> None:
    answer = exchange(sim, mireille.api_token)
    assert answer.status_code == 200
    assert list(answer.json()) == ["token"]
    header, claims, signature = parts(answer.json()["token"])
    assert header == {"typ": "JWT", "alg": "HS512"}
    assert len(signature) == 64
    assert list(claims) == ["iss", "iat", "uuid", "rnd", "exp"]
    assert (claims["iss"], claims["uuid"]) == ("Scalingo", mireille.id)
    assert claims["exp"] == claims["iat"] + 3600
    assert abs(claims["iat"] - sim.clock.timestamp()) < 5


def test_signature_can_be_verified(sim: Any, mireille: Any) -> None:
    key = sim._world.bearers._key
    assert jwt.decode(mireille.bearer(), key, algorithms=["HS512"])["uuid"] == mireille.id
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(mireille.bearer(), b"x" * 64, algorithms=["HS512"])


def test_exchange_accepts_an_empty_object(sim: Any, mireille: Any) -> None:
    answer = requests.post(f"{sim.auth_url}/v1/tokens/exchange", auth=("", mireille.api_token), json={}, timeout=5)
    assert answer.status_code == 200


@pytest.mark.parametrize("user, token", [("", "tk-us-wrong"), ("", ""), ("mireille", None)])
def test_exchange_refuses_bad_credentials(sim: Any, mireille: Any, user: str, token: str | None) -> None:
    answer = exchange(sim, mireille.api_token if token is None else token, user)
    assert answer.status_code == 401
    assert answer.json() == {"error": "Invalid credentials"}


def test_exchange_refuses_a_bearer_token(sim: Any, client: Any, mireille: Any) -> None:
    assert client(sim.auth_url, mireille).post("/v1/tokens/exchange").json() == {"error": "Invalid credentials"}


def test_an_api_token_has_the_form_that_scalingo_gives_it(mireille: Any) -> None:
    assert mireille.api_token.startswith("tk-us-")
    assert len(mireille.api_token) == len("tk-us-") + 48


def test_revoked_token_ends_exchanges_only(sim: Any, mireille: Any, me: Any) -> None:
    sim.revoke(mireille)
    assert exchange(sim, mireille.api_token).status_code == 401
    assert me.get("/v1/projects").status_code == 200


def test_renewed_token_replaces_the_old_one(sim: Any, mireille: Any) -> None:
    old = mireille.api_token
    new = sim.renew(mireille)
    assert exchange(sim, old).status_code == 401
    assert exchange(sim, new).status_code == 200


def test_an_expired_bearer_is_refused_and_a_new_one_is_not(sim: Any, mireille: Any, me: Any, client: Any) -> None:
    sim.expire_bearers(mireille)
    refused = me.get("/v1/projects")
    assert (refused.status_code, refused.json()) == (401, {"error": "unauthorized"})
    assert client(sim.api_url, mireille).get("/v1/projects").status_code == 200


def test_bearer_expires_with_the_clock(sim: Any, me: Any) -> None:
    sim.clock.advance(seconds=3590)
    assert me.get("/v1/projects").status_code == 200
    sim.clock.advance(seconds=11)
    assert me.get("/v1/projects").status_code == 401


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer nonsense", "Basic Onh4", "Nonsense a", "Bearer a=b"])
def test_a_bad_authorization_is_refused(anybody: Any, header: str | None) -> None:
    answer = anybody("GET", "/v1/projects", headers={} if header is None else {"Authorization": header})
    assert (answer.status_code, answer.json()) == (401, {"error": "unauthorized"})


def test_api_token_is_no_bearer(anybody: Any, mireille: Any) -> None:
    headers = {"Authorization": f"Bearer {mireille.api_token}"}
    assert anybody("GET", "/v1/projects", headers=headers).status_code == 401


def test_a_bearer_can_be_made_opaque_or_with_an_end_of_its_own(anybody: Any, mireille: Any) -> None:
    def status(bearer: str) -> Any:
        return anybody("GET", "/v1/projects", headers={"Authorization": f"Bearer {bearer}"}).status_code

    opaque = mireille.bearer(opaque=True)
    assert "." not in opaque and status(opaque) == 200
    assert status(mireille.bearer(expires_in=-1)) == 401
    assert status(mireille.bearer(expires_in=30)) == 200


def test_a_bearer_can_come_without_the_uuid_claim_or_be_opaque(sim: Any, mireille: Any) -> None:
    assert "uuid" in parts(mireille.bearer())[1]
    sim.set(uuid_claim=False)
    assert "uuid" not in parts(mireille.bearer())[1]
    sim.set(uuid_claim="opaque")
    assert "." not in exchange(sim, mireille.api_token).json()["token"]


def test_only_an_account_is_shown_every_region(sim: Any, client: Any, mireille: Any) -> None:
    public = client(sim.auth_url).get("/v1/regions").json()["regions"]
    assert [region["name"] for region in public] == ["osc-fr1"]
    regions = client(sim.auth_url, mireille).get("/v1/regions").json()["regions"]
    assert [(region["name"], region["api"], region["default"]) for region in regions] == [
        ("osc-fr1", sim.api_url, True),
        ("osc-secnum-fr1", sim.region_urls["osc-secnum-fr1"], False),
    ]
    assert {"display_name", "database_api", "dashboard", "ssh"} < set(regions[0])


def test_regions_refuse_a_bad_bearer(sim: Any, client: Any) -> None:
    answer = client(sim.auth_url)("GET", "/v1/regions", headers={"Authorization": "Bearer nonsense"})
    assert answer.status_code == 401


def test_both_hosts_say_who_one_is(sim: Any, client: Any, mireille: Any, me: Any) -> None:
    for caller in (me, client(sim.auth_url, mireille)):
        user = caller.get("/v1/users/self").json()["user"]
        assert (user["id"], user["uuid"]) == (mireille.id, mireille.id)
        assert (user["username"], user["email"], user["flags"]) == ("mireille", "mireille@example.org", {})


@pytest.mark.parametrize("hosts, on_auth, on_api", [("both", 200, 200), ("auth", 200, 404), ("api", 404, 200)])
def test_only_the_chosen_hosts_say_who_one_is(
    sim: Any, client: Any, mireille: Any, me: Any, hosts: str, on_auth: int, on_api: int
) -> None:
    sim.set(self_hosts=hosts)
    answers = [client(sim.auth_url, mireille).get("/v1/users/self"), me.get("/v1/users/self")]
    assert [answer.status_code for answer in answers] == [on_auth, on_api]
    assert all(answer.json() == ROUTE_404 for answer in answers if answer.status_code == 404)


def test_a_wrong_route_is_not_found(sim: Any, client: Any, mireille: Any, me: Any) -> None:
    auth = client(sim.auth_url, mireille)
    answers = [
        me.post("/v1/tokens/exchange"),
        me.get("/v1/regions"),
        me.get("/projects"),
        me.get("/v1/projects/"),
        me.get("/v1//projects"),
        me("PUT", "/v1/projects"),
        me("OPTIONS", "/v1/projects"),
        me.get("/v1/projects/a/b/c/d/e"),
        auth.get("/v1/projects"),
        auth.get("/"),
    ]
    assert [(answer.status_code, answer.json()) for answer in answers] == [(404, ROUTE_404)] * len(answers)
