# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to community.scalingo: it may change in any release.

"""What each handoff of the role `project_baseline` came to, as an item of the report."""

from __future__ import annotations

import typing as t
from datetime import timezone

from ansible_collections.community.scalingo.plugins.module_utils._dates import parse_date
from ansible_collections.community.scalingo.plugins.plugin_utils._baseline_findings import (
    NOT_KNOWN,
    Item,
    Result,
    Seen,
    as_error,
    as_unknown,
    is_out_of_reach,
    message_of,
)
from ansible_collections.community.scalingo.plugins.plugin_utils._baseline_wanted import (
    Items,
    candidates_of,
    is_true,
    owns,
    text_of,
)


def handoff_item(seen: Seen, handoff: Result, record: Result | None) -> Item:
    """Return what one handoff came to."""
    new_owner = text_of(handoff.get("new_owner"))
    with_token = text_of(handoff.get("new_owner_api_token")) != ""
    item = Item(
        id="",
        control="handoff",
        project=text_of(handoff.get("project")),
        expected=f"owned by {new_owner}" if with_token else f"owned by {new_owner}, or offered to them",
        actual=f"owned by {new_owner}",
        compliant=True,
    )
    if seen.visible is None:
        return as_unknown(item, seen.failure)
    found = candidates_of(handoff, seen.visible)
    if len(found) > 1:
        those = ", ".join(f"{each['id']} owned by {each['owner']['username']}" for each in found)
        return as_error(
            item,
            "several projects of this name",
            f"Hand it over by its ID, in a description that names no other project. It may be one of these: {those}.",
        )
    if found and owns(found[0]["owner"], new_owner):
        return item
    if record is None:
        return as_unknown(item, "It was not looked at.")
    if record.get("found"):
        return _as_found(item, record, seen.visible)
    return _as_record(item, record, bool(found), with_token, seen.check_mode)


def handed_over(record: Result, visible: Items) -> list[str]:
    """Return the ID of the project that the new owner has, if it is known to be the one that was handed over.

    By its name alone, it might be another one, which never belonged to this account. An invitation that was accepted
    says that it changed hands, and from whose.

    Args:
        record: What was done about the handoff.
        visible: The projects that the account sees, its own among them.
    """
    owners = {each["owner"]["id"] for each in visible}
    return [
        each["id"]
        for each in record.get("found") or []
        if is_true(record.get("by_id"))
        or any(
            invitation["status"] == "accepted"
            and invitation["invited_user_id"] == each["owner"]["id"]
            and (not owners or invitation["inviter_user_id"] in owners)
            for invitation in record.get("origin") or []
        )
    ]


def _as_found(item: Item, record: Result, visible: Items) -> Item:
    """Return what is to be said of a handoff whose project was found among those of its new owner."""
    if handed_over(record, visible):
        return item
    actual = f"{record['new_owner']} owns a project of this name, perhaps another one"
    failure = record.get("failure")
    if failure:
        return as_unknown(item, message_of(failure, ()), actual)
    return as_unknown(
        item,
        f"No accepted invitation shows that {record['found'][0]['id']}, which {record['new_owner']} owns, came from "
        f"this account. Whether it did or not, nothing is left to hand over: take the handoff out of the description.",
        actual,
    )


def _as_record(item: Item, record: Result, visible: bool, with_token: bool, check_mode: bool) -> Item:
    look, offer, answer = (_done(record.get(key)) for key in ("look", "offer", "answer"))
    new_owner = record["new_owner"]
    invitation = offer.get("transfer_invitation") or look.get("transfer_invitation")
    failure = record.get("failure") or {}
    if failure:
        if is_true(failure.get("outcome_unknown")):
            return as_unknown(item, message_of(failure, ()), NOT_KNOWN, "invite" if offer.get("changed") else "none")
        return _as_failed_handoff(item, failure, look, invitation, visible, check_mode)
    if record.get("ended") == "error":
        return as_error(
            item,
            f"{_standing(look, None)}, broken when {new_owner} accepted",
            "Only the support of Scalingo can mend that. Set reinvite to invite them again afterwards.",
        )
    if record.get("ended"):
        item.compliant, item.actual = False, f"{_standing(look, None)}, declined by {new_owner}"
        item.remedy = "Set reinvite to invite them again, or take the handoff out of the description."
        return item
    invited, accepted = bool(offer.get("changed")), bool(answer.get("changed"))
    action = {(True, True): "invite and accept", (True, False): "invite", (False, True): "accept"}.get(
        (invited, accepted), "none"
    )
    if check_mode and action != "none":
        if invited and with_token:
            action = "invite and accept"
        item.compliant, item.actual, item.action = False, _standing(look, None if invited else invitation), action
        what = {
            "accept": f"accepts it as {new_owner}",
            "invite": f"invites {new_owner}",
            "invite and accept": f"invites {new_owner}, and accepts as the new owner",
        }[action]
        item.remedy = f"A run without check mode {what}."
        return item
    item.action = action
    last = answer or offer or look
    # Compliant only if something says so.
    if owns((last.get("project") or {}).get("owner") or {}, new_owner) or (
        invitation is not None and invitation["status"] == "accepted"
    ):
        return item
    if not with_token and invitation and invitation["status"] == "pending":
        item.actual = _standing({}, invitation)
        return item
    return as_error(item, _standing(last, invitation), "It was not done, and no task said why: run it again.")


def _as_failed_handoff(
    item: Item, failure: Result, look: Result, invitation: Result | None, visible: bool, check_mode: bool
) -> Item:
    """Return what is to be said of a handoff of which a step failed."""
    message = message_of(failure, ())
    if check_mode and is_out_of_reach(failure):
        return as_unknown(item, message)
    hidden = is_true(failure.get("project_hidden")) or not (look or visible)
    if hidden and not failure.get("as_new_owner"):
        return as_unknown(item, message, "not visible to this account")
    last = {"project": failure.get("project") or look.get("project")}
    return as_error(item, _standing(last, failure.get("invitation") or invitation), message)


def _done(result: Result | None) -> Result:
    """Return what a transfer task returned, or nothing if it was skipped or failed."""
    return result if result and "transfer_invitation" in result and not result.get("failed") else {}


def _standing(look: Result, invitation: Result | None) -> str:
    """Return where a handoff stands that has not come to its end."""
    if invitation and invitation.get("id") and invitation.get("status") == "pending":
        return f"invited, may accept until {_date(invitation.get('expires_at'))}"
    if invitation and invitation.get("id"):
        return f"not handed over, the invitation is {invitation.get('status')}"
    project = look.get("project")
    return f"owned by {project['owner']['username']}" if project else "not handed over"


def _date(text: t.Any) -> str:
    try:
        return f"{parse_date(str(text)).astimezone(timezone.utc):%Y-%m-%d %H:%M} UTC"
    except ValueError:
        return text_of(text) or "an unknown date"
