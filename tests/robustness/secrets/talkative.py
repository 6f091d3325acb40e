# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers that repeat a secret, in every form and at every place of an answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .search import echoes

Answer = dict[str, Any]


def _texts(secrets: tuple[str, ...]) -> list[str]:
    return [text for secret in secrets for text in echoes(secret)]


def _in_a_sentence(texts: list[str]) -> Answer:
    return {"body": {"error": f"No right for {' or '.join(texts)}."}}


def _in_a_message(texts: list[str]) -> Answer:
    return {"body": {"message": " ".join(texts), "url": "/".join(texts)}}


def _in_fields(texts: list[str]) -> Answer:
    return {"body": {"errors": {text: [text, [text]] for text in texts}}}


def _in_keys_and_lists(texts: list[str]) -> Answer:
    return {"body": {"error": "No.", "request": [{text: {"deep": [1, None, text]}} for text in texts]}}


def _in_a_text(texts: list[str]) -> Answer:
    return {"body": "\n".join(texts)}


def _in_one_line(texts: list[str]) -> Answer:
    return {"body": "".join(f"x{text}y " for text in texts)}


def _in_a_page(texts: list[str]) -> Answer:
    return {"body": f"<!DOCTYPE html><html><body>{'<br>'.join(texts)}</body></html>"}


def _in_headers(texts: list[str]) -> Answer:
    names = ("X-Request-Id", "WWW-Authenticate", "Retry-After", "Server", "Set-Cookie")
    return {"body": {"error": "No."}, "headers": {name: ", ".join(texts) for name in names}}


def _in_a_short_header(texts: list[str]) -> Answer:
    return {"body": {"error": "No."}, "headers": {"X-Request-Id": texts[0]}}


def _in_a_redirect(texts: list[str]) -> Answer:
    return {"status": 302, "body": "", "headers": {"Location": f"http://127.0.0.1:9/?{'&'.join(texts)}"}}


# By the place where the secrets are.
PLACES: dict[str, Callable[[list[str]], Answer]] = {
    "sentence": _in_a_sentence,
    "message": _in_a_message,
    "fields": _in_fields,
    "keys": _in_keys_and_lists,
    "text": _in_a_text,
    "line": _in_one_line,
    "page": _in_a_page,
    "headers": _in_headers,
    "request-id": _in_a_short_header,
    "redirect": _in_a_redirect,
}


def answer(place: str, status: int, *secrets: str) -> Answer:
    """The details of a fault: an answer of this status that repeats the secrets at this place."""
    return {"status": status, **PLACES[place](_texts(secrets))}
