# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The edge to Ansible: the one file that knows AnsibleModule."""

from __future__ import annotations

import typing as t

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ._errors import InputError
from ._http.transport import REQUESTS_IMPORT_ERROR
from ._options import CONNECTION_SPEC, check_values, cleaned, from_sources
from ._task import OnWait, Options, Work, run_task, silent


class _Module(AnsibleModule):
    """An Ansible module for which a blank option is unset, and whose connection options may be in the environment."""

    params: dict[str, t.Any]
    argument_spec: dict[str, t.Any]

    def __init__(
        self, argument_spec: Options, ignored: t.Collection[str], filters: t.Collection[str], rules: Options
    ) -> None:
        self.ignored, self.filters = ignored, filters
        self.problem = ""
        self.warnings: list[str] = []
        super().__init__(dict(argument_spec), supports_check_mode=True, **rules)

    def _load_params(self) -> None:
        # Before Ansible looks at types, defaults and secrets, so that all of them agree. Ansible has no public place
        # for that; this method is the same from ansible-core 2.16 to 2.21.
        super()._load_params()
        try:
            self.warnings = check_values(self.params, self.argument_spec)
            for name in self.filters:
                if isinstance(self.params.get(name), str) and not cleaned(self.params[name]):
                    raise InputError(f"{name} is empty and would match every project. Omit it to match every project.")
            given = {name: value for name, value in cleaned(self.params).items() if name not in self.ignored}
            found, self.sources = from_sources(given, ignored=self.ignored)
            self.params = {**given, **found}
        except InputError as error:
            # Without options and rules, so that no message of Ansible's own comes first, and repeats a token.
            self.problem, self.argument_spec = str(error), {}
            self.params = {name: value for name, value in self.params.items() if name.startswith("_ansible_")}
            self.mutually_exclusive = self.required_one_of = self.required_if = self.required_by = None


def run_module(
    argument_spec: Options,
    work: Work,
    on_wait: OnWait = silent,
    returns_token: bool = False,
    filters: t.Collection[str] = (),
    **rules: t.Any,
) -> None:
    """Run a module from its options to its result.

    Args:
        argument_spec: The module's own options; those of the connection are added.
        work: What it does.
        on_wait: Called with a sentence when the task has to wait for more than a few seconds.
        returns_token: It exchanges the API token, even if a bearer token is set, and its result is a secret.
        filters: Options that fail if they are given but empty.
        rules: Rules for options, as `AnsibleModule` takes them, such as `mutually_exclusive`.
    """
    ignored = ("bearer_token",) if returns_token else ()
    module = _Module({**CONNECTION_SPEC, **argument_spec}, ignored, filters, rules)
    if module.problem:
        module.fail_json(msg=module.problem)
    for warning in module.warnings:
        module.warn(warning)
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
    result = run_task(work, module.params, module.check_mode, on_wait, agent, returns_token, module.sources)
    if result.get("failed"):
        module.fail_json(**result)
    module.exit_json(**result)
