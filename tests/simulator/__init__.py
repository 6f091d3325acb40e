# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulator of the Scalingo API for projects and their transfer; see README.md beside this file."""

from __future__ import annotations

from .conformance import UndescribedAnswerError
from .facade import Simulator
from .models import Account, SimulatorError, SwitchError

__all__ = ["Account", "Simulator", "SimulatorError", "SwitchError", "UndescribedAnswerError"]
