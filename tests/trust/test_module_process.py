# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The process that the other tests run modules in tells the truth about them."""

from __future__ import annotations

import os
from functools import partial

from simulator import Simulator

from .module_process import run_module


def test_a_module_runs_to_its_result() -> None:
    with Simulator() as sim:
        account = sim.add_account("mireille")
        connection = {"api_url": sim.api_url, "auth_url": sim.auth_url, "api_token": account.api_token}
        foretold = run_module("scalingo_project", {"name": "web", **connection}, check=True)
        names = [project["name"] for project in sim.projects(account)]
        done = run_module("scalingo_project", {"name": "web", **connection})
        again = run_module("scalingo_project", {"name": "web", **connection})
        (project,) = (project for project in sim.projects(account) if project["name"] == "web")
    assert names == ["default"]
    assert [run.changed for run in (foretold, done, again)] == [True, True, False]
    assert foretold.result["diff"] == done.result["diff"]
    assert done.result["project"]["id"] == project["id"]
    assert not done.crashed
    assert done.exitcode == 0


def test_a_failure_is_not_a_crash() -> None:
    run = run_module("scalingo_project", {"name": "web"})
    assert (run.failed, run.crashed, run.exitcode) == (True, False, 1)
    assert "SCALINGO_API_TOKEN" in run.msg


def test_a_module_that_takes_too_long_is_a_crash() -> None:
    with Simulator(latency=5) as sim:
        connection = {"api_url": sim.api_url, "auth_url": sim.auth_url, "bearer_token": "any"}
        run = run_module("scalingo_project_info", connection, patience=0.5)
    assert run.crashed


def test_the_environment_is_what_is_given() -> None:
    with Simulator() as sim:
        account = sim.add_account("mireille")
        sim.add_project(account, "web")
        connection = {"api_url": sim.api_url, "auth_url": sim.auth_url}
        run = run_module("scalingo_project_info", connection, environment={"SCALINGO_API_TOKEN": account.api_token})
    assert [project["name"] for project in run.result["projects"]] == ["default", "web"]


def give_token(token: str) -> None:
    os.environ["SCALINGO_API_TOKEN"] = token


def test_what_is_prepared_happens_in_the_process_of_the_module() -> None:
    with Simulator() as sim:
        account = sim.add_account("mireille")
        prepare = partial(give_token, account.api_token)
        run = run_module("scalingo_project_info", {"api_url": sim.api_url, "auth_url": sim.auth_url}, prepare=prepare)
    assert not run.failed
    assert "SCALINGO_API_TOKEN" not in os.environ
