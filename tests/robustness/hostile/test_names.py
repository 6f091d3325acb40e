# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names: a legal one is written as it is, another one is refused before any request, and what exists is found."""

from __future__ import annotations

import json
import re
import string
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from .in_process import ModuleResult, connect, play
from .profile import examples
from .strategies import names, texts

ALPHABET = set(string.ascii_lowercase + string.digits + "-_")
# What can be in an answer: half a character cannot.
shown = texts.map(lambda text: re.sub("[\ud800-\udfff]", "", text).strip()).filter(bool)
# Names that are not the same as another one, but close.
ALMOST = ("{} ", " {}", "{}\n", "{}\u0301", "{}\u200b", "{}.", "{}/", "{}{}")


def is_legal(name: str) -> bool:
    return 1 <= len(name) <= 64 and set(name) <= ALPHABET


@pytest.fixture(scope="module")
def me(sim: Any) -> Any:
    return sim.add_account("mireille")


def writes(sim: Any) -> list[tuple[str, Any]]:
    """Verb and body of every write, without the exchange."""
    return [
        (one.method, json.loads(one.body) if isinstance(one.body, (str, bytes)) else one.body)
        for one in sim.requests
        if one.method != "GET" and one.host != "auth"
    ]


def assert_refused_unsent(sim: Any, played: ModuleResult) -> None:
    assert played.failed and not played.changed, played.result
    assert sim.requests == [], played.msg


@examples(150)
@given(name=st.one_of(names, texts))
@example(name="web\n")
@example(name="\u0661")
@example(name="we\u017f")
@example(name="a" * 64)
@example(name="a" * 65)
def test_name_of_a_new_project(sim: Any, me: Any, name: str) -> None:
    sim.reset()
    played = play("scalingo_project", {"name": name, **connect(sim, me)})
    name = name.strip()
    if not is_legal(name):
        assert_refused_unsent(sim, played)
    elif name != "default":
        assert played.changed and played.result["project"]["name"] == name
        assert writes(sim) == [("POST", {"project": {"name": name}})]


@examples(100)
@given(name=st.one_of(names, texts))
def test_new_name_of_a_project(sim: Any, me: Any, name: str) -> None:
    sim.reset()
    sim.add_project(me, "web", id="prj-web")
    played = play("scalingo_project", {"name": "web", "new_name": name, **connect(sim, me)})
    name = name.strip()
    if name == "":
        assert not played.failed and not played.changed
    elif not is_legal(name):
        assert_refused_unsent(sim, played)
    elif name not in ("web", "default"):
        assert played.changed
        assert writes(sim) == [("PATCH", {"project": {"name": name}})]
        assert sim.project("prj-web")["name"] == name


@examples(100)
@given(wanted=st.lists(st.one_of(names, texts.map(str.strip)), min_size=1, max_size=4, unique=True))
def test_names_in_a_list(sim: Any, me: Any, wanted: list[str]) -> None:
    sim.reset()
    items = [{"name": name} for name in wanted]
    played = play("scalingo_projects", {"projects": items, **connect(sim, me)})
    if all(is_legal(name) for name in wanted):
        assert not played.failed
        assert {project["name"] for project in sim.projects(me)} == {"default", *wanted}
    else:
        assert_refused_unsent(sim, played)


@examples(150)
@given(name=shown, other=st.one_of(shown, st.sampled_from(ALMOST)))
@example(name="web", other="{} ")
@example(name="web", other="{}\n")
@example(name="stra\u00dfe", other="STRASSE")
def test_project_of_any_name_is_found_and_can_be_mended(sim: Any, me: Any, name: str, other: str) -> None:
    sim.reset()
    other = other.replace("{}", name)
    sim.add_project(me, name, id="prj-odd")
    # The same account may have a project whose name is almost the same.
    if other not in (name, "default"):
        sim.add_project(me, other, id="prj-other")
    found = play("scalingo_project_info", {"name": name, **connect(sim, me)})
    odd = [project for project in found.result["projects"] if project["id"] == "prj-odd"]
    assert [project["name"] for project in odd] == [name]
    assert all(project["name"] == name for project in found.result["projects"])
    if name == "default":
        return
    before = {project["id"] for project in sim.projects(me)}
    present = name
    if "mended" not in (name, other):
        mended = play("scalingo_project", {"name": name, "new_name": "mended", **connect(sim, me)})
        assert mended.changed and sim.project("prj-odd")["name"] == "mended"
        present = "mended"
    gone = play("scalingo_project", {"name": present, "state": "absent", **connect(sim, me)})
    assert gone.changed
    assert {project["id"] for project in sim.projects(me)} == before - {"prj-odd"}


@examples(60)
@given(name=shown)
def test_name_that_no_project_has(sim: Any, me: Any, name: str) -> None:
    sim.reset()
    arguments = connect(sim, me)
    found = play("scalingo_project_info", {"name": name, **arguments})
    assert [project["name"] for project in found.result["projects"]] == [name] * (name == "default")
    gone = play("scalingo_project", {"name": name, "state": "absent", **arguments})
    assert not gone.changed and gone.failed is (name == "default")
    transfer = play("scalingo_project_transfer", {"project_name": name, "new_owner": name, **arguments})
    assert transfer.failed
    assert writes(sim) == []
