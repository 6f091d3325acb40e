# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to community.scalingo: it may change in any release.

"""HTTP, once: a request goes out, an answer comes back, or it is known why not. It knows neither tokens nor retries."""

from __future__ import annotations

import platform
import re
import traceback
import typing as t
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from ansible_collections.community.scalingo.plugins.module_utils._answers import Answer
from ansible_collections.community.scalingo.plugins.module_utils._deadline import Deadline, DeadlineAdapter
from ansible_collections.community.scalingo.plugins.module_utils._errors import GOT_NO_ANSWER, TransportError
from ansible_collections.community.scalingo.plugins.module_utils._options import Connection

REQUESTS_IMPORT_ERROR: str | None = None
_AuthBase: t.Any = object
_BasicAuth: t.Any = object
try:
    import requests
    import requests.auth
    import urllib3

    _AuthBase, _BasicAuth = requests.auth.AuthBase, requests.auth.HTTPBasicAuth
except ImportError:
    REQUESTS_IMPORT_ERROR = traceback.format_exc()

VERSION = "1.0.0"

# Bytes. A list of thousands of applications is below this. At worst, JSON takes fifty times its size in memory.
MAX_BODY = 8 * 1024 * 1024
_CHUNK = 64 * 1024
# What is asked for, and so what is read. Each encoding more multiplies what a body becomes in memory, which urllib3
# does not bound before its release 2.6.
_ACCEPTED = "gzip, deflate"
_ENCODINGS = ("", "identity", "gzip", "x-gzip", "deflate")
# Tries to reach a host that has never answered: the URL may be wrong, and nobody wants to wait for that.
TRIES_TO_REACH = 3


class BearerAuth(_AuthBase):
    """Sends the bearer token."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: t.Any) -> t.Any:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class ApiTokenAuth(_BasicAuth):
    """Sends the API token as the password of an empty user name, as the exchange wants it."""

    def __init__(self, token: str) -> None:
        super().__init__("", token)


@dataclass(frozen=True)
class Request:
    """What is sent, and the one status that means success."""

    method: str
    path: str
    expect: int
    body: t.Any = None
    query: t.Mapping[str, t.Any] | None = None
    auth_host: bool = False

    @property
    def target(self) -> str:
        """Path and query."""
        return f"{self.path}?{urlencode(self.query)}" if self.query else self.path

    @property
    def repeatable(self) -> bool:
        """Whether sending it twice does no more than sending it once."""
        return self.method == "GET" or self.auth_host


class Transport:
    """One session with the hosts of the API, whose connections stay open from request to request.

    Args:
        connection: Where the hosts are, and how to reach them.
        agent: What the user agent names beside this collection, such as "ansible-core 2.19".
    """

    def __init__(self, connection: Connection, agent: str = "") -> None:
        self._connection = connection
        self._reached: set[str] = set()
        self._deadline = Deadline()
        self._session = _new_session()
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, DeadlineAdapter(self._deadline))
        if connection.verify is False:
            # The task asked for this, and needs no warning at every request.
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
        about = "; ".join(filter(None, [agent, f"Python {platform.python_version()}"]))
        self._session.headers.update(
            {
                "Accept": "application/json",
                "Accept-Encoding": _ACCEPTED,
                "User-Agent": f"ansible-community.scalingo/{VERSION} ({about})",
            }
        )

    def send(self, request: Request, auth: t.Any, at_most: float | None = None) -> Answer:
        """Send a request, and return whatever answer comes.

        Args:
            request: What to send.
            auth: As whom. Always an object, because `requests` lets ~/.netrc replace a bare header.
            at_most: Seconds, where less time is left than the connection's time-out.

        Raises:
            TransportError: None came, or none that could be read to its end.
        """
        base = self._connection.auth_url if request.auth_host else self._connection.api_url
        timeout = self._connection.timeout if at_most is None else min(self._connection.timeout, at_most)
        try:
            response, content = self._round_trip(request, base, auth, timeout)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            problem, sent, hopeless, late = _diagnose(error, timeout, self._deadline.connecting)
            reached = base in self._reached
            # TLS fails before a request is sent, unless it has worked before.
            outcome_unknown = sent and (reached or not isinstance(error, requests.exceptions.SSLError))
            raise TransportError(
                # Without the library's own text, which is no sentence.
                f"{request.method} {base}{request.target} {GOT_NO_ANSWER}: {problem}.",
                outcome_unknown=outcome_unknown,
                max_tries=1 if hopeless else None if outcome_unknown or reached else TRIES_TO_REACH,
                try_seconds=self._connection.timeout if late else 0.0,
                cut_short=late and timeout < self._connection.timeout,
            ) from None
        self._reached.add(base)
        return Answer(response.status_code, response.headers, content)

    def _round_trip(self, request: Request, base: str, auth: t.Any, timeout: float) -> tuple[t.Any, bytes]:
        """Return the response and its body, both within the time-out.

        Raises:
            Exception: What the libraries raise, or one of `requests` if time ran out.
        """
        self._deadline.start(timeout)
        try:
            with self._session.request(
                request.method,
                base + request.target,
                json=request.body,
                auth=auth,
                timeout=timeout,
                verify=self._connection.verify,
                allow_redirects=False,
                stream=True,
                proxies=_proxies(base),
            ) as response:
                content = _read(response, self._deadline)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            self._deadline.stop()
            if self._deadline.expired and not isinstance(error, _TooLarge):
                raise self._late() from None
            raise
        finally:
            self._deadline.stop()
        if self._deadline.expired:
            # A body without a length seems to end where the connection was shut down.
            raise self._late()
        return response, content

    def _late(self) -> Exception:
        """Return the error of a request that the deadline has ended."""
        late: Exception = requests.ConnectTimeout() if self._deadline.connecting else requests.ReadTimeout()
        return late


def _new_session() -> t.Any:
    """Return a session that looks at no redirect.

    One that is only told not to follow them reads their bodies all the same, without any limit of ours.
    """
    session: t.Any = requests.Session()
    session.get_redirect_target = lambda _response: None
    return session


def _proxies(base: str) -> t.Any:
    """Return None for the proxies of the environment; for plain HTTP none at all.

    Plain HTTP goes to this machine only, and through a proxy the token would leave it in the clear.
    """
    return {"http": None, "all": None} if urlsplit(base).scheme == "http" else None


def _read(response: t.Any, deadline: Deadline) -> bytes:
    """Return the body, or what came of it before the deadline; none, if it is encoded in a way nobody asked for.

    Raises:
        Exception: What the libraries raise because it broke off, or that it is too large.
    """
    if response.headers.get("Content-Encoding", "").strip().lower() not in _ENCODINGS:
        # Its status still tells what became of a write.
        return b""
    content = bytearray()
    for chunk in _chunks(response):
        content += chunk
        if len(content) > MAX_BODY:
            raise _TooLarge()
        if deadline.expired:
            # What has come already can still be read, but urllib3 1.26 takes long for that, byte by byte.
            break
    return bytes(content)


def _chunks(response: t.Any) -> t.Iterator[bytes]:
    """Yield the body as it comes. `iter_content` waits for a whole chunk, however slowly the bytes come."""
    if not hasattr(response.raw, "read1"):
        # urllib3 1.26 has no other way than this slow one.
        yield from response.iter_content(1)
        return
    while True:
        chunk = response.raw.read1(_CHUNK, decode_content=True)
        if not chunk:
            return
        yield chunk


class _TooLarge(ValueError):
    """The body is larger than anything that the API has to say."""


class _Diagnosis(t.NamedTuple):
    """What went wrong, whether the request may have arrived, whether a repetition is hopeless, and if time ran out."""

    problem: str
    sent: bool
    hopeless: bool
    late: bool = False


def _diagnose(error: Exception, timeout: float, connecting: bool) -> _Diagnosis:
    """Return what an exception of the HTTP libraries means. Some kinds are told apart by their texts only.

    Args:
        error: The exception.
        timeout: Seconds that the request had.
        connecting: The connection was not open yet. Once it is, the libraries blame the proxy for what the server did.
    """
    text = str(error)
    system = re.search(r"\[Errno -?\d+\] ([^'\")\]]+)", text)
    reason = getattr(error.args[0], "reason", None) if error.args else None
    known, http = requests.exceptions, urllib3.exceptions
    if isinstance(error, _TooLarge):
        return _Diagnosis(f"it would be larger than {MAX_BODY} bytes, and was not read", sent=True, hopeless=True)
    if isinstance(error, known.SSLError):
        if "CERTIFICATE_VERIFY_FAILED" in text or "doesn't match" in text:
            return _Diagnosis(
                "the server's certificate is not trusted (see ca_path and validate_certs)", sent=False, hopeless=True
            )
        if "[X509" in text:
            return _Diagnosis("the file of ca_path holds no certificate", sent=False, hopeless=True)
        return _Diagnosis("the TLS connection failed (is this an https:// server?)", sent=True, hopeless=False)
    if "TLS CA certificate bundle" in text:
        return _Diagnosis(
            "the file of certificates that REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE names cannot be read",
            sent=False,
            hopeless=True,
        )
    if isinstance(error, (known.InvalidProxyURL, known.InvalidSchema, http.ProxySchemeUnknown)):
        return _Diagnosis("the proxy of the environment could not be used", sent=False, hopeless=True)
    if isinstance(error, known.ProxyError) and connecting:
        return _Diagnosis("the proxy of the environment could not be used", sent=False, hopeless=False)
    if isinstance(error, known.ConnectTimeout):
        return _Diagnosis(f"no connection within {timeout:g} s (timeout)", sent=False, hopeless=False, late=True)
    if isinstance(reason, http.NewConnectionError):
        return _Diagnosis(system.group(1) if system else "no connection", sent=False, hopeless=False)
    if isinstance(error, (known.Timeout, http.TimeoutError)):
        return _Diagnosis(f"nothing came within {timeout:g} s (timeout)", sent=True, hopeless=False, late=True)
    if isinstance(error, (known.InvalidURL, http.LocationParseError, UnicodeError)):
        return _Diagnosis("the URL, or the proxy of the environment, cannot be used", sent=False, hopeless=True)
    return _Diagnosis("the connection was closed before the answer was complete", sent=True, hopeless=False)
