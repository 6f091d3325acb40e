# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start the simulator: ``python tests/simulator``."""

from __future__ import annotations

import sys
from pathlib import Path

# Run as a directory, Python puts that directory itself on the path; the package is found from its parent.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from simulator.cli import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main())
