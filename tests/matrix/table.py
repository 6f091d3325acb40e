# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The support matrix as data: every ansible-core, and the Pythons that it takes.

The forge workflows and the README are held to this table by tests/unit/test_workflow.py, and the table to what
ansible-test of each ansible-core says by the first step of every cell.
"""

from __future__ import annotations

from dataclasses import dataclass

Python = tuple[int, int]

DEVEL = "devel"
DEVEL_ARCHIVE = "https://github.com/ansible/ansible/archive/devel.tar.gz"


def _pythons(first: int, last: int) -> tuple[Python, ...]:
    return tuple((3, minor) for minor in range(first, last + 1))


def text(version: Python) -> str:
    return f"{version[0]}.{version[1]}"


# What modules run on, as the README promises: Python 3.8 to 3.14.
TARGETS = _pythons(8, 14)


@dataclass(frozen=True)
class Core:
    """A release of ansible-core.

    Attributes:
        name: As in "2.19".
        controllers: The Pythons that it runs on itself.
        targets: The Pythons that its modules run on, as far as this collection serves them.
    """

    name: str
    controllers: tuple[Python, ...]
    targets: tuple[Python, ...]

    @property
    def requirement(self) -> str:
        """What pip has to be asked for."""
        return f"ansible-core @ {DEVEL_ARCHIVE}" if self.name == DEVEL else f"ansible-core ~={self.name}.0"


CORES = (
    Core("2.16", _pythons(10, 12), _pythons(8, 12)),
    Core("2.17", _pythons(10, 12), _pythons(8, 12)),
    Core("2.18", _pythons(11, 13), _pythons(8, 13)),
    Core("2.19", _pythons(11, 13), _pythons(8, 13)),
    Core("2.20", _pythons(12, 14), _pythons(9, 14)),
    Core("2.21", _pythons(12, 14), _pythons(9, 14)),
)
# The development branch: tried every night, and promised to nobody. Its Pythons change without notice, so the newest is
# taken, and nothing is held against this line.
DEVELOPMENT = Core(DEVEL, _pythons(13, 14), _pythons(9, 14))
