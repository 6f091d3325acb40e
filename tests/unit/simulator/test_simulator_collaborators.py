# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls for databases and collaborators, and the switches that change them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

NO_APP = {"resource": "app", "error": "not found"}
NO_COLLABORATOR = {"resource": "collaborator", "error": "not found"}
DENIED = {"error": "You are not allowed to do this"}
SHOP = "/v1/apps/shop/collaborators"
DATA = "/v1/apps/data/collaborators"
INES = "ines@example.org"


@pytest.fixture
def ines(sim: Any) -> Any:
    """A third account, which is a stranger."""
    return sim.add_account("ines")


@pytest.fixture
def her(sim: Any, client: Any, ines: Any) -> Any:
    """Calls the API as ines."""
    return client(sim.api_url, ines)


@pytest.fixture
def data(sim: Any, web: Any) -> Any:
    """A dedicated database beside the application of the project."""
    return sim.add_database(web["id"], "data")


def invite(caller: Any, email: Any = INES, path: str = SHOP, **more: Any) -> Any:
    return caller.post(path, {"collaborator": {"email": email, **more}})


def listed(caller: Any, path: str = SHOP) -> list[Any]:
    answer = caller.get(path)
    assert answer.status_code == 200
    found: list[Any] = answer.json()["collaborators"]
    return found


def change(caller: Any, entry: Mapping[str, Any], path: str = SHOP, **changes: Any) -> Any:
    return caller("PATCH", f"{path}/{entry['id']}", json={"collaborator": changes})


def remove(caller: Any, entry: Mapping[str, Any], path: str = SHOP) -> Any:
    return caller("DELETE", f"{path}/{entry['id']}")


def accept(caller: Any, link: str) -> Any:
    return caller.get("/v1/apps/collaboration", token=link.partition("?token=")[2])


def entry_of(sim: Any, email: str = INES, application: str = "shop") -> Any:
    (found,) = [one for one in sim.collaborators(application) if one["email"] == email]
    return found


# Databases.


def test_databases_are_listed_for_owner_and_collaborators(
    sim: Any, me: Any, them: Any, her: Any, client: Any, mireille: Any, web: Any, tomasz: Any
) -> None:
    shown = sim.add_database(web["id"], "data", collaborators=[tomasz], technology="redis", plan="redis-starter-256")
    assert {key: value for key, value in shown.items() if key != "id"} == {
        "name": "data",
        "project_id": web["id"],
        "technology": "redis",
        "plan": "redis-starter-256",
    }
    for caller, expected in ((me, [shown]), (them, [shown]), (her, [])):
        assert caller.get("/v1/databases").json() == {"databases": expected}
    assert [app["name"] for app in me.get("/v1/apps").json()["apps"]] == ["shop"]
    assert client(sim.region_urls["osc-secnum-fr1"], mireille).get("/v1/databases").json() == {"databases": []}
    sim.remove_application("data")
    assert me.get("/v1/databases").json() == {"databases": []}


def test_a_pending_collaborator_does_not_see_the_database(sim: Any, them: Any, web: Any, tomasz: Any) -> None:
    sim.add_database(web["id"], "data", pending=[tomasz])
    assert them.get("/v1/databases").json() == {"databases": []}


# What is shown.


def test_a_collaborator_is_shown_with_every_field(sim: Any, me: Any, web: Any, tomasz: Any) -> None:
    (app,) = me.get("/v1/apps").json()["apps"]
    (entry,) = listed(me)
    assert entry == {
        "id": entry["id"],
        "email": "tomasz@example.org",
        "user_id": tomasz.id,
        "username": "tomasz",
        "tfa_status": False,
        "status": "accepted",
        "is_limited": False,
        "invitation_link": "",
        "app_id": app["id"],
        "app_name": "shop",
    }
    assert listed(me, f"/v1/apps/{app['id']}/collaborators") == listed(me, "/v1/collaborators") == [entry]
    assert sim.collaborators("shop") == [entry]


def test_an_invitation_is_shown_until_it_is_accepted(
    sim: Any, me: Any, her: Any, web: Any, ines: Any, mireille: Any
) -> None:
    sim.clock.freeze()
    answer = invite(me, is_limited=False)
    pending = answer.json()["collaborator"]
    assert answer.status_code == 201
    assert (pending["email"], pending["user_id"], pending["username"]) == (INES, None, "n/a")
    assert (pending["status"], pending["is_limited"], pending["app_name"]) == ("pending", False, "shop")
    assert listed(me)[1] == pending
    assert her.get("/v1/apps").json() == {"apps": []}
    accepted = accept(her, pending["invitation_link"])
    assert (accepted.status_code, accepted.json()) == (200, {"app": me.get("/v1/apps").json()["apps"][0]})
    changed = {"status": "accepted", "user_id": ines.id, "username": "ines", "invitation_link": ""}
    assert listed(me)[1] == {**pending, **changed}
    assert len(her.get("/v1/apps").json()["apps"]) == 1
    (email,) = sim.emails
    assert (email["to"], email["purpose"], email["application"]) == (INES, "invitation to collaborate", "shop")
    assert (email["sender"], email["link"]) == ("mireille", pending["invitation_link"])


def test_a_collaborator_is_limited_unless_told_otherwise(me: Any, web: Any) -> None:
    entry = invite(me).json()["collaborator"]
    assert (entry["is_limited"], entry["invitation_link"]) == (True, "")


@pytest.mark.parametrize("name", ["shop", "data"])
def test_the_list_of_all_has_what_the_caller_owns(
    sim: Any, me: Any, them: Any, tomasz: Any, data: Any, name: str
) -> None:
    assert listed(them, "/v1/collaborators") == []
    invite(me, path=f"/v1/apps/{name}/collaborators")
    assert {one["app_name"] for one in listed(me, "/v1/collaborators")} == {"shop", name}
    theirs = sim.add_project(tomasz, "theirs")
    sim.add_application(theirs["id"], "wiki", pending=["mireille"])
    assert [one["app_name"] for one in listed(them, "/v1/collaborators")] == ["wiki"]


def test_a_database_is_found_by_its_name_only(sim: Any, me: Any, client: Any, mireille: Any, data: Any) -> None:
    assert listed(me, DATA) == []
    for path in (f"/v1/apps/{data['id']}/collaborators", "/v1/apps/none/collaborators"):
        assert (me.get(path).status_code, me.get(path).json()) == (404, NO_APP)
    assert client(sim.region_urls["osc-secnum-fr1"], mireille).get(DATA).json() == NO_APP


# Inviting, changing, removing.


@pytest.mark.parametrize(
    "body, errors",
    [
        ({}, {"collaborator": ["missing field"]}),
        ({"collaborator": []}, {"collaborator": ["is invalid"]}),
        ({"collaborator": {}}, {"email": ["can't be blank", "is invalid"]}),
        ({"collaborator": {"email": ""}}, {"email": ["can't be blank", "is invalid"]}),
        ({"collaborator": {"email": 7}}, {"email": ["is invalid"]}),
        ({"collaborator": {"email": "ines"}}, {"email": ["is invalid"]}),
        ({"collaborator": {"email": "a@b@c"}}, {"email": ["is invalid"]}),
        ({"collaborator": {"email": "a@b\nc"}}, {"email": ["is invalid"]}),
        ({"collaborator": {"email": INES, "is_limited": None}}, {"is_limited": ["must be true or false"]}),
        ({"collaborator": {"email": "Mireille@example.org"}}, {"email": ["is the owner of the application"]}),
        ({"collaborator": {"email": "tomasz@example.org"}}, {"email": ["has already been taken"]}),
    ],
)
def test_a_bad_invitation_is_refused(sim: Any, me: Any, web: Any, body: Any, errors: Any) -> None:
    answer = me.post(SHOP, body)
    assert (answer.status_code, answer.json()) == (422, {"errors": errors})
    assert (len(sim.collaborators("shop")), sim.emails) == (1, [])


def test_a_role_is_changed_in_place(sim: Any, me: Any, web: Any) -> None:
    (entry,) = listed(me)
    answer = change(me, entry, is_limited=True, email="x@example.org")
    assert (answer.status_code, answer.json()) == (200, {"collaborator": {**entry, "is_limited": True}})
    assert change(me, entry, is_limited=False).json() == {"collaborator": entry}
    assert (change(me, entry, is_limited=1).status_code, change(me, entry).status_code) == (422, 400)
    assert (change(me, {"id": "none"}, is_limited=True).json(), remove(me, {"id": "x"}).json()) == (
        NO_COLLABORATOR,
        NO_COLLABORATOR,
    )


def test_a_removed_collaborator_is_gone_with_the_link(me: Any, them: Any, her: Any, web: Any) -> None:
    pending = invite(me, is_limited=False).json()["collaborator"]
    for entry in listed(me):
        answer = remove(me, entry)
        assert (answer.status_code, answer.content) == (204, b"")
    assert listed(me) == []
    assert them.get("/v1/apps").json() == {"apps": []}
    assert (accept(her, pending["invitation_link"]).status_code) == 404


def test_a_link_is_for_whoever_has_it_but_once(sim: Any, me: Any, them: Any, her: Any, web: Any, ines: Any) -> None:
    link = invite(me, "somebody@example.org", is_limited=False).json()["collaborator"]["invitation_link"]
    text = "You're already working on this app, this invitation is for somebody@example.org"
    for caller in (me, them):  # the owner, and somebody who collaborates
        answer = accept(caller, link)
        assert (answer.status_code, answer.json()) == (400, {"type": "already-collaborator", "error": text})
    for bad in ("", "?token=", "?token=none"):
        assert (accept(her, bad).status_code, accept(her, bad).json()) == (404, NO_COLLABORATOR)
    assert accept(her, link).status_code == 200
    assert accept(her, link).json() == NO_COLLABORATOR
    assert entry_of(sim, "somebody@example.org")["user_id"] == ines.id


def test_the_calls_need_a_bearer_token(anybody: Any, web: Any) -> None:
    for method, path in (
        ("GET", "/v1/databases"),
        ("GET", "/v1/collaborators"),
        ("GET", "/v1/apps/collaboration"),
        ("GET", SHOP),
        ("POST", SHOP),
        ("PATCH", f"{SHOP}/x"),
        ("DELETE", f"{SHOP}/x"),
    ):
        assert anybody(method, path).status_code == 401


# Who may.


@pytest.mark.parametrize("status", [401, 403, 404])
@pytest.mark.parametrize(
    "role, switches, allowed",
    [
        (None, {}, ""),
        ("pending", {"collaborator_manages": True}, ""),
        ("deleted", {"collaborator_manages": True}, ""),
        ("limited", {}, "list"),
        ("limited", {"collaborators_shown_to": "full"}, ""),
        ("limited", {"collaborator_manages": True}, "list"),
        ("limited", {"collaborator_leaves": True}, "list leave"),
        ("collaborator", {}, "list invite"),
        ("collaborator", {"collaborators_shown_to": "full"}, "list invite"),
        ("collaborator", {"collaborators_shown_to": "owner"}, "invite"),
        ("collaborator", {"collaborator_invites": False}, "list"),
        ("collaborator", {"collaborator_manages": True}, "list invite change remove leave"),
        ("collaborator", {"collaborator_leaves": True}, "list invite leave"),
    ],
)
def test_what_a_collaborator_may_do_hangs_on_role_and_switches(
    sim: Any, her: Any, web: Any, status: int, role: str | None, switches: dict[str, Any], allowed: str
) -> None:
    sim.set(app_denied_status=status, stranger_app=status, **switches)
    sim.set_collaborator("shop", "ines", role)
    other = entry_of(sim, "tomasz@example.org")
    own = entry_of(sim) if role else {"id": "none"}
    answers = {
        "list": her.get(SHOP),
        "invite": invite(her, "new@example.org"),
        "change": change(her, other, is_limited=True),
        "remove": remove(her, other),
        "leave": remove(her, own),
    }
    assert {name for name, answer in answers.items() if answer.ok} == set(allowed.split())
    body = {401: {"error": "unauthorized"}, 403: DENIED, 404: NO_APP}[status]
    for answer in answers.values():
        assert answer.ok or (answer.status_code, answer.json()) == (status, body)


# Switches.


@pytest.mark.parametrize("value, names", [(True, ["shop", "data"]), (False, ["shop"])])
def test_the_list_of_all_covers_databases_only_if_switched(
    sim: Any, me: Any, tomasz: Any, data: Any, value: bool, names: list[str]
) -> None:
    sim.set(collaborators_of_databases=value)
    sim.set_collaborator("data", tomasz)
    assert [one["app_name"] for one in listed(me, "/v1/collaborators")] == names
    assert len(listed(me, DATA)) == 1


@pytest.mark.parametrize(
    "value, status, entries, emails", [(422, 422, 1, 1), (409, 409, 1, 1), ("second", 201, 2, 2), ("resend", 201, 1, 2)]
)
@pytest.mark.parametrize("email", [INES, "INES@example.org"])
def test_inviting_twice_has_the_outcome_of_the_switch(
    sim: Any, me: Any, web: Any, value: Any, status: int, entries: int, emails: int, email: str
) -> None:
    sim.set(invite_again=value)
    first = invite(me).json()["collaborator"]
    answer = invite(me, email)
    assert answer.status_code == status
    found = [one for one in listed(me) if one["status"] == "pending"]
    assert (len(found), len(sim.emails)) == (entries, emails)
    if value == "resend":
        assert answer.json()["collaborator"] == first
    elif status != 201:
        assert "has already been taken" in answer.text


def test_one_of_two_entries_may_be_accepted_and_the_other_pending(
    sim: Any, me: Any, them: Any, web: Any, tomasz: Any, mireille: Any
) -> None:
    sim.set(invite_again="second")
    invite(me, tomasz.email)
    assert [one["status"] for one in listed(me)] == ["accepted", "pending"]
    assert them.invitation(me.invite(web, tomasz).json()["transfer_invitation"], "accept").status_code == 200
    assert [one["username"] for one in listed(them)] == ["mireille"]


@pytest.mark.parametrize(
    "value, status, shown",
    [("ignored", 422, "Ines@example.org"), ("lowered", 422, INES), ("compared", 201, "Ines@example.org")],
)
def test_emails_differ_by_case_only_if_switched(
    sim: Any, me: Any, web: Any, value: str, status: int, shown: str
) -> None:
    sim.set(email_case=value)
    assert invite(me, "Ines@example.org").json()["collaborator"]["email"] == shown
    assert invite(me, INES).status_code == status


@pytest.mark.parametrize("value, shown", [("invited", "somebody@example.org"), ("account", INES)])
def test_an_accepted_collaborator_has_the_email_of_the_switch(
    sim: Any, me: Any, her: Any, web: Any, value: str, shown: str
) -> None:
    sim.set(accepted_email=value)
    accept(her, invite(me, "somebody@example.org", is_limited=False).json()["collaborator"]["invitation_link"])
    assert listed(me)[1]["email"] == shown
    assert invite(me, INES).status_code == 422


@pytest.mark.parametrize("value", ["object", "list"])
def test_an_invited_collaborator_comes_as_an_object_or_a_list(sim: Any, me: Any, web: Any, value: str) -> None:
    sim.set(collaborator_form=value)
    found = invite(me).json()["collaborator"]
    assert found == ([entry_of(sim)] if value == "list" else entry_of(sim))


@pytest.mark.parametrize("value", ["null", "absent"])
def test_the_user_of_a_pending_collaborator_is_null_or_absent(sim: Any, me: Any, web: Any, value: str) -> None:
    sim.set(pending_user_id=value)
    invite(me)
    assert [one.get("user_id", "absent") for one in listed(me)][1] == (None if value == "null" else "absent")
    assert "user_id" in listed(me)[0]


@pytest.mark.parametrize("limited, raised", [(False, True), (False, False), (True, True), (True, False)])
def test_a_limited_invitation_has_a_link_only_if_switched(
    sim: Any, me: Any, her: Any, web: Any, limited: bool, raised: bool
) -> None:
    sim.set(limited_link=limited, raised_link=raised)
    entry = invite(me).json()["collaborator"]
    (email,) = sim.emails
    assert entry["invitation_link"] == (email["link"] if limited else "")
    assert change(me, entry, is_limited=False).json()["collaborator"]["invitation_link"] == (
        email["link"] if raised else ""
    )
    assert accept(her, email["link"]).status_code == 200


@pytest.mark.parametrize("value, end", [("empty", ""), ("without_token", "/apps/collaboration?token=")])
def test_a_closed_link_is_empty_or_without_token(sim: Any, me: Any, web: Any, value: str, end: str) -> None:
    sim.set(closed_link=value)
    assert [one["invitation_link"].partition(".invalid")[2] for one in listed(me)] == [end]


@pytest.mark.parametrize("value", [404, 400])
def test_accepting_again_has_the_status_of_the_switch(
    sim: Any, me: Any, them: Any, her: Any, web: Any, value: int
) -> None:
    sim.set(used_link=value)
    link = invite(me, is_limited=False).json()["collaborator"]["invitation_link"]
    assert [accept(her, link).status_code for _time in range(2)] == [200, value]
    assert accept(them, link).status_code == 404  # a link that somebody else has used


@pytest.mark.parametrize(
    "value, body, outcome",
    [
        ("ignored", {}, False),
        ("ignored", {"is_limited": True}, False),
        ("kept", {"is_limited": True}, True),
        ("kept", {"is_limited": False}, False),
        (422, {"is_limited": True}, 422),
        (422, {}, False),
    ],
)
def test_a_limited_collaborator_of_a_database_is_treated_as_switched(
    sim: Any, me: Any, data: Any, value: Any, body: dict[str, bool], outcome: Any
) -> None:
    sim.set(database_limited=value)
    answer = invite(me, path=DATA, **body)
    if outcome == 422:
        assert answer.json() == {"errors": {"is_limited": ["is not possible for a database"]}}
        return
    entry = answer.json()["collaborator"]
    assert (entry["is_limited"], entry["app_name"]) == (outcome, "data")
    code = 422 if value == 422 else 200
    assert change(me, entry, DATA, is_limited=True).status_code == code


def test_the_lists_come_in_pages_only_if_switched(sim: Any, me: Any, data: Any, tomasz: Any) -> None:
    sim.set_collaborator("data", tomasz)
    sim.set(page_size=1)
    for path, pages in (("/v1/collaborators", 2), ("/v1/databases", 1), (SHOP, 1)):
        assert me.get(path).json()["meta"]["pagination"]["total_pages"] == pages


# Eligibility and transfer.


def test_who_accepts_on_everything_becomes_eligible(sim: Any, me: Any, her: Any, data: Any, web: Any) -> None:
    def eligible() -> bool:
        return "ines" in [one["user_name"] for one in me.eligible(web).json()["eligible_new_owners"]]

    sim.set(limited_eligible=False)
    links = [invite(me, path=path, is_limited=False).json()["collaborator"]["invitation_link"] for path in (SHOP, DATA)]
    for link in links:
        assert not eligible()
        accept(her, link)
    assert eligible()
    change(me, entry_of(sim), is_limited=True)
    assert not eligible()
    change(me, entry_of(sim), is_limited=False)
    assert eligible()
    remove(me, entry_of(sim, application="data"), DATA)
    assert not eligible()


@pytest.mark.parametrize("role", ["collaborator", "limited", "none"])
def test_owner_and_collaborator_change_places_with_a_transfer(
    sim: Any, me: Any, them: Any, web: Any, data: Any, mireille: Any, tomasz: Any, role: str
) -> None:
    sim.set(old_owner_role=role)
    sim.set_collaborator("data", tomasz)
    invitation = me.invite(web, tomasz).json()["transfer_invitation"]
    assert them.invitation(invitation, "accept").status_code == 200
    names = [] if role == "none" else ["shop", "data"]
    found = listed(them, "/v1/collaborators")
    assert [(one["app_name"], one["user_id"], one["status"]) for one in found] == [
        (name, mireille.id, "accepted") for name in names
    ]
    assert [one["is_limited"] for one in found] == [role == "limited" and name == "shop" for name in names]
    assert listed(me, "/v1/collaborators") == []
    assert me.get(SHOP).status_code == (404 if role == "none" else 200)
    assert len(me.get("/v1/databases").json()["databases"]) == len(names) // 2
    for entry in found:
        assert remove(them, entry, f"/v1/apps/{entry['app_name']}/collaborators").status_code == 204
    assert me.get("/v1/apps").json() == {"apps": []}


# The secrets of links.


def test_links_are_in_no_public_log(sim: Any, client: Any, me: Any, her: Any, web: Any) -> None:
    control = client(sim.control_url)
    link = invite(me, is_limited=False).json()["collaborator"]["invitation_link"]
    token = link.partition("?token=")[2]
    assert len(token) == 40
    listed(me)
    control.get("/applications/shop/collaborators")
    her.get(f"/v1/apps/{token}/collaborators")
    her.get("/v1/apps/collaboration", token="secret-of-nobody")
    accept(her, link)
    me.post(SHOP, {"collaborator": {"email": f"{token}@example.org", "token": "secret"}})
    texts = [control.get(path).text for path in ("/requests", "/emails", "/applications/shop/collaborators")]
    for text in [str(sim.public_requests()), str(sim.public_emails()), *texts]:
        assert link not in text and "secret" not in text
    assert token not in str(sim.public_requests()) + texts[0]
    assert sim.public_requests()[0]["answer"]["collaborator"]["invitation_link"] == "[hidden]"
    assert sim.requests[0].answer["collaborator"]["invitation_link"] == sim.emails[0]["link"] == link
    sim.clear_emails()
    assert sim.emails == []


# Arranging.


def test_everybody_can_be_arranged_by_requests(sim: Any, client: Any, me: Any, her: Any, web: Any) -> None:
    control = client(sim.control_url)
    body = {"project_id": web["id"], "name": "data", "collaborators": ["ines"], "pending": ["new@example.org"]}
    answer = control.post("/databases", body)
    assert (answer.status_code, answer.json()["database"]) == (201, me.get("/v1/databases").json()["databases"][0])
    shown = control.get("/databases/data/collaborators").json()["collaborators"]
    assert [(one["email"], one["status"]) for one in shown] == [(INES, "accepted"), ("new@example.org", "pending")]
    assert shown[1]["invitation_link"] == "[hidden]"
    path = "/applications/shop/collaborators/ines"
    assert control("PUT", path, json={"role": "pending_limited", "id": "c-1", "token": "abc"}).status_code == 204
    entry = entry_of(sim)
    assert (entry["id"], entry["status"], entry["is_limited"]) == ("c-1", "pending", True)
    assert accept(her, "?token=abc").status_code == 200
    for role, status in (("pending", "pending"), ("collaborator", "accepted"), ("deleted", "user account deleted")):
        assert control("PUT", path, json={"role": role}).status_code == 204
        assert (entry_of(sim)["id"], entry_of(sim)["status"]) == ("c-1", status)
    assert her.get("/v1/apps").json() == {"apps": []}
    assert control("DELETE", path).status_code == control("DELETE", path).status_code == 204
    assert control("DELETE", "/databases/data/collaborators/new@example.org").status_code == 204
    assert [one["email"] for one in sim.collaborators("data")] == [INES]
    invite(me)
    assert control.get("/emails").json()["emails"][0]["to"] == INES
    assert control("DELETE", "/emails").status_code == control("DELETE", "/databases/data").status_code == 204
    assert (control.get("/emails").json(), me.get("/v1/databases").json()) == ({"emails": []}, {"databases": []})


def test_a_mistake_arranges_nothing(sim: Any, web: Any) -> None:
    from simulator import SimulatorError

    for arrange in (
        lambda: sim.add_database(web["id"], "shop"),
        lambda: sim.add_database(web["id"], "data", collaborators=["nobody"]),
        lambda: sim.add_database(web["id"], "data", technology=""),
        lambda: sim.set_collaborator("shop", "new@example.org"),
        lambda: sim.set_collaborator("shop", "mireille", "owner"),
        lambda: sim.collaborators("none"),
    ):
        with pytest.raises(SimulatorError):
            arrange()
    assert [one["username"] for one in sim.collaborators("shop")] == ["tomasz"]
    assert sim.add_application(web["id"], "data", databases=True)["name"] == "data"


def test_a_reset_forgets_the_emails(sim: Any, me: Any, web: Any) -> None:
    invite(me)
    sim.reset()
    assert sim.emails == []
