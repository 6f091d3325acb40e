#!/usr/bin/python
# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: scalingo_project_transfer_info
short_description: Read the transfer invitations of a Scalingo project
version_added: 1.0.0
author: The community.scalingo authors (@ansible-collections)
description:
  - Returns the invitations with which the ownership of a project was offered, and who could be invited.
  - The API shows them to the owner of the project. Whether it shows them to an invited user is not documented, except
    for one invitation by its ID.
extends_documentation_fragment:
  - community.scalingo._connection
  - community.scalingo._attributes
  - community.scalingo._attributes.info
options:
  project_id:
    description:
      - ID of the project.
      - Either this or O(project_name) is required.
    type: str
  project_name:
    description:
      - Name of the project, among those that the account can see, or on whose applications it collaborates.
    type: str
  status:
    description:
      - Only invitations of this status. V(pending) leaves out what has expired.
      - V(all) returns all there ever were, the oldest first.
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
      - Only the invitation with this ID, whatever its status is.
    type: str
  eligible_new_owners:
    description:
      - Whether to return who could be invited, too. Only the owner of the project may ask.
    type: bool
    default: false
seealso:
  - module: community.scalingo.scalingo_project_transfer
"""

EXAMPLES = r"""
- name: Read to whom the shop is offered
  community.scalingo.scalingo_project_transfer_info:
    project_name: shop
  register: offers

- name: Show until when
  ansible.builtin.debug:
    msg: "{{ item.invited_user_name }} can answer until {{ item.expires_at }}"
  loop: "{{ offers.transfer_invitations }}"
  loop_control:
    label: "{{ item.id }}"

- name: Read what became of all offers, and who else could be asked
  community.scalingo.scalingo_project_transfer_info:
    project_name: shop
    status: all
    eligible_new_owners: true
"""

RETURN = r"""
transfer_invitations:
  description: The invitations as the API shows them, the oldest first; an empty list if none matches.
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
    expired:
      description: Whether the invitation can no longer be answered, although it is V(pending). Added by this module.
      type: bool
      sample: false
eligible_new_owners:
  description: The users that could be invited. The present owner, whom the API lists too, is left out.
  returned: success, if O(eligible_new_owners=true)
  type: list
  elements: dict
  contains:
    user_id:
      description: User ID.
      type: str
      sample: us-d4c09b71-2e65-4b0a-97f3-0c8e6a1b5d42
    user_name:
      description: User name.
      type: str
      sample: tomasz
error:
  description: The answer of the API that made the task fail.
  returned: failure, if the API answered
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
      description: The API's own ID of the request, worth quoting to the vendor's support. V(null) if there was none.
      type: str
      sample: 3b1d9c60-52f7-4ad0-8e44-c0a96f7d1e23
    body:
      description: What the API answered, without secrets. A text if it was no JSON.
      type: raw
      sample:
        error: forbidden
"""

from ..module_utils._api import Api
from ..module_utils._module import run_module
from ..module_utils._read import find_invitations
from ..module_utils._task import Options, Result

STATUSES = ["all", "pending", "accepted", "declined", "canceled", "failed", "error"]
ARGUMENT_SPEC = {
    "project_id": {"type": "str"},
    "project_name": {"type": "str"},
    "status": {"type": "str", "choices": STATUSES, "default": "pending"},
    "invitation_id": {"type": "str"},
    "eligible_new_owners": {"type": "bool", "default": False},
}


def read(api: Api, options: Options, check_mode: bool) -> Result:
    """Read what the task asks for, and return its result. In check mode this does just the same."""
    invitations, eligible = find_invitations(
        api,
        options.get("project_id"),
        options.get("project_name"),
        options["status"],
        options.get("invitation_id"),
        options["eligible_new_owners"],
    )
    result = {"changed": False, "transfer_invitations": invitations}
    if eligible is not None:
        result["eligible_new_owners"] = eligible
    return result


def main() -> None:
    run_module(ARGUMENT_SPEC, read)


if __name__ == "__main__":
    main()
