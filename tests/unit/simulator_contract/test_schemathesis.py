# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Schemathesis makes requests, legal and hostile ones, of the simulator's OpenAPI description and judges the answers.

Every request goes to simulators that behave differently, and finds the same small world in each, so that most of the
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
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from simulator import Simulator
from simulator.conformance import description

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# How the simulators answer: a name for the behaviour, and its switches.
BEHAVIOURS: dict[str, dict[str, Any]] = {
    "default": {},
    "paginated": {"page_size": 1, "dates": "offset", "limit_projects": 5, "limit_status": 402},
    "last page, text 404, single 422": {
        "page_size": 2,
        "app_denied_status": 404,
        "collaborator_form": "list",
        "pending_user_id": "absent",
        "closed_link": "without_token",
        "page_style": "last",
        "page_key": "previous_page",
        "not_found_style": "text",
        "non_owner_status": 404,
        "validation_style": "single",
        "show_flags": False,
    },
    "nested 422, conflicts": {
        "validation_style": "nested",
        "empty_patch_status": 422,
        "duplicate_status": 409,
        "invite_not_eligible_status": 409,
        "answer_closed_status": 409,
        "invite_again": 409,
        "new_owner_refused": "invite-402",
        "used_link": 400,
        "collaborator_manages": True,
        "extra_fields": True,
    },
    "html errors": {
        "error_format": "html",
        "stranger_app": 403,
        "invite_again": "second",
        "limited_link": True,
        "id_prefix": "pr",
        "self_hosts": "auth",
    },
    "opaque uuid": {"uuid_claim": "opaque", "error_format": "empty", "self_hosts": "api", "request_ids": False},
    "rate limit": {"rate_limit": 1, "rate_auth": True, "rate_scope": "address", "retry_after": "seconds"},
}
SCHEMA = schemathesis.openapi.from_dict(description().document)
OPERATIONS = {result.ok().label: result.ok() for result in SCHEMA.get_all_operations()}
EXAMPLES = 2  # requests of each call for each plot, to each of the simulators
ACCOUNTS = {name: f"us-{name}" for name in ("mireille", "tomasz", "stranger")}
# Who asks for which project and invitation, and for which application and collaborator.
PLOTS = (
    ("mireille", "ready", "none", "blog", "blog-tomasz"),
    ("mireille", "theirs", "received", "wiki", "wiki-mireille"),
    ("mireille", "theirs", "declined", "shop", "none"),
    ("mireille", "web", "sent", "shop", "shop-new"),
    ("mireille", "free", "expired", "data", "data-new"),
    ("tomasz", "web", "sent", "shop", "shop-tomasz"),
    ("tomasz", "free", "expired", "blog", "blog-tomasz"),
    ("stranger", "web", "sent", "shop", "shop-new"),
)
TOKENS = ("token-shop", "token-data", "token-blog")
EMAILS = ("new@example.org", "tomasz@example.org", "mireille@example.org", "other@example.org")
SETTINGS = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
# No slash: an identifier with one is another path.
HOSTILE = ("%", "%00", "a b", "a;b", "\u00e9\u202e", "'\"<>", "x" * 3000, "prj-", "null", "0", "web%20")
WRONG_CREDENTIALS = ("", "Bearer", "Bearer a=b", "Basic Onh4", "Basic !", "Nonsense \xff")


@pytest.fixture(scope="module")
def simulators() -> Iterator[dict[str, Simulator]]:
    """A running simulator for each behaviour; they check their answers themselves, too."""
    with ExitStack() as stack:
        running = {}
        for name, switches in BEHAVIOURS.items():
            running[name] = stack.enter_context(Simulator(validate=True, **switches))
            running[name].clock.freeze()
            for username, id in ACCOUNTS.items():
                running[name].add_account(username, id=id)
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
    """Arrange the same as ever: projects of two accounts, with collaborators and invitations of every kind."""
    if sim.switches["rate_limit"]:
        return  # it would forget whom it has to refuse
    sim.reset()
    for id, owner in (("ready", "mireille"), ("web", "mireille"), ("free", "mireille"), ("theirs", "tomasz")):
        sim.add_project(owner, id, id=id)
    sim.add_application("ready", "blog", collaborators=["tomasz"])
    sim.add_application("web", "shop", collaborators=["tomasz"])
    sim.add_application("theirs", "wiki", collaborators=["mireille"])
    sim.add_database("ready", "data")
    for app, who, role in (
        ("shop", "tomasz", "collaborator"),
        ("blog", "tomasz", "limited"),
        ("wiki", "mireille", "collaborator"),
        ("shop", "new@example.org", "pending"),
        ("data", "new@example.org", "pending"),
        ("blog", "gone@example.org", "pending_limited"),
    ):
        name = who.partition("@")[0]
        token = f"token-{app}" if name != who else None
        sim.set_collaborator(app, who, role, id=f"{app}-{name}", token=token)
    sim.add_invitation("web", "tomasz", id="sent")
    sim.add_invitation("theirs", "mireille", id="received")
    sim.add_invitation("free", "tomasz", id="expired", expires_in=-1)
    sim.add_invitation("theirs", "mireille", id="declined", status="declined")


def cases(operation: Any) -> st.SearchStrategy[Any]:
    """Requests as described, and where something can be wrong with one, others."""
    strategies = [operation.as_strategy(generation_mode=GenerationMode.POSITIVE)]
    if operation.body or operation.query:
        strategies.append(operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
    return st.one_of(strategies)


def aim(draw: Callable[[Any], Any], case: Any, plot: tuple[str, ...]) -> None:
    """Let most of what a request names be something that exists, some be hostile, and names mostly as they were."""

    def replace(place: Any, name: str, *others: str) -> None:
        if isinstance(place, dict) and name in place:
            place[name] = draw(st.sampled_from([*others * (2 * len(HOSTILE) // len(others)), *HOSTILE]))

    for name, value in zip(("project_id", "invitation_id", "app", "collaborator_id"), plot[1:]):
        replace(case.path_parameters, name, value)
    replace(case.query, "token", *TOKENS)
    if isinstance(case.body, dict):
        replace(case.body.get("transfer_invitation"), "invited_user_id", ACCOUNTS["tomasz"], *ACCOUNTS.values())
        replace(case.body.get("collaborator"), "email", *EMAILS)
        if draw(st.booleans()):
            replace(case.body.get("project"), "name", "web", "default", "other")


def credentials(draw: Callable[[Any], Any], label: str, username: str) -> Callable[[Simulator], dict[str, str]]:
    """Most often those of an account; sometimes none, or none that is any good."""
    wrong = draw(st.sampled_from([None] * 4 * len(WRONG_CREDENTIALS) + [*WRONG_CREDENTIALS]))

    def header(sim: Simulator) -> dict[str, str]:
        (account,) = (one for one in sim.accounts if one.username == username)
        right = f"Bearer {account.bearer()}"
        if label.endswith("/tokens/exchange"):
            right = f"Basic {b64encode(f':{account.api_token}'.encode()).decode()}"
        value = right if wrong is None else wrong
        return {"Authorization": value} if value else {}

    return header


def urls(operation: Any, sim: Simulator) -> list[str]:
    """The hosts that serve a call."""
    hosts = {host for host, _method, path in description().calls() if path == operation.path}
    return sorted({"api": sim.api_url, "auth": sim.auth_url}[host] for host in hosts)


@pytest.mark.parametrize("label", OPERATIONS)
def test_answers_are_as_described(simulators: dict[str, Simulator], session: requests.Session, label: str) -> None:
    operation = OPERATIONS[label]

    def run(data: st.DataObject, plot: tuple[str, ...]) -> None:
        case = data.draw(cases(operation))
        aim(data.draw, case, plot)
        header = credentials(data.draw, label, plot[0])
        case.headers.pop("Authorization", None)
        for behaviour, sim in simulators.items():
            note(f"{behaviour}: {plot}")
            set_up(sim)
            for url in urls(operation, sim):
                answer = case.call(base_url=url, session=session, headers=header(sim), timeout=5)
                case.validate_response(answer, checks=CHECKS)

    # Half of them where it is no matter which project or application it is about.
    for number, plot in enumerate(PLOTS if "{project_id}" in label or "{app}" in label else PLOTS[::2]):
        seed(number)(SETTINGS(given(data=st.data())(run)))(plot=plot)
