# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filters of the role project_baseline, each documented in a file of its own name."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

from ..module_utils._errors import InputError
from ..plugin_utils._report import build_report, plan_baseline


class FilterModule:
    """Makes the filters known to Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return each filter by its name."""
        return {"baseline_plan": _explained(plan_baseline), "baseline_report": _explained(build_report)}


def _explained(function: t.Callable[..., t.Any]) -> t.Callable[..., t.Any]:
    """Return a filter whose errors Ansible shows as sentences."""

    def run(*arguments: t.Any, **options: t.Any) -> t.Any:
        try:
            return function(*arguments, **options)
        except InputError as error:
            raise AnsibleFilterError(str(error)) from None

    return run
