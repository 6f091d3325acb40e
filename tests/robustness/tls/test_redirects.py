# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A redirect leads nowhere: the machine that it names gets no request, and so no token."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from simulator import Simulator

from ..module_process import run_module
from .certificates import Authority
from .machines import answering, machine

# The request that is redirected, and a module that makes it.
REQUESTS: dict[str, tuple[dict[str, str], str, dict[str, Any]]] = {
    "exchange": ({"method": "POST", "path": "/v1/tokens/exchange"}, "scalingo_project_info", {}),
    "read": ({"method": "GET", "path": "/v1/projects"}, "scalingo_project_info", {}),
    "write": ({"method": "POST", "path": "/v1/projects"}, "scalingo_project", {"name": "web"}),
}
STATUSES = (301, 302, 303, 307, 308)


@pytest.mark.parametrize("secure", [False, True], ids=["from-http", "from-https"])
@pytest.mark.parametrize("to", ["http://127.0.0.1", "https://127.0.0.1", "http://localhost", "//127.0.0.2"])
def test_nobody_else_gets_a_request(tmp_path: Path, secure: bool, to: str) -> None:
    authority = Authority(tmp_path, "good")
    with Simulator(tls=authority.server() if secure else None) as sim, machine(answering("200 OK")) as elsewhere:
        location = f"{to}:{elsewhere.port}/v1/projects"
        connection = {"api_url": sim.api_url, "auth_url": sim.auth_url, "ca_path": authority.path, "max_wait": 0}
        for name, (request, module, options) in REQUESTS.items():
            for status in STATUSES:
                account = sim.add_account(f"{name}-{status}")
                sim.fault("status", **request, status=status, body="", headers={"Location": location}, account=account)
                run = run_module(module, {**connection, **options, "api_token": account.api_token})
                assert run.failed and not run.crashed, run.stderr
                assert run.result["error"]["status"] == status
                assert elsewhere.connections == 0
