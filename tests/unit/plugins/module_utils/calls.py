# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every call of the API: what it sends, and what comes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from ansible_collections.community.scalingo.plugins.module_utils._api import Api

API = "https://api.osc-fr1.scalingo.com"
AUTH = "https://auth.scalingo.com"
PROJECT_PATH = "/v1/projects/pr-1"
INVITATIONS_PATH = f"{PROJECT_PATH}/transfer_invitations"

USER = {"id": "us-1", "username": "john", "email": "john@example.com"}
PROJECT = {"id": "pr-1", "name": "x", "default": False, "owner": USER, "flags": {}, "new": [1]}
APPLICATION = {"id": "ap-1", "name": "web", "project": {"id": "pr-1", "name": "x"}}
INVITATION = {
    "id": "tin-1",
    "project_id": "pr-1",
    "invited_user_id": "us-2",
    "invited_user_name": "alice",
    "inviter_user_id": "us-1",
    "status": "pending",
    "status_reason": "",
    "expires_at": "2026-09-13T10:17:52.690+02:00",
    "created_at": "2026-09-10T08:17:52.690Z",
}
ELIGIBLE = {"user_id": "us-2", "user_name": "alice"}


@dataclass(frozen=True)
class Call:
    """A call: what it sends, and the object that the response holds under a root key, or a list of them."""

    make: Callable[[Api], Any]
    method: str
    path: str
    status: int
    body: Any
    root: str = ""
    found: Any = None
    many: bool = False
    host: str = API

    @property
    def url(self) -> str:
        return self.host + self.path

    def response(self, found: Any) -> Any:
        return {self.root: [found] if self.many else found}


CALLS = {
    "list_projects": Call(
        lambda api: api.list_projects(), "GET", "/v1/projects", 200, None, "projects", PROJECT, many=True
    ),
    "get_project": Call(lambda api: api.get_project("pr-1"), "GET", PROJECT_PATH, 200, None, "project", PROJECT),
    "create_project": Call(
        lambda api: api.create_project("x"),
        "POST",
        "/v1/projects",
        201,
        {"project": {"name": "x"}},
        "project",
        PROJECT,
    ),
    "update_project": Call(
        lambda api: api.update_project("pr-1", {"name": "y"}),
        "PATCH",
        PROJECT_PATH,
        200,
        {"project": {"name": "y"}},
        "project",
        {**PROJECT, "name": "y"},
    ),
    "list_applications": Call(
        lambda api: api.list_applications(), "GET", "/v1/apps", 200, None, "apps", APPLICATION, many=True
    ),
    "get_caller": Call(lambda api: api.get_caller(), "GET", "/v1/users/self", 200, None, "user", USER, host=AUTH),
    "list_invitations": Call(
        lambda api: api.list_invitations("pr-1"),
        "GET",
        f"{INVITATIONS_PATH}?status=all",
        200,
        None,
        "transfer_invitations",
        INVITATION,
        many=True,
    ),
    "get_invitation": Call(
        lambda api: api.get_invitation("pr-1", "tin-1"),
        "GET",
        f"{INVITATIONS_PATH}/tin-1",
        200,
        None,
        "transfer_invitation",
        INVITATION,
    ),
    "create_invitation": Call(
        lambda api: api.create_invitation("pr-1", "us-2"),
        "POST",
        INVITATIONS_PATH,
        201,
        {"transfer_invitation": {"invited_user_id": "us-2"}},
        "transfer_invitation",
        INVITATION,
    ),
    "list_eligible_new_owners": Call(
        lambda api: api.list_eligible_new_owners("pr-1"),
        "GET",
        f"{PROJECT_PATH}/eligible_new_owners",
        200,
        None,
        "eligible_new_owners",
        ELIGIBLE,
        many=True,
    ),
}
for verb in ("accept", "decline", "cancel"):
    CALLS[f"{verb}_invitation"] = Call(
        lambda api, verb=verb: api.close_invitation("pr-1", "tin-1", verb),
        "POST",
        f"{INVITATIONS_PATH}/tin-1/{verb}",
        200,
        {},
        "transfer_invitation",
        INVITATION,
    )

each_call = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
