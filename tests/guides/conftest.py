# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the guides share: what can be imported, and one worker for a page."""

from __future__ import annotations

import os
from typing import Any

import pytest

os.environ.setdefault("SIMULATOR_VALIDATE", "1")  # every answer of every simulator is held against openapi.yaml


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With pytest-xdist, keep the blocks of a page on one worker: each goes on from those before it."""
    from xdist.scheduler import LoadScopeScheduling

    class PageScheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return nodeid.partition("[")[2].partition(" ")[0] or nodeid

    return PageScheduling(config, log)
