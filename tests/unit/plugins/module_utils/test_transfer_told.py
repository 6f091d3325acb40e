# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a transfer tells of what it found: in the result of a failure, as the reason of one, and in a diff."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.community.scalingo.plugins.module_utils._errors import (
    ForbiddenError,
    NotFoundError,
    RequestError,
    ValidationError,
)
from ansible_collections.community.scalingo.plugins.module_utils._transfer import ensure_transfer
from ansible_collections.community.scalingo.plugins.module_utils._transfer_plan import NEW_OWNER_NEEDS
from test_transfer import BY_ID, TransferApi
from test_transfer_plan import AMINA, invitation, offered, wanted
from world import ME, TOMASZ, api_error


def failure(api: TransferApi, request: Any, meanwhile: Callable[[], Any]) -> RequestError:
    """How a write is refused before which somebody does something."""
    api.mishaps = [(api_error(ForbiddenError, 403), False)]
    api.between = meanwhile
    with pytest.raises(RequestError) as refused:
        ensure_transfer(api, request, False)
    return refused.value


@pytest.mark.parametrize("status", ["canceled", "declined"])
@pytest.mark.parametrize("by", [BY_ID, {}], ids=["by-id", "without-id"])
def test_a_failure_shows_the_invitation_as_it_was_last_read(status: str, by: dict[str, str]) -> None:
    api = TransferApi(invitation(), caller=TOMASZ)
    error = failure(api, wanted(state="accepted", **by), lambda: api.invitations[0].update(status=status))
    assert error.result["transfer_invitation"]["status"] == status
    assert error.result["project"]["owner"] == ME


def test_a_failure_shows_the_owner_who_was_last_read() -> None:
    api = TransferApi()
    error = failure(api, offered(), lambda: api.projects[0].update(owner=AMINA))
    assert error.result == {"project": api.projects[0]}
    assert "Meanwhile the project belongs to amina" in str(error)


def test_a_failure_shows_the_owner_even_if_the_rest_is_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    api = TransferApi()

    def hide(_project_id: str) -> None:
        raise api_error(ForbiddenError, 403)

    def hand_over() -> None:
        api.projects[0]["owner"] = AMINA
        monkeypatch.setattr(api, "list_eligible_new_owners", hide)

    error = failure(api, offered(), hand_over)
    assert error.result["project"]["owner"] == AMINA
    assert "Meanwhile the project belongs to amina" in str(error)
    assert "Only the owner of" not in str(error)


def test_a_failure_shows_that_the_project_is_not_shown_any_more() -> None:
    api = TransferApi()
    assert failure(api, offered(), api.projects.clear).result == {"project": None}


def test_a_failure_shows_nothing_that_was_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    api = TransferApi()

    def fail(_project_id: str) -> None:
        raise RequestError("GET received no response.")

    assert failure(api, offered(), lambda: monkeypatch.setattr(api, "get_project", fail)).result == {}


# The reason of a refusal


def refusal(words: str) -> ValidationError:
    return ValidationError("It was answered 422.", status=422, method="X", path="/", body={"error": words})


@pytest.mark.parametrize("state", ["pending", "accepted"])
@pytest.mark.parametrize("words", ["default: is the default project and cannot be transferred", ""])
def test_a_reason_is_guessed_only_if_the_api_gives_none(state: str, words: str) -> None:
    accepting = state == "accepted"
    api = TransferApi(*([invitation()] if accepting else []), caller=TOMASZ if accepting else ME)
    api.mishaps = [(refusal(words), False)]
    request = wanted(state="accepted", wait_timeout=0, **BY_ID) if accepting else offered()
    with pytest.raises(ValidationError) as refused:
        ensure_transfer(api, request, False)
    assert (NEW_OWNER_NEEDS[1:] in str(refused.value)) is (not words)


def test_that_something_is_not_found_is_no_reason() -> None:
    api = TransferApi()
    api.mishaps = [
        (NotFoundError("It was answered 404.", status=404, method="X", path="/", body={"error": "not found"}), False)
    ]
    with pytest.raises(NotFoundError) as refused:
        ensure_transfer(api, offered(), False)
    assert NEW_OWNER_NEEDS[1:] in str(refused.value)


# The diff


@pytest.mark.parametrize("check_mode", [True, False], ids=["check", "run"])
def test_a_diff_shows_both_owners_in_one_form(check_mode: bool) -> None:
    """Without a further request, an acceptance by IDs knows the former owner by the ID only."""
    api = TransferApi(invitation(), caller=TOMASZ)
    diff = ensure_transfer(api, wanted(state="accepted", **BY_ID), check_mode).diff
    assert (diff["before"]["owner"], diff["after"]["owner"]) == (ME["id"], TOMASZ["id"])
    api = TransferApi(invitation(), caller=TOMASZ)
    diff = ensure_transfer(api, wanted(state="accepted"), check_mode).diff
    assert (diff["before"]["owner"], diff["after"]["owner"]) == ("mireille", "tomasz")


def test_a_failure_of_what_is_gone_names_no_owner() -> None:
    api = TransferApi(invitation(), caller=TOMASZ)
    api.mishaps = [(api_error(NotFoundError, 404), False)]
    api.between = api.projects.clear
    with pytest.raises(RequestError) as refused:
        ensure_transfer(api, wanted(state="declined", **BY_ID), False)
    assert refused.value.result["project"] is None
