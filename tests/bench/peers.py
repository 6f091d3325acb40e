# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The servers of the peers: as much of their APIs as an SSH key that is as it should be makes their modules ask for.

Form and fields of the answers are those that the vendors document for "list all SSH keys".
"""

from __future__ import annotations

import hashlib
import time
from base64 import b64decode, b64encode
from collections import Counter
from typing import Any

from flask import Flask, abort, request
from simulator.server import Listener

TOKEN = "benchmark-token"
CREATED = "2026-01-01T00:00:00+00:00"
KEY_TYPE = b"ssh-ed25519"


def public_key(name: str) -> str:
    """A public key that is only well-formed, the same for the same name."""
    parts = (KEY_TYPE, hashlib.sha256(name.encode()).digest())
    blob = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return f"{KEY_TYPE.decode()} {b64encode(blob).decode()} {name}"


def fingerprint(key: str) -> str:
    """The MD5 fingerprint, pairs of digits with colons between them."""
    digest = hashlib.md5(b64decode(key.split()[1])).hexdigest()
    return ":".join(digest[at : at + 2] for at in range(0, len(digest), 2))


class KeyServer:
    """A server that knows SSH keys by name, asks for a token, and counts what it is asked."""

    def __init__(self, path: str) -> None:
        self.keys: list[str] = []
        self.latency = 0.0
        self.seen: Counter[str] = Counter()
        self.path = path
        self.app = self._app()
        self._listener = Listener(self.app)

    def __enter__(self) -> KeyServer:
        self._listener.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._listener.stop()

    @property
    def url(self) -> str:
        return self._listener.url

    def prepare(self, names: list[str], missing: int, latency: int) -> None:
        """Have the keys of these names, but for some that are missing, and forget what was asked."""
        self.keys = names[missing:]
        self.latency = latency / 1000
        self.seen.clear()

    def calls(self) -> dict[str, int]:
        return dict(self.seen)

    def names(self) -> list[str]:
        return list(self.keys)

    def listing(self) -> dict[str, Any]:
        """The answer to a request for the list."""
        raise NotImplementedError

    def _app(self) -> Flask:
        app = Flask(__name__, static_folder=None)

        @app.before_request
        def arrive() -> None:
            # Whatever else a module might ask for is counted too, and answered with 404.
            self.seen[f"{request.method} {request.path}"] += 1
            time.sleep(self.latency)
            if request.headers.get("Authorization") != f"Bearer {TOKEN}":
                abort(401)

        @app.get(self.path)
        def index() -> dict[str, Any]:
            return self.listing()

        return app


class HetznerCloud(KeyServer):
    """https://docs.hetzner.cloud: ids are numbers, and a list can be asked for one name."""

    def __init__(self) -> None:
        super().__init__("/v1/ssh_keys")

    def listing(self) -> dict[str, Any]:
        wanted = request.args.get("name")
        shown = [
            {
                "id": number,
                "name": name,
                "fingerprint": fingerprint(public_key(name)),
                "public_key": public_key(name),
                "labels": {},
                "created": CREATED,
            }
            for number, name in enumerate(self.keys, start=1)
            if wanted in (None, name)
        ]
        page = {
            "page": 1,
            "per_page": 25,
            "previous_page": None,
            "next_page": None,
            "last_page": 1,
            "total_entries": len(shown),
        }
        return {"ssh_keys": shown, "meta": {"pagination": page}}


class Vultr(KeyServer):
    """https://www.vultr.com/api: ids are UUIDs, and a list is always whole."""

    def __init__(self) -> None:
        super().__init__("/v2/ssh-keys")

    def listing(self) -> dict[str, Any]:
        shown = [
            {
                "id": f"00000000-0000-4000-8000-{number:012d}",
                "date_created": CREATED,
                "name": name,
                "ssh_key": public_key(name),
            }
            for number, name in enumerate(self.keys, start=1)
        ]
        return {"ssh_keys": shown, "meta": {"total": len(shown), "links": {"next": "", "prev": ""}}}
