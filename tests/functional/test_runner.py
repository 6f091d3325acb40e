# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs as AWX runs them, through ansible-runner: what their status, events, artifacts and fact cache say."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from simulator import Simulator

from .baseline import ITEM_KEYS, ROLE
from .expect import writes
from .playbook import COLLECTION
from .runner import JOB_ID, MAX_EVENT_RES, Job, leaks, run_job

pytestmark = pytest.mark.jobs

COUNT = 100
# The names are as long as they may be.
NAMES = [f"project-{number:03}-{'x' * 52}" for number in range(COUNT)]
# The steps, whether they are compliant, and the action of every item of their reports.
STEPS = {
    "audit": (False, "create"),
    "baseline": (True, "create"),
    "audit again": (True, "none"),
    "handoff": (True, "invite and accept"),
    "handoff that fails": (False, "none"),
}
HUNDRED = [*STEPS][:3]
CHECK_MODE = "[CHECK MODE]"
# Something for the fact cache, to show that there is one.
FACTS = {
    "name": "Show that facts are cached",
    "hosts": "localhost",
    "gather_facts": False,
    "tasks": [{"name": "Keep a fact", "ansible.builtin.set_fact": {"kept": "in the cache", "cacheable": True}}],
}
PROJECT = {
    "audit.yml": [FACTS, {"import_playbook": f"{COLLECTION}.audit"}],
    "baseline.yml": [FACTS, {"name": "Apply", "hosts": "localhost", "gather_facts": False, "roles": [ROLE]}],
    "handoff.yml": [FACTS, {"import_playbook": f"{COLLECTION}.handoff"}],
}


@pytest.fixture(scope="module")
def sim() -> Iterator[Any]:
    with Simulator(limit_projects=2 * COUNT) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def accounts(sim: Any) -> dict[str, Any]:
    """Their tokens look different in a URL."""
    names = ("mireille", "tomasz", "amina")
    return {name: sim.add_account(name, api_token=f"tk-us-{name}+Zk3/9vQ=7w&{name}~pD2x") for name in names}


@pytest.fixture(scope="module")
def jobs(sim: Any, accounts: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Job]:
    """An audit, a run, and an audit again. Then one project is transferred, and another one cannot be."""
    mireille = accounts["mireille"]
    credential = {
        "SCALINGO_API_TOKEN": mireille.api_token,
        "SCALINGO_API_URL": sim.api_url,
        "SCALINGO_AUTH_URL": sim.auth_url,
    }
    description = {
        "project_baseline_projects": [{"name": name} for name in NAMES],
        "project_baseline_fail_on_drift": True,
    }
    done: dict[str, Job] = {}

    def run(step: str, playbook: str, variables: dict[str, Any], *arguments: str) -> None:
        folder = tmp_path_factory.mktemp(step.replace(" ", "-"))
        done[step] = run_job(folder, PROJECT, playbook, credential, variables, *arguments)

    def handoff(project: str, friend: Any, invited: bool) -> dict[str, Any]:
        number = sim.add_project(mireille, project)["id"]
        sim.add_application(number, f"{project}-app", collaborators=[friend])
        if invited:
            sim.add_invitation(number, invited=friend)
        one = {"project": project, "new_owner": friend.username, "new_owner_api_token": friend.api_token}
        return {"project_baseline_handoffs": [one]}

    run("audit", "audit.yml", description)
    assert not writes(sim.calls(mireille))
    run("baseline", "baseline.yml", description)
    written = writes(sim.calls(mireille))
    assert len(written) == COUNT
    run("audit again", "audit.yml", description, "--check")
    assert writes(sim.calls(mireille)) == written
    run("handoff", "handoff.yml", handoff("shop", accounts["tomasz"], invited=False))
    fails = handoff("blog", accounts["amina"], invited=True)
    sim.revoke(accounts["amina"])
    run("handoff that fails", "handoff.yml", fails)
    return done


@pytest.mark.parametrize("step", STEPS)
def test_the_job_ends_as_its_report_says_which_is_an_artifact(jobs: dict[str, Job], step: str) -> None:
    job, (compliant, action) = jobs[step], STEPS[step]
    assert (job.status, job.rc) == (("successful", 0) if compliant else ("failed", 2)), job.stdout[-4000:]
    assert sorted(job.artifacts) == ["project_baseline_report", "project_baseline_summary"]
    report = job.artifacts["project_baseline_report"]
    assert report["compliant"] is compliant
    expected = [f"project:{name}" for name in NAMES] if step in HUNDRED else [report["items"][0]["id"]]
    assert [item["id"] for item in report["items"]] == expected
    assert all(sorted(item) == sorted(ITEM_KEYS) and item["action"] == action for item in report["items"])
    assert len(json.dumps(job.artifacts)) < MAX_EVENT_RES


def test_a_failing_audit_says_what_differs(jobs: dict[str, Job]) -> None:
    (failed,) = jobs["audit"].of("runner_on_failed")
    msg = failed["event_data"]["res"]["msg"]
    assert [name for name in NAMES if f"project:{name}" not in msg] == []


@pytest.mark.parametrize("step", STEPS)
def test_no_event_is_lost_or_cut(jobs: dict[str, Job], step: str) -> None:
    events = jobs[step].events
    assert [event["counter"] for event in events] == list(range(1, len(events) + 1))
    assert events[-1]["event"] == "playbook_on_stats"
    results = [event["event_data"]["res"] for event in events if "res" in event.get("event_data", {})]
    assert results
    assert all(results)
    assert max(len(str(result)) for result in results) < MAX_EVENT_RES


@pytest.mark.parametrize("step", HUNDRED)
def test_a_hundred_projects_do_not_make_a_hundred_results(jobs: dict[str, Job], step: str) -> None:
    results = [event for event in jobs[step].events if event["event"].startswith(("runner_on_", "runner_item_on_"))]
    assert len(results) < COUNT
    assert len(jobs[step].events) < 3 * COUNT


@pytest.mark.parametrize("step", HUNDRED)
def test_only_an_audit_shows_as_check_mode(jobs: dict[str, Job], step: str) -> None:
    """With the markers of Ansible. The reports are written in check mode, too."""
    starts = [one for one in jobs[step].of("playbook_on_task_start") if one["event_data"].get("role")]
    shown = [one["event_data"]["task"] for one in starts if CHECK_MODE in one["stdout"]]
    everything = [one["event_data"]["task"] for one in starts if one["event_data"]["task"] != "Write the reports"]
    assert len(everything) > 8
    assert shown == ([] if step == "baseline" else everything)


@pytest.mark.parametrize("step", STEPS)
def test_no_secret_is_in_anything_that_the_job_left(
    jobs: dict[str, Job], sim: Any, accounts: dict[str, Any], step: str
) -> None:
    job = jobs[step]
    left = job.left
    for name in ("stdout", "command", "fact_cache", "job_events"):
        assert any(path.startswith(f"artifacts/{JOB_ID}/{name}") for path in left), name
    assert leaks(left, _secrets(sim, accounts)) == []
    assert "in the cache" in job.fact_cache and "project_baseline" not in job.fact_cache


def _secrets(sim: Any, accounts: dict[str, Any]) -> list[str]:
    """The tokens without what they begin with, and the signatures of the bearer tokens."""
    headers = [one.headers.get("Authorization", "").split(" ") for one in sim.requests]
    bearers = {words[1].rpartition(".")[2] for words in headers if words[0] == "Bearer"}
    assert len(bearers) >= len(STEPS)
    return [account.api_token.removeprefix("tk-us-") for account in accounts.values()] + sorted(bearers)


def test_a_secret_would_be_found(jobs: dict[str, Job], accounts: dict[str, Any]) -> None:
    """In the files that the job was given, and in every form."""
    tokens = [accounts[name].api_token for name in ("mireille", "tomasz")]
    assert leaks(jobs["handoff"].given, tokens) == [
        "secret 0 as it is in env/envvars",
        "secret 1 as it is in env/extravars",
    ]
    for before in ("", ":", "me:", "them:"):
        around = f"{before}{tokens[0]}, and more"
        for text in (around, urlencode({"a": around}), base64.b64encode(around.encode()).decode()):
            assert leaks({"file": text.encode()}, tokens[:1]), text
