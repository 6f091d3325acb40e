#!/usr/bin/python
# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: scalingo_project_transfer
short_description: Hand a Scalingo project over to a new owner
version_added: 1.0.0
author: The community.scalingo authors (@ansible-collections)
description:
  - Makes, answers or cancels the invitation with which a Scalingo project gets a new owner. It takes two accounts. The
    owner invites (O(state=pending)), and the invited user accepts (O(state=accepted)) or declines.
  - Each step can be run again at any later moment, and changes nothing that is so already.
  - After an acceptance the project is read back. The task that accepts succeeds only when it really belongs to its new
    owner.
  - The invited user must be a collaborator on every application and database of the project, and needs a billing
    profile, a valid payment method, and to have left the free trial. The new owner pays for the project. The old one
    becomes a collaborator.
extends_documentation_fragment:
  - community.scalingo._connection
  - community.scalingo._attributes
attributes:
  check_mode:
    support: full
    details:
      - A check also foretells what the API would refuse, as far as that can be read. It does not wait.
      - What becomes of the C(default) flag of a default project that is handed over is not documented, so a check shows
        it as V(null). Of a project that a user does not see before accepting it, a check knows ID and new owner only.
  diff_mode:
    support: full
options:
  project_id:
    description:
      - ID of the project.
      - Either this or O(project_name) is required.
    type: str
  project_name:
    description:
      - Name of the project, among those that the account can see, or on whose applications it collaborates.
      - It may not see a project that belongs to somebody else, and then needs O(project_id).
    type: str
  new_owner:
    description:
      - User name or user ID of the user that is to own the project. An email address is refused.
      - It must not be the user name of one user and the user ID of another.
      - Required with O(state=pending).
      - With any other state, only an invitation of this user is answered or canceled.
    type: str
  invitation_id:
    description:
      - ID of the invitation to answer or cancel.
      - Without it, the pending invitation of the project is taken. The API may not show that to the invited user, and
        then O(invitation_id) is needed, together with O(project_id).
      - Cannot be used with O(state=pending).
    type: str
  state:
    description:
      - V(pending) is for the owner. It makes sure that O(new_owner) is invited, or owns the project already. If
        somebody else is invited, the task fails unless O(replace=true).
      - V(accepted) is for the invited user, and makes sure that the project is theirs, or has been.
      - V(declined) is for the invited user.
      - V(canceled) is for the owner, and makes sure that no invitation is pending. With O(invitation_id), the task
        fails if that invitation was accepted before.
    type: str
    choices:
      - pending
      - accepted
      - declined
      - canceled
    default: pending
  replace:
    description:
      - With O(state=pending), cancel a pending invitation of somebody else first.
      - If the new invitation then fails, the earlier one is gone, and the message says so.
    type: bool
    default: false
  wait:
    description:
      - With O(state=pending), wait until the invitation is answered. The task fails if it is not accepted.
      - With C(-v), Ansible shows for whom the task waits, and until when.
      - The API may not show the project to its former owner any more. RV(project) is V(null) then, and the new owner is
        known from the status of the invitation only.
    type: bool
    default: false
  wait_timeout:
    description:
      - Seconds to wait for an answer with O(wait=true), or after O(state=accepted) for the API to finish the transfer.
    type: float
    default: 600
seealso:
  - module: community.scalingo.scalingo_project_transfer_info
  - module: community.scalingo.scalingo_project
  - name: Scalingo API, page Projects
    description: The vendor's reference of the API that this module uses.
    link: https://developers.scalingo.com/projects
"""

EXAMPLES = r"""
- name: Offer the shop to its new owner
  community.scalingo.scalingo_project_transfer:
    project_name: shop
    new_owner: tomasz

# Two people, two tokens, one run: the play has the token of the present owner, one task that of the new one.
- name: Hand the blog over in one go
  module_defaults:
    group/community.scalingo.all:
      api_token: "{{ owner_api_token }}"
  block:
    - name: Invite the new owner
      community.scalingo.scalingo_project_transfer:
        project_name: blog
        new_owner: tomasz
      register: offer

    - name: Accept as the new owner
      community.scalingo.scalingo_project_transfer:
        api_token: "{{ new_owner_api_token }}"
        project_id: "{{ offer.project.id }}"
        invitation_id: "{{ offer.transfer_invitation.id }}"
        state: accepted
      # Skipped if the project was handed over before, and in check mode.
      when: offer.transfer_invitation.id | default(none) is not none

- name: Offer it to somebody else instead, and wait an hour for the answer
  community.scalingo.scalingo_project_transfer:
    project_name: shop
    new_owner: amina
    replace: true
    wait: true
    wait_timeout: 3600

- name: Take back any offer of the sandbox
  community.scalingo.scalingo_project_transfer:
    project_name: sandbox
    state: canceled
"""

RETURN = r"""
transfer_invitation:
  description:
    - The invitation as the API shows it, V(null) if none was needed.
    - In check mode, dates and IDs that do not exist yet are V(null).
  returned: success, and failure if an invitation was made, was read again, or did not lead to a transfer
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
      description: User name of the invited user.
      type: str
      sample: tomasz
    inviter_user_id:
      description: ID of the user who invited.
      type: str
      sample: us-6a1f0d3e-93b4-4f7c-8a20-51d7c4be3f88
    status:
      description:
        - V(pending), V(accepted), V(declined) or V(canceled).
        - V(failed) if the acceptance was refused, and nothing was transferred.
        - V(error) if the acceptance went wrong, which only the support of Scalingo can mend.
        - An invitation that has expired stays V(pending).
      type: str
      sample: pending
    status_reason:
      description: Why an acceptance failed. Empty otherwise.
      type: str
      sample: ""
    expires_at:
      description: When the invitation expires, in ISO 8601; three days after it was made.
      type: str
      sample: "2026-07-09T11:20:31.500Z"
    created_at:
      description: When it was made, in ISO 8601.
      type: str
      sample: "2026-07-06T11:20:31.500Z"
    updated_at:
      description: When it was last changed, in ISO 8601.
      type: str
      sample: "2026-07-06T11:20:31.500Z"
project:
  description:
    - The project as the API shows it; see RV(community.scalingo.scalingo_project#module:project).
    - V(null) if the API does not show it to this account, for instance to a user who has declined it.
  returned: success, and failure if it was read again after a write failed
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
diff:
  description:
    - Owner of the project and status of the invitation, before and after the task.
    - If another user is invited instead of the one before, also the user names of both.
  returned: success
  type: dict
  contains:
    before:
      description:
        - What was. The owner is a user name.
        - Where a task that makes a change did not read the project before, both owners are user IDs. That is so for an
          acceptance with O(project_id) and O(invitation_id).
      type: dict
      sample:
        owner: mireille
        status: pending
    after:
      description: What is now, or in check mode would be.
      type: dict
      sample:
        owner: tomasz
        status: accepted
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
      sample: POST
    path:
      description: Path of the request.
      type: str
      sample: /v1/projects/prj-b7e2915d-40c8-4a36-bd1f-7786e0c95a24/transfer_invitations
    request_id:
      description: The API's own ID of the request, worth quoting to the vendor's support. V(null) if there was none.
      type: str
      sample: 3b1d9c60-52f7-4ad0-8e44-c0a96f7d1e23
    body:
      description: What the API answered, without secrets. A text if it was no JSON.
      type: raw
      sample:
        error: A pending transfer invitation already exists for this project
"""

from ..module_utils._api import Api
from ..module_utils._invitations import DEFAULT_WAIT_TIMEOUT
from ..module_utils._module import run_module
from ..module_utils._task import Options, Result
from ..module_utils._transfer import ensure_transfer
from ..module_utils._transfer_plan import TransferWanted

ARGUMENT_SPEC = {
    "project_id": {"type": "str"},
    "project_name": {"type": "str"},
    "new_owner": {"type": "str"},
    "invitation_id": {"type": "str"},
    "state": {"type": "str", "choices": ["pending", "accepted", "declined", "canceled"], "default": "pending"},
    "replace": {"type": "bool", "default": False},
    "wait": {"type": "bool", "default": False},
    "wait_timeout": {"type": "float", "default": DEFAULT_WAIT_TIMEOUT},
}


def ensure(api: Api, options: Options, check_mode: bool) -> Result:
    """Do what the task says, and return its result."""
    given: Options = {option: options.get(option) for option in ARGUMENT_SPEC}
    outcome = ensure_transfer(api, TransferWanted(**given), check_mode)
    return {
        "changed": outcome.changed,
        "transfer_invitation": outcome.invitation,
        "project": outcome.project,
        "diff": outcome.diff,
    }


def main() -> None:
    run_module(ARGUMENT_SPEC, ensure)


if __name__ == "__main__":
    main()
