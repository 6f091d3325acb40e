# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two types of credentials, held to the rules of AWX."""

from __future__ import annotations

from typing import Any

import pytest

from .rules import MASKED, credential_problems, credential_type_problems, environment_of, missing_inputs

OWNER, NEW_OWNER = 0, 1
FULL = {
    "api_token": "tk-us-secret",
    "region": "osc-secnum-fr1",
    "api_url": "https://api.example.org",
    "auth_url": "https://auth.example.org",
}


@pytest.fixture(params=[OWNER, NEW_OWNER], ids=["owner", "new owner"])
def kind(request: pytest.FixtureRequest, seen: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = seen["credential_types"][request.param]
    return found


def test_there_are_two_of_them(seen: dict[str, Any]) -> None:
    assert [one["name"] for one in seen["credential_types"]] == [
        "Scalingo API token",
        "Scalingo API token of the new owner",
    ]


def test_awx_accepts_it(kind: dict[str, Any]) -> None:
    assert credential_type_problems("cloud", kind["inputs"], kind["injectors"]) == []


def test_the_token_is_a_secret_and_required(kind: dict[str, Any]) -> None:
    assert [field["id"] for field in kind["inputs"]["fields"] if field.get("secret")] == ["api_token"]
    assert missing_inputs(kind, {"region": "osc-fr1"}) == ["api_token"]
    assert credential_problems(kind, FULL) == []


def test_every_input_gets_into_the_environment_and_nowhere_else(kind: dict[str, Any]) -> None:
    assert list(kind["injectors"]) == ["env"]
    assert sorted(environment_of(kind, FULL).values()) == sorted(FULL.values())


def test_the_details_of_a_job_do_not_show_the_token(kind: dict[str, Any]) -> None:
    shown = environment_of(kind, FULL, shown=True)
    assert MASKED in shown.values()
    assert FULL["api_token"] not in shown.values()


def test_an_input_that_nobody_filled_in_is_an_empty_variable(kind: dict[str, Any]) -> None:
    environment = environment_of(kind, {"api_token": "tk-us-secret", "region": ""})
    assert sorted(environment.values()) == ["", "", "", "tk-us-secret"]


def test_the_two_have_no_variable_in_common(seen: dict[str, Any]) -> None:
    owner, new_owner = (set(kind["injectors"]["env"]) for kind in seen["credential_types"])
    assert owner == {"SCALINGO_API_TOKEN", "SCALINGO_REGION", "SCALINGO_API_URL", "SCALINGO_AUTH_URL"}
    assert not owner & new_owner


@pytest.mark.parametrize(
    ("inputs", "injectors"),
    [
        ({"fields": [{"id": "a"}]}, {}),
        ({"fields": [{"id": "a-b", "label": "A"}]}, {}),
        ({"fields": [{"id": "a", "label": "A", "type": "text"}]}, {}),
        ({"fields": [{"id": "a", "label": "A", "type": "boolean", "secret": True}]}, {}),
        ({"fields": [{"id": "a", "label": "A", "ask_at_runtime": True}]}, {}),
        ({"fields": [{"id": "a", "label": "A"}]}, {"env": {"A": "{{ b }}"}}),
        ({"fields": [{"id": "a", "label": "A"}]}, {"env": {"A": "{{ a"}}),
        ({"fields": [{"id": "a", "label": "A"}]}, {"env": {"ANSIBLE_CONFIG": "{{ a }}"}}),
        ({"fields": [{"id": "a", "label": "A"}]}, {"env": {"PATH": "{{ a }}"}}),
        ({"fields": [{"id": "a", "label": "A"}]}, {"environment": {"A": "{{ a }}"}}),
    ],
)
def test_the_rules_refuse_what_awx_refuses(inputs: dict[str, Any], injectors: dict[str, Any]) -> None:
    assert credential_type_problems("cloud", inputs, injectors) != []
