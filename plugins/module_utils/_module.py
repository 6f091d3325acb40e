# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to community.scalingo: it may change in any release.

"""The edge to Ansible: the one file that knows AnsibleModule."""

from __future__ import annotations

import json
import typing as t
from functools import partial

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible_collections.community.scalingo.plugins.module_utils._api import Api
from ansible_collections.community.scalingo.plugins.module_utils._client import Client
from ansible_collections.community.scalingo.plugins.module_utils._errors import InputError, ScalingoError
from ansible_collections.community.scalingo.plugins.module_utils._options import (
    choose_api_token,
    choose_tokens,
    connection_argument_spec,
    connection_from,
    environment_tokens,
    without_empty,
)
from ansible_collections.community.scalingo.plugins.module_utils._progress import PROGRESS, say
from ansible_collections.community.scalingo.plugins.module_utils._redaction import Redactor, without_surrogates
from ansible_collections.community.scalingo.plugins.module_utils._transport import REQUESTS_IMPORT_ERROR

Options = t.Dict[str, t.Any]
Result = t.Dict[str, t.Any]


class _Module(AnsibleModule):
    """An Ansible module for which an option that is an empty string counts as not given."""

    params: dict[str, t.Any]

    def _load_params(self) -> None:
        # Before Ansible looks at types, environment and defaults, so that all of them agree. Ansible has no public
        # place for that; this method is the same from ansible-core 2.16 to 2.21.
        super()._load_params()
        self.progress = self.params.pop(PROGRESS, None)
        self.params = without_empty(self.params)
        self.unsendable = [name for name, value in self.params.items() if not _is_sendable(value)]
        if self.unsendable:
            # Ansible cannot even log it.
            self.params = without_surrogates(self.params)
        self.explicit = frozenset(self.params)


def _is_sendable(value: t.Any) -> bool:
    """Tell whether all texts in a value can be encoded. YAML can escape half a character."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def run_module(
    argument_spec: t.Mapping[str, t.Any],
    work: t.Callable[[Api, Options, bool], Result],
    logs_in: bool = False,
) -> None:
    """Run a module from its options to its result.

    Args:
        argument_spec: The module's own options; those of the connection are added.
        work: Given the API, the options, and whether this is check mode, returns the result. It sends no write in
            check mode.
        logs_in: The result holds the bearer token, which an API token is exchanged for, whatever else was given.
    """
    module = _Module({**connection_argument_spec(), **argument_spec}, supports_check_mode=True)
    if REQUESTS_IMPORT_ERROR is not None:
        module.fail_json(msg=missing_required_lib("requests"), exception=REQUESTS_IMPORT_ERROR)
    # A token of spaces is refused below; masked, it would take every space out of the message.
    module.no_log_values = {value for value in module.no_log_values if value.strip()}
    # Ansible masks tokens as they are. The API may send them back in any field, in base64 or escaped.
    redact = Redactor()

    def mask(secret: str) -> None:
        module.no_log_values.add(secret)
        redact.add(secret)

    try:
        if module.unsendable:
            raise InputError(
                f"{module.unsendable[0]} holds half of a character (a surrogate without its other half), which cannot "
                f"be sent: check how it was copied."
            )
        if logs_in and not module.no_log:
            raise InputError(
                "Set no_log: true on this task: it returns a bearer token, which Ansible would print. Nothing was sent."
            )
        choose = choose_api_token if logs_in else choose_tokens
        tokens = choose(module.params, environment_tokens())
        # Ansible masks tokens that were options, but does not know those of the environment.
        for token in tokens.values():
            mask(token)
        connection = connection_from(module.params, tokens, module.explicit)
        agent = f"ansible-core {module.ansible_version}"
        on_wait = partial(say, module.progress)
        # The result of a login is a token.
        on_secret = (lambda secret: None) if logs_in else mask
        client = Client(connection, on_secret=on_secret, agent=agent, on_wait=on_wait)
        result = work(Api(client), module.params, module.check_mode)
    except ScalingoError as error:
        module.fail_json(**{key: redact(value) for key, value in error.as_failure().items()})
    if not logs_in:
        result = {key: redact(value) for key, value in result.items()}
    module.exit_json(**result)
