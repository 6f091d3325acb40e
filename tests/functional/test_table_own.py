# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table for an account that sees its own projects only: found by name."""

from __future__ import annotations

from typing import ClassVar

from .arrangements import (
    empty,
    site,
    web,
    web_and_site,
    web_in_other_region,
    web_is_default,
    web_with_application,
    web_with_invitation,
)
from .table import CHANGED, CONSISTENT, OK, REFUSED, Cell, TableTests

WEB = {"name": "web"}
RENAME = {"name": "web", "new_name": "site"}
LONGEST = "a-long_name-" + "0123456789" * 5 + "-z"

PRESENT = (
    Cell("create", empty, WEB, CHANGED, writes=("POST",), after="*default web"),
    Cell("create the first project of all", empty, WEB, CHANGED, writes=("POST",), default_project=None),
    Cell(
        "create with the longest name", empty, {"name": LONGEST}, CHANGED, writes=("POST",), after=f"{LONGEST} *default"
    ),
    Cell(
        "create where another region has it", web_in_other_region, WEB, CHANGED, writes=("POST",), after="*default web"
    ),
    Cell("exists", web, WEB, OK),
    Cell("exists in the region asked", web_in_other_region, WEB, OK, region="osc-secnum-fr1"),
)

DEFAULT = (
    Cell("create as default", empty, {**WEB, "default": True}, CHANGED, writes=("POST",), after="default *web"),
    Cell(
        "create the first as default",
        empty,
        {**WEB, "default": True},
        CHANGED,
        writes=("POST",),
        after="*web",
        default_project=None,
    ),
    Cell("create not as default", empty, {**WEB, "default": False}, CHANGED, writes=("POST",), after="*default web"),
    Cell("make default", web, {**WEB, "default": True}, CHANGED, writes=("PATCH",), after="default *web"),
    Cell(
        "make default where none is",
        web,
        {**WEB, "default": True},
        CHANGED,
        writes=("PATCH",),
        after="*web",
        default_project=None,
    ),
    Cell("is default already", web_is_default, {**WEB, "default": True}, OK),
    Cell("is not default already", web, {**WEB, "default": False}, OK),
    Cell("default cannot be unset", web_is_default, {**WEB, "default": False}, REFUSED, ("web", "default")),
)

RENAMED = (
    Cell("rename", web, RENAME, CHANGED, writes=("PATCH",), after="*default site"),
    Cell("rename the default project", web_is_default, RENAME, CHANGED, writes=("PATCH",), after="default *site"),
    Cell(
        "rename and make default", web, {**RENAME, "default": True}, CHANGED, writes=("PATCH",), after="default *site"
    ),
    Cell("rename but not unset default", web_is_default, {**RENAME, "default": False}, REFUSED, ("default",)),
    Cell("renamed already", site, RENAME, OK),
    Cell(
        "renamed already, now make default",
        site,
        {**RENAME, "default": True},
        CHANGED,
        writes=("PATCH",),
        after="default *site",
    ),
    Cell("rename where both exist", web_and_site, RENAME, REFUSED, ("web", "site")),
    Cell("rename where neither exists", empty, RENAME, CONSISTENT, writes=None),
    Cell("rename to the same name", web, {"name": "web", "new_name": "web"}, CONSISTENT, after="*default web"),
)

ABSENT = (
    Cell("delete", web, {**WEB, "state": "absent"}, CHANGED, writes=("DELETE",), after="*default"),
    Cell("delete what is not there", empty, {**WEB, "state": "absent"}, OK),
    Cell("delete what another region has", web_in_other_region, {**WEB, "state": "absent"}, OK),
    Cell(
        "delete in spite of an invitation",
        web_with_invitation,
        {**WEB, "state": "absent"},
        CHANGED,
        writes=("DELETE",),
        after="*default",
    ),
    Cell("delete the default project", web_is_default, {**WEB, "state": "absent"}, REFUSED, ("web", "default")),
    Cell(
        "delete with an application inside",
        web_with_application,
        {**WEB, "state": "absent"},
        REFUSED,
        ("web", "application"),
        writes=None,
    ),
)


class TestOwnProjectsByName(TableTests):
    # That an invitation keeps a project from being deleted, no check could foretell.
    switches: ClassVar = {"delete_with_invitation": "cancel"}
    cells = (*PRESENT, *DEFAULT, *RENAMED, *ABSENT)
