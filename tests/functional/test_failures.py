# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a failed task returns of a rejected request, and servers that are not the API: a redirect, another path.

Every fault in every operation is in robustness/faults, every form of a response in unit/test_response.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from simulator import Simulator

from .assumptions import COUNTED, IDENTIFIED
from .expect import CREATE, EXCHANGE, LIST, NOWHERE, assert_refused, writes
from .playbook import TaskResult, connect, here
from .table import Account

# The requests are listed.
ASSUMED = {**COUNTED, **IDENTIFIED}


def run(account: Account, task: str, **connection: Any) -> TaskResult:
    """Run scalingo_project_info, or a task about a project."""
    if task == "info":
        return here("scalingo_project_info", connect(account.sim, account.me, **connection))
    return account.task(task, **connection)


@pytest.fixture
def elsewhere() -> Iterator[Any]:
    """Where redirects lead."""
    with Simulator() as simulator:
        yield simulator


@pytest.mark.parametrize(
    ("call", "calls"),
    [
        (LIST, [EXCHANGE, LIST]),
        ("POST /v1/tokens/exchange", [EXCHANGE]),
        (CREATE, [EXCHANGE, LIST, CREATE, LIST]),
    ],
)
def test_a_redirect_is_never_followed(sim: Any, elsewhere: Any, call: str, calls: list[str]) -> None:
    account, (method, path) = Account(sim, "*default"), call.split()
    headers = {"Location": f"{elsewhere.api_url}/v1/projects"}
    sim.fault("status", method=method, path=path, account=account.me, times=None, status=307, headers=headers)
    assert_refused(run(account, "web", max_wait=0), "redirect")
    assert (account.calls(), elsewhere.requests) == (calls, [])
    assert account.state == {"*default"}


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
