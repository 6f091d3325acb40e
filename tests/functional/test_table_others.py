# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table for an account whose list also shows the projects of others."""

from __future__ import annotations

from typing import Any, ClassVar

from .table import CHANGED, CONSISTENT, OK, REFUSED, Cell, TableTests


def _friend_with(sim: Any, me: Any, name: str, default: bool = False) -> dict[str, Any]:
    """A project of a friend, with an application on which I collaborate."""
    friend = sim.add_account(f"{me.username}-friend")
    theirs = sim.add_project(friend, name, default=default)["id"]
    sim.add_application(theirs, f"{me.username}-their-app"[:48], collaborators=[me])
    return {"friend": friend, "theirs": theirs}


def theirs(sim: Any, me: Any) -> dict[str, Any]:
    return _friend_with(sim, me, "web")


def their_default(sim: Any, me: Any) -> dict[str, Any]:
    return _friend_with(sim, me, "web", default=True)


def both(sim: Any, me: Any) -> dict[str, Any]:
    """The same name in two accounts."""
    return {**_friend_with(sim, me, "web"), "mine": sim.add_project(me, "web")["id"]}


def mine_and_their_site(sim: Any, me: Any) -> dict[str, Any]:
    return {**_friend_with(sim, me, "site"), "mine": sim.add_project(me, "web")["id"]}


WEB = {"name": "web"}
GONE = {"name": "web", "state": "absent"}
RENAME = {"name": "web", "new_name": "site"}
DEFAULT = {"name": "web", "default": True}

THEIRS = (
    Cell("theirs is found", theirs, WEB, OK),
    Cell("theirs is their default, not mine", their_default, DEFAULT, REFUSED, ("web", "$friend")),
    Cell("theirs, rename", theirs, RENAME, REFUSED, ("web", "$friend"), writes=None),
    Cell("theirs, make default", theirs, DEFAULT, REFUSED, ("web", "$friend"), writes=None),
    Cell("theirs, delete", theirs, GONE, REFUSED, ("web", "$friend"), writes=None),
    Cell("theirs by id", theirs, {"project_id": "$theirs"}, OK),
    Cell("theirs by id, rename", theirs, {"project_id": "$theirs", "name": "site"}, REFUSED, ("$friend",), writes=None),
    Cell(
        "theirs by id, delete", theirs, {"project_id": "$theirs", "state": "absent"}, REFUSED, ("$friend",), writes=None
    ),
)

THEIRS_OWNER = (
    Cell("theirs, their username", theirs, {**WEB, "owner": "$friend"}, OK),
    Cell("theirs, their id", theirs, {**WEB, "owner": "$friend_id"}, OK),
    Cell("theirs, my username", theirs, {**WEB, "owner": "$me"}, CHANGED, writes=("POST",), after="*default web"),
    Cell("theirs, my username, delete", theirs, {**GONE, "owner": "$me"}, OK),
    Cell("theirs by id, their username", theirs, {"project_id": "$theirs", "owner": "$friend"}, OK),
    Cell("theirs by id, my username", theirs, {"project_id": "$theirs", "owner": "$me"}, REFUSED, ("$friend", "$me")),
    Cell("not theirs, their username", theirs, {"name": "api", "owner": "$friend"}, REFUSED, ("api", "$friend")),
)

BOTH = (
    Cell("both", both, WEB, REFUSED, ("web", "$mine", "$theirs", "$me", "$friend")),
    Cell("both, delete", both, GONE, REFUSED, ("web", "$mine", "$theirs", "$me", "$friend")),
    Cell("both, rename", both, RENAME, REFUSED, ("web", "$mine", "$theirs", "$me", "$friend")),
    Cell("both, mine", both, {**WEB, "owner": "$me"}, OK),
    Cell("both, theirs", both, {**WEB, "owner": "$friend"}, OK),
    Cell("both, delete mine", both, {**GONE, "owner": "$me_email"}, CHANGED, writes=("DELETE",), after="*default"),
)

SITE = (
    Cell(
        "rename mine to a name of theirs",
        mine_and_their_site,
        {**RENAME, "owner": "$me"},
        CHANGED,
        writes=("PATCH",),
        after="*default site",
    ),
    Cell(
        "rename mine by id to a name of theirs",
        mine_and_their_site,
        {"project_id": "$mine", "name": "site"},
        CHANGED,
        writes=("PATCH",),
        after="*default site",
    ),
    Cell("rename to a visible name, no owner", mine_and_their_site, RENAME, CONSISTENT, writes=None),
)


class TestProjectsOfOthers(TableTests):
    # A 401 would cost another token exchange, by which the requests of each task are told apart.
    switches: ClassVar[dict[str, Any]] = {
        "list_collaborations": True,
        "collaborator_get": 200,
        "stranger_get": 404,
        "non_owner_status": 403,
    }
    cells = (*THEIRS, *THEIRS_OWNER, *BOTH, *SITE)
