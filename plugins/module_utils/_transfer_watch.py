# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to community.scalingo: it may change in any release.

"""Waiting for what takes its time: for an answer to an invitation, and for the new owner after an acceptance."""

from __future__ import annotations

import time
import typing as t

from ._account import or_refusal
from ._api import Api
from ._errors import (
    AuthenticationError,
    CannotError,
    RequestError,
    ScalingoError,
)
from ._facts import visible
from ._invitations import (
    ACCEPTED,
    CANCELED,
    DECLINED,
    ERROR,
    EXPIRED,
    FAILED,
    PENDING,
    describe_invitation,
    status_of,
)
from ._projects import owner_of
from ._transfer_plan import why_not
from ._types import Object

E = t.TypeVar("E", bound=ScalingoError)

# Seconds between two looks. All requests of an account share 60 a minute.
_FIRST_BETWEEN_LOOKS = 1.0
_LONGEST_BETWEEN_LOOKS = 15.0


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
            CannotError: The acceptance failed, or is not finished in time.
            RequestError: The project cannot be read back.
        """
        project = None
        try:
            for first in self._looks():
                if not first:
                    invitation = self.read_again(invitation) or invitation
                # An acceptance in time is finished after the expiry, too.
                self._check(invitation, invitation["status"])
                project = self._project()
                if project is not None and _has_moved(project, invitation, fresh):
                    if invitation["status"] != ACCEPTED:
                        invitation = self.read_again(invitation) or invitation
                    return invitation, project
        except RequestError as error:
            error.add_context(f"{_subject(invitation)} was accepted, but whose the project is now cannot be read back.")
            raise _with_invitation(error, invitation) from None
        where = "was not shown to this account" if project is None else f"still belonged to {owner_of(project)}"
        raise self._late(invitation, f"was accepted and is {invitation['status']}, but the project {where}")

    def until_closed(self, invitation: Object) -> Object | None:
        """Return an invitation as soon as it is not pending any more, or None if the time-out comes first."""
        for _first in self._looks():
            found = self.read_again(invitation)
            if found is not None and found["status"] != PENDING:
                return found
        return None

    def until_answered(self, invitation: Object) -> tuple[Object, Object | None]:
        """Wait until an invitation is accepted, and the project has the new owner as far as that can be seen.

        Returns: The invitation, and the project if this account is still shown it (not documented).

        Raises:
            CannotError: It was not accepted, or not in time.
        """
        project = None
        try:
            for first in self._looks():
                if not first:
                    invitation = self.read_again(invitation) or self._accepted_unseen(invitation)
                self._check(invitation, status_of(invitation, self._api.now()))
                project = self._project() if invitation["status"] == ACCEPTED else None
                if invitation["status"] == ACCEPTED and (project is None or _has_moved(project, invitation, False)):
                    return invitation, project
        except RequestError as error:
            error.add_context(
                f"{_subject(invitation)} was {invitation['status']} when it was last read; what has become of it since "
                f"cannot be read. Run the task again to go on waiting."
            )
            raise _with_invitation(error, invitation) from None
        if project is not None:
            raise self._late(invitation, f"is accepted, but the project still belonged to {owner_of(project)}")
        raise self._late(invitation, f"expires at {invitation['expires_at']}, and was not answered")

    def _check(self, invitation: Object, status: str) -> None:
        """Find out whether an invitation can still lead to a transfer. A status that is new to us perhaps can.

        Raises:
            CannotError: It cannot.
        """
        if status == EXPIRED:
            message = f"{_subject(invitation)} was not answered before it expired at {invitation['expires_at']}."
            raise _with_invitation(CannotError(f"{message} Run the task again to invite anew."), invitation)
        if status in (DECLINED, CANCELED, FAILED, ERROR):
            message = f"{_subject(invitation)} did not lead to a transfer: {why_not(invitation, status)}"
            raise _with_invitation(CannotError(message), invitation)

    def _looks(self) -> t.Iterator[bool]:
        """Come round for each look, with pauses between, and a last time when the time is over.

        Yields: Whether this is the first look.
        """
        deadline = time.monotonic() + self._timeout
        pause = _FIRST_BETWEEN_LOOKS
        yield True
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(pause, left))
            yield False
            pause = min(pause * 1.5, _LONGEST_BETWEEN_LOOKS)

    def _project(self) -> Object | None:
        return self._read_if_shown(self._api.get_project, self._project_id)

    def read_again(self, invitation: Object) -> Object | None:
        """Return an invitation as it is now, or None if this account is not shown it any more."""
        return self._read_if_shown(self._api.get_invitation, self._project_id, invitation["id"])

    def _accepted_unseen(self, invitation: Object) -> Object:
        """Return what an invitation must be that its inviter is not shown any more: accepted, if its project moved.

        Raises:
            CannotError: That cannot be seen.
        """
        project = self._project()
        if project is not None and project["owner"]["id"] == invitation["invited_user_id"]:
            return {**invitation, "status": ACCEPTED}
        message = (
            f"{_subject(invitation)} can no longer be read by this account. That may mean that it was accepted: ask "
            f"{invitation['invited_user_name']}."
        )
        raise _with_invitation(CannotError(message), invitation)

    def _read_if_shown(self, call: t.Callable[..., Object], *arguments: str) -> Object | None:
        """Return what a call returns, or None if the API does not show it to this account."""
        found = or_refusal(call, *arguments)
        if isinstance(found, AuthenticationError):
            self._api.check_token()
        return visible(found)

    def _late(self, invitation: Object, what: str) -> CannotError:
        waited = f"within {self._timeout:g} seconds (wait_timeout)"
        message = f"{_subject(invitation)} {what} {waited}. Run the task again to go on waiting."
        return _with_invitation(CannotError(message), invitation)


def _has_moved(project: Object, invitation: Object, fresh: bool) -> bool:
    """Tell whether a project belongs to the invited user; or, unless that must be so, to anybody but the inviter."""
    owner = project["owner"]["id"]
    return owner == invitation["invited_user_id"] if fresh else owner != invitation["inviter_user_id"]


def _subject(invitation: Object) -> str:
    text = describe_invitation(invitation)
    return text[0].upper() + text[1:]


def _with_invitation(error: E, invitation: Object) -> E:
    """Return an error that shows the invitation as it was last read."""
    error.result["transfer_invitation"] = invitation
    return error
