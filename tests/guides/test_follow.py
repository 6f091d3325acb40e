# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command that a guide prints starts the account on which its blocks are run."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from .follow import OTHER_PORTS, TOKENS
from .pages import CHECKOUT, blocks, read
from .run import SECONDS, environment
from .world import WORLDS, World, described, vault, worlds

COMMAND = re.compile(r"``make (simulator GUIDE=([\w-]+))``")
GUIDES = sorted(str(path.relative_to(CHECKOUT)) for path in CHECKOUT.glob("docs/docsite/rst/guide_*.rst"))
# Where on a page each command is printed.
PRINTED = [(page, found) for page in GUIDES for found in COMMAND.finditer(read(page))]
# These start the simulator by themselves, or need an AWX.
WITHOUT = {"guide_first_steps", "guide_awx"}


@contextmanager
def make(arguments: list[str], folder: Path, ports: str = "--port 0 --auth-port 0") -> Iterator[subprocess.Popen[str]]:
    """Run a target as a reader would, on free ports; what it started is gone at the end."""
    command = ["make", "--no-print-directory", *arguments, f'ARGS={ports} --folder "{folder}/here"']
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


def typed(lines: list[str], command: str) -> str:
    """What a command prints in a shell into which a reader has typed these lines."""
    script = "\n".join([*lines, command])
    done = subprocess.run(["sh", "-e", "-c", script], capture_output=True, text=True, timeout=SECONDS, check=True)
    return done.stdout.strip()


def session(sim: dict[str, str], token: str) -> requests.Session:
    """What talks to the simulated API with the token of an account."""
    exchange = requests.post(f"{sim['auth_url']}/v1/tokens/exchange", auth=("", token), timeout=5)
    found = requests.Session()
    found.headers["Authorization"] = f"Bearer {exchange.json()['token']}"
    return found


def seen(sim: dict[str, str], tokens: dict[str, str]) -> dict[str, Any]:
    """What each account owns, without what differs from start to start."""
    found = {}
    base = f"{sim['api_url']}/v1/projects"
    for name, token in tokens.items():
        with session(sim, token) as mine:
            projects = mine.get(base, timeout=5).json()["projects"]
            found[name] = sorted(
                [
                    project["name"],
                    project["default"],
                    eligible(mine, f"{base}/{project['id']}"),
                    offered(mine, f"{base}/{project['id']}"),
                ]
                for project in projects
                if project["owner"]["username"] == name
            )
    return found


def eligible(owner: requests.Session, project: str) -> list[str]:
    """Who could own a project."""
    answer = owner.get(f"{project}/eligible_new_owners", timeout=5).json()
    return sorted(one["user_name"] for one in answer["eligible_new_owners"])


def offered(owner: requests.Session, project: str) -> list[tuple[str, str]]:
    """To whom a project was offered, and what came of it."""
    answer = owner.get(f"{project}/transfer_invitations", params={"status": "all"}, timeout=5).json()
    return [(one["invited_user_name"], one["status"]) for one in answer["transfer_invitations"]]


def started(process: subprocess.Popen[str]) -> list[str]:
    """The lines that a reader is told to type, once the simulator is there."""
    assert process.stdout is not None
    heading, empty, *lines = (process.stdout.readline().strip() for _line in range(4))
    assert re.fullmatch(r"The account of the guide [\w-]+ is ready, until Ctrl-C\..*", heading) and not empty, heading
    return lines


def hosts(lines: list[str]) -> dict[str, str]:
    """Where the simulator of these lines listens."""
    api_url, auth_url = typed(lines, 'echo "$SCALINGO_API_URL $SCALINGO_AUTH_URL"').split()
    return {"api_url": api_url, "auth_url": auth_url}


@pytest.mark.parametrize(("page", "found"), PRINTED, ids=[f"{Path(page).stem} {found[2]}" for page, found in PRINTED])
def test_the_printed_command_starts_the_account_of_the_page(page: str, found: re.Match[str], tmp_path: Path) -> None:
    # Without a world of its own, a page can only show how it is done with that of another one.
    page = page if "world" in described(page, "") else worlds()[found[2]][0]
    here = {described(page, section).get("world"): section for section in ["", *(one.section for one in blocks(page))]}
    wanted = World()
    try:
        # The accepting user has no invitation yet.
        wanted.arrange({**described(page, here[found[2]]), "accepts": None})
        tokens = {account.username: account.api_token for account in wanted.sim.accounts}
        expected = seen({"api_url": wanted.sim.api_url, "auth_url": wanted.sim.auth_url}, tokens)
    finally:
        wanted.stop()
    with make(found[1].split(), tmp_path) as process:
        lines = started(process)
        assert lines == [f"cd {tmp_path}/here", ". ./env"]
        assert typed(lines, 'echo "$SCALINGO_API_TOKEN"') == TOKENS["mireille"]
        assert seen(hosts(lines), TOKENS) == expected
        os.killpg(process.pid, signal.SIGINT)
        _out, err = process.communicate(timeout=30)
    assert "Traceback" not in err


def test_an_offer_is_accepted_where_the_page_waits_for_that(tmp_path: Path) -> None:
    with make(["simulator", "GUIDE=accepting"], tmp_path) as process:
        lines = started(process)
        options = "project_name=shop new_owner=tomasz wait=true wait_timeout=20"
        typed(lines, f"ansible localhost -m community.scalingo.scalingo_project_transfer -a '{options}'")
        assert "shop" in [name for name, *_rest in seen(hosts(lines), TOKENS)["tomasz"]]


def test_a_reader_has_the_tools_and_the_tokens(tmp_path: Path) -> None:
    with make(["simulator", "GUIDE=transfers"], tmp_path) as process:
        lines = started(process)
        command = "ansible localhost -m ansible.builtin.debug -a msg={{vault_tomasz_api_token}}"
        assert TOKENS["tomasz"] in typed(lines, command)
        assert "api_token" in typed(lines, "ansible-doc community.scalingo.scalingo_project")
        assert typed(lines, "cat vault.yml") == f"vault_tomasz_api_token: {TOKENS['tomasz']}"


def test_an_unknown_world_is_refused_with_the_names_of_the_others(tmp_path: Path) -> None:
    with make(["simulator", "GUIDE=tranfsers"], tmp_path) as process:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (2, "")
    sentence, *of_make = err.splitlines()
    assert sentence == f"No guide is named 'tranfsers'. Use one of {', '.join(worlds())}."
    assert [line for line in of_make if not line.startswith("make: ")] == []
    assert list(tmp_path.iterdir()) == []


def test_a_port_that_is_taken_can_be_replaced_by_another_one(tmp_path: Path) -> None:
    first, second = OTHER_PORTS.split()[1::2]
    with socket.socket() as other, socket.socket() as one, socket.socket() as two:
        for listener in (other, one, two):
            listener.bind(("127.0.0.1", 0))
        other.listen()
        taken, port, auth_port = (str(listener.getsockname()[1]) for listener in (other, one, two))
        with make(["simulator", "GUIDE=audit"], tmp_path, f"--port {taken} --auth-port 0") as process:
            _out, err = process.communicate(timeout=60)
        assert process.returncode == 2
        assert "Address already in use" in err
        assert f'make simulator GUIDE=audit ARGS="{OTHER_PORTS}"' in err
    chosen = OTHER_PORTS.replace(first, port).replace(second, auth_port)
    with make(["simulator", "GUIDE=audit"], tmp_path, chosen) as process:
        expected = {"api_url": f"http://127.0.0.1:{port}", "auth_url": f"http://127.0.0.1:{auth_port}"}
        assert hosts(started(process)) == expected
    assert f'ARGS="{OTHER_PORTS}"' in read("docs/docsite/rst/guide_first_steps.rst")


def test_every_guide_says_at_its_top_how_to_follow_it() -> None:
    def head(page: str) -> str:
        return read(page).partition(".. contents::")[0]

    silent = {Path(page).stem for page in GUIDES if len(COMMAND.findall(head(page))) != 1}
    assert silent == WITHOUT


def test_every_world_is_printed_where_it_belongs_and_is_one_account() -> None:
    assert {found[2] for _page, found in PRINTED} == set(worlds())
    for page, own in WORLDS["pages"].items():
        for section, special in (own.get("sections") or {}).items():
            if "projects" in special or "accepts" in special:
                assert "world" in special or page.endswith(".md"), f"{page}: {section} cannot be followed"
            if "world" in special:
                first = described(*worlds()[special["world"]])
                assert special["world"] != own.get("world") and described(page, section) == first


def test_the_variables_of_a_vault_are_those_that_the_pages_name() -> None:
    world = World()
    try:
        assert {name for page in GUIDES for name in re.findall(r"{{ (vault_\w+api_token) }}", read(page))} <= set(
            vault(world)
        )
    finally:
        world.stop()
