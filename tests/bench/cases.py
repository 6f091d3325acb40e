# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is measured: each case is one playbook, as a user would write it, and what it has to send.

All plays get the same variables: the names that are wanted, and how to reach the server.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bench.figures import AGAIN, FIRST

SIZES = (1, 10, 50, 100)
LATENCIES = (0, 40)

Calls = dict[str, int]

EXCHANGE, LIST, CREATE = "POST auth /v1/tokens/exchange", "GET /v1/projects", "POST /v1/projects"

PING = """
- name: Start Ansible and run one module
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Ping
      ansible.builtin.ping:
"""

URI = """
- name: Ensure by hand that the projects exist
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Exchange the API token
      ansible.builtin.uri:
        url: "{{ scalingo_auth_url }}/v1/tokens/exchange"
        method: POST
        headers:
          Authorization: Basic {{ (':' ~ scalingo_api_token) | b64encode }}
      register: exchanged
      no_log: true

    - name: List the projects
      ansible.builtin.uri:
        url: "{{ scalingo_api_url }}/v1/projects"
        headers:
          Authorization: Bearer {{ exchanged.json.token }}
      register: listed

    - name: Create what is missing
      ansible.builtin.uri:
        url: "{{ scalingo_api_url }}/v1/projects"
        method: POST
        headers:
          Authorization: Bearer {{ exchanged.json.token }}
        body_format: json
        body:
          project:
            name: "{{ item }}"
        status_code: 201
      changed_when: true
      loop: "{{ wanted | difference(listed.json.projects | map(attribute='name')) }}"
"""

LOOP = """
- name: Ensure one by one that the projects exist
  hosts: localhost
  gather_facts: false
  module_defaults:
    group/community.scalingo.all:
      api_token: "{{ scalingo_api_token }}"
      api_url: "{{ scalingo_api_url }}"
      auth_url: "{{ scalingo_auth_url }}"
  tasks:
    - name: Ensure that the project exists
      community.scalingo.scalingo_project:
        name: "{{ item }}"
      loop: "{{ wanted }}"
"""

BULK = """
- name: Ensure at once that the projects exist
  hosts: localhost
  gather_facts: false
  module_defaults:
    group/community.scalingo.all:
      api_token: "{{ scalingo_api_token }}"
      api_url: "{{ scalingo_api_url }}"
      auth_url: "{{ scalingo_auth_url }}"
  tasks:
    - name: Ensure that the projects exist
      community.scalingo.scalingo_projects:
        projects: "{{ wanted_projects }}"
"""

LOOKUP = """
- name: Read the projects in an expression
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Find them all
      ansible.builtin.assert:
        that: query('community.scalingo.project_info', wanted) | map(attribute='name') == wanted
"""

HCLOUD = """
- name: Ensure one by one that the SSH keys exist
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Ensure that the key exists
      hetzner.hcloud.ssh_key:
        api_token: "{{ hcloud_token }}"
        api_endpoint: "{{ hcloud_endpoint }}"
        name: "{{ item.name }}"
        public_key: "{{ item.public_key }}"
      loop: "{{ wanted_keys }}"
"""

VULTR = """
- name: Ensure one by one that the SSH keys exist
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Ensure that the key exists
      vultr.cloud.ssh_key:
        api_key: "{{ vultr_api_key }}"
        api_endpoint: "{{ vultr_api_endpoint }}"
        name: "{{ item.name }}"
        ssh_key: "{{ item.public_key }}"
      loop: "{{ wanted_keys }}"
"""


@dataclass(frozen=True)
class Case:
    """A playbook, the server that it talks to, and what it sends for so many objects, of which some are missing."""

    name: str
    title: str
    play: str
    server: str | None
    calls: Callable[[int, int], Calls]
    # How many times a module runs: what makes a run long.
    modules: Callable[[int, int], int]
    largest: int = SIZES[-1]
    moments: tuple[str, ...] = (FIRST, AGAIN)


CASES = {
    case.name: case
    for case in (
        Case(
            "ping", "one `ansible.builtin.ping`", PING, None, lambda n, missing: {}, lambda n, missing: 1, 0, (AGAIN,)
        ),
        Case(
            "bulk",
            "`scalingo_projects`",
            BULK,
            "scalingo",
            lambda n, missing: {EXCHANGE: 1, LIST: 1, CREATE: missing},
            lambda n, missing: 1,
        ),
        Case(
            "uri",
            "`ansible.builtin.uri`, by hand",
            URI,
            "scalingo",
            lambda n, missing: {EXCHANGE: 1, LIST: 1, CREATE: missing},
            lambda n, missing: 2 + missing,
        ),
        Case(
            "loop",
            "loop over `scalingo_project`",
            LOOP,
            "scalingo",
            lambda n, missing: {EXCHANGE: n, LIST: n, CREATE: missing},
            lambda n, missing: n,
        ),
        Case(
            "lookup",
            "lookup `project_info`",
            LOOKUP,
            "scalingo",
            lambda n, missing: {EXCHANGE: 1, LIST: 1},
            lambda n, missing: 0,
            moments=(AGAIN,),
        ),
        # The peers have no bulk modules: what a task of theirs costs shows with few of them.
        Case(
            "hcloud",
            "loop over `hetzner.hcloud.ssh_key`",
            HCLOUD,
            "hcloud",
            # It looks the key up before and after.
            lambda n, missing: {"GET /v1/ssh_keys": 2 * n},
            lambda n, missing: n,
            largest=10,
            moments=(AGAIN,),
        ),
        Case(
            "vultr",
            "loop over `vultr.cloud.ssh_key`",
            VULTR,
            "vultr",
            lambda n, missing: {"GET /v2/ssh-keys": n},
            lambda n, missing: n,
            largest=10,
            moments=(AGAIN,),
        ),
    )
}


def wanted_names(size: int) -> list[str]:
    """The names of so many projects, or keys."""
    return [f"project-{number:03d}" for number in range(1, size + 1)]
