# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which bodies of requests are rejected, and in which words; the forms of the responses are held to openapi.yaml."""

from __future__ import annotations

from typing import Any

import pytest
from scene import INES, SHOP, Scene, outcome

PROJECTS = "/v1/projects"
INVITATIONS = "/v1/projects/{web}/transfer_invitations"
CHARACTERS = "may only contain lower-case letters, digits, hyphens and underscores"
BLANK = ["can't be blank"]
NO_BOOLEAN = ["must be true or false"]
LONG = "is too long (maximum is 64 characters)"

# What is under the root key, and the texts by field.
NAMES: list[tuple[Any, dict[str, list[str]]]] = [
    ({"name": ""}, {"name": BLANK}),
    ({"name": None}, {"name": BLANK}),
    ({"name": "a" * 65}, {"name": [LONG]}),
    ({"name": "Web"}, {"name": [CHARACTERS]}),
    ({"name": "web\n"}, {"name": [CHARACTERS]}),
    ({"name": "é"}, {"name": [CHARACTERS]}),
    ({"name": 5}, {"name": ["is invalid"]}),
    ({"name": "default"}, {"name": ["has already been taken"]}),
    ({"name": "x", "default": None}, {"default": NO_BOOLEAN}),
    ({"name": "X", "default": 1}, {"name": [CHARACTERS], "default": NO_BOOLEAN}),
]
EMAILS: list[tuple[Any, dict[str, list[str]]]] = [
    ({}, {"email": [*BLANK, "is invalid"]}),
    ({"email": 7}, {"email": ["is invalid"]}),
    ({"email": "a@b@c"}, {"email": ["is invalid"]}),
    ({"email": "a@b\nc"}, {"email": ["is invalid"]}),
    ({"email": INES, "is_limited": None}, {"is_limited": NO_BOOLEAN}),
    ({"email": "Mireille@example.org"}, {"email": ["is the owner of the application"]}),
    ({"email": "tomasz@example.org"}, {"email": ["has already been taken"]}),
]
USERS: list[tuple[Any, dict[str, list[str]]]] = [
    ({}, {"invited_user_id": BLANK}),
    ({"invited_user_id": 1}, {"invited_user_id": ["is invalid"]}),
]


@pytest.mark.parametrize(
    ("method", "path", "body", "errors"),
    [
        *(("POST", PROJECTS, {"project": content}, errors) for content, errors in NAMES),
        *(("PATCH", "/v1/projects/{web}", {"project": content}, errors) for content, errors in NAMES),
        *(("POST", SHOP, {"collaborator": content}, errors) for content, errors in EMAILS),
        *(("POST", INVITATIONS, {"transfer_invitation": content}, errors) for content, errors in USERS),
        ("POST", PROJECTS, {"project": {"default": True}}, {"name": BLANK}),
        *(("POST", PROJECTS, body, {"project": ["missing field"]}) for body in (None, {}, {"name": "web"})),
        ("POST", PROJECTS, {"project": ["web"]}, {"project": ["is invalid"]}),
    ],
)
def test_bad_field_is_rejected(scene: Scene, method: str, path: str, body: Any, errors: Any) -> None:
    assert outcome(scene.me(method, path.format(web=scene.web["id"]), json=body)) == (422, {"errors": errors})
    assert (scene.me.names(), len(scene.me.listed()), scene.sim.emails) == (["default", "web"], 1, [])
    assert scene.sim.invitations(scene.web["id"]) == []


@pytest.mark.parametrize(
    "data", [b"{", b"\xff", b"[" * 100000, b'["project"]', b'{"a": NaN}', '{"project": {}}'.encode("utf-16")]
)
def test_bad_json_is_rejected(scene: Scene, data: bytes) -> None:
    accept = f"{INVITATIONS.format(web=scene.web['id'])}/{scene.pending()['id']}/accept"
    for caller, path in ((scene.me, PROJECTS), (scene.them, accept)):
        response = caller("POST", path, data=data, headers={"Content-Type": "application/json"})
        assert response.status_code == 400 and "JSON you submitted" in response.json()["error"]
    assert scene.sim.invitations(scene.web["id"])[0]["status"] == "pending"


def test_unknown_keys_and_a_body_without_content_type_are_ignored(scene: Scene) -> None:
    response = scene.me.post(PROJECTS, {"project": {"name": "site", "color": "red"}, "more": 1})
    assert response.status_code == 201 and "color" not in response.json()["project"]
    nothing = (400, {"error": "param is missing or the value is empty: project"})
    assert outcome(scene.me.update(scene.web, unknown=1)) == nothing
    missing = (422, {"errors": {"project": ["missing field"]}})
    assert outcome(scene.me("POST", PROJECTS, data='{"project": {"name": "x"}}')) == missing
