# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is run, and what has to come of it for every account."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from bench.command import Broken

from fleet.accounts import EXCHANGE, LIST, Account, Fleet
from fleet.slices import Project, Slice

# What is run, and whether the accounts differ from their description when it begins.
STEPS = (("audit", True), ("baseline", True), ("audit", False), ("baseline", False))
RETRY_AFTER = 4
REPORTS = "reports/{{ inventory_hostname }}"


@dataclass(frozen=True)
class Figures:
    """What one run in slices took; of several slices the longest time and the largest memory."""

    playbook: str
    differing: bool
    accounts: int
    slices: int
    forks: int
    reports: bool
    requests: int
    most_requests: int
    seconds: float
    cpu_seconds: float
    megabytes: float | None
    artifact_bytes: int


def measure(
    fleet: Fleet, project: Project, playbook: str, differing: bool, slices: int, forks: int, reports: bool = False
) -> Figures:
    """Run a playbook on accounts that all differ from their description, or of which none does.

    With `reports`, each host also writes its report into a folder of its own.

    Raises:
        Broken: Something else came of it than should.
    """
    fleet.simulator.clear_requests()
    runs = project.run(playbook, slices, forks, **({"project_baseline_report_dir": REPORTS} if reports else {}))
    calls = calls_by_account(fleet)
    _check_end(fleet, runs, [], differing and playbook == "audit")
    _check_calls(calls, {one.name: one.drift.calls(differing, playbook == "audit") for one in fleet.accounts}, runs)
    drift = differing and playbook == "audit"
    _check_summary(runs, {one.name: _outcome(one.drift.differing if drift else 0) for one in fleet.accounts})
    if not differing and any(changed for one in runs for changed in one.changed.values()):
        raise _broken("a task changed something where nothing differed", runs)
    if playbook == "baseline" and differing and any(not changed for one in runs for changed in one.changed.values()):
        raise _broken("nothing changed on a host that differed", runs)
    totals = [sum(each.values()) for each in calls.values()]
    memory = [one.megabytes for one in runs if one.megabytes is not None]
    return Figures(
        playbook,
        differing,
        len(fleet.accounts),
        slices,
        forks,
        reports,
        sum(totals),
        max(totals),
        max(one.seconds for one in runs),
        sum(one.cpu_seconds for one in runs),
        max(memory) if memory else None,
        max(len(json.dumps(one.artifacts)) for one in runs),
    )


def calls_by_account(fleet: Fleet) -> dict[str, Counter[str]]:
    """How often each account made each call."""
    found: dict[str, Counter[str]] = {account.name: Counter() for account in fleet.accounts}
    for record in fleet.simulator.requests:
        found[record.account][re.sub(r"/projects/[^/]+", "/projects/:id", record.call)] += 1
    return found


def prove_that_accounts_wait_side_by_side(fleet: Fleet, project: Project, slices: int, forks: int) -> int:
    """Let an audit find the limit of two accounts of each slice used up; return how many accounts waited."""
    # Hosts wait for each other at every task, and those of a kind that is read twice are read by another one.
    alike = [[one.name for one in part if one.drift.looks == (1, 1)][:2] for part in project.parts(slices)]
    busy = [name for names in alike for name in names]
    fleet.simulator.clear_requests()
    for name in busy:
        refusal = {"status": 429, "headers": {"Retry-After": str(RETRY_AFTER)}}
        fleet.simulator.fault("status", method="GET", path="/v1/projects", account=name, **refusal)
    runs = project.run("audit", slices, forks)
    _check_end(fleet, runs, [], False)
    usual = {one.name: one.drift.calls(False, True) for one in fleet.accounts}
    for name in busy:
        usual[name][LIST] += 1
    _check_calls(calls_by_account(fleet), usual, runs)
    # Those of one slice begin together; the slices themselves may not.
    for names in alike:
        waits = [_wait(fleet, name) for name in names]
        if max(start for start, _end in waits) >= min(end for _start, end in waits):
            raise _broken(f"{names} waited one after the other: {waits}", runs)
    return len(busy)


def prove_that_one_failure_stops_nobody(fleet: Fleet, project: Project, slices: int, forks: int) -> int:
    """Audit with a token that was revoked; return how many accounts were reported all the same."""
    refused = fleet.accounts[-1]
    fleet.simulator.clear_requests()
    fleet.simulator.revoke(refused.name)
    runs = project.run("audit", slices, forks, project_baseline_report_dir=REPORTS)
    _check_end(fleet, runs, [refused.name], False)
    usual = {one.name: one.drift.calls(False, True) for one in fleet.accounts}
    _check_calls(calls_by_account(fleet), {**usual, refused.name: Counter({EXCHANGE: 1})}, runs)
    everything = len(refused.drift.description["project_baseline_projects"]) + 1
    outcomes = {one.name: _outcome(0) for one in fleet.accounts}
    outcomes[refused.name] = {"compliant": False, "drift_count": 0, "unknown_count": everything}
    _check_summary(runs, outcomes)
    written = {path.parent.name: json.loads(path.read_text()) for path in project.folder.glob("reports/*/report.json")}
    found = {name: {key: report[key] for key in outcomes[name]} for name, report in written.items()}
    if found != outcomes:
        raise _broken("the folders have other reports than the artifact says", runs)
    return len([name for name in found if name != refused.name])


def _wait(fleet: Fleet, name: str) -> tuple[str, str]:
    """From when to when an account waited."""
    reads = [one for one in fleet.simulator.requests if (one.account, one.call) == (name, LIST)]
    (refused,) = [place for place, one in enumerate(reads) if one.status == 429]
    return reads[refused].time, reads[refused + 1].time


def _outcome(drift: int) -> dict[str, Any]:
    return {"compliant": drift == 0, "drift_count": drift, "unknown_count": 0}


def _check_end(fleet: Fleet, runs: list[Slice], failed: list[str], differing: bool) -> None:
    if [one.returncode for one in runs] != [2 if one.failed else 0 for one in runs]:
        raise _broken(f"the exit codes are {[one.returncode for one in runs]}", runs)
    if sorted(name for one in runs for name in one.failed) != failed:
        raise _broken(f"these failed: {[one.failed for one in runs]}", runs)
    expected = [account.name for account in fleet.accounts] if differing else []
    if fleet.differing() != expected:
        raise _broken(f"these differ from their description: {fleet.differing()}", runs)
    if any(_leaks(account, one) for one in runs for account in fleet.accounts):
        raise _broken("a token was printed", [])


def _leaks(account: Account, run: Slice) -> bool:
    return account.api_token in run.output


def _check_calls(found: dict[str, Counter[str]], expected: dict[str, Counter[str]], runs: list[Slice]) -> None:
    for name, calls in expected.items():
        if found[name] != calls:
            raise _broken(f"{name} should have sent {dict(calls)}, and sent {dict(found[name])}", runs)


def _check_summary(runs: list[Slice], expected: dict[str, Any]) -> None:
    found: dict[str, Any] = {}
    for one in runs:
        if set(one.artifacts) != {"project_baseline_summary"}:
            raise _broken(f"the artifacts of a slice are {sorted(one.artifacts)}", runs)
        found.update(one.artifacts["project_baseline_summary"])
    wrong = [name for name in expected if found.get(name) != expected[name]]
    if wrong or len(found) != len(expected):
        raise _broken(f"the artifact says {found.get((wrong or [''])[0])} of {wrong or sorted(found)}", runs)


def _broken(what: str, runs: list[Slice]) -> Broken:
    return Broken("\n\n".join([what, *(one.output[-3000:] for one in runs)]))
