# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report of the role project_baseline: every way in which an item can end."""

from __future__ import annotations

import base64
import json
import re
from datetime import datetime, timezone
from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.community.scalingo.plugins.filter.baseline_report import baseline_report
from ansible_collections.community.scalingo.plugins.module_utils._errors import CannotError, InputError, TransportError
from ansible_collections.community.scalingo.plugins.module_utils._http.client import Client
from ansible_collections.community.scalingo.plugins.module_utils._items import NOTHING_WRITTEN, both, keys, name_item
from ansible_collections.community.scalingo.plugins.module_utils._options import Connection
from ansible_collections.community.scalingo.plugins.module_utils._plan import Wanted
from ansible_collections.community.scalingo.plugins.plugin_utils._baseline_findings import Seen
from ansible_collections.community.scalingo.plugins.plugin_utils._baseline_report import (
    LONGEST_TEXT,
    build_report,
    clean,
)

MIREILLE = {"id": "us-1", "username": "mireille"}
TOMASZ = {"id": "us-2", "username": "tomasz"}
SHOP = {"id": "prj-1", "name": "shop", "default": False, "owner": MIREILLE}
SOLD = {**SHOP, "owner": TOMASZ}
OFFER = {"id": "tin-1", "status": "pending", "invited_user_id": "us-2", "expires_at": "2026-07-09T13:20:31.500+02:00"}
PLANNED = {**OFFER, "id": None, "expires_at": None}


def outcome(action: str = "none", name: str = "web") -> dict[str, Any]:
    return {"name": name, "changed": action != "none", "action": action, "project": None}


def report(
    items: Any = (),
    handoffs: Any = (),
    records: Any = (),
    visible: Any = (),
    failures: Any = (),
    others: Any = None,
    check_mode: bool = False,
    **bulk: Any,
) -> dict[str, Any]:
    seen = Seen(list(items), bulk, failures, others or {}, visible, check_mode)
    return dict(
        build_report(seen, list(handoffs), list(records), datetime(2026, 7, 9, 11, 20, 31, tzinfo=timezone.utc))
    )


def one(*arguments: Any, **keywords: Any) -> dict[str, Any]:
    items = report(*arguments, **keywords)["items"]
    assert len(items) == 1
    return dict(items[0])


def test_the_form() -> None:
    assert report([{"name": "web"}], outcomes=[outcome()]) == {
        "schema": 1,
        "compliant": True,
        "drift_count": 0,
        "unknown_count": 0,
        "checked_at": "2026-07-09T11:20:31Z",
        "items": [
            {
                "id": "project:web",
                "control": "project",
                "project": "web",
                "expected": "exists",
                "actual": "exists",
                "compliant": True,
                "action": "none",
                "remedy": None,
            }
        ],
    }
    assert report()["compliant"] is True


WISHES: list[tuple[dict[str, Any], str, Any, str, str, str]] = [
    # wanted, action, name before, expected, actual in check mode, what a run does
    ({"name": "web"}, "create", None, "exists", "missing", "creates it"),
    ({"name": "web", "state": "absent"}, "delete", "web", "absent", "exists", "deletes it"),
    (
        {"name": "www", "new_name": "web"},
        "update",
        "www",
        "exists, renamed from www",
        "is named www",
        "renames it",
    ),
    (
        {"name": "web", "default": True},
        "update",
        "web",
        "is the default project",
        "is not the default project, the default project is named old",
        "makes it the default project",
    ),
    (
        {"name": "www", "new_name": "web", "default": True},
        "update",
        "www",
        "is the default project, renamed from www",
        "is named www, is not the default project, the default project is named old",
        "renames it and makes it the default project",
    ),
    (
        {"name": "old", "new_name": "web", "default": True},
        "update",
        "old",
        "is the default project, renamed from old",
        "is named old",
        "renames it",
    ),
    (
        {"name": "web", "default": True},
        "create",
        None,
        "is the default project",
        "missing, the default project is named old",
        "creates it as the default project",
    ),
    (
        {"project_id": "web", "default": False},
        "update",
        None,
        "exists, is not the default project",
        "differs",
        "changes",
    ),
]


@pytest.mark.parametrize(("wanted", "action", "before", "expected", "actual", "mending"), WISHES)
@pytest.mark.parametrize("check_mode", [True, False])
def test_what_differs_is_drift_in_check_mode_and_mended_in_a_run(
    wanted: dict[str, Any], action: str, before: Any, expected: str, actual: str, mending: str, check_mode: bool
) -> None:
    projects = {wanted.get("project_id") or wanted["name"]: before}
    diff = {"before": {"projects": projects, **({"default_project": "old"} if wanted.get("default") else {})}}
    whole = report([wanted], outcomes=[outcome(action)], diff=diff, check_mode=check_mode)
    item = whole["items"][0]
    assert (item["action"], item["expected"]) == (action, expected)
    assert item["control"] == ("default_project" if wanted.get("default") else "project")
    assert whole["drift_count"] == int(check_mode)
    if check_mode:
        assert (item["compliant"], item["actual"]) == (False, actual)
        assert mending in item["remedy"]
    else:
        assert (item["compliant"], item["remedy"]) == (True, None)
        assert expected.startswith(item["actual"])


def test_what_was_before_is_found_among_others() -> None:
    items = [{"name": "new"}, {"name": "gone", "state": "absent"}, {"name": "x"}, {"name": "www", "new_name": "web"}]
    outcomes = [outcome("create"), outcome(), outcome(), outcome("update")]
    projects = {"new": None, "gone": None, "x": "x", "www": "www"}
    found = report(items, outcomes=outcomes, diff={"before": {"projects": projects}}, check_mode=True)
    assert [item["actual"] for item in found["items"]] == ["missing", "absent", "exists", "is named www"]


# What is listed before and after a renaming, for which the diff may need places.
@pytest.mark.parametrize("before", [[], [{"name": "x"}], [{"name": "www"}, {"name": "x"}]])
@pytest.mark.parametrize("after", [[], [{"name": "www"}], [{"name": "www (item 1)", "state": "absent"}]])
@pytest.mark.parametrize("others", [False, True])
def test_what_was_before_is_found_by_what_the_diff_calls_it(before: Any, after: Any, others: bool) -> None:
    """The diff is that of the module, so that a change of it is seen here."""
    listed = [*before, {"name": "www", "new_name": "web"}, *after]
    names = [f"old name {place}" for place in range(len(listed))]
    projects = dict(zip(keys([Wanted(**item) for item in listed]), names, strict=True))
    told = {"outcomes": [outcome("update")] * len(listed), "diff": {"before": {"projects": projects}}}
    if others:
        look = {**told, "indexes": list(range(1, len(listed) + 1))}
        found = report([{"name": "bad"}, *listed], failures=[failure(0)], others=look, check_mode=True)
    else:
        found = report(listed, check_mode=True, **told)
    actual = [item["actual"] for item in found["items"]][-len(listed) :]
    assert actual == [f"is named {name}" for name in names]


@pytest.mark.parametrize("item", [{"project_id": "", "name": "web "}, {"project_id": None, "name": 0}])
def test_what_was_before_is_found_by_any_name(item: dict[str, Any]) -> None:
    """As the module takes it: an empty option is none, a number is a text, and a space belongs to a name."""
    projects = {str(item["name"]): "old"}
    wanted = {**item, "new_name": "site"}
    found = report([wanted], outcomes=[outcome("update")], diff={"before": {"projects": projects}}, check_mode=True)
    assert found["items"][0]["actual"] == "is named old"


def test_the_default_project_comes_first_and_every_id_once() -> None:
    items = [{"name": "web", "state": "absent"}, {"name": "www", "new_name": "web"}, {"name": "b", "default": True}]
    found = report(items, outcomes=[outcome()] * 3)
    assert [item["id"] for item in found["items"]] == ["default_project:b", "project:web", "project:web#2"]


FAILED = "In item 2 of projects (b): Cannot create project b. Not tried any more: create project c."
LIST: list[dict[str, Any]] = [{"name": "a"}, {"name": "b"}, {"name": "c"}]


def failure(*indexes: int, msg: str = FAILED, **more: Any) -> dict[str, Any]:
    return {"indexes": list(indexes), "msg": msg, "error": {}, **more}


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_list_that_fails_in_the_middle(check_mode: bool) -> None:
    others = {"indexes": [0, 2], "outcomes": [outcome(), outcome("create")]}
    outcomes = [outcome("create"), outcome(), outcome()]
    failed = failure(1, listed=[0, 1, 2])
    found = report(LIST, failures=[failed], outcomes=outcomes, others=others, check_mode=check_mode)
    a, b, c = found["items"]
    assert (a["compliant"], a["action"]) == (not check_mode, "create")
    assert (b["compliant"], b["action"]) == (False, "error")
    assert b["remedy"] == "Cannot create project b. Not tried any more: create project c."
    assert (c["compliant"], c["action"]) == (False, "create" if check_mode else "none")
    assert found["drift_count"] == (2 if check_mode else 1)
    assert "stopped" in c["remedy"] or check_mode


def test_a_list_that_is_refused_as_a_whole() -> None:
    message = "Item 1 of projects (a) and item 3 of projects (c) mean the same project."
    both = failure(0, 2, msg=message, listed=[0, 1, 2])
    found = report(LIST, failures=[both], others={"indexes": [1], "outcomes": [outcome()]})
    assert [item["compliant"] for item in found["items"]] == [False, True, False]
    assert [item["action"] for item in found["items"]] == ["error", "none", "error"]
    assert found["items"][0]["remedy"] == "a and c mean the same project."


def test_no_message_says_that_a_run_wrote_nothing_which_wrote_something_elsewhere() -> None:
    """The list with what is refused wrote nothing, but the role then wrote what the others want."""
    refused = CannotError("It belongs to tomasz.")
    refused.add_consequence(NOTHING_WRITTEN)
    failed = {**refused.as_failure(), "indexes": [1], "listed": [0, 1]}
    items = [{"name": "web"}, {"name": "theirs", "state": "absent"}]
    found = report(items, failures=[failed], outcomes=[outcome("create")], indexes=[0])
    assert [item["action"] for item in found["items"]] == ["create", "error"]
    assert found["items"][1]["remedy"] == "It belongs to tomasz."


def test_the_others_are_known_by_what_they_were_called() -> None:
    items = [{"name": "bad"}, {"name": "www", "new_name": "web"}]
    others = {"indexes": [1], "outcomes": [outcome("update")], "diff": {"before": {"projects": {"www": "www"}}}}
    found = report(items, failures=[failure(0)], others=others, check_mode=True)
    assert found["items"][1]["actual"] == "is named www"


@pytest.mark.parametrize("name", ["b", "b (old)", "a)(b", "123"])
@pytest.mark.parametrize("listed", [[0, 1, 2], [1, 2], [2]])
def test_no_message_speaks_of_places_in_a_list_that_nobody_wrote(name: str, listed: list[int]) -> None:
    """The messages are those of the modules, so that a change of theirs is seen here."""
    projects = [{"name": "x"}, {"name": "y"}, {"name": name}]
    items = [Wanted(name=projects[index]["name"]) for index in listed]
    error = InputError("No.")
    name_item(error, items, len(listed) - 1)
    last = {**error.as_failure(), "listed": listed, "indexes": [2]}
    assert report(projects, failures=[last], outcomes=[])["items"][2]["remedy"] == "No."
    last["msg"] = f"{both(items, 0, len(listed) - 1)} clash."
    first = projects[listed[0]]["name"]
    assert report(projects, failures=[last], outcomes=[])["items"][2]["remedy"] == f"{first} and {name} clash."


def test_what_the_transport_says_without_an_answer_is_understood() -> None:
    """Only the message tells that from a refusal, so the message has to stay what it is."""
    pytest.importorskip("requests")
    connection = Connection("http://127.0.0.1:1", "http://127.0.0.1:1", 1, 0, True, bearer_token="me")
    with pytest.raises(TransportError) as caught:
        Client(connection).get("/v1/projects")
    item = one([{"name": "a"}], failures=[{"indexes": [0], **caught.value.as_failure()}], check_mode=True)
    assert (item["compliant"], item["action"]) == (None, "none")


@pytest.mark.parametrize(("done", "action"), [("none", "none"), ("update", "update")])
def test_a_write_of_which_nobody_knows_whether_it_was_done_is_unknown(done: str, action: str) -> None:
    lost = failure(1, msg="In item 2 of projects (b): Whether it was done is not known.", outcome_unknown=True)
    others = {"indexes": [0, 2], "outcomes": [outcome(), outcome("create")]}
    outcomes = [outcome("create"), outcome(done), outcome()]
    found = report(LIST, failures=[{**lost, "listed": [0, 1, 2]}], outcomes=outcomes, others=others)
    assert [item["compliant"] for item in found["items"]] == [True, None, False]
    assert (found["unknown_count"], found["drift_count"]) == (1, 1)
    item = found["items"][1]
    assert (item["action"], item["actual"]) == (action, "not known")
    assert item["remedy"] == "Whether it was done is not known."


@pytest.mark.parametrize(
    ("why", "check_mode", "compliant"),
    [
        ({"msg": "No.", "error": {"status": 409}}, True, False),
        ({"msg": "No."}, True, False),
        ({"msg": "Down.", "error": {"status": 503}}, True, None),
        ({"msg": "Down.", "error": {"status": 503}}, False, False),
        ({"msg": "Slow.", "error": {"status": 429}}, True, None),
        ({"msg": "GET http://127.0.0.1:1/v1/projects received no response: Connection refused."}, True, None),
        ({"msg": "The API says: received no response: 42."}, True, False),
    ],
)
def test_why_an_item_failed(why: Any, check_mode: bool, compliant: Any) -> None:
    item = one([{"name": "a"}], failures=[failure(0, **why)], check_mode=check_mode)
    assert (item["compliant"], item["remedy"]) == (compliant, why["msg"])
    assert item["action"] == ("none" if compliant is None else "error")


GONE = failure(0, msg="There is no project prj-1.", error={"status": 404, "method": "GET"}, hidden=True)
HANDED = {"index": 0, "new_owner": "tomasz", "found": [SOLD], "by_id": False}
ACCEPTED = {"status": "accepted", "inviter_user_id": "us-1", "invited_user_id": "us-2"}


def test_an_id_that_may_be_hidden_since_its_handoff_is_unknown_and_the_others_are_what_they_are() -> None:
    items = [{"project_id": "prj-1"}, {"name": "web"}, {"name": "api"}]
    bulk = {"indexes": [1, 2], "outcomes": [outcome("create"), outcome()]}
    found = report(items, failures=[GONE], **bulk)
    assert [item["compliant"] for item in found["items"]] == [None, True, True]
    assert [item["action"] for item in found["items"]] == ["none", "create", "none"]
    assert "may have been handed over" in found["items"][0]["remedy"]
    assert one(items[:1], failures=[{**GONE, "hidden": False}])["action"] == "error"


@pytest.mark.parametrize(
    ("item", "compliant"),
    [
        ({"project_id": "prj-1"}, True),
        ({"project_id": "prj-1", "state": "present"}, True),
        ({"project_id": "prj-1", "name": "web"}, None),
        ({"project_id": "prj-1", "state": "absent"}, None),
        ({"project_id": "prj-1", "default": True}, None),
        ({"project_id": "prj-2"}, None),
    ],
)
def test_an_id_that_is_hidden_because_of_its_handoff_is_as_described(item: Any, compliant: Any) -> None:
    handoff, record = {"project": "shop", "new_owner": "tomasz"}, {**HANDED, "origin": [ACCEPTED]}
    found = report([item], [handoff], [record], [{**SHOP, "id": "prj-3", "name": "default"}], [GONE])
    assert [each["compliant"] for each in found["items"]] == [compliant, True]
    assert ("handed over" in found["items"][0]["actual"]) is bool(compliant)


def told_of_name(visible: Any, **more: Any) -> dict[str, Any]:
    handoff = {"project": "shop", "new_owner": "tomasz", "new_owner_api_token": "tk-us-x"}
    return one(handoffs=[handoff], records=[{**HANDED, **more}], visible=visible)


def test_a_project_of_the_same_name_counts_as_handed_over_only_if_an_invitation_says_so() -> None:
    mine = [{**SHOP, "id": "prj-3", "name": "default"}]
    for visible in (mine, []):
        assert told_of_name(visible, origin=[ACCEPTED])["compliant"] is True
        assert told_of_name(visible, by_id=True)["compliant"] is True
    for origin in (
        [],
        [{**ACCEPTED, "status": "pending"}],
        [{**ACCEPTED, "inviter_user_id": "us-9"}],
        [{**ACCEPTED, "invited_user_id": "us-9"}],
    ):
        item = told_of_name(mine, origin=origin)
        assert (item["compliant"], item["action"]) == (None, "none")
        assert "perhaps another one" in item["actual"] and "prj-1" in item["remedy"]
    assert told_of_name(mine, failure={"msg": "No.", "as_new_owner": True})["remedy"] == "No."


def test_without_a_list_everything_is_unknown() -> None:
    found = report(LIST, [{"project": "shop", "new_owner": "tomasz"}], visible=None, failures=[failure(msg="401.")])
    assert [item["compliant"] for item in found["items"]] == [None] * 4
    assert [item["remedy"] for item in found["items"]] == ["401."] * 4
    assert (found["compliant"], found["drift_count"], found["unknown_count"]) == (False, 0, 4)


def test_a_write_that_failed_is_an_error_even_if_nothing_can_be_read_any_more() -> None:
    failures = [failure(1), failure(msg="GET /v1/projects received no response: Connection refused.")]
    broken = report(LIST, visible=None, failures=failures, outcomes=[outcome("create"), outcome(), outcome()])
    assert [item["compliant"] for item in broken["items"]] == [True, False, None]


def transfer(changed: bool = False, invitation: Any = None, *project: Any) -> dict[str, Any]:
    return {"changed": changed, "transfer_invitation": invitation, "project": project[0] if project else SHOP}


SKIPPED = {"changed": False, "skipped": True}
NO = {"failed": True, "msg": "No."}
UNTIL = "invited, may accept until 2026-07-09 11:20 UTC"
STATES: list[tuple[str, bool, bool, dict[str, Any], Any, str, str]] = [
    # what it is, check mode, with token, record, compliant, action, actual
    ("would invite", True, False, {"look": transfer(), "offer": transfer(True, PLANNED)}, False, "invite", "mireille"),
    (
        "would hand over",
        True,
        True,
        {"look": transfer(), "offer": transfer(True, PLANNED)},
        False,
        "invite and accept",
        "mireille",
    ),
    ("invited", False, False, {"look": transfer(), "offer": transfer(True, OFFER)}, True, "invite", UNTIL),
    ("pending", False, False, {"look": transfer(False, OFFER), "offer": SKIPPED}, True, "none", UNTIL),
    ("pending, checked", True, False, {"look": transfer(False, OFFER)}, True, "none", UNTIL),
    (
        "would accept",
        True,
        True,
        {"look": transfer(False, OFFER), "answer": transfer(True, OFFER, SOLD)},
        False,
        "accept",
        UNTIL,
    ),
    (
        "accepted",
        False,
        True,
        {"look": transfer(False, OFFER), "answer": transfer(True, OFFER, SOLD)},
        True,
        "accept",
        "owned by tomasz",
    ),
    (
        "handed over",
        False,
        True,
        {"look": transfer(), "offer": transfer(True, OFFER), "answer": transfer(True, OFFER, SOLD)},
        True,
        "invite and accept",
        "owned by tomasz",
    ),
    ("done before", False, True, {"look": transfer(False, None, SOLD)}, True, "none", "owned by tomasz"),
    (
        "done, not seen",
        False,
        False,
        {"look": transfer(False, {**OFFER, "status": "accepted"}, None)},
        True,
        "none",
        "owned by tomasz",
    ),
    ("found there", True, True, {"found": [SOLD], "by_id": True, "look": SKIPPED}, True, "none", "owned by tomasz"),
    (
        "declined",
        False,
        True,
        {"look": transfer(False, PLANNED), "ended": "declined"},
        False,
        "none",
        "declined by tomasz",
    ),
    (
        "broken",
        True,
        True,
        {"look": transfer(False, PLANNED), "ended": "error"},
        False,
        "error",
        "owned by mireille, broken when tomasz accepted",
    ),
    (
        "acceptance failed",
        False,
        True,
        {
            "look": transfer(),
            "offer": transfer(True, OFFER),
            "failure": {**NO, "invitation": {**OFFER, "status": "failed"}},
        },
        False,
        "error",
        "the invitation is failed",
    ),
    (
        "canceled before the acceptance",
        False,
        True,
        {
            "look": transfer(),
            "offer": transfer(True, OFFER),
            "failure": {**NO, "as_new_owner": True, "invitation": {**OFFER, "status": "canceled"}, "project": SHOP},
        },
        False,
        "error",
        "the invitation is canceled",
    ),
    (
        "handed to somebody else before the invitation",
        False,
        True,
        {"look": transfer(), "failure": {**NO, "project": {**SHOP, "owner": {"id": "us-3", "username": "ines"}}}},
        False,
        "error",
        "owned by ines",
    ),
    (
        "gone before the invitation",
        False,
        True,
        {"look": transfer(), "failure": {**NO, "project": {}, "project_hidden": True}},
        None,
        "none",
        "not visible to this account",
    ),
    (
        "hidden from the new owner",
        False,
        True,
        {
            "look": transfer(),
            "offer": transfer(True, OFFER),
            "failure": {**NO, "as_new_owner": True, "project_hidden": True},
        },
        False,
        "error",
        UNTIL,
    ),
    ("no evidence", False, True, {"look": transfer(), "offer": transfer(True, OFFER)}, False, "error", UNTIL),
    (
        "a token that is refused, hidden",
        True,
        True,
        {"failure": {"msg": "check api_token (or SCALINGO_API_TOKEN)", "error": {"status": 401}, "as_new_owner": True}},
        False,
        "error",
        "not handed over",
    ),
    (
        "perhaps invited",
        False,
        False,
        {"look": transfer(), "failure": {**NO, "outcome_unknown": True}},
        None,
        "none",
        "not known",
    ),
    (
        "invited, perhaps accepted",
        False,
        True,
        {"look": transfer(), "offer": transfer(True, OFFER), "failure": {**NO, "outcome_unknown": True}},
        None,
        "invite",
        "not known",
    ),
    ("not eligible", False, True, {"look": NO, "failure": NO}, False, "error", "not handed over"),
    (
        "not accepted",
        False,
        True,
        {"look": transfer(), "offer": transfer(True, OFFER), "answer": NO, "failure": NO},
        False,
        "error",
        UNTIL,
    ),
    (
        "not reached",
        True,
        True,
        {"look": NO, "failure": {**NO, "error": {"status": 503}}},
        None,
        "none",
        "could not be checked",
    ),
    (
        "not reached in a run",
        False,
        True,
        {"look": NO, "failure": {**NO, "error": {"status": 503}}},
        False,
        "error",
        "not handed over",
    ),
]


@pytest.mark.parametrize(
    ("check_mode", "token", "record", "compliant", "action", "actual"),
    [state[1:] for state in STATES],
    ids=[state[0] for state in STATES],
)
def test_where_a_handoff_stands(
    check_mode: bool, token: bool, record: dict[str, Any], compliant: Any, action: str, actual: str
) -> None:
    handoff = {"project": "shop", "new_owner": "tomasz", "new_owner_api_token": "tk-us-x" if token else ""}
    full = {"index": 0, "new_owner": "tomasz", "found": [], "ended": "", "failure": {}, **record}
    item = one(handoffs=[handoff], records=[full], visible=[SHOP], check_mode=check_mode)
    assert (item["id"], item["control"], item["compliant"]) == ("handoff:shop", "handoff", compliant)
    assert item["action"] == action
    assert actual in item["actual"]
    assert (item["remedy"] is None) is (compliant is True)


def test_a_project_that_is_seen_with_its_new_owner_needs_no_record() -> None:
    handoff = {"project": "shop", "new_owner": "us-2"}
    assert one(handoffs=[handoff], visible=[SOLD])["compliant"] is True
    assert one(handoffs=[handoff], visible=[SHOP])["compliant"] is None


def test_two_projects_of_one_name_are_an_error() -> None:
    item = one(handoffs=[{"project": "shop", "new_owner": "tomasz"}], visible=[SHOP, {**SOLD, "id": "prj-2"}])
    assert item["action"] == "error"
    assert "prj-1 owned by mireille, prj-2 owned by tomasz" in item["remedy"]


def test_a_project_that_is_not_seen_is_unknown() -> None:
    record = {"index": 0, "new_owner": "tomasz", "look": NO, "failure": NO}
    item = one(handoffs=[{"project": "shop", "new_owner": "tomasz"}], records=[record])
    assert (item["compliant"], item["actual"], item["remedy"]) == (None, "not visible to this account", "No.")


# What follows the prefix of an API token has this many characters.
KEY = "aB_c-9" * 8


@pytest.mark.parametrize(
    ("dirty", "fine"),
    [
        ("one\n two\t three\x07", "one two three"),
        ("a\x00\x0b\ud800\ufffe\u202eb", "a \ufffdb"),
        ("<b>&\"'</b> é 漢 🎉", "<b>&\"'</b> é 漢 🎉"),
        (f"token tk-us-{KEY} end", "token ******** end"),
        (f"token tk-us-{KEY[:9]}\u200b{KEY[9:]} end", "token ******** end"),
        ("the project tk-us-storefront-prod-eu", "the project tk-us-storefront-prod-eu"),
        ("bearer eyJhbGciOiJIUzUx.eyJpc3Mi.c2ln-_ end", "bearer ******** end"),
        (7, "7"),
        ("x" * 9000, "x" * (LONGEST_TEXT - 1) + "…"),
    ],
)
def test_a_text_can_stand_anywhere(dirty: Any, fine: str) -> None:
    assert clean(dirty) == fine


TOKEN = "other-form_of.token"
FORMS = {
    "as it is": TOKEN,
    "of a user": base64.b64encode(f":{TOKEN}".encode()).decode(),
    "broken by what is not shown": TOKEN.replace("form", "fo\u200brm"),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_the_token_of_a_handoff_is_in_no_text(form: str) -> None:
    handoff = {"project": "shop", "new_owner": "tomasz", "new_owner_api_token": TOKEN}
    record = {"index": 0, "new_owner": "tomasz", "look": {}, "failure": {"msg": f"It is {form}, and wrong."}}
    texts = report([{"name": form}], [handoff], [record], visible=[SHOP], outcomes=[outcome()])
    assert texts["items"][1]["remedy"].startswith("It is ") and "********" in texts["items"][1]["remedy"]
    shown = json.dumps(texts, ensure_ascii=False)
    assert TOKEN not in shown and not re.search("other.{1,9}form|b3RoZXItZm9ybV9vZi50b2tlbg", shown)


def test_what_the_api_says_is_never_templated() -> None:
    """Before ansible-core 2.19 a text is a template unless it is marked; since then, unless it is trusted."""
    text = "{{ 6 * 7 }}"
    found = baseline_report([{"name": "a"}], failures=[failure(msg=text)], visible=None)
    assert found["items"][0]["remedy"] == text
    templar = Templar(loader=DataLoader(), variables={"found": found})
    assert templar.template(found)["items"][0]["remedy"] == text
    assert templar.template({"again": found})["again"]["items"][0]["remedy"] == text
