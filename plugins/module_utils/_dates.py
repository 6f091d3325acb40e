# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to community.scalingo: it may change in any release.

"""The API's dates: ISO 8601, with `Z` in recorded answers and with a numeric offset in the reference."""

from __future__ import annotations

import re
from datetime import datetime

_DATE = re.compile(
    r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(\.\d{1,6})?\d*(Z|[+-]\d{2}:?\d{2})",
)


def parse_date(text: str) -> datetime:
    """Return a date as a time with a zone.

    Raises:
        ValueError: It is none.
    """
    parts = _DATE.fullmatch(text)
    if not parts:
        raise ValueError(f"not a date: {text!r}")
    whole, fraction, zone = parts.groups()
    # Spelled out in the one way that every Python reads.
    zone = "+00:00" if zone == "Z" else f"{zone[:3]}:{zone[-2:]}"
    return datetime.fromisoformat(f"{whole}{(fraction or '.0').ljust(7, '0')}{zone}")
