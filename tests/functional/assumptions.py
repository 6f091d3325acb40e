# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests may assume about the API where nothing is documented, each with the reason.

A test file that rests on such an answer names it as its ASSUMED, or gives it to the simulator that it starts. All other
switches may be set to anything, which `make functional VARIANTS=all` does. What holds under every answer is in
test_any_api.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Assumption = Mapping[str, Any]

# What was written is in the next list, so that one task can look for what the task before it did.
UP_TO_DATE: Assumption = {"list_lag": 0, "two_defaults": False}

# Requests can be counted: a list is one answer, and neither a limit nor the question who the caller is adds any.
COUNTED: Assumption = {**UP_TO_DATE, "page_size": None, "uuid_claim": True, "rate_limit": None}

# An invitation that is accepted leads to a transfer, and that is finished when the answer comes.
ACCEPTED: Assumption = {"accept_outcome": "accepted", "accept_delay": 0}

# Everybody who has, had or is offered a project, or collaborates in it, is shown what there is to see. The grids of the
# state machine tell what becomes of those who are shown less.
SHOWN: Assumption = {"invitee_list": True, "invitee_project": True, "old_owner_reads": True, "collaborator_get": "200"}

# A list shows an account what it owns, and nothing else.
OWN: Assumption = {"list_collaborations": False}

# The documented limit, in every region anew.
TWENTY: Assumption = {"limit_projects": 20, "limit_scope": "region"}

# An error of the API has an ID that can be told to its support.
IDENTIFIED: Assumption = {"request_ids": True}
