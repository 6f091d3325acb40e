# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All races: jobs that want the same, opposite things, or parts of the same.

Of jobs that want the same, one creates, deletes, invites, accepts, declines, or cancels, and says `changed`, and the
others find it done. A rename and a new default are another matter: the API responds 200 to an update that changes
nothing, so who sent one that was so by the time it arrived has to say `changed`. Of jobs that want opposite things, the
order of the writes decides, and none that came too late says that all is well, unless it was so while it ran.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from ..operations import EMAIL, token_of
from . import invariants
from .exploration import Race, Ways, explore
from .race import Arena, Job, Run, job


def one_changed(run: Run) -> None:
    """Among equals, one changes something, and the others find it done."""
    assert len(run.changed) == 1, f"changed: {run.changed}"


def one_wins(run: Run) -> None:
    one_changed(run)
    assert run.failed, "no job lost"


def idle_if_so_before(run: Run) -> None:
    """Some job changes something, and none that comes after the first write does."""
    assert run.changed, "no job changed anything"
    for done in run.done:
        late = invariants.fulfilled(done.task, done.seen[0])
        assert not (late and done.ending.changed), f"job {done.job} changed what was so before"


def two_writes(run: Run) -> None:
    """Two writes are needed and made, by one job or two; no other job says `changed`."""
    assert sum(len(done.writes) for done in run.done) == 2


def all_fail(run: Run) -> None:
    assert len(run.failed) == len(run.jobs) and len(run.changed) == 1


def names(run: Run) -> list[str]:
    return sorted(each["name"] for each in run.end.projects if each["owner"]["username"] == "mireille")


def each_item_once(run: Run) -> None:
    """Each creation and each deletion is the work of one job."""
    outcomes = [outcome for done in run.done for outcome in done.ending.result["outcomes"]]
    said = Counter((one["name"], one["action"]) for one in outcomes if one["changed"])
    wanted = {("web", "create"), ("shop", "create"), ("old", "delete"), ("default", "delete")}
    assert set(said) == wanted and set(said.values()) == {1}, said


def one_new_name(run: Run) -> None:
    """The last update wins, unless the second job finds neither the old name nor its own, and says so."""
    assert len(run.changed) + len(run.failed) >= 2
    assert names(run) in (["default", "shop"], ["default", "site"])


def one_project_of_the_name(run: Run) -> None:
    """The rename is rejected if it comes second."""
    assert names(run).count("shop") == 1
    for done in run.done:
        excused = "new_name" in done.task.options or "list_lag" in run.switches
        assert not done.ending.failed or excused, "the creation failed"


def one_default(run: Run) -> None:
    owned = [each for each in run.end.projects if each["owner"]["username"] == "mireille"]
    assert run.switches.get("two_defaults") or sum(each["default"] for each in owned) == 1


def nothing_instead(run: Run) -> None:
    """A job whose project is transferred while it changes it does not create another one instead."""
    for done in run.done:
        rejected = [turn for turn in done.turns if turn.method == "PATCH" and turn.status >= 400]
        assert not (rejected and done.writes), f"job {done.job} could not change a project and made another one"


def accepted_is_owned(run: Run) -> None:
    """A job that would replace an invitation that is accepted during the race is told whose the project is."""
    assert run.failed
    for done in run.done:
        accepted = done.task.options.get("state") == "accepted"
        assert not accepted or done.ending.failed or invariants.owner_of(run.end, "prj-web") == "tomasz"


def honest_wait(run: Run) -> None:
    """A job that waits ends well only with an acceptance, and shows an invitation as it was."""
    for done in run.done:
        invitation = done.ending.result.get("transfer_invitation")
        if not done.task.options.get("wait"):
            continue
        if not done.ending.failed:
            assert invitation is None or invitation["status"] == "accepted"
        elif invitation:
            seen = {
                each["status"] for moment in done.seen for each in moment.invitations if each["id"] == invitation["id"]
            }
            assert invitation["status"] in seen, f"job {done.job} shows {invitation['status']}, and it was {seen}"


def one_new_owner(run: Run) -> None:
    """Each that succeeds owns it at the end; the others fail, and what a loser did is withdrawn or left pending."""
    owner = invariants.owner_of(run.end, "prj-web")
    assert owner in ("tomasz", "ines")
    for done in run.done:
        assert done.ending.failed or done.task.options.get("new_owner", "tomasz") == owner


def one_email(run: Run) -> None:
    """One job invites, and each acceptance is the work of one job."""
    made = Counter(turn.path for done in run.done for turn in done.writes if turn.method == "POST")
    assert set(made.values()) <= {1}, made
    assert sum(turn.method == "GET" for done in run.done for turn in done.writes) <= len(made)


def mine(**options: Any) -> Job:
    return job("mireille", "project", **options)


def several(*items: dict[str, Any]) -> Job:
    return job("mireille", "projects", projects=items)


def owner(**options: Any) -> Job:
    return job("mireille", "transfer", project_id="prj-web", **options)


def tomasz(state: str, **options: Any) -> Job:
    waits = {"wait_timeout": 60} if state == "accepted" else {}
    return job("tomasz", "transfer", project_id="prj-web", state=state, **waits, **options)


def both(user: str, **options: Any) -> Job:
    return owner(new_owner=user, new_owner_api_token=token_of(user), state="accepted", wait_timeout=60, **options)


def person(**options: Any) -> Job:
    return job("mireille", "collaborator", project_id="prj-web", email=EMAIL, **options)


def ways(switch: str, *values: Any) -> Ways:
    return tuple({switch: value} for value in values)


def also(*others: dict[str, Any]) -> Ways:
    """The usual API, and others."""
    return ({}, *others)


PENDING = ways("invite_pending_status", 409, 422, 400, 403, 404)
CLOSED = ways("answer_closed_status", 422, 409, 400, 403, 404)
TAKEN = tuple({"duplicate_status": status, "list_lag": lag} for status in (409, 422) for lag in (0, 1, 4))
STRANGER = ways("non_owner_status", 401, 404)
LAG, TWO = {"list_lag": 1}, {"two_defaults": 1}
CREATE, DELETE, RENAME = mine(name="web"), mine(name="web", state="absent"), mine(name="web", new_name="shop")
DEFAULT, BY_ID = mine(name="web", default=True), {"project_id": "prj-web"}
INVITE, INVITE_INES = owner(new_owner="tomasz"), owner(new_owner="ines")
INSTEAD, CANCEL = owner(new_owner="ines", replace=True), owner(state="canceled")
ACCEPT, DECLINE = tomasz("accepted"), tomasz("declined")
WAIT = owner(new_owner="tomasz", wait=True, wait_timeout=20)
WITH_TOKEN = person(collaborator_api_token=token_of("tomasz"))
IN_LIST = job(
    "mireille",
    "transfers",
    transfers=[{"project_id": "prj-web", "new_owner": "tomasz", "new_owner_api_token": token_of("tomasz")}],
)

SAME = {
    "create": Race("", (CREATE,), TAKEN, one_changed, "list_lag", 2),
    "create as default": Race("", (DEFAULT,), TAKEN, one_changed, "list_lag", 2),
    "rename": Race("web", (RENAME,), also({"touch_unchanged": True}), idle_if_so_before, False, 2),
    "rename by id": Race(
        "web",
        (mine(**BY_ID, name="shop"),),
        also({"touch_unchanged": True}, {"list_lag": 2}),
        idle_if_so_before,
        False,
        2,
    ),
    "set default": Race(
        "web", (DEFAULT,), also(TWO, {"two_defaults": 3}, {"touch_unchanged": True}), idle_if_so_before, False, 2
    ),
    "set default with lag": Race("web", (DEFAULT,), ways("list_lag", 1, 2), may_fail=False, every=2),
    "delete": Race("web", (DELETE,), also(*ways("list_lag", 1, 2, 4)), one_changed, "list_lag", 2),
    "delete by id": Race("web", (mine(**BY_ID, state="absent"),), also({"list_lag": 2}), one_changed, False, 2),
    "invite": Race("web app", (INVITE,), PENDING, one_changed, False),
    "invite instead": Race("web app tomasz", (INSTEAD,), PENDING[:2], two_writes),
    "accept": Race(
        "web app tomasz",
        (ACCEPT,),
        (*CLOSED, *ways("accept_delay", "2 reads", "5 reads"), {"invitee_project": False}),
        one_changed,
        "accept_delay",
    ),
    "accept by id": Race(
        "web app tomasz",
        (tomasz("accepted", invitation_id="tin-1"),),
        (*CLOSED, {"invitee_list": False}, {"accept_delay": "3 reads"}),
        one_changed,
        "accept_delay",
    ),
    "accept a default project": Race(
        "*web app tomasz", (ACCEPT,), ways("transferred_default", "false", "keep"), one_changed, False
    ),
    "accept in vain": Race(
        "web app tomasz",
        (ACCEPT,),
        (*ways("accept_outcome", "failed", "error"), {"accept_outcome": "failed", "accept_delay": "3 reads"}),
        all_fail,
        every=2,
    ),
    "decline": Race("web app tomasz", (DECLINE,), CLOSED, one_changed, False, 1),
    "cancel": Race("web app tomasz", (CANCEL,), CLOSED, one_changed, False, 1),
    "invite and accept": Race(
        "web app",
        (INVITE + ACCEPT,),
        also({"accept_delay": "3 reads"}, STRANGER[1], {"invitee_list": True, "status_filter": "ignored"}),
        two_writes,
    ),
    "transfer with both tokens": Race(
        "web app", (both("tomasz"),), also({"accept_delay": "3 reads"}, *PENDING[:2], *STRANGER), two_writes
    ),
    "list of transfers": Race("web app", (IN_LIST,), also(*CLOSED[:3]), two_writes),
    "add a person": Race("web lonely", (person(),), ways("invite_again", 422, 409), one_changed, False, 2),
    "add a person with a token": Race(
        "web lonely data",
        (WITH_TOKEN,),
        (*ways("invite_again", 422, 409), {"used_link": 400}, {"collaborators_of_databases": False}),
        one_email,
        False,
    ),
    "remove a person": Race("web app data", (person(state="absent"),), judge=two_writes, may_fail=False),
    "list": Race(
        "old",
        (
            several(
                {"name": "web", "default": True},
                {"name": "shop"},
                {"name": "old", "state": "absent"},
                {"name": "default", "state": "absent"},
            ),
        ),
        also({"duplicate_status": 409}),
        each_item_once,
        False,
    ),
}

OPPOSITE = {
    # Of three jobs one may be rejected because of a project that another one has deleted by the next look.
    "create and delete": Race("", (CREATE, DELETE), also({"duplicate_status": 409}, LAG), every=2),
    "keep and delete": Race(
        "web", (CREATE, DELETE), also({"duplicate_status": 409}, LAG), may_fail="list_lag", every=2
    ),
    "two new names": Race(
        "web", tuple(mine(name="web", new_name=name) for name in ("shop", "site")), also(LAG), one_new_name, every=2
    ),
    "rename and create": Race(
        "web",
        (RENAME, mine(name="shop")),
        also({"duplicate_status": 409}, LAG, {"list_lag": 2, "duplicate_status": 409}),
        one_project_of_the_name,
        every=2,
    ),
    "two defaults": Race(
        "web shop",
        tuple(mine(name=name, default=True) for name in ("web", "shop")),
        also(*ways("two_defaults", 1, 2), LAG),
        one_default,
        False,
        every=2,
    ),
    # The default project cannot be deleted, and what is deleted while a task changes it is not created anew.
    "default and delete": Race(
        "web", (DEFAULT, DELETE), also(*ways("default_delete_status", 422, 403), LAG, {"two_defaults": 2}), every=2
    ),
    "default and delete by id": Race(
        "web",
        (mine(**BY_ID, default=True), mine(**BY_ID, state="absent")),
        also(*ways("stranger_get", "403", "401")),
        every=2,
    ),
    "a name that goes round": Race(
        "web shop",
        (mine(name="web", new_name="site"), mine(name="shop", new_name="web")),
        also({"duplicate_status": 409}),
        every=2,
    ),
    # Name and default are wanted, and one of them is so already until another job undoes it.
    "rename the default": Race(
        "web", (mine(name="default", new_name="prod", default=True), DEFAULT), also(TWO, LAG), every=2
    ),
    "rename what is no default": Race(
        "web", (mine(name="web", new_name="shop", default=False), mine(**BY_ID, default=True)), also(TWO, LAG), every=2
    ),
    "default and rename": Race("web", (DEFAULT, RENAME), also(LAG), every=2),
    "lists with two defaults": Race(
        "",
        (
            several({"name": "web", "default": True}, {"name": "shop"}),
            several({"name": "web"}, {"name": "shop", "default": True}),
        ),
        also(TWO, {"two_defaults": 3}, LAG),
    ),
    "list that deletes what the other keeps": Race(
        "shop",
        (
            several({"name": "web", "default": True}, {"name": "shop", "state": "absent"}),
            several({"name": "shop", "default": True}, {"name": "web", "state": "absent"}),
        ),
        also({"default_delete_status": 422}, LAG),
    ),
    "list and rename": Race(
        "old",
        (
            several({"name": "shop"}, {"name": "web"}, {"name": "old", "state": "absent"}),
            mine(name="old", new_name="web"),
        ),
        also({"duplicate_status": 409}),
    ),
    "delete and invite": Race(
        "web data",
        (DELETE, INVITE),
        ({"delete_with_database": 204}, {"delete_with_database": 204, "stranger_get": "403"}),
    ),
    "invite one or the other": Race("web app", (INVITE, INVITE_INES), PENDING, one_wins),
    "invite one instead of the other": Race(
        "web app", tuple(owner(new_owner=user, replace=True) for user in ("tomasz", "ines")), PENDING[:3]
    ),
    "replace and keep": Race("web app tomasz", (INVITE, INSTEAD), PENDING[:2]),
    "accept and cancel": Race(
        "web app tomasz",
        (ACCEPT, CANCEL),
        (*CLOSED, {"accept_delay": "3 reads"}, {"old_owner_reads": False}),
        one_changed,
    ),
    "accept and cancel by id": Race(
        "web app tomasz",
        (tomasz("accepted", invitation_id="tin-1"), owner(state="canceled", invitation_id="tin-1")),
        CLOSED,
        one_wins,
    ),
    "accept and decline": Race("web app tomasz", (ACCEPT, DECLINE), CLOSED, one_wins),
    # A cancellation without invitation_id wants that nothing is pending, and is content with a refusal.
    "cancel and decline": Race("web app tomasz", (DECLINE, CANCEL), CLOSED, one_changed),
    "cancel and replace": Race("web app tomasz", (CANCEL, INSTEAD), (*PENDING[:2], CLOSED[4])),
    "accept and rename": Race(
        "web app tomasz", (ACCEPT, mine(name="web", new_name="site")), also(*STRANGER, {"collaborator_get": "403"})
    ),
    "accept and default": Race(
        "web app tomasz", (ACCEPT, DEFAULT), also(*STRANGER, {"list_collaborations": True}), nothing_instead
    ),
    "accept and replace": Race(
        "web app tomasz",
        (ACCEPT, INSTEAD),
        also({"accept_delay": "3 reads"}, {"invite_not_eligible_status": 403}),
        accepted_is_owned,
    ),
    # The same project, with the tokens of two new owners.
    "transfer to one or the other": Race(
        "web app", (both("tomasz"), both("ines")), also(*PENDING[:4], *STRANGER), one_new_owner
    ),
    "transfer to one instead of the other": Race(
        "web app",
        tuple(both(user, replace=True) for user in ("tomasz", "ines")),
        also(*CLOSED, {"accept_delay": "2 reads"}),
    ),
    "transfer with both tokens and cancel": Race("web app", (both("tomasz"), CANCEL), CLOSED),
    "list of transfers and another": Race("web app", (IN_LIST, both("ines")), also(*PENDING[:3]), one_new_owner),
    "add and remove a person": Race("web lonely data", (WITH_TOKEN, person(state="absent")), also({"used_link": 400})),
    "add a person and transfer": Race("web lonely", (WITH_TOKEN, both("tomasz")), also({"used_link": 400})),
    # Time passes with each request and each pause, so an acceptance comes in time in some orders only.
    "wait and accept": Race(
        "web app tomasz",
        (WAIT, ACCEPT),
        also({"accept_delay": "3 reads"}, {"old_owner_reads": False}, {"accept_outcome": "failed"}),
        honest_wait,
    ),
    "wait and decline": Race("web app tomasz", (WAIT, DECLINE), also(CLOSED[1]), honest_wait),
    "wait and cancel": Race("web app tomasz", (WAIT, CANCEL), also(CLOSED[1]), honest_wait),
    "wait, accept, and cancel": Race("web app", (ACCEPT, WAIT, CANCEL), also({"accept_delay": "2 reads"}), honest_wait),
}


@pytest.mark.parametrize(
    "race, count, seed, switches",
    [case for name, race in {**SAME, **OPPOSITE}.items() for case in race.cases(name.replace(" ", "_"))],
)
def test_race(arena: Arena, race: Race, count: int, seed: int | None, switches: dict[str, Any]) -> None:
    explore(arena, race, count, seed, switches)
