# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Go through a page as a reader would: write its files, run its commands and its tasks, look at what is printed."""

from __future__ import annotations

import configparser
import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests
import yaml

from .commands import INSTALL, RUN, SIMULATOR, check, commands
from .output import missing, says
from .pages import CHECKOUT, Block, blocks
from .run import COLLECTIONS, SECONDS, connection, environment
from .world import World, described, vault

FAULTS = (AssertionError, subprocess.SubprocessError, ValueError, yaml.YAMLError)
YAML = ("yaml", "yaml+jinja")
# What a reader puts in its place.
TOKEN = "tk-us-..."


class Session:
    """One page, one folder, one simulated account."""

    def __init__(self, page: str, folder: Path, world: World) -> None:
        self.page, self.folder, self.world = page, folder, world
        self.home = folder / "home"
        self.work = folder / "work"
        # By the number of a block, what is wrong with it, if anything.
        self.problems: dict[int, str] = {}
        # Files that no command has used yet, by their name.
        self.unused: dict[str, int] = {}
        self.printed = ""
        self.failed = False
        self.section = ""
        # What was run in this section, without what fails on purpose.
        self.done: list[str] = []
        self.replaced = {
            TOKEN: world.mireille.api_token,
            "https://auth.scalingo.com/": f"{world.sim.auth_url}/",
            "https://api.osc-fr1.scalingo.com/": f"{world.sim.api_url}/",
            "<token of tomasz>": world.tomasz.api_token,
            "<certificates>": Path(requests.certs.where()).read_text(encoding="utf-8"),
        }
        self.simulator: subprocess.Popen[str] | None = None
        self._lay_out()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        if self.simulator is not None:
            os.killpg(self.simulator.pid, signal.SIGTERM)
            self.simulator.wait()

    def run(self) -> dict[int, str]:
        """Go through all blocks of the page, and return what is wrong with each."""
        page = blocks(self.page)
        for block, following in zip(page, [*page[1:], None]):
            if block.section != self.section:
                self._end_section()
                self._begin_section(block.section)
            # What fails has to show how.
            may_fail = following is not None and following.language == "text" and following.section == block.section
            try:
                self.problems[block.number] = ""
                self._see_to(block)
                assert may_fail or not self.failed, f"it failed:\n{self.printed[-3000:]}"
            except FAULTS as error:
                self.problems[block.number] = f"{type(error).__name__}: {error}"
            if following is None or following.language != "text":
                self.failed = False
        self._end_section()
        for name, number in self.unused.items():
            self.problems[number] += f"No command of the page uses {name}."
        return self.problems

    # What each section begins and ends with

    def _begin_section(self, section: str) -> None:
        self.section, self.done = section, []
        description = described(self.page, section)
        if not (description.get("continuous") and self.problems):
            self.world.arrange(description)

    def _end_section(self) -> None:
        description = described(self.page, self.section) if self.section else {}
        if description.get("again"):
            self.problems[max(self.problems)] += self._once_more()
        wanted, found = description.get("after"), self.world.state()
        if wanted is not None and {name: found[name] for name in wanted} != wanted:
            self.problems[max(self.problems)] += f"There should be {wanted} after the section, but there is {found}."

    def _once_more(self) -> str:
        """Run everything again that was run in the section, where the page says that this can be done at any time."""
        for command in list(self.done):
            try:
                self._bash(command)
            except FAULTS as error:
                return f"{type(error).__name__}: {error}"
            if self.failed:
                self.failed = False
                return f"{command} failed when it was run again:\n{self.printed[-3000:]}"
        return ""

    # Blocks, by what they are

    def _see_to(self, block: Block) -> None:
        text = self._replace(block.text)
        if block.language == "console":
            for one in commands(text):
                self._command(one.text, one.shown)
        elif block.language == "text":
            assert says(text, self.printed), f"this was not printed, but:\n{self.printed[-3000:]}"
        elif block.language == "json":
            self._report(json.loads(text))
        elif block.language in ("ini", "sh"):
            assert block.title is not None, "a file needs its name"
            if block.language == "ini":
                configparser.ConfigParser().read_string(text)
            self._file(block, text)
        else:
            assert block.language in YAML, f"there is no rule for the language {block.language or 'none'!r}"
            content = yaml.safe_load(text)
            if block.title is not None:
                self._file(block, text)
            else:
                assert isinstance(content, list), "this is neither a play nor a task, and has no name of a file"
                self._play(text if _is_play(content[0]) else _in_a_play(content), block.number)

    def _file(self, block: Block, text: str) -> None:
        name = str(block.title)
        self._write(name, text)
        if name == ".gitlab-ci.yml":
            for command in _scripts(yaml.safe_load(text)):
                self._command(command, "")
        elif name != "ansible.cfg" and "group_vars" not in name:
            self.unused[name] = block.number

    def _play(self, text: str, number: int) -> None:
        path = self.work / f"block-{number}.yml"
        path.write_text(text, encoding="utf-8")
        self._bash(f"ansible-playbook {path.name}")

    def _command(self, command: str, shown: str) -> None:
        for name in [name for name in self.unused if name in command]:
            del self.unused[name]
        if SIMULATOR.match(command):
            self._start_simulator(command)
            return
        if INSTALL.match(command):
            (tarball,) = (CHECKOUT / "build" / "dist").glob("*.tar.gz")
            where = f"--offline --no-deps --collections-path {shlex.quote(str(self.folder / 'installed'))}"
            command = f"ansible-galaxy collection install {where} {shlex.quote(str(tarball))}"
        elif not RUN.match(command):
            assert not shown, "this output was never seen: the command is not run"
            check(command)
            return
        self._bash(command)
        assert shown or not self.failed, f"{command} failed:\n{self.printed[-3000:]}"
        absent = missing(shown, self.printed)
        assert not absent, f"{command} did not print:\n" + "\n".join(absent) + f"\nbut:\n{self.printed[-3000:]}"
        self.failed = False

    def _report(self, shown: Any) -> None:
        reports = sorted(self.folder.rglob("report.json"), key=lambda path: path.stat().st_mtime)
        assert reports, "no command before this one has written a report"
        real = json.loads(reports[-1].read_text(encoding="utf-8"))
        assert _form(shown) == _form(real)

    # How a reader would run them

    def _bash(self, command: str) -> None:
        """Run a command in a shell that remembers what those before it have exported."""
        state = self.folder / "state.sh"
        script = f". {state}\n{command}\nended=$?\nexport -p >{state}\nexit $ended\n"
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=self.work,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
            env=environment(self.folder),
        )
        self.printed, self.failed = done.stdout + done.stderr, done.returncode != 0
        if not self.failed:
            self.done.append(command)
        # A reader has a real account by then. What is run here never leaves this machine.
        lines = state.read_text(encoding="utf-8")
        for variable, value in connection(self.world).items():
            if f" {variable}=" not in lines:
                lines += f"export {variable}={value}\n"
        state.write_text(lines, encoding="utf-8")

    def _start_simulator(self, command: str) -> None:
        """Start the simulator with the options of a command, but on free ports, and use these from now on."""
        (given,) = re.findall(r'ARGS="([^"]*)"', command) or [command.partition("simulator")[2]]
        ports = dict(re.findall(r"--((?:auth-|control-)?port) (\d+)", given))
        free = re.sub(r"(--(?:auth-|control-)?port) \d+", r"\1 0", given)
        self.simulator = subprocess.Popen(
            [sys.executable, str(CHECKOUT / "tests" / "simulator"), *shlex.split(free)],
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self.simulator.stdout is not None
        hosts = json.loads(self.simulator.stdout.readline())
        for option, url in {"port": "api_url", "auth-port": "auth_url", "control-port": "control_url"}.items():
            if option in ports:
                self.replaced[f"http://127.0.0.1:{ports[option]}"] = hosts[url]

    def _replace(self, text: str) -> str:
        for known, real in self.replaced.items():
            text = text.replace(known, real)
        return text

    def _lay_out(self) -> None:
        """Make what a reader has before: a checkout with what make has built there, and the tokens in a vault."""
        for path in (self.home, self.work / "build", self.work / "group_vars" / "all"):
            path.mkdir(parents=True)
        (self.work / ".venv").symlink_to(Path(sys.prefix))
        (self.work / "build" / "collections").symlink_to(COLLECTIONS)
        tokens = json.dumps(vault(self.world))
        (self.work / "group_vars" / "all" / "tokens.json").write_text(tokens, encoding="utf-8")
        for name, text in (described(self.page, "").get("files") or {}).items():
            self._write(name, self._replace(text))
        lines = "".join(f"export {name}={value}\n" for name, value in connection(self.world).items())
        (self.folder / "state.sh").write_text(lines, encoding="utf-8")

    def _write(self, name: str, text: str) -> None:
        path = Path(name.replace("~", str(self.home), 1)) if name.startswith("~") else self.work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _is_play(item: dict[str, Any]) -> bool:
    return "hosts" in item or any(key.endswith("import_playbook") for key in item)


def _in_a_play(tasks: list[dict[str, Any]]) -> str:
    return json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}], indent=1)


def _scripts(pipeline: dict[str, Any]) -> Iterator[str]:
    for job in pipeline.values():
        if isinstance(job, dict):
            yield from [*job.get("before_script", []), *job.get("script", [])]


def _form(value: Any) -> Any:
    """What is the same in every report: the names of its fields, in their order."""
    if isinstance(value, dict):
        return [(key, _form(item)) for key, item in value.items()]
    if isinstance(value, list):
        return [_form(item) for item in value[:1]]
    return None
