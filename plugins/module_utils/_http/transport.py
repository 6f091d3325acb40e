# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTTP, once: a request goes out, and a response comes back, or the reason why not. It knows no tokens, no retries."""

from __future__ import annotations

import math
import platform
import queue
import re
import threading
import time
import traceback
import typing as t
import warnings
from urllib.request import getproxies_environment

from .._errors import TransportError
from .._options import Connection
from .response import Request, Response

REQUESTS_IMPORT_ERROR: str | None = None
try:
    import requests
    import requests.adapters
    import urllib3
except ImportError:
    REQUESTS_IMPORT_ERROR = traceback.format_exc()

VERSION = "1.0.0"

# Bytes. A list of thousands of applications is below this. At worst, JSON takes fifty times its size in memory.
MAX_BODY = 8 * 1024 * 1024
_CHUNK = 64 * 1024
# Tries to reach a host that has never responded: its URL may be wrong.
_TRIES_TO_REACH = 3


class Transport:
    """The connections to the hosts of the API, which stay open from request to request.

    Through an adapter of `requests` without its session, since a session follows redirects (or reads their bodies),
    lets ~/.netrc replace the token, keeps cookies, and on macOS reads the system's proxies, which can crash a worker.
    """

    def __init__(self, connection: Connection, agent: str = "") -> None:
        self._connection = connection
        self._adapter = requests.adapters.HTTPAdapter()
        self._reached: set[str] = set()
        about = "; ".join(filter(None, [agent, f"Python {platform.python_version()}"]))
        self._headers = {
            "Accept": "application/json",
            # Nothing is unpacked, so nothing can become a thousand times larger than what came.
            "Accept-Encoding": "identity",
            "User-Agent": f"ansible-community.scalingo/{VERSION} ({about})",
        }

    def close(self) -> None:
        """Close the connections that no request uses."""
        self._adapter.close()

    def send(self, request: Request, authorization: str, at_most: float) -> Response:
        """Send a request, and return its response, which may be an error.

        It gets at most so many seconds, where less time is left than the option `timeout`.

        Raises:
            TransportError: None came within twice that time, or none that could be read to its end.
        """
        timeout = min(self._connection.timeout, at_most)
        headers = {**self._headers, "Authorization": authorization}
        try:
            url = request.base + request.path
            prepared = requests.Request(request.method, url, headers, json=request.body).prepare()
            response, content = self._within(timeout, prepared)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise self._failure(request, error, timeout) from None
        self._reached.add(request.base)
        return Response(request, response.status_code, response.headers, content)

    def _within(self, timeout: float, prepared: t.Any) -> tuple[t.Any, bytes]:
        """Return a response and its body, both within twice a time: to connect, and again for the response.

        The timeouts of the libraries begin anew with every byte, so a slow server could hold a task for ever. Hence
        each try has a thread of its own, which is left behind with its connections when its time is up. This thread
        only waits, so that a signal, such as that of the keyword `timeout` of a task, ends the wait at once.
        """
        adapter, ends = self._adapter, time.monotonic() + 2 * timeout
        results: queue.SimpleQueue[t.Any] = queue.SimpleQueue()

        def run() -> None:
            try:
                results.put((self._exchange(adapter, prepared, timeout, ends), None))
            except BaseException as error:  # Raised again below, by the thread that waits.
                results.put((None, error))

        with warnings.catch_warnings():
            # The task asked for validate_certs=false, and needs no warning at every request.
            warnings.simplefilter("ignore", urllib3.exceptions.InsecureRequestWarning)
            threading.Thread(target=run, daemon=True).start()
            try:
                result, error = results.get(timeout=2 * timeout)
            except queue.Empty:
                self._adapter = requests.adapters.HTTPAdapter()
                raise requests.ReadTimeout() from None
        if error is not None:
            raise error
        return t.cast("tuple[t.Any, bytes]", result)

    def _exchange(self, adapter: t.Any, prepared: t.Any, timeout: float, ends: float) -> tuple[t.Any, bytes]:
        """Return a response and its body. Change nothing else: the task may have stopped waiting."""
        verify, proxies = self._connection.verify, _proxies(prepared.url)
        with adapter.send(prepared, stream=True, timeout=timeout, verify=verify, proxies=proxies) as response:
            # The default only since urllib3 2.
            response.raw.enforce_content_length = True
            return response, _read(response.raw, ends)

    def _failure(self, request: Request, error: Exception, timeout: float) -> TransportError:
        """Return the error to raise for one of the libraries."""
        new = request.base not in self._reached
        bundle = f"{self._connection.sources['verify']} ({self._connection.verify})"
        problem, sent, max_tries = _diagnose(error, timeout, new, bundle)
        message = f"{request.method} {request.base}{request.path} received no response: {problem}."
        if new and not sent and max_tries > 1:
            max_tries = _TRIES_TO_REACH
            message += f" Check {request.source} ({request.base}), and whether this machine may connect to it."
        return TransportError(message, outcome_unknown=sent and not request.safe, max_tries=max_tries)


def _proxies(url: str) -> dict[str, str]:
    """Return the proxy from the environment for a URL. Plain HTTP goes to this machine only, and never through one."""
    proxies = getproxies_environment()
    # The function of `requests` knows addresses and networks in no_proxy; without proxies it would ask macOS.
    if not proxies or url.startswith("http:") or requests.utils.should_bypass_proxies(url, no_proxy=None):
        return {}
    proxy = proxies.get("https") or proxies.get("all")
    return {"https": proxy} if proxy else {}


def _read(raw: t.Any, ends: float) -> bytes:
    """Return the body as it came, until a time of the monotonic clock: the task no longer waits then."""
    content = bytearray()
    # urllib3 1.26 has no way but this slow one to get what has come already.
    read, size = (raw.read1, _CHUNK) if hasattr(raw, "read1") else (raw.read, 1)
    while True:
        chunk = read(size, decode_content=False)
        content += chunk
        if not chunk:
            return bytes(content)
        if time.monotonic() > ends:
            raise requests.ReadTimeout()
        if len(content) > MAX_BODY:
            raise _TooLargeError()


class _TooLargeError(ValueError):
    """The body is larger than anything that the API has to say."""


_PROXY = "the proxy from the environment could not be used: "


def _diagnose(error: Exception, timeout: float, new: bool, bundle: str) -> tuple[str, bool, float]:
    """Return what went wrong, whether the request may have arrived, and how many tries make sense.

    It may have arrived unless the error proves that no connection was opened: the libraries also blame a proxy for what
    the server behind it did. `new` means that no connection to the host was ever open: if TLS failed, nothing was sent.
    """
    # requests has the error of urllib3 inside, and that may have the error of a proxy's connection inside.
    reason = getattr(error.args[0], "reason", error) if error.args else error
    cause = getattr(reason, "original_error", reason)
    known, http, text = requests.exceptions, urllib3.exceptions, str(cause)
    who = _PROXY if isinstance(error, known.ProxyError) else ""
    tunnel = re.search(r"Tunnel connection failed: ([^'\")]+)", text)
    if tunnel and tunnel.group(1).startswith("407"):
        return "the proxy rejected the connection (407). Check its username and password in the environment", False, 1
    if tunnel:
        return f"{_PROXY}it returned HTTP {tunnel.group(1).strip()}", False, math.inf
    # Before the next one, since to urllib3 each is a timeout.
    if isinstance(cause, http.NewConnectionError):
        system = re.search(r"\[Errno -?\d+\] ([^'\")\]]+)", text)
        return who + (system.group(1) if system else "no connection"), False, math.inf
    if isinstance(error, known.ConnectTimeout) or isinstance(cause, http.ConnectTimeoutError):
        return f"{who}no connection within {timeout:g} s (timeout)", False, math.inf
    if isinstance(error, known.InvalidSchema) and "SOCKS" in text:
        return f"{_PROXY}SOCKS needs the Python library PySocks where the task runs", False, 1
    if isinstance(error, (known.InvalidURL, known.InvalidSchema, http.LocationParseError, http.ProxySchemeUnknown)):
        return "the URL or the proxy from the environment cannot be used", False, 1
    unreadable = isinstance(error, known.SSLError) and text.startswith(("[X509", "[Errno 2]", "[Errno 13]"))
    if unreadable or "TLS CA certificate bundle" in text:
        # It is loaded before anything is sent.
        return f"{bundle} contains no readable certificates", False, 1
    if isinstance(error, known.SSLError) and ("CERTIFICATE_VERIFY_FAILED" in text or "doesn't match" in text):
        return "the server's certificate is not trusted (see ca_path and validate_certs)", False, 1
    if isinstance(error, known.SSLError):
        return "the TLS connection failed (is this an https:// server?)", not new, math.inf
    if isinstance(error, (known.Timeout, http.TimeoutError)):
        return f"timed out after {timeout:g} s (timeout)", True, math.inf
    if isinstance(error, _TooLargeError):
        return f"it would be larger than {MAX_BODY} bytes, and was not read", True, 1
    return "the connection was closed before the response was complete", True, math.inf
