# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to community.scalingo: it may change in any release.

"""The edge to Ansible: the one file that knows AnsibleModule."""

from __future__ import annotations

import typing as t
from functools import partial

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ._http.transport import REQUESTS_IMPORT_ERROR
from ._options import CONNECTION_SPEC, cleaned, from_sources
from ._progress import PROGRESS, say
from ._task import Options, Work, run_task


class _Module(AnsibleModule):
    """An Ansible module for which a blank option is unset, and whose connection options may be in the environment."""

    params: dict[str, t.Any]
    # Connection options that the module ignores.
    ignored: t.Collection[str] = ()

    def _load_params(self) -> None:
        # Before Ansible looks at types, defaults and secrets, so that all of them agree. Ansible has no public place
        # for that; this method is the same from ansible-core 2.16 to 2.21.
        super()._load_params()
        self.progress = self.params.pop(PROGRESS, None)
        given = {name: value for name, value in cleaned(self.params).items() if name not in self.ignored}
        found, self.sources = from_sources(given, ignored=self.ignored)
        self.params = {**given, **found}


class _LoginModule(_Module):
    ignored = ("bearer_token",)


def run_module(argument_spec: Options, work: Work, returns_token: bool = False, **rules: t.Any) -> None:
    """Run a module from its options to its result.

    Args:
        argument_spec: The module's own options; those of the connection are added.
        work: What it does.
        returns_token: It exchanges the API token, even if a bearer token is set, and its result is a secret.
        rules: Rules for options, as `AnsibleModule` takes them, such as `mutually_exclusive`.
    """
    kind = _LoginModule if returns_token else _Module
    module = kind({**CONNECTION_SPEC, **argument_spec}, supports_check_mode=True, **rules)
    if REQUESTS_IMPORT_ERROR is not None:
        module.fail_json(msg=missing_required_lib("requests"), exception=REQUESTS_IMPORT_ERROR)
    if returns_token and not module.no_log:
        module.fail_json(
            msg="Set no_log: true on this task: it returns a bearer token, which Ansible would print. Nothing was sent."
        )
    if returns_token and not module.params["api_token"]:
        module.fail_json(
            msg="No Scalingo API token found. Set api_token (or SCALINGO_API_TOKEN): only that can be exchanged."
        )
    agent = f"ansible-core {module.ansible_version}"
    on_wait = partial(say, module.progress)
    result = run_task(work, module.params, module.sources, module.check_mode, on_wait, agent, returns_token)
    if result.get("failed"):
        module.fail_json(**result)
    module.exit_json(**result)
