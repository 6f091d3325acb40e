# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose request comes next: every order that there is, or some that a seed chooses."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

# An enumeration that comes to more is a mistake: such a race needs seeds.
MOST_ORDERS = 100


class Choices:
    """The choices of one run: those that were told, then those of whoever chooses freely, all of them noted."""

    def __init__(self, told: tuple[int, ...] = (), free: random.Random | None = None) -> None:
        self._told = told
        self._free = free
        self.taken: list[tuple[int, int]] = []

    def among(self, count: int) -> int:
        """Return the next choice among so many, and note it with their number."""
        place = len(self.taken)
        choice = self._free.randrange(count) if self._free else 0
        if place < len(self._told):
            choice = self._told[place]
            assert choice < count, f"choice {place} is {choice}, and there are only {count}"
        self.taken.append((choice, count))
        return choice

    def __str__(self) -> str:
        return "".join(str(choice) for choice, _count in self.taken)


@dataclass(frozen=True)
class Seed:
    """One order, chosen by a seed."""

    number: int

    def orders(self) -> Iterator[Choices]:
        """Give the choices of the one run."""
        # A generator of its own, so that nothing else that draws from it can change the order.
        yield Choices(free=random.Random(self.number))

    def __str__(self) -> str:
        return f"seed{self.number}"


@dataclass(frozen=True)
class Every:
    """All orders that there are, one after the other: the last choice that can be another one becomes that."""

    most: int = field(default=MOST_ORDERS)

    def orders(self) -> Iterator[Choices]:
        """Give the choices of each run. Each has to be carried out before the next one is asked for."""
        told: tuple[int, ...] | None = ()
        for _run in range(self.most):
            choices = Choices(told)
            yield choices
            told = _next(choices.taken)
            if told is None:
                return
        raise AssertionError(f"there are more than {self.most} orders: use seeds")

    def __str__(self) -> str:
        return "every"


def _next(taken: list[tuple[int, int]]) -> tuple[int, ...] | None:
    for place in range(len(taken) - 1, -1, -1):
        choice, count = taken[place]
        if choice + 1 < count:
            return (*(one for one, _count in taken[:place]), choice + 1)
    return None
