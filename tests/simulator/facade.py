# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator as an object."""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from werkzeug.wrappers import Request

from .arrangement import Arrangement
from .clock import Clock
from .conformance import UndescribedAnswerError, description
from .control import control_app
from .faults import Fault
from .gateway import Gateway
from .models import DEFAULT_REGION, REGIONS, Account
from .request_log import Record
from .responses import collaborator_view, invitation_view, project_view
from .routes import AUTH, api_host, auth_host
from .server import Listener
from .state import World
from .switches import settings
from .transfers import settle

# Set to 1, it lets every simulator check its responses that is not told otherwise.
VALIDATE_VARIABLE = "SIMULATOR_VALIDATE"
# As in "page_size=2,dates=offset", it sets these switches of every simulator that is not told otherwise.
SWITCHES_VARIABLE = "SIMULATOR_SWITCHES"
SHOWN_COMPLAINTS = 10
CONTROL = "control"


class Simulator(Arrangement):
    """The platform with its hosts: a context manager that listens between entering and leaving.

    Keyword arguments other than the ports, ``validate``, ``tls``, and ``gate`` are switches. Port 0 stands for a free
    one; ``port`` is that of the API host of the default region. With ``validate`` every response is checked against
    openapi.yaml, and stopping the simulator raises UndescribedAnswerError if one was not as described. With ``tls``,
    the context of a server, every host but the control listener speaks TLS. ``gate`` is called with each request to a
    simulated host, in the thread that serves it, before anything is done about it; the request goes on when that
    returns.
    """

    def __init__(
        self,
        port: int = 0,
        auth_port: int = 0,
        control_port: int = 0,
        validate: bool | None = None,
        tls: ssl.SSLContext | None = None,
        gate: Callable[[Request], object] | None = None,
        **switches: Any,
    ) -> None:
        super().__init__(World(**{**settings(os.environ.get(SWITCHES_VARIABLE, "")), **switches}))
        if validate or (validate is None and os.environ.get(VALIDATE_VARIABLE) == "1"):
            self._world.description = description()
        self._world.gate = gate
        self._ports = {DEFAULT_REGION: port, AUTH: auth_port, CONTROL: control_port}
        self._tls = tls
        self._listeners: dict[str, Listener] = {}
        self._urls: dict[str, str] = {}

    def __enter__(self) -> Simulator:
        self.start()
        return self

    def __exit__(self, exception: object, *_more: object) -> None:
        try:
            self.stop()
        except UndescribedAnswerError:
            # What went wrong first says more.
            if exception is None:
                raise

    def start(self) -> None:
        """Listen on all ports; OSError if one of them is taken."""
        world = self._world
        apps: dict[str, Any] = {one: Gateway(world, one, partial(api_host, world, one)) for one in REGIONS}
        apps |= {AUTH: Gateway(world, AUTH, partial(auth_host, world)), CONTROL: control_app(self)}
        for name, app in apps.items():
            self._listeners[name] = Listener(app, self._ports.get(name, 0), None if name == CONTROL else self._tls)
        self._urls = {name: listener.url for name, listener in self._listeners.items()}
        world.stopping.clear()
        for listener in self._listeners.values():
            listener.start()

    def stop(self) -> None:
        """Close all ports and connections; requests that are still waiting are not waited for.

        Raises UndescribedAnswerError if responses were checked and one was not as described.
        """
        self._world.stopping.set()
        if self._listeners:
            with ThreadPoolExecutor() as pool:
                list(pool.map(Listener.stop, self._listeners.values()))
        self._listeners.clear()
        found = self.complaints
        self._world.complaints.clear()
        if found:
            headline = f"the simulator gave {len(found)} responses that openapi.yaml does not describe:"
            raise UndescribedAnswerError("\n  ".join([headline, *found[:SHOWN_COMPLAINTS]]))

    def close(self, host: str) -> None:
        """Refuse connections to a host, until ``open``."""
        self._listeners[host].close()

    def open(self, host: str) -> None:
        """Listen on a host again."""
        self._listeners[host].open()

    def reset(self, keep_accounts: bool = True) -> None:
        """Start anew, as Arrangement says, and listen on every host."""
        for listener in self._listeners.values():
            listener.open()
        super().reset(keep_accounts)

    # Addresses and settings.

    api_url = property(lambda self: self._urls[DEFAULT_REGION], doc="Base URL of the API host of the default region.")
    auth_url = property(lambda self: self._urls[AUTH], doc="Base URL of the authentication host.")
    control_url = property(lambda self: self._urls[CONTROL], doc="Base URL of the control listener.")

    @property
    def region_urls(self) -> dict[str, str]:
        """Base URL of the API host of each region."""
        return {name: self._urls[name] for name in REGIONS}

    def ready(self) -> dict[str, Any]:
        """Where the simulator listens and which accounts it has, with their API tokens."""
        return {
            "api_url": self.api_url,
            "auth_url": self.auth_url,
            "control_url": self.control_url,
            "region_urls": self.region_urls,
            "accounts": [
                {"username": one.username, "id": one.id, "email": one.email, "api_token": one.api_token}
                for one in self.accounts
            ],
        }

    @property
    def clock(self) -> Clock:
        """The simulator's clock."""
        return self._world.clock

    @property
    def switches(self) -> dict[str, Any]:
        """All switches with their present values."""
        with self._world.lock:
            return self._world.switches.as_dict()

    def set(self, **switches: Any) -> None:
        """Change switches; SwitchError for an unknown one or an illegal value."""
        with self._world.lock:
            self._world.switches.set(**switches)

    # What exists.

    @property
    def accounts(self) -> list[Account]:
        """All accounts."""
        with self._world.lock:
            return list(self._world.accounts.values())

    def project(self, project_id: str) -> dict[str, Any] | None:
        """A project as the API shows it to its owner; None if no project has that ID."""
        with self._world.lock:
            settle(self._world)
            project = self._world.projects.get(project_id)
            return project_view(self._world, project) if project else None

    def projects(self, owner: Account | str, region: str = DEFAULT_REGION) -> list[dict[str, Any]]:
        """What an account owns in a region, as the API shows it."""
        with self._world.lock:
            settle(self._world)
            owned = self._world.owned(self._world.account(owner).id, region)
            return [project_view(self._world, project) for project in owned]

    def invitations(self, project_id: str) -> list[dict[str, Any]]:
        """All invitations of a project, oldest first, even after the project was deleted."""
        with self._world.lock:
            settle(self._world)
            found = self._world.invitations_of(project_id)
            return [invitation_view(self._world, invitation) for invitation in found]

    def collaborators(self, application: str) -> list[dict[str, Any]]:
        """The collaborators of an application or database as the API shows them, with the links to accept."""
        with self._world.lock:
            settle(self._world)
            found = self._application(application)
            return [collaborator_view(self._world, found, one) for one in found.collaborators]

    @property
    def emails(self) -> list[dict[str, str]]:
        """The invitations to collaborate that the platform sent by email, oldest first."""
        with self._world.lock:
            return [dict(email) for email in self._world.emails]

    # Faults, and what happened.

    def fault(
        self,
        kind: str,
        method: str = "*",
        path: str = "*",
        times: int | None = 1,
        account: Account | str | None = None,
        host: str = "*",
        skip: int = 0,
        after: Fault | None = None,
        **details: Any,
    ) -> Fault:
        """Let the next matching requests go wrong; ``method``, ``path``, and ``host`` are patterns for fnmatch."""
        with self._world.lock:
            username = self._world.account(account).username if account is not None else None
            fault = Fault(kind, method, path, host, username, times, skip, details, after)
            self._world.faults.waiting.append(fault)
            return fault

    @property
    def faults(self) -> list[Fault]:
        """The faults that are not used up, oldest first."""
        with self._world.lock:
            return list(self._world.faults.waiting)

    def clear_faults(self) -> None:
        """Forget the faults that are not used up."""
        with self._world.lock:
            self._world.faults.waiting.clear()

    @property
    def requests(self) -> list[Record]:
        """The requests to the simulated hosts, oldest first, with all their headers."""
        with self._world.lock:
            return list(self._world.log.records)

    def calls(self, account: Account | str | None = None) -> list[str]:
        """The requests in short, for example ``GET /v1/projects`` or ``POST auth /v1/tokens/exchange``."""
        with self._world.lock:
            username = self._world.account(account).username if account is not None else None
            return [one.call for one in self._world.log.records if username in (None, one.account)]

    def clear_requests(self) -> None:
        """Empty the log of requests."""
        with self._world.lock:
            self._world.log.records.clear()

    @property
    def complaints(self) -> list[str]:
        """What of the responses so far is not as openapi.yaml describes it, if they are checked."""
        with self._world.lock:
            return list(self._world.complaints)
