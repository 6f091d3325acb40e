# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every fault, in every operation, once, twice in a row and for ever: it heals, or the error says what is known."""

import pytest

pytest.register_assert_rewrite("robustness.faults.demands")
