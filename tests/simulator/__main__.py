# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start the simulator: ``python tests/simulator``."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

if __name__ == "__main__":
    # Run as a directory, Python puts that directory itself on the path; the package is found from its parent.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    sys.exit(import_module("simulator.cli").main())
