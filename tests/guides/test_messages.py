# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every message that the guide to troubleshooting has as a heading is one that somebody can get to see."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from functional.playbook import connect, here

from .pages import read
from .run import playbook
from .world import World

PAGE = "docs/docsite/rst/guide_troubleshooting.rst"
HEADINGS = re.findall(r"^``(.+)``\n~+\n", read(PAGE), re.MULTILINE)
NOWHERE = "prj-00000000-0000-4000-8000-000000000000"
LIST = {"method": "GET", "path": "/v1/projects", "times": None}

Provoke = Callable[[World], str]
PROVOKED: dict[str, Provoke] = {}


def _provokes(heading: str) -> Callable[[Provoke], Provoke]:
    def keep(provoke: Provoke) -> Provoke:
        PROVOKED[heading] = provoke
        return provoke

    return keep


def _fails(world: World, module: str, *, account: Any = None, options: Any = None, **own: Any) -> str:
    """The message of a module that fails."""
    connection = connect(world.sim, account or world.mireille, max_wait=0, **(options or {}))
    own_keywords = {key: own.pop(key) for key in ("check", "no_log") if key in own}
    result = here(module, {**connection, **own.pop("connection", {})}, **own_keywords, **own)
    assert result.failed, result
    return result.msg


def _project(world: World, **own: Any) -> str:
    return _fails(world, "scalingo_project", **own)


def _read_all(world: World, **connection: Any) -> str:
    return _fails(world, "scalingo_project_info", connection=connection)


def _transfer(world: World, **own: Any) -> str:
    return _fails(world, "scalingo_project_transfer", **own)


def _id(world: World, name: str) -> str:
    (found,) = [project["id"] for project in world.sim.projects(world.mireille) if project["name"] == name]
    return str(found)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


# Ansible


@_provokes("couldn't resolve module/action 'community.scalingo.…'")
def _no_collection(world: World) -> str:
    tasks = [{"community.scalingo.scalingo_project": {"name": "shop"}}]
    return playbook(world, [{"hosts": "localhost", "tasks": tasks}], ANSIBLE_COLLECTIONS_PATH="/nowhere")


@_provokes("Failed to import the required Python library (requests)")
def _no_requests(world: World) -> str:
    tasks = [{"community.scalingo.scalingo_project": {"name": "shop"}}]
    variables = {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    play = {"hosts": "localhost", "gather_facts": False, "vars": variables, "tasks": tasks}
    return playbook(world, [play], shadow="requests")


# Tokens


@_provokes("No Scalingo token found. Set api_token")
def _no_token(world: World) -> str:
    return _read_all(world, api_token="")


@_provokes("Scalingo rejected the API token (HTTP 401). Check …")
def _revoked(world: World) -> str:
    return _read_all(world, api_token="tk-us-unknown-unknown-unknown")


@_provokes("api_token is not a token")
def _two_lines(world: World) -> str:
    return _read_all(world, api_token="tk-us-one\ntk-us-two")


@_provokes("GET /v1/projects returned HTTP 401")
def _expired_bearer(world: World) -> str:
    return _read_all(world, api_token="", bearer_token="expired")


@_provokes("Set no_log: true on this task")
def _login_in_the_open(world: World) -> str:
    return _fails(world, "scalingo_login")


@_provokes("No Scalingo API token found. Set api_token")
def _login_with_a_bearer(world: World) -> str:
    return _fails(world, "scalingo_login", no_log=True, connection={"api_token": "", "bearer_token": "known"})


# Connection


@_provokes("… received no response: …")
def _nobody_listens(world: World) -> str:
    return _read_all(world, api_url=f"http://127.0.0.1:{_free_port()}")


@_provokes("api_url must be a host or the https:// URL of one")
def _page_of_the_dashboard(world: World) -> str:
    return _read_all(world, api_url="https://dashboard.scalingo.com/apps")


@_provokes("api_url is plain http:// to …")
def _plain(world: World) -> str:
    return _read_all(world, api_url="http://api.osc-fr1.scalingo.com")


@_provokes("ca_path cannot be read (…)")
def _no_bundle(world: World) -> str:
    return _read_all(world, ca_path="/nowhere/ca.pem")


@_provokes("GET /v1/projects returned HTTP 404: … No such path exists.")
def _another_server(world: World) -> str:
    return _read_all(world, api_url=world.sim.auth_url)


@_provokes("GET /v1/projects returned HTTP 200 without JSON, which is not the form of the Scalingo API")
def _a_portal(world: World) -> str:
    world.sim.fault("garbage", **LIST)
    return _read_all(world)


@_provokes("Rate limit reached (60 requests per minute): GET /v1/projects returned HTTP 429")
def _too_many(world: World) -> str:
    world.sim.fault("status", status=429, **LIST)
    return _read_all(world)


@_provokes("GET /v1/projects returned HTTP 503")
def _down(world: World) -> str:
    world.sim.fault("status", status=503, **LIST)
    return _read_all(world)


# Projects


@_provokes("More than one project that can be seen is named …")
def _two_of_a_name(world: World) -> str:
    world.sim.set(list_collaborations=True)
    theirs = world.sim.add_project(world.tomasz, "shop")
    world.sim.add_application(theirs["id"], "theirs", collaborators=[world.mireille])
    return _project(world, name="shop")


@_provokes("name is not a valid project name: …")
def _capitals(world: World) -> str:
    return _project(world, name="Shop")


@_provokes("There is no project with the ID …, or this account may not see it")
def _unknown_id(world: World) -> str:
    return _project(world, project_id=NOWHERE)


@_provokes("Cannot change project …: rename it to …. It belongs to …, and only its owner may do that.")
def _somebody_elses(world: World) -> str:
    return _project(world, account=world.tomasz, project_id=_id(world, "shop"), name="mine")


@_provokes("Cannot delete project …. It still contains applications, which have to be deleted first")
def _not_empty(world: World) -> str:
    return _project(world, name="shop", state="absent")


@_provokes("Project … is the default project, which the API does not delete")
def _delete_the_default(world: World) -> str:
    return _project(world, name="default", state="absent")


@_provokes("Project … is the default project, and the API cannot unset that")
def _unset_the_default(world: World) -> str:
    return _project(world, name="default", default=False)


@_provokes("Cannot create project …. The API refused.")
def _too_many_projects(world: World) -> str:
    world.sim.set(limit_projects=2)
    return _project(world, name="staging")


@_provokes("Cannot rename … to …, since both exist")
def _both_exist(world: World) -> str:
    return _project(world, name="shop", new_name="blog")


@_provokes("There is no project named … to be renamed")
def _neither_exists(world: World) -> str:
    return _project(world, name="old", new_name="new")


@_provokes("These renames go in a circle")
def _swap(world: World) -> str:
    swap = [{"name": "shop", "new_name": "blog"}, {"name": "blog", "new_name": "shop"}]
    return _fails(world, "scalingo_projects", projects=swap)


@_provokes("Item … of projects (…) and item … of projects (…) mean the same project")
def _twice(world: World) -> str:
    return _fails(world, "scalingo_projects", projects=[{"name": "shop"}, {"name": "shop", "state": "absent"}])


@_provokes("… owns no project named … that this account can see")
def _for_somebody_else(world: World) -> str:
    return _project(world, name="staging", owner="tomasz")


# Transfers


@_provokes("… is not eligible to own project …")
def _not_eligible(world: World) -> str:
    return _transfer(world, project_name="shop", new_owner="nobody")


@_provokes("new_owner must be a user name or user ID, and not an email address like …")
def _by_address(world: World) -> str:
    return _transfer(world, project_name="shop", new_owner=world.tomasz.email)


@_provokes("Only the owner of project … may cancel an invitation")
def _not_his(world: World) -> str:
    world.sim.add_invitation(_id(world, "shop"), world.tomasz, status="declined")
    return _transfer(world, account=world.tomasz, project_id=_id(world, "shop"), state="canceled")


@_provokes("Project … is offered to … until …")
def _offered(world: World) -> str:
    world.sim.add_invitation(_id(world, "shop"), world.tomasz)
    return _transfer(world, project_name="shop", new_owner="amina")


@_provokes("No project named … can be seen by this account")
def _unseen(world: World) -> str:
    return _transfer(world, project_name="unknown", new_owner="amina")


@_provokes("There is no invitation of this account to own project …")
def _not_invited(world: World) -> str:
    # The simulator shows the list to owner and invitee only; Scalingo may show it to others.
    path, body = "/v1/projects/*/transfer_invitations", {"transfer_invitations": []}
    world.sim.fault("replace", method="GET", path=path, times=None, status=200, body=body)
    return _transfer(world, account=world.tomasz, project_id=_id(world, "shop"), state="accepted")


@_provokes("The API does not show the invitations of project … to this account")
def _not_shown(world: World) -> str:
    world.sim.set(invitee_list=False)
    world.sim.add_invitation(_id(world, "shop"), world.tomasz)
    return _transfer(world, account=world.tomasz, project_id=_id(world, "shop"), state="accepted")


@_provokes("Cannot accept the invitation to … (…): it expired at …")
def _too_late(world: World) -> str:
    world.sim.add_invitation(_id(world, "shop"), world.tomasz)
    world.sim.clock.advance(days=4)
    return _transfer(world, account=world.tomasz, project_id=_id(world, "shop"), state="accepted")


@_provokes("The invitation to … (…) did not lead to a transfer: …")
def _refused(world: World) -> str:
    world.sim.set(accept_outcome="failed")
    world.sim.add_invitation(_id(world, "shop"), world.tomasz)
    return _transfer(world, account=world.tomasz, project_id=_id(world, "shop"), state="accepted")


@_provokes("The invitation to … (…) expires at …, and was not answered within … seconds (wait_timeout)")
def _nobody_answers(world: World) -> str:
    return _transfer(world, project_name="shop", new_owner="tomasz", wait=True, wait_timeout=0)


@_provokes("Project … cannot be read by this account. If it was handed over before, only its new owner can tell.")
def _hidden(world: World) -> str:
    return _transfer(world, project_id=NOWHERE, new_owner="tomasz")


# The role and its playbooks


@_provokes("There is nothing to compare the account with")
def _no_description(world: World) -> str:
    return playbook(world, "community.scalingo.audit")


@_provokes("Say which project gets which owner, in scalingo_handoff_project and scalingo_handoff_new_owner.")
def _nothing_to_hand_over(world: World) -> str:
    before = len(world.sim.requests)
    half = {"scalingo_handoff_project": "shop"}
    (message,) = {
        playbook(world, f"community.scalingo.{name}", variables)
        for name in ("awx_handoff", "handoff_invite")
        for variables in ({}, half)
    }
    assert len(world.sim.requests) == before
    return message


@_provokes("This is not as described: …")
def _drift(world: World) -> str:
    description = {"project_baseline_projects": [{"name": "staging"}], "project_baseline_fail_on_drift": True}
    return playbook(world, "community.scalingo.audit", description)


@_provokes("This could not be done: … The first reason: …")
def _refused_item(world: World) -> str:
    description = {"project_baseline_projects": [{"name": "shop", "state": "absent"}]}
    return playbook(world, "community.scalingo.audit", description)


@_provokes("project_baseline_report_dir cannot be used, and nothing was done")
def _no_folder(world: World) -> str:
    description = {"project_baseline_projects": [{"name": "shop"}], "project_baseline_report_dir": "/dev/null/report"}
    return playbook(world, "community.scalingo.audit", description)


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


def _pattern(heading: str) -> str:
    return re.escape(heading).replace("…", ".+")


@pytest.mark.parametrize("heading", HEADINGS)
def test_a_message_begins_as_the_guide_says(heading: str, world: World) -> None:
    message = PROVOKED[heading](world)
    assert re.match(_pattern(heading), message), message


def test_every_message_that_is_provoked_is_in_the_guide() -> None:
    assert HEADINGS and sorted(PROVOKED) == sorted(HEADINGS)
