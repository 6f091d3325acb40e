# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The accounts: in what way each differs from its description, and what it takes to mend that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

PROJECTS = 20
PRODUCTION = "production"
NAMES = tuple(f"project-{number:02d}" for number in range(1, PROJECTS))

EXCHANGE, LIST = "POST auth /v1/tokens/exchange", "GET /v1/projects"
APPLICATIONS = "GET /v1/apps"
CREATE, CHANGE, DELETE = "POST /v1/projects", "PATCH /v1/projects/:id", "DELETE /v1/projects/:id"


@dataclass(frozen=True)
class Drift:
    """A way to differ.

    Attributes:
        there: The projects that there are at first; the default one first.
        description: The variables of the role.
        differing: How many items of the report differ.
        writes: What mends it.
        foresight: What a check asks besides, to tell whether that could be done.
        looks: How often the account is read if it differs, and if it does not, each time with an exchange.
        after: The projects that there are in the end; the default one first.
    """

    there: tuple[str, ...]
    description: dict[str, Any]
    differing: int
    writes: dict[str, int]
    looks: tuple[int, int] = (1, 1)
    foresight: tuple[str, ...] = ()
    after: tuple[str, ...] = (PRODUCTION, *NAMES)

    def calls(self, differs: bool, check: bool) -> Counter[str]:
        """The requests of one run."""
        looks = self.looks[0 if differs else 1]
        calls = Counter({EXCHANGE: looks, LIST: looks})
        if differs:
            calls.update(self.foresight if check else self.writes)
        return calls


def _described(*projects: dict[str, Any], **others: Any) -> dict[str, Any]:
    named = {f"project_baseline_{name}": value for name, value in others.items()}
    return {"project_baseline_default_project": PRODUCTION, "project_baseline_projects": list(projects), **named}


def _plain(names: Sequence[str]) -> list[dict[str, Any]]:
    return [{"name": name} for name in names]


DRIFTS = {
    "projects are missing": Drift((PRODUCTION, *NAMES[:-3]), _described(*_plain(NAMES)), 3, {CREATE: 3}),
    "another project is the default one": Drift(
        (NAMES[0], PRODUCTION, *NAMES[1:]), _described(*_plain(NAMES)), 1, {CHANGE: 1}
    ),
    "a project has its old name": Drift(
        (PRODUCTION, "old", *NAMES[1:]),
        _described({"name": "old", "new_name": NAMES[0]}, *_plain(NAMES[1:])),
        1,
        {CHANGE: 1},
    ),
    "the default project has its old name": Drift(
        ("default", *NAMES), _described(*_plain(NAMES), rename_default=True), 1, {CHANGE: 1}, (2, 1)
    ),
    "there is a project too many": Drift(
        (PRODUCTION, *NAMES[1:], "sandbox"),
        _described({"name": "sandbox", "state": "absent"}, *_plain(NAMES[1:])),
        1,
        {DELETE: 1},
        foresight=(APPLICATIONS,),
        after=(PRODUCTION, *NAMES[1:]),
    ),
    "several of these": Drift(
        (NAMES[1], PRODUCTION, "old", *NAMES[2:-1]),
        _described({"name": "old", "new_name": NAMES[0]}, *_plain(NAMES[1:])),
        3,
        {CREATE: 1, CHANGE: 2},
    ),
}


@dataclass(frozen=True)
class Account:
    """An account, which is a host of the inventory by the same name."""

    name: str
    api_token: str
    kind: str

    @property
    def drift(self) -> Drift:
        return DRIFTS[self.kind]


class Fleet:
    """The accounts of a simulator."""

    def __init__(self, simulator: Any, size: int) -> None:
        self.simulator = simulator
        kinds = list(DRIFTS)
        self.accounts = [
            Account(name, simulator.add_account(name, default_project=None).api_token, kinds[number % len(kinds)])
            for number, name in enumerate(f"account-{number:04d}" for number in range(1, size + 1))
        ]

    def let_drift(self) -> None:
        """Make every account differ in its own way."""
        self._fill({account.name: account.drift.there for account in self.accounts})

    def mend(self) -> None:
        """Make every account what is described."""
        self._fill({account.name: account.drift.after for account in self.accounts})

    def _fill(self, wanted: dict[str, tuple[str, ...]]) -> None:
        self.simulator.reset()
        for name, projects in wanted.items():
            for place, project in enumerate(projects):
                self.simulator.add_project(name, project, default=place == 0)

    def differing(self) -> list[str]:
        """The accounts that are not what is described."""
        wanted = {account.name: (account.drift.after[0], sorted(account.drift.after)) for account in self.accounts}
        found = {}
        for name in wanted:
            projects = self.simulator.projects(owner=name)
            (default,) = [one["name"] for one in projects if one["default"]]
            found[name] = (default, sorted(one["name"] for one in projects))
        return [name for name in wanted if wanted[name] != found[name]]
