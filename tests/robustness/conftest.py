# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What these tests share: an environment without anyone's settings, and simulators whose responses are checked."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_environment import client_variables
from simulator import Simulator

os.environ.setdefault("SIMULATOR_VALIDATE", "1")  # every response of every simulator is held against openapi.yaml


@pytest.fixture(autouse=True, scope="session")
def clean_environment() -> Iterator[None]:
    """No option, proxy, or certificate comes from the environment in which the tests run."""
    with pytest.MonkeyPatch.context() as patch:
        for name in client_variables():
            patch.delenv(name)
        yield


@pytest.fixture(scope="module")
def sim() -> Iterator[Any]:
    """One simulator for all of a file."""
    with Simulator() as simulator:
        yield simulator
