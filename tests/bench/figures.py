# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was measured, and the few numbers that are made of it."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

FIRST, AGAIN = "first run", "no-change run"


@dataclass(frozen=True, order=True)
class Cell:
    """One thing that is measured again and again: a case, for so many objects, at a latency in milliseconds."""

    case: str
    size: int
    moment: str
    latency: int


# A playbook with one ping needs no server, so that there is one cell of it for all sizes and latencies.
PING = Cell("ping", 0, AGAIN, 0)


@dataclass
class Sample:
    """All runs of a cell: how long each took, and how many requests, which is the same for every run."""

    requests: int
    seconds: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def lowest(self) -> float:
        return min(self.seconds)

    @property
    def highest(self) -> float:
        return max(self.seconds)


class Figures(dict[Cell, Sample]):
    """The samples of all cells."""

    def add(self, cell: Cell, seconds: float, requests: int) -> None:
        """Note one run."""
        self.setdefault(cell, Sample(requests)).seconds.append(seconds)

    def ratio(self, cell: Cell, base: Cell) -> float | None:
        """How many times as long the median of one cell is as that of another; None if one was not measured."""
        if cell not in self or base not in self:
            return None
        return self[cell].median / self[base].median

    def sizes(self) -> list[int]:
        return sorted({cell.size for cell in self if cell != PING})

    def latencies(self) -> list[int]:
        return sorted({cell.latency for cell in self if cell != PING})

    def rows(self) -> list[dict[str, Any]]:
        """Every single run, for a file."""
        return [{**asdict(cell), **asdict(sample)} for cell, sample in self.items()]


def save(path: Path, figures: Figures, conditions: dict[str, str]) -> None:
    """Keep what was measured in a file, and with what."""
    path.write_text(json.dumps({"conditions": conditions, "runs": figures.rows()}, indent=1) + "\n", encoding="utf-8")


def read(path: Path) -> tuple[Figures, dict[str, str]]:
    """What was saved in a file."""
    saved = json.loads(path.read_text(encoding="utf-8"))
    figures = Figures()
    for row in saved["runs"]:
        sample = Sample(row.pop("requests"), row.pop("seconds"))
        figures[Cell(**row)] = sample
    return figures, saved["conditions"]


def spread(samples: Iterable[Sample]) -> float:
    """How far the runs of a typical cell lie apart: the median of (highest - lowest) / median."""
    spreads = [(one.highest - one.lowest) / one.median for one in samples if len(one.seconds) > 1]
    return statistics.median(spreads) if spreads else 0.0
