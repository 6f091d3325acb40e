# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command that a guide prints starts the account on which its blocks are run."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from .follow import TOKENS
from .pages import CHECKOUT, read
from .run import SECONDS, environment
from .world import WORLDS, described, worlds

COMMAND = re.compile(r"``make simulator GUIDE=([\w-]+)``")
GUIDES = sorted(str(path.relative_to(CHECKOUT)) for path in CHECKOUT.glob("docs/docsite/rst/guide_*.rst"))
# These start the simulator by themselves, or need an AWX.
WITHOUT = {"guide_first_steps", "guide_awx"}


@contextmanager
def make(guide: str, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Start the account of a guide as a reader would; what was started is gone at the end."""
    arguments = f'ARGS=--port 0 --auth-port 0 --folder "{folder}/here"'
    command = ["make", "--no-print-directory", "simulator", f"GUIDE={guide}", arguments]
    process = subprocess.Popen(
        command,
        cwd=CHECKOUT,
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
        process.communicate()


def typed(process: subprocess.Popen[str], *commands: str) -> list[str]:
    """What commands print in a shell into which a reader has typed what the simulator says, once it is there."""
    assert process.stdout is not None
    heading, empty, *lines = (process.stdout.readline().strip() for _line in range(4))
    assert re.fullmatch(r"The account of the guide [\w-]+ is ready, until Ctrl-C\..*", heading) and not empty, heading
    script = "\n".join([*lines, *(f"{command}; echo ---" for command in commands)])
    done = subprocess.run(["sh", "-e", "-c", script], capture_output=True, text=True, timeout=SECONDS, check=True)
    return done.stdout.split("---\n")


def test_reader_has_the_account_the_tokens_and_the_tools(tmp_path: Path) -> None:
    transfer = "-m community.scalingo.scalingo_project_transfer -a 'project_name=shop new_owner=tomasz wait=true'"
    with make("accepting", tmp_path) as process:
        token, transferred, vaulted, file, _end = typed(
            process,
            'echo "$SCALINGO_API_TOKEN"',
            f"ansible localhost {transfer}",  # which the account of this guide accepts
            "ansible localhost -m ansible.builtin.debug -a msg={{vault_tomasz_api_token}}",
            "cat vault.yml",
        )
        os.killpg(process.pid, signal.SIGINT)
        _out, err = process.communicate(timeout=30)
    assert token.strip() == TOKENS["mireille"]
    assert '"status": "accepted"' in transferred
    assert TOKENS["tomasz"] in vaulted
    assert file.strip() == f"vault_tomasz_api_token: {TOKENS['tomasz']}"
    assert "Traceback" not in err


def test_unknown_guide_fails_with_the_names_of_the_others(tmp_path: Path) -> None:
    with make("tranfsers", tmp_path) as process:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (2, "")
    assert err.startswith(f"No guide is named 'tranfsers'. Use one of {', '.join(worlds())}.\nmake: ")
    assert list(tmp_path.iterdir()) == []


def test_every_guide_says_at_its_top_how_to_follow_it() -> None:
    heads = {Path(page).stem: read(page).partition(".. contents::")[0] for page in GUIDES}
    assert {page for page, head in heads.items() if len(COMMAND.findall(head)) != 1} == WITHOUT


@pytest.mark.parametrize("page", GUIDES)
def test_command_is_printed_for_every_account_of_a_page_and_each_is_one_account(page: str) -> None:
    own = WORLDS["pages"].get(page) or {}
    printed = set(COMMAND.findall(read(page)))
    # Without an account of its own, a page can only show how it is done with that of another one.
    assert printed <= set(worlds())
    for section, special in [("", own), *(own.get("sections") or {}).items()]:
        if section and ("projects" in special or "accepts" in special):
            assert "world" in special, f"{section} cannot be followed"
        if "world" in special:
            assert special["world"] in printed
            assert described(page, section) == described(*worlds()[special["world"]])
