# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an account shows; which project or user is meant, and how messages name them."""

from __future__ import annotations

import pytest
from ansible_collections.community.scalingo.plugins.module_utils._account import Account
from ansible_collections.community.scalingo.plugins.module_utils._errors import CannotError, NotFoundError
from ansible_collections.community.scalingo.plugins.module_utils._invitations import describe_invitation
from ansible_collections.community.scalingo.plugins.module_utils._match import describe, is_email, is_user, owner_of
from stand_in import ME, TOMASZ, WEB, Object, StandIn, account, invitation, project, response


@pytest.mark.parametrize(
    ("wanted", "same"),
    [
        *((wanted, True) for wanted in ("tomasz", "us-tomasz", "tomasz@example.org", "Tomasz@Example.ORG")),
        *((wanted, False) for wanted in ("Tomasz", "US-tomasz", "tomasz@example", "")),
    ],
)
def test_is_user_ignores_the_case_of_an_email_address_only(wanted: str, same: bool) -> None:
    assert is_user(TOMASZ, wanted) is same
    assert not is_user({"id": "us-1", "username": "x", "email": None}, wanted)
    assert is_email(wanted) is ("@" in wanted)


def test_descriptions_quote_names_and_fit_on_a_line() -> None:
    assert describe_invitation(invitation()) == "invitation to 'tomasz' (tin-1)"
    assert describe(WEB) == "'web' (prj-mireille-web, owned by 'mireille' <mireille@example.org>)"
    assert owner_of({**WEB, "owner": {"id": "us-1", "username": "a\nb"}}) == r"'a\nb'"
    # Whole words only: half a token would not be masked.
    cut = describe(project("x " * 190 + "tk-us-" + "a" * 48))
    assert len(cut) <= 403 and "tk-us" not in cut


def test_account_reads_each_thing_once_and_only_when_asked() -> None:
    api = account("web")
    seen = Account(api)
    assert api.calls == []
    for _time in range(2):
        assert (seen.projects, seen.project(WEB["id"]), seen.caller) == (api.projects, WEB, ME)
        assert (seen.applications, seen.databases, seen.invitations(WEB["id"])) == ([], [], [])
    assert api.calls == ["list_projects", "list_applications", "list_databases", "list_invitations"]


def test_project_is_hidden_if_the_list_was_read_and_does_not_show_it() -> None:
    for api, hidden in ((StandIn(WEB), False), (StandIn(), True)):
        seen = Account(api)
        assert not seen.is_hidden(WEB["id"])
        assert len(seen.projects) == (not hidden)
        assert seen.is_hidden(WEB["id"]) is hidden


def test_account_remembers_what_was_rejected() -> None:
    api = account()
    seen = Account(api)
    for _time in range(2):
        with pytest.raises(NotFoundError):
            seen.project("prj-gone")
        assert seen.visible(seen.project, "prj-gone") is None
    assert api.calls == ["get_project"]
    api.failing["list_invitations"] = response(NotFoundError, 404)
    assert seen.visible(seen.invitations, WEB["id"]) is None


def test_caller_has_the_same_form_from_the_list_and_from_its_own_request() -> None:
    """The API shows more of the account itself than of an owner."""
    listed, asked = Account(account()), Account(StandIn(claim=False))
    assert listed.projects and listed.caller == asked.caller == ME
    assert listed.caller_id == asked.caller_id == ME["id"]


@pytest.mark.parametrize(
    ("projects", "applications", "found"),
    [
        ([WEB], [], WEB["id"]),
        ([], [("front", "prj-1", "web"), ("back", "prj-1", "web"), ("other", "prj-2", "shop")], "prj-1"),
        ([], [], None),
        ([WEB, {**WEB, "id": "prj-2", "owner": TOMASZ}], [], None),
        ([], [("front", "prj-1", "web"), ("twin", "prj-3", "web")], None),
    ],
    ids=["listed", "by-applications", "none", "two-listed", "two-by-applications"],
)
def test_project_name_has_to_be_that_of_one_project(
    projects: list[Object], applications: list[tuple[str, str, str]], found: str | None
) -> None:
    """Someone whom the list does not show the project may be a collaborator on its applications."""
    api = StandIn(*projects)
    api.applications = [{"name": name, "project": {"id": of, "name": its}} for name, of, its in applications]
    if found:
        assert Account(api).project_id("web") == found
    else:
        with pytest.raises(CannotError, match="project_id"):
            Account(api).project_id("web")
    assert ("list_applications" in api.calls) is (projects == [])
