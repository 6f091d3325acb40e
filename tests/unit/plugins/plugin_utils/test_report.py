# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the role project_baseline asks the modules for, and the report that it makes of their outcomes."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.community.scalingo.plugins.module_utils._errors import InputError
from ansible_collections.community.scalingo.plugins.plugin_utils._report import build_report, plan_baseline

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


def outcome(action: str = "none", **changes: Any) -> dict[str, Any]:
    given = {"failed": False, "msg": "", "unknown": False, "error": None}
    return {"changed": action != "none", "action": action, **given, **changes}


def transfer(action: str = "none", **changes: Any) -> dict[str, Any]:
    given = {"project_id": "prj-1", "project_name": "shop", "transfer_invitation": None, "project": SHOP}
    return outcome(action, **{**given, "blockers": [], **changes})


FAILED = {"failed": True, "msg": "Cannot do it."}


def report(
    desired: Any = (),
    projects: Any = (),
    handoffs: Any = (),
    transfers: Any = (),
    check_mode: bool = False,
    **results: Any,
) -> dict[str, Any]:
    context = {"account": MIREILLE, "api_url": "https://api.osc-fr1.scalingo.com", "check_mode": check_mode}
    seen = {
        "projects": {"outcomes": list(projects), "diff": results.pop("diff", {}), **context},
        "transfers": {"outcomes": list(transfers), **context},
        "check_mode": check_mode,
        **results,
    }
    return dict(build_report({"projects": list(desired), "handoffs": list(handoffs)}, seen, NOW)["report"])


def one(*arguments: Any, **keywords: Any) -> dict[str, Any]:
    (item,) = report(*arguments, **keywords)["items"]
    return dict(item)


def state(item: dict[str, Any]) -> tuple[Any, str]:
    return item["compliant"], item["action"]


def test_the_form() -> None:
    found = report(
        [{"name": "web"}], [outcome("create")], check_mode=True, diff={"before": {"projects": {"web": None}}}
    )
    assert found.pop("collection_version").count(".") == 2
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


@pytest.mark.parametrize(
    ("ended", "check_mode", "expected"),
    [
        (outcome(), False, (True, "none")),
        (outcome("create"), False, (True, "create")),
        (outcome("create"), True, (False, "create")),
        (outcome(**FAILED), False, (False, "error")),
        (outcome(**FAILED, unknown=True), False, (None, "none")),
        (outcome("create", **FAILED, unknown=True), False, (None, "create")),
        (None, False, (None, "none")),
    ],
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
        (WITH_TOKEN, transfer("invite", **FAILED, unknown=True), False, (None, "invite")),
        (HANDOFF, transfer(**FAILED, blockers=[BLOCKER]), True, (False, "error")),
    ],
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
    for name in ("eligible", "removed"):
        failed = {**done, name: looped({"msg": "Cannot do it.", "changed": False})}
        item = one(handoffs=[EVERYTHING], transfers=[blocked], **failed)
        assert (*state(item), item["remedy"]) == (False, "error", "Cannot do it.")


@pytest.mark.parametrize(("check_mode", "compliant"), [(True, False), (False, True)])
def test_an_audit_does_not_overlook_a_previous_owner_who_still_collaborates(check_mode: bool, compliant: bool) -> None:
    transferred = transfer(project=SOLD)
    item = one(handoffs=[EVERYTHING], transfers=[transferred], check_mode=check_mode, removed=looped({}))
    assert (*state(item), bool(item["remedy"])) == (compliant, "remove former owner", not compliant)


@pytest.mark.parametrize(
    ("eligible", "check_mode", "action", "remedy"),
    [
        ({"pending": 2}, False, "make eligible", "accept 2 invitations to"),
        ({"pending": 1, "changed": False}, False, "none", "accept 1 invitation to"),
        ({"pending": 1, "changed": False}, True, "none", "accept 1 invitation to"),
        # Before anything is sent, there is nothing to accept.
        ({"pending": 1}, True, "make eligible", "Run without check mode"),
        ({}, True, "make eligible, invite", "Run without check mode"),
    ],
)
def test_a_person_has_to_accept_the_invitations_to_collaborate_first(
    eligible: dict[str, Any], check_mode: bool, action: str, remedy: str
) -> None:
    blocked = transfer(**FAILED, blockers=[BLOCKER])
    results = {"eligible": looped(eligible), "again": {} if check_mode else {"outcomes": [blocked]}}
    handoff = {**HANDOFF, "make_eligible": True}
    item = one(handoffs=[handoff], transfers=[blocked], check_mode=check_mode, **results)
    assert (*state(item), remedy in item["remedy"]) == (False, action, True), item


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
        ({"projects": [{"name": "shop"}, {"name": "web"}], "handoffs": [HANDOFF]}, [{"name": "web"}]),
        ({"projects": [{"name": "web"}], "handoffs": [HANDOFF], "default_project": "a", "only_handoffs": True}, []),
    ],
)
def test_the_projects_that_are_asked_for(variables: dict[str, Any], expected: list[dict[str, Any]]) -> None:
    plan = plan_baseline(variables, {})
    assert (plan["items"], plan["rest"]) == (expected, [])


@pytest.mark.parametrize(
    "variables",
    [
        {"default_project": True},
        {"projects": ["shop"]},
        {"handoffs": [{**HANDOFF, "new_owner": ["tomasz"]}]},
        {"handoffs": [{**WITH_TOKEN, "reinvite": "perhaps"}]},
        {"handoffs": [WITH_TOKEN, {**HANDOFF, "remove_former_owner": "yes"}]},
        {"handoffs": [{**HANDOFF, "remove_former_owner": True, "new_owner_api_token": " "}]},
        {"report_dir": True},
        {"required": "Set something."},
        {"required": "Set something.", "projects": [{"name": "web"}], "only_handoffs": True},
    ],
)
def test_a_baseline_that_cannot_be_meant(variables: dict[str, Any]) -> None:
    with pytest.raises(InputError) as raised:
        plan_baseline(variables, {})
    assert TOKEN not in str(raised.value)


def test_the_transfers_that_are_asked_for() -> None:
    shown = {"projects": [{"id": "prj-2", "name": "blog"}], "unlisted": [{"id": "prj-3", "name": ID}, None]}
    handoffs = [WITH_TOKEN, {**HANDOFF, "project": "prj-2"}, {**HANDOFF, "project": ID, "reinvite": True}]
    assert plan_baseline({"handoffs": handoffs}, {"projects": shown})["transfers"] == [
        {"project_name": "shop", "new_owner": "tomasz", "new_owner_api_token": TOKEN, "reinvite": False},
        {"project_id": "prj-2", "new_owner": "tomasz", "reinvite": False},
        # A name that looks like an ID.
        {"project_name": ID, "new_owner": "tomasz", "reinvite": True},
    ]
    assert "project_id" in plan_baseline({"handoffs": [{**HANDOFF, "project": ID}]}, {})["transfers"][0]


ACCEPTED = {**PENDING, "status": "accepted"}
DONE = transfer("invite_and_accept", transfer_invitation=ACCEPTED)


def test_the_places_of_handoffs_that_need_more() -> None:
    handoffs = [WITH_TOKEN, EVERYTHING, EVERYTHING, WITH_TOKEN, EVERYTHING]
    blocked = transfer(**FAILED, blockers=[BLOCKER])
    outcomes = [blocked, blocked, DONE, transfer(), transfer(project=SOLD)]
    transfers = {"outcomes": outcomes, "account": MIREILLE}

    def places(**results: Any) -> tuple[Any, Any, Any]:
        plan = plan_baseline({"handoffs": handoffs}, {"transfers": transfers, **results})
        return plan["ineligible"], list(plan["former"]), plan["unproven"]

    assert places(transfers={}) == ([], [], [])
    assert places() == ([1], [2], [4])
    assert places(again={"outcomes": [DONE]}) == ([1], [1, 2], [4])
    assert places(transfers={**transfers, "check_mode": True}) == ([1], [], [4])
    # Only who owned it before is removed: this account, as an accepted invitation shows.
    for inviter, proven in (("us-1", [2, 4]), ("us-3", [2])):
        accepted = looped({"transfer_invitations": [{**ACCEPTED, "inviter_user_id": inviter}]}, place=4)
        assert places(accepted=accepted)[1] == proven


GIVEN = {**transfer(project={**SOLD, "id": ID}), "project_id": ID}
HIDDEN = transfer(**FAILED, unknown=True, project=None)
WEB = {**SHOP, "id": "prj-2", "name": "web"}
OWN = {**SHOP, "id": ID}


def first(*shown: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """What a first task without items returns: it only reads the account."""
    return {"outcomes": [], "unlisted": list(shown), "account": MIREILLE, "check_mode": False, **changes}


@pytest.mark.parametrize(
    ("items", "project", "ended", "shown", "rest", "held"),
    [
        # The items that are not the transferred project.
        ([{"name": "shop"}, {"name": "web"}], ID, GIVEN, [], [{"name": "web"}], []),
        ([{"project_id": ID, "name": "store"}], "shop", GIVEN, [], [], []),
        ([{"project_id": "prj-2"}], "shop", GIVEN, [], [{"project_id": "prj-2"}], []),
        # The account shows which project it is, even if the transfer could not be checked.
        ([{"name": "shop"}, {"name": "web"}], ID, HIDDEN, [OWN], [{"name": "web"}], []),
        ([{"project_id": ID, "name": "store"}], "shop", HIDDEN, [OWN], [], []),
        # A project of another user may have that name, too.
        ([{"project_id": ID}], "shop", HIDDEN, [{**OWN, "owner": TOMASZ}], [{"project_id": ID}], []),
        # Which project it is, is not known: it must not be created.
        ([{"name": "web"}], ID, HIDDEN, [], [], [{"name": "web"}]),
        ([{"name": "www", "new_name": "web"}], ID, HIDDEN, [], [], [{"name": "www", "new_name": "web"}]),
        ([{"name": "web"}], ID, HIDDEN, [WEB], [{"name": "web"}], []),
        ([{"name": "www", "new_name": "web"}], ID, HIDDEN, [WEB], [{"name": "www", "new_name": "web"}], []),
        ([{"name": "web", "state": "absent"}], ID, HIDDEN, [], [{"name": "web", "state": "absent"}], []),
    ],
)
def test_a_project_by_name_and_its_handoff_by_id(
    items: Any, project: str, ended: Any, shown: Any, rest: Any, held: Any
) -> None:
    variables = {"projects": items, "handoffs": [{**WITH_TOKEN, "project": project}]}
    results = {"projects": first(*shown), "transfers": {"outcomes": [ended], "check_mode": False}}
    plan = plan_baseline(variables, results)
    assert (plan["items"], plan["rest"], [item for item, _message in plan["held"]]) == ([], rest, held)
    ends = {"outcomes": [outcome()] * len(rest), "check_mode": False} if rest else {"skipped": True}
    found = build_report(variables, {**results, "rest": ends, "check_mode": True})["report"]
    left = [item for item in found["items"] if item["control"] == "project"]
    assert [item["compliant"] for item in left] == [True] * len(rest) + [None] * len(held)
    assert all(item["remedy"] for item in left if item["compliant"] is None)
    assert found["check_mode"] is False


def test_the_default_project_that_is_renamed() -> None:
    """Only that of the account itself, and none that the baseline names."""
    variables = {"default_project": "main", "rename_default": True, "projects": [{"name": "web"}]}
    old = {**SHOP, "name": "default", "default": True}
    theirs = {**old, "id": "prj-9", "owner": TOMASZ}
    assert plan_baseline(variables, {})["rest"] == []
    renamed = [{"project_id": "prj-1", "name": "main", "default": True}, {"name": "web"}]
    plan = plan_baseline(variables, {"projects": first(theirs, old, WEB)})
    assert (plan["items"], plan["rest"]) == ([], renamed)
    for shown, given in (
        ([old], {**variables, "projects": [{"name": "default"}]}),
        ([old, {**SHOP, "name": "main"}], variables),
        ([theirs], variables),
    ):
        assert plan_baseline(given, {"projects": first(*shown)})["rest"][0] == {"name": "main", "default": True}
    # A token may not tell whose it is: then one default project is clear, and of two, neither is changed.
    assert plan_baseline(variables, {"projects": first(old, WEB, account=None)})["rest"] == renamed
    plan = plan_baseline(variables, {"projects": first(theirs, old, account=None)})
    assert (plan["rest"], [item["name"] for item, _message in plan["held"]]) == ([{"name": "web"}], ["main"])
    no_default = {"rename_default": True, "projects": [{"name": "web"}]}
    assert plan_baseline(no_default, {})["items"] == [{"name": "web"}]


@pytest.mark.parametrize(
    ("read", "telling"), [(first(), "attempted"), ({"msg": "Cannot do it."}, "Cannot do it.")], ids=["read", "failed"]
)
def test_without_reports_nothing_is_attempted(tmp_path: Path, read: dict[str, Any], telling: str) -> None:
    """In a normal run. An audit writes nothing anyway."""
    (tmp_path / "file").write_text("")
    variables = {"projects": [{"name": "web"}], "handoffs": [EVERYTHING], "report_dir": str(tmp_path / "file")}
    plan = plan_baseline(variables, both := {"projects": read, "again": read})
    assert not any(plan[key] for key in ("items", "rest", "transfers", "ineligible", "former", "unproven"))
    found = build_report(variables, {"transfers": {"skipped": True}, "check_mode": False, **both})
    assert ([state(item) for item in found["report"]["items"]], found["stopped"]) == ([(None, "none")] * 2, True)
    assert found["reasons"] == ([read["msg"]] if "msg" in read else [])
    assert all(telling in item["remedy"] for item in found["report"]["items"])
    audit = plan_baseline(variables, {"projects": first(check_mode=True)})
    assert (audit["rest"], len(audit["transfers"]), audit["stopped"]) == ([{"name": "web"}], 1, False)
    # The directory was writable until something was written.
    assert plan_baseline(variables, {"projects": first(outcomes=[outcome("create")])})["stopped"] is False


def test_a_directory_is_tried_before_the_first_write(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for name, expected in (("", True), ("new/one", True), ("file", False), ("file/below", False)):
        assert plan_baseline({"report_dir": str(tmp_path / name)}, {})["is_writable"] is expected
