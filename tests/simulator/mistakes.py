# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mistakes of whoever arranges the simulator."""

from __future__ import annotations


class SimulatorError(ValueError):
    """Something that cannot be arranged: an unknown account, an illegal fault and the like."""


class SwitchError(SimulatorError):
    """An unknown switch or an illegal value."""
