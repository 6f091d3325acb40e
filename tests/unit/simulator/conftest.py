# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures for the tests of the simulator."""

from __future__ import annotations

import pytest
import requests


class Client:
    """A thin caller of one host on behalf of one account."""

    def __init__(self, base_url, account=None):
        self.base_url = base_url
        self.session = requests.Session()
        self.session.trust_env = False
        if account is not None:
            self.session.headers["Authorization"] = f"Bearer {account.bearer()}"

    def __call__(self, method, path, json=None, **options):
        options.setdefault("allow_redirects", False)
        return self.session.request(method, self.base_url + path, json=json, timeout=5, **options)

    def get(self, path, **params):
        return self("GET", path, params=params)

    def post(self, path, json=None):
        return self("POST", path, json=json)

    def create(self, name, **more):
        return self.post("/v1/projects", {"project": {"name": name, **more}})

    def update(self, project, **changes):
        return self("PATCH", f"/v1/projects/{project['id']}", json={"project": changes})

    def delete(self, project):
        return self("DELETE", f"/v1/projects/{project['id']}")

    def show(self, project):
        return self.get(f"/v1/projects/{project['id']}")

    def names(self):
        return [project["name"] for project in self.get("/v1/projects").json()["projects"]]

    def invite(self, project, account):
        user_id = account if isinstance(account, str) else account.id
        path = f"/v1/projects/{project['id']}/transfer_invitations"
        return self.post(path, {"transfer_invitation": {"invited_user_id": user_id}})

    def invitations(self, project, **params):
        return self.get(f"/v1/projects/{project['id']}/transfer_invitations", **params)

    def invitation(self, invitation, action=None, json=None):
        path = f"/v1/projects/{invitation['project_id']}/transfer_invitations/{invitation['id']}"
        return self.post(f"{path}/{action}", json) if action else self.get(path)

    def eligible(self, project):
        return self.get(f"/v1/projects/{project['id']}/eligible_new_owners")


@pytest.fixture(autouse=True)
def checked_answers(monkeypatch):
    """Every simulator has its answers checked against openapi.yaml."""
    monkeypatch.setenv("SIMULATOR_VALIDATE", "1")


@pytest.fixture
def sim():
    """A running simulator."""
    from simulator import Simulator

    with Simulator() as simulator:
        yield simulator


@pytest.fixture
def mireille(sim):
    """An account."""
    return sim.add_account("mireille")


@pytest.fixture
def tomasz(sim):
    """Another account."""
    return sim.add_account("tomasz")


@pytest.fixture
def client():
    """The class of callers."""
    return Client


@pytest.fixture
def me(sim, mireille):
    """Calls the API as mireille."""
    return Client(sim.api_url, mireille)


@pytest.fixture
def them(sim, tomasz):
    """Calls the API as tomasz."""
    return Client(sim.api_url, tomasz)


@pytest.fixture
def anybody(sim):
    """Calls the API without credentials."""
    return Client(sim.api_url)


@pytest.fixture
def web(sim, mireille, tomasz):
    """A project of mireille with an application on which tomasz collaborates."""
    project = sim.add_project(mireille, "web")
    sim.add_application(project["id"], "shop", collaborators=[tomasz])
    return project
