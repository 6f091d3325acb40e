# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts and tasks for the planner, and what holds for every task on every account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.community.scalingo.plugins.module_utils._errors import ScalingoError
from ansible_collections.community.scalingo.plugins.module_utils._options import cleaned
from ansible_collections.community.scalingo.plugins.module_utils._project import DesiredProject
from ansible_collections.community.scalingo.plugins.module_utils._transfer_plan import DesiredTransfer
from ansible_collections.community.scalingo.plugins.modules import (
    scalingo_project,
    scalingo_project_transfer,
    scalingo_projects,
)
from hypothesis import strategies as st

from .in_process import assert_printable_line
from .memory_api import LIMIT, USERS, MemoryApi, World

Strategy = st.SearchStrategy[Any]

# Names that no project has at the beginning.
NEW_NAMES = ("fox", "gnu", "hen", "owl", "pig")
PROJECT_NAMES = ("ant", "bee", "cat", "dog", "elk", "default")
IDS = tuple(f"prj-{number}" for number in range(1, 9))
UNKNOWN = "prj-nobody-knows"
ME = "mireille"

names = st.sampled_from(PROJECT_NAMES)
ids = st.sampled_from((*IDS, UNKNOWN))
users = st.sampled_from([user[key] for user in USERS.values() for key in ("id", "username", "email")] + ["nobody"])


@dataclass(frozen=True)
class Ended:
    """What a task came to: its result, or its error."""

    error: str | None
    result: dict[str, Any]

    @property
    def changed(self) -> bool:
        return bool(self.result.get("changed"))


class Clock:
    """Stands still until somebody sleeps, which takes no time."""

    def __init__(self) -> None:
        self._now = 0.0

    def monotonic(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        self._now += seconds


def run(
    task: Any, world: World, check: bool = False, user: str = ME, claim: bool = True, api: MemoryApi | None = None
) -> Ended:
    """Run a task as its module does: a DesiredProject, a DesiredTransfer, or a list with its owner."""
    module, work, given = _module(task)
    rules = {} if module is scalingo_projects else module.RULES
    checked = ArgumentSpecValidator(module.ARGUMENT_SPEC, **rules).validate(given)
    if checked.error_messages:
        return Ended(" ".join(checked.error_messages), {})
    try:
        result = work(api or MemoryApi(world, user, claim), cleaned(checked.validated_parameters), check)
        return Ended(None, dict(result))
    except ScalingoError as error:
        failure = error.as_failure()
        assert_printable_line(failure["msg"])
        return Ended(failure["msg"], failure)


def _module(task: Any) -> tuple[Any, Any, dict[str, Any]]:
    """Return the module of a task, what it calls, and its options."""
    if isinstance(task, DesiredProject):
        return scalingo_project, scalingo_project.ensure_project, _options(task)
    if isinstance(task, DesiredTransfer):
        return scalingo_project_transfer, scalingo_project_transfer.ensure_transfer, _options(task)
    items, owner = task
    projects = [{key: value for key, value in _options(item).items() if key != "owner"} for item in items]
    return scalingo_projects, scalingo_projects.ensure_projects, {"projects": projects, "owner": owner}


def _options(task: Any) -> dict[str, Any]:
    return {key: value for key, value in vars(task).items() if value not in ("", None)}


def assert_agrees(predicted: Any, real: Any) -> None:
    """A prediction is what came, up to the IDs and dates that nobody could know."""
    if isinstance(predicted, dict) and isinstance(real, dict):
        assert set(predicted) == set(real)
        for key, value in predicted.items():
            if key == "check_mode" or (value is None and (key in ("id", "default") or key.endswith("_at"))):
                continue
            assert_agrees(value, real[key])
    elif isinstance(predicted, list) and isinstance(real, list):
        assert len(predicted) == len(real), (predicted, real)
        for one, other in zip(predicted, real):
            assert_agrees(one, other)
    else:
        assert predicted == real


def assert_settles(task: Any, world: World, user: str = ME, claim: bool = True) -> tuple[Ended, Ended]:
    """Foretell a task, run it, and run it again: what holds whatever it is. Returns what was foretold, and what came.

    The world is as the first run left it.
    """
    before = world.state
    world.writes.clear()
    foretold = run(task, world, True, user, claim)
    assert world.writes == [] and world.state == before, "a check wrote something"
    came = run(task, world, False, user, claim)
    assert (world.state != before) == bool(world.writes)
    assert came.changed is bool(world.writes), (came.result, world.writes)
    if came.error is None:
        assert foretold.error is None, foretold.error
        assert_agrees(foretold.result, came.result)
    if foretold.error is not None:
        assert came.error is not None, foretold.error
    assert_fixed(task, world, user, claim)
    return foretold, came


def assert_fixed(task: Any, world: World, user: str, claim: bool) -> None:
    """Where a task has been run, it has nothing left to do, nor does its check think so."""
    after = world.state
    done = len(world.writes)
    for check in (True, False):
        again = run(task, world, check, user, claim)
        assert len(world.writes) == done and world.state == after, (check, world.writes[done:])
        # At the limit, a check cannot know that a creation will be refused.
        if not (check and at_limit(world, user)):
            assert not again.changed, (check, again.result)


def at_limit(world: World, user: str) -> bool:
    return len(list(world.of(USERS[user]["id"]))) >= LIMIT


def some(draw: Any, values: Any, least: int, most: int) -> list[Any]:
    """Some of the values, in any order. A list strategy would mostly draw very few."""
    return list(draw(st.permutations(list(values))))[: draw(st.integers(least, most))]


@st.composite
def worlds(draw: Any, most: int = 6) -> World:
    """An account with projects of a few names, of its own and of others; some with applications inside."""
    world = World()
    world.lists_others = draw(st.booleans())
    for name in some(draw, PROJECT_NAMES, 0, most):
        world.add_project(ME, name)
    for name in some(draw, PROJECT_NAMES, 0, 2):
        theirs = world.add_project("tomasz", name)
        if draw(st.booleans()):
            world.add_application(theirs["id"], ME)
    for owner in (ME, "tomasz"):
        own = list(world.of(USERS[owner]["id"]))
        if own and draw(st.integers(0, 4)):
            world.make_default(draw(st.sampled_from(own)))
    for project in list(world.of(USERS[ME]["id"])):
        if draw(st.integers(0, 4)) == 4:
            world.add_application(project["id"], *draw(st.sets(st.sampled_from(("tomasz", "zofia")))))
    if draw(st.integers(0, 9)) == 9:
        for number in range(LIMIT - len(list(world.of(USERS[ME]["id"])))):
            world.add_project(ME, f"more-{number}")
    return world


blank = st.just("")

# Whatever may be written, most of it a mistake.
any_tasks = st.builds(
    DesiredProject,
    name=st.one_of(blank, names),
    project_id=st.one_of(blank, blank, ids),
    new_name=st.one_of(blank, blank, names),
    default=st.sampled_from((None, None, True, False)),
    owner=st.one_of(blank, blank, users),
    state=st.sampled_from(("present", "present", "absent")),
)


@st.composite
def sensible_tasks(draw: Any) -> DesiredProject:
    """A task without a mistake of its own."""
    by_id = draw(st.booleans())
    known: dict[str, Any] = {"project_id": draw(ids)} if by_id else {"name": draw(names)}
    if draw(st.integers(0, 2)) == 0:
        return DesiredProject(state="absent", **known)
    if draw(st.booleans()):
        known["name" if by_id else "new_name"] = draw(names)
    default = draw(st.sampled_from((None, None, True, False)))
    return DesiredProject(default=default, owner=draw(st.sampled_from(("", "", "", ME, "tomasz"))), **known)


single_tasks = st.one_of(sensible_tasks(), sensible_tasks(), any_tasks)


@st.composite
def lists_of_wishes(draw: Any, world: World, most: int = 8) -> tuple[list[DesiredProject], str]:
    """A list for a world, mostly without the plainest mistakes, so that many get as far as a plan."""
    owner = draw(st.sampled_from(("", "", "", ME, USERS[ME]["email"], "tomasz")))
    # Most names that an item takes are new, since none may take what another one gives up.
    targets = some(draw, (*NEW_NAMES, draw(names)), len(NEW_NAMES) + 1, len(NEW_NAMES) + 1)
    own = [
        each for each in world.projects.values() if each["owner"]["username"] == ME and each["name"] in PROJECT_NAMES
    ]
    items: list[DesiredProject] = []
    new_default = draw(st.booleans())
    for project in some(draw, own, 0, most):
        kind = draw(st.sampled_from(("keep", "rename", "absent", "rename", "absent", "rename")))
        if kind == "absent" and project["default"] and not (new_default and draw(st.booleans())):
            kind = "keep"
        known: dict[str, Any] = {"name": project["name"]}
        if kind == "rename":
            known["new_name"] = targets.pop()
        if draw(st.integers(0, 2)) == 2:
            known = {"project_id": project["id"], **({"name": known["new_name"]} if kind == "rename" else {})}
        if kind == "absent":
            known["state"] = "absent"
        items.append(DesiredProject(owner=owner, **known))
    for name in some(draw, targets, 0, max(0, min(3, most - len(items), len(targets)))):
        items.insert(draw(st.integers(0, len(items))), DesiredProject(name=name, owner=owner))
    present = [index for index, item in enumerate(items) if item.state == "present"]
    if new_default and present:
        index = draw(st.sampled_from(present))
        items[index] = _of(items[index], owner, default=draw(st.integers(0, 7)) != 7)
    if draw(st.integers(0, 4)) == 4 and len(items) < most:
        items.append(_of(draw(any_tasks), owner))
    return items, owner


@st.composite
def worlds_and_lists(draw: Any) -> tuple[World, tuple[list[DesiredProject], str]]:
    world = draw(worlds())
    return world, draw(lists_of_wishes(world))


def _of(item: DesiredProject, owner: str, **changes: Any) -> DesiredProject:
    return DesiredProject(**{**vars(item), "owner": owner, **changes})


def any_transfers(invitation_ids: Strategy) -> Strategy:
    return st.builds(
        DesiredTransfer,
        project_id=st.one_of(blank, ids),
        project_name=st.one_of(blank, blank, names),
        new_owner=st.one_of(blank, users),
        invitation_id=st.one_of(blank, blank, invitation_ids),
        state=st.sampled_from(("pending", "pending", "accepted", "declined", "canceled")),
        replace=st.booleans(),
        wait=st.sampled_from((False, False, False, True)),
        wait_timeout=st.just(3.0),
    )


@st.composite
def transfers(draw: Any, world: World) -> tuple[DesiredTransfer, str]:
    """A task that could succeed, and the user who runs it."""
    if not world.projects or draw(st.integers(0, 9)) == 0:
        any_invitation = st.sampled_from([f"tin-{number}" for number in range(1, 20)])
        return draw(any_transfers(any_invitation)), draw(st.sampled_from(sorted(USERS)))
    project = draw(st.sampled_from(list(world.projects.values())))
    owner = project["owner"]["username"]
    invitations = [each for each in world.invitations.values() if each["project_id"] == project["id"]]
    state = draw(st.sampled_from(("pending", "accepted", "declined", "canceled", "pending", "accepted")))
    options: dict[str, Any] = {"state": state, "wait_timeout": 3.0}
    options.update({"project_name": project["name"]} if draw(st.integers(0, 2)) == 0 else {"project_id": project["id"]})
    user = owner
    if state == "pending":
        options["replace"] = draw(st.booleans())
        options["wait"] = draw(st.integers(0, 3)) == 3
        options["new_owner"] = draw(st.sampled_from([name for name in USERS if name != owner]))
    elif invitations and draw(st.integers(0, 5)):
        chosen = draw(st.sampled_from(invitations))
        user = owner if state == "canceled" else chosen["invited_user_name"]
        if draw(st.booleans()):
            options["invitation_id"] = chosen["id"]
    if draw(st.integers(0, 7)) == 7:
        user = draw(st.sampled_from(sorted(USERS)))
    return DesiredTransfer(**options), user
