# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task says and does when somebody else was faster: their work is not claimed, and their doing is named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.community.scalingo.plugins.module_utils._ensure import MAX_WRITES, ensure_project
from ansible_collections.community.scalingo.plugins.module_utils._errors import (
    CannotError,
    ConflictError,
    ForbiddenError,
    NotFoundError,
    RequestError,
    ScalingoError,
    TransportError,
)
from ansible_collections.community.scalingo.plugins.module_utils._plan import Action, Wanted
from ansible_collections.community.scalingo.plugins.module_utils._transfer import ensure_transfer
from test_ensure_all import StrictApi, absent, account, named, rename, run, writes
from test_transfer import TransferApi
from test_transfer_plan import invitation, wanted
from world import ME, TOMASZ, api_error, lost


def at_write(api: Any, number: int, work: Callable[[], Any]) -> None:
    """Let somebody else do something just before a write of the task."""
    before: list[str] = []

    def between() -> None:
        before.append("write")
        if len(before) == number:
            work()

    api.between = between


# One project


def test_what_somebody_else_created_is_not_shown_as_created() -> None:
    api = account()
    at_write(api, 1, lambda: StrictApi._create(api, "web", False))
    outcome = ensure_project(api, Wanted(name="web", default=True), False)
    assert (outcome.changed, outcome.plan.action) == (True, Action.UPDATE)
    assert outcome.diff["before"] == {"name": "web", "default": False, "default_project": "home"}


def test_what_somebody_else_created_may_show_late_in_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    api = account()
    stale = [dict(each) for each in api.projects]
    late = 2

    def list_late() -> list[dict[str, Any]]:
        nonlocal late
        late -= len(api.projects) > len(stale)
        return stale if late > 0 else [dict(each) for each in api.projects]

    monkeypatch.setattr(api, "list_projects", list_late)
    at_write(api, 1, lambda: StrictApi._create(api, "web", False))
    outcome = ensure_project(api, Wanted(name="web"), False)
    assert (outcome.changed, outcome.project["name"], writes(api)) == (False, "web", ["create_project"])


@pytest.mark.parametrize("lose", [False, True], ids=["refused", "answer-lost"])
def test_an_endless_struggle_ends_and_hides_no_lost_write(lose: bool) -> None:
    """Somebody else creates and deletes the project just before each write."""
    api = account()

    def create_or_delete() -> None:
        if any(each["name"] == "web" for each in api.projects):
            api.projects.pop()
        else:
            StrictApi._create(api, "web", False)

    api.mishaps = [lost(done=False)] if lose else []
    api.mishaps += [(api_error(ConflictError, 409), False)] * 99
    api.between = create_or_delete
    with pytest.raises(ScalingoError, match="Somebody else keeps changing the same projects") as error:
        ensure_project(api, Wanted(name="web", default=True), False)
    assert ("whose answer was lost, may have done it" in str(error.value)) is lose
    assert len(writes(api)) == MAX_WRITES


def test_a_refusal_says_what_has_become_of_the_project() -> None:
    api = account("web")
    delete = api.delete_project

    def make_default_and_delete(project_id: str) -> None:
        StrictApi._update(api, project_id, {"default": True})
        delete(project_id)

    api.delete_project = make_default_and_delete
    with pytest.raises(ConflictError, match=r"^Cannot delete project web .* is the default project, which the API "):
        ensure_project(api, Wanted(name="web", state="absent"), False)


def test_a_project_by_id_that_is_gone_is_said_to_be() -> None:
    api = account("web")
    at_write(api, 1, api.projects.pop)
    with pytest.raises(NotFoundError, match="It is not there any more, or this account may not see it any more"):
        ensure_project(api, Wanted(project_id=api.projects[1]["id"], default=True), False)


def test_a_project_that_was_deleted_is_created_anew() -> None:
    api = account("web")
    at_write(api, 1, api.projects.pop)
    assert ensure_project(api, Wanted(name="web", default=True), False).changed
    assert writes(api) == ["update_project", "create_project"]


@pytest.mark.parametrize(("kind", "status"), [(ForbiddenError, 403), (NotFoundError, 404)])
def test_a_project_that_was_handed_over_is_not_created_anew(
    kind: type[RequestError], status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = account("web")

    def hand_over() -> None:
        api.projects[1]["owner"] = TOMASZ
        monkeypatch.setattr(api, "list_projects", lambda: api.projects[:1])

    api.mishaps = [(api_error(kind, status), False)]
    at_write(api, 1, hand_over)
    with pytest.raises(kind, match=r"^Cannot change project web .* Meanwhile the project belongs to tomasz"):
        ensure_project(api, Wanted(name="web", default=True), False)
    assert writes(api) == ["update_project"]


@pytest.mark.parametrize("owner", [TOMASZ, ME], ids=["handed-over", "hidden"])
def test_a_lost_write_to_what_is_not_listed_any_more_is_left_open(
    owner: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    api = account("web")

    def hide() -> None:
        api.projects[1]["owner"] = owner
        monkeypatch.setattr(api, "list_projects", lambda: api.projects[:1])

    api.mishaps = [lost(done=False)]
    at_write(api, 1, hide)
    with pytest.raises(TransportError, match=r"^Cannot change .* Whether it was done before that is not known\.$"):
        ensure_project(api, Wanted(name="web", default=True), False)
    assert writes(api) == ["update_project"]


def test_a_project_that_cannot_be_read_any_more_is_not_created_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    api = account("web")

    def forbid(_project_id: str) -> None:
        raise api_error(ForbiddenError, 403)

    def hide() -> None:
        monkeypatch.setattr(api, "list_projects", lambda: api.projects[:1])
        monkeypatch.setattr(api, "get_project", forbid)

    api.mishaps = [(api_error(ForbiddenError, 403), False)]
    at_write(api, 1, hide)
    with pytest.raises(ForbiddenError, match="It is not listed any more, but it is still there"):
        ensure_project(api, Wanted(name="web", default=True), False)
    assert writes(api) == ["update_project"]


# Lists


def test_the_outcome_of_an_item_is_what_was_done_about_it() -> None:
    api = account()
    at_write(api, 1, lambda: StrictApi._create(api, "web", False))
    result = run(api, named("web", default=True), named("shop"))
    assert [outcome["action"] for outcome in result["outcomes"]] == ["update", "create"]
    assert result["diff"]["before"] == {"projects": {"web": "web", "shop": None}, "default_project": "home"}


def test_the_diff_of_a_list_leaves_out_what_others_did() -> None:
    api = account("old")

    def do_it_all() -> None:
        StrictApi._create(api, "web", True)
        api.projects[:] = [each for each in api.projects if each["name"] != "old"]

    at_write(api, 1, do_it_all)
    result = run(api, named("web", default=True), absent("old"))
    assert not result["changed"]
    assert result["diff"]["before"] == result["diff"]["after"] == {"projects": {"web": "web", "old": None}}


def test_a_list_does_not_delete_what_has_got_the_name_of_another_item() -> None:
    api = account("old")
    at_write(api, 1, lambda: api.projects[1].update(name="web"))
    with pytest.raises(CannotError, match=r"^In item 1 .*Project web .* is what item 2 .* means, too") as error:
        run(api, named("web"), absent("old"))
    assert "Not tried any more: delete project old" in str(error.value)
    assert writes(api) == ["create_project"]


def test_a_list_notices_that_its_default_project_is_not_it_any_more() -> None:
    api = account()
    at_write(api, 2, lambda: StrictApi._create(api, "shop", True))
    with pytest.raises(CannotError, match=r"Project shop .* is the default project now, and not web") as error:
        run(api, named("web", default=True), named("shop"))
    assert "Done before: create project web." in str(error.value)
    assert error.value.result["changed"]


def test_a_list_is_content_with_a_default_project_of_its_own() -> None:
    api = account("web")
    assert run(api, rename("web", "shop", default=True), rename("home", "old"))["changed"]


# Transfers


@pytest.mark.parametrize("moment", ["list_invitations", "list_eligible_new_owners"])
def test_a_project_handed_over_between_two_reads_is_read_again(moment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    api = TransferApi()

    def hand_over(_project_id: str) -> None:
        api.projects[0]["owner"] = TOMASZ
        raise api_error(ForbiddenError, 403)

    monkeypatch.setattr(api, moment, hand_over)
    outcome = ensure_transfer(api, wanted(new_owner="tomasz"), False)
    assert (outcome.changed, outcome.project["owner"]) == (False, TOMASZ)


def test_a_project_of_somebody_else_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    api = TransferApi()
    api.projects[0]["owner"] = {**TOMASZ, "id": "us-else", "username": "somebody"}

    def forbid(_project_id: str) -> None:
        raise api_error(ForbiddenError, 403)

    monkeypatch.setattr(api, "list_invitations", forbid)
    with pytest.raises(ForbiddenError, match="Only the owner of project"):
        ensure_transfer(api, wanted(new_owner="tomasz"), False)
    assert api.calls == ["get_project"]


def test_a_refused_invitation_says_what_cannot_be_read_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    api = TransferApi(invitation())

    def vanish(_project_id: str) -> None:
        raise api_error(NotFoundError, 404)

    api.mishaps = [(api_error(ForbiddenError, 403), False)]
    at_write(api, 1, lambda: monkeypatch.setattr(api, "get_project", vanish))
    with pytest.raises(ForbiddenError, match=r"^Cannot cancel the invitation .* cannot be read by this account"):
        ensure_transfer(api, wanted(state="canceled"), False)
