# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: baseline_projects
short_description: The list of projects that the role project_baseline wants
version_added: 1.0.0
author: The community.scalingo authors (@ansible-collections)
description:
  - Made for the role P(community.scalingo.project_baseline#role), and may change together with it.
  - Puts the default project into the list of projects, and takes out those that are handed over, so that they are never
    created again.
positional: default_project, handoffs, preview
options:
  _input:
    description: The variable C(project_baseline_projects).
    type: list
    elements: dict
    required: true
  default_project:
    description: The variable C(project_baseline_default_project).
    type: str
    default: ""
  handoffs:
    description: The variable C(project_baseline_handoffs). Its tokens are not looked at.
    type: list
    elements: dict
    default: []
  preview:
    description:
      - What M(community.scalingo.scalingo_projects) returned in check mode for this list, if the present default
        project is to be renamed rather than another one created.
      - If that was about some of the items only, C(indexes) are their places.
    type: dict
    default: {}
  report_dir:
    description: The variable C(project_baseline_report_dir), which is only checked.
    type: str
    default: ""
"""

EXAMPLES = r"""
- name: Show which projects the role would ask for
  ansible.builtin.debug:
    msg: "{{ [{'name': 'shop'}, {'name': 'blog'}] | community.scalingo.baseline_projects('production', handoffs) }}"
  vars:
    handoffs:
      - project: blog
        new_owner: tomasz
"""

RETURN = r"""
_value:
  description: The list, or why there is none.
  type: dict
  contains:
    problem:
      description: Why the variables cannot be right, in one sentence. V(null) if they can.
      type: str
      sample: null
    projects:
      description: The option O(community.scalingo.scalingo_projects#module:projects).
      type: list
      elements: dict
      sample:
        - name: shop
        - name: production
          default: true
    default_index:
      description: Place of the default project in the list. V(null) if there is none.
      type: int
      sample: 1
"""

import typing as t

from ansible_collections.community.scalingo.plugins.plugin_utils._baseline_wanted import wanted_projects


def baseline_projects(
    projects: t.Any,
    default_project: t.Any = "",
    handoffs: t.Any = (),
    preview: t.Any = None,
    report_dir: t.Any = "",
) -> dict[str, t.Any]:
    return wanted_projects(projects, default_project, handoffs, preview, report_dir)


class FilterModule:
    """The filter `community.scalingo.baseline_projects`."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"baseline_projects": baseline_projects}
