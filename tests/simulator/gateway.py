# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What surrounds every request to a simulated host: log, faults, rate limit and common headers."""

from __future__ import annotations

import io
import math
import uuid
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from flask import Flask
from werkzeug.http import http_date
from werkzeug.wrappers import Request, Response

from .answers import free_response
from .conformance import Description
from .errors import default_error_response, too_many_requests
from .faults import Fault
from .handover import settle
from .incoming import sender
from .models import Account
from .state import World
from .views import date_view

# Key of the WSGI environment that tells the server how to mistreat the connection: "drop", "truncate" or "close".
WIRE_FAULT = "simulator.wire_fault"
NOT_JSON = '{"this is": not JSON'
# The faults whose answers are the application's own, be they sent or not; those of the others come from the outside.
OWN_ANSWERS = (None, "slow", "truncate", "drop_after", "close")


class Gateway:
    """A host: notes the request, lets a fault have its way or the application answer, completes headers."""

    def __init__(self, world: World, host: str, app: Flask) -> None:
        self._world = world
        self._host = host
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        world = self._world
        request = Request(environ)
        if world.gate is not None:
            world.gate(request)
        with world.lock:
            account, credential = sender(world, request)
            username = account.username if account else None
            environ["wsgi.input"] = io.BytesIO(request.get_data())
            record = world.log.enter(request, self._host, username, date_view(world, world.clock.now()))
            fault = world.faults.take(request.method, request.path, self._host, username)
        works_first = fault is not None and fault.details.get("work_first", False)
        if not works_first:
            self._wait(fault)
        with world.lock:
            response = self._response(request, fault, account, credential)
            self._complete_headers(response)
            dropped = fault is not None and fault.kind in ("drop_before", "drop_after")
            world.log.complete(record, None if dropped else response, fault.kind if fault else None)
            if world.description is not None and (fault.kind if fault else None) in OWN_ANSWERS:
                self._check(world.description, request, response)
        if works_first:
            self._wait(fault)
        if dropped:
            environ[WIRE_FAULT] = "drop"
        elif fault is not None and fault.kind in ("truncate", "close"):
            environ[WIRE_FAULT] = fault.kind
        return response(environ, start_response)

    def _wait(self, fault: Fault | None) -> None:
        seconds = self._world.switches.latency
        if fault is not None and fault.kind == "slow":
            seconds += fault.details["seconds"]
        if seconds:
            self._world.stopping.wait(seconds)

    def _response(
        self, request: Request, fault: Fault | None, account: Account | None, credential: str | None
    ) -> Response:
        if fault is not None and fault.kind == "drop_before":
            return Response()
        if fault is not None and fault.kind == "status":
            return self._chosen(fault, fault.details.get("status", 503))
        refused = self._rate_limited(request, account, credential)
        if refused is not None:
            return refused
        settle(self._world)
        response = Response.from_app(self._app, request.environ, buffered=True)
        if fault is not None and fault.kind == "garbage":
            response.set_data(fault.details.get("body", NOT_JSON))
        elif fault is not None and fault.kind == "replace":
            return self._replaced(fault, response)
        return response

    def _chosen(self, fault: Fault, status: int) -> Response:
        """The answer that a fault describes; without a body, the usual one for the status."""
        if "body" in fault.details:
            response = free_response(status, fault.details["body"])
        else:
            response = default_error_response(status, self._world.switches)
        response.headers.update(fault.details.get("headers", {}))
        return response

    def _replaced(self, fault: Fault, response: Response) -> Response:
        status = fault.details.get("status", response.status_code)
        if "body" in fault.details or status >= 400:
            return self._chosen(fault, status)
        response.status_code = status
        response.headers.update(fault.details.get("headers", {}))
        return response

    def _rate_limited(self, request: Request, account: Account | None, credential: str | None) -> Response | None:
        """429 when the limit is exceeded; what is counted together is undocumented (switches rate_*, retry_after)."""
        world = self._world
        if self._host == "auth" and not world.switches.rate_auth:
            return None
        key = f"address {request.remote_addr}"
        if world.switches.rate_scope == "account" and account is not None:
            key = f"account {account.id}"
        elif world.switches.rate_scope == "token" and credential is not None:
            key = f"token {credential}"
        seconds = world.limiter.wait(key)
        if seconds is None:
            return None
        response = too_many_requests(world.switches)
        if world.switches.retry_after == "seconds":
            response.headers["Retry-After"] = str(max(1, math.ceil(round(seconds, 3))))
        elif world.switches.retry_after == "date":
            end = world.clock.now() + timedelta(seconds=seconds + 0.999)
            response.headers["Retry-After"] = http_date(end)
        return response

    def _check(self, description: Description, request: Request, response: Response) -> None:
        """Note what in an answer is not as described; without a fault, a 500 is an error in the simulator."""
        found = description.complaints(
            request.method,
            self._host,
            request.path,
            response.status_code,
            dict(response.headers.items()),
            response.get_data(),
        )
        if response.status_code == 500:
            found.append("the simulator is broken")
        answered = f"{request.method} {self._host} {request.path} was answered {response.status_code}"
        self._world.complaints += [f"{answered}: {complaint}" for complaint in found]

    def _complete_headers(self, response: Response) -> None:
        response.headers["Date"] = http_date(self._world.clock.now())
        if response.status_code == 204:
            # Recorded answers of this status have no content type.
            response.headers.pop("Content-Type", None)
        if self._world.switches.request_ids:
            response.headers["X-Request-Id"] = str(uuid.uuid4())
