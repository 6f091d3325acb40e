# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the role project_baseline asks the modules for, and the report that it makes of their outcomes."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest
from ansible_collections.community.scalingo.plugins.module_utils._errors import InputError
from ansible_collections.community.scalingo.plugins.plugin_utils._report import (
    build_report,
    desired_projects,
    desired_transfers,
    handoffs_of,
    places_to_make_eligible,
    places_to_remove_former_owner,
    previous_owner,
)

MIREILLE = {"id": "us-1", "username": "mireille", "email": "mireille@example.org"}
TOMASZ = {"id": "us-2", "username": "tomasz"}
SHOP = {"id": "prj-1", "name": "shop", "default": False, "owner": MIREILLE}
SOLD = {**SHOP, "owner": TOMASZ}
PENDING = {"id": "tin-1", "status": "pending", "expires_at": "2026-07-09T13:20:31Z", "inviter_user_id": "us-1"}
HANDOFF = {"project": "shop", "new_owner": "tomasz"}
TOKEN = "tk-us-0123456789abcdef"
WITH_TOKEN = {**HANDOFF, "new_owner_api_token": TOKEN}
EVERYTHING = {**WITH_TOKEN, "make_eligible": True, "remove_former_owner": "yes"}
BLOCKER = {"resource": "shop-web", "type": "app", "reason": "not_a_collaborator"}
NOW = datetime(2026, 7, 9, 11, 20, 31, tzinfo=timezone.utc)
ID = "prj-b7e2915d-40c8-4a36-bd1f-7786e0c95a24"


class Omitted:
    """Like what Ansible puts in the place of omit, from ansible-core 2.19 on."""


Omitted.__name__ = "_OmitType"
UNSET = [None, "", " ", "__omit_place_holder__0123", Omitted()]


def outcome(action: str = "none", **changes: Any) -> dict[str, Any]:
    changed = action != "none"
    return {
        "changed": changed,
        "action": action,
        "failed": False,
        "msg": "",
        "unknown": False,
        "error": None,
        **changes,
    }


def transfer(action: str = "none", **changes: Any) -> dict[str, Any]:
    given = {
        "project_id": "prj-1",
        "project_name": "shop",
        "transfer_invitation": None,
        "project": SHOP,
        "blockers": [],
    }
    return outcome(action, **{**given, **changes})


FAILED = {"failed": True, "msg": "Cannot do it."}


def report(
    desired: Any = (),
    projects: Any = (),
    handoffs: Any = (),
    transfers: Any = (),
    check_mode: bool = False,
    **seen: Any,
) -> dict[str, Any]:
    context = {"account": MIREILLE, "api_url": "https://api.osc-fr1.scalingo.com", "check_mode": check_mode}
    results = {
        "desired": list(desired),
        "projects": {"outcomes": list(projects), "diff": seen.pop("diff", {}), **context},
        "handoffs": list(handoffs),
        "transfers": {"outcomes": list(transfers), **context},
        "eligible": {},
        "again": {},
        "removed": {},
        "check_mode": check_mode,
        **seen,
    }
    return dict(build_report(results, NOW))


def one(*arguments: Any, **keywords: Any) -> dict[str, Any]:
    (item,) = report(*arguments, **keywords)["items"]
    return dict(item)


def state(item: dict[str, Any]) -> tuple[Any, str]:
    return item["compliant"], item["action"]


def test_the_form() -> None:
    found = report(
        [{"name": "web"}], [outcome("create")], check_mode=True, diff={"before": {"projects": {"web": None}}}
    )
    version = found.pop("collection_version")
    assert version.count(".") == 2
    assert found == {
        "schema": 2,
        "compliant": False,
        "drift_count": 1,
        "unknown_count": 0,
        "error_count": 0,
        "checked_at": "2026-07-09T11:20:31Z",
        "check_mode": True,
        "account": MIREILLE,
        "api_url": "https://api.osc-fr1.scalingo.com",
        "items": [
            {
                "id": "project:web",
                "control": "project",
                "project": "web",
                "expected": "exists",
                "actual": "missing",
                "compliant": False,
                "action": "create",
                "remedy": "Run without check mode to apply the baseline.",
            }
        ],
    }
    assert report()["compliant"] is True
    assert report(projects=[], transfers=[], handoffs=[])["items"] == []


def test_an_account_that_is_not_known() -> None:
    results: dict[str, Any] = {key: {} for key in ("projects", "transfers", "eligible", "again", "removed")}
    nothing = build_report({**results, "desired": [], "handoffs": None, "check_mode": True})
    assert (nothing["account"], nothing["api_url"]) == ({"id": None, "username": None, "email": None}, None)


@pytest.mark.parametrize(
    ("ended", "check_mode", "expected"),
    [
        (outcome(), False, (True, "none")),
        (outcome("create"), False, (True, "create")),
        (outcome("create"), True, (False, "create")),
        (outcome(**FAILED), False, (False, "error")),
        (outcome(**FAILED, unknown=True), False, (None, "none")),
        (None, False, (None, "none")),
    ],
    ids=["none", "done", "predicted", "failed", "unknown", "no outcome"],
)
def test_how_a_project_can_end(ended: Any, check_mode: bool, expected: tuple[Any, str]) -> None:
    found = report([{"name": "web"}], [ended] if ended else [], check_mode=check_mode)
    (item,) = found["items"]
    assert state(item) == expected
    counts = (found["drift_count"], found["unknown_count"], found["error_count"])
    errors, unknown = expected[1] == "error", expected[0] is None
    assert counts == (int(expected[0] is False and not errors), int(unknown), int(errors))
    assert found["compliant"] is (expected[0] is True)


@pytest.mark.parametrize(
    ("desired", "before", "shown", "expected", "actual"),
    [
        ({"name": "old", "state": "absent"}, "old", "project:old", "absent", "exists"),
        ({"name": "www", "new_name": "web"}, "www", "project:www", "named web", "named www"),
        ({"project_id": "prj-1", "name": "web"}, "www", "project:prj-1", "named web", "named www"),
        ({"name": "web", "default": True}, None, "default_project:web", "exists, default project", "missing"),
        (
            {"project_id": "prj-1", "name": "web", "default": True},
            "www",
            "default_project:web",
            "named web, default project",
            "named www, not the default project",
        ),
    ],
)
def test_what_an_item_says(desired: Any, before: Any, shown: str, expected: str, actual: str) -> None:
    key = desired.get("project_id") or desired["name"]
    diff = {"before": {"projects": {key: before}}, "after": {"default_project": "web"}}
    item = one([desired], [outcome("update")], check_mode=True, diff=diff)
    assert (item["id"], item["expected"], item["actual"]) == (shown, expected, actual)


def test_the_default_project_comes_first_and_ids_are_unique() -> None:
    desired = [{"name": "web", "new_name": "www"}, {"name": "web"}, {"name": "main", "default": True}]
    found = report(desired, [outcome()] * 3)["items"]
    assert [item["id"] for item in found] == ["default_project:main", "project:web", "project:web#2"]


@pytest.mark.parametrize(
    ("handoff", "ended", "check_mode", "expected"),
    [
        (WITH_TOKEN, transfer(project=SOLD), False, (True, "none")),
        (WITH_TOKEN, transfer("invite_and_accept", project=SOLD), False, (True, "invite and accept")),
        (WITH_TOKEN, transfer("invite_and_accept", project=SOLD), True, (False, "invite and accept")),
        (HANDOFF, transfer("invite", transfer_invitation=PENDING), False, (False, "invite")),
        (HANDOFF, transfer(transfer_invitation=PENDING), True, (False, "none")),
        (HANDOFF, transfer(**FAILED), False, (False, "error")),
        (HANDOFF, transfer(**FAILED, unknown=True, project=None), False, (None, "none")),
        (HANDOFF, transfer(**FAILED, blockers=[BLOCKER]), True, (False, "error")),
    ],
    ids=["done before", "done", "predicted", "invited", "pending", "failed", "unknown", "not eligible"],
)
def test_how_a_transfer_can_end(handoff: Any, ended: Any, check_mode: bool, expected: tuple[Any, str]) -> None:
    item = one(handoffs=[handoff], transfers=[ended], check_mode=check_mode)
    assert state(item) == expected
    assert (item["id"], item["expected"]) == ("handoff:shop", "owned by tomasz")


def looped(result: dict[str, Any], place: int = 0) -> dict[str, Any]:
    return {"results": [{"__project_baseline_place": place, "changed": True, "pending": 0, **result}]}


def test_what_is_done_beside_the_transfer() -> None:
    blocked = transfer(**FAILED, blockers=[BLOCKER])
    everything = "make eligible, invite and accept, remove former owner"
    predicted = one(handoffs=[EVERYTHING], transfers=[blocked], check_mode=True, eligible=looped({}))
    assert state(predicted) == (False, everything)
    again = {"outcomes": [transfer("invite_and_accept", project=SOLD)]}
    done = {"eligible": looped({}), "again": again, "removed": looped({})}
    assert state(one(handoffs=[EVERYTHING], transfers=[blocked], **done)) == (True, everything)
    # The person has to accept the invitations to collaborate first.
    waits = one(
        handoffs=[EVERYTHING], transfers=[blocked], eligible=looped({"pending": 2}), again={"outcomes": [blocked]}
    )
    assert state(waits) == (False, "make eligible")
    for name in ("eligible", "removed"):
        failed = {**done, name: looped({"msg": "Cannot do it.", "changed": False})}
        item = one(handoffs=[EVERYTHING], transfers=[blocked], **failed)
        assert (*state(item), item["remedy"]) == (False, "error", "Cannot do it.")


def test_no_secret_and_no_control_character_is_in_a_text() -> None:
    item = one(
        handoffs=[WITH_TOKEN], transfers=[transfer(failed=True, msg=f"{TOKEN[:9]}\u200b{TOKEN[9:]} \x07\n{TOKEN}")]
    )
    assert TOKEN not in str(item)
    assert item["remedy"].isprintable()
    assert len(one([{"name": "web"}], [outcome(failed=True, msg="x" * 9999)])["remedy"]) <= 700


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, []),
        ({"projects": [{"name": "web"}]}, [{"name": "web"}]),
        ({"default_project": "web"}, [{"name": "web", "default": True}]),
        ({"default_project": 2024}, [{"name": "2024", "default": True}]),
        ({"default_project": "web", "projects": [{"name": "web"}]}, [{"name": "web", "default": True}]),
        (
            {"default_project": "web", "projects": [{"name": "www", "new_name": "web"}]},
            [{"name": "www", "new_name": "web", "default": True}],
        ),
        (
            {"default_project": "main", "present": [{"id": "prj-1", "name": "default"}], "projects": [{"name": "web"}]},
            [{"project_id": "prj-1", "name": "main", "default": True}, {"name": "web"}],
        ),
        # What the baseline names keeps its name.
        (
            {"default_project": "main", "present": [{"id": "prj-1", "name": "web"}], "projects": [{"name": "web"}]},
            [{"name": "main", "default": True}, {"name": "web"}],
        ),
        ({"projects": [{"name": "shop"}, {"name": "web"}], "handoffs": [HANDOFF]}, [{"name": "web"}]),
    ],
)
def test_the_projects_that_are_asked_for(variables: dict[str, Any], expected: list[dict[str, Any]]) -> None:
    assert desired_projects(variables) == expected


@pytest.mark.parametrize(
    "variables",
    [
        {"default_project": "shop", "handoffs": [HANDOFF]},
        {"default_project": True},
        {"projects": [{"name": "shop", "state": "absent"}], "handoffs": [HANDOFF]},
        {"projects": "shop"},
        {"projects": ["shop"]},
        {"handoffs": "shop"},
        {"handoffs": ["shop"]},
        {"handoffs": [{"project": "shop"}]},
        {"handoffs": [{**HANDOFF, "project": False}]},
        {"handoffs": [{**HANDOFF, "new_owner": ["tomasz"]}]},
        {"handoffs": [{**WITH_TOKEN, "invite": True}]},
    ],
)
def test_a_baseline_that_cannot_be_meant(variables: dict[str, Any]) -> None:
    with pytest.raises(InputError) as raised:
        desired_projects(variables)
    assert TOKEN not in str(raised.value)


@pytest.mark.parametrize("unset", UNSET, ids=["null", "empty", "blank", "2.16", "2.19"])
def test_what_is_unset(unset: Any) -> None:
    assert desired_projects(dict.fromkeys(("default_project", "projects", "handoffs", "present"), unset)) == []
    keys = ("new_owner_api_token", "reinvite", "new_owner_email", "make_eligible", "remove_former_owner")
    assert handoffs_of([{**HANDOFF, **dict.fromkeys(keys, unset)}]) == [HANDOFF]
    assert handoffs_of([{"project": 2024, "new_owner": " tomasz "}]) == [{"project": "2024", "new_owner": "tomasz"}]


def test_the_transfers_that_are_asked_for() -> None:
    shown = {"projects": [{"id": "prj-2", "name": "blog"}], "unlisted": [{"id": "prj-3", "name": ID}, None]}
    handoffs = [WITH_TOKEN, {**HANDOFF, "project": "prj-2"}, {**HANDOFF, "project": ID, "reinvite": True}]
    assert desired_transfers(handoffs, shown) == [
        {"project_name": "shop", "new_owner": "tomasz", "new_owner_api_token": TOKEN, "reinvite": False},
        {"project_id": "prj-2", "new_owner": "tomasz", "reinvite": False},
        # A name that looks like an ID.
        {"project_name": ID, "new_owner": "tomasz", "reinvite": True},
    ]
    assert "project_id" in desired_transfers([{**HANDOFF, "project": ID}], {})[0]


def test_the_places_of_handoffs_that_need_more() -> None:
    handoffs = [WITH_TOKEN, EVERYTHING, EVERYTHING, {**HANDOFF, "remove_former_owner": True}]
    blocked = transfer(**FAILED, blockers=[BLOCKER])
    transfers = {"outcomes": [blocked, blocked, transfer("invite_and_accept"), transfer()]}
    assert places_to_make_eligible(handoffs, transfers) == [1]
    again = {"outcomes": [transfer("invite_and_accept")]}
    assert places_to_remove_former_owner(handoffs, transfers, again) == [1, 2]
    assert places_to_remove_former_owner(handoffs, transfers, {}) == [2]
    assert places_to_remove_former_owner(handoffs, {**transfers, "check_mode": True}, {}) == []
    assert places_to_make_eligible(handoffs, {}) == places_to_remove_former_owner(handoffs, {}, {}) == []
    assert previous_owner({"account": MIREILLE}) == "mireille"
    assert previous_owner({"account": None, "outcomes": [transfer(transfer_invitation=PENDING)]}) == "us-1"
