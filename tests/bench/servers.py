# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The servers of all cases, on loopback and in this process, which only waits while a playbook runs.

Each can `prepare()` the objects of some names and forget all requests, and return the `calls()` that it received, by
method and path, and the `names()` of its objects.
"""

from __future__ import annotations

import hashlib
import time
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from flask import Flask, abort, request
from simulator import Simulator
from simulator.server import Listener

OWNER, DEFAULT_PROJECT = "mireille", "default"
TOKEN = "benchmark-token"
CREATED = "2026-01-01T00:00:00+00:00"
KEY_TYPE = b"ssh-ed25519"


class Account:
    """An account of the simulated Scalingo API."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.api_token = simulator.add_account(OWNER, default_project=DEFAULT_PROJECT).api_token

    def prepare(self, names: list[str], latency: int) -> None:
        self.simulator.reset()
        for name in names:
            self.simulator.add_project(OWNER, name)
        self.simulator.set(latency=latency / 1000)

    def calls(self) -> dict[str, int]:
        return dict(Counter(self.simulator.calls()))

    def names(self) -> list[str]:
        return [one["name"] for one in self.simulator.projects(OWNER) if one["name"] != DEFAULT_PROJECT]


class Peers:
    """The APIs of Hetzner and Vultr, as far as an unchanged SSH key makes their modules ask for them.

    The responses have the form that the vendors document for the list of all SSH keys.
    """

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.latency = 0.0
        self.seen: Counter[str] = Counter()
        self.app = Flask(__name__, static_folder=None)
        self.app.before_request(self._count)
        self.app.get("/v1/ssh_keys")(self._hetzner)
        self.app.get("/v2/ssh-keys")(self._vultr)

    def prepare(self, names: list[str], latency: int) -> None:
        self.keys, self.latency = names, latency / 1000
        self.seen.clear()

    def calls(self) -> dict[str, int]:
        return dict(self.seen)

    def names(self) -> list[str]:
        return self.keys

    def _count(self) -> None:
        self.seen[f"{request.method} {request.path}"] += 1
        time.sleep(self.latency)
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            abort(401)

    def _hetzner(self) -> dict[str, Any]:
        shown = [
            {
                "id": number,
                "name": name,
                "fingerprint": _fingerprint(public_key(name)),
                "public_key": public_key(name),
                "labels": {},
                "created": CREATED,
            }
            for number, name in enumerate(self.keys, start=1)
            if request.args.get("name") in (None, name)
        ]
        page = {"page": 1, "per_page": 25, "previous_page": None, "next_page": None, "last_page": 1}
        return {"ssh_keys": shown, "meta": {"pagination": {**page, "total_entries": len(shown)}}}

    def _vultr(self) -> dict[str, Any]:
        numbered = enumerate(self.keys, start=1)
        shown = [
            {"id": f"{number:036d}", "date_created": CREATED, "name": name, "ssh_key": public_key(name)}
            for number, name in numbered
        ]
        return {"ssh_keys": shown, "meta": {"total": len(shown), "links": {"next": "", "prev": ""}}}


@contextmanager
def serving() -> Iterator[tuple[Mapping[str, Any], dict[str, Any]]]:
    """Yield the servers by name, and the variables with which plays reach them."""
    # Without the limits of the API: 20 projects, 60 requests per minute.
    with Simulator(limit_projects=1000, rate_limit=None) as simulator:
        account, peers = Account(simulator), Peers()
        listener = Listener(peers.app)
        listener.start()
        variables = {
            "scalingo_api_token": account.api_token,
            "scalingo_api_url": simulator.api_url,
            "scalingo_auth_url": simulator.auth_url,
            "peer_token": TOKEN,
            "peer_url": listener.url,
        }
        try:
            yield {"scalingo": account, "peers": peers}, variables
        finally:
            listener.stop()


def public_key(name: str) -> str:
    """Return a public key that is only well-formed, the same for the same name."""
    parts = (KEY_TYPE, hashlib.sha256(name.encode()).digest())
    blob = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return f"{KEY_TYPE.decode()} {b64encode(blob).decode()} {name}"


def _fingerprint(key: str) -> str:
    """Return the MD5 fingerprint, pairs of digits with colons between them."""
    return hashlib.md5(b64decode(key.split()[1])).digest().hex(":")
