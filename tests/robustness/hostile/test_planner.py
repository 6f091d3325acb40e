# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The planner: any task on any account ends in a fixed point after one run, or is refused, and destroys nothing.

Documented exceptions (docs/docsite/rst/guide_projects.rst): at the limit of 20 projects a creation fails that a check
allows, and a list creates before it deletes.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.community.scalingo.plugins.module_utils import _transfer
from ansible_collections.community.scalingo.plugins.module_utils._project import DesiredProject
from hypothesis import event, given, note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from .memory_api import USERS, MemoryApi, World, is_expired
from .profile import examples
from .tasks import (
    ME,
    Clock,
    Ended,
    assert_settles,
    at_limit,
    ids,
    lists_of_wishes,
    names,
    run,
    single_tasks,
    some,
    transfers,
    users,
    worlds,
    worlds_and_lists,
)


@pytest.fixture(scope="module", autouse=True)
def clock() -> Iterator[None]:
    """The clock by which the module waits for a new owner."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_transfer, "time", Clock())
        yield


def deleted(world: World) -> list[str]:
    return [target for verb, target, _said in world.writes if verb == "delete"]


def assert_asked_for(before: World, after: World, items: list[DesiredProject]) -> None:
    """What is gone, has another name, or is no default project any more, is so because some item says so."""
    visible = {project["id"]: project for project in MemoryApi(before, ME).list_projects()}
    for project_id in deleted(after):
        project = before.projects[project_id]
        assert not project["default"] or any(item.default for item in items), "the default project was deleted"
        asking = [
            item
            for item in items
            if item.state == "absent" and (item.project_id == project_id or _means_by_name(item, project))
        ]
        assert asking, f"nobody asked to delete {project}"
    for project_id, project in after.projects.items():
        old = before.projects.get(project_id)
        if old is None:
            assert any(item.state == "present" and item.final_name == project["name"] for item in items), project
            continue
        if project["name"] != old["name"]:
            assert project_id in visible or any(item.project_id == project_id for item in items)
            assert any(
                item.state == "present"
                and item.final_name == project["name"]
                and (item.project_id == project_id or (not item.project_id and item.name == old["name"]))
                for item in items
            ), f"nobody asked to rename {old} to {project['name']}"
        if old["default"] and not project["default"]:
            assert any(item.default for item in items), f"nobody asked for another default project than {old}"
        if project["default"] and not old["default"]:
            asking = [item for item in items if item.default]
            assert [_speaks_of(item, old, project) for item in asking] == [True], asking
        assert project["owner"] == old["owner"]


def _speaks_of(item: DesiredProject, old: dict[str, Any], new: dict[str, Any]) -> bool:
    """Whether an item is about a project, by its ID or by a name that it had or has got."""
    return item.project_id == old["id"] or bool({item.name, item.final_name} & {old["name"], new["name"]})


def _means_by_name(item: DesiredProject, project: dict[str, Any]) -> bool:
    return not item.project_id and item.name == project["name"]


def tell(came: Ended, world: World) -> None:
    """Let the statistics show what the examples come to, so that nobody takes refusals for a proof."""
    event(("refused" if came.error else "done") + f" with {min(len(world.writes), 3)} writes")


def assert_refused_as_a_whole(foretold: Ended, world: World) -> None:
    if foretold.error is not None:
        assert world.writes == [], (foretold.error, world.writes)


@examples(600)
@given(world=worlds(), task=single_tasks, claim=st.booleans())
def test_one_project(world: World, task: DesiredProject, claim: bool) -> None:
    before = world.copy()
    foretold, came = assert_settles(task, world, claim=claim)
    note(str(came.result))
    tell(came, world)
    assert_refused_as_a_whole(foretold, world)
    assert len(world.writes) <= 1
    assert_asked_for(before, world, [task])
    if came.error is not None and foretold.error is None:
        assert at_limit(world, ME) and "create" in str(came.error)


@examples(1000)
@given(drawn=worlds_and_lists(), claim=st.booleans())
def test_a_list(drawn: tuple[World, tuple[list[DesiredProject], str]], claim: bool) -> None:
    world, task = drawn
    before = world.copy()
    foretold, came = assert_settles(task, world, claim=claim)
    note(str(came.result))
    tell(came, world)
    assert_asked_for(before, world, task[0])
    assert len({key for key in world.writes if key[0] != "update"}) == len(
        [key for key in world.writes if key[0] != "update"]
    )
    if came.error is not None:
        _assert_stopped_honestly(foretold, came, before, world)
    for outcome, item in zip(came.result.get("outcomes", ()), task[0]):
        assert outcome["changed"] is (outcome["action"] != "none")
        if came.error is None and item.state == "absent":
            assert outcome["project"] is None
        if came.error is None and item.state == "present":
            held = world.projects[outcome["project"]["id"]]
            assert item.final_name in ("", held["name"])
            assert item.default in (None, held["default"])


def _assert_stopped_honestly(foretold: Ended, came: Ended, before: World, world: World) -> None:
    """A list that fails has written nothing, unless what it failed at is for the API alone to know."""
    if not world.writes:
        return
    assert came.result["changed"]
    done = [outcome for outcome in came.result["outcomes"] if outcome["changed"]]
    assert done and len(done) <= len(world.writes)
    # Whose it is, what is in it, and the limit: worth no request before (docs of the module).
    known_late = ("only its owner", "contains", "limit reached")
    assert any(words in came.result["msg"] for words in known_late), came.result["msg"]
    if foretold.error is None:
        assert at_limit(world, ME) or at_limit(before, ME), came.result["msg"]


@examples(400)
@given(drawn=worlds_and_lists(), stop=st.integers(1, 3))
def test_a_list_that_was_stopped_goes_on(drawn: tuple[World, tuple[list[DesiredProject], str]], stop: int) -> None:
    """A list that was cut off after some writes, and is run again, ends where it would have ended."""
    world, task = drawn
    whole = world.copy()
    if run(task, whole).error is not None or len(whole.writes) <= stop:
        event("never stopped")
        return
    event("stopped")
    part = world.copy()
    cut: Any = _CutOff(part, stop)
    with contextlib.suppress(_Stopped):
        run(task, part, api=cut)
    assert len(part.writes) == stop
    again = run(task, part)
    if again.error is None:
        assert part.state == whole.state
    assert set(deleted(part)) <= set(deleted(whole))


class _Stopped(Exception):
    """The power is gone."""


class _CutOff(MemoryApi):
    """Is gone after so many writes."""

    def __init__(self, world: World, stop: int) -> None:
        super().__init__(world, ME)
        self._stop = stop

    def _note(self, verb: str, target: str, said: Any) -> None:
        super()._note(verb, target, said)
        if len(self._world.writes) >= self._stop:
            raise _Stopped


@st.composite
def worlds_with_invitations(draw: Any) -> World:
    world = draw(worlds(most=3))
    world.expired_blocks = draw(st.booleans())
    world.accept_outcome = draw(st.sampled_from(("accepted",) * 4 + ("failed", "error")))
    for project in list(world.projects.values()):
        if draw(st.integers(0, 3)):
            world.applications = [each for each in world.applications if each["project_id"] != project["id"]]
            world.add_application(project["id"], "tomasz", "zofia", ME)
        others = [name for name, user in USERS.items() if user["id"] != project["owner"]["id"]]
        statuses = some(draw, ("pending", "late", "accepted", "declined", "canceled", "failed", "error"), 0, 3)
        for status in statuses:
            late = status == "late"
            world.add_invitation(project["id"], draw(st.sampled_from(others)), "pending" if late else status, late)
    return world


@examples(800)
@given(data=st.data(), world=worlds_with_invitations(), claim=st.booleans())
def test_a_transfer(data: Any, world: World, claim: bool) -> None:
    task, user = data.draw(transfers(world))
    before = world.copy()
    foretold, came = assert_settles(task, world, user, claim)
    note(str(came.result))
    tell(came, world)
    assert_refused_as_a_whole(foretold, world)
    verbs = [verb for verb, _target, _said in world.writes]
    allowed = {
        "pending": {"invite", "cancel"},
        "accepted": {"accept"},
        "declined": {"decline"},
        "canceled": {"cancel"},
    }[task.state]
    assert set(verbs) <= allowed
    for verb, invitation_id, _said in world.writes:
        invitation = before.invitations.get(invitation_id)
        if verb == "cancel" and task.state == "pending" and not _is_over(invitation):
            assert task.replace, "an invitation was canceled without replace"
        if verb != "invite" and task.invitation_id:
            assert invitation_id == task.invitation_id
    for project_id, project in world.projects.items():
        if project["owner"] != before.projects[project_id]["owner"]:
            assert task.state == "accepted" and project["owner"]["username"] == user
    if came.error is not None and foretold.error is None:
        # What becomes of an acceptance, and whether anybody answers, only the API knows.
        assert task.wait or task.state == "accepted", came.error


def _is_over(invitation: Any) -> bool:
    return invitation is None or is_expired(invitation)


class Playbooks(RuleBasedStateMachine):
    """Tasks of all kinds, one after the other, by three users of one platform."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.deleted: set[str] = set()

    @initialize(world=worlds_with_invitations())
    def begin(self, world: World) -> None:
        self.world = world

    @rule(task=single_tasks, user=st.sampled_from(sorted(USERS)), claim=st.booleans())
    def one_project(self, task: DesiredProject, user: str, claim: bool) -> None:
        assert_settles(task, self.world, user, claim)
        assert not deleted(self.world) or task.state == "absent"

    @rule(data=st.data(), user=st.sampled_from(sorted(USERS)), claim=st.booleans())
    def many_projects(self, data: Any, user: str, claim: bool) -> None:
        task = data.draw(lists_of_wishes(self.world, most=5))
        assert_settles(task, self.world, user, claim)
        assert len(deleted(self.world)) <= len([item for item in task[0] if item.state == "absent"])

    @rule(data=st.data(), claim=st.booleans())
    def transfer(self, data: Any, claim: bool) -> None:
        task, user = data.draw(transfers(self.world))
        assert_settles(task, self.world, user, claim)

    @rule(project_id=ids, name=st.sampled_from(sorted(USERS)))
    def collaborate(self, project_id: str, name: str) -> None:
        if project_id in self.world.projects:
            self.world.add_application(project_id, name)

    @rule(name=names, user=users)
    def create_by_hand(self, name: str, user: str) -> None:
        owner = next((one["username"] for one in USERS.values() if user in one.values()), None)
        if owner and all(project["name"] != name for project in self.world.of(USERS[owner]["id"])):
            self.world.add_project(owner, name)

    @invariant()
    def names_are_unique_and_there_is_one_default(self) -> None:
        for user in USERS.values():
            own = list(self.world.of(user["id"]))
            assert len({project["name"] for project in own}) == len(own)
            assert sum(project["default"] for project in own) <= 1


TestPlaybooks = Playbooks.TestCase
TestPlaybooks.settings = examples(50)
