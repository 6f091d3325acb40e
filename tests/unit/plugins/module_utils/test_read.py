# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the info modules and the lookup read: projects by term, and what is rejected."""

from __future__ import annotations

import pytest
from ansible_collections.community.scalingo.plugins.module_utils import _errors as errors
from ansible_collections.community.scalingo.plugins.module_utils._read import look_up, read_invitations
from stand_in import TOMASZ, WEB, StandIn, invitation, project, response

HOME = project("home", default=True)
HIS_WEB = project("web", TOMASZ)
HIS_HOME = project("main", TOMASZ, default=True)
REJECTIONS = [errors.AuthenticationError, errors.ForbiddenError]


def everything() -> StandIn:
    api = StandIn(HOME, WEB, HIS_WEB, HIS_HOME)
    api.invitations = [invitation()]
    return api


# Terms of the lookup


def test_look_up_returns_a_project_or_none_for_each_term() -> None:
    api = everything()
    api.unlisted = {HIS_HOME["id"]}
    found = [(HIS_HOME["id"], HIS_HOME), ("home", HOME), ("no", None), ("home", HOME)]
    assert look_up(api, [term for term, _project in found]) == found
    assert look_up(everything(), ["home", "main"], default=True) == [("home", HOME), ("main", None)]
    assert look_up(api, []) == []


@pytest.mark.parametrize(
    "error", [*map(response, REJECTIONS), response(errors.NotFoundError), errors.InputError("no ID")], ids=repr
)
def test_look_up_rejected_guess_is_missing(error: Exception) -> None:
    """A term that is no name in the list need be no ID."""
    api = everything()
    api.failing["get_project"] = error
    assert look_up(api, ["no"]) == [("no", None)]


@pytest.mark.parametrize("wrong", [response(errors.AuthenticationError), response(errors.RouteNotFoundError)], ids=repr)
def test_look_up_with_an_expired_token_or_a_wrong_url_fails(wrong: errors.RejectedError) -> None:
    api = everything()
    api.failing["get_project"] = wrong
    api.check_token = lambda: api._read("check_token", [])
    api.failing["check_token"] = wrong
    with pytest.raises(type(wrong)):
        look_up(api, ["no"])


def test_look_up_id_of_one_project_that_is_the_name_of_another_fails() -> None:
    twin = StandIn(project("prj-1"), {**WEB, "id": "prj-1"})
    with pytest.raises(errors.CannotError, match="the ID of one project and the name of another"):
        look_up(twin, ["prj-1"])


# Invitations


@pytest.mark.parametrize("read", ["list_invitations", "get_invitation", "list_eligible_new_owners"])
@pytest.mark.parametrize("error", [*REJECTIONS, errors.NotFoundError])
def test_read_invitations_rejected_names_the_project(read: str, error: type[errors.RejectedError]) -> None:
    api = everything()
    api.failing[read] = response(error)
    more = {"invitation_id": "tin-1"} if read == "get_invitation" else {}
    with pytest.raises(error, match=repr(WEB["id"])) as failure:
        read_invitations(api, {"project_id": WEB["id"], "eligible_new_owners": True, **more}, False)
    assert ("only its owner" in str(failure.value)) is (read == "list_eligible_new_owners")


def test_read_invitations_impossible_id_fails_without_request() -> None:
    api = everything()
    with pytest.raises(errors.InputError):
        read_invitations(api, {"project_name": "web", "invitation_id": "a/b"}, False)
    assert api.calls == []
