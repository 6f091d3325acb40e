# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The servers of all cases, on loopback and in this process, which only waits while a playbook runs."""

from __future__ import annotations

import http.client
import statistics
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol
from urllib.parse import urlsplit

from simulator import Simulator

from bench.peers import TOKEN, HetznerCloud, Vultr, public_key

OWNER, DEFAULT_PROJECT = "mireille", "default"
# A server that sends with Nagle's algorithm waits for an acknowledgement, which the other side holds back for 40 ms.
STALL_SECONDS = 0.02
PROJECTS_ALLOWED = 1000


class Server(Protocol):
    """What a run is prepared with, and asked about."""

    def prepare(self, names: list[str], missing: int, latency: int) -> None:
        """Have the objects of these names, but for some that are missing, and forget what was asked."""

    def calls(self) -> dict[str, int]:
        """How often each call was made, by method and path."""

    def names(self) -> list[str]:
        """The names of the objects that there are."""


class Account:
    """An account of the simulated Scalingo API."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.api_token = simulator.add_account(OWNER, default_project=DEFAULT_PROJECT).api_token

    def prepare(self, names: list[str], missing: int, latency: int) -> None:
        self.simulator.reset()
        for name in names[missing:]:
            self.simulator.add_project(OWNER, name)
        self.simulator.set(latency=latency / 1000)

    def calls(self) -> dict[str, int]:
        return dict(Counter(self.simulator.calls()))

    def names(self) -> list[str]:
        return [one["name"] for one in self.simulator.projects(OWNER) if one["name"] != DEFAULT_PROJECT]


@contextmanager
def serving() -> Iterator[tuple[Mapping[str, Server], dict[str, Any]]]:
    """The servers by name, and the variables with which plays reach them.

    Raises:
        RuntimeError: One of them would make every kept connection look slow.
    """
    # Neither of the limits of the API: 20 projects, 60 requests a minute.
    with Simulator(
        limit_projects=PROJECTS_ALLOWED, rate_limit=None
    ) as simulator, HetznerCloud() as hcloud, Vultr() as vultr:
        account = Account(simulator)
        for url in (simulator.api_url, simulator.auth_url, hcloud.url, vultr.url):
            _check_kept_connection(url)
        yield (
            {"scalingo": account, "hcloud": hcloud, "vultr": vultr},
            {
                "scalingo_api_token": account.api_token,
                "scalingo_api_url": simulator.api_url,
                "scalingo_auth_url": simulator.auth_url,
                "hcloud_token": TOKEN,
                "hcloud_endpoint": f"{hcloud.url}/v1",
                "vultr_api_key": TOKEN,
                "vultr_api_endpoint": f"{vultr.url}/v2",
            },
        )


def wanted_variables(names: list[str]) -> dict[str, Any]:
    """What the plays are to bring about, in the form that each of them takes."""
    return {
        "wanted": names,
        "wanted_projects": [{"name": name} for name in names],
        "wanted_keys": [{"name": name, "public_key": public_key(name)} for name in names],
    }


def _check_kept_connection(url: str) -> None:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    seconds = []
    for _attempt in range(6):
        start = time.perf_counter()
        connection.request("GET", "/")
        connection.getresponse().read()
        seconds.append(time.perf_counter() - start)
    connection.close()
    # The first answer includes the building of the application.
    if statistics.median(seconds[1:]) > STALL_SECONDS:
        raise RuntimeError(f"{url} takes {seconds[1:]} s to answer on a kept connection: is Nagle's algorithm on?")
