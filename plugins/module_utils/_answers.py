# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to community.scalingo: it may change in any release.

"""What an HTTP answer says: its JSON, the API's own words, and the error it stands for."""

from __future__ import annotations

import json
import re
import time
import typing as t
from datetime import timezone
from email.utils import parsedate_to_datetime

from ansible_collections.community.scalingo.plugins.module_utils._errors import (
    ApiError,
    ApiRefusal,
    AuthenticationError,
    ConflictError,
    ForbiddenError,
    NotFoundError,
    RateLimitError,
    RouteNotFoundError,
    ServerError,
    UnexpectedAnswerError,
    UnreadableAnswerError,
    ValidationError,
    on_one_line,
)
from ansible_collections.community.scalingo.plugins.module_utils._redaction import Redactor, without_surrogates

E = t.TypeVar("E", bound=ApiError)

# Characters of a body that an error keeps: enough to recognise a proxy's page, not enough to flood a log.
EXCERPT = 2000
# Characters of the API's words that go into a message.
WORDS = 300
# Characters of a request ID, which is a UUID.
LONGEST_REQUEST_ID = 100
# Characters of an answer that are searched for secrets.
_SEARCHED = 256 * 1024
# Levels of nesting that are read. The API has three.
_DEPTH = 50

_REFUSALS: dict[int, type[ApiRefusal]] = {
    401: AuthenticationError,
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    422: ValidationError,
    429: RateLimitError,
}

_NOT_THE_FORM = "which is not the form of the Scalingo API"


class Answer:
    """One HTTP answer, read leniently: the API's errors have half a dozen forms, and a proxy's have any."""

    def __init__(self, status: int, headers: t.Mapping[str, str], content: bytes) -> None:
        self.status = status
        self.headers = headers
        self.text = content.decode("utf-8", errors="replace")
        try:
            self.json = json.loads(self.text)
            self.is_json = not _is_deeper(self.json, _DEPTH)
            if self.is_json and "\\ud" in self.text.lower():
                self.json = without_surrogates(self.json)
        except (ValueError, RecursionError):
            self.is_json = False
        if not self.is_json:
            self.json = None

    def body(self, redact: Redactor) -> t.Any:
        """Return what an error shows of the body: its JSON, or the beginning of its text, without secrets."""
        if self.is_json and len(self.text) <= EXCERPT:
            return redact(self.json)
        return _searched(self.text, redact)[:EXCERPT]

    def words(self, redact: Redactor) -> str:
        """Return the API's own words: `error`, else `message`, else the `errors` of the fields, else a line of text."""
        words = ""
        if isinstance(self.json, dict):
            plain = [self.json[key] for key in ("error", "message") if isinstance(self.json.get(key), str)]
            words = plain[0] if plain else "; ".join(_flat(self.json.get("errors")))
        elif isinstance(self.json, str):
            words = self.json
        elif not self.is_json and re.search(r"<\s*(!doctype|html)\b", self.text[:EXCERPT], re.IGNORECASE):
            words = "an HTML page"
        elif not self.is_json:
            words = self.text.strip().split("\n")[0]
        return on_one_line(_searched(words, redact), WORDS)

    @property
    def retry_after(self) -> float | None:
        """The seconds that the header Retry-After asks to wait, from either of its two forms, or None."""
        value = self.headers.get("Retry-After", "").strip()
        if re.fullmatch("[0-9]+", value):
            return float(value[:9])
        moment = _http_date(value)
        return None if moment is None else max(0.0, moment - self.server_time)

    @property
    def server_time(self) -> float:
        """Seconds since 1970 by the server's clock if it tells the time, else by ours."""
        moment = _http_date(self.headers.get("Date", ""))
        return time.time() if moment is None else moment

    def error(self, method: str, path: str, redact: Redactor, setting: str = "api_url") -> ApiError:
        """Return the error that this answer, which is not the one hoped for, stands for.

        Args:
            method: HTTP verb of the request.
            path: Its path and query.
            redact: What hides the secrets.
            setting: The option that led there, and its value.
        """
        kind, advice = self._kind(setting)
        if self.status < 300:
            return self._error(kind, method, path, f" with a body {_NOT_THE_FORM}", f": check {setting}.", redact)
        if self.status < 400:
            return self._error(
                kind, method, path, ", a redirect, which is never followed", f": check {setting}.", redact
            )
        words = self.words(redact).rstrip(".")
        return self._error(kind, method, path, f": {words}" if words else "", f". {advice}".rstrip(), redact)

    def mismatch(self, method: str, path: str, what: str, redact: Redactor, setting: str) -> UnexpectedAnswerError:
        """Return the error for an answer of the right status whose body breaks the contract.

        Args:
            what: How it does, to follow the status; the others are as in `error`.
        """
        return self._error(
            UnexpectedAnswerError, method, path, f" {what}, {_NOT_THE_FORM}", f": check {setting}.", redact
        )

    def _error(self, kind: type[E], method: str, path: str, what: str, advice: str, redact: Redactor) -> E:
        request_id = on_one_line(redact(self.headers.get("X-Request-Id", "")), LONGEST_REQUEST_ID) or None
        quoted = f" (X-Request-Id: {request_id})" if request_id else ""
        return kind(
            f"{method} {path} was answered {self.status}{what}{quoted}{advice}",
            status=self.status,
            method=method,
            path=path,
            request_id=request_id,
            body=self.body(redact),
            retry_after=self.retry_after,
            words=self.words(redact) if self.is_json else "",
        )

    def _kind(self, setting: str) -> tuple[type[ApiError], str]:
        """Return the error class, and what to do next."""
        if self.status < 300:
            return UnexpectedAnswerError if self.is_json else UnreadableAnswerError, ""
        if self.status < 400:
            return UnexpectedAnswerError, ""
        if self.status == 402:
            advice = "The account needs a billing profile, or has to leave the free trial, before it may do this."
            return ApiRefusal, advice
        if self.status == 404 and not self._names_an_object():
            return RouteNotFoundError, f"There is no such path, so nothing is known of the object: check {setting}."
        if self.status >= 500:
            return ServerError, ""
        return _REFUSALS.get(self.status, ApiRefusal), ""

    def _names_an_object(self) -> bool:
        """Tell the 404 of an object, `{"error": …}`, from that of a route, `{"message": …, "url": …}`, or a page."""
        return isinstance(self.json, dict) and isinstance(self.json.get("error"), str)


def _searched(text: str, redact: Redactor) -> str:
    """Return the beginning of a text without secrets. It is cut afterwards, since half a secret is not recognised."""
    if len(text) <= _SEARCHED:
        return t.cast(str, redact(text))
    # The last word may be half a secret, and come to light if little is left of what was before it.
    return re.sub(r"\S+\Z", "", redact(text[:_SEARCHED]))


def _flat(errors: t.Any, field: str = "") -> list[str]:
    """Return the messages of a 422 one by one: each field holds a list of texts, and nested lists were seen."""
    if isinstance(errors, str):
        return [f"{field}: {errors}" if field else errors]
    if isinstance(errors, list):
        return [text for item in errors for text in _flat(item, field)]
    if isinstance(errors, dict):
        return [text for key, item in errors.items() for text in _flat(item, f"{field}.{key}" if field else str(key))]
    return []


def _http_date(text: str) -> float | None:
    """Return a date of HTTP, which is always in Greenwich's time, as seconds since 1970; None if it is none."""
    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def _is_deeper(value: t.Any, depth: int) -> bool:
    """Tell whether a value is nested more than `depth` levels deep, which would break whatever reads it."""
    level = [value]
    for _depth in range(depth):
        inner = [item.values() if isinstance(item, dict) else item for item in level if isinstance(item, (dict, list))]
        level = [item for items in inner for item in items]
        if not level:
            return False
    return True
