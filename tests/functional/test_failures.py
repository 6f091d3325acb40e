# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers that falter, reject, or return nonsense: what heals, what fails, what is asked again, and what is returned.

Every combination of faults is in tests/robustness; here is one of each kind.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from simulator import Simulator

from .assumptions import COUNTED, IDENTIFIED
from .expect import CREATE, EXCHANGE, LIST, NOWHERE, assert_ok, assert_refused, outline, writes
from .playbook import TaskResult, connect, here
from .table import Account

# Of every row the requests are listed.
ASSUMED = {**COUNTED, **IDENTIFIED}
HTML = "<!DOCTYPE html><html><head><title>Forbidden</title></head><body><h1>Forbidden</h1></body></html>"
TEMPLATE = "{{ lookup('ansible.builtin.pipe', 'id') }}"
OWNER = {"id": "us-1", "username": "mireille", "email": "mireille@example.org"}
DATES = {"created_at": "2026-01-01T00:00:00.000Z", "updated_at": "2026-01-01T00:00:00.000Z"}
WEB = {"id": "prj-1", "name": "web", "default": False, "owner": OWNER, **DATES}
READ = f"{LIST}/{NOWHERE}"
SECONDS = 20  # far above what the rows need, far below the hour that a server asks one of them to wait


def response(call: str, status: int, body: Any = "", times: int | None = None, **details: Any) -> dict[str, Any]:
    """The response to a request: always, or so many times."""
    method, path = call.replace("auth ", "").split()
    return {"kind": "status", "method": method, "path": path, "status": status, "body": body, "times": times, **details}


def ok(call: str, body: Any, status: int = 200) -> dict[str, Any]:
    """A response that says that all is well, whatever was done."""
    return {**response(call, status, body), "kind": "replace"}


def fault(kind: str, call: str, times: int | None = None, **details: Any) -> dict[str, Any]:
    return {**response(call, 200, times=times, **details), "kind": kind, "status": None, "body": None}


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in WEB.items() if name != key}


def listed(*projects: Any) -> dict[str, Any]:
    return {"projects": list(projects)}


UNAUTHORIZED = {"error": "unauthorized"}
ONCE = {"times": 1, "headers": {"Retry-After": "1"}}
TWICE = [EXCHANGE, LIST, LIST]

# A fault, a task, whether it is given time for retries, and its requests.
HEALS: dict[str, tuple[dict[str, Any], str, int, list[str]]] = {
    "429": (response(LIST, 429, "Retry later", **ONCE), "info", 20, TWICE),
    "429, a creation": (response(CREATE, 429, "Retry later", **ONCE), "web", 20, [EXCHANGE, LIST, CREATE, CREATE]),
    "503": (response(LIST, 503, **ONCE), "info", 20, TWICE),
    "lost": (fault("drop_before", LIST, 1), "info", 20, TWICE),
    "bearer ends before the list": (response(LIST, 401, UNAUTHORIZED, 1), "info", 0, [EXCHANGE, LIST] * 2),
    "bearer ends before a creation": (
        response(CREATE, 401, UNAUTHORIZED, 1),
        "web",
        0,
        [EXCHANGE, LIST, CREATE, EXCHANGE, CREATE],
    ),
    "meta is null": (ok(LIST, {**listed(), "meta": None}), "info", 0, [EXCHANGE, LIST]),
    "pagination is null": (ok(LIST, {**listed(), "meta": {"pagination": None}}), "info", 0, [EXCHANGE, LIST]),
    "a new field": (ok(LIST, {**listed({**WEB, "color": TEMPLATE}), "links": {}}), "info", 0, [EXCHANGE, LIST]),
}

# A fault, a task, its requests, and what the message must name. No time is given for retries.
FAILS: dict[str, tuple[dict[str, Any], str, list[str], tuple[str, ...]]] = {
    "429": (response(LIST, 429, "Retry later"), "info", [LIST], ("429", "max_wait")),
    "429, an hour": (response(LIST, 429, "", headers={"Retry-After": "3600"}), "info 2", [LIST], ("429", "max_wait")),
    "503": (response(LIST, 503), "info", [LIST], ("503",)),
    "500": (response(LIST, 500, {"error": "we're on it!"}), "info", [LIST], ("500", "we're on it!")),
    "lost": (fault("drop_before", LIST), "info", [LIST], ("projects",)),
    "slow": (fault("slow", LIST, seconds=3), "info", [LIST], ("timeout",)),
    "bearer never good": (response(LIST, 401, UNAUTHORIZED), "info", [LIST, EXCHANGE, LIST], ("401",)),
    "redirected": (response(LIST, 307, headers={"Location": "$elsewhere"}), "web", [LIST], ("redirect",)),
    "redirected exchange": (response(EXCHANGE, 307, headers={"Location": "$elsewhere"}), "web", [], ("redirect",)),
    "redirected creation": (
        response(CREATE, 307, headers={"Location": "$elsewhere"}),
        "web",
        [LIST, CREATE, LIST],
        ("redirect",),
    ),
    "not allowed to read": (
        response(READ, 403, {"error": "no"}),
        f"project_id={NOWHERE} state=absent",
        [READ],
        ("403",),
    ),
    "truncated": (fault("truncate", LIST), "web", [LIST], ("projects",)),
    "garbage": (fault("garbage", LIST), "web", [LIST], ("projects",)),
}
# Errors to a creation, in every form, and their words.
FORMS: dict[str, tuple[int, Any, tuple[str, ...]]] = {
    "code": (403, {"error": "this region is closed", "code": "region_disabled"}, ("this region is closed",)),
    "url": (402, {"name": "free-trial", "error": "a profile is needed", "url": "https://example.org"}, ("a profile",)),
    "fields": (422, {"errors": {"name": ["is odd", "is ugly"]}}, ("name", "is odd", "is ugly")),
    "nested fields": (422, {"errors": {"name": [["is odd"]]}}, ("name", "is odd")),
    "text": (403, "you shall not pass", ("you shall not pass",)),
    "html": (403, HTML, ()),
    "nothing": (502, "", ()),
}
for _name, (_status, _body, _words) in FORMS.items():
    FAILS[_name] = (response(CREATE, _status, _body), "web", [LIST, CREATE, LIST], (str(_status), *_words))
# Responses of another form.
FORMLESS = {"html": HTML, "a list": "[]", "null": "null", "nothing": "", "no key": "{}", "a template": TEMPLATE}
LISTS = {
    **FORMLESS,
    "a null key": {"projects": None},
    "null": listed(None),
    **{f"no {key}": listed(without(key)) for key in ("id", "name", "default", "owner")},
    "no owner's name": listed({**WEB, "owner": "mireille"}),
}
TOKENS = {**FORMLESS, **{f"token {token!r}": {"token": token} for token in (None, "", 5, {"a": "b"}, "x\r\nX-Evil: y")}}
for _name, _body in LISTS.items():
    FAILS[f"list, {_name}"] = (ok(LIST, _body), "web", [LIST], ("projects",))
for _name, _body in TOKENS.items():
    FAILS[f"exchange, {_name}"] = (ok(EXCHANGE, _body), "web", [], ("token",))
for _name, _body in {**FORMLESS, "no id": {"project": without("id")}}.items():
    FAILS[f"read, {_name}"] = (ok(READ, _body), f"project_id={NOWHERE}", [READ], (NOWHERE,))


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Any]:
    """Where redirects lead."""
    with Simulator() as simulator:
        yield simulator


def run(account: Account, task: str, **connection: Any) -> TaskResult:
    """Run scalingo_project_info, with the seconds that it may spend on retries, or a task about a project."""
    if task.startswith("info"):
        patience = {"max_wait": int(task[5:])} if task[5:] else {}
        return here("scalingo_project_info", connect(account.sim, account.me, **{**connection, **patience}))
    return account.task(task, **connection)


def prepared(sim: Any, details: dict[str, Any], url: str = "") -> Account:
    account = Account(sim, "*default")
    if "headers" in details:
        headers = {name: value.replace("$elsewhere", url) for name, value in details["headers"].items()}
        details = {**details, "headers": headers}
    sim.fault(
        account=account.me, **{key: value for key, value in details.items() if value is not None or key == "times"}
    )
    return account


@pytest.mark.parametrize("row", HEALS)
def test_this_heals(sim: Any, row: str) -> None:
    details, task, max_wait, calls = HEALS[row]
    account = prepared(sim, details)
    assert_ok(run(account, task, max_wait=max_wait), changed=task == "web")
    assert account.calls() == calls


@pytest.mark.parametrize("row", FAILS)
def test_this_fails(sim: Any, elsewhere: Any, row: str) -> None:
    details, task, calls, facts = FAILS[row]
    account = prepared(sim, details, elsewhere.api_url + "/v1/projects")
    began = time.monotonic()
    result = run(account, task, max_wait=0, timeout=1 if row == "slow" else 10)
    assert time.monotonic() - began < SECONDS
    assert_refused(result, *facts)
    assert not result.changed and "Traceback" not in json.dumps(result.values)
    assert "<html" not in result.msg and "[[" not in result.msg
    assert account.calls() == [EXCHANGE, *calls]
    assert elsewhere.requests == []
    if details["kind"] == "status" and "307" not in str(details["status"]) and row not in FORMLESS:
        assert result["error"]["status"] == details["status"]
    assert account.state == {"*default"}


@pytest.mark.parametrize("body", [HTML, "", json.dumps({"project": without("id")})], ids=["html", "nothing", "no id"])
def test_a_creation_without_a_readable_response_is_not_done_twice(sim: Any, body: str) -> None:
    account = prepared(sim, ok(CREATE, body, 201))
    result = run(account, "web", max_wait=0)
    assert account.calls().count(CREATE) == 1
    assert account.state == {"*default", "web="}
    assert result.failed or result["project"] in account.held.values()
    lost = prepared(sim, fault("drop_after", CREATE, 1))
    assert_ok(run(lost, "web", max_wait=20), changed=True)
    assert lost.calls().count(CREATE) == 1


@pytest.mark.parametrize("status", [401, 403, 404])
@pytest.mark.parametrize("existing", ["*default web", "*default friend/web"])
@pytest.mark.parametrize("task", ["web>site", "-web"])
def test_a_rejected_change_names_the_owner_and_returns_the_error(status: int, existing: str, task: str) -> None:
    with Simulator(**ASSUMED, list_collaborations=True) as sim:
        account = Account(sim, existing)
        method, path = ("DELETE" if task == "-web" else "PATCH"), f"/v1/projects/{[*account.held][-1]}"
        body = {404: {"resource": "project", "error": "not found"}}.get(status, {"error": "this is not for you"})
        sim.fault("status", method=method, path=path, times=None, status=status, body=body)
        result = run(account, task, max_wait=0)
        assert_refused(result, "web", account.words["$friend" if "friend" in existing else "$me"], body["error"])
        assert not result.changed
        error = result["error"]
        assert set(error) == {"status", "method", "path", "request_id", "body"}
        assert (error["status"], error["method"]) == (status, method) and error["path"].endswith(path[3:])
        assert error["request_id"] and error["request_id"] in result.msg
        assert body["error"] in str(error["body"])


@pytest.mark.parametrize("task", ["web", f"project_id={NOWHERE}", "-web", f"project_id={NOWHERE} state=absent", "info"])
def test_no_such_route_is_a_wrong_url(sim: Any, task: str) -> None:
    account = Account(sim, "*default")
    assert_refused(run(account, task, api_url=sim.auth_url), "api_url")
    assert_refused(run(account, task, auth_url=sim.api_url), "auth_url")
    assert not [call for call in writes(account.calls()) if "projects" in call]


def test_a_token_that_is_not_accepted_names_the_option_to_look_at(sim: Any) -> None:
    account = Account(sim, "*default")
    expired = account.me.bearer(expires_in=-1)
    alone = run(account, "info", bearer_token=expired, api_token="", max_wait=0)
    assert_refused(alone, "bearer_token")
    assert EXCHANGE not in account.calls()
    sim.clear_requests()
    assert_ok(run(account, "info", bearer_token=expired, max_wait=0))
    assert account.calls() == [LIST, EXCHANGE, LIST] or account.calls() == [EXCHANGE, LIST]
    sim.clear_requests()
    sim.revoke(account.me)
    assert_refused(run(account, "info"), "api_token")
    assert set(account.calls()) <= {EXCHANGE}


def test_a_server_that_is_not_there_is_named(sim: Any) -> None:
    account = Account(sim, "*default")
    assert_refused(run(account, "info", api_url="http://127.0.0.1:9", max_wait=0), "127.0.0.1:9")
    assert outline(account.held.values()) == "*default"
