# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every message is that of the table, messages.yml, with its cause, and the troubleshooting guide quotes them."""

from __future__ import annotations

import ast
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from functional.playbook import connect, here

from .pages import CHECKOUT, read
from .run import playbook
from .world import World

TABLE: dict[str, dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "messages.yml").read_text(encoding="utf-8"))
HEADINGS = re.findall(r"^``(.+)``\n~+\n", read("docs/docsite/rst/guide_troubleshooting.rst"), re.MULTILINE)
# The errors whose message is the argument; the messages of others are put together.
ERRORS = ("CannotError", "InaccessibleError", "InputError")
# It takes three broken responses: see tests/unit.
NOT_HERE = {"The API shows no invitation link for … on …."}


@pytest.fixture(scope="module")
def shared() -> Iterator[World]:
    world = World()
    yield world
    world.stop()


@pytest.fixture
def world(shared: World) -> World:
    people = ["tomasz", "amina"]
    shared.arrange({"projects": [{"name": name, "collaborators": people} for name in ("shop", "blog")]})
    shared.sim.clear_faults()
    return shared


@pytest.mark.parametrize("message", TABLE)
def test_message_has_its_cause(message: str, world: World) -> None:
    known = names_of(world)
    row = filled(TABLE[message], known)
    arrange(world, row, known)
    shown = provoke(world, filled(row, known))
    matches = re.fullmatch(pattern(filled(message, known)), shown.strip(), re.DOTALL)
    assert matches, shown


def test_no_sentence_of_a_message_is_longer_than_30_words() -> None:
    sentences = [sentence for message in TABLE for sentence in re.split(r"(?<=[.!?])\s", message)]
    assert [sentence for sentence in sentences if len(sentence.split()) > 30] == []


@pytest.mark.parametrize("heading", HEADINGS)
def test_heading_of_the_guide_is_the_start_of_a_message(heading: str) -> None:
    assert [message for message in TABLE if re.match(pattern(heading), message)]


def test_table_has_every_message_of_the_plugins() -> None:
    messages = set(raised()) - NOT_HERE
    assert len(messages) > 50
    assert [one for one in messages if not any(re.search(pattern(one), message) for message in TABLE)] == []


def raised() -> Iterator[str]:
    """Every message that is the argument of an error in the plugins, with … for what differs."""
    for path in (CHECKOUT / "plugins").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ERRORS and node.args:
                argument = node.args[0]
                parts = argument.values if isinstance(argument, ast.JoinedStr) else [argument]
                text = "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in parts)
                if text.strip("…"):
                    yield text


def pattern(message: str) -> str:
    return re.escape(message).replace("…", ".*")


def names_of(world: World) -> dict[str, Any]:
    """What the texts of the table stand for."""
    sim = world.sim
    (shop,) = [project["id"] for project in sim.projects(world.mireille) if project["name"] == "shop"]
    known: dict[str, Any] = {"shop": shop, "nowhere": "prj-00000000-0000-4000-8000-000000000000", "auth": sim.auth_url}
    known |= {f"token of {one.username}": one.api_token for one in sim.accounts}
    known |= {one.username: {"id": one.id, "username": one.username, "email": one.email} for one in sim.accounts}
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return {**known, "closed": f"http://127.0.0.1:{listener.getsockname()[1]}"}


def arrange(world: World, row: dict[str, Any], known: dict[str, Any]) -> None:
    """Let the account be as a row says, and keep of the row what is to be run."""
    sim = world.sim
    for project in row.pop("more", []):
        # Only then does a list show the projects of others.
        sim.set(list_collaborations=True)
        made = sim.add_project(project["owner"], project["name"], default=project.get("default", False))
        sim.add_application(made["id"], f"{made['id']}-web", collaborators=project["collaborators"])
    sim.set(**row.pop("switches", {}))
    if "invited" in row:
        known["invitation"] = sim.add_invitation(known["shop"], world.tomasz, **row.pop("invited"))["id"]
    if "fault" in row:
        sim.fault(**{"kind": "status", "method": "GET", "path": "/v1/projects", "times": None, **row.pop("fault")})


def filled(value: Any, known: dict[str, Any]) -> Any:
    """The same with what its texts stand for."""
    if isinstance(value, dict):
        return {key: filled(item, known) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, known) for item in value]
    if isinstance(value, str) and re.fullmatch("<[^<>]+>", value):
        return known.get(value[1:-1], value)
    return re.sub("<(.+?)>", lambda found: known.get(found[1], found[0]), value) if isinstance(value, str) else value


def provoke(world: World, row: dict[str, Any]) -> str:
    """Return the message with which a module, a lookup, or a playbook fails."""
    if "playbook" in row:
        add = {"ansible.builtin.add_host": {"name": "{{ item }}", "groups": "both"}, "loop": ["one", "two"]}
        hosts = {"project_baseline_hosts": "both"} if row.get("hosts") else {}
        # All of them fail in the same way.
        imports = [
            {"ansible.builtin.import_playbook": f"community.scalingo.{one}"} for one in row["playbook"].split(", ")
        ]
        before = [_play(add)] if hosts else []
        (message,) = {playbook(world, [*before, one], {**hosts, **row.get("vars", {})}) for one in imports}
        return message
    if "lookup" in row:
        message = f"{{{{ lookup('community.scalingo.project_info', {row['lookup']}) }}}}"
        return playbook(world, [_play({"ansible.builtin.debug": {"msg": message}})])
    if "play" in row:
        python = {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}
        return playbook(world, [_play(row["play"])], python, row.get("shadow"), **row.get("environment", {}))
    account = getattr(world, row.pop("as", "mireille"))
    keywords = {name: row.pop(name) for name in ("check", "no_log") if name in row}
    ((module, options),) = row.items()
    result = here(f"scalingo_{module}", {**connect(world.sim, account, max_wait=0), **options}, **keywords)
    assert result.failed, result
    return result.msg


def _play(task: dict[str, Any]) -> dict[str, Any]:
    return {"hosts": "localhost", "gather_facts": False, "tasks": [task]}
