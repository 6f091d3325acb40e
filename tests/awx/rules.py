# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWX accepts, and what it makes of it: the rules that its documentation and its source state, in our own words.

Credential types and credentials: awx/main/fields.py and awx/main/models/credential.py. Surveys and schedules:
awx/api/views and awx/api/serializers.py. All as of AWX 24.6.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from dateutil import rrule
from jinja2 import StrictUndefined, TemplateError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jsonschema import Draft4Validator

ENCRYPTED = "$encrypted$"
MASKED = "**********"

_VARIABLE = "^[a-zA-Z_]+[a-zA-Z0-9_]*$"
INPUTS = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "required": {"type": "array", "items": {"type": "string"}},
        "fields": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["id", "label"],
                "properties": {
                    "id": {"type": "string", "pattern": _VARIABLE},
                    "label": {"type": "string"},
                    "type": {"enum": ["string", "boolean"]},
                    "format": {"enum": ["ssh_private_key", "url"]},
                    "choices": {"type": "array", "minItems": 1, "items": {"type": "string"}, "uniqueItems": True},
                    "help_text": {"type": "string"},
                    "multiline": {"type": "boolean"},
                    "secret": {"type": "boolean"},
                    "ask_at_runtime": {"type": "boolean"},
                    "default": {},
                },
            },
        },
    },
}
INJECTORS = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "file": {
            "type": "object",
            "patternProperties": {r"^template(\.[a-zA-Z_]+[a-zA-Z0-9_]*)?$": {"type": "string"}},
            "additionalProperties": False,
        },
        "env": {
            "type": "object",
            "patternProperties": {_VARIABLE: {"type": "string", "pattern": "^[\x00-\x7f]*$"}},
            "additionalProperties": False,
        },
        "extra_vars": {"type": "object"},
    },
}
# Variables that a credential may not set, beside everything that begins with ANSIBLE_.
FORBIDDEN = {
    "VIRTUAL_ENV",
    "PATH",
    "PYTHONPATH",
    "JOB_ID",
    "INVENTORY_ID",
    "INVENTORY_SOURCE_ID",
    "INVENTORY_UPDATE_ID",
    "AD_HOC_COMMAND_ID",
    "REST_API_URL",
    "REST_API_TOKEN",
    "MAX_EVENT_RES",
    "CALLBACK_QUEUE",
    "CALLBACK_CONNECTION",
    "CACHE",
    "JOB_CALLBACK_DEBUG",
    "INVENTORY_HOSTVARS",
    "AWX_HOST",
    "PROJECT_REVISION",
    "SUPERVISOR_CONFIG_PATH",
}
QUESTIONS = {
    "text": str,
    "textarea": str,
    "password": str,
    "multiplechoice": str,
    "multiselect": str,
    "integer": int,
    "float": (int, float),
}


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from (*_strings(key), *_strings(inner))
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)
    else:
        yield value


def credential_type_problems(kind: Any, inputs: Any, injectors: Any) -> list[str]:
    """Why AWX would refuse a custom type of credentials."""
    problems = [error.message for error in Draft4Validator(INPUTS).iter_errors(inputs)]
    problems += [error.message for error in Draft4Validator(INJECTORS).iter_errors(injectors)]
    if kind not in ("cloud", "net"):
        problems.append(f"a custom type is cloud or net, not {kind}")
    if problems:
        return problems
    fields = inputs.get("fields", [])
    ids = [field["id"] for field in fields]
    if len(set(ids)) < len(ids) or "tower" in ids:
        problems.append("the IDs of the fields have to be unique, and none may be tower")
    for field in fields:
        if field.get("ask_at_runtime"):
            problems.append(f"{field['id']}: custom types may not ask at runtime")
        if field.get("type") == "boolean" and {"choices", "multiline", "format", "secret"} & set(field):
            problems.append(f"{field['id']}: not for a boolean")
        if "default" in field and not isinstance(field["default"], {"boolean": bool}.get(field.get("type"), str)):
            problems.append(f"{field['id']}: the default has the wrong type")
    for name in injectors.get("env", {}):
        if name.startswith("ANSIBLE_") or name in FORBIDDEN:
            problems.append(f"{name} may not be set")
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
    files = [name for name in injectors.get("file", {}) if name.startswith("template")]
    known = {*ids, *(["tower"] if files else [])}
    for text in _strings(injectors):
        try:
            unknown = meta.find_undeclared_variables(environment.parse(text)) - known
        except TemplateError as error:
            problems.append(f"{text}: {error}")
        else:
            problems += [f"{text}: there is no field {name}" for name in sorted(unknown)]
    return problems


def stored_inputs(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs of a type as AWX keeps them: a field without a type gets one."""
    fields = [field if "type" in field else {**field, "type": "string"} for field in inputs.get("fields", [])]
    return {**inputs, "fields": fields} if "fields" in inputs else dict(inputs)


def credential_problems(kind: Mapping[str, Any], inputs: Mapping[str, Any]) -> list[str]:
    """Why AWX would refuse the inputs of a credential; what is required is asked for only when a job starts."""
    known = {field["id"]: field for field in kind["inputs"].get("fields", [])}
    problems = [f"{name} is not a field" for name in inputs if name not in known]
    for name in set(known) & set(inputs):
        expected = {"boolean": bool}.get(known[name].get("type", "string"), str)
        if not isinstance(inputs[name], expected):
            problems.append(f"{name} has the wrong type")
    return problems


def missing_inputs(kind: Mapping[str, Any], inputs: Mapping[str, Any]) -> list[str]:
    """The required inputs without which AWX does not start a job."""
    return [name for name in kind["inputs"].get("required", []) if inputs.get(name) in (None, "")]


def environment_of(kind: Mapping[str, Any], inputs: Mapping[str, Any], shown: bool = False) -> dict[str, str]:
    """What a credential adds to the environment of a job, or with `shown` to what the details of the job show of it."""
    secret = {field["id"] for field in kind["inputs"]["fields"] if field.get("secret")}
    given = {name: value for name, value in inputs.items() if value is True or value is False or len(value)}
    if shown:
        given = {name: MASKED if name in secret else value for name, value in given.items()}
    environment = ImmutableSandboxedEnvironment()
    return {
        name: environment.from_string(template).render(**given)
        for name, template in kind["injectors"].get("env", {}).items()
    }


def survey_problem(spec: Any) -> str | None:
    """Why AWX would refuse a survey."""
    for key, expected in (("name", str), ("description", str), ("spec", list)):
        if not isinstance(spec.get(key), expected):
            return f"{key} is missing, or of the wrong type"
    if not spec["spec"]:
        return "there are no questions"
    variables = [question.get("variable") for question in spec["spec"]]
    if len(set(variables)) < len(variables):
        return "two questions have the same variable"
    for question in spec["spec"]:
        for key, expected in (("type", str), ("question_name", str), ("variable", str), ("required", bool)):
            if not isinstance(question.get(key), expected):
                return f"{key} of {question} is missing, or of the wrong type"
        if question["type"] not in QUESTIONS:
            return f"{question['type']} is no type of a question"
        if question.get("default", "") != "" and not isinstance(question["default"], QUESTIONS[question["type"]]):
            return f"the default of {question['variable']} has the wrong type"
        if any(not isinstance(question.get(key, 0), int) for key in ("min", "max")):
            return f"a limit of {question['variable']} is no integer"
        if question["type"] in ("multiplechoice", "multiselect") and "choices" not in question:
            return f"{question['variable']} has no choices"
    return None


def schedule_problem(rule: Any) -> str | None:
    """Why AWX would refuse a schedule."""
    if not isinstance(rule, str) or len(re.findall(r"DTSTART(?:;[^:]+)?:[0-9]+T[0-9]+Z?", rule)) != 1:
        return "one DTSTART is needed"
    if re.search(r"DTSTART:[0-9]+T[0-9]+ ", rule):
        return "DTSTART needs a time zone"
    rules = re.findall(r"RULE:[^\s]*", rule)
    if not rules or any("INTERVAL" not in one or "SECONDLY" in one for one in rules):
        return "every RRULE needs an INTERVAL, and none may be SECONDLY"
    if "EXDATE" in rule or "RDATE" in rule:
        return "EXDATE and RDATE are not supported"
    try:
        rrule.rrulestr(rule)
    except ValueError as error:
        return str(error)
    return None
