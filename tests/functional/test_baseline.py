# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role project_baseline: audit, apply, and audit again; transfers; failures; secrets."""

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
from .expect import EXCHANGE, LIST, outline, per_task, writes
from .playbook import PlaybookRun, Story, connect, tell

ASSUMED = {**COUNTED, **ACCEPTED, **SHOWN, **OWN}
TEMPLATE = "{{ 1 + 1 }} {% raw %} & <b>\u0007"


class Stories:
    """Accounts, each with a new owner of its own, and what is done with them."""

    def __init__(self, sim: Any, folder: Path) -> None:
        self.sim = sim
        self.folder = folder
        self.told: list[Story] = []

    def party(self, name: str, *projects: str, collaborates: bool = True) -> tuple[Any, Any, dict[str, str]]:
        """An account with projects that hold an application each, their IDs, and a new owner."""
        me, friend = self.sim.add_account(name), self.sim.add_account(f"{name}-friend")
        ids = {each: self.sim.add_project(me, each)["id"] for each in projects}
        for each, project in ids.items():
            self.sim.add_application(project, f"{name}-{each}", collaborators=[friend] if collaborates else [])
        return me, friend, ids

    def tell(self, me: Any, *steps: list[dict[str, Any]], **connection: Any) -> None:
        tasks = [task for step in steps for task in step]
        self.told.append(Story(me.username, tasks, connect(self.sim, me, max_wait=0, **connection)))

    def calls(self, name: str) -> list[str]:
        calls: list[str] = self.sim.calls(next(one for one in self.sim.accounts if one.username == name))
        return calls


def handoff(friend: Any, project: str = "shop", token: bool = True, **more: Any) -> dict[str, Any]:
    tokens = {"new_owner_api_token": friend.api_token} if token else {}
    return {"project": project, "new_owner": friend.username, **tokens, **more}


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stories]:
    with Simulator(**ASSUMED) as sim:
        yield Stories(sim, tmp_path_factory.mktemp("reports"))


@pytest.fixture(scope="module")
def run(stories: Stories, tmp_path_factory: pytest.TempPathFactory) -> PlaybookRun:
    """Every story in one run, at the highest verbosity."""
    sim, folder = stories.sim, stories.folder

    me, friend, _ids = stories.party("whole", "shop")
    sim.add_project(me, "old")
    (folder / "whole").mkdir(mode=0o750)
    baseline = {
        "default_project": "production",
        "projects": [{"name": "shop"}, {"name": "blog"}, {"name": "old", "state": "absent"}],
        "handoffs": [handoff(friend)],
        "report_dir": str(folder / "whole"),
    }
    stories.tell(
        me,
        role("audit", check=True, **baseline),
        role("strict audit", check=True, fail_on_drift=True, **{**baseline, "report_dir": ""}),
        role("apply", **baseline),
        role("clean audit", check=True, fail_on_drift=True, **baseline),
    )

    me, friend, _ids = stories.party("pending", "shop")
    waiting = {"handoffs": [handoff(friend, token=False)]}
    stories.tell(
        me,
        role("audit", check=True, **waiting),
        role("invite", **waiting),
        role("again", check=True, fail_on_drift=True, **waiting),
        role("audit with token", check=True, handoffs=[handoff(friend)]),
        role("accept", handoffs=[handoff(friend)]),
    )

    me, friend, ids = stories.party("declined", "shop")
    sim.add_invitation(ids["shop"], invited=friend, status="declined")
    stories.tell(
        me,
        role("once", handoffs=[handoff(friend)], projects=[{"name": "web"}]),
        role("reinvited", handoffs=[handoff(friend, token=False, reinvite=True)]),
    )

    # The new owner collaborates on nothing yet, and the previous owner is to be gone.
    me, friend, ids = stories.party("eligible", "shop", "blog", collaborates=False)
    sim.add_database(ids["shop"], "eligible-db")
    whole = {"make_eligible": True, "new_owner_email": friend.email}
    both = [handoff(friend, remove_former_owner=True, **whole), handoff(friend, "blog", token=False, **whole)]
    stories.tell(
        me,
        role("audit", check=True, handoffs=both),
        role("apply", handoffs=both),
        role("then", handoffs=[handoff(friend)]),
        role("again", check=True, handoffs=both),
        role("without", handoffs=[handoff(friend, "blog")]),
    )

    # Some items fail, and the others are done: a write is rejected, a project is in use, a new owner is not eligible.
    me, friend, ids = stories.party("partly", "full", "shop")
    sim.add_project(me, "lonely")
    sim.fault("status", method="POST", path="/v1/projects", account="partly", status=422, skip=1, times=1)
    stories.tell(
        me,
        role(
            "run",
            projects=[{"name": "full", "state": "absent"}, *({"name": name} for name in ("default", "a", "b", "c"))],
            handoffs=[handoff(friend, "lonely"), handoff(friend)],
        ),
    )

    # The response to a write is lost, and so are those to all reads after it.
    me, friend, ids = stories.party("lost", "shop")
    lost = sim.fault("drop_after", method="POST", path="*/accept", account=friend.username)
    sim.fault("drop_before", method="GET", account=friend.username, times=None, after=lost)
    stories.tell(me, role("run", projects=[{"name": "web"}], handoffs=[handoff(friend)]))

    me, friend, ids = stories.party("mistaken", "shop")
    stories.tell(me, role("run", handoffs=[handoff(friend, new_owner_api_token=me.api_token)]))

    me = sim.add_account("revoked")
    sim.revoke(me)
    unread = {"projects": [{"name": "default"}, {"name": "web"}], "handoffs": [handoff(friend, token=False)]}
    stories.tell(me, role("run", **unread), role("rename", default_project="a", rename_default=True, **unread))

    me = sim.add_account("renamed")
    renaming = {"default_project": "production", "rename_default": True}
    stories.tell(
        me, role("audit", check=True, **renaming), role("run", **renaming), role("again", check=True, **renaming)
    )
    me = sim.add_account("not-renamed")
    stories.tell(me, role("run", projects=[{"name": "default"}], **renaming))
    # The default project cannot be read: creating one in its place would be wrong.
    me = sim.add_account("unread")
    sim.fault("drop_before", method="GET", path="/v1/projects", account="unread", times=1)
    stories.tell(me, role("run", **renaming))

    me, friend, ids = stories.party("template", "shop")
    sim.add_invitation(ids["shop"], invited=friend)
    rejected = {"status": 403, "body": {"error": TEMPLATE}, "times": None}
    sim.fault("status", method="POST", path="/v1/projects/*/accept", account=friend.username, **rejected)
    stories.tell(me, role("run", handoffs=[handoff(friend)], report_dir=str(folder / "new" / "template")))

    token = sim.add_account("exposed").api_token
    unknown_key = {**handoff(friend, token=False), "invite": True, token: True, "new_owner_api_token": token}
    stories.tell(sim.add_account("wrong"), role("unknown key", handoffs=[unknown_key]), role("token", handoffs=token))
    return tell(tmp_path_factory.mktemp("playbook") / "run", stories.told, "-vvvv")


def test_an_audit_predicts_the_run_and_writes_nothing(run: PlaybookRun, stories: Stories) -> None:
    assert told(run, "whole", "audit") == [
        "default_project:production False create",
        "project:blog False create",
        "project:old False delete",
        "handoff:shop False invite and accept",
    ]
    assert failure(run, "whole", "audit") is None
    assert "handoff:shop" in (failure(run, "whole", "strict audit") or "")
    audit, apply, clean = (report(run, "whole", step) for step in ("audit", "apply", "clean audit"))
    assert [one["action"] for one in apply["items"]] == [one["action"] for one in audit["items"]]
    assert apply["compliant"] and clean["compliant"]
    assert {one["action"] for one in clean["items"]} == {"none"}
    assert failure(run, "whole", "clean audit") is None
    assert outline(stories.sim.projects(owner="whole")) == "blog default *production"
    assert "shop" in outline(stories.sim.projects(owner="whole-friend"))
    calls = per_task(stories.calls("whole"))
    # Two tasks for each run of the role.
    assert not writes([call for task in calls[:4] + calls[-2:] for call in task])
    assert [task[0] for task in calls[-2:]] == [LIST, LIST]


def test_the_report_says_whose_account_it_is(run: PlaybookRun, stories: Stories) -> None:
    me = next(one for one in stories.sim.accounts if one.username == "whole")
    for step, check_mode in (("audit", True), ("apply", False)):
        found = report(run, "whole", step)
        assert found["account"] == {"id": me.id, "username": me.username, "email": me.email}
        assert (found["api_url"], found["check_mode"]) == (stories.sim.api_url, check_mode)


def test_the_files_hold_the_report(run: PlaybookRun, stories: Stories) -> None:
    folder = stories.folder / "whole"
    found = report(run, "whole", "clean audit")
    assert json.loads((folder / "report.json").read_text()) == found
    suite = ElementTree.parse(folder / "report.xml").getroot().find("testsuite")
    assert suite is not None
    assert [suite.get(key) for key in ("tests", "failures", "errors", "skipped")] == ["4", "0", "0", "0"]
    assert [case.get("name") for case in suite.findall("testcase")] == [item["id"] for item in found["items"]]
    assert "<!DOCTYPE html>" in (folder / "report.html").read_text()
    modes = {path.name: oct(path.stat().st_mode)[-3:] for path in (folder, *folder.iterdir())}
    assert modes == {"whole": "750", "report.json": "644", "report.xml": "644", "report.html": "644"}


def test_without_the_second_token_the_invitation_stays_pending(run: PlaybookRun, stories: Stories) -> None:
    assert told(run, "pending", "audit") == ["handoff:shop False invite"]
    assert report(run, "pending", "invite")["items"][0]["action"] == "invite"
    assert told(run, "pending", "again")[0].endswith(" none")
    assert failure(run, "pending", "again") is None
    assert told(run, "pending", "audit with token") == ["handoff:shop False accept"]
    assert told(run, "pending", "accept") == ["handoff:shop True accept"]
    assert "shop" in outline(stories.sim.projects(owner="pending-friend"))


def test_a_declined_invitation_is_repeated_only_with_reinvite(run: PlaybookRun) -> None:
    assert told(run, "declined", "once") == ["project:web True create", "handoff:shop False error"]
    assert "reinvite" in report(run, "declined", "once")["items"][1]["remedy"]
    assert report(run, "declined", "reinvited")["items"][0]["action"] == "invite"


def test_make_eligible_and_remove_former_owner(run: PlaybookRun, stories: Stories) -> None:
    assert told(run, "eligible", "audit") == [
        "handoff:shop False make eligible, invite and accept, remove former owner",
        "handoff:blog False make eligible",
    ]
    assert failure(run, "eligible", "audit") is None
    assert told(run, "eligible", "apply") == [
        "handoff:shop True make eligible, invite and accept, remove former owner",
        "handoff:blog False make eligible",
    ]
    assert failure(run, "eligible", "apply") is None
    # What an earlier run of the role did is not told again.
    assert told(run, "eligible", "then") == ["handoff:shop True none"]
    assert told(run, "eligible", "again") == ["handoff:shop True none", "handoff:blog False none"]
    # Without make_eligible, what is missing is an error.
    assert told(run, "eligible", "without") == ["handoff:blog False error"]
    names = {
        name: [one["email"] for one in stories.sim.collaborators(name)] for name in ("eligible-shop", "eligible-db")
    }
    assert names == {"eligible-shop": [], "eligible-db": []}


def test_an_item_that_fails_does_not_stop_the_others(run: PlaybookRun) -> None:
    assert told(run, "partly", "run") == [
        "project:full False error",
        "project:default True none",
        "project:a True create",
        "project:b False error",
        "project:c True create",
        "handoff:lonely False error",
        "handoff:shop True invite and accept",
    ]
    message = failure(run, "partly", "run") or ""
    assert all(name in message for name in ("project:full", "project:b", "handoff:lonely")), message


def test_an_item_that_may_be_done_is_unknown_and_fails_the_run(run: PlaybookRun) -> None:
    found = told(run, "lost", "run")
    assert found[0] == "project:web True create"
    assert found[1] == "handoff:shop None invite"
    assert "handoff:shop" in (failure(run, "lost", "run") or "")


def test_the_token_of_another_user_sends_no_invitation(run: PlaybookRun, stories: Stories) -> None:
    assert told(run, "mistaken", "run") == ["handoff:shop False error"]
    assert not writes(stories.calls("mistaken") + stories.calls("mistaken-friend"))


def test_without_access_everything_is_unknown(run: PlaybookRun, stories: Stories) -> None:
    for step, count in (("run", 3), ("rename", 4)):
        found = report(run, "revoked", step)
        assert found["unknown_count"] == count == len(found["items"])
        assert failure(run, "revoked", step)
    assert set(stories.calls("revoked")) == {EXCHANGE}


def test_the_default_project_is_renamed(run: PlaybookRun, stories: Stories) -> None:
    assert told(run, "renamed", "audit") == ["default_project:production False update"]
    assert told(run, "renamed", "run") == ["default_project:production True update"]
    assert told(run, "renamed", "again") == ["default_project:production True none"]
    assert outline(stories.sim.projects(owner="renamed")) == "*production"
    assert outline(stories.sim.projects(owner="not-renamed")) == "default *production"
    assert told(run, "unread", "run") == ["default_project:production None none"]
    assert failure(run, "unread", "run")
    assert outline(stories.sim.projects(owner="unread")) == "*default"


def test_what_the_api_says_is_no_template(run: PlaybookRun, stories: Stories) -> None:
    item = report(run, "template", "run")["items"][0]
    assert item["action"] == "error"
    assert "{{ 1 + 1 }} {% raw %} & <b>" in item["remedy"]
    folder = stories.folder / "new" / "template"
    assert ElementTree.parse(folder / "report.xml").findtext(".//error") == item["remedy"]
    assert json.loads((folder / "report.json").read_text())["items"][0] == item
    assert "{{ 1 + 1 }} {% raw %} &amp; &lt;b&gt;" in (folder / "report.html").read_text()


def test_a_baseline_that_cannot_be_meant_fails(run: PlaybookRun, stories: Stories) -> None:
    """One of each kind, with a token where it may be printed: the others are in unit/plugins/plugin_utils."""
    assert "invite" in (failure(run, "wrong", "unknown key") or "")
    assert "project_baseline_handoffs" in (failure(run, "wrong", "token") or "")
    assert stories.calls("wrong") == []


def test_only_tasks_that_write_are_shown_as_changed(run: PlaybookRun) -> None:
    changed = {one.task.split(" : ")[-1] for one in run.results if one.changed}
    assert all(name.startswith("Ensure the ") for name in changed), changed


def test_no_secret_is_in_any_output(run: PlaybookRun, stories: Stories) -> None:
    files = "".join(path.read_text() for path in sorted(stories.folder.rglob("report.*")))
    everything = run.output + json.dumps([result.values for result in run.results]) + files
    sim = stories.sim
    bearers = {one.headers["Authorization"].split(" ", 1)[1] for one in sim.requests if one.host != "auth"}
    links = {one["link"] for one in sim.emails}
    assert len(bearers) > 10 and links
    secrets = bearers | links | {link.rpartition("=")[2] for link in links} | {one.api_token for one in sim.accounts}
    assert [secret for secret in secrets if secret in everything] == []


@pytest.fixture(scope="module", params=[True, False], ids=["shown", "hidden"])
def transferred(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Two projects that the account transferred in an earlier run, by name and by ID; its list shows them, or not."""
    shown = request.param
    with Simulator(**{**ASSUMED, "list_collaborations": shown, "old_owner_reads": shown}) as sim:
        folder = tmp_path_factory.mktemp("transferred")
        stories = Stories(sim, folder)
        me, friend, ids = stories.party("me", "shop", "blog")
        baseline = {"projects": [{"name": "shop"}, {"project_id": ids["blog"]}]}
        names = ("shop", ids["blog"])
        with_token = {"handoffs": [handoff(friend, name) for name in names]}
        without = {"handoffs": [handoff(friend, name, token=False) for name in names]}
        transfer = role("transfer", **with_token)
        stories.tell(me, transfer, role("with", **baseline, **with_token), role("without", **baseline, **without))
        yield shown, tell(folder / "run", stories.told), names, outline(sim.projects(owner="me"))


def test_what_was_transferred_before_is_left_alone(transferred: Any) -> None:
    shown, run, names, left = transferred
    assert told(run, "me", "with") == [f"handoff:{name} True none" for name in names]
    assert told(run, "me", "without") == [f"handoff:{name} {True if shown else None} none" for name in names]
    assert [failure(run, "me", step) for step in ("transfer", "with", "without")] == [None, None, None]
    assert left == "*default"
