# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The OpenAPI description beside the simulator, and the checking of answers against it."""

from __future__ import annotations

import json
import re
import sys
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from openapi_spec_validator import validate
from simulator import Simulator, SimulatorError, UndescribedAnswerError
from simulator.conformance import PATH, description
from simulator.hosts import api_host, auth_host
from simulator.state import World
from simulator.switch_table import SWITCHES

DOCUMENT = description().document
JSON = {"Content-Type": "application/json; charset=utf-8"}
MISSING = {"resource": "project", "error": "not found"}


def routes(kind: str, gateway: Any) -> set[tuple[str, str, str]]:
    return {
        (kind, method, re.sub(r"<(\w+)>", r"{\1}", rule.rule))
        for rule in gateway._app.url_map.iter_rules()
        for method in rule.methods - {"HEAD"}
    }


def resolved(node: Any) -> Any:
    while "$ref" in node:
        target = DOCUMENT
        for key in node["$ref"].removeprefix("#/").split("/"):
            target = target[key]
        node = target
    return node


def examples() -> Iterator[Any]:
    """Every example of an answer: the call, the status, the media type, and the body."""
    for host, method, path in sorted(description().calls()):
        for status, response in DOCUMENT["paths"][path][method.lower()]["responses"].items():
            for media_type, content in resolved(response).get("content", {}).items():
                for name, example in content.get("examples", {}).items():
                    body = resolved(example)["value"]
                    id = f"{method}-{path}-{status}-{name}"
                    yield pytest.param(host, method, path, status, media_type, body, id=id)


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


def test_the_document_is_valid() -> None:
    validate(DOCUMENT)


def test_it_has_every_route_of_the_hosts_and_no_other() -> None:
    served = routes("api", api_host(World(), "osc-fr1")) | routes("auth", auth_host(World()))
    assert description().calls() == served


@pytest.mark.parametrize("host, method, path, status, media_type, body", list(examples()))
def test_every_example_is_as_described(
    host: str, method: str, path: str, status: str, media_type: str, body: Any
) -> None:
    number = int(status.replace("XX", "03"))
    data = json.dumps(body).encode() if media_type == "application/json" else body.encode()
    path = path.format(project_id="a", invitation_id="b", app="c", collaborator_id="d")
    assert description().complaints(method, host, path, number, {"Content-Type": media_type}, data) == []


def test_every_component_is_used() -> None:
    text = PATH.read_text(encoding="utf-8")
    kinds = {kind: names for kind, names in DOCUMENT["components"].items() if kind != "securitySchemes"}
    defined = {f"#/components/{kind}/{name}" for kind, names in kinds.items() for name in names}
    assert defined == set(re.findall(r"#/components/\w+/\w+", text))


def test_it_names_only_switches_that_exist() -> None:
    named = set(re.findall(r"switch `(\w+)`", re.sub(r"\s+", " ", PATH.read_text(encoding="utf-8"))))
    assert named and named <= {switch.name for switch in SWITCHES}


def test_every_answer_may_carry_the_id_of_the_request() -> None:
    for _host, method, path in description().calls():
        for status, response in DOCUMENT["paths"][path][method.lower()]["responses"].items():
            assert "X-Request-Id" in resolved(response)["headers"], (method, path, status)


@pytest.mark.parametrize("form", ["json", "html", "empty"])
@pytest.mark.parametrize("status", [401, 403, 500, 502, 503, 504])
def test_the_answers_of_faults_are_described_too(sim: Any, me: Any, web: Any, form: str, status: int) -> None:
    sim.set(error_format=form)
    sim.fault("status", status=status)
    path = f"/v1/projects/{web['id']}"
    answer = me.get(path)
    assert answer.status_code == status
    assert description().complaints("GET", "osc-fr1", path, status, answer.headers, answer.content) == []


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("retry_after", [False, "seconds", "date"])
def test_the_429_of_every_host_is_described(
    sim: Any, client: Any, mireille: Any, me: Any, form: str, retry_after: bool | str
) -> None:
    sim.set(rate_limit=1, rate_auth=True, rate_scope="address", rate_body=form, retry_after=retry_after)
    sim.clock.freeze()
    paths = ["/v1/projects", "/v1/projects/a", "/v1/apps", "/v1/none"]
    assert [me.get(path).status_code for path in paths] == [200, 429, 429, 429]
    assert client(sim.auth_url, mireille).get("/v1/regions").status_code == 429


@pytest.mark.parametrize(
    "answer, complaint",
    [
        ({"status": 201, "body": {}}, "the status 201 is not described"),
        ({"status": 200, "body": b"{"}, "the body is no application/json: "),
        ({"status": 200, "body": b"[" * 100_000}, "the body is no application/json: "),
        ({"status": 200, "body": []}, 'body: [] is not of type "object"'),
        ({"status": 200, "body": {"projects": {}}}, 'body projects: {} is not of type "array"'),
        ({"status": 200, "body": {"projects": [], "meta": {}}}, 'body meta: "pagination" is a required property'),
        ({"Content-Type": "text/html"}, "the Content-Type text/html is not described, only application/json"),
        ({"X-Request-Id": "7", "body": {"projects": []}}, 'header X-Request-Id: "7" is not a "uuid"'),
        ({"status": 429, "Retry-After": "-1", "body": {"error": "later"}}, 'header Retry-After: "-1" does not match'),
        (
            {"status": 204, "path": "/v1/projects/a", "method": "DELETE"},
            "a body of 4 bytes comes, and none is described",
        ),
        ({"status": 404, "path": "/v1/projects/a", "body": {**MISSING, "resource": "user"}}, "body: "),
        ({"status": 404, "path": "/v1/projects/a", "body": {"message": "a", "url": "b"}}, "body: "),
        ({"status": 200, "path": "/v1/none", "body": {}}, "the status 200 is not described"),
        ({"status": 404, "path": "/v1/none", "body": MISSING}, 'body: "message" is a required property'),
        ({"status": 200, "host": "auth", "body": {"projects": []}}, "the status 200 is not described"),
        ({"status": 200, "method": "PUT", "body": {}}, "the status 200 is not described"),
        ({"status": 503, "Content-Type": "text/html", "body": b"oops"}, 'body: "oops" does not match "^<html>"'),
        ({"status": 503, "Content-Type": "text/plain", "body": b"oops"}, "body: "),
        ({"status": 500, "body": {"error": "oops"}}, "body error: "),
    ],
)
def test_what_is_not_as_described_is_told(answer: dict[str, Any], complaint: str) -> None:
    found = complaints(**answer)
    assert found and found[0].startswith(complaint)


@pytest.mark.parametrize(
    "changes, complaint",
    [
        ({"created_at": "2026-02-30T10:00:00.000Z"}, 'is not a "date-time"'),
        ({"created_at": "2026-02-03T10:00:00Z"}, "does not match"),
        ({"default": "true"}, 'is not of type "boolean"'),
        ({"owner": {"id": "us-1", "username": "a"}}, '"email" is a required property'),
        ({"flags": {"private-network": "yes"}}, 'is not of type "boolean"'),
        ({"id": None}, 'is not of type "string"'),
    ],
)
def test_a_project_is_what_the_reference_says(sim: Any, mireille: Any, changes: dict[str, Any], complaint: str) -> None:
    project = sim.add_project(mireille, "web")
    assert complaints(200, {"project": {**project, "unknown": 1}}, f"/v1/projects/{project['id']}") == []
    (found,) = complaints(200, {"project": {**project, **changes}}, f"/v1/projects/{project['id']}")
    assert complaint in found


def test_many_complaints_about_one_body_are_cut_short() -> None:
    found = complaints(200, {"projects": [{}]})
    assert len(found) == 4 and found[-1] == "body: 3 more"


def test_head_is_answered_like_get_without_the_body() -> None:
    headers = {"X-Request-Id": str(uuid.uuid4())}
    assert complaints(200, b"", method="HEAD", **headers) == []
    assert complaints(201, b"", method="HEAD") == ["the status 201 is not described"]


@pytest.fixture
def break_projects(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets the simulator answer projects that are none."""
    monkeypatch.setattr("simulator.project_routes.project_view", lambda *_arguments: {"name": "web"})


def create(sim: Any, client: Any) -> Any:
    return client(sim.api_url, sim.add_account("mireille")).create("web")


@pytest.mark.parametrize("variable, validate", [("1", None), ("0", True), (None, True)])
def test_a_simulator_that_answers_something_else_does_not_end_well(
    client: Any, break_projects: None, monkeypatch: pytest.MonkeyPatch, variable: str | None, validate: bool | None
) -> None:
    monkeypatch.delenv("SIMULATOR_VALIDATE")
    if variable:
        monkeypatch.setenv("SIMULATOR_VALIDATE", variable)
    with pytest.raises(UndescribedAnswerError) as caught, Simulator(validate=validate) as sim:
        assert create(sim, client).status_code == 201
        assert len(sim.complaints) == 4
        sim.reset()
    assert str(caught.value).splitlines()[:2] == [
        "the simulator gave answers that openapi.yaml does not describe:",
        '  POST osc-fr1 /v1/projects was answered 201: body project: "id" is a required property',
    ]
    sim.stop()  # it was told once


@pytest.mark.parametrize("variable, validate", [(None, None), ("0", None), ("1", False)])
def test_answers_are_checked_on_demand_only(
    client: Any, break_projects: None, monkeypatch: pytest.MonkeyPatch, variable: str | None, validate: bool | None
) -> None:
    monkeypatch.delenv("SIMULATOR_VALIDATE")
    if variable:
        monkeypatch.setenv("SIMULATOR_VALIDATE", variable)
    with Simulator(validate=validate) as sim:
        assert create(sim, client).status_code == 201
        assert sim.complaints == []


def test_what_went_wrong_first_is_what_is_raised(client: Any, break_projects: None) -> None:
    with pytest.raises(ZeroDivisionError), Simulator() as sim:
        create(sim, client)
        raise ZeroDivisionError


def test_an_error_in_the_simulator_is_told(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.projects.create", lambda *_arguments: 1 / 0)
    with pytest.raises(UndescribedAnswerError, match="was answered 500: the simulator is broken"), Simulator() as sim:
        create(sim, client)


def test_the_answers_of_faults_are_nobodys_fault(sim: Any, me: Any) -> None:
    sim.fault("status", status=418)
    sim.fault("garbage")
    sim.fault("replace", body={})
    assert [me.get("/v1/projects").status_code for _request in range(3)] == [418, 200, 200]
    assert sim.complaints == []


@pytest.mark.parametrize("package", ["yaml", "jsonschema_rs"])
def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    description.cache_clear()
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(SimulatorError, match=rf"validate needs a package that is missing \(.*{package}.*test.txt"):
        Simulator(validate=True)
