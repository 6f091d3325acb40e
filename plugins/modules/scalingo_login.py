#!/usr/bin/python
# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: scalingo_login
short_description: Exchange a Scalingo API token once for many tasks
version_added: 1.0.0
author: The community.scalingo authors (@ansible-collections)
description:
  - Exchanges the API token for a bearer token, which is valid for an hour, and returns that.
  - Every other module does this by itself, once in each task. A play with many tasks saves a request in each of them by
    doing it once.
  - What this module returns is a secret, which Ansible cannot know. The task must have C(no_log=true), or it fails
    before anything is sent.
  - O(api_token) is required here, as an option or as E(SCALINGO_API_TOKEN). O(bearer_token) is not looked at.
extends_documentation_fragment:
  - community.scalingo._connection
  - community.scalingo._attributes
attributes:
  check_mode:
    support: full
    details:
      - The exchange changes nothing, so a check does it too.
  diff_mode:
    support: none
options: {}
seealso:
  - module: community.scalingo.scalingo_project
notes:
  - Cannot be used with C(async), which would write the result into a file.
  - A bearer token in C(module_defaults) wins over O(api_token) of a task there. To work with another account in such a
    block, give its O(api_token) together with O(bearer_token=""), which counts as not given.
  - A registered result can be printed by any later task. Do not put it into a fact that is cached, or into an artifact.
  - Modules that are given a bearer token only cannot replace it when it expires. For a play that may run for more than
    an hour, let each task exchange the token itself.
"""

EXAMPLES = r"""
- name: Exchange the token once for the whole play
  community.scalingo.scalingo_login:
    api_token: "{{ vault_scalingo_api_token }}"
  register: session
  no_log: true

- name: Use it in many tasks
  module_defaults:
    group/community.scalingo.all:
      bearer_token: "{{ session.login.bearer_token }}"
  block:
    - name: Read all projects
      community.scalingo.scalingo_project_info:

    - name: Ensure that there is a project for the staging environment
      community.scalingo.scalingo_project:
        name: staging
"""

RETURN = r"""
login:
  description: What the API token was exchanged for.
  returned: success
  type: dict
  contains:
    bearer_token:
      description: The bearer token. It is a secret.
      type: str
      sample: VALUE_SPECIFIED_IN_NO_LOG_PARAMETER
    expires_at:
      description: Until when it is valid, in ISO 8601, or V(null) if the token does not say.
      type: str
      sample: "2026-06-01T10:30:00Z"
error:
  description: The answer of the API that made the task fail. Its body is left out, since it may hold a token.
  returned: failure, if the API answered
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
      description: The API's own ID of the request, worth quoting to the vendor's support. V(null) if there was none.
      type: str
      sample: 3b1d9c60-52f7-4ad0-8e44-c0a96f7d1e23
    body:
      description: V(null).
      type: raw
"""

from ..module_utils._api import Api
from ..module_utils._module import run_module
from ..module_utils._task import Options, Result

ARGUMENT_SPEC: Options = {}


def log_in(api: Api, options: Options, check_mode: bool) -> Result:
    """Do what the task says, and return its result."""
    return {"changed": False, "login": api.log_in()}


def main() -> None:
    run_module(ARGUMENT_SPEC, log_in, returns_token=True)


if __name__ == "__main__":
    main()
