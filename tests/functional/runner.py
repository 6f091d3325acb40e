# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run jobs through ansible-runner, with folders laid out as AWX does it, and read what every job left behind."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ansible_environment import TOOLS, ansible_settings, plain_environment

from .playbook import LOCALHOST, PLAYBOOK_SECONDS

JOB_ID = "7"
# AWX leaves the result out of an event if it is longer than this.
MAX_EVENT_RES = 700_000
INVENTORY = {"all": {"hosts": ["localhost"]}, "_meta": {"hostvars": {"localhost": LOCALHOST}}}


@dataclass(frozen=True)
class Job:
    """A job that is over: its folder, and the files that were given to it."""

    folder: Path
    given: Mapping[str, bytes]

    @property
    def artifacts_folder(self) -> Path:
        return self.folder / "artifacts" / JOB_ID

    @property
    def status(self) -> str:
        return (self.artifacts_folder / "status").read_text(encoding="utf-8")

    @property
    def rc(self) -> int:
        return int((self.artifacts_folder / "rc").read_text(encoding="utf-8"))

    @property
    def stdout(self) -> str:
        return (self.artifacts_folder / "stdout").read_text(encoding="utf-8")

    @cached_property
    def events(self) -> list[dict[str, Any]]:
        """Every event in its order, from the files that AWX reads them from."""
        files = (self.artifacts_folder / "job_events").iterdir()
        return sorted((json.loads(path.read_bytes()) for path in files), key=lambda event: event["counter"])

    @property
    def artifacts(self) -> dict[str, Any]:
        """What AWX shows as the artifacts of the job, and passes on in a workflow."""
        (stats,) = self.of("playbook_on_stats")
        found: dict[str, Any] = stats["event_data"]["artifact_data"]
        return found

    @property
    def fact_cache(self) -> str:
        return "\n".join(path.read_text(encoding="utf-8") for path in (self.artifacts_folder / "fact_cache").iterdir())

    def of(self, *kinds: str, task: str | None = None) -> list[dict[str, Any]]:
        """The events of these kinds, of one task or of any."""
        return [
            event
            for event in self.events
            if event["event"] in kinds and task in (None, event.get("event_data", {}).get("task"))
        ]

    @property
    def left(self) -> dict[str, bytes]:
        """Every file that the job made or changed, by its path.

        The environment is in one of them once more. From there, what was given is taken away.
        """
        found = {name: text for name, text in _files(self.folder).items() if self.given.get(name) != text}
        name = f"artifacts/{JOB_ID}/command"
        command, given = json.loads(found[name]), json.loads(self.given["env/envvars"])
        command["env"] = {key: value for key, value in command["env"].items() if given.get(key) != value}
        return {**found, name: json.dumps(command).encode()}


def run_job(
    folder: Path,
    project: Mapping[str, Any],
    playbook: str,
    environment: Mapping[str, str],
    variables: Mapping[str, Any],
    *arguments: str,
) -> Job:
    """Run a playbook of a project as a job at the verbosity 4.

    The environment is what the credentials of the job make, the variables are the extra variables of its template, and
    the arguments what AWX puts on the command line.
    """
    for name in ("project", "inventory", "env", "home"):
        (folder / name).mkdir(parents=True, mode=0o700)
    for name, plays in project.items():
        (folder / "project" / name).write_text(json.dumps(plays, indent=1), encoding="utf-8")
    hosts = folder / "inventory" / "hosts"
    hosts.write_text(f"#!{sys.executable}\nprint({json.dumps(INVENTORY)!r})\n", encoding="utf-8")
    hosts.chmod(0o700)
    envvars = {**_settings_of_awx(folder), **environment}
    (folder / "env" / "envvars").write_text(json.dumps(envvars), encoding="utf-8")
    (folder / "env" / "extravars").write_text(json.dumps(dict(variables)), encoding="utf-8")
    (folder / "env" / "cmdline").write_text(" ".join(["-vvvv", "--diff", *arguments]), encoding="utf-8")
    given = _files(folder)
    done = subprocess.run(
        [str(TOOLS / "ansible-runner"), "run", str(folder), "--playbook", playbook, "--ident", JOB_ID, "--quiet"],
        env=plain_environment(folder / "home"),
        capture_output=True,
        text=True,
        timeout=PLAYBOOK_SECONDS,
        check=False,
    )
    job = Job(folder, given)
    assert (job.artifacts_folder / "rc").exists(), f"no job ran at all\n{done.stdout}\n{done.stderr}"
    assert done.returncode == job.rc, done.stderr
    return job


def _settings_of_awx(folder: Path) -> dict[str, str]:
    return {
        **ansible_settings(folder),
        "JOB_ID": JOB_ID,
        "MAX_EVENT_RES": str(MAX_EVENT_RES),
        "ANSIBLE_CACHE_PLUGIN": "jsonfile",
        "ANSIBLE_CHECK_MODE_MARKERS": "true",
        "ANSIBLE_FORCE_COLOR": "true",
        "ANSIBLE_INVENTORY_UNPARSED_FAILED": "true",
    }


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def leaks(files: Mapping[str, bytes], secrets: Iterable[str]) -> list[str]:
    """Which secret is in which file, in which form."""
    wanted = [(number, form, text) for number, one in enumerate(secrets) for form, text in forms(one).items()]
    return [
        f"secret {number} {form} in {name}"
        for name, content in files.items()
        for number, form, text in wanted
        if text.encode() in content
    ]


def forms(secret: str) -> dict[str, str]:
    """How a secret may look in a text: as it is, in a URL, or anywhere in something that is base64."""
    found = {"as it is": secret, "in a URL": quote(secret, safe="")}
    for before, spoilt in ((0, 0), (1, 2), (2, 3)):
        plain = b"x" * before + secret.encode()
        whole = len(plain) * 8 // 6  # the characters that do not depend on what comes next
        found[f"in base64 after {before}"] = base64.b64encode(plain).decode()[spoilt:whole]
        found[f"in base64 of URLs after {before}"] = base64.urlsafe_b64encode(plain).decode()[spoilt:whole]
    return found
