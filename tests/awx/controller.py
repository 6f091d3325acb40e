# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for AWX on loopback: as much of its API as the modules of awx.awx use to set up what we need.

It keeps objects in memory and refuses what AWX would refuse. A field that it does not know is an error here, where AWX
would ignore it.
"""

from __future__ import annotations

import threading
from copy import deepcopy
from itertools import count
from typing import Any

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException
from werkzeug.serving import make_server

from . import rules

TOKEN = "awx-token-of-a-test"
VERSION = "24.6.1"
NAMED = {"name": "", "description": ""}
SURVEYED = {"survey_enabled": False, "extra_vars": "---", "allow_simultaneous": False, "ask_variables_on_launch": False}

# The fields that can be written, with what AWX takes if they are not given.
FIELDS: dict[str, dict[str, Any]] = {
    "organizations": {**NAMED, "default_environment": None, "max_hosts": 0},
    "teams": {**NAMED, "organization": None},
    "notification_templates": {**NAMED, "organization": None},
    "credential_types": {**NAMED, "kind": None, "inputs": {}, "injectors": {}},
    "credentials": {**NAMED, "organization": None, "credential_type": None, "inputs": {}},
    "execution_environments": {**NAMED, "organization": None, "image": None, "credential": None, "pull": ""},
    "instance_groups": {"name": ""},
    "inventories": {**NAMED, "organization": None, "kind": "", "host_filter": None, "variables": ""},
    "hosts": {**NAMED, "inventory": None, "enabled": True, "variables": ""},
    "projects": {
        **NAMED,
        "organization": None,
        "scm_type": "",
        "scm_url": "",
        "scm_branch": "",
        "credential": None,
        "scm_update_on_launch": False,
    },
    "job_templates": {
        **NAMED,
        **SURVEYED,
        "organization": None,
        "project": None,
        "inventory": None,
        "playbook": "",
        "job_type": "run",
        "execution_environment": None,
        "diff_mode": False,
        "forks": 0,
        "job_slice_count": 1,
        "ask_limit_on_launch": False,
    },
    "workflow_job_templates": {**NAMED, **SURVEYED, "organization": None},
    "workflow_job_template_nodes": {"identifier": "", "workflow_job_template": None, "unified_job_template": None},
    "workflow_approval_templates": {**NAMED, "timeout": 0},
    "schedules": {**NAMED, "unified_job_template": None, "rrule": None, "enabled": True},
}
# What the modules send and AWX does not let be written.
READ_ONLY = {"type", "managed"}
ASSOCIATIONS = {
    "job_templates": ["credentials", "notification_templates_error", "instance_groups"],
    "workflow_job_templates": ["notification_templates_error", "notification_templates_approvals"],
    "workflow_job_template_nodes": ["success_nodes", "failure_nodes", "always_nodes"],
    "roles": ["teams"],
}
ROLES = {"workflow_job_templates": ["approval"], "credentials": ["admin"]}
TARGETS = dict.fromkeys(ASSOCIATIONS["workflow_job_template_nodes"], "workflow_job_template_nodes")
TEMPLATES = ["projects", "job_templates", "workflow_job_templates", "workflow_approval_templates"]


class Refused(HTTPException):
    """An answer with status 400."""

    code = 400

    def __init__(self, **errors: Any) -> None:
        super().__init__(response=Response(_json(errors), 400, content_type="application/json"))


def _json(value: Any) -> str:
    text: str = jsonify(value).get_data(as_text=True)
    return text


class Controller:
    """The stand-in: a context manager that listens, and what it holds."""

    def __init__(self, playbooks: list[str]) -> None:
        self.playbooks = playbooks
        collections = [*FIELDS, "roles", "project_updates"]
        self.objects: dict[str, dict[int, dict[str, Any]]] = {name: {} for name in collections}
        self.links: dict[tuple[str, int, str], list[int]] = {}
        self.surveys: dict[tuple[str, int], dict[str, Any]] = {}
        self.writes: list[str] = []
        self._numbers = count(11)
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
        """Make an object without the API, and return its ID."""
        number = next(self._numbers)
        self.objects[collection][number] = {**FIELDS.get(collection, {}), **fields}
        return number

    def names(self, collection: str) -> list[str]:
        return [one["name"] for one in self.objects[collection].values()]

    def named(self, collection: str, name: str) -> dict[str, Any]:
        """The object of that name (of that identifier, for a step of a workflow), with its ID."""
        key = "identifier" if collection == "workflow_job_template_nodes" else "name"
        ((number, found),) = [(number, one) for number, one in self.objects[collection].items() if one[key] == name]
        return {**found, "id": number}

    def linked(self, collection: str, name: str, association: str) -> list[str]:
        """The names of what an object is associated with."""
        target = self.objects[TARGETS.get(association, _target(association))]
        numbers = self.links.get((collection, self.named(collection, name)["id"], association), [])
        return [target[number].get("name") or target[number]["identifier"] for number in numbers]

    def teams(self, collection: str, name: str, role: str) -> list[str]:
        """The teams that have a role on an object."""
        numbers = self.links.get(("roles", self._role(self.named(collection, name)["id"], role), "teams"), [])
        return [self.objects["teams"][number]["name"] for number in numbers]

    def survey(self, collection: str, name: str) -> dict[str, Any]:
        return self.surveys.get((collection, self.named(collection, name)["id"]), {})

    def snapshot(self) -> Any:
        """Everything that there is, for a comparison."""
        return deepcopy([self.objects, self.links, self.surveys])

    # The rules of AWX

    def _check(self, collection: str, number: int | None, new: dict[str, Any]) -> None:
        keys = _identity(collection)
        others = [one for other, one in self.objects[collection].items() if other != number]
        if keys and any(all(one[key] == new[key] for key in keys) for one in others):
            raise Refused(__all__=[f"there is one already: {new}"])
        check = getattr(self, f"_check_{collection}", None)
        if check:
            check(number, new)

    def _check_credential_types(self, number: int | None, new: dict[str, Any]) -> None:
        problems = rules.credential_type_problems(new["kind"], new["inputs"], new["injectors"])
        if problems:
            raise Refused(inputs=problems)
        new["inputs"] = rules.stored_inputs(new["inputs"])
        used = any(one["credential_type"] == number for one in self.objects["credentials"].values())
        if used and number is not None and new["inputs"] != self.objects["credential_types"][number]["inputs"]:
            raise Refused(inputs=["the inputs of a type that is in use cannot change"])

    def _check_credentials(self, number: int | None, new: dict[str, Any]) -> None:
        old = self.objects["credentials"][number]["inputs"] if number is not None else {}
        new["inputs"] = {
            name: old.get(name, value) if value == rules.ENCRYPTED else value for name, value in new["inputs"].items()
        }
        problems = rules.credential_problems(self.objects["credential_types"][new["credential_type"]], new["inputs"])
        if problems:
            raise Refused(inputs=problems)

    def _check_inventories(self, _number: int | None, new: dict[str, Any]) -> None:
        if new["kind"] not in ("", "smart", "constructed"):
            raise Refused(kind=["not a kind"])

    def _check_job_templates(self, _number: int | None, new: dict[str, Any]) -> None:
        project = self.objects["projects"].get(new["project"])
        if project is None or new["inventory"] not in self.objects["inventories"]:
            raise Refused(project=["a project and an inventory are needed"])
        if new["job_slice_count"] < 1 or new["forks"] < 0:
            raise Refused(job_slice_count=["Ensure this value is greater than or equal to 1."])
        if new["playbook"] not in self.playbooks:
            raise Refused(playbook=["Playbook not found for project."])
        new["organization"] = project["organization"]

    def _check_schedules(self, _number: int | None, new: dict[str, Any]) -> None:
        problem = rules.schedule_problem(new["rrule"])
        if problem:
            raise Refused(rrule=[problem])

    def _check_link(self, collection: str, number: int, association: str, other: int) -> None:
        if association == "credentials":
            everything = self.objects["credentials"]
            mine = [everything[one]["credential_type"] for one in self.links.get((collection, number, association), [])]
            if everything[other]["credential_type"] in mine:
                raise Refused(error="Cannot assign multiple credentials of a type.")

    # The API

    def _show(self, collection: str, number: int) -> dict[str, Any]:
        one = self.objects[collection][number]
        url = f"/api/v2/{collection}/{number}/"
        roles = {f"{name}_role": {"id": self._role(number, name)} for name in ROLES.get(collection, [])}
        shown = {"id": number, "type": _type(collection), "url": url, "related": {}, **one}
        shown["summary_fields"] = {"object_roles": roles}
        if collection == "credentials":
            kind = self.objects["credential_types"][one["credential_type"]]
            secret = {field["id"] for field in kind["inputs"].get("fields", []) if field.get("secret")}
            shown["inputs"] = {
                name: rules.ENCRYPTED if name in secret and value else value for name, value in one["inputs"].items()
            }
        elif collection == "credential_types":
            shown["managed"] = False
        elif collection in ("job_templates", "workflow_job_templates"):
            shown["related"] = {"survey_spec": f"{url}survey_spec/"}
        elif collection == "projects":
            shown["related"] = {"update": f"{url}update/"}
            shown["scm_revision"] = "1" * 40
            updates = [key for key, update in self.objects["project_updates"].items() if update["project"] == number]
            shown["summary_fields"] = {"current_update": {"id": updates[-1]}} if updates else {}
        elif collection == "workflow_job_template_nodes":
            for association in ASSOCIATIONS[collection]:
                shown[association] = self.links.get((collection, number, association), [])
            template = one["unified_job_template"]
            if template is not None:
                (kind,) = [name for name in TEMPLATES if template in self.objects[name]]
                shown["related"] = {"unified_job_template": f"/api/v2/{kind}/{template}/"}
        return shown

    def _role(self, owner: int, name: str) -> int:
        found = [number for number, one in self.objects["roles"].items() if (one["of"], one["name"]) == (owner, name)]
        return found[0] if found else self.add("roles", name=name, of=owner)

    def _written(self, collection: str, number: int | None, body: dict[str, Any]) -> int:
        unknown = set(body) - set(FIELDS[collection]) - READ_ONLY
        if unknown:
            raise Refused(**{name: ["not a field that can be written"] for name in unknown})
        before = self.objects[collection][number] if number is not None else FIELDS[collection]
        new = dict(before)
        for name in set(body) - READ_ONLY:
            # AWX takes a null for the empty string where it has one.
            new[name] = "" if body[name] is None and before[name] == "" else body[name]
        self._check(collection, number, new)
        if collection == "projects" and (number is None or new["scm_url"] != before["scm_url"]):
            number = number if number is not None else next(self._numbers)
            self.add("project_updates", project=number)
        number = number if number is not None else next(self._numbers)
        self.objects[collection][number] = new
        return number

    def _list(self, found: list[dict[str, Any]]) -> Any:
        wanted = {name: value for name, value in request.args.items() if not name.startswith("or__")}
        either = {name[4:]: value for name, value in request.args.items() if name.startswith("or__")}
        found = [one for one in found if all(str(one.get(name)) == value for name, value in wanted.items())]
        if either:
            found = [one for one in found if any(str(one.get(name)) == value for name, value in either.items())]
        return jsonify({"count": len(found), "next": None, "previous": None, "results": found})

    def _app(self) -> Flask:
        app = Flask(__name__)

        @app.before_request
        def _authenticate() -> Any:
            if request.method != "GET":
                self.writes.append(f"{request.method} {request.path}")
            if request.headers.get("Authorization") != f"Bearer {TOKEN}":
                return jsonify({"detail": "Authentication credentials were not provided."}), 401
            return None

        @app.after_request
        def _name(response: Response) -> Response:
            response.headers["X-API-Product-Name"] = "AWX"
            response.headers["X-API-Product-Version"] = VERSION
            return response

        @app.get("/api/v2/unified_job_templates/")
        def _templates() -> Any:
            return self._list([self._show(name, number) for name in TEMPLATES for number in self.objects[name]])

        @app.get("/api/v2/project_updates/<int:number>/")
        def _update(number: int) -> Any:
            return jsonify({"id": number, "status": "successful", "failed": False, "finished": "now"})

        @app.route("/api/v2/<collection>/", methods=["GET", "POST"])
        def _collection(collection: str) -> Any:
            if collection not in FIELDS:
                return jsonify({"detail": "Not found."}), 404
            if request.method == "GET":
                return self._list([self._show(collection, number) for number in self.objects[collection]])
            return jsonify(self._show(collection, self._written(collection, None, request.get_json()))), 201

        @app.route("/api/v2/<collection>/<int:number>/", methods=["GET", "PATCH"])
        def _object(collection: str, number: int) -> Any:
            if number not in self.objects.get(collection, {}):
                return jsonify({"detail": "Not found."}), 404
            if request.method == "PATCH":
                self._written(collection, number, request.get_json())
            return jsonify(self._show(collection, number))

        @app.post("/api/v2/workflow_job_template_nodes/<int:number>/create_approval_template/")
        def _approval(number: int) -> Any:
            template = self._written("workflow_approval_templates", None, request.get_json())
            self.objects["workflow_job_template_nodes"][number]["unified_job_template"] = template
            return jsonify(self._show("workflow_approval_templates", template)), 201

        @app.route("/api/v2/<collection>/<int:number>/survey_spec/", methods=["GET", "POST"])
        def _survey(collection: str, number: int) -> Any:
            if request.method == "POST":
                problem = rules.survey_problem(request.get_json())
                if problem:
                    return jsonify({"error": problem}), 400
                self.surveys[(collection, number)] = request.get_json()
                return Response("", 200)
            return jsonify(self.surveys.get((collection, number), {}))

        @app.route("/api/v2/<collection>/<int:number>/<association>/", methods=["GET", "POST"])
        def _association(collection: str, number: int, association: str) -> Any:
            known = association in ASSOCIATIONS.get(collection, [])
            if not known or number not in self.objects[collection]:
                return jsonify({"detail": "Not found."}), 404
            numbers = self.links.setdefault((collection, number, association), [])
            target = TARGETS.get(association, _target(association))
            if request.method == "GET":
                return self._list([self._show(target, other) for other in numbers])
            body = request.get_json()
            if body["id"] not in self.objects[target]:
                raise Refused(id=["no such object"])
            if body.get("disassociate"):
                numbers.remove(body["id"])
            else:
                self._check_link(collection, number, association, body["id"])
                numbers.append(body["id"])
            return Response("", 204)

        return app


def _identity(collection: str) -> list[str]:
    """What no two objects of a collection have in common."""
    others = {
        "workflow_job_template_nodes": ["identifier", "workflow_job_template"],
        "credentials": ["name", "organization", "credential_type"],
        "schedules": ["name", "unified_job_template"],
        "hosts": ["name", "inventory"],
        "credential_types": ["name", "kind"],
        "organizations": ["name"],
        "instance_groups": ["name"],
        "execution_environments": ["name"],
        # Approvals of two workflows may have the same name.
        "workflow_approval_templates": [],
    }
    return others.get(collection, ["name", "organization"])


def _type(collection: str) -> str:
    return "inventory" if collection == "inventories" else collection.removesuffix("s")


def _target(association: str) -> str:
    """The collection whose objects an association holds."""
    return "notification_templates" if association.startswith("notification_templates") else association
