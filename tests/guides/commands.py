# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which commands of the pages are run, which are only checked, and how that is done."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

from .pages import CHECKOUT

# Ours, and what every shell has: these are run.
RUN = re.compile(
    r"(?:[A-Z_]+=\S* )*(?:(?:ansible|ansible-playbook|ansible-doc|ansible-vault encrypt) |\./)"
    r"|(?:export|unset|cat|chmod|grep|ls|\(umask) "
)
# These are run in another way: on ports that are free, from the tarball, without starting what runs for ever.
SIMULATOR = re.compile(r"make simulator\b|python3? tests/simulator\b")
INSTALL = re.compile(r"ansible-galaxy collection install (?:community\.scalingo|\.|git\+https://\S+)$")
# These need what a test has not: another machine, or a real account. What can be checked of them is.
NOT_RUN = re.compile(r"git clone |cd |make |python3 -m pip install |scalingo |ansible-vault (?:create|edit) |crontab ")

TARGETS = set(re.findall(r"^([a-z-]+):.*## ", (CHECKOUT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
REPOSITORY = re.findall(r"^repository: *(\S+)", (CHECKOUT / "galaxy.yml").read_text(encoding="utf-8"), re.MULTILINE)[0]
# The commands of the vendor's command line tool that deal with projects (Scalingo/cli, cmd/projects.go).
VENDOR = {"login", "projects", "projects-add", "projects-update", "projects-remove", "projects-details"}


@dataclass(frozen=True)
class Command:
    """A command, and what the page shows of its output."""

    text: str
    shown: str


def commands(text: str) -> Iterator[Command]:
    """Yield the commands of a block: what follows a "$", or if there is none, every line."""
    lines = text.splitlines()
    prompted = any(line.startswith("$ ") for line in lines)
    while lines:
        line = lines.pop(0)
        assert not prompted or line.startswith("$ "), f"This is no command: {line}"
        command = line[2:] if prompted else line
        while command.endswith("\\"):
            command = command[:-1] + lines.pop(0).strip()
        shown: list[str] = []
        while prompted and lines and not lines[0].startswith("$ "):
            shown.append(lines.pop(0))
        yield Command(command, "\n".join(shown))


def check(command: str) -> None:
    """Check a command that is not run: its syntax, and that what it names is there.

    Raises:
        AssertionError: Something is wrong with it.
    """
    assert NOT_RUN.match(command), f"there is no rule for {command!r}: see tests/guides/commands.py"
    done = subprocess.run(["bash", "-n", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    words = command.split()
    if words[0] == "make":
        assert words[1] in TARGETS, f"make has no target {words[1]}"
    elif words[0] == "scalingo":
        assert words[1] in VENDOR, f"the vendor's command line tool has no command {words[1]}"
    elif words[:2] == ["git", "clone"]:
        assert words[2] == f"{REPOSITORY}.git", f"the repository is {REPOSITORY}.git"
    elif words[0] == "cd":
        assert words[1] in (REPOSITORY.rsplit("/", maxsplit=1)[1], "..")
    elif "pip" in words:
        wanted = (CHECKOUT / "tests" / "requirements" / "ansible.txt").read_text(encoding="utf-8")
        assert [word for word in words[4:] if word not in wanted] == []
