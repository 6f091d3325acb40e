#!/usr/bin/python
# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: scalingo_project_collaborator
short_description: Add or remove a collaborator on a whole Scalingo project
version_added: 1.0.0
author: The community.scalingo authors (@ansible-collections)
description:
  - Makes a person a collaborator on every application and dedicated database of a project, or removes the person from
    all of them. In Scalingo, users collaborate on these resources, not on the project itself.
  - To own the project, a user must be a collaborator on all of its resources, with the invitations accepted. See
    M(community.scalingo.scalingo_project_transfer).
  - The API invites a person by email address. The person accepts each invitation with the link in the email, or the
    task accepts it with O(collaborator_api_token).
  - A pending invitation is not sent again.
  - The task fails if the person owns the project. It changes only resources of the project.
extends_documentation_fragment:
  - community.scalingo._connection
  - community.scalingo._attributes
attributes:
  check_mode:
    support: full
    details:
      - Predicts the result of a normal run. RV(emails) is the number of invitation emails that the API would send.
      - Check mode accepts no invitation.
  diff_mode:
    support: full
options:
  project_id:
    description:
      - ID of the project.
      - Exactly one of O(project_id) and O(project_name) is required.
    type: str
  project_name:
    description:
      - Name of the project, if the account can access the project or collaborates on one of its applications.
    type: str
  email:
    description:
      - Email address of the person. Case is ignored.
      - Required to invite the person to a resource.
      - Exactly one of O(email) and O(user) is required.
    type: str
  user:
    description:
      - Username or user ID of a person who is already a collaborator on an application of the account. Not an email
        address.
    type: str
  limited:
    description:
      - Whether the person is a limited collaborator. If an existing collaborator differs, the task changes this.
      - A limited collaborator does not become an eligible new owner.
      - Ignored for dedicated databases, which have no limited collaborators, and with O(state=absent).
    type: bool
    default: false
  collaborator_api_token:
    description:
      - API token of the person, with which the task accepts all pending invitations to the project.
      - The task fails before the first write if the token belongs to another user than O(email) or O(user).
      - Ignored if no invitation is pending.
    type: str
  state:
    description:
      - V(present) ensures that the person is a collaborator on each resource, or is invited.
      - V(absent) removes the person from each resource, and cancels pending invitations.
    type: str
    choices:
      - present
      - absent
    default: present
seealso:
  - module: community.scalingo.scalingo_project_transfer
  - module: community.scalingo.scalingo_project_transfers
  - name: Scalingo API, Collaborators
    description: Reference of the API that this module uses.
    link: https://developers.scalingo.com/collaborators
notes:
  - Use the token of the owner of the project. The API shows other users only some of the resources and collaborators.
  - Without changes, a task sends three requests, plus one to exchange O(api_token). They list applications, databases,
    and collaborators. The task sends one more request for each dedicated database without known collaborators, and one
    more if the project has no resources.
  - Each change and each acceptance requires one more request.
  - Each new invitation sends an email to the person.
  - The invitation link is a secret. The module does not return it.
  - The module changes only the resources that exist and that the account can access. Rerun the task after you create an
    application or dedicated database.
"""

EXAMPLES = r"""
- name: Ensure tomasz is a collaborator on the whole shop project
  community.scalingo.scalingo_project_collaborator:
    project_name: shop
    email: tomasz@example.org

- name: Ensure tomasz is a collaborator on the blog project and has accepted
  community.scalingo.scalingo_project_collaborator:
    project_name: blog
    email: tomasz@example.org
    collaborator_api_token: "{{ vault_tomasz_api_token }}"

- name: Ensure amina is a limited collaborator on the shop project
  community.scalingo.scalingo_project_collaborator:
    project_name: shop
    email: amina@example.org
    limited: true

- name: Ensure amina is no collaborator on the sandbox project
  community.scalingo.scalingo_project_collaborator:
    project_name: sandbox
    user: amina
    state: absent

- name: Check how many invitation emails a new collaborator would receive
  community.scalingo.scalingo_project_collaborator:
    project_name: shop
    email: lucie@example.org
  check_mode: true
  register: checked

- name: Report the number of emails
  ansible.builtin.debug:
    msg: "{{ checked.emails }} of {{ checked.collaborations | length }} resources need an invitation"
"""

RETURN = r"""
collaborations:
  description:
    - State of each application and dedicated database of the project, or the predicted state in check mode, in the
      order of their names.
    - After a failed write, it is what the task knows of each of them. Those that it did not reach are as before.
  returned: success, and failure of a write
  type: list
  elements: dict
  contains:
    resource:
      description: Name of the application or dedicated database.
      type: str
      sample: shop-web
    type:
      description: V(app) or V(database).
      type: str
      sample: app
    status:
      description:
        - Status of the collaborator, as the API returns it. V(pending) or V(accepted), for example.
        - V(none) if the person is not a collaborator.
      type: str
      sample: pending
    is_limited:
      description: Whether the person is a limited collaborator.
      type: bool
      sample: false
    changed:
      description: Whether the task changed the collaborator, or would change it in check mode.
      type: bool
      sample: true
pending:
  description: Number of resources whose invitation is pending.
  returned: success, and failure of a write
  type: int
  sample: 1
emails:
  description:
    - Number of invitation emails that the task caused, or would cause in check mode.
    - A normal run repeats an invitation that was limited if the API shows no link for it, which check mode cannot
      predict.
  returned: success, and failure of a write
  type: int
  sample: 1
diff:
  description: State of the collaborator on each resource, by the name of the resource. V(null) if there is none.
  returned: success, and failure of a write
  type: dict
  contains:
    before:
      description: State before the task.
      type: dict
      sample:
        shop-web: null
        shop-worker:
          status: accepted
          is_limited: true
    after:
      description: State after the task, or the predicted state in check mode.
      type: dict
      sample:
        shop-web:
          status: pending
          is_limited: false
        shop-worker:
          status: accepted
          is_limited: false
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
      sample: 422
    method:
      description: HTTP method of the request.
      type: str
      sample: POST
    path:
      description: Path of the request.
      type: str
      sample: /v1/apps/shop-web/collaborators
    request_id:
      description: The API's ID of the request, useful when you contact Scalingo support. V(null) if the API sent none.
      type: str
      sample: 3b1d9c60-52f7-4ad0-8e44-c0a96f7d1e23
    body:
      description: Body of the response, without secrets. A string if the body is not JSON.
      type: raw
      sample:
        errors:
          email:
            - is invalid
"""

from ..module_utils._collaborator import ensure_collaborator
from ..module_utils._module import run_module
from ..module_utils._task import OnWait, Options, silent

ARGUMENT_SPEC: Options = {
    "project_id": {"type": "str"},
    "project_name": {"type": "str"},
    "email": {"type": "str"},
    "user": {"type": "str"},
    "limited": {"type": "bool", "default": False},
    "collaborator_api_token": {"type": "str", "no_log": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}
RULES: Options = {
    "required_one_of": [("project_id", "project_name"), ("email", "user")],
    "mutually_exclusive": [("project_id", "project_name"), ("email", "user")],
}


def main(on_wait: OnWait = silent) -> None:
    run_module(ARGUMENT_SPEC, ensure_collaborator, on_wait, **RULES)


if __name__ == "__main__":
    main()
