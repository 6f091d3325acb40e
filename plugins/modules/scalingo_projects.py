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
  - Makes a list of projects what the task says, with one request for all of them and one for each that has to change.
  - Each item means the same as a task with M(community.scalingo.scalingo_project), whose rules apply.
  - The list may stand in any order. The module finds one in which the API can carry it out, where there is one. It
    frees a name before it gives that to another project, makes the new default project before it deletes the previous
    one, and deletes last.
  - The whole list is checked against the list of projects before the first write, so that a list that cannot be carried
    out changes nothing. What that list does not show can stop a run in its middle, the applications inside a project
    that is to be deleted, for instance, or the number of projects that an account may have.
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
  projects:
    description:
      - What the projects are to be. No project may appear twice, and at most one may be made the default one.
      - With an empty list nothing is changed, and RV(unlisted) has every project.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description:
          - Name of the project, 1 to 64 characters of V(a-z), V(0-9), V(-) and V(_).
          - With O(projects[].project_id), the name that the project is to have.
          - At least one of O(projects[].name) and O(projects[].project_id) is required.
        type: str
      project_id:
        description:
          - ID of the project. It finds the project, whatever O(projects[].name) says.
        type: str
      new_name:
        description:
          - The project that O(projects[].name) finds is to have this name.
          - If there is no project named O(projects[].name), but one named O(projects[].new_name), the renaming was done
            before and nothing is to do.
          - Another item may give the old name to another project, so that names move along a chain. A circle of names
            is refused.
        type: str
      default:
        description:
          - V(true) makes the project the default one of the account.
          - V(false) fails if the project is the default one and no other item makes another project the default one.
          - If it is not given, this is left as it is.
        type: bool
      state:
        description:
          - V(present) creates the project if it does not exist, and updates it if it differs.
          - V(absent) deletes it. The API deletes neither the default project nor one that contains applications.
        type: str
        choices:
          - present
          - absent
        default: present
  owner:
    description:
      - User name, email address or user ID of the user that must own all these projects.
      - Only the projects of this user are searched by name, and only those appear in RV(unlisted).
      - A project is never created for somebody else.
    type: str
seealso:
  - module: community.scalingo.scalingo_project
  - module: community.scalingo.scalingo_project_info
  - name: Scalingo API, page Projects
    description: The vendor's reference of the API that this module uses.
    link: https://developers.scalingo.com/projects
notes:
  - A task that changes nothing sends one request, however long the list is, beside the one that exchanges the API
    token. Each project that has to be created, changed or deleted costs one more. A project that is given by its ID,
    and that the API does not list, costs one more too.
  - The API allows 60 requests a minute. The task waits when the API refuses more, up to O(max_wait) seconds in all. For
    more than 200 writes, raise O(max_wait).
  - The task stops at the first failure. What was done until then is in RV(outcomes) of the failed task, too, and the
    message says what was done and what was not. It can be run again with the same list.
"""

EXAMPLES = r"""
- name: Ensure that the projects are there, and that new applications land in production
  community.scalingo.scalingo_projects:
    projects:
      - name: production
        default: true
      - name: staging
      - name: sandbox

- name: Tidy up, once and for all
  community.scalingo.scalingo_projects:
    projects:
      - name: staging
        new_name: preproduction
      - name: sandbox
        state: absent

- name: Find out which of my own projects nobody has written down
  community.scalingo.scalingo_projects:
    owner: mireille@example.org
    projects:
      - name: production
      - name: preproduction
  check_mode: true
  register: audit

- name: Show them
  ansible.builtin.debug:
    msg: "{{ audit.unlisted | map(attribute='name') | list }}"
"""

RETURN = r"""
outcomes:
  description:
    - What was done for each item, or in check mode would be, in the order of the list.
    - A task that failed returns it, too.
  returned: success, and failure after the list was checked against the account
  type: list
  elements: dict
  contains:
    name:
      description: Name that the project has, or is to have. V(null) if only an ID was given, and nothing has it.
      type: str
      sample: staging
    changed:
      description: Whether anything was written for this item, or in check mode would be.
      type: bool
      sample: true
    action:
      description: What was written, or in check mode would be. V(none), V(create), V(update) or V(delete).
      type: str
      sample: create
    project:
      description:
        - The project as it is at the end, as in RV(projects[]), or V(null) if there is none.
      type: dict
projects:
  description:
    - The projects that the items mean, as the API shows them, without those that are absent.
    - In check mode, dates and IDs that do not exist yet are V(null).
  returned: success, and failure after the list was checked against the account
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
unlisted:
  description:
    - Projects that no item means, of O(owner) if that is given, else all that this account can see.
    - They are left alone. An audit finds here what nobody has written down.
  returned: success, and failure after the list was checked against the account
  type: list
  elements: dict
  sample: []
diff:
  description:
    - C(projects) has a line for each item. It begins with how the item finds its project, by O(projects[].project_id)
      or else O(projects[].name), and shows the name that this project has, V(null) where there is none.
    - Where two items would begin with the same, because one gives away the name that the other one gets, both have
      their places added, counted from 1, as in V(staging (item 2\)). So has a name that ends with a parenthesis.
    - If another project becomes the default one, also the name of the default project before and after.
  returned: success, and failure after the list was checked against the account
  type: dict
  contains:
    before:
      description: What was.
      type: dict
      sample:
        default_project: default
        projects:
          production: production
          sandbox: sandbox
          staging: null
    after:
      description: What is now, or in check mode would be.
      type: dict
      sample:
        default_project: production
        projects:
          production: production
          sandbox: null
          staging: staging
failed_items:
  description: Places in O(projects) of the items because of which the task failed, from 0. The message counts from 1.
  returned: failure, if it is about items of the list
  type: list
  elements: int
  sample: []
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
from ..module_utils._ensure_all import ensure_projects
from ..module_utils._module import run_module
from ..module_utils._plan import Wanted
from ..module_utils._task import Options, Result

ITEM = {
    "name": {"type": "str"},
    "project_id": {"type": "str"},
    "new_name": {"type": "str"},
    "default": {"type": "bool"},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}

ARGUMENT_SPEC = {
    "projects": {"type": "list", "elements": "dict", "required": True, "options": ITEM},
    "owner": {"type": "str"},
}


def ensure(api: Api, options: Options, check_mode: bool) -> Result:
    """Do what the task says, and return its result."""
    owner = options.get("owner")
    items = [Wanted(owner=owner, **{name: item.get(name) for name in ITEM}) for item in options["projects"]]
    return ensure_projects(api, items, owner, check_mode)


def main() -> None:
    run_module(ARGUMENT_SPEC, ensure)


if __name__ == "__main__":
    main()
