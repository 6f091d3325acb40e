# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The forge, the README and the support matrix say the same, and no job can fail unnoticed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from matrix.cells import Cell, all_cells, plan
from matrix.interpreters import find
from matrix.table import CORES, DEVELOPMENT, TARGETS, Python, text

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = {path.stem: yaml.safe_load(path.read_text()) for path in (ROOT / ".github" / "workflows").glob("*.yml")}
JOBS = [(name, job) for name, workflow in WORKFLOWS.items() for job in workflow["jobs"]]
ALL = {*TARGETS, *(one for core in CORES for one in core.controllers)}


def listing() -> dict[str, list[dict[str, str]]]:
    """The matrix as the forge reads it."""
    command = [sys.executable, "-m", "tests.matrix", "--list-json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found: dict[str, list[dict[str, str]]] = json.loads(done.stdout)
    return found


def names(cells: tuple[Cell, ...]) -> list[str]:
    return [cell.name for cell in cells]


def needs(job: dict[str, Any]) -> list[str]:
    found = job.get("needs", [])
    return [found] if isinstance(found, str) else list(found)


# The table, and who repeats it


def test_the_oldest_and_the_newest_are_the_same_everywhere() -> None:
    told = {
        "README.md": f"| ansible-core | {CORES[0].name} or newer; tested up to {CORES[-1].name} |",
        "meta/runtime.yml": f'requires_ansible: ">={CORES[0].name}.0"',
        "tests/config.yml": f'python_requires: ">={text(TARGETS[0])}"',
        "tests/requirements/ansible.txt": f"ansible-core >={CORES[0].name},<2.{int(CORES[-1].name[2:]) + 1}",
        ".ruff.toml": f'target-version = "py{text(TARGETS[0]).replace(".", "")}"',
        "roles/project_baseline/meta/main.yml": f'min_ansible_version: "{CORES[0].name}"',
    }
    assert [path for path, line in told.items() if line not in (ROOT / path).read_text()] == []
    controllers = min(python for core in CORES for python in core.controllers)
    changes = [core for before, core in pairwise(CORES) if core.targets[0] != before.targets[0]]
    targets = [
        f"{text(TARGETS[0])} or newer",
        *(f"and {text(one.targets[0])} or newer from {one.name} on" for one in changes),
    ]
    readme = (ROOT / "README.md").read_text()
    assert f"| as ansible-core requires: {text(controllers)} or newer |" in readme
    assert f"| as ansible-core supports: {', '.join(targets)} |" in readme


def test_every_python_of_the_table_is_in_the_matrix_of_the_forge() -> None:
    found = listing()
    assert [one["cell"] for one in found["cores"]] == [
        f"{core.name}/{text(python)}" for core in CORES for python in core.controllers
    ]
    assert [one["cell"] for one in found["modules"]] == [f"modules/{text(python)}" for python in TARGETS]
    assert [one["cell"].split("/")[0] for one in found["development"]] == ["devel"]


@pytest.mark.parametrize(
    ("workflow", "kind"), [("ci", "cores"), ("ci", "modules"), ("nightly", "development")], ids=lambda one: one
)
def test_the_forge_runs_what_the_matrix_lists(workflow: str, kind: str) -> None:
    jobs = WORKFLOWS[workflow]["jobs"]
    assert jobs[kind]["strategy"]["matrix"] == {"include": f"${{{{ fromJSON(needs.plan.outputs.{kind}) }}}}"}
    assert jobs[kind]["strategy"]["fail-fast"] is False
    assert kind in jobs["plan"]["outputs"]
    steps = jobs[kind]["steps"]
    assert {"run": 'make matrix ARGS="--only $CELL"', "env": {"CELL": "${{ matrix.cell }}"}} in steps
    assert any(step.get("with") == {"python-version": "${{ matrix.pythons }}"} for step in steps)


def test_the_forge_runs_every_target_that_ci_runs_and_only_those_that_there_are() -> None:
    here = set(re.findall(r"\bmake ([a-z]+)", (ROOT / ".ci" / "run").read_text()))
    there = {target.split()[0] for target in WORKFLOWS["ci"]["jobs"]["check"]["strategy"]["matrix"]["target"]}
    assert here - there == {"install", "matrix"}
    documented = set(re.findall(r"^([a-z]+):.* ## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert (here | there) - documented == set()


# The workflows


@pytest.mark.parametrize("name", ["ci", "nightly"])
def test_the_gate_needs_every_other_job_and_fails_unless_all_succeeded(name: str) -> None:
    jobs = WORKFLOWS[name]["jobs"]
    assert sorted(needs(jobs["gate"])) == sorted(set(jobs) - {"gate"})
    assert jobs["gate"]["if"].startswith("always()")
    (step,) = jobs["gate"]["steps"]
    assert step["env"] == {"RESULTS": "${{ join(needs.*.result, ' ') }}"}
    for results, passes in {
        "success success": True,
        "success failure": False,
        "failure success": False,
        "cancelled": False,
        "success skipped": False,
    }.items():
        done = subprocess.run(["bash", "-e", "-c", step["run"]], env={"RESULTS": results}, check=False)
        assert (done.returncode == 0) is passes, results


def test_nothing_is_published_before_everything_has_passed_or_from_a_fork() -> None:
    publish = WORKFLOWS["release"]["jobs"]["publish"]
    assert sorted(needs(publish)) == sorted(set(WORKFLOWS["release"]["jobs"]) - {"publish"})
    assert publish["if"] == "github.repository == 'ansible-collections/community.scalingo'"
    with_secrets = [job for job in JOBS if "secrets." in str(WORKFLOWS[job[0]]["jobs"][job[1]])]
    assert with_secrets == [("release", "publish")]


@pytest.mark.parametrize("name", sorted(WORKFLOWS))
def test_a_workflow_gives_nothing_away(name: str) -> None:
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
    assert used
    assert [line for line in used if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)] == []


# The choice of cells


def test_of_all_pythons_the_newest_of_each_core_is_run() -> None:
    chosen = plan(ALL)
    newest = [f"{core.name}/{text(core.controllers[-1])}" for core in CORES]
    assert names(chosen.cells) == [*newest, *(f"modules/{text(python)}" for python in TARGETS)]
    left_out = {cell.name for cell in all_cells()} - set(names(chosen.cells))
    assert {line.split(":")[0] for line in chosen.left_out} == left_out
    assert names(plan(ALL, every_python=True).cells) == names(all_cells())


@pytest.mark.parametrize("present", [set(), {(3, 11)}, {(3, 8), (3, 13)}, ALL - {(3, 14)}, {(3, 14)}], ids=str)
def test_whatever_is_not_run_is_said_to_be_left_out(present: set[Python]) -> None:
    chosen = plan(present)
    said = names(chosen.cells) + [line.split(":")[0] for line in chosen.left_out]
    assert sorted(said) == sorted(names(all_cells()))
    for cell in chosen.cells:
        assert {cell.controller, cell.target or cell.controller} <= present
        assert cell.controller in cell.core.controllers
        assert cell.target is None or cell.target in cell.core.targets


@pytest.mark.parametrize(
    ("only", "run"),
    [
        ("2.19", ["2.19/3.13"]),
        ("2.19/3.11", ["2.19/3.11"]),
        ("modules/3.9", ["modules/3.9"]),
        ("devel", [f"devel/{text(DEVELOPMENT.controllers[-1])}"]),
        ("2.1", []),
        ("2.15", []),
    ],
)
def test_only_what_is_asked_for_is_run(only: str, run: list[str]) -> None:
    assert names(plan({*ALL, *DEVELOPMENT.controllers}, [only]).cells) == run


# The Pythons of a machine


def python(folder: Path, name: str, script: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def test_a_python_that_does_not_start_is_not_there(tmp_path: Path) -> None:
    python(tmp_path / "shims", "python9.7", "exit 127")
    python(tmp_path / "other", "python9.7", "echo 9.8 /other/python")
    assert find([(9, 7)], {"PATH": f"{tmp_path}/shims:{tmp_path}/other"}) == {}
    python(tmp_path / "real", "python9.7", "echo 9.7 /real/python")
    path = {"PATH": f"{tmp_path}/shims:{tmp_path}/real"}
    assert find([(9, 7)], path) == {(9, 7): Path("/real/python")}
    python(tmp_path / "mine", "python9.7", "echo 9.7 /mine/python")
    assert find([(9, 7)], {**path, "MATRIX_PATH": f"{tmp_path}/mine"}) == {(9, 7): Path("/mine/python")}


def test_no_finding_of_sanity_is_ignored() -> None:
    assert list((ROOT / "tests").glob("sanity/ignore*")) == []
