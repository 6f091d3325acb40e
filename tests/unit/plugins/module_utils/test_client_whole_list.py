# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A list that announces more than came is never taken for the whole: what is missing would be created again."""

from __future__ import annotations

from typing import Any

import pytest
import responses
from ansible_collections.community.scalingo.plugins.module_utils._client import Client
from ansible_collections.community.scalingo.plugins.module_utils._errors import UnexpectedAnswerError

URL = "https://api.osc-fr1.scalingo.com/v1/things"

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def client(connect: Any) -> Client:
    return Client(connect())


def add_page(http: responses.RequestsMock, identifiers: str, **pagination: Any) -> None:
    """Answer the next request with things that have these letters as IDs."""
    things = [{"id": letter} for letter in identifiers]
    http.get(URL, json={"things": things, "meta": {"pagination": pagination}})


def read(client: Client) -> str:
    return "".join(thing["id"] for thing in client.get_list("/v1/things", "things"))


def refusal(client: Client) -> str:
    with pytest.raises(UnexpectedAnswerError) as error:
        read(client)
    message = str(error.value)
    assert message.startswith("GET /v1/things was answered 200 with ")
    assert "which is not the form of the Scalingo API: check " in message
    return message


@pytest.mark.parametrize(
    "following", ["https://api.example.com/v1/things?page=2", 2.0, "2.0", "", " 2", -1, True, False, [2], {}], ids=repr
)
@pytest.mark.parametrize("total", [None, 2])
@pytest.mark.parametrize("page", [1, 2])
def test_a_next_page_that_is_no_number_is_an_error(
    http: responses.RequestsMock, client: Client, following: Any, total: int | None, page: int
) -> None:
    if page == 2:
        add_page(http, "ab", current_page=1, next_page=2)
    add_page(http, "cd", current_page=page, next_page=following, total_pages=total)
    assert f"with a next_page, after page {page}, that is no number" in refusal(client)
    assert len(http.calls) == page


def test_what_came_as_next_page_is_not_shown(http: responses.RequestsMock, client: Client) -> None:
    """A link may hold a token."""
    add_page(http, "a", next_page="https://api.example.com/?token=hunter7")
    assert "hunter7" not in refusal(client)


@pytest.mark.parametrize("pagination", [{}, {"next_page": None}, {"next_page": 1}, {"next_page": 0}], ids=repr)
@pytest.mark.parametrize("total", [2, "2", 10**12])
def test_a_page_that_names_no_next_one_is_the_last_whatever_it_counts_in_pages(
    http: responses.RequestsMock, client: Client, pagination: dict[str, Any], total: Any
) -> None:
    """The reference says that no next page is null; whether objects are missing, their count tells."""
    add_page(http, "ab", current_page=1, total_pages=total, **pagination)
    assert read(client) == "ab"
    assert len(http.calls) == 1


@pytest.mark.parametrize(("came", "count"), [("", 1), ("ab", 3), ("ab", "3"), ("ab", 10**12)])
def test_fewer_things_than_are_counted_is_an_error(
    http: responses.RequestsMock, client: Client, came: str, count: Any
) -> None:
    add_page(http, came, current_page=1, next_page=None, total_pages=1, total_count=count)
    assert f"with {len(came)} objects on all pages, but a total_count of {count}" in refusal(client)


def test_things_of_all_pages_are_counted(http: responses.RequestsMock, client: Client) -> None:
    add_page(http, "ab", current_page=1, next_page=2, total_pages=2, total_count=4)
    add_page(http, "c", current_page=2, next_page=None, total_pages=2, total_count=4)
    assert "with 3 objects on all pages, but a total_count of 4" in refusal(client)


@pytest.mark.parametrize("count", [None, 2, 1, 0, -3, "many", 2.0, 7.5, True, [3], {}], ids=repr)
def test_a_count_that_says_nothing_of_more_is_no_error(
    http: responses.RequestsMock, client: Client, count: Any
) -> None:
    add_page(http, "ab", current_page=1, next_page=None, total_pages=1, total_count=count)
    assert read(client) == "ab"


def paged(things: str, page: int) -> dict[str, Any]:
    """Two things a page, as the reference describes them, of what the list holds when the page is read."""
    last = max(1, -(-len(things) // 2))
    return {
        "identifiers": things[2 * page - 2 : 2 * page],
        "current_page": page,
        "next_page": page + 1 if page < last else None,
        "total_pages": last,
        "total_count": len(things),
    }


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("abc", "abc", "abc"),
        ("abc", "nabc", "abc"),
        ("abc", "abcn", "abcn"),
        ("abcd", "bcd", "abd"),
        ("abc", "bc", "ab"),
        ("abc", "", "ab"),
        ("abcd", "nbcd", "abcd"),
        ("abcd", "cabd", "abd"),
    ],
    ids=["the same", "first new", "last new", "first gone", "page gone", "all gone", "replaced", "moved"],
)
def test_a_list_that_changes_between_two_pages_is_no_error(
    http: responses.RequestsMock, client: Client, before: str, after: str, found: str
) -> None:
    add_page(http, **paged(before, 1))
    add_page(http, **paged(after, 2))
    assert read(client) == found
