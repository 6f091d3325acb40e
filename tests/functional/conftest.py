# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the functional tests share: the simulator, a place to run playbooks in, and one worker for a file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from simulator import Simulator

from .playbook import PlaybookRun, Story, tell
from .table import Table

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


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test of a table runs once for every cell of its class."""
    if "cell" in metafunc.fixturenames:
        metafunc.parametrize("cell", metafunc.cls.cells, ids=lambda cell: cell.name)


@pytest.fixture(scope="module")
def sim(request: pytest.FixtureRequest) -> Iterator[Any]:
    """A simulator for one test file, with the answers on which the tests of that file rest: its ASSUMED."""
    with Simulator(**getattr(request.module, "ASSUMED", {})) as simulator:
        yield simulator


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


@pytest.fixture(scope="class")
def table(request: pytest.FixtureRequest, teller: Teller) -> Iterator[Table]:
    """The cells of a test class, after their run against an API that behaves as the class says."""
    with Simulator(**{**request.cls.assumed, **request.cls.switches}) as simulator:
        yield Table(simulator, request.cls.cells, teller)
