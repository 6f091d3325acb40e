# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One person on every application and dedicated database of a project."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ._account import Account
from ._api import Api, check_id
from ._errors import CannotError, InputError, ScalingoError
from ._match import is_user
from ._reconcile import Outcome, Plan, Step, apply, predict
from ._types import Object

APP, DATABASE = "app", "database"
ACCEPTED, PENDING = "accepted", "pending"


@dataclass(frozen=True)
class Resource:
    """An application, or a dedicated database, of a project."""

    name: str
    kind: str


@dataclass(frozen=True)
class Person:
    """Someone, by what the API may show of them: a pending collaborator has neither user ID nor username."""

    emails: frozenset[str] = frozenset()
    users: frozenset[str] = frozenset()

    def is_shown_by(self, collaborator: Object) -> bool:
        """Tell whether a collaborator is this person. The case of an email address makes no difference."""
        known = {collaborator.get("user_id"), collaborator.get("username")}
        return collaborator["email"].lower() in self.emails or bool(self.users & known)


@dataclass(frozen=True)
class DesiredCollaborator:
    """The options of `scalingo_project_collaborator`. Those that are unset are empty."""

    project_id: str = ""
    project_name: str = ""
    email: str = ""
    user: str = ""
    limited: bool = False
    collaborator_api_token: str = ""
    state: str = "present"


@dataclass(frozen=True)
class Collaboration:
    """What one person is to be on one resource."""

    resource: Resource
    person: Person
    email: str
    limited: bool
    state: str


def ensure_collaborator(api: Api, options: Object, check_mode: bool) -> Object:
    """Make a person a collaborator on a whole project, or remove them. Return the result of the module."""
    desired = DesiredCollaborator(**options)
    if desired.limited and desired.collaborator_api_token:
        raise InputError("limited cannot be used with collaborator_api_token: limited invitations have no link.")
    if desired.project_id:
        check_id(desired.project_id)
    account = Account(api)
    project_id = desired.project_id or _project_id(desired.project_name, account)
    resources = resources_of(project_id, account)
    if not resources:
        account.project(project_id)
    owner = _owner(resources, account)
    if owner and owner["id"] != account.caller_id:
        raise CannotError(f"The project belongs to {owner['username']!r}: use the owner's token.")
    if owner and desired.state == "present":
        _check_not_owner(desired, owner)
    collaborations = _collaborations(desired, resources, account)
    plans = [plan_collaboration(each, account) for each in collaborations]
    if not owner and any(step.action == "invite" for plan in plans for step in plan.steps):
        _check_not_owner(desired, account.caller)
    person = _accepting(desired, plans, account)
    results = _Results([resource.name for resource in resources])
    done: list[Step] = []
    for collaboration, plan in zip(collaborations, plans):
        try:
            if check_mode:
                outcome = _predict(plan, done, collaboration, person)
            else:
                outcome = _apply(api, plan, done, collaboration, person)
        except ScalingoError as error:
            returned = results.returned()
            error.result = {**returned, "changed": returned["changed"] or bool(error.result.get("changed"))}
            raise
        results.add(collaboration.resource, plan, outcome, len(outcome.done) > len(done))
        done = outcome.done
    return results.returned()


def resources_of(project_id: str, account: Account) -> list[Resource]:
    """Return the applications and dedicated databases of a project, in the order of their names."""
    apps = {each["name"] for each in account.applications if each["project"]["id"] == project_id}
    databases = {each["name"] for each in account.databases if each["project_id"] == project_id}
    # A dedicated database is an application underneath, so both lists may have it (vendor's clients).
    found = [*(Resource(name, APP) for name in apps - databases), *(Resource(name, DATABASE) for name in databases)]
    return sorted(found, key=lambda resource: resource.name)


def collaborators_of(resource: Resource, account: Account) -> list[Object]:
    """Return the collaborators of a resource of this account; the owner is none of them."""
    found = [each for each in account.collaborators if each["app_name"] == resource.name]
    if not found and resource.kind == DATABASE:
        # Whether the list of all collaborators covers dedicated databases is not documented.
        return account.collaborators_of(resource.name)
    return found


def blockers(project_id: str, person: Person, account: Account) -> list[Object]:
    """Return what keeps a person from being an eligible new owner of a project, as far as collaborators show it."""
    found: list[Object] = []
    emails = person.emails | _emails(person, account)
    for resource in resources_of(project_id, account):
        theirs = _theirs(collaborators_of(resource, account), replace(person, emails=emails))
        if not theirs:
            reason = "not_a_collaborator"
        elif theirs["status"] == PENDING:
            reason = "invitation_pending"
        elif theirs.get("is_limited"):
            reason = "limited"
        else:
            continue
        found.append({"resource": resource.name, "type": resource.kind, "reason": reason})
    return found


def plan_collaboration(desired: Collaboration, account: Account) -> Plan:
    """Return what has to be done so that a person is a collaborator on one resource, or is none."""
    name = desired.resource.name
    theirs = [each for each in collaborators_of(desired.resource, account) if desired.person.is_shown_by(each)]
    entry = _theirs(theirs, desired.person)
    if desired.state == "absent":
        return Plan(entry, tuple(_remove(name, each) for each in theirs))
    if entry is None:
        return Plan(None, (_invite(desired),))
    # Dedicated databases know no limited role (vendor's documentation).
    if desired.resource.kind == DATABASE or bool(entry.get("is_limited")) == desired.limited:
        return Plan(entry)
    step = Step(
        "update",
        Api.update_collaborator,
        (name, entry["id"], desired.limited),
        f"make {entry['email']!r} a {'limited' if desired.limited else 'full'} collaborator on {name!r}",
        predict=lambda: {**entry, "is_limited": desired.limited},
    )
    return Plan(entry, (step,))


def _project_id(name: str, account: Account) -> str:
    """Return the ID of a project by its name, which its applications show: the list of projects is rarely needed."""
    own = [each for each in account.applications if (each.get("owner") or {}).get("id") == account.caller_id]
    ids = {each["project"]["id"] for each in own if each["project"]["name"] == name}
    return ids.pop() if len(ids) == 1 else account.project_id(name)


def _collaborations(
    desired: DesiredCollaborator, resources: t.Sequence[Resource], account: Account
) -> list[Collaboration]:
    """Return what the person is to be on each resource."""
    person = Person(
        frozenset({desired.email.lower()} if desired.email else ()), frozenset({desired.user} if desired.user else ())
    )
    known = _emails(person, account)
    person = _completed(replace(person, emails=person.emails | known), account)
    return [
        Collaboration(resource, person, desired.email or min(known, default=""), desired.limited, desired.state)
        for resource in resources
    ]


def _owner(resources: t.Sequence[Resource], account: Account) -> Object | None:
    """Return the owner of a project, if its applications show it."""
    names = {resource.name for resource in resources}
    return next((each["owner"] for each in account.applications if each["name"] in names and each.get("owner")), None)


def _check_not_owner(desired: DesiredCollaborator, owner: Object) -> None:
    """Check that the person is not the owner, whom the API knows as no collaborator."""
    if any(is_user(owner, each) for each in (desired.email, desired.user) if each):
        raise CannotError(f"{(desired.email or desired.user)!r} owns the project, and cannot collaborate on it.")


def _completed(person: Person, account: Account) -> Person:
    """Return a person with the user IDs, and the email addresses, of all entries that show them."""
    shown = [each for each in account.collaborators if person.is_shown_by(each)]
    users = {each["user_id"] for each in shown if each.get("user_id")}
    person = replace(person, users=person.users | users)
    return replace(person, emails=person.emails | _emails(person, account))


def _emails(person: Person, account: Account) -> frozenset[str]:
    """Return the email addresses that collaborators show of a person."""
    shown = (each for each in account.collaborators if person.is_shown_by(each))
    return frozenset(each["email"].lower() for each in shown)


def _theirs(collaborators: t.Iterable[Object], person: Person) -> Object | None:
    """Return the entry of a person, the accepted one if there are several, or None."""
    found = [each for each in collaborators if person.is_shown_by(each)]
    return min(found, key=lambda each: each["status"] != ACCEPTED, default=None)


def _invite(desired: Collaboration) -> Step:
    name, email = desired.resource.name, desired.email
    if not email:
        raise CannotError(
            f"Cannot invite {min(desired.person.users)!r} to collaborate on {name!r}: set email, since the API invites "
            f"by email address only."
        )
    limited = desired.limited and desired.resource.kind == APP
    invited = {"id": None, "email": email, "user_id": None, "username": "n/a"}
    return Step(
        "invite",
        Api.create_collaborator,
        (name, email, limited),
        f"invite {email!r} to collaborate on {name!r}",
        predict=lambda: {**invited, "status": PENDING, "is_limited": limited, "app_name": name},
    )


def _remove(name: str, entry: Object) -> Step:
    return Step(
        "remove",
        Api.delete_collaborator,
        (name, entry["id"]),
        f"remove {entry['email']!r} from {name!r}",
        predict=lambda: None,
    )


def _accepting(desired: DesiredCollaborator, plans: t.Iterable[Plan], account: Account) -> Api | None:
    """Return the API as the person, if they are to accept invitations.

    Raises:
        CannotError: The token is of someone else, whom an invitation link would let in, too.
    """
    open_ends = (plan.steps[0].predict() if plan.steps else plan.resource for plan in plans)
    if not desired.collaborator_api_token or not any(each and each["status"] == PENDING for each in open_ends):
        return None
    person = account.of_user(desired.collaborator_api_token, "collaborator_api_token")
    if not any(is_user(person.caller, each) for each in (desired.email, desired.user) if each):
        raise CannotError(
            f"The collaborator_api_token belongs to user {person.caller['username']!r}, not to "
            f"{(desired.email or desired.user)!r}."
        )
    return person.api


def _predict(plan: Plan, done: t.Sequence[Step], desired: Collaboration, person: Api | None) -> Outcome:
    outcome = predict(plan, done)
    if person and outcome.resource and outcome.resource["status"] == PENDING:
        step = _accept(desired, "")
        return Outcome({**outcome.resource, "status": ACCEPTED}, [*outcome.done, step])
    return outcome


def _apply(api: Api, plan: Plan, done: t.Sequence[Step], desired: Collaboration, person: Api | None) -> Outcome:
    outcome = apply(api, plan, plan_collaboration, desired, done)
    entry = outcome.resource
    if not person or not entry or entry["status"] != PENDING:
        return outcome
    link = api.invitation_token(entry)
    if not link:
        # The response to an update may not have it yet (not documented).
        entry = plan_collaboration(desired, Account(api)).resource or entry
        link = api.invitation_token(entry)
    if not link:
        again = Plan(entry, (_remove(desired.resource.name, entry), _invite(desired)))
        outcome = apply(api, again, plan_collaboration, desired, outcome.done)
        link = api.invitation_token(outcome.resource or {})
    if not link:
        raise CannotError(f"The API shows no invitation link for {entry['email']!r} on {desired.resource.name!r}.")
    accepted = apply(person, Plan(entry, (_accept(desired, link),)), _plan_acceptance, (desired, link), outcome.done)
    return Outcome({**entry, "status": ACCEPTED}, accepted.done)


def _accept(desired: Collaboration, link: str) -> Step:
    return Step(
        "accept",
        Api.accept_collaboration,
        (link,),
        f"accept the invitation to collaborate on {desired.resource.name!r}",
        predict=lambda: None,
    )


def _plan_acceptance(desired: tuple[Collaboration, str], account: Account) -> Plan:
    """Return what is left of an acceptance, as the invited person: their lists show what they collaborate on."""
    collaboration, link = desired
    shown = account.applications if collaboration.resource.kind == APP else account.databases
    if any(each["name"] == collaboration.resource.name for each in shown):
        return Plan(None)
    return Plan(None, (_accept(collaboration, link),))


class _Results:
    """What was done so far, by resource; and what the module returns of it."""

    def __init__(self, names: t.Sequence[str]) -> None:
        self._names = names
        self._collaborations: list[Object] = []
        self._before: dict[str, t.Any] = {}
        self._after: dict[str, t.Any] = {}
        self._emails = 0

    def add(self, resource: Resource, plan: Plan, outcome: Outcome, changed: bool) -> None:
        """Record what became of one resource."""
        entry = outcome.resource
        status, limited = (entry["status"], bool(entry.get("is_limited"))) if entry else ("none", False)
        state = {"status": status, "is_limited": limited}
        self._collaborations.append({"resource": resource.name, "type": resource.kind, **state, "changed": changed})
        before = plan.resource if changed else entry
        self._before[resource.name] = _state(before)
        self._after[resource.name] = _state(entry)
        self._emails = sum(step.action == "invite" for step in outcome.done)

    def returned(self) -> Object:
        """Return the result."""
        return {
            "changed": any(each["changed"] for each in self._collaborations),
            "collaborations": self._collaborations,
            "pending": sum(each["status"] == PENDING for each in self._collaborations),
            "emails": self._emails,
            "diff": {"before": self._before, "after": self._after},
        }


def _state(entry: Object | None) -> Object | None:
    """Return what a diff shows of a collaborator."""
    return {"status": entry["status"], "is_limited": bool(entry.get("is_limited"))} if entry else None
