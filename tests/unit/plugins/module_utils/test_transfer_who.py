# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who is who in a transfer: who owns the project, and which user the option new_owner means."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.community.scalingo.plugins.module_utils._errors import (
    CannotError,
    ForbiddenError,
    InputError,
    RejectedError,
)
from ansible_collections.community.scalingo.plugins.module_utils._facts import Fact, Facts
from ansible_collections.community.scalingo.plugins.module_utils._transfer import ensure_transfer
from ansible_collections.community.scalingo.plugins.module_utils._transfer_plan import (
    Invite,
    Respond,
    TransferWanted,
    decide_transfer,
)
from test_transfer import TransferApi
from test_transfer_plan import AMINA, HIDDEN, HIS_WEB, WEB, eligible, invitation, known, wanted
from world import ME, NOW, TOMASZ, api_error

ZOE = {"id": "us-00000000-0000-4000-8000-00000000000f", "username": "zoe", "email": "zoe@example.org", "flags": {}}
# The user name of this user is the user ID of another.
MALLORY = {"id": "us-mallory", "username": ZOE["id"], "email": "m@example.org", "flags": {}}
TWO_IDS = rf"more than one user: .*{MALLORY['id']}.*zoe|more than one user: zoe .*{MALLORY['id']}"


# Canceling


@pytest.mark.parametrize("mine", [[], [invitation("declined")], [invitation("accepted")]], ids=["none", "no", "yes"])
@pytest.mark.parametrize("caller", [AMINA, TOMASZ, ME], ids=["stranger", "invitee", "former-owner"])
def test_who_does_not_own_it_cannot_say_that_nothing_is_pending(caller: dict[str, Any], mine: list[Any]) -> None:
    """The API shows others their own invitations only, so that one to somebody else may be pending."""
    owner = ME if caller is not ME else TOMASZ
    with pytest.raises(
        CannotError, match=rf"^Only the owner of project web .*owned by {owner['username']} .* may cancel"
    ):
        decide_transfer(wanted(state="canceled"), known(*mine, caller=caller, project={**WEB, "owner": owner}))


@pytest.mark.parametrize("check_mode", [True, False], ids=["check", "run"])
def test_a_check_and_a_run_refuse_that_alike(check_mode: bool) -> None:
    api = TransferApi(caller=TOMASZ)
    with pytest.raises(CannotError, match="Only the owner of project web"):
        ensure_transfer(api, wanted(state="canceled"), check_mode)
    assert api.calls == ["get_project", "list_invitations"]


def test_who_the_caller_is_costs_a_request_only_if_the_bearer_token_does_not_tell() -> None:
    api = TransferApi()
    assert not ensure_transfer(api, wanted(state="canceled"), False).changed
    assert api.calls == ["get_project", "list_invitations"]
    api = TransferApi()
    api.claim = None
    assert not ensure_transfer(api, wanted(state="canceled"), False).changed
    assert api.calls == ["get_project", "list_invitations", "get_caller"]


def test_the_new_owner_may_cancel_though_the_list_lags_behind() -> None:
    api = TransferApi(invitation("accepted"), caller=TOMASZ)
    api.projects[0]["owner"] = TOMASZ
    api.list_projects = lambda: [dict(WEB)]
    outcome = ensure_transfer(api, TransferWanted(project_name="web", state="canceled"), False)
    assert (outcome.changed, outcome.project["owner"]) == (False, TOMASZ)


# Meaning somebody


@pytest.mark.parametrize("users", [(ZOE, MALLORY), (MALLORY, ZOE)], ids=["zoe-first", "mallory-first"])
def test_a_user_name_that_is_the_id_of_somebody_else_invites_nobody(users: tuple[dict[str, Any], ...]) -> None:
    facts = known(eligible=eligible(*users))
    with pytest.raises(CannotError, match=TWO_IDS):
        decide_transfer(wanted(new_owner=ZOE["id"]), facts)
    for new_owner, user in (("zoe", ZOE), (MALLORY["id"], MALLORY)):
        plan = decide_transfer(wanted(new_owner=new_owner), facts)
        assert plan.steps == (Invite(user["id"], user["username"]),)


@pytest.mark.parametrize("state", ["pending", "canceled"])
def test_an_invitation_of_that_user_is_not_that_of_the_other(state: str) -> None:
    facts = known(invitation(to=MALLORY), eligible=eligible(ZOE, MALLORY))
    with pytest.raises(CannotError, match=TWO_IDS):
        decide_transfer(wanted(state=state, new_owner=ZOE["id"]), facts)


def test_a_project_of_that_user_is_not_that_of_the_other() -> None:
    facts = known(project={**WEB, "owner": MALLORY}, eligible=eligible(ZOE), caller=MALLORY)
    with pytest.raises(CannotError, match=TWO_IDS):
        decide_transfer(wanted(new_owner=ZOE["id"]), facts)


def test_a_long_user_name_of_nobody_else_is_fine() -> None:
    facts = known(invitation(to=MALLORY), eligible=eligible(MALLORY, TOMASZ))
    assert decide_transfer(wanted(new_owner=MALLORY["username"]), facts).steps == ()
    assert decide_transfer(wanted(state="canceled", new_owner=MALLORY["username"]), facts).steps == (
        Respond("cancel", invitation(to=MALLORY)),
    )


def test_whoever_may_not_see_the_eligible_users_takes_the_name_as_it_is() -> None:
    facts = known(project={**WEB, "owner": MALLORY}, eligible=api_error(ForbiddenError, 403))
    assert decide_transfer(wanted(new_owner=MALLORY["username"]), facts).steps == ()


@pytest.mark.parametrize("new_owner", ["tomasz", "us-tomasz", ZOE["id"]])
def test_a_short_name_or_an_id_needs_no_list_of_eligible_users(new_owner: str) -> None:
    found = invitation(to=ZOE if new_owner == ZOE["id"] else TOMASZ)
    facts = Facts({Fact.PROJECT: WEB, Fact.NOW: NOW, Fact.INVITATIONS: [found]})
    assert decide_transfer(wanted(new_owner=new_owner), facts).invitation == found


@pytest.mark.parametrize("state", ["pending", "accepted", "declined", "canceled"])
def test_an_email_address_is_refused_before_the_first_request(state: str) -> None:
    api = TransferApi(invitation())
    with pytest.raises(InputError, match=r"^new_owner must be a user name or user ID, .*tomasz@example\.org\.$"):
        ensure_transfer(api, wanted(state=state, new_owner="tomasz@example.org"), False)
    assert api.calls == []


# Naming things as the task does


def test_the_owner_who_declines_is_told_that_it_is_hers() -> None:
    with pytest.raises(CannotError, match=r"^Project web \(.*\) belongs to this account, and only an invited user can"):
        decide_transfer(wanted(state="declined"), known(invitation()))


@pytest.mark.parametrize("state", ["accepted", "declined"])
def test_a_project_without_an_invitation_is_named_as_well_as_can_be(state: str) -> None:
    for project, about in ((WEB, r"web \(prj-mireille-web, owned by mireille"), (HIDDEN, "shop:")):
        facts = known(caller=TOMASZ, project=project)
        with pytest.raises(CannotError, match=rf"^There is no invitation of this account to own project {about}"):
            decide_transfer(wanted(state=state, project_name="shop"), facts)


def test_an_invitation_that_is_not_shown_may_be_a_wrong_id() -> None:
    with pytest.raises(RejectedError, match=r"tin-9 .* cannot be read by this account: the ID may be wrong"):
        decide_transfer(wanted(state="accepted", invitation_id="tin-9"), known(project=HIS_WEB))
