#!/usr/bin/python
# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: scalingo_project
short_description: Create, update, or delete a Scalingo project
version_added: 1.0.0
author: The community.scalingo authors (@ansible-collections)
description:
  - Creates, updates, or deletes a project, or sets it as the default project of the account.
  - A project groups applications and databases. Applications that name no project are created in the default project.
  - Project names are unique per owner only. An account that collaborates on applications of other users can also access
    their projects. If several accessible projects have the same name, the task fails and lists their IDs and owners.
  - If another user owns the only accessible project with the name, the module finds that project and does not create
    a second one.
extends_documentation_fragment:
  - community.scalingo._connection
  - community.scalingo._attributes
attributes:
  check_mode:
    support: full
    details:
      - Predicts the result of a normal run, including API rejections as far as the account shows their reasons.
      - Before a deletion, check mode also reads the lists of applications and databases, because the API rejects the
        deletion of a project that contains any.
  diff_mode:
    support: full
options:
  name:
    description:
      - Name of the project. 1 to 64 lowercase letters, digits, hyphens, or underscores.
      - With O(project_id), the new name of the project.
      - At least one of O(name) and O(project_id) is required.
      - The task fails if the value is the ID of a project. Use O(project_id) instead.
    type: str
  project_id:
    description:
      - ID of the project. Takes precedence over O(name).
      - With O(state=present), the project must exist.
      - In check mode, the ID of a project that an earlier task would create does not exist yet. It is null, and thus
        unset. Use the O(name) that the project has in the end.
    type: str
  new_name:
    description:
      - New name for the project. Requires O(name). Mutually exclusive with O(project_id).
      - If O(name) does not exist and O(new_name) does, the project already matches.
      - The task fails if both or neither exist.
    type: str
  default:
    description:
      - Whether this is the account's default project. If it is omitted, the setting does not change.
      - V(true) sets the project as the default project, in place of the current one.
      - V(false) fails if the project is the default project, because the API cannot unset it. Set another project as
        the default project instead.
    type: bool
  owner:
    description:
      - Username, email address, or user ID of the user who must own the project.
      - With O(name), only projects of this user are searched.
      - With O(project_id), the task fails if another user owns the project.
      - A project cannot be created for another user.
    type: str
  state:
    description:
      - V(present) creates the project if it does not exist, and updates it if it differs.
      - V(absent) deletes the project. The API deletes neither the default project nor a project that contains
        applications or dedicated databases.
    type: str
    choices:
      - present
      - absent
    default: present
seealso:
  - module: community.scalingo.scalingo_projects
  - module: community.scalingo.scalingo_project_info
  - module: community.scalingo.scalingo_project_transfer
  - plugin: community.scalingo.project_info
    plugin_type: lookup
  - name: Scalingo API, Projects
    description: Reference of the API that this module uses.
    link: https://developers.scalingo.com/projects
notes:
  - The module cannot find a project that the account cannot access. If a project was transferred to another user, a
    task with its O(name) may therefore create a new project. To prevent that, use O(project_id), or list the project in
    C(project_baseline_handoffs) of the role P(community.scalingo.project_baseline#role).
  - Without changes, a task sends one request, plus one to exchange O(api_token). Each change requires one more.
"""

EXAMPLES = r"""
- name: Ensure the staging project exists
  community.scalingo.scalingo_project:
    name: staging

- name: Ensure staging is the default project
  community.scalingo.scalingo_project:
    name: staging
    default: true

- name: Ensure staging is renamed to preproduction
  community.scalingo.scalingo_project:
    name: staging
    new_name: preproduction

- name: Ensure the shop project exists and record its ID
  community.scalingo.scalingo_project:
    name: shop
  register: shop

- name: Ensure the project with this ID is named boutique
  community.scalingo.scalingo_project:
    project_id: "{{ shop.project.id }}"
    name: boutique

- name: Ensure the sandbox project of this account does not exist
  community.scalingo.scalingo_project:
    name: sandbox
    owner: mireille@example.org
    state: absent
"""

RETURN = r"""
project:
  description:
    - Project as the API returns it. V(null) if it does not exist.
    - In check mode, IDs and dates that do not exist yet are V(null).
  returned: success
  type: dict
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
diff:
  description:
    - Name of the project, and whether it is the default project. Empty if the project does not exist.
    - If the task sets the default project, also C(default_project), the name of the default project.
  returned: success
  type: dict
  contains:
    before:
      description: State before the task.
      type: dict
      sample:
        name: staging
        default: false
        default_project: production
    after:
      description: State after the task, or the predicted state in check mode.
      type: dict
      sample:
        name: staging
        default: true
        default_project: staging
outcome_unknown:
  description:
    - Whether a write of this task may have taken effect, although its response was lost and the account does not
      show its effect.
    - Check the account before you rerun the task. C(msg) names the write.
  returned: failure, if the outcome of a write is unknown
  type: bool
  sample: true
error:
  description: API response that caused the failure.
  returned: failure, if the API responded
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
      description: The API's ID of the request, useful when you contact Scalingo support. V(null) if the API sent none.
      type: str
      sample: 3b1d9c60-52f7-4ad0-8e44-c0a96f7d1e23
    body:
      description: Body of the response, without secrets. A string if the body is not JSON.
      type: raw
      sample:
        error: Cannot delete project with existing apps
"""

from ..module_utils._module import run_module
from ..module_utils._project import ensure_project
from ..module_utils._task import OnWait, Options, silent

ARGUMENT_SPEC: Options = {
    "name": {"type": "str"},
    "project_id": {"type": "str"},
    "new_name": {"type": "str"},
    "default": {"type": "bool"},
    "owner": {"type": "str"},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}
RULES: Options = {
    "required_one_of": [("name", "project_id")],
    "mutually_exclusive": [("new_name", "project_id")],
    "required_by": {"new_name": "name"},
}


def main(on_wait: OnWait = silent) -> None:
    run_module(ARGUMENT_SPEC, ensure_project, on_wait, **RULES)


if __name__ == "__main__":
    main()
