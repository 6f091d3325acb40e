# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to community.scalingo: it may change in any release.

"""What the role project_baseline asks the modules for, and the report that it makes of their outcomes."""

from __future__ import annotations

import re
import typing as t
import unicodedata
from collections import Counter
from datetime import datetime, timezone

from ansible.module_utils.parsing.convert_bool import boolean
from ansible.utils.display import Display

from ..module_utils._errors import InputError
from ..module_utils._http.redaction import Redactor
from ..module_utils._http.transport import VERSION
from ..module_utils._options import check_text, cleaned

SCHEMA = 2
_APPLY = "Run without check mode to apply the baseline."
# Characters of one text in the report.
_LONGEST_TEXT = 700
# The forms of project IDs that were seen. A name may look like one, so the account is asked first.
_PROJECT_ID = re.compile(r"prj?-[0-9a-f-]{36}|[0-9a-f]{24}")

_KEYS = {
    "project",
    "new_owner",
    "new_owner_api_token",
    "reinvite",
    "new_owner_email",
    "make_eligible",
    "remove_former_owner",
}

Item = t.Dict[str, t.Any]
Items = t.List[Item]
Result = t.Mapping[str, t.Any]


def desired_projects(variables: Result) -> Items:
    """Return the items for `scalingo_projects`, without those of projects that are to be transferred.

    Args:
        variables: `default_project`, `projects`, `handoffs`, and, if the default project may be renamed, `present`: the
            default projects of the account as they are.

    Raises:
        InputError: The variables contradict each other.
    """
    variables = cleaned(dict(variables))
    projects = variables.get("projects") or []
    if not isinstance(projects, list) or not all(isinstance(each, dict) for each in projects):
        raise InputError("project_baseline_projects is not a list of dictionaries.")
    default = _text(variables.get("default_project", ""), "project_baseline_default_project")
    transferred = {each["project"] for each in handoffs_of(variables.get("handoffs"))}
    kept = []
    for project in projects:
        known_by = {str(project[key]) for key in ("name", "project_id") if key in project} & transferred
        if not known_by:
            kept.append(project)
        elif project.keys() - {"name", "project_id"} and project.get("state", "present") != "present":
            raise InputError(f"Project {known_by.pop()!r} is in project_baseline_handoffs, so it cannot be absent.")
    if not default:
        return kept
    if default in transferred:
        raise InputError(f"Project {default!r} is in project_baseline_handoffs, so it cannot be the default project.")
    named = [each for each in kept if str(_final(each)) == default]
    if named:
        named[0]["default"] = True
        return kept
    taken = {str(each.get(key)) for each in kept for key in ("name", "project_id")} | transferred
    for present in variables.get("present") or []:
        if present["name"] != default and not taken & {present["name"], present["id"]}:
            return [{"project_id": present["id"], "name": default, "default": True}, *kept]
    return [{"name": default, "default": True}, *kept]


def desired_transfers(handoffs: t.Any, projects: Result) -> Items:
    """Return the items for `scalingo_project_transfers`.

    Args:
        handoffs: The variable `project_baseline_handoffs`.
        projects: What `scalingo_projects` returned, which shows what is a name and what is an ID.
    """
    shown = [each for each in (*projects.get("projects", []), *projects.get("unlisted", [])) if each]
    names, ids = {each["name"] for each in shown}, {each["id"] for each in shown}
    items = []
    for handoff in handoffs_of(handoffs):
        project = handoff["project"]
        by_id = project in ids or (project not in names and bool(_PROJECT_ID.fullmatch(project)))
        keys = ("new_owner", "new_owner_api_token")
        items.append(
            {
                "project_id" if by_id else "project_name": project,
                **{key: handoff[key] for key in keys if key in handoff},
                "reinvite": handoff.get("reinvite", False),
            }
        )
    return items


def places_to_make_eligible(handoffs: t.Any, transfers: Result) -> list[int]:
    """Return the places of the handoffs whose new owner has to be added to applications or databases first."""
    return [
        place
        for place, (handoff, outcome) in enumerate(zip(handoffs_of(handoffs), transfers.get("outcomes") or []))
        if outcome["blockers"] and _is_true(handoff, "make_eligible")
    ]


def places_to_remove_former_owner(handoffs: t.Any, transfers: Result, again: Result) -> list[int]:
    """Return the places of the handoffs that are done, and whose previous owner must not be a collaborator."""
    outcomes = dict(enumerate(transfers.get("outcomes") or []))
    outcomes.update(zip(places_to_make_eligible(handoffs, transfers), again.get("outcomes") or []))
    return [
        place
        for place, handoff in enumerate(handoffs_of(handoffs))
        if _is_true(handoff, "remove_former_owner")
        and "new_owner_api_token" in handoff
        and place in outcomes
        and not outcomes[place]["failed"]
        and not (outcomes[place]["changed"] and transfers.get("check_mode"))
    ]


def previous_owner(transfers: Result) -> str:
    """Return who owned the projects before: the account, by what is known of it, or the user who invited."""
    invitations = [outcome.get("transfer_invitation") or {} for outcome in transfers.get("outcomes") or []]
    known = [(transfers.get("account") or {}).get("username"), *(each.get("inviter_user_id") for each in invitations)]
    return next((user for user in known if user), "")


def _is_true(handoff: Result, key: str) -> bool:
    return bool(boolean(handoff.get(key, False), strict=False))


def handoffs_of(value: t.Any) -> Items:
    """Return the handoffs, without keys that are unset."""
    handoffs: Items = cleaned(value) or []
    if not isinstance(handoffs, list):
        raise InputError("project_baseline_handoffs is not a list.")
    for place, handoff in enumerate(handoffs):
        if not isinstance(handoff, dict) or "project" not in handoff or "new_owner" not in handoff:
            raise InputError(f"Item {place + 1} of project_baseline_handoffs needs project and new_owner.")
        unknown = handoff.keys() - _KEYS
        if unknown:
            raise InputError(
                f"Item {place + 1} of project_baseline_handoffs has unknown keys: {', '.join(map(str, unknown))}."
            )
        for key in ("project", "new_owner"):
            handoff[key] = _text(handoff[key], f"{key} in item {place + 1} of project_baseline_handoffs")
    return handoffs


def _text(value: t.Any, where: str) -> str:
    if isinstance(value, (list, dict)):
        raise InputError(f"{where} is not a string. Quote it.")
    for warning in check_text(value, where):
        Display().warning(warning)
    return str(value)


def build_report(seen: Result, now: datetime | None = None) -> Item:
    """Return the report.

    Args:
        seen: `desired` (the items for `scalingo_projects`), `projects` (what it returned), `handoffs` (the variable),
            `transfers` and `again` (what `scalingo_project_transfers` returned, the second time for handoffs whose new
            owner was made eligible), `eligible` and `removed` (results of loops over places), and `check_mode`.
        now: When that was.
    """
    projects, transfers, handoffs = seen["projects"], seen["transfers"], handoffs_of(seen["handoffs"])
    context: Result = next((each for each in (projects, transfers) if "api_url" in each), {})
    check_mode = bool(context.get("check_mode", seen["check_mode"]))
    items = [_project_item(desired, index, projects, check_mode) for index, desired in enumerate(seen["desired"])]
    items.sort(key=lambda item: item["control"] != "default_project")
    items += [_handoff_item(handoff, index, seen, check_mode) for index, handoff in enumerate(handoffs)]
    redact = Redactor()
    for handoff in handoffs:
        redact.add(handoff.get("new_owner_api_token"))
    counts: Counter[str] = Counter()
    for item in items:
        item.update({key: _clean(value, redact) for key, value in item.items() if isinstance(value, str)})
        base = f"{item['control']}:{item['project']}"
        counts[base] += 1
        # Of two items with one name, one project may have to go, and another one get its name.
        item["id"] = base if counts[base] == 1 else f"{base}#{counts[base]}"
    account = context.get("account") or {}
    return {
        "schema": SCHEMA,
        "compliant": all(item["compliant"] is True for item in items),
        "drift_count": sum(item["compliant"] is False and item["action"] != "error" for item in items),
        "unknown_count": sum(item["compliant"] is None for item in items),
        "error_count": sum(item["action"] == "error" for item in items),
        "checked_at": f"{now or datetime.now(timezone.utc):%Y-%m-%dT%H:%M:%SZ}",
        "check_mode": check_mode,
        "account": {key: account.get(key) for key in ("id", "username", "email")},
        "api_url": context.get("api_url"),
        "collection_version": VERSION,
        "items": items,
    }


def _final(project: Item) -> t.Any:
    return project.get("new_name") or project.get("name")


def _item(control: str, project: str, expected: str) -> Item:
    return {
        "id": "",
        "control": control,
        "project": project,
        "expected": expected,
        "actual": expected,
        "compliant": True,
        "action": "none",
        "remedy": "",
    }


def _judge(item: Item, outcome: Result | None, failure: Result, actual: str, check_mode: bool) -> Item:
    """Set in an item what an outcome says, or the failure of the task if the item has none."""
    if outcome is None or outcome.get("unknown"):
        message = (outcome or failure).get("msg", "")
        item.update(compliant=None, actual="could not be checked", remedy=message)
    elif outcome["failed"]:
        item.update(compliant=False, action="error", actual="could not be done", remedy=outcome["msg"])
    elif outcome["changed"]:
        item.update(compliant=not check_mode, action=outcome["action"])
        if check_mode:
            item.update(actual=actual, remedy=_APPLY)
    return item


def _outcome(result: Result, index: int) -> Result | None:
    outcomes: t.Sequence[Result] = result.get("outcomes") or []
    return outcomes[index] if index < len(outcomes) else None


def _project_item(desired: Result, index: int, projects: Result, check_mode: bool) -> Item:
    name = desired.get("project_id") or desired.get("name", "")
    absent, default = desired.get("state") == "absent", _is_true(desired, "default")
    new_name = desired.get("new_name") or (desired.get("name") if desired.get("project_id") else None)
    parts = [f"named {new_name}"] if new_name else ["exists"]
    parts += ["default project"] if default else []
    shown = desired.get("name", name) if default else name
    item = _item("default_project" if default else "project", shown, "absent" if absent else ", ".join(parts))
    outcome, diff = _outcome(projects, index), projects.get("diff") or {}
    before, after = diff.get("before") or {}, diff.get("after") or {}
    old_name = (before.get("projects") or {}).get(name)
    actual = "exists" if absent else "missing" if old_name is None else f"named {old_name}" if new_name else "exists"
    if old_name is not None and default and "default_project" in after:
        actual += ", not the default project"
    return _judge(item, outcome, projects, actual, check_mode)


def _handoff_item(handoff: Result, index: int, seen: Result, check_mode: bool) -> Item:
    new_owner = handoff["new_owner"]
    item = _item("handoff", handoff["project"], f"owned by {new_owner}")
    eligible, removed = (_at(seen[name], index) for name in ("eligible", "removed"))
    places = places_to_make_eligible(seen["handoffs"], seen["transfers"])
    again = _outcome(seen["again"], places.index(index)) if index in places else None
    outcome = again or _outcome(seen["transfers"], index) or {}
    invitation, owner = outcome.get("transfer_invitation") or {}, (outcome.get("project") or {}).get("owner") or {}
    actual = f"owned by {owner['username']}" if owner and not outcome["changed"] else "not transferred"
    _judge(item, outcome or None, seen["transfers"], actual, check_mode)
    # What was done, or would be: the role lets no task fail, so only its message says that one did.
    done = [item["action"].replace("_", " ")] if item["action"] not in ("none", "error") else []
    waits = check_mode or eligible.get("pending")
    if eligible and "msg" not in eligible and item["action"] == "error" and outcome["blockers"] and waits:
        missing = ", ".join(each["resource"] for each in outcome["blockers"])
        item.update(action="none", actual=f"{new_owner} is not a full collaborator on {missing}", remedy=_APPLY)
        if eligible["pending"]:
            item["remedy"] = f"{new_owner} has to accept {eligible['pending']} invitations to collaborate. Then rerun."
        elif check_mode:
            done = ["invite and accept" if "new_owner_api_token" in handoff else "invite"]
    elif item["action"] == "error":
        item["actual"] = actual
    elif item["compliant"] and invitation.get("status") == "pending":
        item.update(compliant=False, actual=f"invited until {invitation['expires_at']}")
        item["remedy"] = f"{new_owner} has to accept the invitation. Then rerun."
    done = (["make eligible"] if eligible.get("changed") else []) + done
    accepts = bool(done) and done[-1].endswith("accept")
    if removed.get("changed") or (check_mode and accepts and _is_true(handoff, "remove_former_owner")):
        done.append("remove former owner")
        if check_mode and item["compliant"]:
            item.update(compliant=False, actual=f"{actual}, the previous owner still collaborates", remedy=_APPLY)
    failure = next((result["msg"] for result in (eligible, removed) if "msg" in result), None)
    if failure:
        item.update(compliant=False, action="error", remedy=failure)
    elif item["action"] != "error":
        item["action"] = ", ".join(done) or "none"
    return item


def _at(results: t.Any, index: int) -> Result:
    """Return the result for a handoff from those of a loop over the places of some handoffs."""
    for result in (results or {}).get("results") or []:
        if result.get("__project_baseline_place") == index and not result.get("skipped"):
            return t.cast(Result, result)
    return {}


def _clean(value: str, redact: Redactor) -> str:
    """Return a text on one line that may stand in JSON, XML, and HTML: no token, no control character, not too long."""
    # Cc and Cs are not allowed in XML, Cf turns the direction of a text, Cn is assigned to nothing.
    shown = "".join(
        " " if each.isspace() else "" if unicodedata.category(each) in ("Cc", "Cf", "Cn", "Cs") else each
        for each in redact(value)
    )
    # Again, because such a character may have been in the middle of a token.
    line: str = redact(" ".join(shown.split()))
    return line if len(line) <= _LONGEST_TEXT else f"{line[: _LONGEST_TEXT - 1]}…"
