# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find a secret in whatever a run left, in every form in which a text may hold it."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from functional.runner import forms as forms_of_a_job


def forms(secret: str) -> dict[str, str]:
    """How a secret may look, by the name of the form. A secret without awkward characters looks alike in most."""
    url = quote(secret, safe="")
    found = {
        **forms_of_a_job(secret),
        "in a URL in lower case": re.sub("%..", lambda escape: escape.group().lower(), url),
        "in a path": quote(secret),
        "in JSON": json.dumps(secret)[1:-1],
        "in JSON with a slash escaped": json.dumps(secret)[1:-1].replace("/", "\\/"),
        "in JSON in JSON": json.dumps(json.dumps(secret)[1:-1])[1:-1],
        "in HTML": html.escape(secret),
        "in HTML with numbers": re.sub(r"\W", lambda one: f"&#{ord(one.group())};", secret),
        "in HTML with hexadecimal numbers": re.sub(r"\W", lambda one: f"&#x{ord(one.group()):X};", secret),
        "in JavaScript": re.sub(r"\W", lambda one: f"\\u{ord(one.group()):04x}", secret),
    }
    found.update({f"{name}, in a URL": quote(text, safe="") for name, text in found.items() if "base64" in name})
    plain = secret.removeprefix("tk-us-")
    found["without its beginning"] = plain
    found["its first half"] = plain[: max(len(plain) // 2, 20)]
    found["its second half"] = plain[-max(len(plain) // 2, 20) :]
    return found


def echoes(secret: str) -> list[str]:
    """What a talkative server may say: a whole secret, and each of the ways to authenticate with it."""
    basic = base64.b64encode(f":{secret}".encode()).decode()
    return [secret, f"Bearer {secret}", basic, f"Basic {basic}", f"{secret}, and more"]


@dataclass
class Search:
    """A search for secrets, which counts what it looked at."""

    secrets: Mapping[str, str]
    texts: int = 0
    compared: int = 0
    _wanted: list[tuple[str, str, bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name, secret in self.secrets.items():
            alike = {text.encode(): form for form, text in reversed(forms(secret).items())}
            self._wanted += [(name, form, text) for text, form in alike.items()]

    def leaks(self, outputs: Mapping[str, bytes]) -> list[str]:
        """Which secret is in which output, in which form."""
        self.texts += len(outputs)
        self.compared += len(outputs) * len(self._wanted)
        return [
            f"{name} {form} in {output}"
            for output, content in outputs.items()
            for name, form, text in self._wanted
            if text in content
        ]


def files_of(folder: Path, given: Iterable[str] = ()) -> dict[str, bytes]:
    """Every file below a folder, by its path, but those that were given to the run."""
    left = {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*")) if path.is_file()}
    return {name: path.read_bytes() for name, path in left.items() if name not in set(given)}
