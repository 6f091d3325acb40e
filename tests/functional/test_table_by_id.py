# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table for an account that sees its own projects only: found by ID, and with an owner named."""

from __future__ import annotations

from .arrangements import (
    empty,
    web,
    web_and_site,
    web_in_other_region,
    web_is_default,
    web_with_application,
)
from .table import CHANGED, OK, REFUSED, Cell, TableTests

WEB = {"project_id": "$web"}
NOWHERE = {"project_id": "prj-00000000-0000-4000-8000-000000000000"}

BY_ID = (
    Cell("id exists", web, WEB, OK),
    Cell("id exists with its own name", web, {**WEB, "name": "web"}, OK),
    Cell("id is nowhere", empty, NOWHERE, REFUSED, (NOWHERE["project_id"],)),
    Cell("id is the name", web, {"project_id": "web"}, REFUSED, ("web",)),
    Cell("id of another region", web_in_other_region, WEB, REFUSED, ("$web",)),
    Cell("id renamed", web, {**WEB, "name": "site"}, CHANGED, writes=("PATCH",), after="*default site"),
    Cell("id renamed where the name is taken", web_and_site, {**WEB, "name": "site"}, REFUSED, ("site",), writes=None),
    Cell(
        "id renamed and made default",
        web,
        {**WEB, "name": "site", "default": True},
        CHANGED,
        writes=("PATCH",),
        after="default *site",
    ),
    Cell(
        "id renamed but default not unset",
        web_is_default,
        {**WEB, "name": "site", "default": False},
        REFUSED,
        ("default",),
    ),
    Cell("id made default", web, {**WEB, "default": True}, CHANGED, writes=("PATCH",), after="default *web"),
    Cell("id default cannot be unset", web_is_default, {**WEB, "default": False}, REFUSED, ("default",)),
    Cell("id deleted", web, {**WEB, "state": "absent"}, CHANGED, writes=("DELETE",), after="*default"),
    Cell("id is nowhere, deleted", empty, {**NOWHERE, "state": "absent"}, OK),
    Cell("id default, deleted", web_is_default, {**WEB, "state": "absent"}, REFUSED, ("default",)),
    Cell(
        "id with an application, deleted",
        web_with_application,
        {**WEB, "state": "absent"},
        REFUSED,
        ("application",),
        writes=None,
    ),
)

MINE = {"name": "web", "owner": "$me"}
NOBODY = {"name": "web", "owner": "nobody-known-here"}

OWNER = (
    Cell("my username, exists", web, MINE, OK),
    Cell("my id, exists", web, {**MINE, "owner": "$me_id"}, OK),
    Cell("my username, create", empty, MINE, CHANGED, writes=("POST",), after="*default web"),
    Cell("my id, create", empty, {**MINE, "owner": "$me_id"}, CHANGED, writes=("POST",), after="*default web"),
    Cell("my username, create the first", empty, MINE, CHANGED, writes=("POST",), default_project=None),
    Cell("my username, by id", web, {**WEB, "owner": "$me"}, OK),
    Cell("somebody unknown, exists", web, NOBODY, REFUSED, ("nobody-known-here",)),
    Cell("somebody unknown, create", empty, NOBODY, REFUSED, ("nobody-known-here",)),
    Cell("somebody unknown, delete", web, {**NOBODY, "state": "absent"}, OK),
    Cell("somebody unknown, by id", web, {**WEB, "owner": "nobody-known-here"}, REFUSED, ("nobody-known-here", "$me")),
)


class TestOwnProjectsById(TableTests):
    cells = (*BY_ID, *OWNER)
