# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cells of all tests of this folder are run together, when the first of them is asked for."""

from __future__ import annotations

import pytest

from .cells import Cell
from .played import CellRunner

pytest.register_assert_rewrite("robustness.faults.demands")


@pytest.fixture(scope="session")
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> CellRunner:
    """What the cells of this session came to."""
    specs = [getattr(item, "callspec", None) for item in request.session.items]
    given = [value for spec in specs if spec for value in spec.params.values()]
    cells = [
        one for value in given for one in (value if isinstance(value, tuple) else [value]) if isinstance(one, Cell)
    ]
    base = tmp_path_factory.getbasetemp()
    return CellRunner(cells, (base.parent if hasattr(request.config, "workerinput") else base) / "faults")
