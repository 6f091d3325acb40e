# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The simulator's half of the contract: to the printed request it gives the printed response.

Each request of the vendor's API reference is sent over HTTP, exactly as printed, at the printed time, to a simulator in
which the objects of the page exist under the printed IDs. The other half, that the client sends these requests and
understands these responses, is tested elsewhere with the same data.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
import requests
from contract import Exchange, exchange, exchanges, objects
from simulator import Simulator
from simulator.conformance import description
from simulator.state import World

PROJECT, INVITATION = objects()["project"], objects()["transfer_invitation"]
OWNER = PROJECT["owner"]
COLLABORATORS = exchange("list_all_collaborators").response.resource
PENDING = exchange("invite_collaborator").response.resource
ENTRIES = [*exchanges(), *exchanges("collaborators")]
# The printed time of a request, where the response shows it; else that of the project.
TIMES = {one.id: dict(one.response.resource or {}).get("updated_at") for one in ENTRIES if "list" not in one.id}
# Who sends a request, if not john.
SENDERS = {"accept_invitation": "alice", "decline_invitation": "alice", "accept_collaboration": "bob"}
# The identifiers that the simulator makes up.
IDS = {"project": PROJECT["id"], "invitation": INVITATION["id"], "collaborator": PENDING["id"]}
HEADERS = {"Accept": "application/json", "Content-Type": "application/json"}
TOKEN = PENDING["invitation_link"].partition("?token=")[2]


def at(sim: Simulator, date: str) -> None:
    """Stop the clock at a printed date."""
    sim.clock.freeze(at=datetime.fromisoformat(date))


def set_up(sim: Simulator, entry: Exchange) -> str:
    """Arrange what the page shows at the printed times, and return a bearer of the sender."""
    at(sim, PROJECT["created_at"])
    default, listed = ("default", [PROJECT]) if entry.id != "list_projects" else (None, entry.response.resource)
    sim.add_account("john", OWNER["id"], OWNER["email"], default_project=default, flags=OWNER["flags"])
    sim.add_account("alice", INVITATION["invited_user_id"])
    sim.add_account("bob")
    for project in listed if entry.id != "create_project" else []:
        at(sim, project["created_at"])
        sim.add_project("john", project["name"], project["default"], project["id"], flags=project.get("flags"))
    if "project" not in entry.id:
        add_resources(sim, entry)
    if "invitation" in entry.id and entry.id != "create_invitation":
        sim.add_invitation(PROJECT["id"], invited="alice", id=INVITATION["id"])
    at(sim, TIMES.get(entry.id) or PROJECT["created_at"])
    (sender,) = (one for one in sim.accounts if one.username == SENDERS.get(entry.id, "john"))
    return sender.bearer()


def add_resources(sim: Simulator, entry: Exchange) -> None:
    """Add an application and a database with the printed collaborators."""
    ids = {one["app_name"]: one["app_id"] for one in COLLABORATORS}
    sim.add_application(PROJECT["id"], "example-app", id=ids["example-app"])
    sim.add_database(PROJECT["id"], "example-db", id=ids["example-db"])
    role = "limited" if entry.id == "update_collaborator" else "collaborator"
    for one in COLLABORATORS:
        if one["status"] == "accepted":
            sim.set_collaborator(one["app_name"], one["email"], role, id=one["id"])
        elif entry.id != "invite_collaborator":
            sim.set_collaborator(one["app_name"], one["email"], "pending", id=one["id"], token=TOKEN)


def without_flags(value: Any) -> Any:
    """The same without flags, which the vendor sets, and the page itself leaves out once."""
    if isinstance(value, dict):
        return {key: without_flags(item) for key, item in value.items() if key != "flags"}
    return [without_flags(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    ("entry", "query"),
    [pytest.param(one, one.request.query, id=one.id) for one in ENTRIES]
    + [
        pytest.param(one, one.request.optional_query, id=f"{one.id}-q") for one in ENTRIES if one.request.optional_query
    ],
)
def test_simulator_responds_as_printed(monkeypatch: pytest.MonkeyPatch, entry: Exchange, query: dict[str, str]) -> None:
    printed = entry.request
    with Simulator(id_prefix="pr", dates="offset", validate=True) as sim, requests.Session() as session:
        session.trust_env = False  # neither a proxy nor .netrc shall come between
        headers = {**HEADERS, "Authorization": f"Bearer {set_up(sim, entry)}"}
        monkeypatch.setattr(World, "new_id", lambda _world, kind: IDS[kind])
        monkeypatch.setattr(World, "new_link_token", lambda _world: TOKEN)
        url = sim.api_url + printed.path
        data = None if printed.body is None else json.dumps(printed.body)
        response = session.request(printed.method, url, params=query, headers=headers, data=data, timeout=10)
        (record,) = sim.requests
        emails = len(sim.emails)
    assert response.status_code == entry.response.status
    if entry.response.body is None:
        assert response.content == b""
    else:
        assert without_flags(response.json()) == without_flags(entry.response.body)
    if entry.id in ("get_project", "update_project"):
        assert response.json() == entry.response.body
    sent = (record.method, record.path, record.query, record.body, record.account)
    assert sent == (printed.method, printed.path, query, printed.body, SENDERS.get(entry.id, "john"))
    assert emails == (1 if entry.id == "invite_collaborator" else 0)


@pytest.mark.parametrize("entry", ENTRIES, ids=str)
def test_openapi_describes_the_printed_response(entry: Exchange) -> None:
    printed = entry.response.body
    headers = {} if printed is None else {"Content-Type": "application/json"}
    body = b"" if printed is None else json.dumps(printed).encode()
    request = entry.request
    assert description().complaints(request.method, "osc-fr1", request.path, entry.response.status, headers, body) == []


def test_every_call_of_the_api_host_has_an_exchange() -> None:
    assert len(exchanges()) == 12  # as many as the page has endpoints
    described = {(method, path) for host, method, path in description().calls() if host == "api"}
    assert {(one.request.method, one.route) for one in ENTRIES} == described - {("GET", "/v1/users/self")}


@pytest.mark.parametrize(("name", "schema"), [("project", "Project"), ("transfer_invitation", "Invitation")])
def test_every_printed_resource_has_the_described_fields_and_no_other(name: str, schema: str) -> None:
    fields = {"flags", *description().document["components"]["schemas"][schema]["properties"]}
    bodies = [one.response.body or {} for one in exchanges()]
    printed = [body[name] for body in bodies if name in body] + [
        one for body in bodies for one in body.get(f"{name}s", [])
    ]
    assert len(printed) > 4
    for one in printed:
        assert {"flags", *one} == fields
