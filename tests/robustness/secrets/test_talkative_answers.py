# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An API that repeats token and bearer, anywhere in its answer and in any form, gets them masked.

Every module runs in a process of its own. What it prints there is what Ansible takes its result, and `module_stderr`,
from.
"""

from __future__ import annotations

import string
from collections.abc import Iterator
from typing import Any

import pytest
from simulator import Simulator

from ..module_process import LEAST_OPTIONS, MODULE_NAMES, ModuleRun, run_module
from .search import Search, echoes
from .talkative import PLACES, answer

STATUSES = (400, 401, 403, 404, 409, 422, 429, 500, 502)
# What the documentation of the vendor shows, and everything that a header can carry and that JSON leaves as it is.
AWKWARD = "".join(each for each in string.punctuation if each not in '{%"\\') + "%41"
SECRETS = {
    "usual": ("tk-us-q6nHS_xeoLmswy4bZr3Q1yribqeQa_rPRTUIIJAA1mqXUbDq", "Vm9pY2k-bGUgam91cm5hbA_ZGUtbWlyZWlsbGU0OTI3"),
    "web token": ("tk-us-Aa-0_Bb-1_Cc-2_Dd-3_Ee-4_Ff-5", "eyJhbGciOiJIUzUxMiJ9.eyJ1dWlkIjoidXMtMSJ9.c2lnbmF0dXJlLW9m"),
    "awkward": (f"tk-us-first{AWKWARD}token", f"Qm9u+c29pcg/{AWKWARD}bearer=="),
}
# By its ID, so that the first answer that a transfer gets is not the one to the list of projects.
TRANSFERS = {
    "scalingo_project_transfer": {"project_id": "prj-1", "new_owner": "tomasz"},
    "scalingo_project_transfer_info": {"project_id": "prj-1", "eligible_new_owners": True},
}
OPTIONS = {**LEAST_OPTIONS, **TRANSFERS}
MODULES = [name for name in MODULE_NAMES if name != "scalingo_login"]
MASKS = ("********", "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER")


@pytest.fixture(scope="module")
def sim() -> Iterator[Any]:
    with Simulator() as simulator:
        yield simulator


def _run(sim: Any, module: str, token: str, **options: Any) -> ModuleRun:
    urls = {"api_url": sim.api_url, "auth_url": sim.auth_url}
    return run_module(module, {**OPTIONS[module], **urls, "api_token": token, "max_wait": 0, **options})


def _assert_silent(run: ModuleRun, search: Search) -> None:
    assert run.failed and not run.crashed, run.stderr
    assert search.leaks({"stdout": run.stdout.encode(), "stderr": run.stderr.encode()}) == []


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", SECRETS)
def test_what_the_api_repeats_is_masked(sim: Any, kind: str, place: str) -> None:
    """The bearer comes from the exchange, so that nobody but the module knows it."""
    token, bearer = SECRETS[kind]
    search = Search({"token": token, "bearer": bearer})
    for number, (module, status) in enumerate(zip(MODULES * 2, STATUSES, strict=False)):
        sim.clear_faults()
        sim.fault("status", host="auth", times=None, status=200, body={"token": bearer})
        sim.fault("status", times=None, **answer(place, status, token, bearer))
        run = _run(sim, module, token)
        _assert_silent(run, search)
        assert any(mask in run.stdout for mask in MASKS) or place in ("redirect", "page"), (number, run.stdout)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", SECRETS)
def test_what_the_authentication_host_repeats_is_masked(sim: Any, kind: str, place: str) -> None:
    token, _bearer = SECRETS[kind]
    search = Search({"token": token})
    for module, status in zip(MODULE_NAMES * 2, STATUSES, strict=False):
        sim.clear_faults()
        sim.fault("status", host="auth", times=None, **answer(place, status, token))
        _assert_silent(_run(sim, module, token), search)


@pytest.mark.parametrize("kind", SECRETS)
@pytest.mark.parametrize("module", ["scalingo_project", "scalingo_projects", "scalingo_project_info"])
def test_what_a_success_repeats_is_masked(sim: Any, module: str, kind: str) -> None:
    """Ansible itself masks a token in a result only as it is."""
    token, bearer = SECRETS[kind]
    texts = [text for secret in (token, bearer) for text in echoes(secret)]
    project = {
        "id": "prj-1",
        "name": "production",
        "default": True,
        "owner": {"id": "us-1", "username": "mathilde", "email": texts[0]},
        "description": " ".join(texts),
        "flags": {text: [text] for text in texts},
    }
    sim.clear_faults()
    sim.fault("status", host="auth", times=None, status=200, body={"token": bearer})
    sim.fault("status", times=None, status=200, body={"projects": [project]})
    named = {"projects": [{"name": "production"}]} if module == "scalingo_projects" else {"name": "production"}
    run = _run(sim, module, token, **named)
    assert not run.failed and not run.crashed, run.stdout
    assert any(mask in run.stdout for mask in MASKS) and "production" in run.stdout
    leaks = Search({"token": token, "bearer": bearer}).leaks({"stdout": run.stdout.encode()})
    assert leaks == []


@pytest.mark.parametrize("kind", SECRETS)
@pytest.mark.parametrize(
    "body", [{"token": "{} "}, {"token": ["{}"]}, {"bearer": "{}"}, '{{"token": "{}"', "token={}", ["{}"]], ids=str
)
def test_a_bearer_that_comes_in_a_wrong_form_is_shown_nowhere(sim: Any, kind: str, body: Any) -> None:
    """It cannot be used, so nobody knows that it is one."""
    token, bearer = SECRETS[kind]
    sim.clear_faults()
    sim.fault("status", host="auth", times=None, status=200, body=_filled(body, bearer))
    _assert_silent(_run(sim, "scalingo_project_info", token), Search({"token": token, "bearer": bearer}))


@pytest.mark.parametrize("kind", SECRETS)
def test_a_bearer_that_was_replaced_stays_masked(sim: Any, kind: str) -> None:
    token, bearer = SECRETS[kind]
    other = "the-other-bearer-0123456789-0123456789"
    sim.clear_faults()
    sim.fault("status", host="auth", times=None, status=200, body={"token": other})
    sim.fault("status", times=1, status=401, body={"error": f"expired: {bearer}"})
    sim.fault("status", times=None, **answer("sentence", 403, token, bearer, other))
    run = _run(sim, "scalingo_project_info", token, bearer_token=bearer)
    _assert_silent(run, Search({"token": token, "bearer": bearer, "the other bearer": other}))


def _filled(body: Any, secret: str) -> Any:
    if isinstance(body, str):
        return body.format(secret)
    if isinstance(body, list):
        return [_filled(item, secret) for item in body]
    return {key: _filled(item, secret) for key, item in body.items()}


@pytest.mark.parametrize("kind", SECRETS)
def test_every_echo_would_be_found(kind: str) -> None:
    for name, secret in zip(("token", "bearer"), SECRETS[kind], strict=True):
        search = Search({name: secret})
        for text in echoes(secret):
            assert search.leaks({"stdout": f"x{text}y".encode()}), text
        assert search.leaks({"stdout": b"nothing of that kind"}) == []
