# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to community.scalingo: it may change in any release.

"""From a list of wishes to their fulfilment: one plan for all, then one write after the other, and what came of it."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ._account import Account, or_refusal
from ._api import Api
from ._ensure import Look, Outcome, carry_out, foretell
from ._errors import CannotError, ScalingoError
from ._facts import Fact, Facts
from ._items import NOTHING_WRITTEN, check_all, keys, title
from ._meaning import Found
from ._plan import Action, Wanted, decide, default_project_of
from ._plan_all import (
    Projects,
    Step,
    all_known,
    plan_all,
    replaced,
)
from ._projects import describe, select
from ._types import Object

# Writes that a message names, of those that were done and of those that were not.
MOST_TITLES = 20


def ensure_projects(api: Api, items: t.Sequence[Wanted], owner: str | None, check_mode: bool) -> dict[str, t.Any]:
    """Make projects what they are wanted to be; in check mode, say what that would do.

    Args:
        api: The API.
        items: What is wanted, each with the same `owner`.
        owner: User whose projects this is about, or None.
        check_mode: Whether to write nothing.

    Returns: `changed`, `outcomes`, `projects`, `unlisted` and `diff`, as the module `scalingo_projects` has them.

    Raises:
        InputError: The list cannot be right; nothing was sent.
        ScalingoError: An item failed. If anything was written before, its `result` is as above, and its message says
            what was done and what was not.
    """
    check_all(items)
    account = Account(api)
    try:
        listed: Projects = account.find_out(lambda facts: facts[Fact.PROJECTS])
        found = _find(api, items, listed)
        if api.caller_claim() is not None:
            # Costs no request, since the bearer token says it: what belongs to others is refused before any write.
            account.find_out(lambda facts: facts[Fact.CALLER_ID])
        steps = account.find_out(lambda facts: plan_all(items, facts, found))
    except ScalingoError as error:
        error.add_consequence(NOTHING_WRITTEN)
        raise
    ledger = _Ledger(items, steps, account.find_out(lambda facts: all_known(facts, found)))
    for step in steps:
        try:
            outcome = _do(api, account, step, check_mode, ledger)
            ledger.enter(step, outcome)
            ledger.check_undisturbed(step, outcome)
        except ScalingoError as error:
            ledger.enter_failure(step, error, check_mode)
            error.result = {**ledger.result(owner, listed), "failed_items": [step.index]}
            raise
    return ledger.result(owner, listed)


def _find(api: Api, items: t.Sequence[Wanted], listed: Projects) -> Found:
    """Return what is known of each project that an item names by its ID: the list shows most of them."""
    by_id: dict[str, Object] = {project["id"]: project for project in listed}
    ids = [item.project_id for item in items if item.project_id is not None]
    return {one: by_id[one] if one in by_id else or_refusal(api.get_project, one) for one in ids}


def _do(api: Api, account: Account, step: Step, check_mode: bool, ledger: _Ledger) -> Outcome:
    if check_mode:
        return account.find_out(lambda facts: foretell(step.plan, Facts({**facts, Fact.PROJECTS: step.projects})))

    def look() -> Look:
        afresh = Account(api, step.wanted.project_id)
        for project in afresh.find_out(lambda facts: facts[Fact.PROJECTS]):
            if project["id"] == step.wanted.project_id:
                afresh.use_project(project["id"], project)
        return afresh, afresh.find_out(lambda facts: decide(step.wanted, facts))

    return carry_out(api, ledger.to_be_shown(step), step.plan, look, ledger.known_ids())


class _Ledger:
    """What has been done to the projects of a list so far, item by item.

    Args:
        items: What is wanted.
        steps: What has to be done.
        projects: All projects as they are before.
    """

    def __init__(self, items: t.Sequence[Wanted], steps: t.Sequence[Step], projects: Projects) -> None:
        self._items = items
        self._steps = steps
        self._before = self._now = projects
        # By item. One whose project becomes the default one before it can get its name has two steps.
        self._first = {step.index: step.plan.project for step in reversed(steps)}
        self._last = dict(self._first)
        self._actions: dict[int, Action] = {}
        self._written: list[str] = []
        self._new_default: Object | None = None
        # Whether that is the work of this task.
        self._made_default = False

    def enter(self, step: Step, outcome: Outcome) -> None:
        """A step has come to its end."""
        project = outcome.project
        if project is not None and step.wanted.default and project["default"]:
            self._new_default = project
            self._made_default = "default" in outcome.plan.changes and outcome.changed
        elif project is not None and self._has_lost_default(project):
            # Whether two projects are shown as the default one for a moment is not documented.
            project = {**project, "default": False}
        self._now = replaced(self._now, self._last[step.index], project)
        self._last[step.index] = project
        if outcome.changed:
            if step.index not in self._actions:
                self._first[step.index] = outcome.plan.project
            self._actions[step.index] = outcome.plan.action
            self._written.append(outcome.plan.title)

    def _has_lost_default(self, project: Object) -> bool:
        new = self._new_default
        if new is None or new["owner"]["id"] != project["owner"]["id"] or new["id"] == project["id"]:
            return False
        # What was none before has become it by somebody else's work.
        return self._was_default(project)

    def _was_default(self, project: Object) -> bool:
        return any(each["default"] for each in self._before if each["id"] == project["id"])

    def to_be_shown(self, step: Step) -> Wanted:
        """Return what the project of a step has to be shown as after it.

        That it is no default project goes without saying as soon as another item's is: see `enter`.
        """
        project, wanted = step.plan.project, step.wanted
        if project is not None and wanted.default is False and self._has_lost_default(project):
            return replace(wanted, default=None)
        return wanted

    def known_ids(self) -> set[str]:
        """Return the IDs of all projects that were there before, or have been created since."""
        return {project["id"] for project in self._now}

    def check_undisturbed(self, step: Step, outcome: Outcome) -> None:
        """Find out whether somebody else has undone, since the list was read, what an item wants that is done already.

        Raises:
            CannotError: The project of this item is that of another one, too, which may delete it; or it has become the
                default project, which another item wants to be it.
        """
        project = outcome.project
        if project is None or project["id"] is None:
            return
        was_default = self._was_default(project)
        for other, last in self._last.items():
            if last is None or other == step.index:
                continue
            if last["id"] == project["id"]:
                raise CannotError(
                    f"Project {describe(project)} is what {title(self._items, other)} means, too: somebody renamed it "
                    f"meanwhile. Run the task again."
                )
            same_owner = last["owner"]["id"] == project["owner"]["id"]
            if self._items[other].default and last["default"] and project["default"] and not was_default and same_owner:
                raise CannotError(
                    f"Project {describe(project)} is the default project now, and not {last['name']}: somebody else "
                    f"has changed that meanwhile. Run the task again."
                )

    def enter_failure(self, step: Step, error: ScalingoError, check_mode: bool) -> None:
        """A step has failed, and those after it are not going to be tried. Say all that in its error."""
        place = self._steps.index(step)
        written = list(self._written)
        missed = [one.plan.title for one in self._steps[place + 1 :] if one.plan.action is not Action.NONE]
        if error.result.get("changed"):
            # The API accepted it, but shows something else.
            self.enter(step, Outcome(True, error.result.get("project"), {}, error.done or step.plan))
        error.add_context(f"In {title(self._items, step.index)}:")
        if written:
            done = "Would have been done before" if check_mode else "Done before"
            error.add_consequence(f"{done}: {_listed(written, ', which outcomes shows')}.")
        elif not error.result.get("changed"):
            error.add_consequence("Nothing was written before that.")
        if missed:
            error.add_consequence(f"Not tried any more: {_listed(missed)}.")

    def result(self, owner: str | None, listed: Projects) -> dict[str, t.Any]:
        """Return what the module returns.

        Args:
            owner: User whose projects this is about, or None.
            listed: The projects that the API lists, which are not all that can be read.
        """
        projects = [self._now_of(index) for index in range(len(self._items))]
        theirs = {project["id"] for project in [*self._first.values(), *self._last.values()] if project is not None}
        others = {project["id"] for project in listed} - theirs
        return {
            "changed": bool(self._actions),
            "outcomes": [self._outcome(index, project) for index, project in enumerate(projects)],
            "projects": [project for project in projects if project is not None],
            "unlisted": [project for project in select(self._now, owner=owner) if project["id"] in others],
            "diff": self._diff(projects),
        }

    def _now_of(self, index: int) -> Object | None:
        """Return the project of an item as it is now, which another item may have made no default project any more."""
        last = self._last[index]
        for project in self._now:
            # In check mode a project that is to be created has no ID yet.
            if last is not None and (project["id"], project["name"]) == (last["id"], last["name"]):
                return project
        return None

    def _outcome(self, index: int, project: Object | None) -> dict[str, t.Any]:
        item, known = self._items[index], project or self._first[index]
        if item.state == "present" and item.target_name is not None:
            name: str | None = item.target_name
        else:
            name = item.name if known is None else known["name"]
        action = self._actions.get(index, Action.NONE)
        return {"name": name, "changed": action is not Action.NONE, "action": action.value, "project": project}

    def _diff(self, projects: t.Sequence[Object | None]) -> dict[str, Object]:
        """Return the name of each item's project, null where there is none, by how the item knows it: a line for each.

        In a list of names, the printed diff would pair those of different items.
        """
        names = [None if project is None else project["name"] for project in projects]
        names_before = [self._name_before(index, name) for index, name in enumerate(names)]
        before: dict[str, t.Any] = {"projects": dict(zip(keys(self._items), names_before))}
        after: dict[str, t.Any] = {"projects": dict(zip(keys(self._items), names))}
        if self._new_default is not None and self._made_default:
            owner_id = self._new_default["owner"]["id"]
            before["default_project"] = default_project_of(owner_id, self._before)
            names_now = {project["id"]: project["name"] for project in self._now if project["id"] is not None}
            after["default_project"] = names_now.get(self._new_default["id"], self._new_default["name"])
        return {"before": before, "after": after}

    def _name_before(self, index: int, name: str | None) -> str | None:
        """Return the name that the project of an item had, or the one that it has if this task did nothing about it."""
        first = self._first[index]
        if index not in self._actions or first is None:
            return None if index in self._actions else name
        names = {project["id"]: project["name"] for project in self._before}
        return t.cast(str, names.get(first["id"], first["name"]))


def _listed(titles: t.Sequence[str], where: str = "") -> str:
    """Return titles of plans as a message lists them: not all, where there are many."""
    more = len(titles) - MOST_TITLES
    return "; ".join(titles[:MOST_TITLES]) + (f"; and {more} more{where}" if more > 0 else "")
