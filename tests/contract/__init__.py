# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the vendor's API reference, page Projects, prints: every request with its response, as data to test against.

Both ends are held to it. The simulator must give the printed response to the printed request, and the client must send
the printed request and understand the printed response. With ``tests/`` on ``sys.path``::

    from contract import exchange, exchanges

    exchange("create_project").request.body["project"]["name"]  # one by its ID
    exchange("get_project").response.resource  # the response without its root key

The exchanges are the examples of ``tests/simulator/openapi.yaml``, where each call is described once. The calls for
collaborators, applications, and databases are on other pages: ``exchanges("collaborators")``, with invented values.

Every value is a copy: change it as you like.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.conformance import description

# The calls of a page by their tags.
PAGES = {"projects": {"projects", "transfers"}, "collaborators": {"collaborators"}}
METHODS = ("get", "post", "patch", "delete")


@dataclass(frozen=True)
class Request:
    """A request as printed. `optional_query` has the parameters that the page describes apart from it."""

    method: str
    path: str  # from /v1 on
    query: dict[str, str]
    optional_query: dict[str, str]
    body: Any  # None: nothing is sent


@dataclass(frozen=True)
class Response:
    """A response as printed, except that a 204 has no body here, although the page prints one."""

    status: int
    body: Any  # None: nothing comes

    @property
    def resource(self) -> Any:
        """What is under the root key: an object, or a list of objects."""
        return None if self.body is None else next(iter(self.body.values()))


@dataclass(frozen=True)
class Exchange:
    """One endpoint of the page: the request that it prints, and the response."""

    id: str  # a word to refer to it: create_project
    route: str  # the path with placeholders: /v1/projects/{project_id}
    request: Request
    response: Response

    def __str__(self) -> str:
        return self.id


def _example(content: Mapping[str, Any]) -> Any:
    """Return a copy of an example, with nothing shared any more."""
    return json.loads(json.dumps(content.get("content", {}).get("application/json", {}).get("example")))


def _examples(item: Mapping[str, Any], method: str, place: str, required: bool) -> dict[str, str]:
    found = [description().resolved(one) for one in (*item.get("parameters", ()), *item[method].get("parameters", ()))]
    wanted = [one for one in found if "example" in one and (one["in"], one["required"]) == (place, required)]
    return {one["name"]: one["example"] for one in wanted}


def _exchange(method: str, route: str, item: Mapping[str, Any]) -> Exchange:
    call = item[method]
    (status,) = (status for status in call["responses"] if status.startswith("2"))
    request = Request(
        method=method.upper(),
        path=route.format(**_examples(item, method, "path", required=True)),
        query=_examples(item, method, "query", required=True),
        optional_query=_examples(item, method, "query", required=False),
        body=_example(call.get("requestBody", {})),
    )
    return Exchange(call["operationId"], route, request, Response(int(status), _example(call["responses"][status])))


def exchanges(page: str = "projects") -> list[Exchange]:
    """Every exchange of a page (`projects` or `collaborators`), in its order."""
    return [
        _exchange(method, route, item)
        for route, item in description().document["paths"].items()
        for method in METHODS
        if method in item and PAGES[page] & set(item[method]["tags"])
    ]


def exchange(exchange_id: str) -> Exchange:
    """The exchange of that ID, on any page; KeyError if none has it."""
    return {entry.id: entry for page in PAGES for entry in exchanges(page)}[exchange_id]


def objects() -> dict[str, dict[str, Any]]:
    """The example objects of the page: `project` and `transfer_invitation`, without a root key."""
    return {**exchange("get_project").response.body, **exchange("get_invitation").response.body}
