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
    assert red.artifacts["project_baseline_report"]["compliant"] is False
    assert "production" not in [one["name"] for one in sim.projects(accounts[0])]

    applied = awx.job("Scalingo baseline")
    assert applied.successful, applied.output
    assert {"production", "staging"} <= {one["name"] for one in sim.projects(accounts[0])}

    green = awx.job("Scalingo audit")
    assert green.successful, green.output
    assert green.artifacts["project_baseline_report"]["compliant"] is True


def _party(sim: Any, accounts: tuple[Any, Any], name: str, eligible: bool = True) -> str:
    number: str = sim.add_project(accounts[0], name)["id"]
    sim.add_application(number, f"{name}-app", collaborators=[accounts[1]] if eligible else [])
    return number


def _answers(project: str) -> dict[str, str]:
    return {"scalingo_handoff_project": project, "scalingo_handoff_new_owner": "tomasz"}


@pytest.mark.parametrize("eligible", [True, False])
def test_with_both_tokens_the_handoff_is_one_job(awx: Awx, sim: Any, accounts: tuple[Any, Any], eligible: bool) -> None:
    name = f"shop-{eligible}".lower()
    shop = _party(sim, accounts, name, eligible)
    email = "" if eligible else accounts[1].email
    done = awx.job("Scalingo handoff", {**_answers(f" {name} "), "scalingo_handoff_new_owner_email": email})
    assert done.successful, done.output
    assert sim.project(shop)["owner"]["username"] == "tomasz"
    for account in accounts:
        assert account.api_token not in done.output


def test_an_empty_token_of_the_new_owner_is_unset(half: Awx, sim: Any, accounts: tuple[Any, Any]) -> None:
    blog = _party(sim, accounts, "blog")
    done = half.job("Scalingo handoff", _answers("blog"))
    assert done.successful, done.output
    assert [one["status"] for one in sim.invitations(blog)] == ["pending"]


@pytest.mark.parametrize("step", ["accept", "verify"])
def test_without_the_token_of_the_new_owner_a_step_fails(half: Awx, sim: Any, step: str) -> None:
    before = len(sim.requests)
    failed = half.job(f"Scalingo handoff {step}", {}, {"scalingo_handoff_offer": {"project_id": "prj-any"}})
    assert not failed.successful
    assert "SCALINGO_NEW_OWNER_API_TOKEN" in failed.output
    assert len(sim.requests) == before


def test_verify_names_the_owner(awx: Awx, sim: Any, accounts: tuple[Any, Any]) -> None:
    wiki = _party(sim, accounts, "wiki")
    failed = awx.job("Scalingo handoff verify", _answers("wiki"), {"scalingo_handoff_offer": {"project_id": wiki}})
    assert not failed.successful
    message = " ".join(failed.output.split())
    assert f"Project {wiki} does not belong to tomasz. Its owner is mireille." in message


@pytest.mark.parametrize("step", ["accept", "cancel"])
def test_a_step_without_an_invitation_fails(awx: Awx, step: str) -> None:
    failed = awx.job(f"Scalingo handoff {step}")
    assert not failed.successful
    assert "Run handoff_invite first" in failed.output


@pytest.mark.parametrize("project", [2024, " shop ", ""], ids=["number", "blanks", "empty"])
def test_a_name_may_be_a_number_or_have_blanks(awx: Awx, sim: Any, accounts: tuple[Any, Any], project: Any) -> None:
    number = _party(sim, accounts, str(project).strip()) if project else ""
    done = awx.job("Scalingo handoff preflight", {}, {**_answers("x"), "scalingo_handoff_project": project})
    assert done.successful is bool(project), done.output
    invited = awx.job("Scalingo handoff invite", {}, {**_answers("x"), "scalingo_handoff_project": project})
    assert invited.artifacts.get("scalingo_handoff_offer", {}).get("project_id", "") == number


def test_an_answer_to_the_survey_is_never_a_template(awx: Awx, tmp_path: Path) -> None:
    refused = awx.job("Scalingo handoff preflight", _answers(f"{{{{ lookup('pipe', 'touch {tmp_path}/owned') }}}}"))
    assert not refused.successful
    assert list(tmp_path.iterdir()) == []
