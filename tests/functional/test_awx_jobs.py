# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The jobs that the playbook awx sets up: audit, baseline, handoff, and credentials in which something is missing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from simulator import Simulator

from .awx_jobs import Awx, in_the_guide

pytestmark = pytest.mark.jobs


@pytest.fixture(scope="module")
def sim() -> Iterator[Any]:
    with Simulator() as simulator:
        yield simulator


@pytest.fixture(scope="module")
def accounts(sim: Any) -> tuple[Any, Any]:
    return sim.add_account("mireille"), sim.add_account("tomasz")


@pytest.fixture(scope="module")
def awx(sim: Any, accounts: tuple[Any, Any], tmp_path_factory: pytest.TempPathFactory) -> Awx:
    mireille, tomasz = accounts
    urls = {"api_url": sim.api_url, "auth_url": sim.auth_url}
    return Awx(
        tmp_path_factory.mktemp("repository"),
        in_the_guide("project_baseline_projects"),
        {
            "Scalingo owner": {"api_token": mireille.api_token, **urls},
            "Scalingo new owner": {"api_token": tomasz.api_token, **urls},
        },
    )


@pytest.fixture(scope="module")
def half(sim: Any, accounts: tuple[Any, Any], tmp_path_factory: pytest.TempPathFactory) -> Awx:
    """The same, but nobody has typed in the token of the new owner."""
    urls = {"api_url": sim.api_url, "auth_url": sim.auth_url}
    inputs = {"Scalingo owner": {"api_token": accounts[0].api_token, **urls}, "Scalingo new owner": dict(urls)}
    return Awx(tmp_path_factory.mktemp("repository"), "{}", inputs)


def test_the_audit_fails_until_the_baseline_was_applied(awx: Awx, sim: Any, accounts: tuple[Any, Any]) -> None:
    red = awx.job("Scalingo audit")
    assert not red.successful
    assert "This is not as described" in red.output
    assert red.artifacts["project_baseline_report"]["compliant"] is False
    assert "production" not in [one["name"] for one in sim.projects(accounts[0])]

    applied = awx.job("Scalingo baseline")
    assert applied.successful, applied.output
    assert {"production", "staging"} <= {one["name"] for one in sim.projects(accounts[0])}

    green = awx.job("Scalingo audit")
    assert green.successful, green.output
    assert green.artifacts["project_baseline_report"]["compliant"] is True


def _party(sim: Any, accounts: tuple[Any, Any], name: str) -> str:
    number: str = sim.add_project(accounts[0], name)["id"]
    sim.add_application(number, f"{name}-app", collaborators=[accounts[1]])
    return number


def _answers(project: str) -> dict[str, str]:
    return {"scalingo_handoff_project": project, "scalingo_handoff_new_owner": "tomasz"}


def test_with_both_tokens_the_handoff_is_one_job(awx: Awx, sim: Any, accounts: tuple[Any, Any]) -> None:
    shop = _party(sim, accounts, "shop")
    done = awx.job("Scalingo handoff", _answers("shop"))
    assert done.successful, done.output
    assert sim.project(shop)["owner"]["username"] == "tomasz"
    for account in accounts:
        assert account.api_token not in done.output


def test_an_empty_token_of_the_new_owner_counts_as_not_given(half: Awx, sim: Any, accounts: tuple[Any, Any]) -> None:
    blog = _party(sim, accounts, "blog")
    done = half.job("Scalingo handoff", _answers("blog"))
    assert done.successful, done.output
    assert [one["status"] for one in sim.invitations(blog)] == ["pending"]


@pytest.mark.parametrize("step", ["accept", "verify"])
def test_without_the_new_owner_nobody_accepts(half: Awx, sim: Any, step: str) -> None:
    before = len(sim.requests)
    refused = half.job(f"Scalingo handoff {step}", {}, {"scalingo_handoff_offer": {"project_id": "prj-any"}})
    assert not refused.successful
    assert "The token of the new owner is missing" in refused.output
    assert len(sim.requests) == before


def test_verify_says_who_owns_it_instead(awx: Awx, sim: Any, accounts: tuple[Any, Any]) -> None:
    wiki = _party(sim, accounts, "wiki")
    refused = awx.job("Scalingo handoff verify", _answers("wiki"), {"scalingo_handoff_offer": {"project_id": wiki}})
    assert not refused.successful
    assert f"The project {wiki} does not belong to tomasz. Its owner is mireille." in refused.output


@pytest.mark.parametrize("step", ["accept", "cancel"])
def test_a_step_by_itself_says_what_it_needs(awx: Awx, step: str) -> None:
    refused = awx.job(f"Scalingo handoff {step}")
    assert not refused.successful
    assert "Run handoff_invite first" in refused.output


def test_an_answer_to_the_survey_is_never_a_template(awx: Awx, tmp_path: Path) -> None:
    refused = awx.job("Scalingo handoff preflight", _answers(f"{{{{ lookup('pipe', 'touch {tmp_path}/owned') }}}}"))
    assert not refused.successful
    assert list(tmp_path.iterdir()) == []
