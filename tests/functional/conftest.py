# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the functional tests share: the simulator, a place to run playbooks in, and one worker for a file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ansible_collections.community.scalingo.plugins.module_utils import _transfer
from ansible_collections.community.scalingo.plugins.module_utils._http import retry
from ansible_environment import client_variables
from simulator import Simulator

from .expect import Waits
from .playbook import PlaybookRun, Story, tell

os.environ.setdefault("SIMULATOR_VALIDATE", "1")  # every answer of every simulator is held against openapi.yaml

Teller = Callable[..., PlaybookRun]


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """With pytest-xdist, keep a file on one worker: its tests share one run of ansible-playbook."""
    if getattr(config.option, "numprocesses", None) and config.option.dist in ("no", "load"):
        config.option.dist = "loadfile"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "jobs: runs whole playbooks, as people and AWX do; slow, so it has a target of its own"
    )


@pytest.fixture(autouse=True)
def _environment_of_ones_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the developer's environment reaches a module that runs in this process."""
    for name in client_variables():
        if not name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="module")
def sim(request: pytest.FixtureRequest) -> Iterator[Any]:
    """A simulator for one test file, with the answers on which the tests of that file rest: its ASSUMED.

    `tests/api_variants.py` repeats a file with other switches.
    """
    with Simulator(**{**getattr(request.module, "ASSUMED", {}), **getattr(request, "param", {})}) as simulator:
        yield simulator


@pytest.fixture
def waits(sim: Any, monkeypatch: pytest.MonkeyPatch) -> Waits:
    """What tasks in this process wait for takes no time."""
    waits = Waits(sim)
    for module in (_transfer, retry):
        monkeypatch.setattr(module, "time", waits)
    return waits


@pytest.fixture(scope="module")
def shop_owner(sim: Any) -> Any:
    """The owner of a shop that Tomasz may have."""
    mireille, tomasz = sim.add_account("mireille"), sim.add_account("tomasz")
    sim.add_application(sim.add_project(mireille, "shop")["id"], "shop-app", collaborators=[tomasz])
    return mireille


@pytest.fixture(scope="module")
def teller(tmp_path_factory: pytest.TempPathFactory) -> Teller:
    """Runs stories in a folder of their own: `teller([Story(...), ...], "-vvvv")`."""

    def run(stories: list[Story], *arguments: str, **keywords: Any) -> PlaybookRun:
        return tell(tmp_path_factory.mktemp("playbook"), stories, *arguments, **keywords)

    return run
