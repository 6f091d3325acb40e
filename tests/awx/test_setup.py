# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook awx, with the real modules of awx.awx: what it makes, that AWX takes it, and what a rerun changes.

The rules of AWX are those of its documentation and its source, as of 24.6: awx/main/fields.py, awx/api/serializers.py.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from dateutil import rrule
from jinja2.sandbox import ImmutableSandboxedEnvironment

from .controller import Controller
from .play import SETTINGS_OF_GUIDE, Run, set_up

OWNER_TOKEN, NEW_OWNER_TOKEN = "tk-us-owner-secret", "tk-us-new-owner-secret"
# What the guide tells its reader to write, and what is in the vault.
SETTINGS = {
    **SETTINGS_OF_GUIDE,
    "vault_scalingo_api_token": OWNER_TOKEN,
    "scalingo_awx_region": "osc-secnum-fr1",
}
# What the guide adds for many accounts.
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
OWNER, NEW_OWNER = "Scalingo owner", "Scalingo new owner"
# The credentials of each job.
CREDENTIALS = {
    "Scalingo audit": [OWNER],
    "Scalingo baseline": [OWNER],
    "Scalingo handoff": [OWNER, NEW_OWNER],
    "Scalingo handoff preflight": [OWNER],
    "Scalingo handoff invite": [OWNER],
    "Scalingo handoff accept": [NEW_OWNER],
    "Scalingo handoff verify": [NEW_OWNER],
    "Scalingo handoff cancel": [OWNER],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("setup")


@pytest.fixture(scope="module")
def controller() -> Iterator[Controller]:
    with Controller() as stand_in:
        stand_in.add("teams", name="Buyers", organization=0)
        stand_in.add("notification_templates", name="Operations chat", organization=0)
        yield stand_in


@pytest.fixture(scope="module")
def first(controller: Controller, folder: Path) -> Run:
    return set_up(folder, controller, "-vvv", **SETTINGS)


@pytest.fixture(scope="module")
def made(first: Run, controller: Controller) -> Controller:
    """The stand-in after the first run."""
    assert first.returncode == 0, first.output[-6000:]
    return controller


# What is made


def test_first_run_makes_everything_and_prints_no_token(first: Run, made: Controller) -> None:
    assert first.changed > 0
    assert OWNER_TOKEN not in first.output
    assert made.names("organizations") == ["Default"]
    assert made.names("credential_types") == ["Scalingo API token", "Scalingo API token of the new owner"]
    assert made.names("workflow_job_templates") == [WORKFLOW]
    templates = {name: made.linked("job_templates", name, "credentials") for name in made.names("job_templates")}
    assert templates == CREDENTIALS


def test_token_that_is_set_is_in_its_credential_and_another_one_is_left_to_be_typed_in(made: Controller) -> None:
    region = {"region": "osc-secnum-fr1"}
    assert made.named("credentials", OWNER)["inputs"] == {"api_token": OWNER_TOKEN, **region}
    assert made.named("credentials", NEW_OWNER)["inputs"] == region


def test_audit_checks_every_night_and_fails_on_drift(made: Controller) -> None:
    audit = made.named("job_templates", "Scalingo audit")
    assert audit["job_type"] == "check"
    assert json.loads(audit["extra_vars"]) == {"scalingo_playbook": "audit", "project_baseline_fail_on_drift": True}
    assert made.linked("job_templates", "Scalingo audit", "notification_templates_error") == ["Operations chat"]
    (schedule,) = made.all("schedules")
    assert (schedule["unified_job_template"], schedule["enabled"]) == (audit["id"], True)
    # AWX asks for one start, and an interval.
    assert re.fullmatch(r"DTSTART;TZID=\S+:\d+T\d+ RRULE:FREQ=DAILY;INTERVAL=1", schedule["rrule"])
    assert rrule.rrulestr(schedule["rrule"].replace(" ", "\n"))


def test_jobs_with_a_survey_ask_what_awx_can_ask(made: Controller) -> None:
    with_survey = (("job_templates", "Scalingo handoff"), ("workflow_job_templates", WORKFLOW))
    asked = {name: made.named(kind, name)["survey"] for kind, name in with_survey}
    questions = asked["Scalingo handoff"]["spec"]
    names = ["scalingo_handoff_project", "scalingo_handoff_new_owner", "scalingo_handoff_new_owner_email"]
    assert [one["variable"] for one in questions] == names
    # The steps of the workflow have one token each, and make no user eligible.
    assert asked[WORKFLOW]["spec"] == questions[:2]
    forms = {"question_name": str, "variable": str, "required": bool, "default": str, "min": int, "max": int}
    for survey in asked.values():
        assert isinstance(survey["name"], str) and isinstance(survey["description"], str)
        for question in survey["spec"]:
            assert question["type"] == "text"
            assert [key for key, form in forms.items() if not isinstance(question[key], form)] == []


def test_every_job_runs_on_the_controller_in_the_image(made: Controller) -> None:
    (host,) = made.all("hosts")
    assert json.loads(host["variables"]) == {
        "ansible_connection": "local",
        "ansible_python_interpreter": "{{ ansible_playbook_python }}",
    }
    image = made.named("execution_environments", "Scalingo image")["id"]
    assert {one["execution_environment"] for one in made.all("job_templates")} == {image}
    assert {one["playbook"] for one in made.all("job_templates")} == {"scalingo.yml"}


def test_workflow_leads_from_step_to_step(made: Controller) -> None:
    kind = "workflow_job_template_nodes"
    leads = {
        name: [made.linked(kind, name, f"{outcome}_nodes") for outcome in ("success", "failure")]
        for name in made.names(kind)
    }
    assert leads == {
        "preflight": [["invite"], []],
        "invite": [["approval"], []],
        "approval": [["accept"], ["cancel"]],
        "accept": [["verify"], []],
        "verify": [[], []],
        "cancel": [[], []],
    }
    # Handoffs that wait for an approval must not queue behind each other.
    assert made.named("workflow_job_templates", WORKFLOW)["allow_simultaneous"] is True


def test_new_owners_team_may_approve_and_set_its_token(made: Controller) -> None:
    assert made.linked("workflow_job_templates", WORKFLOW, "approval teams") == ["Buyers"]
    assert made.linked("credentials", NEW_OWNER, "admin teams") == ["Buyers"]
    assert made.linked("credentials", OWNER, "admin teams") == []
    assert made.linked("workflow_job_templates", WORKFLOW, "notification_templates_approvals") == ["Operations chat"]


# The types of credentials

FULL = {"api_token": "tk-us-secret", "region": "r", "api_url": "https://a", "auth_url": "https://b"}
SIDES = {"SCALINGO_": 0, "SCALINGO_NEW_OWNER_": 1}


@pytest.mark.parametrize("prefix", SIDES)
def test_awx_accepts_a_credential_type_and_keeps_its_token_secret(prefix: str, seen: dict[str, Any]) -> None:
    kind = seen["credential_types"][SIDES[prefix]]
    fields = {field["id"]: field for field in kind["inputs"]["fields"]}
    assert list(fields) == list(FULL)
    for name, field in fields.items():
        # AWX adds a type to a field without one, which would look like a change.
        assert set(field) <= {"id", "label", "type", "secret", "help_text"} and field["type"] == "string"
        assert field.get("secret", False) is (name == "api_token")
    assert kind["inputs"]["required"] == ["api_token"]
    # The environment only, where each value gets, and no variable that AWX keeps for itself. Unset is empty.
    assert list(kind["injectors"]) == ["env"]
    render = ImmutableSandboxedEnvironment().from_string
    for given in (FULL, {"api_token": "tk-us-secret"}):
        environment = {name: render(text).render(given) for name, text in kind["injectors"]["env"].items()}
        assert environment == {f"{prefix}{name.upper()}": given.get(name, "") for name in FULL}


# A rerun


def test_rerun_changes_nothing(made: Controller, folder: Path) -> None:
    # In the meantime, the new owner typed the token in.
    made.named("credentials", NEW_OWNER)["inputs"]["api_token"] = NEW_OWNER_TOKEN
    before = made.snapshot()
    made.writes.clear()
    run = set_up(folder, made, **SETTINGS)
    assert (run.returncode, run.changed, made.writes) == (0, 0, []), run.output[-6000:]
    assert made.snapshot() == before


def test_new_token_is_written_on_demand(made: Controller, folder: Path) -> None:
    made.named("credentials", NEW_OWNER)["inputs"]["api_token"] = NEW_OWNER_TOKEN
    made.writes.clear()
    settings = {**SETTINGS, "vault_scalingo_api_token": "tk-us-next", "scalingo_awx_update_secrets": True}
    run = set_up(folder, made, **settings)
    assert run.returncode == 0, run.output[-4000:]
    owner, new_owner = (made.named("credentials", name) for name in (OWNER, NEW_OWNER))
    assert (owner["inputs"]["api_token"], new_owner["inputs"]["api_token"]) == ("tk-us-next", NEW_OWNER_TOKEN)
    assert made.writes == [f"PATCH /api/v2/credentials/{owner['id']}/"]


# Many accounts, in a second set of objects


@pytest.fixture(scope="module")
def spread(made: Controller, folder: Path) -> Controller:
    """The stand-in after a run for many accounts."""
    kind = made.add("credential_types", name="Vault", kind="vault")
    made.add("credentials", name="Fleet vault", organization=0, credential_type=kind)
    made.add("inventories", name="Fleet", organization=0)
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


def test_handoff_stays_one_job_for_one_account(spread: Controller) -> None:
    template = spread.named("job_templates", "Many handoff")
    assert (template["job_slice_count"], template["forks"], template["ask_limit_on_launch"]) == (1, 0, False)
    assert template["inventory"] == spread.named("inventories", "Many controller")["id"]
    assert spread.linked("job_templates", "Many handoff", "instance_groups") == []


def test_second_set_shares_the_types_and_its_rerun_changes_nothing(spread: Controller, folder: Path) -> None:
    assert len(spread.names("credential_types")) == 3
    assert len(spread.names("workflow_job_templates")) == 2
    spread.writes.clear()
    run = set_up(folder, spread, **MANY)
    assert (run.returncode, run.changed, spread.writes) == (0, 0, []), run.output[-6000:]


def test_nothing_is_asked_of_awx_without_a_repository(folder: Path) -> None:
    with Controller() as untouched:
        run = set_up(folder, untouched)
        assert untouched.writes == []
    assert "Set scalingo_awx_project_url" in run.output
