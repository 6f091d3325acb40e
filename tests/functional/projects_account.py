# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An account of its own for each list of projects that is tried, in more than one file."""

from __future__ import annotations

import itertools
from typing import Any

from .expect import per_task
from .playbook import TaskResult, bulk

Item = dict[str, Any]
_numbers = itertools.count(1)


class Account:
    """An account with the projects of `existing`, the default one with a star, as in "*default web".

    Where an item has a `project_id`, it is what a project was called at first, whose ID is put there instead.
    """

    def __init__(self, sim: Any, existing: str, max_wait: float | None = None) -> None:
        self._sim = sim
        self._max_wait = max_wait
        self.me = sim.add_account(f"account-{next(_numbers)}", default_project=None)
        for name in existing.split():
            sim.add_project(self.me, name.lstrip("*"), default=name.startswith("*"))
        self.ids = {one["name"]: one["id"] for one in self.projects}
        self._names = {project_id: name for name, project_id in self.ids.items()}

    @property
    def projects(self) -> list[dict[str, Any]]:
        projects: list[dict[str, Any]] = self._sim.projects(self.me)
        return projects

    @property
    def state(self) -> set[str]:
        """The projects, the default one with a star: `site=web` is the one that was called web, and `api=` is new."""
        return {("*" if one["default"] else "") + self._token(one) for one in self.projects}

    @property
    def calls(self) -> list[list[str]]:
        """The requests of every run: exactly one token exchange before the others."""
        return per_task(self._sim.calls(self.me))

    def run(self, items: list[Item], check: bool = False) -> TaskResult:
        own = [{**one, "project_id": self.ids[one["project_id"]]} if "project_id" in one else one for one in items]
        return bulk(self._sim, self.me, own, check, self._max_wait)

    def _token(self, project: dict[str, Any]) -> str:
        was = self._names.get(project["id"], "")
        return was if was == project["name"] else f"{project['name']}={was}"
