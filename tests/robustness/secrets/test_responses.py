# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An API that repeats tokens and links, anywhere in its response and in any form: they are masked.

What a module prints is all that Ansible learns of it. faults/ looks at its errors on the wire, and at its stderr, too.
"""

from __future__ import annotations

import string
from typing import Any

import pytest
from ansible_collections.community.scalingo.plugins.module_utils import _transfer
from functional.expect import Waits

from ..hostile.support import ModuleResult, play
from ..module_process import LEAST_OPTIONS, MODULE_NAMES
from ..operations import COLLABORATOR, EMAIL, OPERATIONS, TRANSFER, account, arrange
from .traces import PLACES, echoes, leaks, response

# What the documentation of the vendor shows, and everything that a header can carry and that JSON leaves as it is.
SPECIAL = "".join(each for each in string.punctuation if each not in '{%"\\') + "%41"
SECRETS = {
    "usual": ("tk-us-q6nHS_xeoLmswy4bZr3Q1yribqeQa_rPRTUIIJAA1mqXUbDq", "Vm9pY2k-bGUgam91cm5hbA_ZGUtbWlyZWlsbGU0OTI3"),
    "web token": ("tk-us-Aa-0_Bb-1_Cc-2_Dd-3_Ee-4_Ff-5", "eyJhbGciOiJIUzUxMiJ9.eyJ1dWlkIjoidXMtMSJ9.c2lnbmF0dXJlLW9m"),
    "special": (f"tk-us-first{SPECIAL}token", f"Qm9u+c29pcg/{SPECIAL}bearer=="),
}
# By its ID, so that the first response that a transfer gets is not the one to the list of projects.
OPTIONS = {
    **LEAST_OPTIONS,
    TRANSFER: {"project_id": "prj-1", "new_owner": "tomasz"},
    "scalingo_project_transfer_info": {"project_id": "prj-1", "eligible_new_owners": True},
    COLLABORATOR: {"project_id": "prj-1", "email": EMAIL},
}
STATUSES = (400, 401, 403, 404, 409, 422, 429, 500, 502)
MASKS = ("********", "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER")
by_kind = pytest.mark.parametrize("kind", SECRETS)


def run(sim: Any, module: str, token: str, bearer: str | None = None, **options: Any) -> ModuleResult:
    """Run a module to which the exchange gives a bearer token."""
    if bearer:
        sim.fault("status", host="auth", times=None, status=200, body={"token": bearer})
    urls = {"api_url": sim.api_url, "auth_url": sim.auth_url}
    return play(module, {**OPTIONS[module], **urls, "api_token": token, "max_wait": 0, **options})


def assert_silent(ended: ModuleResult, *secrets: str, failed: bool = True) -> None:
    assert ended.failed is failed, ended.printed
    assert leaks({text[:5]: text for text in secrets}, {"output": ended.printed.encode()}) == []


@pytest.mark.parametrize("place", PLACES)
@by_kind
def test_what_a_host_repeats_is_masked(sim: Any, kind: str, place: str) -> None:
    """The bearer token comes from the exchange, so that only the module knows it."""
    token, bearer = SECRETS[kind]
    for module, status in zip(MODULE_NAMES * 2, STATUSES, strict=False):
        if module != "scalingo_login":
            sim.clear_faults()
            sim.fault("status", host="osc-fr1", times=None, **response(place, status, token, bearer))
            ended = run(sim, module, token, bearer)
            assert_silent(ended, token, bearer)
            assert any(mask in ended.printed for mask in MASKS) or place in ("redirect", "page"), ended.printed
        sim.clear_faults()
        sim.fault("status", host="auth", times=None, **response(place, status, token))
        assert_silent(run(sim, module, token), token)


@by_kind
@pytest.mark.parametrize("module", ["scalingo_project", "scalingo_projects", "scalingo_project_info"])
def test_what_a_success_repeats_is_masked(sim: Any, module: str, kind: str) -> None:
    """Ansible itself masks a token in a result only as it is."""
    token, bearer = SECRETS[kind]
    texts = echoes(token, bearer)
    owner = {"id": "us-1", "username": "mathilde", "email": texts[0]}
    project = {"id": "prj-1", "name": "web", "default": True, "owner": owner, "description": " ".join(texts)}
    sim.clear_faults()
    sim.fault(
        "status",
        host="osc-fr1",
        times=None,
        status=200,
        body={"projects": [{**project, "flags": {text: [text] for text in texts}}]},
    )
    ended = run(sim, module, token, bearer)
    assert_silent(ended, token, bearer, failed=False)
    assert any(mask in ended.printed for mask in MASKS) and "mathilde" in ended.printed


@by_kind
def test_a_bearer_token_that_was_replaced_stays_masked(sim: Any, kind: str) -> None:
    token, bearer = SECRETS[kind]
    other = "the-other-bearer-0123456789-0123456789"
    sim.clear_faults()
    sim.fault("status", host="osc-fr1", status=401, body={"error": f"expired: {bearer}"})
    sim.fault("status", host="osc-fr1", times=None, **response("sentence", 403, token, bearer, other))
    assert_silent(run(sim, "scalingo_project_info", token, other, bearer_token=bearer), token, bearer, other)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", ["exchange_other", "accept_with_both", "accept_in_list", "accept_person"])
def test_what_is_repeated_of_the_other_person_is_masked(
    sim: Any, monkeypatch: pytest.MonkeyPatch, name: str, place: str
) -> None:
    """The token and the bearer token of the new owner or the collaborator, and the secret of an invitation link."""
    monkeypatch.setattr(_transfer, "time", Waits(sim))
    operation = OPERATIONS[name]
    arrange(sim, operation)
    theirs, bearer = account(sim, "tomasz").api_token, account(sim, "tomasz").bearer()
    secrets = [theirs, bearer]
    if name == "accept_person":
        sim.set_collaborator("shop", EMAIL, "pending")
        (person,) = sim.collaborators("shop")
        secrets.append(person["invitation_link"].rpartition("=")[2])
    told = secrets[:1] if name == "exchange_other" else secrets
    sim.fault("status", operation.method, operation.path, None, "tomasz", **response(place, 403, *told))
    sim.fault("status", host="auth", account="tomasz", times=None, status=200, body={"token": bearer})
    options = {
        TRANSFER: {"project_id": "prj-web", "state": "accepted", "new_owner_api_token": theirs},
        "scalingo_project_transfers": {"transfers": [{"project_id": "prj-web", "new_owner_api_token": theirs}]},
        COLLABORATOR: {"project_id": "prj-web", "email": EMAIL, "collaborator_api_token": theirs},
    }
    assert_silent(run(sim, operation.module, account(sim, "mireille").api_token, **options[operation.module]), *secrets)
