# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the info modules and the lookup read: projects by filter and by term, and invitations."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.community.scalingo.plugins.module_utils import _errors as errors
from ansible_collections.community.scalingo.plugins.module_utils._read import look_up, read_invitations, read_projects
from stand_in import AMINA, ME, TOMASZ, WEB, Object, StandIn, invitation, project, response

HOME = project("home", default=True)
HIS_WEB = project("web", TOMASZ)
HIS_HOME = project("main", TOMASZ, default=True)
REJECTIONS = [errors.AuthenticationError, errors.ForbiddenError]


def everything(**options: Any) -> StandIn:
    api = StandIn(HOME, WEB, HIS_WEB, HIS_HOME, **options)
    api.invitations = [invitation(), invitation(number=2, expired=True), invitation("declined", to=AMINA, number=3)]
    return api


# Projects


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, [HOME, WEB, HIS_WEB, HIS_HOME]),
        ({"name": "web"}, [WEB, HIS_WEB]),
        ({"name": "web", "owner": "tomasz@example.org"}, [HIS_WEB]),
        ({"owner": ME["id"]}, [HOME, WEB]),
        ({"default": True}, [HOME, HIS_HOME]),
        ({"default": False, "owner": "mireille"}, [WEB]),
        ({"name": "no"}, []),
        ({"project_id": WEB["id"]}, [WEB]),
        ({"project_id": WEB["id"], "name": "no"}, []),
        ({"project_id": WEB["id"], "owner": "tomasz"}, []),
        ({"project_id": "prj-unknown"}, []),
    ],
    ids=str,
)
def test_read_projects_matches_every_filter(filters: Object, expected: list[Object]) -> None:
    api = everything()
    assert read_projects(api, filters, False) == {"changed": False, "projects": expected}
    assert api.calls == ["get_project" if "project_id" in filters else "list_projects"]


# Terms of the lookup


def test_look_up_returns_one_project_for_each_term_in_order() -> None:
    api = everything()
    terms = {"main": HIS_HOME, WEB["id"]: WEB, "home": HOME}
    assert look_up(api, [*terms, "main"]) == [*terms.items(), ("main", HIS_HOME)]
    assert api.calls == ["list_projects"]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, [HOME, WEB, HIS_WEB, HIS_HOME]),
        # Every owner has a default project; without an owner, it is that of the account.
        ({"default": True}, [HOME]),
        ({"default": True, "owner": "tomasz"}, [HIS_HOME]),
        ({"default": False}, [WEB, HIS_WEB]),
        ({"default": False, "owner": "tomasz"}, [HIS_WEB]),
    ],
    ids=str,
)
def test_look_up_without_terms_returns_every_match(filters: Object, expected: list[Object]) -> None:
    assert look_up(everything(), None, **filters) == [(each["id"], each) for each in expected]
    assert look_up(everything(), [], **filters) == []


def test_look_up_applies_filters_to_terms() -> None:
    assert look_up(everything(), ["home", "main"], default=True) == [("home", HOME), ("main", None)]
    assert look_up(everything(), ["web"], owner="tomasz") == [("web", HIS_WEB)]


def test_look_up_unlisted_term_is_tried_as_an_id() -> None:
    api = everything()
    api.unlisted = {HIS_HOME["id"]}
    assert look_up(api, [HIS_HOME["id"], "no"]) == [(HIS_HOME["id"], HIS_HOME), ("no", None)]


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


def test_look_up_ambiguous_name_fails_with_candidates() -> None:
    with pytest.raises(errors.CannotError, match=f"{WEB['id']}.*mireille.*{HIS_WEB['id']}.*tomasz") as failure:
        look_up(everything(), ["web"])
    assert "the name of another" not in str(failure.value)
    twin = StandIn(project("prj-1"), {**WEB, "id": "prj-1"})
    with pytest.raises(errors.CannotError, match="the ID of one project and the name of another"):
        look_up(twin, ["prj-1"])


# Invitations


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({}, [1]),
        ({"status": "declined"}, [3]),
        ({"status": "accepted"}, []),
        ({"status": "all"}, [1, 2, 3]),
        *(({"invitation_id": f"tin-{number}"}, [number]) for number in (1, 2, 3)),
    ],
    ids=str,
)
@pytest.mark.parametrize("by", ["project_id", "project_name"])
def test_read_invitations_by_status_or_id(options: Object, found: list[int], by: str) -> None:
    """One that has expired is pending to the API, but the invited user can no longer respond to it."""
    api = everything()
    api.projects.remove(HIS_WEB)
    result = read_invitations(api, {by: WEB["id" if by == "project_id" else "name"], **options}, False)
    listed = {each["id"]: each["expired"] for each in result.pop("transfer_invitations")}
    assert listed == {f"tin-{number}": number == 2 for number in found}
    assert result == {"changed": False}
    own = ["get_invitation" if "invitation_id" in options else "list_invitations"]
    assert api.calls == (["list_projects"] if by == "project_name" else []) + own


def test_eligible_new_owners_leave_out_the_owner() -> None:
    result = read_invitations(everything(), {"project_id": WEB["id"], "eligible_new_owners": True}, False)
    assert [user["user_name"] for user in result["eligible_new_owners"]] == ["tomasz", "amina"]
    assert len(result["transfer_invitations"]) == 1


@pytest.mark.parametrize("read", ["list_invitations", "get_invitation", "list_eligible_new_owners"])
@pytest.mark.parametrize("error", [*REJECTIONS, errors.NotFoundError])
def test_read_invitations_rejected_names_the_project(read: str, error: type[errors.RejectedError]) -> None:
    api = everything()
    api.failing[read] = response(error)
    more = {"invitation_id": "tin-1"} if read == "get_invitation" else {}
    with pytest.raises(error, match=repr(WEB["id"])) as failure:
        read_invitations(api, {"project_id": WEB["id"], "eligible_new_owners": True, **more}, False)
    assert ("only its owner" in str(failure.value)) is (read == "list_eligible_new_owners")


@pytest.mark.parametrize("options", [{"project_id": ".."}, {"project_name": "web", "invitation_id": "a/b"}], ids=str)
def test_read_invitations_impossible_id_fails_without_request(options: Object) -> None:
    api = everything()
    with pytest.raises(errors.InputError):
        read_invitations(api, options, False)
    assert api.calls == []
