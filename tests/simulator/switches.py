# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How switches are declared, checked and changed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from .mistakes import SwitchError


@dataclass(frozen=True)
class Switch:
    """One undocumented point of the API and the answers that the simulator can give to it.

    ``values`` are the legal words, numbers and booleans; None is written ``none`` on the command line.
    ``number`` additionally allows any number of that type from ``minimum`` on, ``pattern`` any text that
    matches it, described by ``pattern_text``.
    """

    name: str
    default: Any
    question: str
    values: tuple[Any, ...] = ()
    number: type[int] | type[float] | None = None
    minimum: float = 0
    pattern: str = ""
    pattern_text: str = ""

    def parse(self, value: Any) -> Any:
        """The legal value that was meant; texts such as ``409`` or ``true`` stand for the value they spell."""
        for legal in self.values:
            if _same(value, legal):
                return legal
        number = self._number(value)
        if number is not None and number >= self.minimum:
            return number
        if self.pattern and isinstance(value, str) and re.fullmatch(self.pattern, value):
            return value
        raise SwitchError(f"illegal value {value!r} for switch {self.name}; legal: {self.legal()}")

    def legal(self) -> str:
        """The legal values, for people."""
        parts = [spelled(value) for value in self.values]
        if self.number is not None:
            kind = "integer" if self.number is int else "number"
            parts.append(f"any {kind} from {self.minimum:g}")
        if self.pattern:
            parts.append(self.pattern_text)
        return ", ".join(parts)

    def _number(self, value: Any) -> int | float | None:
        if self.number is None or isinstance(value, bool):
            return None
        if isinstance(value, int) or (isinstance(value, float) and self.number is float):
            return self.number(value)
        if isinstance(value, str):
            try:
                return self.number(value)
            except ValueError:
                return None
        return None


class Switches:
    """The present setting of every switch; read them as attributes."""

    def __init__(self, declared: tuple[Switch, ...], **values: Any) -> None:
        self._declared = {switch.name: switch for switch in declared}
        self._start = {switch.name: switch.default for switch in declared}
        self._start.update(self._parse(values))
        self._values = dict(self._start)

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["_values"][name]
        except KeyError:
            raise AttributeError(f"unknown switch {name}") from None

    def set(self, **values: Any) -> None:
        """Change switches: all of them, or none when one name or value is wrong."""
        self._values.update(self._parse(values))

    def reset(self) -> None:
        """Back to the values that the simulator was started with."""
        self._values = dict(self._start)

    def as_dict(self) -> dict[str, Any]:
        """Every switch with its present value."""
        return dict(self._values)

    def _parse(self, values: dict[str, Any]) -> dict[str, Any]:
        unknown = sorted(set(values) - set(self._declared))
        if unknown:
            raise SwitchError(f"unknown switch {', '.join(unknown)}; known: {', '.join(self._declared)}")
        return {name: self._declared[name].parse(value) for name, value in values.items()}


def setting(text: str) -> tuple[str, str]:
    """The name and the value in a text such as ``page_size=2``."""
    name, equals, value = text.strip().partition("=")
    if not equals:
        raise SwitchError(f"{text!r} is not NAME=VALUE")
    return name, value


def settings(text: str) -> dict[str, str]:
    """The names and the values in a text such as ``page_size=2,dates=offset``."""
    return dict(setting(one) for one in text.split(",") if one.strip())


def spelled(value: Any) -> str:
    """How a value is written on the command line and in the table of switches."""
    return str(value).lower() if value is None or isinstance(value, bool) else str(value)


def _same(value: Any, legal: Any) -> bool:
    if type(value) is type(legal) and value == legal:
        return True
    if isinstance(value, str):
        return value.lower() == spelled(legal).lower()
    return isinstance(legal, str) and isinstance(value, int) and spelled(value) == legal
