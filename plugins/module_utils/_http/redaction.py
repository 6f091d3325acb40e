# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What leaves a task: without secrets, and without what Ansible cannot print."""

from __future__ import annotations

import base64
import re
import typing as t
from dataclasses import dataclass, field

MASK = "********"

# An API token (48 characters after the prefix; a project may be named tk-us-east), a JWT, as bearer tokens are, or what
# makes the link of an invitation to collaborate a secret. The first two start where no word goes on, so that a text
# made for that cannot keep the search busy for hours.
TOKEN = re.compile(r"(?<![\w-])(?:tk-us-[\w-]{40,}|eyJ[\w-]{10,}\.[\w-]+\.[\w-]*)|(?<=[?&]token=)[^\s&\"'<>]+")
# Compiled here, and not in each worker that Ansible forks.
_HALF = re.compile("[\ud800-\udfff]")
# Levels of nesting that are kept. The API has three; Ansible breaks at some hundreds.
_DEPTH = 50


@dataclass
class Redactor:
    """Masks the secrets of one task, and everything that looks like a token.

    Tokens hold only letters, digits, hyphens, underscores and dots, so no escaping changes them. Basic authentication
    is the one encoding in which this collection sends one.
    """

    # The longest first: one may be a part of another.
    _secrets: list[str] = field(default_factory=list, repr=False)

    def add(self, secret: str | None) -> None:
        """Mask this secret from now on."""
        if secret:
            self._secrets += [secret, basic_credentials(secret).rstrip("=")]
            self._secrets.sort(key=len, reverse=True)

    def __call__(self, value: t.Any, depth: int = _DEPTH) -> t.Any:
        """Return a JSON value, or text, without secrets."""
        if isinstance(value, str):
            for secret in self._secrets:
                value = value.replace(secret, MASK)
            return whole_characters(TOKEN.sub(MASK, value))
        if isinstance(value, (list, tuple, dict)) and depth == 0:
            return "..."
        if isinstance(value, (list, tuple)):
            return [self(item, depth - 1) for item in value]
        if isinstance(value, dict):
            return {self(key): self(item, depth - 1) for key, item in value.items()}
        return value


def whole_characters(text: str) -> str:
    """Return a text with U+FFFD, which is in no token and no name, for half characters: Ansible cannot print those."""
    return _HALF.sub("\ufffd", text)


def basic_credentials(token: str) -> str:
    """Return a token as the password of an empty username, in base64, as basic authentication sends it."""
    return base64.b64encode(f":{token}".encode()).decode()
