# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to community.scalingo: it may change in any release.

"""Requests that persist: authentication, retries, paging. It knows no project."""

from __future__ import annotations

import base64
import json
import random
import re
import time
import typing as t
from datetime import datetime, timezone

from ansible_collections.community.scalingo.plugins.module_utils._allowance import Allowance
from ansible_collections.community.scalingo.plugins.module_utils._answers import Answer
from ansible_collections.community.scalingo.plugins.module_utils._errors import (
    ApiError,
    ApiRefusal,
    AuthenticationError,
    ExchangeError,
    RateLimitError,
    RequestError,
    TransportError,
    UnexpectedAnswerError,
)
from ansible_collections.community.scalingo.plugins.module_utils._options import TOKEN_NAMES, Connection
from ansible_collections.community.scalingo.plugins.module_utils._rate_limit import Pause, RateLimit
from ansible_collections.community.scalingo.plugins.module_utils._redaction import Redactor
from ansible_collections.community.scalingo.plugins.module_utils._transport import (
    TRIES_TO_REACH,
    ApiTokenAuth,
    BearerAuth,
    Request,
    Transport,
)

# An account has 20 projects unless support raised that; a list of more pages than this never ends.
MAX_PAGES = 200
# Characters of all pages of a list: that of thousands of applications is below this.
MAX_LIST_CHARACTERS = 16 * 1024 * 1024

# Seconds. The first is the most that is obeyed of what the API asks to wait.
LONGEST_RETRY_AFTER = 60.0
_FIRST_BACKOFF = 0.5
_LONGEST_BACKOFF = 15.0
# Below this much of max_wait, one more try is not worth the wait.
_SHORTEST_USEFUL_WAIT = 0.05
# Whoever watches is told of waits that are longer.
_SILENT_WAIT = 3.0


class Client:
    """One account on one regional API.

    Args:
        connection: Where, and as whom.
        on_secret: Called with each bearer token that the exchange returns, for whoever must mask it.
        agent: What the user agent names beside this collection, such as "ansible-core 2.19".
        on_wait: Called with a sentence, without secrets, when a request has to wait for more than a few seconds.
    """

    def __init__(
        self,
        connection: Connection,
        on_secret: t.Callable[[str], t.Any] = lambda secret: None,
        agent: str = "",
        on_wait: t.Callable[[str], t.Any] = lambda sentence: None,
    ) -> None:
        self._connection = connection
        self._on_secret = on_secret
        self._on_wait = on_wait
        self._bearer = connection.bearer_token
        self._token_option = "bearer_token" if connection.api_token is None else "api_token"
        # Each bearer token that has been of use may be replaced once, when it has expired.
        self._renewable = connection.api_token is not None
        self._redact = Redactor()
        for secret in (connection.api_token, connection.bearer_token):
            if secret:
                self._redact.add(secret)
        self._allowance = Allowance(connection.max_wait)
        self._rate_limit = RateLimit()
        # Seconds of `pause` since its first attempt.
        self._paused = 0.0
        self._transport = Transport(connection, agent)
        # The last answer, and what says where it came from, for whoever finds that its body is wrong.
        self._answer = Answer(0, {}, b"")
        self._setting = ""
        # Seconds by which the clock of the API is ahead of ours.
        self._ahead = 0.0

    # What the layer above calls

    def get(self, path: str, query: t.Mapping[str, t.Any] | None = None, auth_host: bool = False) -> dict[str, t.Any]:
        """Read one thing. Repeated after faults that may pass, until `max_wait`.

        Args:
            path: From /v1 on, with each variable part quoted.
            query: Parameters.
            auth_host: Ask the authentication host instead of the regional one.

        Returns: The JSON object that came.

        Raises:
            RequestError: No such answer came.
        """
        return self._call(Request("GET", path, 200, query=query, auth_host=auth_host))

    def get_list(self, path: str, key: str, query: t.Mapping[str, t.Any] | None = None) -> list[dict[str, t.Any]]:
        """Read a whole collection, page by page if the API has pages.

        None of the lists used here is documented to have pages; one that has them names the next page in
        `meta.pagination`. An object that moves to another page meanwhile is taken once.

        Raises:
            RequestError: As in `get`, or the pages never end.
        """
        found: dict[t.Any, dict[str, t.Any]] = {}
        parameters = dict(query or {})
        characters = came = 0
        for page in range(1, MAX_PAGES + 1):
            answer = self.get(path, parameters)
            items = answer.get(key)
            if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
                raise self.unexpected("GET", path, f"without a list of objects as {key!r}")
            known = len(found)
            characters += len(self._answer.text)
            if characters > MAX_LIST_CHARACTERS:
                raise self.unexpected("GET", path, f"with more than {MAX_LIST_CHARACTERS} characters in {page} pages")
            came += len(items)
            for item in items:
                identifier = item.get("id")
                found[identifier if isinstance(identifier, str) else len(found)] = item
            pagination = _pagination(answer)
            if not self._has_next_page(path, page, pagination):
                self._check_count(path, came, pagination)
                return list(found.values())
            if items and len(found) == known:
                raise self.unexpected("GET", path, f"with a page {page} that holds nothing new, and announces another")
            parameters["page"] = page + 1
        raise self.unexpected("GET", path, f"with more than {MAX_PAGES} pages")

    def write(self, method: str, path: str, expect: int, body: t.Any = None) -> dict[str, t.Any]:
        """Send a write. Repeated only where the API certainly did nothing.

        Args:
            method: POST, PATCH or DELETE.
            path: As in `get`.
            expect: The one status that means done.
            body: What to send as JSON.

        Returns: The JSON object that came, or an empty one where the reference promises no body (204).

        Raises:
            RequestError: With `outcome_unknown` true if it may have been done.
        """
        return self._call(Request(method, path, expect, body))

    def caller_claim(self) -> str | None:
        """Return the user ID that the bearer token itself names, or None if it cannot be read.

        The bearer tokens are JWTs with the claim `uuid` (seen in recorded answers). The signature is not checked:
        the API does that, and no right depends on it here.
        """
        uuid = _claims(self._bearer_token()).get("uuid")
        return uuid if isinstance(uuid, str) and uuid else None

    def log_in(self) -> tuple[str, datetime | None]:
        """Return a bearer token, and until when it is valid, or None if that cannot be read from it.

        An hour is documented; the token itself, a JWT, says it in the claim `exp` (seen in recorded answers).
        """
        bearer = self._bearer_token()
        expires_at: t.Any = _claims(bearer).get("exp")
        try:
            return bearer, datetime.fromtimestamp(expires_at, tz=timezone.utc)
        except (TypeError, ValueError, OverflowError, OSError):
            return bearer, None

    def now(self) -> datetime:
        """Return the time by the clock of the API, which is the one that its dates are about."""
        try:
            return datetime.fromtimestamp(time.time() + self._ahead, tz=timezone.utc)
        except (ValueError, OverflowError, OSError):
            # A clock beyond all years is broken.
            return datetime.now(timezone.utc)

    def pause(self, attempt: int, try_seconds: float = 0.0) -> bool:
        """Wait before a write is sent again, or before one more look at what has become of it.

        Args:
            attempt: How many times that was done; the more, the longer.
            try_seconds: For how long the next try may hold the task up.

        Returns: False, at once, if `max_wait` does not allow it.
        """
        waited = self._paused if attempt > 1 else 0.0
        reason = "It is not known yet what became of a write; looking again"
        with self._allowance.setting_aside(try_seconds):
            self._allowance.start()
            pause = self._wait(Pause(_backoff(attempt), asked=0.0), waited, reason)
            self._allowance.stop()
        self._paused = waited + pause
        return pause > 0

    def unexpected(self, method: str, path: str, what: str) -> UnexpectedAnswerError:
        """Return the error for the last answer, which has the right status, but a body that breaks the contract.

        Args:
            method: HTTP verb of the request.
            path: Its path.
            what: How the body breaks it, to follow the status.
        """
        return self._answer.mismatch(method, path, what, self._redact, self._setting)

    def _has_next_page(self, path: str, page: int, pagination: dict[str, t.Any]) -> bool:
        """Tell whether `meta.pagination` names a page after this one.

        No next page is null by the reference; a newer library of the vendor's repeats the last page instead. A page
        beyond the end is answered with 200, so an empty page is no sign of the end.

        Raises:
            UnexpectedAnswerError: It says something else. Taken for all there is, that would make objects look absent.
        """
        current, following, total = (
            _number(pagination.get(key)) for key in ("current_page", "next_page", "total_pages")
        )
        if current is not None and current != page:
            raise self.unexpected("GET", path, f"with page {current} instead of page {page}")
        if following is None and pagination.get("next_page") is not None:
            raise self.unexpected("GET", path, f"with a next_page, after page {page}, that is no number")
        return following is not None and following > page and (total is None or page < total)

    def _check_count(self, path: str, came: int, pagination: dict[str, t.Any]) -> None:
        """Find out whether as much came as the last page counts in all.

        By the last page, since a list may change while it is read: all pages before that were full. Objects that came
        twice count twice, as they may for the API.

        Raises:
            UnexpectedAnswerError: It is less, so objects would look absent.
        """
        count = _number(pagination.get("total_count"))
        if count is not None and came < count:
            raise self.unexpected("GET", path, f"with {came} objects on all pages, but a total_count of {count}")

    # One request, until it succeeds or must not be repeated

    def _call(self, request: Request) -> dict[str, t.Any]:
        """Send a request with the bearer token, and once more with a new one if that has expired."""
        while True:
            bearer = self._bearer_token()
            try:
                answer = self._persist(request, BearerAuth(bearer))
            except AuthenticationError as error:
                if not self._renewable:
                    error.add_consequence(f"The token has expired, or lacks this right: check {self._token_option}.")
                    raise
                # Whatever the reason was, nothing was done.
                self._renewable, self._bearer = False, None
            else:
                self._renewable = self._connection.api_token is not None
                return answer

    def _bearer_token(self) -> str:
        """Return the bearer token; the first call exchanges the API token for it."""
        if self._bearer is None:
            self._bearer = self._exchange_token()
        return self._bearer

    def _exchange_token(self) -> str:
        """Exchange the API token, sent as password of an empty user name (vendor's reference, page Tokens)."""
        # The reference sends no body; the vendor's own clients send an empty object.
        request = Request("POST", "/v1/tokens/exchange", 200, body={}, auth_host=True)
        try:
            token = self._persist(request, ApiTokenAuth(t.cast(str, self._connection.api_token))).get("token")
        except ApiRefusal as error:
            if not error.about_object:
                raise
            # It must not be taken for news of a project.
            refusal = ExchangeError(error.message, error.status, error.method, error.path, error.request_id)
            if isinstance(error, AuthenticationError):
                refusal.add_context(f"The API token was refused: check {TOKEN_NAMES['api_token']}.")
            raise refusal from None
        except RequestError as error:
            # What was to be done with the token was certainly not done.
            error.outcome_unknown = False
            if isinstance(error, ApiError):
                # It may hold a token, which nobody else would recognise.
                error.body = None
            raise
        if not isinstance(token, str) or not re.fullmatch("[!-~]+", token):
            unexpected = self.unexpected(request.method, request.path, "without a usable token")
            unexpected.body, unexpected.outcome_unknown = None, False
            raise unexpected
        self._redact.add(token)
        self._on_secret(token)
        return token

    def _persist(self, request: Request, auth: t.Any) -> dict[str, t.Any]:
        """Send a request until it succeeds, fails for good, or the allowance is used up."""
        tries, waited, began = 0, 0.0, time.monotonic()
        error: RequestError | None = None
        try:
            while True:
                tries += 1
                try:
                    return self._send(request, auth)
                except RequestError as failure:
                    error = _more_informative(error, failure)
                if tries == 1 and error.try_seconds:
                    self._allowance.late(time.monotonic() - began)
                self._allowance.start()
                last = error.max_tries is not None and tries >= error.max_tries
                if last or (error.outcome_unknown and not request.repeatable):
                    raise self._with_advice(error)
                slept = self._wait(self._pause_after(error, tries), waited, _reason(error))
                if not slept:
                    raise self._give_up(error, tries)
                waited += slept
        finally:
            self._allowance.stop()

    def _give_up(self, error: RequestError, tries: int) -> RequestError:
        """Return an error that says that there is no time left to send its request again."""
        if not isinstance(error, UnexpectedAnswerError):
            tried = f"Tried {tries} times; " if tries > 1 else ""
            error.add_consequence(
                f"{tried}max_wait ({self._connection.max_wait:g} s) leaves no time to repeat that."
                + (" Raise it, or run this again later." if isinstance(error, RateLimitError) else "")
            )
        return self._with_advice(error)

    def _with_advice(self, error: RequestError) -> RequestError:
        """Return an error that says what to do if the host could not be reached at all."""
        if isinstance(error, TransportError) and error.max_tries == TRIES_TO_REACH:
            error.add_consequence(f"Check {self._setting}, and whether this machine may connect to it.")
        return error

    def _pause_after(self, error: RequestError, tries: int) -> Pause:
        """Return how long to wait after an error before its request is sent again."""
        asked = error.retry_after if isinstance(error, ApiError) else None
        if isinstance(error, RateLimitError):
            return self._rate_limit.pause(time.monotonic(), asked, LONGEST_RETRY_AFTER)
        # Not at once, even if the API says so: it may say so for ever.
        if asked is not None and asked >= _FIRST_BACKOFF:
            asked = min(asked, LONGEST_RETRY_AFTER)
            return Pause(asked, asked)
        return Pause(_backoff(tries), asked=0.0)

    def _wait(self, pause: Pause, waited: float, reason: str) -> float:
        """Sleep, and return for how many seconds, or 0 if the allowance has no room for that.

        Args:
            pause: How long, unless half of the allowance is less. Less than the API asked for would be of no use.
            waited: Seconds that were waited before for the same reason.
            reason: What happened, and what is done about it, for whoever watches.
        """
        left = self._allowance.left
        seconds = max(pause.asked, min(pause.seconds, left / 2))
        if not _SHORTEST_USEFUL_WAIT <= seconds < left:
            return 0.0
        # One sentence is enough, whatever other waits follow.
        if waited <= _SILENT_WAIT < waited + seconds:
            self._on_wait(self._redact(f"{reason}, {left:.0f} s of max_wait are left."))
        time.sleep(seconds)
        return seconds

    def _send(self, request: Request, auth: t.Any) -> dict[str, t.Any]:
        # A write with less than its time-out might be done while nobody waits for its answer any more.
        hurried = self._allowance.counting and request.repeatable
        at_most = max(_SHORTEST_USEFUL_WAIT, self._allowance.left) if hurried else None
        self._setting = (
            f"{self._connection.auth_url_from} ({self._connection.auth_url})"
            if request.auth_host
            else f"{self._connection.api_url_from} ({self._connection.api_url})"
        )
        self._answer = answer = self._transport.send(request, auth, at_most)
        server_time = answer.server_time
        self._ahead = server_time - time.time()
        self._rate_limit.answered(time.monotonic(), server_time, answer.status == 429)
        if answer.status == request.expect == 204:
            # The reference prints {} here, recorded answers have no body at all; either says nothing.
            return {}
        if answer.status == request.expect and isinstance(answer.json, dict):
            return answer.json
        raise answer.error(request.method, request.target, self._redact, self._setting)


def _claims(bearer: str) -> dict[str, t.Any]:
    """Return what a bearer token says of itself: nothing, if it is no JWT."""
    try:
        payload = bearer.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


def _pagination(answer: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return what a page says of the others: nothing, if the list has no pages."""
    meta = answer.get("meta")
    pagination = meta.get("pagination") if isinstance(meta, dict) else None
    return pagination if isinstance(pagination, dict) else {}


def _number(value: t.Any) -> int | None:
    """Return the number of a page, also if it is a text, or None."""
    return int(value) if re.fullmatch("[0-9]{1,18}", str(value)) else None


def _backoff(tries: int) -> float:
    """Return the seconds to wait after this many tries: twice as long each time, and never alike in two jobs."""
    return min(_FIRST_BACKOFF * 2 ** min(tries - 1, 10), _LONGEST_BACKOFF) * random.uniform(0.8, 1.0)


def _more_informative(before: RequestError | None, failure: RequestError) -> RequestError:
    """Return the one of two failures that says more: a try for which hardly any time was left says nothing."""
    if before is not None and isinstance(failure, TransportError) and failure.cut_short:
        return before
    return failure


def _reason(error: RequestError) -> str:
    """Return what happened, without the words of the answer, and that the request will be sent again."""
    if isinstance(error, RateLimitError):
        return "The API refuses more requests for now (429); waiting up to a minute"
    if isinstance(error, ApiError):
        return f"{error.method} {error.path} was answered {error.status}; trying again"
    return f"{error.message.rstrip('.')}; trying again"
