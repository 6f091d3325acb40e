# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: baseline_report
short_description: The report of the role project_baseline
version_added: 1.0.0
author: The community.scalingo authors (@ansible-collections)
description:
  - Made for the role P(community.scalingo.project_baseline#role), and may change together with it. What it returns is
    described by its C(schema), and does not change within one.
  - Its texts hold no token and no control character, and are never templated again.
options:
  _input:
    description: The list of projects that was wanted.
    type: list
    elements: dict
    required: true
  handoffs:
    description: The variable C(project_baseline_handoffs).
    type: list
    elements: dict
    default: []
  bulk:
    description:
      - What M(community.scalingo.scalingo_projects) returned for the list, or had done before it failed.
      - If it was about some of the items only, C(indexes) are their places.
    type: dict
    default: {}
  failures:
    description:
      - Why that failed, and a check of the other projects after it. C(indexes) are the items to blame, C(listed) those
        that the task was about.
      - C(outcome_unknown) if a write may have been done, C(hidden) if a handoff may have hidden them from the account.
    type: list
    elements: dict
    default: []
  others:
    description: What the same module said in check mode about the other projects, and their C(indexes).
    type: dict
    default: {}
  visible:
    description: The projects that the account sees. Without it, they could not be read.
    type: list
    elements: dict
  records:
    description: What the role did about each handoff that was not seen to be done already.
    type: list
    elements: dict
    default: []
  check_mode:
    description: Whether nothing was to be written.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Check one project
  community.scalingo.scalingo_projects:
    projects:
      - name: shop
  check_mode: true
  register: shop

- name: Show what the role would report
  ansible.builtin.debug:
    msg: "{{ [{'name': 'shop'}] | community.scalingo.baseline_report(bulk=shop, check_mode=true) }}"
"""

RETURN = r"""
_value:
  description: The report.
  type: dict
  contains:
    schema:
      description: Version of the form of the report.
      type: int
      sample: 1
    compliant:
      description: Whether everything is as it is described.
      type: bool
      sample: false
    drift_count:
      description: How many items differ.
      type: int
      sample: 1
    unknown_count:
      description: How many items could not be checked.
      type: int
      sample: 0
    checked_at:
      description: When the report was made, in ISO 8601, UTC.
      type: str
      sample: "2026-07-09T11:20:31Z"
    items:
      description: One for the default project, for each project and for each handoff.
      type: list
      elements: dict
      contains:
        id:
          description: The same in every report about the same description.
          type: str
          sample: project:shop
        control:
          description: V(default_project), V(project) or V(handoff).
          type: str
          sample: project
        project:
          description: Name of the project.
          type: str
          sample: shop
        expected:
          description: What is described.
          type: str
          sample: exists
        actual:
          description: What was found; in a real run, what is now.
          type: str
          sample: missing
        compliant:
          description: Whether it is as described. V(null) if that could not be checked.
          type: bool
          sample: false
        action:
          description:
            - What was done, or in check mode would be done. V(none), V(create), V(update), V(delete), V(invite),
              V(accept) or V(invite and accept).
            - V(error) if it failed, or would fail.
          type: str
          sample: create
        remedy:
          description: What to do about it. V(null) if there is nothing to do.
          type: str
          sample: A run without check mode creates it.
"""

import typing as t

from ansible.utils.unsafe_proxy import wrap_var
from ansible_collections.community.scalingo.plugins.plugin_utils._baseline_findings import Seen
from ansible_collections.community.scalingo.plugins.plugin_utils._baseline_report import build_report


def baseline_report(
    projects: t.Any,
    *,
    handoffs: t.Any = (),
    bulk: t.Any = None,
    failures: t.Any = (),
    others: t.Any = None,
    visible: t.Any = None,
    records: t.Any = (),
    check_mode: bool = False,
) -> t.Any:
    seen = Seen(
        projects=projects,
        bulk=bulk or {},
        failures=failures or (),
        others=others or {},
        visible=visible,
        check_mode=bool(check_mode),
    )
    # What the API says is never a template, whatever it looks like.
    return wrap_var(build_report(seen, handoffs or (), records or ()))


class FilterModule:
    """The filter `community.scalingo.baseline_report`."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"baseline_report": baseline_report}
