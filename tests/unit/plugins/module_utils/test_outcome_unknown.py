# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The result `outcome_unknown`: a failed task has it if a write may have been done, and only then."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.community.scalingo.plugins.module_utils._ensure import ensure_project
from ansible_collections.community.scalingo.plugins.module_utils._ensure_all import ensure_projects
from ansible_collections.community.scalingo.plugins.module_utils._errors import (
    ConflictError,
    NotFoundError,
    RateLimitError,
    ScalingoError,
    ServerError,
    TransportError,
)
from ansible_collections.community.scalingo.plugins.module_utils._plan import Wanted
from ansible_collections.community.scalingo.plugins.module_utils._transfer import ensure_transfer
from ansible_collections.community.scalingo.plugins.module_utils._transfer_plan import TransferWanted
from test_transfer_plan import invitation
from world import ME, TOMASZ, FakeApi, api_error, project


def account() -> FakeApi:
    return FakeApi(project("default", default=True), project("web"))


def lost() -> tuple[Exception, bool]:
    """Return a mishap: no answer came to a write, which was not done."""
    return TransportError("POST received no response.", outcome_unknown=True, max_tries=float("inf")), False


def failure(run: Callable[[], Any]) -> dict[str, Any]:
    with pytest.raises(ScalingoError) as error:
        run()
    return error.value.as_failure()


def rename(api: FakeApi) -> dict[str, Any]:
    return failure(lambda: ensure_project(api, Wanted(name="web", new_name="shop"), check_mode=False))


def test_a_lost_write_that_must_not_be_repeated_leaves_it_open() -> None:
    api = account()
    api.mishaps, api.patience = [lost()], 0
    failed = rename(api)
    assert failed["outcome_unknown"] is True
    assert "It may still be done" in failed["msg"]


def test_a_refusal_after_a_lost_write_leaves_it_open() -> None:
    api = account()
    api.mishaps = [lost(), (api_error(RateLimitError, 429), False)]
    failed = rename(api)
    assert failed["outcome_unknown"] is True
    assert failed["error"]["status"] == 429


def test_what_cannot_be_read_back_leaves_it_open(monkeypatch: pytest.MonkeyPatch) -> None:
    api = account()
    api.mishaps = [lost()]

    def unreachable() -> None:
        raise api_error(ServerError, 503)

    api.between = lambda: monkeypatch.setattr(api, "list_projects", unreachable)
    assert rename(api)["outcome_unknown"] is True


def test_a_lost_write_to_a_project_that_got_another_owner_meanwhile_leaves_it_open() -> None:
    """Whether the rename came before the handover, nobody tells."""
    api = account()
    api.mishaps = [lost()]
    api.between = lambda: api.projects[1].update(owner=TOMASZ)
    listed = api.list_projects
    api.list_projects = lambda: [each for each in listed() if each["owner"] == ME]
    failed = failure(lambda: ensure_project(api, Wanted(name="web", default=True), check_mode=False))
    assert failed["outcome_unknown"] is True
    assert "Meanwhile the project belongs to tomasz" in failed["msg"]
    assert failed["msg"].endswith("Whether it was done before that is not known.")


def test_endless_interference_after_a_lost_write_leaves_it_open() -> None:
    """Somebody creates the project before each creation, and deletes it before each change."""
    api = account()
    refusals = [api_error(NotFoundError, 404), api_error(ConflictError, 409)] * 5
    api.mishaps = [lost(), *((refusal, False) for refusal in refusals)]

    def interfere() -> None:
        others = [each for each in api.projects if each["name"] != "shop"]
        api.projects = others if len(others) < len(api.projects) else [*others, project("shop")]

    api.between = interfere
    failed = failure(lambda: ensure_project(api, Wanted(name="shop", default=True), check_mode=False))
    assert failed["outcome_unknown"] is True
    assert "Somebody else keeps changing the same projects" in failed["msg"]


def test_a_list_keeps_it_beside_what_was_done() -> None:
    api = account()
    api.mishaps, api.patience = [lost()], 0
    items = [Wanted(name="web", new_name="shop"), Wanted(name="other")]
    failed = failure(lambda: ensure_projects(api, items, None, check_mode=False))
    assert failed["outcome_unknown"] is True
    assert [outcome["action"] for outcome in failed["outcomes"]] == ["none", "none"]


def test_a_transfer_has_it_too() -> None:
    api = account()
    api.eligible = [TOMASZ]
    api.create_invitation = lambda _project_id, _user_id: api._write("create_invitation", lambda: None)
    api.mishaps, api.patience = [lost()], 0
    wanted = TransferWanted(project_name="web", new_owner="tomasz")
    assert failure(lambda: ensure_transfer(api, wanted, check_mode=False))["outcome_unknown"] is True


def test_a_refused_acceptance_is_told_as_such_whatever_cannot_be_read_then(monkeypatch: pytest.MonkeyPatch) -> None:
    api = account()
    api.claim = TOMASZ["id"]
    api.invitations = [{**invitation(), "project_id": project("web")["id"]}]
    api.close_invitation = lambda _project_id, _invitation_id, verb: api._write(verb, lambda: None)
    api.mishaps = [(api_error(ConflictError, 409), False)]
    reads = itertools.count()
    read = api.get_invitation

    def read_until_it_is_refused(project_id: str, invitation_id: str) -> dict[str, Any]:
        if "accept" in api.calls and next(reads):
            raise api_error(ServerError, 503)
        return read(project_id, invitation_id)

    monkeypatch.setattr(api, "get_invitation", read_until_it_is_refused)
    wanted = TransferWanted(project_id=project("web")["id"], invitation_id="tin-1", state="accepted")
    failed = failure(lambda: ensure_transfer(api, wanted, check_mode=False))
    assert next(reads) > 1, "nothing was read again"
    assert failed["error"]["status"] == 409
    assert failed["msg"].startswith("Cannot accept")
    assert "outcome_unknown" not in failed


@pytest.mark.parametrize(
    "error",
    [
        api_error(ConflictError, 409),
        api_error(NotFoundError, 404),
        TransportError("nobody there", outcome_unknown=False, max_tries=3),
    ],
    ids=["refused", "not found", "not sent"],
)
def test_a_write_that_was_certainly_not_done_leaves_nothing_open(error: Exception) -> None:
    api = account()
    api.mishaps = [(error, False)]
    assert "outcome_unknown" not in rename(api)


def test_a_failed_read_leaves_nothing_open(monkeypatch: pytest.MonkeyPatch) -> None:
    api = account()

    def unreachable() -> None:
        raise TransportError("GET received no response.", outcome_unknown=False, max_tries=float("inf"))

    monkeypatch.setattr(api, "list_projects", unreachable)
    assert "outcome_unknown" not in rename(api)


def test_a_deletion_refused_with_404_is_not_done_if_the_project_cannot_be_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The error is that of the deletion, and says what was to be deleted."""
    api = account()
    api.mishaps = [lost(), (api_error(NotFoundError, 404), False)]

    def unreachable(_project_id: str) -> None:
        raise api_error(ServerError, 503, "closed")

    monkeypatch.setattr(api, "get_project", unreachable)
    failed = failure(lambda: ensure_project(api, Wanted(name="web", state="absent"), check_mode=False))
    assert failed["msg"].startswith("Cannot delete project web")
    assert failed["error"]["status"] == 404
    assert failed["msg"].endswith("since reading it back failed too: It was answered 503: closed.")
    assert failed["outcome_unknown"] is True
