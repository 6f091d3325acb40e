# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The simulator's half of the contract: to the printed request it gives the printed response.

Each request of the vendor's API reference is sent over HTTP, exactly as printed, to a simulator in which the objects of
the page exist under the printed IDs. The other half, that the client sends these requests and understands these
responses, is tested elsewhere with the same data.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests
from contract import Exchange, differences, exchange, exchanges, objects
from simulator import Simulator
from simulator.conformance import description

PROJECT, INVITATION = objects()["project"], objects()["transfer_invitation"]
OWNER, ALICE = PROJECT["owner"], INVITATION["invited_user_id"]
LISTED = exchange("list_projects").response.resource
COLLABORATORS = exchange("list_all_collaborators").response.resource
ENTRIES = [*exchanges(), *exchanges("collaborators")]
# Who sends a request, if not john.
SENDERS = {"accept_invitation": "alice", "decline_invitation": "alice", "accept_collaboration": "bob"}
# The identifiers and links that the simulator makes up.
FREE = {
    "create_project": ["project.id"],
    "create_invitation": ["transfer_invitation.id"],
    "invite_collaborator": ["collaborator.id", "collaborator.invitation_link"],
}
# The flags that are arranged, so that they must be as printed.
FIXED = {
    "create_project": ["project.owner.flags"],
    "get_project": ["project.flags", "project.owner.flags"],
    "update_project": ["project.flags", "project.owner.flags"],
    "list_projects": [f"projects[{LISTED[0]['id']}].flags", *(f"projects[{one['id']}].owner.flags" for one in LISTED)],
}


def set_up(sim: Simulator, entry: Exchange) -> str:
    """Arrange what the page shows, and return a bearer of the sender, an hour later."""
    default = None if entry.id == "list_projects" else "default"
    sim.add_account("john", OWNER["id"], OWNER["email"], default_project=default, flags=OWNER["flags"])
    sim.add_account("alice", ALICE)
    sim.add_account("bob")
    for project in {"create_project": [], "list_projects": LISTED}.get(entry.id, [PROJECT]):
        sim.add_project("john", project["name"], project["default"], project["id"], flags=project.get("flags"))
    if entry.id not in [f"{verb}_project" for verb in ("create", "get", "update", "delete")] + ["list_projects"]:
        add_resources(sim, entry)
    if "invitation" in entry.id and entry.id != "create_invitation":
        sim.add_invitation(PROJECT["id"], invited="alice", id=INVITATION["id"])
    sim.clock.advance(seconds=3600)
    (sender,) = (one for one in sim.accounts if one.username == SENDERS.get(entry.id, "john"))
    return sender.bearer()


def add_resources(sim: Simulator, entry: Exchange) -> None:
    """Add an application and a database with the printed collaborators."""
    ids = {one["app_name"]: one["app_id"] for one in COLLABORATORS}
    sim.add_application(PROJECT["id"], "example-app", id=ids["example-app"])
    sim.add_database(PROJECT["id"], "example-db", id=ids["example-db"])
    for one in COLLABORATORS:
        if one["status"] == "accepted":
            role = "limited" if entry.id == "update_collaborator" else "collaborator"
            sim.set_collaborator(one["app_name"], one["email"], role, id=one["id"])
        elif entry.id != "invite_collaborator":
            token = one["invitation_link"].partition("?token=")[2]
            sim.set_collaborator(one["app_name"], one["email"], "pending", id=one["id"], token=token)


def send(sim: Simulator, entry: Exchange, bearer: str, query: dict[str, str]) -> requests.Response:
    """Send the request as printed."""
    with requests.Session() as session:
        session.trust_env = False  # neither a proxy nor .netrc shall come between
        return session.request(
            entry.request.method,
            sim.api_url + entry.request.path,
            params=query,
            headers=entry.request.headers_with(bearer),
            data=entry.request.text,
            allow_redirects=False,
            timeout=10,
        )


def complaints(entry: Exchange, response: requests.Response) -> list[str]:
    """Say what in the response is not as printed."""
    if response.status_code != entry.response.status:
        return [f"status: {entry.response.status} is printed, got {response.status_code}"]
    if entry.response.body is None:
        return [f"the body: none may come, got {response.text!r}"] if response.content else []
    if response.headers["Content-Type"].partition(";")[0] != "application/json":
        return [f"Content-Type: {response.headers['Content-Type']}"]
    free, fixed = FREE.get(entry.id, ()), FIXED.get(entry.id, ())
    return differences(entry.response.body, response.json(), free=free, fixed=fixed)


@pytest.mark.parametrize("dates", ["offset", "Z"])
@pytest.mark.parametrize(
    ("entry", "query"),
    [pytest.param(one, one.request.query, id=one.id) for one in ENTRIES]
    + [
        pytest.param(one, one.request.optional_query, id=f"{one.id}-query")
        for one in ENTRIES
        if one.request.optional_query
    ],
)
def test_simulator_responds_as_printed(entry: Exchange, query: dict[str, str], dates: str) -> None:
    with Simulator(id_prefix="pr", dates=dates, validate=True) as sim:
        bearer = set_up(sim, entry)
        response = send(sim, entry, bearer, query)
        (record,) = sim.requests
        emails = len(sim.emails)
    assert complaints(entry, response) == []
    sent, printed = (record.method, record.path, record.query, record.body), entry.request
    assert sent == (printed.method, printed.path, query, printed.body)
    assert record.account == SENDERS.get(entry.id, "john")
    assert emails == (1 if entry.id == "invite_collaborator" else 0)


@pytest.mark.parametrize(
    ("fault", "complaint"),
    [
        ({"status": 202}, "status: 201 is printed, got 202"),
        ({"body": "no JSON"}, "Content-Type: text/plain"),
        ({"body": {"project": {}}}, "project.id: "),
    ],
)
def test_wrong_response_over_http_is_a_complaint(fault: dict[str, Any], complaint: str) -> None:
    entry = exchange("create_project")
    with Simulator() as sim:
        bearer = set_up(sim, entry)
        sim.fault("replace", method="POST", path="/v1/projects", **{"status": 201, **fault})
        assert complaints(entry, send(sim, entry, bearer, {}))[0].startswith(complaint)


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
    printed = [objects()[name], *(body[name] for body in bodies if name in body)]
    printed += [one for body in bodies for one in body.get(f"{name}s", [])]
    assert len(printed) > 4
    for one in printed:
        assert {"flags", *one} == fields


def test_data_is_handed_out_as_copies() -> None:
    for project in (exchange("get_project").response.resource, objects()["project"]):
        project["name"] = project["owner"]["email"] = "scribble"
    assert exchange("get_project").response.resource == objects()["project"] == PROJECT


# The comparison itself: what it lets pass, and that it complains about everything else.

GONE = object()
LATE = "2014-09-14T10:17:52.690+02:00"  # four days after the creation


def changed(entry_id: str, changes: dict[str, Any]) -> tuple[Any, Any]:
    """The printed body, and a copy with other values at some paths."""
    actual = exchange(entry_id).response.body
    for path, value in changes.items():
        *way, key = (int(step) if step.isdigit() else step for step in path.split("."))
        place = actual
        for step in way:
            place = place[step]
        if value is GONE:
            del place[key]
        elif isinstance(place, list) and key == len(place):
            place.append(value)
        else:
            place[key] = value
    return exchange(entry_id).response.body, actual


@pytest.mark.parametrize(
    ("entry_id", "changes"),
    [
        ("get_project", {}),
        ("get_project", {"project.flags": GONE}),
        ("get_project", {"project.owner.flags": {"": False}}),
        (
            "get_project",
            {"project.created_at": "2026-01-01T23:00:00.000Z", "project.updated_at": "2026-01-02T00:00:00.500+01:00"},
        ),
        ("list_projects", {"projects": LISTED[::-1]}),
    ],
)
def test_comparison_lets_pass_what_the_page_leaves_open(entry_id: str, changes: dict[str, Any]) -> None:
    assert differences(*changed(entry_id, changes)) == []


@pytest.mark.parametrize(
    ("entry_id", "changed_path", "value", "path"),
    [
        ("get_project", "project", GONE, "project"),
        ("get_project", "meta", {}, "meta"),
        ("get_project", "project.default", GONE, "project.default"),
        ("get_project", "project.default", "false", "project.default"),
        ("get_project", "project.default", 0, "project.default"),
        ("get_project", "project.name", None, "project.name"),
        ("get_project", "project.id", "pr-0", "project.id"),
        ("get_project", "project.url", "x", "project.url"),
        ("get_project", "project.owner.email", GONE, "project.owner.email"),
        ("get_project", "project.owner", "john", "project.owner"),
        ("get_project", "project.flags", ["beta_user"], "project.flags"),
        ("get_project", "project.flags.beta_user", "yes", "project.flags"),
        ("get_project", "project.created_at", "2014-09-10T10:17:52Z", "project.created_at"),
        ("get_project", "project.created_at", "2014-13-10T10:17:52.690Z", "project.created_at"),
        ("get_project", "project.created_at", 1410337072, "project.created_at"),
        ("get_project", "project.updated_at", "2015-01-01T00:00:00.000Z", "project.updated_at"),
        ("update_project", "project.updated_at", PROJECT["created_at"], "project.updated_at"),
        ("list_projects", "projects.1", GONE, f"projects[{LISTED[1]['id']}]"),
        ("list_projects", "projects.2", {"id": "pr-0"}, "projects[pr-0]"),
        ("list_projects", "projects.2", LISTED[0], "projects"),
        ("list_projects", "projects.1.name", "x", f"projects[{LISTED[1]['id']}].name"),
        ("list_projects", "projects", {}, "projects"),
        ("list_eligible_new_owners", "eligible_new_owners.1.user_name", "x", f"eligible_new_owners[{ALICE}].user_name"),
        ("create_invitation", "transfer_invitation.expires_at", LATE, "transfer_invitation.expires_at"),
        ("accept_invitation", "transfer_invitation.status_reason", None, "transfer_invitation.status_reason"),
    ],
)
def test_comparison_complains_with_the_path(entry_id: str, changed_path: str, value: Any, path: str) -> None:
    found = differences(*changed(entry_id, {changed_path: value}))
    assert path in [complaint.partition(":")[0] for complaint in found], found


@pytest.mark.parametrize(
    ("entry_id", "path", "value", "alike"),
    [
        ("create_project", "project.id", "pr-00000000-0000-4000-8000-000000000000", True),
        ("create_project", "project.id", "tin-00000000-0000-4000-8000-000000000000", False),
        ("invite_collaborator", "collaborator.id", "6a1b0c2d3e4f5a6b7c8d9eff", True),
        ("invite_collaborator", "collaborator.id", "us-1", False),
        ("invite_collaborator", "collaborator.invitation_link", "https://example.org/apps?token=x", True),
        ("invite_collaborator", "collaborator.invitation_link", "", False),
        ("invite_collaborator", "collaborator.invitation_link", "https://example.org/apps?token=", False),
    ],
)
def test_comparison_lets_only_free_identifiers_and_links_differ(
    entry_id: str, path: str, value: str, alike: bool
) -> None:
    printed, actual = changed(entry_id, {path: value})
    assert differences(printed, actual)
    assert (differences(printed, actual, free=[path]) == []) is alike


def test_comparison_holds_fixed_flags_to_their_values() -> None:
    for change in ({"project.flags": GONE}, {"project.flags.beta_user": False}):
        found = differences(*changed("get_project", change), fixed=["project.flags"])
        assert "project.flags.beta_user: True is printed" in found[-1]
