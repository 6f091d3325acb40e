# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A request, and what its response says: the objects that were asked for, or the error that it stands for."""

from __future__ import annotations

import contextlib
import json
import re
import time
import typing as t
from dataclasses import dataclass
from datetime import timezone
from email.utils import parsedate_to_datetime

from .._errors import (
    ApiError,
    AuthenticationError,
    ConflictError,
    ForbiddenError,
    NotFoundError,
    ProxyAuthenticationError,
    RateLimitError,
    RejectedError,
    RouteNotFoundError,
    ServerError,
    UnexpectedResponseError,
    UnreadableResponseError,
    ValidationError,
    beginning,
    on_one_line,
)
from .._types import mismatch

# Characters of a body that an error keeps, of the API's words in a message, and of a request ID, which is a UUID.
_LONGEST_BODY, _LONGEST_MESSAGE, _LONGEST_REQUEST_ID = 2000, 300, 100

_PROXY_ADVICE = "It comes from a proxy. Check the username and password in the proxy environment variables."
_BILLING_ADVICE = "The account needs a billing profile, or must leave the free trial first."
_ERRORS: dict[int, tuple[type[ApiError], str]] = {
    401: (AuthenticationError, ""),
    402: (RejectedError, _BILLING_ADVICE),
    403: (ForbiddenError, ""),
    404: (NotFoundError, ""),
    407: (ProxyAuthenticationError, _PROXY_ADVICE),
    409: (ConflictError, ""),
    422: (ValidationError, ""),
    429: (RateLimitError, ""),
}


@dataclass(frozen=True)
class Request:
    """What is sent.

    Attributes:
        method: HTTP verb.
        base: URL of the host.
        path: Path and query, quoted.
        expected: The one status that means success.
        body: What is sent as JSON, or None.
        source: How messages name what led to this host: an option or a variable.
        safe: Sending it twice does no more than sending it once.
    """

    method: str
    base: str
    path: str
    expected: int = 200
    body: t.Any = None
    source: str = "api_url"
    safe: bool = True


class Response:
    """The response to a request, read leniently: the API's errors have half a dozen forms, and a proxy's have any."""

    def __init__(self, request: Request, status: int, headers: t.Mapping[str, str], content: bytes) -> None:
        self.request = request
        self.status = status
        self._headers = headers
        # The server's time in seconds since 1970, if it tells it.
        self.date = _seconds_since_1970(headers.get("Date", ""))
        self._text = content.decode("utf-8", errors="replace")
        self.json: t.Any = None
        self._is_json = False
        with contextlib.suppress(ValueError, RecursionError):
            self.json, self._is_json = json.loads(self._text), True
        # The reference prints {} for a 204, recorded responses have no body at all; either says nothing.
        self.succeeded = status == request.expected and (status == 204 or isinstance(self.json, dict))

    def one(self, key: str, form: t.Any, **asked: t.Any) -> t.Any:
        """Return the object under a key.

        Args:
            key: The key.
            form: What it must be, one of `_types`.
            asked: Values that it must have: of another object, the next write could hit the wrong one.

        Raises:
            UnexpectedResponseError: It is something else.
        """
        return self._checked(self.json.get(key), form, key, asked)

    def many(self, key: str, form: t.Any, **asked: str) -> list[t.Any]:
        """Return the objects under a key, for each of which holds what is said above."""
        found = self.json.get(key)
        if not isinstance(found, list):
            raise self.unexpected(f"without a list as {key!r}")
        return [self._checked(item, form, f"{key}[]", asked) for item in found]

    def _checked(self, found: t.Any, form: t.Any, name: str, asked: t.Mapping[str, t.Any]) -> t.Any:
        problem = mismatch(found, form, name, asked)
        if problem:
            raise self.unexpected(f"with {problem}")
        return found

    def next_page(self, page: int, received: int) -> int | None:
        """Return the page after this one, or None, by `meta.pagination`. All pages up to this one had so many objects.

        No next page is null by the reference; a newer library of the vendor's repeats the last page instead.

        Raises:
            UnexpectedResponseError: It is the last, and there should be more objects: they would look absent.
        """
        meta = self.json.get("meta")
        pagination = meta.get("pagination") if isinstance(meta, dict) else None
        if not isinstance(pagination, dict):
            return None
        following, pages, total = (pagination.get(key) for key in ("next_page", "total_pages", "total_count"))
        if following is not None and (not isinstance(following, int) or isinstance(following, bool)):
            raise self.unexpected("with a next_page that is not a number")
        if following and following > page and not (isinstance(pages, int) and page >= pages):
            return following
        if isinstance(total, int) and not isinstance(total, bool) and received < total:
            raise self.unexpected(f"with {received} objects on all pages, but a total_count of {total}")
        return None

    @property
    def retry_after(self) -> float | None:
        """The seconds that the header Retry-After asks to wait, from either of its two forms, or None."""
        value = self._headers.get("Retry-After", "").strip()
        if re.fullmatch("[0-9]{1,9}", value):
            return float(value)
        moment = _seconds_since_1970(value)
        return None if moment is None else moment - (self.date or time.time())

    def error(self) -> ApiError:
        """Return the error that this response stands for, if it is not a success."""
        if self.status < 300 and not self._is_json:
            return self.unexpected("without JSON", UnreadableResponseError)
        if self.status < 300:
            return self.unexpected(f"instead of {self.request.expected}")
        if self.status < 400:
            return self._error(UnexpectedResponseError, ", a redirect, which is never followed", self._check_url)
        kind, advice = _ERRORS.get(self.status, (ServerError if self.status >= 500 else RejectedError, ""))
        # That of an object is `{"error": ...}`; that of a route `{"message": ..., "url": ...}`, or a page.
        if kind is NotFoundError and not (isinstance(self.json, dict) and isinstance(self.json.get("error"), str)):
            kind, advice = RouteNotFoundError, f"No such path exists. {self._check_url}"
        message = self._api_message().rstrip(".")
        return self._error(kind, f": {message}" if message else "", advice)

    def unexpected(self, what: str, kind: type[ApiError] = UnexpectedResponseError) -> ApiError:
        """Return the error for a response of the right status whose body breaks the contract in this way."""
        return self._error(kind, f" {what}, which does not match the Scalingo API", self._check_url)

    @property
    def _check_url(self) -> str:
        return f"Check {self.request.source} ({self.request.base})."

    def _error(self, kind: type[ApiError], what: str, advice: str) -> ApiError:
        request = self.request
        request_id = on_one_line(self._headers.get("X-Request-Id", "")) or None
        if request_id and len(request_id) > _LONGEST_REQUEST_ID:
            request_id = None
        limited = "Rate limit reached (60 requests per minute): " if kind is RateLimitError else ""
        quoted = f" (X-Request-Id: {request_id})" if request_id else ""
        short = self._is_json and len(self._text) <= _LONGEST_BODY
        error = kind(
            f"{limited}{request.method} {request.path} returned HTTP {self.status}{what}{quoted}. {advice}".rstrip(),
            status=self.status,
            method=request.method,
            path=request.path,
            request_id=request_id,
            body=self.json if short else beginning(self._text, _LONGEST_BODY),
            retry_after=self.retry_after,
        )
        error.outcome_unknown = error.outcome_unknown and not request.safe
        return error

    def _api_message(self) -> str:
        """Return the API's own words: `error`, else `message`, else the `errors` of the fields, else a line of text."""
        words: t.Any = ""
        if isinstance(self.json, dict):
            plain = [self.json[key] for key in ("error", "message") if isinstance(self.json.get(key), str)]
            words = plain[0] if plain else "; ".join(_flat(self.json.get("errors")))
        elif isinstance(self.json, str):
            words = self.json
        elif not self._is_json and re.search(r"<\s*(!doctype|html)\b", self._text[:_LONGEST_BODY], re.IGNORECASE):
            words = "an HTML page"
        elif not self._is_json:
            words = self._text.strip().split("\n")[0]
        return beginning(on_one_line(beginning(words, _LONGEST_BODY)), _LONGEST_MESSAGE)


def _flat(errors: t.Any, field: str = "") -> list[str]:
    """Return the messages of a 422 one by one: each field holds a list of texts, and nested lists were seen."""
    if isinstance(errors, str):
        return [f"{field}: {errors}" if field else errors]
    if isinstance(errors, list):
        return [text for item in errors for text in _flat(item, field)]
    if isinstance(errors, dict):
        return [text for key, item in errors.items() for text in _flat(item, f"{field}.{key}" if field else str(key))]
    return []


def _seconds_since_1970(date: str) -> float | None:
    """Return a date of HTTP, which is always in Greenwich's time; None if it is none."""
    try:
        moment = parsedate_to_datetime(date)
        return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
