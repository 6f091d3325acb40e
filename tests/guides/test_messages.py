# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every heading of the troubleshooting guide is the start of a message that a task shows."""

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
TRANSFER = {"module": "project_transfer", "project_name": "shop", "new_owner": "tomasz"}
COLLABORATOR = {"module": "project_collaborator", "project_name": "shop"}
DECLINED = {"status": "declined"}
PLAY = {"hosts": "localhost", "gather_facts": False}

Provoke = Callable[[World], str]
PROVOKED: dict[str, Provoke] = {}


def _provokes(*headings: str) -> Callable[[Provoke], Provoke]:
    def keep(provoke: Provoke) -> Provoke:
        PROVOKED.update(dict.fromkeys(headings, provoke))
        return provoke

    return keep


def _fails(
    world: World,
    module: str,
    account: str = "mireille",
    by_id: str = "",
    invited: dict[str, Any] | None = None,
    given: bool = True,
    switches: dict[str, Any] | None = None,
    check: bool = False,
    no_log: bool = False,
    **own: Any,
) -> str:
    """The message of a module that fails. It gets the ID of the project `by_id`, and that of an invitation of Tomasz to
    own the shop, if `invited` says how to make one, and if it is `given`.
    """
    world.sim.set(**(switches or {}))
    ids = {project["name"]: project["id"] for project in world.sim.projects(world.mireille)}
    if by_id:
        own["project_id"] = ids[by_id]
    if invited is not None:
        invitation = world.sim.add_invitation(ids["shop"], world.tomasz, **invited)
        own.update({"invitation_id": invitation["id"]} if by_id and given else {})
    options = {**connect(world.sim, getattr(world, account), max_wait=0), **own}
    result = here(f"scalingo_{module}", options, check=check, no_log=no_log)
    assert result.failed, result
    return result.msg


def _when(heading: str, module: str, **options: Any) -> None:
    """A message that a module has with these options, which are those of `_fails`."""
    _provokes(heading)(lambda world: _fails(world, module, **options))


def _after(heading: str, kind: str = "status", **details: Any) -> None:
    """A message about a response to the list of projects."""

    def provoke(world: World) -> str:
        world.sim.fault(kind, method="GET", path="/v1/projects", times=None, **details)
        return _fails(world, "project_info")

    _provokes(heading)(provoke)


def _lists(problem: str, *projects: dict[str, Any]) -> None:
    """A message about two items of a list of projects."""
    _when(f"In item … of projects (…): item … of projects (…) {problem}", "projects", projects=list(projects))


# Ansible


@_provokes("couldn't resolve module/action 'community.scalingo.…'")
def _no_collection(world: World) -> str:
    tasks = [{"community.scalingo.scalingo_project": {"name": "shop"}}]
    return playbook(world, [{**PLAY, "tasks": tasks}], ANSIBLE_COLLECTIONS_PATH="/nowhere")


@_provokes("Failed to import the required Python library (requests)")
def _no_requests(world: World) -> str:
    tasks = [{"community.scalingo.scalingo_project": {"name": "shop"}}]
    variables = {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    return playbook(world, [{**PLAY, "vars": variables, "tasks": tasks}], shadow="requests")


# Tokens

_when("No Scalingo token found", "project_info", api_token="")
_when("Scalingo rejected the API token", "project_info", api_token="tk-us-unknown-unknown-unknown")
_when("api_token is not a token", "project_info", api_token="tk-us-one\ntk-us-two")
_when("GET /v1/projects returned HTTP 401", "project_info", api_token="", bearer_token="expired")
_when("Set no_log: true on this task", "login")
_provokes("The new_owner_api_token belongs to user …")(
    lambda world: _fails(world, **TRANSFER, state="accepted", new_owner_api_token=world.amina.api_token)
)
_provokes("The collaborator_api_token belongs to user …")(
    lambda world: _fails(world, **COLLABORATOR, email="new@example.org", collaborator_api_token=world.amina.api_token)
)

# Connection

_when("api_url must be a host or the https:// URL of one", "project_info", api_url="https://dashboard.scalingo.com/a")
_when("api_url uses plain http:// for …", "project_info", api_url="http://api.osc-fr1.scalingo.com")
_when("Invalid value for region: …", "project_info", region="Paris!")
_when("ca_path contains no certificate in PEM format", "project_info", ca_path="/dev/null")
_after("GET /v1/projects returned HTTP 302, a redirect, which is never followed", status=302)
_after("GET /v1/projects returned HTTP 407…", status=407)
_after("Rate limit reached (60 requests per minute): GET /v1/projects returned HTTP 429", status=429)
_after("GET /v1/projects returned HTTP 503", status=503)
_after("GET /v1/projects returned HTTP 200 without JSON, which does not match the Scalingo API", "garbage")


_provokes("GET /v1/projects returned HTTP 404… No such path exists.")(
    lambda world: _fails(world, "project_info", api_url=world.sim.auth_url)
)


@_provokes("… received no response: …")
def _nothing_listens(world: World) -> str:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return _fails(world, "project_info", api_url=f"http://127.0.0.1:{listener.getsockname()[1]}")


# Projects

_when("Invalid value for name: …", "project", name="Shop")
_when("Project … does not exist, or this account cannot access it.", "project", project_id=NOWHERE)
_when("Project … does not belong to … (option owner).", "project", by_id="shop", owner="tomasz")
_when("Cannot update project …: rename it to …. That name is taken by …", "project", by_id="shop", name="blog")
_when("Cannot delete project …. It still contains …", "project", name="shop", state="absent", check=True)
_when("Cannot delete project …: it is the default project.", "project", name="default", state="absent")
_when("Cannot unset the default project …: the API does not support that.", "project", name="default", default=False)
_when("Cannot rename …: both … and … exist.", "project", name="shop", new_name="blog")
_when("Cannot rename …: neither that nor … exists.", "project", name="old", new_name="new")
_when("User … owns no project named … that this account can access", "project", name="staging", owner="tomasz")
_when("new_name and default=true cannot be used with state=absent.", "project", name="a", new_name="b", state="absent")
_when("… cannot be the ID of a project or an invitation.", "project", project_id="a/b")
_when(
    "Cannot create project …. POST /v1/projects returned HTTP …",
    "project",
    name="staging",
    switches={"limit_projects": 2},
)
_when(
    "Cannot update project …: rename it to …. It belongs to …, and only its owner can do that.",
    "project",
    account="tomasz",
    by_id="shop",
    name="mine",
)
_provokes("… is the ID of a project. Use project_id instead of its name.")(
    lambda world: _fails(world, "project", name=world.sim.projects(world.mireille)[0]["id"])
)
_lists(
    "gives up the name …, which this one takes. Use two tasks.",
    {"name": "shop", "new_name": "store"},
    {"name": "blog", "new_name": "shop"},
)
_lists("is the same project", {"name": "shop"}, {"name": "shop", "state": "absent"})
_lists("also gives a project the name ….", {"name": "store"}, {"name": "shop", "new_name": "store"})
_lists("is also set as the default project.", {"name": "shop", "default": True}, {"name": "blog", "default": True})


def _collaborate(world: World, name: str, **options: Any) -> None:
    """Let Mireille see a project of Tomasz."""
    theirs = world.sim.add_project(world.tomasz, name, **options)
    world.sim.add_application(theirs["id"], "theirs", collaborators=[world.mireille])
    world.sim.set(list_collaborations=True)


@_provokes("Found … projects named …")
def _two_of_a_name(world: World) -> str:
    _collaborate(world, "shop")
    return _fails(world, "project", name="shop")


@_provokes("Cannot set project … as the default project: another user owns it.")
def _their_default(world: World) -> str:
    _collaborate(world, "theirs", default=True)
    return _fails(world, "project", name="theirs", default=True)


@_provokes("Cannot create project …. POST … It may still take effect.")
def _lost(world: World) -> str:
    world.sim.fault("drop_before", method="POST", path="/v1/projects", times=None)
    return _fails(world, "project", name="staging")


@_provokes("No project that this account can read has this name or ID: …")
def _no_such_term(world: World) -> str:
    message = "{{ lookup('community.scalingo.project_info', 'unknown') }}"
    return playbook(world, [{**PLAY, "tasks": [{"ansible.builtin.debug": {"msg": message}}]}])


# Transfers


def _transfer(heading: str, new_owner: str | None = "tomasz", **options: Any) -> None:
    """A message about the transfer of the shop, by default to Tomasz."""
    by_name = {} if {"by_id", "project_id"} & options.keys() else {"project_name": "shop"}
    owner = {"new_owner": new_owner} if new_owner else {}
    _when(heading, "project_transfer", **by_name, **owner, **options)


def _accept(heading: str, account: str = "tomasz", **options: Any) -> None:
    """A message about the acceptance of the shop, by default as Tomasz."""
    _transfer(heading, None, account=account, by_id="shop", state="accepted", **options)


_transfer("Cannot invite … to own project …: not an eligible new owner.", "unknown")
_transfer("Cannot invite … to own project …: only its owner can do that.", account="amina", by_id="shop")
_transfer("Cannot invite … to own project …: the invitation to … (…) is pending until …", "amina", invited={})
_transfer("Cannot invite … to own project …: the invitation to … (…) was declined.", invited=DECLINED, reinvite=False)
_transfer("new_owner must be a username or user ID, not an email address like …", "tomasz@example.org")
_transfer("invitation_id cannot be used with state=pending", invitation_id="any")
_transfer("new_owner_api_token can be used with state=accepted only", new_owner_api_token="tk-us-1")
_transfer("Project … belongs to this account, not to …", state="accepted")
_transfer(
    "The invitation to … (…), which expires at …, is still pending after … s (wait_timeout).", wait=True, wait_timeout=0
)
_transfer("Cannot read project …. If it was transferred, only its new owner can verify that.", project_id=NOWHERE)
_transfer("The invitation to … (…) is not for … (new_owner).", "amina", by_id="shop", invited={}, state="canceled")
_transfer(
    "Cannot cancel an invitation to own project …: only its owner can do that.",
    None,
    account="tomasz",
    by_id="shop",
    invited=DECLINED,
    given=False,
    state="canceled",
)
_accept(
    "Cannot accept the invitation to … (…) to own project …. It is for …, and only that user can accept it.",
    "mireille",
    invited={},
    check=True,
)
_accept(
    "The API does not show the invitations of project … to this account.",
    invited={},
    given=False,
    switches={"invitee_list": False},
)
_accept("Cannot read invitation … of project …. Check both IDs.", invitation_id=NOWHERE)
_accept("The invitation to … (…) did not lead to a transfer: …", invited={}, switches={"accept_outcome": "failed"})
_accept("Cannot accept the invitation to … (…): it expired at …", invited={"expires_in": -60})
_when("This account cannot access a project named …", "project_transfer", project_name="unknown", new_owner="amina")
_when("Cannot read the transfer invitations of project …", "project_transfer_info", project_id=NOWHERE)
_when(
    "Cannot read who is eligible to own project …: only its owner can do that.",
    "project_transfer_info",
    account="tomasz",
    by_id="shop",
    invited={},
    eligible_new_owners=True,
)


@_provokes("This account has no invitation to own project …")
def _not_invited(world: World) -> str:
    # The simulator shows the list to owner and invitee only; Scalingo may show it to others.
    path, body = "/v1/projects/*/transfer_invitations", {"transfer_invitations": []}
    world.sim.fault("replace", method="GET", path=path, times=None, status=200, body=body)
    return _fails(world, "project_transfer", account="tomasz", by_id="shop", state="accepted")


# Collaborators

_when("Cannot invite … to collaborate on …: set email", **COLLABORATOR, user="unknown")
_when("user must be a username or user ID, not an email address like …", **COLLABORATOR, user="new@example.org")
_when("Cannot change the collaborators of project …. It belongs to …", **COLLABORATOR, account="tomasz", user="amina")
_when("… owns the project, and cannot collaborate on it.", **COLLABORATOR, user="mireille")


# The role and its playbooks


def _of_playbook(heading: str, name: str, **variables: Any) -> None:
    _provokes(heading)(lambda world: playbook(world, f"community.scalingo.{name}", variables))


HANDOFF = {"project": "unknown", "new_owner": "tomasz"}
_of_playbook("Nothing to audit: set project_baseline_default_project", "audit")
_of_playbook("Nothing to transfer: set project_baseline_handoffs", "handoff")
_of_playbook(
    "Item … of project_baseline_handoffs needs project and new_owner.",
    "audit",
    project_baseline_handoffs=[{"project": "shop"}],
)
_of_playbook(
    "Project … is in project_baseline_handoffs, so it cannot be …",
    "audit",
    project_baseline_default_project="unknown",
    project_baseline_handoffs=[HANDOFF],
)
_of_playbook(
    "Compliant: … The account has drifted from its baseline.",
    "audit",
    project_baseline_projects=[{"name": "staging"}],
    project_baseline_fail_on_drift=True,
)
_of_playbook("Compliant: … Failed: project:…", "audit", project_baseline_projects=[{"name": "shop", "state": "absent"}])
_of_playbook("Compliant: … Cannot verify all transfers: …", "handoff", project_baseline_handoffs=[HANDOFF])


@_provokes("… scalingo_handoff_project and scalingo_handoff_new_owner.")
def _half_a_handoff(world: World) -> str:
    before = len(world.sim.requests)
    variables = {"scalingo_handoff_project": "shop"}
    (message,) = {
        playbook(world, f"community.scalingo.{name}", variables) for name in ("awx_handoff", "handoff_invite")
    }
    assert len(world.sim.requests) == before
    return message


def _on_two_hosts(world: World, **variables: Any) -> str:
    add = {"ansible.builtin.add_host": {"name": "{{ item }}", "groups": "both"}, "loop": ["one", "two"]}
    audit = {"ansible.builtin.import_playbook": "community.scalingo.audit"}
    variables = {"project_baseline_hosts": "both", "project_baseline_projects": [{"name": "shop"}], **variables}
    return playbook(world, [{**PLAY, "tasks": [add]}, audit], variables)


@_provokes("… has no scalingo_api_token.")
def _no_token_of_its_own(world: World) -> str:
    return _on_two_hosts(world)


@_provokes("Compliant: … project_baseline_report_dir is the same for …")
def _one_directory(world: World) -> str:
    return _on_two_hosts(world, scalingo_api_token=world.mireille.api_token, project_baseline_report_dir="report")


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


@pytest.mark.parametrize("heading", HEADINGS)
def test_message_begins_as_the_guide_says(heading: str, world: World) -> None:
    message = PROVOKED[heading](world)
    assert re.match(re.escape(heading).replace("…", ".*"), message), message


def test_every_provoked_message_is_in_the_guide() -> None:
    assert HEADINGS and sorted(PROVOKED) == sorted(HEADINGS)
