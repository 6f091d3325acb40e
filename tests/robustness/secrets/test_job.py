# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A job as AWX runs it: its events, artifacts, fact cache and console show no secret, whatever the API does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from functional.baseline import ROLE
from functional.playbook import COLLECTION
from functional.runner import JOB_ID, run_job
from simulator import Simulator

from .faults import details
from .traces import assert_no_leak, secrets_of

# Of each kind one: no answer, half an answer, none that is usable, and the refusals of every form.
FAULTS = ("dropped_before_the_work", "truncated", "garbage", "500", "502_html", "401", "403", "409", "422", "302")
KEEP_A_FACT = {"name": "Keep a fact", "ansible.builtin.set_fact": {"kept": "in the cache", "cacheable": True}}


def test_no_secret_is_in_anything_that_a_job_leaves(tmp_path: Path) -> None:
    with Simulator() as sim:
        accounts = {name: sim.add_account(name) for name in ("mireille", "tomasz", *FAULTS)}
        bearers = {name: accounts[name].bearer() for name in FAULTS}
        for name in FAULTS:
            sim.fault(account=name, times=None, method="GET", path="/v1/projects", **details(name, bearers[name]))
        shop = sim.add_project(accounts["mireille"], "shop")
        sim.add_application(shop["id"], "web", collaborators=[accounts["tomasz"]])
        token = accounts["tomasz"].api_token
        sim.fault(account="tomasz", times=None, path="*/accept", **details("403", token))
        variables = {
            "bearers": bearers,
            "project_baseline_handoffs": [{"project": "shop", "new_owner": "tomasz", "new_owner_api_token": token}],
        }
        environment = {
            "SCALINGO_API_TOKEN": accounts["mireille"].api_token,
            "SCALINGO_API_URL": sim.api_url,
            "SCALINGO_AUTH_URL": sim.auth_url,
            "SCALINGO_MAX_WAIT": "0",
        }
        job = run_job(tmp_path / "job", {"site.yml": [_play()]}, "site.yml", environment, variables)
        secrets = {**secrets_of(sim, accounts.values()), **{f"bearer of {name}": one for name, one in bearers.items()}}
    assert job.status == "failed"
    failed = [event for event in job.of("runner_item_on_failed") if event["event_data"]["task"] == "Meet every fault"]
    assert len(failed) == len(FAULTS)
    assert len(job.of("runner_on_failed", task="Meet a fault in an expression")) == 1
    kinds = ("stdout", "command", "fact_cache", "job_events")
    assert_no_leak(job.left, secrets, [f"artifacts/{JOB_ID}/{kind}" for kind in kinds])


def _play() -> dict[str, Any]:
    each = {"loop": list(FAULTS), "ignore_errors": True}
    lookup = f"query('{COLLECTION}.project_info', bearer_token=bearers['422'])"
    return {
        "name": "Meet every fault",
        "hosts": "localhost",
        "gather_facts": False,
        "tasks": [
            KEEP_A_FACT,
            {
                "name": "Meet every fault",
                f"{COLLECTION}.scalingo_project": {"name": "web", "bearer_token": "{{ bearers[item] }}"},
                **each,
            },
            {
                "name": "Meet a fault in an expression",
                "ansible.builtin.debug": {"msg": "{{ " + lookup + " }}"},
                "ignore_errors": True,
            },
            {
                "name": "Log in",
                f"{COLLECTION}.scalingo_login": {},
                "no_log": True,
                "register": "signed_in",
            },
            {
                "name": "Hand over",
                "ansible.builtin.include_role": {"name": ROLE},
                "vars": {"given": "{{ signed_in.login.bearer_token }}"},
            },
        ],
    }
