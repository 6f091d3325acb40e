# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One person on every application and dedicated database of a project."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ._account import APP, DATABASE, Account, Resource
from ._api import Api, check_id
from ._errors import CannotError, InputError, ScalingoError, explained
from ._list import add_summary
from ._match import is_email, is_user, why_not_owner
from ._reconcile import Outcome, Plan, Step, apply, predict
from ._types import Object

ACCEPTED, PENDING = "accepted", "pending"


@dataclass(frozen=True)
class Person:
    """Someone, by what the API may show of them: a pending collaborator has neither user ID nor username."""

    emails: frozenset[str]
    users: frozenset[str]

    def entries(self, collaborators: t.Iterable[Object]) -> list[Object]:
        """Return the collaborators that are this person, an accepted one first. The case of an address is ignored."""
        found = [
            each
            for each in collaborators
            if each["email"].lower() in self.emails
            or any(user in (each.get("user_id"), each.get("username")) for user in self.users)
        ]
        return sorted(found, key=lambda each: each["status"] != ACCEPTED)


@dataclass(frozen=True)
class DesiredCollaborator:
    """The options of `scalingo_project_collaborator`. Those that are unset are empty."""

    project_id: str = ""
    project_name: str = ""
    email: str = ""
    user: str = ""
    limited: bool = False
    collaborator_api_token: str = field(default="", repr=False)
    state: str = "present"

    def check(self) -> None:
        """Check what the argument spec cannot say."""
        if self.project_id:
            check_id(self.project_id)
        if is_email(self.user):
            raise InputError(f"user must be a username or user ID, not an email address like {self.user!r}. Set email.")
        if self.limited and self.collaborator_api_token:
            raise InputError("limited cannot be used with collaborator_api_token: limited invitations have no link.")

    def is_user(self, user: Object) -> bool:
        """Tell whether a user is the person."""
        return any(is_user(user, each) for each in (self.email, self.user) if each)


@dataclass(frozen=True)
class Collaboration:
    """What is desired of one resource; and the person, by all that the API shows of them."""

    desired: DesiredCollaborator
    resource: Resource
    person: Person


def ensure_collaborator(api: Api, options: Object, check_mode: bool) -> Object:
    """Add a person to a whole project, or remove them; in check mode, predict it. Return the result of the module."""
    desired = DesiredCollaborator(**options)
    desired.check()
    account = Account(api)
    resources = _resources(desired, account)
    person = _person(account, desired.email, desired.user)
    items = [Collaboration(desired, resource, person) for resource in resources]
    plans = [plan_collaboration(item, account) for item in items]
    if desired.collaborator_api_token:
        plans = [_with_acceptance(item, plan) for item, plan in zip(items, plans)]
    accepts = any(step.action == "accept" for plan in plans for step in plan.steps)
    invited = _invited(desired, account) if accepts else api
    outcomes = [Outcome(plan.resource) for plan in plans]
    for index, (item, plan) in enumerate(zip(items, plans)):
        done = outcomes[index].done
        try:
            outcomes[index] = predict(plan) if check_mode else _apply(item, plan, api, invited, done)
        except ScalingoError as error:
            outcomes[index].resource = done[-1].predict() if done else plan.resource
            before = [step for outcome in outcomes[:index] for step in outcome.done]
            missed = [*plan.steps[len(done) + 1 :], *(step for each in plans[index + 1 :] for step in each.steps)]
            error.result = dict(_returned(resources, plans, outcomes))
            add_summary(error, before, missed)
            raise
    return _returned(resources, plans, outcomes)


def collaborators_of(resource: Resource, account: Account) -> list[Object]:
    """Return the collaborators of a resource of this account; the owner is none of them."""
    found = [each for each in account.collaborators if each["app_name"] == resource.name]
    if not found and resource.kind == DATABASE:
        # Whether the list of all collaborators covers dedicated databases is not documented.
        return account.collaborators_of(resource.name)
    return found


def blockers(project_id: str, user: str, account: Account) -> list[Object]:
    """Return what keeps a user from being an eligible new owner of a project, as far as collaborators show it."""
    found: list[Object] = []
    person = _person(account, user=user)
    for resource in account.resources(project_id):
        theirs = person.entries(collaborators_of(resource, account))
        if not theirs:
            reason = "not_a_collaborator"
        elif theirs[0]["status"] == PENDING:
            reason = "invitation_pending"
        elif theirs[0].get("is_limited"):
            reason = "limited"
        else:
            continue
        found.append({"resource": resource.name, "type": resource.kind, "reason": reason})
    return found


def plan_collaboration(item: Collaboration, account: Account) -> Plan:
    """Return what has to be done so that a person is a collaborator on one resource, or is none."""
    name, limited = item.resource.name, item.desired.limited
    theirs = item.person.entries(collaborators_of(item.resource, account))
    entry = theirs[0] if theirs else None
    if item.desired.state == "absent":
        return Plan(entry, tuple(_remove(name, each, left) for each, left in zip(theirs, [*theirs[1:], None])))
    if entry is None:
        return Plan(None, (_invite(item),))
    # Dedicated databases know no limited role (vendor's documentation).
    if item.resource.kind == DATABASE or bool(entry.get("is_limited")) == limited:
        return Plan(entry)
    step = Step(
        "update",
        Api.update_collaborator,
        (name, entry["id"], limited),
        f"make {entry['email']!r} a {'limited' if limited else 'full'} collaborator on {name!r}",
        predict=lambda: {**entry, "is_limited": limited},
    )
    return Plan(entry, (step,))


def _resources(desired: DesiredCollaborator, account: Account) -> list[Resource]:
    """Return what the project holds, which must belong to this account, and not to the person."""
    project_id = desired.project_id or _project_id(desired.project_name, account)
    resources = account.resources(project_id)
    with explained(
        f"Project {project_id!r} does not exist, or this account cannot access it. Check the ID and region."
    ):
        owner = _owner(resources, account) or account.project(project_id)["owner"]
    why_not = why_not_owner({"owner": owner}, account.caller_id)
    if why_not:
        name = desired.project_name or project_id
        raise CannotError(f"Cannot change the collaborators of project {name!r}. {why_not}")
    if desired.state == "present":
        _check_not_owner(desired, owner)
    return resources


def _project_id(name: str, account: Account) -> str:
    """Return the ID of a project by its name, which its applications show: the list of projects is rarely needed."""
    own = [each for each in account.applications if _shown_owner(each).get("id") == account.caller_id]
    ids = {each["project"]["id"] for each in own if each["project"]["name"] == name}
    return ids.pop() if len(ids) == 1 else account.project_id(name)


def _owner(resources: t.Sequence[Resource], account: Account) -> Object | None:
    """Return the owner of a project, if its applications show it."""
    names = {resource.name for resource in resources}
    return next(filter(None, (_shown_owner(each) for each in account.applications if each["name"] in names)), None)


def _shown_owner(application: Object) -> Object:
    """Return the owner of an application, or nothing if the list does not show it (not documented)."""
    owner = application.get("owner")
    return owner if isinstance(owner, dict) and {"id", "username"} <= owner.keys() else {}


def _check_not_owner(desired: DesiredCollaborator, owner: Object) -> None:
    """Check that the person is not the owner, whom the API knows as no collaborator."""
    if desired.is_user(owner):
        raise CannotError(f"{(desired.email or desired.user)!r} owns the project, and cannot collaborate on it.")


def _person(account: Account, email: str = "", user: str = "") -> Person:
    """Return a person with the email addresses and user IDs that the collaborators of the account show of them."""
    person = Person(frozenset({email.lower()} - {""}), frozenset({user} - {""}))
    # An address may lead to a user ID, and that to more addresses.
    for _round in range(2):
        shown = person.entries(account.collaborators)
        person = Person(
            person.emails.union(each["email"].lower() for each in shown),
            person.users.union(each["user_id"] for each in shown if isinstance(each.get("user_id"), str)) - {""},
        )
    return person


def _invite(item: Collaboration) -> Step:
    name, email = item.resource.name, item.desired.email or min(item.person.emails, default="")
    if not email:
        raise CannotError(
            f"Cannot invite {item.desired.user!r} to collaborate on {name!r}: set email, since the API invites by "
            f"email address only."
        )
    limited = item.desired.limited and item.resource.kind == APP
    invited = {"id": None, "email": email, "user_id": None, "username": "n/a"}
    return Step(
        "invite",
        Api.create_collaborator,
        (name, email, limited),
        f"invite {email!r} to collaborate on {name!r}",
        predict=lambda: {**invited, "status": PENDING, "is_limited": limited, "app_name": name},
    )


def _remove(name: str, entry: Object, left: Object | None = None) -> Step:
    """Return the step that removes one entry of a person, after which another one may be left."""
    return Step(
        "remove",
        Api.delete_collaborator,
        (name, entry["id"]),
        f"remove {entry['email']!r} from {name!r}",
        predict=lambda: left,
    )


def _accept(name: str, entry: Object, token: str) -> Step:
    return Step(
        "accept",
        Api.accept_collaboration,
        (token,),
        f"accept the invitation to collaborate on {name!r}",
        predict=lambda: {**entry, "status": ACCEPTED},
    )


def _with_acceptance(item: Collaboration, plan: Plan) -> Plan:
    """Return a plan after which no invitation is pending; the secret in its link is not known yet."""
    entry = plan.steps[-1].predict() if plan.steps else plan.resource
    if not entry or entry["status"] != PENDING:
        return plan
    return Plan(plan.resource, (*plan.steps, _accept(item.resource.name, entry, "")))


def _invited(desired: DesiredCollaborator, account: Account) -> Api:
    """Return the API as the person. An invitation link would let in any user."""
    person = account.of_user(desired.collaborator_api_token, "collaborator_api_token")
    if not desired.is_user(person.caller):
        raise CannotError(
            f"The collaborator_api_token belongs to user {person.caller['username']!r}, not to "
            f"{(desired.email or desired.user)!r}."
        )
    return person.api


def _apply(item: Collaboration, plan: Plan, api: Api, invited: Api, done: list[Step]) -> Outcome:
    """Send the steps of a plan, the acceptance as the invited person. What is done is in the list, even on failure."""
    name, own = item.resource.name, tuple(step for step in plan.steps if step.action != "accept")
    outcome = apply(api, Plan(plan.resource, own), plan_collaboration, item, Outcome(None, done))
    entry = outcome.resource
    if own == plan.steps or not entry or entry["status"] != PENDING:
        return outcome
    token = api.invitation_token(entry)
    if not token:
        # The response to an update may not have it yet (not documented).
        entry = plan_collaboration(item, Account(api)).resource or entry
        token = api.invitation_token(entry)
    if not token:
        again = Plan(entry, (_remove(name, entry), _invite(item)))
        entry = apply(api, again, plan_collaboration, item, Outcome(None, done)).resource or entry
        token = api.invitation_token(entry)
    if not token:
        raise CannotError(f"The API shows no invitation link for {entry['email']!r} on {name!r}.")
    step = _accept(name, entry, token)
    apply(invited, Plan(entry, (step,)), _plan_acceptance, (item.resource, step), Outcome(None, done))
    return Outcome(step.predict(), done)


def _plan_acceptance(desired: tuple[Resource, Step], account: Account) -> Plan:
    """Return what is left of an acceptance, as the invited person: their lists show what they collaborate on."""
    resource, step = desired
    shown = account.applications if resource.kind == APP else account.databases
    is_done = any(each["name"] == resource.name for each in shown)
    return Plan(None, () if is_done else (step,))


def _returned(resources: t.Sequence[Resource], plans: t.Sequence[Plan], outcomes: t.Sequence[Outcome]) -> Object:
    """Return what the module returns."""
    collaborations, before, after = [], {}, {}
    for resource, plan, outcome in zip(resources, plans, outcomes):
        was, now = _state(plan.resource), _state(outcome.resource)
        about = {"resource": resource.name, "type": resource.kind, "changed": bool(outcome.done)}
        collaborations.append({**about, **(now or {"status": "none", "is_limited": False})})
        before[resource.name], after[resource.name] = was if outcome.done else now, now
    return {
        "changed": any(outcome.done for outcome in outcomes),
        "collaborations": collaborations,
        "pending": sum(each["status"] == PENDING for each in collaborations),
        "emails": sum(step.action == "invite" for outcome in outcomes for step in outcome.done),
        "diff": {"before": before, "after": after},
    }


def _state(entry: Object | None) -> Object | None:
    """Return what a diff shows of a collaborator."""
    return {"status": entry["status"], "is_limited": bool(entry.get("is_limited"))} if entry else None
