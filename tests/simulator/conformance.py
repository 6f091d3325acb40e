# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Validating responses against the OpenAPI description of everything the simulator serves, openapi.yaml."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

PATH = Path(__file__).with_name("openapi.yaml")
METHODS = ("get", "post", "patch", "put", "delete", "options", "trace")
AUTH_SERVER = "https://auth."
SHOWN_ERRORS = 3


class UndescribedAnswerError(AssertionError):
    """The simulator gave a response that openapi.yaml does not describe."""


class Description:
    """The document: which calls exist on which host, and what their responses may be.

    ``validator_class`` is that of jsonschema-rs: functional tests have every response validated, and jsonschema, which
    is not written in Rust, would take fifty times as long.
    """

    def __init__(self, document: dict[str, Any], validator_class: Any) -> None:
        self.document = document
        self._validator_class = validator_class
        self._validators: dict[int, Any] = {}

    def calls(self) -> set[tuple[str, str, str]]:
        """Every call as the kind of host (``auth`` or ``api``), method, and path."""
        return {
            (host, method.upper(), template)
            for template, item in self.document["paths"].items()
            for host in self._hosts(item)
            for method in METHODS
            if method in item
        }

    def complaints(
        self, method: str, host: str, path: str, status: int, headers: Mapping[str, str], body: bytes
    ) -> list[str]:
        """What in a response is not as described; ``host`` is ``auth`` or the name of a region, ``path`` is decoded."""
        responses = self._responses(method, host, path)
        response = responses.get(str(status)) or responses.get(f"{status // 100}XX")
        if response is None:
            return [f"the status {status} is not described"]
        response, found = self.resolved(response), []
        for name, header in response["headers"].items():
            if name in headers:
                found += self._differences(self.resolved(header)["schema"], headers[name], f"header {name}")
        return found + self._body_complaints(response.get("content", {}), headers.get("Content-Type"), body)

    def _hosts(self, item: dict[str, Any]) -> set[str]:
        servers = item.get("servers", self.document["servers"])
        return {"auth" if server["url"].startswith(AUTH_SERVER) else "api" for server in servers}

    def _responses(self, method: str, host: str, path: str) -> dict[str, Any]:
        """The responses to a call by status; to one that is not described only two exist."""
        method = method.lower()
        for template, item in self.document["paths"].items():
            served = method in item and ("auth" if host == "auth" else "api") in self._hosts(item)
            if served and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path):
                return item[method]["responses"]
        shared = self.document["components"]["responses"]
        return {"404": shared["NoSuchRoute"], "429": shared["TooManyRequests"]}

    def _body_complaints(self, content: dict[str, Any], content_type: str | None, body: bytes) -> list[str]:
        if not content:
            found = [f"a body of {len(body)} bytes"] if body else []
            found += [f"the Content-Type {content_type}"] if content_type else []
            return [f"{what}, and none is described" for what in found]
        media_type = (content_type or "").partition(";")[0].strip()
        if media_type not in content:
            return [f"the Content-Type {content_type} is not described, only {', '.join(content)}"]
        try:
            value = json.loads(body) if media_type == "application/json" else body.decode()
        except (ValueError, RecursionError) as error:
            return [f"the body is no {media_type}: {error}"]
        return self._differences(content[media_type]["schema"], value, "body")

    def _differences(self, schema: dict[str, Any], value: Any, what: str) -> list[str]:
        validator = self._validators.get(id(schema))
        if validator is None:
            # References are to "#/components/...", so the components stand in the schema itself.
            complete = {**schema, "components": self.document["components"]}
            validator = self._validators[id(schema)] = self._validator_class(complete, validate_formats=True)
        if validator.is_valid(value):
            return []
        errors = islice(validator.iter_errors(value), SHOWN_ERRORS)
        return [f"{' '.join([what, *map(str, error.instance_path)])}: {error.message}" for error in errors]

    def resolved(self, node: dict[str, Any]) -> dict[str, Any]:
        """What a reference within the document points to."""
        if "$ref" not in node:
            return node
        kind, name = node["$ref"].removeprefix("#/components/").split("/")
        return self.document["components"][kind][name]


@lru_cache(maxsize=1)
def description() -> Description:
    """The description beside this file, read once."""
    # Here, because only those who validate need them.
    import yaml
    from jsonschema_rs import Draft202012Validator

    # The C parser where there is one: it takes a tenth of the time.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return Description(yaml.load(PATH.read_bytes(), Loader=loader), Draft202012Validator)
