# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables of situations: what there is, a task, what the task must send, and what there is afterwards.

`climb` runs a task up to four times, and demands what is right for every task: check mode writes nothing and predicts
the run, and a rerun finds nothing to do. A row of a table adds what is right for it.

A row about projects is a line of text: `account | task | sends | after`.

- account: names of projects, the default one with a star. `friend/web` belongs to a friend, who lets this account
  collaborate. `web+app`, `web+db`, and `web+invitation` hold something; `web@osc-secnum-fr1` is in another region.
  `...` are 18 more, and `-` is no project at all.
- task: options of scalingo_project; `web` is short for name=web, `web>site` has a new_name, and `-web` is absent. With
  commas, or one at the end, they are items of scalingo_projects, with options of the module itself after a semicolon.
  `$web` is the ID of a project, `$me` and `$friend` are usernames.
- sends: the methods of the writes. `fails` means that the task fails; words after it must be in its message.
- after: the account afterwards, if it changes. `site=web` was called web before, and `api=` is new.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from .expect import EXCHANGE, LIST, assert_one_sentence, diff_of, disagreements, told, writes
from .playbook import TaskResult, connect, here

RUNGS = ("check", "run", "rerun", "check again")
REGIONS = ("osc-fr1", "osc-secnum-fr1")
SELF = "/v1/users/self"  # asked only where the result depends on who the caller is
LONGEST = "a-long_name-" + "0123456789" * 5 + "-z"
FILLERS = 18  # with two more, an account is full
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Climbed:
    """A task after its rungs: results, requests, and what there was before the first and after each."""

    steps: Mapping[str, TaskResult]
    calls: Mapping[str, list[str]]
    states: Mapping[str, Any]

    @property
    def run(self) -> TaskResult:
        return self.steps["run"]

    @property
    def sent(self) -> list[str]:
        """The methods of the writes of the run."""
        return [call.split()[0] for call in writes(self.calls["run"])]


def climb(run: Callable[[bool], TaskResult], calls: Callable[[], list[str]], state: Callable[[], Any]) -> Climbed:
    """Run a task in check mode, for real, and if that does not fail, again, and in check mode again."""
    steps: dict[str, TaskResult] = {}
    sent: dict[str, list[str]] = {}
    states = {"before": state()}
    for rung in RUNGS:
        seen = len(calls())
        steps[rung] = run("check" in rung)
        sent[rung] = calls()[seen:]
        states[rung] = state()
        if rung == "run" and steps["run"].failed:
            break
    for check, real in (("check", "run"), ("check again", "rerun")):
        if real in steps:
            assert writes(sent[check]) == [], f"{check} writes"
            different = disagreements(steps[check], steps[real])
            assert not different, "\n".join([*different, steps[check].msg, steps[real].msg])
    assert states["check"] == states["before"]
    before, after = diff_of(steps["run"])
    assert (before != after) is steps["run"].changed, steps["run"].values
    if steps["run"].failed:
        assert_one_sentence(steps["run"].msg)
        assert_one_sentence(steps["check"].msg)
    else:
        assert (states["run"] != states["before"]) is steps["run"].changed, "changed is not what happened"
        assert not steps["rerun"].failed, steps["rerun"].msg
        assert not steps["rerun"].changed and writes(sent["rerun"]) == [], steps["rerun"].values
        assert states["rerun"] == states["check again"] == states["run"]
    return Climbed(steps, sent, states)


def late_reads(sim: Any) -> int:
    """How many reads it takes until a list shows what was written."""
    return max(sim.switches["list_lag"], int(sim.switches["two_defaults"]))


def rows(text: str) -> list[Any]:
    """The rows of a table, each with the line that it is as its name."""
    lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    return [pytest.param(*line, id=" | ".join(line[:2])) for line in lines]


class Account:
    """An account with the projects that a text names, and a friend whose projects it may collaborate in."""

    def __init__(self, sim: Any, text: str = "-") -> None:
        self.sim, number = sim, next(_numbers)
        self.me, self.friend = (sim.add_account(f"{who}-{number}", default_project=None) for who in ("me", "friend"))
        self.words = {"$longest": LONGEST, **{f"${region}": url for region, url in sim.region_urls.items()}}
        for who, one in (("me", self.me), ("friend", self.friend)):
            self.words |= {f"${who}": one.username, f"${who}_id": one.id, f"${who}_email": one.email}
        self.was: dict[str, str] = {}
        fillers = " ".join(f"filler-{number:02}" for number in range(FILLERS))
        for token in text.replace("...", fillers).split():
            if token != "-":
                self._add(token)

    def _add(self, token: str) -> None:
        path, *things = token.lstrip("*").split("+")
        head, _at, region = path.partition("@")
        owner, name = (self.friend if "/" in head else self.me), head.rpartition("/")[2]
        made = self.sim.add_project(owner, name, default=token.startswith("*"), region=region or REGIONS[0])
        self.was[made["id"]] = path
        self.words[f"${head}"] = made["id"]
        inside = f"{head.replace('/', '-')}-{self.me.username}"
        if owner is self.friend:
            self.sim.add_application(made["id"], inside, collaborators=[self.me])
        if "app" in things:
            self.sim.add_application(made["id"], inside)
        if "db" in things:
            self.sim.add_database(made["id"], inside)
        if "invitation" in things:
            self.sim.add_invitation(made["id"], invited=self.friend)

    @property
    def held(self) -> dict[str, dict[str, Any]]:
        """What both accounts hold, by ID."""
        pairs = itertools.product((self.me, self.friend), REGIONS)
        return {one["id"]: one for who, region in pairs for one in self.sim.projects(who, region=region)}

    @property
    def state(self) -> set[str]:
        """The projects as in the text of a row; `site=web` was called web, and `api=` is new."""
        found = set()
        for key, one in self.held.items():
            was = self.was.get(key, "")
            path = ("friend/" if one["owner"]["id"] == self.friend.id else "") + one["name"]
            token = was if was.partition("@")[0] == path else f"{path}={was}"
            found.add("..." if was.startswith("filler-") else "*" * one["default"] + token.replace(LONGEST, "$longest"))
        return found

    def calls(self) -> list[str]:
        calls: list[str] = self.sim.calls(self.me)
        return calls

    def options(self, text: str) -> dict[str, Any]:
        """The options that a text says."""
        found: dict[str, Any] = {}
        for word in text.split():
            key, equals, value = word.partition("=")
            if equals:
                found[key] = value == "true" if value in ("true", "false") else self.words.get(value, value)
            else:
                names = [self.words.get(name, name) for name in word.removeprefix("-").split(">")]
                found |= {**dict(zip(("name", "new_name"), names)), **({"state": "absent"} if word[0] == "-" else {})}
        return found

    def task(self, text: str, check: bool = False, **connection: Any) -> TaskResult:
        """Run the task that a text says."""
        if "," not in text:
            options = {**connect(self.sim, self.me, **connection), **self.options(text)}
            return here("scalingo_project", options, check=check)
        listed, _semicolon, own = text.partition(";")
        items = [self.options(one) for one in listed.split(",") if one.strip()]
        return self.projects(items, check, **connection, **self.options(own))

    def projects(self, items: list[dict[str, Any]], check: bool = False, **options: Any) -> TaskResult:
        """Run scalingo_projects with these items."""
        return here("scalingo_projects", {**connect(self.sim, self.me), **options}, check=check, projects=items)

    def climb(self, text: str, **connection: Any) -> Climbed:
        return climb(lambda check: self.task(text, check, **connection), self.calls, lambda: self.held)


def assert_row(account: Account, task: str, sends: str, after: str, pages: int = 1) -> Climbed:
    """The task does what the row says, at the cost of one list or one read by ID, and returns what there is."""
    before = account.state
    climbed = account.climb(task)
    assert all(calls.count(EXCHANGE) == 1 for calls in climbed.calls.values()), "one token exchange for each task"
    assert all(sum(SELF in call for call in calls) <= 1 for calls in climbed.calls.values()), climbed.calls
    expected, fails, facts = sends.partition("fails")
    assert sorted(climbed.sent) == sorted(expected.split()), climbed.run.msg or climbed.run.values
    assert climbed.run.failed is bool(fails), climbed.run.msg or climbed.run.values
    missing = [fact for fact in facts.split() if account.words.get(fact, fact) not in climbed.run.msg]
    assert not missing, f"{missing} not in {climbed.run.msg}"
    assert account.state == (set() if after == "-" else set(after.split()) or before)
    if fails:
        return climbed
    reads = [call for call in climbed.calls["rerun"] if call != EXCHANGE and not (SELF in call and "owner=" in task)]
    if "," in task:
        assert reads[:pages] == [LIST] * pages and len(reads) <= pages + task.count("project_id="), reads
        assert_outcomes(account, climbed)
    else:
        assert len(reads) == 1 and reads[0].startswith(f"{LIST}/") if "project_id=" in task else reads == [LIST] * pages
        project = climbed.run["project"]
        absent = account.options(task).get("state") == "absent"
        assert project is None if absent else project == account.held[project["id"]]
        assert climbed.steps["rerun"]["project"] == project
    return climbed


def assert_outcomes(account: Account, climbed: Climbed) -> None:
    """What a list returned is what became of the account, item by item."""
    run, before, held = climbed.run, climbed.states["before"], climbed.states["run"]
    told(run)
    for one in run["outcomes"]:
        project = one["project"]
        if project is None:
            gone = [key for key, each in before.items() if each["name"] == one["name"] and key not in held]
            assert one["action"] == ("delete" if gone else "none"), one
            continue
        assert {**project, "updated_at": 0} == {**held[project["id"]], "updated_at": 0}, one
        was = before.get(project["id"])
        # The default project is changed by the item that takes the default from it.
        same = was and was["name"] == project["name"] and (was["default"] or not project["default"])
        assert one["action"] == ("create" if not was else "none" if same else "update"), one
    ids = [one["project"]["id"] for one in run["outcomes"] if one["project"]]
    assert [one["id"] for one in run["projects"]] == ids and len(set(ids)) == len(ids)
    owners = {account.me.id, *([account.friend.id] if account.sim.switches["list_collaborations"] else [])}
    assert {one["id"] for one in run["unlisted"]} <= {key for key, one in held.items() if one["owner"]["id"] in owners}
    assert not set(ids) & {one["id"] for one in run["unlisted"]}
