# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role project_baseline: audit, converge, and prove that nothing is left; handoffs; what goes wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from simulator import Simulator

from .assumptions import ACCEPTED, COUNTED, OWN, SHOWN
from .baseline import failure, report, role, told
from .expect import EXCHANGE, LIST, assert_one_sentence, outline, per_task, writes
from .playbook import PlaybookRun, Story, connect, project_info, tell

# Every story runs the role several times at once, and its requests are counted. What is handed over is not seen any
# more in the list of the old owner; TestSwitches has the rest.
ASSUMED = {**COUNTED, **ACCEPTED, **SHOWN, **OWN}
TEMPLATE = "{{ 1 + 1 }} {% raw %} & <b>\u0007"


class Stories:
    """Accounts, each with a new owner of its own, and what has to be said to whom."""

    def __init__(self, sim: Any) -> None:
        self.sim = sim
        self.told: list[Story] = []

    def party(self, name: str) -> tuple[Any, Any, str]:
        """An account with the project shop, which holds an application of the new owner."""
        me, friend = self.sim.add_account(name), self.sim.add_account(f"{name}-friend")
        shop = self.sim.add_project(me, "shop")["id"]
        self.sim.add_application(shop, f"{name}-app", collaborators=[friend])
        return me, friend, shop

    def tell(self, me: Any, *steps: list[dict[str, Any]], **connection: Any) -> None:
        tasks = [task for step in steps for task in step]
        self.told.append(Story(me.username, tasks, connect(self.sim, me, **connection)))

    def calls(self, name: str) -> list[list[str]]:
        """The requests of an account, task by task."""
        return per_task(self.all_calls(name))

    def all_calls(self, name: str) -> list[str]:
        calls: list[str] = self.sim.calls(next(one for one in self.sim.accounts if one.username == name))
        return calls


def handoff(friend: Any, token: bool = True, **more: Any) -> dict[str, Any]:
    tokens = {"new_owner_api_token": friend.api_token} if token else {}
    return {"project": "shop", "new_owner": friend.username, **tokens, **more}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("reports")


@pytest.fixture(scope="module")
def stories() -> Iterator[Stories]:
    with Simulator(**ASSUMED) as sim:
        yield Stories(sim)


@pytest.fixture(scope="module")
def run(stories: Stories, folder: Path, tmp_path_factory: pytest.TempPathFactory) -> PlaybookRun:
    """Every story in one run, at the highest verbosity."""
    sim = stories.sim

    me, friend, _shop = stories.party("whole")
    sim.add_project(me, "old")
    description = {
        "default_project": "production",
        "projects": [{"name": "shop"}, {"name": "blog"}, {"name": "old", "state": "absent"}],
        "handoffs": [handoff(friend)],
        "report_dir": str(folder / "whole"),
    }
    stories.tell(
        me,
        role("audit", check=True, **description),
        role("strict audit", check=True, fail_on_drift=True, **{**description, "report_dir": ""}),
        role("converge", **description),
        role("clean audit", check=True, fail_on_drift=True, **description),
    )

    me, friend, _shop = stories.party("pending")
    waiting = {"handoffs": [handoff(friend, token=False)]}
    stories.tell(
        me,
        role("audit", check=True, **waiting),
        role("invite", **waiting),
        role("again", **waiting),
        role("audit with token", check=True, handoffs=[handoff(friend)]),
        role("accept", handoffs=[handoff(friend)]),
    )

    me, friend, shop = stories.party("declined")
    sim.add_invitation(shop, invited=friend, status="declined")
    stories.tell(
        me,
        role("once", handoffs=[handoff(friend)]),
        role("reinvited", handoffs=[handoff(friend, token=False, reinvite=True)]),
    )

    # Handed over, and nothing is left by which the old owner could see it.
    me = sim.add_account("unseen")
    sim.add_account("unseen-friend")
    unseen = {"projects": [{"name": "shop"}, {"name": "web"}]}
    stories.tell(
        me,
        role("audit", check=True, fail_on_drift=True, handoffs=[_named("shop", "unseen-friend")], projects=[]),
        role("run", handoffs=[_named("shop", "unseen-friend")], **unseen),
    )

    # The first handoff cannot be done; the second one can.
    me, friend, _shop = stories.party("partly")
    sim.add_project(me, "lonely")
    sim.add_project(me, "full")
    full = next(one["id"] for one in sim.projects(owner=me) if one["name"] == "full")
    sim.add_application(full, "partly-full")
    stories.tell(
        me,
        role(
            "run",
            projects=[{"name": "full", "state": "absent"}, {"name": "web"}],
            handoffs=[_named("lonely", friend.username), handoff(friend)],
        ),
    )

    # The API refuses the second of three writes.
    me = sim.add_account("middle")
    sim.fault("status", method="POST", path="/v1/projects", account="middle", status=422, skip=1, times=1)
    stories.tell(me, role("run", projects=[{"name": name} for name in ("default", "one", "two", "three")]))

    # The whole list is refused.
    me = sim.add_account("refused")
    stories.tell(me, role("run", projects=[{"name": "Web"}, {"name": "default"}, {"name": "api"}]))

    me = sim.add_account("no-folder")
    stories.tell(me, role("run", projects=[{"name": "web"}], report_dir="/dev/null/reports"))

    # Several items cannot be done, and what is asked of the others only makes sense together.
    me = sim.add_account("together")
    sim.add_project(me, "api")
    swap = [{"name": "api", "new_name": "old"}, {"name": "api"}, {"name": "Bad"}, {"name": "x", "new_name": "y"}]
    stories.tell(me, role("audit", check=True, projects=swap))

    # The invitation would stay pending until it expires.
    me, friend, _shop = stories.party("useless")
    sim.revoke(friend)
    stories.tell(me, role("audit", check=True, handoffs=[handoff(friend)]), role("run", handoffs=[handoff(friend)]))

    # The invitation waits for somebody else.
    me, friend, _shop = stories.party("mistaken")
    mistaken = [handoff(friend, new_owner_api_token=me.api_token)]
    stories.tell(
        me,
        role("audit", check=True, handoffs=mistaken),
        role("run", handoffs=mistaken),
        role("by ID", handoffs=[handoff(friend, new_owner=friend.id)]),
    )

    # Broken when it was accepted.
    me, friend, shop = stories.party("broken")
    sim.add_invitation(shop, invited=friend, status="error")
    stories.tell(me, role("run", handoffs=[handoff(friend)]))

    me = sim.add_account("revoked")
    sim.revoke(me)
    stories.tell(
        me,
        role("run", projects=[{"name": "default"}, {"name": "web"}], handoffs=[_named("shop", "tomasz")]),
    )

    me = sim.add_account("renamed")
    renaming = {"default_project": "production", "rename_default": True}
    stories.tell(
        me,
        role("audit", check=True, **renaming),
        role("run", **renaming),
        role("again", **renaming),
    )
    me = sim.add_account("not-renamed")
    stories.tell(me, role("run", projects=[{"name": "default"}], **renaming))

    me, friend, shop = stories.party("template")
    sim.add_invitation(shop, invited=friend)
    sim.fault(
        "status",
        method="POST",
        path="/v1/projects/*/accept",
        account=friend.username,
        status=403,
        body={"error": TEMPLATE},
        times=None,
    )
    stories.tell(me, role("run", handoffs=[handoff(friend)], report_dir=str(folder / "template")))

    token = sim.add_account("exposed").api_token
    wrong = {
        "default in handoffs": {"default_project": "shop", "handoffs": [_named("shop", "tomasz")]},
        "twice": {"handoffs": [_named("shop", "tomasz"), _named("shop", "amina")]},
        "nobody": {"handoffs": [_named("shop", "")]},
        "empty item": {"projects": [{}]},
        "rename": {"projects": [{"name": "shop", "new_name": "web"}], "handoffs": [_named("shop", "tomasz")]},
        "absent": {"projects": [{"name": "shop", "state": "absent"}], "handoffs": [_named("shop", "tomasz")]},
        "a list as name": {"projects": [{"name": ["shop"]}]},
        "a list as project": {"handoffs": [_named(["shop"], "tomasz")]},
        "by ID and by name": {
            "projects": [{"name": "shop"}],
            "handoffs": [_named("prj-b7e2915d-40c8-4a36-bd1f-7786e0c95a24", "tomasz")],
        },
        "a text": {"projects": "shop"},
        "unknown state": {"projects": [{"name": "shop", "state": "gone"}]},
        "no project": {"handoffs": [{"new_owner": "tomasz"}]},
        "unknown field": {"handoffs": [{**_named("shop", "tomasz"), "invite": True, "new_owner_api_token": token}]},
        "token list": {"handoffs": [{**_named("shop", "tomasz"), "new_owner_api_token": [token]}]},
        "token dictionary": {"handoffs": [{**_named("shop", "tomasz"), "new_owner_api_token": {"is": token}}]},
        "item text": {"handoffs": [token]},
        "token as handoffs": {"handoffs": token},
    }
    stories.tell(sim.add_account("wrong"), *(role(name, **variables) for name, variables in wrong.items()))

    return tell(tmp_path_factory.mktemp("playbook") / "run", stories.told, "-vvvv")


def _named(project: Any, new_owner: str) -> dict[str, Any]:
    return {"project": project, "new_owner": new_owner}


def test_an_audit_shows_every_drift_and_writes_nothing(run: PlaybookRun, stories: Stories) -> None:
    assert told(run, "whole", "audit") == [
        "default_project:production False create",
        "project:blog False create",
        "project:old False delete",
        "handoff:shop False invite and accept",
    ]
    assert failure(run, "whole", "audit") is None
    first = [call for task in stories.calls("whole")[:8] for call in task]
    assert not writes(first), first


def test_an_audit_fails_on_drift_only_if_it_is_asked_to(run: PlaybookRun) -> None:
    message = failure(run, "whole", "strict audit") or ""
    assert_one_sentence(message)
    assert all(one in message for one in ("default_project:production", "project:blog", "handoff:shop")), message
    assert failure(run, "whole", "clean audit") is None


def test_a_run_does_what_the_audit_announced_and_the_next_audit_is_clean(run: PlaybookRun, stories: Stories) -> None:
    audit, converge, clean = (report(run, "whole", step) for step in ("audit", "converge", "clean audit"))
    assert [one["action"] for one in converge["items"]] == [one["action"] for one in audit["items"]]
    assert converge["compliant"] and clean["compliant"]
    assert {one["action"] for one in clean["items"]} == {"none"}
    assert outline(stories.sim.projects(owner="whole")) == "blog default *production"
    assert "shop" in outline(stories.sim.projects(owner="whole-friend"))


def test_what_was_handed_over_is_not_created_again(run: PlaybookRun, stories: Stories) -> None:
    assert "shop" not in outline(stories.sim.projects(owner="whole")).split()
    assert told(run, "unseen", "run") == ["project:web True create", "handoff:shop None none"]
    assert outline(stories.sim.projects(owner="unseen")) == "*default web"
    assert failure(run, "unseen", "run") is None
    assert failure(run, "unseen", "audit") is None


def test_without_changes_one_list_is_enough(run: PlaybookRun, stories: Stories) -> None:
    """The second list is that of the new owner, in which the project is that the old one does not see any more."""
    assert stories.calls("whole")[-1] == [LIST]
    theirs, (proof,) = stories.calls("whole-friend")[-2:]
    assert theirs == [LIST]
    assert proof.startswith("GET /v1/projects/") and proof.endswith("/transfer_invitations")
    assert stories.calls("renamed")[-1] == [LIST]


def test_without_the_second_token_the_handoff_stays_pending(run: PlaybookRun, stories: Stories) -> None:
    assert told(run, "pending", "audit") == ["handoff:shop False invite"]
    assert told(run, "pending", "invite") == ["handoff:shop True invite"]
    assert told(run, "pending", "again") == ["handoff:shop True none"]
    assert report(run, "pending", "again")["items"][0]["actual"].startswith("invited, may accept until 20")
    assert told(run, "pending", "audit with token") == ["handoff:shop False accept"]
    assert told(run, "pending", "accept") == ["handoff:shop True accept"]
    assert "shop" in outline(stories.sim.projects(owner="pending-friend"))


def test_a_declined_invitation_is_not_repeated_unless_it_is_said(run: PlaybookRun) -> None:
    assert told(run, "declined", "once") == ["handoff:shop False none"]
    item = report(run, "declined", "once")["items"][0]
    assert "declined" in item["actual"] and "reinvite" in item["remedy"]
    assert failure(run, "declined", "once") is None
    assert told(run, "declined", "reinvited") == ["handoff:shop True invite"]


def test_what_fails_does_not_hide_the_rest(run: PlaybookRun, stories: Stories) -> None:
    assert told(run, "partly", "run") == [
        "project:full False error",
        "project:web True create",
        "handoff:lonely False error",
        "handoff:shop True invite and accept",
    ]
    message = failure(run, "partly", "run") or ""
    assert_one_sentence(message)
    assert "project:full" in message and "handoff:lonely" in message


def test_what_was_written_before_an_error_is_reported(run: PlaybookRun) -> None:
    assert told(run, "middle", "run") == [
        "project:default True none",
        "project:one True create",
        "project:two False error",
        "project:three False none",
    ]
    assert "project:two" in (failure(run, "middle", "run") or "")


def test_a_list_that_is_refused_is_looked_at_item_by_item(run: PlaybookRun) -> None:
    assert told(run, "refused", "run") == [
        "project:Web False error",
        "project:default True none",
        "project:api False none",
    ]


def test_a_folder_that_cannot_be_used_is_found_before_anything_is_done(run: PlaybookRun, stories: Stories) -> None:
    message = failure(run, "no-folder", "run") or ""
    assert message.startswith("project_baseline_report_dir cannot be used, and nothing was done: ")
    assert stories.all_calls("no-folder") == []


def test_what_belongs_together_is_looked_at_together(run: PlaybookRun, stories: Stories) -> None:
    assert told(run, "together", "audit") == [
        "project:old False update",
        "project:api False create",
        "project:Bad False error",
        "project:y False error",
    ]
    items = report(run, "together", "audit")["items"]
    assert [item["actual"] for item in items[:2]] == ["is named api", "missing"]
    # The list with Bad is refused before any request.
    assert stories.calls("together") == [[LIST], [LIST]]


def test_a_useless_second_token_is_found_before_the_invitation(run: PlaybookRun, stories: Stories) -> None:
    for step in ("audit", "run"):
        assert told(run, "useless", step) == ["handoff:shop False error"]
        assert "new_owner_api_token" in report(run, "useless", step)["items"][0]["remedy"]
    assert not writes(stories.all_calls("useless"))


def test_the_token_of_somebody_else_leaves_an_invitation_to_the_right_one(run: PlaybookRun, stories: Stories) -> None:
    """Whose a token is, no answer tells for certain before the acceptance."""
    assert told(run, "mistaken", "audit") == ["handoff:shop False invite and accept"]
    assert told(run, "mistaken", "run") == ["handoff:shop False error"]
    (item,) = report(run, "mistaken", "run")["items"]
    assert item["actual"].startswith("invited, may accept until ")
    assert item["remedy"].startswith("Cannot accept ")
    assert told(run, "mistaken", "by ID") == ["handoff:shop True accept"]


def test_an_invitation_that_broke_is_not_repeated(run: PlaybookRun, stories: Stories) -> None:
    assert told(run, "broken", "run") == ["handoff:shop False error"]
    assert "support" in report(run, "broken", "run")["items"][0]["remedy"]
    assert not writes(stories.all_calls("broken"))


def test_without_access_everything_is_unknown_and_nothing_is_tried_again(run: PlaybookRun, stories: Stories) -> None:
    found = report(run, "revoked", "run")
    assert found["unknown_count"] == 3 == len(found["items"])
    assert "401" in (failure(run, "revoked", "run") or "")
    assert stories.all_calls("revoked") == [EXCHANGE]


def test_the_default_project_is_renamed(run: PlaybookRun, stories: Stories) -> None:
    assert told(run, "renamed", "audit") == ["default_project:production False update"]
    item = report(run, "renamed", "audit")["items"][0]
    assert item["actual"] == "is named default" and item["expected"].endswith("renamed from default")
    assert told(run, "renamed", "run") == ["default_project:production True update"]
    assert told(run, "renamed", "again") == ["default_project:production True none"]
    assert outline(stories.sim.projects(owner="renamed")) == "*production"
    assert outline(stories.sim.projects(owner="not-renamed")) == "default *production"


def test_what_the_api_says_is_no_template(run: PlaybookRun, folder: Path) -> None:
    item = report(run, "template", "run")["items"][0]
    assert item["action"] == "error"
    assert "{{ 1 + 1 }} {% raw %} & <b>" in item["remedy"]
    parsed = ElementTree.parse(folder / "template" / "report.xml")
    assert parsed.findtext(".//error") == item["remedy"]
    assert json.loads((folder / "template" / "report.json").read_text())["items"][0] == item
    page = (folder / "template" / "report.html").read_text()
    assert "{{ 1 + 1 }} {% raw %} &amp; &lt;b&gt;" in page


def test_the_files_say_what_the_fact_says(run: PlaybookRun, folder: Path) -> None:
    written = folder / "whole"
    found = report(run, "whole", "clean audit")
    assert json.loads((written / "report.json").read_text()) == found
    suite = ElementTree.parse(written / "report.xml").getroot().find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors"), suite.get("skipped")) == (
        "4",
        "0",
        "0",
        "0",
    )
    assert [case.get("name") for case in suite] == [item["id"] for item in found["items"]]
    assert "<!DOCTYPE html>" in (written / "report.html").read_text()
    assert {path.name: oct(path.stat().st_mode)[-3:] for path in written.iterdir()} == {
        "report.json": "644",
        "report.xml": "644",
        "report.html": "644",
    }


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ("default in handoffs", ["shop", "project_baseline_default_project"]),
        ("twice", ["shop", "twice"]),
        ("nobody", ["new_owner"]),
        ("empty item", ["item 1 of project_baseline_projects"]),
        ("rename", ["shop", "may only name it"]),
        ("absent", ["shop", "may only name it"]),
        ("a text", ["project_baseline_projects"]),
        ("a list as name", ["name must be a text in item 1 of project_baseline_projects"]),
        ("a list as project", ["project must be a text in item 1 of project_baseline_handoffs"]),
        ("by ID and by name", ["given by its ID"]),
        ("unknown state", ["state", "gone"]),
        ("no project", ["project_baseline_handoffs", "project"]),
        ("unknown field", ["invite"]),
        ("token list", ["project_baseline_handoffs", "new_owner_api_token"]),
        ("token dictionary", ["project_baseline_handoffs", "new_owner_api_token"]),
        ("item text", ["project_baseline_handoffs"]),
        ("token as handoffs", ["project_baseline_handoffs"]),
    ],
)
def test_wrong_input_is_refused_with_the_name_of_the_field(
    run: PlaybookRun, stories: Stories, step: str, words: list[str]
) -> None:
    told_so = [one for one in run.all_of("wrong") if one.failed]
    names = [one.task for one in run.all_of("wrong") if one.task.startswith("failure of")]
    message = str(told_so[names.index(f"failure of {step}")].values)
    assert all(word.lower() in message.lower() for word in words), message
    assert stories.all_calls("wrong") == []


def test_only_what_differs_is_shown_as_changed(run: PlaybookRun) -> None:
    changing = {"Make the projects what is described", "Invite the new owner", "Accept as the new owner"}
    changed = {one.task.split(" : ")[-1] for one in run.results if one.changed}
    assert changed == changing


def test_no_token_is_told_at_any_verbosity(run: PlaybookRun, stories: Stories, folder: Path) -> None:
    files = "".join(path.read_text() for path in sorted(folder.rglob("report.*")))
    told_all = run.output + json.dumps([result.values for result in run.results]) + files
    bearers = {one.headers["Authorization"].split(" ", 1)[1] for one in stories.sim.requests if one.host != "auth"}
    assert len(bearers) > 10
    secrets = bearers | {account.api_token for account in stories.sim.accounts}
    assert [secret for secret in secrets if secret in told_all] == []


SWITCHES = [
    {"list_collaborations": True},
    {"old_owner_reads": False},
    {"invitee_list": False, "invitee_project": False},
    {"list_collaborations": True, "old_owner_reads": False, "invitee_list": False, "uuid_claim": False},
]


@pytest.fixture(scope="class", params=SWITCHES, ids="-".join)
def switched(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Two handoffs, with and without the second token, against an API that behaves in another way."""
    with Simulator(**{**ASSUMED, **request.param}) as sim:
        stories = Stories(sim)
        for name in ("both", "alone"):
            me, friend, shop = stories.party(name)
            both, projects = name == "both", [{"name": "shop"}]
            steps = [role("run", handoffs=[handoff(friend, token=both)], projects=projects)]
            if name == "alone":
                offered = "{{ offers.transfer_invitations[0].id }}"
                steps.append(
                    [
                        {
                            "name": "offers",
                            "community.scalingo.scalingo_project_transfer_info": {"project_id": shop},
                            "register": "offers",
                        },
                        {
                            "name": "accept elsewhere",
                            "community.scalingo.scalingo_project_transfer": {
                                **connect(sim, friend),
                                "project_id": shop,
                                "invitation_id": offered,
                                "state": "accepted",
                            },
                        },
                    ]
                )
            steps.append(role("again", handoffs=[handoff(friend, token=both)], projects=projects))
            stories.tell(me, *steps, [project_info("see")])
        yield sim, tell(tmp_path_factory.mktemp("playbook") / "run", stories.told)


@pytest.mark.jobs
class TestSwitches:
    def test_a_handoff_is_done_once(self, switched: Any) -> None:
        sim, run = switched
        assert told(run, "both", "run") == ["handoff:shop True invite and accept"]
        assert told(run, "both", "again") == ["handoff:shop True none"]
        assert told(run, "alone", "run") == ["handoff:shop True invite"]
        for name in ("both", "alone"):
            assert outline(sim.projects(owner=name)) == "*default"

    def test_what_is_not_seen_is_unknown(self, switched: Any) -> None:
        sim, run = switched
        seen = "shop" in [one["name"] for one in run.of("alone", "see")["projects"]] or sim.switches["old_owner_reads"]
        assert told(run, "alone", "again") == [f"handoff:shop {True if seen else None} none"]
