# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to community.scalingo: it may change in any release.

"""What can go wrong, by kind. The text of every error is a sentence for the person who reads the task's output."""

from __future__ import annotations

import typing as t

# Follows the request in the message of a `TransportError`. The role's report knows an outage by it.
GOT_NO_ANSWER = "got no answer"


def on_one_line(text: str, limit: int | None = None) -> str:
    """Return a text, or its beginning, on one line, whatever it holds: nothing that a terminal would obey."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())[:limit]


class ScalingoError(Exception):
    """The task cannot reach its end.

    Attributes:
        result: What the task returns beside the message, for instance that something was changed before it failed.
        left_open: A write of the task may have been done, and reading back could not tell.
        done: The plan that was carried out before it failed, or None.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
        self.context: list[str] = []
        self.result: dict[str, t.Any] = {}
        self.left_open = False
        self.done: t.Any = None

    def add_context(self, sentence: str) -> None:
        """Put a sentence that says what was tried, or why it was refused, before the message."""
        self.context.insert(0, sentence)

    def add_consequence(self, sentence: str) -> None:
        """Put a sentence that says what is known of the effect after the message."""
        self.message += f" {sentence}"

    def leave_open(self, sentence: str) -> None:
        """Say that a write may have been done: in a sentence after the message, and in a key for programs."""
        self.add_consequence(sentence)
        self.left_open = True

    def __str__(self) -> str:
        # Names and IDs may come from anywhere.
        return on_one_line(" ".join([*self.context, self.message]))

    def as_failure(self) -> dict[str, t.Any]:
        """Return what a failed task shows: `msg`, and where there is something to tell, `error`, `outcome_unknown`."""
        return {**self.result, "msg": str(self), **({"outcome_unknown": True} if self.left_open else {})}


class InputError(ScalingoError):
    """An option that cannot be right, found before anything was written, and mostly before the first request."""


class Refusal(ScalingoError):
    """What is wanted cannot be reached. If something was written on the way, `result` says so."""


class RequestError(ScalingoError):
    """A request that did not end as the API's reference says.

    Attributes:
        outcome_unknown: The request may have been carried out nevertheless.
        about_object: It says something of the object, which is worth reading again.
        max_tries: How many tries in all make sense; None means as many as time allows.
        try_seconds: For how long one more try would hold the task up, if it ended in the same way.
    """

    outcome_unknown = False
    about_object = False
    max_tries: int | None = 1
    try_seconds = 0.0


class TransportError(RequestError):
    """No usable answer came: no connection, a time-out, an answer that broke off.

    Attributes:
        cut_short: Nothing came in time, but the time was less than the option `timeout` promises.
    """

    def __init__(
        self,
        message: str,
        outcome_unknown: bool,
        max_tries: int | None,
        try_seconds: float = 0.0,
        cut_short: bool = False,
    ) -> None:
        super().__init__(message)
        self.outcome_unknown = outcome_unknown
        self.max_tries = max_tries
        self.try_seconds = try_seconds
        self.cut_short = cut_short


class ApiError(RequestError):
    """The API answered, but with a status or a body that does not mean success.

    Attributes:
        status: HTTP status.
        method: HTTP verb of the request.
        path: Its path and query.
        request_id: Header X-Request-Id of the answer, or None.
        body: The answer's JSON, or the beginning of its text, without secrets.
        words: The API's own words, which the message quotes; "" if it gave none.
        retry_after: Seconds that the answer asks to wait, or None.
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
        words: str = "",
    ) -> None:
        super().__init__(message)
        self.status = status
        self.method = method
        self.path = path
        self.request_id = request_id
        self.body = body
        self.words = words
        self.retry_after = retry_after

    def as_failure(self) -> dict[str, t.Any]:
        error = {name: getattr(self, name) for name in ("status", "method", "path", "request_id", "body")}
        return {**super().as_failure(), "error": error}


class ApiRefusal(ApiError):
    """A 4xx: the API understood the request and did not carry it out."""

    about_object = True


class AuthenticationError(ApiRefusal):
    """401: no valid bearer token, or a right that the account lacks."""


class ForbiddenError(ApiRefusal):
    """403: not allowed for this account."""


class NotFoundError(ApiRefusal):
    """404 of an object, in the API's own form. The only answer that can mean "absent"."""


class RouteNotFoundError(ApiRefusal):
    """404 of the path itself: the URL is wrong, and nothing is known of the object."""

    about_object = False


class ConflictError(ApiRefusal):
    """409: it exists already, was changed meanwhile, or its state forbids this."""


class ValidationError(ApiRefusal):
    """422: a field is missing or not acceptable."""


class ExchangeError(ApiError):
    """The authentication host refused to exchange the API token; that says nothing of any object."""


class RateLimitError(ApiRefusal):
    """429: too many requests; nothing was done."""

    about_object = False
    max_tries = None


class ServerError(ApiError):
    """5xx: whether the request was carried out is not known."""

    outcome_unknown = True
    max_tries = None


class UnexpectedAnswerError(ApiError):
    """An answer that the API's reference does not know: another success, a redirect, a missing key."""

    outcome_unknown = True


class UnreadableAnswerError(UnexpectedAnswerError):
    """Success, it seems, but the body is no JSON. Seldom an accident on the way, mostly a wrong URL."""

    max_tries = 3
