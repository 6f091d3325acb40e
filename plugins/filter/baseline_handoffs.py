# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: baseline_handoffs
short_description: The handoffs that the role project_baseline has to look at
version_added: 1.0.0
author: The community.scalingo authors (@ansible-collections)
description:
  - Made for the role P(community.scalingo.project_baseline#role), and may change together with it.
  - Leaves out what can be seen to be handed over already. What it returns holds no token.
positional: visible
options:
  _input:
    description: The variable C(project_baseline_handoffs).
    type: list
    elements: dict
    required: true
  visible:
    description: The projects that the account sees.
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
- name: Read the projects
  community.scalingo.scalingo_project_info:
  register: account

- name: Show which handoffs are left
  ansible.builtin.debug:
    msg: "{{ handoffs | community.scalingo.baseline_handoffs(account.projects) }}"
  vars:
    handoffs:
      - project: blog
        new_owner: tomasz
"""

RETURN = r"""
_value:
  description: The handoffs that are left, each with its place in the variable and whether it has a token.
  type: list
  elements: dict
  sample:
    - index: 0
      project: blog
      project_id: prj-b7e2915d-40c8-4a36-bd1f-7786e0c95a24
      new_owner: tomasz
      reinvite: false
      has_token: true
      visible: true
"""

import typing as t

from ansible_collections.community.scalingo.plugins.plugin_utils._baseline_wanted import handoffs_to_do


def baseline_handoffs(handoffs: t.Any, visible: t.Any) -> list[dict[str, t.Any]]:
    return handoffs_to_do(handoffs, visible)


class FilterModule:
    """The filter `community.scalingo.baseline_handoffs`."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"baseline_handoffs": baseline_handoffs}
