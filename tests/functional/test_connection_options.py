# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the connection options of modules and of the lookup come from, which one wins, and what forms they take."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from .assumptions import COUNTED
from .expect import EXCHANGE, LIST, assert_ok, assert_refused
from .playbook import OPTIONS, here, lookup
from .table import Account

# Whose token was taken, and whether it was exchanged, is told by the requests.
ASSUMED = COUNTED

Given = Mapping[str, Any]
USELESS = "not-a-token-that-was-ever-issued"
NOWHERE = "http://127.0.0.1:9"
URLS: Given = {"api_url": "$api", "auth_url": "$auth"}
TOKEN: Given = {"api_token": "$token", **URLS}
BEARER: Given = {"bearer_token": "$bearer", **URLS}

# Options, environment variables without SCALINGO_, and whether a token is exchanged. `$api` is the simulator.
MODULES: dict[str, tuple[Given, Given, bool]] = {
    "options only": (TOKEN, {}, True),
    "variables only": ({}, TOKEN, True),
    "bearer by option": (BEARER, {}, False),
    "bearer by variable": ({}, BEARER, False),
    "both options, the bearer wins": ({**TOKEN, **BEARER}, {}, False),
    "both variables, the bearer wins": ({}, {**BEARER, "api_token": USELESS}, False),
    "option token beats variable bearer": (TOKEN, {"bearer_token": USELESS}, True),
    "option bearer beats variable token": (BEARER, {"api_token": USELESS}, False),
    "options beat their variables": (
        {**TOKEN, "timeout": 5},
        {"api_token": USELESS, "api_url": NOWHERE, "auth_url": NOWHERE, "timeout": "-1"},
        True,
    ),
    "empty options": (dict.fromkeys(OPTIONS, ""), TOKEN, True),
    "empty variables": (TOKEN, dict.fromkeys(OPTIONS, ""), True),
    "an empty bearer does not win": ({**TOKEN, "bearer_token": ""}, {}, True),
    "an empty token and a variable bearer": ({**URLS, "api_token": ""}, {"bearer_token": "$bearer"}, False),
    "a slash": ({**TOKEN, "api_url": "$api/", "auth_url": "$auth/"}, {}, True),
    "the version": ({**TOKEN, "api_url": "$api/v1", "auth_url": "$auth/v1/"}, {}, True),
    "localhost": ({**TOKEN, "api_url": "$local"}, {}, True),
    "a URL beats a region": ({**TOKEN, "region": "osc-secnum-fr1"}, {}, True),
    "white space": ({**TOKEN, "api_token": "  $token\n"}, {}, True),
    "text": ({**TOKEN, "timeout": "5", "max_wait": "0", "validate_certs": "no"}, {}, True),
    "text by variable": (TOKEN, {"timeout": "5", "max_wait": "0", "validate_certs": "no"}, True),
}
# For the lookup: options, Ansible variables without scalingo_, environment variables, and whether a token is exchanged.
LOOKUPS: dict[str, tuple[Given, Given, Given, bool]] = {
    "environment": ({}, {}, TOKEN, True),
    "option": ({"api_token": "$token"}, {"api_token": USELESS}, {**TOKEN, "api_token": USELESS}, True),
    "Ansible variable": ({}, {"api_token": "$token"}, {**TOKEN, "api_token": USELESS}, True),
    "empty": (dict.fromkeys(OPTIONS, ""), dict.fromkeys(OPTIONS, ""), TOKEN, True),
    "bearer by option": ({"bearer_token": "$bearer"}, {}, {**TOKEN, "api_token": USELESS}, False),
    "bearer by Ansible variable": ({}, {"bearer_token": "$bearer"}, {**TOKEN, "api_token": USELESS}, False),
    "option token beats bearer": ({"api_token": "$token"}, {"bearer_token": USELESS}, URLS, True),
    "both variables, the bearer wins": ({}, {"api_token": USELESS, "bearer_token": "$bearer"}, URLS, False),
    "the version": ({"api_url": "$api/v1/"}, {"api_url": NOWHERE}, {**TOKEN, "api_url": NOWHERE}, True),
}


@pytest.fixture
def account(sim: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Account:
    """An account, and a home with a password that must replace no token."""
    (tmp_path / ".netrc").write_text("default login somebody password from-netrc\n", encoding="utf-8")
    monkeypatch.setenv("HOME", str(tmp_path))
    return Account(sim, "*default")


def filled(account: Account, given: Given, prefix: str = "") -> dict[str, Any]:
    """What is given, with the account's own values, and with a prefix before each name."""
    sim, found = account.sim, {}
    words = {"$api": sim.api_url, "$auth": sim.auth_url, "$local": sim.api_url.replace("127.0.0.1", "localhost")}
    words |= {"$token": account.me.api_token, "$bearer": account.me.bearer()}
    for name, value in given.items():
        for word, text in words.items():
            value = value.replace(word, text) if isinstance(value, str) else value
        found[prefix + (name.upper() if prefix.isupper() else name)] = value
    return found


def set_environment(monkeypatch: pytest.MonkeyPatch, account: Account, given: Given) -> None:
    for name, value in filled(account, given, "SCALINGO_").items():
        monkeypatch.setenv(name, value)
    account.sim.clear_requests()


@pytest.mark.parametrize("row", MODULES)
def test_options_of_a_module(account: Account, monkeypatch: pytest.MonkeyPatch, row: str) -> None:
    options, environment, exchanged = MODULES[row]
    own = filled(account, options)
    set_environment(monkeypatch, account, environment)
    result = here("scalingo_project_info", own)
    assert_ok(result)
    assert result["projects"] == [*account.held.values()]
    assert account.calls() == [EXCHANGE, LIST][not exchanged :]


@pytest.mark.parametrize("row", LOOKUPS)
def test_options_of_the_lookup(account: Account, monkeypatch: pytest.MonkeyPatch, row: str) -> None:
    options, variables, environment, exchanged = LOOKUPS[row]
    own, ansible = filled(account, options), filled(account, variables, "scalingo_")
    set_environment(monkeypatch, account, environment)
    assert lookup(variables=ansible, **own) == [*account.held.values()]
    assert account.calls() == [EXCHANGE, LIST][not exchanged :]


def test_a_host_without_a_scheme_means_https(account: Account) -> None:
    """The simulator speaks no TLS, so this must fail, and the token must not have gone out in the clear."""
    bare = {name: url.removeprefix("http://") for name, url in filled(account, URLS).items()}
    assert_refused(here("scalingo_project_info", {"api_token": account.me.api_token, "max_wait": 0, **bare}))
    assert account.calls() == []


def test_a_missing_ca_file_is_named(account: Account) -> None:
    options = {"api_url": "https://127.0.0.1:9", "bearer_token": USELESS, "max_wait": 0, "ca_path": "/nowhere/ca.pem"}
    assert_refused(here("scalingo_project_info", options), "/nowhere/ca.pem")


def test_empty_options_of_a_project_count_as_not_given(account: Account) -> None:
    empty = dict.fromkeys(("project_id", "new_name", "owner", "default"), "")
    assert_ok(here("scalingo_project", {**filled(account, TOKEN), "name": "web", **empty}), changed=True)
    assert account.state == {"*default", "web="}
