# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures for the tests of the simulator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import requests


class Client:
    """A thin caller of one host on behalf of one account."""

    def __init__(self, base_url: str, account: Any = None) -> None:
        self.base_url = base_url
        self.session = requests.Session()
        self.session.trust_env = False
        if account is not None:
            self.session.headers["Authorization"] = f"Bearer {account.bearer()}"

    def __call__(self, method: str, path: str, json: Any = None, **options: Any) -> requests.Response:
        options.setdefault("allow_redirects", False)
        return self.session.request(method, self.base_url + path, json=json, timeout=5, **options)

    def get(self, path: str, **params: Any) -> requests.Response:
        return self("GET", path, params=params)

    def post(self, path: str, json: Any = None) -> requests.Response:
        return self("POST", path, json=json)

    def create(self, name: str, **more: Any) -> requests.Response:
        return self.post("/v1/projects", {"project": {"name": name, **more}})

    def update(self, project: Mapping[str, Any], **changes: Any) -> requests.Response:
        return self("PATCH", f"/v1/projects/{project['id']}", json={"project": changes})

    def delete(self, project: Mapping[str, Any]) -> requests.Response:
        return self("DELETE", f"/v1/projects/{project['id']}")

    def show(self, project: Mapping[str, Any]) -> requests.Response:
        return self.get(f"/v1/projects/{project['id']}")

    def names(self) -> list[str]:
        return [project["name"] for project in self.get("/v1/projects").json()["projects"]]

    def invite(self, project: Mapping[str, Any], account: Any) -> requests.Response:
        user_id = account if isinstance(account, str) else account.id
        path = f"/v1/projects/{project['id']}/transfer_invitations"
        return self.post(path, {"transfer_invitation": {"invited_user_id": user_id}})

    def invitations(self, project: Mapping[str, Any], **params: Any) -> requests.Response:
        return self.get(f"/v1/projects/{project['id']}/transfer_invitations", **params)

    def invitation(
        self, invitation: Mapping[str, Any], action: str | None = None, json: Any = None
    ) -> requests.Response:
        path = f"/v1/projects/{invitation['project_id']}/transfer_invitations/{invitation['id']}"
        return self.post(f"{path}/{action}", json) if action else self.get(path)

    def eligible(self, project: Mapping[str, Any]) -> requests.Response:
        return self.get(f"/v1/projects/{project['id']}/eligible_new_owners")


@pytest.fixture(autouse=True)
def checked_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every simulator has its answers checked against openapi.yaml."""
    monkeypatch.setenv("SIMULATOR_VALIDATE", "1")


@pytest.fixture
def sim() -> Iterator[Any]:
    """A running simulator."""
    from simulator import Simulator

    with Simulator() as simulator:
        yield simulator


@pytest.fixture
def mireille(sim: Any) -> Any:
    """An account."""
    return sim.add_account("mireille")


@pytest.fixture
def tomasz(sim: Any) -> Any:
    """Another account."""
    return sim.add_account("tomasz")


@pytest.fixture
def client() -> type[Client]:
    """The class of callers."""
    return Client


@pytest.fixture
def me(sim: Any, mireille: Any) -> Client:
    """Calls the API as mireille."""
    return Client(sim.api_url, mireille)


@pytest.fixture
def them(sim: Any, tomasz: Any) -> Client:
    """Calls the API as tomasz."""
    return Client(sim.api_url, tomasz)


@pytest.fixture
def anybody(sim: Any) -> Client:
    """Calls the API without credentials."""
    return Client(sim.api_url)


@pytest.fixture
def web(sim: Any, mireille: Any, tomasz: Any) -> Any:
    """A project of mireille with an application on which tomasz collaborates."""
    project = sim.add_project(mireille, "web")
    sim.add_application(project["id"], "shop", collaborators=[tomasz])
    return project
