# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the client reads a whole collection, with pages and without."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import responses
from ansible_collections.community.scalingo.plugins.module_utils import _client
from ansible_collections.community.scalingo.plugins.module_utils._client import Client
from ansible_collections.community.scalingo.plugins.module_utils._errors import NotFoundError, UnexpectedAnswerError

URL = "https://api.osc-fr1.scalingo.com/v1/things"

pytestmark = pytest.mark.usefixtures("clock")

Pages = Callable[[int], Any]


@pytest.fixture
def client(connect: Any) -> Client:
    return Client(connect())


def things(*identifiers: str) -> list[dict[str, str]]:
    return [{"id": identifier} for identifier in identifiers]


def ids(found: list[dict[str, Any]]) -> list[str]:
    return [thing["id"] for thing in found]


def serve_pages(http: responses.RequestsMock, page: Pages) -> None:
    """Answer with what `page` makes of a page's number; what is no answer yet is the pagination of two things."""

    def answer(request: Any) -> tuple[int, dict[str, str], str]:
        number = int(request.params.get("page", 1))
        body = page(number)
        if "things" not in body:
            body = {"things": things(f"t{number}a", f"t{number}b"), "meta": {"pagination": body}}
        return 200, {}, json.dumps(body)

    http.add_callback("GET", URL, answer)


def queries(http: responses.RequestsMock) -> list[dict[str, str]]:
    return [dict(parse_qsl(urlsplit(call.request.url).query)) for call in http.calls]


def test_all_pages_together_have_a_limit(
    http: responses.RequestsMock, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each may be small enough for itself."""
    monkeypatch.setattr(_client, "MAX_LIST_CHARACTERS", 500)
    serve_pages(http, lambda page: {"current_page": page, "next_page": page + 1, "total_pages": 100})
    with pytest.raises(UnexpectedAnswerError, match=r"with more than 500 characters in \d pages"):
        client.get_list("/v1/things", "things")
    assert len(http.calls) < 10


def reference(last: int) -> Pages:
    """As documented: null where there is no page."""
    return lambda page: {
        "current_page": page,
        "prev_page": page - 1 or None,
        "next_page": page + 1 if page < last else None,
        "total_pages": last,
        "total_count": 2 * last,
    }


def counting(last: int, count: int) -> Pages:
    """As documented, where the pages are not full."""
    return lambda page: {**reference(last)(page), "total_count": count}


def previous(last: int) -> Pages:
    """As recorded: another name for the page before."""
    return lambda page: {
        "current_page": page,
        "previous_page": page - 1 or None,
        "next_page": page + 1 if page < last else None,
        "total_pages": last,
        "total_count": 2 * last,
    }


def repeating(last: int) -> Pages:
    """As the vendor's newer helper does: never null, but the first and the last page again."""
    return lambda page: {
        "current_page": page,
        "prev_page": max(page - 1, 1),
        "next_page": min(page + 1, last),
        "total_pages": last,
        "total_count": 2 * last,
        "per_page": 20,
    }


def without_total(last: int) -> Pages:
    return lambda page: {"current_page": page, "next_page": page + 1 if page < last else None}


def total_only(last: int) -> Pages:
    """Always names one more page than there are."""
    return lambda page: {"current_page": page, "next_page": page + 1, "total_pages": last}


@pytest.mark.parametrize("last", [1, 2, 3, 7])
@pytest.mark.parametrize("style", [reference, previous, repeating, without_total, total_only])
def test_every_page_is_read_once(http: responses.RequestsMock, client: Client, style: Any, last: int) -> None:
    serve_pages(http, style(last))
    found = client.get_list("/v1/things", "things")
    assert ids(found) == [f"t{page}{letter}" for page in range(1, last + 1) for letter in "ab"]
    assert queries(http) == [{}] + [{"page": str(page)} for page in range(2, last + 1)]


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
    ],
    ids=repr,
)
@pytest.mark.parametrize("identifiers", [(), ("a",), ("a", "b")])
def test_one_page(http: responses.RequestsMock, client: Client, meta: Any, identifiers: tuple[str, ...]) -> None:
    http.get(URL, json={"things": things(*identifiers), **meta})
    assert ids(client.get_list("/v1/things", "things")) == list(identifiers)
    assert len(http.calls) == 1


def test_query_goes_with_every_page(http: responses.RequestsMock, client: Client) -> None:
    serve_pages(http, reference(2))
    query = {"status": "all"}
    client.get_list("/v1/things", "things", query)
    assert queries(http) == [{"status": "all"}, {"status": "all", "page": "2"}]
    assert query == {"status": "all"}, "it is the caller's"


def test_thing_that_moves_to_another_page_is_taken_once(http: responses.RequestsMock, client: Client) -> None:
    def page(number: int) -> Any:
        found = {1: [{"id": "a"}, {"id": "b", "old": True}], 2: [{"id": "b", "old": False}, {"id": "c"}]}[number]
        return {"things": found, "meta": {"pagination": reference(2)(number)}}

    serve_pages(http, page)
    assert client.get_list("/v1/things", "things") == [{"id": "a"}, {"id": "b", "old": False}, {"id": "c"}]


def test_things_without_an_id_are_all_taken(http: responses.RequestsMock, client: Client) -> None:
    found = [{"name": "x"}, {"name": "x"}, {"id": None}, {"id": 1}, {"id": "a"}, {"id": "a"}, {"name": "y"}]
    serve_pages(http, lambda page: {"things": found, "meta": {"pagination": reference(2)(page)}})
    assert len(client.get_list("/v1/things", "things")) == 2 * 5 + 1


def test_empty_page_is_no_end(http: responses.RequestsMock, client: Client) -> None:
    pages = {1: things("a"), 2: [], 3: things("c")}
    serve_pages(http, lambda page: {"things": pages[page], "meta": {"pagination": counting(3, 2)(page)}})
    assert ids(client.get_list("/v1/things", "things")) == ["a", "c"]


@pytest.mark.parametrize("asked", [1, 2])
@pytest.mark.parametrize("current", [0, 1, 2, 3])
def test_page_with_another_number_is_an_error(
    http: responses.RequestsMock, client: Client, asked: int, current: int
) -> None:
    """Whoever took that for the list would miss things, and so create them again."""
    pagination = {"next_page": 9, "total_pages": 2}
    serve_pages(http, lambda page: {**pagination, "current_page": current if page == asked else page})
    if current == asked:
        assert len(client.get_list("/v1/things", "things")) == 4
        return
    with pytest.raises(UnexpectedAnswerError) as error:
        client.get_list("/v1/things", "things")
    assert str(error.value).startswith("GET /v1/things was answered")
    assert f"with page {current} instead of page {asked}, which is not" in str(error.value)
    assert len(http.calls) == asked


@pytest.mark.parametrize("style", [without_total, total_only, reference])
@pytest.mark.parametrize("fresh", [1, 3])
def test_a_page_that_comes_again_and_again_ends_the_list_early(
    http: responses.RequestsMock, client: Client, style: Any, fresh: int
) -> None:
    """A server that knows no pages shows the first one whichever is asked for: 200 requests would tell no more."""

    def page(number: int) -> Any:
        pagination = {**style(1000)(number), "total_pages": 1000}
        return {"things": things(f"t{min(number, fresh)}"), "meta": {"pagination": pagination}}

    serve_pages(http, page)
    with pytest.raises(UnexpectedAnswerError) as error:
        client.get_list("/v1/things", "things")
    assert f"with a page {fresh + 1} that holds nothing new, and announces another" in str(error.value)
    assert len(http.calls) == fresh + 1


def test_a_last_page_that_holds_nothing_new_is_the_end(http: responses.RequestsMock, client: Client) -> None:
    """What was on the page before may have moved to it meanwhile."""
    serve_pages(http, lambda page: {"things": things("a"), "meta": {"pagination": counting(2, 2)(page)}})
    assert ids(client.get_list("/v1/things", "things")) == ["a"]


def test_pages_that_never_end_end(
    http: responses.RequestsMock, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_client, "MAX_PAGES", 5)
    serve_pages(http, without_total(1000))
    with pytest.raises(UnexpectedAnswerError, match=r"GET /v1/things was answered .*with more than 5 pages"):
        client.get_list("/v1/things", "things")
    assert len(http.calls) == 5


def test_as_many_pages_as_allowed(
    http: responses.RequestsMock, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_client, "MAX_PAGES", 5)
    serve_pages(http, without_total(5))
    assert len(client.get_list("/v1/things", "things")) == 10


@pytest.mark.parametrize("page", [1, 2])
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"things": None},
        {"things": {}},
        {"things": "a"},
        {"things": 7},
        {"things": ["a"]},
        {"things": [{"id": "a"}, None]},
        {"things": [[]]},
        {"Things": []},
    ],
    ids=repr,
)
def test_answer_without_a_list_of_objects_is_an_error(
    http: responses.RequestsMock, client: Client, body: Any, page: int
) -> None:
    broken = {"things": None, **body}
    serve_pages(http, lambda number: broken if number == page else reference(2)(number))
    with pytest.raises(UnexpectedAnswerError) as error:
        client.get_list("/v1/things", "things")
    assert str(error.value).startswith("GET /v1/things was answered")
    assert "without a list of objects as 'things'" in str(error.value)
    assert len(http.calls) == page


def test_page_that_fails_fails_the_list(http: responses.RequestsMock, client: Client) -> None:
    http.get(URL, json={"things": things("a"), "meta": {"pagination": reference(2)(1)}})
    http.get(URL, json={"error": "not found"}, status=404)
    with pytest.raises(NotFoundError) as error:
        client.get_list("/v1/things", "things")
    assert error.value.path == "/v1/things?page=2"


def test_page_is_repeated_after_a_fault_that_may_pass(http: responses.RequestsMock, client: Client) -> None:
    http.get(URL, json={"things": things("a", "b"), "meta": {"pagination": reference(2)(1)}})
    http.get(URL, status=429, body="Retry later")
    http.get(URL, json={"things": things("c", "d"), "meta": {"pagination": reference(2)(2)}})
    assert ids(client.get_list("/v1/things", "things")) == ["a", "b", "c", "d"]
    assert queries(http) == [{}, {"page": "2"}, {"page": "2"}]
