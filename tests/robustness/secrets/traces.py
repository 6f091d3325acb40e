# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Responses that repeat secrets; runs that leave as many traces as they can; and the search of all of these."""

from __future__ import annotations

import base64
import html
import json
import re
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from functional.playbook import PlaybookRun
from functional.runner import forms as forms_of_a_job

# Ansible looks whether a task in the background has ended every five seconds, and removes its files then.
PATIENCE = 15
# What must have been there, or the search was one of nothing.
EXPECTED = ("stdout", "ansible.log", "results.jsonl", "facts/")


def forms(secret: str) -> dict[str, str]:
    """Return how a secret may look, by the name of the form. One without special characters looks alike in most."""
    url = quote(secret, safe="")
    found = {
        **forms_of_a_job(secret),
        "in a URL in lower case": re.sub("%..", lambda escape: escape.group().lower(), url),
        "in a path": quote(secret),
        "in JSON": json.dumps(secret)[1:-1],
        "in JSON with a slash escaped": json.dumps(secret)[1:-1].replace("/", "\\/"),
        "in JSON in JSON": json.dumps(json.dumps(secret)[1:-1])[1:-1],
        "in HTML": html.escape(secret),
    }
    found.update({f"{name}, in a URL": quote(text, safe="") for name, text in found.items() if "base64" in name})
    plain = secret.removeprefix("tk-us-")
    found["without its beginning"] = plain
    found["its first half"] = plain[: max(len(plain) // 2, 20)]
    found["its second half"] = plain[-max(len(plain) // 2, 20) :]
    return found


def leaks(secrets: Mapping[str, str], outputs: Mapping[str, bytes]) -> list[str]:
    """Return which secret is in which output, in which form."""
    found = []
    for name, secret in secrets.items():
        alike = {text.encode(): form for form, text in reversed(forms(secret).items())}
        for text, form in alike.items():
            found += [f"{name} {form} in {output}" for output, content in outputs.items() if text in content]
    return found


def echoes(*secrets: str) -> list[str]:
    """Return what a server may repeat: each secret as it is, and in each of the ways to authenticate with it."""
    texts = []
    for secret in secrets:
        basic = base64.b64encode(f":{secret}".encode()).decode()
        texts += [secret, f"Bearer {secret}", basic, f"Basic {basic}", f"{secret}, and more"]
    return texts


HEADERS = ("X-Request-Id", "WWW-Authenticate", "Retry-After", "Server", "Set-Cookie")
# By the place where a response has the secrets.
PLACES: dict[str, Callable[[list[str]], dict[str, Any]]] = {
    "sentence": lambda texts: {"body": {"error": f"No right for {' or '.join(texts)}."}},
    "message": lambda texts: {"body": {"message": " ".join(texts), "url": "/".join(texts)}},
    "fields": lambda texts: {"body": {"errors": {text: [text, [text]] for text in texts}}},
    "keys": lambda texts: {"body": {"error": "No.", "request": [{text: {"deep": [1, None, text]}} for text in texts]}},
    "text": lambda texts: {"body": "\n".join(texts)},
    "line": lambda texts: {"body": "".join(f"x{text}y " for text in texts)},
    "page": lambda texts: {"body": f"<!DOCTYPE html><html><body>{'<br>'.join(texts)}</body></html>"},
    "headers": lambda texts: {"body": {"error": "No."}, "headers": {name: ", ".join(texts) for name in HEADERS}},
    "request-id": lambda texts: {"body": {"error": "No."}, "headers": {"X-Request-Id": texts[0]}},
    "redirect": lambda texts: {"status": 302, "body": "", "headers": {"Location": f"http://127.0.0.1:9/?{texts}"}},
}


def response(place: str, status: int, *secrets: str) -> dict[str, Any]:
    """Return the details of a fault: a response of this status that repeats the secrets at this place."""
    return {"status": status, **PLACES[place](echoes(*secrets))}


SLOW_SECONDS, TIMEOUT = 4.0, 0.7
# Everything that can go wrong between a client and the API, by the names of faults/kinds.py; statuses, by their place.
STATUSES = {
    **{"429": ("text", 429), "500": ("sentence", 500), "502_html": ("page", 502), "401": ("sentence", 401)},
    **{"403": ("keys", 403), "404": ("sentence", 404), "409": ("message", 409), "422": ("fields", 422)},
    **{"302": ("redirect", 302), "429_with_retry_after": ("request-id", 429)},
}
WIRE = {
    "dropped_before_the_work": {"kind": "drop_before"},
    "dropped_after_the_work": {"kind": "drop_after"},
    "truncated": {"kind": "truncate"},
    "slow": {"kind": "slow", "seconds": SLOW_SECONDS},
    "503_empty": {"kind": "status", "status": 503, "body": ""},
}
FAULTS = (*WIRE, "garbage", *STATUSES)


def details(name: str, *secrets: str) -> dict[str, Any]:
    """Return what the simulator is told about a fault, whose response repeats these secrets where it has a body."""
    if name == "garbage":
        return {"kind": "garbage", "body": '{"token": ' + " ".join(echoes(*secrets))}
    return WIRE.get(name) or {"kind": "status", **response(*STATUSES[name], *secrets)}


def leaving_traces(folder: Path) -> dict[str, str]:
    """Return the environment of a run that logs, caches, and keeps its temporary files in a directory of their own."""
    (folder / "tmp").mkdir(parents=True)
    return {
        "TMPDIR": str(folder / "tmp"),
        "ANSIBLE_ASYNC_DIR": str(folder / "async"),
        "ANSIBLE_CACHE_PLUGIN": "jsonfile",
        "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(folder / "facts"),
        "ANSIBLE_KEEP_REMOTE_FILES": "0",
        "ANSIBLE_LOG_PATH": str(folder / "ansible.log"),
        "ANSIBLE_PIPELINING": "false",
        "ANSIBLE_RETRY_FILES_ENABLED": "true",
        "ANSIBLE_RETRY_FILES_SAVE_PATH": str(folder / "retry"),
        "ANSIBLE_SHOW_CUSTOM_STATS": "true",
    }


def assert_no_leak(outputs: Mapping[str, bytes], secrets: Mapping[str, str], expected: Iterable[str]) -> None:
    """No secret is in any output, and these outputs were among them."""
    for name in expected:
        assert any(output.startswith(name) and content for output, content in outputs.items()), f"no {name}"
    found = leaks(secrets, outputs)
    assert not found, "\n".join(found)


def assert_nothing_left(
    folder: Path, run: PlaybookRun, given: Iterable[str], secrets: Mapping[str, str], tokens: Iterable[str], *more: str
) -> None:
    """No secret is in what a run printed or left, but for the files given to it, where the search finds the tokens."""
    deadline = time.monotonic() + PATIENCE
    while any((folder / "ansible").rglob("AnsiballZ_*")) and time.monotonic() < deadline:
        time.sleep(0.1)
    files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    left = {name: content for name, content in files.items() if name not in set(given)}
    assert_no_leak({"stdout": run.stdout.encode(), "stderr": run.stderr.encode(), **left}, secrets, [*EXPECTED, *more])
    names = {secret: name for name, secret in secrets.items()}
    found = "\n".join(leaks({names[token]: token for token in tokens}, {name: files[name] for name in given}))
    assert [names[token] for token in tokens if f"{names[token]} as it is in " not in found] == []
