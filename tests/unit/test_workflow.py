# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The forge, the README and the support matrix say the same, and no job can fail unnoticed."""

from __future__ import annotations

import re
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from matrix.table import CORES, DEVELOPMENT, TARGETS, Python, all_cells, listing, plan, text

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = {path.stem: yaml.safe_load(path.read_text()) for path in (ROOT / ".github" / "workflows").glob("*.yml")}
ALL = {*TARGETS, *(one for core in CORES for one in core.controllers)}
HERE = "github.repository == 'ansible-collections/community.scalingo'"


# The table, and what repeats it


def test_oldest_and_newest_are_the_same_everywhere() -> None:
    controllers = min(python for core in CORES for python in core.controllers)
    changes = [core for before, core in pairwise(CORES) if core.targets[0] != before.targets[0]]
    later = [f", and {text(one.targets[0])} or newer from {one.name} on" for one in changes]
    told = {
        "README.md": [
            f"| ansible-core | {CORES[0].name} or newer; tested up to {CORES[-1].name} |",
            f"| as ansible-core requires: {text(controllers)} or newer |",
            f"| as ansible-core supports: {text(TARGETS[0])} or newer{''.join(later)} |",
        ],
        "meta/runtime.yml": [f'requires_ansible: ">={CORES[0].name}.0"'],
        "tests/config.yml": [f'python_requires: ">={text(TARGETS[0])}"'],
        "tests/requirements/ansible.txt": [f"ansible-core >={CORES[0].name},<2.{int(CORES[-1].name[2:]) + 1}"],
        ".ruff.toml": [f'target-version = "py{text(TARGETS[0]).replace(".", "")}"'],
        "roles/project_baseline/meta/main.yml": [f'min_ansible_version: "{CORES[0].name}"'],
    }
    assert [line for path, lines in told.items() for line in lines if line not in (ROOT / path).read_text()] == []


@pytest.mark.parametrize(
    ("workflow", "kind", "cells"),
    [
        ("ci", "cores", [f"{core.name}/{text(python)}" for core in CORES for python in core.controllers]),
        ("ci", "modules", [f"modules/{text(python)}" for python in TARGETS]),
        ("nightly", "development", [f"devel/{text(DEVELOPMENT.controllers[-1])}"]),
    ],
    ids=["cores", "modules", "development"],
)
def test_forge_runs_every_cell_of_the_table(workflow: str, kind: str, cells: list[str]) -> None:
    assert [one["cell"] for one in listing()[kind]] == cells
    jobs = WORKFLOWS[workflow]["jobs"]
    assert jobs[kind]["strategy"]["matrix"] == {"include": f"${{{{ fromJSON(needs.plan.outputs.{kind}) }}}}"}
    assert jobs[kind]["strategy"]["fail-fast"] is False
    assert kind in jobs["plan"]["outputs"]
    steps = jobs[kind]["steps"]
    assert {"run": 'make matrix ARGS="--only $CELL"', "env": {"CELL": "${{ matrix.cell }}"}} in steps
    assert any(step.get("with") == {"python-version": "${{ matrix.pythons }}"} for step in steps)


def test_forge_runs_every_target_of_ci_and_no_other_ones_exist() -> None:
    here = set(re.findall(r"\bmake ([a-z]+)", (ROOT / ".ci" / "run").read_text()))
    there = {target.split()[0] for target in WORKFLOWS["ci"]["jobs"]["check"]["strategy"]["matrix"]["target"]}
    assert here - there == {"install", "matrix"}
    documented = set(re.findall(r"^([a-z]+):.* ## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert (here | there) - documented == set()
    assert len(documented) <= 16


# The workflows


@pytest.mark.parametrize("name", ["ci", "nightly"])
def test_gate_needs_every_other_job_and_fails_unless_all_succeeded(name: str) -> None:
    jobs = WORKFLOWS[name]["jobs"]
    assert sorted(jobs["gate"]["needs"]) == sorted(set(jobs) - {"gate"})
    assert jobs["gate"]["if"].startswith("always()")
    (step,) = jobs["gate"]["steps"]
    assert step["env"] == {"RESULTS": "${{ join(needs.*.result, ' ') }}"}
    for results in ("success success", "success failure", "failure success", "cancelled", "success skipped"):
        done = subprocess.run(["bash", "-e", "-c", step["run"]], env={"RESULTS": results}, check=False)
        assert (done.returncode == 0) is (results == "success success"), results


def test_nothing_is_published_before_everything_has_passed_or_from_a_fork() -> None:
    publish = WORKFLOWS["release"]["jobs"]["publish"]
    assert sorted(publish["needs"]) == sorted(set(WORKFLOWS["release"]["jobs"]) - {"publish"})
    assert publish["if"] == HERE
    jobs = [(name, key, job) for name, workflow in WORKFLOWS.items() for key, job in workflow["jobs"].items()]
    assert [(name, key) for name, key, job in jobs if "secrets." in str(job)] == [("release", "publish")]


@pytest.mark.parametrize("name", sorted(WORKFLOWS))
def test_workflow_gives_nothing_away(name: str) -> None:
    workflow = WORKFLOWS[name]
    assert workflow["permissions"] == {"contents": "read"}
    granted = {key: job["permissions"] for key, job in workflow["jobs"].items() if "permissions" in job}
    # Publishing the site needs these, and they allow nothing else.
    assert granted == ({"publish": {"pages": "write", "id-token": "write"}} if name == "site" else {})
    assert "pull_request_target" not in workflow["on"]
    steps = [step for job in workflow["jobs"].values() for step in job.get("steps", [])]
    checkouts = [step for step in steps if "/checkout@" in step.get("uses", "")]
    assert [step for step in checkouts if step["with"]["persist-credentials"] is not False] == []
    # No command is made from an expression, and each action is named by its commit, with the version beside it.
    assert [step["run"] for step in steps if "${{" in step.get("run", "")] == []
    text = (ROOT / ".github" / "workflows" / f"{name}.yml").read_text()
    used = [line for line in re.findall(r"\buses: (.*)", text) if not line.startswith("./")]
    assert [line for line in used if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)] == []


# The choice of cells


@pytest.mark.parametrize("present", [set(), {(3, 11)}, {(3, 8), (3, 13)}, ALL - {(3, 14)}, {(3, 14)}, ALL], ids=str)
def test_newest_python_of_each_core_is_run_and_everything_else_is_said_to_be_left_out(present: set[Python]) -> None:
    cells, left_out = plan(present)
    names = [cell.name for cell in cells]
    assert sorted([*names, *(line.split(":")[0] for line in left_out)]) == sorted(cell.name for cell in all_cells())
    for core in CORES:
        newest = [one for one in core.controllers if one in present][-1:]
        assert [cell.controller for cell in cells if cell.core == core and not cell.target] == newest
    for cell in cells:
        assert {cell.controller, cell.target or cell.controller} <= present
        assert cell.target is None or cell.target in cell.core.targets


def test_no_finding_of_sanity_is_ignored() -> None:
    assert list((ROOT / "tests").glob("sanity/ignore*")) == []
