# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role and the lookup in a playbook, and what they promise whatever the API turns out to be like.

As in test_any_api.py, no switch is set. `make functional VARIANTS=all` runs this under every value of every switch too,
but many switches at once.
"""

from __future__ import annotations

from typing import Any

import pytest

from .baseline import failure, report, role, told
from .expect import outline
from .playbook import COLLECTION, PlaybookRun, Story, connect, project_info, show
from .table import late_reads

PATIENCE = 60  # seconds, for an API with a rate limit or a late acceptance

LOOKUP = (
    f"query('{COLLECTION}.project_info', {{}}, api_token=scalingo.api_token, api_url=scalingo.api_url, "
    "auth_url=scalingo.auth_url)"
)


@pytest.fixture(scope="module")
def run(sim: Any, teller: Any) -> PlaybookRun:
    me, friend = sim.add_account("described"), sim.add_account("described-friend")
    shop = sim.add_project(me, "shop")["id"]
    sim.add_project(me, "old")
    sim.add_application(shop, "described-app", collaborators=[friend])
    baseline = {
        "default_project": "production",
        "projects": [{"name": "blog"}, {"name": "old", "state": "absent"}],
        "handoffs": [{"project": "shop", "new_owner": friend.username, "new_owner_api_token": friend.api_token}],
    }
    # Until the lists show what the role has done.
    looks = [
        project_info(f"look {number} of {one.username}", api_token=one.api_token)
        for number in range(late_reads(sim))
        for one in (me, friend)
    ]
    tasks = [
        show(LOOKUP.format("'shop'"), "one by name"),
        show(LOOKUP.format(f"'{shop}'"), "one by ID"),
        show(LOOKUP.format("'nothing', 'default', on_missing='skip'"), "those that are there"),
        *role("audit", check=True, **baseline),
        *role("apply", **baseline),
        *looks,
        *role("clean audit", check=True, **baseline),
    ]
    return teller([Story("described", tasks, connect(sim, me, max_wait=PATIENCE))])


def test_the_lookup(run: PlaybookRun) -> None:
    (by_name,), (by_id,) = (run.of("described", f"one by {word}")["msg"] for word in ("name", "ID"))
    assert by_name == by_id
    assert by_name["name"] == "shop"
    assert outline(run.of("described", "those that are there")["msg"]) == "*default"


def test_an_audit_predicts_what_the_role_does_and_proves_it(run: PlaybookRun, sim: Any) -> None:
    assert told(run, "described", "audit") == [
        "default_project:production False create",
        "project:blog False create",
        "project:old False delete",
        "handoff:shop False invite and accept",
    ]
    audit, apply, clean = (report(run, "described", step) for step in ("audit", "apply", "clean audit"))
    kept = "blog default *production"
    if sim.switches["accept_outcome"] == "accepted":
        assert [one["action"] for one in apply["items"]] == [one["action"] for one in audit["items"]]
        assert apply["compliant"] and clean["compliant"], clean
        assert outline(sim.projects("described")) == kept
        assert "shop" in outline(sim.projects("described-friend"))
    else:
        assert "handoff:shop" in (failure(run, "described", "apply") or "")
        assert [one["id"] for one in apply["items"] if not one["compliant"]] == ["handoff:shop"]
        assert outline(sim.projects("described")) == f"{kept} shop"
    assert {one["action"] for one in clean["items"] if one["compliant"]} == {"none"}
