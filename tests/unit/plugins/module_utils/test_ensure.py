# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carrying a plan out: what is sent, what is told, and what happens when an answer is lost or refused."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.community.scalingo.plugins.module_utils._ensure import MAX_WRITES, Outcome, ensure_project
from ansible_collections.community.scalingo.plugins.module_utils._errors import (
    CannotError,
    ConflictError,
    ForbiddenError,
    NotFoundError,
    RateLimitError,
    RequestError,
    RouteNotFoundError,
    ScalingoError,
    ServerError,
    TransportError,
    UnexpectedResponseError,
    ValidationError,
)
from ansible_collections.community.scalingo.plugins.module_utils._plan import Wanted
from world import ME, TOMASZ, FakeApi, api_error, each_harmless, harmless, lost, project


def run(api: FakeApi, check_mode: bool = False, **wanted: Any) -> Outcome:
    return ensure_project(api, Wanted(**wanted), check_mode)


def standard_api(**options: Any) -> FakeApi:
    return FakeApi(project("default", default=True), project("web"), **options)


WRITES = {
    "create": ({"name": "shop"}, "create_project"),
    "rename": ({"name": "web", "new_name": "shop"}, "update_project"),
    "default": ({"name": "web", "default": True}, "update_project"),
    "delete": ({"name": "web", "state": "absent"}, "delete_project"),
}
each_write = pytest.mark.parametrize(("wanted", "call"), WRITES.values(), ids=WRITES)


@each_write
def test_a_change_costs_a_list_and_a_write(wanted: dict[str, Any], call: str) -> None:
    api = standard_api()
    assert run(api, **wanted).changed
    assert api.calls == ["list_projects", call]
    assert not run(api, **wanted).changed
    assert api.calls == ["list_projects", call, "list_projects"]


@each_write
def test_a_check_foretells_the_run_and_writes_nothing(wanted: dict[str, Any], call: str) -> None:
    api = standard_api()
    foretold = run(api, check_mode=True, **wanted)
    assert call not in api.calls
    done = run(api, **wanted)
    assert (foretold.changed, foretold.diff) == (done.changed, done.diff) and done.changed
    if done.project is None:
        assert foretold.project is None
    else:
        known = {key: value for key, value in foretold.project.items() if value is not None}
        assert known.items() <= done.project.items()


@each_write
def test_a_lost_answer_is_settled_by_reading_back(wanted: dict[str, Any], call: str) -> None:
    api = standard_api()
    api.mishaps = [lost(done=True)]
    outcome = run(api, **wanted)
    assert outcome.changed
    assert api.calls.count(call) == 1
    assert outcome == run(standard_api(), **wanted)


@each_write
def test_a_lost_request_is_sent_again(wanted: dict[str, Any], call: str) -> None:
    api = standard_api()
    api.mishaps = [lost(done=False), lost(done=True)]
    assert run(api, **wanted) == run(standard_api(), **wanted)
    assert api.calls.count(call) == 2


@each_write
def test_a_lost_request_is_not_sent_again_without_patience(wanted: dict[str, Any], call: str) -> None:
    api = standard_api()
    api.patience = 0
    api.mishaps = [lost(done=False)]
    with pytest.raises(TransportError, match=r"^Cannot .* look before repeating it\.$"):
        run(api, **wanted)
    assert api.calls.count(call) == 1


@each_write
def test_losing_every_request_ends(wanted: dict[str, Any], call: str) -> None:
    api = standard_api()
    api.mishaps = [lost(done=False)] * 99
    with pytest.raises(ScalingoError, match=r"^Cannot "):
        run(api, **wanted)
    assert api.calls.count(call) <= MAX_WRITES


@each_write
def test_a_strange_answer_is_looked_into_but_not_provoked_again(wanted: dict[str, Any], call: str) -> None:
    api = standard_api()
    api.mishaps = [(api_error(UnexpectedResponseError, 307), False)]
    with pytest.raises(UnexpectedResponseError, match=r"^Cannot .* look before repeating it\.$"):
        run(api, **wanted)
    assert api.calls == ["list_projects", call, "list_projects"]


@each_write
def test_an_unknown_outcome_is_told(wanted: dict[str, Any], call: str, monkeypatch: pytest.MonkeyPatch) -> None:
    api = standard_api()
    api.mishaps = [lost(done=True)]
    api.between = lambda: monkeypatch.setattr(api, "list_projects", unreachable)
    with pytest.raises(TransportError, match=r"Whether it was done is not known, .* too: GET received no response"):
        run(api, **wanted)


def unreachable() -> None:
    raise TransportError("GET received no response.", outcome_unknown=False, max_tries=3)


@each_write
@pytest.mark.parametrize(
    "error",
    [
        api_error(RateLimitError, 429),
        api_error(RouteNotFoundError, 404),
        TransportError("nobody there", outcome_unknown=False, max_tries=3),
    ],
    ids=["rate-limit", "route", "unsent"],
)
def test_a_request_that_did_nothing_is_final(wanted: dict[str, Any], call: str, error: RequestError) -> None:
    api = standard_api()
    api.mishaps = [(type(error)(**vars_of(error)), False)]
    with pytest.raises(type(error), match=r"^Cannot "):
        run(api, **wanted)
    assert api.calls == ["list_projects", call]


def vars_of(error: RequestError) -> dict[str, Any]:
    """Return the arguments that make an error anew: the tests must not share one, since it collects sentences."""
    if isinstance(error, TransportError):
        return {"message": error.message, "outcome_unknown": error.outcome_unknown, "max_tries": error.max_tries}
    return {"message": error.message, "status": error.status, "method": error.method, "path": error.path}


@pytest.mark.parametrize(("kind", "status"), [(ValidationError, 422), (ConflictError, 409)])
def test_losing_a_race_for_a_name_is_no_change(kind: type[RequestError], status: int) -> None:
    api = standard_api()
    api.mishaps = [(api_error(kind, status, "name: has already been taken"), False)]
    api.between = lambda: api.projects.append(project("shop"))
    outcome = run(api, name="shop")
    assert (outcome.changed, outcome.project, outcome.diff["before"]) == (False, project("shop"), outcome.diff["after"])


def test_a_race_won_by_halves_does_the_rest() -> None:
    api = standard_api()

    def somebody_creates_it() -> None:
        if not any(item["name"] == "shop" for item in api.projects):
            api.projects.append(project("shop"))

    api.mishaps = [(api_error(ConflictError, 409), False)]
    api.between = somebody_creates_it
    outcome = run(api, name="shop", default=True)
    assert outcome.changed and outcome.project["default"]
    assert api.calls == ["list_projects", "create_project", "list_projects", "update_project"]


def test_a_creation_refused_after_a_lost_one_is_our_own() -> None:
    """The list may lag behind: the second POST meets the project that the first one made."""
    api = standard_api()
    api.mishaps = [lost(done=False), (api_error(ValidationError, 422, "name: has already been taken"), True)]
    assert run(api, name="shop").changed


def test_a_refusal_after_a_lost_request_does_not_claim_to_know() -> None:
    api = standard_api()
    api.mishaps = [lost(done=False), (api_error(ValidationError, 422, "name: has already been taken"), False)]
    with pytest.raises(
        ValidationError, match=r"An earlier try of this task, whose answer was lost, may have done it\.$"
    ):
        run(api, name="shop")


@each_write
@each_harmless
def test_a_harmless_failure_does_not_hide_a_lost_write(wanted: dict[str, Any], call: str, harm: str) -> None:
    api = standard_api()
    error = harmless()[harm]
    api.mishaps = [lost(done=False), (error, False)]
    with pytest.raises(type(error), match=r"^Cannot .* whose answer was lost, may have done it\.$") as failed:
        run(api, **wanted)
    assert "The API refused" not in str(failed.value)
    assert api.calls.count(call) == 2
    assert api.calls[-1] == "list_projects"


@each_write
@each_harmless
def test_a_lost_write_that_shows_late_is_done_however_its_repetition_fails(
    wanted: dict[str, Any], call: str, harm: str
) -> None:
    api = standard_api()
    api.mishaps = [lost(done=False), (harmless()[harm], True)]
    assert run(api, **wanted).changed
    assert api.calls.count(call) == 2


def test_a_harmless_failure_and_no_way_to_read_back_leave_it_open(monkeypatch: pytest.MonkeyPatch) -> None:
    api = standard_api()
    api.mishaps = [lost(done=False), (api_error(RateLimitError, 429), False)]

    def last_look() -> None:
        if api.calls.count("update_project") == 2:
            monkeypatch.setattr(api, "list_projects", unreachable)

    api.between = last_look
    with pytest.raises(RateLimitError, match=r"^Cannot .* Whether it was done is not known"):
        run(api, name="web", default=True)


@each_write
@pytest.mark.parametrize(("kind", "status"), [(ForbiddenError, 403), (ConflictError, 409)])
def test_a_refused_write_was_not_done_even_if_nothing_can_be_read_back(
    wanted: dict[str, Any], call: str, kind: type[RequestError], status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = standard_api()
    api.mishaps = [(api_error(kind, status), False)]
    api.between = lambda: monkeypatch.setattr(api, "list_projects", unreachable)
    with pytest.raises(kind, match=rf"^Cannot .* answered {status}") as refused:
        run(api, **wanted)
    assert "not known" not in str(refused.value)
    assert "outcome_unknown" not in refused.value.as_failure()


def test_a_lost_write_to_what_is_not_listed_any_more_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    api = standard_api()
    api.mishaps = [lost(done=False)]

    def vanish() -> None:
        monkeypatch.setattr(api, "list_projects", lambda: api.projects[:1])
        monkeypatch.setattr(api, "get_project", lambda _project_id: unreachable())

    api.between = vanish
    with pytest.raises(TransportError, match=r"^Cannot change .* POST received no .*Whether it was done is not known"):
        run(api, name="web", default=True)


@pytest.mark.parametrize("ours", [True, False], ids=["by-an-earlier-try", "by-somebody-else"])
def test_a_project_that_is_gone_although_the_list_shows_it(ours: bool) -> None:
    api = standard_api()
    shown = api.list_projects()
    api.list_projects = lambda: shown
    api.mishaps = [lost(done=True)] if ours else [(api_error(NotFoundError, 404), True)]
    outcome = run(api, name="web", state="absent")
    assert (outcome.changed, outcome.project) == (ours, None)


def test_a_deletion_answered_404_is_not_done_while_the_project_is_there() -> None:
    api = standard_api()
    api.mishaps = [(api_error(NotFoundError, 404), False)]
    with pytest.raises(NotFoundError, match="does not allow it, although the project belongs to this account"):
        run(api, name="web", state="absent")
    assert [item["name"] for item in api.projects] == ["default", "web"]


@pytest.mark.parametrize("wanted", [{"state": "absent"}, {"default": True}], ids=["delete", "default"])
def test_a_404_for_what_belongs_to_somebody_else_does_not_mean_that_it_is_gone(wanted: dict[str, Any]) -> None:
    """The API may hide the project of another from whoever may not change it, though the list shows it."""
    api = FakeApi(project("default", default=True), project("web", owner=TOMASZ))
    shown = api.list_projects()
    api.list_projects = lambda: shown
    api.projects.pop()
    with pytest.raises(NotFoundError, match=r"^Cannot .* belongs to tomasz <tomasz@example.org>") as refused:
        run(api, name="web", **wanted)
    assert "not there any more" not in str(refused.value)


def test_renaming_what_is_gone_says_so() -> None:
    api = standard_api()
    shown = api.list_projects()
    api.list_projects = lambda: shown
    api.projects.pop()
    with pytest.raises(NotFoundError, match="not there any more, although the list still shows it"):
        run(api, name="web", new_name="shop")


def test_an_accepted_change_that_cannot_be_read_back_is_told() -> None:
    api = standard_api()
    ignored = dict(api.projects[1])
    api.update_project = lambda project_id, changes: ignored

    def fail(project_id: str) -> dict[str, Any]:
        raise api_error(ServerError, 503)

    api.get_project = fail
    with pytest.raises(
        ServerError, match=r"^The API accepted the request to change project web .* reading that back failed"
    ) as failed:
        run(api, name="web", default=True)
    assert failed.value.result["changed"] is True


def test_a_second_error_does_not_hide_what_the_first_try_may_have_done(monkeypatch: pytest.MonkeyPatch) -> None:
    api = standard_api()
    api.mishaps = [lost(done=False), (api_error(NotFoundError, 404), False)]

    def last_look() -> None:
        if api.calls.count("update_project") == 2:
            monkeypatch.setattr(api, "list_projects", unreachable)

    api.between = last_look
    with pytest.raises(NotFoundError, match="Whether it was done is not known"):
        run(api, name="web", default=True)


def test_losing_a_race_for_a_deletion_is_no_change() -> None:
    api = standard_api()
    api.mishaps = [(api_error(NotFoundError, 404), True)]
    outcome = run(api, name="web", state="absent")
    assert (outcome.changed, outcome.project, outcome.diff) == (False, None, {"before": {}, "after": {}})


@pytest.mark.parametrize(("kind", "status"), [(ForbiddenError, 403), (NotFoundError, 404)])
@pytest.mark.parametrize("wanted", [{"state": "absent"}, {"default": True}, {"new_name": "shop"}], ids=str)
def test_a_refused_change_of_a_listed_project_names_its_owner(
    kind: type[RequestError], status: int, wanted: dict[str, Any]
) -> None:
    api = FakeApi(project("default", default=True), project("web", owner=TOMASZ))
    with pytest.raises(CannotError) as foretold:
        run(api, check_mode=True, name="web", **wanted)
    api.mishaps = [(api_error(kind, status), False)]
    with pytest.raises(kind) as refused:
        run(api, name="web", **wanted)
    assert str(refused.value).startswith(str(foretold.value))
    assert "belongs to tomasz <tomasz@example.org>" in str(refused.value)


def test_a_refusal_for_ones_own_project_names_the_owner_too() -> None:
    api = standard_api()
    api.mishaps = [(api_error(ForbiddenError, 403), False)]
    with pytest.raises(
        ForbiddenError, match=r"does not allow it, although the project belongs to this account \(mireille"
    ):
        run(api, name="web", default=True)


def test_applications_inside_are_named_in_check_and_run_alike() -> None:
    api = standard_api()
    api.applications = [{"name": "front", "project": {"id": api.projects[1]["id"]}}]
    with pytest.raises(CannotError, match="applications, which have to be deleted first: front") as foretold:
        run(api, check_mode=True, name="web", state="absent")
    api.mishaps = [(api_error(ConflictError, 409, "Cannot delete project with existing apps"), False)]
    with pytest.raises(ConflictError) as refused:
        run(api, name="web", state="absent")
    assert str(refused.value) == f"{foretold.value} It was answered 409: Cannot delete project with existing apps."


@pytest.mark.parametrize(("wanted", "call"), list(WRITES.values())[:3], ids=list(WRITES)[:3])
def test_an_answer_that_ignores_the_change_is_no_success(wanted: dict[str, Any], call: str) -> None:
    """It is not sent again either: the API said that it was done."""
    api = standard_api()
    ignored = dict(api.projects[1])
    sent = []
    setattr(api, call, lambda *arguments, **named: sent.append(call) or ignored)
    if call == "create_project":
        ignored["name"] = "other"
    api.get_project = lambda project_id: ignored
    with pytest.raises(ScalingoError, match=r"^The API accepted the request to .*, but shows the project as") as failed:
        run(api, **wanted)
    assert sent == [call]
    assert failed.value.result == {"changed": True, "project": ignored}


def test_an_answer_that_is_late_is_read_back() -> None:
    api = standard_api()
    update = api.update_project

    def late(project_id: str, changes: dict[str, Any]) -> dict[str, Any]:
        before = dict(api.projects[1])
        update(project_id, changes)
        return before

    api.update_project = late
    outcome = run(api, name="web", default=True)
    assert outcome.changed and outcome.project["default"]


def test_an_opaque_bearer_costs_a_question_only_where_the_answer_depends_on_it() -> None:
    api = standard_api(claim=None)
    run(api, name="web")
    run(api, name="shop")
    assert "get_caller" not in api.calls
    run(api, name="cart", default=True)
    assert api.calls.count("get_caller") == 1


def test_a_check_of_a_creation_takes_the_owner_from_the_list() -> None:
    api = standard_api()
    assert run(api, check_mode=True, name="shop").project["owner"] == ME
    assert api.calls == ["list_projects"]


def test_a_check_of_the_first_creation_asks_who_the_owner_is() -> None:
    api = FakeApi()
    assert run(api, check_mode=True, name="shop").project["owner"] == ME
    assert api.calls == ["list_projects", "get_caller"]


def test_a_server_error_is_settled_like_a_lost_answer() -> None:
    api = standard_api()
    api.mishaps = [(api_error(ServerError, 500), True)]
    assert run(api, name="shop").changed
    assert api.calls == ["list_projects", "create_project", "list_projects"]


def test_a_creation_that_is_answered_404_is_a_failure_like_any_other() -> None:
    api = FakeApi()
    api.mishaps = [(api_error(NotFoundError, 404, "not found"), False)]
    with pytest.raises(NotFoundError, match=r"Cannot create project web\. The API refused\."):
        ensure_project(api, Wanted(name="web"), False)


def test_a_refusal_that_is_not_about_the_name_is_not_looked_into_again_and_again() -> None:
    api = FakeApi()
    refusal = api_error(ValidationError, 422, "too many projects")
    refusal.body = {"errors": {"base": ["too many projects"]}}
    api.mishaps = [(refusal, False)]
    with pytest.raises(ValidationError):
        ensure_project(api, Wanted(name="web"), False)
    assert api.calls == ["list_projects", "create_project", "list_projects"]
