#!/usr/bin/python
# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: scalingo_project_info
short_description: Retrieve information about Scalingo projects
version_added: 1.0.0
author: The community.scalingo authors (@ansible-collections)
description:
  - Returns all projects that the account can access, or only those that match every filter.
  - The result can include projects of other users. RV(projects[].owner) identifies them.
extends_documentation_fragment:
  - community.scalingo._connection
  - community.scalingo._attributes
  - community.scalingo._attributes.info
options:
  name:
    description:
      - Name of the projects to return. Several users can own a project with this name.
    type: str
  project_id:
    description:
      - ID of the project to return. If it does not exist, RV(projects) is empty.
    type: str
  owner:
    description:
      - Username, email address, or user ID of the user whose projects to return.
    type: str
  default:
    description:
      - Whether to return only default projects (V(true)), or only other projects (V(false)). Each user can have one
        default project.
    type: bool
seealso:
  - module: community.scalingo.scalingo_project
  - module: community.scalingo.scalingo_projects
  - plugin: community.scalingo.project_info
    plugin_type: lookup
notes:
  - A task sends one request, plus one to exchange O(api_token).
"""

EXAMPLES = r"""
- name: Retrieve all projects
  community.scalingo.scalingo_project_info:
  register: accessible

- name: Report the owners
  ansible.builtin.debug:
    msg: "{{ item.name }} belongs to {{ item.owner.username }}"
  loop: "{{ accessible.projects }}"
  loop_control:
    label: "{{ item.id }}"

- name: Retrieve the default project of a user
  community.scalingo.scalingo_project_info:
    owner: mireille@example.org
    default: true
"""

RETURN = r"""
projects:
  description: Matching projects, as the API returns them. Empty if no project matches.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: ID of the project. Its form is not documented, so do not parse it.
      type: str
      sample: prj-b7e2915d-40c8-4a36-bd1f-7786e0c95a24
    name:
      description: Name of the project.
      type: str
      sample: staging
    default:
      description: Whether this is the default project of its owner.
      type: bool
      sample: false
    created_at:
      description: Creation date, in ISO 8601.
      type: str
      sample: "2026-05-18T16:02:09.480+02:00"
    updated_at:
      description: Date of the last change, in ISO 8601.
      type: str
      sample: "2026-06-01T09:30:00.007+02:00"
    owner:
      description: User who owns the project.
      type: dict
      contains:
        id:
          description: User ID.
          type: str
          sample: us-6a1f0d3e-93b4-4f7c-8a20-51d7c4be3f88
        username:
          description: Username.
          type: str
          sample: mireille
        email:
          description: Email address.
          type: str
          sample: mireille@example.org
        flags:
          description: Settings that only Scalingo can change. May be missing.
          type: dict
          sample: {}
    flags:
      description: Settings that only Scalingo can change, for example C(private-network). May be missing.
      type: dict
      sample:
        private-network: true
error:
  description: API response that caused the failure.
  returned: failure, if the API responded
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
      description: The API's ID of the request, useful when you contact Scalingo support. V(null) if the API sent none.
      type: str
      sample: 3b1d9c60-52f7-4ad0-8e44-c0a96f7d1e23
    body:
      description: Body of the response, without secrets. A string if the body is not JSON.
      type: raw
      sample:
        error: unauthorized
"""

from ..module_utils._module import run_module
from ..module_utils._read import read_projects
from ..module_utils._task import OnWait, Options, silent

ARGUMENT_SPEC: Options = {
    "name": {"type": "str"},
    "project_id": {"type": "str"},
    "owner": {"type": "str"},
    "default": {"type": "bool"},
}


def main(on_wait: OnWait = silent) -> None:
    run_module(ARGUMENT_SPEC, read_projects, on_wait, filters=("name", "project_id", "owner"))


if __name__ == "__main__":
    main()
