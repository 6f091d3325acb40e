# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Functional tests: real playbooks, run by ansible-playbook, against the simulator over real HTTP."""

import pytest

# Before anything imports them.
pytest.register_assert_rewrite("functional.expect", "functional.playbook", "functional.table", "functional.transfers")
