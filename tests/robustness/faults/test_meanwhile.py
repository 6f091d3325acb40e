# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A step of a transfer fails, and before the task can look, somebody else acts: that is not claimed as its own work."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest
from simulator import Simulator

from ..module_process import ModuleRun, run_module
from .cells import PAUSES
from .kinds import TIMEOUT
from .operations import TRANSFER


@dataclass(frozen=True)
class Meeting:
    """A task whose step never reaches the API, or too late, and what somebody else does before it can look.

    Attributes:
        actor: Whose task it is.
        task: Its options.
        step: The end of the path of its step.
        others: Who acts meanwhile, and how, one after the other.
        fails: Whether the task fails.
        changed: Whether it does something in the end.
        status: That of the invitation which the task returns.
        invited: Whether there is an invitation to tomasz at the beginning.
        arrives: Whether the step reaches the API after all, too late.
    """

    actor: str
    task: Mapping[str, Any]
    step: str
    others: tuple[tuple[str, Mapping[str, Any]], ...]
    fails: bool = False
    changed: bool = False
    status: str | None = None
    invited: bool = True
    arrives: bool = False

    @property
    def unknown(self) -> bool:
        """Whether nobody can tell if the failed task had a part in what happened."""
        return self.fails and not self.arrives


ACCEPT, DECLINE, CANCEL = ({"state": state} for state in ("accepted", "declined", "canceled"))
OFFER, OFFER_TO_INES = {"new_owner": "tomasz"}, {"new_owner": "ines"}

MEETINGS = {
    "canceled by one, accepted by the other": Meeting("mireille", CANCEL, "/cancel", (("tomasz", ACCEPT),), fails=True),
    "canceled too late, accepted before": Meeting(
        "mireille", CANCEL, "/cancel", (("tomasz", ACCEPT),), fails=True, arrives=True
    ),
    "canceled by one, declined by the other": Meeting(
        "mireille", CANCEL, "/cancel", (("tomasz", DECLINE),), status="declined"
    ),
    "canceled too late, declined before": Meeting(
        "mireille", CANCEL, "/cancel", (("tomasz", DECLINE),), status="declined", arrives=True
    ),
    "declined by one, canceled by the other": Meeting(
        "tomasz", DECLINE, "/decline", (("mireille", CANCEL),), fails=True
    ),
    "accepted by one, canceled by the other": Meeting("tomasz", ACCEPT, "/accept", (("mireille", CANCEL),), fails=True),
    "accepted too late, canceled before": Meeting(
        "tomasz", ACCEPT, "/accept", (("mireille", CANCEL),), fails=True, arrives=True
    ),
    "replaced by one, declined by the other": Meeting(
        "mireille",
        {**OFFER_TO_INES, "replace": True},
        "/cancel",
        (("tomasz", DECLINE),),
        changed=True,
        status="pending",
    ),
    "replaced by one, accepted by the other": Meeting(
        "mireille",
        {**OFFER_TO_INES, "replace": True},
        "/cancel",
        (("tomasz", ACCEPT),),
        fails=True,
    ),
    "offered to one, handed over to another": Meeting(
        "mireille",
        OFFER,
        "/transfer_invitations",
        (("mireille", OFFER_TO_INES), ("ines", ACCEPT)),
        fails=True,
        invited=False,
    ),
    "offered too late, handed over to another before": Meeting(
        "mireille",
        OFFER,
        "/transfer_invitations",
        (("mireille", OFFER_TO_INES), ("ines", ACCEPT)),
        fails=True,
        invited=False,
        arrives=True,
    ),
    "offered too late, by somebody else before": Meeting(
        "mireille",
        OFFER,
        "/transfer_invitations",
        (("mireille", OFFER),),
        status="pending",
        invited=False,
        arrives=True,
    ),
}


@dataclass
class Stage:
    """The simulator in which it happens."""

    meeting: Meeting
    sim: Any = None
    project_id: str = ""
    runs: list[ModuleRun] = field(default_factory=list)
    begun: bool = False

    def gate(self, request: Any) -> None:
        """Let the others act when the step comes that is too late, or the first look after the one that was lost."""
        step = request.method == "POST" and request.path.endswith(self.meeting.step)
        lost = not self.meeting.arrives and self.sim is not None and not self.sim.faults
        if self.sim is None or self.begun or not (step if self.meeting.arrives else lost):
            return
        self.begun = True
        self.runs += [self.run(who, task) for who, task in self.meeting.others]

    def run(self, who: str, task: Mapping[str, Any]) -> ModuleRun:
        connection = {"api_url": self.sim.api_url, "auth_url": self.sim.auth_url}
        account = next(each for each in self.sim.accounts if each.username == who)
        options = {**task, **connection, "api_token": account.api_token, "timeout": TIMEOUT, "max_wait": PAUSES}
        return run_module(TRANSFER, {"project_id": self.project_id, **options})


@pytest.mark.parametrize("meeting", MEETINGS.values(), ids=MEETINGS)
def test_what_others_did_is_not_told_as_done(meeting: Meeting) -> None:
    stage = Stage(meeting)
    with ExitStack() as stack:
        sim = stack.enter_context(Simulator(gate=stage.gate))
        owner, *users = (sim.add_account(name) for name in ("mireille", "tomasz", "ines"))
        stage.project_id = sim.add_project(owner, "web")["id"]
        sim.add_application(stage.project_id, "shop", collaborators=users)
        if meeting.invited:
            sim.add_invitation(stage.project_id, invited=users[0])
        if not meeting.arrives:
            sim.fault("drop_before", "POST", f"*{meeting.step}")
        stage.sim = sim
        run = stage.run(meeting.actor, meeting.task)
    assert [each.changed and not each.failed for each in stage.runs] == [True] * len(meeting.others)
    assert not run.crashed, run.stderr
    assert run.failed is meeting.fails, run.msg
    assert run.changed is meeting.changed, run.result
    assert run.result.get("outcome_unknown", False) is meeting.unknown, run.result
    if not run.failed:
        assert run.result["transfer_invitation"]["status"] == meeting.status
        assert (run.result["diff"]["before"] == run.result["diff"]["after"]) is not meeting.changed
