# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The support matrix: its cells, which of them a machine can run, and how: `make matrix`.

tox-ansible does much of this, but it fetches each ansible-core from GitHub, and knows no second Python for modules.
"""
