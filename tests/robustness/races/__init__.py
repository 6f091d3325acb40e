# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two and three jobs at once on the same account, in every order in which the API can be reached by them.

The API knows no conditional request: nothing that a task has read need be so any more when its write arrives.
"""
