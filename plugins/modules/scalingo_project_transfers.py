#!/usr/bin/python
# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: scalingo_project_transfers
short_description: Transfer ownership of many Scalingo projects in one task
version_added: 1.0.0
author: The community.scalingo authors (@ansible-collections)
description:
  - Invites new owners to many projects of an account, and accepts the invitations with their tokens.
  - Each item follows the rules of M(community.scalingo.scalingo_project_transfer). The task sends one request for the
    list of projects, and exchanges each API token at most once.
  - The new owner must be a collaborator, with the invitation accepted, on every application and dedicated database of
    the project. M(community.scalingo.scalingo_project_collaborator) ensures this.
  - The new owner also needs a billing profile and a valid payment method, and must have left the free trial.
  - After the transfer, the new owner pays for the project, and the previous owner becomes a collaborator.
  - The task checks all items against the account before the first write.
extends_documentation_fragment:
  - community.scalingo._connection
  - community.scalingo._attributes
attributes:
  check_mode:
    support: full
    details:
      - Predicts the result of a normal run, including API rejections as far as the accounts show their reasons.
      - The API does not document whether a transferred default project stays a default project. Check mode returns
        C(default) as V(null) for it.
  diff_mode:
    support: full
options:
  transfers:
    description:
      - Desired transfers. A project must not appear twice.
    type: list
    elements: dict
    required: true
    suboptions:
      project_id:
        description:
          - ID of the project.
          - Exactly one of O(transfers[].project_id) and O(transfers[].project_name) is required.
        type: str
      project_name:
        description:
          - Name of the project, if the account can access the project or collaborates on one of its applications.
        type: str
      new_owner:
        description:
          - Username or user ID of the user who becomes the owner. Not an email address.
          - Required with O(transfers[].state=pending). Otherwise, the default is the user of
            O(transfers[].new_owner_api_token).
        type: str
      new_owner_api_token:
        description:
          - API token of the new owner, with which the task accepts the invitation.
          - Required with O(transfers[].state=accepted). Not allowed with O(transfers[].state=pending).
          - The item fails before its first write if the token belongs to another user than O(transfers[].new_owner), or
            to the current owner.
        type: str
      state:
        description:
          - V(pending) ensures that the new owner is invited, or owns the project.
          - V(accepted) ensures that the new owner owns the project.
          - The default is V(accepted) with O(transfers[].new_owner_api_token), and V(pending) without it.
        type: str
        choices:
          - pending
          - accepted
      reinvite:
        description:
          - Whether to invite the user again if their last invitation was declined. With V(false), the item fails
            instead.
        type: bool
        default: true
      replace:
        description:
          - Whether to cancel another user's pending invitation first. With V(false), the item fails instead.
        type: bool
        default: false
  continue_on_failure:
    description:
      - Whether to continue with the other items after a failure, and fail at the end.
      - With V(false), the task stops at the first failure. In both cases, it returns the results of all items in
        RV(outcomes).
    type: bool
    default: false
seealso:
  - module: community.scalingo.scalingo_project_transfer
  - module: community.scalingo.scalingo_project_transfer_info
  - module: community.scalingo.scalingo_project_collaborator
  - module: community.scalingo.scalingo_projects
  - name: Scalingo API, Projects
    description: Reference of the API that this module uses.
    link: https://developers.scalingo.com/projects
notes:
  - A task sends one request for the list of projects. If the list shows that the new owner already owns a project, its
    item requires no other request. If the account cannot access some projects, the task sends one more list request for
    the token of each new owner.
  - An item requires one more request if an invitation is already pending, and three if a new one is needed. An
    acceptance requires two more.
  - The task waits up to 600 seconds for the API to complete an acceptance.
  - A C(loop) over M(community.scalingo.scalingo_project_transfer) prints its items, including tokens. This module does
    not print them.
"""

EXAMPLES = r"""
- name: Ensure two users are invited to own one project each
  community.scalingo.scalingo_project_transfers:
    transfers:
      - project_name: shop
        new_owner: tomasz
      - project_name: blog
        new_owner: amina

- name: Ensure tomasz owns the shop and the sandbox project
  community.scalingo.scalingo_project_transfers:
    transfers:
      - project_name: shop
        new_owner: tomasz
        new_owner_api_token: "{{ new_owner_api_token }}"
      - project_name: sandbox
        new_owner: tomasz
        new_owner_api_token: "{{ new_owner_api_token }}"
    continue_on_failure: true

- name: Check the transfer of the blog project to another user
  community.scalingo.scalingo_project_transfers:
    transfers:
      - project_name: blog
        new_owner: tomasz
        reinvite: false
        replace: true
  check_mode: true
  register: checked

- name: Report the predicted actions
  ansible.builtin.debug:
    msg: "{{ item.project_name }}: {{ item.action }}"
  loop: "{{ checked.outcomes }}"
  loop_control:
    label: "{{ item.project_id }}"
"""

RETURN = r"""
outcomes:
  description: Result of each item, or the predicted result in check mode, in the order of O(transfers).
  returned: success, and failure of single items
  type: list
  elements: dict
  contains:
    project_id:
      description: ID of the project. V(null) if it is not known.
      type: str
      sample: prj-b7e2915d-40c8-4a36-bd1f-7786e0c95a24
    project_name:
      description: Name of the project. V(null) if it is not known.
      type: str
      sample: shop
    changed:
      description: Whether the task changed something for this item, or would change it in check mode.
      type: bool
      sample: true
    action:
      description: Completed action. One of V(none), V(invite), V(accept), and V(invite_and_accept).
      type: str
      sample: invite_and_accept
    transfer_invitation:
      description:
        - Invitation as the API returns it. V(null) if none was needed.
        - See RV(community.scalingo.scalingo_project_transfer#module:transfer_invitation).
      type: dict
      sample:
        id: tin-8c5d2f10-7a94-4e63-b0d8-f1a3970c26be
        project_id: prj-b7e2915d-40c8-4a36-bd1f-7786e0c95a24
        invited_user_id: us-d4c09b71-2e65-4b0a-97f3-0c8e6a1b5d42
        invited_user_name: tomasz
        inviter_user_id: us-6a1f0d3e-93b4-4f7c-8a20-51d7c4be3f88
        status: accepted
        status_reason: ""
        expires_at: "2026-07-09T11:20:31.500Z"
        created_at: "2026-07-06T11:20:31.500Z"
        updated_at: "2026-07-07T06:45:12.033Z"
    project:
      description:
        - Project as the API returns it. V(null) if it is not known.
        - See RV(community.scalingo.scalingo_project#module:project).
      type: dict
      sample:
        id: prj-b7e2915d-40c8-4a36-bd1f-7786e0c95a24
        name: shop
        default: false
        created_at: "2026-05-18T16:02:09.480+02:00"
        updated_at: "2026-07-07T06:45:12.033Z"
        owner:
          id: us-d4c09b71-2e65-4b0a-97f3-0c8e6a1b5d42
          username: tomasz
          email: tomasz@example.org
          flags: {}
        flags: {}
    blockers:
      description:
        - Applications and dedicated databases that prevent the new owner from becoming eligible. Empty if the item did
          not fail, or failed for another reason.
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
        reason:
          description:
            - V(not_a_collaborator) if the user is not a collaborator on the resource.
            - V(invitation_pending) if the user has not accepted the invitation to collaborate.
            - V(limited) if the user is only a limited collaborator.
          type: str
          sample: not_a_collaborator
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
    - Owner of each project and state of its invitation, by the O(transfers[].project_id) or else the
      O(transfers[].project_name) of the item.
    - An item that failed before it changed anything, or that the task did not reach, is omitted.
    - See RV(community.scalingo.scalingo_project_transfer#module:diff) for the keys of each project.
  returned: success, and failure of single items
  type: dict
  contains:
    before:
      description: State before the task.
      type: dict
      sample:
        shop:
          owner: mireille
          new_owner: null
          status: null
          expires_at: null
    after:
      description: State after the task, or the predicted state in check mode.
      type: dict
      sample:
        shop:
          owner: tomasz
          new_owner: tomasz
          status: accepted
          expires_at: "2026-07-09T11:20:31.500Z"
failed_items:
  description: Positions in O(transfers) of the items that failed, counted from 0. C(msg) counts from 1.
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
      sample: POST
    path:
      description: Path of the request.
      type: str
      sample: /v1/projects/prj-b7e2915d-40c8-4a36-bd1f-7786e0c95a24/transfer_invitations
    request_id:
      description: The API's ID of the request, useful when you contact Scalingo support. V(null) if the API sent none.
      type: str
      sample: 3b1d9c60-52f7-4ad0-8e44-c0a96f7d1e23
    body:
      description: Body of the response, without secrets. A string if the body is not JSON.
      type: raw
      sample:
        error: A pending transfer invitation already exists for this project
"""

from ..module_utils._module import run_module
from ..module_utils._task import OnWait, Options, silent
from ..module_utils._transfers import ensure_transfers

ITEM: Options = {
    "project_id": {"type": "str"},
    "project_name": {"type": "str"},
    "new_owner": {"type": "str"},
    "new_owner_api_token": {"type": "str", "no_log": True},
    "state": {"type": "str", "choices": ["pending", "accepted"]},
    "reinvite": {"type": "bool", "default": True},
    "replace": {"type": "bool", "default": False},
}
RULES: Options = {
    "required_one_of": [("project_id", "project_name"), ("new_owner", "new_owner_api_token")],
    "mutually_exclusive": [("project_id", "project_name")],
    "required_if": [("state", "pending", ("new_owner",)), ("state", "accepted", ("new_owner_api_token",))],
}
ARGUMENT_SPEC: Options = {
    "transfers": {"type": "list", "elements": "dict", "required": True, "options": ITEM, **RULES},
    "continue_on_failure": {"type": "bool", "default": False},
}


def main(on_wait: OnWait = silent) -> None:
    run_module(ARGUMENT_SPEC, ensure_transfers, on_wait)


if __name__ == "__main__":
    main()
