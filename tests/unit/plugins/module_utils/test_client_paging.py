# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lists that come in pages. A list that lacks something is an error: what is missing would be created again."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypedDict
from urllib.parse import parse_qsl, urlsplit

import pytest
import responses
from ansible_collections.community.scalingo.plugins.module_utils._errors import NotFoundError, UnexpectedResponseError
from ansible_collections.community.scalingo.plugins.module_utils._http import client as client_file
from ansible_collections.community.scalingo.plugins.module_utils._http.client import Client

URL = "https://api.osc-fr1.scalingo.com/v1/things"

pytestmark = pytest.mark.usefixtures("clock")

Pages = Callable[[int], Any]


class Thing(TypedDict):
    """What the lists hold."""


@pytest.fixture
def client(connect: Any) -> Client:
    return Client(connect())


def things(identifiers: str) -> list[dict[str, Any]]:
    return [{"id": letter} for letter in identifiers]


def add_page(http: responses.RequestsMock, identifiers: str, **pagination: Any) -> None:
    """Respond to the next request with things that have these letters as IDs."""
    http.get(URL, json={"things": things(identifiers), "meta": {"pagination": pagination}})


def serve_pages(http: responses.RequestsMock, page_of: Pages) -> None:
    """Respond with the pagination of a page, and two things, or with a whole body."""

    def respond(request: Any) -> tuple[int, dict[str, str], str]:
        page = int(dict(parse_qsl(urlsplit(request.url).query)).get("page", 1))
        body = page_of(page)
        if "things" not in body:
            body = {"things": [{"id": f"t{page}{letter}"} for letter in "ab"], "meta": {"pagination": body}}
        return 200, {}, json.dumps(body)

    http.add_callback("GET", URL, respond)


def read(client: Client, query: Any = None) -> list[Any]:
    return client.get_list("/v1/things", "things", Thing, query)


def ids(client: Client) -> str:
    return "".join(thing["id"] for thing in read(client))


def problem(client: Client) -> str:
    with pytest.raises(UnexpectedResponseError) as error:
        read(client)
    message = str(error.value)
    assert message.startswith("GET /v1/things")
    return message


def queries(http: responses.RequestsMock) -> list[dict[str, str]]:
    return [dict(parse_qsl(urlsplit(call.request.url).query)) for call in http.calls]


def reference(last: int, count: int | None = None) -> Pages:
    """As documented: null where there is no page."""
    return lambda page: {
        "current_page": page,
        "prev_page": page - 1 or None,
        "next_page": page + 1 if page < last else None,
        "total_pages": last,
        "total_count": 2 * last if count is None else count,
    }


def previous(last: int) -> Pages:
    """As recorded: another name for the page before."""
    return lambda page: {"previous_page": page - 1 or None, **reference(last)(page)}


def repeating(last: int) -> Pages:
    """As the vendor's newer helper does: never null, but the first and the last page again."""
    return lambda page: {**reference(last)(page), "next_page": min(page + 1, last), "per_page": 20}


def without_total(last: int) -> Pages:
    return lambda page: {"current_page": page, "next_page": page + 1 if page < last else None}


def total_only(last: int) -> Pages:
    """Always names one more page than there are."""
    return lambda page: {"current_page": page, "next_page": page + 1, "total_pages": last}


@pytest.mark.parametrize("last", [1, 2, 3, 7])
@pytest.mark.parametrize("style", [reference, previous, repeating, without_total, total_only])
def test_get_list_reads_every_page_once(http: responses.RequestsMock, client: Client, style: Any, last: int) -> None:
    serve_pages(http, style(last))
    query = {"status": "all"}
    found = read(client, query)
    assert [each["id"] for each in found] == [f"t{page}{letter}" for page in range(1, last + 1) for letter in "ab"]
    assert queries(http) == [query] + [{**query, "page": str(page)} for page in range(2, last + 1)]
    assert query == {"status": "all"}, "it is the caller's"


@pytest.mark.parametrize(
    "meta",
    [
        {},
        {"meta": None},
        {"meta": []},
        {"meta": {}},
        {"meta": {"pagination": None}},
        {"meta": {"pagination": {}}},
        {"meta": {"pagination": {"current_page": 1, "next_page": 1}}},
        {"meta": {"pagination": {"current_page": 1, "next_page": 0, "total_pages": 0}}},
        {"meta": {"pagination": {"current_page": 1, "next_page": 2, "total_pages": 1}}},
        {"meta": {"pagination": {"current_page": 1, "next_page": None, "total_pages": 2}}},
        *({"meta": {"pagination": {"total_count": count}}} for count in (None, 0, -3, "many", True, [3], {})),
    ],
    ids=repr,
)
@pytest.mark.parametrize("identifiers", ["", "a", "ab"])
def test_get_list_of_one_page_is_one_request(
    http: responses.RequestsMock, client: Client, meta: Any, identifiers: str
) -> None:
    http.get(URL, json={"things": things(identifiers), **meta})
    assert ids(client) == identifiers
    assert len(http.calls) == 1


def test_get_list_object_that_moves_to_another_page_counts_once(http: responses.RequestsMock, client: Client) -> None:
    found = {1: [{"id": "a"}, {"id": "b", "old": True}], 2: [{"id": "b", "old": False}, {"id": "c"}]}
    serve_pages(http, lambda page: {"things": found[page], "meta": {"pagination": reference(2)(page)}})
    assert read(client) == [{"id": "a"}, {"id": "b", "old": False}, {"id": "c"}]


def test_get_list_objects_without_an_id_all_count(http: responses.RequestsMock, client: Client) -> None:
    found = [{"name": "x"}, {"name": "x"}, {"id": 1}, {"id": "a"}, {"id": "a"}]
    serve_pages(http, lambda page: {"things": found, "meta": {"pagination": reference(2)(page)}})
    assert len(read(client)) == 2 * 3 + 1


def test_get_list_empty_page_is_no_end(http: responses.RequestsMock, client: Client) -> None:
    pages = {1: things("a"), 2: [], 3: things("c")}
    serve_pages(http, lambda page: {"things": pages[page], "meta": {"pagination": reference(3, 2)(page)}})
    assert ids(client) == "ac"


@pytest.mark.parametrize(
    "following", ["https://api.example.com/?token=hunter7", 2.0, "2", "", True, False, [2], {}], ids=repr
)
@pytest.mark.parametrize("total", [None, 2])
@pytest.mark.parametrize("page", [1, 2])
def test_get_list_next_page_that_is_no_number_fails(
    http: responses.RequestsMock, client: Client, following: Any, total: int | None, page: int
) -> None:
    if page == 2:
        add_page(http, "ab", current_page=1, next_page=2)
    add_page(http, "cd", current_page=page, next_page=following, total_pages=total)
    message = problem(client)
    assert "with a next_page that is no number, which is not the form of the Scalingo API. Check api_url" in message
    assert "hunter7" not in message
    assert len(http.calls) == page


@pytest.mark.parametrize(("came", "count"), [("", 1), ("ab", 3), ("ab", 10**12)])
def test_get_list_fewer_objects_than_counted_fails(
    http: responses.RequestsMock, client: Client, came: str, count: int
) -> None:
    add_page(http, came, current_page=1, next_page=None, total_pages=1, total_count=count)
    assert f"with {len(came)} objects on all pages, but a total_count of {count}" in problem(client)


def test_get_list_objects_of_all_pages_are_counted(http: responses.RequestsMock, client: Client) -> None:
    add_page(http, "ab", current_page=1, next_page=2, total_pages=2, total_count=4)
    add_page(http, "c", current_page=2, next_page=None, total_pages=2, total_count=4)
    assert "with 3 objects on all pages, but a total_count of 4" in problem(client)


def paged(identifiers: str, page: int) -> dict[str, Any]:
    """Two things a page, as the reference describes them, of what the list holds when the page is read."""
    last = max(1, -(-len(identifiers) // 2))
    return {"identifiers": identifiers[2 * page - 2 : 2 * page], **reference(last, len(identifiers))(page)}


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("abc", "abc", "abc"),
        ("abc", "nabc", "abc"),
        ("abc", "abcn", "abcn"),
        ("abcd", "bcd", "abd"),
        ("abc", "bc", "ab"),
        ("abc", "", "ab"),
        ("abcd", "cabd", "abd"),
    ],
    ids=["the same", "first new", "last new", "first gone", "page gone", "all gone", "moved"],
)
def test_get_list_that_changes_between_two_pages_is_no_error(
    http: responses.RequestsMock, client: Client, before: str, after: str, found: str
) -> None:
    add_page(http, **paged(before, 1))
    add_page(http, **paged(after, 2))
    assert ids(client) == found


@pytest.mark.parametrize("style", [without_total, total_only, reference])
@pytest.mark.parametrize("fresh", [1, 3])
def test_get_list_page_without_anything_new_fails(
    http: responses.RequestsMock, client: Client, style: Any, fresh: int
) -> None:
    """A server that knows no pages shows the first one whichever is asked for: 200 requests would tell no more."""

    def page(number: int) -> Any:
        pagination = {**style(1000)(number), "total_pages": 1000}
        return {"things": [{"id": f"t{min(number, fresh)}"}], "meta": {"pagination": pagination}}

    serve_pages(http, page)
    assert "with a page that holds nothing new" in problem(client)
    assert len(http.calls) == fresh + 1


@pytest.mark.parametrize(("last", "fails"), [(5, False), (6, True)])
def test_get_list_of_too_many_pages_fails(
    http: responses.RequestsMock, client: Client, monkeypatch: pytest.MonkeyPatch, last: int, fails: bool
) -> None:
    monkeypatch.setattr(client_file, "MAX_PAGES", 5)
    serve_pages(http, without_total(last))
    if fails:
        assert "with more than 5 pages" in problem(client)
    else:
        assert len(read(client)) == 10
    assert len(http.calls) == 5


@pytest.mark.parametrize("page", [1, 2])
@pytest.mark.parametrize(
    ("body", "words"),
    [
        *(({"things": value}, "without a list as 'things'") for value in (None, {}, "a", 7)),
        ({"Things": []}, "without a list as 'things'"),
        *(({"things": value}, "with 'things[]' not an object") for value in (["a"], [[]])),
        ({"things": [{"id": "a"}, None]}, "with 'things[]' missing"),
    ],
    ids=repr,
)
def test_get_list_without_a_list_of_objects_fails(
    http: responses.RequestsMock, client: Client, body: Any, words: str, page: int
) -> None:
    broken = {"things": None, **body}
    serve_pages(http, lambda number: broken if number == page else reference(2)(number))
    assert words in problem(client)
    assert len(http.calls) == page


def test_get_list_page_that_fails_fails_the_list(http: responses.RequestsMock, client: Client) -> None:
    add_page(http, "a", **reference(2)(1))
    http.get(URL, json={"error": "not found"}, status=404)
    with pytest.raises(NotFoundError) as error:
        read(client)
    assert error.value.path == "/v1/things?page=2"


def test_get_list_page_is_retried_after_a_fault_that_may_pass(http: responses.RequestsMock, client: Client) -> None:
    add_page(http, "ab", **reference(2)(1))
    http.get(URL, status=429, body="Retry later")
    add_page(http, "cd", **reference(2)(2))
    assert ids(client) == "abcd"
    assert queries(http) == [{}, {"page": "2"}, {"page": "2"}]
