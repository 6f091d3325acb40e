#!/usr/bin/python
# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: scalingo_project
short_description: Create, rename, delete a Scalingo project, or make it the default one
version_added: 1.0.0
author: The community.scalingo authors (@ansible-collections)
description:
  - Makes one project of a Scalingo account what the task says, and changes nothing that is so already.
  - A project groups applications. Each account has one default project, in which new applications land.
  - Names are unique among the projects of one owner only. If the account sees the projects of others too, because it
    collaborates on their applications, then two projects of one name can be visible. The module never guesses which
    one is meant, and never creates a second project because the first belongs to somebody else.
extends_documentation_fragment:
  - community.scalingo._connection
  - community.scalingo._attributes
attributes:
  check_mode:
    support: full
    details:
      - A check also foretells what the API would refuse, as far as that can be read, for instance the deletion of a
        project that contains applications. It may need one or two reading requests more than the real run for that.
  diff_mode:
    support: full
options:
  name:
    description:
      - Name of the project, 1 to 64 characters of V(a-z), V(0-9), V(-) and V(_).
      - With O(project_id), the name that the project is to have. It is renamed if it has another one.
      - At least one of O(name) and O(project_id) is required.
    type: str
  project_id:
    description:
      - ID of the project. It finds the project, whatever O(name) says.
      - With O(state=present) the project must exist, since nobody can choose the ID of a new one.
    type: str
  new_name:
    description:
      - The project that O(name) finds is to have this name.
      - If there is no project named O(name), but one named O(new_name), the renaming was done before and nothing is
        to do. If there are both, or neither, the task fails.
      - Cannot be used with O(project_id), where O(name) does this.
    type: str
  default:
    description:
      - V(true) makes the project the default one of the account. The previous default project is then no longer the
        default one.
      - V(false) fails if the project is the default one, because the API cannot unset that. Make another project the
        default one instead.
      - If it is not given, this is left as it is.
    type: bool
  owner:
    description:
      - User name, email address or user ID of the user that must own the project.
      - With O(name), only the projects of this user are searched.
      - With O(project_id), the task fails if the project belongs to somebody else.
      - A project is never created for somebody else.
    type: str
  state:
    description:
      - V(present) creates the project if it does not exist, and updates it if it differs.
      - V(absent) deletes it. The API deletes neither the default project nor one that contains applications.
    type: str
    choices:
      - present
      - absent
    default: present
seealso:
  - module: community.scalingo.scalingo_projects
  - module: community.scalingo.scalingo_project_info
  - plugin: community.scalingo.project_info
    plugin_type: lookup
  - name: Scalingo API, page Projects
    description: The vendor's reference of the API that this module uses.
    link: https://developers.scalingo.com/projects
notes:
  - A task that changes nothing sends one request, beside the one that exchanges the API token. A task that creates or
    renames a project sends two.
"""

EXAMPLES = r"""
- name: Ensure that there is a project for the staging environment
  community.scalingo.scalingo_project:
    name: staging

- name: Make it the project in which new applications land
  community.scalingo.scalingo_project:
    name: staging
    default: true

- name: Give it a better name, once
  community.scalingo.scalingo_project:
    name: staging
    new_name: preproduction

- name: Read the project of the shop
  community.scalingo.scalingo_project:
    name: shop
  register: shop

- name: Rename it by its ID, whatever its name is by then
  community.scalingo.scalingo_project:
    project_id: "{{ shop.project.id }}"
    name: boutique

- name: Remove my own project of that name, not that of a colleague
  community.scalingo.scalingo_project:
    name: sandbox
    owner: mireille@example.org
    state: absent
"""

RETURN = r"""
project:
  description:
    - The project as the API shows it, V(null) if it is absent.
    - In check mode, dates and IDs that do not exist yet are V(null).
  returned: success, and failure after the API accepted a write
  type: dict
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
diff:
  description:
    - Name of the project and whether it is the default one, before and after the task. Empty where there is no project.
    - If the project becomes the default one, also the name of the default project before and after.
  returned: success, and failure after a write that was seen
  type: dict
  contains:
    before:
      description: What was.
      type: dict
      sample:
        name: staging
        default: false
        default_project: production
    after:
      description: What is now, or in check mode would be.
      type: dict
      sample:
        name: staging
        default: true
        default_project: staging
outcome_unknown:
  description:
    - A write may have been done. Its answer was lost, and reading back could not tell what became of it.
    - Look before repeating it. The message says more.
  returned: failure, if that is so
  type: bool
  sample: true
error:
  description: The answer of the API that made the task fail.
  returned: failure, if the API answered
  type: dict
  contains:
    status:
      description: HTTP status.
      type: int
      sample: 409
    method:
      description: HTTP method of the request.
      type: str
      sample: DELETE
    path:
      description: Path of the request.
      type: str
      sample: /v1/projects/prj-b7e2915d-40c8-4a36-bd1f-7786e0c95a24
    request_id:
      description: The API's own ID of the request, worth quoting to the vendor's support. V(null) if there was none.
      type: str
      sample: 3b1d9c60-52f7-4ad0-8e44-c0a96f7d1e23
    body:
      description: What the API answered, without secrets. A text if it was no JSON.
      type: raw
      sample:
        error: Cannot delete project with existing apps
"""

from ..module_utils._api import Api
from ..module_utils._ensure import ensure_project
from ..module_utils._module import run_module
from ..module_utils._plan import Wanted
from ..module_utils._task import Options, Result

ARGUMENT_SPEC = {
    "name": {"type": "str"},
    "project_id": {"type": "str"},
    "new_name": {"type": "str"},
    "default": {"type": "bool"},
    "owner": {"type": "str"},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}


def ensure(api: Api, options: Options, check_mode: bool) -> Result:
    """Do what the task says, and return its result."""
    given: Options = {option: options.get(option) for option in ARGUMENT_SPEC}
    outcome = ensure_project(api, Wanted(**given), check_mode)
    return {"changed": outcome.changed, "project": outcome.project, "diff": outcome.diff}


def main() -> None:
    run_module(ARGUMENT_SPEC, ensure)


if __name__ == "__main__":
    main()
