# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What both parts share: the start of a page, and tables in Markdown."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from ansible_environment import collections_path

LICENSE = """\
<!--
Copyright: (c) 2026, the community.scalingo authors
GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
SPDX-License-Identifier: GPL-3.0-or-later

Written by "make bench": change tests/bench/{name}.py instead.
-->
"""


class Broken(Exception):
    """A case did something else than it should, so its figures mean nothing."""


def installed(name: str) -> str:
    """Return the version of a collection."""
    for folder in [*collections_path().split(os.pathsep), *sys.path]:
        manifest = Path(folder, "ansible_collections", *name.split("."), "MANIFEST.json")
        if manifest.is_file():
            return str(json.loads(manifest.read_text(encoding="utf-8"))["collection_info"]["version"])
    raise Broken(f"The collection {name} is not installed.")


def table(header: Sequence[str], rows: Sequence[Sequence[str]], align: str) -> str:
    """Return a table in Markdown; `align` has an l or an r for each column."""
    marks = {"l": "---", "r": "--:"}
    return "".join(f"| {' | '.join(line)} |\n" for line in (header, [marks[one] for one in align], *rows))


def measured_with(conditions: Mapping[str, str]) -> str:
    """Return the table of the conditions, in which a release looks for its version."""
    return table(["measured with", ""], list(map(list, conditions.items())), "ll")


def times(ratio: float) -> str:
    """Return a ratio to two or three digits."""
    return f"{ratio:.2f}x" if ratio < 10 else f"{ratio:.1f}x"
