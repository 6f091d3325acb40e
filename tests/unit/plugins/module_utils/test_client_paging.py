# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lists that come in pages. A list that lacks something is an error: what is missing would be created again."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypedDict

import pytest
import responses
from ansible_collections.community.scalingo.plugins.module_utils._errors import UnexpectedResponseError
from ansible_collections.community.scalingo.plugins.module_utils._http import client as client_file
from ansible_collections.community.scalingo.plugins.module_utils._http.client import Client

URL = "https://api.osc-fr1.scalingo.com/v1/things"

pytestmark = pytest.mark.usefixtures("clock")

Mock = responses.RequestsMock


class Thing(TypedDict):
    """What the lists hold."""


@pytest.fixture
def client(connect: Any) -> Client:
    return Client(connect())


def serve(http: Mock, body_of: Callable[[int], Any]) -> None:
    """Respond to each request with the body of its page."""

    def respond(request: Any) -> tuple[int, dict[str, str], str]:
        return 200, {}, json.dumps(body_of(int(request.params.get("page", 1))))

    http.add_callback("GET", URL, respond)


def body(letters: str, pagination: Any) -> dict[str, Any]:
    """Things that have these letters as IDs."""
    return {"things": [{"id": letter} for letter in letters], "meta": {"pagination": pagination}}


def read(client: Client, query: Any = None) -> list[Any]:
    return client.get_list("/v1/things", "things", Thing, query)


def ids(client: Client) -> str:
    return "".join(thing["id"] for thing in read(client))


def problem(client: Client) -> str:
    with pytest.raises(UnexpectedResponseError) as error:
        read(client)
    assert str(error.value).startswith("GET /v1/things")
    return str(error.value)


def reference(page: int, last: int, count: int | None = None) -> dict[str, Any]:
    """As documented: null where there is no page."""
    following, total = (page + 1 if page < last else None), 2 * last if count is None else count
    return {
        **{"current_page": page, "prev_page": page - 1 or None, "next_page": following},
        **{"total_pages": last, "total_count": total},
    }


STYLES: dict[str, Callable[[int, int], dict[str, Any]]] = {
    "reference": reference,
    # As the vendor's newer helper does: never null, but the first and the last page again.
    "repeating": lambda page, last: {**reference(page, last), "next_page": min(page + 1, last), "per_page": 20},
    "without total": lambda page, last: {"current_page": page, "next_page": page + 1 if page < last else None},
    # Always names one more page than there are.
    "total only": lambda page, last: {"current_page": page, "next_page": page + 1, "total_pages": last},
}
each_style = pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
PAGES = ("ab", "cd", "ef", "gh", "ij", "kl", "mn")


@pytest.mark.parametrize("last", [1, 2, 3, 7])
@each_style
def test_get_list_reads_every_page_once(http: Mock, client: Client, style: Any, last: int) -> None:
    serve(http, lambda page: body(PAGES[page - 1], style(page, last)))
    query = {"status": "all"}
    assert "".join(each["id"] for each in read(client, query)) == "".join(PAGES[:last])
    assert [call.request.params for call in http.calls] == [
        query,
        *({**query, "page": str(page)} for page in range(2, last + 1)),
    ]
    assert query == {"status": "all"}, "it is the caller's"


@pytest.mark.parametrize(
    "meta",
    [
        *({}, {"meta": None}, {"meta": []}, {"meta": {}}, {"meta": {"pagination": None}}, {"meta": {"pagination": {}}}),
        {"meta": {"pagination": {"current_page": 1, "next_page": 1}}},
        {"meta": {"pagination": {"current_page": 1, "next_page": 0, "total_pages": 0}}},
        {"meta": {"pagination": {"current_page": 1, "next_page": 2, "total_pages": 1}}},
        {"meta": {"pagination": {"current_page": 1, "next_page": None, "total_pages": 2}}},
        *({"meta": {"pagination": {"total_count": count}}} for count in (None, 0, -3, "many", True, [3], {})),
    ],
    ids=repr,
)
@pytest.mark.parametrize("letters", ["", "a", "ab"])
def test_get_list_of_one_page_is_one_request(http: Mock, client: Client, meta: Any, letters: str) -> None:
    http.get(URL, json={"things": [{"id": letter} for letter in letters], **meta})
    assert ids(client) == letters
    assert len(http.calls) == 1


def test_get_list_object_that_moves_to_another_page_counts_once(http: Mock, client: Client) -> None:
    pages = {1: [{"id": "a"}, {"id": "b", "old": True}], 2: [{"id": "b", "old": False}, {"id": "c"}]}
    serve(http, lambda page: {"things": pages[page], "meta": {"pagination": reference(page, 2)}})
    assert read(client) == [{"id": "a"}, {"id": "b", "old": False}, {"id": "c"}]


def test_get_list_objects_without_an_id_all_count(http: Mock, client: Client) -> None:
    found = [{"name": "x"}, {"name": "x"}, {"id": 1}, {"id": "a"}, {"id": "a"}]
    serve(http, lambda page: {"things": found, "meta": {"pagination": reference(page, 2)}})
    assert len(read(client)) == 2 * 3 + 1


# Two things a page, of what the list holds when the page is read.
@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        *(("abc", "abc", "abc"), ("abc", "nabc", "abc"), ("abc", "abcn", "abcn"), ("abcd", "bcd", "abd")),
        *(("abc", "bc", "ab"), ("abc", "", "ab"), ("abcd", "cabd", "abd")),
    ],
    ids=["the same", "first new", "last new", "first gone", "page gone", "all gone", "moved"],
)
def test_get_list_that_changes_between_two_pages_is_no_error(
    http: Mock, client: Client, before: str, after: str, found: str
) -> None:
    for page, letters in enumerate((before, after), 1):
        pagination = reference(page, max(1, -(-len(letters) // 2)), len(letters))
        http.get(URL, json=body(letters[2 * page - 2 : 2 * page], pagination))
    assert ids(client) == found


def test_get_list_empty_page_is_no_end(http: Mock, client: Client) -> None:
    serve(http, lambda page: body({1: "a", 2: "", 3: "c"}[page], reference(page, 3, 2)))
    assert ids(client) == "ac"


@pytest.mark.parametrize(
    "following", ["https://api.example.com/?token=hunter7", 2.0, "2", "", True, False, [2], {}], ids=repr
)
@pytest.mark.parametrize("at", [1, 2])
def test_get_list_next_page_that_is_no_number_fails(http: Mock, client: Client, following: Any, at: int) -> None:
    serve(http, lambda page: body(PAGES[page - 1], {"current_page": page, "next_page": following if page == at else 2}))
    message = problem(client)
    assert "with a next_page that is not a number" in message and "hunter7" not in message
    assert len(http.calls) == at


@pytest.mark.parametrize(("came", "count"), [([""], 1), (["ab"], 3), (["ab"], 10**12), (["ab", "c"], 4)])
def test_get_list_fewer_objects_than_counted_fails(http: Mock, client: Client, came: list[str], count: int) -> None:
    serve(http, lambda page: body(came[page - 1], reference(page, len(came), count)))
    assert f"with {len(''.join(came))} objects on all pages, but a total_count of {count}" in problem(client)


@each_style
@pytest.mark.parametrize("fresh", [1, 3])
def test_get_list_page_without_anything_new_fails(http: Mock, client: Client, style: Any, fresh: int) -> None:
    """A server that knows no pages shows the first one whichever is asked for: 200 requests would tell no more."""
    serve(http, lambda page: body(PAGES[min(page, fresh)], style(page, 1000)))
    assert "with a page that contains nothing new" in problem(client)
    assert len(http.calls) == fresh + 1


@pytest.mark.parametrize(("last", "fails"), [(5, False), (6, True)])
def test_get_list_of_too_many_pages_fails(
    http: Mock, client: Client, monkeypatch: pytest.MonkeyPatch, last: int, fails: bool
) -> None:
    monkeypatch.setattr(client_file, "MAX_PAGES", 5)
    serve(http, lambda page: body(PAGES[page - 1], STYLES["without total"](page, last)))
    if fails:
        assert "with more than 5 pages" in problem(client)
    else:
        assert len(read(client)) == 10
    assert len(http.calls) == 5
