# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook awx, with the real modules of awx.awx: what it makes, and that a second run changes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from .controller import Controller
from .guide import blocks
from .play import Run, set_up

OWNER_TOKEN, NEW_OWNER_TOKEN = "tk-us-owner-secret", "tk-us-new-owner-secret"
# What the guide tells its reader to write, and what is in the vault.
SETTINGS = {
    **{key: value for block in blocks() if isinstance(block, dict) for key, value in block.items() if "_awx_" in key},
    "vault_scalingo_api_token": OWNER_TOKEN,
    "scalingo_awx_region": "osc-secnum-fr1",
}
# What the guide to many accounts adds.
MANY = {
    **SETTINGS,
    "scalingo_awx_name": "Many",
    "scalingo_awx_inventory": "Fleet",
    "scalingo_awx_hosts": "scalingo_accounts",
    "scalingo_awx_vault_credential": "Fleet vault",
    "scalingo_awx_slices": 4,
    "scalingo_awx_forks": 20,
    "scalingo_awx_instance_groups": ["Workers"],
}
WORKFLOW = "Scalingo handoff between two people"
THREE_DAYS = 3 * 24 * 60 * 60


@pytest.fixture(scope="module")
def controller() -> Iterator[Controller]:
    with Controller(["scalingo.yml"]) as stand_in:
        (organization,) = stand_in.objects["organizations"]
        stand_in.add("teams", name="Buyers", organization=organization)
        stand_in.add("notification_templates", name="Operations chat", organization=organization)
        yield stand_in


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("setup")


@pytest.fixture(scope="module")
def first(controller: Controller, folder: Path) -> Run:
    run = set_up(folder, controller, "-vvv", **SETTINGS)
    assert run.returncode == 0, run.output[-6000:]
    return run


@pytest.fixture(scope="module")
def made(first: Run, controller: Controller) -> Controller:
    """The stand-in after the first run."""
    return controller


def test_the_first_run_makes_everything(first: Run, made: Controller) -> None:
    assert first.changed > 0
    assert made.names("organizations") == ["Default"]
    assert made.names("credential_types") == ["Scalingo API token", "Scalingo API token of the new owner"]
    assert made.names("job_templates") == [
        "Scalingo audit",
        "Scalingo baseline",
        "Scalingo handoff",
        "Scalingo handoff preflight",
        "Scalingo handoff invite",
        "Scalingo handoff accept",
        "Scalingo handoff verify",
        "Scalingo handoff cancel",
    ]
    assert made.names("workflow_job_templates") == [WORKFLOW]


def test_no_token_is_printed(first: Run) -> None:
    assert OWNER_TOKEN not in first.output


def test_a_token_that_was_given_is_in_its_credential(made: Controller) -> None:
    inputs = {"api_token": OWNER_TOKEN, "region": "osc-secnum-fr1"}
    assert made.named("credentials", "Scalingo owner")["inputs"] == inputs


def test_a_token_that_was_not_given_is_for_somebody_to_type_in(made: Controller) -> None:
    assert made.named("credentials", "Scalingo new owner")["inputs"] == {"region": "osc-secnum-fr1"}


def test_the_audit_checks_every_night_and_fails_on_drift(made: Controller) -> None:
    audit = made.named("job_templates", "Scalingo audit")
    assert audit["job_type"] == "check"
    assert json.loads(audit["extra_vars"]) == {"scalingo_playbook": "audit", "project_baseline_fail_on_drift": True}
    assert made.linked("job_templates", "Scalingo audit", "credentials") == ["Scalingo owner"]
    assert made.linked("job_templates", "Scalingo audit", "notification_templates_error") == ["Operations chat"]
    (schedule,) = made.objects["schedules"].values()
    assert (schedule["unified_job_template"], schedule["enabled"]) == (audit["id"], True)
    assert "FREQ=DAILY" in schedule["rrule"]


def test_a_job_with_two_tokens_has_two_credentials(made: Controller) -> None:
    assert made.linked("job_templates", "Scalingo handoff", "credentials") == ["Scalingo owner", "Scalingo new owner"]
    questions = made.survey("job_templates", "Scalingo handoff")["spec"]
    asked = ["scalingo_handoff_project", "scalingo_handoff_new_owner", "scalingo_handoff_new_owner_email"]
    assert [one["variable"] for one in questions] == asked
    # Its steps have one token each, and make nobody eligible.
    assert made.survey("workflow_job_templates", WORKFLOW)["spec"] == questions[:2]


@pytest.mark.parametrize("step", ["preflight", "invite", "accept", "verify", "cancel"])
def test_a_step_has_the_token_of_its_own_side_only(made: Controller, step: str) -> None:
    side = "Scalingo new owner" if step in ("accept", "verify") else "Scalingo owner"
    assert made.linked("job_templates", f"Scalingo handoff {step}", "credentials") == [side]


def test_every_job_runs_on_the_controller_in_the_image(made: Controller) -> None:
    (host,) = made.objects["hosts"].values()
    assert json.loads(host["variables"]) == {
        "ansible_connection": "local",
        "ansible_python_interpreter": "{{ ansible_playbook_python }}",
    }
    image = made.named("execution_environments", "Scalingo image")["id"]
    assert {one["execution_environment"] for one in made.objects["job_templates"].values()} == {image}


def test_the_workflow_leads_from_step_to_step(made: Controller) -> None:
    steps = {
        one["identifier"]: (
            made.linked("workflow_job_template_nodes", one["identifier"], "success_nodes"),
            made.linked("workflow_job_template_nodes", one["identifier"], "failure_nodes"),
        )
        for one in made.objects["workflow_job_template_nodes"].values()
    }
    assert steps == {
        "preflight": (["invite"], []),
        "invite": (["approval"], []),
        "approval": (["accept"], ["cancel"]),
        "accept": (["verify"], []),
        "verify": ([], []),
        "cancel": ([], []),
    }
    # Handoffs that wait for an approval must not queue behind each other.
    assert made.named("workflow_job_templates", WORKFLOW)["allow_simultaneous"] is True


def test_the_approval_ends_before_the_invitation_does(made: Controller) -> None:
    (approval,) = made.objects["workflow_approval_templates"].values()
    assert approval["timeout"] < THREE_DAYS


def test_the_other_side_may_approve(made: Controller) -> None:
    assert made.teams("workflow_job_templates", WORKFLOW, "approval") == ["Buyers"]
    assert made.teams("credentials", "Scalingo new owner", "admin") == ["Buyers"]
    assert made.teams("credentials", "Scalingo owner", "admin") == []
    assert made.linked("workflow_job_templates", WORKFLOW, "notification_templates_approvals") == ["Operations chat"]


def test_a_second_run_changes_nothing(made: Controller, folder: Path) -> None:
    # In the meantime, the new owner typed the token in.
    new_owner = made.named("credentials", "Scalingo new owner")["id"]
    made.objects["credentials"][new_owner]["inputs"]["api_token"] = NEW_OWNER_TOKEN
    before = made.snapshot()
    made.writes.clear()
    run = set_up(folder, made, **SETTINGS)
    assert (run.returncode, run.changed) == (0, 0), run.output[-6000:]
    assert made.writes == []
    assert made.snapshot() == before


def test_a_new_token_is_written_on_demand(made: Controller, folder: Path) -> None:
    made.writes.clear()
    settings = {**SETTINGS, "vault_scalingo_api_token": "tk-us-next", "scalingo_awx_update_secrets": True}
    run = set_up(folder, made, **settings)
    assert run.returncode == 0, run.output[-4000:]
    assert made.named("credentials", "Scalingo owner")["inputs"]["api_token"] == "tk-us-next"
    assert made.named("credentials", "Scalingo new owner")["inputs"]["api_token"] == NEW_OWNER_TOKEN
    assert made.writes == [f"PATCH /api/v2/credentials/{made.named('credentials', 'Scalingo owner')['id']}/"]


def test_another_name_makes_another_set_that_shares_the_types(made: Controller, folder: Path) -> None:
    run = set_up(folder, made, **{**SETTINGS, "scalingo_awx_name": "Shop"})
    assert run.returncode == 0, run.output[-4000:]
    assert len(made.objects["credential_types"]) == 2
    assert len(made.objects["workflow_job_templates"]) == 2
    assert made.linked("job_templates", "Shop audit", "credentials") == ["Shop owner"]


@pytest.fixture(scope="module")
def spread(made: Controller, folder: Path) -> Controller:
    """The stand-in after a run for many accounts."""
    (organization,) = made.objects["organizations"]
    kind = made.add("credential_types", name="Vault", kind="vault", inputs={"fields": [{"id": "vault_password"}]})
    made.add("credentials", name="Fleet vault", organization=organization, credential_type=kind, inputs={})
    made.add("inventories", name="Fleet", organization=organization)
    made.add("instance_groups", name="Workers")
    run = set_up(folder, made, **MANY)
    assert run.returncode == 0, run.output[-4000:]
    return made


@pytest.mark.parametrize("name", ["audit", "baseline"])
def test_many_accounts_are_audited_in_slices_and_without_the_token_of_one(spread: Controller, name: str) -> None:
    template = spread.named("job_templates", f"Many {name}")
    assert (template["job_slice_count"], template["forks"], template["ask_limit_on_launch"]) == (4, 20, True)
    assert template["inventory"] == spread.named("inventories", "Fleet")["id"]
    assert json.loads(template["extra_vars"])["project_baseline_hosts"] == "scalingo_accounts"
    assert spread.linked("job_templates", f"Many {name}", "credentials") == ["Fleet vault"]
    assert spread.linked("job_templates", f"Many {name}", "instance_groups") == ["Workers"]


def test_a_handoff_stays_one_job_for_one_account(spread: Controller) -> None:
    template = spread.named("job_templates", "Many handoff")
    assert (template["job_slice_count"], template["forks"], template["ask_limit_on_launch"]) == (1, 0, False)
    assert template["inventory"] == spread.named("inventories", "Many controller")["id"]
    assert spread.linked("job_templates", "Many handoff", "instance_groups") == []


def test_a_second_run_for_many_accounts_changes_nothing(spread: Controller, folder: Path) -> None:
    spread.writes.clear()
    run = set_up(folder, spread, **MANY)
    assert (run.returncode, run.changed, spread.writes) == (0, 0, []), run.output[-6000:]


def test_a_repository_without_the_playbook_is_refused(folder: Path) -> None:
    with Controller(["site.yml"]) as empty:
        run = set_up(folder, empty, scalingo_awx_project_url="https://git.example.org/other.git")
    assert run.returncode != 0
    assert "Playbook not found for project" in run.output


def test_nothing_is_asked_of_awx_without_a_repository(folder: Path) -> None:
    with Controller([]) as untouched:
        run = set_up(folder, untouched)
        assert untouched.writes == []
    assert "Set scalingo_awx_project_url" in run.output
