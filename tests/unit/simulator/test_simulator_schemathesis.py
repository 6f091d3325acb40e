# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Schemathesis makes requests, legal and hostile ones, of the simulator's OpenAPI description and judges the responses.

Every request goes to simulators that behave differently, and finds the same account in each, so that most of the
statuses can come. The seed is fixed: a failure comes again.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, note, seed, settings
from hypothesis import strategies as st
from hypothesis.configuration import set_hypothesis_home_dir
from scene import crowd
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks
from simulator import Simulator
from simulator.conformance import description

CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
# How the simulators behave.
SWITCHES = (
    "",
    "page_size=1,dates=offset,limit_projects=3,limit_status=402",
    "page_size=2,page_style=last,page_key=previous_page,app_denied_status=404,collaborator_form=list,"
    "pending_user_id=absent,closed_link=without_token,not_found_style=text,non_owner_status=404,"
    "validation_style=single,show_flags=false",
    "validation_style=nested,empty_patch_status=422,duplicate_status=409,invite_not_eligible_status=409,"
    "answer_closed_status=409,invite_again=409,used_link=400,collaborator_manages=true,extra_fields=true",
    "error_format=html,stranger_app=403,invite_again=second,limited_link=true,id_prefix=pr,self_hosts=auth",
    "error_format=empty,uuid_claim=opaque,self_hosts=api,request_ids=false",
    "rate_limit=1,rate_auth=true,rate_scope=address,retry_after=seconds",
)
# Who asks for which project, invitation, application, and collaborator.
PLOTS = (
    ("owner", "ready", "none", "blog", "blog-full"),
    ("owner", "web", "sent", "shop", "pending"),
    ("invited", "web", "sent", "data", "full-data"),
    ("previous", "web", "accepted", "shop", "none"),
    ("full", "empty", "expired", "shop", "full"),
    ("stranger", "web", "sent", "shop", "limited"),
)
NAMES = ("project_id", "invitation_id", "app", "collaborator_id")
SCHEMA = schemathesis.openapi.from_dict(description().document)
OPERATIONS = {result.ok().label: result.ok() for result in SCHEMA.get_all_operations()}
SETTINGS = settings(
    max_examples=2,  # of each call for each plot, to each of the simulators
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
# No slash: an identifier with one is another path.
HOSTILE = ("%", "%00", "a b", "a;b", "\u00e9\u202e", "'\"<>", "x" * 3000, "prj-", "null", "0", "web%20")
WRONG_CREDENTIALS = ("", "Bearer", "Bearer a=b", "Basic Onh4", "Basic !", "Nonsense \xff")


@pytest.fixture(scope="module")
def simulators() -> Iterator[list[Simulator]]:
    """A running simulator for each behavior; they validate their responses themselves, too."""
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        running = []
        for switches in SWITCHES:
            patch.setenv("SIMULATOR_SWITCHES", switches)
            running.append(stack.enter_context(Simulator(validate=True)))
            set_up(running[-1])
        yield running


@pytest.fixture(scope="module", autouse=True)
def no_traces(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let hypothesis keep what it remembers out of the checkout."""
    set_hypothesis_home_dir(tmp_path_factory.mktemp("hypothesis"))
    yield
    set_hypothesis_home_dir(None)


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    """Connections that stay open, with nothing of the developer's environment."""
    with requests.Session() as session:
        session.trust_env = False
        yield session


def set_up(sim: Simulator) -> None:
    """Arrange the same as ever: projects with collaborators and invitations of every kind."""
    crowd(sim)
    for id in ("ready", "empty"):
        sim.add_project("owner", id, id=id)
    sim.add_application("ready", "blog")
    sim.set_collaborator("blog", "full", id="blog-full")
    sim.set_collaborator("shop", "new@example.org", "pending", token="token")
    sim.add_invitation("empty", "full", id="expired", expires_in=-1)


def aim(draw: Callable[[Any], Any], case: Any, plot: tuple[str, ...]) -> None:
    """Let most of what a request names be something that exists, and some be hostile."""

    def replace(place: Any, name: str, *values: str) -> None:
        if isinstance(place, dict) and name in place:
            place[name] = draw(st.sampled_from([*values * (2 * len(HOSTILE) // len(values)), *HOSTILE]))

    for name, value in zip(NAMES, plot[1:]):
        replace(case.path_parameters, name, value)
    replace(case.query, "token", "token")
    if isinstance(case.body, dict):
        replace(case.body.get("transfer_invitation"), "invited_user_id", "us-full", "us-owner", "us-stranger")
        replace(case.body.get("collaborator"), "email", "x@example.org", "new@example.org", "full@example.org")
        if draw(st.booleans()):
            replace(case.body.get("project"), "name", "web", "other")


def authorization(sim: Simulator, label: str, username: str) -> str:
    """The right credential for a call."""
    (account,) = (one for one in sim.accounts if one.username == username)
    if label.endswith("/tokens/exchange"):
        return f"Basic {b64encode(f':{account.api_token}'.encode()).decode()}"
    return f"Bearer {account.bearer()}"


@pytest.mark.parametrize("label", OPERATIONS)
def test_responses_are_as_described(simulators: list[Simulator], session: requests.Session, label: str) -> None:
    operation = OPERATIONS[label]
    modes = [GenerationMode.POSITIVE, *([GenerationMode.NEGATIVE] if operation.body or operation.query else [])]
    cases = st.one_of([operation.as_strategy(generation_mode=mode) for mode in modes])
    hosts = sorted({host for host, _method, path in description().calls() if path == operation.path})

    def run(data: st.DataObject, plot: tuple[str, ...]) -> None:
        case = data.draw(cases)
        aim(data.draw, case, plot)
        wrong = data.draw(st.sampled_from([None] * 4 * len(WRONG_CREDENTIALS) + [*WRONG_CREDENTIALS]))
        for sim, switches in zip(simulators, SWITCHES):
            note(f"{switches}: {plot}")
            if not sim.switches["rate_limit"]:  # it would forget whom to reject
                set_up(sim)
            value = authorization(sim, label, plot[0]) if wrong is None else wrong
            case.headers.pop("Authorization", None)
            for host in hosts:
                url, headers = {"api": sim.api_url, "auth": sim.auth_url}[host], {"Authorization": value}
                response = case.call(base_url=url, session=session, headers=headers if value else {}, timeout=30)
                case.validate_response(response, checks=CHECKS)

    for number, plot in enumerate(PLOTS if "{" in label else PLOTS[:3]):
        seed(number)(SETTINGS(given(data=st.data())(run)))(plot=plot)
