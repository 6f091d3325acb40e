# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: project_info
short_description: Look up Scalingo projects
version_added: 1.0.0
author: The community.scalingo authors (@ansible-collections)
description:
  - Returns one project for each term, in the order of the terms. Without terms, it returns all projects that the
    account can access.
  - Sends one request for the list of projects. If the list does not contain a term, the lookup tries to read it as an
    ID. The list may omit projects of other users.
  - Runs on the controller, which therefore needs the Python library C(requests).
extends_documentation_fragment:
  - community.scalingo._connection
  - community.scalingo._connection.plugin
options:
  _terms:
    description:
      - Names or IDs of projects, or lists of them.
      - Fails if several projects have the name, or if a term is the ID of one project and the name of another.
    type: list
    elements: str
  owner:
    description:
      - Username, email address, or user ID of the user whose projects to return.
    type: str
  default:
    description:
      - Whether to return only the default project (V(true)), or only other projects (V(false)).
      - V(true) means the default project of O(owner), or else of the account.
    type: bool
  on_missing:
    description:
      - Action for a term that matches no project.
      - V(error) fails.
      - V(skip) omits the term from the result.
      - V(none) returns V(null) for the term. In ansible-core 2.18 and older, a variable that has only the lookup turns
        V(null) into an empty string, so test it with C(if project) rather than C(is none).
    type: str
    choices:
      - error
      - skip
      - none
    default: error
requirements:
  - requests 2.25 or newer, for the Python that runs Ansible
notes:
  - C(query) always returns a list. C(lookup) returns a single project without the list.
  - In a variable, the lookup runs again each time the variable is used, and sends its requests again. To run it once,
    use M(community.scalingo.scalingo_project_info) with C(register), or M(ansible.builtin.set_fact).
  - At the rate limit, the lookup waits, up to O(max_wait). With C(-v), Ansible shows such a wait as it happens.
  - Pass a list of terms as one argument, because the lookup returns every project if it has no terms. If C(wanted) is
    an empty list, C(query('community.scalingo.project_info', wanted)) returns nothing. With C(*wanted), or in a
    C(with_community.scalingo.project_info) loop, the lookup returns every project.
seealso:
  - module: community.scalingo.scalingo_project_info
"""

EXAMPLES = r"""
- name: Report the ID of a project
  ansible.builtin.debug:
    msg: "{{ lookup('community.scalingo.project_info', 'staging').id }}"

- name: Report the names of all projects
  ansible.builtin.debug:
    msg: "{{ query('community.scalingo.project_info') | map(attribute='name') | sort }}"

- name: Report the default project
  ansible.builtin.debug:
    msg: "{{ query('community.scalingo.project_info', default=true) | map(attribute='name') | first }}"

- name: Record all projects once, for use in many tasks
  ansible.builtin.set_fact:
    projects: "{{ query('community.scalingo.project_info') }}"

- name: Report which of these projects do not exist yet
  ansible.builtin.debug:
    msg: "{{ wanted | difference(existing | map(attribute='name')) }}"
  vars:
    wanted: [staging, production]
    existing: "{{ query('community.scalingo.project_info', wanted, on_missing='skip') }}"
"""

RETURN = r"""
_raw:
  description:
    - One project for each term, as the API returns it. See
      RV(community.scalingo.scalingo_project_info#module:projects).
  type: list
  elements: dict
  sample:
    - id: prj-b7e2915d-40c8-4a36-bd1f-7786e0c95a24
      name: staging
      default: false
      created_at: "2026-05-18T16:02:09.480+02:00"
      updated_at: "2026-06-01T09:30:00.007+02:00"
      owner:
        id: us-6a1f0d3e-93b4-4f7c-8a20-51d7c4be3f88
        username: mireille
        email: mireille@example.org
        flags: {}
      flags: {}
"""

import typing as t

from ansible.errors import AnsibleLookupError
from ansible.module_utils.basic import missing_required_lib
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.lookup import LookupBase
from ansible.utils.display import Display

from ..module_utils._api import Api
from ..module_utils._errors import CannotError, InputError
from ..module_utils._http.redaction import Redactor
from ..module_utils._http.transport import REQUESTS_IMPORT_ERROR
from ..module_utils._options import CONNECTION_SPEC, check_text, check_values, cleaned, from_sources
from ..module_utils._read import look_up
from ..module_utils._task import Options, Result, run_task

ARGUMENT_SPEC: dict[str, dict[str, t.Any]] = {
    "owner": {"type": "str"},
    "default": {"type": "bool"},
    "on_missing": {"type": "str", "choices": ["error", "skip", "none"], "default": "error"},
}
# Variables of Ansible that are read, beside the arguments and the environment.
VARIABLES = {option: f"scalingo_{option}" for option in ("api_token", "bearer_token", "region", "api_url", "auth_url")}

display = Display()


class LookupModule(LookupBase):
    """The lookup `community.scalingo.project_info`."""

    def run(self, terms: list[t.Any], variables: dict[str, t.Any] | None = None, **kwargs: t.Any) -> list[t.Any]:
        """Return a project, or None, for each term; or every project.

        Raises:
            AnsibleLookupError: Something is wrong with the arguments, the API, or a term.
        """
        if REQUESTS_IMPORT_ERROR is not None:
            raise AnsibleLookupError(missing_required_lib("requests"))
        # The loop `with_...` of older versions of Ansible adds this.
        kwargs.pop("wantlist", None)
        given = cleaned(kwargs)
        # A token may have got into another option by mistake, and Ansible masks only what modules return.
        redact = Redactor()
        try:
            found, sources = from_sources(given, self._variables(variables or {}))
            for token in ("api_token", "bearer_token"):
                redact.add(str(found.get(token, "")))
            for remark in check_values(kwargs, {**CONNECTION_SPEC, **ARGUMENT_SPEC}):
                display.warning(remark)
            names = _names(terms) if terms else None
            options = _validated({**given, **found})
        except InputError as error:
            raise AnsibleLookupError(redact(str(error))) from None

        def work(api: Api, options: Options, _check_mode: bool) -> Result:
            projects = look_up(api, names, owner=options.get("owner"), default=options.get("default"))
            missing = [term for term, project in projects if project is None]
            if missing and options["on_missing"] == "error":
                raise CannotError(_none_is_named(missing, options.get("owner")))
            return {"projects": [each for _term, each in projects if each or options["on_missing"] == "none"]}

        result = run_task(work, options, on_wait=display.v, sources=sources)
        if result.get("failed"):
            raise AnsibleLookupError(result["msg"])
        return t.cast("list[t.Any]", result["projects"])

    def _variables(self, variables: dict[str, t.Any]) -> dict[str, t.Any]:
        """Return the options that are variables of Ansible, whose values may be templates."""
        return {
            option: self._templar.template(variables[variable])
            for option, variable in VARIABLES.items()
            if variable in variables
        }


def _validated(arguments: Options) -> Options:
    """Return all options, checked and completed in the same way as those of a module.

    Not by LookupBase.set_options, for which an empty string would be a value, and which lets unknown options pass.

    Raises:
        InputError: An option is unknown or of the wrong type.
    """
    result = ArgumentSpecValidator({**CONNECTION_SPEC, **ARGUMENT_SPEC}).validate(arguments)
    if result.unsupported_parameters:
        raise InputError(f"The lookup has no option named {', '.join(sorted(result.unsupported_parameters))}.")
    if result.error_messages:
        raise InputError(f"{result.error_messages[0]}.")
    return result.validated_parameters


def _none_is_named(missing: list[str], owner: str | None) -> str:
    """Return the sentence about terms that name no project."""
    owned = "" if owner is None else f" and belongs to user {owner!r} (if there is such a user)"
    return f"No project that this account can read has this name or ID{owned}: {', '.join(map(repr, missing))}."


def _names(terms: list[t.Any]) -> list[str]:
    """Return the terms, of which each may be a list, as texts.

    Raises:
        InputError: One is something else.
    """
    names = [cleaned(name) for term in terms for name in (term if isinstance(term, list) else [term])]
    for name in names:
        for remark in check_text(name, "A term"):
            display.warning(remark)
        if not isinstance(name, (str, int)) or name == "":
            raise InputError(f"A term must be the name or ID of a project, not {name!r}.")
    return [str(name) for name in names]
