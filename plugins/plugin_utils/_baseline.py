# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to community.scalingo: it may change in any release.

"""The report of the role `project_baseline`: what every item of the description came to."""

from __future__ import annotations

import re
import typing as t
import unicodedata
from dataclasses import asdict, dataclass
from datetime import datetime, timezone

from ansible_collections.community.scalingo.plugins.module_utils._answers import Redactor
from ansible_collections.community.scalingo.plugins.module_utils._dates import parse_date
from ansible_collections.community.scalingo.plugins.module_utils._items import NOTHING_WRITTEN, key_with_place, title
from ansible_collections.community.scalingo.plugins.module_utils._plan import Wanted
from ansible_collections.community.scalingo.plugins.plugin_utils._baseline_wanted import (
    Items,
    candidates_of,
    is_absent,
    is_named_only,
    is_true,
    owns,
    target_of,
    text_of,
)

SCHEMA = 1
# Characters of one text in the report.
LONGEST_TEXT = 700

Result = t.Mapping[str, t.Any]

# How the transport says that no answer came: nothing else in the result of a task does.
_NO_ANSWER = re.compile(r"\b(?:GET|POST|PATCH|DELETE) \S+ got no answer: ")
# What is said of something that a lost answer leaves open.
_OPEN = "not known"
_MENDING = {"create": "creates it", "update": "changes it", "delete": "deletes it"}


@dataclass
class Item:
    """One line of the report."""

    id: str
    control: str
    project: str
    expected: str
    actual: str
    compliant: bool | None
    action: str = "none"
    remedy: str | None = None


@dataclass(frozen=True)
class Seen:
    """What the role saw of the projects.

    Attributes:
        projects: The list that was wanted.
        bulk: What the task for the list returned, and the places of the items that it was about; of a failed one only
            what it had done, and no places.
        failures: Why the list could not be carried out, each with the places of the items that are to blame, and of
            those that the task was about; and whether they may be hidden from this account by a handoff.
        others: What a check said about the other items, and their places.
        visible: The projects that the account sees, or None if they could not be read.
        check_mode: Whether nothing was to be written.
    """

    projects: Items
    bulk: Result
    failures: t.Sequence[Result]
    others: Result
    visible: Items | None
    check_mode: bool

    @property
    def failure(self) -> str:
        """Why the list as a whole could not be carried out, or read; "" if it was."""
        return _message(self.failures[-1], self.projects) if self.failures else ""


def _message(failure: Result, projects: Items) -> str:
    """Return the message of a failed task, without what only the module has seen.

    That is the place in a list which the role made, and that this list wrote nothing: another one may have.

    Args:
        failure: What became of the task.
        projects: The list that was wanted, from which the task got the items at the places `listed`.
    """
    text = text_of(failure.get("msg"))
    listed = [projects[index] for index in _places(failure.get("listed"))]
    items = [Wanted(name=text_of(each.get("name")), project_id=text_of(each.get("project_id"))) for each in listed]
    for place, item in enumerate(items):
        named = title(items, place)
        text = text.replace(f"In {named}: ", "")
        for form in (named, named[0].upper() + named[1:]):
            text = text.replace(form, item.project_id or item.name or "")
    if failure.get("as_new_owner"):
        text = text.replace("api_token (or SCALINGO_API_TOKEN)", "new_owner_api_token")
    return text.replace(NOTHING_WRITTEN, "").strip()


def _places(value: t.Any) -> list[int]:
    """Return places in the list, which may have become texts on their way."""
    return [int(place) for place in value or []]


def build_report(seen: Seen, handoffs: Items, records: t.Sequence[Result], now: datetime | None = None) -> Result:
    """Return the report.

    Args:
        seen: What was seen of the projects.
        handoffs: The variable `project_baseline_handoffs`.
        records: What was done about those handoffs that were not found to be done already.
        now: When that was.
    """
    redact = Redactor()
    for secret in {text_of(handoff.get("new_owner_api_token")) for handoff in handoffs} - {""}:
        redact.add(secret)
    by_index = {int(record["index"]): record for record in records}
    handed = {text_of(project_id) for record in records for project_id in _handed_over(record, seen.visible or ())}
    items = [_project(seen, index, handed) for index in range(len(seen.projects))]
    items.sort(key=lambda item: item.control != "default_project")
    items += [_handoff(seen, handoff, by_index.get(index)) for index, handoff in enumerate(handoffs)]
    used: set[str] = set()
    for item in items:
        for name in ("project", "expected", "actual", "remedy"):
            value = getattr(item, name)
            setattr(item, name, value if value is None else clean(value, redact))
        # A project may have to go, and another one get its name.
        base, number = f"{item.control}:{item.project}", 1
        item.id = base
        while item.id in used:
            number += 1
            item.id = f"{base}#{number}"
        used.add(item.id)
    return {
        "schema": SCHEMA,
        "compliant": all(item.compliant is True for item in items),
        "drift_count": sum(item.compliant is False and item.action != "error" for item in items),
        "unknown_count": sum(item.compliant is None for item in items),
        "checked_at": f"{now or datetime.now(timezone.utc):%Y-%m-%dT%H:%M:%SZ}",
        "items": [asdict(item) for item in items],
    }


def clean(value: t.Any, redact: Redactor | None = None) -> str:
    """Return a text on one line that may stand in JSON, XML and HTML: no token, no control character, not too long.

    Args:
        value: What the text is made from.
        redact: What hides the secrets that are known. What looks like a token is hidden anyway.
    """
    redact = redact or Redactor()
    text: str = redact(str(value))
    # Cc and Cs are not allowed in XML, Cf turns the direction of a text, Cn is assigned to nothing.
    shown = "".join(
        " " if each.isspace() else "" if unicodedata.category(each) in ("Cc", "Cf", "Cn", "Cs") else each
        for each in text
    )
    # Again, because such a character may have been in the middle of a token.
    line: str = redact(" ".join(shown.split()))
    return line if len(line) <= LONGEST_TEXT else f"{line[: LONGEST_TEXT - 1]}…"


def _project(seen: Seen, index: int, handed: t.Collection[str]) -> Item:
    """Return what one item of the list came to.

    Args:
        seen: What was seen of the projects.
        index: The place of the item.
        handed: The IDs of the projects that were found to be handed over.
    """
    wanted = seen.projects[index]
    item = Item(
        id="",
        control="default_project" if is_true(wanted.get("default")) else "project",
        project=target_of(wanted),
        expected=_expected(wanted),
        actual=_right(wanted),
        compliant=True,
    )
    outcome, before = _outcome_at(seen.bulk, index, wanted)
    for failure in seen.failures:
        if index in _places(failure["indexes"]):
            return _as_blamed(item, wanted, failure, outcome, seen, handed)
    # A list that failed returns what it had done, but did not come to the rest. It has no places.
    complete = not seen.failures or seen.bulk.get("indexes") is not None
    if outcome is not None and (complete or outcome["changed"]):
        return _as_outcome(item, wanted, outcome, before, seen.check_mode)
    outcome, before = _outcome_at(seen.others, index, wanted)
    if outcome is None:
        return _unknown(item, seen.failure or "Nothing was returned about this project.")
    item = _as_outcome(item, wanted, outcome, before, check_mode=True)
    if not item.compliant and not seen.check_mode:
        item.action = "none"
        item.remedy = "It was not reached, because the run stopped at an error. Run it again when that is mended."
    return item


def _outcome_at(result: Result, index: int, wanted: Result) -> tuple[Result | None, Result]:
    """Return what a task says of one item of the list, and what its project was like, or None if it says nothing."""
    outcomes = result.get("outcomes") or []
    places = range(len(outcomes)) if result.get("indexes") is None else _places(result["indexes"])
    if index not in places:
        return None, {}
    place = places.index(index)
    return (outcomes[place], _before(result, place, wanted)) if place < len(outcomes) else (None, {})


def _as_blamed(
    item: Item, wanted: Result, failure: Result, outcome: Result | None, seen: Seen, handed: t.Collection[str]
) -> Item:
    """Return what is to be said of an item because of which the list failed."""
    message = _message(failure, seen.projects)
    if is_true(failure.get("outcome_unknown")):
        # Of two writes, the first one may have been done for certain.
        return _unknown(item, message, _OPEN, outcome["action"] if outcome is not None else "none")
    if is_true(failure.get("hidden")):
        if text_of(wanted.get("project_id")) in handed and is_named_only(wanted):
            item.actual = "exists, handed over"
            return item
        return _unknown(item, f"{message} It may have been handed over.", "not visible to this account")
    if seen.check_mode and _is_out_of_reach(failure):
        return _unknown(item, message)
    return _error(item, "not as expected", message)


def _is_out_of_reach(result: Result) -> bool:
    """Tell whether a task failed because the API was not able to answer, which says nothing about a project."""
    status = (result.get("error") or {}).get("status") or 0
    return bool(status == 429 or status >= 500 or _NO_ANSWER.search(text_of(result.get("msg"))))


def _as_outcome(item: Item, wanted: Result, outcome: Result, before: Result | None, check_mode: bool) -> Item:
    if not outcome["changed"]:
        return item
    item.action = outcome["action"]
    if check_mode:
        item.compliant = False
        item.actual = _wrong(wanted, outcome["action"], before or {})
        item.remedy = f"A run without check mode {_mending(wanted, outcome['action'], before or {})}."
    return item


def _expected(wanted: Result) -> str:
    renamed = f", renamed from {wanted['name']}" if text_of(wanted.get("new_name")) else ""
    return f"{_right(wanted)}{renamed}"


def _right(wanted: Result) -> str:
    """Return what is to be said of a project that is as it is wanted."""
    if is_absent(wanted):
        return "absent"
    if is_true(wanted.get("default")):
        return "is the default project"
    if wanted.get("default") not in (None, ""):
        return "exists, is not the default project"
    return "exists"


def _wrong(wanted: Result, action: str, before: Result) -> str:
    """Return what is to be said of a project that is not as it is wanted."""
    default_project = text_of(before.get("default_project"))
    elsewhere = f", the default project is {default_project}" if default_project else ""
    if action == "create":
        return f"missing{elsewhere if is_true(wanted.get('default')) else ''}"
    if action == "delete":
        return "exists"
    parts = [f"is named {before['name']}"] if before.get("name") not in (None, target_of(wanted)) else []
    if is_true(wanted.get("default")) and default_project not in ("", before.get("name")):
        parts.append(f"is not the default project{elsewhere}")
    return ", ".join(parts) or "differs"


def _mending(wanted: Result, action: str, before: Result) -> str:
    if action != "update" or not before.get("name"):
        makes_default = action == "create" and is_true(wanted.get("default"))
        return _MENDING.get(action, "changes it") + (" as the default project" if makes_default else "")
    parts = ["renames it"] if before["name"] != target_of(wanted) else []
    if is_true(wanted.get("default")) and before.get("default_project") not in (None, before["name"]):
        parts.append("makes it the default project")
    return " and ".join(parts) or "changes it"


def _before(result: Result, place: int, wanted: Result) -> Result:
    """Return what one project was like: the diff has a name for each, by how the item at that place knows it."""
    before: Result = (result.get("diff") or {}).get("before") or {}
    names = before.get("projects") or {}
    # As the module reads these options, and not `text_of`: a name may have spaces around it.
    options = (wanted.get("project_id"), wanted.get("name"))
    known_by = next((str(value) for value in options if value not in (None, "")), "")
    return {**before, "name": names.get(key_with_place(known_by, place), names.get(known_by))}


def _handoff(seen: Seen, handoff: Result, record: Result | None) -> Item:
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
        return _unknown(item, seen.failure)
    found = candidates_of(handoff, seen.visible)
    if len(found) > 1:
        those = ", ".join(f"{each['id']} owned by {each['owner']['username']}" for each in found)
        return _error(
            item,
            "several projects of this name",
            f"Hand it over by its ID, in a description that names no other project. It may be one of these: {those}.",
        )
    if found and owns(found[0]["owner"], new_owner):
        return item
    if record is None:
        return _unknown(item, "It was not looked at.")
    if record.get("found"):
        return _as_found(item, record, seen.visible)
    return _as_record(item, record, bool(found), with_token, seen.check_mode)


def _handed_over(record: Result, visible: Items) -> list[str]:
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
    if _handed_over(record, visible):
        return item
    actual = f"{record['new_owner']} owns a project of this name, perhaps another one"
    failure = record.get("failure")
    if failure:
        return _unknown(item, _message(failure, ()), actual)
    return _unknown(
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
            return _unknown(item, _message(failure, ()), _OPEN, "invite" if offer.get("changed") else "none")
        return _as_failed_handoff(item, failure, look, invitation, visible, check_mode)
    if record.get("ended") == "error":
        return _error(
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
    return _error(item, _standing(last, invitation), "It was not done, and no task said why: run it again.")


def _as_failed_handoff(
    item: Item, failure: Result, look: Result, invitation: Result | None, visible: bool, check_mode: bool
) -> Item:
    """Return what is to be said of a handoff of which a step failed."""
    message = _message(failure, ())
    if check_mode and _is_out_of_reach(failure):
        return _unknown(item, message)
    if not look and not visible and not failure.get("as_new_owner"):
        return _unknown(item, message, "not visible to this account")
    return _error(item, _standing(look, failure.get("invitation") or invitation), message)


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


def _unknown(item: Item, message: str, actual: str = "could not be checked", action: str = "none") -> Item:
    item.compliant, item.action, item.actual = None, action, actual
    item.remedy = message
    return item


def _error(item: Item, actual: str, message: str) -> Item:
    item.compliant, item.action, item.actual, item.remedy = False, "error", actual, message
    return item
