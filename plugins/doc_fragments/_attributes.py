# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to community.scalingo: it may change in any release.

from __future__ import annotations


class ModuleDocFragment:
    # What all modules have in common; each says for itself what it does in check and diff mode.
    DOCUMENTATION = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/community.scalingo.all) in C(module_defaults) to set connection options once for a play.
    support: full
    membership:
      - community.scalingo.all
  check_mode:
    description: Can run in C(check_mode) and return what would be changed, without changing it.
  diff_mode:
    description: Returns what has been changed, or in check mode what would be changed, in C(diff) mode.
requirements:
  - requests, for the Python that runs the module
"""

    # Modules that only read.
    INFO = r"""
options: {}
attributes:
  check_mode:
    support: full
    details:
      - This module only reads.
  diff_mode:
    support: N/A
    details:
      - This module only reads.
"""
