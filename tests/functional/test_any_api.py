# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every operation of every module and of the lookup, and what each promises whatever the API turns out to be like.

`make functional VARIANTS=all` runs this file under every value of every switch of the simulator, so no test sets one.
Where the outcome has to differ, it is derived from the switch; no request is counted, and no text of one status
expected. Modules and lookup run in this process, since an ansible-playbook for every value would take hours.
"""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleError

from .expect import NOWHERE, Waits, assert_ok, assert_refused, diff_of, outline, told, writes
from .playbook import TaskResult, connect, here, lookup
from .table import Account, Climbed, climb, late_reads
from .transfers import Party, party

PATIENCE = 60  # seconds, for an API with a rate limit or a late acceptance
pytestmark = pytest.mark.usefixtures("waits")


def run(sim: Any, account: Any, module: str, check: bool = False, **options: Any) -> TaskResult:
    """What a module returns to an account whose lists show what was done before; a check has to write nothing."""
    for _read in range(late_reads(sim)):
        here("scalingo_project_info", connect(sim, account, max_wait=PATIENCE))
    sent = len(sim.calls(account))
    quiet = module == "login"
    result = here(f"scalingo_{module}", connect(sim, account, max_wait=PATIENCE), check=check, no_log=quiet, **options)
    assert not check or writes(sim.calls(account)[sent:]) == []
    return result


class Patient(Account):
    """An account whose lists show what a task has done before the next one begins."""

    def task(self, text: str, check: bool = False, **connection: Any) -> TaskResult:
        result = super().task(text, check, max_wait=PATIENCE, **connection)
        for _read in range(late_reads(self.sim)):
            here("scalingo_project_info", connect(self.sim, self.me, max_wait=PATIENCE))
        return result

    def changes(self, task: str, after: str) -> TaskResult:
        """A task changes the account to this; its check predicts that, and a second run finds nothing to do."""
        result = self.climb(task).run
        assert_ok(result, changed=True)
        assert self.state == set(after.split())
        return result

    def keeps(self, *tasks: str) -> None:
        before = self.held
        for task in tasks:
            assert_ok(self.climb(task).run)
        assert self.held == before

    def fails(self, task: str, *facts: str) -> None:
        """A task fails in one sentence that holds these facts, its check too, and neither changes anything."""
        before = self.held
        for result in self.climb(task).steps.values():
            assert_refused(result, *(self.words.get(fact, fact) for fact in facts))
            assert not result.changed
        assert self.held == before


def test_the_life_of_a_project(sim: Any) -> None:
    account = Patient(sim, "*default")
    web = account.changes("web", "*default web=")["project"]["id"]
    account.was[web] = "web"
    account.words["$web"] = web
    account.changes("web>site", "*default site=web")
    account.changes("project_id=$web name=shop", "*default shop=web")
    before, after = diff_of(account.changes("shop default=true", "default *shop=web"))
    assert (before["default_project"], after["default_project"]) == ("default", "shop")
    account.changes("-default", "*shop=web")
    account.keeps("-default", "shop owner=$me")
    account.fails("-shop", "shop")
    account.fails("shop default=false", "shop")


def test_a_project_that_is_not_there(sim: Any) -> None:
    account = Patient(sim, "*default")
    account.fails(f"project_id={NOWHERE}", NOWHERE)
    account.keeps(f"project_id={NOWHERE} state=absent", "-web")
    assert run(sim, account.me, "project_info", project_id=NOWHERE)["projects"] == []
    result = run(sim, account.me, "project_transfer", project_name="web", new_owner="tomasz")
    assert_refused(result, "web")


def test_what_is_inside_keeps_a_project(sim: Any) -> None:
    account = Patient(sim, "*default full+app stored+db")
    account.fails("-full", "full-me")
    account.fails("-full,", "full-me")
    assert_refused(account.task("-stored", check=True), "stored-me")
    result = account.task("-stored")
    deletable = sim.switches["delete_with_database"] == 204
    assert (result.failed, result.changed) == (not deletable, deletable)
    assert account.state == {"*default", "full"} | (set() if deletable else {"stored"})


def test_a_name_that_is_taken_and_an_account_that_is_full(sim: Any) -> None:
    limit = sim.switches["limit_projects"]
    account = Patient(sim, "*default " + " ".join(f"web-{number}" for number in range(1, limit)))
    account.fails("web-1>default", "default", "web-1")
    result = account.task("one-too-many")
    assert_refused(result, "one-too-many", str(sim.switches["limit_status"]))
    assert len(account.held) == limit


def test_a_list_of_projects(sim: Any) -> None:
    account = Patient(sim, "*default web tools old kept spare")
    everything = "-default, web>site, tools>shop, main default=true, -gone, -old, kept"
    result = account.changes(everything, "kept *main= shop=tools site=web spare")
    assert told(result) == "default delete, site update, shop update, main create, gone none, old delete, kept none"
    assert (outline(result["projects"]), outline(result["unlisted"])) == ("kept *main shop site", "spare")
    account.fails("new, -main", "main")
    account.fails("twice, twice", "twice")


def test_what_others_own_is_not_changed(sim: Any) -> None:
    account = Patient(sim, "*default friend/theirs")
    seen = sim.switches["collaborator_get"] == "200"  # By ID the list is not read.
    for change in ("name=mine", "default=true"):
        account.fails(f"project_id=$friend/theirs {change}", "$friend/theirs", *(["$friend"] if seen else []))
    gone = account.task("project_id=$friend/theirs state=absent")
    assert not gone.changed
    assert gone.failed or sim.switches["collaborator_get"] == "404"
    if sim.switches["list_collaborations"]:
        account.keeps("theirs")
        account.fails("theirs>mine", "$friend")
    assert account.state == {"*default", "friend/theirs"}


def test_reading_projects(sim: Any) -> None:
    account = Patient(sim, "*default web")
    strange = Account(sim, "strange").words["$strange"]
    web = account.held[account.words["$web"]]
    for options, found in (
        ({"name": "web"}, [web]),
        ({"project_id": web["id"]}, [web]),
        ({"name": "web", "owner": account.friend.email}, []),
    ):
        assert run(sim, account.me, "project_info", **options)["projects"] == found
        if found:
            assert lookup(*options.values(), **connect(sim, account.me, max_wait=PATIENCE)) == found
    for options, shown in (({"owner": account.me.id}, "*default web"), ({"default": True, "owner": "$me"}, "*default")):
        options = {key: account.words.get(str(value), value) for key, value in options.items()}
        assert outline(run(sim, account.me, "project_info", **options)["projects"]) == shown
        assert outline(lookup(**options, **connect(sim, account.me, max_wait=PATIENCE))) == shown
    # Of what only strangers own, a rejection must not be told as an absence.
    result = run(sim, account.me, "project_info", project_id=strange)
    assert result.failed is (sim.switches["stranger_get"] != "404")
    assert result.failed or result["projects"] == []
    options = connect(sim, account.me, max_wait=PATIENCE)
    assert lookup("nothing", "web", on_missing="skip", **options) == [web]
    assert lookup("nothing", on_missing="none", **options) == [None]
    for missing in ("nothing", NOWHERE, strange):
        with pytest.raises(AnsibleError, match=missing):
            lookup(missing, **options)


def test_a_login(sim: Any) -> None:
    account = Patient(sim, "*default")
    result = run(sim, account.me, "login")
    assert_ok(result)
    assert (result["login"]["expires_at"] is None) is (sim.switches["uuid_claim"] == "opaque")
    assert_ok(account.task("web", bearer_token=result["login"]["bearer_token"], api_token=""), changed=True)
    sim.revoke(account.me)
    assert_refused(run(sim, account.me, "login"), "api_token")


# Transfers


def transferred(one: Party, word: str, **options: Any) -> Climbed:
    """A transfer by one of them that either changes something or fails, which its check predicts."""
    account, named = getattr(one, word), {} if "project_name" in options else {"project_id": one.project_id}
    climbed = climb(
        lambda check: run(one.sim, account, "project_transfer", check, **named, **options),
        lambda: one.calls(word),
        lambda: one.state,
    )
    assert climbed.run.changed is not climbed.run.failed, climbed.run.msg or climbed.run.values
    return climbed


def changes(one: Party, word: str, **options: Any) -> TaskResult:
    result = transferred(one, word, **options).run
    assert_ok(result, changed=True)
    return result


def fails(one: Party, word: str, *facts: str, **options: Any) -> None:
    for result in transferred(one, word, **options).steps.values():
        assert_refused(result, *facts)


def invitations(one: Party, **options: Any) -> list[str]:
    result = run(one.sim, one.owner, "project_transfer_info", project_id=one.project_id, **options)
    assert_ok(result)
    return [each["status"] for each in result["transfer_invitations"]]


def test_a_transfer(sim: Any) -> None:
    one = party(sim)
    offer = changes(one, "owner", project_name=one.project_name, new_owner=one.invitee.username)["transfer_invitation"]
    assert [offer] == sim.invitations(one.project_id)
    assert invitations(one) == ["pending"]
    eligible = run(sim, one.owner, "project_transfer_info", project_id=one.project_id, eligible_new_owners=True)
    assert {each["user_id"] for each in eligible["eligible_new_owners"]} == {one.invitee.id, one.colleague.id}
    accept = {"invitation_id": offer["id"], "state": "accepted", "wait_timeout": PATIENCE}
    for word in ("colleague", "stranger"):
        fails(one, word, **accept)
    outcome = sim.switches["accept_outcome"]
    if outcome == "accepted":
        accepted = changes(one, "invitee", **accept)
        assert accepted["project"] == sim.project(one.project_id)
    else:
        accept["project_id"] = one.project_id
        assert_ok(run(sim, one.invitee, "project_transfer", check=True, **accept), changed=True)
        for _time in range(2):
            failed = run(sim, one.invitee, "project_transfer", **accept)
            assert_refused(failed, "support" if outcome == "error" else "collaborator")
    owner = one.invitee if outcome == "accepted" else one.owner
    assert (one.owner_now, one.statuses) == (owner.username, [outcome])
    assert one.writes("invitee") == ["accept"]


def test_the_previous_owner_after_a_transfer(sim: Any) -> None:
    one = party(sim, "pending")
    accept = {"project_id": one.project_id, "invitation_id": one.invitation_id, "state": "accepted"}
    run(sim, one.invitee, "project_transfer", **accept)
    if sim.switches["accept_outcome"] != "accepted":
        assert one.owner_now == one.owner.username
        return
    for check in (True, False):
        options = {"project_id": one.project_id, "new_owner": one.invitee.username}
        again = run(sim, one.owner, "project_transfer", check, **options)
        # A user who is shown nothing cannot know.
        assert (again.failed, again.changed) == (not sim.switches["old_owner_reads"], False), again.msg
        for change in ({"name": "mine-again"}, {"default": True}):
            assert_refused(run(sim, one.owner, "project", check, project_id=one.project_id, **change), one.project_id)
    assert (one.owner_now, one.writes("owner")) == (one.invitee.username, [])


def test_an_invitation_that_is_declined_or_canceled(sim: Any) -> None:
    for word, status in (("invitee", "declined"), ("owner", "canceled")):
        one = party(sim, "pending")
        changes(one, word, state=status, **({"invitation_id": one.invitation_id} if word == "invitee" else {}))
        fails(one, "invitee", status, state="accepted", invitation_id=one.invitation_id)
        changes(one, "owner", new_owner=one.invitee.id)
        assert one.statuses == [status, "pending"] == invitations(one, status="all")


def test_an_invitation_to_another_user(sim: Any) -> None:
    one = party(sim, "to colleague")
    fails(one, "owner", one.colleague.username, "replace", new_owner=one.invitee.username)
    changes(one, "owner", new_owner=one.invitee.username, replace=True)
    assert one.statuses == ["canceled", "pending"]


def test_an_invitation_that_has_expired(sim: Any) -> None:
    one = party(sim, "expired")
    fails(one, "invitee", "expired", state="accepted", invitation_id=one.invitation_id)
    assert invitations(one) == []
    changes(one, "owner", new_owner=one.invitee.username)
    assert one.statuses == ["canceled" if sim.switches["expired_blocks"] else "pending", "pending"]


def test_a_user_who_is_not_eligible(sim: Any) -> None:
    one = party(sim)
    for word in (one.stranger.username, "no-such-user"):
        fails(one, "owner", one.invitee.username, word, new_owner=word)
    sim.set_collaborator(one.application, one.colleague, role="limited")
    eligible = sim.switches["limited_eligible"]
    assert transferred(one, "owner", new_owner=one.colleague.username).run.failed is not eligible
    assert one.statuses == (["pending"] if eligible else [])


def test_a_new_owner_without_billing(sim: Any) -> None:
    one = party(sim)
    one.invitee.billing = False
    moment, _dash, status = (sim.switches["new_owner_refused"] or "").partition("-")
    options = {"project_id": one.project_id, "state": "accepted", "new_owner_api_token": one.invitee.api_token}
    result = run(sim, one.owner, "project_transfer", **options)
    if moment:
        assert_refused(result, status, one.invitee.username)
        assert result.changed is (moment == "accept")
    assert one.statuses == {"invite": [], "accept": ["pending"]}.get(moment, [sim.switches["accept_outcome"]])


def test_waiting_for_the_new_owner(sim: Any, waits: Waits) -> None:
    one = party(sim, "pending")
    waits.meanwhile = lambda: one.answer("invitee", "accept")
    # An owner who is shown nothing any more waits in vain.
    options = {"new_owner": one.invitee.username, "wait": True, "wait_timeout": PATIENCE}
    result = run(sim, one.owner, "project_transfer", project_id=one.project_id, **options)
    outcome = sim.switches["accept_outcome"]
    assert one.statuses == [outcome]
    if outcome == "accepted" and sim.switches["old_owner_reads"]:
        assert_ok(result)
        assert result["transfer_invitation"]["status"] == "accepted"
    else:
        assert_refused(result, one.invitee.username)


def test_a_list_of_transfers_with_both_tokens(sim: Any) -> None:
    one, outcome = party(sim), sim.switches["accept_outcome"]
    items = [{"project_id": one.project_id, "new_owner_api_token": one.invitee.api_token}]
    assert_ok(run(sim, one.owner, "project_transfers", check=True, transfers=items), changed=True)
    result = run(sim, one.owner, "project_transfers", transfers=items)
    assert (result.failed, result.changed) == (outcome != "accepted", True), result.msg
    assert one.statuses == [outcome]
    if outcome == "accepted":
        assert_ok(run(sim, one.owner, "project_transfers", transfers=items))
        assert one.owner_now == one.invitee.username


def test_a_collaborator(sim: Any) -> None:
    one = party(sim)

    def climbed(**options: Any) -> Climbed:
        options |= {"project_id": one.project_id, "email": one.stranger.email}
        return climb(
            lambda check: run(sim, one.owner, "project_collaborator", check, **options),
            lambda: one.calls("owner"),
            lambda: sim.collaborators(one.application),
        )

    for given, status in (({}, "pending"), ({"collaborator_api_token": one.stranger.api_token}, "accepted")):
        assert_ok(climbed(**given).run, changed=True)
        assert [each["status"] for each in sim.collaborators(one.application)] == ["accepted", "accepted", status]
    assert_ok(climbed(state="absent").run, changed=True)
    assert len(sim.collaborators(one.application)) == 2
    for check in (True, False):
        result = run(sim, one.stranger, "project_collaborator", check, project_id=one.project_id, user="no-such-user")
        assert_refused(result, one.project_id)
