#!/usr/bin/python
# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: scalingo_project_transfer_info
short_description: Retrieve the transfer invitations of a Scalingo project
version_added: 1.0.0
author: The community.scalingo authors (@ansible-collections)
description:
  - Returns the transfer invitations of a project and, if requested, the users who are eligible to own it.
  - The API shows all invitations to the owner of the project. The invited user can read an invitation by its ID.
    Whether the API also lists it to the invited user is not documented.
extends_documentation_fragment:
  - community.scalingo._connection
  - community.scalingo._attributes
  - community.scalingo._attributes.info
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
  status:
    description:
      - Status of the invitations to return. V(pending) excludes expired invitations.
      - V(all) returns all invitations, the oldest first.
    type: str
    choices:
      - all
      - pending
      - accepted
      - declined
      - canceled
      - failed
      - error
    default: pending
  invitation_id:
    description:
      - ID of the invitation to return. O(status) is then ignored.
    type: str
  eligible_new_owners:
    description:
      - Whether to also return the users who can be invited. Requires the token of the owner of the project.
    type: bool
    default: false
seealso:
  - module: community.scalingo.scalingo_project_transfer
  - module: community.scalingo.scalingo_project_transfers
  - module: community.scalingo.scalingo_project_collaborator
notes:
  - A task sends one request, plus one to exchange O(api_token). O(project_name) and O(eligible_new_owners) require one
    more each.
"""

EXAMPLES = r"""
- name: Retrieve the pending invitation of the shop project
  community.scalingo.scalingo_project_transfer_info:
    project_name: shop
  register: pending

- name: Report when the invitation expires
  ansible.builtin.debug:
    msg: "{{ item.invited_user_name }} can accept or decline until {{ item.expires_at }}"
  loop: "{{ pending.transfer_invitations }}"
  loop_control:
    label: "{{ item.id }}"

- name: Retrieve all invitations and the eligible new owners
  community.scalingo.scalingo_project_transfer_info:
    project_name: shop
    status: all
    eligible_new_owners: true
"""

RETURN = r"""
transfer_invitations:
  description: Matching invitations, the oldest first, as the API returns them. Empty if no invitation matches.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: ID of the invitation.
      type: str
      sample: tin-8c5d2f10-7a94-4e63-b0d8-f1a3970c26be
    project_id:
      description: ID of the project.
      type: str
      sample: prj-b7e2915d-40c8-4a36-bd1f-7786e0c95a24
    invited_user_id:
      description: ID of the invited user.
      type: str
      sample: us-d4c09b71-2e65-4b0a-97f3-0c8e6a1b5d42
    invited_user_name:
      description: Username of the invited user.
      type: str
      sample: tomasz
    inviter_user_id:
      description: ID of the user who created the invitation.
      type: str
      sample: us-6a1f0d3e-93b4-4f7c-8a20-51d7c4be3f88
    status:
      description:
        - One of V(pending), V(accepted), V(declined), V(canceled), V(failed), and V(error).
        - V(failed) means that the acceptance failed and nothing was transferred.
        - V(error) means that the acceptance ended in an error. Contact Scalingo support.
        - An expired invitation stays V(pending).
      type: str
      sample: pending
    status_reason:
      description: Reason for a failed acceptance. Otherwise empty or missing.
      type: str
      sample: ""
    expires_at:
      description: Expiry date, in ISO 8601. The API sets it to three days after the creation.
      type: str
      sample: "2026-07-09T11:20:31.500Z"
    created_at:
      description: Creation date, in ISO 8601.
      type: str
      sample: "2026-07-06T11:20:31.500Z"
    updated_at:
      description: Date of the last change, in ISO 8601.
      type: str
      sample: "2026-07-06T11:20:31.500Z"
    expired:
      description: Whether the invitation expired while it was V(pending). The module adds this key.
      type: bool
      sample: false
eligible_new_owners:
  description: Users who can be invited, without the current owner.
  returned: success, if O(eligible_new_owners=true)
  type: list
  elements: dict
  contains:
    user_id:
      description: User ID.
      type: str
      sample: us-d4c09b71-2e65-4b0a-97f3-0c8e6a1b5d42
    user_name:
      description: Username.
      type: str
      sample: tomasz
error:
  description: API response that caused the failure.
  returned: failure, if the API responded
  type: dict
  contains:
    status:
      description: HTTP status.
      type: int
      sample: 403
    method:
      description: HTTP method of the request.
      type: str
      sample: GET
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
        error: forbidden
"""

from ..module_utils._invitations import STATUSES
from ..module_utils._module import run_module
from ..module_utils._read import read_invitations
from ..module_utils._task import OnWait, Options, silent

ARGUMENT_SPEC: Options = {
    "project_id": {"type": "str"},
    "project_name": {"type": "str"},
    "status": {"type": "str", "choices": ["all", *STATUSES], "default": "pending"},
    "invitation_id": {"type": "str"},
    "eligible_new_owners": {"type": "bool", "default": False},
}
RULES: Options = {
    "required_one_of": [("project_id", "project_name")],
    "mutually_exclusive": [("project_id", "project_name")],
}


def main(on_wait: OnWait = silent) -> None:
    run_module(ARGUMENT_SPEC, read_invitations, on_wait, **RULES)


if __name__ == "__main__":
    main()
