# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong, by kind. The text of every error is a sentence for the person who reads the task's output."""

from __future__ import annotations

import contextlib
import math
import re
import typing as t


def on_one_line(text: str, limit: int | None = None) -> str:
    """Return a text, or its beginning, on one line, without characters that control a terminal."""
    line = " ".join("".join(character if character.isprintable() else " " for character in text).split())
    return line if limit is None else beginning(line, limit)


def beginning(text: str, limit: int) -> str:
    """Return a text, or the whole words at its beginning: half a secret would not be recognized as one."""
    return text if len(text) <= limit else re.sub(r"\S+\Z", "", text[:limit]) + "..."


class ScalingoError(Exception):
    """The task cannot reach its end.

    Attributes:
        result: What the task returns beside the message, for instance that something was changed before it failed.
        outcome_unknown: A write may have taken effect, and nothing that was read since tells whether it has.
    """

    outcome_unknown = False

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
        self.context: list[str] = []
        self.result: dict[str, t.Any] = {}

    def add_context(self, sentence: str) -> None:
        """Put a sentence that says what was tried, or why it was rejected, before the message."""
        self.context.insert(0, sentence)

    def add_consequence(self, sentence: str) -> None:
        """Put a sentence that says what is known of the effect after the message."""
        self.message += f" {sentence}"

    def __str__(self) -> str:
        # Names and IDs may come from anywhere.
        return on_one_line(" ".join([*self.context, self.message]))

    def as_failure(self) -> dict[str, t.Any]:
        """Return what a failed task shows: `msg`, and where there is something to tell, `error`, `outcome_unknown`."""
        return {**self.result, "msg": str(self), **({"outcome_unknown": True} if self.outcome_unknown else {})}


class InputError(ScalingoError):
    """An option that cannot be right, found before anything was written, and mostly before the first request."""


class CannotError(ScalingoError):
    """What is wanted cannot be reached. If something was written on the way, `result` says so."""


class InaccessibleError(CannotError):
    """What the task is about does not exist, or this account cannot access it: which of them is not known."""


class RequestError(ScalingoError):
    """A request that did not end as the API's reference says.

    Attributes:
        max_tries: How many times sending it makes sense.
        seconds: How long it took.
    """

    max_tries: float = 1
    seconds = 0.0


class TransportError(RequestError):
    """No usable response came: no connection, a timeout, a response that broke off."""

    def __init__(self, message: str, outcome_unknown: bool, max_tries: float) -> None:
        super().__init__(message)
        self.outcome_unknown = outcome_unknown
        self.max_tries = max_tries


class ApiError(RequestError):
    """The API responded, but with a status or a body that does not mean success.

    Attributes:
        status: HTTP status.
        method: HTTP verb of the request.
        path: Its path and query.
        request_id: Header X-Request-Id of the response, or None.
        body: The response's JSON, or the beginning of its text.
        retry_after: Seconds that the response asks to wait, or None.
    """

    def __init__(
        self,
        message: str,
        status: int,
        method: str,
        path: str,
        request_id: str | None = None,
        body: t.Any = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.method = method
        self.path = path
        self.request_id = request_id
        self.body = body
        self.retry_after = retry_after

    def as_failure(self) -> dict[str, t.Any]:
        error = {name: getattr(self, name) for name in ("status", "method", "path", "request_id", "body")}
        return {**super().as_failure(), "error": error}


class RejectedError(ApiError):
    """A 4xx that says something of the object: the API rejected the request, and did nothing."""


@contextlib.contextmanager
def explained(sentence: str) -> t.Iterator[None]:
    """Put a sentence that says what a rejection means before its message."""
    try:
        yield
    except RejectedError as error:
        error.add_context(sentence)
        raise


class AuthenticationError(RejectedError):
    """401: no valid bearer token, or a right that the account lacks."""


class ForbiddenError(RejectedError):
    """403: not allowed for this account."""


class NotFoundError(RejectedError):
    """404 of an object, in the API's own form. The only response that can mean "absent"."""


class ConflictError(RejectedError):
    """409: it exists already, was changed during the task, or its state forbids this."""


class ValidationError(RejectedError):
    """422: a field is missing or not acceptable."""


class RouteNotFoundError(ApiError):
    """404 of the path itself: the URL is wrong, and nothing is known of the object."""


class ProxyAuthenticationError(ApiError):
    """407: a proxy on the way wants a username and a password; the API was not asked."""


class RateLimitError(ApiError):
    """429: too many requests; nothing was done."""

    max_tries = math.inf


class ServerError(ApiError):
    """5xx: whether the request was carried out is not known."""

    outcome_unknown = True
    max_tries = math.inf


class UnexpectedResponseError(ApiError):
    """A response that the API's reference does not know: another success, a redirect, a missing key."""

    outcome_unknown = True


class UnreadableResponseError(UnexpectedResponseError):
    """A status that means success, but no JSON: mostly because of a wrong URL."""

    max_tries = 3


class ExchangeError(ApiError):
    """The API token could not be exchanged; that says nothing of any object."""
