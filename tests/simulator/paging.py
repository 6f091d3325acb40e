# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages of lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .errors import bad_request
from .switches import Switches


def paged(root: str, items: list[Any], query: Mapping[str, str], switches: Switches) -> dict[str, Any]:
    """The body of a list answer.

    That the lists of projects, invitations and applications come in pages is undocumented; by default they do not
    (switch page_size). The parameters and ``meta.pagination`` are documented for other lists. A page beyond the end
    is answered like any other (recorded).
    """
    if switches.page_size is None:
        return {root: items}
    page = _positive(query, "page", 1)
    per_page = min(_positive(query, "per_page", switches.page_size), switches.page_max)
    total_pages = max(1, -(-len(items) // per_page))
    meta: dict[str, Any] = {
        "current_page": page,
        switches.page_key: page - 1 if page > 1 else None,
        "next_page": page + 1 if page < total_pages else None,
        "total_pages": total_pages,
        "total_count": len(items),
    }
    if switches.page_style == "last":
        # The vendor's newer helper sends no null and adds per_page (vendor client).
        meta[switches.page_key] = max(1, page - 1)
        meta["next_page"] = min(page + 1, total_pages)
        meta["per_page"] = per_page
    start = (page - 1) * per_page
    return {root: items[start : start + per_page], "meta": {"pagination": meta}}


def _positive(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) > 0):
        raise bad_request(f"{name} must be a positive number")
    return int(text)
