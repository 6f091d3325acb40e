# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line of the simulator."""

from __future__ import annotations

import argparse
import json
import os
import signal
import tempfile
from typing import Any

from .facade import Simulator
from .models import SimulatorError
from .switches import setting

STOP_SIGNALS = {signal.SIGTERM, signal.SIGINT}


def main(arguments: list[str] | None = None) -> int:
    """Run the simulator until SIGTERM or SIGINT."""
    parser = _parser()
    options = parser.parse_args(arguments)
    # Blocked before any thread starts, so that only sigwait() below receives them.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    try:
        simulator = Simulator(
            port=options.port,
            auth_port=options.auth_port,
            control_port=options.control_port,
            **dict(map(setting, options.switch)),
        )
        for text in options.account:
            username, _equals, api_token = text.partition("=")
            simulator.add_account(username, api_token=api_token or None)
        simulator.start()
    except (SimulatorError, OSError, OverflowError) as error:
        parser.error(str(error))
    try:
        ready = json.dumps(simulator.ready())
        print(ready, flush=True)
        if options.ready_file:
            _write_at_once(options.ready_file, ready)
        signal.sigwait(STOP_SIGNALS)
    finally:
        simulator.stop()
    return 0


def _parser() -> argparse.ArgumentParser:
    description = "Simulate the Scalingo API for projects and their transfer."
    parser = argparse.ArgumentParser(prog="simulator", description=description)
    ports = {"": "the API host of osc-fr1", "auth-": "the authentication host", "control-": "the control listener"}
    for name, host in ports.items():
        parser.add_argument(f"--{name}port", type=int, default=0, help=f"port of {host} (default: a free one)")
    repeated: dict[str, Any] = {"action": "append", "default": []}
    text = "add an account, with this API token or a random one (can be repeated)"
    parser.add_argument("--account", metavar="NAME[=TOKEN]", help=text, **repeated)
    text = "choose a behavior where the API is undocumented, see README.md (can be repeated)"
    parser.add_argument("--switch", metavar="NAME=VALUE", help=text, **repeated)
    parser.add_argument("--ready-file", metavar="PATH", help="write the line about URLs and accounts to this file, too")
    return parser


def _write_at_once(path: str, text: str) -> None:
    """Write a file in one piece; it holds API tokens, so it is for the owner only."""
    descriptor, temporary = tempfile.mkstemp(dir=os.path.dirname(os.path.abspath(path)), prefix=".simulator-")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text + "\n")
    os.replace(temporary, path)
