# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the API shows to one account. Each thing is read when it is first asked for, and only once."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from datetime import datetime

from ._api import Api
from ._errors import AuthenticationError, CannotError, InaccessibleError, RejectedError
from ._match import find_by_name
from ._types import Object

# What the API shows of the owner of a project. It shows more of the account itself.
_OWNER_KEYS = ("id", "username", "email", "flags")
APP, DATABASE = "app", "database"


@dataclass(frozen=True)
class Resource:
    """An application, or a dedicated database, of a project."""

    name: str
    kind: str


@dataclass(eq=False)
class Account:
    """One account as it is at one time. To see what changed since, make a new one.

    Every attribute and method raises `RequestError` if it cannot be read; one that the API rejected is not asked again.
    """

    api: Api
    _read: dict[t.Any, t.Any] = field(default_factory=dict, repr=False)

    @property
    def projects(self) -> list[Object]:
        """All projects that the account can access."""
        return self._once(self.api.list_projects)

    def forget_default(self, owner_id: str) -> None:
        """Show no project of an owner as the default project: another one is going to be it."""
        self._read[(self.api.list_projects,)] = [
            {**project, "default": False} if project["owner"]["id"] == owner_id else project
            for project in self.projects
        ]

    @property
    def applications(self) -> list[Object]:
        """All applications that the account can access."""
        return self._once(self.api.list_applications)

    @property
    def databases(self) -> list[Object]:
        """All dedicated databases that the account can access."""
        return self._once(self.api.list_databases)

    def resources(self, project_id: str) -> list[Resource]:
        """Return the applications and dedicated databases of a project, in the order of their names."""
        apps = {each["name"] for each in self.applications if each["project"]["id"] == project_id}
        databases = {each["name"] for each in self.databases if each["project_id"] == project_id}
        # A dedicated database is an application underneath, so both lists may have it (vendor's clients).
        found = [*(Resource(name, APP) for name in apps - databases), *(Resource(name, DATABASE) for name in databases)]
        return sorted(found, key=lambda resource: resource.name)

    @property
    def collaborators(self) -> list[Object]:
        """The collaborators of all applications of the account, and perhaps of its dedicated databases."""
        return self._once(self.api.list_collaborators)

    def collaborators_of(self, name: str) -> list[Object]:
        """Return the collaborators of one application or dedicated database."""
        return self._once(self.api.list_collaborators_of, name)

    def of_user(self, api_token: str, option: str) -> Account:
        """Return the account of another user, as it is at the same time. Messages name the option of the token."""
        account: Account = self._read.setdefault(api_token, Account(self.api.as_user(api_token, option)))
        return account

    @property
    def caller(self) -> Object:
        """The account itself, in the form in which it appears as the owner of its projects."""
        user = self.known_caller or self._once(self.api.get_caller)
        return {key: user[key] for key in _OWNER_KEYS if key in user}

    @property
    def known_caller(self) -> Object | None:
        """The account itself, or None if it takes a request to know: the list, if it was read, shows owners."""
        claim = self.api.caller_claim()
        return next((project["owner"] for project in self._listed if project["owner"]["id"] == claim), None)

    @property
    def about(self) -> Object:
        """What a report says of the account, as far as it is known without a request: itself, and where it is."""
        caller = self.known_caller
        known = caller and {key: caller[key] for key in ("id", "username", "email") if key in caller}
        return {"account": known, "api_url": self.api.api_url}

    @property
    def caller_id(self) -> str:
        """The user ID of the account: the bearer token tells it without a request, if it can be read."""
        return self.api.caller_claim() or self.caller["id"]

    @property
    def now(self) -> datetime:
        """The time by the clock of the API, which is known once something was read."""
        return self.api.now()

    def project(self, project_id: str) -> Object:
        """Return one project. The list, if it was read, shows most of them."""
        return self.listed(project_id) or self._once(self.api.get_project, project_id)

    def is_hidden(self, project_id: str) -> bool:
        """Tell whether the list was read, and does not show a project."""
        return isinstance(self._read.get((self.api.list_projects,)), list) and self.listed(project_id) is None

    def seen(self, project_id: str, project_name: str) -> Object | None:
        """Return the one project of an ID or a name among those that were read, in the list or by ID, or None."""
        by_id = [found for key, found in self._read.items() if key[0] == self.api.get_project]
        read = [*self._listed, *(found for found in by_id if isinstance(found, dict))]
        found = [each for each in read if project_id == each["id"] or project_name == each["name"]]
        return found[0] if len(found) == 1 else None

    def listed(self, project_id: str) -> Object | None:
        """Return one project as the list shows it, or None if it was not read, or does not show it."""
        return next((project for project in self._listed if project["id"] == project_id), None)

    def project_id(self, project_name: str) -> str:
        """Return the ID of the one project of a name.

        The list may omit what belongs to other users (not documented), such as a project that was transferred. A
        collaborator on its applications sees its ID there.
        """
        project = find_by_name(self.projects, project_name)
        if project:
            return project["id"]
        ids = sorted({app["project"]["id"] for app in self.applications if app["project"]["name"] == project_name})
        if not ids:
            raise InaccessibleError(
                f"This account cannot access a project named {project_name!r}. Check the name, the account, and the "
                f"region. If the project belongs to another user, set project_id."
            )
        if len(ids) > 1:
            raise CannotError(f"Found {len(ids)} projects named {project_name!r}: {', '.join(ids)}. Set project_id.")
        return ids[0]

    def invitations(self, project_id: str) -> list[Object]:
        """Return all transfer invitations of a project, the oldest first."""
        return self._once(self.api.list_invitations, project_id)

    def invitation(self, project_id: str, invitation_id: str) -> Object:
        return self._once(self.api.get_invitation, project_id, invitation_id)

    def eligible_new_owners(self, project_id: str) -> list[Object]:
        """Return the users that could become the owner of a project, perhaps with its owner, who alone may ask."""
        return self._once(self.api.list_eligible_new_owners, project_id)

    def visible(self, read: t.Callable[..., t.Any], *arguments: str) -> t.Any:
        """Return what a read returns, or None if the API rejects it."""
        try:
            return read(*arguments)
        except AuthenticationError:
            # Either a right is missing, or the token has expired.
            self._once(self.api.check_token)
        except RejectedError:
            pass
        return None

    @property
    def _listed(self) -> list[Object]:
        """The projects, if they were read before."""
        listed = self._read.get((self.api.list_projects,))
        return listed if isinstance(listed, list) else []

    def _once(self, read: t.Callable[..., t.Any], *arguments: str) -> t.Any:
        key = (read, *arguments)
        if key not in self._read:
            try:
                self._read[key] = read(*arguments)
            except RejectedError as rejection:
                self._read[key] = rejection
        if isinstance(self._read[key], RejectedError):
            raise self._read[key]
        return self._read[key]
