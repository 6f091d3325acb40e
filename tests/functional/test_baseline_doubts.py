# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role project_baseline where it cannot know: it says so, claims nothing, and does what can be done for sure."""

from __future__ import annotations

from typing import Any

import pytest

from .assumptions import ACCEPTED, COUNTED, OWN
from .baseline import failure, report, role, told
from .expect import EXCHANGE, LIST, assert_one_sentence, outline, writes
from .playbook import PlaybookRun, Story, connect

# A project that was handed over is hidden from its old owner in every way.
ASSUMED = {**COUNTED, **ACCEPTED, **OWN, "invitee_list": True, "invitee_project": True, "old_owner_reads": False}


class Stories:
    """Accounts whose shop can be handed over to a friend of theirs, and what is done with them."""

    def __init__(self, sim: Any) -> None:
        self.sim = sim
        self.told: list[Story] = []

    def party(self, name: str, *projects: str) -> tuple[Any, Any, dict[str, Any]]:
        """An account, its friend, and the handoff of its shop."""
        me, friend = self.sim.add_account(name), self.sim.add_account(f"{name}-friend")
        for each in projects:
            project = self.sim.add_project(me, each)["id"]
            self.sim.add_application(project, f"{name}-{each}", collaborators=[friend])
        handoff = {"project": "shop", "new_owner": friend.username, "new_owner_api_token": friend.api_token}
        return me, friend, handoff

    def lose(self, account: Any, path: str, reads: int | None = None) -> None:
        """The answer to the next write to this path is lost, and that many reads after it are not answered."""
        write = self.sim.fault("drop_after", method="POST", path=path, account=account.username)
        self.sim.fault("drop_before", method="GET", account=account.username, times=reads, after=write)

    def tell(self, me: Any, *steps: list[dict[str, Any]]) -> None:
        tasks = [task for step in steps for task in step]
        self.told.append(Story(me.username, tasks, connect(self.sim, me, max_wait=0)))


def _without_token(handoff: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in handoff.items() if key != "new_owner_api_token"}


@pytest.fixture(scope="module")
def run(sim: Any, teller: Any) -> PlaybookRun:
    stories = Stories(sim)
    many = [{"name": name} for name in ("default", "web", "api")]

    me, _friend, _handoff = stories.party("created")
    stories.lose(me, "/v1/projects")
    stories.tell(me, role("run", projects=many))

    # Read back too early, but the other projects can be looked at.
    me, _friend, handoff = stories.party("created-partly", "shop")
    stories.lose(me, "/v1/projects", reads=1)
    stories.tell(me, role("run", projects=many, handoffs=[handoff]), role("again", projects=many, handoffs=[handoff]))

    me, _friend, handoff = stories.party("invited", "shop")
    stories.lose(me, "*/transfer_invitations")
    stories.tell(me, role("run", handoffs=[handoff]))

    me, friend, handoff = stories.party("accepted", "shop")
    stories.lose(friend, "*/accept")
    lonely = {"project": "lonely", "new_owner": friend.username}
    sim.add_project(me, "lonely")
    stories.tell(me, role("run", handoffs=[handoff]), role("more", handoffs=[lonely]))

    # Of two things that go wrong, one is certain.
    me, friend, handoff = stories.party("both", "shop")
    sim.add_project(me, "lonely")
    stories.lose(friend, "*/accept")
    stories.tell(me, role("run", handoffs=[{"project": "lonely", "new_owner": friend.username}, handoff]))

    # Nothing was written, and the answer to what is read is lost.
    me, _friend, _handoff = stories.party("unread", "old")
    sim.fault("drop_before", method="GET", path="/v1/apps", account=me.username, times=None)
    stories.tell(me, role("audit", check=True, projects=[{"name": "old", "state": "absent"}, {"name": "web"}]))

    # One project is known by its ID, which is hidden once it is handed over by its name.
    me, _friend, handoff = stories.party("hidden", "shop")
    shop = next(each["id"] for each in sim.projects(owner="hidden") if each["name"] == "shop")
    by_id = {"default_project": "main", "rename_default": True, "projects": [{"project_id": shop}, {"name": "web"}]}
    later = {**by_id, "projects": [*by_id["projects"], {"name": "later"}]}
    without = [_without_token(handoff)]
    stories.tell(
        me,
        role("hand over", projects=by_id["projects"], handoffs=[handoff]),
        role("audit", check=True, **later, handoffs=[handoff]),
        role("run", **later, handoffs=[handoff]),
        role("again", **later, handoffs=[handoff]),
        role("without token", projects=[{"project_id": shop}, {"name": "last"}], handoffs=without),
        role("without handoff", projects=[{"project_id": shop}, {"name": "never"}]),
    )

    # The friend has a project of that name, which was always theirs.
    me, friend, handoff = stories.party("namesake")
    sim.add_project(friend, "shop")
    stories.tell(
        me,
        role("run", handoffs=[handoff]),
        # The friend cannot show where it comes from.
        role("refused", handoffs=[handoff]),
    )
    sim.fault("status", method="GET", path="*/transfer_invitations", account=friend.username, skip=1, status=403)

    me, _friend, _handoff = stories.party("renaming")
    renaming = {"default_project": "production", "rename_default": True}
    wrong = [{"name": "Bad"}, {"name": "web"}]
    stories.tell(
        me,
        role("audit", check=True, projects=wrong, **renaming),
        role("run", projects=wrong, **renaming),
        role("mended", projects=wrong[1:], **renaming),
    )

    return teller(stories.told, "-vv")


def test_a_project_that_may_have_been_created_is_unknown(run: PlaybookRun, sim: Any) -> None:
    assert told(run, "created", "run") == [
        "project:default None none",
        "project:web None none",
        "project:api None none",
    ]
    found = report(run, "created", "run")
    assert found["unknown_count"] == 3
    assert found["items"][1]["actual"] == "not known"
    assert "Whether it was done is not known" in found["items"][1]["remedy"]
    assert "Whether it was done is not known" in (failure(run, "created", "run") or "")
    assert outline(sim.projects(owner="created")) == "*default web"


def test_what_is_known_of_the_others_is_told_and_done_nevertheless(run: PlaybookRun, sim: Any) -> None:
    assert told(run, "created-partly", "run") == [
        "project:default True none",
        "project:web None none",
        "project:api False none",
        "handoff:shop True invite and accept",
    ]
    message = failure(run, "created-partly", "run") or ""
    assert_one_sentence(message)
    assert "Whether it was done is not known" in message
    assert told(run, "created-partly", "again")[:3] == [
        "project:default True none",
        "project:web True none",
        "project:api True create",
    ]


@pytest.mark.parametrize(("name", "action"), [("invited", "none"), ("accepted", "invite")])
def test_a_handoff_that_may_have_been_done_is_unknown(run: PlaybookRun, name: str, action: str) -> None:
    assert told(run, name, "run") == [f"handoff:shop None {action}"]
    item = report(run, name, "run")["items"][0]
    assert item["actual"] == "not known"
    assert "Whether it was done is not known" in item["remedy"]
    assert "Whether it was done is not known" in (failure(run, name, "run") or "")


def test_an_error_and_a_doubt_are_both_reasons_to_fail(run: PlaybookRun) -> None:
    assert told(run, "both", "run") == ["handoff:lonely False error", "handoff:shop None invite"]
    message = failure(run, "both", "run") or ""
    assert message.startswith("This could not be done: handoff:lonely. The first reason: ")
    assert "Whether it was done is not known" in message


def test_a_doubt_is_forgotten_when_the_role_runs_again(run: PlaybookRun) -> None:
    assert told(run, "accepted", "more") == ["handoff:lonely False error"]
    assert "not known" not in (failure(run, "accepted", "more") or "")


def test_what_could_not_be_read_is_unknown_without_failing(run: PlaybookRun) -> None:
    assert told(run, "unread", "audit") == ["project:old None none", "project:web False create"]
    assert failure(run, "unread", "audit") is None


def test_an_id_that_is_hidden_by_its_handoff_holds_nothing_up(run: PlaybookRun, sim: Any) -> None:
    shop = next(each["id"] for each in sim.projects(owner="hidden-friend") if each["name"] == "shop")
    assert told(run, "hidden", "hand over") == [
        f"project:{shop} True none",
        "project:web True create",
        "handoff:shop True invite and accept",
    ]
    for step, compliant, create, update in (
        ("audit", False, "create", "update"),
        ("run", True, "create", "update"),
        ("again", True, "none", "none"),
    ):
        assert told(run, "hidden", step) == [
            f"default_project:main {compliant} {update}",
            f"project:{shop} True none",
            "project:web True none",
            f"project:later {compliant} {create}",
            "handoff:shop True none",
        ]
        assert failure(run, "hidden", step) is None
    assert report(run, "hidden", "again")["items"][1]["actual"] == "exists, handed over"
    assert outline(sim.projects(owner="hidden")) == "last later *main web"


def test_an_id_that_is_hidden_without_a_proof_is_unknown(run: PlaybookRun) -> None:
    found = told(run, "hidden", "without token")
    assert [each.split()[1:] for each in found] == [["None", "none"], ["True", "create"], ["None", "none"]]
    assert "may have been handed over" in report(run, "hidden", "without token")["items"][0]["remedy"]
    assert failure(run, "hidden", "without token") is None


def test_an_id_that_is_hidden_without_a_handoff_is_an_error(run: PlaybookRun) -> None:
    found = told(run, "hidden", "without handoff")
    assert [each.split()[1:] for each in found] == [["False", "error"], ["False", "none"]]
    assert failure(run, "hidden", "without handoff") is not None


@pytest.mark.parametrize("step", ["run", "refused"])
def test_a_project_that_only_has_the_same_name_is_not_called_handed_over(run: PlaybookRun, sim: Any, step: str) -> None:
    assert told(run, "namesake", step) == ["handoff:shop None none"]
    item = report(run, "namesake", step)["items"][0]
    assert "perhaps another one" in item["actual"]
    assert ("403" in item["remedy"]) is (step == "refused")
    assert failure(run, "namesake", step) is None
    assert not writes(sim.calls("namesake") + sim.calls("namesake-friend"))


def test_what_is_hidden_takes_one_more_question_to_the_new_owner(run: PlaybookRun, sim: Any) -> None:
    calls = [
        call.split("?")[0].replace(sim.projects("namesake-friend")[1]["id"], "ID")
        for call in sim.calls("namesake-friend")
    ]
    assert calls == [EXCHANGE, LIST, EXCHANGE, "GET /v1/projects/ID/transfer_invitations"] * 2


def test_the_audit_of_a_renaming_says_what_the_run_does_whatever_else_is_wrong(run: PlaybookRun, sim: Any) -> None:
    assert told(run, "renaming", "audit") == [
        "default_project:production False update",
        "project:Bad False error",
        "project:web False create",
    ]
    assert told(run, "renaming", "run") == [
        "default_project:production False none",
        "project:Bad False error",
        "project:web False none",
    ]
    for step in ("audit", "run"):
        assert report(run, "renaming", step)["items"][0]["actual"] == "is named default"
    assert told(run, "renaming", "mended") == ["default_project:production True update", "project:web True create"]
    assert outline(sim.projects(owner="renaming")) == "*production web"
