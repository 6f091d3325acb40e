# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare the output that a page shows with that of a run, whose IDs, dates and durations are others."""

from __future__ import annotations

import re

MASKS = [
    (re.compile(r"\b(prj|pr|tin|us)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"), r"\1-ID"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:Z|[+-]\d\d:\d\d| UTC)?"), "DATE"),
    (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:PORT"),
    (re.compile(r" \*{3,}$"), " ***"),
    (re.compile(r"(?<![\w.])\d+\.\d+ ?s\b"), "SECONDS"),
    # In the result of a failed task, the message is a string of JSON.
    (re.compile(r"\\(['\"])"), r"\1"),
    (re.compile(r"\s+"), " "),
]
LEFT_OUT = "..."


def masked(text: str) -> list[str]:
    """The lines of a text without what differs from run to run, and without empty ones."""
    lines = []
    for line in text.splitlines():
        for pattern, instead in MASKS:
            line = pattern.sub(instead, line)
        if line.strip():
            lines.append(line.strip())
    return lines


def missing(shown: str, printed: str) -> list[str]:
    """The first lines of what a page shows that were not printed one after the other, in this order; or none.

    A line of three dots stands for any lines.
    """
    rest = masked(printed)
    chunk: list[str] = []
    for line in [*masked(shown), LEFT_OUT]:
        if line != LEFT_OUT:
            chunk.append(line)
            continue
        places = [start for start in range(len(rest)) if rest[start : start + len(chunk)] == chunk]
        if chunk and not places:
            return chunk
        rest, chunk = (rest[places[0] + len(chunk) :] if chunk else rest), []
    return []


def says(message: str, printed: str) -> bool:
    """Tell whether a message, which may go over several lines of a page, was printed."""
    return " ".join(masked(message)) in " ".join(masked(printed))
