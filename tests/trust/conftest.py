# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What these tests share: the simulator can be imported, and every answer that it gives is checked."""

from __future__ import annotations

import os

os.environ.setdefault("SIMULATOR_VALIDATE", "1")  # every answer of every simulator is held against openapi.yaml
