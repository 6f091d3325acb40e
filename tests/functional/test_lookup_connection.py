# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the lookup's connection options come from: its own options, Ansible variables, the environment."""

from __future__ import annotations

from typing import Any

import pytest

from .assumptions import COUNTED
from .expect import EXCHANGE, LIST, assert_ok
from .playbook import PlaybookRun, Story, show

# Whose token was taken is told by the requests, which are listed.
ASSUMED = COUNTED

OWNER = "lookup('community.scalingo.project_info', {} default=true).owner.username"
USELESS = "not-a-token-that-anybody-issued"
NOBODY = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def accounts(sim: Any) -> dict[str, Any]:
    names = (
        "environment",
        "option",
        "variable",
        "template",
        "empty",
        "bearer-option",
        "bearer-variable",
        "token-beats-bearer",
        "both-variables",
        "url-with-version",
    )
    return {name: sim.add_account(name) for name in names}


@pytest.fixture(scope="module")
def run(sim: Any, accounts: dict[str, Any], teller: Any) -> PlaybookRun:
    """The environment names an account and the simulator; each host says something else, or nothing."""

    def token(name: str) -> str:
        return accounts[name].api_token

    def bearer(name: str) -> str:
        return accounts[name].bearer()

    stories = [
        Story("environment", [show(OWNER.format(""))]),
        Story(
            "option", [show(OWNER.format(f"api_token='{token('option')}',"))], variables={"scalingo_api_token": USELESS}
        ),
        Story("variable", [show(OWNER.format(""))], variables={"scalingo_api_token": token("variable")}),
        Story(
            "template",
            [show(OWNER.format(""))],
            variables={
                "scalingo_api_token": "{{ vault.token }}",
                "scalingo_api_url": "{{ vault.url }}/v1",
                "vault": {"token": token("template"), "url": sim.api_url},
            },
        ),
        Story(
            "empty",
            [
                show(
                    OWNER.format(
                        "api_token='', bearer_token='', api_url='', timeout='', max_wait='', "
                        "validate_certs='', ca_path='', region='', auth_url='',"
                    )
                )
            ],
            variables={
                "scalingo_api_token": "",
                "scalingo_bearer_token": "",
                "scalingo_region": "",
                "scalingo_api_url": "",
                "scalingo_auth_url": "",
            },
        ),
        Story("bearer-option", [show(OWNER.format(f"bearer_token='{bearer('bearer-option')}',"))]),
        Story(
            "bearer-variable", [show(OWNER.format(""))], variables={"scalingo_bearer_token": bearer("bearer-variable")}
        ),
        Story(
            "token-beats-bearer",
            [show(OWNER.format(f"api_token='{token('token-beats-bearer')}',"))],
            variables={"scalingo_bearer_token": USELESS},
        ),
        Story(
            "both-variables",
            [show(OWNER.format(""))],
            variables={"scalingo_api_token": USELESS, "scalingo_bearer_token": bearer("both-variables")},
        ),
        Story(
            "url-with-version",
            [show(OWNER.format(f"api_url='{sim.api_url}/v1/',"))],
            variables={
                "scalingo_api_token": token("url-with-version"),
                "scalingo_api_url": NOBODY,
            },
        ),
    ]
    return teller(
        stories,
        environment={
            "SCALINGO_API_TOKEN": token("environment"),
            "SCALINGO_API_URL": sim.api_url,
            "SCALINGO_AUTH_URL": sim.auth_url,
        },
    )


@pytest.mark.parametrize(
    ("story", "account", "calls"),
    [
        ("option", "option", [EXCHANGE, LIST]),
        ("variable", "variable", [EXCHANGE, LIST]),
        ("template", "template", [EXCHANGE, LIST]),
        ("bearer-option", "bearer-option", [LIST]),
        ("bearer-variable", "bearer-variable", [LIST]),
        ("token-beats-bearer", "token-beats-bearer", [EXCHANGE, LIST]),
        ("both-variables", "both-variables", [LIST]),
        ("url-with-version", "url-with-version", [EXCHANGE, LIST]),
    ],
)
def test_what_is_nearer_wins(run: PlaybookRun, sim: Any, story: str, account: str, calls: list[str]) -> None:
    assert_ok(run.of(story))
    assert run.of(story)["msg"] == account
    assert sim.calls(account) == calls


@pytest.mark.parametrize("story", ["environment", "empty"])
def test_what_is_empty_or_missing_leaves_it_to_the_environment(run: PlaybookRun, story: str) -> None:
    assert_ok(run.of(story))
    assert run.of(story)["msg"] == "environment"


def test_nobody_used_the_useless_token(run: PlaybookRun, sim: Any) -> None:
    assert [one for one in sim.requests if one.status != 200] == []
