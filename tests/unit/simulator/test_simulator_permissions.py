# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may do what, as long as no switch says otherwise: users in columns, calls in rows.

The same calls, with hostile identifiers too, have responses as described however the simulator behaves.
"""

from __future__ import annotations

from typing import Any

import pytest
from scene import USERS, crowd
from simulator import Simulator
from simulator.switches import settings

MAY = """
    call                                           owner full limited pending invited previous stranger anonymous
    GET    projects/web                             200   200   200     404     200     200      404      401
    PATCH  projects/web                             200   403   403     403     403     403      403      401
    DELETE projects/web                             409   403   403     403     403     403      403      401
    GET    projects/web/eligible_new_owners         200   403   403     403     403     403      403      401
    GET    projects/web/transfer_invitations        200   403   403     403     200     200      403      401
    POST   projects/web/transfer_invitations        409   403   403     403     403     403      403      401
    GET    projects/web/transfer_invitations/sent   200   404   404     404     200     404      404      401
    POST   projects/web/transfer_invitations/sent/accept
                                                    403   404   404     404     200     404      404      401
    POST   projects/web/transfer_invitations/sent/decline
                                                    403   404   404     404     200     404      404      401
    POST   projects/web/transfer_invitations/sent/cancel
                                                    200   403   403     403     403     403      403      401
    GET    apps/shop/collaborators                  200   200   200     404     404     404      404      401
    POST   apps/shop/collaborators                  201   201   401     404     404     404      404      401
    PATCH  apps/shop/collaborators/full             200   401   401     404     404     404      404      401
    DELETE apps/shop/collaborators/full             204   401   401     404     404     404      404      401
    GET    apps/data/collaborators                  200   200   404     404     404     404      404      401
    GET    apps/collaboration                       404   404   404     404     404     404      404      401
    GET    collaborators                            200   200   200     200     200     200      200      401
    GET    users/self                               200   200   200     200     200     200      200      401
"""
BODIES: dict[str, Any] = {
    "PATCH projects/web": {"project": {"name": "site"}},
    "POST projects/web/transfer_invitations": {"transfer_invitation": {"invited_user_id": "us-full"}},
    "POST apps/shop/collaborators": {"collaborator": {"email": "new@example.org"}},
    "PATCH apps/shop/collaborators/full": {"collaborator": {"is_limited": True}},
}
# Combinations in which every other form of a response comes. What each value does is in switch_cases.py.
SWITCHES = (
    "page_size=1,dates=offset,limit_projects=1,limit_status=402",
    "page_size=2,page_style=last,page_key=previous_page,app_denied_status=404,collaborator_form=list,"
    "pending_user_id=absent,closed_link=without_token,not_found_style=text,non_owner_status=404,"
    "validation_style=single,show_flags=false",
    "validation_style=nested,duplicate_status=409,invite_not_eligible_status=409,"
    "answer_closed_status=409,invite_again=409,used_link=400,collaborator_manages=true,extra_fields=true",
    "error_format=html,stranger_app=403,invite_again=second,limited_link=true,id_prefix=pr,self_hosts=auth",
    "error_format=empty,uuid_claim=opaque,self_hosts=api,request_ids=false",
    "rate_limit=1,rate_scope=address,retry_after=seconds",
)
HOSTILE = ("%25", "%00", "a b", "é\u202e", "'\"<>", "x" * 3000, "null")
# What each user but the anonymous one finds in a list; an empty list where the user is not named.
SEES: dict[str, dict[str, list[str]]] = {
    "projects": {"owner": ["web"]},
    "apps": {"owner": ["shop"], "full": ["shop"], "limited": ["shop"]},
    "databases": {"owner": ["data"], "full": ["data"]},
    "collaborators": {"owner": ["full", "limited", "pending", "full-data"]},
    "projects/web/transfer_invitations": {"owner": ["accepted", "sent"], "invited": ["sent"], "previous": ["accepted"]},
}


def rows() -> list[Any]:
    words = " ".join(MAY.split("\n")[2:]).split()
    size = 2 + len(USERS)
    table = [words[start : start + size] for start in range(0, len(words), size)]
    return [pytest.param(method, path, list(map(int, cells)), id=f"{method} {path}") for method, path, *cells in table]


def state(sim: Simulator) -> tuple[Any, ...]:
    return sim.project("web"), sim.invitations("web"), sim.collaborators("shop"), sim.collaborators("data")


@pytest.mark.parametrize(("method", "path", "statuses"), rows())
def test_call_has_its_status_for_each_user(sim: Simulator, method: str, path: str, statuses: list[int]) -> None:
    found = []
    for name in USERS:
        callers = crowd(sim)
        before = state(sim)
        response = callers[name](method, f"/v1/{path}", json=BODIES.get(f"{method} {path}"))
        found.append(response.status_code)
        assert response.ok or state(sim) == before
    assert found == statuses


@pytest.mark.parametrize("switches", SWITCHES)
def test_call_has_a_described_response_under_any_switches(sim: Simulator, switches: str) -> None:
    """The fixture holds every response against openapi.yaml."""
    callers = crowd(sim)
    sim.set(**settings(switches))
    for row in rows():
        method, path, _statuses = row.values
        paths = [path.replace("web", one).replace("shop", one) for one in HOSTILE]
        for name, target in [*((name, path) for name in USERS), *(("owner", one) for one in paths)]:
            callers[name](method, f"/v1/{target}", json=BODIES.get(f"{method} {path}"))


@pytest.mark.parametrize("path", SEES)
def test_list_shows_each_user_what_is_accessible(sim: Simulator, path: str) -> None:
    root = path.rpartition("/")[2]
    for name, caller in list(crowd(sim).items())[:-1]:
        response = caller.get(f"/v1/{path}", status="all")
        entries = response.json()[root] if response.ok else []
        assert [one["id" if "name" not in one else "name"] for one in entries] == SEES[path].get(name, []), name
