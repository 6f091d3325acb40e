# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""States of an account that more than one file begins with; each returns what a cell may refer to as `$word`."""

from __future__ import annotations

from typing import Any

# Everything that one list can ask for of an account with `five`; the default project goes.
EVERYTHING: list[dict[str, Any]] = [
    {"name": "default", "state": "absent"},
    {"name": "web", "new_name": "site"},
    {"name": "tools", "new_name": "shop"},
    {"name": "main", "default": True},
    {"name": "gone", "state": "absent"},
    {"name": "old", "state": "absent"},
    {"name": "kept"},
]


def empty(sim: Any, me: Any) -> dict[str, Any]:
    """Nothing but the default project that every account begins with."""
    return {}


def web(sim: Any, me: Any) -> dict[str, Any]:
    return {"web": sim.add_project(me, "web")["id"]}


def web_is_default(sim: Any, me: Any) -> dict[str, Any]:
    return {"web": sim.add_project(me, "web", default=True)["id"]}


def web_with_application(sim: Any, me: Any) -> dict[str, Any]:
    names = web(sim, me)
    sim.add_application(names["web"], f"{me.username}-app"[:48])
    return names


def web_with_invitation(sim: Any, me: Any) -> dict[str, Any]:
    names = web(sim, me)
    friend = sim.add_account(f"{me.username}-friend")
    sim.add_invitation(names["web"], invited=friend)
    return {**names, "friend": friend}


def site(sim: Any, me: Any) -> dict[str, Any]:
    return {"site": sim.add_project(me, "site")["id"]}


def web_and_site(sim: Any, me: Any) -> dict[str, Any]:
    return {**web(sim, me), **site(sim, me)}


def web_in_other_region(sim: Any, me: Any) -> dict[str, Any]:
    return {"web": sim.add_project(me, "web", region="osc-secnum-fr1")["id"]}


def five(sim: Any, me: Any) -> dict[str, Any]:
    return {name: sim.add_project(me, name)["id"] for name in ("web", "tools", "old", "kept", "spare")}
