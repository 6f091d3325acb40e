# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to community.scalingo: it may change in any release.

"""What is known of an account: facts that are read when a decision needs them, and not twice."""

from __future__ import annotations

import typing as t

from ._api import Api, check_id
from ._errors import RejectedError
from ._facts import Fact, FactMissing, Facts
from ._projects import check_project, find_project
from ._types import Object

T = t.TypeVar("T")

# What the API tells of the owner of a project. It tells more of the account itself.
OWNER = ("id", "username", "email", "flags")


class Account:
    """What a task finds out about an account, one project and one invitation.

    Each fact costs a request and most tasks need one, so a fact is read only when a decision asks for it. To see what
    has changed since, make a new one.
    """

    def __init__(self, api: Api, project_id: str | None = None, invitation_id: str | None = None) -> None:
        """
        Args:
            api: Where to ask.
            project_id: What the facts about one project are about.
            invitation_id: What the fact about one invitation is about.
        """
        self._api = api
        self._facts = Facts()
        self._project_id = project_id
        self._invitation_id = invitation_id

    def use_project(self, project_id: str, project: Object | None) -> None:
        """Let the facts be about a project that was found by its name, and need not be read again if it was shown."""
        self._project_id = project_id
        if project is not None:
            self._facts[Fact.PROJECT] = project

    def forget(self) -> None:
        """Let every fact be read again that is asked for from now on."""
        self._facts.clear()

    def known(self, fact: Fact) -> t.Any:
        """Return a fact, or None if nothing has asked for it yet."""
        return self._facts.get(fact)

    def find_out(self, question: t.Callable[[Facts], T]) -> T:
        """Answer a question, finding out whatever it turns out to need."""
        while True:
            try:
                return question(self._facts)
            except FactMissing as missing:
                self._facts[missing.fact] = self._read(missing.fact)

    def _read(self, fact: Fact) -> t.Any:
        api, project_id, invitation_id = self._api, self._project_id or "", self._invitation_id or ""
        sources: dict[Fact, t.Callable[[], t.Any]] = {
            Fact.PROJECTS: api.list_projects,
            Fact.APPLICATIONS: api.list_applications,
            Fact.CALLER_ID: self._caller_id,
            Fact.CALLER: self._caller,
            Fact.NOW: api.now,
            Fact.PROJECT: lambda: or_refusal(api.get_project, project_id),
            Fact.INVITATIONS: lambda: or_refusal(api.list_invitations, project_id),
            Fact.INVITATION: lambda: or_refusal(api.get_invitation, project_id, invitation_id),
            Fact.ELIGIBLE: lambda: or_refusal(api.list_eligible_new_owners, project_id),
        }
        return sources[fact]()

    def _caller_id(self) -> str:
        """Return who this account is: the bearer token tells it for nothing, if it can be read."""
        return self._api.caller_claim() or self.find_out(lambda facts: facts[Fact.CALLER])["id"]

    def _caller(self) -> Object:
        """Return this account in the form in which it appears as the owner of its projects."""
        claim = self._api.caller_claim()
        own = [project["owner"] for project in self._facts.get(Fact.PROJECTS, ()) if project["owner"]["id"] == claim]
        user: Object = own[0] if own else self._api.get_caller()
        return {key: user[key] for key in OWNER if key in user}


def account_of_project(
    api: Api, project_id: str | None, project_name: str | None, invitation_id: str | None = None
) -> tuple[str, Account]:
    """Return the ID of a project that is given by ID or name, and the account with what was found out on the way.

    Raises:
        InputError: Not exactly one of the two is given, or an ID that can be none.
        CannotError: There is no project of that name, or more than one.
        RequestError: The projects cannot be read.
    """
    check_project(project_id, project_name)
    for identifier in (project_id, invitation_id):
        if identifier is not None:
            check_id(identifier)
    account = Account(api, project_id, invitation_id)
    if project_id is None:
        name = t.cast(str, project_name)
        project_id, project = account.find_out(lambda facts: find_project(name, facts))
        account.use_project(project_id, project)
    return project_id, account


def or_refusal(call: t.Callable[..., t.Any], *arguments: str) -> t.Any:
    """Return what a call returns, or the refusal if the API will not tell this account."""
    try:
        return call(*arguments)
    except RejectedError as error:
        return error
