# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to be done about a transfer. Each desired state in each situation: `functional/test_transfer_table.py`."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

import pytest
from ansible_collections.community.scalingo.plugins.module_utils import _errors as errors
from ansible_collections.community.scalingo.plugins.module_utils._account import Account
from ansible_collections.community.scalingo.plugins.module_utils._api import Api
from ansible_collections.community.scalingo.plugins.module_utils._reconcile import Step
from ansible_collections.community.scalingo.plugins.module_utils._transfer import ensure_transfer
from ansible_collections.community.scalingo.plugins.module_utils._transfer_plan import (
    DesiredTransfer,
    TransferPlan,
    plan_transfer,
)
from stand_in import AMINA, ME, NOW, TOMASZ, WEB, Object, StandIn, invitation, response

HIS_WEB = {**WEB, "owner": TOMASZ}
HER_WEB = {**WEB, "owner": AMINA}
STATES = ("accepted", "declined", "canceled")
STATUSES = ("pending", "expired", "accepted", "declined", "canceled", "failed", "error", "frozen")
VERBS = {"accepted": "accept", "declined": "decline", "canceled": "cancel"}
INVITE, BY_ID = {"new_owner": "tomasz"}, {"invitation_id": "tin-1"}

# Someone whose user ID is the username of another user.
ZOE = {"id": "us-zoe", "username": "zoe", "email": "zoe@example.org", "flags": {}}
MALLORY = {"id": "us-mallory", "username": "us-zoe", "email": "mallory@example.org", "flags": {}}


def with_status(status: str, **more: Any) -> Object:
    return invitation("pending", expired=True, **more) if status == "expired" else invitation(status, **more)


def shown(
    *invitations: Object, caller: Object = ME, of: Object | None = WEB, **failing: type[errors.ApiError]
) -> StandIn:
    """Return what an account sees of the project web and of these invitations; and which of its reads fail."""
    api = StandIn(*([of] if of else []), caller=caller)
    api.invitations = [dict(each) for each in invitations]
    api.failing = {read: response(error) for read, error in failing.items()}
    return api


def plan(api: StandIn, **options: Any) -> TransferPlan:
    return plan_transfer(DesiredTransfer(**{"project_id": WEB["id"], **options}), Account(api))


def fail(api: StandIn, kind: type[errors.ScalingoError] = errors.CannotError, **options: Any) -> str:
    with pytest.raises(kind) as failure:
        plan(api, **options)
    assert api.writes == []
    return str(failure.value)


def invite(user: Object = TOMASZ) -> Step:
    return Step("", Api.create_invitation, (WEB["id"], user["id"]), "", predict=dict)


def close(verb: str, number: int = 1) -> Step:
    return Step("", Api.close_invitation, (WEB["id"], f"tin-{number}", verb), "", predict=dict)


# Options


@pytest.mark.parametrize(
    "options",
    [
        {"project_id": "..", "new_owner": "a"},
        {"project_id": "x", "state": "accepted", "invitation_id": "a/b"},
        {"project_id": "x", "new_owner": "a", "invitation_id": "t"},
        {"project_id": "x", "state": "accepted", "replace": True},
        {"project_id": "x", "state": "canceled", "wait": True},
        *({"project_id": "x", "new_owner": "a", "wait_timeout": bad} for bad in (-1, math.inf, math.nan)),
        *({"project_id": "x", "new_owner": "a@b.c", "state": state} for state in ("pending", *STATES)),
    ],
    ids=str,
)
def test_check_impossible_options_fails_without_request(options: Object) -> None:
    api = shown()
    with pytest.raises(errors.InputError):
        ensure_transfer(api, options, False)
    assert api.calls == []


# Inviting


@pytest.mark.parametrize("new_owner", ["tomasz", "us-tomasz"])
@pytest.mark.parametrize(
    ("invitations", "steps", "resource"),
    [
        ([], [invite()], None),
        ([invitation()], [], 1),
        *(([with_status(status)], [invite()], None) for status in STATUSES[1:]),
        ([invitation("declined"), invitation(number=2), invitation(number=3)], [], 3),
        # Until which moment it is pending.
        ([{**invitation(), "expires_at": NOW.isoformat()}], [invite()], None),
        ([{**invitation(), "expires_at": (NOW + timedelta(seconds=1)).isoformat()}], [], 1),
        ([invitation(to=AMINA)], [close("cancel"), invite()], 1),
    ],
)
def test_pending_steps(new_owner: str, invitations: list[Object], steps: list[Step], resource: int | None) -> None:
    found = plan(shown(*invitations), new_owner=new_owner, replace=len(steps) > 1 or not steps)
    assert list(found.steps) == steps
    assert (found.project, found.awaits_owner) == (WEB, False)
    assert (found.resource or {}).get("id") == (f"tin-{resource}" if resource else None)


@pytest.mark.parametrize(
    ("invitations", "otherwise"),
    [
        ([invitation("declined")], ()),
        ([with_status("expired", to=AMINA)], (close("cancel"), invite())),
        ([with_status("expired"), invitation("declined", number=2)], (close("cancel"), invite())),
        ([with_status("expired"), with_status("expired", number=2)], (close("cancel", 2), invite())),
    ],
)
def test_pending_expired_invitation_is_the_alternative(invitations: list[Object], otherwise: tuple[Step, ...]) -> None:
    (step,) = plan(shown(*invitations), **INVITE).steps
    assert step.otherwise == otherwise


def test_pending_invitation_to_another_user_names_both_and_its_end() -> None:
    other = invitation(to=AMINA)
    message = fail(shown(other), **INVITE)
    assert [word for word in ("'tomasz'", "'amina'", other["id"], other["expires_at"]) if word not in message] == []


@pytest.mark.parametrize("users", [[ZOE, MALLORY], [MALLORY, ZOE]])
def test_pending_username_that_is_the_id_of_another_user_invites_neither(users: list[Object]) -> None:
    api = shown()
    api.eligible = users
    message = fail(api, new_owner="us-zoe")
    assert "more than one user" in message and "'zoe' (us-zoe)" in message and "us-mallory" in message
    assert plan(api, new_owner="zoe").steps == (invite(ZOE),)
    assert plan(api, new_owner="us-mallory").steps == (invite(MALLORY),)


@pytest.mark.parametrize(
    "invitations",
    [
        [],
        [invitation("declined")],
        [invitation("accepted", to=AMINA)],
        [invitation("accepted"), invitation("accepted", to=AMINA, number=2)],
    ],
)
def test_pending_of_a_project_that_is_not_shown_fails(invitations: list[Object]) -> None:
    assert repr(WEB["id"]) in fail(shown(*invitations, of=None), errors.NotFoundError, **INVITE)
    assert repr(WEB["id"]) in fail(
        shown(of=None, list_invitations=errors.ForbiddenError), errors.NotFoundError, **INVITE
    )


# Accepting, declining, canceling


@pytest.mark.parametrize(
    ("of", "caller", "later", "waits"),
    [
        (WEB, TOMASZ, [], True),
        (WEB, TOMASZ, [invitation("declined", number=2)], True),
        (HIS_WEB, TOMASZ, [], False),
        (HER_WEB, TOMASZ, [], False),
        # It was transferred back since, to the caller or to another user.
        (WEB, TOMASZ, [invitation("accepted", number=2)], False),
        (WEB, ME, [], False),
        (None, TOMASZ, [], False),
    ],
)
def test_accepted_before_waits_only_while_it_is_under_way(
    of: Object | None, caller: Object, later: list[Object], waits: bool
) -> None:
    planned = plan(shown(invitation("accepted"), *later, caller=caller, of=of), state="accepted", **BY_ID)
    assert (planned.steps, planned.awaits_owner) == ((), waits)


@pytest.mark.parametrize("status", ["declined", "canceled", "failed", "error"])
@pytest.mark.parametrize("options", [{}, BY_ID, {"new_owner": "us-tomasz"}], ids=str)
def test_accepted_by_the_owner_is_done(status: str, options: Object) -> None:
    api = shown(invitation(status), caller=TOMASZ, of=HIS_WEB)
    assert plan(api, state="accepted", **options) == TransferPlan(None, project=HIS_WEB)
    # Not if another user was meant to own it.
    assert "'amina'" in fail(api, state="accepted", new_owner="amina")


@pytest.mark.parametrize("state", STATES)
def test_close_in_an_unknown_status_fails(state: str) -> None:
    api = shown(invitation("frozen"), caller=ME if state == "canceled" else TOMASZ)
    assert "frozen" in fail(api, state=state, **BY_ID)


NEWEST = [
    *(with_status("expired"), invitation(number=2), invitation(number=3), invitation("declined", number=4)),
    *(invitation(to=AMINA, number=5), with_status("expired", number=6)),
]


def test_close_without_id_takes_the_newest_pending_invitation() -> None:
    for state in ("accepted", "declined"):
        for of in (WEB, None):
            assert plan(shown(*NEWEST, caller=TOMASZ, of=of), state=state).steps == (close(VERBS[state], 3),)
        over = [with_status("expired"), invitation("canceled", number=2)]
        assert "tin-2" in fail(shown(*over, caller=TOMASZ), state=state)
    assert plan(shown(*NEWEST), state="canceled").steps == (close("cancel", 5),)
    assert plan(shown(*NEWEST), state="canceled", new_owner="tomasz").steps == (close("cancel", 3),)


@pytest.mark.parametrize("state", ["accepted", "declined"])
@pytest.mark.parametrize("of", [WEB, None])
def test_close_without_a_list_asks_for_the_invitation_id(state: str, of: Object | None) -> None:
    api = shown(caller=TOMASZ, of=of, list_invitations=errors.ForbiddenError)
    assert "invitation_id" in fail(api, errors.ForbiddenError, state=state)


@pytest.mark.parametrize("read", ["get_project", "list_invitations"])
@pytest.mark.parametrize("options", [INVITE, *({"state": state} for state in STATES)], ids=str)
def test_wrong_url_is_never_taken_for_absence(read: str, options: Object) -> None:
    caller = TOMASZ if options.get("state") in ("accepted", "declined") else ME
    fail(shown(caller=caller, **{read: errors.RouteNotFoundError}), errors.RouteNotFoundError, **options)


@pytest.mark.parametrize("options", [{"state": "accepted"}, {"state": "declined", **BY_ID}], ids=str)
def test_expired_token_is_not_taken_for_a_hidden_project(options: Object) -> None:
    """The API may return HTTP 401 for a missing right, too: another request tells."""
    api = shown(invitation(), caller=TOMASZ, get_project=errors.AuthenticationError)
    assert plan(api, **options).steps
    api.failing["list_projects"] = response(errors.AuthenticationError, 401)
    fail(api, errors.AuthenticationError, **options)


# Requests


@pytest.mark.parametrize(
    ("options", "caller", "calls"),
    [
        (INVITE, ME, ["get_project", "list_invitations"]),
        ({"new_owner": "amina", "replace": True}, ME, ["get_project", "list_invitations", "list_eligible_new_owners"]),
        ({"state": "accepted", **BY_ID}, TOMASZ, ["get_invitation"]),
        ({"state": "declined", **BY_ID}, TOMASZ, ["get_invitation", "get_project"]),
        ({"state": "canceled"}, ME, ["get_project", "list_invitations"]),
        ({"state": "canceled", "new_owner": "amina"}, ME, ["get_project", "list_invitations", "get_caller"]),
        # The owner has it already.
        ({"new_owner": "mireille"}, ME, ["get_project"]),
    ],
)
def test_requests_are_as_few_as_the_state_needs(options: Object, caller: Object, calls: list[str]) -> None:
    api = shown(invitation(), caller=caller)
    api._claim = False
    plan(api, **options)
    assert api.calls == calls


@pytest.mark.parametrize("named", [{}, {"project_name": "shop"}])
def test_missing_invitation_names_the_project_as_the_task_does(named: Object) -> None:
    assert repr(named.get("project_name", WEB["id"])) in fail(shown(caller=TOMASZ), state="accepted", **named)
