#!/usr/bin/python
# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: scalingo_login
short_description: Exchange a Scalingo API token for a bearer token
version_added: 1.0.0
author: The community.scalingo authors (@ansible-collections)
description:
  - Exchanges an API token for a bearer token that is valid for one hour, and returns the bearer token.
  - By default, each task exchanges the API token itself. In a play with many tasks, this module saves one request per
    task.
  - The result contains a secret that Ansible cannot mask. Without C(no_log=true), the task fails before any request.
  - O(api_token) or the environment variable E(SCALINGO_API_TOKEN) is required. O(bearer_token) is ignored.
extends_documentation_fragment:
  - community.scalingo._connection
  - community.scalingo._attributes
attributes:
  check_mode:
    support: full
    details:
      - The exchange changes nothing, so check mode performs it too.
  diff_mode:
    support: none
options: {}
seealso:
  - module: community.scalingo.scalingo_project
  - module: community.scalingo.scalingo_projects
notes:
  - C(async) is not supported, because it would write the result to a file.
  - In C(module_defaults), the bearer token takes precedence over O(api_token) of a task. To use another account in such
    a block, set both O(api_token) and O(bearer_token="") in the task.
  - Later tasks can print a registered result. Do not store it in a cached fact or an artifact.
  - A task that has only a bearer token fails after the token expires. If a play can run for more than one hour, let
    each task exchange the API token.
"""

EXAMPLES = r"""
- name: Exchange the API token once for the play
  community.scalingo.scalingo_login:
    api_token: "{{ vault_scalingo_api_token }}"
  register: session
  no_log: true

- name: Use the bearer token in many tasks
  module_defaults:
    group/community.scalingo.all:
      bearer_token: "{{ session.login.bearer_token }}"
  block:
    - name: Retrieve all projects
      community.scalingo.scalingo_project_info:

    - name: Ensure the staging project exists
      community.scalingo.scalingo_project:
        name: staging
"""

RETURN = r"""
login:
  description: Result of the exchange.
  returned: success
  type: dict
  contains:
    bearer_token:
      description: Bearer token. It is a secret.
      type: str
      sample: VALUE_SPECIFIED_IN_NO_LOG_PARAMETER
    expires_at:
      description: Expiry date of the bearer token, in ISO 8601. V(null) if the token does not contain it.
      type: str
      sample: "2026-06-01T10:30:00Z"
error:
  description: API response that caused the failure, without its body, which may contain a token.
  returned: failure, if the API responded
  type: dict
  contains:
    status:
      description: HTTP status.
      type: int
      sample: 401
    method:
      description: HTTP method of the request.
      type: str
      sample: POST
    path:
      description: Path of the request.
      type: str
      sample: /v1/tokens/exchange
    request_id:
      description: The API's ID of the request, useful when you contact Scalingo support. V(null) if the API sent none.
      type: str
      sample: 3b1d9c60-52f7-4ad0-8e44-c0a96f7d1e23
    body:
      description: Always V(null).
      type: raw
      sample: null
"""

from ..module_utils._api import Api
from ..module_utils._module import run_module
from ..module_utils._task import OnWait, Options, Result, silent

ARGUMENT_SPEC: Options = {}


def log_in(api: Api, options: Options, check_mode: bool) -> Result:
    """Do what the task says, and return its result."""
    return {"changed": False, "login": api.log_in()}


def main(on_wait: OnWait = silent) -> None:
    run_module(ARGUMENT_SPEC, log_in, on_wait, returns_token=True)


if __name__ == "__main__":
    main()
