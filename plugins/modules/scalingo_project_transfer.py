#!/usr/bin/python
# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: scalingo_project_transfer
short_description: Transfer ownership of a Scalingo project
version_added: 1.0.0
author: The community.scalingo authors (@ansible-collections)
description:
  - Creates, accepts, declines, or cancels the invitation that transfers a project to a new owner.
  - A transfer involves two accounts. The owner of the project invites the new owner, who accepts or declines. With the
    tokens of both users, one task completes the transfer.
  - The new owner must be a collaborator, with the invitation accepted, on every application and dedicated database of
    the project. M(community.scalingo.scalingo_project_collaborator) ensures this.
  - The new owner also needs a billing profile and a valid payment method, and must have left the free trial.
  - After the transfer, the new owner pays for the project, and the previous owner becomes a collaborator.
  - After an acceptance, the task reads the project again. It succeeds only if the new owner owns the project.
extends_documentation_fragment:
  - community.scalingo._connection
  - community.scalingo._attributes
attributes:
  check_mode:
    support: full
    details:
      - Predicts the result of a normal run, including API rejections as far as the account shows their reasons. Check
        mode does not wait.
      - The API does not document whether a transferred default project stays a default project. Check mode returns
        C(default) as V(null) for it.
      - If the invited user cannot access the project before the acceptance, check mode returns only its ID and its
        new owner.
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
        Otherwise, use O(project_id).
    type: str
  new_owner:
    description:
      - Username or user ID of the user who becomes the owner. Not an email address.
      - Required with O(state=pending).
      - Optional with O(new_owner_api_token). The default is then the user of that token.
      - With any other state, the task fails if the invitation is not for this user.
    type: str
  new_owner_api_token:
    description:
      - API token of the new owner. With it, the task invites the new owner if needed, and accepts the invitation.
      - Requires O(state=accepted), with O(api_token) of the current owner. Mutually exclusive with O(invitation_id).
      - The task fails before the first write if the token belongs to another user than O(new_owner), or to the current
        owner.
      - If the current owner cannot access the project, the task looks for it in the account of the new owner. With
        O(project_name), an accepted invitation must show that the project was transferred from this account.
    type: str
  invitation_id:
    description:
      - ID of the invitation to accept, decline, or cancel. Without it, the pending invitation of the project is used.
      - The API may not show the invitation to the invited user. Then O(invitation_id) is required, together with
        O(project_id).
      - Not allowed with O(state=pending).
    type: str
  state:
    description:
      - V(pending) is for the owner. The task ensures that O(new_owner) is invited, or already owns the project. If an
        invitation to another user is pending, the task fails unless O(replace=true).
      - V(accepted) is for the invited user. The task ensures that this user owns the project, or accepted the
        invitation before. It fails if the user owns the project while an invitation to another user is pending. With
        O(new_owner_api_token), this state is for the owner, and the task completes both sides of the transfer.
      - V(declined) is for the invited user. The task ensures that the invitation is declined.
      - V(canceled) is for the owner. The task ensures that no invitation is pending. With O(invitation_id), it fails if
        the invitation was accepted.
    type: str
    choices:
      - pending
      - accepted
      - declined
      - canceled
    default: pending
  reinvite:
    description:
      - Whether to invite the user again if their last invitation was declined. With V(false), the task fails instead.
    type: bool
    default: true
  replace:
    description:
      - Whether to cancel another user's pending invitation first. Requires O(state=pending) or
        O(new_owner_api_token).
      - If the new invitation fails, the previous one remains canceled, and the error message says so.
    type: bool
    default: false
  wait:
    description:
      - Whether to wait until the invitation is accepted. Requires O(state=pending).
      - The task fails if the invitation is declined, canceled, or expires, if its acceptance fails, or after
        O(wait_timeout).
      - If the task runs inside the Ansible worker, C(-v) shows how long it waits, and for which user.
      - If the previous owner cannot access the project after the transfer, RV(project) is V(null).
    type: bool
    default: false
  wait_timeout:
    description:
      - Time in seconds to wait with O(wait=true), or for the API to complete an acceptance.
    type: float
    default: 600
seealso:
  - module: community.scalingo.scalingo_project_transfers
  - module: community.scalingo.scalingo_project_transfer_info
  - module: community.scalingo.scalingo_project_collaborator
  - module: community.scalingo.scalingo_project
  - name: Scalingo API, Projects
    description: Reference of the API that this module uses.
    link: https://developers.scalingo.com/projects
notes:
  - The task does not send a pending invitation again. It cancels an expired invitation only if that prevents a new one.
  - If an invitation is already pending, a task sends two requests. If O(new_owner) already owns the project, it sends
    one. Each exchange of a token requires one more.
"""

EXAMPLES = r"""
- name: Ensure tomasz is invited to own the shop project
  community.scalingo.scalingo_project_transfer:
    project_name: shop
    new_owner: tomasz

- name: Ensure no invitation to own the sandbox project is pending
  community.scalingo.scalingo_project_transfer:
    project_name: sandbox
    state: canceled

- name: Ensure tomasz owns the blog project, with the tokens of both users
  community.scalingo.scalingo_project_transfer:
    api_token: "{{ owner_api_token }}"
    project_name: blog
    new_owner: tomasz
    new_owner_api_token: "{{ new_owner_api_token }}"
    state: accepted

- name: Ensure amina is invited instead of tomasz, and wait one hour for the acceptance
  community.scalingo.scalingo_project_transfer:
    project_name: shop
    new_owner: amina
    replace: true
    wait: true
    wait_timeout: 3600

# The owner and the new owner can also run their tasks in separate plays. The new owner needs both IDs.
- name: Transfer the sandbox project in two steps
  module_defaults:
    group/community.scalingo.all:
      api_token: "{{ owner_api_token }}"
  block:
    - name: Ensure tomasz is invited to own the sandbox project
      community.scalingo.scalingo_project_transfer:
        project_name: sandbox
        new_owner: tomasz
        reinvite: false
      register: invited

    - name: Ensure the invitation is accepted
      community.scalingo.scalingo_project_transfer:
        api_token: "{{ new_owner_api_token }}"
        project_id: "{{ invited.project.id }}"
        invitation_id: "{{ invited.transfer_invitation.id }}"
        state: accepted
      # The ID is null in check mode. No invitation exists if the project was transferred before.
      when: invited.transfer_invitation.id | default(none) is not none
"""

RETURN = r"""
transfer_invitation:
  description:
    - Invitation as the API returns it. V(null) if none was needed.
    - In check mode, IDs and dates that do not exist yet are V(null).
  returned: success, and failure of a write or while the task waits for the transfer, if an invitation exists
  type: dict
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
project:
  description:
    - Project as the API returns it. See RV(community.scalingo.scalingo_project#module:project).
    - V(null) if this account cannot access the project, for example after it declined the invitation.
  returned: success
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
    - Applications and dedicated databases that prevent O(new_owner) from becoming an eligible new owner.
    - Empty if collaborators are not the reason. The new owner may lack a billing profile or a payment method, or be in
      the free trial. The API does not show this.
  returned: failure, if O(new_owner) is not an eligible new owner
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
diff:
  description: Owner of the project and state of the invitation. Without an invitation, its keys are V(null).
  returned: success
  type: dict
  contains:
    before:
      description: State before the task.
      type: dict
      contains:
        owner:
          description:
            - Username of the owner.
            - If the task changed something without reading the project first, both C(before) and C(after) contain the
              user ID. An acceptance with O(project_id) and O(invitation_id) is an example.
          type: str
          sample: mireille
        new_owner:
          description: Username of the invited user.
          type: str
          sample: tomasz
        status:
          description: Status of the invitation.
          type: str
          sample: pending
        expires_at:
          description: Expiry date of the invitation, in ISO 8601.
          type: str
          sample: "2026-07-09T11:20:31.500Z"
    after:
      description: State after the task, or the predicted state in check mode. It has the same keys.
      type: dict
      sample:
        owner: tomasz
        new_owner: tomasz
        status: accepted
        expires_at: "2026-07-09T11:20:31.500Z"
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

from ..module_utils._invitations import DEFAULT_WAIT_TIMEOUT
from ..module_utils._module import run_module
from ..module_utils._task import OnWait, Options, silent
from ..module_utils._transfer import ensure_transfer

ARGUMENT_SPEC: Options = {
    "project_id": {"type": "str"},
    "project_name": {"type": "str"},
    "new_owner": {"type": "str"},
    "new_owner_api_token": {"type": "str", "no_log": True},
    "invitation_id": {"type": "str"},
    "state": {"type": "str", "choices": ["pending", "accepted", "declined", "canceled"], "default": "pending"},
    "reinvite": {"type": "bool", "default": True},
    "replace": {"type": "bool", "default": False},
    "wait": {"type": "bool", "default": False},
    "wait_timeout": {"type": "float", "default": DEFAULT_WAIT_TIMEOUT},
}
RULES: Options = {
    "required_one_of": [("project_id", "project_name")],
    "mutually_exclusive": [("project_id", "project_name"), ("invitation_id", "new_owner_api_token")],
    "required_if": [("state", "pending", ("new_owner",))],
}


def main(on_wait: OnWait = silent) -> None:
    run_module(ARGUMENT_SPEC, ensure_transfer, on_wait, **RULES)


if __name__ == "__main__":
    main()
