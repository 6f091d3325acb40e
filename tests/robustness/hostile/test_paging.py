# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages: however they are linked, a list is read whole and once, or refused, in a bounded number of requests."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .in_process import ModuleResult, play
from .profile import examples
from .raw_server import raw_server, whole
from .strategies import scalars

# Requests that the longest list may cost; the collection says 200 pages.
MOST = 200
OWNER = {"id": "us-1", "username": "mireille"}

links = st.one_of(
    scalars,
    st.integers(-1, 6),
    st.sampled_from(("2", "02", "+2", " 2", "2.0", 2.0, True, "/v1/projects?page=2", [2], {"page": 2}, "\u0662")),
)


def project(number: int) -> dict[str, Any]:
    return {"id": f"prj-{number}", "name": f"p{number}", "default": False, "owner": OWNER}


def read(page_of: Any) -> tuple[ModuleResult, int]:
    """Read all projects from a server whose pages a function makes, and count the requests."""

    def answer(line: str) -> list[bytes]:
        number = re.search(r"[?&]page=(\d+)", line)
        return whole(json.dumps(page_of(int(number.group(1)) if number else 1)).encode())

    with raw_server(answer) as server:
        played = play("scalingo_project_info", server.connection)
        requests = len(server.heard)
    assert requests <= MOST
    return played, requests


def numbers(played: ModuleResult) -> list[str]:
    return [each["id"] for each in played.result["projects"]]


@examples(150)
@given(
    current=st.one_of(st.just("right"), st.just("right"), links),
    following=links,
    total=st.one_of(st.none(), links),
    more=st.booleans(),
)
def test_links_of_any_form(current: Any, following: Any, total: Any, more: bool) -> None:
    def page(number: int) -> Any:
        pagination = {"current_page": number if current == "right" else current, "next_page": following}
        if total is not None:
            pagination["total_pages"] = total
        return {"projects": [project(number if more else 1)], "meta": {"pagination": pagination}}

    played, requests = read(page)
    assert requests <= 8 or isinstance(following, int) or str(following).isdigit(), requests
    if not played.failed:
        assert len(set(numbers(played))) == len(numbers(played))


@examples(100)
@given(meta=st.one_of(scalars, st.lists(scalars, max_size=2), st.dictionaries(st.just("pagination"), links)))
def test_meta_of_any_form(meta: Any) -> None:
    played, requests = read(lambda number: {"projects": [project(number)], "meta": meta})
    assert requests == 1 and numbers(played) == ["prj-1"]


def test_pages_that_never_end() -> None:
    def page(number: int) -> Any:
        return {
            "projects": [project(number)],
            "meta": {"pagination": {"current_page": number, "next_page": number + 1, "total_pages": 10**9}},
        }

    played, requests = read(page)
    assert played.failed
    assert requests == MOST


@pytest.mark.parametrize("pages", [1, 2, 5])
@pytest.mark.parametrize("size", [1, 3])
@pytest.mark.parametrize("total", [None, 10**9])
def test_a_page_that_comes_again_for_ever(pages: int, size: int, total: int | None) -> None:
    """A server that ignores the number of the page, from the first or a later one on, is found out by the next page."""

    def page(number: int) -> Any:
        pagination = {"current_page": number, "next_page": number + 1, "total_pages": total}
        shown = min(number, pages) * size
        return {
            "projects": [project(each) for each in range(shown, shown + size)],
            "meta": {"pagination": pagination},
        }

    played, requests = read(page)
    assert played.failed
    assert requests == pages + 1


@examples(40)
@given(
    size=st.integers(1, 5),
    count=st.integers(0, 20),
    style=st.sampled_from(("null", "last")),
    total=st.booleans(),
)
def test_whole_list(size: int, count: int, style: str, total: bool) -> None:
    """Whatever the size of a page, everything is read once."""
    last = max(1, -(-count // size))

    def page(number: int) -> Any:
        following: Any = number + 1 if number < last else (None if style == "null" else last)
        items = [project(each) for each in range((number - 1) * size, min(count, number * size))]
        pagination: dict[str, Any] = {"current_page": number, "next_page": following}
        if total:
            pagination.update(total_pages=last, total_count=count)
        return {"projects": items, "meta": {"pagination": pagination}}

    played, requests = read(page)
    assert requests == last
    assert numbers(played) == [f"prj-{number}" for number in range(count)]


@examples(60)
@given(data=st.data(), pages=st.integers(2, 4))
def test_projects_that_move_while_paging_count_once(data: Any, pages: int) -> None:
    contents = [
        [*data.draw(st.lists(st.integers(0, 9), max_size=5, unique=True)), 100 + number] for number in range(pages)
    ]

    def page(number: int) -> Any:
        following = number + 1 if number < pages else None
        items = [project(each) for each in contents[number - 1]]
        return {"projects": items, "meta": {"pagination": {"current_page": number, "next_page": following}}}

    played, requests = read(page)
    assert requests == pages
    assert sorted(numbers(played)) == sorted({f"prj-{each}" for content in contents for each in content})
