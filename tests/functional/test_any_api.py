# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every operation of every module and of the lookup, and what each promises whatever the API turns out to be like.

`make functional VARIANTS=all` runs this file under every value of every switch of the simulator, so no story sets one.
Where the outcome has to differ, it is derived from the switch; no request is counted, and no text of one status
expected. Modules and lookup run in this process, since an ansible-playbook for every value would take hours.
"""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleError

from .expect import NOWHERE, assert_ok, assert_refused, diff_of, disagreements, outline, told, writes
from .playbook import TaskResult, connect, here, lookup
from .table import RUNGS
from .transfers import Party, party, while_waiting

PATIENCE = 60  # seconds, for an API with a rate limit or a late acceptance


def task(sim: Any, account: Any, module: str, check: bool = False, **options: Any) -> TaskResult:
    """What a module returns to an account whose lists show what was done before; a check has to write nothing."""
    for _read in range(late_reads(sim)):
        here("scalingo_project_info", connect(sim, account, max_wait=PATIENCE))
    sent = len(sim.calls(account))
    quiet = module == "login"
    result = here(f"scalingo_{module}", connect(sim, account, max_wait=PATIENCE), check=check, no_log=quiet, **options)
    assert not check or writes(sim.calls(account)[sent:]) == []
    return result


def late_reads(sim: Any) -> int:
    """How many reads it takes until a list shows what was written."""
    return max(sim.switches["list_lag"], int(sim.switches["two_defaults"]))


def ladder(sim: Any, account: Any, module: str, **options: Any) -> TaskResult:
    """What a task returns that changes something: its check foretells that, and a second run finds nothing to do."""
    steps = {rung: task(sim, account, module, check="check" in rung, **options) for rung in RUNGS}
    for rung, result in steps.items():
        assert_ok(result, changed=rung in ("check", "run"))
    assert disagreements(steps["check"], steps["run"]) == []
    assert disagreements(steps["check again"], steps["rerun"]) == []
    return steps["run"]


def refused(sim: Any, account: Any, module: str, *facts: str, **options: Any) -> None:
    """A task fails in one sentence that holds these facts, its check too, and neither changes anything."""
    before = sim.projects(account)
    for check in (True, False):
        result = task(sim, account, module, check=check, **options)
        assert_refused(result, *facts)
        assert not result.changed
    assert sim.projects(account) == before


def test_the_life_of_a_project(sim: Any) -> None:
    me = sim.add_account("life")
    made = ladder(sim, me, "project", name="web")
    assert made["project"] in sim.projects(me)
    renamed = ladder(sim, me, "project", name="web", new_name="site")
    assert renamed["project"]["id"] == made["project"]["id"]
    shop = ladder(sim, me, "project", project_id=made["project"]["id"], name="shop")["project"]
    assert shop == sim.project(shop["id"])
    before, after = diff_of(ladder(sim, me, "project", name="shop", default=True))
    assert (before["default_project"], after["default_project"]) == ("default", "shop")
    assert outline(sim.projects(me)) == "default *shop"
    ladder(sim, me, "project", name="default", state="absent")
    assert_ok(task(sim, me, "project", name="default", state="absent"))
    refused(sim, me, "project", "shop", name="shop", state="absent")
    refused(sim, me, "project", "shop", name="shop", default=False)
    assert_ok(task(sim, me, "project", name="shop", owner="life"))
    assert outline(sim.projects(me)) == "*shop"


def test_a_project_that_is_not_there(sim: Any) -> None:
    me = sim.add_account("nothing")
    refused(sim, me, "project", NOWHERE, project_id=NOWHERE)
    for check in (True, False):
        assert_ok(task(sim, me, "project", check, project_id=NOWHERE, state="absent"))
        assert_ok(task(sim, me, "project", check, name="web", state="absent"))
    assert task(sim, me, "project_info", project_id=NOWHERE)["projects"] == []
    refused(sim, me, "project_transfer", "web", project_name="web", new_owner="tomasz")


def test_what_is_inside_keeps_a_project(sim: Any) -> None:
    me = sim.add_account("insides")
    full, stored = (sim.add_project(me, name)["id"] for name in ("full", "stored"))
    sim.add_application(full, "app-inside")
    sim.add_application(stored, "database-inside", databases=True)
    refused(sim, me, "project", "full", "app-inside", name="full", state="absent")
    refused(sim, me, "projects", "full", "app-inside", projects=[{"name": "full", "state": "absent"}])
    assert_refused(task(sim, me, "project", check=True, name="stored", state="absent"), "database-inside")
    result = task(sim, me, "project", name="stored", state="absent")
    if sim.switches["delete_with_database"] == 204:
        assert_ok(result, changed=True)
    else:
        assert_refused(result, "stored")
    assert outline(sim.projects(me)) == ("*default full" if result.changed else "*default full stored")


def test_a_name_that_is_taken_and_an_account_that_is_full(sim: Any) -> None:
    me = sim.add_account("taken")
    for number in range(len(sim.projects(me)), sim.switches["limit_projects"]):
        sim.add_project(me, f"web-{number}")
    refused(sim, me, "project", "default", "web-1", name="web-1", new_name="default")
    before = sim.projects(me)
    result = task(sim, me, "project", name="one-too-many")
    assert_refused(result, "one-too-many", str(sim.switches["limit_status"]))
    assert sim.projects(me) == before


def test_a_list_of_projects(sim: Any) -> None:
    me = sim.add_account("many")
    for name in ("web", "tools", "old", "kept", "spare"):
        sim.add_project(me, name)
    everything: list[dict[str, Any]] = [
        {"name": "default", "state": "absent"},
        {"name": "web", "new_name": "site"},
        {"name": "tools", "new_name": "shop"},
        {"name": "main", "default": True},
        {"name": "gone", "state": "absent"},
        {"name": "old", "state": "absent"},
        {"name": "kept"},
    ]
    run = ladder(sim, me, "projects", projects=everything)
    assert outline(run["unlisted"]) == "spare"
    assert told(run) == "default delete, site update, shop update, main create, gone none, old delete, kept none"
    assert outline(sim.projects(me)) == "kept *main shop site spare"
    assert outline(run["projects"]) == "kept *main shop site"
    refused(sim, me, "projects", "main", projects=[{"name": "new"}, {"name": "main", "state": "absent"}])
    refused(sim, me, "projects", "twice", projects=[{"name": "twice"}, {"name": "twice"}])


def test_reading_projects(sim: Any) -> None:
    me, other = sim.add_account("reader"), sim.add_account("other")
    web, theirs = sim.add_project(me, "web"), sim.add_project(other, "theirs")
    assert task(sim, me, "project_info", name="web")["projects"] == [web]
    assert task(sim, me, "project_info", project_id=web["id"])["projects"] == [web]
    assert outline(task(sim, me, "project_info", owner="reader")["projects"]) == "*default web"
    assert outline(task(sim, me, "project_info", default=True, owner=me.id)["projects"]) == "*default"
    assert task(sim, me, "project_info", name="web", owner=other.email)["projects"] == []
    # Of what only strangers own, a refusal must not be told as an absence.
    result = task(sim, me, "project_info", project_id=theirs["id"])
    if sim.switches["stranger_get"] == "404":
        assert result["projects"] == []
    else:
        assert_refused(result, theirs["id"])


def test_what_others_own_is_not_changed(sim: Any) -> None:
    me, other = sim.add_account("helper"), sim.add_account("helped")
    theirs = sim.add_project(other, "theirs")
    sim.add_application(theirs["id"], "shared-with-helper", collaborators=[me])
    seen = sim.switches["collaborator_get"] == "200"  # By ID nobody asks for the list.
    owner = ("helped",) if seen else ()
    refused(sim, me, "project", theirs["id"], *owner, project_id=theirs["id"], name="mine")
    refused(sim, me, "project", theirs["id"], *owner, project_id=theirs["id"], default=True)
    refused(sim, me, "project_transfer", theirs["id"], project_id=theirs["id"], new_owner="helper")
    gone = task(sim, me, "project", project_id=theirs["id"], state="absent")
    if seen or sim.switches["collaborator_get"] != "404":
        assert_refused(gone, theirs["id"])
    assert not gone.changed
    if sim.switches["list_collaborations"]:
        assert_ok(task(sim, me, "project", name="theirs"))
        refused(sim, me, "project", "helped", name="theirs", new_name="mine")
    assert sim.project(theirs["id"]) == theirs
    assert outline(sim.projects(me)) == "*default"


def _invitations(sim: Any, account: Any, one: Party, **options: Any) -> list[str]:
    result = task(sim, account, "project_transfer_info", project_id=one.project_id, **options)
    assert_ok(result)
    return [each["status"] for each in result["transfer_invitations"]]


def test_a_handover(sim: Any) -> None:
    one = party(sim)
    offer = ladder(sim, one.owner, "project_transfer", project_name=one.project_name, new_owner=one.invitee.username)
    invitation = offer["transfer_invitation"]
    assert [invitation] == sim.invitations(one.project_id)
    assert _invitations(sim, one.owner, one) == ["pending"]
    eligible = task(sim, one.owner, "project_transfer_info", project_id=one.project_id, eligible_new_owners=True)
    assert {each["user_id"] for each in eligible["eligible_new_owners"]} == {one.invitee.id, one.colleague.id}
    accept = {
        "project_id": one.project_id,
        "invitation_id": invitation["id"],
        "state": "accepted",
        "wait_timeout": PATIENCE,
    }
    for actor in (one.colleague, one.stranger):
        refused(sim, actor, "project_transfer", **accept)
    if sim.switches["accept_outcome"] == "accepted":
        accepted = ladder(sim, one.invitee, "project_transfer", **accept)
        assert accepted["project"] == sim.project(one.project_id)
        assert (one.owner_now, one.statuses) == (one.invitee.username, ["accepted"])
    else:
        assert_ok(task(sim, one.invitee, "project_transfer", check=True, **accept), changed=True)
        for _time in range(2):
            failed = task(sim, one.invitee, "project_transfer", **accept)
            assert_refused(failed, "support" if sim.switches["accept_outcome"] == "error" else "collaborator")
        assert (one.owner_now, one.statuses) == (one.owner.username, [sim.switches["accept_outcome"]])
    assert one.writes("invitee") == ["accept"]


def test_the_old_owner_after_a_handover(sim: Any) -> None:
    one = party(sim, "pending")
    task(
        sim,
        one.invitee,
        "project_transfer",
        project_id=one.project_id,
        invitation_id=one.invitation_id,
        state="accepted",
    )
    if sim.switches["accept_outcome"] != "accepted":
        assert one.owner_now == one.owner.username
        return
    wanted = {"project_id": one.project_id, "new_owner": one.invitee.username}
    for check in (True, False):
        again = task(sim, one.owner, "project_transfer", check=check, **wanted)
        # Who is shown nothing cannot know.
        assert again.failed is not sim.switches["old_owner_reads"], again.msg
        assert not again.changed
    changes: list[dict[str, Any]] = [
        {"project_id": one.project_id, "name": "mine-again"},
        {"project_id": one.project_id, "default": True},
    ]
    for change in changes:
        refused(sim, one.owner, "project", one.project_id, **change)
    assert one.owner_now == one.invitee.username
    assert one.writes("owner") == []


def test_an_invitation_that_is_declined_or_canceled(sim: Any) -> None:
    declined = party(sim, "pending")
    answer = {"project_id": declined.project_id, "invitation_id": declined.invitation_id}
    ladder(sim, declined.invitee, "project_transfer", state="declined", **answer)
    refused(sim, declined.invitee, "project_transfer", "declined", state="accepted", **answer)
    canceled = party(sim, "pending")
    answer = {"project_id": canceled.project_id, "invitation_id": canceled.invitation_id}
    ladder(sim, canceled.owner, "project_transfer", state="canceled", project_id=canceled.project_id)
    refused(sim, canceled.invitee, "project_transfer", "canceled", state="accepted", **answer)
    for one in (declined, canceled):
        ladder(sim, one.owner, "project_transfer", project_id=one.project_id, new_owner=one.invitee.id)
        assert one.statuses[1:] == ["pending"]
        assert _invitations(sim, one.owner, one, status="all") == one.statuses


def test_an_invitation_to_somebody_else(sim: Any) -> None:
    one = party(sim, "to colleague")
    wanted = {"project_id": one.project_id, "new_owner": one.invitee.username}
    refused(sim, one.owner, "project_transfer", one.colleague.username, "replace", **wanted)
    ladder(sim, one.owner, "project_transfer", replace=True, **wanted)
    assert one.statuses == ["canceled", "pending"]


def test_an_invitation_that_has_expired(sim: Any) -> None:
    one = party(sim, "expired")
    answer = {"project_id": one.project_id, "invitation_id": one.invitation_id}
    refused(sim, one.invitee, "project_transfer", "expired", state="accepted", **answer)
    assert _invitations(sim, one.owner, one) == []
    assert one.writes("invitee") == []
    ladder(sim, one.owner, "project_transfer", project_id=one.project_id, new_owner=one.invitee.username)
    assert one.statuses == ["canceled" if sim.switches["expired_blocks"] else "pending", "pending"]


def test_somebody_who_is_not_eligible(sim: Any) -> None:
    one = party(sim)
    wanted = {"project_id": one.project_id}
    refused(sim, one.owner, "project_transfer", one.invitee.username, new_owner=one.stranger.username, **wanted)
    refused(sim, one.owner, "project_transfer", "nobody-known", new_owner="nobody-known", **wanted)
    sim.set_collaborator(one.application, one.colleague, role="limited")
    if sim.switches["limited_eligible"]:
        ladder(sim, one.owner, "project_transfer", new_owner=one.colleague.username, **wanted)
    else:
        refused(sim, one.owner, "project_transfer", one.colleague.id, new_owner=one.colleague.id, **wanted)
    assert one.statuses == (["pending"] if sim.switches["limited_eligible"] else [])


def test_waiting_for_the_answer(sim: Any) -> None:
    one = party(sim, "pending")
    while_waiting(one, "invitee", "accept")
    # An owner who is shown nothing any more waits in vain.
    patience = PATIENCE if sim.switches["old_owner_reads"] else 3
    wanted = {"project_id": one.project_id, "new_owner": one.invitee.username, "wait": True, "wait_timeout": patience}
    result = task(sim, one.owner, "project_transfer", **wanted)
    assert one.statuses == [sim.switches["accept_outcome"]]
    if sim.switches["accept_outcome"] != "accepted":
        assert_refused(result, one.invitee.username)
    elif sim.switches["old_owner_reads"]:
        assert_ok(result)
        assert result["transfer_invitation"]["status"] == "accepted"
    else:
        assert_refused(result, one.invitee.username, "wait_timeout")


def test_a_login(sim: Any) -> None:
    me = sim.add_account("signed-in")
    result = task(sim, me, "login")
    assert_ok(result)
    assert (result["login"]["expires_at"] is None) is (sim.switches["uuid_claim"] == "opaque")
    urls = {"api_url": sim.api_url, "auth_url": sim.auth_url, "max_wait": PATIENCE}
    bearer = result["login"]["bearer_token"]
    assert_ok(here("scalingo_project", {**urls, "bearer_token": bearer}, name="web"), changed=True)
    assert outline(sim.projects(me)) == "*default web"
    sim.revoke(me)
    assert_refused(task(sim, me, "login"), "api_token")


def test_the_lookup(sim: Any) -> None:
    me, other = sim.add_account("looking"), sim.add_account("looked-for")
    web, theirs = sim.add_project(me, "web"), sim.add_project(other, "theirs")

    def look_up(*terms: str, **options: Any) -> Any:
        return lookup(*terms, **connect(sim, me, max_wait=PATIENCE), **options)

    assert look_up("web") == look_up(web["id"]) == look_up("web", owner="looking") == [web]
    assert outline(look_up(owner=me.id)) == "*default web"
    assert outline(look_up(default=True, owner=me.email)) == "*default"
    assert outline(look_up("nothing", "web", on_missing="skip")) == "web"
    assert look_up("nothing", on_missing="none") == [None]
    for missing in ("nothing", NOWHERE, theirs["id"]):
        with pytest.raises(AnsibleError, match=missing):
            look_up(missing)
