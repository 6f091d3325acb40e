# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stories in which somebody waits: told all at once, each against a simulator of its own, so that it takes one wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from simulator import Simulator

from .transfer_process import Party

Telling = Callable[[Any], None]


class Stories:
    """The stories of one test file. They begin together as soon as the first of them is asked for.

    Keyword arguments are the switches of the simulators of all of them, if they do not say otherwise.
    """

    def __init__(self, **assumed: Any) -> None:
        self._assumed = assumed
        self._stories: dict[str, tuple[dict[str, Any], Telling]] = {}
        self._told: dict[str, Future[None]] = {}

    @property
    def names(self) -> list[str]:
        return list(self._stories)

    def add(self, name: str, telling: Telling, **switches: Any) -> None:
        assert name not in self._stories, f"two stories are called {name}"
        self._stories[name] = ({**self._assumed, **switches}, telling)

    def story(self, **switches: Any) -> Callable[[Telling], Telling]:
        """Decorate a function that is given a simulator with these switches, and asserts."""

        def register(telling: Telling) -> Telling:
            self.add(telling.__name__.replace("_", " "), telling, **switches)
            return telling

        return register

    def tell(self, name: str) -> None:
        """Raise what the story raised."""
        if not self._told:
            with ThreadPoolExecutor(max_workers=len(self._stories)) as pool:
                for each, (switches, telling) in self._stories.items():
                    self._told[each] = pool.submit(_tell, telling, switches)
        self._told[name].result()


def _tell(telling: Telling, switches: dict[str, Any]) -> None:
    with Simulator(**switches) as sim:
        telling(sim)


def while_waiting(one: Party, work: Callable[..., Any], *arguments: Any) -> None:
    """Let something happen once the owner, who waits for an answer, has looked whether it came.

    Not after some seconds: on a busy machine, the task may not even have begun by then.
    """

    def looks() -> int:
        return one.calls("owner").count("GET invitation")

    seen = looks()

    def act() -> None:
        while looks() == seen:
            time.sleep(0.05)
        work(*arguments)

    threading.Thread(target=act, daemon=True).start()
