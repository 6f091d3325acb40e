# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to community.scalingo: it may change in any release.

"""What a text must not show or hold: secrets, in any form in which an answer could echo them; halves of characters."""

from __future__ import annotations

import base64
import re
import typing as t

# What looks like an API token, or like the JWT that is a bearer token, whosever it is. API tokens have 48 characters
# after the prefix in the examples of the vendor's reference; a project may be named tk-us-east.
_API_TOKEN = re.compile(r"tk-us-[\w-]{40,}")
_DOTTED = re.compile(r"[\w.-]+")
_SHORTEST_HEADER = len("eyJ") + 10
_NAMES_IN_HTML = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}
# Fewer characters of base64 may be there by chance.
_SHORTEST_INNER = 8


class Redactor:
    """Replaces secrets, in each form in which an answer could echo them."""

    MASK = "********"

    def __init__(self) -> None:
        self._forms: set[str] = set()
        # What is left of each form however it is escaped.
        self._clues: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def add(self, secret: str) -> None:
        """Hide this secret from now on: as it is or in base64, and escaped in the way of a URL, of JSON or of HTML."""
        self._forms.update([secret, *_in_base64(secret)])
        self._clues = {max(re.split("[^A-Za-z0-9]", form), key=len) for form in self._forms}
        self._pattern = None

    def __call__(self, value: t.Any) -> t.Any:
        """Return a JSON value, or text, without the secrets."""
        if isinstance(value, str):
            # Most texts hold none, and that is found out much faster.
            if any(clue in value for clue in self._clues):
                value = self._compiled().sub(self.MASK, value)
            return _DOTTED.sub(self._without_web_tokens, _API_TOKEN.sub(self.MASK, value))
        if isinstance(value, list):
            return [self(item) for item in value]
        if isinstance(value, dict):
            return {self(key): self(item) for key, item in value.items()}
        return value

    def _without_web_tokens(self, found: re.Match[str]) -> str:
        """Return words joined by dots without the JWTs among them: three words, of which the first holds eyJ.

        Not by one pattern for all of it, which a text that is made for that would keep busy for hours.
        """
        words = found.group().split(".")
        kept: list[str] = []
        place = 0
        while place < len(words):
            word = words[place]
            begin = word.find("eyJ")
            if 0 <= begin <= len(word) - _SHORTEST_HEADER and place + 2 < len(words) and words[place + 1]:
                word = word[:begin] + self.MASK
                place += 2
            kept.append(word)
            place += 1
        return ".".join(kept)

    def _compiled(self) -> re.Pattern[str]:
        """Return what finds every form. It takes its time, so it is made only for a text that may hold one."""
        if self._pattern is None:
            # The longest first: one form may be a part of another.
            forms = sorted(self._forms, key=len, reverse=True)
            self._pattern = re.compile("|".join("".join(map(_escaped, form)) for form in forms))
        return self._pattern


def _in_base64(secret: str) -> t.Iterator[str]:
    """Yield how a secret looks in base64: alone, after the colon of an empty user name, and in any longer text."""
    for text in (secret, f":{secret}"):
        yield base64.b64encode(text.encode()).decode().rstrip("=")
    for before in range(3):
        # Three bytes make four characters. Those at both ends depend on what is around the secret.
        encoded = base64.b64encode(b"x" * before + secret.encode()).decode()
        inner = encoded[(0, 2, 3)[before] : (before + len(secret)) * 4 // 3]
        if len(inner) >= _SHORTEST_INNER:
            yield from (inner, inner.replace("+", "-").replace("/", "_"))


def _escaped(character: str) -> str:
    """Return a pattern for a character, be it as it is or escaped. Nobody escapes letters and digits."""
    if character.isalnum():
        return re.escape(character)
    number = ord(character)
    digits = "".join(f"[{digit}{digit.upper()}]" for digit in f"{number:02x}")
    in_html = [
        f"#0*{number}",
        f"#[xX]0*{digits}",
        *([_NAMES_IN_HTML[character]] if character in _NAMES_IN_HTML else []),
    ]
    forms = [
        # JSON that is a text in JSON has three backslashes.
        r"\\{1,4}" if character == "\\" else r"\\{0,3}" + re.escape(character),
        f"%(?:25)*{digits}",
        rf"\\{{1,3}}(?:u00|x){digits}",
        f"&(?:amp;)*(?:{'|'.join(in_html)});",
    ]
    return f"(?:{'|'.join(forms)})"


def without_surrogates(value: t.Any) -> t.Any:
    """Return a value whose texts can be encoded. JSON can escape half a character, which Ansible cannot take."""
    if isinstance(value, str):
        return value.encode("utf-16", errors="surrogatepass").decode("utf-16", errors="replace")
    if isinstance(value, list):
        return [without_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {without_surrogates(key): without_surrogates(item) for key, item in value.items()}
    return value
