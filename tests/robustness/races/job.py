# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs: tasks one after the other, each the work of a module below what Ansible adds, until one fails."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.community.scalingo.plugins.module_utils._options import CONNECTION_SPEC
from ansible_collections.community.scalingo.plugins.module_utils._task import run_task
from ansible_collections.community.scalingo.plugins.modules import (
    scalingo_project,
    scalingo_project_transfer,
    scalingo_projects,
)
from simulator import Simulator

from ..module_process import Returned

# What a module accepts, and what it does.
MODULES: dict[str, Any] = {
    "project": (scalingo_project.ARGUMENT_SPEC, scalingo_project.ensure_project),
    "projects": (scalingo_projects.ARGUMENT_SPEC, scalingo_projects.ensure_projects),
    "transfer": (scalingo_project_transfer.ARGUMENT_SPEC, scalingo_project_transfer.ensure_transfer),
}


@dataclass(frozen=True)
class Task:
    """One task: who runs it, which module, and the options that are given."""

    who: str
    module: str
    options: Mapping[str, Any]

    def completed(self) -> dict[str, Any]:
        """Return all options, with the defaults that Ansible would fill in."""
        return _completed(MODULES[self.module][0], self.options)

    def __str__(self) -> str:
        return f"{self.who}: {self.module} {dict(self.options)}"


def _completed(spec: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(given) - set(spec)
    assert not unknown, f"no such options: {unknown}"
    options = {name: given.get(name, form.get("default")) for name, form in spec.items()}
    for name, form in spec.items():
        if form.get("elements") == "dict":
            options[name] = [_completed(form["options"], item) for item in options[name]]
    return options


# Tasks one after the other.
Job = tuple[Task, ...]


def project(who: str, **options: Any) -> Job:
    """A job with one task of the module scalingo_project."""
    return (Task(who, "project", options),)


def projects(who: str, *items: Mapping[str, Any], **options: Any) -> Job:
    """A job with one task of the module scalingo_projects."""
    return (Task(who, "projects", {"projects": items, **options}),)


def transfer(who: str, **options: Any) -> Job:
    """A job with one task of the module scalingo_project_transfer."""
    return (Task(who, "transfer", options),)


@dataclass(frozen=True)
class Ending(Returned):
    """How a task ended: with a result, with a failure of its own, or with a traceback."""

    result: Mapping[str, Any]
    crash: str = ""

    def __str__(self) -> str:
        if self.crash:
            return f"CRASH {self.crash}"
        return ("FAILED " if self.failed else "ok ") + ("changed " if self.changed else "") + self.msg


def carry_out(task: Task, connection: Mapping[str, Any], agent: str) -> Ending:
    """Run a task to its end, as the edge to Ansible does."""
    try:
        options = {**task.completed(), **_completed(CONNECTION_SPEC, connection)}
        return Ending(run_task(MODULES[task.module][1], options, agent=agent))
    except Exception:
        return Ending({"failed": True}, crash=traceback.format_exc())


def offered(sim: Simulator, invited: str | None = None) -> tuple[str, str | None]:
    """Make a project of mireille's that tomasz and ines could take over, and perhaps invite one; return both IDs."""
    project_id = sim.add_project("mireille", "web")["id"]
    sim.add_application(project_id, "shop", collaborators=["tomasz", "ines"])
    return project_id, sim.add_invitation(project_id, invited)["id"] if invited else None
