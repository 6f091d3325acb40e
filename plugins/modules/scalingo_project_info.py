#!/usr/bin/python
# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: scalingo_project_info
short_description: Read Scalingo projects
version_added: 1.0.0
author: The community.scalingo authors (@ansible-collections)
description:
  - Returns the projects that an account can see, all of them or those that match every filter that is given.
  - Which projects of other owners are among them is decided by the API. Look at RV(projects[].owner).
extends_documentation_fragment:
  - community.scalingo._connection
  - community.scalingo._attributes
  - community.scalingo._attributes.info
options:
  name:
    description:
      - Only projects of this name. There can be several, one for each owner.
    type: str
  project_id:
    description:
      - Only the project with this ID. If there is none, RV(projects) is empty.
    type: str
  owner:
    description:
      - Only projects that this user owns, given as user name, email address or user ID.
    type: str
  default:
    description:
      - V(true) for default projects only, V(false) for all others only. Each owner can have a default project.
    type: bool
seealso:
  - module: community.scalingo.scalingo_project
  - plugin: community.scalingo.project_info
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Read all projects
  community.scalingo.scalingo_project_info:
  register: visible

- name: Show whose they are
  ansible.builtin.debug:
    msg: "{{ item.name }} belongs to {{ item.owner.username }}"
  loop: "{{ visible.projects }}"
  loop_control:
    label: "{{ item.id }}"

- name: Find my own default project
  community.scalingo.scalingo_project_info:
    owner: mireille@example.org
    default: true
"""

RETURN = r"""
projects:
  description: The projects as the API shows them; an empty list if none matches.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: ID of the project. Take it as it is, its form is not documented.
      type: str
      sample: prj-b7e2915d-40c8-4a36-bd1f-7786e0c95a24
    name:
      description: Name of the project.
      type: str
      sample: staging
    default:
      description: Whether it is the default project of its owner.
      type: bool
      sample: false
    created_at:
      description: When it was created, in ISO 8601.
      type: str
      sample: "2026-05-18T16:02:09.480+02:00"
    updated_at:
      description: When it was last changed, in ISO 8601.
      type: str
      sample: "2026-06-01T09:30:00.007+02:00"
    owner:
      description: The user that owns it.
      type: dict
      contains:
        id:
          description: User ID.
          type: str
          sample: us-6a1f0d3e-93b4-4f7c-8a20-51d7c4be3f88
        username:
          description: User name.
          type: str
          sample: mireille
        email:
          description: Email address.
          type: str
          sample: mireille@example.org
        flags:
          description: Switches that the vendor sets. May be missing.
          type: dict
          sample: {}
    flags:
      description: Switches that the vendor sets, for instance C(private-network). May be missing.
      type: dict
      sample:
        private-network: true
error:
  description: The answer of the API that made the task fail.
  returned: failure, if the API answered
  type: dict
  contains:
    status:
      description: HTTP status.
      type: int
      sample: 401
    method:
      description: HTTP method of the request.
      type: str
      sample: GET
    path:
      description: Path of the request.
      type: str
      sample: /v1/projects
    request_id:
      description: The API's own ID of the request, worth quoting to the vendor's support. V(null) if there was none.
      type: str
      sample: 3b1d9c60-52f7-4ad0-8e44-c0a96f7d1e23
    body:
      description: What the API answered, without secrets. A text if it was no JSON.
      type: raw
      sample:
        error: unauthorized
"""

from ..module_utils._api import Api
from ..module_utils._module import run_module
from ..module_utils._read import find_projects
from ..module_utils._task import Options, Result

ARGUMENT_SPEC = {
    "name": {"type": "str"},
    "project_id": {"type": "str"},
    "owner": {"type": "str"},
    "default": {"type": "bool"},
}


def read(api: Api, options: Options, check_mode: bool) -> Result:
    """Read what the task asks for, and return its result. In check mode this does just the same."""
    filters = {option: options.get(option) for option in ARGUMENT_SPEC}
    return {"changed": False, "projects": find_projects(api, **filters)}


def main() -> None:
    run_module(ARGUMENT_SPEC, read)


if __name__ == "__main__":
    main()
