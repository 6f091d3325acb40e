# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to community.scalingo: it may change in any release.

"""What is known of an account: facts that are read when a decision needs them, and not twice."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ansible_collections.community.scalingo.plugins.module_utils._api import Api, Object
from ansible_collections.community.scalingo.plugins.module_utils._errors import ApiRefusal, NotFoundError
from ansible_collections.community.scalingo.plugins.module_utils._plan import Fact, FactMissing, Found

T = t.TypeVar("T")


class Account:
    """What is known of an account, read when it is needed and not twice."""

    def __init__(self, api: Api, project_id: str | None = None) -> None:
        """
        Args:
            api: Where to ask.
            project_id: Start from the project with this ID; None starts from the list.
        """
        self._api = api
        self._found = Found(self._read(project_id) if project_id is not None else None)

    def answer(self, question: t.Callable[[Found], T]) -> T:
        """Answer a question, finding out whatever it turns out to need."""
        while True:
            try:
                return question(self._found)
            except FactMissing as missing:
                facts = {**self._found.facts, missing.fact: self._find_out(missing.fact)}
                self._found = replace(self._found, facts=facts)

    def _read(self, project_id: str) -> Object | None:
        try:
            return self._api.get_project(project_id)
        except NotFoundError:
            return None
        except ApiRefusal as error:
            error.add_context(f"Cannot read project {project_id}.")
            raise

    def _find_out(self, fact: Fact) -> t.Any:
        if fact is Fact.PROJECTS:
            return self._api.list_projects()
        if fact is Fact.APPLICATIONS:
            return self._api.list_applications()
        if fact is Fact.CALLER_ID:
            # The bearer token tells it for nothing.
            return self._api.caller_claim() or self.answer(lambda found: found[Fact.CALLER])["id"]
        own = [
            project["owner"]
            for project in self._found.facts.get(Fact.PROJECTS, ())
            if project["owner"]["id"] == self._api.caller_claim()
        ]
        return own[0] if own else self._api.get_caller()
