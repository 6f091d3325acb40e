# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading projects by filter and by term."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.community.scalingo.plugins.module_utils._errors import (
    AuthenticationError,
    CannotError,
    ForbiddenError,
    InputError,
    RequestError,
)
from ansible_collections.community.scalingo.plugins.module_utils._read import find_invitations, find_projects, look_up
from test_transfer_plan import AMINA, invitation
from world import ME, TOMASZ, FakeApi, api_error, project

DEFAULT = project("default", default=True)
WEB = project("web")
HIS_WEB = project("web", owner=TOMASZ)
HIS_DEFAULT = project("home", owner=TOMASZ, default=True)


def everything(**options: Any) -> FakeApi:
    return FakeApi(DEFAULT, WEB, HIS_WEB, HIS_DEFAULT, **options)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, [DEFAULT, WEB, HIS_WEB, HIS_DEFAULT]),
        ({"name": "web"}, [WEB, HIS_WEB]),
        ({"name": "web", "owner": "tomasz@example.org"}, [HIS_WEB]),
        ({"owner": ME["id"]}, [DEFAULT, WEB]),
        ({"default": True}, [DEFAULT, HIS_DEFAULT]),
        ({"default": False, "owner": "mireille"}, [WEB]),
        ({"name": "no"}, []),
        ({"project_id": WEB["id"]}, [WEB]),
        ({"project_id": WEB["id"], "name": "no"}, []),
        ({"project_id": WEB["id"], "owner": "tomasz"}, []),
        ({"project_id": "prj-unknown"}, []),
    ],
    ids=str,
)
def test_find_projects(filters: dict[str, Any], expected: list[dict[str, Any]]) -> None:
    api = everything()
    assert find_projects(api, **filters) == expected
    assert api.calls == ["get_project" if "project_id" in filters else "list_projects"]


def test_find_projects_does_not_take_a_refusal_for_absence(monkeypatch: pytest.MonkeyPatch) -> None:
    api = everything()
    monkeypatch.setattr(api, "get_project", lambda project_id: refuse(ForbiddenError, 403))
    with pytest.raises(ForbiddenError):
        find_projects(api, project_id="x")


def refuse(kind: type[RequestError], status: int) -> None:
    raise api_error(kind, status)


def test_look_up_gives_one_project_for_each_term_in_order() -> None:
    api = everything()
    found = look_up(api, ["home", WEB["id"], "default", "home"])
    assert found == [("home", HIS_DEFAULT), (WEB["id"], WEB), ("default", DEFAULT), ("home", HIS_DEFAULT)]
    assert api.calls == ["list_projects"]


def test_look_up_without_terms_gives_everything() -> None:
    assert [item for term, item in look_up(everything(), None)] == [DEFAULT, WEB, HIS_WEB, HIS_DEFAULT]


def test_look_up_without_any_of_the_terms_gives_nothing() -> None:
    assert look_up(everything(), []) == []


def test_look_up_tries_an_unlisted_term_as_an_id() -> None:
    api = everything()
    hidden = project("hidden", owner=TOMASZ)
    api.list_projects = lambda: [DEFAULT]
    api.projects = [DEFAULT, hidden]
    assert look_up(api, [hidden["id"], "no"]) == [(hidden["id"], hidden), ("no", None)]


@pytest.mark.parametrize(("kind", "status"), [(AuthenticationError, 401), (ForbiddenError, 403)])
def test_look_up_takes_a_refused_guess_for_missing(
    kind: type[RequestError], status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = everything()
    monkeypatch.setattr(api, "get_project", lambda project_id: refuse(kind, status))
    assert look_up(api, ["no"]) == [("no", None)]


def test_look_up_does_not_take_an_expired_token_for_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    api = everything()
    monkeypatch.setattr(api, "get_project", lambda project_id: expire())

    def expire() -> None:
        monkeypatch.setattr(api, "list_projects", lambda: refuse(AuthenticationError, 401))
        refuse(AuthenticationError, 401)

    with pytest.raises(AuthenticationError):
        look_up(api, ["no"])


def test_look_up_takes_what_can_be_no_id_for_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse_id(project_id: str) -> None:
        raise InputError("cannot be an ID")

    api = everything()
    monkeypatch.setattr(api, "get_project", refuse_id)
    assert look_up(api, [".."]) == [("..", None)]


def test_look_up_refuses_an_ambiguous_name() -> None:
    with pytest.raises(CannotError, match=f"{WEB['id']}.*mireille.*{HIS_WEB['id']}.*tomasz"):
        look_up(everything(), ["web"])


def test_look_up_with_an_owner_is_not_ambiguous() -> None:
    assert look_up(everything(), ["web"], owner="tomasz") == [("web", HIS_WEB)]


def test_look_up_refuses_a_name_that_is_the_id_of_another() -> None:
    api = FakeApi(project("prj-1"), project("web", project_id="prj-1"))
    with pytest.raises(CannotError, match="is the ID of one project and the name of another"):
        look_up(api, ["prj-1"])


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"default": True}, [DEFAULT]),
        ({"default": True, "owner": "tomasz"}, [HIS_DEFAULT]),
        ({"default": False}, [WEB, HIS_WEB]),
        ({"default": False, "owner": "tomasz"}, [HIS_WEB]),
    ],
    ids=str,
)
def test_look_up_of_the_default_project_is_that_of_the_account(
    filters: dict[str, Any], expected: list[dict[str, Any]]
) -> None:
    assert [item for term, item in look_up(everything(), None, **filters)] == expected


def test_look_up_applies_filters_to_terms_too() -> None:
    assert look_up(everything(), ["default", "home"], default=True) == [("default", DEFAULT), ("home", None)]


@pytest.mark.parametrize("options", [{"project_id": ".."}, {"project_name": "web", "invitation_id": "a/b"}], ids=str)
def test_impossible_id_is_refused_before_any_request(options: dict[str, Any]) -> None:
    api = everything()
    with pytest.raises(InputError):
        find_invitations(api, **{"project_id": None, "project_name": None, **options})
    assert api.calls == []


# Invitations

PENDING = invitation(number=1)
EXPIRED = invitation(number=2, expired=True)
DECLINED = invitation("declined", number=3, to=AMINA)


def offering(*invitations: dict[str, Any]) -> FakeApi:
    api = everything()
    api.invitations = list(invitations)
    api.eligible = [ME, TOMASZ, AMINA]
    return api


@pytest.mark.parametrize(
    ("status", "found"),
    [("pending", ["tin-1"]), ("declined", ["tin-3"]), ("all", ["tin-1", "tin-2", "tin-3"]), ("accepted", [])],
)
def test_invitations_of_a_status(status: str, found: list[str]) -> None:
    """One that has expired is pending to the API, but nobody can answer it any more."""
    listed, eligible = find_invitations(offering(PENDING, EXPIRED, DECLINED), WEB["id"], None, status)
    assert [each["id"] for each in listed] == found
    assert [each["id"] for each in listed if each["expired"]] == [one for one in found if one == "tin-2"]
    assert eligible is None


@pytest.mark.parametrize("one", [PENDING, EXPIRED, DECLINED], ids=["pending", "expired", "declined"])
def test_an_invitation_by_its_id_whatever_its_status_is(one: dict[str, Any]) -> None:
    api = offering(PENDING, EXPIRED, DECLINED)
    assert find_invitations(api, WEB["id"], None, invitation_id=one["id"]) == (
        [{**one, "expired": one is EXPIRED}],
        None,
    )
    assert api.calls == ["get_invitation"]


def test_the_owner_is_not_eligible_as_the_new_one() -> None:
    eligible = find_invitations(offering(), WEB["id"], None, eligible=True)[1]
    assert [user["user_name"] for user in eligible or []] == ["tomasz", "amina"]
