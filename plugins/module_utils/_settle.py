# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to community.scalingo: it may change in any release.

"""What to do about a write whose answer was lost, once it is known what reading it back shows."""

from __future__ import annotations

from ._api import Api
from ._errors import RejectedError, RequestError, ScalingoError

# Writes of one task, where one is the rule: lost answers and the interference of others must come to an end.
MAX_WRITES = 6
# What a wait for one more look at what has become of a write is for.
LOOKING_AGAIN = RequestError("It is not known yet what became of a write.")


def leave_open(error: ScalingoError, sentence: str) -> None:
    """Say that a write may have been done: in a sentence after the message, and in a key for programs."""
    error.add_consequence(sentence)
    error.outcome_unknown = True


def may_repeat(api: Api, error: RequestError, writes: int) -> bool:
    """Wait, and tell whether a write may be sent again that reading back does not show; if not, say so in its error.

    Args:
        api: The API, whose allowance of time this takes from.
        error: How the write failed.
        writes: How many writes the task has sent.
    """
    # A redirect or a strange form would come again: a repetition helps only against what may pass.
    if error.max_tries != 1 and writes < MAX_WRITES and api.pause(writes, error):
        return True
    leave_open(error, "Reading back does not show it. It may still be done, so look before repeating it.")
    return False


def is_final(error: RequestError, maybe: bool) -> bool:
    """Tell whether nothing was written, and reading back can only confirm that.

    Args:
        error: How the write failed.
        maybe: Whether an earlier try of the same write may have been done.
    """
    return not (isinstance(error, RejectedError) or error.outcome_unknown or maybe)


def tell_earlier(error: ScalingoError, maybe: bool) -> None:
    """Say in an error that an earlier try may have done what this one did not.

    Args:
        error: Why the task ends.
        maybe: Whether an earlier try of the same write may have been done.
    """
    if maybe:
        leave_open(error, "An earlier try of this task, whose answer was lost, may have done it.")


def tell_unreadable(error: RequestError, second: ScalingoError, maybe: bool) -> None:
    """Say in the error of a write that reading back failed too, where that leaves its outcome open.

    Args:
        error: How the write failed.
        second: How reading back failed.
        maybe: Whether an earlier try of the same write may have been done.
    """
    if error.outcome_unknown or maybe:
        leave_open(error, f"Whether it was done is not known, since reading it back failed too: {second}")
