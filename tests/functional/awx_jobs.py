# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the jobs and the workflow that the playbook awx sets up, in the way AWX runs them, without an AWX.

A job is one ansible-playbook with an inventory, extra variables and the environment that its credentials make. It
leaves a status and artifacts. A workflow passes the artifacts on, and goes where the status leads.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_environment import CHECKOUT, collections_path
from jinja2.sandbox import ImmutableSandboxedEnvironment

from .playbook import LOCALHOST, ansible_playbook, custom_stats

VARIABLES = Path(collections_path()) / "ansible_collections/community/scalingo/playbooks/vars/awx.yml"
SEEN = ["credential_types", "credentials", "job_templates", "steps"]
GUIDE = (CHECKOUT / "docs" / "docsite" / "rst" / "guide_awx.rst").read_text(encoding="utf-8")
BLOCK = re.compile(r"^\.\. code-block:: yaml(?:\+jinja)?\n((?:\n|    .*\n)+)", re.MULTILINE)


def in_the_guide(text: str) -> str:
    """The block of YAML in the guide that has this text in it."""
    (found,) = [block for block in map(textwrap.dedent, BLOCK.findall(GUIDE)) if text in block]
    return found


@dataclass(frozen=True)
class Job:
    """A job that is over."""

    successful: bool
    artifacts: dict[str, Any]
    output: str


class Awx:
    """What the playbook awx set up, with a repository that describes an account."""

    def __init__(self, directory: Path, description: str, inputs: Mapping[str, Mapping[str, str]]) -> None:
        """Take the inputs of each credential, by its name."""
        self._directory = directory
        self._inputs = inputs
        for name in ("home", "group_vars"):
            (directory / name).mkdir(parents=True)
        (directory / "group_vars" / "all.yml").write_text(description, encoding="utf-8")
        (directory / "scalingo.yml").write_text(in_the_guide("import_playbook"), encoding="utf-8")
        (directory / "inventory.json").write_text(
            json.dumps({"all": {"hosts": {"localhost": LOCALHOST}}}), encoding="utf-8"
        )
        seen = self._seen()
        self._types = {one["name"]: one for one in seen["credential_types"]}
        self._credentials = {one["name"]: one for one in seen["credentials"]}
        self._templates = {one["name"]: one for one in seen["job_templates"]}
        self.steps = {one["step"]: one for one in seen["steps"]}

    def job(
        self, template: str, answers: Mapping[str, str] | None = None, artifacts: Mapping[str, Any] | None = None
    ) -> Job:
        """Start a job template, with the answers to its survey or what a workflow passes on."""
        found = self._templates[template]
        environment: dict[str, str] = {}
        for name in found["credentials"]:
            environment.update(self._injected(name))
        # AWX marks what somebody typed in as unsafe, so that it is never a template.
        lines = [f"{name}: !unsafe {json.dumps(answer)}" for name, answer in (answers or {}).items()]
        given = {**found["extra_vars"], **(artifacts or {})}
        lines += [f"{name}: {json.dumps(value)}" for name, value in given.items()]
        (self._directory / "extra.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")
        check = ["--check"] if found["job_type"] == "check" else []
        return self._run("scalingo.yml", "-i", "inventory.json", "-e", "@extra.yml", "--diff", *check, **environment)

    def workflow(self, answers: Mapping[str, str], approve: Callable[[], bool]) -> tuple[list[str], dict[str, Job]]:
        """Run the workflow; `approve` is asked when its turn comes. Returns what became of every step, and its job."""
        told: list[str] = []
        jobs: dict[str, Job] = {}
        artifacts: dict[str, Any] = {}
        leads_to = {name for one in self.steps.values() for way in ("success", "failure") for name in one.get(way, [])}
        waiting = [name for name in self.steps if name not in leads_to]
        while waiting:
            step = self.steps[waiting.pop(0)]
            if "approval" in step:
                successful = approve()
            else:
                jobs[step["step"]] = job = self.job(step["job_template"], answers, artifacts)
                artifacts = {**artifacts, **job.artifacts}
                successful = job.successful
            told.append(f"{step['step']} {'ok' if successful else 'failed'}")
            waiting += step.get("success" if successful else "failure", [])
        return told, jobs

    def _injected(self, credential: str) -> dict[str, str]:
        injectors = self._types[self._credentials[credential]["type"]]["injectors"]
        environment = ImmutableSandboxedEnvironment()
        inputs = self._inputs[credential]
        return {name: environment.from_string(text).render(**inputs) for name, text in injectors["env"].items()}

    def _seen(self) -> dict[str, Any]:
        seen = {name: "{{ __scalingo_awx_" + name + " }}" for name in SEEN}
        copy = {"dest": str(self._directory / "seen.json"), "content": "{{ seen | to_json }}", "mode": "0600"}
        task = {"name": "Write the variables down", "ansible.builtin.copy": copy, "vars": {"seen": seen}}
        play = {"hosts": "localhost", "gather_facts": False, "vars_files": [str(VARIABLES)], "tasks": [task]}
        (self._directory / "see.yml").write_text(json.dumps([play]), encoding="utf-8")
        done = self._run("see.yml", "-i", "inventory.json")
        assert done.successful, done.output
        found: dict[str, Any] = json.loads((self._directory / "seen.json").read_text(encoding="utf-8"))
        return found

    def _run(self, *arguments: str, **environment: str) -> Job:
        shown = {"ANSIBLE_SHOW_CUSTOM_STATS": "true", "ANSIBLE_VERBOSITY": "3"}
        done = ansible_playbook(self._directory, *arguments, **shown, **environment)
        return Job(done.returncode == 0, custom_stats(done.stdout), done.stdout + done.stderr)
