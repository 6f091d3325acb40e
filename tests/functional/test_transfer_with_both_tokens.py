# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One task transfers a project, and one task transfers many, with the tokens of both users."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from simulator import Simulator

from .playbook import TaskResult, connect, here


class Cast:
    """A simulator with an owner, a new owner, and someone else, and the projects of the owner."""

    def __init__(self, **switches: Any) -> None:
        self.sim = Simulator(**switches)
        self.mireille, self.tomasz, self.ines = (self.sim.add_account(name) for name in ("mireille", "tomasz", "ines"))

    def project(self, name: str, *collaborators: Any) -> dict[str, Any]:
        """Add a project of mireille's with one application, on which tomasz collaborates unless others are named."""
        project: dict[str, Any] = self.sim.add_project(self.mireille, name)
        self.sim.add_application(project["id"], f"{name}-web", collaborators=list(collaborators or [self.tomasz]))
        return project

    def transfer(self, check: bool = False, **options: Any) -> TaskResult:
        """Run scalingo_project_transfer with state accepted as mireille, with the token of tomasz by default."""
        options = {"state": "accepted", "new_owner_api_token": self.tomasz.api_token, **options}
        return here("scalingo_project_transfer", connect(self.sim, self.mireille), check=check, **options)

    def transfers(self, *items: dict[str, Any], check: bool = False, **options: Any) -> TaskResult:
        """Run scalingo_project_transfers as mireille."""
        return here(
            "scalingo_project_transfers",
            connect(self.sim, self.mireille),
            check=check,
            transfers=list(items),
            **options,
        )

    def calls(self) -> list[str]:
        """Return the requests to the API since the last call of this, without those to the authentication host."""
        calls = [call for call in self.sim.calls() if " auth " not in call]
        self.sim.clear_requests()
        return calls

    def writes(self) -> list[str]:
        return [call for call in self.calls() if not call.startswith("GET")]

    def owner_of(self, project: dict[str, Any]) -> str:
        owner: str = self.sim.project(project["id"])["owner"]["username"]
        return owner


@pytest.fixture
def cast() -> Iterator[Cast]:
    cast = Cast()
    with cast.sim:
        yield cast


@pytest.fixture
def cast_with(request: pytest.FixtureRequest) -> Iterator[Cast]:
    cast = Cast(**request.param)
    with cast.sim:
        yield cast


@pytest.mark.parametrize("named", ["project_id", "project_name"])
@pytest.mark.parametrize("new_owner", ["tomasz", ""])
def test_transfer_with_both_tokens_is_predicted_done_and_then_unchanged(cast: Cast, named: str, new_owner: str) -> None:
    project = cast.project("shop")
    options = {named: project["id"] if named == "project_id" else "shop", "new_owner": new_owner}
    predicted = cast.transfer(check=True, **options)
    assert cast.writes() == []
    done = cast.transfer(**options)
    assert cast.writes() == [
        f"POST /v1/projects/{project['id']}/transfer_invitations",
        f"POST /v1/projects/{project['id']}/transfer_invitations/{done['transfer_invitation']['id']}/accept",
    ]
    assert predicted.changed and done.changed and cast.owner_of(project) == "tomasz"
    for key in ("invited_user_id", "invited_user_name", "inviter_user_id", "project_id", "status"):
        assert predicted["transfer_invitation"][key] == done["transfer_invitation"][key]
    assert predicted["project"]["owner"] == done["project"]["owner"]
    assert [predicted["diff"][side]["owner"] for side in ("before", "after")] == ["mireille", "tomasz"]
    assert [done["diff"][side]["owner"] for side in ("before", "after")] == ["mireille", "tomasz"]
    assert done["diff"]["after"]["status"] == predicted["diff"]["after"]["status"] == "accepted"
    again = cast.transfer(**options)
    assert not again.changed and again["project"]["owner"]["username"] == "tomasz"
    assert cast.writes() == []


def test_transfer_with_both_tokens_uses_a_pending_invitation(cast: Cast) -> None:
    project = cast.project("shop")
    invitation = cast.sim.add_invitation(project["id"], cast.tomasz)
    done = cast.transfer(project_id=project["id"], new_owner="tomasz")
    assert cast.writes() == [f"POST /v1/projects/{project['id']}/transfer_invitations/{invitation['id']}/accept"]
    assert done["transfer_invitation"]["id"] == invitation["id"]


@pytest.mark.parametrize(
    ("who", "new_owner", "named"),
    [
        ("mireille", "", "mireille"),
        ("mireille", "tomasz", "mireille"),
        ("ines", "tomasz", "ines"),
        ("ines", "", "ines"),
    ],
    ids=["the-owner's", "the-owner's-for-another", "a-third-person's", "not-eligible"],
)
@pytest.mark.parametrize("check", [True, False])
def test_transfer_with_the_token_of_another_user_fails_before_a_write(
    cast: Cast, who: str, new_owner: str, named: str, check: bool
) -> None:
    project = cast.project("shop")
    token = getattr(cast, who).api_token
    result = cast.transfer(check=check, project_id=project["id"], new_owner=new_owner, new_owner_api_token=token)
    assert result.failed and f"'{named}'" in result.msg and token not in result.msg
    assert cast.writes() == []


def test_token_of_another_user_who_owns_the_project_is_not_taken_for_a_transfer(cast: Cast) -> None:
    project = cast.project("shop", cast.ines)
    assert cast.transfer(project_id=project["id"], new_owner="ines", new_owner_api_token=cast.ines.api_token).changed
    for named in ({"project_id": project["id"]}, {"project_name": "shop"}):
        result = cast.transfer(new_owner="tomasz", new_owner_api_token=cast.ines.api_token, **named)
        assert result.failed and "'ines'" in result.msg


def test_token_of_another_user_names_no_blockers(cast: Cast) -> None:
    """Else the role would make that user eligible."""
    project = cast.project("shop", cast.ines)
    result = cast.transfer(project_id=project["id"], new_owner="tomasz", new_owner_api_token=cast.ines.api_token)
    assert result.failed and "'ines'" in result.msg and "blockers" not in result.values


def test_transfer_with_both_tokens_of_a_declined_invitation_needs_reinvite(cast: Cast) -> None:
    project = cast.project("shop")
    cast.sim.add_invitation(project["id"], cast.tomasz, status="declined")
    assert cast.transfer(project_id=project["id"], new_owner="tomasz", reinvite=False).failed
    assert cast.writes() == []
    assert cast.transfer(project_id=project["id"], new_owner="tomasz").changed


@pytest.mark.parametrize("replace", [True, False])
def test_transfer_with_both_tokens_while_another_user_is_invited_needs_replace(cast: Cast, replace: bool) -> None:
    project = cast.project("shop", cast.tomasz, cast.ines)
    cast.sim.add_invitation(project["id"], cast.ines)
    result = cast.transfer(project_id=project["id"], new_owner="tomasz", replace=replace)
    assert result.failed is not replace
    assert cast.owner_of(project) == ("tomasz" if replace else "mireille")


def test_transfer_to_an_ineligible_user_names_the_blockers(cast: Cast) -> None:
    project = cast.project("shop")
    cast.sim.add_application(project["id"], "shop-worker", limited=[cast.tomasz])
    cast.sim.add_application(project["id"], "shop-cron", pending=[cast.tomasz])
    cast.sim.add_database(project["id"], "shop-db")
    result = cast.transfer(project_id=project["id"], new_owner="tomasz")
    assert result.failed and cast.writes() == []
    assert result["blockers"] == [
        {"resource": "shop-cron", "type": "app", "reason": "invitation_pending"},
        {"resource": "shop-db", "type": "database", "reason": "not_a_collaborator"},
        {"resource": "shop-worker", "type": "app", "reason": "limited"},
    ]
    assert "community.scalingo.scalingo_project_collaborator" in result.msg


def test_acceptance_that_the_api_rejects_fails_at_once_and_leaves_the_invitation(cast: Cast) -> None:
    project = cast.project("shop")
    cast.sim.fault("status", method="POST", path="*/accept", status=422, body={"error": "no billing profile"})
    result = cast.transfer(project_id=project["id"], new_owner="tomasz")
    assert result.failed and "no billing profile" in result.msg and result["error"]["status"] == 422
    assert result.changed, "the invitation was made"
    assert result["transfer_invitation"]["id"] == cast.sim.invitations(project["id"])[0]["id"]
    assert len([call for call in cast.writes() if call.endswith("/accept")]) == 1


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
@pytest.mark.parametrize("path", ["*/transfer_invitations", "*/accept"])
def test_lost_response_of_a_transfer_is_settled_by_reading(cast: Cast, kind: str, path: str) -> None:
    project = cast.project("shop")
    cast.sim.fault(kind, method="POST", path=path)
    result = cast.transfer(project_id=project["id"], new_owner="tomasz")
    assert not result.failed and result.changed and cast.owner_of(project) == "tomasz"
    assert len(cast.sim.invitations(project["id"])) == 1


@pytest.mark.parametrize(
    "cast_with",
    [{"old_owner_reads": False}, {"list_collaborations": True}, {"old_owner_role": "none"}, {}],
    indirect=True,
    ids=str,
)
@pytest.mark.parametrize("named", ["project_id", "project_name"])
def test_project_that_was_transferred_before_is_left_alone(cast_with: Cast, named: str) -> None:
    project = cast_with.project("shop")
    options = {named: project["id"] if named == "project_id" else "shop", "new_owner": "tomasz"}
    assert cast_with.transfer(**options).changed
    cast_with.calls()
    again = cast_with.transfer(**options)
    assert not again.failed and not again.changed and again["project"]["owner"]["username"] == "tomasz"
    assert cast_with.writes() == []


def test_project_of_that_name_that_the_new_owner_always_had_is_not_taken_for_it(cast: Cast) -> None:
    cast.sim.add_project(cast.tomasz, "shop")
    result = cast.transfer(project_name="shop", new_owner="tomasz")
    assert result.failed and cast.writes() == []


def test_list_of_transfers_costs_one_list_and_one_exchange_per_token(cast: Cast) -> None:
    names = ["api", "blog", "shop"]
    projects = [cast.project(name) for name in names]
    items = [
        {"project_name": name, "new_owner": "tomasz", "new_owner_api_token": cast.tomasz.api_token} for name in names
    ]
    predicted = cast.transfers(*items, check=True)
    assert [outcome["action"] for outcome in predicted["outcomes"]] == ["invite_and_accept"] * 3
    exchanges = [call for call in cast.sim.calls() if call.endswith("/exchange")]
    calls = cast.calls()
    assert len(exchanges) == 2 and calls.count("GET /v1/projects") == 1
    assert all(call.startswith("GET") for call in calls)
    done = cast.transfers(*items)
    assert done.changed and [outcome["action"] for outcome in done["outcomes"]] == ["invite_and_accept"] * 3
    assert [cast.owner_of(project) for project in projects] == ["tomasz"] * 3
    assert all(outcome["project"]["owner"]["username"] == "tomasz" for outcome in done["outcomes"])
    cast.calls()
    again = cast.transfers(*items)
    assert not again.changed and [outcome["action"] for outcome in again["outcomes"]] == ["none"] * 3
    # The list, the applications that show the IDs, and one list as the new owner.
    assert cast.calls() == ["GET /v1/projects", "GET /v1/apps", "GET /v1/projects"]


@pytest.mark.parametrize("continue_on_failure", [True, False])
def test_list_of_transfers_with_a_failing_item(cast: Cast, continue_on_failure: bool) -> None:
    shop, blog = cast.project("shop", cast.ines), cast.project("blog")
    token = {"new_owner": "tomasz", "new_owner_api_token": cast.tomasz.api_token}
    items = [{"project_name": "shop", **token}, {"project_name": "missing", **token}, {"project_name": "blog", **token}]
    result = cast.transfers(*items, continue_on_failure=continue_on_failure)
    assert result.failed and result.changed is continue_on_failure
    outcomes = result["outcomes"]
    assert [outcome["failed"] for outcome in outcomes] == [True, continue_on_failure, False]
    assert outcomes[0]["blockers"] == [{"resource": "shop-web", "type": "app", "reason": "not_a_collaborator"}]
    assert outcomes[0]["project_id"] == shop["id"] and not outcomes[0]["unknown"]
    assert outcomes[1]["unknown"] is continue_on_failure
    assert cast.owner_of(blog) == ("tomasz" if continue_on_failure else "mireille")
    assert cast.tomasz.api_token not in str(result.values)


def test_list_of_transfers_continues_after_an_item_that_cannot_be_right(cast: Cast) -> None:
    project = cast.project("shop")
    items = [
        {"project_name": "blog", "new_owner": "a@example.org"},
        {"project_id": project["id"], "new_owner": "tomasz"},
    ]
    result = cast.transfers(*items, continue_on_failure=True)
    assert [outcome["failed"] for outcome in result["outcomes"]] == [True, False]
    assert result["outcomes"][1]["action"] == "invite"


def test_list_of_transfers_without_a_token_invites(cast: Cast) -> None:
    project = cast.project("shop")
    result = cast.transfers({"project_id": project["id"], "new_owner": "tomasz"})
    (outcome,) = result["outcomes"]
    assert outcome["action"] == "invite" and outcome["transfer_invitation"]["status"] == "pending"


@pytest.mark.parametrize(
    "items",
    [
        [{"project_name": "shop", "new_owner": "tomasz"}] * 2,
        [{"project_name": "shop"}],
        [{"new_owner": "tomasz"}],
        [{"project_name": "shop", "new_owner": "tomasz@example.org"}],
        [{"project_name": "shop", "new_owner": "tomasz", "state": "accepted"}],
        [{"project_name": "shop", "new_owner": "tomasz", "state": "declined"}],
    ],
    ids=["twice", "no-owner", "no-project", "email", "no-token", "declined"],
)
def test_list_of_transfers_that_cannot_be_right_sends_nothing(cast: Cast, items: list[dict[str, Any]]) -> None:
    assert cast.transfers(*items).failed
    assert cast.sim.calls() == []
