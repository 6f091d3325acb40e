# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated account that a page speaks of, as `worlds.yml` describes it."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import requests
import yaml
from simulator import Simulator

WORLDS: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "worlds.yml").read_text(encoding="utf-8"))


def described(page: str, section: str) -> dict[str, Any]:
    """What is special about a section of a page, on the grounds of what all of them have."""
    own = WORLDS["pages"].get(page) or {}
    special = (own.get("sections") or {}).get(section) or {}
    page_wide = {key: value for key, value in own.items() if key != "sections"}
    return {**WORLDS["default"], **page_wide, **special}


def worlds() -> dict[str, tuple[str, str]]:
    """The worlds that a reader can start: their names, in alphabetical order, with a page and a section for each."""
    found: dict[str, tuple[str, str]] = {}
    for page, own in WORLDS["pages"].items():
        for section, special in [("", own), *(own.get("sections") or {}).items()]:
            if "world" in special:
                found.setdefault(special["world"], (page, section))
    return dict(sorted(found.items()))


def vault(world: World) -> dict[str, str]:
    """The variables that the pages take from a vault."""
    return {
        "vault_scalingo_api_token": world.mireille.api_token,
        "vault_mireille_api_token": world.mireille.api_token,
        "vault_tomasz_api_token": world.tomasz.api_token,
    }


class World:
    """Mireille, whose account it is, and two users who could own what she has."""

    def __init__(self, port: int = 0, auth_port: int = 0, tokens: dict[str, str] | None = None) -> None:
        self.sim = Simulator(port=port, auth_port=auth_port, validate=True)
        self.sim.start()
        self.mireille, self.tomasz, self.amina = (
            self.sim.add_account(name, api_token=(tokens or {}).get(name)) for name in ("mireille", "tomasz", "amina")
        )
        self._over = threading.Event()
        self._helper: threading.Thread | None = None

    def arrange(self, description: dict[str, Any]) -> None:
        """Start anew, with what a description says."""
        self._stop_helper()
        self.sim.reset()
        for project in description["projects"]:
            owner = self._account(project.get("owner", "mireille"))
            made = self.sim.add_project(owner, project["name"], default=project.get("default", False))
            if project.get("collaborators"):
                users = [self._account(name) for name in project["collaborators"]]
                self.sim.add_application(made["id"], f"{project['name']}-web", collaborators=users)
            for name in project.get("applications") or ():
                self.sim.add_application(made["id"], name)
            for name in project.get("databases") or ():
                self.sim.add_database(made["id"], name)
            if project.get("invited"):
                self.sim.add_invitation(made["id"], self._account(project["invited"]))
        if description.get("accepts"):
            self._helper = threading.Thread(target=self._accept, args=(description["accepts"],), daemon=True)
            self._helper.start()

    def state(self) -> dict[str, list[str]]:
        """The names of the projects of each account; that of the default one first."""
        found = {}
        for account in self.sim.accounts:
            projects = sorted(self.sim.projects(account), key=lambda each: (not each["default"], each["name"]))
            found[account.username] = [project["name"] for project in projects]
        return found

    def stop(self) -> None:
        self._stop_helper()
        self.sim.stop()

    def _account(self, name: str) -> Any:
        (found,) = [account for account in self.sim.accounts if account.username == name]
        return found

    def _stop_helper(self) -> None:
        self._over.set()
        if self._helper is not None:
            self._helper.join()
        self._helper, self._over = None, threading.Event()

    def _accept(self, name: str) -> None:
        """Answer what a page waits for, as the invited user would."""
        account, over = self._account(name), self._over
        while not over.wait(0.2):
            for project in self.sim.projects(self.mireille):
                for each in self.sim.invitations(project["id"]):
                    if each["invited_user_name"] == name and each["status"] == "pending":
                        path = f"/v1/projects/{project['id']}/transfer_invitations/{each['id']}/accept"
                        headers = {"Authorization": f"Bearer {account.bearer()}"}
                        requests.post(self.sim.api_url + path, json={}, headers=headers, timeout=5)
