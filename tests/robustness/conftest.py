# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What these tests share: an environment without anybody's own settings, and a simulator whose answers are checked."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from ansible_environment import client_variables

os.environ.setdefault("SIMULATOR_VALIDATE", "1")  # every answer of every simulator is held against openapi.yaml


@pytest.fixture(autouse=True, scope="session")
def clean_environment() -> Iterator[None]:
    """No option, proxy or certificate comes from the environment of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        for name in client_variables():
            patch.delenv(name)
        yield
