# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The simulator's half of the contract: to the printed request it gives the printed answer.

Each request of the vendor's API reference, page Projects, is sent over HTTP, exactly as printed, to a simulator in
which the objects of the page stand ready under the printed ids. The other half, that the client sends these requests
and understands these answers, is tested elsewhere with the same data.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from contract import Exchange, attributes, differences, exchange, exchanges, objects
from contract.comparison import is_date
from simulator import Simulator
from simulator.conformance import description

PROJECT = objects()["project"]
INVITATION = objects()["transfer_invitation"]
OWNER = PROJECT["owner"]
INVITEE = {"id": INVITATION["invited_user_id"], "username": INVITATION["invited_user_name"]}


@dataclass(frozen=True)
class Arrangement:
    """What stands in the simulator when a printed request comes, and what in the answer does not follow from it."""

    projects: tuple[dict[str, Any], ...] = (PROJECT,)  # john's, as the page shows them
    default_project: str | None = "default"  # john's other project, the default one
    collaborator: bool = False  # alice is a collaborator on an application in the project
    invitation: bool = False  # and has the page's invitation
    sender: str = OWNER["username"]
    free: tuple[str, ...] = ()  # paths of ids that the simulator makes up
    fixed: tuple[str, ...] = ()  # paths of flags that were arranged

    def set_up(self, sim: Simulator) -> str:
        """Arrange it, and return a bearer of who is to send the request, an hour later."""
        john = sim.add_account(
            OWNER["username"],
            id=OWNER["id"],
            email=OWNER["email"],
            default_project=self.default_project,
            flags=OWNER["flags"],
        )
        alice = sim.add_account(INVITEE["username"], id=INVITEE["id"])
        for project in self.projects:
            sim.add_project(
                john, project["name"], default=project["default"], id=project["id"], flags=project.get("flags")
            )
        if self.collaborator or self.invitation:
            sim.add_application(PROJECT["id"], "example-app", collaborators=[alice])
        if self.invitation:
            sim.add_invitation(PROJECT["id"], invited=alice, id=INVITATION["id"])
        sim.clock.advance(seconds=3600)
        return {account.username: account for account in (john, alice)}[self.sender].bearer()


LISTED = exchange("list_projects").response.resource
ONE_PROJECT = Arrangement(fixed=("project.flags", "project.owner.flags"))

ARRANGEMENTS = {
    "create_project": Arrangement(projects=(), free=("project.id",), fixed=("project.owner.flags",)),
    "list_projects": Arrangement(
        projects=tuple(LISTED),
        default_project=None,
        fixed=(
            *(f"projects[{project['id']}].owner.flags" for project in LISTED),
            *(f"projects[{project['id']}].flags" for project in LISTED if "flags" in project),
        ),
    ),
    "get_project": ONE_PROJECT,
    "update_project": ONE_PROJECT,
    "delete_project": ONE_PROJECT,
    "list_invitations": Arrangement(invitation=True),
    "get_invitation": Arrangement(invitation=True),
    "list_eligible_new_owners": Arrangement(collaborator=True),
    "create_invitation": Arrangement(collaborator=True, free=("transfer_invitation.id",)),
    "accept_invitation": Arrangement(invitation=True, sender=INVITEE["username"]),
    "decline_invitation": Arrangement(invitation=True, sender=INVITEE["username"]),
    "cancel_invitation": Arrangement(invitation=True),
}


APP, DATABASE = "example-app", "example-db"
LISTED_COLLABORATORS = {one["id"]: one for one in exchange("list_all_collaborators").response.resource}
SENDERS_OF_COLLABORATORS = {"accept_collaboration": "bob"}
INVITES = ("invite_collaborator", "invite_limited_collaborator")
FREE_OF_COLLABORATORS = {
    "invite_collaborator": ("collaborator.id", "collaborator.invitation_link"),
    "invite_limited_collaborator": ("collaborator.id",),
}


def set_up_collaborators(sim: Simulator, entry: Exchange) -> str:
    """Arrange an application and a database with the printed collaborators, and return a bearer of the sender."""
    owner = sim.add_account(OWNER["username"], id=OWNER["id"], email=OWNER["email"])
    sim.add_account(INVITEE["username"], id=INVITEE["id"])
    bob = sim.add_account("bob")
    sim.add_project(owner, PROJECT["name"], id=PROJECT["id"])
    ids = {one["app_name"]: one["app_id"] for one in LISTED_COLLABORATORS.values()}
    sim.add_application(PROJECT["id"], APP, id=ids[APP])
    sim.add_database(PROJECT["id"], DATABASE, id=ids[DATABASE])
    for one in LISTED_COLLABORATORS.values():
        if one["status"] == "accepted":
            role = "limited" if entry.id == "update_collaborator" else "collaborator"
            sim.set_collaborator(one["app_name"], one["email"], role, id=one["id"])
        elif entry.id not in INVITES:
            token = one["invitation_link"].partition("?token=")[2]
            sim.set_collaborator(one["app_name"], one["email"], "pending", id=one["id"], token=token)
    return {OWNER["username"]: owner, "bob": bob}[SENDERS_OF_COLLABORATORS.get(entry.id, OWNER["username"])].bearer()


def send(sim: Simulator, entry: Exchange, bearer: str, **query: str) -> requests.Response:
    """Send the request as printed."""
    with requests.Session() as session:
        session.trust_env = False  # neither a proxy nor .netrc shall come between
        return session.request(
            entry.request.method,
            sim.api_url + entry.request.path,
            params={**entry.request.query, **query},
            headers=entry.request.headers_with(bearer),
            data=entry.request.text,
            allow_redirects=False,
            timeout=10,
        )


def complaints(entry: Exchange, arrangement: Arrangement, answer: requests.Response) -> list[str]:
    """Say what in the answer is not as printed."""
    found = []
    if answer.status_code != entry.response.status:
        found.append(f"status: {entry.response.status} is printed, got {answer.status_code}")
    if entry.response.body is None:
        return found + ([f"the body: none may come, got {answer.text!r}"] if answer.content else [])
    media_type = answer.headers.get("Content-Type", "").partition(";")[0]
    if media_type != "application/json":
        found.append(f"Content-Type: application/json is asked for, got {media_type!r}")
    try:
        body = answer.json()
    except ValueError:
        return [*found, f"the body: JSON is printed, got {answer.text!r}"]
    return found + differences(entry.response.body, body, free=arrangement.free, fixed=arrangement.fixed)


def check(entry: Exchange, arrangement: Arrangement, answer: requests.Response) -> None:
    """Fail with one line for each complaint."""
    found = complaints(entry, arrangement, answer)
    if found:
        pytest.fail("\n  ".join([f"{entry.request.method} {entry.request.path} is not answered as printed:", *found]))


@pytest.mark.parametrize("dates", ["offset", "Z"])
@pytest.mark.parametrize("entry", exchanges(), ids=str)
def test_simulator_answers_as_printed(entry: Exchange, dates: str) -> None:
    arrangement = ARRANGEMENTS[entry.id]
    with Simulator(id_prefix="pr", dates=dates) as sim:
        bearer = arrangement.set_up(sim)
        sim.clear_requests()
        answer = send(sim, entry, bearer)
        record = sim.requests[0]
    check(entry, arrangement, answer)
    assert (record.method, record.path, record.query, record.body, record.account) == (
        entry.request.method,
        entry.request.path,
        entry.request.query,
        entry.request.body,
        arrangement.sender,
    )


@pytest.mark.parametrize(
    ("entry", "query"),
    [
        pytest.param(entry, {parameter.name: parameter.example}, id=f"{entry.id}-{parameter.name}")
        for entry in exchanges()
        for parameter in entry.parameters
        if parameter.location == "query"
    ],
)
def test_simulator_answers_as_printed_with_the_example_of_a_query_parameter(
    entry: Exchange, query: dict[str, str]
) -> None:
    arrangement = ARRANGEMENTS[entry.id]
    with Simulator(id_prefix="pr", dates="offset") as sim:
        answer = send(sim, entry, arrangement.set_up(sim), **query)
    check(entry, arrangement, answer)


@pytest.mark.parametrize("entry", exchanges("collaborators"), ids=str)
def test_simulator_answers_about_collaborators_as_printed(entry: Exchange) -> None:
    with Simulator(id_prefix="pr") as sim:
        bearer = set_up_collaborators(sim, entry)
        answer = send(sim, entry, bearer)
        check(entry, Arrangement(free=FREE_OF_COLLABORATORS.get(entry.id, ())), answer)
        assert len(sim.emails) == (1 if entry.id in INVITES else 0)
        secret = answer.json().get("collaborator", {}).get("invitation_link") if entry.response.body else None
        assert not secret or secret not in str(sim.public_requests())


def test_every_call_for_collaborators_is_covered() -> None:
    documented = {
        (method, path)
        for _host, method, path in description().calls()
        if "collabora" in path or path.endswith("/databases")
    }
    routes = {
        (one.request.method, one.route.replace("[:", "{").replace("]", "}")) for one in exchanges("collaborators")
    }
    assert routes == documented


@pytest.mark.parametrize("entry", [*exchanges(), *exchanges("collaborators")], ids=str)
def test_openapi_describes_the_printed_answer(entry: Exchange) -> None:
    printed = entry.response.body
    headers = {} if printed is None else {"Content-Type": "application/json"}
    body = b"" if printed is None else json.dumps(printed).encode()
    request = entry.request
    assert description().complaints(request.method, "osc-fr1", request.path, entry.response.status, headers, body) == []


def test_every_exchange_of_the_page_is_covered() -> None:
    ids = [entry.id for entry in exchanges()]
    assert len(ids) == 12  # as many as the page has endpoints
    assert sorted(ids) == sorted(ARRANGEMENTS)
    routes = [(entry.request.method, entry.route) for entry in exchanges()]
    assert len(set(routes)) == len(routes)


@pytest.mark.parametrize("name", objects())
def test_every_printed_resource_has_the_fields_of_its_attribute_table(name: str) -> None:
    kinds = {"string": str, "boolean": bool, "object": dict}
    fields = {attribute.field: attribute for attribute in attributes()[name]}
    single = [entry.response.resource for entry in exchanges() if entry.response.root == name]
    listed = [thing for entry in exchanges() if entry.response.root == f"{name}s" for thing in entry.response.resource]
    assert single
    assert listed
    for thing in [objects()[name], *single, *listed]:
        assert set(thing) | {"flags"} == set(fields) | {"flags"}
        for field, value in thing.items():
            kind = fields[field].type
            assert is_date(value) if kind == "date" else isinstance(value, kinds[kind]), field
            assert not fields[field].values or value in fields[field].values, field


def test_data_is_handed_out_as_copies() -> None:
    exchange("get_project").response.resource["name"] = "scribble"
    objects()["project"]["name"] = "scribble"
    assert exchange("get_project").response.resource["name"] == objects()["project"]["name"] == "example-project"


# The comparison itself: what it lets pass, and that it complains about everything else.


def put(root: str, **values: Any) -> Callable[[dict[str, Any]], None]:
    """A change: other values in the resource under the root key."""
    return lambda body: body[root].update(values)


def changed(entry_id: str, change: Callable[[dict[str, Any]], Any]) -> tuple[Any, Any]:
    """The printed body, and a copy with a change."""
    printed = exchange(entry_id).response.body
    actual = deepcopy(printed)
    change(actual)
    return printed, actual


@pytest.mark.parametrize(
    ("entry_id", "change"),
    [
        pytest.param("get_project", lambda body: None, id="nothing changed"),
        pytest.param("get_project", lambda body: body["project"].pop("flags"), id="no flags"),
        pytest.param("get_project", lambda body: body["project"]["owner"].update(flags={"": False}), id="other flags"),
        pytest.param(
            "get_project",
            put("project", created_at="2026-01-01T23:00:00.000Z", updated_at="2026-01-02T00:00:00.500+01:00"),
            id="other dates, at the same time",
        ),
        pytest.param("list_projects", lambda body: body["projects"].reverse(), id="another order"),
    ],
)
def test_comparison_lets_pass_what_the_page_leaves_open(entry_id: str, change: Callable[[dict[str, Any]], Any]) -> None:
    assert differences(*changed(entry_id, change)) == []


@pytest.mark.parametrize(
    ("entry_id", "change", "path"),
    [
        ("get_project", lambda body: body.update(projects=body.pop("project")), "project"),
        ("get_project", lambda body: body.update(meta={}), "meta"),
        ("get_project", lambda body: body["project"].pop("default"), "project.default"),
        ("get_project", put("project", default="false"), "project.default"),
        ("get_project", put("project", default=0), "project.default"),
        ("get_project", put("project", default=True), "project.default"),
        ("get_project", put("project", name=None), "project.name"),
        ("get_project", put("project", id="pr-0"), "project.id"),
        ("get_project", put("project", url="x"), "project.url"),
        ("get_project", lambda body: body["project"]["owner"].update(username="alice"), "project.owner.username"),
        ("get_project", lambda body: body["project"]["owner"].pop("email"), "project.owner.email"),
        ("get_project", put("project", owner="john"), "project.owner"),
        ("get_project", put("project", flags=["beta_user"]), "project.flags"),
        ("get_project", lambda body: body["project"]["flags"].update(beta_user="yes"), "project.flags.beta_user"),
        ("get_project", put("project", created_at="2014-09-10T10:17:52Z"), "project.created_at"),
        ("get_project", put("project", created_at="2014-13-10T10:17:52.690Z"), "project.created_at"),
        ("get_project", put("project", created_at=1410337072), "project.created_at"),
        ("get_project", put("project", updated_at="2015-01-01T00:00:00.000Z"), "project.updated_at"),
        ("update_project", put("project", updated_at=PROJECT["created_at"]), "project.updated_at"),
        ("list_projects", lambda body: body["projects"].pop(), f"projects[{LISTED[1]['id']}]"),
        ("list_projects", lambda body: body["projects"].append({"id": "pr-0"}), "projects[pr-0]"),
        ("list_projects", lambda body: body["projects"].append(body["projects"][0]), "projects"),
        ("list_projects", lambda body: body["projects"][1].update(name="x"), f"projects[{LISTED[1]['id']}].name"),
        ("list_projects", lambda body: body.update(projects={}), "projects"),
        (
            "list_eligible_new_owners",
            lambda body: body["eligible_new_owners"][1].update(user_name="bob"),
            f"eligible_new_owners[{INVITEE['id']}].user_name",
        ),
        (
            "create_invitation",
            put("transfer_invitation", expires_at="2014-09-14T10:17:52.690+02:00"),
            "transfer_invitation.expires_at",
        ),
        ("accept_invitation", put("transfer_invitation", status="pending"), "transfer_invitation.status"),
        ("accept_invitation", put("transfer_invitation", status_reason=None), "transfer_invitation.status_reason"),
    ],
)
def test_comparison_complains_with_the_path(entry_id: str, change: Callable[[dict[str, Any]], Any], path: str) -> None:
    found = differences(*changed(entry_id, change))
    assert path in [complaint.partition(":")[0] for complaint in found], found


def test_comparison_lets_only_free_identifiers_differ() -> None:
    printed, actual = changed("create_project", put("project", id="pr-00000000-0000-4000-8000-000000000000"))
    assert differences(printed, actual)
    assert differences(printed, actual, free=["project.id"]) == []
    actual["project"]["id"] = "tin-00000000-0000-4000-8000-000000000000"
    assert differences(printed, actual, free=["project.id"])


def test_comparison_holds_fixed_flags_to_their_values() -> None:
    printed, actual = changed("get_project", lambda body: body["project"].pop("flags"))
    assert differences(printed, actual, fixed=["project.flags"]) == ["project.flags: printed, but missing"]


@pytest.mark.parametrize(
    ("values", "alike"),
    [
        ({"id": "6a1b0c2d3e4f5a6b7c8d9eff"}, True),
        ({"id": "us-1"}, False),
        ({"invitation_link": "https://example.org/apps/collaboration?token=x"}, True),
        ({"invitation_link": ""}, False),
        ({"invitation_link": "https://example.org/apps/collaboration?token="}, False),
    ],
)
def test_comparison_lets_only_free_links_differ(values: dict[str, str], alike: bool) -> None:
    printed, actual = changed("invite_collaborator", put("collaborator", **values))
    assert differences(printed, actual)
    assert (differences(printed, actual, free=FREE_OF_COLLABORATORS["invite_collaborator"]) == []) is alike


@pytest.mark.parametrize(
    ("fault", "complaint"),
    [
        ({"status": 202}, "status: 201 is printed, got 202"),
        ({"body": "no JSON"}, "the body: JSON is printed, got 'no JSON'"),
        ({"body": json.dumps({"project": {}})}, "project.name: printed, but missing"),
    ],
    ids=["status", "no JSON", "no fields"],
)
def test_wrong_answer_over_http_fails_the_check(fault: dict[str, Any], complaint: str) -> None:
    entry = exchange("create_project")
    arrangement = ARRANGEMENTS[entry.id]
    with Simulator(id_prefix="pr") as sim:
        bearer = arrangement.set_up(sim)
        sim.fault("replace", method="POST", path="/v1/projects", **fault)
        answer = send(sim, entry, bearer)
    with pytest.raises(pytest.fail.Exception) as caught:
        check(entry, arrangement, answer)
    assert complaint in str(caught.value)
