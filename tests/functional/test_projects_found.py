# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose projects a list means: by name, by ID, by owner, with those of others in sight."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from simulator import Simulator

from .assumptions import COUNTED
from .expect import LIST, assert_ok, assert_refused, bulk_disagreements, outline, per_task, told, writes
from .playbook import TaskResult, bulk

SELF = "/v1/users/self"
NOWHERE = "prj-00000000-0000-4000-8000-000000000000"
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def sim() -> Iterator[Any]:
    """A list that also shows projects of others. What it costs to find one is counted."""
    with Simulator(**COUNTED, list_collaborations=True) as simulator:
        yield simulator


class Pair:
    """Me with `web`, and a friend with `web`, `shared` and the default project `base`: I collaborate on all of them."""

    def __init__(self, sim: Any) -> None:
        number = next(_numbers)
        self._sim = sim
        self.me = sim.add_account(f"me-{number}")
        self.friend = sim.add_account(f"friend-{number}", default_project="base")
        self.ids = {"web": sim.add_project(self.me, "web")["id"], "base": sim.projects(self.friend)[0]["id"]}
        self.ids |= {"default": sim.projects(self.me)[0]["id"], "shared": sim.add_project(self.friend, "shared")["id"]}
        self.ids["their web"] = sim.add_project(self.friend, "web")["id"]
        for name in ("base", "shared", "their web"):
            sim.add_application(self.ids[name], f"{name.replace(' ', '-')}-{number}", collaborators=[self.me])

    def run(self, items: list[dict[str, Any]], **options: Any) -> TaskResult:
        """Check mode and the run, which have to agree; the result of the run."""
        items = [
            {**one, "project_id": self.ids.get(one["project_id"], NOWHERE)} if "project_id" in one else one
            for one in items
        ]
        check, run = (bulk(self._sim, self.me, items, check, **options) for check in (True, False))
        assert (check.failed, check.changed) == (run.failed, run.changed), (check.msg, run.msg)
        if not run.failed:
            assert bulk_disagreements(check, run) == []
        return run

    @property
    def calls(self) -> list[str]:
        """The requests of the run, after the token exchange."""
        return per_task(self._sim.calls(self.me))[-1]

    @property
    def mine(self) -> str:
        return outline(self._sim.projects(self.me))

    @property
    def theirs(self) -> str:
        return outline(self._sim.projects(self.friend))


@pytest.fixture
def pair(sim: Any) -> Pair:
    return Pair(sim)


# What is asked for, and what the refusal says; nothing is written.
REFUSED: dict[str, tuple[list[dict[str, Any]], dict[str, str], tuple[str, ...]]] = {
    "ambiguous": ([{"name": "api"}, {"name": "web"}], {}, ("web", "$web", "$their web", "$me", "$friend")),
    "ambiguous, absent": (
        [{"name": "api"}, {"name": "web", "state": "absent"}],
        {},
        ("web", "$web", "$their web", "$me", "$friend"),
    ),
    "ambiguous, rename": (
        [{"name": "api"}, {"name": "web", "new_name": "site"}],
        {},
        ("web", "$web", "$their web", "$me", "$friend"),
    ),
    "never created for somebody else": (
        [{"name": "shared"}, {"name": "api"}],
        {"owner": "$friend"},
        ("api", "$friend"),
    ),
    "never created for somebody unknown": ([{"name": "tool"}], {"owner": "$nobody"}, ("tool", "nobody")),
    "by id, of another owner": (
        [{"name": "api"}, {"project_id": "shared"}],
        {"owner": "$me"},
        ("shared", "$me", "$friend"),
    ),
    "an unknown id": ([{"name": "api"}, {"project_id": "unknown"}], {}, (NOWHERE,)),
    "their default cannot be made mine": ([{"name": "base", "default": True}], {}, ("base", "$friend")),
}

# What is asked for, and what becomes of it, of my projects, and what is left unlisted.
FOUND: dict[str, tuple[list[dict[str, Any]], dict[str, str], str, str, str]] = {
    "theirs is found": (
        [{"name": "shared"}, {"name": "default"}],
        {},
        "shared none, default none",
        "*default web",
        "base web web",
    ),
    "theirs by id": (
        [{"project_id": "their web"}, {"project_id": "web"}],
        {},
        "web none, web none",
        "*default web",
        "base default shared",
    ),
    "only mine": ([{"name": "web"}], {"owner": "$me"}, "web none", "*default web", "default"),
    "only theirs": ([{"name": "web"}], {"owner": "$friend"}, "web none", "*default web", "base shared"),
    "nothing of mine": ([], {"owner": "$me_email"}, "", "*default web", "default web"),
    "nothing of theirs": ([], {"owner": "$friend_id"}, "", "*default web", "base shared web"),
    "nothing at all": ([], {}, "", "*default web", "base default shared web web"),
    "mine, as theirs is called": (
        [{"name": "shared"}, {"name": "web", "new_name": "base"}],
        {"owner": "$me_id"},
        "shared create, base update",
        "base *default shared",
        "default",
    ),
    "mine is deleted": (
        [{"name": "web", "state": "absent"}, {"name": "shared", "state": "absent"}],
        {"owner": "$me"},
        "web delete, shared none",
        "*default",
        "default",
    ),
    "mine by id is deleted": (
        [{"project_id": "web", "state": "absent"}],
        {},
        "web delete",
        "*default",
        "base default shared web",
    ),
    "mine by id is renamed as theirs is called": (
        [{"project_id": "web", "name": "shared"}],
        {},
        "shared update",
        "*default shared",
        "base default shared web",
    ),
    "mine becomes default": (
        [{"project_id": "web", "default": True}, {"name": "base"}],
        {},
        "web update, base none",
        "default *web",
        "default shared web",
    ),
    "an unknown id is absent": (
        [{"name": "api"}, {"project_id": "unknown", "state": "absent"}],
        {},
        "",
        "api *default web",
        "base default shared web web",
    ),
}


def _words(pair: Pair) -> dict[str, str]:
    words = {"$nobody": "nobody", **{f"${name}": one for name, one in pair.ids.items()}}
    for word, one in (("me", pair.me), ("friend", pair.friend)):
        words |= {f"${word}": one.username, f"${word}_id": one.id, f"${word}_email": one.email}
    return words


@pytest.mark.parametrize("name", REFUSED)
def test_this_is_refused_before_the_first_write(pair: Pair, name: str) -> None:
    items, options, facts = REFUSED[name]
    words = _words(pair)
    run = pair.run(items, **{option: words[value] for option, value in options.items()})
    assert_refused(run, *(words.get(fact, fact) for fact in facts))
    assert not run.changed
    assert writes(pair.calls) == []
    assert (pair.mine, pair.theirs) == ("*default web", "*base shared web")


@pytest.mark.parametrize("name", FOUND)
def test_this_is_found(pair: Pair, name: str) -> None:
    items, options, outcomes, mine, unlisted = FOUND[name]
    words = _words(pair)
    run = pair.run(items, **{option: words[value] for option, value in options.items()})
    assert not run.failed, run.msg
    assert not outcomes or told(run) == outcomes
    assert (pair.mine, pair.theirs) == (mine, "*base shared web")
    assert " ".join(sorted(one["name"] for one in run["unlisted"])) == unlisted
    reads = [call for call in pair.calls if call not in writes(pair.calls)]
    assert reads[0] == LIST
    assert len(reads) == 1 or "unknown" in name or "default" in name, "one list request is enough"
    assert all(SELF not in call for call in reads), "the bearer says who it is"


@pytest.mark.parametrize(
    "item", [{"name": "shared", "new_name": "mine"}, {"name": "shared", "state": "absent"}], ids=str
)
def test_a_forbidden_change_names_the_owner(pair: Pair, item: dict[str, str]) -> None:
    run = pair.run([{"name": "api"}, item])
    assert_refused(run, "shared", pair.friend.username)
    assert pair.theirs == "*base shared web"
    assert run.changed is (pair.mine == "api *default web")


@pytest.mark.parametrize(("status", "lists"), [(200, 1), (403, None), (404, None)])
def test_an_id_that_the_list_does_not_show_is_asked_for_once(status: int, lists: int | None) -> None:
    with Simulator(**COUNTED, list_collaborations=False, collaborator_get=status) as sim:
        pair = Pair(sim)
        items = [{"name": "web"}, {"project_id": "shared"}]
        run = pair.run(items)
        assert pair.calls == [LIST, f"GET /v1/projects/{pair.ids['shared']}"]
        if status == 200:
            assert_ok(run)
            assert told(run) == "web none, shared none"
            assert run["projects"][1]["id"] == pair.ids["shared"]
        else:
            assert_refused(run, pair.ids["shared"])


def test_an_unknown_id_that_is_to_be_absent_costs_one_request(pair: Pair) -> None:
    run = pair.run([{"project_id": "unknown", "state": "absent"}, {"name": "default"}])
    assert_ok(run)
    assert pair.calls == [LIST, f"GET /v1/projects/{NOWHERE}"]
    assert run["outcomes"][0]["project"] is None
    assert [one["name"] for one in run["projects"]] == ["default"]


def test_an_id_is_never_a_path(sim: Any, pair: Pair) -> None:
    items = [{"project_id": "../users/self", "state": "absent"}, {"name": "default"}]
    result = bulk(sim, pair.me, items)
    assert result.failed and not result.changed
    assert "cannot be the ID" in result.msg
    assert sim.calls(pair.me) == []


@pytest.mark.parametrize("uuid_claim", [False, "opaque"])
def test_who_one_is_is_asked_once_and_only_where_it_matters(uuid_claim: Any) -> None:
    # Where only one of the hosts knows, both may be asked.
    switches = {**COUNTED, "list_collaborations": True, "uuid_claim": uuid_claim, "self_hosts": "both"}
    with Simulator(**switches) as sim:
        pair = Pair(sim)
        assert_ok(pair.run([{"name": "shared"}, {"name": "default"}]))
        assert pair.calls == [LIST]
        run = pair.run([{"name": "shared"}, {"name": "api"}], owner=pair.me.username)
        assert_ok(run, changed=True)
        assert told(run) == "shared create, api create"
        assert sum(SELF in call for call in pair.calls) <= 1
        assert pair.mine == "api *default shared web"
        refused = pair.run([{"name": "tool"}], owner=pair.friend.username)
        assert_refused(refused, "tool", pair.friend.username)
        assert writes(pair.calls) == []
