# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filters of the role project_baseline, each documented in a file of its own name."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

from ..module_utils._errors import InputError
from ..module_utils._options import cleaned
from ..plugin_utils._report import (
    build_report,
    desired_projects,
    desired_transfers,
    handoffs_of,
    places_to_make_eligible,
    places_to_remove_former_owner,
    previous_owner,
)


def baseline_projects(
    projects: t.Any, default_project: t.Any = None, handoffs: t.Any = None, present: t.Any = None, required: str = ""
) -> t.Any:
    """Return the items for the module scalingo_projects. Without any, and without handoffs, `required` is the error."""
    if required and not any(cleaned([projects, default_project, handoffs])):
        raise InputError(required)
    return desired_projects(
        {"projects": projects, "default_project": default_project, "handoffs": handoffs, "present": present}
    )


def baseline_handoffs(handoffs: t.Any, projects: t.Any, transfers: t.Any = None, again: t.Any = None) -> t.Any:
    """Return the items for the module scalingo_project_transfers, and the places of handoffs that need more."""
    return {
        "handoffs": handoffs_of(handoffs),
        "transfers": desired_transfers(handoffs, projects),
        "ineligible": places_to_make_eligible(handoffs, transfers or {}),
        "former": places_to_remove_former_owner(handoffs, transfers or {}, again or {}),
        "previous_owner": previous_owner(transfers or {}),
    }


class FilterModule:
    """Makes the filters known to Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return each filter by its name."""
        filters: dict[str, t.Callable[..., t.Any]] = {
            "baseline_projects": baseline_projects,
            "baseline_handoffs": baseline_handoffs,
            "baseline_report": build_report,
        }
        return {name: _explained(function) for name, function in filters.items()}


def _explained(function: t.Callable[..., t.Any]) -> t.Callable[..., t.Any]:
    """Return a filter whose errors Ansible shows as sentences."""

    def run(*arguments: t.Any, **options: t.Any) -> t.Any:
        try:
            return function(*arguments, **options)
        except InputError as error:
            raise AnsibleFilterError(str(error)) from None

    return run
