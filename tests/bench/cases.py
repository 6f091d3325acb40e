# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is measured on one account: each case is one play, and the requests that it has to send."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

SIZES = (1, 10, 50)
# The cost of one task is the difference between a play with one such task and a play with this many.
TASKS = 21
FIRST, AGAIN = "first run", "no-change run"
EXCHANGE, LIST, CREATE = "POST auth /v1/tokens/exchange", "GET /v1/projects", "POST /v1/projects"

OPTIONS = ("api_token", "api_url", "auth_url")
DEFAULTS = {"group/community.scalingo.all": {option: f"{{{{ scalingo_{option} }}}}" for option in OPTIONS}}
BEARER = {"Authorization": "Bearer {{ exchanged.json.token }}"}
PROJECTS_URL = "{{ scalingo_api_url }}/v1/projects"

PING = [{"ansible.builtin.ping": {}}]
TASK = [{"community.scalingo.scalingo_project": {"name": "{{ wanted[NUMBER] }}"}}]
LOOP = [{"community.scalingo.scalingo_project": {"name": "{{ item }}"}, "loop": "{{ wanted }}"}]
BULK = [{"community.scalingo.scalingo_projects": {"projects": "{{ wanted_projects }}"}}]
FOUND = "query('community.scalingo.project_info', wanted) | map(attribute='name') == wanted"
LOOKUP = [{"ansible.builtin.assert": {"that": FOUND}}]
URI = [
    {
        "ansible.builtin.uri": {
            "url": "{{ scalingo_auth_url }}/v1/tokens/exchange",
            "method": "POST",
            "headers": {"Authorization": "Basic {{ (':' ~ scalingo_api_token) | b64encode }}"},
        },
        "register": "exchanged",
        "no_log": True,
    },
    {"ansible.builtin.uri": {"url": PROJECTS_URL, "headers": BEARER}, "register": "listed"},
    {
        "ansible.builtin.uri": {
            "url": PROJECTS_URL,
            "method": "POST",
            "headers": BEARER,
            "body_format": "json",
            "body": {"project": {"name": "{{ item }}"}},
            "status_code": 201,
        },
        "changed_when": True,
        "loop": "{{ wanted | difference(listed.json.projects | map(attribute='name')) }}",
    },
]
HCLOUD = [
    {
        "hetzner.hcloud.ssh_key": {
            "api_token": "{{ peer_token }}",
            "api_endpoint": "{{ peer_url }}/v1",
            "name": "{{ item.name }}",
            "public_key": "{{ item.public_key }}",
        },
        "loop": "{{ wanted_keys }}",
    }
]
VULTR = [
    {
        "vultr.cloud.ssh_key": {
            "api_key": "{{ peer_token }}",
            "api_endpoint": "{{ peer_url }}/v2",
            "name": "{{ item.name }}",
            "ssh_key": "{{ item.public_key }}",
        },
        "loop": "{{ wanted_keys }}",
    }
]


@dataclass(frozen=True)
class Case:
    """A play, its server, and what it sends and starts for n objects, some of which are missing.

    Attributes:
        calls: How often it makes each request.
        processes: How many modules it runs in processes of their own, which is what takes time.
        repeated: Whether each object has a task of its own.
        in_worker: Whether the tasks of this collection may run in the Ansible worker.
    """

    title: str
    tasks: list[dict[str, Any]]
    calls: Callable[[int, int], dict[str, int]]
    processes: Callable[[int, int], int] = lambda n, missing: n
    server: str = "scalingo"
    sizes: tuple[int, ...] = SIZES
    moments: tuple[str, ...] = (FIRST, AGAIN)
    repeated: bool = False
    in_worker: bool = True

    def play(self, size: int) -> str:
        """Return the playbook."""
        tasks = [
            json.loads(json.dumps(task).replace("NUMBER", str(number)))
            for number in range(size if self.repeated else 1)
            for task in self.tasks
        ]
        play = {"hosts": "localhost", "gather_facts": False, "module_defaults": DEFAULTS, "tasks": tasks}
        return json.dumps([play])


def _once(n: int, missing: int) -> dict[str, int]:
    return {EXCHANGE: 1, LIST: 1, CREATE: missing}


def _each(n: int, missing: int) -> dict[str, int]:
    return {EXCHANGE: n, LIST: n, CREATE: missing}


def _no_process(n: int, missing: int) -> int:
    return 0


OWN_TASKS = {
    "bulk": Case("`scalingo_projects`", BULK, _once, _no_process),
    "loop": Case("loop over `scalingo_project`", LOOP, _each, _no_process),
    "task": Case("`scalingo_project`", TASK, _each, _no_process, sizes=(1, TASKS), moments=(AGAIN,), repeated=True),
}
AS_MODULES = {
    f"{name}_module": replace(
        case,
        title=f"{case.title}, as a module",
        in_worker=False,
        processes=lambda n, missing, name=name: 1 if name == "bulk" else n,
    )
    for name, case in OWN_TASKS.items()
}
# The peers have no bulk modules. hetzner.hcloud looks the key up before and after.
PEER = Case("", [], lambda n, missing: {}, server="peers", sizes=(1, 10), moments=(AGAIN,))
CASES = {
    "ping": replace(PEER, title="`ansible.builtin.ping`", tasks=PING, server="", sizes=(1, TASKS), repeated=True),
    **OWN_TASKS,
    **AS_MODULES,
    "uri": Case("`ansible.builtin.uri`, manually", URI, _once, lambda n, missing: 2 + missing),
    "lookup": Case("lookup `project_info`", LOOKUP, _once, _no_process, moments=(AGAIN,)),
    "hcloud": replace(
        PEER,
        title="loop over `hetzner.hcloud.ssh_key`",
        tasks=HCLOUD,
        calls=lambda n, missing: {"GET /v1/ssh_keys": 2 * n},
    ),
    "vultr": replace(
        PEER,
        title="loop over `vultr.cloud.ssh_key`",
        tasks=VULTR,
        calls=lambda n, missing: {"GET /v2/ssh-keys": n},
    ),
}
