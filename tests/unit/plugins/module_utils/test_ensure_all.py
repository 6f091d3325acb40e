# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many projects at once, against an API that refuses what the real one is documented to refuse."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.community.scalingo.plugins.module_utils._ensure_all import MOST_TITLES, ensure_projects
from ansible_collections.community.scalingo.plugins.module_utils._errors import (
    ApiError,
    CannotError,
    ConflictError,
    InputError,
    RateLimitError,
    ScalingoError,
    ServerError,
    ValidationError,
)
from ansible_collections.community.scalingo.plugins.module_utils._items import check_all, keys
from ansible_collections.community.scalingo.plugins.module_utils._plan import Wanted
from world import ME, TOMASZ, FakeApi, api_error, project


def refusing(passed: int) -> Callable[[], None]:
    """What refuses the write after so many that pass."""
    calls = itertools.count()

    def refuse_one() -> None:
        if next(calls) == passed:
            raise api_error(ConflictError, 409, "not now")

    return refuse_one


Names = dict[str, bool]


class StrictApi(FakeApi):
    """Refuses a name that is taken, and to delete the default project."""

    def _create(self, name: str, default: bool) -> dict[str, Any]:
        self._refuse_taken(name, None)
        created = {**project(name), "id": f"prj-new-{name}"}
        self.projects.append(created)
        return self._update(created["id"], {"default": True} if default else {})

    def _update(self, project_id: str, changes: dict[str, Any]) -> dict[str, Any]:
        if "name" in changes:
            self._refuse_taken(changes["name"], project_id)
        return super()._update(project_id, changes)

    def delete_project(self, project_id: str) -> None:
        if self._find(project_id)["default"]:
            raise api_error(ConflictError, 409, "the default project")
        super().delete_project(project_id)

    def _refuse_taken(self, name: str, project_id: str | None) -> None:
        for each in self.projects:
            if each["name"] == name and each["owner"] == ME and each["id"] != project_id:
                raise api_error(ValidationError, 422, "has already been taken")


def account(*names: str, default: str = "home") -> StrictApi:
    """An account with these projects, and a default one that no list speaks of unless it names it."""
    return StrictApi(*(project(name, default=name == default) for name in dict.fromkeys([default, *names])))


def run(api: FakeApi, *items: dict[str, Any], check: bool = False, owner: str | None = None) -> dict[str, Any]:
    return ensure_projects(api, [Wanted(owner=owner, **item) for item in items], owner, check)


def state(api: FakeApi) -> Names:
    return {each["name"]: each["default"] for each in api.projects}


def writes(api: FakeApi) -> list[str]:
    return [call for call in api.calls if call.split("_")[0] in ("create", "update", "delete")]


def rename(name: str, new_name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "new_name": new_name, **more}


def absent(name: str) -> dict[str, Any]:
    return {"name": name, "state": "absent"}


def named(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, **more}


# Each list with an account, what it ends as, and how many writes that takes.
LISTS: dict[str, tuple[StrictApi, list[dict[str, Any]], Names, int]] = {
    "chain of renames": (
        account("a", "b", "c"),
        [rename("c", "d"), rename("b", "c"), rename("a", "b")],
        {"home": True, "b": False, "c": False, "d": False},
        3,
    ),
    "chain that begins with a creation": (
        account("a", "b"),
        [rename("b", "c"), rename("a", "b"), named("a")],
        {"home": True, "a": False, "b": False, "c": False},
        3,
    ),
    "chain that ends with a deletion": (
        account("a", "b", "c"),
        [absent("c"), rename("b", "c"), rename("a", "b")],
        {"home": True, "b": False, "c": False},
        3,
    ),
    "new default and deletion of the old": (
        account("a", default="old"),
        [named("a", default=True), absent("old"), named("new")],
        {"a": True, "new": False},
        3,
    ),
    "created default and deletion of the old": (
        account(default="old"),
        [named("new", default=True), absent("old")],
        {"new": True},
        2,
    ),
    "new default that gets the name of the deleted one": (
        account("a", default="old"),
        [rename("a", "old", default=True), absent("old")],
        {"old": True},
        3,
    ),
    "new default that gets the name of the renamed one": (
        account("a", default="old"),
        [rename("a", "old", default=True), rename("old", "older", default=False), named("b")],
        {"old": True, "older": False, "b": False},
        4,
    ),
    "a name that an item by ID gives away": (
        account("a"),
        [{"project_id": "prj-mireille-a", "name": "b"}, named("a"), named("c")],
        {"home": True, "a": False, "b": False, "c": False},
        3,
    ),
    "nothing to do": (
        account("a", "b"),
        [named("a"), named("b", default=False), absent("c"), rename("x", "home", default=True)],
        {"home": True, "a": False, "b": False},
        0,
    ),
}
CASES = [
    pytest.param(name, order, id=f"{name}: {''.join(map(str, order))}")
    for name, (_api, items, _end, _writes) in LISTS.items()
    for order in itertools.permutations(range(len(items)))
]


def story(name: str, order: tuple[int, ...]) -> tuple[StrictApi, list[dict[str, Any]], Names, int]:
    api, items, end, count = LISTS[name]
    return StrictApi(*map(dict, api.projects)), [items[index] for index in order], end, count


@pytest.mark.parametrize(("name", "order"), CASES)
class TestEveryOrder:
    """Whatever the order of a list is, it comes to the same."""

    def test_it_ends_as_wanted_and_again_changes_nothing(self, name: str, order: tuple[int, ...]) -> None:
        api, items, end, count = story(name, order)
        result = run(api, *items)
        assert state(api) == end
        assert (len(writes(api)), result["changed"]) == (count, count > 0)
        api.calls.clear()
        assert [len(result["diff"][side]["projects"]) for side in ("before", "after")] == [len(items)] * 2
        again = run(api, *items)
        assert api.calls == ["list_projects"]
        assert again["changed"] is False and {each["action"] for each in again["outcomes"]} == {"none"}
        assert again["diff"]["before"] == again["diff"]["after"]

    def test_a_check_foretells_it(self, name: str, order: tuple[int, ...]) -> None:
        api, items, _end, _count = story(name, order)
        foretold = run(api, *items, check=True)
        assert not writes(api)
        result = run(api, *items)
        for key in ("changed", "diff"):
            assert foretold[key] == result[key]
        for before, after in zip(foretold["outcomes"], result["outcomes"]):
            assert {**before, "project": None} == {**after, "project": None}
            assert (before["project"] is None) == (after["project"] is None)
            if before["project"] is not None:
                assert all(before["project"][key] in (value, None) for key, value in after["project"].items())

    def test_it_heals_after_a_failure_at_any_write(self, name: str, order: tuple[int, ...]) -> None:
        _api, _items, end, count = story(name, order)
        for passed in range(count):
            api, items, _end, _count = story(name, order)
            api.between = refusing(passed)
            with pytest.raises(ApiError) as failure:
                run(api, *items)
            outcomes = failure.value.result["outcomes"]
            assert failure.value.result["changed"] is (passed > 0)
            assert sum(each["changed"] for each in outcomes) in (passed, max(passed - 1, 0))
            api.between = lambda: None
            run(api, *items)
            assert state(api) == end


class TestRefusedBeforeAnyRequest:
    @pytest.mark.parametrize(
        ("items", "sentence"),
        [
            ([named("a"), named("B")], "In item 2 of projects (B): name is not a valid project name"),
            ([{"default": True}], "In item 1 of projects: One of name and project_id is required"),
            (
                [named("a"), named("a")],
                "Item 1 of projects (a) and item 2 of projects (a) want a project to",
            ),
            ([rename("a", "b"), named("b")], "want a project to have the same name, b"),
            ([rename("a", "b"), rename("c", "b")], "want a project to have the same name, b"),
            ([named("b"), {"project_id": "p", "name": "b"}], "want a project to have the same name, b"),
            ([rename("a", "b"), rename("a", "c")], "mean the same project"),
            ([rename("a", "b"), absent("a")], "mean the same project"),
            ([absent("a"), absent("a")], "mean the same project"),
            ([absent("a"), named("a")], "mean the same project, a: one wants it, and one does not"),
            ([named("a"), absent("a")], "mean the same project, a: one wants it, and one does not"),
            ([{"project_id": "p"}, {"project_id": "p", "name": "b"}], "mean the same project, p."),
            ([{"name": "w\n"}, named("b"), named("b")], "In item 1 of projects (w): name is not a valid project"),
            ([named("a", default=True), named("b", default=True)], "to be the default project, and only one can"),
            ([rename("a", "b"), rename("b", "a")], "circle, so none of them can be the first one: a to b to a"),
            ([rename("a", "b"), rename("c", "a"), rename("b", "c")], "circle"),
            ([rename("x", "a"), named("y"), rename("a", "b"), rename("b", "a")], "the same name, a."),
        ],
    )
    def test_it_says_why(self, items: list[dict[str, Any]], sentence: str) -> None:
        api = account("a", "b")
        with pytest.raises(InputError) as failure:
            run(api, *items)
        assert sentence in str(failure.value)
        assert not api.calls


class TestRefusedBeforeTheFirstWrite:
    @pytest.mark.parametrize(
        ("items", "sentence"),
        [
            ([named("new"), absent("home")], "is the default project, which the API does not delete"),
            ([named("new"), named("home", default=False)], "the API cannot unset that"),
            ([named("new"), rename("x", "y")], "There is no project named x to be renamed"),
            ([named("new"), rename("a", "b")], "since both exist"),
            ([named("new"), {"project_id": "prj-gone"}], "There is no project with the ID prj-gone"),
            ([named("new"), {"project_id": "prj-mireille-a", "name": "b"}], "That name is taken by b"),
            ([{"project_id": "prj-mireille-a"}, named("a"), named("new")], "mean the same project, a (prj-"),
            ([{"project_id": "prj-mireille-a"}, absent("a"), named("new")], "mean the same project, a (prj-"),
            ([{"project_id": "prj-mireille-a"}, rename("a", "c"), named("new")], "mean the same project, a (prj-"),
            ([{"project_id": "prj-mireille-a"}, rename("c", "a"), named("new")], "mean the same project, a (prj-"),
            ([{"project_id": "prj-mireille-a", "state": "absent"}, absent("a")], "mean the same project, a (prj-"),
            (
                [{"project_id": "prj-mireille-a", "name": "b"}, {"project_id": "prj-mireille-b", "name": "a"}],
                "each of these waits for another one: item 1 of projects (prj-mireille-a): a to b; item 2 of projects ",
            ),
        ],
    )
    @pytest.mark.parametrize("check", [False, True])
    def test_it_says_why(self, items: list[dict[str, Any]], sentence: str, check: bool) -> None:
        api = account("a", "b")
        with pytest.raises((CannotError, ApiError)) as failure:
            run(api, *items, check=check)
        assert sentence in str(failure.value)
        assert str(failure.value).endswith("Nothing was written.")
        assert not writes(api)


class TestRequests:
    def test_one_for_any_number_of_projects_without_changes(self) -> None:
        names = [f"project-{number}" for number in range(50)]
        api = account(*names)
        run(api, *map(named, names))
        assert api.calls == ["list_projects"]

    def test_one_more_for_each_creation(self) -> None:
        api = account()
        run(api, *(named(f"project-{number}") for number in range(50)))
        assert api.calls == ["list_projects", *["create_project"] * 50]

    def test_one_more_for_an_id_that_the_list_does_not_show(self) -> None:
        api = account("a", "b")
        run(api, {"project_id": "prj-mireille-a"}, {"project_id": "prj-gone", "state": "absent"}, named("b"))
        assert api.calls == ["list_projects", "get_project"]


class TestOwners:
    def test_a_name_of_somebody_else_is_no_obstacle(self) -> None:
        theirs = project("a", TOMASZ)
        api = StrictApi(project("home", default=True), theirs)
        result = run(api, named("a"), owner="mireille")
        assert [each["action"] for each in result["outcomes"]] == ["create"]
        assert [each["name"] for each in result["unlisted"]] == ["home"]

    def test_without_an_owner_it_is_found_and_not_created_again(self) -> None:
        api = StrictApi(project("home", default=True), project("a", TOMASZ))
        result = run(api, named("a"))
        assert not writes(api) and result["projects"][0]["owner"] == TOMASZ

    @pytest.mark.parametrize("owner", [ME, TOMASZ], ids=["mine", "theirs"])
    def test_with_an_owner_only_theirs_are_meant(self, owner: dict[str, Any]) -> None:
        api = account("web")
        api.projects.append(project("web", owner=TOMASZ))
        for items in ([named("web")], [rename("site", "web")]):
            result = run(api, *items, owner=owner["username"])
            assert [each["owner"]["username"] for each in result["projects"]] == [owner["username"]]
            assert not result["changed"]

    @pytest.mark.parametrize("check", [False, True])
    def test_each_owner_has_a_default_project(self, check: bool) -> None:
        expected = {"theirs": True, "web": True, "home": False}
        for items in itertools.permutations([named("theirs"), named("web", default=True), named("home")]):
            api = account("web")
            api.projects.append(project("theirs", owner=TOMASZ, default=True))
            result = run(api, *items, check=check)
            assert {each["name"]: each["default"] for each in result["projects"]} == expected

    def test_two_of_one_name_are_ambiguous(self) -> None:
        api = StrictApi(project("a"), project("a", TOMASZ))
        with pytest.raises(CannotError, match="More than one project that can be seen is named a"):
            run(api, named("new"), named("a"))
        assert not writes(api)

    def test_an_item_by_id_takes_one_of_them_out(self) -> None:
        api = StrictApi(project("a"), project("a", TOMASZ))
        result = run(api, {"project_id": "prj-tomasz-a"}, named("a"))
        assert [each["project"]["id"] for each in result["outcomes"]] == ["prj-tomasz-a", "prj-mireille-a"]


class TestFailures:
    def test_it_says_what_was_done_and_what_was_not(self) -> None:
        api = account("sandbox", "blog")

        def refuse_the_second() -> None:
            if len(writes(api)) == 2:
                raise api_error(ValidationError, 422, "limit reached")

        api.between = refuse_the_second
        with pytest.raises(ApiError) as failure:
            run(api, rename("blog", "journal"), named("one"), named("two"), absent("sandbox"))
        message = str(failure.value)
        assert message.startswith("In item 2 of projects (one): Cannot create project one.")
        assert "Done before: change project blog (" in message
        assert "Not tried any more: create project two; delete project sandbox (" in message
        result = failure.value.as_failure()
        assert result["changed"] is True
        assert [(each["name"], each["action"], each["changed"]) for each in result["outcomes"]] == [
            ("journal", "update", True),
            ("one", "none", False),
            ("two", "none", False),
            ("sandbox", "none", False),
        ]
        assert [each["name"] for each in result["projects"]] == ["journal", "sandbox"]
        assert result["diff"] == {
            "before": {"projects": {"blog": "blog", "one": None, "two": None, "sandbox": "sandbox"}},
            "after": {"projects": {"blog": "journal", "one": None, "two": None, "sandbox": "sandbox"}},
        }

    def test_nothing_was_written_before_the_first(self) -> None:
        api = account()
        api.mishaps = [(api_error(ValidationError, 422, "limit reached"), False)]
        with pytest.raises(ApiError, match=r"Nothing was written before that\. Not tried any more: create project b"):
            run(api, named("a"), named("b"))

    def test_a_lost_write_is_not_denied(self) -> None:
        api = account()
        api.mishaps = [(api_error(ServerError, 502), False), (api_error(RateLimitError, 429), False)]
        with pytest.raises(
            RateLimitError, match=r"whose answer was lost, may have done it\. Nothing was written before"
        ):
            run(api, named("a"), named("b"))

    def test_a_lost_answer_is_read_back(self) -> None:
        api = account("c")
        api.mishaps = [(api_error(ServerError, 502), True)]
        result = run(api, rename("c", "d"), named("a"))
        assert [each["changed"] for each in result["outcomes"]] == [True, True]
        assert writes(api) == ["update_project", "create_project"]

    def test_a_check_fails_where_the_run_would(self) -> None:
        api = account("sandbox")
        api.applications = [{"name": "web", "project": {"id": "prj-mireille-sandbox", "name": "sandbox"}}]
        with pytest.raises(CannotError) as failure:
            run(api, absent("sandbox"), named("new"), check=True)
        assert "It still contains applications, which have to be deleted first: web." in str(failure.value)
        assert str(failure.value).endswith("Would have been done before: create project new.")
        assert failure.value.result["changed"] is True
        assert not writes(api)

    def test_what_needs_no_write_is_not_told_as_not_tried(self) -> None:
        api = account("web")
        api.mishaps = [(api_error(ValidationError, 422, "limit reached"), False)]
        with pytest.raises(ApiError, match=r"Nothing was written before that\.$"):
            run(api, named("new"), named("web"))

    def test_a_change_that_was_accepted_but_does_not_show_is_told_as_one(self) -> None:
        api = account("web")
        ignored = {**api.projects[1], "updated_at": "2027-01-01T00:00:00.000Z"}
        api.update_project = lambda project_id, changes: api.calls.append("update_project") or dict(ignored)
        api.get_project = lambda project_id: dict(ignored)
        with pytest.raises(
            ScalingoError, match=r"^In item 2 .*accepted the request to change .*, but shows.* Done before: create"
        ) as error:
            run(api, named("new"), rename("web", "shop"), named("newer"))
        assert error.value.result["changed"] is True
        assert [each["action"] for each in error.value.result["outcomes"]] == ["create", "update", "none"]
        assert error.value.result["outcomes"][1]["project"] == ignored

    def test_a_long_list_is_cut(self) -> None:
        api = account()
        api.mishaps = [(api_error(ValidationError, 422, "limit reached"), False)]
        with pytest.raises(ApiError) as failure:
            run(api, *(named(f"project-{number:03}") for number in range(MOST_TITLES + 11)))
        assert str(failure.value).endswith("create project project-020; and 10 more.")


@pytest.mark.parametrize("check", [False, True])
def test_a_project_that_only_its_id_shows_is_returned(check: bool) -> None:
    api = account("web")
    hidden = project("theirs", owner=TOMASZ)
    api.get_project = lambda project_id: dict(hidden)
    result = run(api, {"project_id": hidden["id"]}, named("web"), check=check)
    assert [outcome["project"] for outcome in result["outcomes"]] == [hidden, api.projects[1]]
    assert [each["name"] for each in result["unlisted"]] == ["home"]


def test_a_lost_answer_by_id_is_read_back_from_the_list() -> None:
    """Which shows the project too, so that one request is enough."""
    api = account("web", "old")
    api.mishaps = [(api_error(ServerError, 502), True)]
    assert run(api, {"project_id": api.projects[1]["id"], "name": "shop"})["changed"]
    assert api.calls == ["list_projects", "update_project", "list_projects"]


def test_any_number_of_projects_may_be_no_default_project() -> None:
    result = run(account("a", "b"), named("a", default=False), named("b", default=False))
    assert not result["changed"]


def test_a_project_that_goes_by_its_id_leaves_its_name_to_another() -> None:
    api = account("web")
    old = api.projects[1]["id"]
    result = run(api, {"project_id": old, "name": "web", "state": "absent"}, named("web"))
    assert writes(api) == ["delete_project", "create_project"]
    assert result["outcomes"][1]["project"]["id"] != old


def test_a_project_may_be_given_the_name_that_it_has() -> None:
    assert not run(account("web"), rename("web", "web"))["changed"]


def test_unlisted_projects_are_those_that_no_item_means() -> None:
    api = account("a", "b", "c")
    result = run(api, absent("a"), rename("b", "d"))
    assert [each["name"] for each in result["unlisted"]] == ["home", "c"]
    assert run(account("a"))["unlisted"] == account("a").projects


def test_the_old_default_project_is_shown_as_it_is_afterwards() -> None:
    api = account("a")
    result = run(api, named("home"), named("a", default=True))
    assert [each["project"]["default"] for each in result["outcomes"]] == [False, True]
    assert result["outcomes"][0]["action"] == "none"
    assert result["diff"] == {
        "before": {"projects": {"home": "home", "a": "a"}, "default_project": "home"},
        "after": {"projects": {"home": "home", "a": "a"}, "default_project": "a"},
    }


def test_an_answer_that_still_shows_the_old_default_project_is_not_believed() -> None:
    class Lagging(StrictApi):
        def _update(self, project_id: str, changes: dict[str, Any]) -> dict[str, Any]:
            shown = super()._update(project_id, changes)
            return {**shown, "default": True} if shown["name"] == "site" else shown

    api = Lagging(project("home", default=True), project("main"))
    result = run(api, named("main", default=True), rename("home", "site"))
    assert [each["default"] for each in result["projects"]] == [True, False]
    assert result["diff"]["after"] == {"projects": {"main": "main", "home": "site"}, "default_project": "main"}


def test_a_name_that_passes_from_one_project_to_another_shows_in_the_diff() -> None:
    api = account("a", "b")
    result = run(api, {"project_id": "prj-mireille-b", "state": "absent"}, rename("a", "b"), named("a"))
    assert result["diff"] == {
        "before": {"projects": {"prj-mireille-b": "b", "a (item 2)": "a", "a (item 3)": None}},
        "after": {"projects": {"prj-mireille-b": None, "a (item 2)": "b", "a (item 3)": "a"}},
    }


# Each list for an account with the projects a and b, and the name that every item has in the diff.
KEYS: dict[str, tuple[list[dict[str, Any]], list[str]]] = {
    "created, deleted, and left alone": ([named("c"), absent("a"), named("b")], ["c", "a", "b"]),
    "a chain of renames": ([rename("b", "c"), rename("a", "b")], ["b", "a"]),
    "a name that one item gives away and another one gets": (
        [rename("b", "c"), named("b"), named("a")],
        ["b (item 1)", "b (item 2)", "a"],
    ),
    "a name that is deleted and got by another project": ([absent("a"), rename("b", "a")], ["a", "b"]),
    "an ID and a name": ([{"project_id": "prj-mireille-a", "name": "c"}, named("a")], ["prj-mireille-a", "a"]),
    "an ID that is a name, too": (
        [{"project_id": "prj-mireille-a"}, absent("prj-mireille-a")],
        ["prj-mireille-a (item 1)", "prj-mireille-a (item 2)"],
    ),
    "a name that looks like a place": (
        [rename("a", "c"), named("a"), absent("a (item 1)"), absent("x)")],
        ["a (item 1)", "a (item 2)", "a (item 1) (item 3)", "x) (item 4)"],
    ),
}


@pytest.mark.parametrize("name", KEYS)
def test_the_diff_has_each_item_under_the_name_by_which_it_finds_its_project(name: str) -> None:
    items, names = KEYS[name]
    foretold, result = (run(account("a", "b"), *items, check=check)["diff"] for check in (True, False))
    assert foretold == result
    assert [list(result[side]["projects"]) for side in ("before", "after")] == [names, names]


def test_no_two_items_share_a_line_of_the_diff() -> None:
    options = [
        *({"project_id": name} for name in ("a", "a (item 1)")),
        *(absent(name) for name in ("a", "a (item 1)", "a (item 2)", "a (item 1) (item 2)")),
        *(rename(name, new) for name in ("a", "a (item 3)") for new in ("a", "b")),
        *(named(name) for name in ("a", "b")),
    ]
    shared = 0
    for chosen in itertools.permutations(options, 4):
        items = [Wanted(**item) for item in chosen]
        with contextlib.suppress(InputError):
            check_all(items)
            assert len(set(keys(items))) == len(items), chosen
            shared += len({item.project_id or item.name for item in items}) < len(items)
    assert shared, "no list of these needs more than the names"


def test_what_belongs_to_somebody_else_is_refused_before_the_first_write() -> None:
    items = [named("new"), rename("shared", "mine")]
    for check in (True, False):
        api = StrictApi(project("home", default=True), project("shared", TOMASZ))
        with pytest.raises(CannotError, match=r"It belongs to tomasz .* Nothing was written\.") as failure:
            run(api, *items, check=check)
        assert str(failure.value).startswith("In item 2 of projects (shared): Cannot change project shared")
        assert not writes(api)


def test_nobody_is_asked_who_this_account_is_before_a_write_to_its_own_projects() -> None:
    api = account("a")
    api.claim = None
    run(api, rename("a", "b"))
    assert api.calls == ["list_projects", "update_project"]


def test_a_project_of_somebody_else_by_id_does_not_hide_that_a_rename_was_done() -> None:
    api = StrictApi(project("home", default=True), project("a"), project("a", TOMASZ))
    items = [rename("a", "d"), {"project_id": "prj-tomasz-a"}]
    assert run(api, *items)["changed"] is True
    assert run(api, *items)["changed"] is False


def test_a_chain_of_a_thousand_renames() -> None:
    names = [f"project-{number:04}" for number in range(1001)]
    api = account(*names[:-1])
    items = [rename(*pair) for pair in zip(names, names[1:])]
    assert run(api, *reversed(items))["changed"] is True
    assert run(api, *items)["changed"] is False


def test_a_failing_list_says_that_nothing_was_written() -> None:
    class Failing(StrictApi):
        def list_projects(self) -> list[dict[str, Any]]:
            raise api_error(ServerError, 503)

    api = Failing()
    with pytest.raises(ServerError, match=r"Nothing was written\.$"):
        run(api, named("a"))


@pytest.mark.parametrize("project_id", ["..", "a/b"])
def test_an_id_that_cannot_be_one_is_refused_before_any_request(project_id: str) -> None:
    api = account()
    with pytest.raises(InputError, match=r"In item 1 of projects .*cannot be the ID"):
        run(api, {"project_id": project_id})
    assert not api.calls


@pytest.mark.parametrize(
    ("items", "blamed"),
    [
        ([named("a"), named("B")], [1]),
        ([named("a"), named("c"), named("a")], [0, 2]),
        ([named("c"), absent("a"), named("a")], [1, 2]),
        ([named("c"), rename("a", "b"), rename("b", "a")], [1, 2]),
        ([named("c"), rename("x", "y")], [1]),
        ([named("c"), absent("home")], [1]),
        ([named("c"), {"project_id": "prj-mireille-a"}, absent("a")], [1, 2]),
        ([{"project_id": "prj-mireille-a", "name": "b"}, {"project_id": "prj-mireille-b", "name": "a"}], [0, 1]),
        ([{"project_id": "prj-gone"}, named("c")], [0]),
    ],
)
def test_a_failure_names_the_items_that_are_to_blame(items: list[dict[str, Any]], blamed: list[int]) -> None:
    with pytest.raises((InputError, CannotError, ApiError)) as failure:
        run(account("a", "b"), *items)
    assert failure.value.as_failure()["failed_items"] == blamed


def test_a_failure_in_the_middle_names_its_item() -> None:
    api = account()
    api.mishaps = [(api_error(ValidationError, 422), False)]
    with pytest.raises(ApiError) as failure:
        run(api, named("home"), named("a"))
    assert failure.value.as_failure()["failed_items"] == [1]


def test_a_name_that_is_taken_is_seen_before_any_write_by_whoever_does_not_know_who_they_are() -> None:
    """A bearer token may not tell whose it is. That leaves open whose a project is, but not whether a name is free."""
    api = account("ant", "bee", "cat")
    api.claim = None
    ant = next(each["id"] for each in api.projects if each["name"] == "ant")
    with pytest.raises(CannotError, match="That name is taken by ant"):
        run(api, rename("bee", "dog"), rename("cat", "ant"), {"project_id": ant})
    assert writes(api) == []
