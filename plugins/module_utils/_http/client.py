# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests that persist: authentication, retries, paging. It knows no project."""

from __future__ import annotations

import base64
import json
import time
import typing as t
from dataclasses import replace
from datetime import datetime, timezone
from urllib.parse import urlencode

from .._errors import ApiError, AuthenticationError, ExchangeError, RequestError, TransportError
from .._options import BEARER, Connection
from .redaction import basic_credentials
from .response import Request, Response
from .retry import Retry
from .transport import Transport

# An account has 20 projects unless support raised that; a list of more pages than this never ends.
MAX_PAGES = 200
# Seconds. A clock that is years ahead, or behind, is broken.
_LONGEST_AHEAD = 3e8


class Client:
    """One account on one regional API. Every method that sends something raises `RequestError` if it failed.

    Args:
        connection: Where, and as whom.
        on_secret: Called with each bearer token that the exchange returns, for the caller to mask.
        on_wait: Called with a sentence when a request has to wait for more than a few seconds.
        agent: What the user agent names beside this collection, such as "ansible-core 2.19".
    """

    def __init__(
        self,
        connection: Connection,
        on_secret: t.Callable[[str], t.Any] = lambda _secret: None,
        on_wait: t.Callable[[str], t.Any] = lambda _sentence: None,
        agent: str = "",
    ) -> None:
        self.api_url = connection.api_url
        self._connection = connection
        self.on_secret, self.on_wait = on_secret, on_wait
        self._agent = agent
        self._others: dict[str, Client] = {}
        self._bearer = connection.bearer_token
        # Each bearer token that has been of use may be replaced once, when it has expired.
        self._renewable = connection.api_token is not None
        self.retry = Retry(connection.max_wait, on_wait)
        self._transport = Transport(connection, agent)
        # Seconds by which the clock of the API is ahead of ours.
        self._ahead = 0.0

    def as_user(self, api_token: str, option: str) -> Client:
        """Return the client of another account, whose token is in an option. All share one `max_wait`."""
        if api_token not in self._others:
            self.on_secret(api_token)
            sources = {**self._connection.sources, "api_token": option}
            connection = replace(self._connection, api_token=api_token, bearer_token=None, sources=sources)
            other = Client(connection, self.on_secret, self.on_wait, self._agent)
            other.retry = self.retry
            self._others[api_token] = other
        return self._others[api_token]

    def get(self, path: str, query: t.Mapping[str, t.Any] | None = None, auth_host: bool = False) -> Response:
        """Read one thing, by a path from /v1 on whose variable parts are quoted. Repeated until `max_wait`."""
        return self._send("GET", path, query=query, host="auth_url" if auth_host else "api_url")

    def get_list(
        self, path: str, key: str, form: t.Any, query: t.Mapping[str, t.Any] | None = None, **asked: str
    ) -> list[t.Any]:
        """Read a whole list, page by page if the API has pages; an object that moved to another page counts once."""
        found: dict[t.Any, t.Any] = {}
        received, page, parameters = 0, 1, dict(query or {})
        for _page in range(MAX_PAGES):
            response = self._send("GET", path, query=parameters)
            items = response.many(key, form, **asked)
            received, known = received + len(items), len(found)
            for item in items:
                identifier = item.get("id")
                found[identifier if isinstance(identifier, str) else len(found)] = item
            following = response.next_page(page, received)
            if following is None:
                return list(found.values())
            if items and len(found) == known:
                raise response.unexpected("with a page that contains nothing new")
            page = parameters["page"] = following
        raise response.unexpected(f"with more than {MAX_PAGES} pages")

    def write(self, method: str, path: str, expected: int, body: t.Any = None) -> Response:
        """Send a write, which one status confirms. Repeated only where the API certainly did nothing.

        Raises:
            RequestError: With `outcome_unknown` true if it may have been done.
        """
        return self._send(method, path, expected, body, safe=False)

    def close(self) -> None:
        """Close the connections."""
        for client in (self, *self._others.values()):
            client._transport.close()

    def now(self) -> datetime:
        """Return the time by the clock of the API, which is the one that its dates are about."""
        return datetime.fromtimestamp(time.time() + self._ahead, tz=timezone.utc)

    def bearer_token(self) -> str:
        """Return the bearer token. The first call exchanges the API token for it (vendor's reference, page Tokens)."""
        if self._bearer is not None:
            return self._bearer
        connection = self._connection
        source, api_token = connection.sources["auth_url"], t.cast(str, connection.api_token)
        # The reference sends no body; the vendor's own clients send an empty object.
        request = Request("POST", connection.auth_url, "/v1/tokens/exchange", body={}, source=source)
        try:
            response = self._send_with_retries(request, f"Basic {basic_credentials(api_token)}")
            token = response.json.get("token")
            if not isinstance(token, str) or not BEARER.fullmatch(token):
                raise response.unexpected("without a usable token")
        except ApiError as error:
            # It must not be taken for news of a project. Its body may hold a token that cannot be recognized.
            failure = ExchangeError(error.message, error.status, error.method, error.path, error.request_id)
            if isinstance(error, AuthenticationError):
                option = connection.sources["api_token"]
                failure.add_context(
                    f"Scalingo rejected the API token (HTTP 401). Check {option}, or create a token in the dashboard."
                )
            raise failure from None
        self.on_secret(token)
        self._bearer = token
        return token

    def _send(
        self,
        method: str,
        path: str,
        expected: int = 200,
        body: t.Any = None,
        query: t.Mapping[str, t.Any] | None = None,
        host: str = "api_url",
        safe: bool = True,
    ) -> Response:
        """Send a request with the bearer token, and once more with a new one if that has expired.

        The host is the one that an option names; the rest is as in `Request`.
        """
        connection = self._connection
        target = f"{path}?{urlencode(query)}" if query else path
        source = connection.sources[host]
        request = Request(method, getattr(connection, host), target, expected, body, source, safe)
        while True:
            try:
                response = self._send_with_retries(request, f"Bearer {self.bearer_token()}")
            except AuthenticationError as error:
                if not self._renewable:
                    option = connection.sources["api_token" if connection.api_token else "bearer_token"]
                    error.add_consequence(f"The token has expired, or lacks this right: check {option}.")
                    raise
                # The API did not carry it out.
                self._renewable, self._bearer = False, None
            else:
                self._renewable = connection.api_token is not None
                return response

    def _send_with_retries(self, request: Request, authorization: str) -> Response:
        """Send a request until it succeeds, fails for good, or `max_wait` is used up."""
        error: RequestError | None = None
        tries = 0
        while True:
            tries, began = tries + 1, time.monotonic()
            # A write always has its full time: it may take effect although its response comes too late.
            is_short = tries > 1 and request.safe and self.retry.left < self._connection.timeout
            try:
                response = self._transport.send(
                    request, authorization, self.retry.left if is_short else self._connection.timeout
                )
                ahead = response.date - time.time() if response.date else 0.0
                self._ahead = ahead if abs(ahead) < _LONGEST_AHEAD else 0.0
                if response.succeeded:
                    return response
                raise response.error()
            except RequestError as failure:
                # No response in less time than usual says less than what came before.
                if error is None or not is_short or not isinstance(failure, TransportError):
                    error = failure
                error.seconds = time.monotonic() - began
                self.retry.wait(error, tries)


def claims_of(bearer_token: str) -> dict[str, t.Any]:
    """Return what a bearer token says of itself: nothing, if it is no JWT.

    Its signature is not checked: the API does that, and no right depends on it here.
    """
    try:
        payload = bearer_token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}
