# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for every task of every race, whatever the jobs want.

- A task says `changed` if and only if a write of its own was done, even if it failed afterwards.
- What a task claims, of each item of a list by itself, was so at some moment between its first and its last request. No
  more can be said: the API knows neither conditional requests nor transactions.
- Where the list of projects lags behind writes (switch `list_lag`), a task that changes nothing may claim what was so
  before it began. Where two default projects show (switch `two_defaults`), a list may not see its own.
- A failure names the object, leaves no write unsaid, and doubts none, since no response is lost here.
- No account gets two projects of one name, no project two pending invitations, no application one person twice, and no
  task creates or invites twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .race import Done, Object, Run, Snapshot, Task

# Requests of one task. Waiting for the invited user takes the most.
MOST_REQUESTS = 60
LISTS = ("projects", "transfers")


def check(run: Run) -> None:
    """Fail unless all of it holds."""
    for snapshot in run.history:
        _check_unique(snapshot)
    assert len(run.endings) >= len(run.jobs), "a job ended without a word"
    for done in run.done:
        assert not done.ending.crash, f"job {done.job} crashed"
        assert len(done.turns) <= MOST_REQUESTS, f"job {done.job} sent {len(done.turns)} requests"
        assert done.ending.changed == bool(done.writes), f"job {done.job} is wrong about whether it changed something"
        _check_once(done)
        if done.task.module == "project":
            _check_diff(done)
        if done.ending.failed:
            _check_failure(done)
        else:
            _check_success(done, run)
        if done.task.module in LISTS and "outcomes" in done.ending.result:
            _check_outcomes(done)


def fulfilled(task: Task, snapshot: Snapshot) -> bool:
    """Tell whether what a task wants is so."""
    options = task.completed()
    if task.module == "collaborator":
        names = {each["app_name"] for each in snapshot.collaborators} | {"shop"}
        return all(_status_of(options["email"], name, snapshot) in _wanted_statuses(options) for name in names)
    is_so = _transfer_is if task.module.startswith("transfer") else _project_is
    return all(is_so(task.who, item, snapshot) for item in options.get(task.module, [options]))


def _wanted_statuses(options: Mapping[str, Any]) -> tuple[str, ...]:
    if options["state"] == "absent":
        return ("none",)
    return ("accepted",) if options["collaborator_api_token"] else ("accepted", "pending")


def _status_of(email: str, name: str, snapshot: Snapshot) -> str:
    found = [each["status"] for each in snapshot.collaborators if (each["app_name"], each["email"]) == (name, email)]
    return found[0] if found else "none"


def _project_is(who: str, wanted: Mapping[str, Any], snapshot: Snapshot) -> bool:
    own = [each for each in snapshot.projects if each["owner"]["username"] == who]
    if wanted["state"] == "absent":
        return not any(_is_meant(wanted, each) for each in own)
    return any(_is_as_wanted(wanted, each) for each in own)


def _is_meant(wanted: Mapping[str, Any], project: Object) -> bool:
    if wanted["project_id"] is not None:
        return bool(project["id"] == wanted["project_id"])
    return bool(project["name"] == (wanted["new_name"] or wanted["name"]))


def _is_as_wanted(wanted: Mapping[str, Any], project: Object) -> bool:
    name = wanted["new_name"] or wanted["name"]
    right_name = name is None or project["name"] == name
    return _is_meant(wanted, project) and right_name and wanted["default"] in (None, project["default"])


def _transfer_is(who: str, options: Mapping[str, Any], snapshot: Snapshot) -> bool:
    theirs = [each for each in snapshot.invitations if each["project_id"] == options["project_id"]]
    pending = [each for each in theirs if each["status"] == "pending"]
    owner = owner_of(snapshot, options["project_id"])
    if options["new_owner_api_token"]:
        return owner == options["new_owner"]
    if options["state"] in ("pending", None):
        invited = any(each["invited_user_name"] == options["new_owner"] for each in pending)
        return owner == options["new_owner"] or (invited and not options.get("wait"))
    if options["state"] == "canceled":
        return not pending
    if options["state"] == "accepted":
        return owner == who
    return any(each["status"] == "declined" and each["invited_user_name"] == who for each in theirs)


def owner_of(snapshot: Snapshot, project_id: str) -> str | None:
    """Return whose a project is, or None if there is none."""
    owners = [each["owner"]["username"] for each in snapshot.projects if each["id"] == project_id]
    return owners[0] if owners else None


def _check_unique(snapshot: Snapshot) -> None:
    names = Counter((each["owner"]["id"], each["name"]) for each in snapshot.projects)
    pending = Counter(each["project_id"] for each in snapshot.invitations if each["status"] == "pending")
    assert max(names.values(), default=0) <= 1, f"two projects of one name: {names}"
    assert max(pending.values(), default=0) <= 1, f"two pending invitations: {pending}"
    people = Counter((each["app_name"], each["email"]) for each in snapshot.collaborators)
    assert max(people.values(), default=0) <= 1, f"one person twice: {people}"


def _check_once(done: Done) -> None:
    made = Counter(f"{turn.path} {turn.body}" for turn in done.writes if turn.method == "POST")
    assert max(made.values(), default=0) <= 1, f"job {done.job} did one thing twice: {made}"


def _check_diff(done: Done) -> None:
    diff = done.ending.result.get("diff", {"before": {}, "after": {}})
    before, after = ({key: side[key] for key in ("name", "default") if key in side} for side in diff.values())
    if before and after:
        sent = {key for turn in done.writes if turn.method == "PATCH" for key in turn.body["project"]}
        shown = {key for key in before if before[key] != after[key]}
        assert shown <= sent, f"job {done.job} claims what it did not write: {diff}"


def _check_failure(done: Done) -> None:
    assert "outcome_unknown" not in done.ending.result, f"job {done.job} doubts a response that it has received"
    message = done.ending.msg
    assert message and "\n" not in message and "Traceback" not in message, f"no sentence: {message!r}"
    assert message[0].isupper() and message.endswith((".", "?")), f"no sentence: {message!r}"
    assert any(name in message for name in _names(done)), f"job {done.job} does not name what failed: {message!r}"
    if done.task.module in LISTS:
        said = "Nothing was written" not in message
        assert said == bool(done.writes), f"job {done.job} is not clear about what was done: {message!r}"


def _names(done: Done) -> Iterator[str]:
    yield from {each["id"] for moment in done.seen for each in moment.invitations}
    options, keys = done.task.completed(), ("name", "new_name", "project_id", "project_name", "email")
    for wanted in options.get(done.task.module, [options]):
        yield from (wanted[key] for key in keys if wanted.get(key))


def _check_success(done: Done, run: Run) -> None:
    lagging = "list_lag" in run.switches
    moments = done.seen
    if lagging and (done.task.module == "projects" or not done.ending.changed):
        moments = (*done.before, *moments)
    assert moments, f"job {done.job} succeeded without a look"
    result, options = done.ending.result, done.task.completed()
    diff = result["diff"]
    assert (diff["before"] != diff["after"]) == done.ending.changed, f"job {done.job} shows a false diff: {diff}"
    if done.task.module == "project":
        _check_project(done, options, result["project"], moments)
    elif done.task.module == "projects":
        for wanted, outcome in zip(options["projects"], result["outcomes"], strict=True):
            _check_project(done, wanted, outcome["project"], moments, wanted["default"] is not None)
    elif done.task.module == "collaborator":
        for claim in result["collaborations"]:
            assert claim["status"] in _wanted_statuses(options), f"job {done.job} succeeded without {claim}"
            seen = {_status_of(options["email"], claim["resource"], moment) for moment in moments}
            assert claim["status"] in seen, f"job {done.job} claims what never was so: {claim}"
    else:
        for wanted, outcome in zip(options.get("transfers", [options]), result.get("outcomes", [result]), strict=True):
            _check_transfer(done, wanted, outcome, moments)


def _check_project(
    done: Done, wanted: Mapping[str, Any], project: Any, moments: Iterable[Snapshot], with_default: bool = True
) -> None:
    about = wanted["name"] or wanted["project_id"]
    if wanted["state"] == "absent":
        assert project is None, f"job {done.job} has deleted {about}, and returns it"
        gone = any(_project_is(done.task.who, wanted, moment) for moment in moments)
        assert gone, f"job {done.job} claims that {about} is gone, which it never was"
        return
    assert project is not None, f"job {done.job} succeeded without project {about}"
    assert _is_as_wanted(wanted, project), f"job {done.job} succeeded with another project than wanted: {project}"
    claimed = _shape(project, with_default)
    existed = any(claimed == _shape(each, with_default) for moment in moments for each in moment.projects)
    assert existed, f"job {done.job} claims what never was so: {project}"


def _shape(project: Object, with_default: bool = True) -> tuple[Any, ...]:
    return project["id"], project["name"], project["owner"]["id"], with_default and project["default"]


def _check_transfer(
    done: Done, wanted: Mapping[str, Any], result: Mapping[str, Any], moments: Iterable[Snapshot]
) -> None:
    was_so = any(_transfer_is(done.task.who, wanted, moment) for moment in moments)
    assert was_so, f"job {done.job} claims what never was so"
    invitation = result["transfer_invitation"]
    if invitation is not None:
        claimed = (invitation["id"], invitation["status"])
        existed = any(claimed == (each["id"], each["status"]) for moment in moments for each in moment.invitations)
        assert existed, f"job {done.job} shows an invitation that never was so: {invitation}"
    if result["project"] is not None:
        existed = any(_shape(result["project"]) == _shape(each) for moment in moments for each in moment.projects)
        assert existed, f"job {done.job} shows a project that never was so: {result['project']}"


def _check_outcomes(done: Done) -> None:
    """Check that every write of a list is in its outcomes, and nothing else is."""
    outcomes = [outcome for outcome in done.ending.result["outcomes"] if outcome["changed"]]
    said = sorted(action for outcome in outcomes for action in outcome["action"].split("_and_"))
    if done.task.module == "transfers":
        did = ["accept" if turn.path.endswith("/accept") else "invite" for turn in done.writes]
    else:
        method = {"POST": "create", "PATCH": "update", "DELETE": "delete"}
        # An item may take two updates of one project.
        places = {(turn.method, turn.path, str(turn.body) if turn.method == "POST" else "") for turn in done.writes}
        did = [method[one] for one, _path, _body in places]
    assert said == sorted(did), f"job {done.job} says {said} and did {sorted(did)}"
