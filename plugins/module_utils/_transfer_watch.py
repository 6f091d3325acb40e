# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to community.scalingo: it may change in any release.

"""Waiting for what takes its time: for an answer to an invitation, and for the new owner after an acceptance."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.community.scalingo.plugins.module_utils._api import Api, Object
from ansible_collections.community.scalingo.plugins.module_utils._errors import ApiRefusal, Refusal, RequestError
from ansible_collections.community.scalingo.plugins.module_utils._invitations import (
    ACCEPTED,
    PENDING,
    describe_invitation,
    status_of,
)
from ansible_collections.community.scalingo.plugins.module_utils._projects import owner_of
from ansible_collections.community.scalingo.plugins.module_utils._transfer_plan import why_not

# Seconds between two looks. All requests of an account share 60 a minute.
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 15.0


class Watch:
    """Looks at one transfer from time to time.

    Args:
        api: Where to look.
        project_id: ID of the project.
        timeout: Seconds to wait at most; 0 means one look.
    """

    def __init__(self, api: Api, project_id: str, timeout: float) -> None:
        self._api = api
        self._project_id = project_id
        self._timeout = timeout

    def until_owned(self, invitation: Object, fresh: bool = True) -> tuple[Object, Object]:
        """Read back who owns the project after an acceptance, which the API may finish later.

        Args:
            invitation: What was accepted.
            fresh: By this task; then the project must belong to the invited user, and cannot have been handed on.

        Returns: The invitation and the project.

        Raises:
            Refusal: The acceptance failed, or is not finished in time.
            RequestError: The project cannot be read back.
        """
        project = None
        try:
            for last in self._looks():
                if invitation["status"] not in (PENDING, ACCEPTED):
                    raise self._ended(invitation)
                project = self._project()
                moved = project is not None and project["owner"]["id"] != invitation["inviter_user_id"]
                if project is not None and fresh:
                    moved = project["owner"]["id"] == invitation["invited_user_id"]
                if invitation["status"] == PENDING or not (moved or last):
                    invitation = self.read_again(invitation) or invitation
                if project is not None and moved:
                    return invitation, project
        except RequestError as error:
            error.add_context(f"{_subject(invitation)} was accepted, but whose the project is now cannot be read back.")
            error.result["transfer_invitation"] = invitation
            raise
        where = "was not shown to this account" if project is None else f"still belonged to {owner_of(project)}"
        raise self._late(invitation, f"was accepted and is {invitation['status']}, but the project {where}")

    def until_closed(self, invitation: Object, seconds: float) -> Object | None:
        """Return an invitation as soon as it is not pending any more, or None if that takes longer than this.

        Args:
            invitation: What has perhaps been accepted.
            seconds: How long to wait, and no longer than the time-out.
        """
        for last in self._looks(min(seconds, self._timeout)):
            found = self.read_again(invitation)
            if found is not None and found["status"] != PENDING:
                return found
            if last:
                break
        return None

    def until_answered(self, invitation: Object) -> tuple[Object, Object | None]:
        """Wait until an invitation is accepted, and the project has the new owner as far as that can be seen.

        Returns: The invitation, and the project if this account is still shown it (not documented).

        Raises:
            Refusal: It was not accepted, or not in time.
        """
        project = None
        for last in self._looks():
            status = status_of(invitation, self._api.now())
            if status not in (PENDING, ACCEPTED):
                raise self._ended(invitation)
            project = self._project() if status == ACCEPTED else None
            if status == ACCEPTED and (project is None or project["owner"]["id"] != invitation["inviter_user_id"]):
                return invitation, project
            if not last:
                invitation = self.read_again(invitation) or self._accepted_unseen(invitation)
        if project is not None:
            raise self._late(invitation, f"is accepted, but the project still belonged to {owner_of(project)}")
        raise self._late(invitation, f"expires at {invitation['expires_at']}, and was not answered")

    def _looks(self, seconds: float | None = None) -> t.Iterator[bool]:
        """Come round for each look, with pauses between, until the time is over: the time-out, or this many seconds.

        Yields: Whether this is the last look.
        """
        deadline = time.monotonic() + (self._timeout if seconds is None else seconds)
        pause = FIRST_PAUSE
        while True:
            left = deadline - time.monotonic()
            yield left <= 0
            if left <= 0:
                return
            time.sleep(min(pause, left))
            pause = min(pause * 1.5, LONGEST_PAUSE)

    def _project(self) -> Object | None:
        return _shown(self._api.get_project, self._project_id)

    def read_again(self, invitation: Object) -> Object | None:
        """Return an invitation as it is now, or None if this account is not shown it any more."""
        return _shown(self._api.get_invitation, self._project_id, invitation["id"])

    def _accepted_unseen(self, invitation: Object) -> Object:
        """Return what an invitation must be that its inviter is not shown any more: accepted, if its project moved.

        Raises:
            Refusal: That cannot be seen.
        """
        project = self._project()
        if project is not None and project["owner"]["id"] == invitation["invited_user_id"]:
            return {**invitation, "status": ACCEPTED}
        raise _with_invitation(
            f"{_subject(invitation)} can no longer be read by this account. That may mean that it was accepted: ask "
            f"{invitation['invited_user_name']}.",
            invitation,
        )

    def _ended(self, invitation: Object) -> Refusal:
        status = status_of(invitation, self._api.now())
        return _with_invitation(
            f"{_subject(invitation)} did not lead to a transfer: {why_not(invitation, status)}", invitation
        )

    def _late(self, invitation: Object, what: str) -> Refusal:
        return _with_invitation(
            f"{_subject(invitation)} {what} within {self._timeout:g} seconds (wait_timeout). Run the task again to go "
            f"on waiting.",
            invitation,
        )


def _shown(call: t.Callable[..., Object], *arguments: str) -> Object | None:
    """Return what a call returns, or None if the API does not show it to this account."""
    try:
        return call(*arguments)
    except ApiRefusal as error:
        if not error.about_object:
            raise
        return None


def _subject(invitation: Object) -> str:
    text = describe_invitation(invitation)
    return text[0].upper() + text[1:]


def _with_invitation(message: str, invitation: Object) -> Refusal:
    error = Refusal(message)
    error.result["transfer_invitation"] = invitation
    return error
