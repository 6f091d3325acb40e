# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""scalingo_project_collaborator: one person on every application and dedicated database of a project."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from simulator import Simulator

from .playbook import TaskResult, connect, here

EMAIL = "tomasz@example.org"
NAMES = ["shop-db", "shop-web", "shop-worker"]


class Shop:
    """A project of mireille's with two applications and a database; tomasz may become a collaborator."""

    def __init__(self, **switches: Any) -> None:
        self.sim = Simulator(**switches)
        self.mireille, self.tomasz, self.ines = (self.sim.add_account(name) for name in ("mireille", "tomasz", "ines"))
        self.project = self.sim.add_project(self.mireille, "shop")
        for name in ("shop-web", "shop-worker"):
            self.sim.add_application(self.project["id"], name)
        self.sim.add_database(self.project["id"], "shop-db")
        other = self.sim.add_project(self.mireille, "blog")
        self.sim.add_application(other["id"], "blog-web")

    def run(self, check: bool = False, **options: Any) -> TaskResult:
        """Run the module as mireille, on the project by its name unless an ID is given."""
        if "project_id" not in options:
            options.setdefault("project_name", "shop")
        return here("scalingo_project_collaborator", connect(self.sim, self.mireille), check=check, **options)

    def calls(self) -> list[str]:
        """Return the requests to the API since the last call of this."""
        calls = [call for call in self.sim.calls() if " auth " not in call]
        self.sim.clear_requests()
        return calls

    def writes(self) -> list[str]:
        return [call for call in self.calls() if not call.startswith("GET") or call.endswith("/collaboration")]

    def status(self, name: str) -> list[str]:
        """Return the status of each collaborator of a resource."""
        return [each["status"] for each in self.sim.collaborators(name)]


@pytest.fixture
def shop(request: pytest.FixtureRequest) -> Iterator[Shop]:
    shop = Shop(**getattr(request, "param", {}))
    with shop.sim:
        yield shop


def states(result: TaskResult) -> dict[str, str]:
    return {each["resource"]: each["status"] for each in result["collaborations"]}


def test_person_is_invited_to_each_resource_once(shop: Shop) -> None:
    predicted = shop.run(check=True, email=EMAIL)
    assert shop.writes() == [] and predicted.changed and predicted["emails"] == 3
    done = shop.run(email=EMAIL)
    assert shop.writes() == [f"POST /v1/apps/{name}/collaborators" for name in NAMES]
    assert states(done) == states(predicted) == dict.fromkeys(NAMES, "pending")
    assert done["pending"] == predicted["pending"] == 3 and len(shop.sim.emails) == 3
    assert done["diff"] == predicted["diff"]
    assert not any(each["is_limited"] for each in done["collaborations"])
    again = shop.run(email=EMAIL.upper())
    assert not again.changed and again["pending"] == 3 and shop.writes() == []
    assert shop.status("blog-web") == []


def test_unchanged_task_sends_three_reads(shop: Shop) -> None:
    for name in NAMES:
        shop.sim.set_collaborator(name, shop.tomasz)
    assert not shop.run(email=EMAIL).changed
    assert sorted(shop.calls()) == ["GET /v1/apps", "GET /v1/collaborators", "GET /v1/databases"]


@pytest.mark.parametrize(
    "shop", [{}, {"collaborators_of_databases": False}, {"collaborator_form": "list"}], indirect=True
)
def test_person_with_a_token_accepts_in_the_same_task_and_becomes_eligible(shop: Shop) -> None:
    shop.sim.set_collaborator("shop-web", shop.tomasz, role="limited")
    options = {"email": EMAIL, "collaborator_api_token": shop.tomasz.api_token}
    predicted = shop.run(check=True, **options)
    assert shop.writes() == []
    done = shop.run(**options)
    assert states(done) == states(predicted) == dict.fromkeys(NAMES, "accepted")
    assert done["pending"] == 0 and [shop.status(name) for name in NAMES] == [["accepted"]] * 3
    assert not any(each["is_limited"] for name in NAMES for each in shop.sim.collaborators(name))
    shop.calls()
    assert not shop.run(**options).changed and shop.writes() == []
    moved = here(
        "scalingo_project_transfer",
        connect(shop.sim, shop.mireille),
        project_name="shop",
        new_owner_api_token=shop.tomasz.api_token,
        state="accepted",
    )
    assert moved.changed, moved.msg


def test_pending_invitation_is_not_repeated_but_accepted(shop: Shop) -> None:
    shop.run(email=EMAIL)
    shop.calls()
    done = shop.run(email=EMAIL, collaborator_api_token=shop.tomasz.api_token)
    assert done.changed and shop.writes() == ["GET /v1/apps/collaboration"] * 3
    assert len(shop.sim.emails) == 3


@pytest.mark.parametrize("shop", [{}, {"limited_link": True}], indirect=True)
def test_limited_pending_invitation_is_raised_and_accepted(shop: Shop) -> None:
    shop.run(email=EMAIL, limited=True)
    assert shop.sim.collaborators("shop-web")[0]["is_limited"]
    done = shop.run(email=EMAIL, collaborator_api_token=shop.tomasz.api_token)
    assert not done.failed and states(done) == dict.fromkeys(NAMES, "accepted")
    assert not any(each["is_limited"] for name in NAMES for each in shop.sim.collaborators(name))


def test_person_is_removed_from_each_resource(shop: Shop) -> None:
    shop.sim.set_collaborator("shop-web", shop.tomasz)
    shop.sim.set_collaborator("shop-worker", EMAIL, role="pending")
    shop.sim.set_collaborator("shop-db", shop.ines)
    predicted = shop.run(check=True, user="tomasz", state="absent")
    done = shop.run(user="tomasz", state="absent")
    assert done.changed and done["diff"] == predicted["diff"]
    assert [len(shop.status(name)) for name in NAMES] == [1, 0, 0], "ines stays"
    assert not shop.run(user="tomasz", state="absent").changed


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("who", ["mireille", "ines"])
def test_token_of_another_person_fails_before_a_write(shop: Shop, who: str, check: bool) -> None:
    token = getattr(shop, who).api_token
    result = shop.run(check=check, email=EMAIL, collaborator_api_token=token)
    assert result.failed and f"'{who}'" in result.msg and shop.writes() == []


@pytest.mark.parametrize(
    "options", [{"email": "mireille@example.org"}, {"user": "mireille"}, {"user": "nobody"}], ids=str
)
def test_owner_or_unknown_user_fails_before_a_write(shop: Shop, options: dict[str, Any]) -> None:
    assert shop.run(**options).failed and shop.writes() == []


@pytest.mark.parametrize("project", [{"project_name": "missing"}, {"project_id": "prj-missing"}], ids=str)
def test_unknown_project_fails(shop: Shop, project: dict[str, str]) -> None:
    result = shop.run(email=EMAIL, **{"project_name": None, **project})
    assert result.failed and "region" in result.msg


def test_project_of_a_name_is_the_own_one(shop: Shop) -> None:
    theirs = shop.sim.add_project(shop.ines, "solo")
    shop.sim.add_application(theirs["id"], "solo-web", collaborators=[shop.mireille])
    mine = shop.sim.add_project(shop.mireille, "solo")
    shop.sim.add_database(mine["id"], "solo-db")
    assert states(shop.run(email=EMAIL, project_name="solo")) == {"solo-db": "pending"}


@pytest.mark.parametrize("check", [True, False], ids=["check", "run"])
def test_project_of_another_user_that_holds_only_databases_fails(shop: Shop, check: bool) -> None:
    """Only applications show their owner."""
    theirs = shop.sim.add_project(shop.ines, "data")
    shop.sim.add_database(theirs["id"], "data-db", collaborators=[shop.mireille])
    for email in (shop.ines.email, EMAIL):
        result = shop.run(check, email=email, project_id=theirs["id"])
        assert result.failed and "'ines'" in result.msg
    assert shop.writes() == [] and shop.sim.emails == []


def test_person_with_two_addresses_is_one(shop: Shop) -> None:
    shop.sim.set_collaborator("shop-web", shop.tomasz)
    shop.sim.set_collaborator("shop-worker", shop.tomasz)
    link = shop.sim.collaborators("shop-worker")[0]
    removed = shop.run(email=link["email"], state="absent")
    assert states(removed) == dict.fromkeys(NAMES, "none")


@pytest.mark.parametrize(
    "options",
    [{"email": EMAIL, "limited": True, "collaborator_api_token": "tk-us-1"}, {"user": EMAIL, "state": "absent"}],
    ids=["limited-with-token", "email-as-user"],
)
def test_impossible_options_send_nothing(shop: Shop, options: dict[str, Any]) -> None:
    assert shop.run(**options).failed
    assert shop.calls() == []


def test_empty_project_has_nothing_to_collaborate_on(shop: Shop) -> None:
    empty = shop.sim.add_project(shop.mireille, "empty")
    result = shop.run(email=EMAIL, project_id=empty["id"])
    assert not result.failed and not result.changed and result["collaborations"] == []


@pytest.mark.parametrize(
    ("method", "path", "token", "done"),
    [
        ("POST", "*/shop-web/collaborators", False, {"shop-db": "pending"}),
        ("POST", "*/shop-db/collaborators", False, {}),
        ("POST", "*/shop-web/collaborators", True, {"shop-db": "accepted"}),
        ("GET", "*/collaboration", True, {"shop-db": "pending"}),
    ],
)
def test_failure_returns_what_was_done_and_what_was_not(
    shop: Shop, method: str, path: str, token: bool, done: dict[str, str]
) -> None:
    shop.sim.fault("status", method=method, path=path, status=403, body={"error": "no"}, times=None)
    result = shop.run(email=EMAIL, **({"collaborator_api_token": shop.tomasz.api_token} if token else {}))
    assert result.failed and result["error"]["status"] == 403
    assert states(result) == {**dict.fromkeys(NAMES, "none"), **done}
    assert {each["resource"] for each in result["collaborations"] if each["changed"]} == set(done)
    assert result["emails"] == len(shop.sim.emails) == len(done) and result.changed is bool(done)
    assert result["pending"] == list(done.values()).count("pending")
    assert [bool(result["diff"][side]["shop-db"]) for side in ("before", "after")] == [False, bool(done)]
    assert result["diff"]["after"]["shop-worker"] is None
    missed = result.msg.partition("Not attempted: ")[2]
    assert "invite 'tomasz@example.org' to collaborate on 'shop-worker'" in missed
    assert ("accept the invitation to collaborate on 'shop-worker'" in missed) is token
    assert ("Nothing was written." in result.msg) is not bool(done)


def test_invitation_link_is_in_no_result(shop: Shop) -> None:
    result = shop.run(email=EMAIL)
    links = [each["invitation_link"] for name in NAMES for each in shop.sim.collaborators(name)]
    secrets = [link.rpartition("=")[2] for link in links] + [shop.mireille.api_token]
    shop.sim.fault("garbage", method="GET", path="/v1/collaborators", body=str(links), times=None)
    broken = shop.run(email=EMAIL, max_wait=0)
    assert broken.failed
    shop.sim.clear_faults()
    shop.sim.fault(
        "status", method="GET", path="*/collaboration", status=404, body={"error": "no", "resource": links[0]}
    )
    rejected = shop.run(email=EMAIL, collaborator_api_token=shop.tomasz.api_token)
    assert rejected.failed
    assert not [secret for secret in secrets if secret in str([result.values, broken.values, rejected.values])]
