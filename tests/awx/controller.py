# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for AWX on loopback: objects, what they are associated with, and what the modules of awx.awx read of both.

It holds all that the modules send, without the rules of AWX: those that matter are checked in test_setup.py.
"""

from __future__ import annotations

import threading
from copy import deepcopy
from typing import Any

from flask import Flask, Response, jsonify, request
from werkzeug.serving import make_server

TOKEN = "awx-token-of-a-test"
ENCRYPTED = "$encrypted$"
ROLES = ("admin", "approval")
TEMPLATES = ("job_templates", "workflow_job_templates", "workflow_approval_templates", "projects")


class Controller:
    """The stand-in: a context manager that listens, and what it holds."""

    def __init__(self) -> None:
        self.objects: list[dict[str, Any]] = []
        # What an object is associated with: numbers, by the path of the association.
        self.links: dict[tuple[int, str], list[int]] = {}
        self.writes: list[str] = []
        self.add("organizations", name="Default")
        self._server = make_server("127.0.0.1", 0, self._app(), threaded=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Controller:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    # What a test asks and arranges

    def add(self, collection: str, **fields: Any) -> int:
        """Make an object, and return its number."""
        self.objects.append({"collection": collection, **fields, "id": len(self.objects)})
        return len(self.objects) - 1

    def all(self, collection: str) -> list[dict[str, Any]]:
        return [one for one in self.objects if one["collection"] == collection]

    def names(self, collection: str) -> list[str]:
        return [_name(one) for one in self.all(collection)]

    def named(self, collection: str, name: str) -> dict[str, Any]:
        """The object of that name, or of that identifier for a step of a workflow."""
        (found,) = [one for one in self.all(collection) if _name(one) == name]
        return found

    def linked(self, collection: str, name: str, association: str) -> list[str]:
        """The names of what an object is associated with."""
        numbers = self.links.get((self.named(collection, name)["id"], association), [])
        return [_name(self.objects[number]) for number in numbers]

    def snapshot(self) -> Any:
        """Everything that there is, for a comparison."""
        return deepcopy([self.objects, self.links])

    # The API

    def _show(self, one: dict[str, Any]) -> dict[str, Any]:
        collection, number = one["collection"], one["id"]
        url = f"/api/v2/{collection}/{number}/"
        # The number of a role is that of its object and its own.
        roles = {f"{role}_role": {"id": number * 10 + place} for place, role in enumerate(ROLES)}
        shown = {"scm_revision": "1", **one, "url": url, "related": {"survey_spec": f"{url}survey_spec/"}}
        shown |= {"type": collection.removesuffix("s"), "summary_fields": {"object_roles": roles}}
        if "api_token" in one.get("inputs", {}):
            shown["inputs"] = {**one["inputs"], "api_token": ENCRYPTED}
        if "unified_job_template" in one:
            template = self.objects[one["unified_job_template"]]
            shown["related"] = {"unified_job_template": f"/api/v2/{template['collection']}/{template['id']}/"}
        return shown

    def _list(self, found: list[dict[str, Any]]) -> Response:
        shown = [self._show(one) for one in found]
        asked = list(request.args.items())
        results = [one for one in shown if all(str(one.get(name)) == value for name, value in asked)]
        return jsonify({"count": len(results), "next": None, "previous": None, "results": results})

    def _app(self) -> Flask:
        app = Flask(__name__)

        @app.before_request
        def _authenticate() -> Any:
            if request.method != "GET":
                self.writes.append(f"{request.method} {request.path}")
            return None if request.headers.get("Authorization") == f"Bearer {TOKEN}" else ("", 401)

        @app.get("/api/v2/unified_job_templates/")
        def _templates() -> Response:
            return self._list([one for one in self.objects if one["collection"] in TEMPLATES])

        @app.route("/api/v2/<collection>/", methods=["GET", "POST"])
        def _collection(collection: str) -> Any:
            if request.method == "GET":
                return self._list(self.all(collection))
            return jsonify(self._show(self.objects[self.add(collection, **request.get_json())])), 201

        @app.route("/api/v2/<_collection>/<int:number>/", methods=["GET", "PATCH"])
        def _object(_collection: str, number: int) -> Response:
            if request.method == "PATCH":
                self.objects[number].update(request.get_json())
            return jsonify(self._show(self.objects[number]))

        @app.post("/api/v2/workflow_job_template_nodes/<int:number>/create_approval_template/")
        def _approval(number: int) -> Any:
            template = self.add("workflow_approval_templates", **request.get_json())
            self.objects[number]["unified_job_template"] = template
            return jsonify(self._show(self.objects[template])), 201

        @app.route("/api/v2/<_collection>/<int:number>/survey_spec/", methods=["GET", "POST"])
        def _survey(_collection: str, number: int) -> Response:
            if request.method == "POST":
                self.objects[number]["survey"] = request.get_json()
            return jsonify(self.objects[number].get("survey", {}))

        @app.route("/api/v2/<collection>/<int:number>/<association>/", methods=["GET", "POST"])
        def _association(collection: str, number: int, association: str) -> Any:
            if collection == "roles":
                number, association = number // 10, f"{ROLES[number % 10]} {association}"
            numbers = self.links.setdefault((number, association), [])
            if request.method == "GET":
                return self._list([self.objects[other] for other in numbers])
            body = request.get_json()
            (numbers.remove if body.get("disassociate") else numbers.append)(body["id"])
            return "", 204

        return app


def _name(one: dict[str, Any]) -> str:
    return str(one.get("identifier") or one["name"])
