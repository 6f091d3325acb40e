# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The OpenAPI description beside the simulator, and the validation of responses against it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from contract import exchange
from openapi_spec_validator import validate
from scene import Client, Scene
from simulator import Simulator, UndescribedAnswerError
from simulator.conformance import PATH, description
from simulator.routes import api_host, auth_host
from simulator.state import World
from simulator.switches import SWITCHES

DOCUMENT = description().document
TEXT = PATH.read_text(encoding="utf-8")
JSON = {"Content-Type": "application/json; charset=utf-8"}
MISSING = {"resource": "project", "error": "not found"}


def complaints(
    status: int = 200,
    body: Any = None,
    path: str = "/v1/projects",
    method: str = "GET",
    host: str = "osc-fr1",
    **headers: str,
) -> list[str]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return description().complaints(method, host, path, status, {**JSON, **headers}, data)


def project(**changes: Any) -> dict[str, Any]:
    """A list of the printed project with changes."""
    return {"projects": [{**exchange("get_project").response.resource, **changes}]}


def test_document_is_valid_and_has_the_routes_of_the_hosts() -> None:
    validate(DOCUMENT)
    hosts = {"api": api_host(World(), "osc-fr1"), "auth": auth_host(World())}
    assert description().calls() == {
        (kind, method, re.sub(r"<(\w+)>", r"{\1}", rule.rule))
        for kind, app in hosts.items()
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD"}
    }


def test_document_uses_every_component_and_names_only_switches_that_exist() -> None:
    kinds = {kind: names for kind, names in DOCUMENT["components"].items() if kind != "securitySchemes"}
    defined = {f"#/components/{kind}/{name}" for kind, names in kinds.items() for name in names}
    assert defined == set(re.findall(r"#/components/\w+/\w+", TEXT))
    named = set(re.findall(r"switch `(\w+)`", re.sub(r"\s+", " ", TEXT)))
    assert named and named <= {switch.name for switch in SWITCHES}


@pytest.mark.parametrize("form", ["json", "html", "empty"])
def test_responses_of_faults_are_described_too(scene: Scene, form: str) -> None:
    scene.sim.set(error_format=form)
    path = f"/v1/projects/{scene.web['id']}"
    for status in (401, 403, 429, 500, 502, 503, 504):
        scene.sim.fault("status", status=status)
        response = scene.me.get(path)
        assert response.status_code == status
        assert description().complaints("GET", "osc-fr1", path, status, response.headers, response.content) == []


@pytest.mark.parametrize(
    ("response", "complaint"),
    [
        ({"status": 201, "body": {}}, "the status 201 is not described"),
        ({"status": 200, "body": b"{"}, "the body is no application/json: "),
        ({"status": 200, "body": {"projects": {}}}, 'body projects: {} is not of type "array"'),
        ({"status": 200, "body": project(created_at="2026-02-30T10:00:00.000Z")}, "body projects 0 created_at: "),
        ({"status": 200, "body": project(created_at="2026-02-03T10:00:00Z")}, "body projects 0 created_at: "),
        ({"status": 200, "body": project(owner={"id": "us-1"})}, "body projects 0 owner: "),
        ({"status": 200, "body": project(id=None)}, "body projects 0 id: null is not of type"),
        ({"Content-Type": "text/html"}, "the Content-Type text/html is not described, only application/json"),
        ({"X-Request-Id": "7", "body": {"projects": []}}, 'header X-Request-Id: "7" is not a "uuid"'),
        ({"status": 429, "Retry-After": "-1", "body": {"error": "later"}}, 'header Retry-After: "-1" does not match'),
        ({"status": 204, "path": "/v1/projects/a", "method": "DELETE"}, "a body of 4 bytes, and none is described"),
        ({"status": 200, "path": "/v1/none", "body": {}}, "the status 200 is not described"),
        ({"status": 404, "path": "/v1/none", "body": MISSING}, 'body: "message" is a required property'),
        ({"status": 200, "host": "auth", "body": {"projects": []}}, "the status 200 is not described"),
        ({"status": 503, "Content-Type": "text/html", "body": b"oops"}, 'body: "oops" does not match "^<html>"'),
    ],
)
def test_undescribed_response_is_told(response: dict[str, Any], complaint: str) -> None:
    found = complaints(**response)
    assert found and found[0].startswith(complaint)


@pytest.fixture
def break_projects(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets the simulator show projects that are none."""
    monkeypatch.setattr("simulator.routes.project_view", lambda *_arguments: {"name": "web"})


def create(sim: Simulator) -> int:
    return Client(sim.api_url, sim.add_account("mireille")).create("web").status_code


@pytest.mark.parametrize(
    ("variable", "validated", "told"),
    [("1", None, True), ("", True, True), ("", None, False), ("1", False, False)],
)
def test_simulator_with_an_undescribed_response_does_not_end_well(
    break_projects: None, monkeypatch: pytest.MonkeyPatch, variable: str, validated: bool | None, told: bool
) -> None:
    monkeypatch.setenv("SIMULATOR_VALIDATE", variable)
    sim = Simulator(validate=validated)
    sim.start()
    assert create(sim) == 201
    assert len(sim.complaints) == (3 if told else 0)
    sim.reset()
    if told:
        with pytest.raises(UndescribedAnswerError) as caught:
            sim.stop()
        assert str(caught.value).splitlines()[1] == (
            '  POST osc-fr1 /v1/projects returned 201: body project: "id" is a required property'
        )
    sim.stop()  # it was told once


def test_error_in_the_simulator_is_a_500_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.projects.create", lambda *_arguments: 1 / 0)
    with pytest.raises(UndescribedAnswerError, match="returned 500: the simulator is broken"), Simulator() as sim:
        assert create(sim) == 500


def test_responses_of_faults_are_not_validated(scene: Scene) -> None:
    scene.sim.fault("status", status=418)
    scene.sim.fault("garbage")
    scene.sim.fault("replace", body={})
    assert [scene.me.get("/v1/projects").status_code for _request in range(3)] == [418, 200, 200]
    assert scene.sim.complaints == []
