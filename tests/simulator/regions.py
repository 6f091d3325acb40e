# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The regions of the platform."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Region:
    """One region. ``restricted`` ones are open on request only and hidden from unauthenticated callers (documented)."""

    name: str
    display_name: str
    default: bool
    restricted: bool


REGIONS = (
    Region(name="osc-fr1", display_name="Paris - Outscale", default=True, restricted=False),
    Region(name="osc-secnum-fr1", display_name="Paris - SecNumCloud - Outscale", default=False, restricted=True),
)

DEFAULT_REGION = "osc-fr1"
REGION_NAMES = tuple(region.name for region in REGIONS)
