# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to community.scalingo: it may change in any release.

"""Where a task runs: in the Ansible worker, or as an ordinary module in a process of its own. It knows ActionBase.

In the worker, `main()` of the module gets the same bytes, and prints the same JSON, as in its own process. The results
are the same therefore, and only the time for starting a process is saved.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import json
import logging
import os
import sys
import traceback
import types
import typing as t
import warnings
from collections.abc import Iterator

from ansible import constants
from ansible.errors import AnsibleError
from ansible.module_utils import basic
from ansible.module_utils.common import warnings as module_warnings
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible.release import __version__
from ansible.utils.display import Display

display = Display()

Variables = t.Dict[str, t.Any]

# `WorkerAction` uses parts of ansible-core that are not documented. They were tested in these releases.
TESTED = ("2.16.", "2.17.", "2.18.", "2.19.", "2.20.", "2.21.")
# How ansible-core writes arguments and reads results, from 2.19 on.
_PROFILE = "legacy"

_ENCODER: dict[str, t.Any]
try:
    from ansible.module_utils.common.json import Direction, get_module_encoder
    from ansible.template import Templar, trust_as_template

    _ENCODER = {"cls": get_module_encoder(_PROFILE, Direction.CONTROLLER_TO_MODULE)}
    # What is made only once is made now, and not after each fork.
    get_module_encoder(_PROFILE, Direction.MODULE_TO_CONTROLLER)
    Templar().template(trust_as_template("{{ 0 }}"))
    _HAS_PROFILES = True
except ImportError:
    from ansible.module_utils.common.json import AnsibleJSONEncoder

    _ENCODER = {"cls": AnsibleJSONEncoder, "vault_to_text": True}
    _HAS_PROFILES = False


def imported(name: str) -> types.ModuleType | None:
    """Return a module that workers can run, or None. Action plugins call it when Ansible loads them, before it forks.

    An exception here would end the whole run. Where the import fails, the process of the module tells why.
    """
    if not __version__.startswith(TESTED):
        return None
    plugins = __name__.rpartition(".plugin_utils.")[0]
    try:
        with warnings.catch_warnings():
            # `requests` warns about its own dependencies.
            warnings.simplefilter("ignore")
            module = importlib.import_module(f"{plugins}.modules.{name}")
            transport = importlib.import_module(f"{plugins}.module_utils._http.transport")
    except Exception:
        return None
    # Python's advice to a process that will fork: the collector copies less memory in each worker then.
    gc.freeze()
    return None if transport.REQUESTS_IMPORT_ERROR else module


class WorkerAction(ActionBase):
    """Runs the module of the same name, which does all the work."""

    module: t.ClassVar[types.ModuleType | None]
    _supports_async = True

    def run(self, tmp: str | None = None, task_vars: Variables | None = None) -> dict[str, t.Any]:
        """Run the module, in this process if that makes no difference."""
        super().run(tmp, task_vars)
        variables = task_vars or {}
        why_not = self._why_not_here(variables)
        arguments = None if why_not else self._arguments(variables)
        if arguments is None:
            display.vvv(f"Running the module in its own process: {why_not or 'its arguments hold half a character'}.")
            return self._execute_module(task_vars=task_vars, wrap_async=self._task.async_val)
        return self._run_here(arguments, variables)

    def _why_not_here(self, variables: Variables) -> str | None:
        """Return why the module needs its own process, or None if that would be a copy of this one."""
        task = self._task
        wanted = self._templar.template(variables.get("scalingo_run_in_worker", True))
        reasons = {
            "scalingo_run_in_worker is false": not boolean(wanted, strict=False),
            f"it cannot be imported, or was not tested with ansible-core {__version__}": self.module is None,
            "the connection is not local": self._connection.transport != "local",
            "the task uses become": self._connection.become,
            "the task uses async": task.async_val,
            "the task sets an environment": any(task.environment or ()),
            "Ansible keeps the files of modules": constants.DEFAULT_KEEP_REMOTE_FILES,
            "the task uses another Python": not self._uses_this_python(variables),
        }
        return next((reason for reason, holds in reasons.items() if holds), None)

    def _uses_this_python(self, variables: Variables) -> bool:
        """Tell whether the Python that the module is to run with is this one, by the rules of Ansible."""
        if self._task.delegate_to:
            variables = variables.get("ansible_delegated_vars", {}).get(self._task.delegate_to, {})
        path = constants.config.get_config_value("INTERPRETER_PYTHON", variables=variables)
        try:
            # From 2.19 on, nothing may be done to a template before.
            path = str(self._templar.template(path) or "auto")
        except AnsibleError:
            # The process of the module tells why.
            return False
        if path.startswith("auto"):
            return True
        try:
            # Virtual environments share the file, and differ by the directory.
            same_directory = os.path.dirname(path) == os.path.dirname(sys.executable)
            return same_directory and os.path.samefile(path, sys.executable)
        except OSError:
            return False

    def _arguments(self, variables: Variables) -> bytes | None:
        """Return the arguments as the module reads them, or None if it takes another process to escape them."""
        # In place, as Ansible does it: callbacks see the arguments of a task in that form.
        arguments = self._task.args
        self._update_module_args(self._task.action, arguments, variables)
        try:
            return json.dumps({"ANSIBLE_MODULE_ARGS": arguments}, ensure_ascii=False, **_ENCODER).encode()
        except UnicodeEncodeError:
            return None

    def _run_here(self, arguments: bytes, variables: Variables) -> dict[str, t.Any]:
        host = str(variables.get("inventory_hostname", ""))
        display.vvv("Running the module in the Ansible worker.", host=host)

        def on_wait(sentence: str) -> None:
            if not self._task.no_log:
                display.v(sentence, host=host)

        stdout, stderr, code = io.StringIO(), io.StringIO(), 0
        with _as_in_own_process(arguments, self._loader.get_basedir(), stdout, stderr):
            try:
                t.cast(t.Any, self.module).main(on_wait)
            except SystemExit as end:
                # This is how modules end.
                code = int(end.code or 0)
            except Exception as error:
                # A process would end with it. Here it would end the whole loop, until 2.18.
                code = 1
                stderr.write(traceback.format_exc())
                if _HAS_PROFILES:
                    failure = {"failed": True, "msg": repr(error), "exception": traceback.format_exc()}
                    stdout.write(json.dumps(failure))
        return self._parsed({"rc": code, "stdout": stdout.getvalue(), "stderr": stderr.getvalue()})

    def _parsed(self, output: dict[str, t.Any]) -> dict[str, t.Any]:
        """Return the result as Ansible reads it from another process."""
        result = self._parse_returned_data(output, *([_PROFILE] if _HAS_PROFILES else []))
        if isinstance(result, dict):
            # It does not exist from 2.21 on.
            from ansible.vars.clean import remove_internal_keys

            remove_internal_keys(result)
            return result
        result.remove_internal_keys()
        return t.cast("dict[str, t.Any]", result.as_result_dict(for_round_trip=True))


@contextlib.contextmanager
def _as_in_own_process(arguments: bytes, directory: str, stdout: t.TextIO, stderr: t.TextIO) -> Iterator[None]:
    """Set up what a module finds in its own process, and restore it afterwards."""
    before, disabled = os.getcwd(), logging.root.manager.disable
    names = [name for name in ("_ANSIBLE_ARGS", "_ANSIBLE_PROFILE", "_PARSED_MODULE_ARGS") if hasattr(basic, name)]
    saved = {name: getattr(basic, name) for name in names}
    basic._ANSIBLE_ARGS = arguments
    if _HAS_PROFILES:
        basic._ANSIBLE_PROFILE = _PROFILE
    for messages in (module_warnings._global_warnings, module_warnings._global_deprecations):
        messages.clear()
    logging.disable()
    try:
        os.chdir(directory)
        with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
            yield
    finally:
        os.chdir(before)
        logging.disable(disabled)
        for name, value in saved.items():
            setattr(basic, name, value)
