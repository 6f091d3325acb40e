# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the simulator share: callers of its hosts, and a scene with accounts and a project."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests
from simulator import Account, Simulator

SHOP, DATA = "/v1/apps/shop/collaborators", "/v1/apps/data/collaborators"
INES = "ines@example.org"


class Client:
    """A caller of one host on behalf of one account, with a fresh bearer token for each request unless one is given."""

    def __init__(self, base_url: str, account: Account | None = None, bearer: str | None = None) -> None:
        self.base_url, self.account, self.bearer = base_url, account, bearer
        self.session = requests.Session()
        self.session.trust_env = False

    def __call__(self, method: str, path: str, json: Any = None, **options: Any) -> requests.Response:
        bearer = self.bearer or (self.account and self.account.bearer())
        headers = {**({"Authorization": f"Bearer {bearer}"} if bearer else {}), **options.pop("headers", {})}
        options = {"allow_redirects": False, "timeout": 5, **options}
        return self.session.request(method, self.base_url + path, json=json, headers=headers, **options)

    def get(self, path: str, **params: Any) -> requests.Response:
        return self("GET", path, params=params)

    def post(self, path: str, json: Any = None) -> requests.Response:
        return self("POST", path, json=json)

    # Projects.

    def create(self, name: Any, **more: Any) -> requests.Response:
        return self.post("/v1/projects", {"project": {"name": name, **more}})

    def update(self, project: Mapping[str, Any], **changes: Any) -> requests.Response:
        return self("PATCH", f"/v1/projects/{project['id']}", json={"project": changes})

    def delete(self, project: Mapping[str, Any]) -> requests.Response:
        return self("DELETE", f"/v1/projects/{project['id']}")

    def show(self, project: Mapping[str, Any]) -> requests.Response:
        return self.get(f"/v1/projects/{project['id']}")

    def names(self, root: str = "projects") -> list[str]:
        return [one["name"] for one in self.get(f"/v1/{root}").json()[root]]

    def defaults(self) -> list[str]:
        return [one["name"] for one in self.get("/v1/projects").json()["projects"] if one["default"]]

    # Transfers.

    def invite(self, project: Mapping[str, Any], account: Account | str) -> requests.Response:
        user_id = account if isinstance(account, str) else account.id
        path = f"/v1/projects/{project['id']}/transfer_invitations"
        return self.post(path, {"transfer_invitation": {"invited_user_id": user_id}})

    def invitations(self, project: Mapping[str, Any], **params: Any) -> requests.Response:
        return self.get(f"/v1/projects/{project['id']}/transfer_invitations", **params)

    def invitation(self, invitation: Mapping[str, Any], verb: str = "", json: Any = None) -> requests.Response:
        path = f"/v1/projects/{invitation['project_id']}/transfer_invitations/{invitation['id']}"
        return self.post(f"{path}/{verb}", json) if verb else self.get(path)

    def eligible(self, project: Mapping[str, Any]) -> list[str]:
        found = self.get(f"/v1/projects/{project['id']}/eligible_new_owners").json()["eligible_new_owners"]
        return [one["user_name"] for one in found]

    # Collaborators.

    def add(self, email: Any = INES, path: str = SHOP, **more: Any) -> requests.Response:
        return self.post(path, {"collaborator": {"email": email, **more}})

    def added(self, email: Any = INES, path: str = SHOP, **more: Any) -> dict[str, Any]:
        entry: dict[str, Any] = self.add(email, path, **more).json()["collaborator"]
        return entry

    def listed(self, path: str = SHOP) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = self.get(path).json()["collaborators"]
        return entries

    def change(self, entry: Mapping[str, Any], path: str = SHOP, **changes: Any) -> requests.Response:
        return self("PATCH", f"{path}/{entry['id']}", json={"collaborator": changes})

    def remove(self, entry: Mapping[str, Any], path: str = SHOP) -> requests.Response:
        return self("DELETE", f"{path}/{entry['id']}")

    def accept_link(self, link: str) -> requests.Response:
        return self.get("/v1/apps/collaboration", token=link.partition("?token=")[2])


# The invited user has a pending invitation to own the project, and the previous owner had one accepted; neither
# collaborates on the application. The collaborators are a full one, a limited one, and one who has not accepted.
USERS = ("owner", "full", "limited", "pending", "invited", "previous", "stranger", "anonymous")


def crowd(sim: Simulator) -> dict[str, Client]:
    """Start anew, and return a caller for each user."""
    sim.reset(keep_accounts=False)
    accounts = {name: sim.add_account(name, id=f"us-{name}", default_project=None) for name in USERS[:-1]}
    sim.add_project("owner", "web", id="web")
    sim.add_application("web", "shop")
    for role in ("full", "limited", "pending"):
        sim.set_collaborator("shop", role, "collaborator" if role == "full" else role, id=role)
    sim.add_database("web", "data")
    sim.set_collaborator("data", "full", id="full-data")
    sim.add_invitation("web", invited="owner", inviter="previous", status="accepted", id="accepted", expires_in=-1)
    sim.add_invitation("web", invited="invited", id="sent")
    return {name: Client(sim.api_url, accounts.get(name)) for name in USERS}


class Scene:
    """The project web of mireille, with an application shop on which tomasz collaborates; ines is a stranger."""

    def __init__(self, sim: Simulator) -> None:
        self.sim = sim
        self.mireille, self.tomasz, self.ines = (sim.add_account(name) for name in ("mireille", "tomasz", "ines"))
        self.me, self.them, self.her = (Client(sim.api_url, one) for one in (self.mireille, self.tomasz, self.ines))
        self.auth = Client(sim.auth_url, self.mireille)
        self.elsewhere = Client(sim.region_urls["osc-secnum-fr1"], self.mireille)
        self.anonymous = Client(sim.api_url)
        self.control = Client(sim.control_url)
        self.web = self.sim.add_project(self.mireille, "web")
        self.sim.add_application(self.web["id"], "shop", collaborators=[self.tomasz])

    def project(self, name: str, owner: Account | None = None, **more: Any) -> dict[str, Any]:
        """Add a project without applications."""
        return self.sim.add_project(owner or self.mireille, name, **more)

    def default_project(self) -> dict[str, Any]:
        """The default project of mireille."""
        return next(one for one in self.sim.projects(self.mireille) if one["default"])

    def pending(self) -> dict[str, Any]:
        """Invite tomasz to own the project."""
        invitation: dict[str, Any] = self.me.invite(self.web, self.tomasz).json()["transfer_invitation"]
        return invitation

    def exchange(self, token: str, username: str = "") -> requests.Response:
        """Exchange an API token."""
        return requests.post(f"{self.sim.auth_url}/v1/tokens/exchange", auth=(username, token), timeout=5)


def outcome(response: requests.Response) -> tuple[int, Any]:
    """The status, and the body where it tells more."""
    return response.status_code, None if response.ok else response.json()


def closed(invitation: requests.Response) -> tuple[str, str | None]:
    """Status and reason of an invitation."""
    shown = invitation.json()["transfer_invitation"]
    return shown["status"], shown.get("status_reason")
