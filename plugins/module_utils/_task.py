# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One task, from its options to its result. It knows neither modules nor plugins: `_module` and the lookup use it."""

from __future__ import annotations

import typing as t
from contextlib import closing

from ._api import Api
from ._errors import ScalingoError
from ._http.client import Client
from ._http.redaction import Redactor
from ._options import CONNECTION_SPEC, cleaned, connection_from

Options = t.Mapping[str, t.Any]
Result = t.Mapping[str, t.Any]
# Given the API, the options that are set but for those of the connection, and whether this is check mode, returns the
# result. Sends no write in check mode.
Work = t.Callable[[Api, Options, bool], Result]
OnWait = t.Callable[[str], t.Any]


def silent(_sentence: str) -> None:
    """Show no waits: a module in its own process cannot print before it ends."""


def run_task(
    work: Work,
    options: Options,
    check_mode: bool = False,
    on_wait: OnWait = silent,
    agent: str = "",
    returns_token: bool = False,
    sources: t.Mapping[str, str] | None = None,
) -> Result:
    """Do the work of a task, and return its result, or that of a failure, without secrets.

    Args:
        options: The options, of the right types and with defaults, those of the connection among them.
        check_mode: Whether nothing is to be written.
        on_wait: Called with a sentence when the task has to wait for more than a few seconds.
        agent: What the user agent names beside this collection.
        returns_token: The result is a token, which must not be masked.
        sources: How messages name what each connection option was taken from, where that is not the option.
    """
    redact = Redactor()
    redact.add(options.get("api_token"))
    redact.add(options.get("bearer_token"))
    try:
        connection = connection_from(options, sources)
        with closing(Client(connection, redact.add, lambda sentence: on_wait(redact(sentence)), agent)) as client:
            own = cleaned({name: value for name, value in options.items() if name not in CONNECTION_SPEC})
            result = work(Api(client), own, check_mode)
    except ScalingoError as error:
        failure: Result = redact({**error.as_failure(), "failed": True})
        return failure
    return result if returns_token else redact(result)
