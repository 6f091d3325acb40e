# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The account in which every cell happens: two people, three projects, and perhaps an invitation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .operations import Operation

State = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Scene:
    """Owner and invitee in a simulator of their own; `web` is what they talk about."""

    sim: Any
    accounts: Mapping[str, Any]
    ids: Mapping[str, str]

    def told(self, template: Any) -> Any:
        """The text for which a template of an operation stands."""
        return template.format(**self.ids) if isinstance(template, str) else template

    def task(self, operation: Operation, **connection: Any) -> dict[str, Any]:
        """The arguments of an operation's module."""
        return {
            **{key: self.told(value) for key, value in operation.arguments.items()},
            "api_token": self.accounts[operation.actor].api_token,
            "api_url": self.sim.api_url,
            "auth_url": self.sim.auth_url,
            **connection,
        }

    def state(self) -> State:
        """Everything that a write can change, without what differs from account to account."""
        projects = [
            (account.username, "owns", project["name"], "by default" if project["default"] else "")
            for account in self.accounts.values()
            for project in self.sim.projects(account)
        ]
        invitations = [
            (name, "is offered to", one["invited_user_name"], one["status"])
            for name in ("web", "old")
            for one in self.sim.invitations(self.ids[name])
        ]
        return tuple(sorted(projects + invitations))


def scene(sim: Any, operation: Operation) -> Scene:
    """The account as an operation finds it."""
    owner, invitee = sim.add_account("mireille"), sim.add_account("tomasz")
    ids = {name: sim.add_project(owner, name)["id"] for name in ("web", "old")}
    sim.add_application(ids["web"], "shop", collaborators=[invitee])
    ids["invitation"] = sim.add_invitation(ids["web"], invited=invitee)["id"] if operation.invited else "none"
    return Scene(sim, {"owner": owner, "invitee": invitee}, ids)
