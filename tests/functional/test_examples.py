# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every example in the documentation of a plugin runs as it is written. Those of the pages are in tests/guides."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import yaml
from ansible_environment import CHECKOUT
from simulator import Simulator

from .assumptions import ACCEPTED, UP_TO_DATE
from .playbook import PlaybookRun, Story, connect

EXAMPLES = re.compile(r'^EXAMPLES = r"""\n(.*?)^"""$', re.MULTILINE | re.DOTALL)
# An action plugin and its module are one to a reader, and the module has the documentation.
WITHOUT = {"action", "doc_fragments", "module_utils", "plugin_utils"}
# Filters are documented beside their code.
PLUGINS = {
    path.stem: path
    for path in [*sorted((CHECKOUT / "plugins").glob("*/*.py")), *sorted((CHECKOUT / "plugins").glob("filter/*.yml"))]
    if path.parent.name not in WITHOUT and path.name != "baseline.py"
}


def _documented(plugin: str) -> list[dict[str, Any]]:
    text = PLUGINS[plugin].read_text(encoding="utf-8")
    if PLUGINS[plugin].suffix == ".yml":
        documented: list[dict[str, Any]] = yaml.safe_load(yaml.safe_load(text)["EXAMPLES"])
        return documented
    found = EXAMPLES.search(text)
    assert found is not None, f"{plugin} has no examples"
    return yaml.safe_load(found.group(1))


def _flat(tasks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for task in tasks:
        if "block" in task:
            yield from _flat(task["block"])
        else:
            yield task


def _simulator() -> Simulator:
    """Mireille, who owns what the examples speak of, and two users who could own it."""
    # The examples follow each other, and show a handover that succeeds.
    # One example waits for the answer to an invitation, which its sender has to be shown.
    simulator = Simulator(**UP_TO_DATE, **ACCEPTED, old_owner_reads=True)
    simulator.start()
    mireille, tomasz, amina = (simulator.add_account(name) for name in ("mireille", "tomasz", "amina"))
    for name in ("sandbox", "shop", "blog"):
        project = simulator.add_project(mireille, name)
        simulator.add_application(project["id"], f"{name}-web", collaborators=[tomasz, amina])
    return simulator


def _accept_as_amina(simulator: Simulator, over: threading.Event) -> None:
    """Answer what one example waits for."""
    amina = simulator.accounts[2]
    while not over.wait(0.2):
        for project in simulator.projects(simulator.accounts[0]):
            for each in simulator.invitations(project["id"]):
                if each["invited_user_name"] == "amina" and each["status"] == "pending":
                    url = f"{simulator.api_url}/v1/projects/{project['id']}/transfer_invitations/{each['id']}/accept"
                    requests.post(url, headers={"Authorization": f"Bearer {amina.bearer()}"}, timeout=5)


@pytest.fixture(scope="module")
def simulators() -> Iterator[dict[str, Simulator]]:
    """A simulator for each story: all of them are about the same people."""
    made = {story: _simulator() for story in PLUGINS}
    # The examples of these two delete the sandbox.
    for module in ("scalingo_project", "scalingo_projects"):
        made[module].remove_application("sandbox-web")
    # These speak of one more project.
    for plugin in ("project_info", "scalingo_projects"):
        made[plugin].add_project(made[plugin].accounts[0], "staging")
    yield made
    for simulator in made.values():
        simulator.stop()


@pytest.fixture(scope="module")
def run(simulators: dict[str, Simulator], teller: Any) -> Iterator[PlaybookRun]:
    stories = []
    for story, simulator in simulators.items():
        mireille, tomasz, _amina = simulator.accounts
        connection = connect(simulator, mireille)
        variables = {
            **{f"scalingo_{option}": value for option, value in connection.items()},
            "vault_scalingo_api_token": mireille.api_token,
            "owner_api_token": mireille.api_token,
            "new_owner_api_token": tomasz.api_token,
            "vault_mireille_api_token": mireille.api_token,
            "vault_tomasz_api_token": tomasz.api_token,
        }
        # An example may have module defaults of its own, which take the place of those of the play.
        urls = {"SCALINGO_API_URL": simulator.api_url, "SCALINGO_AUTH_URL": simulator.auth_url}
        tasks = [{**task, "environment": urls} for task in _documented(story)]
        stories.append(Story(story, tasks, connection, variables))
    over = threading.Event()
    helping = threading.Thread(
        target=_accept_as_amina, args=(simulators["scalingo_project_transfer"], over), daemon=True
    )
    helping.start()
    begin = time.monotonic()
    yield teller(stories)
    over.set()
    helping.join()
    assert time.monotonic() - begin < 200


@pytest.mark.parametrize("story", PLUGINS)
def test_every_task_of_an_example_succeeds(run: PlaybookRun, story: str) -> None:
    results = run.all_of(story)
    assert [result.task for result in results] == [task["name"] for task in _flat(_documented(story))]
    assert {result.task: result.msg for result in results if result.failed} == {}
