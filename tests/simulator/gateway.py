# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What surrounds every request to a simulated host: log, faults, rate limit, and common headers."""

from __future__ import annotations

import io
import math
import uuid
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import cached_property
from typing import Any

from flask import Flask
from werkzeug.http import http_date
from werkzeug.wrappers import Request, Response

from .access import sender
from .faults import Fault
from .models import Account
from .responses import default_error_response, free_response, too_many_requests
from .state import World
from .transfers import settle

# Key of the WSGI environment with a list that tells the server how to mistreat the connection.
WIRE_FAULT = "simulator.wire_fault"
WIRE_FAULTS = {"drop_before": "drop", "drop_after": "drop", "truncate": "truncate", "close": "close"}
NOT_JSON = '{"this is": not JSON'
# The faults whose responses are the application's own, be they sent or not; those of the others come from the outside.
OWN_RESPONSES = (None, "slow", "truncate", "drop_after", "close")


class Gateway:
    """A host: logs the request, lets a fault or the application respond, completes headers."""

    def __init__(self, world: World, host: str, build: Callable[[], Flask]) -> None:
        self._world = world
        self._host = host
        self._build = build

    @cached_property
    def _app(self) -> Flask:
        """The application, built for its first request: most tests need only some of the hosts."""
        return self._build()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        world = self._world
        request = Request(environ)
        if world.gate is not None:
            world.gate(request)
        with world.lock:
            account, credential = sender(world, request)
            username = account.username if account else None
            environ["wsgi.input"] = io.BytesIO(request.get_data())
            record = world.log.enter(request, self._host, username)
            fault = world.faults.take(request.method, request.path, self._host, username)
        kind, details = (fault.kind, fault.details) if fault else (None, {})
        seconds = world.switches.latency + details.get("seconds", 0)
        if not details.get("work_first"):
            world.stopping.wait(seconds)
        with world.lock:
            response = self._response(request, fault, account, credential)
            self._complete_headers(response)
            dropped = WIRE_FAULTS.get(kind or "") == "drop"
            world.log.complete(record, None if dropped else response, kind)
            if world.description is not None and kind in OWN_RESPONSES:
                self._check(request, response)
        if details.get("work_first"):
            world.stopping.wait(seconds)
        environ[WIRE_FAULT].append(WIRE_FAULTS.get(kind or ""))
        return response(environ, start_response)

    def _response(
        self, request: Request, fault: Fault | None, account: Account | None, credential: str | None
    ) -> Response:
        kind, details = (fault.kind, fault.details) if fault else (None, {})
        if kind == "drop_before":
            return Response()
        if kind == "status":
            return self._chosen(details, details.get("status", 503))
        too_many = self._rate_limited(request, account, credential)
        if too_many is not None:
            return too_many
        settle(self._world)
        response = Response.from_app(self._app, request.environ, buffered=True)
        if kind == "garbage":
            response.set_data(details.get("body", NOT_JSON))
        elif kind == "replace":
            response.status_code = details.get("status", response.status_code)
            if "body" in details or response.status_code >= 400:
                return self._chosen(details, response.status_code)
            response.headers.update(details.get("headers", {}))
        return response

    def _chosen(self, details: dict[str, Any], status: int) -> Response:
        """The response that a fault describes; without a body, the usual one for the status."""
        if "body" in details:
            response = free_response(status, details["body"])
        else:
            response = default_error_response(status, self._world.switches)
        response.headers.update(details.get("headers", {}))
        return response

    def _rate_limited(self, request: Request, account: Account | None, credential: str | None) -> Response | None:
        """429 when the limit is exceeded; what is counted together is undocumented (switches rate_*, retry_after)."""
        world, switches = self._world, self._world.switches
        if self._host == "auth" and not switches.rate_auth:
            return None
        keys = {"account": account and account.id, "token": credential}
        seconds = world.limiter.wait(f"{keys.get(switches.rate_scope) or request.remote_addr}")
        if seconds is None:
            return None
        response = too_many_requests(switches)
        if switches.retry_after == "seconds":
            response.headers["Retry-After"] = str(max(1, math.ceil(round(seconds, 3))))
        elif switches.retry_after == "date":
            response.headers["Retry-After"] = http_date(world.clock.now() + timedelta(seconds=seconds + 0.999))
        return response

    def _check(self, request: Request, response: Response) -> None:
        """Note what in a response is not as described; without a fault, a 500 is an error in the simulator."""
        call = (request.method, self._host, request.path)
        content = (response.status_code, dict(response.headers.items()), response.get_data())
        found = self._world.description.complaints(*call, *content)
        if response.status_code == 500:
            found.append("the simulator is broken")
        returned = f"{' '.join(call)} returned {response.status_code}"
        self._world.complaints += [f"{returned}: {complaint}" for complaint in found]

    def _complete_headers(self, response: Response) -> None:
        response.headers["Date"] = http_date(self._world.clock.now())
        if response.status_code == 204:
            # Recorded responses of this status have no content type.
            response.headers.pop("Content-Type", None)
        if self._world.switches.request_ids:
            response.headers["X-Request-Id"] = str(uuid.uuid4())
