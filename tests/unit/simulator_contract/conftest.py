# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests of contract and simulator share."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def checked_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every simulator has its answers checked against openapi.yaml."""
    monkeypatch.setenv("SIMULATOR_VALIDATE", "1")
