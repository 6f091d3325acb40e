# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to community.scalingo: it may change in any release.

from __future__ import annotations


class ModuleDocFragment:
    # The options of plugins/module_utils/_options.py, for modules and plugins.
    DOCUMENTATION = r"""
options:
  api_token:
    description:
      - API token of the account, as the Scalingo dashboard shows it (C(tk-us-...)). It is exchanged for a bearer token
        once per task.
      - Either this or O(bearer_token) is required.
      - If neither of the two options is given, the environment variables E(SCALINGO_API_TOKEN) and
        E(SCALINGO_BEARER_TOKEN) are used. If one of them is given, neither variable is looked at.
      - White space around it, as files and shells add it, is taken off. Inside, it is refused.
    type: str
  bearer_token:
    description:
      - A bearer token that was exchanged before. It lasts one hour.
      - It wins over O(api_token), and then no exchange is made. If it expires during the task and O(api_token) is given
        as well, that is exchanged for a new one.
      - See O(api_token) for the environment variable E(SCALINGO_BEARER_TOKEN).
    type: str
  region:
    description:
      - Name of the region. Projects live in one region.
      - O(api_url) wins over it. If only the region is given as an option, and the environment has the URL of another
        region, the task fails.
      - If it is not given, the environment variable E(SCALINGO_REGION) is used.
    type: str
    default: osc-fr1
  api_url:
    description:
      - The regional API, in place of the one that O(region) names. A host or the C(https://) URL of one, with or
        without C(/v1).
      - Plain C(http://) is refused unless the host is this machine.
      - If it is not given, the environment variable E(SCALINGO_API_URL) is used.
    type: str
  auth_url:
    description:
      - The authentication API, in the same forms as O(api_url).
      - If it is not given, the environment variable E(SCALINGO_AUTH_URL) is used.
    type: str
    default: https://auth.scalingo.com
  timeout:
    description:
      - Seconds that one HTTP request may take to connect, and again to answer.
      - If it is not given, the environment variable E(SCALINGO_TIMEOUT) is used.
    type: float
    default: 30
  max_wait:
    description:
      - Seconds that the task may spend in all on repeating requests and on waiting for the rate limit of the API, which
        is 60 requests a minute.
      - With V(0), no request is repeated.
      - A host that never answered in this task, and to which no connection can be made, is given up after three tries.
      - If it is not given, the environment variable E(SCALINGO_MAX_WAIT) is used.
    type: float
    default: 300
  validate_certs:
    description:
      - Whether to check the certificates of the servers. V(false) lets anybody on the way read the token.
      - If it is not given, the environment variable E(SCALINGO_VALIDATE_CERTS) is used.
    type: bool
    default: true
  ca_path:
    description:
      - File with the certificates of the authorities to trust, in PEM format.
      - If it is not given, the environment variable E(SCALINGO_CA_PATH) is used.
    type: path
notes:
  - An option or a variable that is an empty string counts as not given.
  - Redirects are never followed, and C(~/.netrc) is never used. Proxies are taken from the environment.
"""

    # What plugins, which run on the controller, add. They read these themselves, by the rules of _options.py.
    PLUGIN = r"""
options:
  api_token:
    env:
      - name: SCALINGO_API_TOKEN
    vars:
      - name: scalingo_api_token
  bearer_token:
    env:
      - name: SCALINGO_BEARER_TOKEN
    vars:
      - name: scalingo_bearer_token
  region:
    env:
      - name: SCALINGO_REGION
    vars:
      - name: scalingo_region
  api_url:
    env:
      - name: SCALINGO_API_URL
    vars:
      - name: scalingo_api_url
  auth_url:
    env:
      - name: SCALINGO_AUTH_URL
    vars:
      - name: scalingo_auth_url
  timeout:
    env:
      - name: SCALINGO_TIMEOUT
  max_wait:
    env:
      - name: SCALINGO_MAX_WAIT
  validate_certs:
    env:
      - name: SCALINGO_VALIDATE_CERTS
  ca_path:
    env:
      - name: SCALINGO_CA_PATH
"""
