#!/usr/bin/python
# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: scalingo_projects
short_description: Manage many Scalingo projects in one task
version_added: 1.0.0
author: The community.scalingo authors (@ansible-collections)
description:
  - Creates, updates, and deletes listed projects, with one request for the list of projects and one for each change.
  - Each item follows the rules of M(community.scalingo.scalingo_project).
  - Projects are created and renamed before others are deleted, and the new default project is set before the previous
    one is deleted.
  - The task fails if an item takes a name that another item gives up. Use two tasks instead.
  - The task validates the whole list against the account before the first write. The API can still reject a later
    write, for example the deletion of a project that contains applications.
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
  projects:
    description:
      - Desired projects. A project must not appear twice, and at most one item can have
        O(projects[].default=true).
      - With an empty list, the task changes nothing and returns every project in RV(unlisted).
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description:
          - Name of the project. 1 to 64 lowercase letters, digits, hyphens, or underscores.
          - With O(projects[].project_id), the new name of the project.
          - At least one of O(projects[].name) and O(projects[].project_id) is required.
        type: str
      project_id:
        description:
          - ID of the project. Takes precedence over O(projects[].name).
          - With O(projects[].state=present), the project must exist.
        type: str
      new_name:
        description:
          - New name for the project. Requires O(projects[].name). Mutually exclusive with O(projects[].project_id).
          - If O(projects[].name) does not exist and O(projects[].new_name) does, the project already matches.
        type: str
      default:
        description:
          - Whether this is the account's default project. If it is omitted, the setting does not change.
          - V(false) fails if the project is the default project, unless another item has O(projects[].default=true).
        type: bool
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
  owner:
    description:
      - Username, email address, or user ID of the user who must own all listed projects.
      - Only projects of this user are searched by name, and only those are returned in RV(unlisted).
      - A project cannot be created for another user.
    type: str
  continue_on_failure:
    description:
      - Whether to continue with the other items after a failure, and fail at the end.
      - With V(false), the task stops at the first failure. In both cases, it returns the results of all items in
        RV(outcomes).
    type: bool
    default: false
seealso:
  - module: community.scalingo.scalingo_project
  - module: community.scalingo.scalingo_project_info
  - module: community.scalingo.scalingo_project_transfers
  - name: Scalingo API, Projects
    description: Reference of the API that this module uses.
    link: https://developers.scalingo.com/projects
notes:
  - The module cannot find projects that the account cannot access. If a project was transferred to another user, an
    item with its name may therefore create a new project. To prevent that, use O(projects[].project_id), or list the
    project in C(project_baseline_handoffs) of the role P(community.scalingo.project_baseline#role).
  - Without changes, a task sends one request for any number of items, plus one to exchange O(api_token). Each change
    requires one more request, and so does each O(projects[].project_id) that is not in the list of projects.
  - The API allows 60 requests per minute. If the rate limit is reached, the task waits up to O(max_wait) seconds in
    total. Increase O(max_wait) for more than 200 changes.
  - You can rerun a failed task with the same list.
"""

EXAMPLES = r"""
- name: Ensure three projects exist and production is the default project
  community.scalingo.scalingo_projects:
    projects:
      - name: production
        default: true
      - name: staging
      - name: sandbox

- name: Ensure staging is renamed and sandbox does not exist
  community.scalingo.scalingo_projects:
    projects:
      - name: staging
        new_name: preproduction
      - name: sandbox
        state: absent

- name: Ensure both projects exist, even if one item fails
  community.scalingo.scalingo_projects:
    projects:
      - name: production
      - name: preproduction
    continue_on_failure: true

- name: Check which projects of this account are unmanaged
  community.scalingo.scalingo_projects:
    owner: mireille@example.org
    projects:
      - name: production
      - name: preproduction
  check_mode: true
  register: audit

- name: Report the unmanaged projects
  ansible.builtin.debug:
    msg: "{{ audit.unlisted | map(attribute='name') | list }}"
"""

RETURN = r"""
outcomes:
  description: Result of each item, or the predicted result in check mode, in the order of O(projects).
  returned: success, and failure of single items
  type: list
  elements: dict
  contains:
    name:
      description: Desired or current name of the project. Empty if only an ID is known.
      type: str
      sample: staging
    changed:
      description: Whether the task changed this project, or would change it in check mode.
      type: bool
      sample: true
    action:
      description: Completed action. One of V(none), V(create), V(update), and V(delete).
      type: str
      sample: create
    project:
      description: Project as in RV(projects). V(null) if it does not exist, or is not known.
      type: dict
      sample: null
    failed:
      description: Whether this item failed.
      type: bool
      sample: false
    msg:
      description: Error message, or V(Not attempted.) for an item that the task did not reach. Otherwise empty.
      type: str
      sample: ""
    unknown:
      description:
        - Whether the state of this item is unknown, because the account cannot access it, the task received no usable
          response, or the outcome of a write is unknown.
      type: bool
      sample: false
    error:
      description: API response that caused the failure of this item, in the form of RV(error). Otherwise V(null).
      type: dict
      sample: null
projects:
  description:
    - Projects of all items, as the API returns them, without those that do not exist.
    - In check mode, IDs and dates that do not exist yet are V(null).
  returned: success, and failure of single items
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
unlisted:
  description:
    - Accessible projects that O(projects) does not contain, in the form of RV(projects). With O(owner), only projects
      of that user.
    - The task does not change these projects.
  returned: success, and failure of single items
  type: list
  elements: dict
  sample: []
account:
  description:
    - Account to which the token belongs.
    - V(null) if the module would need another request to know it, for example because the account owns none of the
      projects in the list.
  returned: success, and failure of single items
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
diff:
  description:
    - The key C(projects) maps the O(projects[].project_id) or else the O(projects[].name) of each item to the name of
      its project. V(null) if the project does not exist.
    - If the task sets the default project, also C(default_project), the name of the default project.
  returned: success, and failure of single items
  type: dict
  contains:
    before:
      description: State before the task.
      type: dict
      sample:
        default_project: default
        projects:
          production: production
          sandbox: sandbox
          staging: null
    after:
      description: State after the task, or the predicted state in check mode.
      type: dict
      sample:
        default_project: production
        projects:
          production: production
          sandbox: null
          staging: staging
failed_items:
  description: Positions in O(projects) of the items that failed, counted from 0. C(msg) counts from 1.
  returned: failure of single items
  type: list
  elements: int
  sample:
    - 2
outcome_unknown:
  description:
    - Whether a write of this task may have taken effect, although its response was lost and the account does not
      show its effect.
    - Check the account before you rerun the task. C(msg) names the write.
  returned: failure, if the outcome of a write is unknown
  type: bool
  sample: true
error:
  description: API response that caused the failure, if exactly one item failed. See also RV(outcomes[].error).
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
from ..module_utils._projects import ensure_projects
from ..module_utils._task import OnWait, Options, silent

ITEM: Options = {
    "name": {"type": "str"},
    "project_id": {"type": "str"},
    "new_name": {"type": "str"},
    "default": {"type": "bool"},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}
RULES: Options = {
    "required_one_of": [("name", "project_id")],
    "mutually_exclusive": [("new_name", "project_id")],
    "required_by": {"new_name": "name"},
}
ARGUMENT_SPEC: Options = {
    "projects": {"type": "list", "elements": "dict", "required": True, "options": ITEM, **RULES},
    "owner": {"type": "str"},
    "continue_on_failure": {"type": "bool", "default": False},
}


def main(on_wait: OnWait = silent) -> None:
    run_module(ARGUMENT_SPEC, ensure_projects, on_wait)


if __name__ == "__main__":
    main()
