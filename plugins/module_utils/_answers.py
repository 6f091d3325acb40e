# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to community.scalingo: it may change in any release.

"""What an HTTP answer says: its JSON, the API's own words, and the error it stands for."""

from __future__ import annotations

import base64
import json
import re
import time
import typing as t
from email.utils import parsedate_to_datetime
from urllib.parse import quote

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
)

# Characters of a body that an error keeps: enough to recognise a proxy's page, not enough to flood a log.
EXCERPT = 2000
# Characters of the API's words that go into a message.
WORDS = 300

_REFUSALS: dict[int, type[ApiRefusal]] = {
    401: AuthenticationError,
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    422: ValidationError,
    429: RateLimitError,
}

CHECK_URLS = "check that api_url and auth_url are right."
_ADVICE: dict[int | str, str] = {
    402: "The account needs a billing profile, or has to leave the free trial, before it may do this.",
    "route": f"There is no such path there, so nothing is known of the object: {CHECK_URLS}",
    "redirect": f"Redirects are never followed, so that no token reaches another host: {CHECK_URLS}",
    "form": f"That is not the form of the Scalingo API: {CHECK_URLS}",
}


class Redactor:
    """Replaces secrets, in each form in which an answer could echo them."""

    MASK = "********"

    def __init__(self) -> None:
        self._forms: set[str] = set()

    def add(self, secret: str) -> None:
        """Hide this secret from now on: as it is, in a URL, and in base64 with or without an empty user name."""
        encoded = [base64.b64encode(text.encode()).decode().rstrip("=") for text in (secret, ":" + secret)]
        self._forms.update([secret, quote(secret, safe=""), *encoded])

    def __call__(self, value: t.Any) -> t.Any:
        """Return a JSON value, or text, without the secrets."""
        if isinstance(value, str):
            # The longest first: one form may be a part of another.
            for form in sorted(self._forms, key=len, reverse=True):
                value = value.replace(form, self.MASK)
            return value
        if isinstance(value, list):
            return [self(item) for item in value]
        if isinstance(value, dict):
            return {self(key): self(item) for key, item in value.items()}
        return value


class Answer:
    """One HTTP answer, read leniently: the API's errors have half a dozen forms, and a proxy's have any."""

    def __init__(self, status: int, headers: t.Mapping[str, str], content: bytes) -> None:
        self.status = status
        self.headers = headers
        self.text = content.decode("utf-8", errors="replace")
        try:
            self.json = json.loads(self.text)
            self.is_json = True
        except (ValueError, RecursionError):
            self.json = None
            self.is_json = False

    @property
    def body(self) -> t.Any:
        """What an error shows of the body: its JSON, or the beginning of its text."""
        if self.is_json and len(self.text) <= EXCERPT:
            return self.json
        return self.text[:EXCERPT]

    @property
    def words(self) -> str:
        """The API's own words: V(error), else V(message), else the V(errors) of the fields, else a line of text."""
        words = ""
        if isinstance(self.json, dict):
            plain = [self.json[key] for key in ("error", "message") if isinstance(self.json.get(key), str)]
            words = plain[0] if plain else "; ".join(_flat(self.json.get("errors")))
        elif not self.is_json and re.search(r"<\s*(!doctype|html)\b", self.text[:EXCERPT], re.IGNORECASE):
            words = "an HTML page"
        elif not self.is_json:
            words = self.text.strip().split("\n")[0]
        # One sentence stays one line, whatever came.
        return re.sub(r"[\s\x00-\x1f\x7f]+", " ", words).strip()[:WORDS]

    @property
    def retry_after(self) -> float | None:
        """The seconds that the header Retry-After asks to wait, from either of its two forms, or None."""
        value = self.headers.get("Retry-After", "").strip()
        if value.isdigit():
            return float(value[:9])
        try:
            return max(0.0, parsedate_to_datetime(value).timestamp() - self.server_time)
        except (TypeError, ValueError, IndexError, OverflowError):
            return None

    @property
    def server_time(self) -> float:
        """Seconds since 1970 by the server's clock if it tells the time, else by ours."""
        try:
            return parsedate_to_datetime(self.headers.get("Date", "")).timestamp()
        except (TypeError, ValueError, IndexError, OverflowError):
            return time.time()

    def error(self, method: str, path: str, redact: Redactor) -> ApiError:
        """Return the error that this answer, which is not the one hoped for, stands for."""
        kind, advice = self._kind()
        request_id = redact(self.headers.get("X-Request-Id"))
        words = redact(self.words).rstrip(".")
        sentences = [
            f"{method} {path} was answered {self.status}" + (f": {words}." if words else "."),
            advice,
            f"X-Request-Id: {request_id}." if request_id else None,
        ]
        return kind(
            " ".join(sentence for sentence in sentences if sentence),
            status=self.status,
            method=method,
            path=path,
            request_id=request_id,
            body=redact(self.body),
            retry_after=self.retry_after,
        )

    def _kind(self) -> tuple[type[ApiError], str | None]:
        if self.status == 404 and not self._names_an_object():
            return RouteNotFoundError, _ADVICE["route"]
        if self.status >= 500:
            return ServerError, None
        if self.status >= 400:
            return _REFUSALS.get(self.status, ApiRefusal), _ADVICE.get(self.status)
        if self.status >= 300:
            return UnexpectedAnswerError, _ADVICE["redirect"]
        return UnexpectedAnswerError if self.is_json else UnreadableAnswerError, _ADVICE["form"]

    def _names_an_object(self) -> bool:
        """Tell the 404 of an object, `{"error": …}`, from that of a route, `{"message": …, "url": …}`, or a page."""
        return isinstance(self.json, dict) and isinstance(self.json.get("error"), str)


def _flat(errors: t.Any, field: str = "") -> list[str]:
    """Return one text a message: fields hold lists of texts, which were seen nested."""
    if isinstance(errors, str):
        return [f"{field}: {errors}" if field else errors]
    if isinstance(errors, list):
        return [text for item in errors for text in _flat(item, field)]
    if isinstance(errors, dict):
        return [text for key, item in errors.items() for text in _flat(item, f"{field}.{key}" if field else str(key))]
    return []
