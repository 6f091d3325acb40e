# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bearer tokens: issuing and checking them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from typing import Any

from .clock import Clock
from .switches import Switches

LIFETIME = 3600


@dataclass(frozen=True)
class IssuedBearer:
    """Whose bearer token it is and until when it is good, in seconds since the epoch."""

    account_id: str
    expires_at: float


class Bearers:
    """Issues JSON Web Tokens signed with HS512, good for one hour (documented), and knows all it has issued.

    Claims as in a recorded token: iss, iat, uuid (the user's id), rnd, exp = iat + 3600. Whether clients may rely on
    ``uuid`` is undocumented, hence the switch uuid_claim, which can also make the tokens opaque.
    """

    def __init__(self, clock: Clock, switches: Switches) -> None:
        self._clock = clock
        self._switches = switches
        self._key = secrets.token_bytes(64)
        self._issued: dict[str, IssuedBearer] = {}
        self._dead: set[str] = set()

    def issue(self, account_id: str, expires_in: int = LIFETIME, opaque: bool = False) -> str:
        """Make a bearer token for an account."""
        expires_at = int(self._clock.timestamp()) + expires_in
        if opaque or self._switches.uuid_claim == "opaque":
            bearer = secrets.token_urlsafe(48)
        else:
            claims: dict[str, Any] = {"iss": "Scalingo", "iat": expires_at - LIFETIME}
            if self._switches.uuid_claim:
                claims["uuid"] = account_id
            claims["rnd"] = secrets.token_hex(8)
            claims["exp"] = expires_at
            bearer = self._sign(claims)
        self._issued[bearer] = IssuedBearer(account_id, expires_at)
        return bearer

    def account_id(self, bearer: str) -> str | None:
        """To whom a token was issued, be it still valid or not; None for an unknown one."""
        issued = self._issued.get(bearer)
        return issued.account_id if issued else None

    def valid(self, bearer: str) -> bool:
        """Whether it is a known token that has neither expired nor been ended."""
        issued = self._issued.get(bearer)
        return issued is not None and bearer not in self._dead and issued.expires_at > self._clock.timestamp()

    def end_all(self, account_id: str) -> None:
        """Make every token issued so far to the account invalid."""
        self._dead.update(bearer for bearer, issued in self._issued.items() if issued.account_id == account_id)

    def issued(self) -> list[str]:
        """Every token ever issued, so that the request log can hide them."""
        return list(self._issued)

    def _sign(self, claims: dict[str, Any]) -> str:
        signed = b".".join(_encode(json.dumps(part).encode()) for part in ({"typ": "JWT", "alg": "HS512"}, claims))
        signature = hmac.new(self._key, signed, hashlib.sha512).digest()
        return b".".join((signed, _encode(signature))).decode()


def _encode(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
