# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start the account on which the blocks of a guide are run, for a reader who follows it: `make simulator GUIDE=...`."""

from __future__ import annotations

import argparse
import json
import shlex
import signal
import sys
from pathlib import Path
from typing import Any

from simulator import SimulatorError
from simulator.cli import STOP_SIGNALS

from .pages import CHECKOUT
from .run import COLLECTIONS, connection
from .world import World, described, vault, worlds

# The addresses that the guides print.
PORT, AUTH_PORT = 8080, 8081
TOKENS = {name: f"tk-us-{name}" for name in ("mireille", "tomasz", "amina")}
# These would take precedence over the file, or send a request elsewhere.
UNSET = ("SCALINGO_BEARER_TOKEN", "SCALINGO_REGION", "SCALINGO_CA_PATH", "SCALINGO_VALIDATE_CERTS")


def main(arguments: list[str] | None = None) -> int:
    """Run the simulator with a world until SIGTERM or SIGINT."""
    options = _parser().parse_args(arguments)
    if options.world not in worlds():
        sys.exit(f"No guide is named {options.world!r}. Use one of {', '.join(worlds())}.")
    page, section = worlds()[options.world]
    # Blocked before any thread starts, so that only sigwait() below receives them.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    try:
        world = World(port=options.port, auth_port=options.auth_port, tokens=TOKENS)
    except (SimulatorError, OSError) as error:
        sys.exit(
            f"The simulator cannot start: {error}. If it runs in another terminal, stop it there. If another program"
            f' uses its ports, choose others: make simulator GUIDE={options.world} ARGS="--port 9000 --auth-port 9001"'
        )
    try:
        world.arrange(described(page, section))
        folder = options.folder or CHECKOUT / "build" / "follow" / Path(page).stem.removeprefix("guide_")
        _lay_out(folder, described(page, ""), world)
        print(f"The account of the guide {options.world} is ready, until Ctrl-C. Continue in a second terminal:\n")
        print(f"cd {shlex.quote(str(folder))}\n. ./env", flush=True)
        signal.sigwait(STOP_SIGNALS)
    finally:
        world.stop()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make simulator", description="Start the account of a guide.")
    parser.add_argument("world", help="the name that the guide says")
    parser.add_argument("--port", type=int, default=PORT, help="port of the API host of osc-fr1")
    parser.add_argument("--auth-port", type=int, default=AUTH_PORT, help="port of the authentication host")
    parser.add_argument("--folder", type=Path, help="where to lay out what the reader needs, in place of build/follow")
    return parser


def _lay_out(folder: Path, page: dict[str, Any], world: World) -> None:
    """Write the environment and the vaulted variables of the guide, and what it takes for granted that a reader has."""
    (folder / "group_vars" / "all").mkdir(parents=True, exist_ok=True)
    (folder / "group_vars" / "all" / "tokens.json").write_text(json.dumps(vault(world), indent=2), encoding="utf-8")
    found = {**connection(world), "ANSIBLE_COLLECTIONS_PATH": COLLECTIONS}
    lines = [
        f"unset {' '.join(UNSET)}",
        f'export PATH={shlex.quote(str(CHECKOUT / ".venv" / "bin"))}:"$PATH"',
        *(f"export {name}={shlex.quote(value)}" for name, value in found.items()),
    ]
    (folder / "env").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for name, text in (page.get("files") or {}).items():
        # Nothing is written into the home folder of a reader, and nothing over what a reader has made of a file.
        if not name.startswith("~") and not (folder / name).exists():
            (folder / name).write_text(text.replace("<token of tomasz>", world.tomasz.api_token), encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
