# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role with the tokens of two accounts, under every fault: its report, and whatever else it leaves.

One test is one run of ansible-playbook, so that it is made once, however the tests are distributed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from functional.baseline import role
from functional.playbook import Story, tell
from simulator import Simulator

from .faults import FAULTS, REFUSED, TIMEOUT, details
from .traces import EXPECTED, assert_found, assert_no_leak, leaving_traces, left_by, secrets_of

EXCHANGE = {"method": "POST", "path": "/v1/tokens/exchange"}
# At which request of whom a fault hits; each has its turn.
PLACES = (
    ("new", EXCHANGE),
    ("new", {"method": "POST", "path": "*/accept"}),
    ("old", {"method": "GET", "path": "/v1/projects"}),
    ("old", {"method": "POST", "path": "*/transfer_invitations"}),
    ("new", {"method": "GET", "path": "/v1/projects"}),
    ("old", EXCHANGE),
)
# Of those that look alike to a role, one.
MET = [fault for fault in FAULTS if fault not in ("429", "503_empty", "504_empty", "404", "409")]
# Descriptions that are wrong in ways in which a token gets to where it is not expected.
MISTAKES: dict[str, Any] = {
    "handoffs-are-no-list": {"project": "shop", "new_owner": "x", "new_owner_api_token": "{{ theirs }}"},
    "handoffs-are-tokens": ["{{ theirs }}"],
    "an-option-too-many": [
        {"project": "shop", "new_owner": "x", "new_owner_api_token": "{{ theirs }}", "token": "{{ theirs }}"}
    ],
    "a-list-of-tokens": [{"project": "shop", "new_owner": "x", "new_owner_api_token": ["{{ theirs }}"]}],
    "a-token-in-two-lines": [
        {"project": "shop", "new_owner": "x", "new_owner_api_token": "{{ theirs }}\n{{ theirs }}"}
    ],
}


def _story(sim: Any, accounts: dict[str, Any], number: int, fault: str | None) -> Story:
    """A handoff of a project to which this happens, at one of the places."""
    name = fault or "fine"
    ours, theirs = (sim.add_account(f"{name}-{who}") for who in ("old", "new"))
    accounts.update({account.username: account for account in (ours, theirs)})
    shop = sim.add_project(ours, "shop")
    sim.add_application(shop["id"], f"web-{name}", collaborators=[theirs])
    who, place = PLACES[number % len(PLACES)]
    hit = ours if who == "old" else theirs
    if fault == REFUSED:
        sim.fault("drop_before", account=hit, times=None, **place)
    elif fault:
        bearer = hit.bearer()
        told = (hit.api_token,) if place is EXCHANGE else (hit.api_token, bearer)
        sim.fault(account=hit, times=None, **place, **details(fault, *told))
        sim.fault("replace", account=hit, times=None, **EXCHANGE, body={"token": bearer})
    connection = {
        "api_token": ours.api_token,
        "api_url": sim.api_url,
        "auth_url": sim.auth_url,
        "max_wait": 0,
        "timeout": TIMEOUT if fault == "slow" else 10,
    }
    tasks = role("run", projects=[{"name": "web"}], handoffs="{{ handoffs }}", report_dir="{{ reports }}")
    handoffs = [{"project": "shop", "new_owner": theirs.username, "new_owner_api_token": theirs.api_token}]
    return Story(name, tasks, connection, {"handoffs": handoffs, "reports": f"{{{{ folder }}}}/reports/{name}"})


def _mistakes(sim: Any, accounts: dict[str, Any]) -> Story:
    ours, theirs = (sim.add_account(f"mistakes-{who}") for who in ("old", "new"))
    accounts.update({account.username: account for account in (ours, theirs)})
    tasks = [task for step, handoffs in MISTAKES.items() for task in role(step, handoffs=handoffs)]
    connection = {"api_token": ours.api_token, "api_url": sim.api_url, "auth_url": sim.auth_url, "max_wait": 0}
    return Story("mistakes", tasks, connection, {"theirs": theirs.api_token})


def test_no_secret_is_in_anything_that_the_role_leaves(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    accounts: dict[str, Any] = {}
    with Simulator() as sim:
        stories = [_story(sim, accounts, number, fault) for number, fault in enumerate([*MET, None])]
        stories.append(_mistakes(sim, accounts))
        run = tell(folder, stories, "-vvvv", "--diff", "-e", f"folder={folder}", environment=leaving_traces(folder))
        secrets = secrets_of(sim, accounts.values())
    report = run.of("fine", "report of run")["msg"]
    assert report["compliant"] is True, report
    told = [one.values["msg"] for one in run.results if one.task == "report of run" and one.host != "fine"]
    assert len([one for one in told if not one["compliant"]]) > len(MET) / 2
    for step in MISTAKES:
        reported = run.of("mistakes", f"report of {step}")["msg"]
        assert not reported or not reported["compliant"], step
    given = ["inventory.json", "play.yml", *(f"{story.name}.json" for story in stories)]
    outputs = left_by(folder, run, given)
    expected = [f"reports/{name}/report.{kind}" for name in (*MET, "fine") for kind in ("json", "html", "xml")]
    assert_no_leak(outputs, secrets, [*EXPECTED[:3], *expected])
    assert_found(folder, given, secrets, [one.api_token for one in accounts.values()])
