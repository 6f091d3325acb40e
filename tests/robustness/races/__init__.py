# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two and three jobs at once on the same account, in every order in which the API can be reached by them.

A job runs the code of the modules, with a client and connections of its own, in a thread. The simulator lets one
request at a time through its gate: `schedule` decides whose, and nothing else can differ between two runs of one
schedule (`race`). `invariants` are what holds for every run, whatever the jobs want; what the tests add is whose turn
it is to say `changed`, and who must not fail.

The API knows no conditional request: nothing that a task has read need be so any more when its write arrives. What can
be promised nevertheless is in `invariants`, each with what it does not say, and why.
"""
