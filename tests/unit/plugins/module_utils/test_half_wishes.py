# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task says when somebody else interferes with the half of a wish that it does not write, or with the name."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.community.scalingo.plugins.module_utils._ensure import Outcome, ensure_project
from ansible_collections.community.scalingo.plugins.module_utils._errors import (
    ApiError,
    CannotError,
    ConflictError,
    NotFoundError,
    ScalingoError,
    ServerError,
    TransportError,
    ValidationError,
)
from ansible_collections.community.scalingo.plugins.module_utils._plan import Action, Wanted
from test_ensure_all import StrictApi, absent, account, named, rename, run, state, writes
from test_lost_races import at_write
from world import ME, TOMASZ, api_error, lost, project


def ensure(api: StrictApi, **wanted: Any) -> Outcome:
    return ensure_project(api, Wanted(**wanted), False)


def update(api: StrictApi, which: str, **changes: Any) -> None:
    """Somebody else changes a project."""
    found = next(each["id"] for each in api.projects if each["name"] == which)
    StrictApi._update(api, found, changes)


def after_lost_write(api: StrictApi, work: Any) -> None:
    """Let the first write be lost and not done, and somebody else do something right after it."""
    api.mishaps = [lost(done=False)]
    at_write(api, 1, work)


# The half that is not written


def test_a_default_project_that_ceases_to_be_it_while_it_is_renamed_is_no_success() -> None:
    api = account("web")
    at_write(api, 1, lambda: update(api, "web", default=True))
    with pytest.raises(CannotError, match=r"rename it to prod, but it is not the default project any more: .*n") as no:
        ensure(api, name="home", new_name="prod", default=True)
    assert (no.value.result["changed"], no.value.result["project"]["default"]) == (True, False)
    assert no.value.result["diff"] == {
        "before": {"name": "home", "default": False},
        "after": {"name": "prod", "default": False},
    }
    assert ensure(api, name="home", new_name="prod", default=True).project["default"]


def test_a_project_that_becomes_the_default_one_while_it_is_renamed_is_no_success() -> None:
    api = account("web")
    at_write(api, 1, lambda: update(api, "web", default=True))
    with pytest.raises(CannotError, match=r"it is the default project now: somebody else .*make another project") as no:
        ensure(api, name="web", new_name="shop", default=False)
    assert no.value.result["diff"]["before"] == {"name": "web", "default": True}


@pytest.mark.parametrize("by", ["name", "project_id"])
def test_a_project_that_is_renamed_while_it_becomes_the_default_one_is_no_success(by: str) -> None:
    api = account("web")
    at_write(api, 1, lambda: update(api, "web", name="shop"))
    known = {"project_id": "prj-mireille-web"} if by == "project_id" else {}
    with pytest.raises(CannotError, match="its name is shop now, and not web: somebody else") as no:
        ensure(api, **known, name="web", default=True)
    assert no.value.result["diff"] == {
        "before": {"name": "shop", "default": False, "default_project": "home"},
        "after": {"name": "shop", "default": True, "default_project": "shop"},
    }


def test_a_first_project_that_the_api_makes_the_default_one_by_itself_is_not_what_was_wanted() -> None:
    class Generous(StrictApi):
        def _create(self, name: str, default: bool) -> dict[str, Any]:
            return super()._create(name, True)

    with pytest.raises(CannotError, match=r"it is the default project now\. The API cannot unset that"):
        ensure(Generous(), name="web", default=False)


def test_what_others_do_about_the_half_that_is_not_wanted_is_no_matter_and_not_shown() -> None:
    api = account("web")
    at_write(api, 1, lambda: update(api, "web", default=True))
    outcome = ensure(api, name="web", new_name="shop")
    assert outcome.diff == {"before": {"name": "web", "default": True}, "after": {"name": "shop", "default": True}}


def test_an_answer_that_shows_the_other_half_late_is_read_again() -> None:
    api = account("web")
    shown = iter([{"default": False}, {"default": False}, {"default": False}, {}])
    read, write = api.get_project, api.update_project
    api.get_project = lambda project_id: {**read(project_id), **next(shown)}
    api.update_project = lambda project_id, changes: {**write(project_id, changes), **next(shown)}
    outcome = ensure(api, name="home", new_name="prod", default=True)
    assert outcome.project["default"]
    assert api.calls == ["list_projects", "update_project", *["get_project"] * 3]


def test_what_was_seen_to_be_done_is_not_doubted_when_it_is_undone_a_moment_later() -> None:
    api = account("web")
    at_write(api, 1, lambda: update(api, "web", name="shop"))
    read = api.get_project

    def undone(project_id: str) -> dict[str, Any]:
        update(api, "home", default=True)
        return read(project_id)

    api.get_project = undone
    with pytest.raises(CannotError, match="its name is shop now, and not web") as no:
        ensure(api, name="web", default=True)
    assert no.value.result["project"]["default"] is False
    assert no.value.result["diff"]["after"] == {"name": "shop", "default": True, "default_project": "shop"}


def test_a_list_does_not_succeed_by_halves() -> None:
    api = account("web")
    at_write(api, 1, lambda: update(api, "web", default=True))
    with pytest.raises(
        CannotError, match=r"^In item 1 .*not the default project any more: .* Not tried any more"
    ) as no:
        run(api, rename("home", "prod", default=True), named("web"), named("new"))
    assert "Nothing was written" not in str(no.value)
    result = no.value.result
    assert [each["action"] for each in result["outcomes"]] == ["update", "none", "none"]
    assert result["failed_items"] == [0]
    assert result["diff"]["before"] == {"projects": {"home": "home", "web": "web", "new": None}}
    assert result["diff"]["after"] == {"projects": {"home": "prod", "web": "web", "new": None}}


def test_a_list_tells_the_write_that_it_did_and_not_the_one_that_it_planned() -> None:
    """Its creation was refused, since somebody else was faster, so it has changed that project."""
    api = account()

    def create_or_rename() -> None:
        if len(writes(api)) == 1:
            StrictApi._create(api, "web", False)
        else:
            update(api, "web", name="shop")

    api.between = create_or_rename
    with pytest.raises(CannotError, match="its name is shop now") as no:
        run(api, named("web", default=True))
    assert no.value.result["outcomes"][0]["action"] == "update"


def test_a_list_that_finds_two_default_projects_shows_the_one_that_it_wants() -> None:
    for items in ([named("home", default=True), named("web")], [named("web"), named("home", default=True)]):
        api = StrictApi(project("home", default=True), project("web", default=True))
        result = run(api, *items)
        assert not result["changed"]
        assert {each["name"]: each["default"] for each in result["projects"]} == {"home": True, "web": False}


def test_a_list_does_not_read_again_what_still_shows_the_old_default_project() -> None:
    class Lagging(StrictApi):
        def _update(self, project_id: str, changes: dict[str, Any]) -> dict[str, Any]:
            shown = super()._update(project_id, changes)
            return {**shown, "default": True} if shown["name"] == "site" else shown

    api = Lagging(project("home", default=True), project("main"))
    result = run(api, named("main", default=True), rename("home", "site", default=False))
    assert [each["default"] for each in result["projects"]] == [True, False]
    assert "get_project" not in api.calls


def test_a_list_shows_whose_work_the_default_project_is() -> None:
    """The diff tells its own work, and the projects tell what is."""
    api = account("web", "shop")
    at_write(api, 2, lambda: update(api, "shop", default=True))
    with pytest.raises(CannotError, match=r"Project store .* is the default project now, and not web") as no:
        run(api, named("web", default=True), rename("shop", "store"))
    result = no.value.result
    assert result["diff"]["before"]["default_project"] == "home"
    assert result["diff"]["after"]["default_project"] == "web"
    assert {each["name"]: each["default"] for each in result["projects"]} == {"web": False, "store": True}


# A deletion whose answer was lost


def test_a_lost_deletion_of_what_was_renamed_is_not_claimed() -> None:
    api = account("web")
    after_lost_write(api, lambda: update(api, "web", name="shop"))
    with pytest.raises(TransportError, match=r"^Cannot delete .* Meanwhile its name is shop\. .*still be done") as no:
        ensure(api, name="web", state="absent")
    assert no.value.as_failure()["outcome_unknown"] is True
    assert "changed" not in no.value.result
    assert writes(api) == ["delete_project"]


def test_a_lost_deletion_of_what_was_handed_over_is_not_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    api = account("web")

    def hand_over() -> None:
        api.projects[1]["owner"] = TOMASZ
        monkeypatch.setattr(api, "list_projects", lambda: api.projects[:1])

    after_lost_write(api, hand_over)
    with pytest.raises(TransportError, match="Meanwhile the project belongs to tomasz"):
        ensure(api, name="web", state="absent")


@pytest.mark.parametrize("done", [True, False], ids=["done", "not-done"])
def test_a_deletion_is_not_repeated_with_another_project_of_the_name(done: bool) -> None:
    api = account("web")
    delete = api._write

    def and_then(call: str, work: Any) -> Any:
        try:
            return delete(call, work)
        finally:
            if not done:
                update(api, "web", name="shop")
            StrictApi._create(api, "web", False)

    api._write = and_then
    api.mishaps = [lost(done=done)]
    if done:
        assert ensure(api, name="web", state="absent").changed
    else:
        with pytest.raises(TransportError, match="Meanwhile its name is shop"):
            ensure(api, name="web", state="absent")
    assert writes(api) == ["delete_project"]
    assert "web" in state(api)


def test_a_refused_deletion_is_not_known_to_be_open() -> None:
    """Another project has got the name, and this one is still there."""
    api = account("web")

    def rename_and_create() -> None:
        update(api, "web", name="shop")
        StrictApi._create(api, "web", False)

    api.mishaps = [(api_error(ConflictError, 409), False)]
    at_write(api, 1, rename_and_create)
    with pytest.raises(ConflictError, match="Meanwhile its name is shop") as no:
        ensure(api, name="web", state="absent")
    assert "outcome_unknown" not in no.value.as_failure()


# A creation or an update whose answer was lost


def test_a_lost_creation_does_not_take_another_project_of_the_name_for_its_own() -> None:
    api = account("web")
    after_lost_write(api, lambda: update(api, "web", name="prod"))
    with pytest.raises(
        TransportError, match=r"Meanwhile another project has the name that the task means: prod .*known"
    ) as no:
        ensure(api, name="prod")
    assert no.value.as_failure()["outcome_unknown"] is True
    assert ensure(api, name="prod").changed is False


def test_a_list_does_not_take_another_project_of_the_name_for_its_creation() -> None:
    api = account("web")
    after_lost_write(api, lambda: update(api, "web", name="prod"))
    with pytest.raises(TransportError, match="Meanwhile another project has the name that the task means: prod"):
        run(api, named("prod"))


@pytest.mark.parametrize("wanted", [rename("web", "prod"), named("web", default=True)], ids=["rename", "default"])
def test_a_lost_update_is_not_told_of_another_project(wanted: dict[str, Any]) -> None:
    api = account("web")

    def swap() -> None:
        update(api, "web", name="foo")
        update(api, "home", name=wanted.get("new_name", "web"))

    after_lost_write(api, swap)
    with pytest.raises(TransportError, match="Meanwhile another project has the name that the task means"):
        ensure(api, **wanted)
    assert writes(api) == ["update_project"]


def test_what_is_created_after_a_lost_update_is_told_as_created() -> None:
    api = account("web")
    after_lost_write(api, api.projects.pop)
    outcome = ensure(api, name="web", default=True)
    assert (outcome.plan.action, outcome.diff["before"]) == (Action.CREATE, {"default_project": "home"})


def test_a_lost_update_of_what_somebody_else_created_is_told_as_an_update() -> None:
    api = account()
    at_write(api, 1, lambda: StrictApi._create(api, "web", False))
    api.mishaps = [(api_error(ValidationError, 422, "name: has already been taken"), False), lost(done=True)]
    outcome = ensure(api, name="web", default=True)
    assert (outcome.plan.action, outcome.changed) == (Action.UPDATE, True)
    assert outcome.diff["before"] == {"name": "web", "default": False, "default_project": "home"}


def test_a_write_whose_answer_was_lost_is_told_although_another_one_did_the_rest() -> None:
    api = account("web")

    def take_default() -> None:
        if len(writes(api)) == 2:
            return
        api.mishaps = [lost(done=True)]

    at_write(api, 1, take_default)
    look = api.list_projects

    def somebody_makes_web_default() -> list[dict[str, Any]]:
        if writes(api) and len(writes(api)) == 1:
            update(api, "web", default=True)
        return look()

    api.list_projects = somebody_makes_web_default
    outcome = ensure(api, name="home", new_name="prod", default=True)
    assert writes(api) == ["update_project", "update_project"]
    assert (outcome.diff["before"]["name"], outcome.diff["after"]["name"]) == ("home", "prod")


def test_a_write_that_was_done_is_looked_for_more_than_once_after_a_refused_repetition() -> None:
    """The list lags behind: the first look after the refusal shows nothing yet."""
    api = account("web")
    shown = [dict(each) for each in api.projects]
    look = api.list_projects

    def list_late() -> list[dict[str, Any]]:
        found = look()
        return found if api.calls.count("list_projects") > 3 else [dict(each) for each in shown]

    api.list_projects = list_late
    api.mishaps = [lost(done=True), (api_error(NotFoundError, 404), False)]
    assert ensure(api, name="web", new_name="shop").changed
    assert api.calls.count("list_projects") == 4


# Why a deletion was refused


@pytest.mark.parametrize(
    ("body", "guess"),
    [
        ({"error": "Cannot delete project with a pending transfer invitation"}, False),
        ({"error": "Cannot delete project with existing apps"}, True),
        ({"errors": {"base": [["It cannot happen now"]]}}, False),
        ({}, True),
        (None, True),
        ("<html>", True),
    ],
    ids=str,
)
def test_what_no_list_shows_is_guessed_only_without_another_reason(body: Any, guess: bool) -> None:
    api = account("web")
    refusal = api_error(ConflictError, 409)
    refusal.body = body
    api.mishaps = [(refusal, False)]
    with pytest.raises(ApiError) as no:
        ensure(api, **absent("web"))
    assert ("It may still contain databases" in str(no.value)) is guess


def test_two_default_projects_are_too_many() -> None:
    with pytest.raises(ScalingoError, match=r"are both to be the default project, and only one can be\."):
        run(account(), named("a", default=True), named("b", default=True))


def test_a_lost_answer_of_the_server_is_told_alike() -> None:
    api = account("web")
    api.mishaps = [(api_error(ServerError, 503), False)]
    at_write(api, 1, lambda: update(api, "web", name="prod"))
    with pytest.raises(ServerError, match="another project has the name that the task means: prod") as no:
        ensure(api, name="prod", default=True)
    assert no.value.outcome_unknown and all(each["owner"] == ME for each in api.projects)
