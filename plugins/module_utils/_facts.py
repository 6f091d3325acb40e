# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to community.scalingo: it may change in any release.

"""Facts about an account, and the way in which a decision asks for one that it turns out to need."""

from __future__ import annotations

import enum
import typing as t

from ._errors import RejectedError


class Fact(enum.Enum):
    """What a decision can ask about an account.

    Where the API refuses to tell, the value is the `RejectedError` itself: what that means is part of the decision.
    """

    PROJECTS = "all projects that can be seen"
    PROJECT = "the project with the given ID, or RejectedError"
    CALLER_ID = "the user ID of the account itself"
    CALLER = "the account itself, as owner of a project"
    APPLICATIONS = "all applications that can be seen"
    INVITATIONS = "all transfer invitations of the project, the oldest first, or RejectedError"
    INVITATION = "the invitation with the given ID, or RejectedError"
    ELIGIBLE = "the users that could take the project over, or RejectedError"
    NOW = "the time by the clock of the API"


class FactMissing(Exception):
    """A decision needs one more fact."""

    def __init__(self, fact: Fact) -> None:
        super().__init__(fact.value)
        self.fact = fact


class Facts(t.Dict[Fact, t.Any]):
    """The facts that are known.

    Raises:
        FactMissing: The one that was asked for is not among them.
    """

    def __missing__(self, fact: Fact) -> t.Any:
        raise FactMissing(fact)


def visible(found: t.Any) -> t.Any:
    """Return a fact, or None if the API refused to tell it."""
    return None if isinstance(found, RejectedError) else found


def required(found: t.Any, sentence: str) -> t.Any:
    """Return a fact that a decision cannot do without.

    Args:
        found: The fact.
        sentence: What it means that the API refused to tell it.

    Raises:
        RejectedError: It did.
    """
    if isinstance(found, RejectedError):
        found.add_context(sentence)
        raise found
    return found
