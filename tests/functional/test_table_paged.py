# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table for a list that comes in seven pages."""

from __future__ import annotations

from typing import Any, ClassVar

from .assumptions import TWENTY
from .expect import LIST
from .table import CHANGED, OK, REFUSED, Cell, Table, TableTests

PAGES = 7
PROJECTS = 20
PAGE_SIZE = 3


def _fill(sim: Any, me: Any, names: int) -> None:
    for number in range(names):
        sim.add_project(me, f"filler-{number:02}")


def full(sim: Any, me: Any) -> dict[str, Any]:
    """Twenty projects; the default one is the oldest, `web` the newest, so they are on opposite ends."""
    _fill(sim, me, PROJECTS - 2)
    return {"web": sim.add_project(me, "web")["id"]}


def nearly_full(sim: Any, me: Any) -> dict[str, Any]:
    """Nineteen projects, also seven pages, and no `web` among them."""
    _fill(sim, me, PROJECTS - 2)
    return {}


WEB = {"name": "web"}

CELLS = (
    Cell("create", nearly_full, WEB, CHANGED, writes=("POST",)),
    Cell("exists on the last page", full, WEB, OK),
    Cell("exists on the first page", full, {"name": "default"}, OK),
    Cell("make default across pages", full, {**WEB, "default": True}, CHANGED, writes=("PATCH",)),
    Cell("rename across pages", full, {**WEB, "new_name": "site"}, CHANGED, writes=("PATCH",)),
    Cell("rename where both exist", full, {**WEB, "new_name": "default"}, REFUSED, ("web", "default")),
    Cell("delete from the last page", full, {**WEB, "state": "absent"}, CHANGED, writes=("DELETE",)),
    Cell("delete what no page has", nearly_full, {**WEB, "state": "absent"}, OK),
)


class TestSevenPages(TableTests):
    """The last page says that there is no next one."""

    switches: ClassVar[dict[str, Any]] = {**TWENTY, "page_size": PAGE_SIZE, "page_max": 100, "page_style": "null"}
    cells = CELLS

    def test_every_page_is_read_once(self, table: Table, cell: Cell) -> None:
        assert table(cell).calls["check"].count(LIST) == PAGES


class TestSevenPagesThatNeverEnd(TestSevenPages):
    """The last page names itself as the next one, as the vendor's own helper does."""

    switches: ClassVar[dict[str, Any]] = {
        **TestSevenPages.switches,
        "page_style": "last",
        "page_key": "previous_page",
    }
    cells = CELLS[:1]
