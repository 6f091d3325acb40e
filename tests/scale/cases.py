# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is measured: each case is one playbook with a host for each account."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bench.cases import CREATE, EXCHANGE, LIST

PROJECTS = 20
DEFAULT = "production"
NAMES = [DEFAULT, *(f"project-{number:02d}" for number in range(1, PROJECTS))]
OPTIONS = ("api_token", "api_url", "auth_url")
PING = "ping"


@dataclass(frozen=True)
class Case:
    """A playbook, and what it does on each account.

    Attributes:
        play: The tasks of a play, or the name of a playbook of the collection.
        missing: How many of the projects are missing at first.
        long: Whether it takes minutes as modules, so that one round is enough.
    """

    title: str
    play: dict[str, Any] | str
    calls: Counter[str]
    missing: int = 0
    long: bool = False

    def playbook(self) -> list[dict[str, Any]]:
        if isinstance(self.play, str):
            return [{"ansible.builtin.import_playbook": f"community.scalingo.{self.play}"}]
        defaults = {option: f"{{{{ scalingo_{option} }}}}" for option in OPTIONS}
        return [
            {
                "name": "Measure",
                "hosts": "all",
                "gather_facts": False,
                "module_defaults": {"group/community.scalingo.all": defaults},
                "tasks": [{"name": "Measure", **self.play}],
            }
        ]


ONCE = Counter({EXCHANGE: 1, LIST: 1})
CASES = {
    PING: Case("a ping", {"ansible.builtin.ping": {}}, Counter()),
    "list": Case(
        f"a list of {PROJECTS}, unchanged",
        {"community.scalingo.scalingo_projects": {"projects": [{"name": name} for name in NAMES]}},
        ONCE,
    ),
    "loop": Case(
        f"a loop of {PROJECTS}, unchanged",
        {"community.scalingo.scalingo_project": {"name": "{{ item }}"}, "loop": NAMES},
        Counter({EXCHANGE: PROJECTS, LIST: PROJECTS}),
        long=True,
    ),
    "audit": Case("the playbook `audit`, compliant", "audit", ONCE),
    "baseline": Case("the playbook `baseline`, one project missing", "baseline", ONCE + Counter({CREATE: 1}), 1),
}


class Accounts:
    """The accounts of a simulator, each a host of the inventory by the same name."""

    def __init__(self, simulator: Any, size: int) -> None:
        self.simulator = simulator
        names = [f"account-{number:04d}" for number in range(1, size + 1)]
        self.tokens = {name: simulator.add_account(name, default_project=DEFAULT).api_token for name in names}

    def inventory(self) -> dict[str, Any]:
        """Return the inventory, with the token and the baseline of each account."""
        common = {
            "ansible_connection": "local",
            "ansible_python_interpreter": "{{ ansible_playbook_python }}",
            "scalingo_api_url": self.simulator.api_url,
            "scalingo_auth_url": self.simulator.auth_url,
            "project_baseline_default_project": DEFAULT,
            "project_baseline_projects": [{"name": name} for name in NAMES[1:]],
        }
        hosts = {name: {"scalingo_api_token": token} for name, token in self.tokens.items()}
        return {"all": {"hosts": hosts, "vars": common}}

    def prepare(self, missing: int) -> None:
        """Give each account its projects except for some, and forget all requests."""
        self.simulator.reset()
        for name in self.tokens:
            for project in NAMES[1 : PROJECTS - missing]:
                self.simulator.add_project(name, project)

    def complaints(self, calls: Counter[str], output: str) -> list[str]:
        """Return what is not as it should be after a run."""
        found: dict[str, Counter[str]] = {name: Counter() for name in self.tokens}
        for record in self.simulator.requests:
            found[record.account][record.call] += 1
        wrong = [f"{name} sent {dict(sent)}" for name, sent in found.items() if sent != calls]
        wrong += [f"{name} is not compliant" for name in self.tokens if self._projects(name) != sorted(NAMES)]
        return wrong + [f"the token of {name} was printed" for name, token in self.tokens.items() if token in output]

    def _projects(self, name: str) -> Sequence[str]:
        return sorted(one["name"] for one in self.simulator.projects(owner=name))
