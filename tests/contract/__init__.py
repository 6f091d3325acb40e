# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the vendor's API reference, page Projects, prints: every request with its answer, as data to test against.

Both ends are held to it. The simulator must give the printed answer to the printed request, and the client must send
the printed request and understand the printed answer. With ``tests/`` on ``sys.path``::

    from contract import differences, exchange, exchanges

    @pytest.mark.parametrize("entry", exchanges(), ids=str)
    def test_client(entry):
        server.answer(entry.request.method, entry.request.path, status=entry.response.status, text=entry.response.text)
        ...
        assert seen.body == entry.request.body
        assert result == entry.response.resource  # the answer without its root key

    exchange("create_project").request.body["project"]["name"]  # one by its id
    differences(printed, actual)  # [] or one sentence for each field that is not as printed

The calls for collaborators and databases, which are on other pages, are beside it: `exchanges("collaborators")`. Their
form is that of the pages, the values are invented.

Everything handed out is a copy: change it as you like.
"""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from .comparison import differences

__all__ = [
    "Attribute",
    "Exchange",
    "Parameter",
    "Request",
    "Response",
    "attributes",
    "differences",
    "exchange",
    "exchanges",
    "objects",
]

PAGES = ("projects", "collaborators")


@dataclass(frozen=True)
class Attribute:
    """A row of an attribute table. `values` is empty unless the page lists the words that the field may hold."""

    field: str
    type: str  # string, boolean, date or object, as the page says
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Parameter:
    """A parameter that the page documents for a request."""

    name: str  # in a body with its root key: project.name
    location: str  # body or query
    required: bool
    example: str | None = None


@dataclass(frozen=True)
class Request:
    """A request as printed."""

    method: str
    path: str  # from /v1 on
    query: dict[str, str]
    headers: dict[str, str]
    body: Any  # None: nothing is sent

    @property
    def text(self) -> str | None:
        """The body as it goes over the wire."""
        return None if self.body is None else json.dumps(self.body)

    def headers_with(self, bearer: str) -> dict[str, str]:
        """The headers with a real token in the place of the page's shell variable."""
        return {name: value.replace("$BEARER_TOKEN", bearer) for name, value in self.headers.items()}


@dataclass(frozen=True)
class Response:
    """An answer as printed, except that a 204 has no body here, whatever is printed under it (`printed_body`)."""

    status: int
    body: Any  # None: nothing comes
    printed_body: str | None = None  # only where it is not `body`

    @property
    def text(self) -> str:
        """The body as it comes over the wire; empty for a 204."""
        return "" if self.body is None else json.dumps(self.body)

    @property
    def root(self) -> str | None:
        """The one root key of the body, such as `project`."""
        return None if self.body is None else next(iter(self.body))

    @property
    def resource(self) -> Any:
        """What is under the root key: an object, or a list of objects."""
        return None if self.body is None else self.body[self.root]


@dataclass(frozen=True)
class Exchange:
    """One endpoint of the page: the request that it prints, and the answer."""

    id: str  # a word to refer to it: create_project
    title: str
    route: str  # the path with placeholders as the page writes them: /v1/projects/[:project_id]
    parameters: tuple[Parameter, ...]
    request: Request
    response: Response

    def __str__(self) -> str:
        return self.id


@lru_cache(maxsize=None)
def _data(page: str = "projects") -> dict[str, Any]:
    path = Path(__file__).with_name(f"{page}_api.yml")
    data: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return data


def _exchange(entry: dict[str, Any]) -> Exchange:
    return Exchange(
        id=entry["id"],
        title=entry["title"],
        route=entry["route"],
        parameters=tuple(
            Parameter(name=row["name"], location=row["in"], required=row["required"], example=row.get("example"))
            for row in entry["parameters"]
        ),
        request=Request(**entry["request"]),
        response=Response(**entry["response"]),
    )


def exchanges(page: str = "projects") -> list[Exchange]:
    """Every exchange of a page (`projects` or `collaborators`), in its order."""
    return [_exchange(deepcopy(entry)) for entry in _data(page)["exchanges"]]


def exchange(exchange_id: str) -> Exchange:
    """The exchange of that id, on whatever page; KeyError if there is none."""
    return {entry.id: entry for page in PAGES for entry in exchanges(page)}[exchange_id]


def objects() -> dict[str, dict[str, Any]]:
    """The stand-alone example objects: `project` and `transfer_invitation`, without a root key."""
    return deepcopy(_data()["objects"])


def attributes() -> dict[str, tuple[Attribute, ...]]:
    """The attribute tables of `project` and `transfer_invitation`."""
    return {
        name: tuple(Attribute(row["field"], row["type"], tuple(row.get("values", ()))) for row in rows)
        for name, rows in _data()["attributes"].items()
    }
