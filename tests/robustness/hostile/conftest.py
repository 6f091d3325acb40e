# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What these tests share: a simulator for all of a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from simulator import Simulator


@pytest.fixture(scope="module")
def sim() -> Iterator[Any]:
    with Simulator() as simulator:
        yield simulator
