# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens, bearers, and the caller's account."""

from __future__ import annotations

import jwt
import pytest
from scene import Client, Scene, outcome

BAD_TOKEN = (401, {"error": "Invalid credentials"})
BAD_BEARER = (401, {"error": "unauthorized"})
NO_ROUTE = {"message": "Looking for something here? You must be wrong", "url": "https://developers.scalingo.com"}


def test_exchange_gives_a_signed_token_for_an_hour(scene: Scene) -> None:
    response = scene.exchange(scene.mireille.api_token)
    assert (response.status_code, list(response.json())) == (200, ["token"])
    claims = jwt.decode(response.json()["token"], scene.sim._world.bearers._key, algorithms=["HS512"])
    assert list(claims) == ["iss", "iat", "uuid", "rnd", "exp"]
    assert (claims["iss"], claims["uuid"]) == ("Scalingo", scene.mireille.id)
    assert claims["exp"] == claims["iat"] + 3600
    assert abs(claims["iat"] - scene.sim.clock.timestamp()) < 5


def test_exchange_needs_an_api_token_that_is_still_valid(scene: Scene) -> None:
    token, bearer = scene.mireille.api_token, scene.mireille.bearer()
    assert token.startswith("tk-us-") and len(token) == len("tk-us-") + 48
    for username, wrong in (("", "tk-us-wrong"), ("", ""), ("mireille", token)):
        assert outcome(scene.exchange(wrong, username)) == BAD_TOKEN
    assert outcome(scene.auth.post("/v1/tokens/exchange", {})) == BAD_TOKEN
    assert scene.exchange(token).status_code == 200
    scene.sim.revoke(scene.mireille)
    assert outcome(scene.exchange(token)) == BAD_TOKEN
    assert Client(scene.sim.api_url, bearer=bearer).get("/v1/projects").status_code == 200


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer nonsense", "Basic Onh4", "Nonsense a", "Bearer a=b"])
def test_bad_authorization_is_rejected(scene: Scene, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    assert outcome(scene.anonymous("GET", "/v1/projects", headers=headers)) == BAD_BEARER


def test_bearer_is_good_until_it_expires(scene: Scene) -> None:
    def statuses(*bearers: str) -> list[int]:
        return [Client(scene.sim.api_url, bearer=one).get("/v1/projects").status_code for one in bearers]

    account = scene.mireille
    bearers = [account.bearer(), account.bearer(expires_in=30)]
    assert statuses(*bearers, account.bearer(expires_in=-1), account.api_token) == [200, 200, 401, 401]
    scene.sim.clock.advance(seconds=3590)
    assert statuses(*bearers) == [200, 401]
    scene.sim.clock.advance(seconds=11)
    assert statuses(*bearers, account.bearer()) == [401, 401, 200]


@pytest.mark.parametrize(
    ("host", "method", "path"),
    [
        ("api", "POST", "/v1/tokens/exchange"),
        ("api", "GET", "/projects"),
        ("api", "GET", "/v1/projects/"),
        ("api", "PUT", "/v1/projects"),
        ("api", "OPTIONS", "/v1/projects"),
        ("auth", "GET", "/v1/projects"),
        ("auth", "GET", "/"),
    ],
)
def test_wrong_route_is_not_found(scene: Scene, host: str, method: str, path: str) -> None:
    assert outcome({"api": scene.me, "auth": scene.auth}[host](method, path)) == (404, NO_ROUTE)
