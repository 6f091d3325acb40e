# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of AWX share."""

from __future__ import annotations

from typing import Any

import pytest

from .play import variables


@pytest.fixture(scope="session")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the playbook awx makes if nothing is set."""
    names = ("credential_types", "credentials", "job_templates", "steps", "survey", "handoff_survey", "workflow")
    return variables(tmp_path_factory.mktemp("seen"), *names)
