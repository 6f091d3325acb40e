# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the module of the same name, in the Ansible worker where that makes no difference."""

from __future__ import annotations

from ..plugin_utils._worker import WorkerAction, imported


class ActionModule(WorkerAction):
    """Runs the module, which does all the work."""

    module = imported("scalingo_project_collaborator")
