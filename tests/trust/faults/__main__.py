# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print what faults come to.

After `make install`: `PYTHONPATH=build/collections:tests .venv/bin/python -m trust.faults`.
"""

from __future__ import annotations

import time

from .cells import Cell, Evidence, table
from .kinds import FAULTS
from .operations import OPERATIONS
from .played import play_all

WIDTH = 24


def main() -> None:
    """Run the whole table, and print a line for every fault."""
    begun = time.monotonic()
    cells = list(table())
    evidence = play_all(cells)
    passing = [cell for cell in cells if cell.often != "for_ever"]
    healed = sum(not evidence[cell].run.failed for cell in passing)
    print(f"{len(cells)} cells in {time.monotonic() - begun:.0f} s; {healed} of {len(passing)} passing faults healed.")
    print(f"If the fault never ends ({' '.join(OPERATIONS)}):")
    for fault in FAULTS:
        words = [_word(Cell(operation, fault, "for_ever"), evidence) for operation in OPERATIONS]
        print(f"{fault:<{WIDTH}} {' '.join(words)}")


def _word(cell: Cell, evidence: dict[Cell, Evidence]) -> str:
    if cell not in evidence:
        return "-"
    return "error" if evidence[cell].run.failed else "done"


if __name__ == "__main__":
    main()
